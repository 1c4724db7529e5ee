# SPDX-License-Identifier: MIT
"""One exception class for each status of the library, all of them under Error."""

from __future__ import annotations

import builtins
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ._constants import Applied, Cause, Side, Status
from ._ffi import ffi, lib
from ._text import required


@dataclass(frozen=True)
class FieldError:
    """A value that was refused: its path, as "config.bucket_name", and what is wrong with it."""

    path: str
    message: str


class Error(Exception):
    """Why a call failed. str() is one line: what failed, why, and what to do. No text here ever holds a secret."""

    status: Status
    """What failed; each has a class of its own."""
    cause: Cause
    """What lies beneath, for people; NONE when nothing more is known."""
    message: str
    remedy: str
    """What to do next, in a sentence or two."""
    documentation_url: str
    """Where LangSmith documents this; "" when it does not."""
    operation: str
    """The call that failed, as "destination create"; "" when it was none."""
    side: Side
    """Who can mend it."""
    applied: Applied
    """Whether a write took effect. After UNKNOWN call ensure_destination."""
    retryable: bool
    """The same call may be made again, may help, and cannot double anything."""
    retry_after: float | None
    """How long the server asked to wait, in seconds; None when it did not say."""
    attempts: int
    """How many requests were begun."""
    http_status: int | None
    """LangSmith's HTTP status; None when there was no answer."""
    storage_code: str
    """The bucket's own code, as "AccessDenied"; "" when unknown."""
    server_text: str
    """The server's own words, bounded and cleaned."""
    request_id: str
    """The server's X-Request-Id."""
    facts: Mapping[str, str]
    """Details by name, as "expected_region"; docs/errors.md lists them."""
    fields: tuple[FieldError, ...]
    """The values that were refused, with ValidationError."""
    json: str
    """All of it as one JSON object, for a log."""

    def __init__(self, json_text: str) -> None:
        super().__init__(json_text)
        told: dict[str, Any] = json.loads(json_text)
        self.json = json_text
        self.status = Status(told["status_number"])
        self.cause = Cause(told["cause_number"])
        self.message = told["message"]
        self.remedy = told["remedy"]
        self.documentation_url = told.get("documentation_url", "")
        self.operation = told.get("operation", "")
        self.side = Side[told["side"].upper()]
        self.applied = Applied[told["applied"].upper()]
        self.retryable = told["retryable"]
        self.retry_after = told["retry_after_ms"] / 1000 or None
        self.attempts = told["attempts"]
        self.http_status = told["http_status"] or None
        self.storage_code = told.get("storage_code", "")
        self.server_text = told.get("server_text", "")
        self.request_id = told.get("request_id", "")
        self.facts = told["facts"]
        self.fields = tuple(FieldError(field["path"], field["message"]) for field in told["fields"])

    def __str__(self) -> str:
        return self.message

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.message!r})"

    def __reduce__(self) -> tuple[type[Error], tuple[str]]:
        return type(self), (self.json,)


# ---- this process


class InvalidArgumentError(Error, ValueError):
    """A name that the library does not know: of an option, or of a check to be allowed."""


class InvalidStateError(Error, RuntimeError):
    """Not possible now: the client is closed."""


class NoMemoryError(Error, MemoryError):
    """Memory ran out."""


class ForkedError(Error, RuntimeError):
    """The client was made before a fork: make a new one in the child."""


class CancelledError(Error):
    """The call was ended: by a Cancel, by close(), or because the interpreter ends."""


class TimeoutError(Error, builtins.TimeoutError):
    """The call's own deadline passed."""


class UnsupportedError(Error, RuntimeError):
    """The libcurl that was loaded is too old, or was built without TLS or threads."""


class InternalError(Error, RuntimeError):
    """A defect of the library or of what it is built on."""


# ---- the way to LangSmith


class DnsError(Error, ConnectionError):
    """LangSmith's host name does not resolve."""


class ConnectError(Error, ConnectionError):
    """No connection could be made: refused, unreachable, or not in time."""


class TlsError(Error, ConnectionError):
    """The TLS connection could not be trusted or made."""


class ProxyError(Error, ConnectionError):
    """The proxy could not be reached, or refused."""


class ConnectionLostError(Error, ConnectionError):
    """The connection was cut before the whole answer had come."""


class ProtocolError(Error):
    """What came back is no valid answer of the LangSmith API."""


class RedirectError(Error):
    """A redirect, which is never followed. The fact redirect_host says where it led."""


class TooLargeError(Error):
    """The answer is larger than the option max_response_bytes or max_list_bytes."""


# ---- LangSmith's answer


class UnauthenticatedError(Error, PermissionError):
    """LangSmith does not know the API key (401)."""


class ForbiddenError(Error, PermissionError):
    """LangSmith knows the key but does not permit the call (403)."""


class NotFoundError(Error, LookupError):
    """The destination does not exist in this workspace (404)."""


class InUseError(Error):
    """The destination is used by exports and cannot be deleted (409)."""


class ValidationError(Error, ValueError):
    """Values were refused, by the library before anything was sent, or by LangSmith (422). See fields."""


class RateLimitedError(Error):
    """LangSmith limits how often it may be called (429). See retry_after."""


class QuotaError(Error):
    """A quota of the organization is used up."""


class UnsupportedByServerError(Error):
    """This LangSmith is too old for the call, or for a member of the spec."""


class ServerError(Error):
    """LangSmith failed inside (5xx other than 502 to 504)."""


class UnavailableError(Error):
    """LangSmith, or the gateway before it, cannot answer just now."""


class RejectedError(Error):
    """LangSmith refused for a reason that no other class names (any other 4xx)."""


# ---- the bucket, as LangSmith saw it


class AccessDeniedError(Error, PermissionError):
    """The bucket refused LangSmith's test write."""


class BucketNotValidError(Error):
    """The bucket does not exist where LangSmith looked."""


class KeyIdNotFoundError(Error):
    """The storage does not know the access key ID."""


class InvalidEndpointError(Error):
    """endpoint_url cannot be used."""


class InvalidBucketNameError(Error):
    """The storage calls the bucket's name invalid; mostly the addressing style is wrong."""


class StorageError(Error):
    """The bucket refused the test write in a way that LangSmith does not document; cause says more."""


class StorageUnavailableError(Error):
    """The storage is throttling, down, full or out of LangSmith's reach."""


def class_name(status: Status) -> str:
    """NOT_FOUND is NotFoundError."""
    return "".join(word.capitalize() for word in status.name.split("_")) + "Error"


CLASSES: Mapping[Status, type[Error]] = {
    status: globals()[class_name(status)] for status in Status if status is not Status.OK
}


def from_handle(handle: Any) -> Error:
    """The exception for an error of C's, which stays C's."""
    return CLASSES[Status(lib.lsexport_error_status(handle))](required(lib.lsexport_error_json(handle)))


def taken_error(error_out: Any) -> Error | None:
    """The exception for what C put into an `error_out`, which is freed; None when there is nothing."""
    if not error_out[0]:
        return None
    handle = ffi.gc(error_out[0], lib.lsexport_error_free)
    error_out[0] = ffi.NULL
    try:
        return from_handle(handle)
    finally:
        ffi.release(handle)


def from_status(status: int, operation: str) -> Error:
    """The exception for what C told by a status alone, or what was found on this side of it."""
    known = Status(status)
    text = required(lib.lsexport_status_text(known))
    told: dict[str, Any] = {
        "status_number": known,
        "cause_number": Cause.NONE,
        "message": f"{operation}: {text}",
        "remedy": "",
        "operation": operation,
        "side": "caller",
        "applied": "no",
        "retryable": False,
        "retry_after_ms": 0,
        "attempts": 0,
        "http_status": 0,
        "facts": {},
        "fields": [],
    }
    return CLASSES[known](json.dumps(told))


def check(status: int, operation: str) -> None:
    """For functions that tell by a status alone."""
    if status != Status.OK:
        raise from_status(status, operation)
