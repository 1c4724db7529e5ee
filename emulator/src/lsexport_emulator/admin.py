"""The routes under /_emulator: what tests ask and tell the double.

No key is asked for: the emulator listens on loopback, and holds test data only.
"""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from fastapi import APIRouter, Body, FastAPI, HTTPException, Response
from pydantic import BaseModel, Field, ValidationError

from lsexport_emulator import __version__, docs_page
from lsexport_emulator.embedded_s3 import EmbeddedS3Facts
from lsexport_emulator.emulator import Emulator
from lsexport_emulator.faults import ArmedFault, Fault
from lsexport_emulator.identity import ApiKey, Role, Scope, new_key
from lsexport_emulator.objects import StoredObject, delete_objects, list_objects
from lsexport_emulator.requestlog import Record, Sighting
from lsexport_emulator.scripted_s3 import ScriptedRequest
from lsexport_emulator.scripts import SCRIPTS
from lsexport_emulator.settings import Settings


class Info(BaseModel):
    version: str
    s3_endpoint: str | None
    buckets: list[str]
    scripted_s3_endpoint: str


class SearchText(BaseModel):
    text: str


class Used(BaseModel):
    used: bool = True


class NewApiKey(BaseModel):
    role: Role = "manage"
    scope: Scope = "service"
    workspaces: list[UUID] = Field(min_length=1)
    expires_in_seconds: float | None = None


class MadeApiKey(BaseModel):
    key: str


class MadeWorkspace(BaseModel):
    id: UUID


class Waiting(BaseModel):
    seconds: float
    reason: str


class ClockState(BaseModel):
    mode: str
    now: datetime
    waiting: list[Waiting]


class Advance(BaseModel):
    advance_seconds: float = Field(ge=0)


class ScriptedObject(BaseModel):
    bucket: str
    key: str


def create_admin(emulator: Emulator) -> FastAPI:
    app = FastAPI(title="lsexport-emulator: admin", version=__version__, docs_url=None, redoc_url=None)
    for router in (_observing(emulator), _arranging(emulator), _scripted(emulator)):
        app.include_router(router)
    docs_page.add_to(app)
    return app


def _observing(emulator: Emulator) -> APIRouter:
    router = APIRouter(tags=["observe"])

    @router.get("/info")
    async def info() -> Info:
        """What runs here."""
        s3 = emulator.embedded_s3
        return Info(
            version=__version__,
            s3_endpoint=s3.endpoint_url if s3 else None,
            buckets=[*s3.buckets, s3.locked_bucket] if s3 else [],
            scripted_s3_endpoint=emulator.scripted_s3.endpoint_url,
        )

    @router.get("/requests")
    async def requests(after: int = 0) -> list[Record]:
        """The requests that came, oldest first; with `after`, those with a greater number."""
        return emulator.log.records(after)

    @router.delete("/requests", status_code=204, response_class=Response)
    async def forget_requests() -> None:
        """Empty the log."""
        emulator.log.clear()

    @router.post("/requests/search")
    async def search(sought: SearchText) -> list[Sighting]:
        """Where a text (a secret, say) was seen: in which headers, path, query, body or answer."""
        return emulator.log.search(sought.text)

    @router.get("/objects")
    async def objects() -> list[StoredObject]:
        """The objects that are in the embedded S3's buckets now."""
        return await list_objects(_embedded(emulator))

    return router


def _arranging(emulator: Emulator) -> APIRouter:
    router = APIRouter(tags=["arrange"])

    @router.post("/reset", status_code=204, response_class=Response)
    async def reset() -> None:
        """As just started: no destination, request, object, fault or added key; the first settings."""
        emulator.reset()
        if emulator.embedded_s3:
            await delete_objects(emulator.embedded_s3)

    @router.get("/settings")
    async def settings() -> Settings:
        """The knobs as they stand."""
        return emulator.settings

    @router.patch("/settings")
    async def change_settings(change: dict[str, Any]) -> Settings:
        """Turn knobs; those not named stay."""
        try:
            changed = Settings.model_validate({**emulator.settings.model_dump(), **change})
        except ValidationError as error:
            raise HTTPException(422, error.errors(include_url=False, include_context=False)) from error
        emulator.change_settings(changed)
        return changed

    @router.put("/destinations/{destination_id}/used", status_code=204, response_class=Response)
    async def mark_used(destination_id: UUID, mark: Used) -> None:
        """Say that an export uses the destination (or no longer does): it then cannot be deleted."""
        if not emulator.store.set_used(destination_id, mark.used):
            raise HTTPException(404, "no such destination")

    @router.post("/workspaces")
    async def new_workspace() -> MadeWorkspace:
        """The id of another workspace, for keys to be made for."""
        return MadeWorkspace(id=uuid4())

    @router.post("/api-keys")
    async def new_api_key(wish: NewApiKey) -> MadeApiKey:
        """Another API key. One of scope `organization` has no default workspace."""
        expires = emulator.clock.now() + timedelta(seconds=wish.expires_in_seconds or 0)
        key = ApiKey(
            key=new_key(wish.scope),
            role=wish.role,
            workspaces=tuple(wish.workspaces),
            default_workspace=None if wish.scope == "organization" else wish.workspaces[0],
            expires_at=None if wish.expires_in_seconds is None else expires,
        )
        emulator.identities.add(key)
        return MadeApiKey(key=key.key)

    @router.delete("/api-keys/{key}", status_code=204, response_class=Response)
    async def revoke_api_key(key: str) -> None:
        """Revoke a key; a reset brings back those of the start."""
        if not emulator.identities.remove(key):
            raise HTTPException(404, "no such key")

    @router.get("/faults")
    async def faults() -> list[ArmedFault]:
        """The armed faults, with how many requests matched and were struck."""
        return emulator.faults.armed()

    @router.post("/faults")
    async def arm(fault: Fault = Body()) -> ArmedFault:
        """Arm a fault for requests to come."""
        return emulator.faults.arm(fault)

    @router.delete("/faults", status_code=204, response_class=Response)
    async def disarm() -> None:
        """Disarm all faults."""
        emulator.faults.clear()

    @router.get("/clock")
    async def clock() -> ClockState:
        """The time here, and who waits for it."""
        waiting = [Waiting(seconds=wait.seconds, reason=wait.reason) for wait in emulator.clock.waits()]
        return ClockState(mode=emulator.clock.mode, now=emulator.clock.now(), waiting=waiting)

    @router.post("/clock")
    async def advance(step: Advance) -> ClockState:
        """Move the clock on; in mode `manual`, whoever waited for no longer than that goes on."""
        emulator.clock.advance(step.advance_seconds)
        return await clock()

    return router


def _scripted(emulator: Emulator) -> APIRouter:
    router = APIRouter(prefix="/scripted-s3", tags=["scripted S3"])

    @router.get("/scripts")
    async def scripts() -> dict[str, str]:
        """The scripts: bucket names, each with what it plays."""
        return {name: script.description for name, script in SCRIPTS.items()}

    @router.get("/requests")
    async def scripted_requests() -> list[ScriptedRequest]:
        """What the scripted S3 was sent, oldest first."""
        return emulator.scripted_s3.requests()

    @router.get("/objects")
    async def scripted_objects() -> list[ScriptedObject]:
        """What it took and was not told to delete."""
        return [ScriptedObject(bucket=bucket, key=key) for bucket, key in emulator.scripted_s3.objects()]

    return router


def _embedded(emulator: Emulator) -> EmbeddedS3Facts:
    if emulator.embedded_s3 is None:
        raise HTTPException(409, "this emulator was started without its own S3")
    return emulator.embedded_s3
