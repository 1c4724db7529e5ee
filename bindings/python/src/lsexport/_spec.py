# SPDX-License-Identifier: MIT
"""What to create, from keyword arguments."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal, TypedDict, cast

from ._credentials import Credentials
from ._errors import check
from ._ffi import ffi, lib
from ._text import encoded

AddressingStyle = Literal["auto", "virtual", "path"]
Check = Literal[
    "confused_bucket", "missing_session_token", "google_key_without_endpoint", "google_endpoint_without_key"
]


class _Needed(TypedDict):
    display_name: str
    """Letters, digits, blank, "-", "_" and "'"."""
    bucket_name: str
    """3 to 63 characters."""
    credentials: Credentials
    """What LangSmith writes with."""


class DestinationSpec(_Needed, total=False):
    """The keyword arguments of each call that takes a destination. None is the same as leaving one out. Values
    are checked by the call, all at once: ValidationError names each that fails."""

    prefix: str | None
    """Root of all keys in the bucket, as "exports/traces". Unset: ""."""
    region: str | None
    """The bucket's region; AWS needs it."""
    endpoint_url: str | None
    """The storage service's URL, as "https://storage.googleapis.com". Leave it out for AWS."""
    include_bucket_in_prefix: bool | None
    """False when endpoint_url names the bucket already; else True, the default."""
    addressing_style: AddressingStyle | None
    """Where the bucket's name goes in a URL."""
    use_accelerate_endpoint: bool | None
    payload_signing_enabled: bool | None
    us_east_1_regional_endpoint: Literal["regional", "legacy"] | None
    """Which AWS host serves us-east-1."""
    checksum_algorithm: str | None
    """CRC32, CRC32C, SHA1, SHA256 or CRC64NVME. A bucket with Object Lock retention needs one."""
    server_side_encryption: str | None
    """AES256, aws:kms, aws:kms:dsse or aws:fsx."""
    ssekms_key_id: str | None
    """Needs a server_side_encryption of aws:kms or aws:kms:dsse."""
    expected_bucket_owner: str | None
    """An AWS account, 12 digits."""
    request_payer: str | None
    """"requester"."""
    storage_class: str | None
    """As "STANDARD_IA"."""
    s3_additional_kwargs: Mapping[str, Any] | None
    """Further members of s3_additional_kwargs; refused are those that have a keyword here, and customer keys."""
    extra_config: Mapping[str, Any] | None
    """Members of config that this version does not know."""
    allow: Sequence[Check]
    """Checks to go on in spite of; docs/errors.md says what each refuses."""


_STYLES = {
    "auto": lib.LSEXPORT_ADDRESSING_AUTO,
    "virtual": lib.LSEXPORT_ADDRESSING_VIRTUAL,
    "path": lib.LSEXPORT_ADDRESSING_PATH,
}
_US_EAST_1 = {"regional": lib.LSEXPORT_US_EAST_1_REGIONAL, "legacy": lib.LSEXPORT_US_EAST_1_LEGACY}

_Convert = Callable[[str, Any], Any]


def _truth(name: str, value: Any) -> int:
    if not isinstance(value, bool):
        raise TypeError(f"{name} must be True or False, not {type(value).__name__}")
    return int(value)


def _json(name: str, value: Any) -> bytes:
    return encoded(name, json.dumps(value, allow_nan=False))


def credentials_handle(name: str, value: Any) -> Any:
    kind = type(value).__name__
    if isinstance(value, Credentials):
        return value.handle
    del value
    raise TypeError(f"{name} must be Credentials, not {kind}")


def _one_of(names: Mapping[str, int]) -> _Convert:
    def convert(name: str, value: Any) -> int:
        if value not in names:
            raise ValueError(f"{name} must be one of {', '.join(names)}")
        return names[value]

    return convert


def _setter(name: str, convert: _Convert = encoded) -> tuple[Any, _Convert]:
    return getattr(lib, f"lsexport_destination_spec_set_{name}"), convert


_SETTERS: dict[str, tuple[Any, _Convert]] = {
    "display_name": _setter("display_name"),
    "bucket_name": _setter("bucket_name"),
    "prefix": _setter("prefix"),
    "region": _setter("region"),
    "endpoint_url": _setter("endpoint_url"),
    "include_bucket_in_prefix": _setter("include_bucket_in_prefix", _truth),
    "credentials": _setter("credentials", credentials_handle),
    "addressing_style": _setter("addressing_style", _one_of(_STYLES)),
    "use_accelerate_endpoint": _setter("use_accelerate_endpoint", _truth),
    "payload_signing_enabled": _setter("payload_signing_enabled", _truth),
    "us_east_1_regional_endpoint": _setter("us_east_1_regional_endpoint", _one_of(_US_EAST_1)),
    "checksum_algorithm": _setter("checksum_algorithm"),
    "server_side_encryption": _setter("server_side_encryption"),
    "ssekms_key_id": _setter("ssekms_key_id"),
    "expected_bucket_owner": _setter("expected_bucket_owner"),
    "request_payer": _setter("request_payer"),
    "storage_class": _setter("storage_class"),
    "s3_additional_kwargs": _setter("s3_additional_kwargs_json", _json),
    "extra_config": _setter("extra_config_json", _json),
}


def new_spec(given: DestinationSpec) -> Any:
    """The builder; what a setter finds wrong is told by the call that takes it. Empties what was given."""
    out = ffi.new("lsexport_destination_spec **")
    check(lib.lsexport_destination_spec_new(out), "destination spec")
    spec = ffi.gc(out[0], lib.lsexport_destination_spec_free)
    values = cast("dict[str, Any]", given)
    try:
        for name, value in values.items():
            if name == "allow":
                for allowed in value:
                    lib.lsexport_destination_spec_allow(spec, encoded("allow", allowed))
            elif name not in _SETTERS:
                raise TypeError(f"a destination has no {name}")
            elif value is not None:
                setter, convert = _SETTERS[name]
                setter(spec, convert(name, value))
    finally:  # a traceback that shows variables must not show what should have been made credentials of
        values.clear()
        value = None
    return spec
