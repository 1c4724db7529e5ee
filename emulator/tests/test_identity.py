"""Keys, workspaces and rights."""

from typing import Any

import pytest
from conftest import DESTINATIONS, create, destination

from lsexport_emulator.running import Reply, RunningEmulator

FORBIDDEN = {"detail": "Forbidden"}


def _list(langsmith: RunningEmulator, key: str, tenant: str | None = None) -> Reply:
    headers = {"X-API-Key": key, **({"X-Tenant-Id": tenant} if tenant else {})}
    return langsmith.api("GET", DESTINATIONS, headers=headers)


def _new_key(langsmith: RunningEmulator, **wish: Any) -> str:
    made: dict[str, str] = langsmith.admin("POST", "/api-keys", wish)
    return made["key"]


def test_a_read_key_reads_and_no_more(langsmith: RunningEmulator) -> None:
    made = create(langsmith)
    url = f"{DESTINATIONS}/{made['id']}"
    headers = {"X-API-Key": langsmith.env["EMULATOR_READ_API_KEY"]}
    assert langsmith.api("GET", DESTINATIONS, headers=headers).json() == [made]
    assert langsmith.api("GET", url, headers=headers).json() == made
    patch = {"credentials": langsmith.credentials("rotated")}
    for method, path, body in (
        ("POST", DESTINATIONS, destination(langsmith)),
        ("PATCH", url, patch),
        ("DELETE", url, None),
    ):
        reply = langsmith.api(method, path, body, headers)
        assert (reply.status, reply.json()) == (403, FORBIDDEN)
    assert langsmith.api("GET", DESTINATIONS).json() == [made]


def test_an_organization_key_must_name_its_workspace(langsmith: RunningEmulator) -> None:
    key = langsmith.env["EMULATOR_ORGANIZATION_API_KEY"]
    reply = _list(langsmith, key)
    assert (reply.status, reply.json()) == (403, {"error": "org_scoped_key_requires_workspace"})

    made = create(langsmith)
    assert _list(langsmith, key, langsmith.workspace_id).json() == [made]
    assert _list(langsmith, key, langsmith.env["EMULATOR_SECOND_WORKSPACE_ID"]).json() == []


def test_a_destination_belongs_to_its_workspace(langsmith: RunningEmulator) -> None:
    second = langsmith.env["EMULATOR_SECOND_WORKSPACE_ID"]
    headers = {"X-API-Key": langsmith.env["EMULATOR_ORGANIZATION_API_KEY"], "X-Tenant-Id": second}
    made = langsmith.api("POST", DESTINATIONS, destination(langsmith), headers).json()
    assert made["tenant_id"] == second
    assert langsmith.api("GET", f"{DESTINATIONS}/{made['id']}").status == 404
    assert langsmith.api("DELETE", f"{DESTINATIONS}/{made['id']}").status == 404
    assert langsmith.api("GET", DESTINATIONS).json() == []


@pytest.mark.parametrize("tenant", ["00000000-0000-4000-8000-000000000000", "no-uuid"])
def test_a_workspace_of_others_is_forbidden(langsmith: RunningEmulator, tenant: str) -> None:
    reply = _list(langsmith, langsmith.api_key, tenant)
    assert (reply.status, reply.json()) == (403, FORBIDDEN)


def test_the_default_workspace_may_be_named(langsmith: RunningEmulator) -> None:
    assert _list(langsmith, langsmith.api_key, langsmith.workspace_id.upper()).json() == []


def test_keys_are_made_expire_and_are_revoked(langsmith: RunningEmulator) -> None:
    workspace = langsmith.admin("POST", "/workspaces")["id"]
    personal = _new_key(langsmith, scope="personal", workspaces=[workspace], expires_in_seconds=60)
    assert personal.startswith("lsv2_pt_")
    assert _list(langsmith, personal).status == 200
    langsmith.admin("POST", "/clock", {"advance_seconds": 61})
    assert (_list(langsmith, personal).status, _list(langsmith, langsmith.api_key).status) == (401, 200)

    service = _new_key(langsmith, scope="service", workspaces=[workspace])
    assert service.startswith("lsv2_sk_") and _list(langsmith, service).status == 200
    langsmith.admin("DELETE", f"/api-keys/{service}")
    assert _list(langsmith, service).status == 401


def test_header_names_in_any_case(langsmith: RunningEmulator) -> None:
    headers = {"x-api-key": langsmith.api_key, "X-Api-Key": langsmith.api_key}
    assert langsmith.api("GET", DESTINATIONS, headers=headers).status == 200


def test_a_plan_without_bulk_export(langsmith: RunningEmulator) -> None:
    langsmith.change_settings(plan_allows_bulk_export=False)
    reply = langsmith.api("POST", DESTINATIONS, destination(langsmith))
    assert (reply.status, reply.json()) == (403, FORBIDDEN)
    assert langsmith.api("GET", DESTINATIONS).status == 200
