# SPDX-License-Identifier: MIT
"""What can be called: the C function, its arguments, and how its result is read. The clients say how it is called."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from ._credentials import Credentials
from ._destination import Destination, read, read_list
from ._ffi import ffi, lib
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


def taken(operation: Operation[Result], out: Any = None) -> Result:
    """The result in an output of C's, which is freed."""
    if out is None:
        return operation.kind.read(None)
    handle = ffi.gc(out[0], operation.kind.free)
    try:
        return operation.kind.read(handle)
    finally:
        ffi.release(handle)
