# SPDX-License-Identifier: MIT
"""A bucket on each real S3 server, and users of it whose policies say what they may do there."""

import itertools
import json
import shutil
import subprocess
import urllib.request
from abc import ABC, abstractmethod
from typing import Any

import boto3
import storage_servers
from botocore.config import Config
from storage_servers import ACCESS_KEY_ID, SECRET_ACCESS_KEY, StorageServer

PUT, GET, ABORT, DELETE = ACTIONS = ("s3:PutObject", "s3:GetObject", "s3:AbortMultipartUpload", "s3:DeleteObject")
BUCKET = "real-bucket"
Policy = list[dict[str, Any]]
Credentials = dict[str, str]


def allow(*actions: str, keys: str = "*", **members: Any) -> dict[str, Any]:
    """A statement of a policy: these actions on these keys of the bucket."""
    resource = f"arn:aws:s3:::{BUCKET}/{keys}"
    return {"Effect": "Allow", "Action": list(actions), "Resource": [resource], **members}


def deny(*actions: str, **members: Any) -> dict[str, Any]:
    return {**allow(*actions, **members), "Effect": "Deny"}


def document(policy: Policy) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": policy})


class RealBucket(ABC):
    """Its keys and open uploads are asked of the server itself, by its root user."""

    name: str
    endpoint: str
    region: str

    def __init__(self, root: Credentials) -> None:
        self.root = root
        self._numbers = itertools.count(1)

    def client(self, service: str = "s3", **members: Any) -> Any:
        return boto3.client(
            service,
            endpoint_url=self.endpoint,
            region_name=self.region,
            aws_access_key_id=self.root["access_key_id"],
            aws_secret_access_key=self.root["secret_access_key"],
            config=Config(retries={"total_max_attempts": 1}, s3={"addressing_style": "path"}),
            **members,
        )

    def keys(self, prefix: str = "") -> list[str]:
        found = self.client().list_objects_v2(Bucket=BUCKET, Prefix=prefix)
        return [entry["Key"] for entry in found.get("Contents", [])]

    def delete(self, prefix: str) -> None:
        for key in self.keys(prefix):
            self.client().delete_object(Bucket=BUCKET, Key=key)

    def uploads(self) -> list[str]:
        found = self.client().list_multipart_uploads(Bucket=BUCKET)
        return [entry["Key"] for entry in found.get("Uploads", [])]

    @abstractmethod
    def user(self, policy: Policy) -> Credentials:
        """A new user who may do what the policy says, and nothing else."""


class Moto(RealBucket):
    """The emulator's own: users of IAM."""

    name = "moto"

    def __init__(self, langsmith: Any) -> None:
        super().__init__(langsmith.credentials("full"))
        self.endpoint = langsmith.env["EMULATOR_S3_ENDPOINT"]
        self.region = langsmith.env["EMULATOR_REGION"]
        self.client().create_bucket(Bucket=BUCKET)

    def _requests_that_need_no_rights(self, count: int) -> None:
        url = f"{self.endpoint}/moto-api/reset-auth"
        headers = {"Content-Type": "text/plain"}
        with urllib.request.urlopen(urllib.request.Request(url, str(count).encode(), headers)) as response:
            response.read()

    def user(self, policy: Policy) -> Credentials:
        name = f"user-{next(self._numbers)}"
        self._requests_that_need_no_rights(2 + bool(policy))
        iam = self.client("iam")
        iam.create_user(UserName=name)
        if policy:
            iam.put_user_policy(UserName=name, PolicyName="rights", PolicyDocument=document(policy))
        key = iam.create_access_key(UserName=name)["AccessKey"]
        return {"access_key_id": key["AccessKeyId"], "secret_access_key": key["SecretAccessKey"]}


class ServerBucket(RealBucket):
    region = storage_servers.REGION

    def __init__(self, server: StorageServer) -> None:
        super().__init__({"access_key_id": ACCESS_KEY_ID, "secret_access_key": SECRET_ACCESS_KEY})
        self.name = server.name
        self.endpoint = server.endpoint
        self.folder = server.folder
        location = {"LocationConstraint": self.region}
        self.client().create_bucket(Bucket=BUCKET, CreateBucketConfiguration=location)


class Versitygw(ServerBucket):
    """Users of its own, and one policy of the bucket for all of them."""

    def __init__(self, server: StorageServer) -> None:
        super().__init__(server)
        self._statements: Policy = []

    def user(self, policy: Policy) -> Credentials:
        number = next(self._numbers)
        user = {"access_key_id": f"AKIAREALUSER{number:08}", "secret_access_key": f"real/user+secret-canary-{number}"}
        program = shutil.which("versitygw")
        assert program
        admin = [
            program,
            "admin",
            "--er",
            self.endpoint,
            "--region",
            self.region,
            "-a",
            ACCESS_KEY_ID,
            "-s",
            SECRET_ACCESS_KEY,
        ]
        admin += ["create-user", "-r", "user", "-a", user["access_key_id"], "-s", user["secret_access_key"]]
        subprocess.run(admin, check=True, stdout=subprocess.DEVNULL)
        if not policy:
            return user
        self._statements += [{**statement, "Principal": [user["access_key_id"]]} for statement in policy]
        self.client().put_bucket_policy(Bucket=BUCKET, Policy=document(self._statements))
        return user


class Minio(ServerBucket):
    """Sessions of the root user, narrowed by a policy."""

    def user(self, policy: Policy) -> Credentials:
        role = {"RoleArn": "arn:aws:iam::123456789012:role/any", "RoleSessionName": "session"}
        given = self.client("sts").assume_role(**role, Policy=document(policy))["Credentials"]
        return {
            "access_key_id": given["AccessKeyId"],
            "secret_access_key": given["SecretAccessKey"],
            "session_token": given["SessionToken"],
        }

    def uploads(self) -> list[str]:
        """It lists the uploads of a key that one names, and of none else; its folder has them all."""
        return [path.name for path in (self.folder / ".minio.sys/multipart").iterdir()]


def of(server: StorageServer) -> RealBucket:
    return Versitygw(server) if server.name == "versitygw" else Minio(server)
