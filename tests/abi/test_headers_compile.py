# SPDX-License-Identifier: MIT
"""Each header compiles alone, and twice, as C and as C++, with every warning an error."""

import subprocess
from pathlib import Path

import pytest
from build_folder import Built

WARNINGS = ["-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Wshadow", "-Wundef", "-Werror"]
STANDARDS = {"c": ["c11", "c17"], "c++": ["c++11", "c++14", "c++17", "c++20"]}
COMPILERS = {"gcc": {"c": "gcc", "c++": "g++"}, "clang": {"c": "clang", "c++": "clang++"}}
CASES = [
    (family, language, standard)
    for family in COMPILERS
    for language, standards in STANDARDS.items()
    for standard in standards
]


def compile_alone(headers: list[Path], include: Path, folder: Path, case: tuple[str, str, str], *flags: str) -> str:
    """What the compiler says of programs that hold nothing but one of the headers; "" when it is content."""
    family, language, standard = case
    sources = []
    for header in headers:
        source = folder / f"{header.stem}.{'c' if language == 'c' else 'cc'}"
        line = f"#include <{header.relative_to(include)}>\n"
        source.write_text(line * 2)
        sources.append(source)
    command = [COMPILERS[family][language], f"-std={standard}", "-fsyntax-only", f"-I{include}", *WARNINGS, *flags]
    run = subprocess.run([*command, *sources], text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    return run.stdout or ("" if run.returncode == 0 else f"status {run.returncode}")


@pytest.mark.parametrize("case", CASES, ids="-".join)
@pytest.mark.parametrize("flags", [[], ["-DLSEXPORT_STATIC"]], ids=["shared", "static"])
def test_each_header_compiles_alone(built: Built, tmp_path: Path, case: tuple[str, str, str], flags: list[str]) -> None:
    assert compile_alone(list(built.headers), built.include, tmp_path, case, *flags) == ""


@pytest.mark.parametrize("case", [case for case in CASES if case[2].endswith("11")], ids="-".join)
@pytest.mark.parametrize(
    "text",
    [
        "#ifndef A\n#define A\nsize_t count(void);\n#endif\n",  # leans on a header that it does not include
        "enum { A = 1 };\n",  # has no guard
        "#ifndef A\n#define A\nstruct a { int b[0]; };\n#endif\n",  # pedantry
    ],
    ids=["incomplete", "unguarded", "wrong"],
)
def test_a_bad_header_does_not(tmp_path: Path, case: tuple[str, str, str], text: str) -> None:
    (tmp_path / "bad.h").write_text(text)
    assert compile_alone([tmp_path / "bad.h"], tmp_path, tmp_path, case) != ""
