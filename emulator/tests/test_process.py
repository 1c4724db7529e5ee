"""The command: options, the env file, start and stop."""

import contextlib
import http.client as http_client
import os
import signal
import socket
import sqlite3
import stat
import subprocess
import sys
import threading
from pathlib import Path
from uuid import UUID

import pytest
from conftest import DESTINATIONS, create

from lsexport_emulator import envfile
from lsexport_emulator.running import RunningEmulator, http


def test_env_file_for_shell_and_python(langsmith: RunningEmulator, tmp_path: Path) -> None:
    path = tmp_path / "it's an env file"
    odd = {"A": "plain", "B": 'it\'s $HOME `x` "y" \\ ;', "C": ""}
    envfile.write(str(path), odd)
    assert envfile.read(str(path)) == odd
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    script = '. "$1"; printf "%s|%s|%s" "$A" "$B" "$C"'
    shell = subprocess.run(
        ["sh", "-c", script, "sh", str(path)], stdout=subprocess.PIPE, text=True, check=True
    )
    assert shell.stdout == "|".join(odd.values())
    assert os.listdir(tmp_path) == [path.name]  # nothing temporary is left

    expected = {"LANGSMITH_ENDPOINT", "LANGSMITH_API_KEY", "LANGSMITH_WORKSPACE_ID", "EMULATOR_REGION"}
    expected |= {"EMULATOR_S3_ENDPOINT", "EMULATOR_BUCKET", "EMULATOR_SCRIPTED_S3_ENDPOINT"}
    for user in ("FULL", "ROTATED", "PUT_ONLY", "DENIED", "SESSION"):
        expected |= {f"EMULATOR_{user}_ACCESS_KEY_ID", f"EMULATOR_{user}_SECRET_ACCESS_KEY"}
    assert expected | {"EMULATOR_SESSION_SESSION_TOKEN"} <= set(langsmith.env)
    assert UUID(langsmith.workspace_id)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_signals_end_it_in_order(number: int) -> None:
    emulator = RunningEmulator.start("--no-embedded-s3")
    emulator.process.send_signal(number)
    assert emulator.process.wait(20) == 0
    assert emulator.stop() == 0


def test_a_stop_does_not_wait_for_a_silent_server() -> None:
    emulator = RunningEmulator.start("--no-embedded-s3")
    body = {
        "display_name": "never",
        "config": {"bucket_name": "silent", "endpoint_url": emulator.env["EMULATOR_SCRIPTED_S3_ENDPOINT"]},
        "credentials": {"access_key_id": "a", "secret_access_key": "b"},
    }

    def call() -> None:
        with contextlib.suppress(OSError, http_client.HTTPException):
            emulator.api("POST", DESTINATIONS, body)

    caller = threading.Thread(target=call)
    caller.start()
    while not emulator.admin("GET", "/scripted-s3/requests"):
        pass
    assert emulator.stop() == 0
    caller.join()


def test_the_embedded_s3_ends_with_the_emulator() -> None:
    emulator = RunningEmulator.start()
    s3 = emulator.env["EMULATOR_S3_ENDPOINT"]
    assert http("GET", f"{s3}/lsexport-bucket").status >= 200
    emulator.process.kill()  # it cannot say goodbye
    emulator.process.wait()
    emulator.stop()
    while True:
        try:
            http("GET", f"{s3}/lsexport-bucket")
        except OSError:
            break


def test_it_ends_with_its_parent() -> None:
    parent = """
import os, sys
from lsexport_emulator.running import RunningEmulator
emulator = RunningEmulator.start("--no-embedded-s3")
print(emulator.endpoint, flush=True)
os._exit(0)
"""
    ended = subprocess.run([sys.executable, "-c", parent], stdout=subprocess.PIPE, text=True, check=True)
    while True:
        try:
            http("GET", ended.stdout.strip() + DESTINATIONS)
        except OSError:
            break


def test_destinations_survive_a_restart_in_a_file(tmp_path: Path) -> None:
    path = tmp_path / "destinations.sqlite"
    with RunningEmulator.start("--database", str(path)) as emulator:
        made = create(emulator)
        old_bucket = emulator.env["EMULATOR_BUCKET"]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with RunningEmulator.start("--database", str(path), "--bucket", old_bucket) as emulator:
        assert emulator.api("GET", f"{DESTINATIONS}/{made['id']}").json() == made
        assert emulator.env["EMULATOR_BUCKETS"] == old_bucket
    with sqlite3.connect(path) as database:
        assert database.execute("SELECT count(*) FROM destinations").fetchone() == (1,)


def test_options(tmp_path: Path) -> None:
    arguments = ("--api-key", "lsv2_sk_mine", "--settings", '{"deployment": "self-hosted"}')
    with RunningEmulator.start("--no-embedded-s3", *arguments) as emulator:
        assert emulator.api_key == "lsv2_sk_mine"
        assert emulator.admin("GET", "/settings")["deployment"] == "self-hosted"
        assert "EMULATOR_S3_ENDPOINT" not in emulator.env
        with pytest.raises(RuntimeError, match="409"):
            emulator.objects()


def test_the_callers_own_aws_environment_is_of_no_effect(
    langsmith: RunningEmulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAMINE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "mine")
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", "http://127.0.0.1:1")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    with RunningEmulator.start() as emulator:
        create(emulator)
        reply = emulator.api(
            "POST",
            DESTINATIONS,
            {"display_name": "x", "config": {"bucket_name": "lsexport-bucket", "region": "us-east-1"}},
        )
        assert reply.json()["detail"].endswith(": Unable to locate credentials")


def test_help() -> None:
    shown = subprocess.run(
        [sys.executable, "-m", "lsexport_emulator", "--help"], stdout=subprocess.PIPE, text=True, check=True
    ).stdout
    for word in ("--env-file", "examples:", "EMULATOR_S3_ENDPOINT", "/_emulator/docs"):
        assert word in shown
    assert max(map(len, shown.splitlines())) <= 100


@pytest.mark.parametrize(
    "arguments", [["--aws-endpoint-url", "https://x"], ["--settings", "{"], ["--settings", '{"colour": 1}']]
)
def test_a_wrong_option_says_so(arguments: list[str]) -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "lsexport_emulator", "--no-embedded-s3", *arguments],
        stderr=subprocess.PIPE,
        text=True,
        check=False,
        timeout=60,
    )
    assert ended.returncode == 2
    assert f"{arguments[0]}: " in ended.stderr


def test_a_port_that_is_taken() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        ended = subprocess.run(
            [sys.executable, "-m", "lsexport_emulator", "--no-embedded-s3", "--port", port],
            stderr=subprocess.PIPE,
            text=True,
            check=False,
            timeout=60,
        )
    assert ended.returncode == 1
    assert ended.stderr.startswith(f"lsexport-emulator: cannot listen on 127.0.0.1:{port}: ")
