# SPDX-License-Identifier: MIT
"""Create, ensure, get, list, patch, delete: what came back, what was sent, and what lies in the bucket."""

import json
import uuid

import pytest
from conftest import DESTINATIONS


def created_id(outcome) -> str:
    return outcome["destination"]["id"]


def sent(request) -> dict:
    body = request["body"]
    return json.loads(body) if isinstance(body, str) else body


def test_create_in_aws_form(library, langsmith):
    outcome = library("create", **library.spec())
    [post] = langsmith.requests()
    assert (post["method"], post["path"]) == ("POST", DESTINATIONS)
    assert outcome["destination"]["display_name"] == "nightly"
    assert outcome["destination"]["credentials_keys"] == ["access_key_id", "secret_access_key"]
    assert outcome["request_id"] == post["request_id"]
    body = sent(post)
    assert body["config"] == {
        "bucket_name": langsmith.env["EMULATOR_BUCKET"],
        "prefix": "traces",
        "region": langsmith.env["EMULATOR_REGION"],
        "include_bucket_in_prefix": True,
    }
    assert langsmith.objects() == []  # the test object was deleted again


def test_credentials_go_into_the_body_alone(library, langsmith):
    library("create", **library.spec())
    full = langsmith.credentials("full")
    assert langsmith.seen(full["secret_access_key"]) == ["body"]
    assert langsmith.seen(full["access_key_id"]) == ["body"]
    assert langsmith.seen(langsmith.api_key) == ["header x-api-key"]


def test_create_on_an_s3_compatible_service(library, langsmith):
    endpoint = langsmith.env["EMULATOR_S3_ENDPOINT"]
    outcome = library("create", **library.spec(region=None, endpoint_url=endpoint))
    assert outcome["destination"]["config"]["endpoint_url"] == endpoint
    assert outcome["destination"]["config"]["region"] is None
    assert "region" not in sent(library.posts()[0])["config"]


def test_create_with_the_bucket_in_the_endpoint(library, langsmith):
    port = langsmith.env["EMULATOR_S3_ENDPOINT"].rsplit(":", 1)[1]
    spec = library.spec(
        "put_only",
        bucket_name="my-bucket",
        region=None,
        endpoint_url=f"http://my-bucket.localhost:{port}",
        include_bucket_in_prefix=0,
    )
    outcome = library("create", **spec)
    assert outcome["destination"]["config"]["include_bucket_in_prefix"] is False
    [left] = langsmith.objects()
    assert left["bucket"] == "my-bucket"
    assert left["key"].startswith("traces/tmp/")


def test_the_bucket_in_the_endpoint_and_in_the_prefix_doubles_it(library, langsmith):
    port = langsmith.env["EMULATOR_S3_ENDPOINT"].rsplit(":", 1)[1]
    spec = library.spec("put_only", bucket_name="my-bucket", endpoint_url=f"http://my-bucket.localhost:{port}")
    library("create", **spec)
    [left] = langsmith.objects()
    assert left["key"].startswith("my-bucket/traces/tmp/")


def test_create_with_a_session_token(library, langsmith):
    outcome = library("create", **library.spec("session"))
    assert "session_token" in outcome["destination"]["credentials_keys"]
    token = langsmith.credentials("session")["session_token"]
    assert langsmith.seen(token) == ["body"]


def test_put_only_user_succeeds_and_leaves_its_test_object(library, langsmith):
    library("create", **library.spec("put_only"))
    [left] = langsmith.objects()
    assert left["key"].startswith("traces/tmp/")


@pytest.mark.parametrize(("at_top_level", "where"), [("false", "config"), ("true", "top")])
def test_role_goes_where_the_option_says(library, langsmith, at_top_level, where):
    role = langsmith.env["EMULATOR_ROLE_ARN"]
    spec = library.spec(credentials="role", aws_role_arn=role, access_key_id=None, secret_access_key=None)
    outcome = library("create", **spec, **{"option.role_at_top_level": at_top_level})
    body = sent(library.posts()[0])
    assert ("aws_role_arn" in body, "aws_role_arn" in body["config"]) == (where == "top", where == "config")
    assert "credentials" not in body
    assert outcome["destination"]["config"]["aws_role_arn"] == role


def test_additional_kwargs_reach_the_bucket(library, langsmith):
    spec = library.spec("put_only", bucket_name=langsmith.env["EMULATOR_LOCKED_BUCKET"], checksum_algorithm="SHA256")
    outcome = library("create", **spec)
    assert outcome["destination"]["config"]["s3_additional_kwargs"] == {"ChecksumAlgorithm": "SHA256"}
    assert [found["bucket"] for found in langsmith.objects()] == [langsmith.env["EMULATOR_LOCKED_BUCKET"]]


def test_get_and_list(library, langsmith):
    first = library("create", **library.spec(display_name="one"))
    second = library("create", **library.spec(display_name="two"))
    assert library("get", id=created_id(first).upper())["destination"] == first["destination"]
    listed = library("list")["destinations"]
    assert sorted(listed, key=lambda d: d["display_name"]) == [first["destination"], second["destination"]]


def test_ensure_creates_once_and_adopts_after(library, langsmith):
    first = library("ensure", **library.spec())
    again = library("ensure", **library.spec("rotated"))
    assert (first["adopted"], again["adopted"]) == (0, 1)
    assert created_id(first) == created_id(again)
    assert len(library.posts()) == 1
    assert langsmith.seen(langsmith.credentials("rotated")["secret_access_key"]) == []


@pytest.mark.parametrize(
    "change",
    [
        {"display_name": "other"},
        {"prefix": "elsewhere"},
        {"region": "eu-west-1"},
        {"addressing_style": 3},
        {"checksum_algorithm": "CRC32"},
        {"s3_additional_kwargs_json": '{"Metadata": {"team": "a"}}'},
    ],
)
def test_ensure_does_not_adopt_an_unequal_one(library, change):
    first = library("ensure", **library.spec())
    second = library("ensure", **library.spec(**change))
    assert created_id(first) != created_id(second)
    assert second["adopted"] == 0
    assert len(library.posts()) == 2
    assert library("ensure", **library.spec(**change))["adopted"] == 1


def test_ensure_adopts_the_oldest_and_names_the_surplus(library):
    ids = [created_id(library("create", **library.spec())) for _ in range(3)]
    outcome = library("ensure", **library.spec())
    assert created_id(outcome) == ids[0]
    assert sorted(outcome["surplus"]) == sorted(ids[1:])
    assert len(library("list")["destinations"]) == 3


def test_ensure_finds_what_a_lost_answer_made(library, langsmith):
    langsmith.arm_fault("close", at="end", method="POST")
    outcome = library("ensure", **library.spec())
    assert len(library.posts()) == 1
    [only] = library("list")["destinations"]
    assert created_id(outcome) == only["id"]


def test_rotate(library, langsmith):
    first = library("create", **library.spec())
    patched = library("patch", id=created_id(first), credentials="static", **langsmith.credentials("rotated"))
    assert created_id(patched) == created_id(first)
    assert sent(langsmith.requests()[-1]).keys() == {"credentials"}
    assert langsmith.seen(langsmith.credentials("rotated")["secret_access_key"]) == ["body"]


def test_patch_to_a_role_and_back(library, langsmith):
    first = library("create", **library.spec())
    role = langsmith.env["EMULATOR_ROLE_ARN"]
    patched = library("patch", id=created_id(first), credentials="role", aws_role_arn=role)
    assert patched["destination"]["config"]["aws_role_arn"] == role
    back = library("patch", id=created_id(first), credentials="static", **langsmith.credentials("full"))
    assert back["destination"]["config"]["aws_role_arn"] is None


def test_a_patch_that_fails_keeps_the_old_credentials(library, langsmith):
    first = library("create", **library.spec())
    failed = library("patch", id=created_id(first), credentials="static", **langsmith.credentials("denied"))
    assert failed.error["status"] == "LSEXPORT_ERR_ACCESS_DENIED"
    assert failed.error["applied"] == "no"
    assert library("get", id=created_id(first))["destination"] == first["destination"]


def test_delete(library, langsmith):
    first = library("create", **library.spec())
    assert "error" not in library("delete", id=created_id(first))
    assert library("list")["destinations"] == []


def test_delete_of_one_in_use_is_refused_and_sent_once(library, langsmith):
    first = library("create", **library.spec())
    langsmith.mark_used(created_id(first))
    failed = library("delete", id=created_id(first))
    assert failed.error["status"] == "LSEXPORT_ERR_IN_USE"
    assert failed.error["http_status"] == 409
    assert [request["method"] for request in langsmith.requests()].count("DELETE") == 1
    assert len(library("list")["destinations"]) == 1


@pytest.mark.parametrize("suffix", ["", "/", "/api", "/api/", "/api/v1", "/api/v1/"])
def test_every_form_of_the_root(library, langsmith, suffix):
    outcome = library("list", env={"LANGSMITH_ENDPOINT": langsmith.endpoint + suffix})
    assert outcome["destinations"] == []
    assert langsmith.requests()[-1]["path"] == DESTINATIONS


def test_workspace_of_a_call(library, langsmith):
    other = str(uuid.uuid4())
    library("list", **{"call.workspace_id": other})
    assert dict(langsmith.requests()[-1]["headers"])["x-tenant-id"] == other
