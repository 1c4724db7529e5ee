# SPDX-License-Identifier: MIT
"""Real S3 servers on free ports of this machine: versitygw and MinIO, as scripts/setup-storage-servers builds them."""

import os
import shutil
import socket
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

import boto3
import botocore.exceptions
from botocore.config import Config

ACCESS_KEY_ID = "AKIASERVERROOT000001"
SECRET_ACCESS_KEY = "server/root+secret-0123456789abcdef"
REGION = "eu-central-1"
BUCKET = "traces"
START_SECONDS = 60


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


@dataclass
class StorageServer:
    name: str
    endpoint: str
    folder: Path
    process: "subprocess.Popen[bytes]"

    def client(self):
        return boto3.client(
            "s3",
            endpoint_url=self.endpoint,
            region_name=REGION,
            aws_access_key_id=ACCESS_KEY_ID,
            aws_secret_access_key=SECRET_ACCESS_KEY,
            config=Config(retries={"total_max_attempts": 1}, connect_timeout=2, read_timeout=10),
        )

    def keys(self) -> list[str]:
        return [found["Key"] for found in self.client().list_objects_v2(Bucket=BUCKET).get("Contents", [])]

    def stop(self) -> None:
        self.process.terminate()
        try:
            self.process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def command(name: str, program: str, folder: Path, port: int) -> tuple[list[str], dict[str, str]]:
    if name == "versitygw":
        users = folder.with_name("users")
        users.mkdir()
        options = ["--port", f"127.0.0.1:{port}", "--region", REGION, "--iam-dir", str(users)]
        arguments = [program, *options, "posix", str(folder)]
        return arguments, {"ROOT_ACCESS_KEY": ACCESS_KEY_ID, "ROOT_SECRET_KEY": SECRET_ACCESS_KEY}
    return [program, "server", "--address", f"127.0.0.1:{port}", str(folder)], {
        "MINIO_ROOT_USER": ACCESS_KEY_ID,
        "MINIO_ROOT_PASSWORD": SECRET_ACCESS_KEY,
        "MINIO_REGION": REGION,
        "MINIO_BROWSER": "off",
        "MINIO_UPDATE": "off",
    }


def start(name: str, folder: Path) -> StorageServer:
    """A server with an empty bucket, once it answers."""
    program = shutil.which(name)
    assert program, f"{name} is not built: scripts/setup-storage-servers builds it"
    port = free_port()
    folder.mkdir()
    arguments, environment = command(name, program, folder, port)
    with open(folder.with_suffix(".log"), "wb") as log:
        process = subprocess.Popen(
            arguments, env={**os.environ, **environment}, stdin=subprocess.DEVNULL, stdout=log, stderr=log
        )
    server = StorageServer(name, f"http://127.0.0.1:{port}", folder, process)
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            server.client().create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
            return server
        except (botocore.exceptions.BotoCoreError, botocore.exceptions.ClientError):
            if process.poll() is not None or time.monotonic() > deadline:
                server.stop()
                raise
            time.sleep(0.1)
