"""Faults on request, as a client sees them."""

import http.client
import socket
import threading
import urllib.error
from typing import Any
from urllib.parse import urlsplit

import pytest
from conftest import DESTINATIONS, create, destination

from lsexport_emulator.running import Reply, RunningEmulator


def _statuses(langsmith: RunningEmulator) -> list[int | None]:
    return [record["status"] for record in langsmith.requests()]


@pytest.mark.parametrize("text", ["", "None", "[Errno 22] None", "line one\nline two"])
def test_validation_text(langsmith: RunningEmulator, text: str) -> None:
    langsmith.arm_fault("validation_text", text=text, method="POST")
    reply = langsmith.api("POST", DESTINATIONS, destination(langsmith))
    assert (reply.status, reply.json()) == (400, {"detail": f"Failed to validate S3 destination: {text}"})
    assert langsmith.api("GET", DESTINATIONS).json() == []
    create(langsmith)  # used up


@pytest.mark.parametrize(
    ("status", "body", "content_type"),
    [
        (500, '{"detail":"Internal server error"}', "application/json"),
        (502, "<html><body>Bad Gateway</body></html>", "text/html"),
        (200, '{"id": "', "application/json"),
        (503, "", "text/plain"),
    ],
)
def test_other_answers(langsmith: RunningEmulator, status: int, body: str, content_type: str) -> None:
    langsmith.arm_fault(
        "answer", status=status, body=body, content_type=content_type, headers={"Retry-After": "7"}
    )
    reply = langsmith.api("POST", DESTINATIONS, destination(langsmith))
    assert (reply.status, reply.content.decode(), reply.headers["retry-after"]) == (status, body, "7")
    assert reply.headers["content-type"].startswith(content_type)
    assert reply.headers["x-request-id"]
    assert langsmith.api("GET", DESTINATIONS).json() == []


def test_an_answer_lost_after_the_commit(langsmith: RunningEmulator) -> None:
    langsmith.arm_fault("answer", at="end", status=504, body="<html></html>", content_type="text/html")
    assert langsmith.api("POST", DESTINATIONS, destination(langsmith)).status == 504
    assert len(langsmith.api("GET", DESTINATIONS).json()) == 1


@pytest.mark.parametrize("reset", [False, True])
@pytest.mark.parametrize(("at", "made"), [("start", 0), ("end", 1)])
def test_a_closed_connection(langsmith: RunningEmulator, at: str, made: int, reset: bool) -> None:
    langsmith.arm_fault("close", at=at, reset=reset)
    with pytest.raises((ConnectionError, urllib.error.URLError)) as caught:
        langsmith.api("POST", DESTINATIONS, destination(langsmith))
    reason = getattr(caught.value, "reason", caught.value)
    if reset:
        assert isinstance(reason, ConnectionResetError)
    else:
        assert isinstance(reason, http.client.RemoteDisconnected)
    assert len(langsmith.api("GET", DESTINATIONS).json()) == made
    assert _statuses(langsmith) == [None, 200]


def test_a_connection_closed_in_the_body(langsmith: RunningEmulator) -> None:
    langsmith.arm_fault("close", at="in_body")
    with pytest.raises(http.client.IncompleteRead) as caught:
        langsmith.api("POST", DESTINATIONS, destination(langsmith))
    assert caught.value.partial
    assert len(langsmith.api("GET", DESTINATIONS).json()) == 1


def test_silence_lasts_until_the_client_gives_up(langsmith: RunningEmulator) -> None:
    langsmith.arm_fault("silence")
    address = urlsplit(langsmith.endpoint)
    with socket.create_connection((address.hostname, address.port)) as client:
        client.sendall(b"GET /api/v1/bulk-exports/destinations HTTP/1.1\r\nHost: x\r\n\r\n")
        client.settimeout(0.3)
        with pytest.raises(TimeoutError):
            client.recv(1)
    assert langsmith.api("GET", DESTINATIONS).status == 200


def test_bytes_that_are_no_http(langsmith: RunningEmulator) -> None:
    langsmith.arm_fault("raw", text="\xff\x00no http\r\n\r\n")
    with pytest.raises((http.client.BadStatusLine, urllib.error.URLError)):
        langsmith.api("GET", DESTINATIONS)


def test_which_requests_are_struck(langsmith: RunningEmulator) -> None:
    langsmith.arm_fault("answer", status=500, method="GET", path="/destinations$", skip=1, times=2)
    missing = f"{DESTINATIONS}/00000000-0000-4000-8000-000000000000"
    statuses = [langsmith.api("GET", path).status for path in (DESTINATIONS, missing, *[DESTINATIONS] * 3)]
    assert statuses == [200, 404, 500, 500, 200]
    (armed,) = langsmith.admin("GET", "/faults")
    assert (armed["matched"], armed["struck"]) == (4, 2)
    langsmith.admin("DELETE", "/faults")
    assert langsmith.admin("GET", "/faults") == []


def test_faults_add_up(langsmith: RunningEmulator) -> None:
    langsmith.change_settings(clock="skip")
    langsmith.arm_fault("delay", seconds=415, times=None)
    langsmith.arm_fault("answer", status=503)
    before = langsmith.admin("GET", "/clock")["now"]
    assert langsmith.api("GET", DESTINATIONS).status == 503
    assert langsmith.admin("GET", "/clock")["now"] > before


class _Call(threading.Thread):
    """A request in the background."""

    def __init__(self, langsmith: RunningEmulator, method: str, path: str, body: Any) -> None:
        super().__init__(daemon=True)
        self._arguments = (method, path, body)
        self._langsmith = langsmith
        self.reply: Reply | None = None
        self.start()

    def run(self) -> None:
        self.reply = self._langsmith.api(*self._arguments)

    def result(self) -> Reply:
        self.join(30)
        assert self.reply
        return self.reply


def _wait_for_waits(langsmith: RunningEmulator) -> list[dict[str, Any]]:
    """Until someone waits for the emulator's clock."""
    while not (waiting := langsmith.admin("GET", "/clock")["waiting"]):
        pass
    found: list[dict[str, Any]] = waiting
    return found


@pytest.mark.parametrize("at", ["start", "before_write", "after_write", "end"])
def test_a_delay_that_the_test_ends(langsmith: RunningEmulator, at: str) -> None:
    langsmith.change_settings(clock="manual")
    langsmith.arm_fault("delay", seconds=45, at=at, method="POST")
    body = destination(langsmith, credentials=langsmith.credentials("put_only"))
    call = _Call(langsmith, "POST", DESTINATIONS, body)
    assert _wait_for_waits(langsmith) == [{"seconds": 45.0, "reason": f"fault: delay at {at}"}]
    # The object is written from after_write on, the destination is there at the end.
    assert len(langsmith.objects()) == (1 if at in ("after_write", "end") else 0)
    assert len(langsmith.api("GET", DESTINATIONS).json()) == (1 if at == "end" else 0)

    langsmith.admin("POST", "/clock", {"advance_seconds": 44})
    assert len(langsmith.admin("GET", "/clock")["waiting"]) == 1
    langsmith.admin("POST", "/clock", {"advance_seconds": 1})
    assert call.result().status == 200


def test_the_waits_of_the_s3_client_are_the_tests_as_well(langsmith: RunningEmulator) -> None:
    langsmith.change_settings(clock="manual")
    body = destination(langsmith)
    body["config"].update(
        bucket_name="internal-error", endpoint_url=langsmith.env["EMULATOR_SCRIPTED_S3_ENDPOINT"]
    )
    call = _Call(langsmith, "POST", DESTINATIONS, body)
    waits = 0
    while call.is_alive():
        for wait in langsmith.admin("GET", "/clock")["waiting"]:
            assert wait["reason"] == "the S3 client's wait between two tries"
            langsmith.admin("POST", "/clock", {"advance_seconds": wait["seconds"]})
            waits += 1
    assert call.result().json()["detail"].endswith("We encountered an internal error. Please try again.")
    assert waits == 4


def test_a_reset_ends_all_waits(langsmith: RunningEmulator) -> None:
    langsmith.change_settings(clock="manual")
    langsmith.arm_fault("delay", seconds=1000)
    call = _Call(langsmith, "GET", DESTINATIONS, None)
    _wait_for_waits(langsmith)
    langsmith.reset()
    assert call.result().status == 200


def test_a_client_that_gives_up_does_not_stop_the_write(langsmith: RunningEmulator) -> None:
    langsmith.change_settings(clock="manual")
    langsmith.arm_fault("delay", seconds=45, at="before_write")
    body = destination(langsmith)
    with pytest.raises((TimeoutError, urllib.error.URLError)):
        langsmith.api("POST", DESTINATIONS, body, timeout=0.5)
    langsmith.admin("POST", "/clock", {"advance_seconds": 45})
    while not langsmith.api("GET", DESTINATIONS).json():
        pass


def test_what_is_no_fault_is_refused(langsmith: RunningEmulator) -> None:
    for fault in ({"kind": "earthquake"}, {"kind": "close", "at": "never"}, {"kind": "delay"}):
        with pytest.raises(RuntimeError, match="422"):
            langsmith.admin("POST", "/faults", fault)
