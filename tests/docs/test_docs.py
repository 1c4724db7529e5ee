# SPDX-License-Identifier: MIT
"""What the pages say is so, as far as a program can tell."""

import fnmatch
import json
import os
import re
import subprocess
from pathlib import Path

import pytest
from pages import OUR_PAGES, PAGES, ROOT, Block, anchors, blocks, code_in_first_column, links, name_of, prose

BUILD = Path(os.environ["LSEXPORT_BUILD_DIR"]).resolve()
HEADERS = "\n".join(header.read_text() for header in sorted((ROOT / "include/lsexport").glob("*.h")))
SOURCES = "\n".join(source.read_text() for source in sorted((ROOT / "lib").glob("*/*.c")))
GENERATED = [page for page in OUR_PAGES if "<!-- generated: " in page.read_text()]


# ---- the parts that a program writes


@pytest.mark.parametrize("page", GENERATED, ids=name_of)
def test_generated_parts_are_current(page):
    run = subprocess.run([BUILD / "docs/docs-generate", page], capture_output=True, text=True, check=True)
    assert run.stdout == page.read_text(), "run scripts/docs"


def test_every_generated_part_is_on_a_page():
    wanted = set(re.findall(r'\{"(\w+)", \w+\}', (ROOT / "docs/generate.c").read_text()))
    marked = set(re.findall(r"^<!-- generated: (\w+) -->$", "".join(map(Path.read_text, GENERATED)), re.MULTILINE))
    assert marked == wanted


# ---- tables by hand, whose truth is in the sources


def test_errors_page_lists_every_fact():
    page = (ROOT / "docs/errors.md").read_text()
    listed = code_in_first_column(page[page.index("## Facts") : page.index("## Statuses")])
    set_by_us = re.findall(r'error_add_fact\(\w+, "(\w+)"', SOURCES)
    texts = (ROOT / "lib/error/storage_text.c").read_text()
    read_from_storage = re.findall(r'\badd(?:_between|_joined)?\(\w+, "(\w+)"', texts)
    assert set(listed) == set(set_by_us) | set(read_from_storage)


def test_errors_page_lists_every_check_that_can_be_overruled():
    page = (ROOT / "docs/errors.md").read_text()
    table = page[page.index("## Checks that can be overruled") : page.index("## Facts")]
    assert code_in_first_column(table) == re.findall(r'\[CHECK_\w+\] = "(\w+)"', SOURCES)


def test_configuration_page_lists_every_preset_and_variable():
    page = (ROOT / "docs/configuration.md").read_text()
    config = (ROOT / "lib/api/client_config.c").read_text()
    presets = re.findall(r'\{"([\w-]+)", "(https://[^"]+)"\}', config)
    assert presets
    assert re.findall(r"^\| `([\w-]+)` \| (https://\S+) \|", page, re.MULTILINE) == presets
    variables = re.findall(r'\{"(LANGSMITH_\w+)", &', (ROOT / "lib/api/config.c").read_text())
    assert re.findall(r"^\| `(LANGSMITH_\w+)` \|", page, re.MULTILINE) == variables


# ---- README and changelog


def test_program_of_the_readme_is_the_example():
    programs = [block for block in blocks("c") if block.page == ROOT / "README.md"]
    assert [program.text for program in programs] == [(ROOT / "examples/create.c").read_text()]


def test_failure_of_the_readme_is_what_the_library_says(langsmith, tmp_path):
    failure, diagnosis = (block.text for block in blocks("text") if block.page == ROOT / "README.md")
    denied = langsmith.credentials("denied")
    bucket, endpoint = langsmith.env["EMULATOR_BUCKET"], langsmith.env["EMULATOR_S3_ENDPOINT"]

    def run(*command: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [BUILD / "examples" / command[0], *command[1:]],
            env={
                "LANGSMITH_API_KEY": langsmith.api_key,
                "LANGSMITH_ENDPOINT": langsmith.endpoint,
                "AWS_ACCESS_KEY_ID": denied["access_key_id"],
                "AWS_SECRET_ACCESS_KEY": denied["secret_access_key"],
            },
            cwd=tmp_path,
            check=False,
            capture_output=True,
            text=True,
        )

    created = run("create", "nightly", bucket, "us-east-1", "traces")
    assert (created.returncode, created.stderr) == (1, failure)
    diagnosed = run("diagnose", "nightly", bucket, "us-east-1", "traces", endpoint)
    assert (diagnosed.returncode, diagnosed.stdout[: len(diagnosis)]) == (1, diagnosis)


def test_readme_leads_to_every_page():
    reachable = {(ROOT / link).resolve() for link in links(ROOT / "README.md") if "://" not in link}
    assert [name_of(page) for page in (ROOT / "docs").glob("*.md") if page not in reachable] == []


def test_changelog_has_the_version():
    version = re.search(r"^  version: '([\d.]+)',$", (ROOT / "meson.build").read_text(), re.MULTILINE)
    assert version
    assert f"\n## {version[1]} - " in (ROOT / "CHANGELOG.md").read_text()


# ---- links


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_links_lead_somewhere(page):
    for link in links(page):
        if "://" in link:
            continue
        target, _, fragment = link.partition("#")
        path = (page.parent / target).resolve() if target else page
        assert path.exists(), link
        assert path.is_relative_to(ROOT), link
        if fragment:
            assert fragment in anchors(path), link


# ---- code


# The handles that the pages' fragments speak of, and what a reader has by then.
BEGINNING = """
#include <lsexport/lsexport.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
"""
HANDLES = """
  lsexport_config *config = NULL;
  lsexport_client *client = NULL;
  lsexport_credentials *credentials = NULL, *new_credentials = NULL;
  lsexport_destination_spec *spec = NULL;
  lsexport_destination *destination = NULL;
  lsexport_call *call = NULL;
  lsexport_error *error = NULL;
  const char *destination_id = "", *ids[] = {""};
  uint64_t count = 1;
"""


def program_of(block: Block) -> str:
    """A whole program as it is; a function between includes; statements in a function that has the handles."""
    if "#include" in block.text:
        return block.text
    if block.text.startswith("static "):
        return BEGINNING + block.text
    before = [other.text for other in blocks("c", [block.page]) if other.text.startswith("static ")]
    return f"{BEGINNING}{''.join(before)}void page(void);\nvoid page(void) {{{HANDLES}{block.text}}}\n"


C = [(block, "gcc") for block in blocks("c")]
# A whole program is C; what a reader would put into one may as well be put into C++.
CXX = [(block, "g++") for block in blocks("c") if "#include" not in block.text]


@pytest.mark.parametrize(("block", "compiler"), C + CXX, ids=str)
def test_c_compiles(block, compiler, tmp_path):
    source = tmp_path / "block.c"
    source.write_text(program_of(block))
    flags = ["-std=c11", "-x", "c"] if compiler == "gcc" else ["-std=c++11", "-x", "c++"]
    flags += ["-Wall", "-Wextra", "-Werror", "-Wno-unused", "-D_DEFAULT_SOURCE", f"-I{ROOT}/include", "-fsyntax-only"]
    run = subprocess.run([compiler, *flags, source], check=False, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_names_of_the_interface_exist(page):
    known = set(re.findall(r"\b(?:lsexport_\w+|LSEXPORT_\w+)", HEADERS))
    known |= set(re.findall(r"LSEXPORT_[\d.]+(?= \{)", (ROOT / "lib/lsexport.map").read_text()))
    # Those of the tests and the emulator's Python package are no names of the interface.
    known |= {"LSEXPORT_BUILD_DIR", "lsexport_emulator"}
    named = set(re.findall(r"\b(?:lsexport_[a-z0-9_]+\*?|LSEXPORT_[A-Z0-9_]+(?:\.\d+|\*)?)", page.read_text()))
    # A family may be named by how its names begin: LSEXPORT_ERR_, LSEXPORT_ADDRESSING, lsexport_option_*.
    assert [name for name in named - known if not fnmatch.filter(known, f"{name.rstrip('_*')}_*")] == []


# ---- commands

# What a reader has: not of this repository.
KNOWN = {"apt-get", "cc", "go", "ldconfig", "meson", "pip", "python3"}


def commands() -> list[tuple[str, str]]:
    """(where, line): of blocks of shell, and of words in code that begin with a script of ours or with meson."""
    found = []
    for block in blocks("sh"):
        for line in block.text.splitlines():
            found.append((str(block), line.split("#")[0].strip()))
    for page in OUR_PAGES:
        for code in re.findall(r"`((?:scripts/|meson )[^`]*)`", prose(page)):
            found.append((name_of(page), code))
    return [(where, line) for where, line in found if line]


@pytest.mark.parametrize(("where", "line"), commands())
def test_command_exists(where, line):
    program, *arguments = line.split()
    if program.startswith("scripts/"):
        path = ROOT / program
        assert path.exists()
        assert path.is_dir() or path.suffix == ".sh" or os.access(path, os.X_OK)
    elif not program.startswith("./"):
        assert program in KNOWN
    if program == "scripts/test":
        run = subprocess.run([ROOT / program, "--list"], capture_output=True, text=True, check=True)
        steps = {described.split()[0] for described in run.stdout.splitlines()}
        assert {argument for argument in arguments if argument != "--list"} <= steps


def test_tests_that_a_command_names_exist():
    tests = json.loads((BUILD / "meson-info/intro-tests.json").read_text())
    names = {test["name"] for test in tests}
    suites = {suite.removeprefix("lsexport:") for test in tests for suite in test["suite"]}
    for where, line in commands():
        if line.startswith("meson test "):
            assert set(re.findall(r" (test_\w+)", line)) <= names, where
            assert set(re.findall(r" --suite (\w+)", line)) <= suites, where


# ---- folders


def test_readme_of_the_tests_lists_every_folder():
    page = (ROOT / "tests/README.md").read_text()
    folders = {folder.name for folder in (ROOT / "tests").iterdir() if folder.is_dir() and any(folder.iterdir())}
    listed = set(re.findall(r"^\| `(\w+)/` \|", page, re.MULTILINE))
    assert listed >= folders - {"__pycache__"}
    assert [name for name in listed if not (ROOT / "tests" / name).is_dir()] == []


def test_contributing_lists_every_folder_of_the_library():
    page = (ROOT / "CONTRIBUTING.md").read_text()
    listed = re.findall(r"^\| `lib/(\w+)/` \|", page, re.MULTILINE)
    assert set(listed) == {folder.name for folder in (ROOT / "lib").iterdir() if folder.is_dir()}


def test_testing_page_names_every_step():
    page = (ROOT / "docs/testing.md").read_text()
    run = subprocess.run([ROOT / "scripts/test", "--list"], capture_output=True, text=True, check=True)
    named = code_in_first_column(page[page.index("## What each step proves") :])
    assert set(named) == {line.split()[0] for line in run.stdout.splitlines()}


@pytest.mark.parametrize("page", OUR_PAGES, ids=name_of)
def test_tests_that_a_page_names_exist(page):
    """A page that says which test shows something writes `tests/FOLDER/FILE` or `tests/FOLDER/FILE: NAME`."""
    for path, name in re.findall(r"`(?:\w+=\S+ )?(tests/[\w/.-]*\w)(?:: (\w+))?`", page.read_text()):
        assert (ROOT / path).is_file(), path
        if name:
            assert re.search(rf"\b{name}\b", (ROOT / path).read_text()), f"{path}: {name}"
