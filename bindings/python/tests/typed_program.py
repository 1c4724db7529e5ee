# SPDX-License-Identifier: MIT
"""A program of a user's, for mypy --strict: it says which wrong uses are found."""

from datetime import datetime

import lsexport

keys = lsexport.Credentials.server()
spec: lsexport.DestinationSpec = {"display_name": "nightly", "bucket_name": "my-bucket", "credentials": keys}


def good(client: lsexport.Client) -> str | None:
    created: datetime | None = client.create_destination(**spec, timeout=10).created_at
    names: list[str] = [one.display_name for one in client.list_destinations()]
    try:
        client.delete_destination(names[0], cancel=lsexport.Cancel())
    except lsexport.AccessDeniedError as error:
        return error.facts.get("action") if error.cause is lsexport.Cause.POLICY else error.remedy
    return str(created)


def good_reports(client: lsexport.Client) -> str:
    report: lsexport.Report = lsexport.explain_destination(**spec)
    worst = [one.remedy for one in report.findings if one.severity is lsexport.Severity.ERROR]
    tried = client.check_destination(**spec, timeout=60, cancel=lsexport.Cancel())
    denied: list[str] = [one.name for one in tried.permissions if one.verdict is lsexport.Verdict.DENIED]
    diagnosed = client.diagnose_destination(**spec)
    if diagnosed.error is not None:
        return diagnosed.error.remedy
    return " ".join([*worst, *denied, *tried.left, str(diagnosed.destination and diagnosed.destination.id)])


async def good_reports_async(client: lsexport.AsyncClient) -> bool:
    explained: str = client.explain_destination(**spec).url
    checked = await client.check_destination(**spec, timeout=60)
    return explained == checked.url and checked.steps[0].outcome is lsexport.Outcome.PASSED


async def good_async(client: lsexport.AsyncClient) -> lsexport.Destination:
    async with client:
        return await client.ensure_destination(
            display_name="nightly", bucket_name="my-bucket", credentials=keys, addressing_style="path", timeout=10
        )


def wrong(client: lsexport.Client) -> None:
    client.create_destination(display_name="nightly", bucket_name="my-bucket")  # type: ignore[call-arg]
    lsexport.DestinationSpec(**spec, addressing_style="orbital")  # type: ignore[typeddict-item]
    client.create_destination(**spec, no_member=1)  # type: ignore[call-arg]
    client.get_destination(1)  # type: ignore[arg-type]
    print(client.list_destinations().id)  # type: ignore[attr-defined]
    print(client.diagnose_destination(**spec).destination.id)  # type: ignore[union-attr]
    client.explain_destination(**spec, timeout=1)  # type: ignore[call-arg]
    lsexport.explain_destination(**spec).summary = ""  # type: ignore[misc]
    lsexport.Credentials.static("AKIA")  # type: ignore[call-arg]
