# SPDX-License-Identifier: MIT
"""The emulator comes as the fixture `langsmith` from its own package."""

import asyncio
import inspect
import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import lsexport
import pytest
from server import Server

ROOT = Path(__file__).resolve().parents[3]
DESTINATION_ID = "0a91a355-8a88-422c-9546-72c183b95b51"


@pytest.fixture
def serve() -> Iterator[Callable[..., Server]]:
    """Starts a server with these replies."""
    with ExitStack() as servers:
        yield lambda *replies: servers.enter_context(Server(list(replies)))


@pytest.fixture
def client(langsmith: Any) -> Iterator[lsexport.Client]:
    """A client of the emulator."""
    with lsexport.Client(api_key=langsmith.api_key, api_root=langsmith.endpoint) as client:
        yield client


class Calls:
    """One client or the other, its calls made here and now."""

    def __init__(self, client: Any) -> None:
        self.client = client
        self.runner = asyncio.new_event_loop()

    def __call__(self, name: str, *positional: Any, **keywords: Any) -> Any:
        result = getattr(self.client, name)(*positional, **keywords)
        return self.runner.run_until_complete(result) if inspect.isawaitable(result) else result


@pytest.fixture(params=[lsexport.Client, lsexport.AsyncClient], ids=["sync", "async"])
def call(request: Any, langsmith: Any) -> Iterator[Calls]:
    """A client of the emulator, of each kind."""
    calls = Calls(request.param(api_key=langsmith.api_key, api_root=langsmith.endpoint))
    yield calls
    calls("close")
    calls.runner.close()


@pytest.fixture
def spec(langsmith: Any) -> lsexport.DestinationSpec:
    """A destination that the emulator can write to."""
    return {
        "display_name": "nightly",
        "bucket_name": langsmith.env["EMULATOR_BUCKET"],
        "prefix": "traces",
        "region": "us-east-1",
        "credentials": credentials_of(langsmith, "full"),
    }


def credentials_of(langsmith: Any, user: str) -> lsexport.Credentials:
    values = langsmith.credentials(user)
    if "session_token" in values:
        return lsexport.Credentials.session(**values)
    return lsexport.Credentials.static(**values)


def reply(status: int, body: Any, **headers: str) -> dict[str, Any]:
    return {"status": status, "headers": {"Content-Type": "application/json", **headers}, "body": json.dumps(body)}
