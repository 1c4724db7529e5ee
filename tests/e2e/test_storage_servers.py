# SPDX-License-Identifier: MIT
"""The library, the emulator and a real S3 server behind it: what lies in the bucket, and what a refusal comes to."""

import pytest
from storage_servers import ACCESS_KEY_ID, BUCKET, REGION, SECRET_ACCESS_KEY


@pytest.fixture(params=["versitygw", "minio"])
def server(request):
    return request.getfixturevalue(request.param)


@pytest.fixture
def spec(library, server):
    def make(**changes):
        values = {
            "bucket_name": BUCKET,
            "region": REGION,
            "endpoint_url": server.endpoint,
            "credentials": "static",
            "access_key_id": ACCESS_KEY_ID,
            "secret_access_key": SECRET_ACCESS_KEY,
        }
        return library.spec(**{**values, **changes})

    return make


def test_create_writes_and_cleans_up(library, server, spec):
    outcome = library("create", **spec())
    assert outcome["destination"]["config"]["endpoint_url"] == server.endpoint
    assert server.keys() == []


def test_ensure_rotates_and_deletes(library, spec):
    made = library("ensure", **spec(prefix="rotated"))
    identifier = made["destination"]["id"]
    keys = {"access_key_id": ACCESS_KEY_ID, "secret_access_key": SECRET_ACCESS_KEY}
    assert library("patch", id=identifier, credentials="static", **keys)["destination"]["id"] == identifier
    refused = library("patch", id=identifier, credentials="static", **{**keys, "secret_access_key": "another"})
    assert refused.error["cause"] == "LSEXPORT_CAUSE_BAD_SECRET"
    assert "error" not in library("delete", id=identifier)


@pytest.mark.parametrize(
    ("change", "status", "cause"),
    [
        ({"access_key_id": "AKIANOBODYKNOWSIT000"}, "KEY_ID_NOT_FOUND", "NONE"),
        ({"secret_access_key": "mistyped-canary"}, "STORAGE", "BAD_SECRET"),
        ({"bucket_name": "no-such-bucket"}, "BUCKET_NOT_VALID", "NONE"),
        ({"bucket_name": "Not_A_Bucket"}, "INVALID_BUCKET_NAME", "NONE"),
    ],
)
def test_refusal(library, server, spec, change, status, cause):
    failed = library("create", **spec(**change))
    assert failed.error["status"] == f"LSEXPORT_ERR_{status}", failed.error["message"]
    assert failed.error["cause"] == f"LSEXPORT_CAUSE_{cause}", failed.error["message"]
    assert "mistyped-canary" not in failed.text
    assert server.keys() == []


def test_a_wrong_region_that_the_storage_stack_heals_succeeds(library, server, spec):
    assert "error" not in library("create", **spec(region="us-west-2"))


def test_a_prefix_that_only_some_servers_take(library, server, spec):
    outcome = library("create", **spec(prefix="a//b"))
    if server.name == "versitygw":
        assert "error" not in outcome
    else:
        assert outcome.error["cause"] == "LSEXPORT_CAUSE_OBJECT_KEY"


def test_a_checksum_is_taken(library, server, spec):
    assert "error" not in library("create", **spec(checksum_algorithm="SHA256"))
