"""An S3 server that follows a script (see scripts.py), and notes what it was sent.

Speaks HTTP/1.1 by h11, as uvicorn does; every byte of its replies is its own, which no framework
would allow. Runs in a thread of its own, so that it answers while the emulator waits for it.
"""

import asyncio
import ipaddress
import itertools
import re
import threading
from collections import Counter, deque
from html import unescape
from urllib.parse import parse_qsl, unquote

import h11
from pydantic import BaseModel

from lsexport_emulator.clock import Clock
from lsexport_emulator.redaction import Redactor
from lsexport_emulator.scripts import MULTI_DELETE_REFUSED, OK, SCRIPTS, SUCCESS, S3Reply, S3Request, Script

# s3fs gives up on a silent server after 15 s; aiohttp rounds that up to a whole second.
_READ_TIMEOUT = 17.0
_KEYS = re.compile("<Key>(.*?)</Key>", re.DOTALL)


class ScriptedRequest(BaseModel):
    """A request that the scripted S3 got, without its secrets."""

    method: str
    host: str
    target: str
    bucket: str
    key: str
    signing_region: str | None
    headers: list[tuple[str, str]]
    body_bytes: int
    status: int | None


class ScriptedS3:
    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._puts: Counter[tuple[str, str]] = Counter()
        self._objects: dict[tuple[str, str], int] = {}  # their sizes
        self._uploads: dict[str, int] = {}  # the open ones, and the bytes of their parts
        self._upload_numbers = itertools.count(1)
        self._requests: deque[ScriptedRequest] = deque(maxlen=10_000)
        self._loop = asyncio.new_event_loop()
        self._server: asyncio.Server | None = None
        self._thread: threading.Thread | None = None
        self._endpoint_url = ""

    @property
    def endpoint_url(self) -> str:
        """Starts the server if it does not run yet."""
        if not self._thread:
            started = threading.Event()
            self._thread = threading.Thread(
                target=self._serve, args=(started,), name="scripted S3", daemon=True
            )
            self._thread.start()
            started.wait()
        return self._endpoint_url

    def stop(self) -> None:
        if self._thread:
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join()
            self._thread = None

    def requests(self) -> list[ScriptedRequest]:
        return list(self._requests)

    def objects(self) -> list[tuple[str, str]]:
        """Bucket and key of what was taken and not deleted."""
        return sorted(self._objects)

    def clear(self) -> None:
        self._puts.clear()
        self._objects.clear()
        self._uploads.clear()
        self._requests.clear()

    def _serve(self, started: threading.Event) -> None:
        self._server = self._loop.run_until_complete(asyncio.start_server(self._connection, "127.0.0.1", 0))
        port = self._server.sockets[0].getsockname()[1]
        self._endpoint_url = f"http://127.0.0.1:{port}"
        started.set()
        self._loop.run_forever()
        self._server.close()
        self._loop.close()

    async def _connection(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = h11.Connection(h11.SERVER)
        try:
            while await self._exchange(connection, reader, writer):
                connection.start_next_cycle()
        except (h11.RemoteProtocolError, ConnectionError):
            pass
        finally:
            writer.close()

    async def _exchange(
        self, connection: h11.Connection, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> bool:
        """One request and its reply; false when the connection is over."""
        request: h11.Request | None = None
        body = b""
        while True:
            event = connection.next_event()
            if event is h11.NEED_DATA:
                if connection.they_are_waiting_for_100_continue:
                    go_on = h11.InformationalResponse(status_code=100, headers=[])
                    writer.write(connection.send(go_on) or b"")
                connection.receive_data(await reader.read(65536))
            elif isinstance(event, h11.Request):
                request = event
            elif isinstance(event, h11.Data):
                body += bytes(event.data)
            elif isinstance(event, h11.EndOfMessage):
                break
            else:  # the client is gone
                return False
        assert request is not None
        reply = self._reply(request, body)
        if reply.silent:
            self._clock.skip_timeout(request.target.decode("ascii"), _READ_TIMEOUT)
            await reader.read()  # until the client gives up
            return False
        if reply.closes:
            return False
        content = b"" if request.method == b"HEAD" else reply.content()
        headers = {"Content-Length": str(len(content)), "Content-Type": reply.content_type, **reply.headers}
        response = h11.Response(status_code=reply.status, headers=list(headers.items()))
        for event in (response, h11.Data(data=content), h11.EndOfMessage()):
            writer.write(connection.send(event) or b"")
        await writer.drain()
        return connection.our_state is h11.DONE and connection.their_state is h11.DONE

    def _reply(self, request: h11.Request, body: bytes) -> S3Reply:
        method = request.method.decode("ascii")
        headers = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in request.headers]
        names = dict(headers)
        target = request.target.decode("ascii")
        host = names.get("host", "")
        bucket, key = _bucket_and_key(host, target)
        seen = S3Request(method, names, _signing_region(names.get("authorization", "")))
        reply = self._follow(SCRIPTS.get(bucket, SUCCESS), seen, bucket, key, target, body)
        silent = reply.silent or reply.closes
        self._requests.append(
            ScriptedRequest(
                method=method,
                host=host,
                target=target,
                bucket=bucket,
                key=key,
                signing_region=seen.signing_region,
                headers=Redactor(headers, b"").headers(headers),
                body_bytes=len(body),
                status=None if silent else reply.status,
            )
        )
        return reply

    def _follow(
        self, script: Script, request: S3Request, bucket: str, key: str, target: str, body: bytes
    ) -> S3Reply:
        query = dict(parse_qsl(target.partition("?")[2], keep_blank_values=True))
        if "uploads" in query or "uploadId" in query:
            return self._follow_upload(script, request, (bucket, key), query.get("uploadId"), body)
        if request.method == "PUT":
            earlier = self._puts[bucket, key]
            self._puts[bucket, key] += 1
            reply = script.reply(request, earlier)
            if reply is OK:
                self._objects[bucket, key] = _size(request, body)
            return reply
        if request.method == "HEAD" and not key:
            # botocore asks for a bucket's region so: the answer is the script's first.
            return script.reply(request, 0)
        if request.method == "HEAD" and (bucket, key) in self._objects:
            return S3Reply(200, headers={"Content-Length": str(self._objects[bucket, key])})
        if request.method == "POST" and "delete" in query:
            if script.delete:
                return MULTI_DELETE_REFUSED
            for name in _KEYS.findall(body.decode()):
                self._objects.pop((bucket, unescape(name)), None)
            return S3Reply(200, body=b'<?xml version="1.0" encoding="UTF-8"?>\n<DeleteResult/>')
        if request.method == "DELETE":
            if script.delete:
                return script.delete
            self._objects.pop((bucket, key), None)
            return S3Reply(204)
        return S3Reply(404, "NoSuchKey", "The specified key does not exist.")

    def _follow_upload(
        self, script: Script, request: S3Request, place: tuple[str, str], upload: str | None, body: bytes
    ) -> S3Reply:
        """A write in parts: its beginning and its parts are answered as the script answers a first PUT."""
        if request.method == "DELETE":
            self._uploads.pop(upload or "", None)
            return S3Reply(204)
        reply = script.reply(request, 0)
        if upload is None:
            return self._new_upload() if reply is OK else reply
        if upload not in self._uploads:
            return S3Reply(404, "NoSuchUpload", "The specified upload does not exist.")
        if request.method == "PUT":
            self._uploads[upload] += _size(request, body)
            return reply
        self._objects[place] = self._uploads.pop(upload)
        return S3Reply(200, body=b"<CompleteMultipartUploadResult/>")

    def _new_upload(self) -> S3Reply:
        upload = f"upload-{next(self._upload_numbers)}"
        self._uploads[upload] = 0
        root = "InitiateMultipartUploadResult"
        return S3Reply(200, body=f"<{root}><UploadId>{upload}</UploadId></{root}>".encode())


def _size(request: S3Request, body: bytes) -> int:
    """Of what was meant: behind aws-chunked's frames it is another."""
    return int(request.headers.get("x-amz-decoded-content-length", len(body)))


def _bucket_and_key(host: str, target: str) -> tuple[str, str]:
    path = unquote(target.partition("?")[0])[1:]
    name = host.rpartition(":")[0] or host
    first, _, rest = name.partition(".")
    if rest and not _is_ip(name) and first not in ("s3", "storage") and not first.startswith("s3-"):
        return first, path
    bucket, _, key = path.partition("/")
    return bucket, key


def _signing_region(authorization: str) -> str | None:
    """`AWS4-HMAC-SHA256 Credential=KEY/DAY/REGION/s3/aws4_request, ...`"""
    scope = authorization.partition("Credential=")[2].partition(",")[0].split("/")
    return scope[-3] if len(scope) >= 5 else None


def _is_ip(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
