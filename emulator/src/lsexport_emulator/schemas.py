"""The API's data, declared once: validation, storage and the OpenAPI document all come from here.

Names are the API's own. No model forbids unknown members: the API ignores them.
"""

from datetime import datetime
from enum import Enum
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AfterValidator, BaseModel, Field, PlainSerializer, WithJsonSchema
from pydantic.json_schema import SkipJsonSchema
from pydantic_core import PydanticCustomError, from_json, to_json

DISPLAY_NAME_PATTERN = r"^[a-zA-Z0-9\-_ ']+$"

# pydantic writes UTC as "Z"; the API writes "+00:00", and no fraction for a whole second.
# That is what isoformat() does.
Timestamp = Annotated[
    datetime,
    PlainSerializer(lambda value: value.isoformat(), return_type=str),
    WithJsonSchema({"type": "string", "format": "date-time"}),
]

DisplayName = Annotated[str, Field(min_length=1, pattern=DISPLAY_NAME_PATTERN)]


def _storable(kwargs: dict[str, Any]) -> dict[str, Any]:
    """What JSON text can name and no answer can hold: half a character, or brackets without end."""
    try:
        from_json(to_json(kwargs))
    except (ValueError, RecursionError):
        raise PydanticCustomError("not_storable", "Input should be what JSON can hold") from None
    return kwargs


class BulkExportDestinationType(str, Enum):
    s3 = "s3"


class BotocoreS3Config(BaseModel):
    """The members of botocore's `Config(s3=...)` that a destination may set."""

    addressing_style: Literal["auto", "virtual", "path"] | None = None
    use_accelerate_endpoint: bool | None = None
    payload_signing_enabled: bool | None = None
    us_east_1_regional_endpoint: Literal["regional", "legacy"] | None = None


class BulkExportDestinationS3Config(BaseModel):
    endpoint_url: Annotated[str, Field(max_length=2048)] | None = None
    prefix: str = Field("", max_length=2048)
    bucket_name: Annotated[str, Field(min_length=3, max_length=63)] | None = None
    region: Annotated[str, Field(min_length=1)] | None = None
    s3_additional_kwargs: Annotated[dict[str, Any], AfterValidator(_storable)] | None = Field(
        None, description="Extra arguments of the S3 calls, as s3fs takes them."
    )
    config_kwargs_s3: BotocoreS3Config | None = None
    include_bucket_in_prefix: bool = Field(
        True, description="False when `endpoint_url` already holds the bucket's name."
    )
    aws_role_arn: str | None = Field(None, description="The role to assume instead of static credentials.")


class BulkExportDestinationS3Credentials(BaseModel):
    access_key_id: str = Field(min_length=1, max_length=255)
    secret_access_key: str = Field(min_length=1, max_length=2048)
    session_token: Annotated[str, Field(max_length=2048)] | None = None


class BulkExportDestinationCreate(BaseModel):
    destination_type: BulkExportDestinationType = BulkExportDestinationType.s3
    display_name: DisplayName
    config: BulkExportDestinationS3Config
    credentials: BulkExportDestinationS3Credentials | None = None
    # LangSmith's documentation puts the role here, its schema puts it in `config`. Both are taken;
    # only the second is in the OpenAPI document, as in the published one.
    aws_role_arn: SkipJsonSchema[Annotated[str, Field(min_length=1)] | None] = None


class BulkExportDestinationUpdate(BaseModel):
    credentials: BulkExportDestinationS3Credentials | None = None
    aws_role_arn: Annotated[str, Field(min_length=1)] | None = Field(
        None, description="The role to assume instead of static credentials."
    )


class BulkExportDestination(BaseModel):
    destination_type: BulkExportDestinationType = BulkExportDestinationType.s3
    display_name: DisplayName
    config: BulkExportDestinationS3Config
    id: UUID
    tenant_id: UUID
    created_at: Timestamp
    updated_at: Timestamp
    credentials_keys: list[str]
