"""What of a request may be shown.

The log must let a test see which secret went where, and never the secret: a value is replaced by
its SHA-256, which whoever knows the secret can compute.
"""

import hashlib
import json
from collections.abc import Iterable
from typing import Any

SECRET_HEADERS = frozenset({"x-api-key", "authorization", "cookie", "proxy-authorization"})
# Whatever stands under these names in a body, at any depth.
SECRET_MEMBERS = frozenset(
    {"access_key_id", "secret_access_key", "session_token", "SSECustomerKey", "CopySourceSSECustomerKey"}
)
# Shorter values are not looked for elsewhere: they would be found in every other word.
_SHORTEST_SOUGHT = 6
# No body of the API is as deep; the log could not be written as JSON if it showed one that is.
_DEEPEST = 100


def fingerprint(secret: str | bytes) -> str:
    data = secret.encode("utf-8", "surrogatepass") if isinstance(secret, str) else secret
    return "sha256:" + hashlib.sha256(data).hexdigest()


class Redactor:
    """Shows one exchange: knows the secrets of its request, and hides them wherever they turn up."""

    def __init__(self, headers: Iterable[tuple[str, str]], body: bytes) -> None:
        secrets = [value for name, value in headers if name.lower() in SECRET_HEADERS]
        try:
            secrets += _secrets_in(json.loads(body))
        except (ValueError, RecursionError):
            secrets.append(body.decode("utf-8", "replace"))
        self._sought = sorted((s for s in secrets if len(s) >= _SHORTEST_SOUGHT), key=len, reverse=True)

    def text(self, text: str) -> str:
        for secret in self._sought:
            text = text.replace(secret, fingerprint(secret))
        # JSON can name half a character, but no answer can hold one.
        return text.encode("utf-8", "backslashreplace").decode()

    def headers(self, headers: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
        return [
            (name, fingerprint(value) if name.lower() in SECRET_HEADERS else self.text(value))
            for name, value in headers
        ]

    def body(self, body: bytes) -> Any:
        """The body as JSON without its secrets; one that is not JSON is shown by its fingerprint alone."""
        if not body:
            return None
        try:
            return self._json(json.loads(body))
        except (ValueError, RecursionError):
            return fingerprint(body)

    def _json(self, value: Any, depth: int = 0) -> Any:
        if depth > _DEEPEST:
            raise RecursionError
        if isinstance(value, dict):
            return {
                self.text(name): fingerprint(member if isinstance(member, str) else json.dumps(member))
                if name in SECRET_MEMBERS and member is not None
                else self._json(member, depth + 1)
                for name, member in value.items()
            }
        if isinstance(value, list):
            return [self._json(member, depth + 1) for member in value]
        return self.text(value) if isinstance(value, str) else value


def _secrets_in(value: Any) -> list[str]:
    if isinstance(value, dict):
        found = [
            member for name, member in value.items() if name in SECRET_MEMBERS and isinstance(member, str)
        ]
        return found + [secret for member in value.values() for secret in _secrets_in(member)]
    if isinstance(value, list):
        return [secret for member in value for secret in _secrets_in(member)]
    return []
