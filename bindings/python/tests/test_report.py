# SPDX-License-Identifier: MIT
"""Explain, check and diagnose: what they tell, and what LangSmith and the bucket saw of it."""

import asyncio
import dataclasses
import json
import pickle
import re
import threading
from typing import Any

import lsexport
import pytest
from conftest import credentials_of
from lsexport import Need, Outcome, Severity, Verdict
from lsexport._ffi import lib

UUID = r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
PERMISSIONS = ["s3:PutObject", "s3:GetObject", "s3:AbortMultipartUpload", "s3:DeleteObject"]


@pytest.fixture
def spec(spec: dict[str, Any], langsmith: Any) -> dict[str, Any]:
    """A destination that this machine can reach, too."""
    return {**spec, "endpoint_url": langsmith.env["EMULATOR_S3_ENDPOINT"]}


def of_user(spec: dict[str, Any], langsmith: Any, user: str) -> dict[str, Any]:
    return {**spec, "credentials": credentials_of(langsmith, user)}


def methods(langsmith: Any) -> list[str]:
    return [request["method"] for request in langsmith.requests()]


def keys(langsmith: Any) -> set[str]:
    return {found["key"] for found in langsmith.objects()}


def verdicts(report: lsexport.Report) -> list[Verdict]:
    assert [permission.name for permission in report.permissions] == PERMISSIONS
    return [permission.verdict for permission in report.permissions]


def codes(report: lsexport.Report) -> set[str]:
    return {finding.code for finding in report.findings}


def fits(key: str, told: str) -> bool:
    return re.fullmatch(re.escape(told).replace("<uuid>", UUID), key) is not None


# ---- explain


def test_explain_sends_nothing_and_foretells_where_langsmith_writes(call, spec, langsmith):
    report = call("explain_destination", **spec)
    assert (langsmith.requests(), langsmith.objects()) == ([], [])
    call("create_destination", **of_user(spec, langsmith, "put_only"))
    (written,) = langsmith.objects()
    assert fits(written["key"], report.object_key)
    assert written["bucket"] == report.bucket
    assert report.url == f"{spec['endpoint_url']}/{report.bucket}/{report.object_key}"
    assert (report.host, report.addressing_style) == (spec["endpoint_url"].removeprefix("http://"), "path")
    assert report.signing_region == spec["region"]
    assert report.check_keys == ("traces/tmp/lsexport-check-<uuid>.txt", "traces/lsexport-check-<uuid>.txt")
    assert (report.permissions, report.steps, report.left) == ((), (), ())
    assert (report.error, report.destination) == (None, None)


def test_explain_shows_what_create_refuses(client, spec, langsmith):
    wrong = {**spec, "display_name": "no/slash", "bucket_name": "ab", "region": None}
    with pytest.raises(lsexport.ValidationError) as refused:
        client.create_destination(**wrong)
    report = client.explain_destination(**wrong)
    errors = [finding for finding in report.findings if finding.severity is Severity.ERROR]
    assert {finding.field for finding in errors} == {field.path for field in refused.value.fields}
    assert report.findings[: len(errors)] == tuple(errors)  # the worst first
    assert langsmith.requests() == []


def test_explain_with_a_client_knows_where_langsmith_runs(spec):
    spec["endpoint_url"] = "https://10.0.0.1"
    with lsexport.Client(api_key="lsv2_pt_canary", api_root="eu") as client:
        reports = client.explain_destination(**spec), lsexport.explain_destination(**spec)
    severities = [[one.severity for one in report.findings if one.code == "private_address"] for report in reports]
    assert severities == [[Severity.ERROR], [Severity.NOTE]]


def test_explain_of_next_to_nothing_is_a_report():
    report = lsexport.explain_destination()  # type: ignore[call-arg]
    assert {"display_name", "config.bucket_name", "credentials"} <= {finding.field for finding in report.findings}
    assert (report.url, report.bucket, report.addressing_style, report.check_keys) == ("", "", None, ())


def test_explain_raises_what_a_keyword_is_refused_for(spec):
    with pytest.raises(TypeError, match="no_member"):
        lsexport.explain_destination(**spec, no_member=1)
    with pytest.raises(lsexport.InvalidArgumentError):
        lsexport.explain_destination(**spec, allow=["everything"])


# ---- check


def test_check_of_a_bucket_that_takes_all_leaves_nothing(call, spec, langsmith):
    report = call("check_destination", **spec)
    assert verdicts(report) == [Verdict.GRANTED] * 4
    needs = [permission.need for permission in report.permissions]
    assert needs == [Need.REQUIRED, Need.RECOMMENDED, Need.RECOMMENDED, Need.OPTIONAL]
    assert {step.outcome for step in report.steps} == {Outcome.PASSED, Outcome.SKIPPED}
    assert max(step.duration for step in report.steps).total_seconds() > 0
    assert (report.left, langsmith.objects(), langsmith.requests()) == ((), [], [])


def test_check_names_what_it_had_to_leave(call, spec, langsmith):
    report = call("check_destination", **of_user(spec, langsmith, "put_only"))
    assert verdicts(report) == [Verdict.GRANTED, Verdict.DENIED, Verdict.DENIED, Verdict.DENIED]
    assert {"get_denied", "abort_denied", "delete_denied"} <= codes(report)
    assert len(report.left) == 2
    assert set(report.left) == keys(langsmith)
    assert all(fits(left, told) for left, told in zip(report.left, report.check_keys, strict=True))
    (delete,) = [step for step in report.steps if step.name == "delete_object"]
    assert (delete.outcome, delete.http_status, delete.storage_code) == (Outcome.FAILED, 403, "AccessDenied")


def test_check_of_a_bucket_that_refuses_is_no_failure(call, spec, langsmith):
    report = call("check_destination", **of_user(spec, langsmith, "denied"))
    assert verdicts(report) == [Verdict.DENIED, Verdict.UNKNOWN, Verdict.UNKNOWN, Verdict.UNKNOWN]
    worst = report.findings[0]
    assert (worst.severity, worst.code) == (Severity.ERROR, "put_failed")
    assert "AccessDenied" in report.summary
    assert "s3:PutObject" in worst.remedy
    assert (report.left, langsmith.objects()) == ((), [])


@pytest.mark.parametrize("name", ["check_destination", "diagnose_destination"])
def test_what_create_refuses_is_not_tried(call, spec, langsmith, name):
    with pytest.raises(lsexport.ValidationError) as refused:
        call(name, **{**spec, "bucket_name": "ab"})
    assert [field.path for field in refused.value.fields] == ["config.bucket_name"]
    assert (langsmith.requests(), langsmith.objects()) == ([], [])


def test_credentials_of_langsmiths_own_cannot_be_checked(call, spec, langsmith):
    role = lsexport.Credentials.role(langsmith.env["EMULATOR_ROLE_ARN"])
    with pytest.raises(lsexport.ValidationError):
        call("check_destination", **{**spec, "credentials": role})
    assert langsmith.objects() == []


def test_a_check_whose_time_is_over_tells_what_it_knows(call, spec, serve):
    server = serve({"silence": True})
    report = call("check_destination", **{**spec, "endpoint_url": server.url}, timeout=0.3)
    assert "out_of_time" in codes(report)
    assert verdicts(report) == [Verdict.UNKNOWN] * 4
    server.wait_for_requests(len(report.left))
    written = {request.path for request in server.requests if request.method == "PUT"}
    assert {f"/{report.bucket}/{key}" for key in report.left} == written  # they may have been


def assert_names_what_may_be_left(error: BaseException | None, server: Any) -> None:
    assert isinstance(error, lsexport.CancelledError)
    (request,) = server.requests
    assert (request.method, request.path.split("/", 2)[2]) == ("PUT", error.facts["left_object"])


def test_cancel_ends_a_check_that_then_names_what_may_be_left(client, spec, serve):
    server = serve({"silence": True})
    cancel = lsexport.Cancel()

    def cancel_when_begun() -> None:
        server.wait_for_requests(1)
        cancel.trigger()

    thread = threading.Thread(target=cancel_when_begun)
    thread.start()
    with pytest.raises(lsexport.CancelledError) as cancelled:
        client.check_destination(**{**spec, "endpoint_url": server.url}, cancel=cancel)
    thread.join()
    assert_names_what_may_be_left(cancelled.value, server)


def test_a_cancelled_task_names_what_may_be_left(spec, serve):
    server = serve({"silence": True})

    async def main() -> None:
        async with lsexport.AsyncClient(api_key="lsv2_pt_canary", api_root=server.url) as client:
            task = asyncio.ensure_future(client.check_destination(**{**spec, "endpoint_url": server.url}))
            await asyncio.get_running_loop().run_in_executor(None, server.wait_for_requests, 1)
            task.cancel()
            with pytest.raises(asyncio.CancelledError) as cancelled:
                await task
            assert_names_what_may_be_left(cancelled.value.__cause__, server)

    asyncio.run(main())


# ---- diagnose


def test_diagnose_creates_what_works(call, spec, langsmith):
    report = call("diagnose_destination", **spec)
    assert methods(langsmith) == ["POST"]
    assert report.destination is not None
    assert report.error is None
    assert call("get_destination", report.destination.id).json == report.destination.json
    assert verdicts(report) == [Verdict.GRANTED] * 4
    assert langsmith.objects() == []


def test_diagnose_hands_out_what_langsmith_answered(call, spec, langsmith):
    report = call("diagnose_destination", **of_user(spec, langsmith, "denied"))
    assert methods(langsmith) == ["POST"]
    assert report.destination is None
    assert isinstance(report.error, lsexport.AccessDeniedError)
    assert (report.error.http_status, report.error.applied) == (400, lsexport.Applied.NO)
    assert "denied_in_both" in codes(report)
    assert call("list_destinations") == []


def test_diagnose_compares_langsmith_with_this_machine(call, spec, langsmith):
    langsmith.arm_fault("validation_text", text="Access Denied")
    report = call("diagnose_destination", **spec)
    assert methods(langsmith) == ["POST"]
    assert (report.findings[0].severity, report.findings[0].code) == (Severity.ERROR, "denied_there_alone")
    assert verdicts(report) == [Verdict.GRANTED] * 4


def test_a_diagnosis_whose_answer_is_lost_says_so(call, spec, langsmith):
    langsmith.arm_fault("close", at="end", method="POST")
    report = call("diagnose_destination", **spec)
    assert isinstance(report.error, lsexport.ConnectionLostError)
    assert report.error.applied is lsexport.Applied.UNKNOWN
    assert methods(langsmith) == ["POST"]


def test_diagnose_is_in_a_workspace(call, spec, langsmith):
    other = langsmith.env["EMULATOR_SECOND_WORKSPACE_ID"]
    report = call("diagnose_destination", **spec, workspace_id=other)
    assert isinstance(report.error, lsexport.ForbiddenError)
    assert dict(langsmith.requests()[-1]["headers"])["x-tenant-id"] == other


# ---- the report


def test_a_report_is_whole_and_fixed(client, spec, langsmith):
    report = client.diagnose_destination(**of_user(spec, langsmith, "put_only"))
    told = json.loads(report.json)
    assert [finding["code"] for finding in told["findings"]] == [finding.code for finding in report.findings]
    assert told["destination_id"] == report.destination.id
    assert str(report) == report.text
    assert report.text.split("\n\n")[0].replace("\n", " ") == report.summary
    for permission in report.permissions:
        assert permission.name in report.text
    copied = pickle.loads(pickle.dumps(report))
    assert copied == report
    assert {copied, report} == {report}
    with pytest.raises(dataclasses.FrozenInstanceError):
        report.summary = "all is well"
    assert report.json not in repr(report)


def test_a_report_with_an_error_survives_pickle(client, spec, langsmith):
    report = client.diagnose_destination(**of_user(spec, langsmith, "denied"))
    copied = pickle.loads(pickle.dumps(report))
    assert copied == report
    assert type(copied.error) is lsexport.AccessDeniedError


@pytest.mark.parametrize("kind", [Severity, Need, Verdict, Outcome])
def test_numbers_are_those_of_the_library(kind):
    prefix = f"LSEXPORT_{kind.__name__.upper()}_"
    of_library = {name.removeprefix(prefix): getattr(lib, name) for name in dir(lib) if name.startswith(prefix)}
    assert {one.name: one.value for one in kind} == of_library != {}
