# SPDX-License-Identifier: MIT
"""A user's project that has liblsexport as a meson subproject."""

import shutil
from pathlib import Path

import pytest
from conftest import CONSUMER, HERE, ROOT, check_program, run, setup


@pytest.mark.parametrize("kind", ["shared", "static"])
def test_a_subproject(tmp_path: Path, kind: str) -> None:
    source = tmp_path / "source"
    (source / "subprojects").mkdir(parents=True)
    (source / "subprojects/lsexport").symlink_to(ROOT)
    shutil.copy(CONSUMER, source)
    shutil.copy(HERE / "subproject/meson.build", source)
    build = tmp_path / "build"
    setup(build, source, [f"-Ddefault_library={kind}", "--force-fallback-for=lsexport"])
    run("meson", "compile", "-C", build, "consumer")
    check_program(build / "consumer", None, static=kind == "static")
