"""The S3 server that the emulator brings along: moto, with IAM enforced and real users.

It runs as a child process, so that both import at the same time and neither slows the other. The
child writes one line of JSON to its standard output when it is ready, and ends when its standard
input does: it cannot outlive the emulator, however that one ends.
"""

import json
import os
import subprocess
import sys
import threading
from dataclasses import asdict, dataclass
from types import TracebackType
from typing import Any

from lsexport_emulator.environment import isolated

REGION = "us-east-1"
ACCOUNT_ID = "123456789012"


# Plain dataclasses: the child does without pydantic, and so is ready half a second sooner.


@dataclass(frozen=True)
class User:
    access_key_id: str
    secret_access_key: str
    session_token: str | None = None

    def credentials(self) -> dict[str, str]:
        """In the API's form, without what is not there."""
        return {name: value for name, value in asdict(self).items() if value is not None}


@dataclass(frozen=True)
class EmbeddedS3Facts:
    """What the child tells its parent."""

    endpoint_url: str
    region: str
    buckets: list[str]
    locked_bucket: str
    users: dict[str, User]
    role_arn: str
    denied_role_arn: str

    @classmethod
    def from_json(cls, text: str) -> "EmbeddedS3Facts":
        members = json.loads(text)
        users = {name: User(**user) for name, user in members.pop("users").items()}
        return cls(users=users, **members)


@dataclass
class EmbeddedS3:
    facts: EmbeddedS3Facts
    _process: "subprocess.Popen[str]"

    def __enter__(self) -> "EmbeddedS3":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def stop(self) -> None:
        assert self._process.stdin and self._process.stdout
        self._process.stdin.close()
        try:
            self._process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process.stdout.close()


class EmbeddedS3Start:
    """A start under way: `finish` waits for it."""

    def __init__(self, buckets: list[str], locked_bucket: str) -> None:
        arguments = json.dumps({"buckets": buckets, "locked_bucket": locked_bucket})
        self._process = subprocess.Popen(
            [sys.executable, "-m", __name__, arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=isolated(os.environ),
            # A Ctrl-C at the terminal reaches the whole group; the child shall wait for our word.
            start_new_session=True,
        )

    def finish(self) -> EmbeddedS3:
        assert self._process.stdout
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"the embedded S3 ended with status {self._process.wait()} while starting")
        return EmbeddedS3(EmbeddedS3Facts.from_json(line), self._process)


def _serve(buckets: list[str], locked_bucket: str) -> None:
    """The child's main function."""
    handshake = os.dup(1)
    os.dup2(2, 1)  # moto prints; only the handshake belongs on standard output
    import logging

    # Google's endpoint is not AWS's: without this moto takes "storage" for the bucket.
    os.environ["MOTO_S3_CUSTOM_ENDPOINTS"] = "http://storage.googleapis.com"
    os.environ["MOTO_ACCOUNT_ID"] = ACCOUNT_ID

    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    host, port = _start_moto()
    facts = _set_up(f"http://{host}:{port}", buckets, locked_bucket)
    with os.fdopen(handshake, "w") as out:
        out.write(json.dumps(asdict(facts)) + "\n")
    sys.stdin.read()  # until the parent closes it, or is gone
    os._exit(0)  # moto has nothing to put in order


def _start_moto() -> tuple[str, int]:
    from moto.moto_server.threaded_moto_server import ThreadedMotoServer

    _keep_leading_slashes()
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    return host, port


def _keep_leading_slashes() -> None:
    """AWS's form with an empty prefix asks the bucket's host for `//tmp/...`, a key that begins with a
    slash. Python's HTTP server makes one slash of two, and moto's check of the signature takes what
    follows for a host. Both are mended here; AWS takes such keys.
    """
    from botocore.awsrequest import AWSRequest
    from moto.iam import access_control
    from moto.moto_server import threaded_moto_server

    class Handler(threaded_moto_server.MotoRequestHandler):  # type: ignore[misc]
        def make_environ(self) -> dict[str, Any]:
            environ: dict[str, Any] = super().make_environ()
            path = self.requestline.split(" ")[1]
            if path.startswith("//"):
                environ["RAW_URI"] = environ["REQUEST_URI"] = path
            return environ

    def request_with_host(*, url: str, **members: Any) -> Any:
        return AWSRequest(url=f"http://host{url}", **members)

    threaded_moto_server.MotoRequestHandler = Handler
    access_control.AWSRequest = request_with_host


def _set_up(endpoint_url: str, buckets: list[str], locked_bucket: str) -> EmbeddedS3Facts:
    """Buckets and users first, then enforcement: moto asks for no rights until it is told to."""
    s3 = _client("s3", endpoint_url)
    for bucket in buckets:
        s3.create_bucket(Bucket=bucket)
    s3.create_bucket(Bucket=locked_bucket, ObjectLockEnabledForBucket=True)
    s3.put_object_lock_configuration(
        Bucket=locked_bucket,
        ObjectLockConfiguration={
            "ObjectLockEnabled": "Enabled",
            "Rule": {"DefaultRetention": {"Mode": "GOVERNANCE", "Days": 1}},
        },
    )

    iam = _client("iam", endpoint_url)
    everything = ["s3:*"]
    users = {
        # The emulator's own: lists and clears the buckets, and assumes roles as LangSmith does.
        "service": _user(iam, "service", [*everything, "sts:AssumeRole"]),
        "full": _user(iam, "full", everything),
        "rotated": _user(iam, "rotated", everything),
        "put_only": _user(iam, "put-only", ["s3:PutObject"]),
        "denied": _user(iam, "denied", []),
    }
    role_arn = _role(iam, "langsmith-bulk-export", everything)
    denied_role_arn = _role(iam, "denied", [])
    sts = _client("sts", endpoint_url, users["full"])
    # moto's GetSessionToken hands out AWS's example key; only an assumed role gets a real one.
    temporary = sts.assume_role(RoleArn=role_arn, RoleSessionName="session")["Credentials"]
    users["session"] = User(
        access_key_id=temporary["AccessKeyId"],
        secret_access_key=temporary["SecretAccessKey"],
        session_token=temporary["SessionToken"],
    )
    _enforce(endpoint_url)
    return EmbeddedS3Facts(
        endpoint_url=endpoint_url,
        region=REGION,
        buckets=buckets,
        locked_bucket=locked_bucket,
        users=users,
        role_arn=role_arn,
        denied_role_arn=denied_role_arn,
    )


def _client(service: str, endpoint_url: str, user: User | None = None) -> Any:
    import boto3

    return boto3.client(
        service,
        endpoint_url=endpoint_url,
        region_name=REGION,
        aws_access_key_id=user.access_key_id if user else "setup",
        aws_secret_access_key=user.secret_access_key if user else "setup",
    )


def _policy(actions: list[str]) -> str:
    statement = {"Effect": "Allow", "Action": actions, "Resource": "*"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def _user(iam: Any, name: str, actions: list[str]) -> User:
    iam.create_user(UserName=name)
    if actions:
        iam.put_user_policy(UserName=name, PolicyName="rights", PolicyDocument=_policy(actions))
    key = iam.create_access_key(UserName=name)["AccessKey"]
    return User(access_key_id=key["AccessKeyId"], secret_access_key=key["SecretAccessKey"])


def _role(iam: Any, name: str, actions: list[str]) -> str:
    trust = {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=document)["Role"]
    if actions:
        iam.put_role_policy(RoleName=name, PolicyName="rights", PolicyDocument=_policy(actions))
    return str(role["Arn"])


def _enforce(endpoint_url: str) -> None:
    import urllib.request

    request = urllib.request.Request(
        f"{endpoint_url}/moto-api/reset-auth",
        data=b"0",
        # Without it urllib says "form", and moto finds no data.
        headers={"Content-Type": "text/plain"},
    )
    with urllib.request.urlopen(request) as response:
        response.read()


if __name__ == "__main__":
    threading.current_thread().name = "embedded S3"
    options = json.loads(sys.argv[1])
    _serve(options["buckets"], options["locked_bucket"])
