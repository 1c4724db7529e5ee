# SPDX-License-Identifier: MIT
"""The names that the library gives: the map, the shared library, the headers and the archive agree."""

import re
from pathlib import Path

import binary
import pytest
from api_model import Api
from build_folder import Built

MAP = Path(__file__).parents[2] / "lib/lsexport.map"


def map_nodes(text: str) -> dict[str, str]:
    """The names of a version script, each with its node."""
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.S)
    found: dict[str, str] = {}
    for node, body in re.findall(r"(\S+) \{(.*?)\}", text, re.S):
        for name in re.findall(r"(\S+);", body.partition("local:")[0]):
            if name in found:
                raise ValueError(f"{name} is in two nodes")
            found[name] = node
    return found


@pytest.fixture(scope="module")
def nodes() -> dict[str, str]:
    return map_nodes(MAP.read_text())


def test_the_shared_library_exports_what_the_map_names_and_no_more(built: Built, nodes: dict[str, str]) -> None:
    assert binary.exports(built.shared) == nodes


def test_the_installed_headers_declare_what_the_map_names(api: Api, nodes: dict[str, str]) -> None:
    assert sorted(function.name for function in api.functions) == sorted(nodes)


def test_the_map_names_each_symbol_whole_and_hides_the_rest(nodes: dict[str, str]) -> None:
    assert not [name for name in nodes if not re.fullmatch(r"lsexport_[a-z0-9_]+", name)]
    assert [line.strip() for line in MAP.read_text().partition("local:")[2].splitlines()][1] == "*;"


def test_the_archive_has_the_same_names_and_no_others_global(built: Built, nodes: dict[str, str]) -> None:
    assert binary.global_names(built.archive) == set(nodes)


def test_names_are_told_apart(built: Built) -> None:
    """The readers of this file see what is hidden from users: the inner archive is full of other names."""
    assert {name for name in binary.global_names(built.core) if not name.startswith("lsexport_")}
    assert map_nodes("/* a; */ A_1 { global: a; b; local: *; }; A_2 { global: c; } A_1;") == {
        "a": "A_1",
        "b": "A_1",
        "c": "A_2",
    }
