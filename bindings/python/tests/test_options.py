# SPDX-License-Identifier: MIT
"""Options of a client, and its log."""

import json
import logging
import re
from pathlib import Path

import lsexport
import pytest
from conftest import DESTINATION_ID, ROOT, reply

KEY = "lsv2_pt_canary"
MISSING = reply(404, {"detail": "Bulk export destination not found"})
OPTIONS = {option.key: option for option in lsexport.options()}


def test_options_are_those_of_the_library():
    listed = re.findall(r'^OPTION\(\w+, "(\w+)"', (ROOT / "lib/api/options.def").read_text(), re.MULTILINE)
    assert list(OPTIONS) == listed
    timeout = OPTIONS["timeout_ms"]
    assert (timeout.type, timeout.default, timeout.minimum, timeout.is_secret) == ("integer", "60000", 1, False)
    assert timeout.maximum > 60000
    assert "milliseconds" in timeout.text
    assert OPTIONS["proxy_password"].is_secret


@pytest.mark.parametrize("key", [option.key for option in OPTIONS.values() if not option.is_secret])
def test_each_option_is_handed_on(key, tmp_path):
    """A value that cannot be right is told by the option's own name; a password can be any text."""
    option = OPTIONS[key]
    wrong = {"integer": -1, "boolean": "perhaps", "path": tmp_path / "missing", "uuid": "none"}.get(option.type, "a\nb")
    with pytest.raises(lsexport.ValidationError) as refused:
        lsexport.Client(api_key=KEY, **{option.key: wrong})
    assert option.key in [field.path for field in refused.value.fields]


def test_every_option_that_fails_is_named_at_once():
    with pytest.raises(lsexport.ValidationError) as refused:
        lsexport.Client(timeout_ms=0, workspace_id="none")
    assert {field.path for field in refused.value.fields} == {"api_key", "timeout_ms", "workspace_id"}
    assert refused.value.http_status is None


def test_values_of_every_type(serve):
    server = serve(MISSING)
    workspace = "4bf41bb8-1111-4222-8333-944444444444"
    options = {"user_agent": "mine/1", "allow_http": True, "max_attempts": 1, "workspace_id": workspace}
    options["ca_file"] = Path("/dev/null")
    with lsexport.Client(api_key=KEY, api_root=server.url, **options) as client, pytest.raises(lsexport.NotFoundError):
        client.get_destination(DESTINATION_ID)
    headers = server.requests[0].headers
    assert (headers["user-agent"], headers["x-tenant-id"]) == ("mine/1", workspace)


def test_the_log_becomes_records(serve, caplog):
    server = serve(reply(503, {"detail": "later"}, **{"Retry-After": "0"}), MISSING)
    caplog.set_level(logging.DEBUG, "exports")
    client = lsexport.Client(api_key=KEY, api_root=server.url, logger=logging.getLogger("exports"))
    with client, pytest.raises(lsexport.NotFoundError):
        client.get_destination(DESTINATION_ID)
    events = [(record.levelname, record.lsexport["event"]) for record in caplog.records]
    assert events == [("DEBUG", "attempt"), ("INFO", "retry"), ("DEBUG", "attempt"), ("WARNING", "outcome")]
    assert [json.loads(record.getMessage()) for record in caplog.records] == [
        record.lsexport for record in caplog.records
    ]
    assert len(server.requests) == 2


def raising(exception: type[BaseException]) -> logging.Logger:
    class Broken(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            raise exception

    logger = logging.Logger("broken", logging.DEBUG)
    logger.addHandler(Broken())
    return logger


def test_ctrl_c_while_a_log_is_written_ends_the_call_all_the_same(serve):
    server = serve(reply(503, {"detail": "later"}, **{"Retry-After": "30"}), MISSING)
    client = lsexport.Client(api_key=KEY, api_root=server.url, logger=raising(KeyboardInterrupt))
    with client, pytest.raises(KeyboardInterrupt) as interrupted:
        client.get_destination(DESTINATION_ID)
    assert isinstance(interrupted.value.__cause__, lsexport.CancelledError)
    assert len(server.requests) == 1


def test_an_error_in_a_log_handler_is_raised_by_the_call(serve):
    server = serve(MISSING)
    with lsexport.Client(api_key=KEY, api_root=server.url, logger=raising(ZeroDivisionError)) as client:
        with pytest.raises(ZeroDivisionError) as raised:
            client.get_destination(DESTINATION_ID)
        assert isinstance(raised.value.__cause__, lsexport.NotFoundError)
        with pytest.raises(ZeroDivisionError):
            client.get_destination(DESTINATION_ID)
    assert len(server.requests) == 2
