"""The write that decides whether a destination is accepted.

LangSmith writes a small object under `<prefix>/tmp/` and passes on what went wrong, word for word.
Its texts are those of s3fs and botocore, so s3fs and botocore write here too. Nothing in this file
judges credentials: the S3 server behind the endpoint does.
"""

import asyncio
import concurrent.futures
import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, TypeVar
from uuid import uuid4

from lsexport_emulator.clock import Clock
from lsexport_emulator.network import Network
from lsexport_emulator.s3session import new_session
from lsexport_emulator.schemas import BulkExportDestinationS3Config, BulkExportDestinationS3Credentials

TEST_OBJECT = b"test"
ChecksumMode = Literal["when_required", "when_supported"]
DeleteMode = Literal["rm_file", "rm", "none"]

_log = logging.getLogger(__name__)
_Result = TypeVar("_Result")


class TestWriteFailed(Exception):
    """The S3 client's exception as text, which may be empty."""

    __test__ = False  # not a test class, whatever its name begins with


@dataclass(frozen=True)
class RoleAssumer:
    """Who assumes a destination's role: LangSmith's service, as far as the stand-in for AWS knows."""

    sts_endpoint_url: str
    service: BulkExportDestinationS3Credentials


@dataclass(frozen=True)
class TestWriter:
    __test__ = False

    network: Network
    clock: Clock
    checksum_mode: ChecksumMode
    delete_mode: DeleteMode
    # What the server's own environment offers where a destination brings nothing.
    environment: BulkExportDestinationS3Credentials | None
    role_assumer: RoleAssumer | None

    async def check(
        self, config: BulkExportDestinationS3Config, credentials: BulkExportDestinationS3Credentials | None
    ) -> None:
        """Write the test object and try to delete it; TestWriteFailed if it cannot be written."""
        name = str(uuid4())
        path = _object_path(config, name)

        # A thread and a loop of its own for each write: s3fs may wait for minutes, and a caller that
        # gives up must not stop it (LangSmith's server goes on as well).
        def write() -> None:
            self.clock.run(name, lambda: self._write(path, config, credentials))

        await asyncio.wrap_future(_in_thread(write))

    async def _write(
        self,
        path: str,
        config: BulkExportDestinationS3Config,
        credentials: BulkExportDestinationS3Credentials | None,
    ) -> None:
        session = None
        try:
            file_system = self._file_system(config, await self._effective(config, credentials))
            session = await file_system.set_session()
            await file_system._pipe_file(path, TEST_OBJECT)
            await self._delete(file_system, path)
        except (TimeoutError, asyncio.TimeoutError) as error:
            # fsspec's synchronous calls put an exception of their own, without a text, in its place.
            # (The two names are one since Python 3.11.)
            raise TestWriteFailed("") from error
        except Exception as error:  # whatever it is, LangSmith answers with its text
            raise TestWriteFailed(str(error)) from error
        finally:
            if session is not None:
                await session.close()

    async def _effective(
        self,
        config: BulkExportDestinationS3Config,
        credentials: BulkExportDestinationS3Credentials | None,
    ) -> BulkExportDestinationS3Credentials | None:
        if credentials:
            return credentials
        if config.aws_role_arn and self.role_assumer:
            return await _assume(config.aws_role_arn, self.role_assumer)
        return self.environment

    def _file_system(
        self,
        config: BulkExportDestinationS3Config,
        credentials: BulkExportDestinationS3Credentials | None,
    ) -> Any:
        from s3fs import S3FileSystem  # late: it takes longer to import than all the rest

        options: dict[str, Any] = {"use_ssl": config.endpoint_url is not None}
        if credentials:
            options.update(
                key=credentials.access_key_id,
                secret=credentials.secret_access_key,
                token=credentials.session_token,
            )
        if config.region is not None:
            options["client_kwargs"] = {"region_name": config.region}
        return S3FileSystem(
            endpoint_url=self.network.endpoint_url(config.endpoint_url),
            s3_additional_kwargs=config.s3_additional_kwargs,
            config_kwargs={
                "request_checksum_calculation": self.checksum_mode,
                "response_checksum_validation": self.checksum_mode,
                "connector_args": self.network.connector_args(),
                "s3": self._s3_options(config),
            },
            session=new_session(),
            asynchronous=True,
            skip_instance_cache=True,
            **options,
        )

    def _s3_options(self, config: BulkExportDestinationS3Config) -> dict[str, Any]:
        options: dict[str, Any] = {}
        if config.config_kwargs_s3:
            options = config.config_kwargs_s3.model_dump(exclude_none=True)
        if config.endpoint_url is None and self.network.aws_by_path:
            options.setdefault("addressing_style", "path")
        return options

    async def _delete(self, file_system: Any, path: str) -> None:
        """Best effort: a user who may only write leaves the object behind."""
        try:
            if self.delete_mode == "rm_file":
                await file_system._rm_file(path)
            elif self.delete_mode == "rm":
                await file_system._rm(path)
        except Exception as error:
            _log.info("test object left behind at %s: %s", path, error)


def _object_path(config: BulkExportDestinationS3Config, name: str) -> str:
    """Joined plainly, nothing trimmed; s3fs takes the first segment for the bucket, whatever it is."""
    path = f"{config.prefix}/tmp/{name}.txt"
    return f"{config.bucket_name}/{path}" if config.include_bucket_in_prefix else path


async def _assume(role_arn: str, assumer: RoleAssumer) -> BulkExportDestinationS3Credentials:
    client = new_session().create_client(
        "sts",
        endpoint_url=assumer.sts_endpoint_url,
        region_name="us-east-1",
        aws_access_key_id=assumer.service.access_key_id,
        aws_secret_access_key=assumer.service.secret_access_key,
    )
    async with client as sts:
        answer = await sts.assume_role(RoleArn=role_arn, RoleSessionName="langsmith-bulk-export")
    temporary = answer["Credentials"]
    # Not validated: a session token of AWS may be longer than the API takes.
    return BulkExportDestinationS3Credentials.model_construct(
        access_key_id=temporary["AccessKeyId"],
        secret_access_key=temporary["SecretAccessKey"],
        session_token=temporary["SessionToken"],
    )


def _in_thread(work: Callable[[], _Result]) -> "concurrent.futures.Future[_Result]":
    future: concurrent.futures.Future[_Result] = concurrent.futures.Future()

    def run() -> None:
        try:
            future.set_result(work())
        except BaseException as error:
            future.set_exception(error)

    # A daemon: a write that waits for a silent server must not keep the process from ending.
    threading.Thread(target=run, name="test write", daemon=True).start()
    return future
