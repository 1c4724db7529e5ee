# SPDX-License-Identifier: MIT
"""A check's requests are those of LangSmith's S3 client: method, path, query, each header and the body."""

import json
import re
from xml.etree import ElementTree

import pytest
from conftest import Report
from front import Front, Request
from real_buckets import ACTIONS, allow
from s3_client import write_all

PREFIX = "a b/ü"
# What LangSmith's client adds of its own, and S3 does not look at.
OF_THEIR_CLIENT = {"accept", "amz-sdk-invocation-id", "amz-sdk-request", "expect", "user-agent"}
OF_THE_MOMENT = {"authorization", "x-amz-date"}
SIGNED_HEADERS = re.compile("SignedHeaders=([^,]*)")


def keys_of(report) -> tuple[str, str]:
    test, below = report["check_keys"]
    return test.replace("<uuid>", "1"), below.replace("<uuid>", "1")


def kind(request: Request) -> tuple[str, str]:
    """Its method, and its path and query without what is random in them."""
    name = re.sub(r"lsexport-check-[^.]*\.txt", "NAME", request.target)
    return request.method, re.sub("uploadId=[^&]*", "uploadId=ID", name)


def headers(request: Request) -> dict[str, str]:
    left_out = OF_THEIR_CLIENT | OF_THE_MOMENT
    if request.target.partition("?")[2].startswith("uploadId=") and request.method == "POST":
        left_out = {*left_out, "content-length", "x-amz-content-sha256"}  # of a body with an upload's own tags
    if request.method == "DELETE":
        left_out = {*left_out, "content-length"}  # 0, or none: there is no body
    told = {name: value for name, value in request.headers.items() if name not in left_out}
    [signed] = SIGNED_HEADERS.findall(request.headers["authorization"])
    return {**told, "signed": signed}


def body(request: Request) -> object:
    if not request.body.startswith(b"<"):
        return request.body
    parts = ElementTree.fromstring(request.body)
    return parts.tag, [sorted((member.tag, member.text) for member in part) for part in parts]


def told(requests: list[Request]) -> dict[tuple[str, str], tuple[dict[str, str], object]]:
    """By kind. Two of a kind are the same."""
    found = {}
    for request in requests:
        value = headers(request), body(request)
        assert found.setdefault(kind(request), value) == value
    return found


def compared(library, bucket, authority, certificate, additional, **changes) -> tuple[Report, list[Request]]:
    """additional: what LangSmith's client is given; changes: the setters that say so. The report, and our requests."""
    with Front(bucket.endpoint, certificate=certificate) as front:
        user = changes.pop("user", bucket.root)
        spec = library.bucket_spec(bucket, user, endpoint_url=front.url(), prefix=PREFIX, **changes)
        report = library.report("check", **spec, **{"option.ca_file": authority.file})
        ours = list(front.requests)
        front.requests.clear()
        write_all(spec, keys_of(report), authority.file, additional)
        theirs = list(front.requests)
    assert told(ours) == told(theirs)
    assert len(told(ours)) == 9
    return report, ours


def is_trailer(put: Request, algorithm: str) -> bool:
    return (put.headers.get("x-amz-trailer"), put.headers.get("transfer-encoding")) == (
        f"x-amz-checksum-{algorithm.lower()}",
        "chunked",
    )


@pytest.mark.parametrize("tls", [False, True], ids=["http", "https"])
@pytest.mark.parametrize("algorithm", ["SHA256", "SHA1", "CRC32"])
def test_a_checksum(library, versitygw_bucket, authority, certificate, tls, algorithm):
    changes = {"certificate": certificate if tls else None, "checksum_algorithm": algorithm}
    additional = {"ChecksumAlgorithm": algorithm}
    report, [put, *_] = compared(library, versitygw_bucket, authority, additional=additional, **changes)
    assert is_trailer(put, algorithm) == tls
    assert (f"x-amz-checksum-{algorithm.lower()}" in put.headers) == (not tls)
    # LangSmith's client tells the checksum of a part when it is SHA256 alone: with others large files are refused.
    assert report.outcomes("failed") == ([] if algorithm == "SHA256" else ["complete_multipart_upload"])
    assert ("upload_failed" in report.codes) == (algorithm != "SHA256")
    if algorithm != "SHA256":
        assert '"SHA256"' in report.finding("upload_failed")["remedy"]


@pytest.mark.parametrize("tls", [False, True], ids=["http", "https"])
def test_no_checksum(library, bucket, authority, certificate, tls):
    report, [put, *_] = compared(library, bucket, authority, certificate if tls else None, {})
    assert report.outcomes("failed") == []
    assert not [name for name in put.headers if "checksum" in name or name == "content-md5"]


@pytest.mark.parametrize(
    ("additional", "changes"),
    [
        ({"StorageClass": "STANDARD_IA"}, {"storage_class": "STANDARD_IA"}),
        ({"ServerSideEncryption": "AES256"}, {"server_side_encryption": "AES256"}),
        (
            {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": "arn:aws:kms:eu-west-1:111122223333:key/k"},
            {"server_side_encryption": "aws:kms", "ssekms_key_id": "arn:aws:kms:eu-west-1:111122223333:key/k"},
        ),
        ({"RequestPayer": "requester"}, {"request_payer": "requester"}),
        ({"ExpectedBucketOwner": "123456789012"}, {"expected_bucket_owner": "123456789012"}),
        ({"ACL": "bucket-owner-full-control", "Tagging": "team=a&stage=b"}, {}),
        ({"BucketKeyEnabled": True, "CacheControl": "no-store", "ContentType": "text/plain"}, {}),
        ({"Metadata": {"Team": "a  b", "stage": "c"}, "foo_bar": "dropped"}, {}),
    ],
)
def test_options(library, moto_bucket, authority, additional, changes):
    changes = changes or {"s3_additional_kwargs_json": json.dumps(additional)}
    report, _ = compared(library, moto_bucket, authority, None, additional, **changes)
    assert report.outcomes("failed") == [], report.text


def test_a_session(library, minio_bucket, authority):
    user = minio_bucket.user([allow(*ACTIONS)])
    report, requests = compared(library, minio_bucket, authority, None, {}, user=user)
    assert report.outcomes("failed") == []
    assert {request.headers["x-amz-security-token"] for request in requests} == {user["session_token"]}
