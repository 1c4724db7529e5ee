# SPDX-License-Identifier: MIT
"""What meson install puts where."""

import subprocess
from pathlib import Path

import pytest
from conftest import ROOT, Tree, install, option, setup, told

HEADERS = ["api", "call", "client", "credentials", "destination", "error", "lsexport", "queue", "report"]


def files_of(prefix: Path) -> list[str]:
    return sorted(str(path.relative_to(prefix)) for path in prefix.rglob("*") if not path.is_dir())


def test_these_files_and_no_others(staged: Tree) -> None:
    lib, version = staged.libdir, staged.version
    assert files_of(staged.prefix) == sorted(
        [f"include/lsexport/{name}.h" for name in HEADERS]
        + [f"{lib}/liblsexport.so", f"{lib}/liblsexport.so.0", f"{lib}/liblsexport.so.{version}"]
        + [f"{lib}/liblsexport.a", f"{lib}/pkgconfig/lsexport.pc", f"{lib}/pkgconfig/lsexport-static.pc"]
        + [f"{lib}/cmake/lsexport/lsexport-config.cmake", f"{lib}/cmake/lsexport/lsexport-config-version.cmake"]
    )


def test_the_names_of_the_library_lead_to_the_file(staged: Tree) -> None:
    assert (staged.lib / "liblsexport.so.0").readlink() == Path(f"liblsexport.so.{staged.version}")
    assert (staged.lib / "liblsexport.so").readlink() == Path("liblsexport.so.0")


def test_a_runtime_package_holds_the_library_alone(build: Path, tmp_path: Path) -> None:
    tree = install(build, tmp_path, "--tags", "runtime")
    assert files_of(tmp_path) == sorted(
        str((tree.lib / name).relative_to(tmp_path)) for name in ("liblsexport.so.0", f"liblsexport.so.{tree.version}")
    )


def test_no_file_names_the_checkout_or_the_build_folder(staged: Tree, moved: Tree, build: Path, tmp_path: Path) -> None:
    traitors = {str(ROOT), str(build), str(staged.prefix), str(moved.prefix.parent / "build")}
    for tree in (staged, moved):
        for name in files_of(tree.prefix):
            file = tree.prefix / name
            if file.suffix not in (".h", ".pc", ".cmake"):
                subprocess.run(["objcopy", "--strip-debug", file, tmp_path / "stripped"], check=True)
                file = tmp_path / "stripped"
            assert not [path for path in traitors if path.encode() in file.read_bytes()], name


def test_a_pc_file_names_its_prefix_once(staged: Tree, build: Path) -> None:
    for name in ("lsexport.pc", "lsexport-static.pc"):
        text = (staged.lib / "pkgconfig" / name).read_text()
        assert text.count(option(build, "prefix")) == 1, "all else is ${prefix}, so that a moved tree can be told of"


@pytest.mark.parametrize(
    ("kind", "left_out"),
    [
        ("shared", {"liblsexport.a", "lsexport-static.pc"}),
        ("static", {"liblsexport.so", "liblsexport.so.0", "liblsexport.so.{version}", "lsexport.pc"}),
    ],
)
def test_a_build_of_one_kind_installs_only_its_own(staged: Tree, tmp_path: Path, kind: str, left_out: set[str]) -> None:
    setup(tmp_path, ROOT, [f"-Ddefault_library={kind}", "-Dtests=disabled", "-Dexamples=false"])
    installed = {Path(place).name for place in told(tmp_path, "installed").values()}
    all_kinds = {Path(name).name for name in files_of(staged.prefix)}
    assert all_kinds - installed == {name.format(version=staged.version) for name in left_out}
