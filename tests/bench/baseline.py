# SPDX-License-Identifier: MIT
"""What a call costs above its floor in instructions, as it was when somebody last agreed to it; one file a libcurl."""

import json
from pathlib import Path

import counts

FOLDER = Path(__file__).parent / "baseline"


def path() -> Path:
    return FOLDER / f"libcurl-{counts.libcurl_version()}.json"


def read() -> dict[str, int] | None:
    """None for a libcurl that nobody has measured yet."""
    return json.loads(path().read_text()) if path().exists() else None


def move(over_floor: dict[str, int]) -> None:
    FOLDER.mkdir(exist_ok=True)
    path().write_text(json.dumps(over_floor, indent=2) + "\n")
