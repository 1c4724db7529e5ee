# SPDX-License-Identifier: MIT
"""The request that LangSmith's S3 client would send for a spec: s3fs's own, stopped before it leaves."""

import asyncio
import re
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import s3fs
from lsexport_emulator.s3session import new_session

NAME = "7c5e8a52-6c1b-4a3e-9d0e-0a1b2c3d4e5f"
PORTS = {"http": 80, "https": 443}


class Stopped(Exception):
    """Raised in the place of sending."""


@dataclass(frozen=True)
class Sent:
    method: str
    url: str  # its host in lower case, without the scheme's own port
    region: str  # of the signature


@dataclass(frozen=True)
class Refused:
    text: str


def plain(url: str) -> str:
    parts = urlsplit(url)
    port = f":{parts.port}" if parts.port and parts.port != PORTS[parts.scheme] else ""
    name = parts.netloc.lower().rpartition(":")[0] if parts.port else parts.netloc.lower()
    return f"{parts.scheme}://{name}{port}" + url[len(parts.scheme) + 3 + len(parts.netloc) :]


def path_of(spec: dict[str, Any]) -> str:
    """Joined plainly, as LangSmith does."""
    path = f"{spec.get('prefix', '')}/tmp/{NAME}.txt"
    return f"{spec['bucket_name']}/{path}" if spec.get("include_bucket_in_prefix", 1) else path


def s3_options(spec: dict[str, Any]) -> dict[str, Any]:
    options: dict[str, Any] = {}
    if style := spec.get("addressing_style"):
        options["addressing_style"] = ["", "auto", "virtual", "path"][style]
    if "use_accelerate_endpoint" in spec:
        options["use_accelerate_endpoint"] = bool(spec["use_accelerate_endpoint"])
    if which := spec.get("us_east_1_regional_endpoint"):
        options["us_east_1_regional_endpoint"] = ["", "regional", "legacy"][which]
    return options


def file_system(spec: dict[str, Any], **members: Any) -> s3fs.S3FileSystem:
    region = {"region_name": spec["region"]} if "region" in spec else {}
    return s3fs.S3FileSystem(
        key=spec.get("access_key_id", "AKIAVECTORVECTOR0001"),
        secret=spec.get("secret_access_key", "vector-secret-access-key-0001"),
        token=spec.get("session_token"),
        endpoint_url=spec.get("endpoint_url"),
        client_kwargs={**region, **members.pop("client_kwargs", {})},
        config_kwargs={"request_checksum_calculation": "when_required", "s3": s3_options(spec)},
        session=new_session(),
        skip_instance_cache=True,
        **members,
    )


async def _request(spec: dict[str, Any]) -> Sent | Refused:
    requests: list[Any] = []

    def stop(request: Any, **_: Any) -> None:
        requests.append(request)
        raise Stopped

    files = file_system(spec, asynchronous=True)
    client = None
    try:
        client = await files.set_session()
        client.meta.events.register_first("before-send.s3", stop)
        await files._pipe_file(path_of(spec), b"test")
    except Stopped:
        [request] = requests
        [region_of_scope] = re.findall(r"Credential=\w+/\d{8}/([^/]*)/s3/", str(request.headers["Authorization"]))
        return Sent(request.method, plain(request.url), region_of_scope)
    except Exception as error:  # whatever it is, nothing was sent
        return Refused(str(error))
    finally:
        if client is not None:
            await client.close()
    raise AssertionError("nothing was sent, and nothing refused")


def requests_of(specs: list[dict[str, Any]]) -> list[Sent | Refused]:
    async def all_of() -> list[Sent | Refused]:
        return [await _request(spec) for spec in specs]

    return asyncio.run(all_of())


def write_all(spec: dict[str, Any], keys: tuple[str, str], authority: Path, additional: dict[str, Any]) -> None:
    """What LangSmith does with a bucket: small objects, and a large file in parts, once given up and once completed."""
    # A file that is opened goes by an argument of its own there, and by no option.
    requester_pays = "RequestPayer" in additional
    options = {"s3_additional_kwargs": additional, "client_kwargs": {"verify": str(authority)}}
    files = file_system(spec, **options)
    test, large = (f"{spec['bucket_name']}/{key}" for key in keys)
    files.pipe_file(test, b"test")
    files.info(test, refresh=True)
    for end in ("discard", "close"):
        file = files.open(large, "wb", requester_pays=requester_pays)
        file.blocksize = len(b"test")  # in the place of megabytes
        file.write(b"test")
        with suppress(OSError):  # the storage refuses it: the request was made
            getattr(file, end)()
        file.closed = True  # whatever became of it
    files.pipe_file(large, b"test")
    for path in (test, large):
        files.rm_file(path)
