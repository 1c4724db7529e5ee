# SPDX-License-Identifier: MIT
"""A server that answers as a test tells it, and keeps what it was sent."""

import contextlib
import json
import socket
import threading
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Request:
    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body) if self.body else None


@dataclass
class Server:
    """Gives `replies` in order, the last one again and again. A reply is a dictionary as in tests/vectors."""

    replies: list[dict[str, Any]]
    requests: list[Request] = field(default_factory=list)
    arrived: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    """Counts up with each request."""
    closing: threading.Event = field(default_factory=threading.Event)
    connections: int = 0

    def __enter__(self) -> "Server":
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=2048)
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        self.lock = threading.Lock()
        self.threads = [threading.Thread(target=self._accept)]
        self.threads[0].start()
        return self

    def __exit__(self, *_: object) -> None:
        self.closing.set()
        with contextlib.suppress(OSError):
            self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        for thread in self.threads:
            thread.join()

    def wait_for_requests(self, count: int) -> None:
        for _ in range(count):
            assert self.arrived.acquire(timeout=30)

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            self.connections += 1
            thread = threading.Thread(target=self._serve, args=(connection,))
            self.threads.append(thread)
            thread.start()

    def _serve(self, connection: socket.socket) -> None:
        with connection, contextlib.suppress(ConnectionError):
            connection.settimeout(0.05)
            while request := self._read(connection):
                with self.lock:
                    self.requests.append(request)
                    reply = self.replies[min(len(self.requests), len(self.replies)) - 1]
                self.arrived.release()
                if "silence" in reply:
                    self._wait_for_end(connection)
                    return
                if "close" in reply:
                    return
                connection.sendall(_encoded(reply))

    def _read(self, connection: socket.socket) -> Request | None:
        data = b""
        while b"\r\n\r\n" not in data:
            if not (more := self._receive(connection)):
                return None
            data += more
        head, _, body = data.partition(b"\r\n\r\n")
        first, *lines = head.decode().split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        while len(body) < int(headers.get("content-length", 0)):
            body += self._receive(connection)
        method, path, _ = first.split()
        return Request(method, path, headers, body)

    def _receive(self, connection: socket.socket) -> bytes:
        """What comes next; b"" at its end, and at ours."""
        while not self.closing.is_set():
            with contextlib.suppress(socket.timeout):
                return connection.recv(65536)
        return b""

    def _wait_for_end(self, connection: socket.socket) -> None:
        while self._receive(connection):
            pass


def _encoded(reply: dict[str, Any]) -> bytes:
    body = reply["body"].encode()
    headers = dict(reply["headers"])
    if reply["status"] != 204:
        headers["Content-Length"] = str(len(body))
    lines = [f"HTTP/1.1 {reply['status']} status", *(f"{name}: {value}" for name, value in headers.items())]
    return "\r\n".join([*lines, "", ""]).encode() + body
