from typing import Any

from lsexport_emulator.running import RunningEmulator

DESTINATIONS = "/api/v1/bulk-exports/destinations"


def config(langsmith: RunningEmulator, **changes: Any) -> dict[str, Any]:
    """A config that the embedded S3 accepts, with changes; None takes a member out."""
    members: dict[str, Any] = {
        "bucket_name": langsmith.env["EMULATOR_BUCKET"],
        "prefix": "data",
        "endpoint_url": langsmith.env["EMULATOR_S3_ENDPOINT"],
        **changes,
    }
    return {name: value for name, value in members.items() if value is not None}


def destination(langsmith: RunningEmulator, **changes: Any) -> dict[str, Any]:
    """The body of a create that succeeds, with changes."""
    return {
        "display_name": "Test destination",
        "config": config(langsmith),
        "credentials": langsmith.credentials("full"),
        **changes,
    }


def create(langsmith: RunningEmulator, **changes: Any) -> dict[str, Any]:
    reply = langsmith.api("POST", DESTINATIONS, destination(langsmith, **changes))
    assert reply.status == 200, reply.content
    made: dict[str, Any] = reply.json()
    return made
