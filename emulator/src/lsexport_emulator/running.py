"""Start an emulator from Python, and ask it things. Nothing here needs pytest.

with RunningEmulator.start() as emulator:
    my_client(emulator.endpoint, emulator.api_key, emulator.workspace_id)
    assert emulator.requests()[-1]["status"] == 200
"""

import json
import os
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from email.message import Message
from types import TracebackType
from typing import Any

from lsexport_emulator import envfile


@dataclass(frozen=True)
class Reply:
    status: int
    headers: Message
    content: bytes

    def json(self) -> Any:
        return json.loads(self.content)


# A proxy of the environment must not come between.
_opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def http(
    method: str, url: str, body: Any = None, headers: Mapping[str, str] | None = None, timeout: float = 60
) -> Reply:
    """One request; bytes are sent as they are, anything else as JSON."""
    data = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data=data, method=method)
    request.add_header("Content-Type", "application/json")
    for name, value in (headers or {}).items():
        request.add_header(name, value)
    try:
        with _opener.open(request, timeout=timeout) as response:
            return Reply(response.status, response.headers, response.read())
    except urllib.error.HTTPError as error:
        with error:
            return Reply(error.code, error.headers, error.read())


class RunningEmulator:
    """An emulator in a process of its own."""

    def __init__(self, process: "subprocess.Popen[str]", env: dict[str, str]) -> None:
        self.process = process
        # What `--env-file` holds: LANGSMITH_ENDPOINT, EMULATOR_BUCKET and so on.
        self.env = env
        self.endpoint = env["LANGSMITH_ENDPOINT"]
        self.api_key = env["LANGSMITH_API_KEY"]
        self.workspace_id = env["LANGSMITH_WORKSPACE_ID"]

    @classmethod
    def start(cls, *arguments: str) -> "RunningEmulator":
        """Start `lsexport-emulator` with these arguments on a free port, and wait until it is ready."""
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "emulator.env")
            process = subprocess.Popen(
                [
                    sys.executable,
                    "-m",
                    "lsexport_emulator",
                    "--env-file",
                    path,
                    "--exit-with-parent",
                    *arguments,
                ],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                text=True,
            )
            assert process.stdout
            if not process.stdout.readline():
                raise RuntimeError(f"lsexport-emulator ended with status {process.wait()} while starting")
            return cls(process, envfile.read(path))

    def stop(self) -> int:
        """SIGTERM, and its exit status."""
        self.process.terminate()
        try:
            status = self.process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            status = self.process.wait()
        assert self.process.stdout
        self.process.stdout.close()
        return status

    def __enter__(self) -> "RunningEmulator":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    # The API

    def api(
        self,
        method: str,
        path: str,
        body: Any = None,
        headers: Mapping[str, str] | None = None,
        timeout: float = 60,
    ) -> Reply:
        """A request of the API, with the default key unless `headers` say otherwise."""
        all_headers = {"X-API-Key": self.api_key, **(headers or {})}
        return http(method, self.endpoint + path, body, all_headers, timeout)

    def credentials(self, user: str) -> dict[str, str]:
        """A user's credentials in the API's form: full, rotated, put_only, denied or session."""
        names = ("access_key_id", "secret_access_key", "session_token")
        values = {name: self.env.get(f"EMULATOR_{user.upper()}_{name.upper()}") for name in names}
        return {name: value for name, value in values.items() if value is not None}

    # The admin routes

    def admin(self, method: str, path: str, body: Any = None) -> Any:
        reply = http(method, f"{self.endpoint}/_emulator{path}", body)
        if reply.status >= 400:
            raise RuntimeError(f"{method} /_emulator{path}: {reply.status} {reply.content.decode()}")
        return reply.json() if reply.content else None

    def requests(self, after: int = 0) -> list[dict[str, Any]]:
        """What was sent, without its secrets."""
        found: list[dict[str, Any]] = self.admin("GET", f"/requests?after={after}")
        return found

    def seen(self, text: str) -> list[str]:
        """The places where a text was seen, each once: 'body', 'header x-api-key', ..."""
        sightings = self.admin("POST", "/requests/search", {"text": text})
        return sorted({place for sighting in sightings for place in sighting["places"]})

    def objects(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.admin("GET", "/objects")
        return found

    def mark_used(self, destination_id: str, used: bool = True) -> None:
        self.admin("PUT", f"/destinations/{destination_id}/used", {"used": used})

    def change_settings(self, **changes: Any) -> None:
        self.admin("PATCH", "/settings", changes)

    def arm_fault(self, kind: str, **members: Any) -> None:
        """See `/_emulator/docs` for the kinds: validation_text, delay, answer, close, silence, raw."""
        self.admin("POST", "/faults", {"kind": kind, **members})

    def reset(self) -> None:
        self.admin("POST", "/reset")
