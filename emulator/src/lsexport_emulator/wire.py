"""Below HTTP: what only the connection itself can do to an answer."""

import asyncio
import socket
import struct
from typing import Any

from starlette.types import Scope
from uvicorn.protocols.http.h11_impl import H11Protocol

_open: dict[tuple[str, int], asyncio.Transport] = {}


class TrackedProtocol(H11Protocol):
    """uvicorn's HTTP/1.1, which remembers the connection of each peer."""

    _peer: tuple[str, int] | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._peer = _key(transport.get_extra_info("peername"))
        _open[self._peer] = transport

    def connection_lost(self, error: Exception | None) -> None:
        super().connection_lost(error)
        if self._peer:
            _open.pop(self._peer, None)


def connection(scope: Scope) -> asyncio.Transport:
    """The connection that a request came by."""
    return _open[_key(scope["client"])]


def close(transport: asyncio.Transport, *, reset: bool) -> None:
    """End the connection: in order, after what was written (FIN), or at once and rudely (RST)."""
    if not reset:
        transport.close()
        return
    raw: socket.socket = transport.get_extra_info("socket")
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()


def _key(peer: Any) -> tuple[str, int]:
    return peer[0], peer[1]
