# SPDX-License-Identifier: MIT
"""A user's project, built with CMake's find_package."""

from pathlib import Path

import pytest
from conftest import HERE, Tree, check_program, run

TARGETS = {"lsexport": False, "lsexport-static": True}


def configure(build: Path, tree: Tree, *definitions: str, **environment: str) -> str:
    given = [f"-DCMAKE_PREFIX_PATH={tree.prefix}", "-DCMAKE_FIND_USE_CMAKE_SYSTEM_PATH=OFF", *definitions]
    return run("cmake", "-S", HERE / "cmake", "-B", build, *given, **environment)


@pytest.mark.parametrize("which", ["staged", "moved"])
def test_both_targets_in_both_languages(which: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    tree = request.getfixturevalue(which)
    configure(tmp_path, tree)
    run("cmake", "--build", tmp_path)
    for target, static in TARGETS.items():
        for language in ("c", "cpp"):
            check_program(tmp_path / f"{target}-{language}", tree, static=static)


def test_the_shared_library_needs_no_libcurl_to_build_with(staged: Tree, tmp_path: Path) -> None:
    (tmp_path / "none").mkdir()
    nowhere = {"PKG_CONFIG_LIBDIR": str(tmp_path / "none"), "PKG_CONFIG_PATH": ""}
    configure(tmp_path / "build", staged, "-DWANTED_TARGETS=lsexport", **nowhere)
    run("cmake", "--build", tmp_path / "build")
    check_program(tmp_path / "build/lsexport-c", staged, static=False)


@pytest.mark.parametrize("wanted", ["0.1", "0.0.1"])
def test_an_older_version_will_do(staged: Tree, tmp_path: Path, wanted: str) -> None:
    configure(tmp_path, staged, f"-DWANTED_VERSION={wanted}")


def test_a_newer_one_is_not_found(staged: Tree, tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match="compatible with requested version"):
        configure(tmp_path, staged, "-DWANTED_VERSION=99.0")
