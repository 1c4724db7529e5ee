# SPDX-License-Identifier: MIT
"""Text on its way into C. No error here shows the text, and no variable in its traceback: it may be a secret."""

from __future__ import annotations

from ._ffi import ffi


def encoded(name: str, text: object) -> bytes:
    """The text's bytes, which C takes up to their first NUL: so there must be none."""
    try:
        raw = encoded_secret(name, text)
    finally:
        del text
    if b"\0" in raw:
        del raw
        raise ValueError(f"{name} holds a NUL character")
    return raw


def encoded_secret(name: str, text: object) -> bytes:
    """The text's bytes, for a function that takes their length."""
    kind, raw = type(text).__name__, None
    if isinstance(text, str):
        try:
            raw = text.encode()
        except UnicodeEncodeError:  # which holds the text
            raw = None
    del text
    if kind != "str" and raw is None:
        raise TypeError(f"{name} must be str, not {kind}")
    if raw is None:
        raise ValueError(f"{name} is not valid Unicode")
    return raw


def optional(pointer: object) -> str | None:
    """A text of C's, NULL as None."""
    return required(pointer) if pointer else None


def required(pointer: object) -> str:
    text: bytes = ffi.string(pointer)
    return text.decode()
