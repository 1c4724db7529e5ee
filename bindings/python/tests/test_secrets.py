# SPDX-License-Identifier: MIT
"""Secrets are shown nowhere: not by what holds them, not by an exception, not by a log."""

import asyncio
import copy
import logging
import pickle
import traceback
from collections.abc import Callable
from typing import Any

import lsexport
import pytest
from conftest import DESTINATION_ID, reply

API_KEY = "lsv2_pt_canary-of-the-api-key"
SECRET = "canary/of+the=secret-access-key"
TOKEN = "canary/of+the=session-token"
PASSWORD = "canary-of-the-proxy-password"
SECRETS = (API_KEY, SECRET, TOKEN, PASSWORD)


def session() -> lsexport.Credentials:
    return lsexport.Credentials.session("ASIACANARYCANARY0001", SECRET, TOKEN)


def client_of(url: str, kind: Any = lsexport.Client, **options: Any) -> Any:
    options = {"proxy_password": PASSWORD, "max_attempts": 1, **options}
    return kind(api_key=API_KEY, api_root=url, **options)


def spec() -> lsexport.DestinationSpec:
    return {"display_name": "nightly", "bucket_name": "my-bucket", "region": "us-east-1", "credentials": session()}


def assert_clean(text: str) -> None:
    assert [secret for secret in SECRETS if secret in text] == []


def frames_of_ours(error: BaseException) -> str:
    """The traceback with the variables of each frame of the package; those of the test are the test's."""
    told = traceback.TracebackException.from_exception(error, capture_locals=True)
    ours = [str(frame.locals) for frame in told.stack if "/lsexport/" in frame.filename]
    assert ours
    return "".join([*ours, *told.format_exception_only()])


@pytest.mark.parametrize("kind", [lsexport.Client, lsexport.AsyncClient])
def test_what_holds_secrets_shows_none(serve, kind):
    for holder in (session(), client_of(serve(reply(200, [])).url, kind)):
        assert_clean(f"{holder!r} {holder} {holder:s}" if type(holder).__format__ is str else f"{holder!r} {holder}")
        assert_clean(repr(getattr(holder, "__dict__", {})))
        assert_clean(repr([getattr(holder, name, None) for name in dir(holder)]))
        for copied in (pickle.dumps, copy.copy, copy.deepcopy):
            with pytest.raises(TypeError, match="cannot be pickled or copied"):
                copied(holder)


def surrogate(text: str) -> str:
    return f"{text}\udc80"


REFUSED_HERE: dict[str, Callable[[], Any]] = {
    "a secret that is bytes": lambda: lsexport.Credentials.static("AKIACANARY", SECRET.encode()),  # type: ignore[arg-type]
    "a secret that is no text": lambda: lsexport.Credentials.static("AKIACANARY", surrogate(SECRET)),
    "a token that is no text": lambda: lsexport.Credentials.session("ASIACANARY", SECRET, surrogate(TOKEN)),
    "a key id with a NUL": lambda: lsexport.Credentials.static(f"{SECRET}\0", SECRET),
    "an API key that is no text": lambda: lsexport.Client(api_key=surrogate(API_KEY)),
    "an API key with a line end": lambda: lsexport.Client(api_key=f"{API_KEY}\n"),
    "an API key for asyncio": lambda: lsexport.AsyncClient(api_key=f"{API_KEY}\n"),
    "a password that is no text": lambda: lsexport.Client(api_key=API_KEY, proxy_password=surrogate(PASSWORD)),
    "a password with a NUL": lambda: lsexport.Client(api_key=API_KEY, proxy_password=f"{PASSWORD}\0"),
    "a password, and an option that is none": lambda: lsexport.Client(
        api_key=API_KEY, proxy_password=PASSWORD, no_option=1
    ),
    "a password that is a list": lambda: lsexport.Client(api_key=API_KEY, proxy_password=[PASSWORD]),  # type: ignore[arg-type]
    "a secret in the place of credentials to explain": lambda: lsexport.explain_destination(
        **{**spec(), "credentials": SECRET}
    ),
    "a secret in the place of credentials": lambda: client_of("http://127.0.0.1:9").create_destination(
        **{**spec(), "credentials": SECRET}
    ),
}


@pytest.mark.parametrize("attempt", REFUSED_HERE.values(), ids=REFUSED_HERE)
def test_what_is_refused_here_is_not_shown(attempt):
    with pytest.raises((lsexport.Error, ValueError, TypeError)) as refused:
        attempt()
    error: BaseException | None = refused.value
    while error is not None:
        assert_clean(repr(error) + str(error) + repr(vars(error)) + repr(error.args))
        assert_clean(frames_of_ours(error) if error.__traceback__ else "")
        error = error.__context__


def test_an_answer_that_repeats_all_secrets_is_washed(serve, caplog):
    server = serve(reply(400, {"detail": f"no: {API_KEY} {SECRET} {TOKEN}"}, **{"X-Request-Id": API_KEY}))
    caplog.set_level(logging.DEBUG)
    client = client_of(server.url, logger=logging.getLogger("canary"))
    with client, pytest.raises(lsexport.Error) as refused:
        client.create_destination(**spec())
    error = refused.value
    assert server.requests[0].headers["x-api-key"] == API_KEY  # they were sent, so they could be shown
    assert server.requests[0].json()["credentials"]["session_token"] == TOKEN
    assert_clean(repr(error) + str(error) + repr(vars(error)) + error.json + repr(pickle.dumps(error)))
    assert_clean(frames_of_ours(error))
    assert len(caplog.records) == 2
    assert_clean("".join(f"{record.getMessage()} {vars(record)}" for record in caplog.records))


def assert_report_is_clean(report: lsexport.Report) -> None:
    assert_clean(f"{report} {report!r} {report.json} {pickle.dumps(report)!r} {vars(report)}")


def test_an_explanation_of_a_secret_shows_none():
    with client_of("http://127.0.0.1:9") as client:
        assert_report_is_clean(client.explain_destination(**{**spec(), "prefix": f"a/{SECRET}"}))
    assert_report_is_clean(lsexport.explain_destination(**{**spec(), "prefix": f"a/{SECRET}"}))


@pytest.mark.parametrize(("name", "posts"), [("check_destination", 0), ("diagnose_destination", 1)])
def test_a_report_shows_none(serve, caplog, name, posts):
    langsmith = serve(reply(400, {"detail": f"no: {API_KEY} {SECRET} {TOKEN}"}, **{"X-Request-Id": API_KEY}))
    words = f"<Error><Code>{SECRET}</Code><Message>no: {SECRET} {TOKEN}</Message></Error>"
    bucket = serve({"status": 403, "headers": {"Content-Type": "application/xml"}, "body": words})
    caplog.set_level(logging.DEBUG)
    with client_of(langsmith.url, logger=logging.getLogger("canary")) as client:
        report = getattr(client, name)(**{**spec(), "endpoint_url": bucket.url})
    assert bucket.requests != []
    assert len(langsmith.requests) == posts
    assert_report_is_clean(report)
    assert_clean("".join(f"{record.getMessage()} {vars(record)}" for record in caplog.records))


def test_an_asynchronous_failure_shows_none(serve):
    server = serve(reply(400, {"detail": f"no: {API_KEY} {SECRET} {TOKEN}"}))

    async def main() -> None:
        async with client_of(server.url, lsexport.AsyncClient) as client:
            with pytest.raises(lsexport.Error) as refused:
                await client.create_destination(**spec())
        assert_clean(frames_of_ours(refused.value) + repr(vars(refused.value)))

    asyncio.run(main(), debug=True)


def test_a_destination_that_holds_nothing_shows_nothing(serve):
    with client_of(serve(reply(404, {"detail": "no"})).url) as client, pytest.raises(lsexport.NotFoundError) as missing:
        client.get_destination(DESTINATION_ID)
    assert_clean(frames_of_ours(missing.value))
