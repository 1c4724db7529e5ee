# SPDX-License-Identifier: MIT
"""A user's program, built through pkg-config."""

import os
import shlex
from pathlib import Path

import pytest
from conftest import CONSUMER, Tree, check_program, run

COMPILERS = {"c": ["cc"], "cpp": ["c++", "-x", "c++"]}


def flags(tree: Tree, package: str, *options: str, **environment: str) -> list[str]:
    path = os.pathsep.join(filter(None, [str(tree.lib / "pkgconfig"), os.environ.get("PKG_CONFIG_PATH")]))
    return shlex.split(run("pkg-config", *options, package, PKG_CONFIG_PATH=path, **environment))


def build_consumer(folder: Path, language: str, compile_flags: list[str], link_flags: list[str]) -> Path:
    command = [*COMPILERS[language], "-Wall", "-Wextra", "-Werror", *compile_flags, "-c", "-o", "consumer.o", CONSUMER]
    run(*command, cwd=folder)
    run(COMPILERS[language][0], "consumer.o", *link_flags, "-o", "consumer", cwd=folder)
    return folder / "consumer"


def build_with(tree: Tree, folder: Path, language: str, package: str, *options: str, **environment: str) -> Path:
    compile_flags = flags(tree, package, *options, "--cflags", **environment)
    return build_consumer(folder, language, compile_flags, flags(tree, package, *options, "--libs", **environment))


PACKAGES = [("lsexport", False), ("lsexport-static", True)]


@pytest.mark.parametrize("language", COMPILERS)
@pytest.mark.parametrize(("package", "static"), PACKAGES)
def test_a_tree_that_was_moved(moved: Tree, tmp_path: Path, language: str, package: str, static: bool) -> None:
    prefix = str(moved.prefix).replace(" ", "\\ ")
    program = build_with(moved, tmp_path, language, package, f"--define-variable=prefix={prefix}")
    check_program(program, moved, static=static)


@pytest.mark.parametrize(("package", "static"), PACKAGES)
def test_a_tree_that_finds_itself(moved: Tree, tmp_path: Path, package: str, static: bool) -> None:
    """--define-prefix takes the prefix from the place of the file; it knows prefix/lib/pkgconfig alone."""
    program = build_with(moved, tmp_path, "c", package, "--define-prefix")
    check_program(program, moved, static=static)


def test_the_prefix_it_was_configured_with(moved: Tree) -> None:
    first = moved.prefix.parent / "first place"
    assert flags(moved, "lsexport", "--cflags", "--libs") == [f"-I{first}/include", f"-L{first}/lib", "-llsexport"]


def test_a_staged_tree(staged: Tree, tmp_path: Path) -> None:
    """As cross builds do: what the system has is found in the system, so only our own flags are looked at."""
    sysroot = str(staged.prefix)[: -len(prefix_of(staged))]
    compile_flags = flags(staged, "lsexport", "--cflags", PKG_CONFIG_SYSROOT_DIR=sysroot)
    link_flags = flags(staged, "lsexport", "--libs", PKG_CONFIG_SYSROOT_DIR=sysroot)
    check_program(build_consumer(tmp_path, "c", compile_flags, link_flags), staged, static=False)


def prefix_of(tree: Tree) -> str:
    return flags(tree, "lsexport", "--variable=prefix")[0]


def test_the_shared_library_asks_nothing_of_its_users(staged: Tree) -> None:
    libdir = f"{prefix_of(staged)}/{staged.libdir}"
    assert set(flags(staged, "lsexport", "--libs")) <= {f"-L{libdir}", "-llsexport"}
    assert set(flags(staged, "lsexport", "--cflags")) <= {f"-I{prefix_of(staged)}/include"}


def test_versions(staged: Tree) -> None:
    for package in ("lsexport", "lsexport-static"):
        assert flags(staged, package, "--modversion") == [staged.version]
        with pytest.raises(AssertionError):
            flags(staged, f"{package} > {staged.version}", "--exists")
