"""SaaS and self-hosted, roles, the environment's credentials, and servers of earlier days."""

from typing import Any
from uuid import uuid4

import pytest
from conftest import DESTINATIONS, config, create, destination

from lsexport_emulator.running import RunningEmulator


def _with_role(langsmith: RunningEmulator, role: str, place: str) -> dict[str, Any]:
    body = destination(langsmith, config=config(langsmith, endpoint_url=None, region="us-east-1"))
    del body["credentials"]
    (body if place == "top" else body["config"])["aws_role_arn"] = role
    return body


@pytest.mark.parametrize("place", ["top", "config"])
def test_a_role_is_assumed_wherever_it_is_given(langsmith: RunningEmulator, place: str) -> None:
    role = langsmith.env["EMULATOR_ROLE_ARN"]
    reply = langsmith.api("POST", DESTINATIONS, _with_role(langsmith, role, place))
    assert reply.status == 200, reply.content
    made = reply.json()
    assert (made["config"]["aws_role_arn"], made["credentials_keys"]) == (role, [])
    assert "aws_role_arn" not in made


def test_a_role_without_rights(langsmith: RunningEmulator) -> None:
    role = langsmith.env["EMULATOR_DENIED_ROLE_ARN"]
    reply = langsmith.api("POST", DESTINATIONS, _with_role(langsmith, role, "config"))
    assert reply.json()["detail"] == "Failed to validate S3 destination: Access Denied"


def test_there_and_back_between_credentials_and_role(langsmith: RunningEmulator) -> None:
    made = create(langsmith)
    url = f"{DESTINATIONS}/{made['id']}"
    role = langsmith.env["EMULATOR_ROLE_ARN"]
    changed = langsmith.api("PATCH", url, {"aws_role_arn": role, "credentials": None}).json()
    assert (changed["config"]["aws_role_arn"], changed["credentials_keys"]) == (role, [])
    changed = langsmith.api("PATCH", url, {"credentials": langsmith.credentials("full")}).json()
    assert changed["config"] == made["config"]
    assert changed["credentials_keys"] == ["access_key_id", "secret_access_key"]


@pytest.mark.parametrize(
    ("choice", "status", "keys"),
    [("reject", 400, None), ("role", 200, []), ("credentials", 200, ["access_key_id", "secret_access_key"])],
)
def test_create_with_both(
    langsmith: RunningEmulator, choice: str, status: int, keys: list[str] | None
) -> None:
    langsmith.change_settings(create_with_both=choice)
    body = _with_role(langsmith, langsmith.env["EMULATOR_ROLE_ARN"], "config")
    body["credentials"] = langsmith.credentials("full")
    reply = langsmith.api("POST", DESTINATIONS, body)
    assert (reply.status, reply.json().get("credentials_keys")) == (status, keys)


@pytest.mark.parametrize("deployment", ["saas-aws", "self-hosted"])
def test_where_roles_are_unknown(langsmith: RunningEmulator, deployment: str) -> None:
    langsmith.change_settings(deployment=deployment)
    role = langsmith.env["EMULATOR_ROLE_ARN"]
    assert langsmith.api("POST", DESTINATIONS, _with_role(langsmith, role, "config")).status == 400


def test_self_hosted_uses_its_environment(langsmith: RunningEmulator) -> None:
    langsmith.change_settings(deployment="self-hosted")
    assert create(langsmith, credentials=None)["credentials_keys"] == []
    langsmith.change_settings(environment_user="denied")
    reply = langsmith.api("POST", DESTINATIONS, destination(langsmith, credentials=None))
    assert reply.json()["detail"].endswith(": Access Denied")
    langsmith.change_settings(environment_user=None)
    reply = langsmith.api("POST", DESTINATIONS, destination(langsmith, credentials=None))
    assert reply.json()["detail"].endswith(": Unable to locate credentials")


def test_create_with_neither_may_be_refused(langsmith: RunningEmulator) -> None:
    langsmith.change_settings(create_with_neither="reject")
    reply = langsmith.api("POST", DESTINATIONS, destination(langsmith, credentials=None))
    assert (reply.status, reply.json()["detail"]) == (400, "Give either credentials or aws_role_arn")


def test_self_hosted_front_end(langsmith: RunningEmulator) -> None:
    langsmith.change_settings(deployment="self-hosted")
    outside = "/bulk-exports/destinations"
    reply = langsmith.api("GET", outside)
    assert reply.status == 200 and reply.headers["content-type"].startswith("text/html")
    reply = langsmith.api("POST", outside, {})
    assert reply.status == 405 and reply.headers["content-type"].startswith("text/html")
    langsmith.change_settings(deployment="saas")
    assert langsmith.api("GET", outside).json() == {"detail": "Not Found"}


def test_duplicate_names_may_be_refused(langsmith: RunningEmulator) -> None:
    create(langsmith)
    langsmith.change_settings(duplicate_display_names="reject")
    assert langsmith.api("POST", DESTINATIONS, destination(langsmith)).status == 400
    create(langsmith, display_name="another")


@pytest.mark.parametrize(
    ("day", "patch", "delete"),
    [("2026-02-01", 405, 405), ("2026-06-01", 404, 405), ("2026-09-21", 404, 404)],
)
def test_methods_of_earlier_servers(langsmith: RunningEmulator, day: str, patch: int, delete: int) -> None:
    langsmith.change_settings(generation=day)
    url = f"{DESTINATIONS}/{uuid4()}"
    reply = langsmith.api("PATCH", url, {"credentials": langsmith.credentials("full")})
    assert reply.status == patch
    if patch == 405:
        assert reply.json() == {"detail": "Method Not Allowed"} and reply.headers["allow"] == "GET"
    assert langsmith.api("DELETE", url).status == delete


@pytest.mark.parametrize(
    ("day", "absent"),
    [
        (
            "2025-07-01",
            {"s3_additional_kwargs", "include_bucket_in_prefix", "config_kwargs_s3", "aws_role_arn"},
        ),
        ("2026-03-01", {"config_kwargs_s3", "aws_role_arn"}),
        ("2026-05-20", {"aws_role_arn"}),
        ("2026-05-21", set()),
    ],
)
def test_members_that_did_not_exist_yet(langsmith: RunningEmulator, day: str, absent: set[str]) -> None:
    langsmith.change_settings(generation=day)
    sent = config(
        langsmith,
        s3_additional_kwargs={},
        config_kwargs_s3={"addressing_style": "path"},
        aws_role_arn="ignored",
    )
    if day == "2026-05-21":
        del sent["aws_role_arn"]
    made = create(langsmith, config=sent)
    everything = {
        "endpoint_url",
        "prefix",
        "bucket_name",
        "region",
        "s3_additional_kwargs",
        "config_kwargs_s3",
        "include_bucket_in_prefix",
        "aws_role_arn",
    }
    assert set(made["config"]) == everything - absent
    assert langsmith.api("GET", DESTINATIONS).json() == [made]


def test_the_weeks_in_which_the_bucket_was_left_out(langsmith: RunningEmulator) -> None:
    langsmith.change_settings(generation="2026-01-10")
    made = create(langsmith, config=config(langsmith, prefix="my-bucket/x"))
    assert made["config"]["include_bucket_in_prefix"] is False
    sent = config(langsmith, include_bucket_in_prefix=True)
    assert create(langsmith, config=sent)["config"]["include_bucket_in_prefix"] is True


def test_credentials_of_earlier_servers(langsmith: RunningEmulator) -> None:
    langsmith.change_settings(generation="2025-06-26")
    reply = langsmith.api("POST", DESTINATIONS, destination(langsmith, credentials=None))
    assert reply.status == 422
    (error,) = reply.json()["detail"]
    assert (error["type"], error["loc"]) == ("missing", ["body", "credentials"])
    # The token is unknown to that server, and what is left of a session does not open anything.
    reply = langsmith.api(
        "POST", DESTINATIONS, destination(langsmith, credentials=langsmith.credentials("session"))
    )
    assert reply.json()["detail"].endswith("does not exist in our records.")

    langsmith.change_settings(generation="2026-08-17")
    made = create(langsmith)
    url = f"{DESTINATIONS}/{made['id']}"
    reply = langsmith.api("PATCH", url, {"aws_role_arn": langsmith.env["EMULATOR_ROLE_ARN"]})
    assert reply.status == 422 and reply.json()["detail"][0]["loc"] == ["body", "credentials"]
    reply = langsmith.api("PATCH", url, {"credentials": langsmith.credentials("rotated")})
    assert reply.status == 200
