"""The command `lsexport-emulator`."""

import argparse
import contextlib
import os
import sys
import threading
from collections.abc import Sequence
from urllib.parse import urlsplit

from lsexport_emulator import __version__

_BUCKETS = ("lsexport-bucket", "my-bucket")
_LOCKED_BUCKET = "lsexport-locked"

_DESCRIPTION = """\
A local double of LangSmith's bulk-export destinations API.

It answers /api/v1/bulk-exports/destinations as LangSmith does, and tests each
destination by writing a real object to a real S3 server: one that it brings
along (moto, with users and rights), or any that an endpoint_url names on this
machine. Whether credentials are good is for that server to say."""

_EPILOG = """\
examples:
  lsexport-emulator --port 1984
      serve on http://127.0.0.1:1984 until Ctrl-C

  lsexport-emulator --env-file emulator.env &
  . ./emulator.env
      a free port; the file appears when all is ready

  lsexport-emulator --settings '{"deployment": "self-hosted", "generation": "2026-01-15"}'
      a self-hosted server of that day: PATCH and DELETE answer 405

the env file holds
  LANGSMITH_ENDPOINT, LANGSMITH_API_KEY, LANGSMITH_WORKSPACE_ID
  EMULATOR_S3_ENDPOINT, EMULATOR_REGION, EMULATOR_BUCKET, EMULATOR_BUCKETS,
  EMULATOR_LOCKED_BUCKET (with Object Lock), EMULATOR_SCRIPTED_S3_ENDPOINT
  EMULATOR_<USER>_ACCESS_KEY_ID and EMULATOR_<USER>_SECRET_ACCESS_KEY, where
  USER is FULL (may do all), ROTATED (another one, to rotate to), PUT_ONLY (may
  write, not delete), DENIED (may do nothing) or SESSION (temporary, with
  EMULATOR_SESSION_SESSION_TOKEN); EMULATOR_ROLE_ARN, EMULATOR_DENIED_ROLE_ARN
  EMULATOR_READ_API_KEY, EMULATOR_ORGANIZATION_API_KEY (needs X-Tenant-Id),
  EMULATOR_SECOND_WORKSPACE_ID

where test objects go
  No other machine is contacted. A destination without endpoint_url, and the
  names amazonaws.com and storage.googleapis.com, lead to the embedded S3;
  *.localhost is 127.0.0.1; other hosts cannot be reached. The scripted S3
  plays what no free server does: a bucket named expired-token, slow-down,
  redirect ... answers so (GET /_emulator/scripted-s3/scripts lists them).

for tests
  /_emulator/docs describes the routes that show what was sent and what lies in
  the buckets, turn knobs, arm faults, move the clock, and reset. For pytest
  there is the fixture `langsmith`. The README tells more."""


def _http_url(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme != "http" or not parts.hostname:
        raise argparse.ArgumentTypeError(f"not an http:// URL: {text}")
    return text


def parser() -> argparse.ArgumentParser:
    result = argparse.ArgumentParser(
        prog="lsexport-emulator",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    result.add_argument("--version", action="version", version=__version__)

    serving = result.add_argument_group("serving")
    serving.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    serving.add_argument("--port", type=int, default=0, help="port; 0, the default, takes a free one")
    serving.add_argument("--env-file", metavar="PATH", help="write the variables below to PATH when ready")
    serving.add_argument(
        "--exit-with-parent", action="store_true", help="stop when the process that started this one ends"
    )

    api = result.add_argument_group("the API")
    api.add_argument("--api-key", metavar="KEY", help="the API key to accept (default: a new one)")
    api.add_argument(
        "--database",
        metavar="PATH",
        help="keep destinations in this SQLite file, so that they survive a restart (default: in memory)",
    )
    api.add_argument(
        "--settings",
        metavar="JSON",
        default="{}",
        help="knobs to start with, as PATCH /_emulator/settings takes them",
    )

    storage = result.add_argument_group("storage")
    storage.add_argument(
        "--bucket",
        action="append",
        metavar="NAME",
        help=f"a bucket to make, may be repeated (default: {' and '.join(_BUCKETS)})",
    )
    storage.add_argument("--no-embedded-s3", action="store_true", help="start no S3")
    storage.add_argument(
        "--aws-endpoint-url",
        metavar="URL",
        type=_http_url,
        help="the http:// server that stands in for AWS; it is addressed by path (default: the embedded S3)",
    )
    storage.add_argument(
        "--gcs-endpoint-url",
        metavar="URL",
        type=_http_url,
        help="the http:// server that stands in for storage.googleapis.com (default: the embedded S3)",
    )
    storage.add_argument(
        "--environment-credentials",
        action="store_true",
        help="a self-hosted server finds this process's AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and "
        "AWS_SESSION_TOKEN in its environment (default: the embedded S3's user FULL)",
    )
    storage.add_argument(
        "--allow-remote-endpoints",
        action="store_true",
        help="let test objects be written to other machines as well",
    )
    return result


def main(arguments: Sequence[str] | None = None) -> int:
    options = parser().parse_args(arguments)

    from lsexport_emulator.environment import credentials_in, isolate
    from lsexport_emulator.process import stop_cleanly_on_signals, stop_with_parent

    environment = credentials_in(os.environ) if options.environment_credentials else None
    isolate()
    stop_cleanly_on_signals()
    if options.exit_with_parent:
        stop_with_parent()
    with contextlib.ExitStack() as stack:
        starting = None
        if not options.no_embedded_s3:
            from lsexport_emulator.embedded_s3 import EmbeddedS3Start

            starting = EmbeddedS3Start(options.bucket or list(_BUCKETS), _LOCKED_BUCKET)
        # The child imports while we do.
        from lsexport_emulator import envfile, server
        from lsexport_emulator.app import create_app
        from lsexport_emulator.emulator import Emulator, StandIn
        from lsexport_emulator.schemas import BulkExportDestinationS3Credentials
        from lsexport_emulator.settings import Settings
        from lsexport_emulator.store import Store

        try:
            settings = Settings.model_validate_json(options.settings)
        except ValueError as error:
            parser().error(f"--settings: {error}")
        embedded = stack.enter_context(starting.finish()) if starting else None
        given: dict[StandIn, str | None] = {"aws": options.aws_endpoint_url, "gcs": options.gcs_endpoint_url}
        emulator = Emulator(
            embedded_s3=embedded.facts if embedded else None,
            stand_ins={name: url for name, url in given.items() if url},
            environment=BulkExportDestinationS3Credentials(**environment) if environment else None,
            store=Store(options.database or ":memory:"),
            api_key=options.api_key,
            settings=settings,
            allow_remote=options.allow_remote_endpoints,
        )
        try:
            listener = server.listen(options.host, options.port)
        except OSError as error:
            sys.exit(f"lsexport-emulator: cannot listen on {options.host}:{options.port}: {error.strerror}")
        url = server.url_of(listener)

        def on_ready() -> None:
            values = envfile.variables(emulator, url)
            if options.env_file:
                envfile.write(options.env_file, values)
            storage = values.get("EMULATOR_S3_ENDPOINT", "wherever a destination says")
            print(f"lsexport-emulator ready at {url}, S3 at {storage}", flush=True)
            warm_up()

        server.serve(create_app(emulator), listener, on_ready)
    return 0


def warm_up() -> None:
    """Import s3fs while the first request is still on its way."""
    threading.Thread(target=lambda: __import__("s3fs"), name="warm up", daemon=True).start()


if __name__ == "__main__":
    sys.exit(main())
