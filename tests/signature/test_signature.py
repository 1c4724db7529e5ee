# SPDX-License-Identifier: MIT
"""Our signer of requests to S3 beside botocore's, which LangSmith's stack uses: five thousand requests."""

import datetime
import json
import os
import random
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import botocore.auth
import pytest
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

SIGNER = Path(os.environ["LSEXPORT_BUILD_DIR"]).resolve() / "tests/signature/signer"
TRAILER = {"algorithm": "crc32", "in": "trailer", "name": "x-amz-checksum-crc32"}
CONTEXTS: list[dict[str, Any]] = [
    {},
    {"has_streaming_input": True},
    {"payload_signing_enabled": False},
    {"checksum": {"request_algorithm": TRAILER}},
]
SEGMENT = "aZ09-._~!$&'()*+,;=:@"
EPOCH = datetime.datetime(1970, 1, 1)
LATEST_UNIX_S = 253402300800  # the end of the year 9999


class Signer:
    """The program, which stays for all requests."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process

    def __call__(self, **request: Any) -> str:
        assert self.process.stdin and self.process.stdout
        self.process.stdin.write(json.dumps(request) + "\n")
        self.process.stdin.flush()
        return self.process.stdout.readline().rstrip("\n")


@pytest.fixture(scope="module")
def signer() -> Iterator[Signer]:
    with subprocess.Popen([SIGNER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8") as process:
        yield Signer(process)
        process.communicate()
    assert process.returncode == 0


class Draw:
    """One request, drawn from a seed: with few names and values, so that some are alike."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        chance = self.random
        self.method = chance.choice(["GET", "PUT", "POST", "DELETE", "HEAD"])
        host = chance.choice(["examplebucket.s3.amazonaws.com", "localhost:9000", "[::1]:9000", "s3.EU-west-1.example"])
        query = "&".join(self.parameter() for _ in range(chance.randrange(7)))
        self.url = f"{chance.choice(['http', 'https'])}://{host}{self.path()}" + (f"?{query}" if query else "")
        self.headers = [(self.header_name(), self.header_value()) for _ in range(chance.randrange(9))]
        self.body = self.text("ab\n \u00fc\U0001d11e", 40)
        self.context = chance.choice(CONTEXTS)
        token = chance.choice([None, self.text("ab+/=", 800)])
        self.credentials = Credentials(self.text("AKIZ0179", 20), self.text('abAB09+/=% "\\\u00fc', 200), token)
        self.region = chance.choice(["us-east-1", "eu-central-1", "auto", "", "us-gov-west-1"])
        self.unix_s = chance.choice([chance.randrange(2**31), chance.randrange(LATEST_UNIX_S)])

    def text(self, alphabet: str, longest: int) -> str:
        return "".join(self.random.choices(alphabet, k=self.random.randrange(longest + 1)))

    def part(self) -> str:
        return self.random.choice(["", ".", "..", "%20", "%2F", "%25", "%C3%BC", "%00", self.text(SEGMENT, 8)])

    def path(self) -> str:
        return "/" + "/".join(self.part() + self.part() for _ in range(self.random.randrange(5)))

    def parameter(self) -> str:
        name = self.random.choice(["a", "a-", "a0", "aa", "A", "a%3D", "", "uploads", "partNumber", "~", self.part()])
        return name + self.random.choice(["", "=", "=1", "=2", "==", "=x=y", "=%2B", f"={self.part()}"])

    def header_name(self) -> str:
        known = ["X-Amz-Meta-A", "x-amz-meta-a-b", "x-amz-meta-a", "Content-MD5", "Range", "Date", "Expect"]
        return self.random.choice([*known, "x-" + self.text("abz-_09", 9)])

    def header_value(self) -> str:
        return self.text(" \t\"',;:=/+*abcXYZ019\u00fc\u65e5\U0001d11e", 30)

    def signed_by_botocore(self, monkeypatch: pytest.MonkeyPatch) -> tuple[AWSRequest, list[list[str]]]:
        """The request with its signature, and the headers that were signed, in no order."""
        request = AWSRequest(method=self.method, url=self.url, data=self.body.encode())
        request.context.update(self.context)
        for name, value in self.headers:
            request.headers[name] = value
        now = EPOCH + datetime.timedelta(seconds=self.unix_s)
        monkeypatch.setattr(botocore.auth, "get_current_datetime", lambda: now)
        auth = botocore.auth.S3SigV4Auth(self.credentials, "s3", self.region)
        auth.add_auth(request)
        signed = auth.headers_to_sign(request).items()
        return request, [[name, value] for name, value in signed if name != "authorization"]


@pytest.mark.parametrize("block", range(5))
def test_it_signs_as_botocore_does(block: int, signer: Signer, monkeypatch: pytest.MonkeyPatch) -> None:
    payloads = set()
    for seed in range(1000 * block, 1000 * (block + 1)):
        draw = Draw(seed)
        request, headers = draw.signed_by_botocore(monkeypatch)
        payload, url = request.headers["X-Amz-Content-SHA256"], urlsplit(request.url)
        named = payload.isupper()  # a word in place of a hash
        payloads.add(payload if named else "hash")
        ours = signer(
            method=request.method,
            path=url.path,
            query=url.query,
            headers=headers,
            access_key_id=draw.credentials.access_key,
            secret=draw.credentials.secret_key,
            region=draw.region,
            service="s3",
            unix_s=draw.unix_s,
            **({"payload_hash": payload} if named else {"body": draw.body}),
        )
        assert ours == request.headers["Authorization"], f"seed {seed}: {vars(draw)}"
    assert payloads == {"hash", "UNSIGNED-PAYLOAD", "STREAMING-UNSIGNED-PAYLOAD-TRAILER"}
