# SPDX-License-Identifier: MIT
"""What nm and readelf say of a library."""

import os
import re
import subprocess
from pathlib import Path
from typing import NamedTuple


def output(*command: str | Path) -> str:
    environment = {**os.environ, "LC_ALL": "C"}
    return subprocess.run(command, env=environment, check=True, text=True, stdout=subprocess.PIPE).stdout


def exports(shared: Path) -> dict[str, str]:
    """The names that a shared library exports, each with its version node."""
    lines = output("nm", "--dynamic", "--defined-only", "--with-symbol-versions", shared).splitlines()
    named = (line.split()[-1].partition("@") for line in lines if line.split()[-2] != "A")
    return {name: node.lstrip("@") for name, _, node in named}


def imports(shared: Path) -> set[str]:
    """The names that a shared library wants from others, without their versions."""
    lines = output("nm", "--dynamic", "--undefined-only", shared).splitlines()
    return {line.split()[-1].partition("@")[0] for line in lines}


def global_names(archive: Path) -> set[str]:
    lines = output("nm", "--extern-only", "--defined-only", archive).splitlines()
    return {line.split()[-1] for line in lines if len(line.split()) == 3}


def dynamic(shared: Path) -> dict[str, list[str]]:
    """The dynamic section: for each tag its values."""
    found: dict[str, list[str]] = {}
    for tag, value in re.findall(r"\((\w+)\)\s+(.*)", output("readelf", "--dynamic", "--wide", shared)):
        found.setdefault(tag, []).append(value.strip())
    return found


def segments(shared: Path) -> dict[str, str]:
    """The program headers: for each type its last flags, as "RW "."""
    text = output("readelf", "--segments", "--wide", shared)
    return dict(re.findall(r"^  (\w+)(?: +0x\w+){5} ([R ][W ][E ])", text, re.M))


class Variable(NamedTuple):
    name: str
    size: int


def writable_variables(archive: Path) -> list[Variable]:
    """The variables of an archive that stay writable while the program runs; .data.rel.ro does not."""
    found: list[Variable] = []
    sections: dict[str, str] = {}
    for line in output("readelf", "--sections", "--symbols", "--wide", archive).splitlines():
        if line.startswith("There are "):
            sections = {}
        elif match := re.match(r"\s*\[\s*(\d+)\] (\S+)\s", line):
            sections[match[1]] = match[2]
        elif match := re.match(r"\s*\d+: \w+ +(\w+) (OBJECT|TLS|COMMON) +\w+ +\w+ +(\w+) (\S+)", line):
            section = "COMMON" if match[3] == "COM" else sections.get(match[3], "")
            if re.match(r"\.t?(data|bss)\b(?!\.rel\.ro)|COMMON", section):
                found.append(Variable(re.sub(r"\.\d+$", "", match[4]), int(match[1], 0)))
    return found
