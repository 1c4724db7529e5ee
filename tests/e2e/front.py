# SPDX-License-Identifier: MIT
"""What stands before a bucket, plain or with TLS: it notes each request, and passes it on or answers it by itself."""

import http.client
import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit


@dataclass(frozen=True)
class Request:
    method: str
    target: str
    headers: dict[str, str]  # names in lower case
    body: bytes  # without the chunks of HTTP

    @property
    def is_langsmith(self) -> bool:
        return "botocore" in self.headers["user-agent"].lower()


@dataclass(frozen=True)
class Reply:
    status: int
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()


def error(status: int, code: str, message: str = "", **elements: str) -> Reply:
    members = {"Code": code, "Message": message, **elements}
    inner = "".join(f"<{name}>{text}</{name}>" for name, text in members.items())
    return Reply(status, f"<Error>{inner}</Error>".encode(), (("Content-Type", "application/xml"),))


Answer = Callable[[Request], Reply | None]


class Front:
    """endpoint: of the bucket's server. answer: in the bucket's place; None passes a request on, CLOSE ends the
    connection."""

    CLOSE = Reply(0)

    def __init__(self, endpoint: str, answer: Answer = lambda _: None, certificate: Path | None = None) -> None:
        self.target = urlsplit(endpoint).netloc
        self.answer = answer
        self.requests: list[Request] = []
        self._server = _Server(self, certificate)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})
        self.port = self._server.server_address[1]
        self.scheme = "https" if certificate else "http"

    def url(self, host: str = "127.0.0.1") -> str:
        return f"{self.scheme}://{host}:{self.port}"

    def __enter__(self) -> "Front":
        self._thread.start()
        return self

    def __exit__(self, *_: Any) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def reply(self, request: Request) -> Reply:
        self.requests.append(request)
        return self.answer(request) or self.pass_on(request)

    def pass_on(self, request: Request) -> Reply:
        connection = http.client.HTTPConnection(self.target, timeout=20)
        try:
            connection.putrequest(request.method, request.target, skip_host=True, skip_accept_encoding=True)
            left_out = ("expect", "transfer-encoding", "content-length", "connection")
            for name, value in request.headers.items():
                if name not in left_out:
                    connection.putheader(name, value)
            if request.method in ("PUT", "POST"):
                connection.putheader("content-length", str(len(request.body)))
            connection.endheaders(request.body)
            answer = connection.getresponse()
            headers = [(name, value) for name, value in answer.getheaders() if name.lower() not in left_out[1:]]
            if request.method == "HEAD":
                headers.append(("Content-Length", answer.headers.get("content-length", "0")))
            return Reply(answer.status, answer.read(), tuple(headers))
        finally:
            connection.close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, front: Front, certificate: Path | None) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.front = front
        self.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER) if certificate else None
        if self.tls and certificate:
            self.tls.load_cert_chain(certificate)

    def get_request(self) -> Any:
        connection, address = super().get_request()
        if self.tls:  # the handshake is left to the connection's own thread
            connection = self.tls.wrap_socket(connection, server_side=True, do_handshake_on_connect=False)
        return connection, address

    def handle_error(self, *_: Any) -> None:
        """A client that hangs up, as one that does not trust the certificate, is no fault here."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def log_message(self, *_: Any) -> None:
        pass

    def _body(self) -> bytes:
        if self.headers.get("transfer-encoding") != "chunked":
            return self.rfile.read(int(self.headers.get("content-length", "0")))
        body = b""
        while size := int(self.rfile.readline(), 16):
            body += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return body

    def _handle(self) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        reply = self.server.front.reply(Request(self.command, self.path, headers, self._body()))
        if reply is Front.CLOSE:
            self.close_connection = True
            return
        self.send_response_only(reply.status)
        names = {name.lower() for name, _ in reply.headers}
        for name, value in reply.headers:
            self.send_header(name, value)
        if "date" not in names:
            self.send_header("Date", self.date_time_string())
        if "content-length" not in names:
            self.send_header("Content-Length", str(len(reply.body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(reply.body)

    do_GET = do_PUT = do_POST = do_HEAD = do_DELETE = _handle
