# SPDX-License-Identifier: MIT
"""The programs of examples/, as a reader would run them."""

import os
import re
import subprocess
from pathlib import Path

import pytest
from conftest import EXAMPLES

ROOT = Path(__file__).parents[2]
UUID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"


EVENT_LOOPS = ["queue_epoll", "queue_glib", "queue_libuv"]


class Shell:
    def __init__(self, langsmith) -> None:
        self.langsmith = langsmith
        self.env = {**os.environ, **langsmith.env}

    def user(self, name: str) -> dict[str, str]:
        return {f"AWS_{key.upper()}": value for key, value in self.langsmith.credentials(name).items()}

    def __call__(self, program: str, *arguments: str, user: str = "full") -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [EXAMPLES / program, *arguments],
            env={**self.env, **self.user(user)},
            check=False,
            capture_output=True,
            text=True,
            timeout=60,
        )


@pytest.fixture
def shell(langsmith) -> Shell:
    return Shell(langsmith)


def test_every_example_is_tested():
    programs = {path.name for path in EXAMPLES.iterdir() if path.is_file() and os.access(path, os.X_OK)}
    alone = {"create", "create_gcs", "create_virtual_hosted", "delete", "ensure", "list", "rotate"}
    alone |= {"check", "diagnose", "explain"}
    assert programs == alone | {"rotate_all", *EVENT_LOOPS}


def test_create(shell, langsmith):
    bucket = langsmith.env["EMULATOR_BUCKET"]
    run = shell("create", "nightly traces", bucket, "us-east-1", "traces")
    assert run.returncode == 0
    assert re.fullmatch(f"created {UUID}\n", run.stdout)
    assert len(langsmith.requests()) == 1


def test_create_tells_why_it_failed(shell, langsmith):
    run = shell("create", "nightly traces", langsmith.env["EMULATOR_BUCKET"], "us-east-1", "traces", user="denied")
    assert run.returncode == 1
    assert run.stderr.startswith("destination create: access denied")
    assert run.stderr.count("\n") == 1


def test_create_gcs_and_virtual_hosted(shell, langsmith):
    endpoint = langsmith.env["EMULATOR_S3_ENDPOINT"]
    run = shell("create_gcs", "gcs", langsmith.env["EMULATOR_BUCKET"], "traces", endpoint)
    assert (run.returncode, run.stderr) == (0, "")
    host = endpoint.replace("127.0.0.1", "my-bucket.localhost")
    run = shell("create_virtual_hosted", "hosted", "my-bucket", "traces", host)
    assert (run.returncode, run.stderr) == (0, "")
    assert "bucket my-bucket" in run.stdout


def test_ensure_rotate_list_delete(shell, langsmith):
    bucket = langsmith.env["EMULATOR_BUCKET"]
    created = shell("ensure", "nightly", bucket, "us-east-1", "traces")
    assert created.stdout.startswith("created ")
    again = shell("ensure", "nightly", bucket, "us-east-1", "traces")
    assert again.stdout == created.stdout.replace("created", "found")
    [identifier] = re.findall(UUID, created.stdout)
    rotated = shell("rotate", identifier, user="rotated")
    assert rotated.returncode == 0
    assert re.search(r"do not revoke them before \d{4}-\d\d-\d\d \d\d:\d\d\n", rotated.stdout)
    assert identifier in shell("list").stdout
    assert shell("delete", identifier).stdout == f"deleted {identifier}\n"
    assert shell("list").stdout == ""


def test_a_failure_is_told_whole(shell, langsmith):
    run = shell("ensure", "nightly", langsmith.env["EMULATOR_BUCKET"], "us-east-1", "traces", user="denied")
    assert run.returncode == 1
    for word in ("failed:  access denied", "server: ", "remedy: ", "applied: no", "see: "):
        assert word in run.stderr


def test_check_and_diagnose(shell, langsmith):
    place = [langsmith.env["EMULATOR_BUCKET"], "us-east-1", "traces", langsmith.env["EMULATOR_S3_ENDPOINT"]]
    run = shell("check", *place)
    assert (run.returncode, run.stderr) == (0, "")
    assert run.stdout.startswith("From this machine the bucket ")
    assert run.stdout.count("\ngranted ") == 4
    assert langsmith.requests() == []
    run = shell("diagnose", "nightly", *place, user="denied")
    assert (run.returncode, run.stderr) == (1, "")
    assert run.stdout.startswith("LangSmith is denied the write, and this machine with the same credentials too")
    assert len(langsmith.requests()) == 1
    run = shell("diagnose", "nightly", *place)
    assert run.returncode == 0
    assert run.stdout.startswith("LangSmith created the destination")


def test_explain(shell, langsmith):
    run = shell("explain", "my-bucket", "traces", "eu-west-1")
    assert (run.returncode, run.stderr) == (0, "")
    assert run.stdout.startswith(
        'LangSmith will write to the bucket "my-bucket" on my-bucket.s3.eu-west-1.amazonaws.com.\n'
    )
    assert "https://my-bucket.s3.eu-west-1.amazonaws.com/traces/tmp/<uuid>.txt\n" in run.stdout
    run = shell("explain", "exp", "traces/", "", "https://s3.eu-west-1.amazonaws.com")
    page = (ROOT / "docs/explain.md").read_text()
    [shown] = re.findall(r"^```text\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    assert run.stdout.startswith(shown)
    run = shell("explain", "my-bucket", "traces?versionId=1", "", "https://my_bucket.example.com")
    assert (run.returncode, run.stderr) == (1, "")
    assert run.stdout.startswith("This destination will not work: ")
    assert langsmith.requests() == []


def ensured(shell, langsmith, count: int) -> list[str]:
    bucket = langsmith.env["EMULATOR_BUCKET"]
    runs = [shell("ensure", f"nightly {number}", bucket, "us-east-1", f"traces/{number}") for number in range(count)]
    return [identifier for run in runs for identifier in re.findall(UUID, run.stdout)]


@pytest.mark.parametrize("program", EVENT_LOOPS)
def test_a_queue_in_an_event_loop(shell, langsmith, program):
    identifiers = ensured(shell, langsmith, 3)
    run = shell(program, *identifiers)
    assert (run.returncode, run.stderr) == (0, "")
    assert sorted(re.findall(UUID, run.stdout)) == sorted(identifiers)
    absent = "00000000-0000-4000-8000-000000000000"
    run = shell(program, identifiers[0], absent, "no-id")
    assert run.returncode == 1
    assert re.findall(UUID, run.stdout) == identifiers[:1]
    assert f"{absent}: destination get: not found" in run.stderr
    assert "no-id: destination get: values not valid" in run.stderr


def test_rotate_all(shell, langsmith):
    identifiers = ensured(shell, langsmith, 5)
    run = shell("rotate_all", user="rotated")
    assert (run.returncode, run.stdout) == (0, "")
    assert run.stderr.endswith("\n5 of 5 rotated, 0 failed\n")
    run = shell("rotate_all", user="denied")
    assert run.returncode == 1
    assert sorted(re.findall(UUID, run.stdout)) == sorted(identifiers)
    assert run.stdout.count("destination patch: access denied") == 5
    assert run.stderr.endswith("\n0 of 5 rotated, 5 failed\n")
    patches = [request for request in langsmith.requests() if request["method"] == "PATCH"]
    assert len(patches) == 10


@pytest.mark.parametrize(
    "program", ["create", "create_gcs", "create_virtual_hosted", "delete", "ensure", "rotate", *EVENT_LOOPS]
)
def test_usage(shell, program):
    run = shell(program)
    assert run.returncode == 2
    assert run.stderr.startswith("usage: ")
