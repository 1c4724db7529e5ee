/* SPDX-License-Identifier: MIT */
#include "error/error.h"

#include "base/mem.h"
#include "base/text.h"
#include "error/error_json.h"
#include "error/tables.h"

#include <string.h>

/* Reporting that memory ran out must not need memory: one object for each value of applied. */
#define NO_MEMORY_REMEDY "Free memory and look whether the request was applied before you make the call again."
/* NOLINTBEGIN(bugprone-macro-parentheses): these are pieces of one string */
#define NO_MEMORY_ERROR(applied_value, applied_name, retryable_name)                                               \
  {.status = LSEXPORT_ERR_NO_MEMORY,                                                                               \
   .side = LSEXPORT_SIDE_CALLER,                                                                                   \
   .applied = applied_value,                                                                                       \
   .transient = true,                                                                                              \
   .remedy = NO_MEMORY_REMEDY,                                                                                     \
   .documentation_url = "",                                                                                        \
   .message = (char *)"out of memory (applied: " applied_name ")",                                                 \
   .retryable = applied_value == LSEXPORT_APPLIED_NO,                                                              \
   .json = (char *)"{\"status\":\"LSEXPORT_ERR_NO_MEMORY\",\"status_number\":3,\"cause\":\"LSEXPORT_CAUSE_NONE\"," \
                   "\"cause_number\":0,\"message\":\"out of memory (applied: " applied_name                        \
                   ")\",\"remedy\":\"" NO_MEMORY_REMEDY "\",\"side\":\"caller\",\"applied\":\"" applied_name       \
                   "\",\"retryable\":" retryable_name                                                              \
                   ",\"retry_after_ms\":0,\"attempts\":0,\"http_status\":0,\"facts\":{},\"fields\":[]}"}
/* NOLINTEND(bugprone-macro-parentheses) */

static const lsexport_error no_memory[] = {
    [LSEXPORT_APPLIED_UNKNOWN] = NO_MEMORY_ERROR(LSEXPORT_APPLIED_UNKNOWN, "unknown", "false"),
    [LSEXPORT_APPLIED_NO] = NO_MEMORY_ERROR(LSEXPORT_APPLIED_NO, "no", "true"),
    [LSEXPORT_APPLIED_YES] = NO_MEMORY_ERROR(LSEXPORT_APPLIED_YES, "yes", "false"),
};

/* Callers own errors, so they are not const; nothing here or there ever writes to this one. */
lsexport_error *error_no_memory(int32_t applied) { return (lsexport_error *)(uintptr_t)&no_memory[applied]; }

bool error_is_static(const lsexport_error *error) {
  return error == &no_memory[0] || error == &no_memory[1] || error == &no_memory[2];
}

lsexport_error *error_new_verdict(const struct verdict *verdict, const struct secrets *secrets) {
  if (verdict->status == LSEXPORT_ERR_NO_MEMORY) return error_no_memory(LSEXPORT_APPLIED_NO);
  lsexport_error *error = mem_alloc(sizeof *error);
  if (!error) return error_no_memory(LSEXPORT_APPLIED_NO);
  error->status = verdict->status;
  error->cause = verdict->cause;
  error->side = verdict->side;
  error->transient = verdict->transient;
  error->remedy = verdict->remedy;
  error->documentation_url = verdict->documentation_url;
  error->applied = LSEXPORT_APPLIED_NO; /* until somebody knows that a request went out */
  error->secrets = secrets;
  if (verdict->storage_code) error_set_storage_code(error, verdict->storage_code);
  return error;
}

lsexport_error *error_new(lsexport_status status, const struct secrets *secrets) {
  struct verdict verdict = classify_status(status);
  return error_new_verdict(&verdict, secrets);
}

lsexport_error *error_new_argument(const char *parameter) {
  lsexport_error *error = error_new(LSEXPORT_ERR_INVALID_ARGUMENT, NULL);
  error_add_fact(error, "parameter", parameter);
  return error;
}

/* A washed copy; NULL, and the error marked, without memory. */
static char *washed(lsexport_error *error, const char *text, size_t length, size_t maximum,
                    const struct secrets *secrets) {
  struct buf out;
  buf_init(&out, maximum + strlen("...") + 1);
  wash(&out, text, length, maximum, secrets);
  char *copy = buf_take(&out);
  if (!copy) error->failed = true;
  return copy;
}

static void set_text(lsexport_error *error, char **field, const char *text, size_t length, size_t maximum) {
  if (error_is_static(error)) return;
  mem_free(*field);
  *field = washed(error, text, length, maximum, error->secrets);
}

void error_set_operation(lsexport_error *error, const char *static_text) {
  if (!error_is_static(error)) error->operation = static_text;
}

void error_set_cause(lsexport_error *error, int32_t cause) {
  if (!error_is_static(error)) error->cause = cause;
}

void error_set_http_status(lsexport_error *error, int http_status) {
  if (!error_is_static(error)) error->http_status = http_status;
}

void error_set_server_text(lsexport_error *error, const char *text, size_t length) {
  set_text(error, &error->server_text, text, length, ERROR_TEXT_MAX);
}

void error_set_storage_code(lsexport_error *error, const char *code) {
  set_text(error, &error->storage_code, code, strlen(code), ERROR_REQUEST_ID_MAX);
}

void error_set_request_id(lsexport_error *error, const char *request_id) {
  set_text(error, &error->request_id, request_id, strlen(request_id), ERROR_REQUEST_ID_MAX);
}

lsexport_error *error_set_applied(lsexport_error *error, int32_t applied) {
  if (error_is_static(error)) return error_no_memory(applied);
  error->applied = applied;
  return error;
}

void error_set_attempts(lsexport_error *error, int32_t attempts) {
  if (!error_is_static(error)) error->attempts = attempts;
}

void error_set_retry_after(lsexport_error *error, int64_t milliseconds) {
  if (!error_is_static(error)) error->retry_after_ms = milliseconds;
}

/* Both halves or neither. Words of ours may look like a short secret, and stay as they are. */
static bool make_pair(lsexport_error *error, struct error_pair *pair, const char *name, const struct secrets *in_name,
                      const char *text, const struct secrets *in_text) {
  pair->name = washed(error, name, strlen(name), ERROR_TEXT_MAX, in_name);
  pair->text = washed(error, text, strlen(text), ERROR_TEXT_MAX, in_text);
  if (pair->name && pair->text) return true;
  mem_free(pair->name);
  mem_free(pair->text);
  return false;
}

void error_set_failed(lsexport_error *error) {
  if (!error_is_static(error)) error->failed = true;
}

void error_add_fact(lsexport_error *error, const char *name, const char *value) {
  if (error_is_static(error) || error->fact_count == ERROR_FACTS_MAX || lsexport_error_fact(error, name)) return;
  if (make_pair(error, &error->facts[error->fact_count], name, NULL, value, error->secrets)) error->fact_count++;
}

static void add_field(lsexport_error *error, const char *path, const char *message, const struct secrets *secrets) {
  if (error_is_static(error)) return;
  if (!error->fields) error->fields = mem_alloc(ERROR_FIELDS_MAX * sizeof *error->fields);
  if (!error->fields) {
    error->failed = true;
    return;
  }
  if (error->field_count == ERROR_FIELDS_MAX) {
    error->fields_left_out++;
    return;
  }
  if (make_pair(error, &error->fields[error->field_count], path, secrets, message, secrets)) error->field_count++;
}

void error_add_field(lsexport_error *error, const char *path, const char *message) {
  add_field(error, path, message, NULL);
}

void error_add_server_field(lsexport_error *error, const char *path, const char *message) {
  add_field(error, path, message, error->secrets);
}

/* ---- the message: what failed, why, and what to do, on one line ---- */

static void write_fields(struct buf *out, const lsexport_error *error) {
  for (size_t i = 0; i < error->field_count; i++) {
    buf_text(out, i ? "; " : ": ");
    buf_text(out, error->fields[i].name);
    buf_text(out, ": ");
    buf_text(out, error->fields[i].text);
  }
  if (error->fields_left_out) buf_text(out, "; and more");
}

/* The first fact of these is the parameter, the member or the part that it is about. */
static bool is_told_by_fact(lsexport_status status) {
  return status == LSEXPORT_ERR_INVALID_ARGUMENT || status == LSEXPORT_ERR_UNSUPPORTED ||
         status == LSEXPORT_ERR_UNSUPPORTED_BY_SERVER;
}

static void write_reason(struct buf *out, const lsexport_error *error) {
  if (error->cause) {
    buf_text(out, ": ");
    buf_text(out, lsexport_cause_text(error->cause));
  }
  if (error->field_count) {
    write_fields(out, error);
  } else if (error->server_text && *error->server_text) {
    buf_text(out, error->http_status ? ". LangSmith said: \"" : ". The network said: \"");
    buf_text(out, error->server_text);
    buf_text(out, "\"");
  } else if (is_told_by_fact(error->status) && error->fact_count) {
    buf_text(out, ": ");
    buf_text(out, error->facts[0].name);
    buf_text(out, " ");
    buf_text(out, error->facts[0].text);
  }
  if (error->http_status) {
    buf_text(out, " (HTTP ");
    buf_integer(out, error->http_status);
    buf_text(out, ")");
  }
}

static char *write_message(lsexport_error *error) {
  struct buf whole, out;
  buf_init(&whole, ERROR_JSON_MAX);
  if (error->operation) {
    buf_text(&whole, error->operation);
    buf_text(&whole, ": ");
  }
  buf_text(&whole, lsexport_status_text(error->status));
  write_reason(&whole, error);
  if (whole.length && whole.data[whole.length - 1] != '.') buf_text(&whole, ".");
  buf_text(&whole, " ");
  buf_text(&whole, error->remedy);
  buf_init(&out, ERROR_MESSAGE_MAX + strlen("...") + 1);
  wash(&out, buf_string(&whole), whole.length, ERROR_MESSAGE_MAX, NULL); /* its pieces are washed: this cuts it */
  if (whole.failure) out.failure = whole.failure;
  buf_reset(&whole);
  return buf_take(&out);
}

lsexport_error *error_finish(lsexport_error *error, bool repeatable) {
  if (error_is_static(error)) return error;
  int32_t applied = error->applied;
  error->retryable = error->transient && (repeatable || applied == LSEXPORT_APPLIED_NO);
  error->message = write_message(error);
  if (error->message) error->json = error_json_write(error);
  error->secrets = NULL;
  if (error->message && error->json && !error->failed) return error;
  lsexport_error_free(error);
  return error_no_memory(applied);
}

static void free_pairs(struct error_pair *pairs, size_t count) {
  for (size_t i = 0; i < count; i++) {
    mem_free(pairs[i].name);
    mem_free(pairs[i].text);
  }
}

void lsexport_error_free(lsexport_error *error) {
  if (!error || error_is_static(error)) return;
  free_pairs(error->facts, error->fact_count);
  free_pairs(error->fields, error->field_count);
  mem_free(error->fields);
  mem_free(error->message);
  mem_free(error->storage_code);
  mem_free(error->server_text);
  mem_free(error->request_id);
  mem_free(error->json);
  mem_free(error);
}
