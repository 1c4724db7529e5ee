# SPDX-License-Identifier: MIT
"""What a spec becomes on the wire, and what is refused before."""

import json
import typing
from typing import Any

import lsexport
import pytest
from conftest import DESTINATION_ID, reply
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lsexport import _spec
from server import Server

KEYS = {"access_key_id": "AKIACANARYCANARY0001", "secret_access_key": "canary-secret"}
OPTIONAL_TEXT = {
    "region": "region",
    "checksum_algorithm": "ChecksumAlgorithm",
    "storage_class": "StorageClass",
}

names = st.text("abcxyzABCXYZ0189-_ '", min_size=1, max_size=40).filter(lambda name: name.strip() == name)
buckets = st.from_regex(r"[a-z0-9][a-z0-9-]{1,40}[a-z0-9]", fullmatch=True)
prefixes = st.text(st.characters(exclude_categories=["Cs", "Cc", "Cf", "Co", "Cn", "Zl", "Zp"]), max_size=60)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text('abé"\\', max_size=10),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text("kq", min_size=1, max_size=4), inner, max_size=3)
    ),
    max_leaves=8,
)
specs = st.fixed_dictionaries(
    {"display_name": names, "bucket_name": buckets, "prefix": prefixes},
    optional={
        "region": st.from_regex(r"[a-z]{2}-[a-z]{4,8}-[1-9]", fullmatch=True),
        "addressing_style": st.sampled_from(["auto", "virtual", "path"]),
        "payload_signing_enabled": st.booleans(),
        "checksum_algorithm": st.sampled_from(["CRC32", "CRC32C", "SHA1", "SHA256", "CRC64NVME"]),
        "storage_class": st.sampled_from(["STANDARD_IA", "GLACIER_IR"]),
        "extra_config": st.dictionaries(st.sampled_from(["new_member", "newer_member"]), json_values, max_size=2),
        "endpoint_url": st.none(),
    },
)
EXAMPLES = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def wanted_config(spec: dict[str, Any]) -> dict[str, Any]:
    config = {"bucket_name": spec["bucket_name"], "prefix": spec["prefix"], "include_bucket_in_prefix": True}
    if "region" in spec:
        config["region"] = spec["region"]
    styles = {name: spec[name] for name in ("addressing_style", "payload_signing_enabled") if name in spec}
    kwargs = {OPTIONAL_TEXT[name]: spec[name] for name in ("checksum_algorithm", "storage_class") if name in spec}
    if styles:
        config["config_kwargs_s3"] = styles
    if kwargs:
        config["s3_additional_kwargs"] = kwargs
    return {**config, **spec.get("extra_config", {})}


@EXAMPLES
@given(spec=specs)
def test_a_good_spec_is_sent_as_it_is(spec):
    with Server([reply(418, {"detail": "enough"})]) as server:
        client = lsexport.Client(api_key="lsv2_pt_canary", api_root=server.url)
        with client, pytest.raises(lsexport.RejectedError):
            client.create_destination(**spec, credentials=lsexport.Credentials.static(**KEYS))
        assert [request.json() for request in server.requests] == [
            {
                "destination_type": "s3",
                "display_name": spec["display_name"],
                "config": wanted_config(spec),
                "credentials": KEYS,
            }
        ]


@EXAMPLES
@given(
    values=st.dictionaries(
        st.sampled_from([*_spec._SETTERS, "allow", "no_member"]),
        st.none() | st.booleans() | st.integers() | st.text(max_size=20) | st.binary(max_size=5) | json_values,
        max_size=6,
    )
)
def test_any_other_spec_is_an_error_of_a_known_kind_and_sends_nothing(client_of_nothing, values):
    values["credentials"] = None
    with pytest.raises((lsexport.ValidationError, lsexport.InvalidArgumentError, ValueError, TypeError)):
        client_of_nothing.create_destination(**values)


@pytest.fixture
def client_of_nothing(serve):
    server = serve({"close": True})
    with lsexport.Client(api_key="lsv2_pt_canary", api_root=server.url, max_attempts=1) as client:
        yield client
    assert server.requests == []


def test_every_field_that_fails_is_named_at_once(client_of_nothing):
    with pytest.raises(lsexport.ValidationError) as refused:
        client_of_nothing.create_destination(
            display_name="no/slash",
            bucket_name="ab",
            endpoint_url="ftp://x",
            credentials=lsexport.Credentials.static("", "canary"),
        )
    paths = {field.path for field in refused.value.fields}
    assert {"display_name", "config.bucket_name", "config.endpoint_url", "credentials.access_key_id"} <= paths


def test_a_check_can_be_overruled(serve):
    server = serve(reply(418, {"detail": "enough"}))
    spec: dict[str, Any] = {
        "display_name": "nightly",
        "bucket_name": "my-bucket",
        "region": "us-east-1",
        "prefix": "traces",
        "include_bucket_in_prefix": False,
    }
    with lsexport.Client(api_key="lsv2_pt_canary", api_root=server.url) as client:
        with pytest.raises(lsexport.ValidationError) as refused:
            client.create_destination(**spec, credentials=lsexport.Credentials.static(**KEYS))
        assert refused.value.cause is lsexport.Cause.CONFUSED_BUCKET
        with pytest.raises(lsexport.RejectedError):
            spec["allow"] = ["confused_bucket"]
            client.create_destination(**spec, credentials=lsexport.Credentials.static(**KEYS))
    assert len(server.requests) == 1


def test_the_typed_keywords_are_those_that_are_taken():
    assert set(typing.get_type_hints(lsexport.DestinationSpec)) == {*_spec._SETTERS, "allow"}


def test_the_same_spec_may_be_used_again(serve):
    server = serve(reply(418, {"detail": "enough"}))
    spec: lsexport.DestinationSpec = {
        "display_name": "nightly",
        "bucket_name": "my-bucket",
        "region": "us-east-1",
        "credentials": lsexport.Credentials.static(**KEYS),
    }
    with lsexport.Client(api_key="lsv2_pt_canary", api_root=server.url) as client:
        for _ in range(2):
            with pytest.raises(lsexport.RejectedError):
                client.create_destination(**spec)
    first, second = server.requests
    assert json.loads(first.body) == json.loads(second.body)


def test_ids_and_workspaces_are_refused_before_anything_is_sent(client_of_nothing):
    for call in (
        lambda: client_of_nothing.get_destination("nightly"),
        lambda: client_of_nothing.get_destination(f"{DESTINATION_ID}\0"),
        lambda: client_of_nothing.delete_destination("../exports"),
        lambda: client_of_nothing.list_destinations(workspace_id="mine"),
        lambda: client_of_nothing.patch_destination(DESTINATION_ID, credentials=lsexport.Credentials.server()),
    ):
        with pytest.raises(ValueError):
            call()
