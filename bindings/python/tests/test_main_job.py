# SPDX-License-Identifier: MIT
"""Create, find, rotate and delete, as a program would, and what LangSmith saw of it."""

import lsexport
import pytest
from conftest import credentials_of


def methods(langsmith) -> list[str]:
    return [request["method"] for request in langsmith.requests()]


def test_create_get_and_list(call, spec, langsmith):
    created = call("create_destination", **spec)
    assert (created.display_name, created.bucket_name, created.prefix) == ("nightly", spec["bucket_name"], "traces")
    assert created.workspace_id == langsmith.workspace_id
    assert not created.adopted
    assert call("get_destination", created.id).json == created.json
    assert [one.id for one in call("list_destinations")] == [created.id]
    assert methods(langsmith) == ["POST", "GET", "GET"]


def test_ensure_makes_one_and_then_finds_it(call, spec, langsmith):
    first = call("ensure_destination", **spec)
    second = call("ensure_destination", **spec)
    assert (first.adopted, second.adopted, second.id) == (False, True, first.id)
    assert methods(langsmith).count("POST") == 1


def test_ensure_is_the_way_back_from_a_lost_answer(call, spec, langsmith):
    langsmith.arm_fault("close", at="end", method="POST")
    with pytest.raises(lsexport.ConnectionLostError) as lost:
        call("create_destination", **spec)
    assert lost.value.applied is lsexport.Applied.UNKNOWN
    assert not lost.value.retryable
    assert call("ensure_destination", **spec).adopted
    assert methods(langsmith).count("POST") == 1


@pytest.mark.parametrize("user", ["rotated", "session"])
def test_rotation_replaces_the_credentials(call, spec, langsmith, user):
    created = call("create_destination", **spec)
    patched = call("patch_destination", created.id, credentials=credentials_of(langsmith, user))
    assert patched.id == created.id
    assert set(patched.credentials_keys) == set(langsmith.credentials(user))
    assert langsmith.requests()[-1]["method"] == "PATCH"
    assert langsmith.seen(langsmith.credentials(user)["secret_access_key"]) == ["body"]


def test_a_role_takes_the_place_of_keys(call, spec, langsmith):
    created = call("create_destination", **spec)
    role = langsmith.env["EMULATOR_ROLE_ARN"]
    assert call("patch_destination", created.id, credentials=lsexport.Credentials.role(role)).aws_role_arn == role


def test_a_rotation_that_is_refused_changes_nothing(call, spec, langsmith):
    created = call("create_destination", **spec)
    with pytest.raises(lsexport.AccessDeniedError) as denied:
        call("patch_destination", created.id, credentials=credentials_of(langsmith, "denied"))
    assert denied.value.applied is lsexport.Applied.NO
    assert isinstance(denied.value, PermissionError)
    assert call("get_destination", created.id).json == created.json


def test_delete(call, spec, langsmith):
    created = call("create_destination", **spec)
    langsmith.mark_used(created.id)
    with pytest.raises(lsexport.InUseError):
        call("delete_destination", created.id)
    langsmith.mark_used(created.id, False)
    assert call("delete_destination", created.id) is None
    with pytest.raises(lsexport.NotFoundError):
        call("get_destination", created.id)
    assert call("list_destinations") == []


def test_workspace_of_a_call(call, langsmith):
    other = langsmith.env["EMULATOR_SECOND_WORKSPACE_ID"]
    with pytest.raises(lsexport.ForbiddenError):
        call("list_destinations", workspace_id=other)
    assert dict(langsmith.requests()[-1]["headers"])["x-tenant-id"] == other


def test_timeout_of_a_call_is_in_seconds(call, langsmith):
    langsmith.arm_fault("silence", method="GET")
    with pytest.raises(TimeoutError) as late:
        call("list_destinations", timeout=0.2)
    assert isinstance(late.value, lsexport.TimeoutError)
    assert len(langsmith.requests()) == 1


@pytest.mark.parametrize("timeout", [0, -1, float("nan"), float("inf")])
def test_timeout_that_is_none_is_refused(call, langsmith, timeout):
    with pytest.raises(ValueError, match="timeout"):
        call("list_destinations", timeout=timeout)
    assert langsmith.requests() == []


def test_a_closed_client_says_so(call, langsmith):
    call("list_destinations")
    call("close")
    call("close")
    with pytest.raises(lsexport.InvalidStateError):
        call("list_destinations")
    with pytest.raises(lsexport.InvalidStateError):
        call("explain_destination")
    assert len(langsmith.requests()) == 1


def test_from_environment(langsmith, monkeypatch):
    monkeypatch.setenv("LANGSMITH_API_KEY", langsmith.api_key)
    monkeypatch.setenv("LANGSMITH_ENDPOINT", "http://127.0.0.1:9/never")
    with lsexport.Client.from_environment(api_root=langsmith.endpoint) as client:
        assert client.list_destinations() == []
    assert langsmith.seen(langsmith.api_key) == ["header x-api-key"]
