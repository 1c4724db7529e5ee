# SPDX-License-Identifier: MIT
"""Installed trees: one made with DESTDIR from the build folder, one built for a prefix of its own and moved since."""

import json
import os
import re
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
CONSUMER = HERE / "consumer.c"
OUTPUT = re.compile(r"\d+\.\d+\.\d+ LSEXPORT_ERR_VALIDATION\n")


@dataclass(frozen=True)
class Tree:
    prefix: Path
    libdir: str  # below the prefix, as "lib/x86_64-linux-gnu"
    version: str

    @property
    def lib(self) -> Path:
        return self.prefix / self.libdir


def run(*command: str | Path, cwd: Path | None = None, **environment: Any) -> str:
    """What a command prints; it must succeed."""
    done = subprocess.run(
        command, cwd=cwd, env={**os.environ, **environment}, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    assert done.returncode == 0, f"{' '.join(map(str, command))}\n{done.stdout}"
    return done.stdout


def needed(program: Path) -> set[str]:
    """The libraries that a program asks the loader for, without their versions."""
    return set(re.findall(r"NEEDED.*\[(\w+)", run("readelf", "--dynamic", "--wide", program)))


def check_program(program: Path, tree: Tree | None, *, static: bool) -> None:
    """The program runs, with the library of the tree or without any."""
    assert ("liblsexport" in needed(program)) == (not static)
    assert ("libcurl" in needed(program)) == static, "libcurl is the library's own affair, unless that is linked in"
    paths = {"LD_LIBRARY_PATH": str(tree.lib)} if tree and not static else {}
    assert OUTPUT.fullmatch(run(program, **paths))


@pytest.fixture(scope="session")
def build() -> Path:
    return Path(os.environ["LSEXPORT_BUILD_DIR"]).resolve()


def told(build: Path, name: str) -> Any:
    return json.loads((build / f"meson-info/intro-{name}.json").read_text())


def option(build: Path, name: str) -> str:
    return next(one["value"] for one in told(build, "buildoptions") if one["name"] == name)


def install(build: Path, destdir: Path, *arguments: str) -> Tree:
    run("meson", "install", "-C", build, "--no-rebuild", "--destdir", destdir, *arguments)
    prefix = destdir / option(build, "prefix").lstrip("/")
    return Tree(prefix, option(build, "libdir"), told(build, "projectinfo")["version"])


@pytest.fixture(scope="session")
def staged(build: Path, tmp_path_factory: pytest.TempPathFactory) -> Tree:
    """As a packager makes it: the prefix is that of the build, below a folder."""
    return install(build, tmp_path_factory.mktemp("staged"))


def setup(build: Path, source: Path, arguments: Iterable[str | Path]) -> None:
    run("meson", "setup", build, source, "-Doptimization=0", *arguments)


@pytest.fixture(scope="session")
def moved(tmp_path_factory: pytest.TempPathFactory) -> Tree:
    """Built for a prefix of its own, installed there, and moved away."""
    folder = tmp_path_factory.mktemp("moved")
    prefix, place = folder / "first place", folder / "another place"
    options = ["-Dtests=disabled", "-Dexamples=false", "--prefix", prefix, "--libdir", "lib"]
    setup(folder / "build", ROOT, options)
    run("meson", "install", "-C", folder / "build")
    prefix.rename(place)
    return Tree(place, "lib", told(folder / "build", "projectinfo")["version"])
