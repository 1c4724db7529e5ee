/* SPDX-License-Identifier: MIT */
/* What is kept of an answer's head, and how a Retry-After is read. */
#include "base/mem.h"
#include "base/text.h"
#include "base/time.h"
#include "net/retry.h"
#include "net/transport.h"

#include <string.h>

const char *method_name(enum method method) {
  static const char *const names[] = {"GET", "POST", "PATCH", "DELETE", "PUT", "HEAD"};
  return names[method];
}

/* Seconds, with a fraction that rounds up, or a date; -1 when it is neither. */
static int64_t read_retry_after(const char *value, int64_t unix_s) {
  int64_t seconds = 0, at;
  const char *digit = value;
  for (; *digit >= '0' && *digit <= '9'; digit++)
    if (seconds < RETRY_AFTER_CEILING_MS) seconds = seconds * 10 + (*digit - '0');
  if (digit != value) {
    bool fraction = *digit == '.';
    if (fraction) digit += 1 + strspn(digit + 1, "0123456789");
    if (*digit) return -1;
    seconds += fraction;
  } else if (time_from_http_date(value, &at)) {
    seconds = at > unix_s ? at - unix_s : 0;
  } else {
    return -1;
  }
  return seconds > RETRY_AFTER_CEILING_MS / 1000 ? RETRY_AFTER_CEILING_MS : seconds * 1000;
}

void header_read_value(const char *line, size_t length, size_t name_length, char *value_out, size_t size) {
  const char *start = line + name_length + 1, *end = line + length;
  while (start < end && (*start == ' ' || *start == '\t')) start++;
  while (end > start && ((unsigned char)end[-1] <= ' ')) end--;
  size_t kept = (size_t)(end - start);
  if (kept >= size) kept = size - 1;
  memcpy(value_out, start, kept);
  value_out[kept] = '\0';
}

/* A long body in one piece, rather than by doubling and copying. One that is too long ends the transfer elsewhere. */
static void expect_length(struct response *response, const char *value) {
  int64_t length = 0;
  if (text_to_integer(value, &length) && length > 0 && (uint64_t)length <= response->body.maximum)
    buf_reserve(&response->body, (size_t)length);
}

void response_take_header(struct response *response, const char *line, size_t length, int64_t unix_s) {
  char number[RESPONSE_HEADER_MAX], *value;
  const char *colon = memchr(line, ':', length);
  size_t name_length = colon ? (size_t)(colon - line) : 0;
#define IS(name) (name_length == sizeof(name) - 1 && text_begins_ignoring_case(line, name))
  value = IS("Content-Type")       ? response->content_type
          : IS("Content-Encoding") ? response->content_encoding
          : IS("Location")         ? response->location
          : IS("X-Request-Id")     ? response->request_id
                                   : number;
  bool is_length = IS("Content-Length"), is_encoding = IS("Transfer-Encoding"), is_retry = IS("Retry-After");
#undef IS
  if (value == number && !is_length && !is_encoding && !is_retry) return;
  header_read_value(line, length, name_length, value, RESPONSE_HEADER_MAX);
  if (is_length) {
    response->length_known = true;
    expect_length(response, value);
  }
  if (is_encoding && text_find_ignoring_case(value, "chunked")) response->length_known = true;
  if (is_retry) {
    int64_t wait_ms = read_retry_after(value, unix_s);
    if (wait_ms > response->retry_after_ms) response->retry_after_ms = wait_ms;
  }
}

static void wipe_texts(struct response *response) {
  char *const texts[] = {response->content_type, response->content_encoding, response->location, response->request_id};
  for (size_t i = 0; response->begun && i < sizeof texts / sizeof *texts; i++) mem_wipe(texts[i], strlen(texts[i]));
}

void response_begin(struct response *response, size_t maximum) {
  wipe_texts(response);
  response->begun = true;
  response->http_status = 0;
  response->length_known = false;
  *response->content_type = *response->content_encoding = *response->location = *response->request_id = '\0';
  response->retry_after_ms = -1;
  buf_reset(&response->body);
  response->body.maximum = maximum;
}

void response_free(struct response *response) {
  wipe_texts(response);
  response->begun = false;
  buf_reset(&response->body);
}

void request_free(struct request *request) {
  mem_free(request->url);
  mem_free_secret(request->body, request->body_length);
  memset(request, 0, sizeof *request);
}

void exchange_begin(struct exchange *exchange, const struct request *request) {
  exchange->request = request;
  exchange->transfer = TRANSFER_DONE;
  *exchange->detail = '\0';
  exchange->sent = exchange->reused = exchange->done = false;
  exchange->duration_us = 0;
  exchange->attempt = NULL;
}

void exchange_end(struct exchange *exchange) {
  exchange->done = true;
  if (exchange->ended) exchange->ended(exchange->context);
}
