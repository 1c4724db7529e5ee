# SPDX-License-Identifier: MIT
"""What is built: the wheel, and the sdist. LSEXPORT_PYTHON_DIST is the folder in which scripts/test has built them."""

import os
import re
import subprocess
import tarfile
import zipfile
from importlib import metadata
from pathlib import Path

import lsexport
import pytest
from conftest import ROOT
from lsexport._ffi import lib

BUILT = Path(os.environ["LSEXPORT_PYTHON_DIST"])
(WHEEL,) = BUILT.glob("dist/*.whl")
(SDIST,) = BUILT.glob("dist/*.tar.gz")
SOURCES = {path.name for path in (ROOT / "bindings/python/src/lsexport").iterdir() if path.is_file()}


def names_of(wheel: Path) -> set[str]:
    return set(zipfile.ZipFile(wheel).namelist())


def test_wheel_holds_the_package_and_nothing_else():
    package = {name.removeprefix("lsexport/") for name in names_of(WHEEL) if name.startswith("lsexport/")}
    assert package == SOURCES | {"_constants.py", "_ffi.abi3.so"}
    others = {name for name in names_of(WHEEL) if not name.startswith("lsexport/")}
    information = {"METADATA", "WHEEL", "RECORD", "licenses/LICENSE"}
    assert others == {f"lsexport-{lsexport.__version__}.dist-info/{name}" for name in information}


def test_wheel_is_for_this_python_and_all_later_ones():
    assert re.fullmatch(r"lsexport-[\d.]+-cp3\d+-abi3-linux_\w+\.whl", WHEEL.name)


def test_extension_exports_its_start_alone(tmp_path):
    extension = zipfile.ZipFile(WHEEL).extract("lsexport/_ffi.abi3.so", tmp_path)
    symbols = subprocess.run(
        ["nm", "--dynamic", "--defined-only", extension], check=True, capture_output=True, text=True
    ).stdout
    assert re.findall(r" [A-Z] (\w+)$", symbols, re.MULTILINE) == ["PyInit__ffi"]
    needed = subprocess.run(["readelf", "--dynamic", extension], check=True, capture_output=True, text=True).stdout
    assert not re.search(r"NEEDED.*lsexport", needed)
    assert "RUNPATH" not in needed


def test_sdist_builds_on_its_own():
    (wheel,) = BUILT.glob("dist-of-sdist/*.whl")
    assert wheel.name == WHEEL.name
    assert names_of(wheel) == names_of(WHEEL)


def test_sdist_holds_the_core_and_no_more_of_the_repository():
    with tarfile.open(SDIST) as sdist:
        names = {name.partition("/")[2] for name in sdist.getnames()}
    core = "subprojects/lsexport/"
    assert {f"{core}{name}" for name in ("meson.build", "include/lsexport/lsexport.h", "lib/lsexport.map")} <= names
    tops = {name.removeprefix(core).split("/")[0] for name in names if name.startswith(core)}
    assert tops == {"LICENSE", "include", "lib", "meson.build", "meson_options.txt", "pkgconfig"}


def test_versions_agree():
    (version,) = re.findall(r"^  version: '([\d.]+)',$", (ROOT / "meson.build").read_text(), re.MULTILINE)
    assert lsexport.__version__ == metadata.version("lsexport") == version
    assert lsexport.version_details().startswith(f"liblsexport/{version} ")
    assert lsexport.OLD_CREDENTIALS_NEEDED.total_seconds() * 1000 == lib.LSEXPORT_OLD_CREDENTIALS_NEEDED_MS


@pytest.mark.parametrize("checker", ["sanitizers", "valgrind"])
def test_memory(checker, tmp_path):
    """The vectors again, where each access to memory is looked at. Python has its own leaks, and under valgrind its own
    reads of what was never set: neither is looked for."""
    command = [f"{BUILT}/venv/bin/python", Path(__file__).with_name("vectors.py")]
    if checker == "valgrind":
        environment = {"PYTHONMALLOC": "malloc"}
        command = ["valgrind", "--quiet", "--error-exitcode=99", "--undef-value-errors=no", *command]
    else:
        (wheel,) = BUILT.glob("dist-sanitizers/*.whl")
        zipfile.ZipFile(wheel).extractall(tmp_path)
        environment = {
            "LD_PRELOAD": f"{runtime('libasan.so')} {runtime('libubsan.so')}",
            "PYTHONPATH": str(tmp_path),
            "ASAN_OPTIONS": "detect_leaks=0",
            "UBSAN_OPTIONS": "halt_on_error=1",
        }
    run = subprocess.run(command, env={**os.environ, **environment}, check=False, capture_output=True, text=True)
    assert (run.returncode, run.stderr) == (0, "")


def runtime(library: str) -> str:
    found = subprocess.run(["gcc", f"-print-file-name={library}"], check=True, capture_output=True, text=True)
    return found.stdout.strip()
