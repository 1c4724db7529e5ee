# SPDX-License-Identifier: MIT
"""What the library says of itself, and what is set for the whole process."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from ._errors import check
from ._ffi import lib
from ._text import required

__version__ = required(lib.lsexport_version())
OLD_CREDENTIALS_NEEDED = timedelta(milliseconds=lib.LSEXPORT_OLD_CREDENTIALS_NEEDED_MS)
"""How long a run that began before a patch may still use the old credentials."""


def version_details() -> str:
    """One line for bug reports: our version, and libcurl, TLS and jansson as loaded now."""
    return required(lib.lsexport_version_details())


def wipe_freed_memory() -> None:
    """From now on memory that libcurl and jansson free is wiped, in the whole process. For the main program alone,
    before the first client and before anything else uses libcurl or jansson: InvalidStateError when it is too late."""
    check(lib.lsexport_global_init(lib.LSEXPORT_INIT_WIPE), "global init")


@dataclass(frozen=True)
class Option:
    """A client's option, as options() tells."""

    key: str
    type: str
    """"text", "integer", "boolean", "path", "url" or "uuid"."""
    default: str
    minimum: int
    maximum: int
    is_secret: bool
    text: str


def options() -> tuple[Option, ...]:
    """Every option that a client takes as a keyword argument."""
    return tuple(
        Option(
            key=required(lib.lsexport_option_key(index)),
            type=required(lib.lsexport_option_type(index)),
            default=required(lib.lsexport_option_default(index)),
            minimum=lib.lsexport_option_minimum(index),
            maximum=lib.lsexport_option_maximum(index),
            is_secret=bool(lib.lsexport_option_is_secret(index)),
            text=required(lib.lsexport_option_text(index)),
        )
        for index in range(lib.lsexport_option_count())
    )
