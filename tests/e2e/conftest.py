# SPDX-License-Identifier: MIT
"""The library, as the program `driver` and as the examples, against the emulator."""

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import real_buckets
import storage_servers
from certificates import Authority
from real_buckets import RealBucket

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


class Report(dict):
    """The members of a report's JSON, with its text, and what diagnose created."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(outcome["report"])
        self.text = bytes(outcome["text"]).decode()
        self.destination = outcome.get("destination")

    def assert_one_screen(self) -> None:
        """Lines are wrapped between words; URLs and keys are not."""
        lines = self.text.splitlines()
        assert len(lines) <= 50, self.text
        whole = ("writes to ", "bucket    ", "key       ", "left      ")
        for line in lines:
            assert len(line) <= 100 or line.startswith(whole) or " " not in line[10:].strip(), line

    @property
    def verdicts(self) -> dict[str, str]:
        return {permission["name"]: permission["verdict"] for permission in self["permissions"]}

    @property
    def codes(self) -> list[str]:
        return [finding["code"] for finding in self["findings"]]

    def finding(self, code: str) -> dict[str, str]:
        [found] = [finding for finding in self["findings"] if finding["code"] == code]
        return found

    def step(self, name: str) -> dict[str, Any]:
        [found] = [step for step in self["steps"] if step["name"] == name]
        return found

    def outcomes(self, outcome: str) -> list[str]:
        return [step["name"] for step in self["steps"] if step["outcome"] == outcome]


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

    def report(self, command: str, **pairs: Any) -> "Report":
        """Of check or diagnose. Nothing of it may show a secret."""
        outcome = self(command, **pairs)
        assert "error" not in outcome, outcome["error"]["message"]
        report = Report(outcome)
        shown = outcome.text + report.text  # the JSON, the log, and what people read
        for name in ("access_key_id", "secret_access_key", "session_token"):
            assert not pairs.get(name) or pairs[name] not in shown, name
        assert self.environment["LANGSMITH_API_KEY"] not in shown
        report.assert_one_screen()
        return report

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

    def bucket_spec(self, bucket: RealBucket, credentials: dict[str, str], **changes: Any) -> dict[str, Any]:
        """A destination on a real server's bucket."""
        values = {"bucket_name": real_buckets.BUCKET, "region": bucket.region, "endpoint_url": bucket.endpoint}
        kind = "session" if "session_token" in credentials else "static"
        return {"display_name": "nightly", "prefix": "traces", "credentials": kind, **values, **credentials, **changes}

    def posts(self) -> list[dict[str, Any]]:
        return [request for request in self.langsmith.requests() if request["method"] == "POST"]


@pytest.fixture
def library(langsmith) -> Library:
    return Library(langsmith)


# ---- the real servers, one of each for the whole run


def running(name: str, folder: Path) -> Iterator[storage_servers.StorageServer]:
    server = storage_servers.start(name, folder / "data")
    yield server
    server.stop()


@pytest.fixture(scope="session")
def versitygw(tmp_path_factory) -> Iterator[storage_servers.StorageServer]:
    yield from running("versitygw", tmp_path_factory.mktemp("versitygw"))


@pytest.fixture(scope="session")
def minio(tmp_path_factory) -> Iterator[storage_servers.StorageServer]:
    yield from running("minio", tmp_path_factory.mktemp("minio"))


@pytest.fixture(scope="session")
def moto_bucket(langsmith_process) -> RealBucket:
    return real_buckets.Moto(langsmith_process)


@pytest.fixture(scope="session")
def versitygw_bucket(versitygw) -> RealBucket:
    return real_buckets.of(versitygw)


@pytest.fixture(scope="session")
def minio_bucket(minio) -> RealBucket:
    return real_buckets.of(minio)


@pytest.fixture(params=["moto", "versitygw", "minio"])
def bucket(request) -> RealBucket:
    return request.getfixturevalue(f"{request.param}_bucket")


@pytest.fixture(scope="session")
def authority(tmp_path_factory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="session")
def certificate(authority) -> Path:
    return authority.certificate("localhost", f"{real_buckets.BUCKET}.localhost", "127.0.0.1")
