/* SPDX-License-Identifier: MIT */
/* Every answer, cut at every byte by the end of the connection (FIN) and by its reset (RST), over real sockets; over TLS
 * also by an end without close_notify. No crash, no hang, no false success, one request, and the truth about what was
 * applied.
 *
 *   test_sweep_sockets [STEP [tls]]   every STEP-th byte: 1, unless a slow run asks for fewer */
#include "complaints.h"
#include "corpus.h"
#include "pace.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define THREADS 4
#define CUTS_MAX ANSWER_MAX
#define STEPS_OF_A_SCRIPT 5
#define CALL_MS 30000 /* none may come near it */

struct sweep {
  const struct answer *answer;
  enum kind kind;
  enum step_kind end;
};

static struct sweep sweeps[256];
static size_t sweep_count;
static atomic_size_t next_sweep;
static atomic_size_t calls;
static size_t stride = 1;
static bool tls;

/* What a whole sweep needs. */
struct bench {
  struct step steps[CUTS_MAX][STEPS_OF_A_SCRIPT];
  const struct step *scripts[CUTS_MAX];
  char where[256];
};

/* ---- what must hold of one cut ---- */

static bool is_lost(lsexport_status status) { return status == LSEXPORT_ERR_CONNECTION_LOST; }

static void check_success(const struct sweep *sweep, size_t cut, const struct outcome *outcome, const char *where) {
  const struct answer *answer = sweep->answer;
  bool may_fail = cut < answer->whole_length || sweep->end != STEP_FIN;
  bool may_succeed = cut >= answer->least_length;
  bool fits = (may_fail && is_lost(outcome->status)) || (may_succeed && outcome->status == LSEXPORT_OK);
  EXPECT(fits, outcome, where);
  if (!outcome->status || !kind_writes(sweep->kind)) return;
  bool unsure = sweep->kind != KIND_ENSURE; /* whose list it was: no POST follows one that was cut */
  EXPECT(lsexport_error_applied(outcome->error) == (unsure ? LSEXPORT_APPLIED_UNKNOWN : LSEXPORT_APPLIED_NO), outcome,
         where);
}

/* A refusal counts from its head on, whatever became of its body. */
static void check_refusal(const struct sweep *sweep, size_t cut, const struct outcome *outcome, const char *where) {
  const struct answer *answer = sweep->answer;
  bool headed = cut >= answer->head_length, whole = cut >= answer->whole_length, rude = sweep->end != STEP_FIN;
  EXPECT(outcome->status != LSEXPORT_OK, outcome, where);
  bool refused = lsexport_error_http_status(outcome->error) == answer->http_status;
  if (!headed || (rude && !refused)) {
    EXPECT(is_lost(outcome->status), outcome, where);
    if (kind_writes(sweep->kind))
      EXPECT(lsexport_error_applied(outcome->error) == LSEXPORT_APPLIED_UNKNOWN, outcome, where);
    return;
  }
  EXPECT(refused, outcome, where);
  EXPECT(lsexport_error_applied(outcome->error) == LSEXPORT_APPLIED_NO, outcome, where);
  if (whole) EXPECT(outcome->status == answer->status, outcome, where);
}

static void check(const struct sweep *sweep, size_t cut, const struct outcome *outcome, const char *where) {
  if (sweep->answer->status == LSEXPORT_OK)
    check_success(sweep, cut, outcome, where);
  else
    check_refusal(sweep, cut, outcome, where);
  EXPECT(outcome->took_us < CALL_MS * 500, outcome, where);
  if (outcome->error) EXPECT(lsexport_error_attempts(outcome->error) == 1, outcome, where);
}

/* ---- one sweep ---- */

static void write_scripts(struct bench *bench, const struct sweep *sweep) {
  for (size_t cut = 0; cut <= sweep->answer->length; cut += stride) {
    struct step *steps = bench->steps[cut];
    const struct step script[STEPS_OF_A_SCRIPT] = {
        REQUEST, {.kind = STEP_SEND, .bytes = sweep->answer->bytes, .length = cut}, {.kind = sweep->end}, END};
    memcpy(steps, script, sizeof script);
    if (!cut) memmove(steps + 2, steps + 3, 2 * sizeof *steps); /* nothing to send */
    bench->scripts[cut / stride] = steps;
  }
}

static void run(struct bench *bench, const struct sweep *sweep) {
  const struct answer *answer = sweep->answer;
  size_t cuts = answer->length / stride + 1;
  write_scripts(bench, sweep);
  struct server *server = server_start(&(struct server_plan){
      .identity = tls ? IDENTITY_GOOD : IDENTITY_NONE, .script_count = cuts, .scripts = bench->scripts});
  for (size_t i = 0; i < cuts; i++) {
    /* A client for each: a connection that is kept would serve the next call. */
    lsexport_client *client =
        caller_client(server_root(server), OPTIONS({"max_attempts", "1"}, {"timeout_ms", "30000"},
                                                   {"write_timeout_ms", "30000"}, {"ensure_timeout_ms", "30000"}));
    snprintf(bench->where, sizeof bench->where, "%s of %s, %s after byte %zu of %zu", kind_name(sweep->kind),
             answer->name,
             sweep->end == STEP_FIN   ? "FIN"
             : sweep->end == STEP_RST ? "RST"
                                      : "cut",
             i * stride, answer->length);
    struct outcome outcome = caller_call(client, sweep->kind, NULL);
    check(sweep, i * stride, &outcome, bench->where);
    outcome_free(&outcome);
    caller_free(client);
    calls++;
  }
  server_finish(server);
  int requests = server_requests(server, NULL), posts = server_requests(server, "POST");
  if (requests != (int)cuts) complain("%s: %d requests for %zu calls", bench->where, requests, cuts);
  if (posts != (sweep->kind == KIND_CREATE ? requests : 0)) complain("%s: %d POSTs", bench->where, posts);
  if (server_was_left_open(server)) complain("%s: a connection was left open", bench->where);
  server_free(server);
}

static void *work(void *argument) {
  struct bench *bench = calloc(1, sizeof *bench);
  if (!bench) abort();
  for (size_t i; (i = atomic_fetch_add(&next_sweep, 1)) < sweep_count;) run(bench, &sweeps[i]);
  free(bench);
  return argument;
}

START_TEST(every_answer_is_cut_at_every_byte) {
  pthread_t threads[THREADS];
  int64_t begun = pace_now_ms();
  size_t count;
  const struct answer *answers = corpus(&count);
  for (size_t i = 0; i < count; i++)
    for (size_t kind = 0; kind < answers[i].kind_count; kind++) {
      sweeps[sweep_count++] = (struct sweep){&answers[i], answers[i].kinds[kind], STEP_FIN};
      sweeps[sweep_count++] = (struct sweep){&answers[i], answers[i].kinds[kind], STEP_RST};
      if (tls) sweeps[sweep_count++] = (struct sweep){&answers[i], answers[i].kinds[kind], STEP_CUT};
    }
  for (size_t i = 0; i < THREADS; i++) ck_assert_int_eq(pthread_create(&threads[i], NULL, work, NULL), 0);
  for (size_t i = 0; i < THREADS; i++) pthread_join(threads[i], NULL);
  printf("%zu answers, %zu sweeps, %zu calls, %lld ms\n", count, sweep_count, (size_t)calls,
         (long long)(pace_now_ms() - begun));
  complaints_raise();
}
END_TEST

int main(int count, char **arguments) {
  if (count > 1) stride = strtoul(arguments[1], NULL, 10);
  if (!stride) stride = 1;
  tls = count > 2;
  setvbuf(stdout, NULL, _IOLBF, 0);
  faults_begin();
  Suite *suite = suite_create("test_sweep_sockets");
  tcase_add_test(faults_case(suite, "sockets"), every_answer_is_cut_at_every_byte);
  return faults_end(suite);
}
