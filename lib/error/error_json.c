/* SPDX-License-Identifier: MIT */
#include "error/error_json.h"

#include "base/buf.h"
#include "error/tables.h"

#include <string.h>

static const char *const side_names[] = {"unknown", "caller", "network", "langsmith", "storage"};
static const char *const applied_names[] = {"unknown", "no", "yes"};

static void write_text(struct buf *out, const char *name, const char *text) {
  if (text && *text) buf_json_member(out, name, text);
}

static void write_facts(struct buf *out, const lsexport_error *error) {
  buf_json_name(out, "facts");
  buf_text(out, "{");
  for (size_t i = 0; i < error->fact_count; i++) buf_json_member(out, error->facts[i].name, error->facts[i].text);
  buf_text(out, "}");
}

static void write_fields(struct buf *out, const lsexport_error *error) {
  buf_json_name(out, "fields");
  buf_text(out, "[");
  for (size_t i = 0; i < error->field_count; i++) {
    if (i) buf_text(out, ",");
    buf_text(out, "{");
    buf_json_member(out, "path", error->fields[i].name);
    buf_json_member(out, "message", error->fields[i].text);
    buf_text(out, "}");
  }
  buf_text(out, "]");
}

char *error_json_write(const lsexport_error *error) {
  struct buf out;
  buf_init(&out, ERROR_JSON_MAX);
  buf_text(&out, "{");
  buf_json_member(&out, "status", lsexport_status_name(error->status));
  buf_json_member_integer(&out, "status_number", error->status);
  buf_json_member(&out, "cause", lsexport_cause_name(error->cause));
  buf_json_member_integer(&out, "cause_number", error->cause);
  write_text(&out, "operation", error->operation);
  buf_json_member(&out, "message", error->message);
  buf_json_member(&out, "remedy", error->remedy);
  write_text(&out, "documentation_url", error->documentation_url);
  buf_json_member(&out, "side", side_names[error->side]);
  buf_json_member(&out, "applied", applied_names[error->applied]);
  buf_json_member_boolean(&out, "retryable", error->retryable);
  buf_json_member_integer(&out, "retry_after_ms", error->retry_after_ms);
  buf_json_member_integer(&out, "attempts", error->attempts);
  buf_json_member_integer(&out, "http_status", error->http_status);
  write_text(&out, "storage_code", error->storage_code);
  write_text(&out, "server_text", error->server_text);
  write_text(&out, "request_id", error->request_id);
  write_facts(&out, error);
  write_fields(&out, error);
  buf_text(&out, "}");
  return buf_take(&out);
}
