# SPDX-License-Identifier: MIT
"""A public header as text: comments, directives and declarations, each with its line."""

import re
from collections.abc import Iterator
from typing import NamedTuple

COMMENT = re.compile(r"/\*.*?\*/|//[^\n]*", re.S)
DIRECTIVE = re.compile(r"^[ \t]*#(?:\\\n|[^\n])*", re.M)
FOR_CPLUSPLUS = re.compile(r"^[ \t]*#[ \t]*ifdef __cplusplus\n.*?^[ \t]*#[ \t]*endif[^\n]*", re.M | re.S)
DEFINE = re.compile(r"#[ \t]*define[ \t]+(\w+)(\([^)]*\))?[ \t]*(.*)", re.S)
INCLUDE = re.compile(r"#[ \t]*include[ \t]+([<\"][^>\"]+[>\"])")
EXPORT_MACRO = "LSEXPORT_API"


def blanked(pattern: re.Pattern[str], text: str) -> str:
    """The text without what matches; its lines keep their numbers."""
    return pattern.sub(lambda match: "\n" * match[0].count("\n"), text)


def declarations_only(text: str) -> str:
    """Plain C: no comments, no preprocessor lines, no extern "C", no export macro."""
    text = blanked(FOR_CPLUSPLUS, blanked(COMMENT, text))
    return re.sub(rf"\b{EXPORT_MACRO}\b", "", blanked(DIRECTIVE, text))


class Item(NamedTuple):
    kind: str  # "comment", "directive" or "declaration"
    text: str
    line: int
    end: int  # the line on which it ends


def items(text: str) -> Iterator[Item]:
    """What stands in the header, from top to bottom."""
    text = blanked(FOR_CPLUSPLUS, text)
    at = 0
    while at < len(text):
        if text[at].isspace():
            at += 1
            continue
        if match := COMMENT.match(text, at):
            kind, end = "comment", match.end()
        elif match := DIRECTIVE.match(text, text.rfind("\n", 0, at) + 1):
            kind, end = "directive", match.end()
        else:
            kind, end = "declaration", _end_of_declaration(text, at)
        line = text.count("\n", 0, at) + 1
        yield Item(kind, text[at:end], line, line + text.count("\n", at, end))
        at = end


def _end_of_declaration(text: str, at: int) -> int:
    depth = 0
    while at < len(text):
        if match := COMMENT.match(text, at):
            at = match.end()
            continue
        depth += (text[at] == "{") - (text[at] == "}")
        at += 1
        if text[at - 1] == ";" and depth == 0:
            break
    return at


def includes(text: str) -> list[str]:
    """The files that it includes, each with its brackets or quotes."""
    return INCLUDE.findall(blanked(COMMENT, text))


def macros(text: str) -> dict[str, str]:
    """What it defines for its users, name and text: without its include guard and the export macro."""
    found = {}
    for item in items(text):
        match = DEFINE.match(item.text)
        if match and match[1] != EXPORT_MACRO and match[3]:
            found[match[1] + (match[2] or "")] = " ".join(blanked(COMMENT, match[3]).split())
    return found
