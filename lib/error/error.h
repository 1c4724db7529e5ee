/* SPDX-License-Identifier: MIT */
/* Building an error. What others sent is washed here of the call's secrets. Running out of memory on the way leaves the
 * static NO_MEMORY error: no setter reports it, error_finish does. */
#ifndef LSX_ERROR_ERROR_H
#define LSX_ERROR_ERROR_H

#include "error/classify.h"
#include "error/wash.h"

#include <lsexport/error.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ERROR_TEXT_MAX 1024 /* bytes of the server's text, of a field's message, of a fact */
#define ERROR_MESSAGE_MAX 4096
#define ERROR_JSON_MAX (1024 * 1024)
#define ERROR_FIELDS_MAX 64 /* what a server sends beyond is counted, not kept */
#define ERROR_FACTS_MAX 16
#define ERROR_REQUEST_ID_MAX 128

struct error_pair {
  char *name; /* a fact's name, a field's path */
  char *text;
};

struct lsexport_error {
  lsexport_status status;
  int32_t cause;
  int32_t side;
  int32_t applied;
  int32_t http_status;
  int32_t attempts;
  int64_t retry_after_ms;
  bool transient;
  bool retryable;
  bool failed; /* memory ran out while it was built */
  const char *operation;
  const char *remedy;
  const char *documentation_url;
  char *message;
  char *storage_code;
  char *server_text;
  char *request_id;
  char *json;
  size_t fact_count;
  struct error_pair facts[ERROR_FACTS_MAX];
  size_t field_count;
  size_t fields_left_out;
  struct error_pair *fields;
  const struct secrets *secrets; /* while it is built */
};

/* Never NULL: without memory the static error. secrets are borrowed until error_finish, and may be NULL. */
lsexport_error *error_new(lsexport_status status, const struct secrets *secrets);
lsexport_error *error_new_verdict(const struct verdict *verdict, const struct secrets *secrets);
/* INVALID_ARGUMENT that names the parameter. */
lsexport_error *error_new_argument(const char *parameter);
/* The static NO_MEMORY error of this value of applied. */
lsexport_error *error_no_memory(int32_t applied);
bool error_is_static(const lsexport_error *error);

/* All take the static error and leave it alone. Text need not be NUL-terminated where a length is asked. */
void error_set_operation(lsexport_error *error, const char *static_text);
void error_set_cause(lsexport_error *error, int32_t cause);
void error_set_http_status(lsexport_error *error, int http_status);
void error_set_server_text(lsexport_error *error, const char *text, size_t length);
void error_set_storage_code(lsexport_error *error, const char *code);
void error_set_request_id(lsexport_error *error, const char *request_id);
void error_set_retry_after(lsexport_error *error, int64_t milliseconds);
/* Memory ran out elsewhere while the error was made. */
void error_set_failed(lsexport_error *error);
/* The name is ours, the value anybody's. */
void error_add_fact(lsexport_error *error, const char *name, const char *value);
/* In our own words, or in a server's. */
void error_add_field(lsexport_error *error, const char *path, const char *message);
void error_add_server_field(lsexport_error *error, const char *path, const char *message);

/* What the engine knows. The result replaces error: the static one answers with its twin of that applied. */
lsexport_error *error_set_applied(lsexport_error *error, int32_t applied);
void error_set_attempts(lsexport_error *error, int32_t attempts);

/* Writes message and JSON, once, last. repeatable: the same call may be made again without doubling anything, whatever
 * applied says. The result replaces error, which may have become the static one. */
lsexport_error *error_finish(lsexport_error *error, bool repeatable);

#endif
