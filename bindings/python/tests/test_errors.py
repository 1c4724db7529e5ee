# SPDX-License-Identifier: MIT
"""One class for each status, all its facts, and what else it is."""

import builtins
import pickle

import lsexport
import pytest
from conftest import DESTINATION_ID, reply
from lsexport import _errors
from lsexport._ffi import ffi, lib


def test_each_status_of_the_library_has_a_class_of_its_own():
    statuses = [lsexport.Status(lib.lsexport_status_at(index)) for index in range(lib.lsexport_status_count())]
    assert statuses == list(lsexport.Status)
    assert set(_errors.CLASSES) == set(statuses) - {lsexport.Status.OK}
    assert len(set(_errors.CLASSES.values())) == len(_errors.CLASSES)
    for status, kind in _errors.CLASSES.items():
        assert kind.__name__ in lsexport.__all__
        assert issubclass(kind, lsexport.Error)
        assert kind.__doc__
        assert ffi.string(lib.lsexport_status_name(status)).decode() == f"LSEXPORT_ERR_{status.name}"


def test_each_cause_of_the_library_is_known():
    causes = [lsexport.Cause(lib.lsexport_cause_at(index)) for index in range(lib.lsexport_cause_count())]
    assert causes == list(lsexport.Cause)
    for cause in causes:
        assert ffi.string(lib.lsexport_cause_name(cause)).decode() == f"LSEXPORT_CAUSE_{cause.name}"


@pytest.mark.parametrize(
    ("kind", "builtin"),
    [
        (lsexport.TimeoutError, builtins.TimeoutError),
        (lsexport.ValidationError, ValueError),
        (lsexport.InvalidArgumentError, ValueError),
        (lsexport.DnsError, ConnectionError),
        (lsexport.ConnectError, ConnectionError),
        (lsexport.TlsError, ConnectionError),
        (lsexport.ProxyError, ConnectionError),
        (lsexport.ConnectionLostError, ConnectionError),
        (lsexport.UnauthenticatedError, PermissionError),
        (lsexport.AccessDeniedError, PermissionError),
        (lsexport.NotFoundError, LookupError),
        (lsexport.NoMemoryError, MemoryError),
        (lsexport.ForkedError, RuntimeError),
    ],
)
def test_who_catches_the_builtin_class_catches_ours(kind, builtin):
    assert issubclass(kind, builtin)


def refused(server) -> lsexport.Error:
    client = lsexport.Client(api_key="lsv2_pt_canary", api_root=server.url, max_attempts=1)
    with client, pytest.raises(lsexport.Error) as caught:
        client.get_destination(DESTINATION_ID)
    return caught.value


def test_an_error_tells_all_and_survives_pickle(serve):
    error = refused(
        serve(reply(429, {"detail": "Rate limit exceeded"}, **{"Retry-After": "7", "X-Request-Id": "7f3c"}))
    )
    for one in (error, pickle.loads(pickle.dumps(error))):
        assert type(one) is lsexport.RateLimitedError
        assert (one.http_status, one.retry_after, one.attempts, one.request_id) == (429, 7.0, 1, "7f3c")
        assert (one.side, one.applied, one.retryable) == (lsexport.Side.LANGSMITH, lsexport.Applied.NO, True)
        assert one.server_text == "Rate limit exceeded"
        assert one.operation == "destination get"
        assert one.remedy in str(one)
        assert str(one) == one.message
        assert repr(one) == f"RateLimitedError({one.message!r})"
        assert one.json == error.json


def test_an_oserror_among_the_bases_takes_nothing_away(serve):
    error = refused(serve({"close": True}))
    assert isinstance(error, OSError)
    assert str(pickle.loads(pickle.dumps(error))) == str(error) == error.message


@pytest.mark.parametrize(
    ("root", "kind", "cause"),
    [
        ("http://127.0.0.1:{closed}", lsexport.ConnectError, lsexport.Cause.CONNECT_REFUSED),
        ("http://nowhere.invalid", lsexport.DnsError, lsexport.Cause.NONE),
    ],
)
def test_the_way_to_langsmith(serve, root, kind, cause):
    server = serve({"close": True})
    port = server.url.rpartition(":")[2]
    server.__exit__()
    options = {"api_root": root.format(closed=port), "allow_http": True, "max_attempts": 1}
    with lsexport.Client(api_key="lsv2_pt_canary", **options) as client, pytest.raises(kind) as failed:
        client.list_destinations()
    assert (failed.value.cause, failed.value.http_status) == (cause, None)
    assert failed.value.applied is lsexport.Applied.NO


def test_a_name_that_does_not_exist(serve):
    with pytest.raises(lsexport.InvalidArgumentError) as unknown:
        lsexport.Client(api_key="lsv2_pt_canary", no_option=1)
    assert isinstance(unknown.value, ValueError)
    assert unknown.value.facts["parameter"] == "key of lsexport_config_set"
