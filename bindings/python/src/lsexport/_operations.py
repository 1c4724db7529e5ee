# SPDX-License-Identifier: MIT
"""What can be called: the C function, its arguments, and how its result is read. The clients say how it is called."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from ._constants import Status
from ._credentials import Credentials
from ._destination import Destination, read, read_list
from ._errors import from_status, taken_error
from ._ffi import ffi, lib
from ._report import Report
from ._report import read as read_report
from ._spec import DestinationSpec, credentials_handle, new_spec
from ._text import encoded

Result = TypeVar("Result")


@dataclass(frozen=True)
class Kind(Generic[Result]):
    """A kind of result."""

    out: str | None
    """The C type of the output; None for a call that has none."""
    of_completion: Callable[[Any], Any]
    """Where a completion of the queue holds it."""
    read: Callable[[Any], Result]
    free: Callable[[Any], None]


DESTINATION: Kind[Destination] = Kind(
    "lsexport_destination **", lib.lsexport_completion_destination, read, lib.lsexport_destination_free
)
DESTINATIONS: Kind[list[Destination]] = Kind(
    "lsexport_destinations **", lib.lsexport_completion_destinations, read_list, lib.lsexport_destinations_free
)
REPORT: Kind[Report] = Kind("lsexport_report **", lib.lsexport_completion_report, read_report, lib.lsexport_report_free)
NOTHING: Kind[None] = Kind(None, lambda completion: None, lambda handle: None, lambda handle: None)


@dataclass(frozen=True)
class Operation(Generic[Result]):
    function: Any
    arguments: tuple[Any, ...]
    kind: Kind[Result]


def create(spec: DestinationSpec) -> Operation[Destination]:
    return Operation(lib.lsexport_destination_create, (new_spec(spec),), DESTINATION)


def ensure(spec: DestinationSpec) -> Operation[Destination]:
    return Operation(lib.lsexport_destination_ensure, (new_spec(spec),), DESTINATION)


def get(destination_id: str) -> Operation[Destination]:
    return Operation(lib.lsexport_destination_get, (encoded("destination_id", destination_id),), DESTINATION)


def list_all() -> Operation[list[Destination]]:
    return Operation(lib.lsexport_destination_list, (), DESTINATIONS)


def patch(destination_id: str, credentials: Credentials) -> Operation[Destination]:
    arguments = (encoded("destination_id", destination_id), credentials_handle("credentials", credentials))
    return Operation(lib.lsexport_destination_patch, arguments, DESTINATION)


def delete(destination_id: str) -> Operation[None]:
    return Operation(lib.lsexport_destination_delete, (encoded("destination_id", destination_id),), NOTHING)


def check(spec: DestinationSpec) -> Operation[Report]:
    return Operation(lib.lsexport_destination_check, (new_spec(spec),), REPORT)


def diagnose(spec: DestinationSpec) -> Operation[Report]:
    return Operation(lib.lsexport_destination_diagnose, (new_spec(spec),), REPORT)


def explain(client: Any, spec: DestinationSpec) -> Report:
    """Made here and now: there is nothing to wait for. client: NULL where there is none."""
    made = new_spec(spec)
    out, error_out = ffi.new(REPORT.out), ffi.new("lsexport_error **")
    lib.lsexport_destination_explain(opened(client), made, out, error_out)
    if (error := taken_error(error_out)) is not None:
        raise error
    return taken(REPORT, out)


def opened(client: Any) -> Any:
    """The handle of a client that was not closed."""
    if client is None:
        raise from_status(Status.INVALID_STATE, "closed client")
    return client


def taken(kind: Kind[Result], out: Any = None) -> Result:
    """The result in an output of C's, which is freed."""
    if out is None:
        return kind.read(None)
    handle = ffi.gc(out[0], kind.free)
    try:
        return kind.read(handle)
    finally:
        ffi.release(handle)
