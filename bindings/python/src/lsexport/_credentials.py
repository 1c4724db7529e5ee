# SPDX-License-Identifier: MIT
"""What LangSmith writes to the bucket with."""

from __future__ import annotations

from typing import Any, NoReturn

from ._errors import check
from ._ffi import ffi, lib
from ._text import encoded, encoded_secret


class Credentials:
    """Credentials for a bucket: made by static(), session(), server() or role(). They cannot be read again, are shown
    nowhere, and cannot be pickled. Their values are checked by the call that takes them."""

    __slots__ = ("handle", "kind")

    handle: Any
    kind: str
    """"static", "session", "server" or "role"."""

    def __init__(self) -> None:
        raise TypeError("use Credentials.static, session, server or role")

    @classmethod
    def static(cls, access_key_id: str, secret_access_key: str) -> Credentials:
        """A permanent key pair."""
        try:
            key_id = encoded("access_key_id", access_key_id)
            secret = encoded_secret("secret_access_key", secret_access_key)
            return cls._made("static", lib.lsexport_credentials_new_static, key_id, secret, len(secret))
        finally:  # a traceback that shows variables must not show these
            access_key_id = secret_access_key = key_id = secret = b""  # type: ignore[assignment]

    @classmethod
    def session(cls, access_key_id: str, secret_access_key: str, session_token: str) -> Credentials:
        """A temporary key pair with its session token."""
        try:
            key_id = encoded("access_key_id", access_key_id)
            secret = encoded_secret("secret_access_key", secret_access_key)
            token = encoded_secret("session_token", session_token)
            make = lib.lsexport_credentials_new_session
            return cls._made("session", make, key_id, secret, len(secret), token, len(token))
        finally:
            access_key_id = secret_access_key = session_token = key_id = secret = token = b""  # type: ignore[assignment]

    @classmethod
    def server(cls) -> Credentials:
        """The LangSmith server's own environment (self-hosted only): nothing is sent."""
        return cls._made("server", lib.lsexport_credentials_new_server)

    @classmethod
    def role(cls, aws_role_arn: str) -> Credentials:
        """An AWS role that LangSmith assumes, as "arn:aws:iam::123456789012:role/name"."""
        return cls._made("role", lib.lsexport_credentials_new_role, encoded("aws_role_arn", aws_role_arn))

    @classmethod
    def _made(cls, kind: str, make: Any, *values: Any) -> Credentials:
        out = ffi.new("lsexport_credentials **")
        status = make(*values, out)
        del values
        check(status, "credentials")
        self = object.__new__(cls)
        self.kind = kind
        self.handle = ffi.gc(out[0], lib.lsexport_credentials_free)
        return self

    def __repr__(self) -> str:
        return f"<lsexport.Credentials {self.kind}>"

    def __reduce__(self) -> NoReturn:
        raise TypeError("credentials cannot be pickled or copied")
