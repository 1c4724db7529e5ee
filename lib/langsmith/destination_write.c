/* SPDX-License-Identifier: MIT */
/* From a spec to the JSON that goes out. */
#include "langsmith/destination_spec.h"

#include <string.h>

static void write_present(struct buf *out, const lsexport_destination_spec *spec, enum spec_text field) {
  const char *text = spec_text(spec, field);
  if (text) buf_json_member(out, spec_fields[field].member, text);
}

/* The members of a JSON object that the checks have read, as they were given. */
static void write_members(struct buf *out, const char *object) {
  if (!object) return;
  const char *first = strchr(object, '{') + 1, *end = strrchr(object, '}');
  while (first < end && strchr(" \t\r\n", *first)) first++;
  if (first == end) return;
  if (out->length && out->data[out->length - 1] != '{') buf_text(out, ",");
  buf_add(out, first, (size_t)(end - first));
}

static bool has_additional(const lsexport_destination_spec *spec) {
  for (enum spec_text field = 0; field < SPEC_TEXT_COUNT; field++)
    if (spec_fields[field].additional && spec_text(spec, field)) return true;
  return spec_text(spec, SPEC_S3_ADDITIONAL_KWARGS) != NULL;
}

static void write_additional_kwargs(struct buf *out, const lsexport_destination_spec *spec) {
  if (!has_additional(spec)) return;
  buf_json_name(out, "s3_additional_kwargs");
  buf_text(out, "{");
  for (enum spec_text field = 0; field < SPEC_TEXT_COUNT; field++)
    if (spec_fields[field].additional) write_present(out, spec, field);
  write_members(out, spec_text(spec, SPEC_S3_ADDITIONAL_KWARGS));
  buf_text(out, "}");
}

static void write_config_kwargs(struct buf *out, const lsexport_destination_spec *spec) {
  static const char *const styles[] = {NULL, "auto", "virtual", "path"};
  static const char *const regional[] = {NULL, "regional", "legacy"};
  const char *style = styles[spec->numbers[SPEC_ADDRESSING_STYLE].value];
  const char *us_east_1 = regional[spec->numbers[SPEC_US_EAST_1_REGIONAL_ENDPOINT].value];
  bool accelerate = spec->numbers[SPEC_USE_ACCELERATE_ENDPOINT].set;
  bool signing = spec->numbers[SPEC_PAYLOAD_SIGNING_ENABLED].set;
  if (!style && !us_east_1 && !accelerate && !signing) return;
  buf_json_name(out, "config_kwargs_s3");
  buf_text(out, "{");
  if (style) buf_json_member(out, "addressing_style", style);
  if (accelerate)
    buf_json_member_boolean(out, "use_accelerate_endpoint", spec->numbers[SPEC_USE_ACCELERATE_ENDPOINT].value);
  if (signing)
    buf_json_member_boolean(out, "payload_signing_enabled", spec->numbers[SPEC_PAYLOAD_SIGNING_ENABLED].value);
  if (us_east_1) buf_json_member(out, "us_east_1_regional_endpoint", us_east_1);
  buf_text(out, "}");
}

void spec_write_config(struct buf *out, const lsexport_destination_spec *spec, const char *aws_role_arn) {
  buf_text(out, "{");
  write_present(out, spec, SPEC_BUCKET_NAME);
  write_present(out, spec, SPEC_PREFIX);
  write_present(out, spec, SPEC_REGION);
  write_present(out, spec, SPEC_ENDPOINT_URL);
  /* Always: the server's default has changed over time. */
  buf_json_member_boolean(out, "include_bucket_in_prefix", spec_include_bucket(spec));
  write_config_kwargs(out, spec);
  write_additional_kwargs(out, spec);
  if (aws_role_arn) buf_json_member(out, "aws_role_arn", aws_role_arn);
  write_members(out, spec_text(spec, SPEC_EXTRA_CONFIG));
  buf_text(out, "}");
}

static void write_secret(struct buf *out, const char *name, const struct credentials_text *value) {
  buf_json_name(out, name);
  buf_json_string(out, value->text, value->length);
}

static void write_key_pair(struct buf *out, const lsexport_credentials *credentials) {
  buf_json_name(out, "credentials");
  buf_text(out, "{");
  write_secret(out, "access_key_id", &credentials->access_key_id);
  write_secret(out, "secret_access_key", &credentials->secret_access_key);
  if (credentials->kind == CREDENTIALS_SESSION) write_secret(out, "session_token", &credentials->session_token);
  buf_text(out, "}");
}

static bool has_key_pair(const lsexport_credentials *credentials) {
  return credentials->kind == CREDENTIALS_STATIC || credentials->kind == CREDENTIALS_SESSION;
}

void spec_write_body(struct buf *out, const lsexport_destination_spec *spec, const struct spec_wire *wire) {
  const char *role = spec->credentials->aws_role_arn.text;
  buf_text(out, "{");
  buf_json_member(out, "destination_type", "s3");
  write_present(out, spec, SPEC_DISPLAY_NAME);
  buf_json_name(out, "config");
  spec_write_config(out, spec, wire->role_at_top_level ? NULL : role);
  if (role && wire->role_at_top_level) buf_json_member(out, "aws_role_arn", role);
  if (has_key_pair(spec->credentials)) write_key_pair(out, spec->credentials);
  buf_text(out, "}");
}

void credentials_write_patch(struct buf *out, const lsexport_credentials *credentials) {
  buf_text(out, "{");
  if (has_key_pair(credentials))
    write_key_pair(out, credentials);
  else
    buf_json_member(out, "aws_role_arn", credentials->aws_role_arn.text);
  buf_text(out, "}");
}
