# SPDX-License-Identifier: MIT
"""levels.json: every name that the library gives, under the ABI level that brought it.

A level belongs to a release that adds something. Once it is marked as released it never changes again.
"""

import ctypes
import json
from pathlib import Path
from typing import Any

from api_model import Api

FILE = Path(__file__).parent / "levels.json"
BASELINE = Path(__file__).parent / "baseline.abixml"

Names = dict[str, dict[str, Any]]  # kind, name, and what is pinned of it
KINDS = ("functions", "types", "constants", "macros", "options")


def present(api: Api, shared: Path) -> Names:
    """What the headers and the library give now."""
    callbacks = {callback.name: f"{callback.signature} *" for callback in api.callbacks}
    return {
        "functions": {function.name: function.signature for function in api.functions},
        "types": {**dict.fromkeys(api.handles, "opaque"), **api.aliases, **callbacks},
        "constants": dict(api.constants),
        "macros": {name: text for name, text in api.macros.items() if name != "LSEXPORT_ABI_LEVEL"},
        "options": option_types(shared),
    }


def option_types(shared: Path) -> dict[str, str]:
    """The keys of lsexport_config_set, and what each takes."""
    library = ctypes.CDLL(str(shared))
    library.lsexport_option_count.restype = ctypes.c_size_t
    key, kind = library.lsexport_option_key, library.lsexport_option_type
    for function in (key, kind):
        function.restype, function.argtypes = ctypes.c_char_p, [ctypes.c_size_t]
    return {key(index).decode(): kind(index).decode() for index in range(library.lsexport_option_count())}


def load() -> list[dict[str, Any]]:
    return json.loads(FILE.read_text())


def save(levels: list[dict[str, Any]]) -> None:
    FILE.write_text(json.dumps(levels, indent=1) + "\n")


def names_of(level: dict[str, Any]) -> Names:
    return {kind: level[kind] for kind in KINDS}


def without(names: Names, levels: list[dict[str, Any]]) -> Names:
    """The names that none of the levels has."""
    return {
        kind: {name: value for name, value in of_kind.items() if not any(name in level[kind] for level in levels)}
        for kind, of_kind in names.items()
    }


def broken(level: dict[str, Any], names: Names) -> list[str]:
    """What of a level has vanished, or has another value."""
    return [
        f"{name}: was {value}, is {names[kind].get(name)}" if name in names[kind] else f"{name} has vanished"
        for kind, of_kind in names_of(level).items()
        for name, value in of_kind.items()
        if name not in names[kind] or names[kind][name] != value
    ]


class Refused(Exception):
    pass


def grown(known: list[dict[str, Any]], names: Names, level: int, version: str) -> list[dict[str, Any]]:
    """The levels with all names: those that no release has stand under the level that LSEXPORT_ABI_LEVEL says."""
    released = [one for one in known if one["released"]]
    faults = [fault for one in released for fault in broken(one, names)]
    if faults:
        raise Refused("a release is broken:\n" + "\n".join(faults))
    added = without(names, released)
    if not any(added.values()):
        return released
    if level != len(released) + 1:
        raise Refused(f"LSEXPORT_ABI_LEVEL is {level}; with what the last release has not, it is {len(released) + 1}")
    return [*released, {"level": level, "version": version, "released": False, **added}]
