# SPDX-License-Identifier: MIT
"""What explain foretells is what LangSmith's S3 client sends: URL, bucket, key, and the region it signs for."""

import asyncio
import json
import os
import random
import re
import string
import subprocess
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
from conftest import BUILD
from lsexport_emulator.s3session import new_session
from s3_client import NAME, Refused, Sent, plain, requests_of

ROOT = Path(__file__).parents[2]
VIRTUAL, PATH = 2, 3


@pytest.fixture(autouse=True)
def no_profile(monkeypatch) -> None:
    """Nothing of this machine's own AWS settings."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
    monkeypatch.setenv("LANGSMITH_API_KEY", "lsv2_pt_explain")


def explain(spec: dict[str, Any]) -> dict[str, Any]:
    pairs = {"display_name": "n", "credentials": "server", "allow": "confused_bucket", **spec}
    run = subprocess.run(
        [BUILD / "tests/e2e/driver", "explain", *(f"{key}={value}" for key, value in pairs.items())],
        capture_output=True,
        check=True,
        timeout=60,
    )
    return json.loads(run.stdout)["report"]


def is_error(finding: dict[str, Any]) -> bool:
    return finding["severity"] == "error"


def assert_foretold(spec: dict[str, Any], report: dict[str, Any], seen: Sent | Refused) -> None:
    if "url" not in report:
        assert isinstance(seen, Refused), (spec, seen, report)
        assert any(map(is_error, report["findings"])), (spec, seen, report)
        return
    assert isinstance(seen, Sent), (spec, seen, report)
    assert Sent("PUT", plain(report["url"].replace("<uuid>", NAME)), report["signing_region"]) == seen, spec
    url = urlsplit(seen.url)
    key = encoded(report["object_key"].replace("<uuid>", NAME), url.path)
    assert report["host"].lower() == url.netloc
    assert url.path.endswith("/" + key)
    in_host = url.netloc.startswith(report["bucket"].lower() + ".")
    assert in_host or url.path.endswith(f"/{report['bucket']}/{key}"), spec
    if report["addressing_style"] == "virtual":
        assert in_host


def encoded(key: str, path: str) -> str:
    """The key as the path's end has it."""
    ends = [path[start + 1 :] for start, character in enumerate(path) if character == "/"]
    [found] = [end for end in ends if unquote(end) == key]
    return found


def assert_all_foretold(specs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    reports = [explain(spec) for spec in specs]
    for spec, report, seen in zip(specs, reports, requests_of(specs), strict=True):
        assert_foretold(spec, report, seen)
    return reports


# ---- one by one

LOCAL = "https://s3.example.com"
AWS_SPECS = [
    {},
    {"region": "us-east-1"},
    {"region": "us-east-1", "us_east_1_regional_endpoint": 1},
    {"region": "us-east-1", "us_east_1_regional_endpoint": 2},
    {"us_east_1_regional_endpoint": 1},
    *({"region": region} for region in ("eu-west-1", "cn-north-1", "us-gov-west-1", "us-iso-east-1", "us-isob-east-1")),
    *({"region": region} for region in ("eu-isoe-west-1", "us-isof-south-1", "eusc-de-east-1", "mars-1", "aws-global")),
    *({"region": region} for region in ("EU-West-1", "12", "-a", "a-", "a.b", "a_b", "x" * 63, "x" * 64)),
    *({"region": "eu-west-1", "bucket_name": name} for name in ("my_bucket", "My-Bucket", "my.bucket", "192.168.5.4")),
    *({"region": "eu-west-1", "bucket_name": name} for name in ("a" * 63, "-lead", "trail-", "a..b", "a-b")),
    {"addressing_style": PATH},
    {"addressing_style": VIRTUAL, "bucket_name": "my.bucket"},
    {"use_accelerate_endpoint": 1},
    {"use_accelerate_endpoint": 1, "region": "eu-west-1"},
    {"use_accelerate_endpoint": 1, "region": "cn-north-1"},
    {"use_accelerate_endpoint": 1, "bucket_name": "my.bucket"},
    {"use_accelerate_endpoint": 1, "addressing_style": PATH},
    {"include_bucket_in_prefix": 0},
    {"include_bucket_in_prefix": 0, "prefix": "data/a"},
    {"include_bucket_in_prefix": 0, "prefix": ""},
    {"include_bucket_in_prefix": 0, "prefix": "/data"},
    {"include_bucket_in_prefix": 0, "prefix": "with space/a"},
    {"include_bucket_in_prefix": 0, "prefix": "s3://other/a"},
    {"include_bucket_in_prefix": 0, "prefix": "s3a::other/a"},
]
ENDPOINT_SPECS = [
    {"endpoint_url": LOCAL},
    {"endpoint_url": LOCAL + ":9000/"},
    {"endpoint_url": LOCAL + ":443"},
    {"endpoint_url": "http://s3.example.com:80"},
    {"endpoint_url": "http://s3.example.com:443"},
    {"endpoint_url": "HTTPS://S3.Example.COM"},
    {"endpoint_url": LOCAL + ".", "region": "x"},
    {"endpoint_url": LOCAL + "/base/"},
    {"endpoint_url": LOCAL + "/a//b/%41~+c@:"},
    {"endpoint_url": LOCAL + "/a//b/%41~+c@:/", "addressing_style": VIRTUAL},
    {"endpoint_url": LOCAL, "addressing_style": VIRTUAL},
    {"endpoint_url": LOCAL, "addressing_style": VIRTUAL, "bucket_name": "my_bucket"},
    {"endpoint_url": LOCAL, "addressing_style": VIRTUAL, "bucket_name": "my.bucket"},
    {"endpoint_url": "http://s3.example.com", "addressing_style": VIRTUAL, "bucket_name": "my.bucket"},
    {"endpoint_url": "http://10.0.0.1", "addressing_style": VIRTUAL, "bucket_name": "my.bucket"},
    {"endpoint_url": "http://10.0.0.1:9000", "addressing_style": VIRTUAL},
    {"endpoint_url": "https://[::1]:9000", "addressing_style": VIRTUAL},
    {"endpoint_url": "https://[::1]"},
    {"endpoint_url": "https://1.2.3", "addressing_style": VIRTUAL},
    {"endpoint_url": "https://a_b.example.com"},
    {"endpoint_url": "https://-a.example.com"},
    {"endpoint_url": LOCAL, "use_accelerate_endpoint": 1},
    {"endpoint_url": LOCAL, "region": "eu-west-1"},
    {"endpoint_url": LOCAL, "region": "aws-global"},
    {"endpoint_url": "https://s3-accelerate.amazonaws.com"},
    {"endpoint_url": "https://s3-accelerate.dualstack.amazonaws.com", "addressing_style": PATH},
    {"endpoint_url": "https://s3.eu-west-1.amazonaws.com", "region": "eu-west-1"},
    {"endpoint_url": "https://exp.s3.example.com", "include_bucket_in_prefix": 0},
    {"endpoint_url": "https://exp.s3.example.com", "include_bucket_in_prefix": 0, "addressing_style": VIRTUAL},
    {"endpoint_url": "https://exp.s3.example.com", "include_bucket_in_prefix": 0, "prefix": ""},
    {"endpoint_url": "https://exp.s3.example.com"},
    {"endpoint_url": "https://exp.s3.eu-west-1.amazonaws.com", "region": "eu-west-1"},
    {"endpoint_url": LOCAL + "/exp"},
    {"endpoint_url": LOCAL + "/exp/", "include_bucket_in_prefix": 0, "prefix": "a/b"},
]
PREFIXES = ["", "/", "/lead", "trail/", "a//b", "../up", "..", "a/../b", "./x", "a b", "ü", "😀", "u\u0308", "a+b"]
PREFIXES += ["100%", "a#b", "a&b", "a\\b", "*[?]", "~.-_!'()", "x" * 2000, "q?versionId=1", "?versionId=1", "a?b"]
PREFIX_SPECS = [{"prefix": prefix, "region": "eu-west-1"} for prefix in PREFIXES]
PREFIX_SPECS += [{"prefix": prefix, "endpoint_url": LOCAL} for prefix in PREFIXES]


@pytest.mark.parametrize("specs", [AWS_SPECS, ENDPOINT_SPECS, PREFIX_SPECS], ids=["aws", "endpoint", "prefix"])
def test_each_kind_of_spec(specs):
    assert_all_foretold([{"bucket_name": "exp", "prefix": "data", **spec} for spec in specs])


def test_the_specs_of_the_vectors():
    members = {"bucket_name", "prefix", "region", "endpoint_url", "include_bucket_in_prefix", "addressing_style"}
    members |= {"use_accelerate_endpoint", "us_east_1_regional_endpoint"}
    numbers = {"virtual": VIRTUAL, "path": PATH, "regional": 1, False: 0, True: 1}
    specs = []
    for name in ("destinations", "explain"):
        for vector in json.loads((ROOT / f"tests/vectors/{name}.json").read_text()):
            given = {key: value for key, value in vector["arguments"].items() if key in members and value is not None}
            spec = {"prefix": "", **{key: numbers.get(value, value) for key, value in given.items()}}
            if "bucket_name" in spec and spec not in specs:
                specs.append(spec)
    assert len(specs) > 30
    assert_all_foretold(specs)


# ---- s3_additional_kwargs

OPERATIONS = {
    "PutObject": "put",
    "CreateMultipartUpload": "create multipart",
    "UploadPart": "upload part",
    "CompleteMultipartUpload": "complete",
    "AbortMultipartUpload": "abort",
    "HeadObject": "head",
    "DeleteObject": "delete",
}
TYPES = {"string": "a string", "boolean": "true or false", "integer": "an integer", "long": "an integer"}
TYPES |= {"timestamp": "a time, as a string", "map": "an object of strings"}


def rows_of_botocore() -> set[tuple[str, str, str, str]]:
    """Name, type, header and operation. What the client sets itself has any type; customers' keys are refused."""
    rows = set()
    model = asyncio.run(new_session().get_service_model("s3"))
    for operation, ours in OPERATIONS.items():
        for name, shape in model.operation_model(operation).input_shape.members.items():
            location = shape.serialization.get("location")
            header = shape.serialization["name"].lower() if location in ("header", "headers") else ""
            if not name.startswith("SSECustomer"):
                rows.add((name, TYPES.get(shape.type_name, ""), header, ours))
    return rows


def rows_of_page() -> set[tuple[str, str, str, str]]:
    page = (ROOT / "docs/explain.md").read_text()
    table = page[page.index("<!-- generated: kwargs -->") :]
    rows = set()
    for name, type_name, header, operations in re.findall(
        r"^\| `(\w+)` \| (.*?) \| (.*?) \| (.*?) \|$", table, re.MULTILINE
    ):
        for operation in operations.split(", "):
            rows.add((name, type_name, "" if header == "none" else header.strip("`"), operation))
    return rows


def test_the_table_of_kwargs_is_botocores_model():
    theirs, ours = rows_of_botocore(), rows_of_page()
    untyped = {name for name, type_name, _, _ in theirs if not type_name}
    assert untyped == {"Body", "MultipartUpload"}
    assert {row for row in ours if row[0] not in untyped} == {row for row in theirs if row[0] not in untyped}
    assert {row[0::3] for row in ours} == {row[0::3] for row in theirs}


# ---- by chance

CHARACTERS = string.ascii_letters + string.digits + "-._~ /+%#&?*[]()!'@:,;=$\\ü\u0308😀"
REGIONS = [None, "us-east-1", "eu-west-1", "cn-north-1", "us-gov-east-1", "us-iso-east-1", "moon-1", "auto"]
HOSTS = ["s3.example.com", "exp.s3.example.com", "10.1.2.3", "[fd00::1]", "localhost", "a-b.c", "1.2.3", "x_y.example"]
PATHS = ["", "/", "/base", "/base/", "/a//b", "/a%20b/~", "/exp", "/exp/"]


def random_bucket(chance: random.Random) -> str:
    if chance.random() < 0.4:
        return "exp"
    return "".join(chance.choices(string.ascii_lowercase + "0.-_A", k=chance.choice([3, 4, 8, 63])))


def random_spec(chance: random.Random) -> dict[str, Any]:
    spec: dict[str, Any] = {"bucket_name": random_bucket(chance), "prefix": ""}
    spec["prefix"] = "".join(chance.choices(CHARACTERS, k=chance.choice([0, 1, 2, 5, 20])))
    if chance.random() < 0.5:
        spec["prefix"] = chance.choice(["data", "a/b", "exp", "data?versionId=2", "/x"])
    if region := chance.choice(REGIONS):
        spec["region"] = region
    if chance.random() < 0.6:
        host = chance.choice(["http://", "https://"]) + chance.choice(HOSTS)
        spec["endpoint_url"] = host + chance.choice(["", "", ":80", ":443", ":9000"]) + chance.choice(PATHS)
    for name, values in {"addressing_style": (1, 2, 2, 3), "us_east_1_regional_endpoint": (1, 2)}.items():
        if chance.random() < 0.5:
            spec[name] = chance.choice(values)
    if chance.random() < 0.1:
        spec["use_accelerate_endpoint"] = chance.choice([0, 1])
    if chance.random() < 0.3:
        spec["include_bucket_in_prefix"] = 0
    return spec


def test_random_specs():
    chance = random.Random(20261124)
    reports = assert_all_foretold([random_spec(chance) for _ in range(300)])
    told = [report for report in reports if "url" in report]
    assert 150 < len(told) < 300, "both kinds are among them"
