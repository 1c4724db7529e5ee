"""What a server of an earlier day does not know yet.

The days are those on which a member or a method was first seen in the published schema or its
documentation. A server ignores members that it does not know, and does not show them.
"""

from dataclasses import dataclass
from datetime import date

from fastapi.exceptions import RequestValidationError

from lsexport_emulator.errors import ApiError
from lsexport_emulator.schemas import (
    BulkExportDestinationCreate,
    BulkExportDestinationS3Config,
    BulkExportDestinationS3Credentials,
    BulkExportDestinationUpdate,
)

CONFIG_MEMBERS = {
    "s3_additional_kwargs": date(2025, 8, 2),
    "include_bucket_in_prefix": date(2025, 12, 8),
    "config_kwargs_s3": date(2026, 4, 16),
    "aws_role_arn": date(2026, 5, 21),
}
SESSION_TOKEN = OPTIONAL_CREDENTIALS = date(2025, 6, 27)
ROLE_BESIDE_CONFIG = date(2026, 8, 24)
ROLE_IN_PATCH = date(2026, 8, 18)
METHODS = {"PATCH": date(2026, 3, 4), "DELETE": date(2026, 9, 21)}
# For these weeks the documentation called false the default for new destinations.
_BUCKET_LEFT_OUT_FROM, _BUCKET_LEFT_OUT_UNTIL = date(2025, 12, 8), date(2026, 2, 24)


@dataclass(frozen=True)
class Generation:
    day: date | None

    def knows(self, since: date) -> bool:
        return self.day is None or self.day >= since

    def unknown_config_members(self) -> set[str]:
        return {name for name, since in CONFIG_MEMBERS.items() if not self.knows(since)}

    def require_method(self, method: str) -> None:
        if not self.knows(METHODS[method]):
            others = ("GET", *(name for name, since in METHODS.items() if self.knows(since)))
            raise ApiError(405, {"detail": "Method Not Allowed"}, {"Allow": ", ".join(others)})

    def create(self, body: BulkExportDestinationCreate) -> BulkExportDestinationCreate:
        """The body as this server understands it."""
        if body.credentials is None and not self.knows(OPTIONAL_CREDENTIALS):
            raise _missing_credentials(body)
        changes = {
            "config": self._config(body.config),
            "credentials": self._credentials(body.credentials),
            "aws_role_arn": body.aws_role_arn if self.knows(ROLE_BESIDE_CONFIG) else None,
        }
        return body.model_copy(update=changes)

    def update(self, body: BulkExportDestinationUpdate) -> BulkExportDestinationUpdate:
        if self.knows(ROLE_IN_PATCH):
            return body
        if body.credentials is None:
            raise _missing_credentials(body)
        return body.model_copy(update={"aws_role_arn": None})

    def _config(self, config: BulkExportDestinationS3Config) -> BulkExportDestinationS3Config:
        fields = BulkExportDestinationS3Config.model_fields
        changes = {name: fields[name].default for name in self.unknown_config_members()}
        if (
            self.day
            and _BUCKET_LEFT_OUT_FROM <= self.day < _BUCKET_LEFT_OUT_UNTIL
            and "include_bucket_in_prefix" not in config.model_fields_set
        ):
            changes["include_bucket_in_prefix"] = False
        return config.model_copy(update=changes)

    def _credentials(
        self, credentials: BulkExportDestinationS3Credentials | None
    ) -> BulkExportDestinationS3Credentials | None:
        if credentials is None or self.knows(SESSION_TOKEN):
            return credentials
        return credentials.model_copy(update={"session_token": None})


def _missing_credentials(
    body: BulkExportDestinationCreate | BulkExportDestinationUpdate,
) -> RequestValidationError:
    sent = body.model_dump(mode="json", exclude_unset=True)
    error = {"type": "missing", "loc": ("body", "credentials"), "msg": "Field required", "input": sent}
    return RequestValidationError([error])
