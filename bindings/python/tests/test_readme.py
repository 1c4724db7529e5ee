# SPDX-License-Identifier: MIT
"""The programs of the README do what they say."""

import os
import re
import subprocess
import sys
from pathlib import Path

import lsexport
import pytest
from conftest import credentials_of

README = (Path(__file__).parents[1] / "README.md").read_text()
PROGRAMS = re.findall(r"^```python\n(.*?)^```", README, re.MULTILINE | re.DOTALL)
QUICK_STARTS = {"sync": PROGRAMS[0], "async": PROGRAMS[1]}


@pytest.mark.parametrize("program", QUICK_STARTS.values(), ids=QUICK_STARTS)
def test_a_new_user_gets_to_a_rotated_destination(langsmith, tmp_path, program):
    old, new = langsmith.credentials("full"), langsmith.credentials("rotated")
    run = subprocess.run(
        [sys.executable, "-c", program],
        env={
            "PATH": os.environ["PATH"],
            "LANGSMITH_API_KEY": langsmith.api_key,
            "LANGSMITH_ENDPOINT": langsmith.endpoint,
            "AWS_ACCESS_KEY_ID": old["access_key_id"],
            "AWS_SECRET_ACCESS_KEY": old["secret_access_key"],
            "NEW_ACCESS_KEY_ID": new["access_key_id"],
            "NEW_SECRET_ACCESS_KEY": new["secret_access_key"],
        },
        cwd=tmp_path,
        check=False,
        capture_output=True,
        text=True,
    )
    assert (run.returncode, run.stderr) == (0, "")
    (destination,) = langsmith.api("GET", "/api/v1/bulk-exports/destinations").json()
    assert run.stdout == f"rotated {destination['id']}\n"
    assert destination["config"]["bucket_name"] == "my-bucket"
    assert [request["method"] for request in langsmith.requests()][-2:] == ["PATCH", "GET"]
    assert langsmith.seen(new["secret_access_key"]) == ["body"]


def function_of_the_readme(program: str, name: str):
    names = {"lsexport": lsexport}
    exec(program, names)
    return names[name]


def create_of_the_readme():
    return function_of_the_readme(PROGRAMS[2], "create")


def test_the_way_back_of_the_readme(client, spec, langsmith):
    langsmith.arm_fault("close", at="end", method="POST")
    assert create_of_the_readme()(client, **spec).adopted
    assert [request["method"] for request in langsmith.requests()].count("POST") == 1


def test_the_fields_of_the_readme(client, spec, langsmith, capsys):
    with pytest.raises(lsexport.ValidationError):
        create_of_the_readme()(client, **{**spec, "bucket_name": "ab"})
    assert capsys.readouterr().out.startswith("config.bucket_name must have")
    assert langsmith.requests() == []


def test_the_reasons_of_the_readme(client, spec, langsmith):
    create = function_of_the_readme(PROGRAMS[3], "create_or_tell_why")
    spec["endpoint_url"] = langsmith.env["EMULATOR_S3_ENDPOINT"]
    assert create(client, **spec).display_name == "nightly"
    with pytest.raises(SystemExit, match="it is the policy"):
        create(client, **{**spec, "credentials": credentials_of(langsmith, "denied")})
    with pytest.raises(SystemExit, match="bucket_name must have"):
        create(client, **{**spec, "bucket_name": "ab"})
    assert [request["method"] for request in langsmith.requests()] == ["POST", "POST"]
