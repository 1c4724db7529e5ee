/* SPDX-License-Identifier: MIT */
#include "fault_case.h"

#include "complaints.h"
#include "pace.h"
#include "workers.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

#define DEADLINE_MS 500
#define LONG_MS 30000 /* of a row that waits for nothing */
#define QUICK_MS 4000 /* and what it takes at the very most, its back-off among it */
#define WHERE_SIZE 256
#define NUMBER_SIZE 24
#define OPTIONS_MAX 12

/* One row for one call, plain or over TLS, with so many attempts. */
struct run {
  const struct fault_case *row;
  enum kind kind;
  bool tls;
  int attempts;
  char where[WHERE_SIZE];
};

static bool is_about_tls(const struct fault_case *row) {
  return row->identity || row->raw || row->https || row->place != PLACE_LISTENER;
}

static bool uses_tls(const struct run *run) {
  return (run->tls || run->row->identity || run->row->https) && !run->row->http;
}

/* ---- what must come of a run ---- */

/* There is no second connection where there is no server. */
static bool is_hopeless(const struct fault_case *row) { return row->hopeless || row->place != PLACE_LISTENER; }

static bool waits(const struct fault_case *row) { return row->stalls || row->stalls_early; }

static bool may_repeat(const struct run *run) {
  const struct fault_case *row = run->row;
  if (!row->transient || row->never_repeated || waits(row)) return false;
  return run->kind != KIND_CREATE || row->unsent;
}

static bool must_succeed(const struct run *run) {
  const struct fault_case *row = run->row;
  if (row->status == LSEXPORT_OK) return true;
  if (row->fine_for_delete && run->kind == KIND_DELETE) return true;
  return run->attempts > 1 && !is_hopeless(row) && may_repeat(run);
}

static int requests_expected(const struct run *run) {
  bool first_was_enough = run->row->status == LSEXPORT_OK || (run->row->fine_for_delete && run->kind == KIND_DELETE);
  int requests = run->row->unsent || run->row->unseen ? 0 : 1;
  return requests + (must_succeed(run) && !first_was_enough);
}

static void check_error(const struct run *run, const struct outcome *outcome) {
  const struct fault_case *row = run->row;
  const lsexport_error *error = outcome->error;
  bool tls_differs = uses_tls(run) && !row->identity && row->tls_status;
  int attempts = run->attempts > 1 && may_repeat(run) ? run->attempts : 1;
  int32_t applied = kind_writes(run->kind) ? row->applied : LSEXPORT_APPLIED_NO;
  bool retryable = row->transient && (run->kind != KIND_CREATE || applied == LSEXPORT_APPLIED_NO);
  expect_status(outcome, tls_differs ? row->tls_status : row->status, run->where);
  EXPECT(lsexport_error_cause(error) == row->cause, outcome, run->where);
  EXPECT(lsexport_error_applied(error) == applied, outcome, run->where);
  EXPECT(lsexport_error_retryable(error) == retryable, outcome, run->where);
  EXPECT(lsexport_error_http_status(error) == row->http_status, outcome, run->where);
  EXPECT(lsexport_error_attempts(error) == attempts, outcome, run->where);
  EXPECT(lsexport_error_retry_after_ms(error) == row->wait_ms, outcome, run->where);
}

static void check_result(const struct run *run, const struct outcome *outcome) {
  expect_status(outcome, LSEXPORT_OK, run->where);
  EXPECT(outcome->took_us >= run->row->wait_ms * INT64_C(1000), outcome, run->where);
  if (run->kind == KIND_DELETE || !outcome->destination) return;
  EXPECT(strcmp(lsexport_destination_id(outcome->destination), DESTINATION_ID) == 0, outcome, run->where);
}

static int64_t most_ms(const struct fault_case *row) { return waits(row) ? DEADLINE_MS + PACE_LATE_MS : QUICK_MS; }

/* Above all: a create never sends two. And what was carried out is never called not applied. */
static void check_server(const struct run *run, struct server *server, const struct outcome *outcome) {
  int requests = server_requests(server, NULL), expected = requests_expected(run);
  if (requests != expected)
    complain("%s: the server saw %d requests, not %d\n  %s", run->where, requests, expected, outcome_text(outcome));
  if (server_requests(server, kind_method(run->kind)) != requests) complain("%s: saw another method", run->where);
  if (server_requests(server, "POST") > 1) complain("%s: TWO POSTS", run->where);
  if (outcome->error && server_commits(server) && kind_writes(run->kind))
    EXPECT(lsexport_error_applied(outcome->error) != LSEXPORT_APPLIED_NO, outcome, run->where);
}

/* ---- one run ---- */

static void set(struct option *options, size_t *count, const char *key, const char *value) {
  options[(*count)++] = (struct option){key, value};
}

static lsexport_client *make_client(const struct run *run, const char *root) {
  const struct fault_case *row = run->row;
  char deadline[NUMBER_SIZE], connect[NUMBER_SIZE], attempts[NUMBER_SIZE];
  struct option options[OPTIONS_MAX + 1] = {0};
  size_t count = 0;
  snprintf(deadline, sizeof deadline, "%lld", (long long)pace_ms(row->stalls ? DEADLINE_MS : LONG_MS));
  snprintf(connect, sizeof connect, "%lld", (long long)pace_ms(row->stalls_early ? DEADLINE_MS : LONG_MS));
  snprintf(attempts, sizeof attempts, "%d", run->attempts);
  set(options, &count, "timeout_ms", deadline);
  set(options, &count, "write_timeout_ms", deadline);
  set(options, &count, "connect_timeout_ms", connect);
  set(options, &count, "max_attempts", attempts);
  for (const struct option *option = row->options; option && option->key; option++)
    set(options, &count, option->key, option->value);
  return caller_client(root, options);
}

static void run_at_server(const struct run *run, struct outcome *outcome) {
  const struct fault_case *row = run->row;
  char root[64];
  struct server *server = server_start(&(struct server_plan){
      .identity = run->tls && !is_about_tls(row) ? IDENTITY_GOOD : row->identity,
      .tls_limit = row->tls_limit,
      .raw = row->raw,
      .script_count = 1,
      .scripts = &row->script,
  });
  snprintf(root, sizeof root, "%s://127.0.0.1:%d", uses_tls(run) ? "https" : "http", server_port(server));
  lsexport_client *client = make_client(run, root);
  *outcome = caller_call(client, run->kind, NULL);
  caller_free(client);
  caller_finish(server, run->where);
  check_server(run, server, outcome);
  server_free(server);
}

static void run_at_dead_port(const struct run *run, struct outcome *outcome) {
  char root[64];
  struct dead_port dead;
  if (run->row->place == PLACE_SILENT)
    dead_port_silent(&dead, false, 0);
  else
    dead_port_refusing(&dead);
  snprintf(root, sizeof root, "http://127.0.0.1:%d", dead.port);
  lsexport_client *client = make_client(run, root);
  *outcome = caller_call(client, run->kind, NULL);
  caller_free(client);
  dead_port_close(&dead);
}

/* How long the call took, in microseconds. */
static int64_t run_once(void *context) {
  const struct run *run = context;
  struct outcome outcome;
  if (run->row->place == PLACE_LISTENER)
    run_at_server(run, &outcome);
  else
    run_at_dead_port(run, &outcome);
  if (must_succeed(run))
    check_result(run, &outcome);
  else
    check_error(run, &outcome);
  if (waits(run->row)) EXPECT(outcome.took_us >= (pace_ms(DEADLINE_MS) - 5) * 1000, &outcome, run->where);
  int64_t took_us = outcome.took_us;
  outcome_free(&outcome);
  return took_us;
}

static pthread_mutex_t flood = PTHREAD_MUTEX_INITIALIZER;

static void run_one(struct run *run) {
  snprintf(run->where, sizeof run->where, "\"%s\", %s%s, %d attempts", run->row->name, kind_name(run->kind),
           run->tls ? " over TLS" : "", run->attempts);
  if (run->row->floods) pthread_mutex_lock(&flood); /* two at once would starve each other */
  if (!pace_keeps(most_ms(run->row), run_once, run)) complain("%s: returns too late", run->where);
  if (run->row->floods) pthread_mutex_unlock(&flood);
}

/* ---- all of them ---- */

struct table {
  const struct fault_case *cases;
  bool tls;
};

/* False when this number is no run: the row leaves it out. */
static bool read_run(const struct table *table, size_t number, struct run *run) {
  run->row = &table->cases[number / (FOUR_KINDS * 4)];
  run->kind = (enum kind)(number % FOUR_KINDS);
  run->attempts = number / FOUR_KINDS % 2 ? 2 : 1;
  run->tls = number / (FOUR_KINDS * 2) % 2;
  if (run->row->only && !(run->row->only & 1u << run->kind)) return false;
  if (run->tls && (!table->tls || is_about_tls(run->row) || run->row->plain_only)) return false;
  return run->attempts == 1 || !waits(run->row);
}

static void run_number(size_t number, const void *context) {
  struct run run;
  if (read_run(context, number, &run)) run_one(&run);
}

void fault_cases_run(const struct fault_case *cases, size_t count, bool tls) {
  workers_run(count * FOUR_KINDS * 4, run_number, &(struct table){cases, tls});
}
