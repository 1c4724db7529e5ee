# SPDX-License-Identifier: MIT
"""Replies that AWS, Google, MinIO and Ceph publish and no free server gives, through the server's own storage stack to
the library: each arrives as its own status and cause."""

import pytest

OK = None

# script: status, cause, storage code ("" where it was lost and no text tells it), and what must be among the facts
CASES = {
    "access-denied": ("ACCESS_DENIED", "NONE", "AccessDenied", {}),
    "access-denied-iam": ("ACCESS_DENIED", "POLICY", "AccessDenied", {"action": "s3:PutObject"}),
    "kms-denied": ("ACCESS_DENIED", "KMS_DENIED", "AccessDenied", {"action": "kms:GenerateDataKey"}),
    "kms-not-found": ("STORAGE", "KMS_KEY", "KMS.NotFoundException", {}),
    "kms-disabled": ("STORAGE", "KMS_KEY", "KMS.DisabledException", {}),
    "account-disabled": ("STORAGE", "ACCOUNT", "AllAccessDisabled", {}),
    "unknown-key": ("KEY_ID_NOT_FOUND", "NONE", "InvalidAccessKeyId", {}),
    "expired-token": ("STORAGE", "EXPIRED_TOKEN", "ExpiredToken", {}),
    "invalid-token": ("STORAGE", "BAD_TOKEN", "InvalidToken", {}),
    "clock-skew": ("STORAGE", "CLOCK_SKEW", "RequestTimeTooSkewed", {}),
    "no-such-bucket": ("BUCKET_NOT_VALID", "NONE", "NoSuchBucket", {}),
    "invalid-bucket-name": ("INVALID_BUCKET_NAME", "NONE", "InvalidBucketName", {}),
    "region-named": ("STORAGE", "WRONG_REGION", "AuthorizationHeaderMalformed", {"expected_region": "eu-west-1"}),
    "region-unnamed": ("STORAGE", "WRONG_REGION", "AuthorizationHeaderMalformed", {}),
    "redirect": ("STORAGE", "REDIRECTED_BUCKET", "PermanentRedirect", {}),
    "object-lock": ("STORAGE", "OBJECT_LOCK_CHECKSUM", "InvalidRequest", {}),
    "no-acls": ("STORAGE", "ACL_NOT_SUPPORTED", "AccessControlListNotSupported", {}),
    "key-too-long": ("STORAGE", "OBJECT_KEY", "KeyTooLongError", {}),
    "bad-digest": ("STORAGE", "CHECKSUM", "BadDigest", {}),
    "slow-down": ("STORAGE_UNAVAILABLE", "THROTTLED", "SlowDown", {}),
    "internal-error": ("STORAGE_UNAVAILABLE", "PROVIDER_FAULT", "InternalError", {}),
    "service-unavailable": ("STORAGE_UNAVAILABLE", "THROTTLED", "ServiceUnavailable", {}),
    "gcs-access-denied": ("ACCESS_DENIED", "NONE", "AccessDenied", {}),
    "gcs-invalid-security": ("STORAGE", "BAD_KEY_ID", "InvalidSecurity", {}),
    "minio-unknown-key": ("KEY_ID_NOT_FOUND", "NONE", "InvalidAccessKeyId", {}),
    "minio-invalid-token": ("STORAGE", "BAD_TOKEN", "InvalidTokenId", {}),
    "ceph-access-denied": ("STORAGE", "NO_REASON", "", {}),
    "ceph-invalid-argument": ("STORAGE", "NO_REASON", "", {}),
    "empty-403": ("STORAGE", "NO_REASON", "", {}),
    "silent": ("STORAGE_UNAVAILABLE", "STORAGE_TIMEOUT", "", {}),
    "closes": ("STORAGE_UNAVAILABLE", "STORAGE_CLOSED", "", {}),
    # What the server's storage stack heals by itself never becomes an error.
    "region-healed": OK,
    "redirect-healed": OK,
    "slow-down-24": OK,
}


@pytest.fixture
def scripted(library, langsmith):
    """A spec on the scripted bucket; waits of the storage stack take no time."""
    langsmith.change_settings(clock="skip")

    def spec(script, **changes):
        endpoint = langsmith.env["EMULATOR_SCRIPTED_S3_ENDPOINT"]
        return library.spec(bucket_name=script, region=None, endpoint_url=endpoint, **changes)

    return spec


@pytest.mark.parametrize("script", CASES)
def test_reply(library, langsmith, scripted, script):
    outcome = library("create", **scripted(script))
    assert len(library.posts()) == 1
    if CASES[script] is OK:
        assert outcome["destination"]["config"]["bucket_name"] == script
        return
    status, cause, code, facts = CASES[script]
    error = outcome.error
    assert error["status"] == f"LSEXPORT_ERR_{status}", error["message"]
    assert error["cause"] == f"LSEXPORT_CAUSE_{cause}", error["message"]
    assert error.get("storage_code", "") == code
    assert facts.items() <= error["facts"].items()
    assert error["applied"] == "no"
    assert error["http_status"] == 400
    assert library("list")["destinations"] == []


def test_a_checksum_mends_the_object_lock(library, scripted):
    assert "error" in library("create", **scripted("object-lock"))
    assert "error" not in library("create", **scripted("object-lock", checksum_algorithm="SHA256"))


@pytest.mark.parametrize(
    ("endpoint", "status", "cause"),
    [
        ("http://127.0.0.1:1", "STORAGE_UNAVAILABLE", "STORAGE_UNREACHABLE"),
        ("http://bucket.invalid", "STORAGE_UNAVAILABLE", "STORAGE_UNREACHABLE"),
    ],
)
def test_an_endpoint_that_cannot_be_reached(library, langsmith, endpoint, status, cause):
    langsmith.change_settings(clock="skip")
    error = library("create", **library.spec(endpoint_url=endpoint)).error
    assert (error["status"], error["cause"]) == (f"LSEXPORT_ERR_{status}", f"LSEXPORT_CAUSE_{cause}")
    assert error["facts"]["url"].startswith(f"{endpoint}/{langsmith.env['EMULATOR_BUCKET']}/traces/tmp/")
