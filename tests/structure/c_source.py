# SPDX-License-Identifier: MIT
"""C source as text: what it includes, what it calls, and how long its functions are."""

import re
from typing import NamedTuple

# Comments, strings and characters; of these only strings behind #include matter, and includes() reads them by itself.
NOT_CODE = re.compile(r"/\*.*?\*/|//[^\n]*|\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'", re.S)
INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]+([<"][^>"\n]+[>"])', re.M)
COMMENT = re.compile(r"/\*.*?\*/", re.S)


def code(text: str) -> str:
    """The text without comments, strings and characters; its lines keep their numbers."""
    return NOT_CODE.sub(lambda match: "\n" * match[0].count("\n") or '""', text)


def includes(text: str) -> list[str]:
    """What it includes, each with its brackets or quotes."""
    return INCLUDE.findall(COMMENT.sub("", text))


def calls(text: str) -> set[str]:
    """The names that it calls; what is called through a struct has none."""
    return set(re.findall(r"(?<![\w.>])([A-Za-z_]\w*)\s*\(", code(text)))


class Function(NamedTuple):
    name: str
    line: int
    length: int  # lines, from its name to its closing brace


# The layout is clang-format's: a function begins in the first column, and ends there or on its first line.
FUNCTION = re.compile(r"^[A-Za-z_][^;{}=#]*?[\s*](\w+)\([^;{}=]*\)\s*\{(?:[^\n]*\}$|.*?^\})", re.M | re.S)


def functions(text: str) -> list[Function]:
    """The functions that it defines."""
    text = code(text)
    return [
        Function(match[1], text.count("\n", 0, match.start()) + 1, match[0].count("\n") + 1)
        for match in FUNCTION.finditer(text)
    ]
