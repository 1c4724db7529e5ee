# SPDX-License-Identifier: MIT
"""Documentation comments: one stands directly before each thing that a header gives, and says since when."""

import re
from collections.abc import Iterator

import header_text
from header_text import DEFINE, EXPORT_MACRO, Item

SINCE = re.compile(r"\bSince: (\d+\.\d+)\.\s*\*/$")


def documented(text: str) -> Iterator[tuple[Item, Item | None]]:
    """Each declaration and macro of a header, with the documentation comment directly before it."""
    previous = None
    for item in header_text.items(text):
        if item.kind == "declaration" or _is_macro(item):
            is_doc = previous and previous.text.startswith("/**") and previous.end + 1 == item.line
            yield item, previous if is_doc else None
        previous = item


def _is_macro(item: Item) -> bool:
    match = DEFINE.match(item.text)
    return bool(match and match[1] != EXPORT_MACRO and match[3])


def since(comment: Item) -> str | None:
    match = SINCE.search(comment.text)
    return match[1] if match else None


def complaints(name: str, text: str) -> list[str]:
    found = []
    used = set()
    for item, comment in documented(text):
        at = f"{name}:{item.line}: {' '.join(item.text.split())[:60]}"
        if comment is None:
            found.append(f"{at}: no comment /** ... */ directly before it")
            continue
        used.add(comment)
        if since(comment) is None:
            found.append(f"{at}: its comment does not end with 'Since: X.Y.'")
        elif not re.search(r"\w", SINCE.sub("", comment.text)):
            found.append(f"{at}: its comment says nothing")
    for item in header_text.items(text):
        if item.kind == "comment" and item.text.startswith("/**") and item not in used:
            found.append(f"{name}:{item.line}: a documentation comment before nothing")
    return found


def declared_name(item: Item) -> str | None:
    """What a macro, a function or a type is called; None for an enum, which has no name."""
    match = re.search(r"#define (\w+)|\(\*(\w+)\)\(|(\w+)\(|(\w+);$", item.text)
    return next(filter(None, match.groups())) if match else None
