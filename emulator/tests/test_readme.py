"""What README.md and docs/emulator.md say is there."""

import re
from pathlib import Path
from typing import get_args

from lsexport_emulator.admin import create_admin
from lsexport_emulator.emulator import Emulator
from lsexport_emulator.faults import Fault
from lsexport_emulator.scripts import SCRIPTS
from lsexport_emulator.settings import Settings

FOLDER = Path(__file__).parent.parent
README = (FOLDER / "README.md").read_text()
# Without its fenced blocks, whose marks would be taken for the ends of code.
CODE = set(re.findall(r"`([^`\n]+)`", re.sub(r"```.*?```", "", README, flags=re.DOTALL)))


def test_every_setting_is_named() -> None:
    assert {name for name in Settings.model_fields if not re.search(rf"`{name}\b", README)} == set()


def test_every_kind_of_fault_is_named() -> None:
    union, _ = get_args(Fault)
    kinds = {get_args(fault.model_fields["kind"].annotation)[0] for fault in get_args(union)}
    assert kinds <= CODE


def test_every_route_is_named() -> None:
    paths = create_admin(Emulator()).openapi()["paths"]
    for path in paths:
        assert path.replace("destination_id", "id").removeprefix("/scripted-s3") in README, path


def test_named_scripts_exist() -> None:
    section = README[README.index("### The scripted S3") : README.index("## The emulator's own routes")]
    named = set(re.findall(r"`([a-z0-9]+(?:-[a-z0-9]+)+|silent|redirect)`", section))
    assert named and named <= set(SCRIPTS)
