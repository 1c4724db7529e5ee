"""422s as FastAPI and pydantic write them."""

from typing import Any
from uuid import uuid4

import pytest
from conftest import DESTINATIONS, destination

from lsexport_emulator.running import RunningEmulator, http


def _errors(langsmith: RunningEmulator, body: Any) -> list[dict[str, Any]]:
    reply = langsmith.api("POST", DESTINATIONS, body)
    assert reply.status == 422, reply.content
    assert reply.headers["content-type"] == "application/json"
    errors: list[dict[str, Any]] = reply.json()["detail"]
    return errors


def _string_error(kind: str, loc: list[str], message: str, sent: Any, **context: Any) -> dict[str, Any]:
    error = {"type": kind, "loc": ["body", *loc], "msg": message, "input": sent}
    return {**error, "ctx": context} if context else error


@pytest.mark.parametrize(
    ("member", "sent", "kind", "message", "context"),
    [
        (
            "bucket_name",
            "ab",
            "string_too_short",
            "String should have at least 3 characters",
            {"min_length": 3},
        ),
        (
            "bucket_name",
            "b" * 64,
            "string_too_long",
            "String should have at most 63 characters",
            {"max_length": 63},
        ),
        ("region", "", "string_too_short", "String should have at least 1 character", {"min_length": 1}),
        ("prefix", None, "string_type", "Input should be a valid string", {}),
        ("prefix", 7, "string_type", "Input should be a valid string", {}),
        (
            "endpoint_url",
            "h" * 2049,
            "string_too_long",
            "String should have at most 2048 characters",
            {"max_length": 2048},
        ),
        (
            "include_bucket_in_prefix",
            "maybe",
            "bool_parsing",
            "Input should be a valid boolean, unable to interpret input",
            {},
        ),
    ],
)
def test_config_members(
    langsmith: RunningEmulator, member: str, sent: Any, kind: str, message: str, context: dict[str, Any]
) -> None:
    body = destination(langsmith)
    body["config"][member] = sent
    assert _errors(langsmith, body) == [_string_error(kind, ["config", member], message, sent, **context)]


def test_display_name(langsmith: RunningEmulator) -> None:
    (error,) = _errors(langsmith, destination(langsmith, display_name="no/slash"))
    assert error["type"] == "string_pattern_mismatch"
    assert error["msg"] == "String should match pattern '^[a-zA-Z0-9\\-_ ']+$'"
    assert error["ctx"] == {"pattern": "^[a-zA-Z0-9\\-_ ']+$"}
    (error,) = _errors(langsmith, destination(langsmith, display_name=""))
    assert error["type"] == "string_too_short"
    for good in ("a", "It's-a_Name 9", "x" * 5000):
        body = destination(langsmith, display_name=good)
        assert langsmith.api("POST", DESTINATIONS, body).json()["display_name"] == good


def test_enumerations(langsmith: RunningEmulator) -> None:
    (error,) = _errors(langsmith, destination(langsmith, destination_type="gcs"))
    assert (error["msg"], error["ctx"]) == ("Input should be 's3'", {"expected": "'s3'"})
    body = destination(langsmith)
    body["config"]["config_kwargs_s3"] = {"addressing_style": "banana"}
    (error,) = _errors(langsmith, body)
    assert error["loc"] == ["body", "config", "config_kwargs_s3", "addressing_style"]


def test_all_faults_come_at_once_in_the_schemas_order(langsmith: RunningEmulator) -> None:
    body = {"credentials": {}, "config": {"region": "", "prefix": 1}}
    assert [error["loc"][1:] for error in _errors(langsmith, body)] == [
        ["display_name"],
        ["config", "prefix"],
        ["config", "region"],
        ["credentials", "access_key_id"],
        ["credentials", "secret_access_key"],
    ]


def test_the_echo_holds_the_secret(langsmith: RunningEmulator) -> None:
    body = destination(langsmith, credentials={"secret_access_key": "a-secret-value"})
    (error,) = _errors(langsmith, body)
    assert error == {
        "type": "missing",
        "loc": ["body", "credentials", "access_key_id"],
        "msg": "Field required",
        "input": {"secret_access_key": "a-secret-value"},
    }
    # The log shows that it was there, and not what it was.
    assert langsmith.seen("a-secret-value") == ["body", "response body"]
    assert "a-secret-value" not in str(langsmith.requests())


def test_bodies_that_are_no_objects(langsmith: RunningEmulator) -> None:
    (error,) = _errors(langsmith, b'{"display_name": "x" "config": {}}')
    assert error["type"] == "json_invalid" and error["msg"] == "JSON decode error"
    assert error["loc"] == ["body", 21] and error["input"] == {}
    assert error["ctx"] == {"error": "Expecting ',' delimiter"}
    (error,) = _errors(langsmith, b"")
    assert error == {"type": "missing", "loc": ["body"], "msg": "Field required", "input": None}
    (error,) = _errors(langsmith, [])
    assert error["type"] == "model_attributes_type"


def test_a_body_that_is_not_called_json_is_echoed_whole(langsmith: RunningEmulator) -> None:
    headers = {"X-API-Key": langsmith.api_key, "Content-Type": "text/plain"}
    reply = http("POST", langsmith.endpoint + DESTINATIONS, b'{"display_name": "secret"}', headers)
    assert reply.status == 422
    assert reply.json()["detail"][0]["input"] == '{"display_name": "secret"}'


def test_ids(langsmith: RunningEmulator) -> None:
    reply = langsmith.api("GET", f"{DESTINATIONS}/x")
    (error,) = reply.json()["detail"]
    assert reply.status == 422
    assert (error["type"], error["loc"]) == ("uuid_parsing", ["path", "destination_id"])
    assert "found `x` at " in error["ctx"]["error"]


@pytest.mark.parametrize(
    "body",
    [
        {"aws_role_arn": ""},
        {"credentials": {"access_key_id": "a"}},
        {"credentials": {"access_key_id": "a", "secret_access_key": ""}},
        {"credentials": {"access_key_id": "a", "secret_access_key": "b", "session_token": "t" * 2049}},
    ],
)
def test_patch(langsmith: RunningEmulator, body: dict[str, Any]) -> None:
    assert langsmith.api("PATCH", f"{DESTINATIONS}/{uuid4()}", body).status == 422


def test_unknown_members_are_ignored(langsmith: RunningEmulator) -> None:
    body = destination(langsmith, unknown=1)
    body["config"]["unknown"] = {"a": 1}
    made = langsmith.api("POST", DESTINATIONS, body).json()
    assert "unknown" not in made and "unknown" not in made["config"]


@pytest.mark.parametrize(
    "text",
    [b"NaN", b"1e999", b'"\\ud800"', b'{"\\ud800": 1}', b"[" * 5000 + b"]" * 5000, b"[" * 190 + b"]" * 190],
)
def test_what_json_cannot_hold(langsmith: RunningEmulator, text: bytes) -> None:
    for body in (
        b'{"display_name": %s}' % text,
        b'{"display_name": "x", "config": {"bucket_name": "nothing-here", "s3_additional_kwargs": {"a": %s}}}'
        % text,
    ):
        reply = langsmith.api("POST", DESTINATIONS, body)
        assert reply.status in (400, 422) and reply.json()["detail"]
    assert len(langsmith.requests()) == 2
