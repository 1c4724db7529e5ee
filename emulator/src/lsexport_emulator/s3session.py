"""botocore sessions that share what they have read.

A session reads some megabytes of service descriptions before its first call. One loader for all
makes the second test write ten times cheaper; it holds no credentials and no settings.
"""

from functools import cache
from typing import Any


@cache
def _loader() -> Any:
    from botocore.loaders import create_loader

    return create_loader()


def new_session() -> Any:
    from aiobotocore.session import AioSession

    session = AioSession()
    session.register_component("data_loader", _loader())
    return session


@cache
def s3_regions() -> frozenset[str]:
    """The regions that botocore knows S3 to be in."""
    from botocore.session import Session

    session = Session()
    session.register_component("data_loader", _loader())
    return frozenset(
        region
        for partition in session.get_available_partitions()
        for region in session.get_available_regions("s3", partition)
    )
