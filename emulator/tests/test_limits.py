"""413, 429 and the headers that tell a client what to do."""

from email.utils import parsedate_to_datetime

import pytest
from conftest import DESTINATIONS, destination

from lsexport_emulator.running import RunningEmulator


def test_413_comes_from_the_proxy_in_front(langsmith: RunningEmulator) -> None:
    langsmith.change_settings(max_body_bytes=1000)
    reply = langsmith.api("POST", DESTINATIONS, destination(langsmith, padding="x" * 1000))
    assert reply.status == 413
    assert reply.headers["content-type"].startswith("text/html")
    assert b"413 Request Entity Too Large" in reply.content
    assert langsmith.api("POST", DESTINATIONS, destination(langsmith)).status == 200


def _limit(langsmith: RunningEmulator, form: str) -> None:
    langsmith.change_settings(rate_limit={"requests": 2, "per_seconds": 10, "retry_after": form})


def test_a_window_of_requests(langsmith: RunningEmulator) -> None:
    _limit(langsmith, "seconds")
    statuses = [langsmith.api("GET", DESTINATIONS).status for _ in range(3)]
    assert statuses == [200, 200, 429]
    # Another key has a window of its own.
    headers = {"X-API-Key": langsmith.env["EMULATOR_READ_API_KEY"]}
    assert langsmith.api("GET", DESTINATIONS, headers=headers).status == 200
    langsmith.admin("POST", "/clock", {"advance_seconds": 10})
    assert langsmith.api("GET", DESTINATIONS).status == 200


@pytest.mark.parametrize(
    "form", ["none", "seconds", "fraction", "milliseconds", "date", "past_date", "garbage"]
)
def test_forms_of_retry_after(langsmith: RunningEmulator, form: str) -> None:
    _limit(langsmith, form)
    replies = [langsmith.api("GET", DESTINATIONS) for _ in range(3)]
    refused = replies[2]
    assert (refused.status, refused.json()) == (429, {"detail": "Rate limit exceeded"})
    value = refused.headers["retry-after"]
    if form in ("none", "milliseconds"):
        assert value is None
    if form == "milliseconds":
        assert 0 < int(refused.headers["retry-after-ms"]) <= 10_000
    elif form == "seconds":
        assert 1 <= int(value) <= 10
    elif form == "fraction":
        assert "." in value and 0 < float(value) <= 10
    elif form in ("date", "past_date"):
        until = parsedate_to_datetime(value) - parsedate_to_datetime(refused.headers["date"])
        assert (until.total_seconds() > 0) == (form == "date")
    elif form == "garbage":
        assert not value.isdigit()


def test_x_should_retry(langsmith: RunningEmulator) -> None:
    langsmith.change_settings(x_should_retry={"404": False, "429": True})
    _limit(langsmith, "none")
    missing = f"{DESTINATIONS}/00000000-0000-4000-8000-000000000000"
    assert langsmith.api("GET", missing).headers["x-should-retry"] == "false"
    assert langsmith.api("GET", DESTINATIONS).headers["x-should-retry"] is None
    assert langsmith.api("GET", DESTINATIONS).headers["x-should-retry"] == "true"
