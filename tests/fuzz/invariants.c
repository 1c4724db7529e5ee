/* SPDX-License-Identifier: MIT */
#include "invariants.h"

#include "canaries.h"
#include "error/error.h"
#include "net/log.h"
#include "net/retry.h"
#include "json/json.h"

#include <string.h>

#define CUT_MARK_LENGTH 3 /* "..." */
#define COUNT(array) (sizeof(array) / sizeof *(array))

/* ---- text ---- */

bool is_utf8(const char *text, size_t length) {
  unsigned character;
  for (size_t at = 0, size; at < length; at += size) {
    size = utf8_decode(text + at, length - at, &character);
    if (!size || !character) return false;
  }
  return true;
}

static bool may_be_shown(unsigned character) {
  static const unsigned turning[][2] = {{0x061c, 0x061c}, {0x200e, 0x200f}, {0x2028, 0x202e}, {0x2066, 0x2069}};
  if (character < 0x20 || (character >= 0x7f && character < 0xa0)) return false;
  for (size_t i = 0; i < COUNT(turning); i++)
    if (character >= turning[i][0] && character <= turning[i][1]) return false;
  return true;
}

static void must_be_visible(const char *text, size_t length) {
  unsigned character = 0;
  for (size_t at = 0, size; at < length; at += size) {
    size = utf8_decode(text + at, length - at, &character);
    MUST(size > 0);
    MUST(may_be_shown(character));
  }
}

void must_be_clean(const char *text, size_t maximum) {
  MUST(text != NULL);
  size_t length = strlen(text);
  MUST(length <= maximum + CUT_MARK_LENGTH);
  must_be_visible(text, length);
  canaries_must_be_absent(text, length);
}

/* ---- errors ---- */

static json_node *must_be_json(const char *text, size_t length) {
  enum json_failure failure;
  json_node *node = node_parse(text, length, &failure);
  MUST(node_is_object(node));
  return node;
}

static void must_say(const json_node *json, const char *name, const char *text) {
  const char *said = node_member_text(json, name);
  MUST(*text ? said && strcmp(said, text) == 0 : !said || !*said);
}

static void must_count(const json_node *json, const char *name, long long number) {
  long long said = 0;
  MUST(node_integer(node_member(json, name), &said));
  MUST(said == number);
}

static void check_json(const lsexport_error *error) {
  const char *text = lsexport_error_json(error);
  canaries_must_be_absent(text, strlen(text));
  MUST(strlen(text) <= ERROR_JSON_MAX);
  json_node *json = must_be_json(text, strlen(text));
  must_say(json, "status", lsexport_status_name(lsexport_error_status(error)));
  must_say(json, "cause", lsexport_cause_name(lsexport_error_cause(error)));
  must_say(json, "message", lsexport_error_message(error));
  must_say(json, "remedy", lsexport_error_remedy(error));
  must_say(json, "server_text", lsexport_error_server_text(error));
  must_say(json, "storage_code", lsexport_error_storage_code(error));
  must_say(json, "request_id", lsexport_error_request_id(error));
  must_count(json, "status_number", lsexport_error_status(error));
  must_count(json, "cause_number", lsexport_error_cause(error));
  must_count(json, "http_status", lsexport_error_http_status(error));
  must_count(json, "attempts", lsexport_error_attempts(error));
  must_count(json, "retry_after_ms", lsexport_error_retry_after_ms(error));
  MUST(node_boolean(node_member(json, "retryable")) == lsexport_error_retryable(error));
  MUST(node_array_count(node_member(json, "fields")) == lsexport_error_field_count(error));
  node_free(json);
}

void must_be_error(const lsexport_error *error) {
  MUST(error != NULL);
  lsexport_status status = lsexport_error_status(error);
  MUST(status != LSEXPORT_OK && strncmp(lsexport_status_name(status), "LSEXPORT_ERR_", 13) == 0);
  MUST(strncmp(lsexport_cause_name(lsexport_error_cause(error)), "LSEXPORT_CAUSE_", 15) == 0);
  must_be_clean(lsexport_error_message(error), ERROR_MESSAGE_MAX);
  must_be_clean(lsexport_error_remedy(error), ERROR_MESSAGE_MAX);
  must_be_clean(lsexport_error_server_text(error), ERROR_TEXT_MAX);
  must_be_clean(lsexport_error_storage_code(error), ERROR_REQUEST_ID_MAX);
  must_be_clean(lsexport_error_request_id(error), ERROR_REQUEST_ID_MAX);
  MUST(*lsexport_error_message(error) && *lsexport_error_remedy(error));
  MUST(error->fact_count <= ERROR_FACTS_MAX && error->field_count <= ERROR_FIELDS_MAX);
  for (size_t i = 0; i < error->fact_count; i++) {
    must_be_clean(error->facts[i].name, ERROR_TEXT_MAX);
    must_be_clean(error->facts[i].text, ERROR_TEXT_MAX);
    MUST(lsexport_error_fact(error, error->facts[i].name) != NULL);
  }
  for (size_t i = 0; i < lsexport_error_field_count(error); i++) {
    must_be_clean(lsexport_error_field_path(error, i), ERROR_TEXT_MAX);
    must_be_clean(lsexport_error_field_message(error, i), ERROR_TEXT_MAX);
  }
  MUST(lsexport_error_side(error) >= LSEXPORT_SIDE_UNKNOWN && lsexport_error_side(error) <= LSEXPORT_SIDE_STORAGE);
  MUST(lsexport_error_applied(error) >= LSEXPORT_APPLIED_UNKNOWN);
  MUST(lsexport_error_applied(error) <= LSEXPORT_APPLIED_YES);
  MUST(lsexport_error_retry_after_ms(error) >= 0 && lsexport_error_retry_after_ms(error) <= RETRY_AFTER_CEILING_MS);
  check_json(error);
}

void must_be_log_line(const char *line, size_t length) {
  MUST(strlen(line) == length && length <= LOG_LINE_MAX);
  must_be_clean(line, LOG_LINE_MAX);
  json_node *json = must_be_json(line, length);
  MUST(node_member_text(json, "event") != NULL);
  node_free(json);
}

/* ---- destinations ---- */

static void check_kwargs(const char *text) {
  if (!text) return;
  MUST(is_utf8(text, strlen(text)));
  node_free(must_be_json(text, strlen(text)));
}

void must_be_destination(const lsexport_destination *destination) {
  size_t length = 0;
  MUST(destination != NULL);
  const char *const always[] = {lsexport_destination_id(destination), lsexport_destination_workspace_id(destination),
                                lsexport_destination_display_name(destination), lsexport_destination_type(destination),
                                lsexport_destination_prefix(destination)};
  const char *const perhaps[] = {
      lsexport_destination_bucket_name(destination), lsexport_destination_region(destination),
      lsexport_destination_endpoint_url(destination), lsexport_destination_aws_role_arn(destination)};
  for (size_t i = 0; i < COUNT(always); i++) MUST(always[i] && is_utf8(always[i], strlen(always[i])));
  for (size_t i = 0; i < COUNT(perhaps); i++) MUST(!perhaps[i] || is_utf8(perhaps[i], strlen(perhaps[i])));
  MUST(strlen(always[0]) == 36);
  must_be_clean(lsexport_destination_request_id(destination), ERROR_REQUEST_ID_MAX);
  check_kwargs(lsexport_destination_config_kwargs_s3_json(destination));
  check_kwargs(lsexport_destination_s3_additional_kwargs_json(destination));
  const char *json = lsexport_destination_json(destination, &length);
  MUST(strlen(json) == length);
  node_free(must_be_json(json, length));
  int32_t style = lsexport_destination_addressing_style(destination);
  MUST(style >= -1 && style <= LSEXPORT_ADDRESSING_PATH);
  size_t keys = lsexport_destination_credentials_key_count(destination);
  for (size_t i = 0; i < keys; i++) {
    const char *key = lsexport_destination_credentials_key(destination, i);
    MUST(key && is_utf8(key, strlen(key)));
  }
  MUST(!lsexport_destination_credentials_key(destination, keys));
  lsexport_destination *copy = lsexport_destination_copy(destination);
  MUST(copy == destination);
  lsexport_destination_free(copy);
}
