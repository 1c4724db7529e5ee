"""What is in the embedded S3's buckets, asked through S3 itself."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel

from lsexport_emulator.embedded_s3 import EmbeddedS3Facts
from lsexport_emulator.s3session import new_session


class StoredObject(BaseModel):
    bucket: str
    key: str
    size: int
    last_modified: datetime


async def list_objects(s3: EmbeddedS3Facts) -> list[StoredObject]:
    async with _client(s3) as client:
        return [
            StoredObject(
                bucket=bucket, key=entry["Key"], size=entry["Size"], last_modified=entry["LastModified"]
            )
            for bucket in await _buckets(client)
            async for page in client.get_paginator("list_objects_v2").paginate(Bucket=bucket)
            for entry in page.get("Contents", [])
        ]


async def delete_objects(s3: EmbeddedS3Facts) -> None:
    """Every version of every object, held by a lock or not: a reset leaves nothing."""
    async with _client(s3) as client:
        for bucket in await _buckets(client):
            async for page in client.get_paginator("list_object_versions").paginate(Bucket=bucket):
                for entry in [*page.get("Versions", []), *page.get("DeleteMarkers", [])]:
                    await client.delete_object(
                        Bucket=bucket,
                        Key=entry["Key"],
                        VersionId=entry["VersionId"],
                        BypassGovernanceRetention=True,
                    )


def _client(s3: EmbeddedS3Facts) -> Any:
    service = s3.users["service"]
    return new_session().create_client(
        "s3",
        endpoint_url=s3.endpoint_url,
        region_name=s3.region,
        aws_access_key_id=service.access_key_id,
        aws_secret_access_key=service.secret_access_key,
    )


async def _buckets(client: Any) -> list[str]:
    return [bucket["Name"] for bucket in (await client.list_buckets())["Buckets"]]
