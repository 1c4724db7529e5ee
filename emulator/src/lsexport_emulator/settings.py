"""How the double behaves where LangSmith's deployments differ, or where nobody knows.

Each knob can be turned at run time (`PATCH /_emulator/settings`); README.md lists the assumptions
behind the defaults.
"""

from datetime import date
from typing import Literal

from pydantic import BaseModel, ConfigDict

from lsexport_emulator.clock import ClockMode
from lsexport_emulator.testwrite import ChecksumMode, DeleteMode

Deployment = Literal["saas", "saas-aws", "self-hosted"]
RetryAfterForm = Literal["none", "seconds", "fraction", "milliseconds", "date", "past_date", "garbage"]


class _Knobs(BaseModel):
    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)


class RateLimit(_Knobs):
    requests: int
    """So many requests of one key are answered ..."""

    per_seconds: float
    """... in any window of this length; the next gets 429."""

    retry_after: RetryAfterForm = "seconds"
    """How the 429 says when to come back; `milliseconds` is the header `retry-after-ms`."""


class Settings(_Knobs):
    deployment: Deployment = "saas"
    """`saas` runs on Google's cloud and knows roles, `saas-aws` and `self-hosted` do not;
    `self-hosted` offers the credentials of its own environment, and answers HTML outside /api."""

    generation: date | None = None
    """A server of that day: what came later is unknown to it. Null is the newest."""

    plan_allows_bulk_export: bool = True
    """Whether the organisation's plan includes bulk export."""

    max_body_bytes: int = 25 * 1024 * 1024
    """A longer body gets 413, in HTML, from the proxy in front."""

    rate_limit: RateLimit | None = None
    """Null: no limit."""

    x_should_retry: dict[int, bool] = {}
    """Status codes whose answers carry `x-should-retry`."""

    clock: ClockMode = "real"
    """real, skip or manual: see `/_emulator/clock`."""

    aws_stand_in: Literal["default", "scripted"] = "default"
    """Who answers for AWS and Google: the embedded S3 (or what the command line named), or the scripted."""

    request_checksum_calculation: ChecksumMode = "when_required"
    """botocore's setting of that name. The default gives the one Object Lock text that was published."""

    test_object_delete: DeleteMode = "rm_file"
    """How the test object is deleted: s3fs's `rm_file` (DELETE), its `rm` (DeleteObjects), or not at all."""

    environment_user: str | None = "full"
    """Whose credentials a self-hosted server finds in its environment; null: none."""

    create_with_both: Literal["reject", "credentials", "role"] = "reject"
    """A POST with credentials and role: refused with 400, or which of the two is taken."""

    create_with_neither: Literal["attempt", "reject"] = "attempt"
    """A POST with neither where the environment has nothing: tried, or refused with 400."""

    patch_with_both: Literal["reject", "credentials", "role"] = "reject"
    """A PATCH with credentials and role: refused with 400, or which of the two is taken."""

    patch_with_neither: Literal["reject", "accept"] = "reject"
    """A PATCH with neither: refused with 400, or answered with the unchanged destination."""

    duplicate_display_names: Literal["allow", "reject"] = "allow"
    """A POST with a name that the workspace has already: another destination, or 400."""

    list_order: Literal["newest_first", "oldest_first"] = "newest_first"
    """The order of the list of destinations."""
