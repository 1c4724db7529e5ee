/* SPDX-License-Identifier: MIT */
#include "langsmith/destination_spec.h"

#include "base/text.h"

#include <stddef.h>

const struct spec_field spec_fields[SPEC_TEXT_COUNT] = {
    [SPEC_DISPLAY_NAME] = {"display_name", "display_name", false},
    [SPEC_BUCKET_NAME] = {"config.bucket_name", "bucket_name", false},
    [SPEC_PREFIX] = {"config.prefix", "prefix", false},
    [SPEC_REGION] = {"config.region", "region", false},
    [SPEC_ENDPOINT_URL] = {"config.endpoint_url", "endpoint_url", false},
    [SPEC_CHECKSUM_ALGORITHM] = {"config.s3_additional_kwargs.ChecksumAlgorithm", "ChecksumAlgorithm", true},
    [SPEC_SERVER_SIDE_ENCRYPTION] = {"config.s3_additional_kwargs.ServerSideEncryption", "ServerSideEncryption", true},
    [SPEC_SSEKMS_KEY_ID] = {"config.s3_additional_kwargs.SSEKMSKeyId", "SSEKMSKeyId", true},
    [SPEC_EXPECTED_BUCKET_OWNER] = {"config.s3_additional_kwargs.ExpectedBucketOwner", "ExpectedBucketOwner", true},
    [SPEC_REQUEST_PAYER] = {"config.s3_additional_kwargs.RequestPayer", "RequestPayer", true},
    [SPEC_STORAGE_CLASS] = {"config.s3_additional_kwargs.StorageClass", "StorageClass", true},
    [SPEC_S3_ADDITIONAL_KWARGS] = {"config.s3_additional_kwargs", "s3_additional_kwargs", false},
    [SPEC_EXTRA_CONFIG] = {"config", "config", false},
};

static const char *const check_names[CHECK_COUNT] = {
    [CHECK_CONFUSED_BUCKET] = "confused_bucket",
    [CHECK_MISSING_SESSION_TOKEN] = "missing_session_token",
    [CHECK_GOOGLE_KEY_WITHOUT_ENDPOINT] = "google_key_without_endpoint",
    [CHECK_GOOGLE_ENDPOINT_WITHOUT_KEY] = "google_endpoint_without_key",
};

const char *spec_text(const lsexport_destination_spec *spec, enum spec_text field) { return spec->texts[field].text; }

bool spec_include_bucket(const lsexport_destination_spec *spec) {
  return !spec->numbers[SPEC_INCLUDE_BUCKET_IN_PREFIX].set || spec->numbers[SPEC_INCLUDE_BUCKET_IN_PREFIX].value;
}

enum spec_check spec_check_by_name(const char *name) {
  enum spec_check check = 0;
  while (check < CHECK_COUNT && !text_equal(check_names[check], name)) check++;
  return check;
}

const char *spec_check_name(enum spec_check check) { return check_names[check]; }

int32_t spec_check_cause(enum spec_check check) {
  if (check == CHECK_CONFUSED_BUCKET) return LSEXPORT_CAUSE_CONFUSED_BUCKET;
  return check == CHECK_MISSING_SESSION_TOKEN ? LSEXPORT_CAUSE_MISSING_TOKEN : LSEXPORT_CAUSE_NONE;
}
