"""Published replies of AWS, Google, MinIO and Ceph, and what s3fs and botocore make of them."""

from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from conftest import DESTINATIONS, config, destination

from lsexport_emulator.running import Reply, RunningEmulator

_AUTHORIZATION = (
    "The authorization header is malformed; the region 'us-east-1' is wrong; expecting 'eu-west-1'"
)
_REDIRECT = (
    "[Errno 78] The bucket you are attempting to access must be addressed using the specified endpoint. "
    "Please send all future requests to this endpoint."
)


def _by_code(code: str, message: str) -> str:
    return f"[Errno 5] An error occurred ({code}) when calling the PutObject operation: {message}"


def _after_tries(code: str, message: str) -> str:
    return (
        f"[Errno 5] An error occurred ({code}) when calling the PutObject operation "
        f"(reached max retries: 4): {message}"
    )


# script: the text after the prefix (None: success), and the number of PUTs
CASES: dict[str, tuple[str | None, int]] = {
    "access-denied": ("Access Denied", 1),
    "kms-not-found": (_by_code("KMS.NotFoundException", "Invalid arn us-east-1"), 1),
    "unknown-key": ("The AWS Access Key Id you provided does not exist in our records.", 1),
    "expired-token": ("The provided token has expired.", 1),
    "invalid-token": ("[Errno 22] The provided token is malformed or otherwise invalid.", 1),
    "clock-skew": ("The difference between the request time and the current time is too large.", 1),
    "no-such-bucket": ("The specified bucket does not exist", 1),
    "invalid-bucket-name": ("[Errno 22] The specified bucket is not valid.", 1),
    "region-healed": (None, 2),
    "region-named": (f"[Errno 22] {_AUTHORIZATION}", 2),
    "region-unnamed": (f"[Errno 22] {_AUTHORIZATION}", 1),
    "redirect-healed": (None, 2),
    "redirect": (_REDIRECT, 2),
    "object-lock": (
        (
            "[Errno 22] Content-MD5 OR x-amz-checksum- HTTP header is required for Put Object requests with "
            "Object Lock parameters"
        ),
        1,
    ),
    "no-acls": (_by_code("AccessControlListNotSupported", "The bucket does not allow ACLs"), 1),
    "key-too-long": ("[Errno 36] Your key is too long", 1),
    "bad-digest": ("[Errno 22] The Content-MD5 you specified did not match what we received.", 5),
    "slow-down": ("[Errno 16] Please reduce your request rate.", 25),
    "slow-down-24": (None, 25),
    "internal-error": ("[Errno 121] We encountered an internal error. Please try again.", 5),
    "service-unavailable": ("[Errno 16] Service is unable to handle request.", 5),
    "request-timeout": ("", 5),
    "too-many-requests": (_after_tries("TooManyRequests", "Rate limit exceeded"), 5),
    "gcs-access-denied": ("Access denied.", 1),
    "gcs-invalid-security": ("The provided security credentials are not valid.", 1),
    "minio-unknown-key": ("The Access Key Id you provided does not exist in our records.", 1),
    "minio-invalid-token": (
        _by_code("InvalidTokenId", "The security token included in the request is invalid"),
        1,
    ),
    "ceph-access-denied": ("None", 1),
    "ceph-invalid-argument": ("[Errno 22] None", 1),
    "no-message": (
        "[Errno 22] An error occurred (InvalidArgument) when calling the PutObject operation: Unknown",
        1,
    ),
    "empty-400": ("[Errno 22] Bad Request", 1),
    "empty-401": (_by_code("401", "Unauthorized"), 1),
    "empty-403": ("Forbidden", 1),
    "empty-404": ("Not Found", 1),
    "empty-405": ("[Errno 1] Method Not Allowed", 1),
    "empty-504": (_after_tries("504", "Gateway Timeout"), 5),
    "html-200": ("[Errno 121] Internal Server Error", 5),
    "html-403": (_by_code("", ""), 1),
    "html-502": (_after_tries("502", "Bad Gateway"), 5),
    "silent": ('Read timeout on endpoint URL: "', 25),
    # Each of 25 tries is repeated once inside the HTTP client.
    "closes": ('Connection was closed before we received a valid response from endpoint URL: "', 50),
}


@pytest.fixture
def skipping(langsmith: RunningEmulator) -> RunningEmulator:
    """Waits between tries, and for silent servers, take no time."""
    langsmith.change_settings(clock="skip")
    return langsmith


def _attempt(emulator: RunningEmulator, script: str, **members: Any) -> Reply:
    form = {"endpoint_url": emulator.env["EMULATOR_SCRIPTED_S3_ENDPOINT"], **members}
    body = destination(emulator, config=config(emulator, bucket_name=script, **form))
    return emulator.api("POST", DESTINATIONS, body)


def _puts(emulator: RunningEmulator) -> list[dict[str, Any]]:
    return [seen for seen in emulator.admin("GET", "/scripted-s3/requests") if seen["method"] == "PUT"]


@pytest.mark.parametrize("script", CASES)
def test_script(skipping: RunningEmulator, script: str) -> None:
    text, puts = CASES[script]
    reply = _attempt(skipping, script, region="us-east-1")
    if text is None:
        assert reply.status == 200, reply.content
    else:
        assert reply.status == 400
        found = reply.json()["detail"].removeprefix("Failed to validate S3 destination: ")
        assert found.startswith(text) if text.endswith('"') else found == text
    assert len(_puts(skipping)) == puts


def test_every_script_is_known_by_name(langsmith: RunningEmulator) -> None:
    assert set(CASES) <= set(langsmith.admin("GET", "/scripted-s3/scripts"))


def test_the_aws_form_can_be_led_to_the_scripted_s3(skipping: RunningEmulator) -> None:
    skipping.change_settings(aws_stand_in="scripted")
    reply = _attempt(skipping, "region-healed", endpoint_url=None, region="us-east-1")
    assert reply.status == 200
    # Healed as at AWS: the second request goes to the right region's host, signed for it.
    assert [(put["host"], put["signing_region"]) for put in _puts(skipping)] == [
        ("region-healed.s3.amazonaws.com", "us-east-1"),
        ("region-healed.s3.eu-west-1.amazonaws.com", "eu-west-1"),
    ]


def test_the_aws_form_with_an_empty_prefix(skipping: RunningEmulator) -> None:
    skipping.change_settings(aws_stand_in="scripted", test_object_delete="none")
    assert _attempt(skipping, "takes-all", endpoint_url=None, prefix="").status == 200
    (left,) = skipping.admin("GET", "/scripted-s3/objects")
    assert left["bucket"] == "takes-all" and left["key"].startswith("/tmp/")


def test_a_region_that_does_not_exist_has_no_address(skipping: RunningEmulator) -> None:
    reply = _attempt(skipping, "exp", endpoint_url=None, region="xx-nowhere-9")
    assert "Could not connect to the endpoint URL" in reply.json()["detail"]
    assert "exp.s3.xx-nowhere-9.amazonaws.com" in reply.json()["detail"]


def test_object_lock_is_satisfied_by_a_checksum(skipping: RunningEmulator) -> None:
    reply = _attempt(skipping, "object-lock", s3_additional_kwargs={"ChecksumAlgorithm": "SHA256"})
    assert reply.status == 200
    names = [name.lower() for name, _ in _puts(skipping)[0]["headers"]]
    assert "x-amz-checksum-sha256" in names

    # What botocore does unless told otherwise would hide the fault.
    skipping.change_settings(request_checksum_calculation="when_supported")
    assert _attempt(skipping, "object-lock").status == 200


@pytest.mark.parametrize(("how", "requests"), [("rm_file", ["DELETE"]), ("rm", ["POST"]), ("none", [])])
def test_how_the_test_object_is_deleted(skipping: RunningEmulator, how: str, requests: list[str]) -> None:
    skipping.change_settings(test_object_delete=how)
    assert _attempt(skipping, "takes-all").status == 200
    seen = [request["method"] for request in skipping.admin("GET", "/scripted-s3/requests")]
    assert seen == ["PUT", *requests]
    assert len(skipping.admin("GET", "/scripted-s3/objects")) == (0 if requests else 1)


@pytest.mark.parametrize("how", ["rm_file", "rm"])
def test_a_refused_delete_leaves_the_object_and_no_error(skipping: RunningEmulator, how: str) -> None:
    skipping.change_settings(test_object_delete=how)
    assert _attempt(skipping, "keeps-objects").status == 200
    (left,) = skipping.admin("GET", "/scripted-s3/objects")
    assert left["bucket"] == "keeps-objects" and left["key"].startswith("data/tmp/")


def test_a_write_in_parts(langsmith: RunningEmulator) -> None:
    s3 = boto3.client(
        "s3",
        endpoint_url=langsmith.env["EMULATOR_SCRIPTED_S3_ENDPOINT"],
        region_name="us-east-1",
        aws_access_key_id="any",
        aws_secret_access_key="any",
    )
    place = {"Bucket": "takes-all", "Key": "large"}
    upload = s3.create_multipart_upload(**place)["UploadId"]
    part = s3.upload_part(**place, UploadId=upload, PartNumber=1, Body=b"four")
    parts = [{"PartNumber": 1, "ETag": part["ETag"]}]
    assert langsmith.admin("GET", "/scripted-s3/objects") == []
    s3.complete_multipart_upload(**place, UploadId=upload, MultipartUpload={"Parts": parts})
    assert s3.head_object(**place)["ContentLength"] == 4
    given_up = s3.create_multipart_upload(**place)["UploadId"]
    s3.abort_multipart_upload(**place, UploadId=given_up)
    for gone in (upload, given_up):
        with pytest.raises(ClientError, match="NoSuchUpload"):
            s3.upload_part(**place, UploadId=gone, PartNumber=1, Body=b"four")
    with pytest.raises(ClientError, match="AccessDenied"):
        s3.create_multipart_upload(Bucket="access-denied", Key="large")


def test_no_secret_in_what_the_scripted_s3_noted(skipping: RunningEmulator) -> None:
    _attempt(skipping, "takes-all")
    seen = str(skipping.admin("GET", "/scripted-s3/requests"))
    assert skipping.credentials("full")["secret_access_key"] not in seen
    assert "Signature=" not in seen


def test_virtual_hosts(skipping: RunningEmulator) -> None:
    port = skipping.env["EMULATOR_SCRIPTED_S3_ENDPOINT"].rpartition(":")[2]
    reply = _attempt(
        skipping,
        "access-denied",
        endpoint_url=f"http://access-denied.localhost:{port}",
        include_bucket_in_prefix=False,
    )
    assert reply.json()["detail"].endswith("Access Denied")
