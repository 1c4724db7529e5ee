# SPDX-License-Identifier: MIT
"""The client whose calls block."""

from __future__ import annotations

import logging
from types import TracebackType
from typing import TYPE_CHECKING, NoReturn

from . import _operations as operations
from ._calls import Cancel, blocking_call, in_flight, raised_in_callback
from ._config import OptionValue, new_client
from ._credentials import Credentials
from ._destination import Destination
from ._errors import taken_error
from ._ffi import ffi
from ._operations import Operation, Result, opened, taken
from ._report import Report
from ._spec import DestinationSpec

if TYPE_CHECKING:
    from typing_extensions import Self, Unpack


class Client:
    """A connection to one LangSmith API with one key. Any number of threads may use it at once.

    api_key: the LangSmith API key.
    logger: gets one record for each attempt, retry and outcome; never with a secret in it.
    options: those of options(), as timeout_ms=30000 or api_root="eu".

    Raises ValidationError that names each option which fails, and InvalidArgumentError for one that does not exist.
    Nothing is sent. Each call can raise any class under Error; all timeouts of calls are in seconds.
    """

    def __init__(
        self, *, api_key: str | None = None, logger: logging.Logger | None = None, **options: OptionValue
    ) -> None:
        try:
            self._handle = new_client(api_key, False, logger, options)
        finally:
            api_key = None

    @classmethod
    def from_environment(cls, *, logger: logging.Logger | None = None, **options: OptionValue) -> Self:
        """A client that reads LANGSMITH_API_KEY, LANGSMITH_ENDPOINT and LANGSMITH_WORKSPACE_ID; options come first."""
        self = cls.__new__(cls)
        self._handle = new_client(None, True, logger, options)
        return self

    def create_destination(
        self,
        *,
        timeout: float | None = None,
        workspace_id: str | None = None,
        cancel: Cancel | None = None,
        **spec: Unpack[DestinationSpec],
    ) -> Destination:
        """Creates a destination: LangSmith writes a test object first. Sends one POST at most, never repeated. When it
        fails with an error whose `applied` is UNKNOWN, call ensure_destination."""
        return self._run(operations.create(spec), timeout, workspace_id, cancel)

    def ensure_destination(
        self,
        *,
        timeout: float | None = None,
        workspace_id: str | None = None,
        cancel: Cancel | None = None,
        **spec: Unpack[DestinationSpec],
    ) -> Destination:
        """Adopts an equal destination (same display name and config; credentials are not compared, nor changed), or
        creates it: the call to prefer. Sends one POST at most."""
        return self._run(operations.ensure(spec), timeout, workspace_id, cancel)

    def get_destination(
        self,
        destination_id: str,
        *,
        timeout: float | None = None,
        workspace_id: str | None = None,
        cancel: Cancel | None = None,
    ) -> Destination:
        """Reads one destination. Raises NotFoundError when there is none."""
        return self._run(operations.get(destination_id), timeout, workspace_id, cancel)

    def list_destinations(
        self, *, timeout: float | None = None, workspace_id: str | None = None, cancel: Cancel | None = None
    ) -> list[Destination]:
        """Reads all destinations of the workspace, in the server's order."""
        return self._run(operations.list_all(), timeout, workspace_id, cancel)

    def patch_destination(
        self,
        destination_id: str,
        *,
        credentials: Credentials,
        timeout: float | None = None,
        workspace_id: str | None = None,
        cancel: Cancel | None = None,
    ) -> Destination:
        """Replaces the credentials: LangSmith tries them first, and keeps the old ones when they fail. Exports that run
        keep the old ones until they end, up to OLD_CREDENTIALS_NEEDED. After a failure in transit it may be sent again,
        which can undo a newer patch of somebody else's."""
        return self._run(operations.patch(destination_id, credentials), timeout, workspace_id, cancel)

    def delete_destination(
        self,
        destination_id: str,
        *,
        timeout: float | None = None,
        workspace_id: str | None = None,
        cancel: Cancel | None = None,
    ) -> None:
        """Deletes a destination. Raises InUseError when an export, running or finished, refers to it."""
        self._run(operations.delete(destination_id), timeout, workspace_id, cancel)

    def explain_destination(self, **spec: Unpack[DestinationSpec]) -> Report:
        """Says where LangSmith will write with this spec, and what is wrong or dangerous about it. Sends nothing, and
        looks no name up. A spec that create_destination refuses is no failure here: the findings say so."""
        return operations.explain(self._handle, spec)

    def check_destination(
        self,
        *,
        timeout: float | None = None,
        workspace_id: str | None = None,
        cancel: Cancel | None = None,
        **spec: Unpack[DestinationSpec],
    ) -> Report:
        """Tries the bucket from this machine, with the spec's credentials: writes what LangSmith would write to it, and
        deletes it again. check_keys of explain_destination's report names the objects before, `left` those that had to
        stay; a check that is cancelled names them in the facts of its CancelledError. That the bucket refuses is no
        failure, nor that the time is over: the report says so. Raises ValidationError for what cannot be tried."""
        return self._run(operations.check(spec), timeout, workspace_id, cancel)

    def diagnose_destination(
        self,
        *,
        timeout: float | None = None,
        workspace_id: str | None = None,
        cancel: Cancel | None = None,
        **spec: Unpack[DestinationSpec],
    ) -> Report:
        """Creates the destination, as create_destination does, with one POST at most, and checks the bucket at the same
        time. The summary says what both answers mean together. That LangSmith refuses is no failure: `error` is its
        answer, and `destination` is what it created. Its errors say in `applied` whether something may have been."""
        return self._run(operations.diagnose(spec), timeout, workspace_id, cancel)

    def close(self) -> None:
        """Gives up the connections. Calls in flight on other threads end as they would have. A second time does
        nothing."""
        self._handle = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __reduce__(self) -> NoReturn:
        raise TypeError("a client cannot be pickled or copied")

    def _run(
        self,
        operation: Operation[Result],
        timeout: float | None,
        workspace_id: str | None,
        cancel: Cancel | None,
    ) -> Result:
        handle = opened(self._handle)  # our own reference: a close() meanwhile frees nothing under us
        outputs = [ffi.new(operation.kind.out)] if operation.kind.out else []
        error_out = ffi.new("lsexport_error **")
        cancel = in_flight.enter(cancel)
        try:
            call = blocking_call(timeout, workspace_id, cancel)
            operation.function(handle, *operation.arguments, call, *outputs, error_out)
        finally:
            in_flight.leave()
        error = taken_error(error_out)
        raised = raised_in_callback()
        if raised is not None:
            raise raised from error
        if error is not None:
            raise error
        return taken(operation.kind, *outputs)


def explain_destination(**spec: Unpack[DestinationSpec]) -> Report:
    """What Client.explain_destination tells, without a client: then nothing is known of where LangSmith runs."""
    return operations.explain(ffi.NULL, spec)
