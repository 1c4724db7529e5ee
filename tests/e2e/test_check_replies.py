# SPDX-License-Identifier: MIT
"""Replies that no free server gives, to a check: which verdict, what the report says, and how often it asked."""

import pytest

UNKNOWN, DENIED = "unknown", "denied"

# script: the verdict on s3:PutObject, the storage's code, and a word of the remedy
REFUSALS = {
    "access-denied": (DENIED, "AccessDenied", "s3:PutObject"),
    "access-denied-iam": (DENIED, "AccessDenied", "Attach a policy"),
    "kms-denied": (DENIED, "AccessDenied", "kms:GenerateDataKey"),
    "ceph-access-denied": (DENIED, "AccessDenied", "s3:PutObject"),
    "gcs-access-denied": (DENIED, "AccessDenied", "storage.objects.create"),
    "kms-not-found": (UNKNOWN, "KMS.NotFoundException", "KMS key"),
    "kms-disabled": (UNKNOWN, "KMS.DisabledException", "KMS key"),
    "account-disabled": (UNKNOWN, "AllAccessDisabled", "account"),
    "no-such-bucket": (UNKNOWN, "NoSuchBucket", "bucket's name"),
    "invalid-bucket-name": (UNKNOWN, "InvalidBucketName", "addressing_style"),
    "object-lock": (UNKNOWN, "InvalidRequest", 'checksum_algorithm with "SHA256"'),
    "no-acls": (UNKNOWN, "AccessControlListNotSupported", "ACL"),
    "key-too-long": (UNKNOWN, "KeyTooLongError", "shorter prefix"),
    "bad-digest": (UNKNOWN, "BadDigest", "ContentMD5"),
    "minio-no-kms": (UNKNOWN, "NotImplemented", "server_side_encryption"),
    "minio-storage-full": (UNKNOWN, "XMinioStorageFull", "quota"),
    "ceph-invalid-argument": (UNKNOWN, "InvalidArgument", "storage class"),
    "no-message": (UNKNOWN, "InvalidArgument", "storage class"),
    "empty-401": (UNKNOWN, "", "access_key_id"),
    "empty-403": (UNKNOWN, "", "s3:PutObject"),
    "empty-404": (UNKNOWN, "", "bucket_name"),
    "html-200": (UNKNOWN, "", "endpoint_url"),
    "html-403": (UNKNOWN, "", "proxy, firewall or login page"),
    "html-502": (UNKNOWN, "", "proxy, firewall or login page"),
    "redirect-unnamed": (UNKNOWN, "PermanentRedirect", "set_region"),
}
MAY_HAVE_WRITTEN = {200, 501, 502, 507}  # a server's fault may come after the write
SIGNATURES = {
    "unknown-key": ("InvalidAccessKeyId", "access_key_id"),
    "minio-unknown-key": ("InvalidAccessKeyId", "access_key_id"),
    "gcs-invalid-security": ("InvalidSecurity", "HMAC"),
    "wrong-secret": ("SignatureDoesNotMatch", "secret_access_key"),
    "expired-token": ("ExpiredToken", "new temporary credentials"),
    "invalid-token": ("InvalidToken", "session token"),
    "minio-invalid-token": ("InvalidTokenId", "session token"),
    "clock-skew": ("RequestTimeTooSkewed", "this machine's clock"),
}
PASSING = {  # for now: what is refused is asked again
    "slow-down": ("SlowDown", 503),
    "internal-error": ("InternalError", 500),
    "service-unavailable": ("ServiceUnavailable", 503),
    "empty-504": (None, 504),
}


@pytest.fixture
def check(library, langsmith):
    def run(script, **changes):
        endpoint = langsmith.env["EMULATOR_SCRIPTED_S3_ENDPOINT"]
        return library.report("check", **library.spec(bucket_name=script, endpoint_url=endpoint, **changes))

    return run


def requests_of(langsmith, method=None):
    seen = langsmith.admin("GET", "/scripted-s3/requests")
    return [request for request in seen if method in (None, request["method"])]


def objects(langsmith) -> list:
    return langsmith.admin("GET", "/scripted-s3/objects")


@pytest.mark.parametrize("script", REFUSALS)
def test_a_refusal(langsmith, check, script):
    verdict, code, remedy = REFUSALS[script]
    report = check(script)
    finding = report.finding("put_failed")
    assert report.verdicts["s3:PutObject"] == verdict
    assert report.step("put_object").get("storage_code", "") == code
    assert finding["reason"].startswith(f"could not write LangSmith's test object: {code}")
    assert remedy in finding["remedy"]
    assert "signature" not in report.outcomes("failed")
    # Where access is denied, others may be granted: below the prefix alone, and in parts.
    asked = {DENIED: ["POST", "PUT", "PUT"], UNKNOWN: ["PUT"]}[verdict]
    if report.step("put_object")["http_status"] in MAY_HAVE_WRITTEN:
        asked = ["DELETE", *asked]
    assert sorted(request["method"] for request in requests_of(langsmith)) == asked
    assert objects(langsmith) == []


@pytest.mark.parametrize("script", SIGNATURES)
def test_a_signature_that_is_refused(langsmith, check, script):
    code, remedy = SIGNATURES[script]
    report = check(script)
    assert report.outcomes("failed") == ["signature", "put_object"]
    assert set(report.verdicts.values()) == {UNKNOWN}
    assert report.step("put_object")["storage_code"] == code
    assert remedy in report.finding("put_failed")["remedy"]
    assert len(requests_of(langsmith)) == 1


@pytest.mark.parametrize("script", PASSING)
def test_trouble_that_may_pass(langsmith, check, script):
    code, status = PASSING[script]
    report = check(script, **{"option.max_attempts": 2})
    step = report.step("put_object")
    assert (step.get("storage_code"), step["http_status"]) == (code, status)
    assert report.verdicts["s3:PutObject"] == UNKNOWN
    assert len(requests_of(langsmith, "PUT")) == 2
    assert report["left"] == []


@pytest.mark.parametrize("script", ["region-healed", "redirect-healed"])
def test_a_region_that_is_healed(langsmith, check, script):
    report = check(script)
    assert report.outcomes("failed") == ["region"]
    assert report.finding("wrong_region")["remedy"] == "Set region to eu-west-1."
    assert set(report.verdicts.values()) == {"granted"}
    regions = [request["signing_region"] for request in requests_of(langsmith)]
    assert regions == ["us-east-1", *["eu-west-1"] * (len(regions) - 1)]
    assert objects(langsmith) == []


@pytest.mark.parametrize("script", ["region-named", "redirect"])
def test_a_region_that_cannot_be_healed(langsmith, check, script):
    report = check(script)
    assert report.outcomes("failed") == ["region", "put_object"]
    assert "region" in report.finding("put_failed")["remedy"]
    assert [request["signing_region"] for request in requests_of(langsmith)] == ["us-east-1", "eu-west-1"]


def test_objects_that_cannot_be_deleted_are_named(langsmith, check):
    report = check("keeps-objects")
    assert report.verdicts["s3:DeleteObject"] == DENIED
    assert report.finding("delete_denied")["severity"] == "note"
    assert sorted(found["key"] for found in objects(langsmith)) == sorted(report["left"])
    assert len(report["left"]) == 2


def test_a_bucket_that_takes_all(langsmith, check):
    report = check("takes-all")
    assert report.outcomes("failed") == []
    assert set(report.verdicts.values()) == {"granted"}
    assert objects(langsmith) == []


def test_an_object_lock_that_a_checksum_opens(langsmith, check):
    report = check("object-lock", checksum_algorithm="SHA256")
    assert report.outcomes("failed") == []
    assert objects(langsmith) == []


def test_an_object_lock_of_moto(library, langsmith, moto_bucket):
    """Whose lock is real: what is deleted there is hidden, and stays."""
    locked = langsmith.env["EMULATOR_LOCKED_BUCKET"]
    spec = library.bucket_spec(moto_bucket, moto_bucket.root, bucket_name=locked)
    report = library.report("check", **spec)
    assert report.step("put_object")["storage_code"] == "MissingUploadObjectWithObjectLockHeaders"
    assert '"SHA256"' in report.finding("put_failed")["remedy"]
    report = library.report("check", **spec, checksum_algorithm="SHA256")
    assert report.outcomes("failed") == []
