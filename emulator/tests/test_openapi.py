"""The OpenAPI document: held against others, read by people, and kept by the emulator itself."""

import copy
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from conftest import DESTINATIONS

from lsexport_emulator.app import create_api
from lsexport_emulator.compare_openapi import differences, main
from lsexport_emulator.emulator import Emulator
from lsexport_emulator.running import RunningEmulator, http

Document = dict[str, Any]


@pytest.fixture(scope="module")
def document() -> Document:
    return create_api(Emulator()).openapi()


def test_a_document_does_not_differ_from_itself(document: Document) -> None:
    assert differences(document, copy.deepcopy(document)) == []


def _schemas(document: Document) -> dict[str, Any]:
    found: dict[str, Any] = document["components"]["schemas"]
    return found


def _config(document: Document) -> dict[str, Any]:
    found: dict[str, Any] = _schemas(document)["BulkExportDestinationS3Config"]["properties"]
    return found


def _post(document: Document) -> dict[str, Any]:
    found: dict[str, Any] = document["paths"][DESTINATIONS]["post"]
    return found


_ONE = f"{DESTINATIONS}/{{destination_id}}"
# What LangSmith might change, and a part of the line that then must be printed.
CHANGES: dict[str, tuple[Callable[[Document], Any], str]] = {
    "a path": (lambda d: d["paths"].update({_ONE + "/x": {}}), "/x: ours lacks it"),
    "a method": (lambda d: d["paths"][_ONE].pop("delete"), "method delete: not published"),
    "a member": (lambda d: _config(d).update(kms={"type": "string"}), "member kms: ours lacks it"),
    "a type": (lambda d: _config(d)["prefix"].update(type="integer"), "Config.prefix: type"),
    "nullability": (
        lambda d: _config(d)["region"].update(anyOf=[{"type": "string"}]),
        "Config.region: anyOf",
    ),
    "a default": (
        lambda d: _config(d)["include_bucket_in_prefix"].update(default=False),
        "include_bucket_in_prefix: default: ours true, published false",
    ),
    "a limit": (lambda d: _config(d)["prefix"].update(maxLength=1), "maxLength: ours 2048, published 1"),
    "a value": (
        lambda d: _schemas(d)["BulkExportDestinationType"].update(enum=["s3", "gcs"]),
        "BulkExportDestinationType: enum",
    ),
    "required members": (
        lambda d: _schemas(d)["BulkExportDestinationCreate"]["required"].append("credentials"),
        "BulkExportDestinationCreate: required",
    ),
    "a status": (lambda d: _post(d)["responses"].update({"201": {}}), "answer 201: ours lacks it"),
    "an answer": (
        lambda d: _post(d)["responses"]["200"]["content"].update({"text/html": {"schema": {}}}),
        "media type text/html: ours lacks it",
    ),
    "a parameter": (lambda d: d["paths"][_ONE]["get"]["parameters"].clear(), "parameter path destination_id"),
    "a body": (lambda d: _post(d)["requestBody"].update(required=False), "body: required"),
    "security": (lambda d: _post(d)["security"].pop(), "security"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_difference_is_told(document: Document, change: str) -> None:
    published = copy.deepcopy(document)
    alter, line = CHANGES[change]
    alter(published)
    found = differences(document, published)
    assert any(line in difference for difference in found), found


def test_prose_and_further_refusals_are_no_difference(document: Document) -> None:
    published = copy.deepcopy(document)
    _config(published)["prefix"]["title"] = "Something else"
    del _post(published)["responses"]["413"]
    published["paths"]["/api/v1/other"] = {}
    assert differences(document, published) == []


def test_the_script(document: Document, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "published.json"
    path.write_text(json.dumps(document))
    assert main([str(path)]) == 0
    _config(document := copy.deepcopy(document)).pop("prefix")
    path.write_text(json.dumps(document))
    assert main([str(path)]) == 1
    assert "member prefix: not published" in capsys.readouterr().out


# Who has the published document names it; it is not ours to carry along.
PUBLISHED = os.environ.get("EMULATOR_TEST_PUBLISHED_OPENAPI", "")
if PUBLISHED:

    def test_the_published_document() -> None:
        command = [sys.executable, "-m", "lsexport_emulator.compare_openapi", PUBLISHED]
        ended = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
        assert ended.returncode == 0, ended.stdout


def test_pages_to_read(langsmith: RunningEmulator) -> None:
    for path, word in (("/docs", b"BulkExportDestinationS3Config"), ("/_emulator/docs", b"validation_text")):
        reply = http("GET", langsmith.endpoint + path)
        assert reply.headers["content-type"].startswith("text/html")
        assert word in reply.content
        # Nothing is fetched from anywhere: no script, no image, no address but our own.
        assert b"<script" not in reply.content and b"//" not in reply.content
        assert http("GET", langsmith.endpoint + path.replace("docs", "openapi.json")).json()["paths"]


def test_no_secret_is_in_the_answers_schema(document: Document) -> None:
    members = set(_schemas(document)["BulkExportDestination"]["properties"])
    assert "credentials_keys" in members and "credentials" not in members
