# SPDX-License-Identifier: MIT
"""The client for asyncio: its calls go into a queue of the library, whose descriptor the event loop watches."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import logging
import os
from types import TracebackType
from typing import TYPE_CHECKING, Any, NoReturn

from . import _operations as operations
from ._calls import new_call, raised_in_callback
from ._config import OptionValue, new_client
from ._constants import Status
from ._credentials import Credentials
from ._destination import Destination
from ._errors import Error, from_handle, from_status, taken_error
from ._ffi import ffi, lib
from ._operations import Operation, Result, opened
from ._report import Report
from ._spec import DestinationSpec

if TYPE_CHECKING:
    from typing_extensions import Self, Unpack


class AsyncClient:
    """Client for asyncio: the same arguments and calls, any number of them at once on the loop's own thread. It belongs
    to the loop of its first call. The options queue_max_in_flight and queue_max_host_connections bound what it does at
    once; the other calls wait for their turn.

    A task that is cancelled, or whose asyncio.timeout is over, ends its call within 100 ms. The cause of its
    asyncio.CancelledError then is the CancelledError that says whether the call took effect; there is none when it had
    succeeded by then.
    """

    def __init__(
        self, *, api_key: str | None = None, logger: logging.Logger | None = None, **options: OptionValue
    ) -> None:
        try:
            self._begin(new_client(api_key, False, logger, options))
        finally:
            api_key = None

    @classmethod
    def from_environment(cls, *, logger: logging.Logger | None = None, **options: OptionValue) -> Self:
        """A client that reads LANGSMITH_API_KEY, LANGSMITH_ENDPOINT and LANGSMITH_WORKSPACE_ID; options come first."""
        self = cls.__new__(cls)
        self._begin(new_client(None, True, logger, options))
        return self

    def _begin(self, handle: Any) -> None:
        self._handle = handle
        self._queue: Any = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._process = 0
        self._ids = itertools.count(1)  # none is ever used again
        self._waiting: dict[int, tuple[asyncio.Future[Any], Operation[Any]]] = {}
        self._missed: dict[int, Error] = {}  # of tasks that were cancelled and have not run since
        self._closed: asyncio.Future[None] | None = None

    async def create_destination(
        self,
        *,
        timeout: float | None = None,
        workspace_id: str | None = None,
        **spec: Unpack[DestinationSpec],
    ) -> Destination:
        """Creates a destination: LangSmith writes a test object first. Sends one POST at most, never repeated. When it
        fails with an error whose `applied` is UNKNOWN, call ensure_destination."""
        return await self._run(operations.create(spec), timeout, workspace_id)

    async def ensure_destination(
        self,
        *,
        timeout: float | None = None,
        workspace_id: str | None = None,
        **spec: Unpack[DestinationSpec],
    ) -> Destination:
        """Adopts an equal destination (same display name and config; credentials are not compared, nor changed), or
        creates it: the call to prefer. Sends one POST at most."""
        return await self._run(operations.ensure(spec), timeout, workspace_id)

    async def get_destination(
        self,
        destination_id: str,
        *,
        timeout: float | None = None,
        workspace_id: str | None = None,
    ) -> Destination:
        """Reads one destination. Raises NotFoundError when there is none."""
        return await self._run(operations.get(destination_id), timeout, workspace_id)

    async def list_destinations(
        self, *, timeout: float | None = None, workspace_id: str | None = None
    ) -> list[Destination]:
        """Reads all destinations of the workspace, in the server's order."""
        return await self._run(operations.list_all(), timeout, workspace_id)

    async def patch_destination(
        self,
        destination_id: str,
        *,
        credentials: Credentials,
        timeout: float | None = None,
        workspace_id: str | None = None,
    ) -> Destination:
        """Replaces the credentials: LangSmith tries them first, and keeps the old ones when they fail. Exports that run
        keep the old ones until they end, up to OLD_CREDENTIALS_NEEDED. After a failure in transit it may be sent again,
        which can undo a newer patch of somebody else's."""
        return await self._run(operations.patch(destination_id, credentials), timeout, workspace_id)

    async def delete_destination(
        self,
        destination_id: str,
        *,
        timeout: float | None = None,
        workspace_id: str | None = None,
    ) -> None:
        """Deletes a destination. Raises InUseError when an export, running or finished, refers to it."""
        await self._run(operations.delete(destination_id), timeout, workspace_id)

    def explain_destination(self, **spec: Unpack[DestinationSpec]) -> Report:
        """Says where LangSmith will write with this spec, and what is wrong or dangerous about it. Sends nothing, and
        looks no name up. A spec that create_destination refuses is no failure here: the findings say so."""
        return operations.explain(self._handle, spec)

    async def check_destination(
        self,
        *,
        timeout: float | None = None,
        workspace_id: str | None = None,
        **spec: Unpack[DestinationSpec],
    ) -> Report:
        """Tries the bucket from this machine, with the spec's credentials: writes what LangSmith would write to it, and
        deletes it again. check_keys of explain_destination's report names the objects before, `left` those that had to
        stay; a check that is cancelled names them in the facts of its CancelledError. That the bucket refuses is no
        failure, nor that the time is over: the report says so. Raises ValidationError for what cannot be tried."""
        return await self._run(operations.check(spec), timeout, workspace_id)

    async def diagnose_destination(
        self,
        *,
        timeout: float | None = None,
        workspace_id: str | None = None,
        **spec: Unpack[DestinationSpec],
    ) -> Report:
        """Creates the destination, as create_destination does, with one POST at most, and checks the bucket at the same
        time. The summary says what both answers mean together. That LangSmith refuses is no failure: `error` is its
        answer, and `destination` is what it created. Its errors say in `applied` whether something may have been."""
        return await self._run(operations.diagnose(spec), timeout, workspace_id)

    async def close(self) -> None:
        """Ends the calls in flight with CancelledError, and gives up the connections. A second time does nothing."""
        self._handle = None
        if self._loop is None or os.getpid() != self._process:
            return
        self._check_loop()
        if self._closed is None:
            self._closed = self._loop.create_future()
            lib.lsexport_queue_close(self._queue)
            self._free_when_empty()
        await asyncio.shield(self._closed)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    def __reduce__(self) -> NoReturn:
        raise TypeError("a client cannot be pickled or copied")

    async def _run(self, operation: Operation[Result], timeout: float | None, workspace_id: str | None) -> Result:
        loop = asyncio.get_running_loop()
        handle = opened(self._handle)
        if self._loop is None:
            self._open(loop)
        self._check_loop()
        number = next(self._ids)
        call = new_call(timeout, workspace_id)
        lib.lsexport_call_set_queue(call, self._queue, number)
        outputs = [ffi.NULL] if operation.kind.out else []
        error_out = ffi.new("lsexport_error **")
        operation.function(handle, *operation.arguments, call, *outputs, error_out)
        if (error := taken_error(error_out)) is not None:
            raise error
        future: asyncio.Future[Result] = loop.create_future()
        self._waiting[number] = future, operation
        try:
            return await future
        except asyncio.CancelledError as cancelled:
            raise cancelled from await self._end(number)

    def _open(self, loop: asyncio.AbstractEventLoop) -> None:
        out, error_out = ffi.new("lsexport_queue **"), ffi.new("lsexport_error **")
        lib.lsexport_queue_new(self._handle, out, error_out)
        if (error := taken_error(error_out)) is not None:
            raise error
        client = self._handle

        def free(queue: Any) -> None:
            nonlocal client
            lib.lsexport_queue_free(queue)
            client = None  # not before: the queue may write to its log

        self._queue = ffi.gc(out[0], free)
        self._loop, self._process = loop, os.getpid()
        loop.add_reader(lib.lsexport_queue_descriptor(self._queue), self._advance)

    def _check_loop(self) -> None:
        if os.getpid() != self._process:
            raise from_status(Status.FORKED, "client")
        if self._loop is not asyncio.get_running_loop():
            raise from_status(Status.INVALID_STATE, "client of another event loop")

    async def _end(self, number: int) -> Error | None:
        """Cancels the call, and waits until C has let go of it, which takes no more than 100 ms."""
        if number not in self._waiting:
            return self._missed.pop(number, None)
        assert self._loop
        gone: asyncio.Future[Any] = self._loop.create_future()
        self._waiting[number] = gone, self._waiting[number][1]
        lib.lsexport_queue_cancel(self._queue, number)
        while not gone.done():
            with contextlib.suppress(asyncio.CancelledError):  # another one: the first is what is raised
                await asyncio.wait([gone])
        error = gone.exception()
        return error if isinstance(error, Error) else None

    def _advance(self) -> None:
        """Lets the calls go on, and hands out what has ended."""
        out, error_out = ffi.new("lsexport_completions **"), ffi.new("lsexport_error **")
        lib.lsexport_queue_wait(self._queue, 0, ffi.NULL, out, error_out)
        error = taken_error(error_out)
        batch = ffi.gc(out[0], lib.lsexport_completions_free)
        for index in range(lib.lsexport_completions_count(batch)):
            self._finish(lib.lsexport_completions_at(batch, index))
        if error is not None:
            self._give_up(error)
        if self._closed is not None:
            self._free_when_empty()
        raised = raised_in_callback()
        if raised is not None:
            raise raised

    def _finish(self, completion: Any) -> None:
        number = lib.lsexport_completion_id(completion)
        future, operation = self._waiting.pop(number)
        if lib.lsexport_completion_status(completion) == Status.OK:
            if not future.done():
                future.set_result(operation.kind.read(operation.kind.of_completion(completion)))
            return
        error = from_handle(lib.lsexport_completion_error(completion))
        if future.done():
            self._missed[number] = error
        else:
            future.set_exception(error)

    def _give_up(self, error: Error) -> None:
        """The queue itself fails, as in a forked child."""
        assert self._loop
        self._loop.remove_reader(lib.lsexport_queue_descriptor(self._queue))
        for future, _ in self._waiting.values():
            if not future.done():
                future.set_exception(error)
        self._waiting.clear()

    def _free_when_empty(self) -> None:
        if self._waiting or self._queue is None:
            return
        assert self._loop and self._closed
        self._loop.remove_reader(lib.lsexport_queue_descriptor(self._queue))
        self._queue = None
        self._closed.set_result(None)
