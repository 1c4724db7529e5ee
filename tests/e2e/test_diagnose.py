# SPDX-License-Identifier: MIT
"""LangSmith's answer beside this machine's: what differs, what does not, and what came of it there."""

from dataclasses import replace

import pytest
from conftest import DESTINATIONS
from front import Front, Reply, Request, error
from real_buckets import ACTIONS, BUCKET, PUT, allow, deny

DENIED = error(403, "AccessDenied", "Access Denied")
SKEWED = error(
    403, "RequestTimeTooSkewed", "The difference between the request time and the current time is too large."
)
CHANGED = error(403, "SignatureDoesNotMatch", "The request signature we calculated does not match")


@pytest.fixture
def diagnose(library, langsmith, moto_bucket):
    """One POST, whatever comes of it; what was created is there, and nothing else."""
    langsmith.change_settings(clock="skip")  # waits of LangSmith's client take no time

    def run(bucket=moto_bucket, user=None, **changes):
        spec = library.bucket_spec(bucket, user or bucket.root, **changes)
        report = library.report("diagnose", **spec)
        [post] = langsmith.requests()
        assert (post["method"], post["path"]) == ("POST", DESTINATIONS)
        listed = library("list", env={"LANGSMITH_API_KEY": langsmith.api_key})["destinations"]
        assert listed == ([report.destination] if report.destination else [])
        assert ("error" in report) == (report.destination is None)
        assert report.get("destination_id") == (report.destination or {}).get("id")
        return report

    return run


@pytest.fixture
def front(moto_bucket):
    """Answers LangSmith, or this machine, in the bucket's place."""

    def make(*, there: Reply | None = None, here: Reply | None = None):
        def answer(request: Request) -> Reply | None:
            return there if request.is_langsmith else here

        return Front(moto_bucket.endpoint, answer)

    return make


def assert_diagnosis(report, code, severity, *words, text="") -> None:
    assert report["findings"][0]["code"] == code or severity == "note", report.codes
    finding = report.finding(code)
    assert (finding["field"], finding["severity"]) == ("LangSmith", severity)
    assert report["summary"] == f"LangSmith {finding['reason']}."
    assert report.text.startswith(report["summary"][:40])
    assert text in finding["reason"]
    for word in words:
        assert word in finding["remedy"], finding["remedy"]


# ---- it works there


def test_it_works_in_both(diagnose, moto_bucket):
    report = diagnose()
    assert report["summary"] == "LangSmith created the destination, and the bucket takes its writes from here too."
    assert report.destination["config"]["bucket_name"] == BUCKET
    assert set(report.verdicts.values()) == {"granted"}
    assert "from_here" not in report.codes
    assert moto_bucket.keys("traces/") == []


def test_it_works_there_alone(diagnose, front):
    with front(here=DENIED) as refusing:
        report = diagnose(endpoint_url=refusing.url())
    assert report.destination
    assert_diagnosis(report, "refused_here_alone", "note", "Nothing need be done", text="AccessDenied, HTTP 403")


def test_what_each_leaves_where_only_put_is_granted(diagnose, moto_bucket):
    report = diagnose(user=moto_bucket.user([allow(PUT)]), prefix="put-only")
    assert report.destination
    assert len(report["left"]) == 2
    [theirs] = set(moto_bucket.keys("put-only")) - set(report["left"])
    assert theirs.startswith("put-only/tmp/") and "lsexport" not in theirs
    assert "delete_denied" in report.codes
    moto_bucket.delete("put-only")


# ---- it works here alone


def test_a_policy_that_looks_at_who_asks(diagnose, minio_bucket):
    """MinIO's own: it denies LangSmith's client what it grants to others with the same credentials."""
    condition = {"StringLike": {"aws:UserAgent": "*otocore*"}}
    user = minio_bucket.user([allow(*ACTIONS), deny(PUT, Condition=condition)])
    report = diagnose(minio_bucket, user)
    assert_diagnosis(report, "denied_there_alone", "error", "aws:SourceIp", "aws:SourceVpce", text="Access Denied")
    assert report["error"]["status"] == "LSEXPORT_ERR_ACCESS_DENIED"
    assert report.verdicts[PUT] == "granted"
    assert minio_bucket.keys("traces/") == []


def test_an_endpoint_that_langsmith_cannot_reach(diagnose, langsmith):
    langsmith.arm_fault("validation_text", text='Could not connect to the endpoint URL: "https://storage.example.com/"')
    assert_diagnosis(diagnose(), "unreachable_there_alone", "error", "firewall")


def test_connections_that_are_closed_to_langsmith_alone(diagnose, moto_bucket):
    with Front(moto_bucket.endpoint, lambda request: Front.CLOSE if request.is_langsmith else None) as closing:
        report = diagnose(endpoint_url=closing.url())
    assert_diagnosis(report, "unreachable_there_alone", "error", "firewall", text="Connection was closed")


def test_an_authority_that_langsmith_does_not_trust(diagnose, moto_bucket, authority, certificate):
    with Front(moto_bucket.endpoint, certificate=certificate) as front:
        report = diagnose(endpoint_url=front.url(), **{"option.ca_file": authority.file})
        assert not any(request.is_langsmith for request in front.requests)
    assert_diagnosis(report, "tls_there_alone", "error", "whole chain", text="certificate verify failed")
    assert report.step("tls")["outcome"] == "passed"


def test_a_clock_that_is_wrong_there(diagnose, front):
    with front(there=SKEWED) as refusing:
        report = diagnose(endpoint_url=refusing.url())
    assert_diagnosis(report, "clock_there_alone", "error", "LangSmith runs on", text="the current time is too large")
    assert report.step("clock")["outcome"] == "passed"


def test_something_on_the_way_that_changes_requests(diagnose, front):
    with front(there=CHANGED) as refusing:
        report = diagnose(endpoint_url=refusing.url())
    assert_diagnosis(report, "changed_there_alone", "error", "proxies", text="signature we calculated does not match")


def test_checksums_that_the_storage_does_not_take(diagnose, langsmith, moto_bucket):
    """LangSmith's client sends them unasked; this library sends what is set."""
    langsmith.change_settings(request_checksum_calculation="when_supported")

    def refuse(request: Request) -> Reply | None:
        asked = any(name.startswith("x-amz-checksum-") for name in request.headers)
        return (
            error(501, "NotImplemented", "A header you provided implies functionality that is not implemented")
            if asked
            else None
        )

    with Front(moto_bucket.endpoint, refuse) as front:
        report = diagnose(endpoint_url=front.url())
    assert_diagnosis(report, "changed_there_alone", "error", "checksum_algorithm", text="checksums")


def test_a_storage_that_gives_langsmith_no_reason(diagnose, langsmith):
    langsmith.arm_fault("validation_text", text="None")
    report = diagnose()
    assert_diagnosis(report, "silent_there_alone", "error", "conditions", "checksum_algorithm", text="HTTP 400: None")
    assert report["error"]["cause"] == "LSEXPORT_CAUSE_NO_REASON"


# ---- it works in neither


def test_denied_in_both(diagnose, langsmith, moto_bucket):
    report = diagnose(user=langsmith.credentials("denied"))
    assert_diagnosis(
        report, "denied_in_both", "error", "s3:PutObject", text="so it is the policy: AccessDenied, HTTP 403"
    )
    assert report.verdicts[PUT] == "denied"
    assert moto_bucket.keys("traces/") == []


@pytest.mark.parametrize("text", ["None", "", "[Errno 22] None"])
def test_the_reason_that_langsmith_lost_is_found_here(diagnose, langsmith, text):
    langsmith.arm_fault("validation_text", text=text)
    report = diagnose(user=langsmith.credentials("denied"))
    assert report["error"]["cause"] == "LSEXPORT_CAUSE_NO_REASON"
    assert_diagnosis(report, "denied_in_both", "error", "s3:PutObject", text="AccessDenied, HTTP 403")


def test_a_storage_whose_texts_are_empty(diagnose, langsmith, moto_bucket):
    with Front(moto_bucket.endpoint, lambda _: error(400, "InvalidArgument")) as ceph:
        report = diagnose(endpoint_url=ceph.url())
    assert report["error"]["cause"] == "LSEXPORT_CAUSE_NO_REASON"
    assert_diagnosis(report, "same_in_both", "error", "storage class", text="InvalidArgument, HTTP 400")


@pytest.mark.parametrize(
    ("changes", "text", "remedy"),
    [
        ({"bucket_name": "no-such-bucket-here"}, "NoSuchBucket", "Check the bucket's name"),
        ({"secret_access_key": "mistyped/canary+0123456789"}, "SignatureDoesNotMatch", "secret_access_key"),
        ({"access_key_id": "AKIANOBODYKNOWSIT000"}, "InvalidAccessKeyId", "access_key_id"),
    ],
)
def test_the_same_in_both(diagnose, moto_bucket, changes, text, remedy):
    user = {**moto_bucket.root, **{name: value for name, value in changes.items() if name in moto_bucket.root}}
    others = {name: value for name, value in changes.items() if name not in moto_bucket.root}
    report = diagnose(user=user, **others)
    assert_diagnosis(report, "same_in_both", "error", remedy, text=text)


def test_refused_in_both_for_two_reasons(diagnose, front):
    with front(there=DENIED, here=replace(SKEWED)) as refusing:
        report = diagnose(endpoint_url=refusing.url())
    assert_diagnosis(report, "otherwise_there", "error", text="Access Denied")
    assert report.step("put_object")["storage_code"] == "RequestTimeTooSkewed"


# ---- LangSmith refuses before it comes to the bucket


def test_a_key_that_langsmith_does_not_know(diagnose, library):
    library.environment["LANGSMITH_API_KEY"] = "lsv2_pt_canary_unknown_key"
    report = diagnose()
    assert_diagnosis(report, "not_the_bucket", "error", "expired or revoked", text="401")
    assert "canary" not in report.text
    assert set(report.verdicts.values()) == {"granted"}


def test_a_plan_without_exports(diagnose, langsmith):
    langsmith.change_settings(plan_allows_bulk_export=False)
    report = diagnose()
    assert_diagnosis(report, "not_the_bucket", "error", text="403")


def test_values_that_langsmith_refuses(diagnose, langsmith):
    langsmith.arm_fault(
        "answer",
        status=422,
        body='{"detail":[{"type":"string_too_short","loc":["body","config","prefix"],"msg":"too short"}]}',
    )
    report = diagnose()
    assert_diagnosis(report, "not_the_bucket", "error", text="HTTP 422: values not valid; config.prefix: too short")
    assert report["error"]["fields"] == [{"path": "config.prefix", "message": "too short"}]


def test_an_answer_of_langsmith_that_is_lost(library, langsmith, moto_bucket):
    langsmith.arm_fault("close", at="end", method="POST")
    outcome = library("diagnose", **library.bucket_spec(moto_bucket, moto_bucket.root))
    report = outcome["report"]
    assert report["error"]["applied"] == "unknown"
    assert [request["method"] for request in langsmith.requests()] == ["POST"]
    assert len(library("list")["destinations"]) == 1
