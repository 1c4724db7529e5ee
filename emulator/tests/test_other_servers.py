"""S3 servers other than moto behind the same test write: versitygw and MinIO, as real processes.

EMULATOR_TEST_VERSITYGW and EMULATOR_TEST_MINIO name their binaries; without one its tests are skipped.
"""

import os
import socket
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError, EndpointConnectionError
from conftest import DESTINATIONS, config, destination

from lsexport_emulator.running import Reply, RunningEmulator

ROOT = {"access_key_id": "rootuser", "secret_access_key": "root-secret-key"}
BUCKET = "exports"
PUT_ONLY = {"access_key_id": "putonly", "secret_access_key": "put-only-secret"}
NOBODY = {"access_key_id": "nobody01", "secret_access_key": "nobody-secret"}


@dataclass(frozen=True)
class Server:
    name: str
    endpoint_url: str

    def client(self, credentials: dict[str, str]) -> Any:
        return boto3.client(
            "s3",
            endpoint_url=self.endpoint_url,
            region_name="us-east-1",
            aws_access_key_id=credentials["access_key_id"],
            aws_secret_access_key=credentials["secret_access_key"],
            config=Config(s3={"addressing_style": "path"}, retries={"max_attempts": 1}),
        )

    def keys(self) -> list[str]:
        found = self.client(ROOT).list_objects_v2(Bucket=BUCKET).get("Contents", [])
        return [entry["Key"] for entry in found]


def _binary(variable: str) -> str:
    path = os.environ.get(variable)
    if not path:
        pytest.skip(f"{variable} does not name the server's binary")
    return path


def _free_port() -> int:
    # The servers cannot be given a socket; a port that was free a moment ago must do, and their start
    # is tried again with another one if it was taken meanwhile.
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _serve(name: str, command: list[str], environment: dict[str, str]) -> Iterator[Server]:
    for _ in range(5):
        port = _free_port()
        arguments = [argument.replace("PORT", str(port)) for argument in command]
        process = subprocess.Popen(
            arguments,
            env={**os.environ, **environment},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        server = Server(name, f"http://127.0.0.1:{port}")
        if _make_bucket(server, process):
            break
    else:
        raise RuntimeError(f"{name} did not start")
    yield server
    process.terminate()
    process.wait(20)


def _make_bucket(server: Server, process: "subprocess.Popen[bytes]") -> bool:
    """Once it answers; false if it ended."""
    client = server.client(ROOT)
    while process.poll() is None:
        try:
            client.create_bucket(Bucket=BUCKET)
            return True
        except EndpointConnectionError:
            pass
        except ClientError as error:
            if error.response["ResponseMetadata"]["HTTPStatusCode"] != 503:  # still starting
                raise
    return False


@pytest.fixture(scope="module")
def versitygw(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    binary = _binary("EMULATOR_TEST_VERSITYGW")
    data, users = tmp_path_factory.mktemp("data"), tmp_path_factory.mktemp("users")
    command = [binary, "--port", "127.0.0.1:PORT", "--iam-dir", str(users), "posix", str(data)]
    root = {"ROOT_ACCESS_KEY": ROOT["access_key_id"], "ROOT_SECRET_KEY": ROOT["secret_access_key"]}
    for server in _serve("versitygw", command, root):
        for user in (PUT_ONLY, NOBODY):
            admin = ["admin", "--er", server.endpoint_url, "-a", ROOT["access_key_id"]]
            admin += ["-s", ROOT["secret_access_key"], "create-user", "-r", "user"]
            admin += ["-a", user["access_key_id"], "-s", user["secret_access_key"]]
            subprocess.run([binary, *admin], check=True, stdout=subprocess.DEVNULL)
        policy = (
            '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":["putonly"],'
            f'"Action":["s3:PutObject"],"Resource":["arn:aws:s3:::{BUCKET}/*"]}}]}}'
        )
        server.client(ROOT).put_bucket_policy(Bucket=BUCKET, Policy=policy)
        yield server


@pytest.fixture(scope="module")
def minio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    binary = _binary("EMULATOR_TEST_MINIO")
    data: Path = tmp_path_factory.mktemp("minio")
    command = [binary, "server", "--quiet", "--address", "127.0.0.1:PORT", str(data)]
    root = {
        "MINIO_ROOT_USER": ROOT["access_key_id"],
        "MINIO_ROOT_PASSWORD": ROOT["secret_access_key"],
        "MINIO_BROWSER": "off",
        "MINIO_UPDATE": "off",
        "HOME": str(data),
    }
    yield from _serve("minio", command, root)


@pytest.fixture(params=["versitygw", "minio"])
def server(request: pytest.FixtureRequest) -> Server:
    found: Server = request.getfixturevalue(request.param)
    return found


def _attempt(
    langsmith: RunningEmulator, server: Server, credentials: dict[str, str], **members: Any
) -> Reply:
    form = {"endpoint_url": server.endpoint_url, "bucket_name": BUCKET, **members}
    body = destination(langsmith, config=config(langsmith, **form), credentials=credentials)
    return langsmith.api("POST", DESTINATIONS, body)


def _text(reply: Reply) -> str:
    assert reply.status == 400, reply.content
    detail: str = reply.json()["detail"]
    return detail.removeprefix("Failed to validate S3 destination: ")


def test_good_credentials_leave_nothing_behind(langsmith: RunningEmulator, server: Server) -> None:
    before = server.keys()
    assert _attempt(langsmith, server, ROOT).status == 200
    assert server.keys() == before


def test_unknown_key(langsmith: RunningEmulator, server: Server) -> None:
    text = _text(_attempt(langsmith, server, {**ROOT, "access_key_id": "stranger"}))
    aws = "AWS " if server.name == "versitygw" else ""
    assert text == f"The {aws}Access Key Id you provided does not exist in our records."


def test_wrong_secret(langsmith: RunningEmulator, server: Server) -> None:
    text = _text(_attempt(langsmith, server, {**ROOT, "secret_access_key": "wrong-secret"}))
    assert text.startswith("The request signature we calculated does not match the signature you provided.")


def test_missing_bucket(langsmith: RunningEmulator, server: Server) -> None:
    text = _text(_attempt(langsmith, server, ROOT, bucket_name="nothing-here"))
    assert text.rstrip(".") == "The specified bucket does not exist"


def test_a_name_that_is_no_bucket_name(langsmith: RunningEmulator, server: Server) -> None:
    assert _text(_attempt(langsmith, server, ROOT, bucket_name="My_Bucket_X")).startswith("[Errno 22] ")


def test_a_wrong_region_is_healed_or_not_noticed(langsmith: RunningEmulator, server: Server) -> None:
    assert _attempt(langsmith, server, ROOT, region="eu-west-3").status == 200


def test_put_only_user_leaves_its_object(langsmith: RunningEmulator, versitygw: Server) -> None:
    before = set(versitygw.keys())
    assert _attempt(langsmith, versitygw, PUT_ONLY, prefix="put-only").status == 200
    (left,) = set(versitygw.keys()) - before
    assert left.startswith("put-only/tmp/")


def test_a_user_without_rights(langsmith: RunningEmulator, versitygw: Server) -> None:
    assert _text(_attempt(langsmith, versitygw, NOBODY)) == "Access Denied."


def test_a_token_that_minio_does_not_know(langsmith: RunningEmulator, minio: Server) -> None:
    text = _text(_attempt(langsmith, minio, {**ROOT, "session_token": "garbage"}))
    assert "(InvalidTokenId)" in text


def test_a_prefix_that_minio_does_not_take(langsmith: RunningEmulator, minio: Server) -> None:
    assert "(XMinioInvalidObjectName)" in _text(_attempt(langsmith, minio, ROOT, prefix="trail/"))


def test_standing_in_for_aws(server: Server) -> None:
    """Any server can: it is asked by path, for it does not know AWS's names."""
    with RunningEmulator.start("--no-embedded-s3", "--aws-endpoint-url", server.endpoint_url) as emulator:
        body = {
            "display_name": "aws form",
            "config": {"bucket_name": BUCKET, "prefix": "data", "region": "us-east-1"},
            "credentials": ROOT,
        }
        reply = emulator.api("POST", DESTINATIONS, body)
        assert reply.status == 200, reply.content
