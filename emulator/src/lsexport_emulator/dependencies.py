"""What the API's handlers ask FastAPI for: the emulator, and a caller who may."""

from typing import Annotated

from fastapi import Depends, Request, Security
from fastapi.security import APIKeyHeader, HTTPBearer

from lsexport_emulator.emulator import Emulator
from lsexport_emulator.errors import ApiError
from lsexport_emulator.faults import Strike, strike_of
from lsexport_emulator.identity import Caller

# The published document names the three as alternatives. They are declared for the OpenAPI document
# alone: `auto_error` would answer in FastAPI's words, not in LangSmith's.
SCHEMES = [
    Security(APIKeyHeader(name="X-API-Key", scheme_name="API Key", auto_error=False)),
    Security(APIKeyHeader(name="X-Tenant-Id", scheme_name="Tenant ID", auto_error=False)),
    Security(HTTPBearer(scheme_name="Bearer Auth", auto_error=False)),
]


async def _emulator(request: Request) -> Emulator:
    emulator: Emulator = request.app.state.emulator
    return emulator


async def _strike(request: Request) -> Strike:
    return strike_of(request.scope)


TheEmulator = Annotated[Emulator, Depends(_emulator)]
TheStrike = Annotated[Strike, Depends(_strike)]


async def reader(emulator: TheEmulator, request: Request) -> Caller:
    """Dependency: someone with `bulk-exports:read`."""
    headers = request.headers
    return emulator.identities.caller(headers.get("x-api-key"), headers.get("x-tenant-id"))


async def manager(emulator: TheEmulator, caller: Annotated[Caller, Depends(reader)]) -> Caller:
    """Dependency: someone with `bulk-exports:manage`, in an organisation that has paid for it."""
    if caller.role != "manage" or not emulator.settings.plan_allows_bulk_export:
        raise ApiError(403, {"detail": "Forbidden"})
    return caller


Reader = Annotated[Caller, Depends(reader)]
Manager = Annotated[Caller, Depends(manager)]
