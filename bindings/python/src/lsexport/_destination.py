# SPDX-License-Identifier: MIT
"""A destination as LangSmith returned it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import Any

from ._ffi import ffi, lib
from ._text import optional, required

_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
ADDRESSING = {
    lib.LSEXPORT_ADDRESSING_UNSET: None,
    lib.LSEXPORT_ADDRESSING_AUTO: "auto",
    lib.LSEXPORT_ADDRESSING_VIRTUAL: "virtual",
    lib.LSEXPORT_ADDRESSING_PATH: "path",
}


@dataclass(frozen=True)
class Destination:
    """A destination. None stands where the server sent null or nothing."""

    id: str
    """UUID."""
    workspace_id: str
    """The workspace it belongs to, a UUID."""
    display_name: str
    """Not unique."""
    destination_type: str
    """"s3"."""
    bucket_name: str | None
    prefix: str
    region: str | None
    endpoint_url: str | None
    aws_role_arn: str | None
    include_bucket_in_prefix: bool
    addressing_style: str | None
    """"auto", "virtual" or "path"; "unknown" for a style that this version does not know."""
    config_kwargs_s3: Mapping[str, Any] | None = field(hash=False)
    s3_additional_kwargs: Mapping[str, Any] | None = field(hash=False)
    created_at: datetime | None
    """In UTC, to the microsecond."""
    updated_at: datetime | None
    credentials_keys: tuple[str, ...]
    """Which credentials the server holds; names only."""
    adopted: bool
    """ensure_destination found it; False when the call made it, and for other calls."""
    surplus_ids: tuple[str, ...]
    """Further equal destinations that ensure_destination saw, and left alone."""
    request_id: str
    """The X-Request-Id of the answer; "" when there was none."""
    json: str = field(repr=False)
    """The server's exact text."""


def read(handle: Any) -> Destination:
    """Copies everything out; the handle stays C's."""
    style = lib.lsexport_destination_addressing_style(handle)
    length = ffi.new("size_t *")
    text = lib.lsexport_destination_json(handle, length)
    return Destination(
        id=required(lib.lsexport_destination_id(handle)),
        workspace_id=required(lib.lsexport_destination_workspace_id(handle)),
        display_name=required(lib.lsexport_destination_display_name(handle)),
        destination_type=required(lib.lsexport_destination_type(handle)),
        bucket_name=optional(lib.lsexport_destination_bucket_name(handle)),
        prefix=required(lib.lsexport_destination_prefix(handle)),
        region=optional(lib.lsexport_destination_region(handle)),
        endpoint_url=optional(lib.lsexport_destination_endpoint_url(handle)),
        aws_role_arn=optional(lib.lsexport_destination_aws_role_arn(handle)),
        include_bucket_in_prefix=bool(lib.lsexport_destination_include_bucket_in_prefix(handle)),
        addressing_style=ADDRESSING.get(style, "unknown"),
        config_kwargs_s3=_parsed(lib.lsexport_destination_config_kwargs_s3_json(handle)),
        s3_additional_kwargs=_parsed(lib.lsexport_destination_s3_additional_kwargs_json(handle)),
        created_at=_time(lib.lsexport_destination_created_at_unix_us(handle)),
        updated_at=_time(lib.lsexport_destination_updated_at_unix_us(handle)),
        credentials_keys=tuple(
            required(lib.lsexport_destination_credentials_key(handle, index))
            for index in range(lib.lsexport_destination_credentials_key_count(handle))
        ),
        adopted=bool(lib.lsexport_destination_adopted(handle)),
        surplus_ids=tuple(
            required(lib.lsexport_destination_surplus_id(handle, index))
            for index in range(lib.lsexport_destination_surplus_count(handle))
        ),
        request_id=required(lib.lsexport_destination_request_id(handle)),
        json=ffi.buffer(text, length[0])[:].decode(),
    )


def read_list(handle: Any) -> list[Destination]:
    count = lib.lsexport_destinations_count(handle)
    return [read(lib.lsexport_destinations_at(handle, index)) for index in range(count)]


def _parsed(pointer: Any) -> Mapping[str, Any] | None:
    text = optional(pointer)
    if text is None:
        return None
    parsed: Mapping[str, Any] = json.loads(text)
    return parsed


def _time(unix_us: int) -> datetime | None:
    return _EPOCH + timedelta(microseconds=unix_us) if unix_us else None
