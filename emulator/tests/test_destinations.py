"""The main job: create, get, list, rotate, delete, against the embedded S3."""

import re
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID, uuid4

import pytest
from conftest import DESTINATIONS, config, create, destination

from lsexport_emulator.running import RunningEmulator

TIMESTAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{6})?\+00:00")


def test_create_answers_with_every_member_and_no_secret(langsmith: RunningEmulator) -> None:
    reply = langsmith.api("POST", DESTINATIONS, destination(langsmith))

    assert reply.status == 200
    assert reply.headers["content-type"] == "application/json"
    made = reply.json()
    assert made["config"] == {
        "endpoint_url": langsmith.env["EMULATOR_S3_ENDPOINT"],
        "prefix": "data",
        "bucket_name": langsmith.env["EMULATOR_BUCKET"],
        "region": None,
        "s3_additional_kwargs": None,
        "config_kwargs_s3": None,
        "include_bucket_in_prefix": True,
        "aws_role_arn": None,
    }
    assert made["destination_type"] == "s3"
    assert made["credentials_keys"] == ["access_key_id", "secret_access_key"]
    assert made["tenant_id"] == langsmith.workspace_id
    assert UUID(made["id"])
    assert TIMESTAMP.fullmatch(made["created_at"]) and TIMESTAMP.fullmatch(made["updated_at"])
    assert "response body" not in langsmith.seen(langsmith.credentials("full")["secret_access_key"])


def test_config_comes_back_byte_for_byte(langsmith: RunningEmulator) -> None:
    sent = {
        "endpoint_url": langsmith.env["EMULATOR_S3_ENDPOINT"] + "/",
        "prefix": "/Lead/ü //",
        "region": "EU-west-1",
        "s3_additional_kwargs": {"Metadata": {"a": "b"}, "Unknown": [1, None]},
        "config_kwargs_s3": {"addressing_style": "path"},
    }
    made = create(langsmith, config=config(langsmith, **sent))

    assert made["config"]["config_kwargs_s3"] == {
        "addressing_style": "path",
        "use_accelerate_endpoint": None,
        "payload_signing_enabled": None,
        "us_east_1_regional_endpoint": None,
    }
    del sent["config_kwargs_s3"]
    assert {name: made["config"][name] for name in sent} == sent


def test_test_object_is_deleted_unless_the_user_may_not(langsmith: RunningEmulator) -> None:
    create(langsmith)
    assert langsmith.objects() == []

    create(langsmith, credentials=langsmith.credentials("put_only"))
    (left,) = langsmith.objects()
    assert left["bucket"] == langsmith.env["EMULATOR_BUCKET"]
    assert re.fullmatch(r"data/tmp/[0-9a-f-]{36}\.txt", left["key"])


@pytest.mark.parametrize(
    "form",
    [
        {"endpoint_url": None, "region": "us-east-1"},
        {"endpoint_url": None, "region": "eu-central-1"},
        {"endpoint_url": None, "region": None},
        {"endpoint_url": "https://s3.eu-west-1.amazonaws.com", "region": "eu-west-1"},
        {"endpoint_url": "https://storage.googleapis.com"},
    ],
)
def test_aws_and_gcs_forms_reach_the_stand_in(langsmith: RunningEmulator, form: dict[str, Any]) -> None:
    create(langsmith, config=config(langsmith, **form), credentials=langsmith.credentials("put_only"))
    (left,) = langsmith.objects()
    assert left["bucket"] == langsmith.env["EMULATOR_BUCKET"] and left["key"].startswith("data/tmp/")


@pytest.mark.parametrize(("prefix", "start"), [("", "/tmp/"), ("/lead", "/lead/tmp/"), ("a//b", "a//b/tmp/")])
@pytest.mark.parametrize("endpoint_url", [None, "embedded"])
def test_slashes_are_kept(
    langsmith: RunningEmulator, endpoint_url: str | None, prefix: str, start: str
) -> None:
    form: dict[str, Any] = {"prefix": prefix, "region": "us-east-1"}
    if endpoint_url is None:
        form["endpoint_url"] = None
    create(langsmith, config=config(langsmith, **form), credentials=langsmith.credentials("put_only"))
    (left,) = langsmith.objects()
    assert left["key"].startswith(start)


def test_virtual_hosted_endpoint_on_localhost(langsmith: RunningEmulator) -> None:
    port = langsmith.env["EMULATOR_S3_ENDPOINT"].rpartition(":")[2]
    form = {
        "bucket_name": "my-bucket",
        "endpoint_url": f"http://my-bucket.localhost:{port}",
        "include_bucket_in_prefix": False,
        "prefix": "a/b",
    }
    create(langsmith, config=config(langsmith, **form), credentials=langsmith.credentials("put_only"))
    (left,) = langsmith.objects()
    assert (left["bucket"], left["key"][:8]) == ("my-bucket", "a/b/tmp/")

    form.update(endpoint_url=f"http://localhost:{port}", include_bucket_in_prefix=True)
    form["config_kwargs_s3"] = {"addressing_style": "virtual"}
    create(langsmith, config=config(langsmith, **form), credentials=langsmith.credentials("put_only"))
    assert [found["bucket"] for found in langsmith.objects()] == ["my-bucket", "my-bucket"]


def test_without_the_bucket_in_the_prefix_its_first_segment_is_the_bucket(langsmith: RunningEmulator) -> None:
    form = config(langsmith, include_bucket_in_prefix=False, prefix="my-bucket/deep")
    create(langsmith, config=form, credentials=langsmith.credentials("put_only"))
    (left,) = langsmith.objects()
    assert (left["bucket"], left["key"][:9]) == ("my-bucket", "deep/tmp/")


def test_session_token(langsmith: RunningEmulator) -> None:
    credentials = langsmith.credentials("session")
    assert credentials["access_key_id"].startswith("ASIA")
    made = create(langsmith, credentials=credentials)
    assert made["credentials_keys"] == ["access_key_id", "secret_access_key", "session_token"]

    # A null token counts as absent.
    made = create(langsmith, credentials={**langsmith.credentials("full"), "session_token": None})
    assert made["credentials_keys"] == ["access_key_id", "secret_access_key"]


def _refusals() -> dict[str, tuple[dict[str, Any], dict[str, Any], str]]:
    return {
        "denied": ({}, {"user": "denied"}, "Access Denied"),
        "unknown key": (
            {},
            {"access_key_id": "AKIAUNKNOWN"},
            "The AWS Access Key Id you provided does not exist in our records.",
        ),
        "wrong secret": (
            {},
            {"secret_access_key": "wrong"},
            "The request signature we calculated does not match the signature you provided. "
            "Check your key and signing method.",
        ),
        "bad token": (
            {},
            {"user": "session", "session_token": "garbage"},
            "[Errno 22] The provided token is malformed or otherwise invalid.",
        ),
        "missing token": (
            {},
            {"user": "session", "session_token": None},
            "The AWS Access Key Id you provided does not exist in our records.",
        ),
        "no bucket": ({"bucket_name": "nothing-here"}, {}, "The specified bucket does not exist"),
        "confused bucket": ({"include_bucket_in_prefix": False}, {}, "The specified bucket does not exist"),
        "endpoint without scheme": (
            {"endpoint_url": "s3.example.com"},
            {},
            "Invalid endpoint: s3.example.com",
        ),
        "endpoint of another kind": (
            {"endpoint_url": "ftp://s3.example.com"},
            {},
            "Custom endpoint `ftp://s3.example.com` was not a valid URI",
        ),
        "object lock": (
            {"bucket_name": "lsexport-locked"},
            {},
            "[Errno 5] An error occurred (MissingUploadObjectWithObjectLockHeaders) when calling the "
            "PutObject operation: Content-MD5 or x-amz-sdk-checksum-algorithm header required to upload an "
            "object with a retention period configured using Object Lock",
        ),
    }


@pytest.mark.parametrize("case", _refusals())
def test_refusals_are_the_storages_own_words(langsmith: RunningEmulator, case: str) -> None:
    form, changes, text = _refusals()[case]
    credentials = {**langsmith.credentials(changes.pop("user", "full")), **changes}
    reply = langsmith.api(
        "POST",
        DESTINATIONS,
        destination(langsmith, config=config(langsmith, **form), credentials=credentials),
    )
    assert (reply.status, reply.json()) == (400, {"detail": f"Failed to validate S3 destination: {text}"})
    assert langsmith.api("GET", DESTINATIONS).json() == []


def test_object_lock_with_a_checksum_passes(langsmith: RunningEmulator) -> None:
    form = config(
        langsmith, bucket_name="lsexport-locked", s3_additional_kwargs={"ChecksumAlgorithm": "SHA256"}
    )
    create(langsmith, config=form)


def test_no_credentials_at_all(langsmith: RunningEmulator) -> None:
    for absent in ({}, {"credentials": None}):
        body = destination(langsmith, **absent)
        if not absent:
            del body["credentials"]
        reply = langsmith.api("POST", DESTINATIONS, body)
        assert reply.status == 400
        assert reply.json()["detail"] == "Failed to validate S3 destination: Unable to locate credentials"


def test_get_and_list(langsmith: RunningEmulator) -> None:
    first, second = create(langsmith), create(langsmith)  # one name twice is allowed
    assert first["display_name"] == second["display_name"] and first["id"] != second["id"]
    assert langsmith.api("GET", DESTINATIONS).json() == [second, first]
    assert langsmith.api("GET", f"{DESTINATIONS}/{first['id']}").json() == first

    langsmith.change_settings(list_order="oldest_first")
    assert langsmith.api("GET", DESTINATIONS).json() == [first, second]


def test_rotation_replaces_credentials_and_nothing_else(langsmith: RunningEmulator) -> None:
    made = create(langsmith, credentials=langsmith.credentials("session"))
    url = f"{DESTINATIONS}/{made['id']}"
    reply = langsmith.api(
        "PATCH", url, {"credentials": langsmith.credentials("rotated"), "aws_role_arn": None}
    )

    assert reply.status == 200
    changed = reply.json()
    assert changed["credentials_keys"] == ["access_key_id", "secret_access_key"]
    assert changed["updated_at"] > made["updated_at"]
    same = set(made) - {"credentials_keys", "updated_at"}
    assert {name: changed[name] for name in same} == {name: made[name] for name in same}
    assert langsmith.api("GET", url).json() == changed


def test_rotation_to_bad_credentials_changes_nothing(langsmith: RunningEmulator) -> None:
    made = create(langsmith)
    url = f"{DESTINATIONS}/{made['id']}"
    reply = langsmith.api("PATCH", url, {"credentials": langsmith.credentials("denied")})
    assert (reply.status, reply.json()["detail"]) == (400, "Failed to validate S3 destination: Access Denied")
    assert langsmith.api("GET", url).json() == made


def test_patch_with_both_or_neither(langsmith: RunningEmulator) -> None:
    made = create(langsmith)
    url = f"{DESTINATIONS}/{made['id']}"
    both = {"credentials": langsmith.credentials("rotated"), "aws_role_arn": "arn:aws:iam::1:role/x"}
    for body in (both, {}, {"credentials": None, "aws_role_arn": None}):
        reply = langsmith.api("PATCH", url, body)
        assert reply.status == 400 and isinstance(reply.json()["detail"], str)
    langsmith.change_settings(patch_with_both="credentials", patch_with_neither="accept")
    assert langsmith.api("PATCH", url, {}).json() == made
    assert langsmith.api("PATCH", url, both).json()["config"]["aws_role_arn"] is None


def test_delete(langsmith: RunningEmulator) -> None:
    made = create(langsmith)
    url = f"{DESTINATIONS}/{made['id']}"
    langsmith.mark_used(made["id"])
    reply = langsmith.api("DELETE", url)
    assert reply.status == 409
    assert reply.json() == {
        "detail": "The destination is used by one or more bulk exports and cannot be deleted."
    }

    langsmith.mark_used(made["id"], False)
    reply = langsmith.api("DELETE", url)
    assert (reply.status, reply.content) == (204, b"")
    assert reply.headers["content-type"] is None
    for method, body in (("GET", None), ("DELETE", None), ("PATCH", {"aws_role_arn": "x"})):
        reply = langsmith.api(method, url, body)
        assert (reply.status, reply.json()) == (404, {"detail": "Bulk export destination not found"})


def test_both_path_forms(langsmith: RunningEmulator) -> None:
    short = DESTINATIONS.replace("/api/v1/", "/api/")
    made = langsmith.api("POST", short, destination(langsmith)).json()
    assert langsmith.api("GET", DESTINATIONS).json() == [made]
    assert langsmith.api("GET", f"{short}/{made['id']}").json() == made


def test_unknown_ids_and_methods(langsmith: RunningEmulator) -> None:
    assert langsmith.api("GET", f"{DESTINATIONS}/{uuid4()}").status == 404
    reply = langsmith.api("PUT", f"{DESTINATIONS}/{uuid4()}", {})
    assert (reply.status, reply.json()) == (405, {"detail": "Method Not Allowed"})


def test_wrong_or_missing_key(langsmith: RunningEmulator) -> None:
    for headers in ({"X-API-Key": "lsv2_sk_wrong"}, {"X-API-Key": ""}):
        reply = langsmith.api("GET", DESTINATIONS, headers=headers)
        assert (reply.status, reply.json()) == (401, {"detail": "Invalid token"})


def test_many_at_once(langsmith: RunningEmulator) -> None:
    body = destination(langsmith)
    with ThreadPoolExecutor(20) as pool:
        replies = list(pool.map(lambda _: langsmith.api("POST", DESTINATIONS, body), range(40)))
    assert [reply.status for reply in replies] == [200] * 40
    listed = [made["id"] for made in langsmith.api("GET", DESTINATIONS).json()]
    assert sorted(listed) == sorted(reply.json()["id"] for reply in replies)
    assert langsmith.objects() == []
