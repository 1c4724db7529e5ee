# SPDX-License-Identifier: MIT
"""The programs of examples/, as a reader would run them."""

import os
import re
import subprocess

import pytest
from conftest import EXAMPLES

UUID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"


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
    assert programs == {"create", "create_gcs", "create_virtual_hosted", "delete", "ensure", "list", "rotate"}


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


@pytest.mark.parametrize("program", ["create", "create_gcs", "create_virtual_hosted", "delete", "ensure", "rotate"])
def test_usage(shell, program):
    run = shell(program)
    assert run.returncode == 2
    assert run.stderr.startswith("usage: ")
