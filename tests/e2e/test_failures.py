# SPDX-License-Identifier: MIT
"""Each documented failure, end to end: status, cause, and that nothing was made."""

import json
import uuid

import pytest

WRONG_SECRET = "canary-0wr0ng/secret+value=="


def check(error, status, cause="LSEXPORT_CAUSE_NONE", http_status=400):
    assert (error["status"], error["cause"]) == (f"LSEXPORT_{status}", cause), error["message"]
    assert error["http_status"] == http_status
    assert error["remedy"] and error["remedy"] in error["message"]


def test_access_denied(library, langsmith):
    failed = library("create", **library.spec("denied"))
    check(failed.error, "ERR_ACCESS_DENIED")
    assert failed.error["storage_code"] == "AccessDenied"
    assert failed.error["server_text"] == "Failed to validate S3 destination: Access Denied"
    assert failed.error["applied"] == "no"
    assert failed.error["request_id"] == langsmith.requests()[-1]["request_id"]
    assert langsmith.objects() == []
    assert library("list")["destinations"] == []


def test_bucket_not_valid(library):
    failed = library("create", **library.spec(bucket_name="no-such-bucket-here"))
    check(failed.error, "ERR_BUCKET_NOT_VALID")


def test_key_id_not_found(library):
    failed = library("create", **library.spec(access_key_id="AKIAIOSFODNN7NOTHERE"))
    check(failed.error, "ERR_KEY_ID_NOT_FOUND")


def test_wrong_secret(library):
    failed = library("create", **library.spec(secret_access_key=WRONG_SECRET))
    check(failed.error, "ERR_STORAGE", "LSEXPORT_CAUSE_BAD_SECRET")
    assert WRONG_SECRET not in failed.text


def test_missing_session_token(library):
    spec = library.spec("session", credentials="static", allow="missing_session_token")
    check(library("create", **spec).error, "ERR_KEY_ID_NOT_FOUND")


def test_bad_session_token(library):
    spec = library.spec("session", session_token="not-the-token")
    check(library("create", **spec).error, "ERR_STORAGE", "LSEXPORT_CAUSE_BAD_TOKEN")


def test_object_lock_wants_a_checksum(library, langsmith):
    failed = library("create", **library.spec(bucket_name=langsmith.env["EMULATOR_LOCKED_BUCKET"]))
    check(failed.error, "ERR_STORAGE", "LSEXPORT_CAUSE_OBJECT_LOCK_CHECKSUM")
    assert "lsexport_destination_spec_set_checksum_algorithm" in failed.error["remedy"]


def test_storage_that_gives_no_reason(library, langsmith):
    for text in ("None", "", "[Errno 22] None"):
        langsmith.arm_fault("validation_text", text=text)
        check(library("create", **library.spec()).error, "ERR_STORAGE", "LSEXPORT_CAUSE_NO_REASON")


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("Invalid endpoint: s3.example.com", "ERR_INVALID_ENDPOINT"),
        ("[Errno 22] The specified bucket is not valid.", "ERR_INVALID_BUCKET_NAME"),
    ],
)
def test_documented_texts_that_the_embedded_bucket_never_says(library, langsmith, text, status):
    langsmith.arm_fault("validation_text", text=text)
    check(library("create", **library.spec()).error, status)


def test_unknown_api_key(library, langsmith):
    failed = library("list", env={"LANGSMITH_API_KEY": "lsv2_pt_canary_unknown_key"})
    check(failed.error, "ERR_UNAUTHENTICATED", http_status=401)
    assert "canary" not in failed.text


def test_not_found(library):
    for command in ("get", "delete"):
        check(library(command, id=uuid.uuid4()).error, "ERR_NOT_FOUND", http_status=404)


def test_bad_values_are_told_at_once_and_nothing_is_sent(library, langsmith):
    failed = library(
        "create",
        **library.spec(display_name="no.dots", bucket_name="ab", region="", prefix="a\nb", endpoint_url="s3.example"),
    )
    assert failed.error["status"] == "LSEXPORT_ERR_VALIDATION"
    assert failed.error["http_status"] == 0
    assert {field["path"] for field in failed.error["fields"]} == {
        "display_name",
        "config.bucket_name",
        "config.region",
        "config.endpoint_url",
        "config.prefix",
    }
    assert langsmith.requests() == []


def test_confused_bucket_is_refused_unless_allowed(library, langsmith):
    spec = library.spec("put_only", bucket_name="my-bucket", prefix=langsmith.env["EMULATOR_BUCKET"])
    failed = library("create", **spec, include_bucket_in_prefix=0)
    [field] = failed.error["fields"]
    assert field["path"] == "config.include_bucket_in_prefix"
    assert langsmith.requests() == []
    # What it guards against: the write lands in the bucket that the prefix names.
    library("create", **spec, include_bucket_in_prefix=0, allow="confused_bucket")
    assert [found["bucket"] for found in langsmith.objects()] == [langsmith.env["EMULATOR_BUCKET"]]


def test_an_answer_lost_after_the_commit_says_unknown(library, langsmith):
    langsmith.arm_fault("close", at="end", method="POST")
    failed = library("create", **library.spec())
    assert failed.error["status"] == "LSEXPORT_ERR_CONNECTION_LOST"
    assert (failed.error["applied"], failed.error["retryable"]) == ("unknown", False)
    assert len(library.posts()) == 1
    assert len(library("list")["destinations"]) == 1


def test_server_validation_by_field_without_what_was_sent(library, langsmith):
    failed = library("create", **library.spec(extra_config_json='{"future": 1}', secret_access_key=WRONG_SECRET))
    assert failed.error["status"] == "LSEXPORT_ERR_STORAGE"  # unknown members are no fault
    echo = {
        "type": "missing",
        "loc": ["body", "credentials", "access_key_id"],
        "msg": "Field required",
        "input": {"secret_access_key": WRONG_SECRET},
    }
    langsmith.arm_fault("answer", status=422, body=json.dumps({"detail": [echo]}))
    failed = library("create", **library.spec(secret_access_key=WRONG_SECRET))
    check(failed.error, "ERR_VALIDATION", http_status=422)
    assert failed.error["fields"] == [{"path": "credentials.access_key_id", "message": "Field required"}]
    assert WRONG_SECRET not in failed.text
