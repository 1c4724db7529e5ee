"""Refusals, and how they are written."""

import json
import math
from collections.abc import Mapping
from typing import Any

from fastapi.responses import JSONResponse


class ApiError(Exception):
    """An answer other than success, with the body that LangSmith would send."""

    def __init__(self, status: int, body: Any, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(f"{status} {body}")
        self.status = status
        self.body = body
        self.headers = dict(headers or {})


_DESCRIPTIONS = {
    400: "The test object could not be written, or the request contradicts itself.",
    401: "No such key.",
    403: "The key may not do this.",
    404: "No such destination in this workspace.",
    405: "A server that does not know this method yet.",
    409: "The destination is in use.",
    413: "The body is too large.",
    429: "Too many requests.",
}


def refusals(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """For the OpenAPI document: the refusals that a method can answer with."""
    return {status: {"description": _DESCRIPTIONS[status]} for status in statuses}


class EchoResponse(JSONResponse):
    """JSON that may echo what was sent, which may be what JSON cannot hold: NaN, half a character."""

    def render(self, content: Any) -> bytes:
        try:
            return super().render(content)
        except ValueError:
            return json.dumps(_writable(content), separators=(",", ":")).encode("ascii")


def _writable(value: Any) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, dict):
        return {name: _writable(member) for name, member in value.items()}
    if isinstance(value, list | tuple):
        return [_writable(member) for member in value]
    return value
