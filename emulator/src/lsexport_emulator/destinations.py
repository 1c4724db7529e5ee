"""The destinations API itself."""

from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

from fastapi import APIRouter, Depends, Response
from fastapi.responses import JSONResponse

from lsexport_emulator.dependencies import SCHEMES, Manager, Reader, TheEmulator, TheStrike
from lsexport_emulator.emulator import Emulator
from lsexport_emulator.errors import ApiError, refusals
from lsexport_emulator.faults import Strike
from lsexport_emulator.schemas import (
    BulkExportDestination,
    BulkExportDestinationCreate,
    BulkExportDestinationS3Config,
    BulkExportDestinationS3Credentials,
    BulkExportDestinationUpdate,
)
from lsexport_emulator.store import StoredDestination
from lsexport_emulator.testwrite import TestWriteFailed

IN_USE = "The destination is used by one or more bulk exports and cannot be deleted."
_ROLE_OR_CREDENTIALS = "Give either credentials or aws_role_arn"

router = APIRouter(prefix="/bulk-exports/destinations", tags=["bulk-exports"], dependencies=SCHEMES)


async def _has_patch(emulator: TheEmulator) -> None:
    emulator.generation.require_method("PATCH")


async def _has_delete(emulator: TheEmulator) -> None:
    emulator.generation.require_method("DELETE")


@router.get("", response_model=list[BulkExportDestination], responses=refusals(401, 403, 429))
async def get_bulk_export_destinations(emulator: TheEmulator, caller: Reader) -> Response:
    """The current workspace's destinations."""
    stored = emulator.store.list(caller.tenant_id)
    if emulator.settings.list_order == "newest_first":
        stored.reverse()
    return JSONResponse([_shown(emulator, destination) for destination in stored])


@router.post("", response_model=BulkExportDestination, responses=refusals(400, 401, 403, 413, 429))
async def create_bulk_export_destination(
    body: BulkExportDestinationCreate, emulator: TheEmulator, caller: Manager, strike: TheStrike
) -> Response:
    """Make a destination, if a test object can be written to it."""
    body = emulator.generation.create(body)
    config, credentials = _access_of_new(emulator, body)
    if emulator.settings.duplicate_display_names == "reject":
        names = (destination.display_name for destination in emulator.store.list(caller.tenant_id))
        if body.display_name in names:
            raise ApiError(400, {"detail": "A destination of this name exists already"})
    await _test_write(emulator, strike, config, credentials)
    now = emulator.clock.now()
    destination = StoredDestination(
        id=uuid4(),
        tenant_id=caller.tenant_id,
        display_name=body.display_name,
        config=config,
        credentials=credentials,
        created_at=now,
        updated_at=now,
    )
    emulator.store.add(destination)
    return JSONResponse(_shown(emulator, destination))


@router.get("/{destination_id}", response_model=BulkExportDestination, responses=refusals(401, 403, 404, 429))
async def get_bulk_export_destination(
    destination_id: UUID, emulator: TheEmulator, caller: Reader
) -> Response:
    """One destination."""
    return JSONResponse(_shown(emulator, _existing(emulator, caller.tenant_id, destination_id)))


@router.patch(
    "/{destination_id}",
    dependencies=[Depends(_has_patch)],
    response_model=BulkExportDestination,
    responses=refusals(400, 401, 403, 404, 405, 413, 429),
)
async def update_bulk_export_destination(
    destination_id: UUID,
    body: BulkExportDestinationUpdate,
    emulator: TheEmulator,
    caller: Manager,
    strike: TheStrike,
) -> Response:
    """Replace the credentials, or switch to a role, if a test object can be written with them."""
    destination = _existing(emulator, caller.tenant_id, destination_id)
    change = _changed_access(emulator, destination, emulator.generation.update(body))
    if change is None:
        return JSONResponse(_shown(emulator, destination))
    await _test_write(emulator, strike, change.config, change.credentials)
    changed = emulator.store.replace_access(
        caller.tenant_id, destination_id, change.config, change.credentials, emulator.clock.now()
    )
    if changed is None:  # deleted while we wrote
        raise _not_found()
    return JSONResponse(_shown(emulator, changed))


@router.delete(
    "/{destination_id}",
    dependencies=[Depends(_has_delete)],
    status_code=204,
    response_class=Response,
    responses=refusals(401, 403, 404, 405, 409, 429) | {409: {"description": IN_USE}},
)
async def delete_bulk_export_destination(
    destination_id: UUID, emulator: TheEmulator, caller: Manager
) -> None:
    """Delete a destination that no export uses."""
    _existing(emulator, caller.tenant_id, destination_id)
    if not emulator.store.delete_unused(caller.tenant_id, destination_id):
        raise ApiError(409, {"detail": IN_USE})


def _access_of_new(
    emulator: Emulator, body: BulkExportDestinationCreate
) -> tuple[BulkExportDestinationS3Config, BulkExportDestinationS3Credentials | None]:
    """The config, with the role in it wherever it was given, and the credentials."""
    settings = emulator.settings
    role = body.aws_role_arn or body.config.aws_role_arn
    credentials = body.credentials
    if role and credentials:
        role, credentials = _one_of_both(settings.create_with_both, role, credentials)
    if not role and not credentials and settings.create_with_neither == "reject":
        if settings.deployment != "self-hosted":
            raise ApiError(400, {"detail": _ROLE_OR_CREDENTIALS})
    _check_role(emulator, role)
    return body.config.model_copy(update={"aws_role_arn": role}), credentials


def _changed_access(
    emulator: Emulator, destination: StoredDestination, body: BulkExportDestinationUpdate
) -> StoredDestination | None:
    """The destination as the PATCH would have it; None if it changes nothing."""
    role, credentials = body.aws_role_arn, body.credentials
    if role and credentials:
        role, credentials = _one_of_both(emulator.settings.patch_with_both, role, credentials)
    if not role and not credentials:
        if emulator.settings.patch_with_neither == "reject":
            raise ApiError(400, {"detail": _ROLE_OR_CREDENTIALS})
        return None
    _check_role(emulator, role)
    # Whichever is given clears the other.
    config = destination.config.model_copy(update={"aws_role_arn": role})
    return replace(destination, config=config, credentials=credentials)


def _one_of_both(
    choice: str, role: str, credentials: BulkExportDestinationS3Credentials
) -> tuple[str | None, BulkExportDestinationS3Credentials | None]:
    if choice == "reject":
        raise ApiError(400, {"detail": _ROLE_OR_CREDENTIALS + ", not both"})
    return (role, None) if choice == "role" else (None, credentials)


def _check_role(emulator: Emulator, role: str | None) -> None:
    if role and emulator.settings.deployment != "saas":
        raise ApiError(400, {"detail": "aws_role_arn is not supported by this deployment"})


async def _test_write(
    emulator: Emulator,
    strike: Strike,
    config: BulkExportDestinationS3Config,
    credentials: BulkExportDestinationS3Credentials | None,
) -> None:
    await strike.delay(emulator.clock, "before_write")
    try:
        text = strike.validation_text()
        if text is not None:
            raise TestWriteFailed(text)
        await emulator.writer().check(config, credentials)
    except TestWriteFailed as error:
        raise ApiError(400, {"detail": f"Failed to validate S3 destination: {error}"}) from error
    await strike.delay(emulator.clock, "after_write")


def _existing(emulator: Emulator, tenant_id: UUID, destination_id: UUID) -> StoredDestination:
    destination = emulator.store.get(tenant_id, destination_id)
    if destination is None:
        raise _not_found()
    return destination


def _not_found() -> ApiError:
    return ApiError(404, {"detail": "Bulk export destination not found"})


def _shown(emulator: Emulator, destination: StoredDestination) -> dict[str, Any]:
    """As this server's generation shows it."""
    unknown = emulator.generation.unknown_config_members()
    return destination.public().model_dump(mode="json", exclude={"config": unknown})
