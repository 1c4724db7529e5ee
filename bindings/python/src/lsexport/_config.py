# SPDX-License-Identifier: MIT
"""Makes the C client from keyword arguments, and hands its log to `logging`."""

from __future__ import annotations

import itertools
import json
import logging
import os
from typing import Any

from ._calls import callback
from ._errors import check, taken_error
from ._ffi import ffi, lib
from ._text import encoded, encoded_secret

OptionValue = str | int | bool | os.PathLike[str]


_loggers: dict[int, logging.Logger] = {}  # by what C hands back; an entry lives as long as its client
_logger_keys = itertools.count(1)


def new_client(
    api_key: str | None, from_environment: bool, logger: logging.Logger | None, values: dict[str, OptionValue]
) -> Any:
    """The C client, freed with its last reference."""
    try:
        config = _new_config(api_key, from_environment, values)
    finally:  # a traceback that shows variables must not show these
        api_key = None
        values.clear()
    key = next(_logger_keys)
    if logger is not None:
        _loggers[key] = logger
        lib.lsexport_config_set_log(config, lib.lsexport_python_log, key)

    def free(handle: Any) -> None:
        lib.lsexport_client_free(handle)
        _loggers.pop(key, None)

    out, error_out = ffi.new("lsexport_client **"), ffi.new("lsexport_error **")
    lib.lsexport_client_new(config, out, error_out)
    client = ffi.gc(out[0], free)
    if (error := taken_error(error_out)) is not None:
        raise error
    return client


def _new_config(api_key: str | None, from_environment: bool, values: dict[str, OptionValue]) -> Any:
    out = ffi.new("lsexport_config **")
    check(lib.lsexport_config_new(out), "client new")
    config = ffi.gc(out[0], lib.lsexport_config_free)
    try:
        if from_environment:
            lib.lsexport_config_set_from_environment(config)
        if api_key is not None:
            raw = encoded_secret("api_key", api_key)
            lib.lsexport_config_set_api_key(config, raw, len(raw))
        for key, value in values.items():
            lib.lsexport_config_set(config, encoded("option", key), encoded(key, _option_text(key, value)))
        return config  # what a setter found wrong is told when the client is made
    finally:
        api_key, value, raw = None, "", b""


def _option_text(key: str, value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    kind = type(value).__name__
    if isinstance(value, (str, os.PathLike)):
        value = os.fspath(value)
    if not isinstance(value, str):
        del value
        raise TypeError(f"{key} must be text, a number, a truth value or a path, not {kind}")
    return value


@callback("lsexport_python_log", None)
def _log(key: int, line: Any, length: int) -> None:
    logger = _loggers[key]
    text = ffi.buffer(line, length)[:].decode()
    event = json.loads(text)
    level = logging.INFO
    if event["event"] == "attempt":
        level = logging.DEBUG
    elif event.get("status", "LSEXPORT_OK") != "LSEXPORT_OK":
        level = logging.WARNING
    if logger.isEnabledFor(level):
        logger.log(level, text, extra={"lsexport": event})
