/* SPDX-License-Identifier: MIT */
#include "scripted_world.h"

#include "base/text.h"

#include <check.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_MS 5000000          /* the library's clock when the script begins: nobody may take it for a duration */
#define WAITS_MAX 1000000         /* more of them is a loop without end */
#define LONGEST_WAIT_MS 400000000 /* and so is one of this length */

struct transport {
  struct script *script;
};

/* malloc, not calloc: a test that makes the library's memory fail leaves ours alone. */
static char *keep(const char *bytes, size_t length) {
  char *copy = malloc(length + 1);
  ck_assert_ptr_nonnull(copy);
  memcpy(copy, bytes, length);
  copy[length] = '\0';
  return copy;
}

/* ---- what the library sees ---- */

static int64_t now_ms(void *context) {
  struct script *script = context;
  script->now_ms += script->glance_ms;
  return script->now_ms;
}

static int64_t unix_s(void *context) {
  const struct script *script = context;
  return SCRIPT_UNIX_S + script_now(script) / 1000;
}

static uint64_t random_number(void *context) {
  struct script *script = context;
  return script->random_next < script->random_count ? script->randoms[script->random_next++] : 0;
}

static struct transport *open_transport(void *context, const struct transport_settings *settings, bool pollable) {
  struct script *script = context;
  (void)pollable;
  if (script->cannot_open) return NULL;
  struct transport *transport = malloc(sizeof *transport);
  ck_assert_ptr_nonnull(transport);
  transport->script = script;
  script->settings = settings;
  script->opened++;
  return transport;
}

static void close_transport(struct transport *transport) {
  for (size_t i = 0; i < SCRIPT_FLIGHTS_MAX; i++)
    if (transport->script->flights[i].exchange) ck_assert_ptr_ne(transport->script->flights[i].transport, transport);
  transport->script->closed++;
  free(transport);
}

static void abandon_transport(struct transport *transport) {
  transport->script->abandoned++;
  free(transport);
}

static void take_line(struct exchange *exchange, const char *line, int64_t at_unix_s) {
  struct trace *trace = exchange->request->trace;
  response_take_header(&exchange->response, line, strlen(line), at_unix_s);
  if (trace) trace->take_line(trace, line, strlen(line));
}

static void take_headers(struct exchange *exchange, const struct scripted_outcome *outcome, int64_t at_unix_s) {
  char line[2 * RESPONSE_HEADER_MAX];
  const char *headers = outcome->headers;
  snprintf(line, sizeof line, "HTTP/1.1 %d \r\n", outcome->http_status);
  take_line(exchange, line, at_unix_s);
  if (!headers) {
    take_line(exchange, SCRIPT_JSON_HEADERS "\r\n", at_unix_s);
    headers = "Content-Length: 0"; /* whatever it says: that it is there tells that the answer is whole */
  }
  while (*headers) {
    size_t length = strcspn(headers, "\n");
    int size = snprintf(line, sizeof line, "%.*s\r\n", (int)length, headers);
    ck_assert_uint_lt((size_t)size, sizeof line);
    take_line(exchange, line, at_unix_s);
    headers += length + (headers[length] == '\n');
  }
}

static void show_way(struct trace *trace, const struct scripted_outcome *outcome) {
  trace->lookup_us = outcome->lookup_us;
  trace->connect_us = outcome->connect_us;
  trace->tls_us = outcome->tls_us;
  if (outcome->address) snprintf(trace->address, sizeof trace->address, "%s", outcome->address);
}

static void land(struct script *script, struct scripted_flight *flight) {
  struct exchange *exchange = flight->exchange;
  const struct scripted_outcome *outcome = &flight->outcome;
  exchange->transfer = outcome->transfer;
  exchange->sent = outcome->sent;
  exchange->reused = outcome->reused;
  exchange->duration_us = outcome->delay_ms * 1000;
  exchange->response.http_status = outcome->http_status;
  if (exchange->request->trace) show_way(exchange->request->trace, outcome);
  if (outcome->http_status) take_headers(exchange, outcome, unix_s(script));
  if (outcome->body_length) buf_add(&exchange->response.body, outcome->body, outcome->body_length);
  if (exchange->response.body.failure == BUF_TOO_LARGE) exchange->transfer = TRANSFER_TOO_LARGE;
  if (exchange->response.body.failure == BUF_NO_MEMORY) exchange->transfer = TRANSFER_NO_MEMORY;
  snprintf(exchange->detail, sizeof exchange->detail, "%s", outcome->detail ? outcome->detail : "");
  exchange->attempt = NULL;
  flight->request->ended_ms = script_now(script);
  flight->exchange = NULL;
  exchange_end(exchange);
}

static int64_t lands_at(const struct scripted_flight *flight) {
  if (!flight->exchange || flight->outcome.delay_ms == SCRIPT_NEVER) return SCRIPT_NEVER;
  return flight->request->at_ms + flight->outcome.delay_ms;
}

static struct scripted_request *record(struct script *script, const struct request *request) {
  ck_assert_uint_lt(script->request_count, SCRIPT_REQUESTS_MAX);
  struct scripted_request *kept = &script->requests[script->request_count++];
  *kept = (struct scripted_request){.method = request->method,
                                    .url = keep(request->url, strlen(request->url)),
                                    .header_count = request->header_count,
                                    .body_length = request->body_length,
                                    .own_connection = request->own_connection,
                                    .response_max = request->response_max,
                                    .at_ms = script_now(script),
                                    .ended_ms = -1};
  for (size_t i = 0; i < request->header_count; i++)
    kept->headers[i] = keep(request->headers[i], strlen(request->headers[i]));
  if (request->body) kept->body = keep(request->body, request->body_length);
  return kept;
}

static struct scripted_outcome choose(struct script *script, const struct scripted_request *request) {
  const struct scripted_outcome *outcome = NULL;
  if (script->respond)
    outcome = script->respond(script->respond_context, request);
  else if (script->outcome_next < script->outcome_count)
    outcome = &script->outcomes[script->outcome_next++];
  if (outcome) return *outcome;
  script->unexpected++;
  return (struct scripted_outcome){.transfer = TRANSFER_INTERNAL, .detail = "nothing was expected", .sent = true};
}

static bool start(struct transport *transport, struct exchange *exchange) {
  struct script *script = transport->script;
  struct scripted_request *request = record(script, exchange->request);
  struct scripted_outcome outcome = choose(script, request);
  if (outcome.no_memory) {
    script->request_count--;
    free(request->url);
    for (size_t i = 0; i < request->header_count; i++) free(request->headers[i]);
    free(request->body);
    return false;
  }
  size_t free_flight = 0;
  while (script->flights[free_flight].exchange) ck_assert_uint_lt(++free_flight, SCRIPT_FLIGHTS_MAX);
  struct scripted_flight *flight = &script->flights[free_flight];
  *flight = (struct scripted_flight){transport, exchange, request, outcome};
  exchange->attempt = flight;
  response_begin(&exchange->response, exchange->request->response_max);
  if (!outcome.delay_ms) land(script, flight);
  return true;
}

static void abort_exchange(struct transport *transport, struct exchange *exchange) {
  struct script *script = transport->script;
  struct scripted_flight *flight = exchange->attempt;
  ck_assert_ptr_nonnull(flight);
  ck_assert_ptr_eq(flight->exchange, exchange);
  ck_assert_ptr_eq(flight->transport, transport);
  exchange->sent = flight->outcome.sent && script_now(script) >= flight->request->at_ms + flight->outcome.sent_after_ms;
  exchange->attempt = NULL;
  flight->request->aborted = true;
  flight->request->ended_ms = script_now(script);
  flight->exchange = NULL;
}

static bool is_readable(int descriptor) {
  struct pollfd poller = {.fd = descriptor, .events = POLLIN};
  return descriptor >= 0 && poll(&poller, 1, 0) == 1;
}

static bool is_watched_readable(const struct script *script) {
  for (size_t i = 0; i < script->watched_count; i++)
    if (is_readable(script->watched[i])) return true;
  return false;
}

/* The next thing that happens, at that instant at the latest. */
static int64_t next_instant(const struct script *script, const struct transport *transport, int64_t latest) {
  for (size_t i = 0; i < SCRIPT_FLIGHTS_MAX; i++)
    if (script->flights[i].transport == transport && lands_at(&script->flights[i]) < latest)
      latest = lands_at(&script->flights[i]);
  for (size_t i = 0; i < script->event_count; i++)
    if (script->events[i].act && script->events[i].at_ms < latest) latest = script->events[i].at_ms;
  return latest;
}

static bool let_things_happen(struct script *script, const struct transport *transport) {
  bool any = false;
  for (size_t i = 0; i < script->event_count; i++)
    if (script->events[i].act && script->events[i].at_ms <= script_now(script)) {
      script_act_fn act = script->events[i].act;
      script->events[i].act = NULL;
      act(script->events[i].context);
    }
  for (size_t i = 0; i < SCRIPT_FLIGHTS_MAX; i++)
    if (script->flights[i].transport == transport && lands_at(&script->flights[i]) <= script_now(script)) {
      land(script, &script->flights[i]);
      any = true;
    }
  return any;
}

/* As curl_multi_poll: an event that makes the descriptor readable ends it early, any other does not. */
static bool wait(struct transport *transport, int64_t milliseconds, int descriptor) {
  struct script *script = transport->script;
  ck_assert_uint_lt(script->waits++, WAITS_MAX);
  ck_assert_int_lt(milliseconds, LONGEST_WAIT_MS);
  int64_t end = script_now(script) + (milliseconds > 0 ? milliseconds : 0);
  bool happened;
  while (!(happened = let_things_happen(script, transport)) && !is_readable(descriptor) &&
         !is_watched_readable(script) && script_now(script) < end) {
    int64_t next = next_instant(script, transport, end);
    if (next > script_now(script)) script->now_ms = FIRST_MS + next;
  }
  return happened;
}

/* ---- pollable: nobody polls it; what it watches ends a wait ---- */

static int descriptor_of(const struct transport *transport) {
  (void)transport;
  return -1;
}

static bool watch(struct transport *transport, int descriptor) {
  struct script *script = transport->script;
  if (script->cannot_watch) return false;
  ck_assert_uint_lt(script->watched_count, SCRIPT_WATCHED_MAX);
  script->watched[script->watched_count++] = descriptor;
  return true;
}

static void forget(struct transport *transport, int descriptor) {
  struct script *script = transport->script;
  size_t i = 0;
  while (script->watched[i] != descriptor) ck_assert_uint_lt(++i, script->watched_count);
  script->watched[i] = script->watched[--script->watched_count];
}

static void arm(struct transport *transport, int64_t at_ms) {
  transport->script->armed_ms = at_ms == INT64_MAX ? SCRIPT_NEVER : at_ms - FIRST_MS;
}

static const struct transport_ops operations = {
    .open = open_transport,
    .start = start,
    .abort = abort_exchange,
    .wait = wait,
    .close = close_transport,
    .abandon = abandon_transport,
    .descriptor = descriptor_of,
    .watch = watch,
    .forget = forget,
    .arm = arm,
};

/* ---- what a test sees ---- */

void script_begin(struct script *script) {
  memset(script, 0, sizeof *script);
  script->now_ms = FIRST_MS;
  script->world = (struct world){
      .transport = &operations, .now_ms = now_ms, .unix_s = unix_s, .random = random_number, .context = script};
}

void script_free(struct script *script) {
  for (size_t i = 0; i < script->request_count; i++) {
    struct scripted_request *request = &script->requests[i];
    free(request->url);
    for (size_t header = 0; header < request->header_count; header++) free(request->headers[header]);
    free(request->body);
  }
  script->request_count = 0;
}

void script_end(struct script *script) {
  ck_assert_msg(!script->unexpected, "%zu requests came for which nothing was written", script->unexpected);
  ck_assert_msg(script->outcome_next == script->outcome_count, "%zu requests that were expected did not come",
                script->outcome_count - script->outcome_next);
  for (size_t i = 0; i < SCRIPT_FLIGHTS_MAX; i++) ck_assert_ptr_null(script->flights[i].exchange);
  ck_assert_uint_eq(script->opened, script->closed + script->abandoned);
  script_free(script);
}

static struct scripted_outcome *add_outcome(struct script *script, struct scripted_outcome outcome) {
  ck_assert_uint_lt(script->outcome_count, SCRIPT_OUTCOMES_MAX);
  struct scripted_outcome *added = &script->outcomes[script->outcome_count++];
  *added = outcome;
  return added;
}

struct scripted_outcome *script_answer(struct script *script, int http_status, const char *body) {
  return add_outcome(script, (struct scripted_outcome){.transfer = TRANSFER_DONE,
                                                       .http_status = http_status,
                                                       .body = body,
                                                       .body_length = body ? strlen(body) : 0,
                                                       .sent = true});
}

struct scripted_outcome *script_fail(struct script *script, enum transfer transfer, bool sent) {
  return add_outcome(script, (struct scripted_outcome){.transfer = transfer, .sent = sent});
}

struct scripted_outcome *script_silence(struct script *script) {
  return add_outcome(script,
                     (struct scripted_outcome){.transfer = TRANSFER_LOST, .sent = true, .delay_ms = SCRIPT_NEVER});
}

void script_random(struct script *script, uint64_t number) {
  ck_assert_uint_lt(script->random_count, SCRIPT_RANDOMS_MAX);
  script->randoms[script->random_count++] = number;
}

void script_at(struct script *script, int64_t at_ms, script_act_fn act, void *context) {
  ck_assert_uint_lt(script->event_count, SCRIPT_EVENTS_MAX);
  script->events[script->event_count].at_ms = at_ms;
  script->events[script->event_count].act = act;
  script->events[script->event_count++].context = context;
}

int64_t script_now(const struct script *script) { return script->now_ms - FIRST_MS; }

const struct scripted_request *script_request(const struct script *script, size_t index) {
  ck_assert_uint_lt(index, script->request_count);
  return &script->requests[index];
}

size_t script_count(const struct script *script, enum method method) {
  size_t count = 0;
  for (size_t i = 0; i < script->request_count; i++) count += script->requests[i].method == method;
  return count;
}

const char *script_header(const struct scripted_request *request, const char *name) {
  size_t length = strlen(name);
  for (size_t i = 0; i < request->header_count; i++)
    if (text_begins_ignoring_case(request->headers[i], name) && strncmp(request->headers[i] + length, ": ", 2) == 0)
      return request->headers[i] + length + 2;
  return NULL;
}
