/* SPDX-License-Identifier: MIT */
/* Cancel at every stage of a call, by a token from another thread, by one from a signal handler, and by the tick: the call
 * ends within 100 ms of the trigger, against a stall that lasts until the test is over (20 seconds at the least). Looking
 * up a name is a stage too: test_dns. */
#include "caller.h"
#include "complaints.h"
#include "pace.h"
#include "workers.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WHERE_SIZE 160
#define REACHED 1
#define HALF "{\"destination_type\":\"s3\",\"display_name\":\"fault"

enum stage_place { AT_SERVER, AT_SILENT_PORT };

static const struct stage {
  const char *name;
  const struct step *script;
  enum stage_place place;
  bool tls_only, raw;
  bool large;   /* a body that the server's buffers do not hold: for create alone */
  bool retries; /* reached when the log says that it waits for another attempt */
  bool sent;    /* the server may have carried it out */
} stages[] = {
    {.name = "connecting", .place = AT_SILENT_PORT},
    {.name = "before the handshake", .tls_only = true, .raw = true, .script = SCRIPT(TELL(REACHED), STALL)},
    {.name = "in the handshake", .tls_only = true, .raw = true, .script = SCRIPT(SOME, TELL(REACHED), STALL)},
    {.name = "sending the body", .large = true, .sent = true, .script = SCRIPT(HEAD, TELL(REACHED), STALL)},
    {.name = "waiting for the head", .sent = true, .script = SCRIPT(REQUEST, TELL(REACHED), STALL)},
    {.name = "in the head",
     .sent = true,
     .script = SCRIPT(REQUEST, SEND("HTTP/1.1 200 OK\r\nContent-"), TELL(REACHED), STALL)},
    {.name = "behind a 100",
     .sent = true,
     .script = SCRIPT(REQUEST, SEND("HTTP/1.1 100 Continue\r\n\r\n"), TELL(REACHED), STALL)},
    {.name = "in the body",
     .sent = true,
     .script = SCRIPT(REQUEST, SEND("HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n" HALF), TELL(REACHED), STALL)},
    {.name = "in a body that trickles",
     .sent = true,
     .script =
         SCRIPT(REQUEST, SEND("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n"), TELL(REACHED),
                DRIBBLE(HEALTHY_BODY HEALTHY_BODY HEALTHY_BODY HEALTHY_BODY HEALTHY_BODY HEALTHY_BODY, 7), STALL)},
    {.name = "in chunks without end",
     .sent = true,
     .script = SCRIPT(
         REQUEST, SEND("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1"), TELL(REACHED),
         FLOOD(";x=yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy",
               0))},
    {.name = "in back-off",
     .retries = true,
     .sent = true,
     .script = SCRIPT(REQUEST, COMMIT, ANSWER("503 Unavailable\r\nRetry-After: 15", ""))},
};

enum way { BY_TOKEN, BY_TICK, WAY_COUNT };

/* One call that is to be ended. */
struct attempt {
  const struct stage *stage;
  enum kind kind;
  bool tls;
  enum way way;
  char where[WHERE_SIZE];
  struct server *server;
  struct dead_port dead;
  lsexport_cancel *cancel;
  pthread_mutex_t lock;
  pthread_cond_t changed;
  bool backing_off;
  atomic_bool ticking_ends; /* what the tick answers */
  atomic_llong triggered_us;
};

/* ---- the other thread ---- */

static void hear_log(uintptr_t userdata, const char *line, size_t length) {
  struct attempt *attempt = (struct attempt *)userdata;
  (void)length;
  if (!strstr(line, "\"event\":\"retry\"")) return;
  pthread_mutex_lock(&attempt->lock);
  attempt->backing_off = true;
  pthread_cond_broadcast(&attempt->changed);
  pthread_mutex_unlock(&attempt->lock);
}

static bool await_retry(struct attempt *attempt) {
  struct timespec until = pace_deadline(PACE_ANYTHING_MS);
  int failed = 0;
  pthread_mutex_lock(&attempt->lock);
  while (!attempt->backing_off && !failed) failed = pthread_cond_timedwait(&attempt->changed, &attempt->lock, &until);
  pthread_mutex_unlock(&attempt->lock);
  return !failed;
}

static void sleep_ms(int64_t milliseconds) {
  struct timespec wait = {.tv_sec = milliseconds / 1000, .tv_nsec = milliseconds % 1000 * 1000000};
  nanosleep(&wait, NULL);
}

static void *trigger(void *argument) {
  struct attempt *attempt = argument;
  bool reached = true;
  if (attempt->stage->place == AT_SILENT_PORT)
    sleep_ms(pace_ms(40)); /* nobody can tell when; too early is no fault, and still a cancel */
  else if (attempt->stage->retries)
    reached = await_retry(attempt);
  else
    reached = server_await(attempt->server, REACHED);
  if (!reached) complain("%s: never got there", attempt->where);
  sleep_ms(pace_ms(5)); /* what was told may be on its way still */
  atomic_store(&attempt->triggered_us, pace_now_us());
  if (attempt->way == BY_TOKEN)
    lsexport_cancel_trigger(attempt->cancel);
  else
    atomic_store(&attempt->ticking_ends, true);
  return NULL;
}

static int32_t tick(uintptr_t userdata) { return atomic_load(&((struct attempt *)userdata)->ticking_ends); }

/* ---- the call ---- */

static struct outcome make_call(struct attempt *attempt, lsexport_client *client, const lsexport_call *call) {
  if (!attempt->stage->large) return caller_call(client, attempt->kind, call);
  lsexport_destination_spec *spec = caller_large_spec();
  struct outcome outcome = caller_create(client, spec, call);
  lsexport_destination_spec_free(spec);
  return outcome;
}

static void check_outcome(struct attempt *attempt, const struct outcome *outcome) {
  bool unknown = attempt->stage->sent && kind_writes(attempt->kind);
  expect_status(outcome, LSEXPORT_ERR_CANCELLED, attempt->where);
  EXPECT(lsexport_error_applied(outcome->error) == (unknown ? LSEXPORT_APPLIED_UNKNOWN : LSEXPORT_APPLIED_NO), outcome,
         attempt->where);
  EXPECT(lsexport_error_attempts(outcome->error) == 1, outcome, attempt->where);
}

/* Microseconds from the trigger to the return. */
static int64_t run_once(void *context) {
  struct attempt *attempt = context;
  char root[64];
  pthread_t thread;
  lsexport_call *call = NULL;
  bool silent = attempt->stage->place == AT_SILENT_PORT;
  if (silent)
    dead_port_silent(&attempt->dead, false, 0);
  else
    attempt->server = server_start(&(struct server_plan){.identity = attempt->tls ? IDENTITY_GOOD : IDENTITY_NONE,
                                                         .raw = attempt->stage->raw,
                                                         .receive_buffer = attempt->stage->large ? 2048 : 0,
                                                         .scripts = &attempt->stage->script,
                                                         .script_count = 1});
  snprintf(root, sizeof root, "%s://127.0.0.1:%d", attempt->tls ? "https" : "http",
           silent ? attempt->dead.port : server_port(attempt->server));
  atomic_init(&attempt->ticking_ends, false);
  attempt->backing_off = false;
  struct listener listener = {hear_log, (uintptr_t)attempt};
  lsexport_client *client = caller_client_logging(root, NULL, &listener);
  lsexport_call_new(&call);
  lsexport_cancel_new(&attempt->cancel);
  if (attempt->way == BY_TOKEN)
    lsexport_call_set_cancel(call, attempt->cancel);
  else
    lsexport_call_set_tick(call, tick, (uintptr_t)attempt);
  pthread_create(&thread, NULL, trigger, attempt);
  struct outcome outcome = make_call(attempt, client, call);
  int64_t returned_us = pace_now_us();
  pthread_join(thread, NULL);
  check_outcome(attempt, &outcome);
  outcome_free(&outcome);
  lsexport_call_free(call);
  lsexport_cancel_free(attempt->cancel);
  caller_free(client);
  if (silent) {
    dead_port_close(&attempt->dead);
  } else {
    caller_finish(attempt->server, attempt->where);
    if (server_requests(attempt->server, "POST") > 1) complain("%s: TWO POSTS", attempt->where);
    server_free(attempt->server);
  }
  return returned_us - atomic_load(&attempt->triggered_us);
}

static void run_number(size_t number, const void *context) {
  struct attempt attempt = {.stage = &stages[number / (FOUR_KINDS * 2 * WAY_COUNT)],
                            .kind = (enum kind)(number % FOUR_KINDS),
                            .tls = number / FOUR_KINDS % 2,
                            .way = (enum way)(number / FOUR_KINDS / 2 % WAY_COUNT)};
  (void)context;
  if ((attempt.stage->tls_only && !attempt.tls) || (attempt.stage->large && attempt.kind != KIND_CREATE)) return;
  if (attempt.stage->retries && attempt.kind == KIND_CREATE) return; /* it is never repeated */
  snprintf(attempt.where, sizeof attempt.where, "%s, %s%s, by %s", attempt.stage->name, kind_name(attempt.kind),
           attempt.tls ? " over TLS" : "", attempt.way == BY_TICK ? "tick" : "token");
  pthread_mutex_init(&attempt.lock, NULL);
  pace_condition_init(&attempt.changed);
  if (!pace_keeps(PACE_CANCEL_MS, run_once, &attempt)) complain("%s: returns too late", attempt.where);
  pthread_mutex_destroy(&attempt.lock);
  pthread_cond_destroy(&attempt.changed);
}

START_TEST(ends_at_every_stage) { workers_run(COUNT(stages) * FOUR_KINDS * 2 * WAY_COUNT, run_number, NULL); }
END_TEST

/* ---- before the call ---- */

START_TEST(sends_nothing_when_triggered_before) {
  for (int kind = 0; kind < KIND_COUNT; kind++) {
    struct server *server = server_start(&(struct server_plan){.identity = _i ? IDENTITY_GOOD : IDENTITY_NONE});
    lsexport_client *client = caller_client(server_root(server), NULL);
    lsexport_cancel *cancel = NULL;
    lsexport_call *call = NULL;
    lsexport_call_new(&call);
    lsexport_cancel_new(&cancel);
    lsexport_call_set_cancel(call, cancel);
    lsexport_cancel_trigger(cancel);
    lsexport_cancel_free(cancel); /* the call keeps it */
    struct outcome outcome = caller_call(client, (enum kind)kind, call);
    expect_status(&outcome, LSEXPORT_ERR_CANCELLED, "triggered before");
    EXPECT(lsexport_error_applied(outcome.error) == LSEXPORT_APPLIED_NO, &outcome, "triggered before");
    EXPECT(lsexport_error_attempts(outcome.error) == 0, &outcome, "triggered before");
    outcome_free(&outcome);
    lsexport_call_free(call);
    caller_free(client);
    caller_finish(server, "triggered before");
    ck_assert_int_eq(server_connections(server), 0);
    server_free(server);
  }
  complaints_raise();
}
END_TEST

/* ---- from a signal handler ---- */

static lsexport_cancel *signalled; /* set before the handler is, and left alone while it may run */
static atomic_llong signalled_us;

static void on_signal(int number) {
  (void)number;
  atomic_store(&signalled_us, pace_now_us());
  if (signalled) lsexport_cancel_trigger(signalled);
}

/* As a program with a Ctrl-C handler would do it. */
static int32_t tick_after_signal(uintptr_t userdata) {
  (void)userdata;
  return atomic_load(&signalled_us) != 0;
}

struct raiser {
  struct server *server;
  pthread_t target;
};

static void *raise_signal(void *argument) {
  const struct raiser *raiser = argument;
  if (!server_await(raiser->server, REACHED)) complain("no signal: never got there");
  pthread_kill(raiser->target, SIGINT);
  return NULL;
}

struct signalled_call {
  bool tls;
  enum way way;
};

/* On the calling thread itself, which the signal interrupts in its poll. Microseconds from the signal to the return. */
static int64_t end_by_signal(void *context) {
  const struct signalled_call *how = context;
  struct server *server =
      server_start_one(how->tls ? IDENTITY_GOOD : IDENTITY_NONE, SCRIPT(REQUEST, TELL(REACHED), STALL));
  struct raiser raiser = {server, pthread_self()};
  struct sigaction action = {.sa_handler = on_signal};
  lsexport_client *client = caller_client(server_root(server), NULL);
  lsexport_call *call = NULL;
  pthread_t thread;
  lsexport_call_new(&call);
  atomic_store(&signalled_us, 0);
  if (how->way == BY_TICK) {
    lsexport_call_set_tick(call, tick_after_signal, 0);
  } else {
    lsexport_cancel_new(&signalled);
    lsexport_call_set_cancel(call, signalled);
  }
  sigaction(SIGINT, &action, NULL);
  pthread_create(&thread, NULL, raise_signal, &raiser);
  struct outcome outcome = caller_call(client, KIND_CREATE, call);
  int64_t took_us = pace_now_us() - atomic_load(&signalled_us);
  pthread_join(thread, NULL);
  expect_status(&outcome, LSEXPORT_ERR_CANCELLED, "signal handler");
  outcome_free(&outcome);
  lsexport_call_free(call);
  lsexport_cancel_free(signalled);
  signalled = NULL;
  caller_free(client);
  caller_finish(server, "signal handler");
  server_free(server);
  return took_us;
}

START_TEST(ends_by_a_signal_handler) {
  struct signalled_call how = {.tls = _i % 2, .way = (enum way)(_i / 2)};
  ck_assert(pace_keeps(PACE_CANCEL_MS, end_by_signal, &how));
  complaints_raise();
}
END_TEST

/* Signals that mean nothing to the call interrupt its poll, and that is all they do. */
static atomic_bool shower_ends;

static void ignore_signal(int number) { (void)number; }

static void *shower(void *argument) {
  const pthread_t *target = argument;
  while (!atomic_load(&shower_ends)) {
    pthread_kill(*target, SIGUSR2);
    sleep_ms(1);
  }
  return NULL;
}

START_TEST(survives_interrupted_system_calls) {
  struct sigaction action = {.sa_handler = ignore_signal};
  pthread_t self = pthread_self(), thread;
  struct server *server =
      server_start_one(_i ? IDENTITY_GOOD : IDENTITY_NONE, SCRIPT(REQUEST, PAUSE(150), ANSWER("200 OK", HEALTHY_BODY)));
  lsexport_client *client = caller_client(server_root(server), OPTIONS({"max_attempts", "1"}));
  sigaction(SIGUSR2, &action, NULL);
  pthread_create(&thread, NULL, shower, &self);
  struct outcome outcome = caller_call(client, KIND_CREATE, NULL);
  atomic_store(&shower_ends, true);
  pthread_join(thread, NULL);
  expect_status(&outcome, LSEXPORT_OK, "a shower of signals");
  outcome_free(&outcome);
  caller_free(client);
  caller_finish(server, "a shower of signals");
  server_free(server);
  complaints_raise();
}
END_TEST

/* One token for several calls at once, and for those that come after. */
struct sharer {
  lsexport_client *client;
  lsexport_cancel *cancel;
  int64_t returned_us;
};

static void *share(void *argument) {
  struct sharer *sharer = argument;
  lsexport_call *call = NULL;
  lsexport_call_new(&call);
  lsexport_call_set_cancel(call, sharer->cancel);
  struct outcome outcome = caller_call(sharer->client, KIND_GET, call);
  sharer->returned_us = pace_now_us();
  expect_status(&outcome, LSEXPORT_ERR_CANCELLED, "a shared token");
  outcome_free(&outcome);
  lsexport_call_free(call);
  return NULL;
}

/* Microseconds from the trigger to the last one's return. */
static int64_t end_many(void *context) {
  enum { MANY = 8 };
  const struct step *scripts[MANY];
  struct sharer sharers[MANY];
  pthread_t threads[MANY];
  lsexport_cancel *cancel = NULL;
  int64_t last_us = 0;
  static const struct step each[MANY][4] = {
#define EACH(signal) {REQUEST, TELL(signal), END}
      EACH(1), EACH(2), EACH(3), EACH(4), EACH(5), EACH(6), EACH(7), EACH(8)};
  (void)context;
  for (unsigned i = 0; i < MANY; i++) scripts[i] = each[i];
  struct server *server = server_start(&(struct server_plan){.scripts = scripts, .script_count = MANY});
  lsexport_client *client = caller_client(server_root(server), NULL);
  lsexport_cancel_new(&cancel);
  for (unsigned i = 0; i < MANY; i++) {
    sharers[i] = (struct sharer){.client = client, .cancel = cancel};
    pthread_create(&threads[i], NULL, share, &sharers[i]);
  }
  for (unsigned i = 0; i < MANY; i++) ck_assert(server_await(server, i + 1));
  int64_t triggered_us = pace_now_us();
  lsexport_cancel_trigger(cancel);
  for (unsigned i = 0; i < MANY; i++) {
    pthread_join(threads[i], NULL);
    if (sharers[i].returned_us > last_us) last_us = sharers[i].returned_us;
  }
  ck_assert_int_eq(lsexport_cancel_is_triggered(cancel), 1);
  share(&sharers[0]); /* it is sticky */
  lsexport_cancel_free(cancel);
  caller_free(client);
  caller_finish(server, "a shared token");
  ck_assert_int_eq(server_requests(server, NULL), MANY);
  server_free(server);
  return last_us - triggered_us;
}

START_TEST(one_token_ends_many_calls) {
  ck_assert(pace_keeps(PACE_CANCEL_MS, end_many, NULL));
  complaints_raise();
}
END_TEST

int main(void) {
  Suite *suite = suite_create("test_cancel");
  faults_begin();
  TCase *cases = faults_case(suite, "cancel");
  tcase_add_test(cases, ends_at_every_stage);
  tcase_add_loop_test(cases, sends_nothing_when_triggered_before, 0, 2);
  tcase_add_loop_test(cases, ends_by_a_signal_handler, 0, 2 * WAY_COUNT);
  tcase_add_loop_test(cases, survives_interrupted_system_calls, 0, 2);
  tcase_add_test(cases, one_token_ends_many_calls);
  return faults_end(suite);
}
