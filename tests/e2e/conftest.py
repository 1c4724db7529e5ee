# SPDX-License-Identifier: MIT
"""The library, as the program `driver` and as the examples, against the emulator."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

BUILD = Path(os.environ["LSEXPORT_BUILD_DIR"]).resolve()
EXAMPLES = BUILD / "examples"
DESTINATIONS = "/api/v1/bulk-exports/destinations"


class Outcome(dict):
    """What the driver printed, and what it left on stderr."""

    def __init__(self, text: str) -> None:
        super().__init__(json.loads(text))
        self.text = text

    @property
    def error(self) -> dict[str, Any]:
        return self["error"]


class Library:
    """Calls of the library in a process of its own, each with its own client."""

    def __init__(self, langsmith) -> None:
        self.langsmith = langsmith
        self.environment = {
            "LANGSMITH_API_KEY": langsmith.api_key,
            "LANGSMITH_ENDPOINT": langsmith.endpoint,
            "LANGSMITH_WORKSPACE_ID": langsmith.workspace_id,
        }

    def __call__(self, command: str, *, env: dict[str, str] | None = None, **pairs: Any) -> Outcome:
        arguments = [f"{key}={value}" for key, value in pairs.items() if value is not None]
        environment = {**self.environment, **(env or {})}
        run = subprocess.run(
            [BUILD / "tests/e2e/driver", command, *arguments],
            env={**os.environ, **{k: v for k, v in environment.items() if v is not None}},
            check=False,
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert run.returncode in (0, 1), run
        assert run.stderr == ""
        outcome = Outcome(run.stdout)
        assert (run.returncode == 1) == ("error" in outcome)
        return outcome

    def spec(self, user: str = "full", **changes: Any) -> dict[str, Any]:
        """A destination in AWS form with that user's credentials."""
        credentials = self.langsmith.credentials(user)
        kind = "session" if "session_token" in credentials else "static"
        values = {
            "display_name": "nightly",
            "bucket_name": self.langsmith.env["EMULATOR_BUCKET"],
            "region": self.langsmith.env["EMULATOR_REGION"],
            "prefix": "traces",
            "credentials": kind,
            **credentials,
        }
        return {**values, **changes}

    def posts(self) -> list[dict[str, Any]]:
        return [request for request in self.langsmith.requests() if request["method"] == "POST"]


@pytest.fixture
def library(langsmith) -> Library:
    return Library(langsmith)
