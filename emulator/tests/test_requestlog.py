"""What tests can see of what was sent."""

import hashlib
from urllib.parse import urlsplit

from conftest import DESTINATIONS, create, destination

from lsexport_emulator.running import RunningEmulator, http


def _fingerprint(text: str) -> str:
    return "sha256:" + hashlib.sha256(text.encode()).hexdigest()


def test_a_request_and_its_answer(langsmith: RunningEmulator) -> None:
    body = destination(langsmith, credentials=langsmith.credentials("session"))
    reply = langsmith.api("POST", DESTINATIONS + "?a=b", body, {"User-Agent": "tester/1"})
    (record,) = langsmith.requests()

    assert (record["method"], record["path"], record["query"]) == ("POST", DESTINATIONS, "a=b")
    assert record["status"] == 200
    assert record["request_id"] == reply.headers["x-request-id"]
    assert record["client"].startswith("127.0.0.1:")
    headers = dict(record["headers"])
    assert headers["user-agent"] == "tester/1"
    assert set(headers) == set(record["header_names"])
    # Whoever knows a secret can tell that it was the one sent.
    assert headers["x-api-key"] == _fingerprint(langsmith.api_key)
    sent = langsmith.credentials("session")
    assert record["body"]["credentials"] == {name: _fingerprint(value) for name, value in sent.items()}
    assert record["body"]["config"] == body["config"]
    assert record["response_body"] == reply.json()


def test_secrets_are_found_where_they_are_and_shown_nowhere(langsmith: RunningEmulator) -> None:
    secret = "QUITE/a+Secret=="
    credentials = {**langsmith.credentials("full"), "secret_access_key": secret}
    langsmith.api("POST", DESTINATIONS, destination(langsmith, credentials=credentials, display_name=secret))
    assert langsmith.seen(secret) == ["body", "response body"]  # the 422 echoes the name
    assert langsmith.seen(langsmith.api_key) == ["header x-api-key"]
    shown = str(langsmith.requests())
    assert secret not in shown and langsmith.api_key not in shown
    assert langsmith.seen("never sent") == []


def test_a_body_is_seen_even_if_nobody_reads_it(langsmith: RunningEmulator) -> None:
    for method, path in (("PUT", DESTINATIONS), ("POST", "/nowhere")):
        langsmith.api(method, path, {"credentials": {"secret_access_key": "sent-in-vain"}})
    langsmith.api("POST", DESTINATIONS, b"not json: sent-in-vain", {"X-API-Key": "wrong-key"})
    assert [record["status"] for record in langsmith.requests()] == [405, 404, 422]
    assert len(langsmith.admin("POST", "/requests/search", {"text": "sent-in-vain"})) == 3
    assert "sent-in-vain" not in str(langsmith.requests())


def test_the_log_is_read_from_a_number_on_and_emptied(langsmith: RunningEmulator) -> None:
    create(langsmith)
    last = langsmith.requests()[-1]["number"]
    langsmith.api("GET", DESTINATIONS)
    assert [record["method"] for record in langsmith.requests(after=last)] == ["GET"]
    langsmith.admin("DELETE", "/requests")
    assert langsmith.requests() == []
    langsmith.api("GET", DESTINATIONS)
    assert langsmith.requests()[0]["number"] == last + 2


def test_every_answer_has_an_id_of_its_own(langsmith: RunningEmulator) -> None:
    replies = [
        langsmith.api("GET", DESTINATIONS),
        langsmith.api("GET", DESTINATIONS, headers={"X-API-Key": "wrong"}),
        langsmith.api("POST", DESTINATIONS, {}),
        langsmith.api("GET", "/nowhere"),
        langsmith.api("PUT", DESTINATIONS),
    ]
    ids = [reply.headers["x-request-id"] for reply in replies]
    assert [record["request_id"] for record in langsmith.requests()] == ids and len(set(ids)) == 5


def test_connections_can_be_told_apart(langsmith: RunningEmulator) -> None:
    for _ in range(2):  # urllib opens one for each
        langsmith.api("GET", DESTINATIONS)
    first, second = (record["client"] for record in langsmith.requests())
    assert first != second


def test_objects_and_info(langsmith: RunningEmulator) -> None:
    create(langsmith, credentials=langsmith.credentials("put_only"))
    (left,) = langsmith.objects()
    assert (left["bucket"], left["size"]) == (langsmith.env["EMULATOR_BUCKET"], 4)
    info = langsmith.admin("GET", "/info")
    assert info["s3_endpoint"] == langsmith.env["EMULATOR_S3_ENDPOINT"]
    assert info["buckets"] == ["lsexport-bucket", "my-bucket", "lsexport-locked"]
    langsmith.reset()
    assert langsmith.objects() == []


def test_a_reset_empties_the_locked_bucket_as_well(langsmith: RunningEmulator) -> None:
    body = destination(langsmith, credentials=langsmith.credentials("put_only"))
    body["config"].update(
        bucket_name=langsmith.env["EMULATOR_LOCKED_BUCKET"],
        s3_additional_kwargs={"ChecksumAlgorithm": "SHA256"},
    )
    assert langsmith.api("POST", DESTINATIONS, body).status == 200
    assert len(langsmith.objects()) == 1
    langsmith.reset()
    assert langsmith.objects() == []


def test_settings_that_do_not_exist_are_refused(langsmith: RunningEmulator) -> None:
    before = langsmith.admin("GET", "/settings")
    address = urlsplit(langsmith.endpoint).netloc
    for change in ({"colour": "blue"}, {"list_order": "random"}):
        reply = http("PATCH", f"http://{address}/_emulator/settings", change)
        assert reply.status == 422
    assert langsmith.admin("GET", "/settings") == before
