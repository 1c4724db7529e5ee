/* SPDX-License-Identifier: MIT */
/* The getters of an error; all take NULL. */
#include "error/error.h"

#include "base/text.h"

#include <stddef.h>

static const char *or_empty(const char *text) { return text ? text : ""; }

lsexport_status lsexport_error_status(const lsexport_error *error) { return error ? error->status : LSEXPORT_OK; }

int32_t lsexport_error_cause(const lsexport_error *error) { return error ? error->cause : LSEXPORT_CAUSE_NONE; }

const char *lsexport_error_message(const lsexport_error *error) { return or_empty(error ? error->message : NULL); }

const char *lsexport_error_remedy(const lsexport_error *error) { return or_empty(error ? error->remedy : NULL); }

const char *lsexport_error_documentation_url(const lsexport_error *error) {
  return or_empty(error ? error->documentation_url : NULL);
}

int32_t lsexport_error_side(const lsexport_error *error) { return error ? error->side : LSEXPORT_SIDE_UNKNOWN; }

int32_t lsexport_error_applied(const lsexport_error *error) {
  return error ? error->applied : LSEXPORT_APPLIED_UNKNOWN;
}

int32_t lsexport_error_retryable(const lsexport_error *error) { return error ? error->retryable : 0; }

int64_t lsexport_error_retry_after_ms(const lsexport_error *error) { return error ? error->retry_after_ms : 0; }

int32_t lsexport_error_attempts(const lsexport_error *error) { return error ? error->attempts : 0; }

int32_t lsexport_error_http_status(const lsexport_error *error) { return error ? error->http_status : 0; }

const char *lsexport_error_storage_code(const lsexport_error *error) {
  return or_empty(error ? error->storage_code : NULL);
}

const char *lsexport_error_server_text(const lsexport_error *error) {
  return or_empty(error ? error->server_text : NULL);
}

const char *lsexport_error_request_id(const lsexport_error *error) {
  return or_empty(error ? error->request_id : NULL);
}

const char *lsexport_error_fact(const lsexport_error *error, const char *name) {
  for (size_t i = 0; error && name && i < error->fact_count; i++)
    if (text_equal(error->facts[i].name, name)) return error->facts[i].text;
  return NULL;
}

size_t lsexport_error_field_count(const lsexport_error *error) { return error ? error->field_count : 0; }

const char *lsexport_error_field_path(const lsexport_error *error, size_t index) {
  return error && index < error->field_count ? error->fields[index].name : "";
}

const char *lsexport_error_field_message(const lsexport_error *error, size_t index) {
  return error && index < error->field_count ? error->fields[index].text : "";
}

const char *lsexport_error_json(const lsexport_error *error) { return error ? or_empty(error->json) : "{}"; }
