"""API keys, the workspaces they open, and what they may do there."""

import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from lsexport_emulator.clock import Clock
from lsexport_emulator.errors import ApiError

# The same in each run, so that a database that survived a restart still belongs to someone.
DEFAULT_WORKSPACE_ID = UUID("7d3c1f52-9a1e-4e0b-8a57-3f1c0b6d2e10")
SECOND_WORKSPACE_ID = UUID("c0b9a4de-5f0c-4c58-9d3e-6a2f7e81b4a9")

Role = Literal["read", "manage"]
Scope = Literal["personal", "service", "organization"]


@dataclass(frozen=True)
class ApiKey:
    key: str
    role: Role
    workspaces: tuple[UUID, ...]
    # Where a request without X-Tenant-Id goes. None for organisation-scoped keys: they must say.
    default_workspace: UUID | None
    expires_at: datetime | None = None


@dataclass(frozen=True)
class Caller:
    tenant_id: UUID
    role: Role


class Identities:
    """Who may come in: the keys that the emulator started with, and those that tests add."""

    def __init__(self, clock: Clock, api_key: str | None = None) -> None:
        self._clock = clock
        self.main = ApiKey(
            api_key or new_key("service"), "manage", (DEFAULT_WORKSPACE_ID,), DEFAULT_WORKSPACE_ID
        )
        self.read_only = ApiKey(new_key("personal"), "read", (DEFAULT_WORKSPACE_ID,), DEFAULT_WORKSPACE_ID)
        self.organization = ApiKey(
            new_key("organization"), "manage", (DEFAULT_WORKSPACE_ID, SECOND_WORKSPACE_ID), None
        )
        self.reset()

    def reset(self) -> None:
        self._keys = {key.key: key for key in (self.main, self.read_only, self.organization)}

    def add(self, key: ApiKey) -> None:
        self._keys[key.key] = key

    def remove(self, key: str) -> bool:
        return self._keys.pop(key, None) is not None

    def caller(self, api_key: str | None, tenant_id: str | None) -> Caller:
        key = self._keys.get(api_key or "")
        if key is None or (key.expires_at and key.expires_at <= self._clock.now()):
            raise ApiError(401, {"detail": "Invalid token"})
        if not tenant_id:
            if key.default_workspace is None:
                raise ApiError(403, {"error": "org_scoped_key_requires_workspace"})
            return Caller(key.default_workspace, key.role)
        try:
            workspace = UUID(tenant_id)
        except ValueError:
            raise _forbidden() from None
        if workspace not in key.workspaces:
            raise _forbidden()
        return Caller(workspace, key.role)


def new_key(scope: Scope) -> str:
    """A key of LangSmith's outer form."""
    prefix = "lsv2_pt_" if scope == "personal" else "lsv2_sk_"
    return f"{prefix}{secrets.token_hex(16)}_{secrets.token_hex(5)}"


def _forbidden() -> ApiError:
    return ApiError(403, {"detail": "Forbidden"})
