# SPDX-License-Identifier: MIT
"""The way to the bucket: name, port, TLS, clock, region, signature, and the form of the address."""

import datetime
import socket
from dataclasses import replace
from email.utils import format_datetime

import pytest
from front import Front, Reply, Request, error
from real_buckets import BUCKET
from s3_client import PORTS

OTHER_REGION = "us-west-2"
ONE_TRY = {"option.max_attempts": 1}  # how often a lost request is made again is tested elsewhere
VIRTUAL = 2


@pytest.fixture
def check(library, moto_bucket):
    def run(endpoint, bucket=moto_bucket, **changes):
        spec = library.bucket_spec(bucket, {**bucket.root, **changes.pop("user", {})}, endpoint_url=endpoint)
        return library.report("check", **{**spec, **ONE_TRY, **changes})

    return run


def assert_ends(report, step, reason, remedy) -> None:
    """The way ends at this step; all before it passed, and nothing was written."""
    way = ["dns", "tcp", "tls", "clock", "region", "signature"]
    assert report.outcomes("failed") == [step, "put_object"], report.text
    for earlier in way[: way.index(step)]:
        assert report.step(earlier)["outcome"] != "failed"
    assert set(report.verdicts.values()) <= {"unknown", "granted"}
    assert report.verdicts["s3:PutObject"] == "unknown"
    finding = report.finding("put_failed")
    assert reason in finding["reason"], finding
    assert remedy in finding["remedy"], finding
    assert report["left"] == []


# ---- name and port


def test_a_name_that_does_not_resolve(check):
    report = check("https://bucket.invalid")
    assert_ends(report, "dns", "could not write", "endpoint_url")
    assert report.step("dns")["reason"] == "the host's name does not resolve here"


def test_a_port_where_nobody_listens(check):
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        report = check(f"http://127.0.0.1:{holder.getsockname()[1]}")
    assert_ends(report, "tcp", "could not write", "endpoint_url")
    assert report.step("tcp")["reason"] == "refused, or unreachable"


@pytest.mark.parametrize("scheme", PORTS)
def test_a_port_that_is_silent(check, scheme):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        endpoint = f"{scheme}://127.0.0.1:{listener.getsockname()[1]}"
        report = check(endpoint, **{"call.timeout_ms": 1000, "option.connect_timeout_ms": 500})
    assert report.verdicts["s3:PutObject"] == "unknown"
    assert report.step("put_object")["outcome"] == "failed"
    assert "storage unavailable" in report["summary"]
    assert report.outcomes("passed")[:2] == (["dns", "tcp"] if scheme == "http" else ["dns"])


# ---- TLS


def test_a_private_authority_that_the_client_trusts(check, moto_bucket, authority, certificate):
    with Front(moto_bucket.endpoint, certificate=certificate) as front:
        report = check(front.url(), **{"option.ca_file": authority.file})
    assert report.step("tls")["outcome"] == "passed"
    assert report.outcomes("failed") == []
    assert "LangSmith trusts who signed" in report.finding("own_authorities")["remedy"]


def test_a_certificate_of_an_unknown_authority(check, moto_bucket, certificate):
    with Front(moto_bucket.endpoint, certificate=certificate) as front:
        report = check(front.url())
        assert front.requests == []
    assert_ends(report, "tls", "certificate", "whole chain, signed by a public authority")


def test_a_certificate_for_another_host(check, moto_bucket, authority):
    with Front(moto_bucket.endpoint, certificate=authority.certificate("elsewhere.example")) as front:
        report = check(front.url(), **{"option.ca_file": authority.file})
        assert front.requests == []
    assert_ends(report, "tls", "127.0.0.1", "certificate")


def test_tls_to_a_plain_port(check, moto_bucket):
    with Front(moto_bucket.endpoint) as front:
        report = check(front.url().replace("http", "https"))
    assert_ends(report, "tls", "wrong version number", "this port does not speak TLS")


def test_plain_http_to_a_tls_port(check, moto_bucket, certificate):
    with Front(moto_bucket.endpoint, certificate=certificate) as front:
        report = check(front.url().replace("https", "http"))
        assert front.requests == []
    assert report.outcomes("failed") == ["put_object", "delete_object"]
    assert "set https" in report.finding("put_failed")["remedy"]
    assert "delete_denied" not in report.codes
    [left] = report["left"]  # whether it was written cannot be known
    assert left.startswith("traces/tmp/lsexport-check-")


# ---- the form of the address, over TLS


@pytest.mark.parametrize(
    ("host", "changes", "style"),
    [
        ("127.0.0.1", {}, "path"),
        ("localhost", {"addressing_style": VIRTUAL}, "virtual"),
        (f"{BUCKET}.localhost", {"include_bucket_in_prefix": 0}, "path"),
    ],
    ids=["path", "virtual", "bucket in the endpoint"],
)
def test_form(check, moto_bucket, authority, certificate, host, changes, style):
    with Front(moto_bucket.endpoint, certificate=certificate) as front:
        report = check(front.url(host), **{"option.ca_file": authority.file}, **changes)
        in_host = host == "127.0.0.1" and f"/{BUCKET}/" or "/"
        assert {request.target.partition("traces/")[0] for request in front.requests} == {in_host}
        assert {request.headers["host"] for request in front.requests} == {report["host"]}
    assert report.outcomes("failed") == []
    assert report["addressing_style"] == style
    assert (report["bucket"], report["object_key"]) == (BUCKET, "traces/tmp/<uuid>.txt")
    assert report["host"] == f"{host if host != 'localhost' else f'{BUCKET}.localhost'}:{front.port}"
    assert moto_bucket.keys("traces/") == []


# ---- region


def region_of(request: Request) -> str:
    return request.headers["authorization"].split("/")[2]


def test_a_wrong_region_that_the_storage_names(check, versitygw_bucket):
    with Front(versitygw_bucket.endpoint) as front:
        report = check(front.url(), versitygw_bucket, region=OTHER_REGION)
        regions = [region_of(request) for request in front.requests]
    assert regions == [OTHER_REGION, *[versitygw_bucket.region] * (len(regions) - 1)]
    assert_healed(report, versitygw_bucket)


def test_a_redirect_to_the_buckets_region(check, minio_bucket):
    def redirect(request: Request) -> Reply | None:
        if region_of(request) == minio_bucket.region:
            return None
        reply = error(301, "PermanentRedirect", "must be addressed using the specified endpoint")
        return replace(reply, headers=(*reply.headers, ("x-amz-bucket-region", minio_bucket.region)))

    with Front(minio_bucket.endpoint, redirect) as front:
        report = check(front.url(), minio_bucket, region=OTHER_REGION)
        assert [region_of(request) for request in front.requests[:2]] == [OTHER_REGION, minio_bucket.region]
    assert_healed(report, minio_bucket)


def assert_healed(report, bucket) -> None:
    assert report.outcomes("failed") == ["region"]
    assert set(report.verdicts.values()) == {"granted"}
    finding = report.finding("wrong_region")
    assert (finding["field"], finding["severity"]) == ("config.region", "warning")
    assert finding["remedy"] == f"Set region to {bucket.region}."
    assert bucket.keys("traces/") == []


# ---- clock


def date_ahead(minutes: int) -> tuple[str, str]:
    now = datetime.datetime.now(datetime.timezone.utc)
    return "Date", format_datetime(now + datetime.timedelta(minutes=minutes), usegmt=True)


def dated(front: Front, request: Request, minutes: int) -> Reply:
    """The bucket's own answer, given by a clock so many minutes ahead."""
    reply = front.pass_on(request)
    headers = [(name, value) for name, value in reply.headers if name.lower() != "date"]
    return replace(reply, headers=(*headers, date_ahead(minutes)))


def test_a_clock_that_is_ten_minutes_off_is_warned_of(check, moto_bucket):
    with Front(moto_bucket.endpoint, lambda request: dated(front, request, 10)) as front:
        report = check(front.url())
    assert report.step("clock")["outcome"] == "passed"
    assert "-600 s" in report.finding("clock_skew")["reason"] or "-599 s" in report.finding("clock_skew")["reason"]
    assert set(report.verdicts.values()) == {"granted"}


def test_a_clock_that_the_storage_refuses(check, moto_bucket):
    refusal = error(
        403, "RequestTimeTooSkewed", "The difference between the request time and the current time is too large."
    )
    with Front(moto_bucket.endpoint, lambda _: replace(refusal, headers=(date_ahead(20),))) as front:
        report = check(front.url())
    assert report.outcomes("failed") == ["clock", "signature", "put_object"]
    assert "RequestTimeTooSkewed" in report["summary"]
    assert "this machine's clock" in report.finding("put_failed")["remedy"]
    assert report.finding("clock_skew")


# ---- signature, on each server


@pytest.mark.parametrize(
    ("user", "code", "remedy"),
    [
        ({"access_key_id": "AKIANOBODYKNOWSIT000"}, "InvalidAccessKeyId", "access_key_id"),
        ({"secret_access_key": "mistyped/canary+0123456789"}, "SignatureDoesNotMatch", "secret_access_key"),
    ],
)
def test_credentials_that_are_wrong(check, bucket, user, code, remedy):
    report = check(bucket.endpoint, bucket, user=user)
    assert_ends(report, "signature", f"{code}, HTTP 403", remedy)
    assert report.step("put_object")["storage_code"] == code


def test_a_token_that_is_wrong(check, moto_bucket, minio_bucket):
    for bucket, code in ((moto_bucket, "InvalidToken"), (minio_bucket, "InvalidTokenId")):
        user = {"session_token": "garbage-token-canary-0123456789"}
        report = check(bucket.endpoint, bucket, user=user, credentials="session")
        assert_ends(report, "signature", code, "session token")


def test_a_token_that_is_missing(check, library, moto_bucket, minio_bucket):
    ours = library.langsmith.credentials("session")
    for bucket, user in ((moto_bucket, ours), (minio_bucket, minio_bucket.user([]))):
        user = {**user, "session_token": None}
        changes = {"credentials": "static", "allow": "missing_session_token"}
        report = check(bucket.endpoint, bucket, user=user, **changes)
        assert_ends(report, "signature", "HTTP 403", "lsexport_credentials_new_session")


# ---- the bucket


@pytest.mark.parametrize(
    ("name", "code", "remedy"),
    [
        ("no-such-bucket-here", "NoSuchBucket", "Check the bucket's name"),
        ("Not_A_Bucket", "InvalidBucketName", "bucket_name"),
    ],
)
def test_a_bucket_that_is_not_there(check, bucket, name, code, remedy):
    report = check(bucket.endpoint, bucket, bucket_name=name)
    code = "NoSuchBucket" if bucket.name == "moto" else code
    assert report.outcomes("failed") == ["put_object"]
    assert report.step("put_object")["storage_code"] == code
    assert code in report["summary"]
    assert remedy in report.finding("put_failed")["remedy"] or bucket.name == "moto"
