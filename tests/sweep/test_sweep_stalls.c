/* SPDX-License-Identifier: MIT */
/* Every answer that stops for ever after any of its bytes, on a virtual clock: the call ends at its deadline, to the
 * millisecond, with the truth about what was applied, and the same client makes the next call. */
#include "api/client.h"
#include "complaints.h"
#include "corpus.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_MS 3000000

/* A network on which nothing moves once the bytes are used up. For one exchange at a time. */
struct still_world {
  struct world world;
  int64_t now_ms;
  const struct answer *answer;
  size_t cut;
  bool ends; /* the connection, behind the last byte */
  int requests;
  int posts;
};

struct transport {
  struct still_world *still;
};

static int64_t now_ms(void *context) { return ((const struct still_world *)context)->now_ms; }

static int64_t unix_s(void *context) { return 1795500000 + now_ms(context) / 1000; }

static uint64_t random_number(void *context) {
  (void)context;
  return 0;
}

/* ---- the bytes, as far as they came ---- */

static const char *find_line_end(const char *from, const char *end) {
  for (; from + 1 < end; from++)
    if (from[0] == '\r' && from[1] == '\n') return from + 2;
  return NULL;
}

/* Where the body begins; NULL while the head is not whole. */
static const char *take_head(struct response *response, const char *at, const char *end) {
  for (const char *next; (next = find_line_end(at, end)); at = next) {
    if (next == at + 2) return next;
    if (strncmp(at, "HTTP/1.1 ", strlen("HTTP/1.1 ")) == 0) response->http_status = atoi(at + strlen("HTTP/1.1 "));
    response_take_header(response, at, (size_t)(next - at), 0);
  }
  return NULL;
}

/* True once the last chunk is whole. */
static bool take_chunks(struct response *response, const char *at, const char *end) {
  for (const char *data; (data = find_line_end(at, end));) {
    size_t length = strtoul(at, NULL, 16), left = (size_t)(end - data);
    if (!length) return left >= 2;
    buf_add(&response->body, data, length < left ? length : left);
    if (left < length + 2) return false;
    at = data + length + 2;
  }
  return false;
}

/* True when the answer is whole. */
static bool take_bytes(const struct still_world *still, struct response *response) {
  const struct answer *answer = still->answer;
  const char *end = answer->bytes + still->cut, *body = take_head(response, answer->bytes, end);
  if (!body) return false;
  if (answer->framing == FRAMING_CHUNKED) return take_chunks(response, body, end);
  buf_add(&response->body, body, (size_t)(end - body));
  return still->cut == answer->length && (answer->framing != FRAMING_CLOSED || still->ends);
}

/* ---- the transport ---- */

static struct transport *open_wire(void *context, const struct transport_settings *settings, bool pollable) {
  struct transport *transport = malloc(sizeof *transport);
  if (!transport) abort();
  transport->still = context;
  (void)settings, (void)pollable;
  return transport;
}

static bool start(struct transport *transport, struct exchange *exchange) {
  struct still_world *still = transport->still;
  still->requests++;
  still->posts += exchange->request->method == METHOD_POST;
  response_begin(&exchange->response, exchange->request->response_max);
  exchange->sent = true;
  exchange->transfer = TRANSFER_DONE;
  if (take_bytes(still, &exchange->response)) exchange_end(exchange);
  return true;
}

static void abort_exchange(struct transport *transport, struct exchange *exchange) {
  (void)transport;
  exchange->sent = true;
}

static bool wait(struct transport *transport, int64_t milliseconds, int descriptor) {
  (void)descriptor;
  transport->still->now_ms += milliseconds;
  return false;
}

static void close_wire(struct transport *transport) { free(transport); }

static const struct transport_ops still_wire = {
    .open = open_wire,
    .start = start,
    .abort = abort_exchange,
    .wait = wait,
    .close = close_wire,
    .abandon = close_wire,
};

/* ---- one stall ---- */

static int64_t timeout_ms(enum kind kind) {
  if (kind == KIND_ENSURE) return 210000;
  return kind == KIND_CREATE || kind == KIND_PATCH ? 150000 : 60000;
}

static void check_stall(const struct still_world *still, enum kind kind, const struct outcome *outcome,
                        const char *where) {
  const lsexport_error *error = outcome->error;
  bool unsure = kind_writes(kind) && kind != KIND_ENSURE; /* it is an ensure's list that stalls: no POST follows */
  EXPECT(outcome->status == LSEXPORT_ERR_TIMEOUT, outcome, where);
  EXPECT(still->now_ms == FIRST_MS + timeout_ms(kind), outcome, where);
  EXPECT(lsexport_error_applied(error) == (unsure ? LSEXPORT_APPLIED_UNKNOWN : LSEXPORT_APPLIED_NO), outcome, where);
  EXPECT(lsexport_error_retryable(error) == (kind != KIND_CREATE), outcome, where);
  EXPECT(lsexport_error_attempts(error) == 1, outcome, where);
}

static void stall(const struct answer *answer, enum kind kind, size_t cut) {
  char where[256];
  struct still_world still = {.now_ms = FIRST_MS, .answer = answer, .cut = cut};
  still.world = (struct world){
      .transport = &still_wire, .now_ms = now_ms, .unix_s = unix_s, .random = random_number, .context = &still};
  lsexport_config *config = NULL;
  lsexport_client *client = NULL;
  lsexport_config_new(&config);
  lsexport_config_set_api_key(config, CANARY_API_KEY, LSEXPORT_NUL_TERMINATED);
  ck_assert_int_eq(client_new(config, &still.world, &client, NULL), LSEXPORT_OK);
  lsexport_config_free(config);
  snprintf(where, sizeof where, "%s of %s, silence after byte %zu of %zu", kind_name(kind), answer->name, cut,
           answer->length);
  struct outcome outcome = caller_call(client, kind, NULL);
  if (cut == answer->length && answer->framing != FRAMING_CLOSED)
    EXPECT(outcome.status == answer->status, &outcome, where);
  else
    check_stall(&still, kind, &outcome, where);
  if (still.requests != 1 || still.posts != (kind == KIND_CREATE))
    complain("%s: %d requests, %d POSTs", where, still.requests, still.posts);
  outcome_free(&outcome);
  still.cut = answer->length;
  still.ends = true;
  outcome = caller_call(client, kind, NULL);
  strcat(where, ", the call after");
  EXPECT(outcome.status == answer->status, &outcome, where);
  outcome_free(&outcome);
  lsexport_client_free(client);
}

START_TEST(every_answer_stalls_after_every_byte) {
  size_t count;
  const struct answer *answer = &corpus(&count)[_i];
  for (size_t kind = 0; kind < answer->kind_count; kind++)
    for (size_t cut = 0; cut <= answer->length; cut++) stall(answer, answer->kinds[kind], cut);
  complaints_raise();
}
END_TEST

int main(void) {
  size_t count;
  faults_begin();
  corpus(&count);
  Suite *suite = suite_create("test_sweep_stalls");
  tcase_add_loop_test(faults_case(suite, "stalls"), every_answer_stalls_after_every_byte, 0, (int)count);
  return faults_end(suite);
}
