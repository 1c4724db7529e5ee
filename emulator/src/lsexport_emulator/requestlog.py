"""Every request that reached the API, for tests to assert on.

An ASGI middleware around the whole application: it sees what was on the wire, also where FastAPI
refuses early, and gives every answer its `x-request-id`.
"""

import threading
from collections import deque
from datetime import datetime
from typing import Any
from uuid import uuid4

from pydantic import BaseModel
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from lsexport_emulator.clock import Clock
from lsexport_emulator.redaction import Redactor, fingerprint

ADMIN_PREFIX = "/_emulator"
_KEPT = 10_000
# Where the middlewares further in find the request's whole body.
BODY = "lsexport_emulator.body"


def is_admin(scope: Scope) -> bool:
    path: str = scope["path"]
    return path == ADMIN_PREFIX or path.startswith(ADMIN_PREFIX + "/")


class Record(BaseModel):
    """One request as the log shows it: no secret in it, each replaced by its fingerprint."""

    number: int
    request_id: str
    received_at: datetime
    client: str
    method: str
    path: str
    query: str
    header_names: list[str]
    headers: list[tuple[str, str]]
    body: Any
    body_sha256: str
    body_bytes: int
    status: int | None
    response_body: Any
    response_headers: list[tuple[str, str]]


class Sighting(BaseModel):
    """Where a text was seen: the answer to a search."""

    request_id: str
    number: int
    places: list[str]


class _Exchange:
    """A request and its answer as they were on the wire. Never leaves the process."""

    def __init__(self, number: int, scope: Scope, received_at: datetime) -> None:
        client = scope.get("client") or ("?", 0)
        self.number = number
        self.request_id = uuid4().hex
        self.received_at = received_at
        self.client = f"{client[0]}:{client[1]}"
        self.method: str = scope["method"]
        self.path: str = scope["path"]
        self.query: str = scope["query_string"].decode("latin-1")
        self.headers = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"]]
        self.body = b""
        self.status: int | None = None
        self.response_headers: list[tuple[str, str]] = []
        self.response_body = b""

    def record(self) -> Record:
        redactor = Redactor(self.headers, self.body)
        return Record(
            number=self.number,
            request_id=self.request_id,
            received_at=self.received_at,
            client=self.client,
            method=self.method,
            path=redactor.text(self.path),
            query=redactor.text(self.query),
            header_names=[name for name, _ in self.headers],
            headers=redactor.headers(self.headers),
            body=redactor.body(self.body),
            body_sha256=fingerprint(self.body),
            body_bytes=len(self.body),
            status=self.status,
            response_body=redactor.body(self.response_body),
            response_headers=redactor.headers(self.response_headers),
        )

    def places_of(self, text: str) -> list[str]:
        needle = text.encode()
        places = [f"header {name}" for name, value in self.headers if text in value]
        places += [place for place, value in (("path", self.path), ("query", self.query)) if text in value]
        if needle in self.body:
            places.append("body")
        if needle in self.response_body:
            places.append("response body")
        places += [f"response header {name}" for name, value in self.response_headers if text in value]
        return places


class RequestLog:
    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._exchanges: deque[_Exchange] = deque(maxlen=_KEPT)
        self._next = 1

    def records(self, after: int = 0) -> list[Record]:
        with self._lock:
            exchanges = list(self._exchanges)
        return [exchange.record() for exchange in exchanges if exchange.number > after]

    def search(self, text: str) -> list[Sighting]:
        with self._lock:
            exchanges = list(self._exchanges)
        found = [(exchange, exchange.places_of(text)) for exchange in exchanges]
        return [
            Sighting(request_id=exchange.request_id, number=exchange.number, places=places)
            for exchange, places in found
            if places
        ]

    def clear(self) -> None:
        """Forget the requests. Their numbers go on: an `after` taken before stays right."""
        with self._lock:
            self._exchanges.clear()

    def begin(self, scope: Scope) -> _Exchange:
        with self._lock:
            exchange = _Exchange(self._next, scope, self._clock.now())
            self._next += 1
            self._exchanges.append(exchange)
        return exchange


class RecordingMiddleware:
    def __init__(self, app: ASGIApp, log: RequestLog) -> None:
        self._app = app
        self._log = log

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        if is_admin(scope):
            return await self._app(scope, receive, send)
        exchange = self._log.begin(scope)
        # Read whole before anything decides: an answer of 404 or 405 leaves the body unread, and a
        # test would not see what was sent.
        more = True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                return None
            exchange.body += message.get("body", b"")
            more = message.get("more_body", False)
        scope[BODY] = exchange.body
        unread = [exchange.body]

        async def replay() -> Message:
            if unread:
                return {"type": "http.request", "body": unread.pop(), "more_body": False}
            return await receive()

        async def recording_send(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [
                    *message.get("headers", []),
                    (b"x-request-id", exchange.request_id.encode()),
                ]
                exchange.status = message["status"]
                exchange.response_headers = [
                    (name.decode("latin-1"), value.decode("latin-1")) for name, value in message["headers"]
                ]
            elif message["type"] == "http.response.body":
                exchange.response_body += message.get("body", b"")
            await send(message)

        await self._app(scope, replay, recording_send)
