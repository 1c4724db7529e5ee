# SPDX-License-Identifier: MIT
"""Each permission, there and not there, on real servers: the verdict, and what then lies in the bucket."""

import uuid

import pytest
from real_buckets import ABORT, ACTIONS, DELETE, GET, PUT, allow, deny

# The permission that is left out: the finding that says so.
LEFT_OUT = {GET: "get_denied", ABORT: "abort_denied", DELETE: "delete_denied"}


@pytest.fixture
def prefix() -> str:
    """One of this test's own: the buckets are shared."""
    return f"traces-{uuid.uuid4().hex[:8]}"


@pytest.fixture
def check(library, bucket, prefix):
    def run(*policy, prefix=prefix):
        return library.report("check", **library.bucket_spec(bucket, bucket.user(list(policy)), prefix=prefix))

    return run


def verdicts(granted) -> dict[str, str]:
    return {action: "granted" if action in granted else "denied" for action in ACTIONS}


def assert_leaves(bucket, report, prefix, keys) -> None:
    assert sorted(bucket.keys(prefix)) == sorted(keys)
    assert sorted(report["left"]) == sorted(keys)
    assert bucket.uploads() == []
    assert "upload_left" not in report.codes


def check_objects(report, prefix) -> list[str]:
    """The two that it writes, with the name that they have in common."""
    [name] = {key.rpartition("/")[2] for key in report["left"]}
    assert name.startswith("lsexport-check-")
    assert report["check_keys"] == [f"{prefix}/tmp/lsexport-check-<uuid>.txt", f"{prefix}/lsexport-check-<uuid>.txt"]
    return [f"{prefix}/tmp/{name}", f"{prefix}/{name}"]


def test_all_granted_leaves_nothing(bucket, check, prefix):
    report = check(allow(*ACTIONS))
    assert report.verdicts == verdicts(ACTIONS)
    assert report.outcomes("failed") == []
    assert report["summary"] == 'From this machine the bucket "real-bucket" takes all that LangSmith writes.'
    assert not set(LEFT_OUT.values()) & set(report.codes)
    assert_leaves(bucket, report, prefix, [])


@pytest.mark.parametrize("missing", LEFT_OUT)
def test_all_but_one_that_is_not_required(bucket, check, prefix, missing):
    granted = set(ACTIONS) - {missing}
    report = check(allow(*granted))
    assert report.verdicts == verdicts(granted)
    assert "takes all that LangSmith writes" in report["summary"]
    assert set(LEFT_OUT.values()) & set(report.codes) == {LEFT_OUT[missing]}
    assert missing in report.finding(LEFT_OUT[missing])["remedy"]
    assert_leaves(bucket, report, prefix, check_objects(report, prefix) if missing == DELETE else [])


def test_all_but_put(bucket, check, prefix):
    report = check(allow(GET, ABORT, DELETE))
    assert report.verdicts == {**dict.fromkeys(ACTIONS, "unknown"), PUT: "denied"}
    finding = report.finding("put_failed")
    assert "AccessDenied, HTTP 403" in finding["reason"]
    assert PUT in finding["remedy"]
    assert "access denied" in report["summary"]
    assert_leaves(bucket, report, prefix, [])


def test_nothing_granted(bucket, check, prefix):
    report = check()
    assert report.verdicts == {**dict.fromkeys(ACTIONS, "unknown"), PUT: "denied"}
    assert report.step("put_object")["storage_code"] == "AccessDenied"
    assert report.outcomes("failed") == ["put_object", "put_object_below_prefix", "create_multipart_upload"]
    assert_leaves(bucket, report, prefix, [])


def test_put_alone_leaves_the_two_objects_that_it_names(bucket, check, prefix):
    report = check(allow(PUT))
    assert report.verdicts == verdicts([PUT])
    assert "takes all that LangSmith writes" in report["summary"]
    assert report.step("complete_multipart_upload")["outcome"] == "passed"
    assert_leaves(bucket, report, prefix, check_objects(report, prefix))


def test_put_below_the_prefix_but_not_below_tmp(bucket, check, prefix):
    report = check(allow(*ACTIONS), deny(PUT, keys=f"{prefix}/tmp/*"))
    assert report.verdicts[PUT] == "denied"
    assert 'not below its "tmp/"' in report.finding("put_only_below_prefix")["reason"]
    assert report.outcomes("failed") == ["put_object"]
    assert_leaves(bucket, report, prefix, [])


def test_put_below_tmp_but_not_below_the_prefix(bucket, check, prefix):
    report = check(allow(*ACTIONS, keys=f"{prefix}/tmp/*"))
    assert report.verdicts[PUT] == "denied"
    assert "where exports go" in report.finding("put_below_prefix_failed")["reason"]
    assert report.outcomes("failed") == ["put_object_below_prefix", "create_multipart_upload"]
    assert_leaves(bucket, report, prefix, [])


def test_a_prefix_of_odd_characters(bucket, check, prefix):
    odd = f"{prefix} ü/100%25+&#'()!*?[x]$@:;=,~.\"e\u0301"
    report = check(allow(PUT), prefix=odd)
    assert report.verdicts == verdicts([PUT])
    assert_leaves(bucket, report, prefix, check_objects(report, odd))
    report = check(allow(*ACTIONS), prefix=f"{odd}2")
    assert report.outcomes("failed") == []
    assert report["left"] == []
    assert len(bucket.keys(prefix)) == 2
