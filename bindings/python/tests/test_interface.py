# SPDX-License-Identifier: MIT
"""Both clients offer all that the C library can do."""

import inspect
import re
from pathlib import Path

import lsexport
import pytest
from conftest import ROOT
from lsexport._ffi import lib

HEADERS = "\n".join(header.read_text() for header in (ROOT / "include/lsexport").glob("*.h"))
PACKAGE = "\n".join(source.read_text() for source in Path(lsexport.__file__).parent.glob("*.py"))

SAID_AT_ONCE = "lsexport_error_json says it, with all the rest, in one text"
UNUSED = {
    "lsexport_abi_level": "the core is inside of the extension: there is no other level to be met",
    **{
        f"lsexport_error_{getter}": SAID_AT_ONCE
        for getter in (
            *("cause", "message", "remedy", "documentation_url", "side", "applied", "retryable", "retry_after_ms"),
            *("attempts", "http_status", "storage_code", "server_text", "request_id", "fact"),
            *("field_count", "field_path", "field_message"),
        )
    },
    **{
        name: "a name or number of an enumeration, which the build reads out of the header"
        for name in (
            *("lsexport_status_name", "lsexport_status_count", "lsexport_status_at"),
            *("lsexport_cause_name", "lsexport_cause_text", "lsexport_cause_count", "lsexport_cause_at"),
        )
    },
    "lsexport_destination_copy": "a result is copied into a dataclass, which Python shares",
    "lsexport_queue_count": "the client counts the futures that wait",
}


def used() -> set[str]:
    setters = re.findall(r'_setter\("(\w+)"', PACKAGE)
    named = set(re.findall(r"\blib\.(lsexport_\w+)", PACKAGE))
    return named | {f"lsexport_destination_spec_set_{setter}" for setter in setters}


def test_every_function_of_the_headers_is_used_or_has_a_reason_not_to_be():
    functions = set(re.findall(r"^LSEXPORT_API [^;(]*\b(lsexport_\w+)\(", HEADERS, re.MULTILINE))
    assert functions == {name for name in dir(lib) if name.startswith("lsexport_") and "python" not in name}
    assert functions - used() == set(UNUSED)
    assert not used() & set(UNUSED)


METHODS = [name for name in vars(lsexport.Client) if not name.startswith("_")]


@pytest.mark.parametrize("name", METHODS)
def test_both_clients_have_the_same_calls(name):
    blocking, awaiting = getattr(lsexport.Client, name), getattr(lsexport.AsyncClient, name)
    parameters = dict(inspect.signature(blocking).parameters)
    parameters.pop("cancel", None)  # a task has a cancel of its own
    assert list(parameters.values()) == list(inspect.signature(awaiting).parameters.values())
    if name != "close":
        assert inspect.getdoc(blocking) == inspect.getdoc(awaiting)
    assert set(METHODS) == {name for name in vars(lsexport.AsyncClient) if not name.startswith("_")}


def test_all_that_is_public_is_documented():
    for name in lsexport.__all__:
        thing = getattr(lsexport, name)
        if inspect.isclass(thing):
            assert inspect.getdoc(thing), name
            for method, value in vars(thing).items():
                if inspect.isfunction(value) and not method.startswith("_"):
                    assert inspect.getdoc(value), f"{name}.{method}"
        elif inspect.isfunction(thing):
            assert inspect.getdoc(thing), name
