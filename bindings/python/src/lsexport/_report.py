# SPDX-License-Identifier: MIT
"""What explain, check and diagnose tell."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from ._constants import Need, Outcome, Severity, Verdict
from ._destination import ADDRESSING, Destination
from ._destination import read as read_destination
from ._errors import Error, from_handle
from ._ffi import lib
from ._text import required


@dataclass(frozen=True)
class Finding:
    """Something that stands in the way, or is worth knowing. The field and the reason make a sentence."""

    severity: Severity
    code: str
    """A word that stays the same, as "bucket_twice"; docs/explain.md and docs/check.md list them."""
    field: str
    """The member of the spec, as "config.prefix"."""
    reason: str
    """What is the matter, and what happens if it stays."""
    remedy: str
    """What to set instead."""


@dataclass(frozen=True)
class Permission:
    """A permission on the bucket, as seen from this machine."""

    name: str
    """As "s3:PutObject"."""
    need: Need
    """Whether LangSmith needs it."""
    verdict: Verdict
    """Whether the credentials have it."""
    purpose: str
    """What depends on it."""


@dataclass(frozen=True)
class Step:
    """Something that was tried."""

    name: str
    """As "put_object"."""
    outcome: Outcome
    reason: str
    """Why it failed or was skipped."""
    http_status: int | None
    """The storage's; None when there was none."""
    storage_code: str
    """The storage's own code, as "AccessDenied"; "" when there was none."""
    duration: timedelta


@dataclass(frozen=True)
class Report:
    """Where LangSmith writes, and what stands in the way. str() tells all of it to people; "" stands where there is
    nothing to say."""

    summary: str
    """The answer in one line."""
    url: str
    """Of the object that LangSmith writes to try a destination; "<uuid>" stands for its random name. "" when its
    storage client would send nothing."""
    host: str
    """The URL's, with the port when it is not the scheme's own."""
    bucket: str
    """The bucket that is written to, which may be another than the spec names."""
    object_key: str
    """The object's key within that bucket."""
    addressing_style: str | None
    """"virtual" or "path"; None when nothing would be sent."""
    signing_region: str
    """The region that requests are signed for."""
    check_keys: tuple[str, ...]
    """The objects that a check writes, and deletes again; known before it."""
    findings: tuple[Finding, ...]
    """The worst first."""
    permissions: tuple[Permission, ...]
    """None of them from explain_destination."""
    steps: tuple[Step, ...]
    """What was tried, in the order in which it began."""
    left: tuple[str, ...]
    """The keys of objects that had to be left in the bucket."""
    error: Error | None = field(compare=False)
    """What LangSmith answered diagnose_destination when it refused. It is not raised."""
    destination: Destination | None
    """What diagnose_destination created."""
    text: str = field(repr=False)
    """For people: lines of up to 100 columns, but for URLs and keys."""
    json: str = field(repr=False)
    """All of it as one JSON object; docs/explain.md and docs/check.md list its members."""

    def __str__(self) -> str:
        return self.text


def read(handle: Any) -> Report:
    """Copies everything out; the handle stays C's."""
    error, destination = lib.lsexport_report_error(handle), lib.lsexport_report_destination(handle)
    return Report(
        summary=required(lib.lsexport_report_summary(handle)),
        url=required(lib.lsexport_report_url(handle)),
        host=required(lib.lsexport_report_host(handle)),
        bucket=required(lib.lsexport_report_bucket(handle)),
        object_key=required(lib.lsexport_report_object_key(handle)),
        addressing_style=ADDRESSING[lib.lsexport_report_addressing_style(handle)],
        signing_region=required(lib.lsexport_report_signing_region(handle)),
        check_keys=_texts(handle, lib.lsexport_report_check_key_count, lib.lsexport_report_check_key),
        findings=tuple(_finding(handle, index) for index in range(lib.lsexport_report_finding_count(handle))),
        permissions=tuple(_permission(handle, index) for index in range(lib.lsexport_report_permission_count(handle))),
        steps=tuple(_step(handle, index) for index in range(lib.lsexport_report_step_count(handle))),
        left=_texts(handle, lib.lsexport_report_left_count, lib.lsexport_report_left_key),
        error=from_handle(error) if error else None,
        destination=read_destination(destination) if destination else None,
        text=required(lib.lsexport_report_text(handle)),
        json=required(lib.lsexport_report_json(handle)),
    )


def _texts(handle: Any, count: Callable[[Any], int], at: Callable[[Any, int], Any]) -> tuple[str, ...]:
    return tuple(required(at(handle, index)) for index in range(count(handle)))


def _finding(handle: Any, index: int) -> Finding:
    return Finding(
        severity=Severity(lib.lsexport_report_finding_severity(handle, index)),
        code=required(lib.lsexport_report_finding_code(handle, index)),
        field=required(lib.lsexport_report_finding_field(handle, index)),
        reason=required(lib.lsexport_report_finding_reason(handle, index)),
        remedy=required(lib.lsexport_report_finding_remedy(handle, index)),
    )


def _permission(handle: Any, index: int) -> Permission:
    return Permission(
        name=required(lib.lsexport_report_permission_name(handle, index)),
        need=Need(lib.lsexport_report_permission_need(handle, index)),
        verdict=Verdict(lib.lsexport_report_permission_verdict(handle, index)),
        purpose=required(lib.lsexport_report_permission_purpose(handle, index)),
    )


def _step(handle: Any, index: int) -> Step:
    return Step(
        name=required(lib.lsexport_report_step_name(handle, index)),
        outcome=Outcome(lib.lsexport_report_step_outcome(handle, index)),
        reason=required(lib.lsexport_report_step_reason(handle, index)),
        http_status=lib.lsexport_report_step_http_status(handle, index) or None,
        storage_code=required(lib.lsexport_report_step_storage_code(handle, index)),
        duration=timedelta(microseconds=lib.lsexport_report_step_duration_us(handle, index)),
    )
