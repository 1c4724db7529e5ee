/* SPDX-License-Identifier: MIT */
#include "net/log.h"

#include "base/buf.h"
#include "error/wash.h"

#include <string.h>

static void open_line(struct buf *line, const struct log_context *context, const char *event) {
  buf_init(line, LOG_LINE_MAX);
  buf_text(line, "{");
  buf_json_member_integer(line, "unix_s", context->unix_s);
  buf_json_member(line, "event", event);
  buf_json_member(line, "call", context->call);
  buf_json_member_integer(line, "attempt", context->attempt);
}

static void close_line(struct buf *line, const struct log_context *context) {
  buf_text(line, "}");
  if (!line->failure) context->sink->function(context->sink->userdata, line->data, line->length);
  buf_reset(line);
}

/* The host of a URL that this library made; never its path. */
static void write_host(struct buf *line, const char *url) {
  const char *host = strstr(url, "://") + strlen("://");
  buf_json_name(line, "host");
  buf_json_string(line, host, strcspn(host, "/"));
}

static void write_request_id(struct buf *line, const char *request_id, const struct secrets *secrets) {
  struct buf clean;
  buf_init(&clean, ERROR_REQUEST_ID_MAX + 4);
  wash(&clean, request_id, strlen(request_id), ERROR_REQUEST_ID_MAX, secrets);
  buf_json_member(line, "request_id", buf_string(&clean));
  buf_reset(&clean);
}

static void write_status(struct buf *line, const lsexport_error *error) {
  buf_json_member(line, "status", lsexport_status_name(error ? error->status : LSEXPORT_OK));
  if (error && error->cause) buf_json_member(line, "cause", lsexport_cause_name(error->cause));
}

void log_attempt(const struct log_context *context, const struct exchange *exchange, const lsexport_error *error) {
  if (!context->sink->function) return;
  struct buf line;
  open_line(&line, context, "attempt");
  buf_json_member(&line, "method", method_name(exchange->request->method));
  write_host(&line, exchange->request->url);
  buf_json_member_integer(&line, "http_status", exchange->response.http_status);
  write_status(&line, error);
  write_request_id(&line, exchange->response.request_id, context->secrets);
  buf_json_member_integer(&line, "duration_ms", exchange->duration_us / 1000);
  buf_json_member_boolean(&line, "connection_reused", exchange->reused);
  close_line(&line, context);
}

void log_retry(const struct log_context *context, int64_t wait_ms) {
  if (!context->sink->function) return;
  struct buf line;
  open_line(&line, context, "retry");
  buf_json_member_integer(&line, "wait_ms", wait_ms);
  close_line(&line, context);
}

void log_outcome(const struct log_context *context, const lsexport_error *error, int64_t duration_ms) {
  if (!context->sink->function) return;
  struct buf line;
  open_line(&line, context, "outcome");
  write_status(&line, error);
  buf_json_member_integer(&line, "duration_ms", duration_ms);
  close_line(&line, context);
}
