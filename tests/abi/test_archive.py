# SPDX-License-Identifier: MIT
"""lib/archive.sh hides what is hidden, however the objects were compiled."""

import subprocess
from pathlib import Path

import binary
import pytest

SCRIPT = Path(__file__).parents[2] / "lib/archive.sh"
PUBLIC = '__attribute__((visibility("default"))) int lsexport_a(int a) { int b(int); return b(a); }'
HIDDEN = "int b(int a) { return a + 1; }"
MAIN = "int lsexport_a(int); int b(int a) { return a; } int main(void) { return lsexport_a(b(1)) != 2; }"


def archived(folder: Path, *flags: str) -> subprocess.CompletedProcess[str]:
    for name, text in (("a.c", PUBLIC), ("b.c", f"#pragma GCC visibility push(hidden)\n{HIDDEN}"), ("main.c", MAIN)):
        (folder / name).write_text(text)
    subprocess.run(["gcc", "-O2", "-w", *flags, "-c", "a.c", "b.c"], cwd=folder, check=True)
    subprocess.run(["gcc-ar", "rcs", "in.a", "a.o", "b.o"], cwd=folder, check=True)
    command = ["sh", str(SCRIPT), "in.a", "out.a", "scratch", "ld", "objcopy", "ar"]
    return subprocess.run(command, cwd=folder, text=True, stderr=subprocess.PIPE)


FLAGS = [[], ["-ffunction-sections"], ["-flto", "-ffat-lto-objects"]]


@pytest.mark.parametrize("flags", FLAGS, ids=["plain", "function sections", "fat objects"])
def test_a_user_may_have_the_same_name(tmp_path: Path, flags: list[str]) -> None:
    assert archived(tmp_path, *flags).returncode == 0
    assert binary.global_names(tmp_path / "in.a") >= {"lsexport_a", "b"}
    assert binary.global_names(tmp_path / "out.a") == {"lsexport_a"}
    subprocess.run(["gcc", "-O2", "-flto", "main.c", "out.a", "-o", "main"], cwd=tmp_path, check=True)
    subprocess.run([tmp_path / "main"], check=True)


def test_objects_without_machine_code_are_refused(tmp_path: Path) -> None:
    run = archived(tmp_path, "-flto", "-fno-fat-lto-objects")
    assert run.returncode == 1 and "-ffat-lto-objects" in run.stderr
    assert not (tmp_path / "out.a").exists()
