# SPDX-License-Identifier: MIT
"""The types of the exported functions, read from debug information, against the committed baseline."""

import re
import subprocess
from pathlib import Path

import abi_dump
import pytest
from build_folder import Built
from levels import BASELINE


@pytest.fixture(scope="module")
def now(built: Built, tmp_path_factory: pytest.TempPathFactory) -> Path:
    to = tmp_path_factory.mktemp("abi") / "now.abixml"
    abi_dump.dump(built.shared, to)
    return to


def test_nothing_differs_from_the_baseline(now: Path) -> None:
    assert abi_dump.differences(BASELINE, now) == "", "if this is meant: tests/abi/update-baseline"


def test_the_dump_holds_no_path_and_no_private_type(now: Path) -> None:
    for dump in (now, BASELINE):
        text = dump.read_text()
        assert not re.findall(r'="[/.].*', text), dump
        assert "<data-member" not in text and "<enum-decl" not in text, dump


@pytest.mark.parametrize("options", [[], ["--no-added-syms"]], ids=["all", "without additions"])
@pytest.mark.parametrize(
    ("function", "before", "after"),
    [
        ("lsexport_destinations_count", 'return type-id="{size_t}"', 'return type-id="{int32_t}"'),
        ("lsexport_error_cause", 'return type-id="{int32_t}"', 'return type-id="{int64_t}"'),
        ("lsexport_error_field_path", '<parameter type-id="{size_t}" />', ""),
    ],
)
def test_another_type_is_seen(
    now: Path, tmp_path: Path, function: str, before: str, after: str, options: list[str]
) -> None:
    text = BASELINE.read_text()
    ids = dict(re.findall(r'<typedef-decl name="(\w+)" type-id="\w+" id="(\w+)"', text))
    start = text.index(f'<function-decl name="{function}"')
    end = text.index("</function-decl>", start)
    declaration = text[start:end].replace(before.format(**ids), after.format(**ids))
    assert declaration != text[start:end]
    changed = tmp_path / "changed.abixml"
    changed.write_text(text[:start] + declaration + text[end:])
    assert f"{function}(" in abi_dump.differences(changed, now, *options)


def test_a_library_without_debug_information_is_refused(built: Built, tmp_path: Path) -> None:
    subprocess.run(["strip", "--strip-debug", "-o", tmp_path / "stripped.so", built.shared], check=True)
    with pytest.raises(ValueError, match="no debug information"):
        abi_dump.dump(tmp_path / "stripped.so", tmp_path / "stripped.abixml")
