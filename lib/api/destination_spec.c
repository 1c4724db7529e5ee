/* SPDX-License-Identifier: MIT */
/* The setters of a spec. */
#include "api/destination_spec.h"

#include "base/mem.h"

#include <string.h>

lsexport_status lsexport_destination_spec_new(lsexport_destination_spec **spec_out) {
  if (!spec_out) return LSEXPORT_ERR_INVALID_ARGUMENT;
  lsexport_destination_spec *spec = mem_alloc(sizeof *spec);
  if (!spec) return LSEXPORT_ERR_NO_MEMORY;
  *spec_out = spec;
  return LSEXPORT_OK;
}

static lsexport_status fail(lsexport_destination_spec *spec, lsexport_status failure, const char *parameter) {
  if (!spec->failure) {
    spec->failure = failure;
    spec->failed_parameter = parameter;
  }
  return failure;
}

static lsexport_status set_text(lsexport_destination_spec *spec, enum spec_text field, const char *text) {
  if (!spec) return LSEXPORT_ERR_INVALID_ARGUMENT;
  char *copy = text ? mem_text(text, strlen(text)) : NULL;
  if (text && !copy) return fail(spec, LSEXPORT_ERR_NO_MEMORY, NULL);
  mem_free(spec->texts[field].text);
  spec->texts[field].text = copy;
  spec->texts[field].set = true;
  return LSEXPORT_OK;
}

static lsexport_status set_number(lsexport_destination_spec *spec, enum spec_number field, int32_t value) {
  if (!spec) return LSEXPORT_ERR_INVALID_ARGUMENT;
  spec->numbers[field].value = value;
  spec->numbers[field].set = true;
  return LSEXPORT_OK;
}

#define TEXT_SETTER(name, field)                                                                            \
  lsexport_status lsexport_destination_spec_set_##name(lsexport_destination_spec *spec, const char *text) { \
    return set_text(spec, field, text);                                                                     \
  }
#define NUMBER_SETTER(name, field)                                                                       \
  lsexport_status lsexport_destination_spec_set_##name(lsexport_destination_spec *spec, int32_t value) { \
    return set_number(spec, field, value);                                                               \
  }

TEXT_SETTER(display_name, SPEC_DISPLAY_NAME)
TEXT_SETTER(bucket_name, SPEC_BUCKET_NAME)
TEXT_SETTER(prefix, SPEC_PREFIX)
TEXT_SETTER(region, SPEC_REGION)
TEXT_SETTER(endpoint_url, SPEC_ENDPOINT_URL)
TEXT_SETTER(checksum_algorithm, SPEC_CHECKSUM_ALGORITHM)
TEXT_SETTER(server_side_encryption, SPEC_SERVER_SIDE_ENCRYPTION)
TEXT_SETTER(ssekms_key_id, SPEC_SSEKMS_KEY_ID)
TEXT_SETTER(expected_bucket_owner, SPEC_EXPECTED_BUCKET_OWNER)
TEXT_SETTER(request_payer, SPEC_REQUEST_PAYER)
TEXT_SETTER(storage_class, SPEC_STORAGE_CLASS)
TEXT_SETTER(s3_additional_kwargs_json, SPEC_S3_ADDITIONAL_KWARGS)
TEXT_SETTER(extra_config_json, SPEC_EXTRA_CONFIG)
NUMBER_SETTER(include_bucket_in_prefix, SPEC_INCLUDE_BUCKET_IN_PREFIX)
NUMBER_SETTER(addressing_style, SPEC_ADDRESSING_STYLE)
NUMBER_SETTER(use_accelerate_endpoint, SPEC_USE_ACCELERATE_ENDPOINT)
NUMBER_SETTER(payload_signing_enabled, SPEC_PAYLOAD_SIGNING_ENABLED)
NUMBER_SETTER(us_east_1_regional_endpoint, SPEC_US_EAST_1_REGIONAL_ENDPOINT)

lsexport_status lsexport_destination_spec_set_credentials(lsexport_destination_spec *spec,
                                                          const lsexport_credentials *credentials) {
  if (!spec) return LSEXPORT_ERR_INVALID_ARGUMENT;
  if (!credentials) return fail(spec, LSEXPORT_ERR_INVALID_ARGUMENT, "credentials of the spec");
  lsexport_credentials *before = spec->credentials;
  spec->credentials = credentials_share(credentials);
  lsexport_credentials_free(before);
  return LSEXPORT_OK;
}

lsexport_destination_spec *spec_copy(const lsexport_destination_spec *spec) {
  lsexport_destination_spec *copy = mem_alloc(sizeof *copy);
  if (!copy) return NULL;
  *copy = *spec;
  copy->credentials = credentials_share(spec->credentials);
  bool failed = false;
  for (enum spec_text field = 0; field < SPEC_TEXT_COUNT; field++) {
    const char *text = spec->texts[field].text;
    copy->texts[field].text = text ? mem_text(text, strlen(text)) : NULL;
    failed = failed || (text && !copy->texts[field].text);
  }
  if (!failed) return copy;
  lsexport_destination_spec_free(copy);
  return NULL;
}

lsexport_status lsexport_destination_spec_allow(lsexport_destination_spec *spec, const char *check) {
  if (!spec) return LSEXPORT_ERR_INVALID_ARGUMENT;
  enum spec_check named = check ? spec_check_by_name(check) : CHECK_COUNT;
  if (named == CHECK_COUNT)
    return fail(spec, LSEXPORT_ERR_INVALID_ARGUMENT, "check of lsexport_destination_spec_allow");
  spec->allowed[named] = true;
  return LSEXPORT_OK;
}

void lsexport_destination_spec_free(lsexport_destination_spec *spec) {
  if (!spec) return;
  for (enum spec_text field = 0; field < SPEC_TEXT_COUNT; field++) mem_free(spec->texts[field].text);
  lsexport_credentials_free(spec->credentials);
  mem_free(spec);
}
