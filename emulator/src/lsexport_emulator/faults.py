"""Faults on request: what goes wrong, where in a request's life, and for which requests.

A fault waits until a request matches it, and is used up after `times` of them. `at` says when it
strikes: at the `start` (nothing was looked at, nothing will be done), or at the `end` (everything
was done, and the answer is what is lost or spoilt).
"""

import asyncio
import itertools
import logging
import re
import threading
import traceback
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from lsexport_emulator import wire
from lsexport_emulator.clock import Clock
from lsexport_emulator.requestlog import is_admin

At = Literal["start", "end"]
_log = logging.getLogger(__name__)


class _Fault(BaseModel):
    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)

    method: str | None = None
    """Only requests of this method."""

    path: str | None = None
    """Only requests whose path holds a match of this regular expression."""

    skip: int = Field(0, ge=0)
    """So many matching requests pass first."""

    times: int | None = Field(1, ge=1)
    """So many requests are struck; null: all from then on."""


class ValidationText(_Fault):
    """The test write fails with this text, which may be empty, without being made."""

    kind: Literal["validation_text"]
    text: str


class Delay(_Fault):
    """Something takes that long, by the emulator's clock."""

    kind: Literal["delay"]
    seconds: float = Field(ge=0)
    at: Literal["start", "before_write", "after_write", "end"] = "start"


class Answer(_Fault):
    """This answer instead of the API's: any status, headers and body (JSON, HTML, garbage, nothing)."""

    kind: Literal["answer"]
    at: At = "start"
    status: int = Field(200, ge=200, le=599)
    headers: dict[str, str] = {}
    body: str = ""
    content_type: str = "application/json"


class Close(_Fault):
    """The connection ends without an answer, or (`in_body`) half way through the API's answer."""

    kind: Literal["close"]
    at: Literal["start", "end", "in_body"] = "start"
    reset: bool = False
    """With RST, not FIN."""


class Silence(_Fault):
    """No answer, ever; the connection stays open until the client gives up."""

    kind: Literal["silence"]
    at: At = "start"


class Raw(_Fault):
    """These bytes instead of an HTTP answer, then the end of the connection."""

    kind: Literal["raw"]
    at: At = "start"
    text: str
    """Latin-1: each character is one byte."""


Fault = Annotated[ValidationText | Delay | Answer | Close | Silence | Raw, Field(discriminator="kind")]
_Ending = Answer | Close | Silence | Raw


class ArmedFault(BaseModel):
    """A fault as the emulator holds it."""

    id: int
    fault: Fault
    matched: int = 0
    struck: int = 0


class Faults:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._ids = itertools.count(1)
        self._armed: list[ArmedFault] = []

    def arm(self, fault: Fault) -> ArmedFault:
        with self._lock:
            armed = ArmedFault(id=next(self._ids), fault=fault)
            self._armed.append(armed)
        return armed

    def armed(self) -> list[ArmedFault]:
        with self._lock:
            return [armed.model_copy() for armed in self._armed]

    def clear(self) -> None:
        with self._lock:
            self._armed.clear()

    def strike(self, method: str, path: str) -> "Strike":
        """The faults that this request gets, in the order in which they were armed."""
        struck: list[Fault] = []
        with self._lock:
            for armed in self._armed:
                fault = armed.fault
                if fault.method not in (None, method) or not re.search(fault.path or "", path):
                    continue
                armed.matched += 1
                used_up = fault.times is not None and armed.struck >= fault.times
                if armed.matched > fault.skip and not used_up:
                    armed.struck += 1
                    struck.append(fault)
        return Strike(struck)


class Strike:
    """The faults of one request."""

    def __init__(self, faults: list[Fault]) -> None:
        self._faults = faults

    async def delay(self, clock: Clock, at: str) -> None:
        for fault in self._faults:
            if isinstance(fault, Delay) and fault.at == at:
                await clock.sleep(fault.seconds, f"fault: delay at {at}")

    def validation_text(self) -> str | None:
        return next((fault.text for fault in self._faults if isinstance(fault, ValidationText)), None)

    def ending(self, at: str) -> _Ending | None:
        endings = (fault for fault in self._faults if isinstance(fault, _Ending))
        return next((fault for fault in endings if fault.at == at), None)


class FaultMiddleware:
    def __init__(self, app: ASGIApp, faults: Faults, clock: Clock) -> None:
        self._app = app
        self._faults = faults
        self._clock = clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or is_admin(scope):
            return await self._app(scope, receive, send)
        strike = self._faults.strike(scope["method"], scope["path"])
        scope["lsexport_emulator.strike"] = strike
        await strike.delay(self._clock, "start")
        if ending := strike.ending("start"):
            return await _end(ending, scope, receive, send)

        answer: list[Message] = []

        async def keep(message: Message) -> None:
            answer.append(message)

        try:
            await self._app(scope, receive, keep)
        except Exception as error:
            # The answer, a 500, is there already; what is raised after it is for the server's log. Its
            # text may hold what was sent, so the log gets the place only.
            if not answer:
                raise
            place = "".join(traceback.format_tb(error.__traceback__))
            _log.error("%s %s: %s\n%s", scope["method"], scope["path"], type(error).__name__, place)
        await strike.delay(self._clock, "end")
        if ending := strike.ending("end"):
            return await _end(ending, scope, receive, send)
        if ending := strike.ending("in_body"):
            await _send_half(answer, send)
            return await _end(ending, scope, receive, send)
        for message in answer:
            await send(message)
        return None


async def _end(ending: _Ending, scope: Scope, receive: Receive, send: Send) -> None:
    if isinstance(ending, Answer):
        response = Response(ending.body.encode(), ending.status, ending.headers, ending.content_type)
        return await response(scope, receive, send)
    if isinstance(ending, Close):
        wire.close(wire.connection(scope), reset=ending.reset)
    elif isinstance(ending, Raw):
        transport = wire.connection(scope)
        transport.write(ending.text.encode("latin-1"))
        wire.close(transport, reset=False)
    # uvicorn would answer 500 in our place if we returned while the connection still stands.
    while (await receive())["type"] != "http.disconnect":
        pass


async def _send_half(answer: list[Message], send: Send) -> None:
    body = b"".join(message.get("body", b"") for message in answer)
    await send(answer[0])
    await send({"type": "http.response.body", "body": body[: len(body) // 2], "more_body": True})
    await asyncio.sleep(0)


def strike_of(scope: Scope) -> Strike:
    strike: Any = scope.get("lsexport_emulator.strike")
    return strike if isinstance(strike, Strike) else Strike([])
