# SPDX-License-Identifier: MIT
"""Reads the project's pages: their blocks of code, links and headings."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted(
    [
        *ROOT.glob("*.md"),
        *(ROOT / "docs").glob("*.md"),
        ROOT / "tests/README.md",
        ROOT / "tests/vectors/README.md",
        *ROOT.glob("bindings/*/README.md"),
        ROOT / "emulator/README.md",
    ]
)
# The emulator speaks of itself; its own tests hold its page to the truth.
OUR_PAGES = [page for page in PAGES if page.parent.name != "emulator"]


def name_of(page: Path) -> str:
    return str(page.relative_to(ROOT))


@dataclass(frozen=True)
class Block:
    page: Path
    line: int
    language: str
    text: str

    def __str__(self) -> str:
        return f"{name_of(self.page)}:{self.line}"


def blocks(language: str, pages: list[Path] = OUR_PAGES) -> list[Block]:
    return [block for page in pages for block in _blocks(page) if block.language == language]


def _blocks(page: Path) -> Iterator[Block]:
    inside: Block | None = None
    lines: list[str] = []
    for number, line in enumerate(page.read_text().splitlines(), 1):
        fence = re.match(r"```(\w*)$", line)
        if not fence:
            lines.append(line)
        elif inside is None:
            inside, lines = Block(page, number + 1, fence[1], ""), []
        else:
            yield Block(page, inside.line, inside.language, "\n".join(lines) + "\n")
            inside = None
    assert inside is None, f"{name_of(page)}: the block of line {inside and inside.line} has no end"


def prose(page: Path) -> str:
    """The page without its blocks of code."""
    return re.sub(r"^```.*?^```$", "", page.read_text(), flags=re.MULTILINE | re.DOTALL)


def links(page: Path) -> list[str]:
    return re.findall(r"\]\(([^)\s]+)\)", prose(page))


def anchors(page: Path) -> set[str]:
    """The fragments that its headings can be reached by."""
    headings = re.findall(r"^#+ +(.*)$", prose(page), flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def code_in_first_column(text: str) -> list[str]:
    """The words in code that stand in the first column of a table's rows."""
    rows = re.findall(r"^\| (`[^|]*`) \|", text, flags=re.MULTILINE)
    return [word for row in rows for word in re.findall(r"`(\w+)`", row)]
