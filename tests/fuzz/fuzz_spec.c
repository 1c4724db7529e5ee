/* SPDX-License-Identifier: MIT */
/* A spec: what the checks let through can be written, is read by others as it was meant, and is found again. What is
 * refused is explained as such, and no report shows a secret.
 *
 * Input: lines. First five digits, of which '1' means 0 and '-' unset; the kind of credentials as one of s t v r n; and the checks
 * that are overruled, as a to d. Then one line for each text in the order of texts[]: empty is unset, "~" is NULL, "!"
 * is an empty text. The last is all that is left. */
#include "canaries.h"
#include "endpoint.h"
#include "invariants.h"

#include "error/error.h"
#include "langsmith/destination.h"
#include "langsmith/destination_spec.h"
#include "storage/explain.h"
#include "json/json.h"

#include <string.h>

#define ID "0a91a355-8a88-422c-9546-72c183b95b51"
#define BODY_MAX (1 << 20)
#define COUNT(array) (sizeof(array) / sizeof *(array))

typedef lsexport_status (*text_setter)(lsexport_destination_spec *spec, const char *text);
typedef lsexport_status (*number_setter)(lsexport_destination_spec *spec, int32_t number);

static const text_setter texts[] = {
    lsexport_destination_spec_set_display_name,
    lsexport_destination_spec_set_bucket_name,
    lsexport_destination_spec_set_prefix,
    lsexport_destination_spec_set_region,
    lsexport_destination_spec_set_endpoint_url,
    lsexport_destination_spec_set_checksum_algorithm,
    lsexport_destination_spec_set_server_side_encryption,
    lsexport_destination_spec_set_ssekms_key_id,
    lsexport_destination_spec_set_expected_bucket_owner,
    lsexport_destination_spec_set_request_payer,
    lsexport_destination_spec_set_storage_class,
    lsexport_destination_spec_set_s3_additional_kwargs_json,
    lsexport_destination_spec_set_extra_config_json,
};
static const number_setter numbers[] = {
    lsexport_destination_spec_set_include_bucket_in_prefix, lsexport_destination_spec_set_addressing_style,
    lsexport_destination_spec_set_use_accelerate_endpoint, lsexport_destination_spec_set_payload_signing_enabled,
    lsexport_destination_spec_set_us_east_1_regional_endpoint};
static const char *const checks[] = {"confused_bucket", "missing_session_token", "google_key_without_endpoint",
                                     "google_endpoint_without_key"};

/* ---- filling it ---- */

static const char *value_of(const struct piece *line) {
  if (strcmp(line->text, "~") == 0) return NULL;
  return strcmp(line->text, "!") == 0 ? "" : line->text;
}

static lsexport_credentials *make_credentials(char kind, struct input *input) {
  lsexport_credentials *made = NULL;
  struct piece id = input_line(input), secret = input_line(input), token = input_line(input), role = input_line(input);
  const char *secret_text = value_of(&secret), *token_text = value_of(&token);
  size_t secret_length = secret_text == secret.text ? secret.length : LSEXPORT_NUL_TERMINATED;
  size_t token_length = token_text == token.text ? token.length : LSEXPORT_NUL_TERMINATED;
  if (kind == 's') lsexport_credentials_new_static(value_of(&id), secret_text, secret_length, &made);
  if (kind == 't')
    lsexport_credentials_new_session(value_of(&id), secret_text, secret_length, token_text, token_length, &made);
  if (kind == 'v') lsexport_credentials_new_server(&made);
  if (kind == 'r') lsexport_credentials_new_role(value_of(&role), &made);
  piece_free(&id);
  piece_free(&secret);
  piece_free(&token);
  piece_free(&role);
  return made;
}

static void set_numbers(lsexport_destination_spec *spec, const struct piece *line) {
  for (size_t i = 0; i < COUNT(numbers) && i < line->length; i++)
    if (line->text[i] != '-') numbers[i](spec, line->text[i] - '1');
  for (size_t i = COUNT(numbers) + 1; i < line->length; i++)
    if (line->text[i] >= 'a' && line->text[i] <= 'd')
      lsexport_destination_spec_allow(spec, checks[line->text[i] - 'a']);
}

static lsexport_destination_spec *make_spec(struct input *input) {
  lsexport_destination_spec *spec = NULL;
  MUST(lsexport_destination_spec_new(&spec) == LSEXPORT_OK);
  struct piece first = input_line(input);
  set_numbers(spec, &first);
  lsexport_credentials *credentials =
      make_credentials(first.length > COUNT(numbers) ? first.text[COUNT(numbers)] : 'n', input);
  if (credentials) lsexport_destination_spec_set_credentials(spec, credentials);
  lsexport_credentials_free(credentials);
  for (size_t i = 0; i < COUNT(texts); i++) {
    struct piece text = i + 1 < COUNT(texts) ? input_line(input) : input_rest(input);
    if (text.length) texts[i](spec, value_of(&text));
    piece_free(&text);
  }
  piece_free(&first);
  return spec;
}

/* ---- what was let through ---- */

static void must_be_said(const json_node *object, const char *name, const char *text) {
  const char *said = node_member_text(object, name);
  MUST(text ? said && strcmp(said, text) == 0 : !said);
}

static void check_body(const lsexport_destination_spec *spec, bool role_at_top_level) {
  struct spec_wire wire = {role_at_top_level};
  struct buf body;
  enum json_failure failure;
  buf_init(&body, BODY_MAX);
  spec_write_body(&body, spec, &wire);
  MUST(!body.failure && is_utf8(body.data, body.length));
  json_node *node = node_parse(body.data, body.length, &failure);
  MUST(node_is_object(node));
  const json_node *config = node_member(node, "config"), *keys = node_member(node, "credentials");
  must_be_said(node, "display_name", spec_text(spec, SPEC_DISPLAY_NAME));
  must_be_said(config, "bucket_name", spec_text(spec, SPEC_BUCKET_NAME));
  must_be_said(config, "prefix", spec_text(spec, SPEC_PREFIX));
  must_be_said(config, "region", spec_text(spec, SPEC_REGION));
  must_be_said(config, "endpoint_url", spec_text(spec, SPEC_ENDPOINT_URL));
  must_be_said(role_at_top_level ? node : config, "aws_role_arn", spec->credentials->aws_role_arn.text);
  must_be_said(keys, "secret_access_key", spec->credentials->secret_access_key.text);
  must_be_said(keys, "access_key_id", spec->credentials->access_key_id.text);
  must_be_said(keys, "session_token", spec->credentials->session_token.text);
  MUST(node_boolean(node_member(config, "include_bucket_in_prefix")) == spec_include_bucket(spec));
  node_free(node);
  buf_reset(&body);
}

/* A server that stores it word for word has the one that ensure looks for. */
static void check_found_again(const lsexport_destination_spec *spec) {
  struct buf config, stored;
  enum json_failure failure;
  lsexport_destination *theirs = NULL;
  const char *wrong = NULL, *missing = NULL, *name = spec_text(spec, SPEC_DISPLAY_NAME);
  buf_init(&config, BODY_MAX);
  buf_init(&stored, BODY_MAX);
  spec_write_config(&config, spec, NULL);
  buf_text(&stored, "{");
  buf_json_member(&stored, "id", ID);
  buf_json_member(&stored, "display_name", name);
  buf_json_name(&stored, "config");
  buf_add(&stored, config.data, config.length);
  buf_text(&stored, "}");
  json_node *ours = node_parse(config.data, config.length, &failure);
  json_node *node = node_parse(stored.data, stored.length, &failure);
  MUST(ours && node);
  struct destination_source source = {
      .node = node, .json = stored.data, .json_length = stored.length, .request_id = "", .secrets = canaries()};
  MUST(destination_read(&source, &theirs, &wrong) == DESTINATION_READ);
  must_be_destination(theirs);
  MUST(destination_compare(theirs, name, ours, &missing) == DESTINATION_EQUAL);
  lsexport_destination_free(theirs);
  node_free(node);
  node_free(ours);
  buf_reset(&config);
  buf_reset(&stored);
}

static void check_let_through(const lsexport_destination_spec *spec) {
  for (enum spec_text field = 0; field < SPEC_S3_ADDITIONAL_KWARGS; field++)
    for (const char *byte = spec_text(spec, field); byte && *byte; byte++)
      MUST((unsigned char)*byte >= 0x20 && *byte != 0x7f);
  const char *endpoint = spec_text(spec, SPEC_ENDPOINT_URL);
  if (endpoint) MUST(endpoint_must_agree(endpoint));
  check_body(spec, false);
  check_body(spec, true);
  check_found_again(spec);
}

/* ---- what is explained ---- */

static void must_be_report(const lsexport_report *report) {
  enum json_failure failure;
  const char *text = lsexport_report_text(report), *json = lsexport_report_json(report);
  MUST(is_utf8(text, strlen(text)) && is_utf8(json, strlen(json)));
  json_node *node = node_parse(json, strlen(json), &failure);
  MUST(node_is_object(node));
  MUST(node_array_count(node_member(node, "findings")) == lsexport_report_finding_count(report));
  node_free(node);
  must_be_clean(lsexport_report_summary(report), ADDRESS_URL_MAX);
  must_be_clean(lsexport_report_url(report), ADDRESS_URL_MAX);
  must_be_clean(lsexport_report_host(report), ADDRESS_URL_MAX);
  must_be_clean(lsexport_report_bucket(report), ADDRESS_URL_MAX);
  must_be_clean(lsexport_report_object_key(report), ADDRESS_URL_MAX);
  must_be_clean(lsexport_report_signing_region(report), ADDRESS_URL_MAX);
  for (size_t i = 0; i < lsexport_report_finding_count(report); i++) {
    int32_t severity = lsexport_report_finding_severity(report, i);
    MUST(severity >= LSEXPORT_SEVERITY_NOTE && severity <= LSEXPORT_SEVERITY_ERROR);
    MUST(!i || severity <= lsexport_report_finding_severity(report, i - 1));
    MUST(*lsexport_report_finding_code(report, i) && *lsexport_report_finding_remedy(report, i));
    must_be_clean(lsexport_report_finding_field(report, i), ERROR_TEXT_MAX);
    must_be_clean(lsexport_report_finding_reason(report, i), ERROR_TEXT_MAX);
    must_be_clean(lsexport_report_finding_remedy(report, i), ERROR_TEXT_MAX);
  }
}

static void check_explained(const lsexport_destination_spec *spec, bool is_refused) {
  lsexport_report *report = report_new();
  explain(report, spec, NULL, canaries());
  MUST(report_finish(report) == NULL);
  must_be_report(report);
  if (is_refused) MUST(lsexport_report_finding_severity(report, 0) == LSEXPORT_SEVERITY_ERROR);
  lsexport_report_free(report);
}

/* ---- what was refused ---- */

static void add_field(void *context, const char *path, const char *message, enum spec_check named) {
  MUST(path && *path && message && *message);
  MUST(strncmp(lsexport_cause_name(spec_check_cause(named)), "LSEXPORT_CAUSE_", 15) == 0);
  error_add_field(context, path, message);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct piece whole = canaries_expand(data, size);
  struct input input = {whole.text, whole.length};
  lsexport_destination_spec *spec = make_spec(&input);
  lsexport_error *error = error_new(LSEXPORT_ERR_VALIDATION, canaries());
  spec_check(spec, canaries(), add_field, error);
  check_explained(spec, lsexport_error_field_count(error) > 0);
  if (lsexport_error_field_count(error)) {
    error = error_finish(error, false);
    must_be_error(error);
  } else {
    check_let_through(spec);
  }
  lsexport_error_free(error);
  lsexport_destination_spec_free(spec);
  piece_free(&whole);
  return 0;
}
