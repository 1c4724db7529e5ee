#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Prints what of lib/ the C tests reach, file by file, and ends with status 1 if that is not all.

usage: report.py COVERAGE.json EXCLUSIONS

COVERAGE.json is gcovr's. EXCLUSIONS has blocks parted by blank lines, of three kinds of lines:

    # why these cannot be reached
    lib/net/file.c: the source line, without its indentation
    lib/net/file.c!: a source line that itself is never reached, not one of its branches alone

An exclusion whose line is gone is an error too. One that the tests reach is only named: it may be a matter of luck,
or of another libcurl.
"""

import argparse
import json
import pathlib
import sys

Key = tuple[str, str]


class Exclusions:
    def __init__(self, path: pathlib.Path) -> None:
        self.branches: set[Key] = set()
        self.lines: set[Key] = set()
        self.used: set[Key] = set()
        self.seen: set[Key] = set()
        for block in path.read_text(encoding="utf-8").split("\n\n"):
            rows = block.strip().splitlines()
            reasons = [row for row in rows if row.startswith("# ")]
            for row in rows[len(reasons) :]:
                if not reasons:
                    sys.exit(f"{path}: no reason above: {row}")
                file, text = row.split(": ", 1)
                (self.lines if file.endswith("!") else self.branches).add((file.removesuffix("!"), text))

    def hold(self, key: Key, whole_line: bool) -> bool:
        held = key in self.lines or (not whole_line and key in self.branches)
        if held:
            self.used.add(key)
        return held

    def gone(self) -> list[str]:
        return rows_of((self.branches | self.lines) - self.seen)

    def idle(self) -> list[str]:
        return rows_of((self.branches | self.lines) & self.seen - self.used)


def rows_of(keys: set[Key]) -> list[str]:
    return [f"{file}: {text}" for file, text in sorted(keys)]


class Tally:
    def __init__(self) -> None:
        self.lines = self.lines_met = self.branches = self.branches_met = self.excluded = 0
        self.missing: list[str] = []

    def row(self, name: str) -> str:
        return (
            f"{name:40}{share(self.lines_met, self.lines):>8}{self.lines_met:7}/{self.lines:<6}"
            f"{share(self.branches_met, self.branches):>8}{self.branches_met:7}/{self.branches:<6}{self.excluded:>8}"
        )


def share(part: int, whole: int) -> str:
    """Rounded down: 100 means all of it."""
    return f"{part * 1000 // whole / 10:.1f}%" if whole else "-"


def count_line(tally: Tally, line: dict, key: Key, exclusions: Exclusions) -> None:
    number = line["line_number"]
    branches = [branch for branch in line["branches"] if not branch.get("throw")]
    unmet = sum(not branch["count"] for branch in branches)
    if not line["count"]:
        if exclusions.hold(key, whole_line=True):
            tally.excluded += 1
            return
        tally.missing.append(f"{number}: {key[1]}")
    elif unmet and exclusions.hold(key, whole_line=False):
        tally.excluded += unmet
        branches = [branch for branch in branches if branch["count"]]
    elif unmet:
        tally.missing.append(f"{number}: {unmet} of {len(branches)} branches: {key[1]}")
    tally.lines += 1
    tally.lines_met += line["count"] > 0
    tally.branches += len(branches)
    tally.branches_met += sum(branch["count"] > 0 for branch in branches)


def count_file(file: dict, exclusions: Exclusions) -> Tally:
    tally = Tally()
    source = pathlib.Path(file["file"]).read_text(encoding="utf-8").splitlines()
    merged: dict[int, dict] = {}
    for line in file["lines"]:
        if line.get("gcovr/noncode"):
            continue
        known = merged.setdefault(line["line_number"], line)
        if known is not line:  # a line of two functions, as a macro makes them
            known["count"] = min(known["count"], line["count"])
            known["branches"] = known["branches"] + line["branches"]
    exclusions.seen.update((file["file"], text.strip()) for text in source)
    for number, line in sorted(merged.items()):
        count_line(tally, line, (file["file"], source[number - 1].strip()), exclusions)
    return tally


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("coverage", type=pathlib.Path)
    parser.add_argument("exclusions", type=pathlib.Path)
    arguments = parser.parse_args()
    exclusions = Exclusions(arguments.exclusions)
    files = json.loads(arguments.coverage.read_text(encoding="utf-8"))["files"]
    tallies = {file["file"]: count_file(file, exclusions) for file in sorted(files, key=lambda file: file["file"])}

    total = Tally()
    print(f"{'':40}{'lines':>14}{'':7}{'branches':>15}{'':6}{'excluded':>9}")
    for name, tally in tallies.items():
        print(tally.row(name))
        for figure in ("lines", "lines_met", "branches", "branches_met", "excluded"):
            setattr(total, figure, getattr(total, figure) + getattr(tally, figure))
    print(total.row("all of lib/"))

    missing = {name: tally.missing for name, tally in tallies.items() if tally.missing}
    for name, lines in missing.items():
        print(f"\n{name}: not reached")
        for line in lines:
            print(f"  {line}")
    for title, rows in (
        ("exclusions that were reached this time", exclusions.idle()),
        ("exclusions whose line is gone", exclusions.gone()),
    ):
        if rows:
            print(f"\n{title}:", *rows, sep="\n  ")
    sys.exit(bool(missing or exclusions.gone()))


if __name__ == "__main__":
    main()
