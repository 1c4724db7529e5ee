# SPDX-License-Identifier: MIT
"""Nothing that a program can name changes or vanishes, and what is added is found under its ABI level."""

import copy
import ctypes
from typing import Any

import doc_comments
import levels
import pytest
from api_model import Api
from build_folder import Built
from test_symbols import MAP, map_nodes

UPDATE = "if this is meant, and no release has had it: tests/abi/update-baseline"


@pytest.fixture(scope="module")
def known() -> list[dict[str, Any]]:
    return levels.load()


@pytest.fixture(scope="module")
def names(api: Api, built: Built) -> levels.Names:
    return levels.present(api, built.shared)


def test_nothing_has_changed_or_vanished(known: list[dict[str, Any]], names: levels.Names) -> None:
    assert [fault for level in known for fault in levels.broken(level, names)] == [], UPDATE


def test_nothing_is_missing_from_the_levels(known: list[dict[str, Any]], names: levels.Names) -> None:
    added = levels.without(names, known)
    assert {kind: of_kind for kind, of_kind in added.items() if of_kind} == {}, "run tests/abi/update-baseline"


def test_header_and_library_say_the_last_level(known: list[dict[str, Any]], api: Api, built: Built) -> None:
    last = known[-1]["level"]
    assert [level["level"] for level in known] == list(range(1, last + 1))
    assert int(api.macros["LSEXPORT_ABI_LEVEL"]) == last
    assert ctypes.CDLL(str(built.shared)).lsexport_abi_level() == last


def test_the_versions_of_the_levels_rise_up_to_this_one(known: list[dict[str, Any]], built: Built) -> None:
    versions = [version_of(level["version"]) for level in known]
    assert versions == sorted(set(versions))
    assert versions[-1] <= version_of(built.version)
    assert all(level["released"] for level in known[:-1])


def version_of(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split(".")[:2])


def test_no_number_is_used_twice(known: list[dict[str, Any]]) -> None:
    for prefix in ("LSEXPORT_ERR_", "LSEXPORT_CAUSE_"):
        numbers = [number for level in known for name, number in level["constants"].items() if name.startswith(prefix)]
        assert len(numbers) == len(set(numbers)) > 10, prefix


def test_the_map_has_each_function_in_the_node_of_its_level(known: list[dict[str, Any]]) -> None:
    nodes = map_nodes(MAP.read_text())
    for level in known:
        assert {nodes[name] for name in level["functions"]} <= {f"LSEXPORT_{level['version']}"}


def test_the_comments_say_since_when(known: list[dict[str, Any]], built: Built) -> None:
    since = {
        doc_comments.declared_name(item): doc_comments.since(comment)
        for header in built.headers
        for item, comment in doc_comments.documented(header.read_text())
        if comment
    }
    for level in known:
        for kind in ("functions", "types", "macros"):
            assert {name: since[name] for name in level[kind]} == dict.fromkeys(level[kind], level["version"])


OLD: levels.Names = {
    "functions": {"lsexport_a": "void (int32_t)"},
    "types": {"lsexport_thing": "opaque"},
    "constants": {"LSEXPORT_ONE": 1},
    "macros": {"LSEXPORT_MAX": "5"},
    "options": {"key": "text"},
}
RELEASED = {"level": 1, "version": "0.1", "released": True, **OLD}
UNRELEASED = {**RELEASED, "released": False}


def changed(kind: str, name: str, value: Any = None) -> levels.Names:
    """The names of OLD with another one, or with one less."""
    names = copy.deepcopy(OLD)
    names[kind].pop(name, None)
    return {**names, kind: {**names[kind], name: value}} if value is not None else names


BREACHES = [
    changed("functions", "lsexport_a", "void (int64_t)"),
    changed("functions", "lsexport_a"),
    changed("types", "lsexport_thing"),
    changed("constants", "LSEXPORT_ONE", 2),
    changed("constants", "LSEXPORT_ONE"),
    changed("macros", "LSEXPORT_MAX", "6"),
    changed("options", "key"),
]


@pytest.mark.parametrize("names", BREACHES)
def test_a_break_is_seen_and_not_written_once_released(names: levels.Names) -> None:
    assert len(levels.broken(RELEASED, names)) == 1
    with pytest.raises(levels.Refused, match="a release is broken"):
        levels.grown([RELEASED], names, 1, "0.1")
    assert levels.grown([UNRELEASED], names, 1, "0.1") == [{**UNRELEASED, **names}]


def test_an_addition_after_a_release_needs_a_level_of_its_own() -> None:
    names = changed("constants", "LSEXPORT_TWO", 2)
    assert levels.without(names, [RELEASED])["constants"] == {"LSEXPORT_TWO": 2}
    with pytest.raises(levels.Refused, match="LSEXPORT_ABI_LEVEL is 1; .* it is 2"):
        levels.grown([RELEASED], names, 1, "0.2")
    first, second = levels.grown([RELEASED], names, 2, "0.2")
    assert first == RELEASED
    assert (second["level"], second["version"], second["released"]) == (2, "0.2", False)
    assert second["constants"] == {"LSEXPORT_TWO": 2} and second["functions"] == {}


def test_without_additions_nothing_is_written() -> None:
    assert levels.grown([RELEASED], OLD, 1, "0.1") == [RELEASED]
    with pytest.raises(levels.Refused, match="LSEXPORT_ABI_LEVEL is 2"):
        levels.grown([UNRELEASED], OLD, 2, "0.1")
