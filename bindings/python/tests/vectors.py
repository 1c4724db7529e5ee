# SPDX-License-Identifier: MIT
"""The vectors of tests/vectors: makes the calls with a client, explains the specs, and compares. As a program it does
all of that, for a checker of memory to look at."""

import asyncio
import json
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import lsexport
from server import Server

ROOT = Path(__file__).resolve().parents[3]
VECTORS = json.loads((ROOT / "tests/vectors/destinations.json").read_text())
EXPLANATIONS = json.loads((ROOT / "tests/vectors/explain.json").read_text())


def arguments_of(vector: dict[str, Any]) -> tuple[list[Any], dict[str, Any]]:
    keywords = dict(vector["arguments"])
    if "credentials" in keywords:
        values = dict(keywords["credentials"])
        keywords["credentials"] = getattr(lsexport.Credentials, values.pop("kind"))(**values)
    return [keywords.pop("destination_id")] if "destination_id" in keywords else [], keywords


def method_of(vector: dict[str, Any]) -> str:
    return "list_destinations" if vector["call"] == "list" else f"{vector['call']}_destination"


def options_of(vector: dict[str, Any], url: str) -> dict[str, Any]:
    return {"api_key": "lsv2_pt_vectors", "api_root": url, "max_attempts": 1, **vector.get("options", {})}


def call(vector: dict[str, Any], url: str) -> Any:
    positional, keywords = arguments_of(vector)
    with lsexport.Client(**options_of(vector, url)) as client:
        return getattr(client, method_of(vector))(*positional, **keywords)


def call_async(vector: dict[str, Any], url: str) -> Any:
    async def main() -> Any:
        positional, keywords = arguments_of(vector)
        async with lsexport.AsyncClient(**options_of(vector, url)) as client:
            return await getattr(client, method_of(vector))(*positional, **keywords)

    return asyncio.run(main())


def as_told(name: str, expected: Any) -> Any:
    if isinstance(expected, list):
        return tuple(expected)
    if name.endswith("_unix_us"):
        return datetime(1970, 1, 1, tzinfo=timezone.utc) + timedelta(microseconds=expected)
    return expected


def check_destination(destination: lsexport.Destination, expected: dict[str, Any]) -> None:
    seen = {name: getattr(destination, name.removesuffix("_unix_us")) for name in expected}
    assert seen == {name: as_told(name, value) for name, value in expected.items()}


def check_result(result: Any, expected: Any) -> None:
    if isinstance(expected, list):
        assert len(result) == len(expected)
        for one, told in zip(result, expected, strict=True):
            check_destination(one, told)
    elif expected is None:
        assert result is None
    else:
        check_destination(result, expected)


def check_error(error: lsexport.Error, expected: dict[str, Any]) -> None:
    assert f"LSEXPORT_ERR_{error.status.name}" == expected["status"]
    assert f"LSEXPORT_CAUSE_{error.cause.name}" == expected["cause"]
    assert (error.applied.name.lower(), error.side.name.lower()) == (expected["applied"], expected["side"])
    assert error.retryable == expected["retryable"]
    assert error.http_status == (expected["http_status"] or None)
    assert error.retry_after == (expected["retry_after_ms"] / 1000 or None)
    assert (error.storage_code, error.request_id) == (expected["storage_code"], expected["request_id"])
    assert dict(error.facts) == expected["facts"]
    assert [vars(field) for field in error.fields] == expected["fields"]


def check_request(requests: list[Any], expected: dict[str, Any] | None) -> None:
    if expected is None:
        assert requests == []
        return
    assert [(request.method, request.path, request.json()) for request in requests] == [
        (expected["method"], expected["path"], expected["body"])
    ]
    for name, value in expected.get("headers", {}).items():
        assert requests[0].headers[name.lower()] == value


def check(vector: dict[str, Any], make: Callable[[dict[str, Any], str], Any]) -> None:
    expected = vector["expected"]
    with Server([vector["reply"] or {"close": True}]) as server:
        try:
            result = make(vector, server.url)
        except lsexport.Error as error:
            check_error(error, expected)
        else:
            assert expected["status"] == "LSEXPORT_OK"
            check_result(result, expected["result"])
        check_request(server.requests, expected["request"])


def explain(vector: dict[str, Any]) -> lsexport.Report:
    _, keywords = arguments_of(vector)
    if vector["api_root"] is None:
        return lsexport.explain_destination(**keywords)
    with lsexport.Client(api_key="lsv2_pt_vectors", api_root=vector["api_root"]) as client:
        return client.explain_destination(**keywords)


def check_explanation(vector: dict[str, Any]) -> None:
    report = explain(vector)
    expected = dict(vector["expected"])
    findings = expected.pop("findings")
    assert {name: getattr(report, name) for name in expected} == expected
    assert [(one.severity.name.lower(), one.code, one.field) for one in report.findings] == [
        (finding["severity"], finding["code"], finding["field"]) for finding in findings
    ]


if __name__ == "__main__":
    for each in EXPLANATIONS:
        check_explanation(each)
    for each in VECTORS:
        check(each, call)
        check(each, call_async)
