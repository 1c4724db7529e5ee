"""The emulator's own time, which a test can take over.

Three modes:
  real    a wait takes as long as it says;
  skip    a wait is over at once, and the clock is that much later;
  manual  a wait is over when the clock has been moved that far (`POST /_emulator/clock`).

All waits ask here: those of faults, and those of s3fs and botocore between their tries, which this
module reaches by standing in for `asyncio` in the two modules that sleep.
"""

import asyncio
import concurrent.futures
import selectors
import threading
import time
import types
from collections.abc import Callable, Coroutine
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import Any, Literal, TypeVar

ClockMode = Literal["real", "skip", "manual"]
_Result = TypeVar("_Result")


@dataclass(frozen=True)
class Wait:
    """Someone who waits for the clock."""

    seconds: float
    reason: str
    until: float
    over: "concurrent.futures.Future[None]" = field(default_factory=concurrent.futures.Future)


class Clock:
    def __init__(self, mode: ClockMode = "real") -> None:
        self._lock = threading.Lock()
        self._offset = 0.0
        self._waits: list[Wait] = []
        self._loops: dict[str, WriteLoop] = {}
        self.mode: ClockMode = mode

    def now(self) -> datetime:
        return datetime.now(timezone.utc) + timedelta(seconds=self._offset)

    def monotonic(self) -> float:
        return time.monotonic() + self._offset

    def waits(self) -> list[Wait]:
        with self._lock:
            return list(self._waits)

    def advance(self, seconds: float) -> None:
        """Move on; whoever waited for no longer than that goes on."""
        with self._lock:
            self._offset += seconds
            now = self.monotonic()
            due = [wait for wait in self._waits if wait.until <= now]
            self._waits = [wait for wait in self._waits if wait.until > now]
        for wait in due:
            wait.over.set_result(None)

    def reset(self) -> None:
        """Real time again, and nobody left waiting."""
        with self._lock:
            self.mode = "real"
            self._offset = 0.0
            left, self._waits = self._waits, []
        for wait in left:
            wait.over.set_result(None)

    async def sleep(self, seconds: float, reason: str) -> None:
        if self.mode == "real":
            await asyncio.sleep(seconds)
        elif self.mode == "skip":
            self.advance(seconds)
            await asyncio.sleep(0)
        else:
            wait = Wait(seconds, reason, self.monotonic() + seconds)
            with self._lock:
                self._waits.append(wait)
            await asyncio.wrap_future(wait.over)

    def skip_timeout(self, path: str, seconds: float) -> None:
        """A scripted server will never answer the write to `path`: in `skip` mode nobody waits for it."""
        with self._lock:
            loop = next((loop for name, loop in self._loops.items() if name in path), None)
        if loop and self.mode == "skip":
            loop.call_soon_threadsafe(loop.selector.allow, seconds)

    def run(self, name: str, work: Callable[[], Coroutine[Any, Any, _Result]]) -> _Result:
        """Run `work` in a loop of its own whose sleeps, in s3fs and botocore, are this clock's."""
        _stand_in_for_asyncio()
        _current.set(self)
        loop = WriteLoop()
        with self._lock:
            self._loops[name] = loop
        try:
            return loop.run_until_complete(work())
        finally:
            with self._lock:
                del self._loops[name]
            try:
                loop.run_until_complete(loop.shutdown_asyncgens())
                loop.run_until_complete(loop.shutdown_default_executor())
            finally:
                loop.close()


class _LeapingSelector(selectors.DefaultSelector):
    """Waits for nothing as long as it has leave to: its loop's time leaps to the next timer instead.

    The leave is given while a server is known to stay silent, and for no more seconds than the one
    read time-out that this will cause, so no other timer can be leapt over: none is that short.
    """

    def __init__(self) -> None:
        super().__init__()
        self.leapt = 0.0
        self._leave = 0.0

    def allow(self, seconds: float) -> None:
        self._leave = seconds

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None or timeout <= 0 or timeout > self._leave:
            return super().select(timeout)
        if ready := super().select(0):
            return ready
        self._leave -= timeout
        self.leapt += timeout
        return []


class WriteLoop(asyncio.SelectorEventLoop):
    def __init__(self) -> None:
        self.selector = _LeapingSelector()
        super().__init__(self.selector)

    def time(self) -> float:
        return super().time() + self.selector.leapt


_current: ContextVar[Clock | None] = ContextVar("clock", default=None)


class _AsyncioOnOurClock(types.ModuleType):
    """`asyncio` as s3fs and aiobotocore see it: the same, but `sleep` asks the clock of this context."""

    def __getattr__(self, name: str) -> Any:
        return getattr(asyncio, name)

    @staticmethod
    async def sleep(seconds: float) -> None:
        clock = _current.get()
        if clock is None:
            await asyncio.sleep(seconds)
        else:
            await clock.sleep(seconds, "the S3 client's wait between two tries")


def _stand_in_for_asyncio() -> None:
    import aiobotocore.endpoint
    import s3fs.core

    for module in (s3fs.core, aiobotocore.endpoint):
        if not isinstance(module.asyncio, _AsyncioOnOurClock):
            module.asyncio = _AsyncioOnOurClock("asyncio")
