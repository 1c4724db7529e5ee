# SPDX-License-Identifier: MIT
"""Cases that users have published: our output names the true cause and the remedy, on one screen."""

import pytest
from front import Front, Request, error
from real_buckets import ACTIONS, BUCKET, allow

FORUM = "https://forum.langchain.com/t/"
GITHUB = "https://github.com/langchain-ai/"
CONFUSED = {"include_bucket_in_prefix": 0, "allow": "confused_bucket"}


@pytest.fixture
def report(library, langsmith, moto_bucket):
    """Of a diagnosis by a user whose policy is for one bucket alone."""
    langsmith.change_settings(clock="skip")
    user = moto_bucket.user([allow(*ACTIONS)])

    def run(**changes):
        return library.report("diagnose", **library.bucket_spec(moto_bucket, user, **changes))

    return run


def assert_tells(report, *words: str) -> None:
    """In its first lines, and as the worst finding: these words, wrapped as they may be."""
    summary, _, rest = report.text.partition("\n\nwrites to")
    told = " ".join((summary + rest.partition("\n\n")[2].partition("\n\n")[0]).split())
    for word in words:
        assert word in told, report.text
    assert max(map(len, summary.splitlines())) <= 100
    assert report["findings"][0]["severity"] == "error"


@pytest.mark.parametrize("link", [FORUM + "2402", GITHUB + "langsmith-sdk/issues/2262"])
def test_access_denied_with_good_credentials(library, langsmith, moto_bucket, report, link):
    """The bucket is not in the path, so that the prefix's first segment is taken for one, which is another's."""
    strangers = langsmith.env["EMULATOR_BUCKET"]
    told = report(prefix=f"{strangers}/traces", **CONFUSED)
    assert told["error"]["server_text"] == "Failed to validate S3 destination: Access Denied"
    assert told["bucket"] == strangers != BUCKET
    assert_tells(
        told, f'a bucket named "{strangers}", the prefix\'s first segment', "Set include_bucket_in_prefix to 1."
    )
    assert report(prefix=f"{strangers}/traces").destination, "the remedy heals it"
    denied = library.bucket_spec(moto_bucket, langsmith.credentials("denied"), prefix=f"{strangers}/traces", **CONFUSED)
    summary = library.report("check", **denied)["summary"]
    assert summary.startswith(f'The bucket "{strangers}", the prefix\'s first segment, does not take')


@pytest.mark.parametrize("link", [FORUM + "2402"])
def test_nothing_is_sent_unless_it_is_allowed(library, langsmith, moto_bucket, link):
    spec = library.bucket_spec(moto_bucket, moto_bucket.root, include_bucket_in_prefix=0)
    for command in ("check", "diagnose"):
        refused = library(command, **spec).error
        assert refused["cause"] == "LSEXPORT_CAUSE_CONFUSED_BUCKET"
        assert 'a bucket named "traces"' in refused["message"]
    assert langsmith.requests() == []
    told = library("explain", **spec)["report"]["findings"][0]
    assert (told["code"], told["severity"]) == ("confused_bucket", "error")


@pytest.mark.parametrize("link", [FORUM + "2412"])
def test_the_kms_key_of_a_strangers_bucket(langsmith, report, link):
    endpoint = langsmith.env["EMULATOR_SCRIPTED_S3_ENDPOINT"]
    told = report(prefix="kms-denied/traces", endpoint_url=endpoint, **CONFUSED)
    assert "kms:GenerateDataKey" in told["error"]["server_text"]
    assert_tells(told, 'a bucket named "kms-denied"', "and not to bucket_name", "Set include_bucket_in_prefix to 1.")
    assert "kms:" not in told["summary"], "the key is not the cause"


@pytest.mark.parametrize("link", [GITHUB + "langsmith-docs/issues/807"])
def test_google_says_in_details_which_permission_is_missing(langsmith, report, link):
    endpoint = langsmith.env["EMULATOR_SCRIPTED_S3_ENDPOINT"]
    told = report(bucket_name="gcs-access-denied", endpoint_url=endpoint)
    assert told["error"]["server_text"] == "Failed to validate S3 destination: Access denied."
    assert_tells(
        told,
        "exporter@example.com does not have storage.objects.create access to the object",
        "Grant the service account of this HMAC key storage.objects.create",
    )


@pytest.mark.parametrize("link", [GITHUB + "langsmith-docs/issues/807"])
def test_google_is_told_of_by_its_own_permissions(library, moto_bucket, link):
    """A proxy answers in Google's place."""
    details = "exporter@example.com does not have storage.objects.create access to the object."

    def answer(request: Request):
        return error(403, "AccessDenied", "Access denied.", Details=details)

    user = {"access_key_id": "GOOGCANARYCANARY0001", "secret_access_key": "google/canary+0123456789"}
    spec = library.bucket_spec(moto_bucket, user, endpoint_url="http://storage.googleapis.com", region=None)
    with Front("http://storage.googleapis.com", answer) as proxy:
        told = library.report("check", **spec, **{"option.proxy": proxy.url()})
        assert {request.headers["host"] for request in proxy.requests} == {"storage.googleapis.com"}
    assert told.verdicts["storage.objects.create"] == "denied"
    assert_tells(told, "does not have storage.objects.create access", "Grant the service account")


@pytest.mark.parametrize("link", [FORUM + "123"])
def test_object_lock_wants_a_checksum(langsmith, report, link):
    spec = {"bucket_name": "object-lock", "endpoint_url": langsmith.env["EMULATOR_SCRIPTED_S3_ENDPOINT"]}
    told = report(**spec)
    assert "Content-MD5 OR x-amz-checksum-" in told["error"]["server_text"]
    assert_tells(told, "a bucket with Object Lock", 'lsexport_destination_spec_set_checksum_algorithm with "SHA256"')
    healed = report(**spec, checksum_algorithm="SHA256")
    assert healed.destination, "the remedy heals it"
    assert healed.outcomes("failed") == []
