# SPDX-License-Identifier: MIT
"""The types of the exported functions as libabigail reads them from debug information, and how two of them differ.

A dump must come out equal for every compiler, distribution and place of a checkout: it holds no paths, no locations, no
architecture, and nothing of the private structs behind the handles. (abidw --headers-dir should leave those out, but it
knows headers by their base names alone, and lib/api/call.h, say, has the name of a public one.)
It serves machines on which size_t is 64 bits wide.
"""

import subprocess
import xml.etree.ElementTree as ElementTree
from pathlib import Path

LEFT_OUT = ("corpus-path", "comp-dir-path", "show-locs", "parameter-names", "elf-needed", "architecture")


def dump(shared: Path, to: Path) -> None:
    command = ["abidw", "--exported-interfaces-only", "--type-id-style", "hash", "--out-file", to]
    subprocess.run([*command, *(f"--no-{name}" for name in LEFT_OUT), shared], check=True)
    tree = ElementTree.parse(to)
    if tree.find(".//function-decl") is None:
        raise ValueError(f"{shared} has no debug information")
    reduce(tree.getroot())
    ElementTree.indent(tree)
    tree.write(to, encoding="unicode")


def reduce(corpus: ElementTree.Element) -> None:
    """Leaves the exported functions and what their types are made of; a struct or a union is its name alone."""
    exported = {symbol.get("name") for symbol in corpus.iterfind("elf-function-symbols/elf-symbol")}
    units = corpus.findall("abi-instr")
    functions = {
        function.get("name", ""): function
        for unit in units
        for function in unit.findall("function-decl")
        if function.get("elf-symbol-id", "").partition("@")[0] in exported
    }
    types = {one.get("id", ""): one for unit in units for one in unit if one.get("id")}
    for one in types.values():
        if one.tag in ("class-decl", "union-decl"):
            make_opaque(one)

    wanted: dict[str, ElementTree.Element] = {}
    pending = [functions[name] for name in sorted(functions)]
    while pending:
        for part in pending.pop(0).iter():
            name = part.get("type-id")
            if name and name not in wanted:
                wanted[name] = types[name]
                pending.append(types[name])

    for one in list(corpus):
        if one.tag != "elf-function-symbols":
            corpus.remove(one)
    whole = ElementTree.SubElement(corpus, "abi-instr", {**units[0].attrib, "path": "lsexport"})
    whole.extend(wanted.values())
    whole.extend(functions[name] for name in sorted(functions))


def make_opaque(aggregate: ElementTree.Element) -> None:
    kept = {name: aggregate.get(name) for name in ("name", "is-struct", "visibility", "id") if aggregate.get(name)}
    aggregate.clear()
    aggregate.attrib.update(kept, **{"is-declaration-only": "yes"})


def differences(old: Path, new: Path, *options: str) -> str:
    """What abidiff says; "" when nothing differs."""
    command = ["abidiff", "--no-architecture", *options, old, new]
    run = subprocess.run(command, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    return f"abidiff: status {run.returncode}\n{run.stdout}" if run.returncode else ""
