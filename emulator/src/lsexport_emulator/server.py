"""The HTTP server around the application."""

import socket
from collections.abc import Callable

import uvicorn
from starlette.types import ASGIApp

from lsexport_emulator.wire import TrackedProtocol


class Server(uvicorn.Server):
    """uvicorn, which says when it is ready."""

    def __init__(self, config: uvicorn.Config, on_ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._on_ready = on_ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._on_ready()


def listen(host: str, port: int) -> socket.socket:
    """A bound socket: its port is known before anything is served."""
    family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    listener = socket.socket(family, kind, protocol)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(address)
    return listener


def url_of(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def serve(app: ASGIApp, listener: socket.socket, on_ready: Callable[[], None]) -> None:
    """Until SIGINT or SIGTERM."""
    config = uvicorn.Config(
        app,
        loop="asyncio",
        http=TrackedProtocol,
        ws="none",
        lifespan="off",
        log_level="warning",
        access_log=False,
        server_header=False,
        # LangSmith's front end keeps idle connections longer than uvicorn's five seconds.
        timeout_keep_alive=75,
        # A test write may wait for minutes; a stop does not.
        timeout_graceful_shutdown=1,
    )
    Server(config, on_ready).run(sockets=[listener])
