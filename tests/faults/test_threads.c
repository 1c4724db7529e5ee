/* SPDX-License-Identifier: MIT */
/* One client and many threads: calls of all kinds, cancels, copies and frees, at random, from one seed; and one queue that
 * many threads fill, while they cancel each other's calls. For ThreadSanitizer, which must be silent; without it, nothing may crash, hang or answer for another. The scripted server
 * closes and resets connections now and then. */
#include "caller.h"
#include "complaints.h"
#include "pace.h"

#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define THREADS 64
#define CANCELLERS 4
#define ROUNDS 24       /* of each thread at the most, */
#define MOST_MS 3000    /* and not for longer than this: a sanitizer may be slow */
#define CONNECTIONS 512 /* that have a script; further ones are healthy */

static const struct step *const manners[] = {
    SCRIPT(REQUEST, COMMIT, ANSWER("200 OK", HEALTHY_BODY), AGAIN),
    SCRIPT(REQUEST, COMMIT, ANSWER("200 OK", HEALTHY_BODY), REQUEST, FIN),
    SCRIPT(REQUEST, COMMIT, ANSWER("200 OK", HEALTHY_BODY), REQUEST, RST),
    SCRIPT(REQUEST, RST),
    SCRIPT(REQUEST, FIN),
    SCRIPT(REQUEST, ANSWER("503 Unavailable", ""), REQUEST, ANSWER("200 OK", HEALTHY_BODY), AGAIN),
    SCRIPT(REQUEST, COMMIT, SEND("HTTP/1.1 200 OK\r\nContent-Length: 501\r\n\r\n"), PAUSE(3), SEND(HEALTHY_BODY),
           AGAIN),
    SCRIPT(REQUEST, COMMIT, ANSWER("200 OK", HEALTHY_BODY "\n"), SEND("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"),
           AGAIN),
    SCRIPT(FIN),
};

struct shared {
  lsexport_client *client;
  lsexport_destination_spec *spec; /* read by all at once: no setter is called any more */
  lsexport_cancel *tokens[CANCELLERS];
  atomic_int creates;
  atomic_int calls;
  atomic_bool over;
  int64_t until_ms;
};

struct worker {
  struct shared *shared;
  unsigned seed;
};

static unsigned next_random(unsigned *seed) {
  *seed = *seed * 1103515245u + 12345u;
  return *seed >> 16;
}

static int32_t tick_sometimes(uintptr_t userdata) {
  unsigned *seed = (unsigned *)userdata;
  return next_random(seed) % 50 == 0;
}

static lsexport_call *make_call(struct worker *worker, unsigned *tick_seed) {
  lsexport_call *call = NULL;
  lsexport_call_new(&call);
  switch (next_random(&worker->seed) % 4) {
  case 0:
    lsexport_call_set_cancel(call, worker->shared->tokens[next_random(&worker->seed) % CANCELLERS]);
    break;
  case 1:
    lsexport_call_set_tick(call, tick_sometimes, (uintptr_t)tick_seed);
    break;
  case 2:
    lsexport_call_set_timeout_ms(call, pace_ms(200));
    break;
  default:
    break;
  }
  return call;
}

static void use_destination(lsexport_destination *destination) {
  if (!destination) return;
  lsexport_destination *copy = lsexport_destination_copy(destination);
  if (strcmp(lsexport_destination_id(copy), DESTINATION_ID) != 0) complain("another's answer");
  lsexport_destination_free(copy);
}

static void *work(void *argument) {
  struct worker *worker = argument;
  struct shared *shared = worker->shared;
  unsigned tick_seed = worker->seed;
  for (int i = 0; i < ROUNDS && pace_now_ms() < shared->until_ms; i++) {
    lsexport_call *call = make_call(worker, &tick_seed);
    enum kind kind = (enum kind)(next_random(&worker->seed) % FOUR_KINDS);
    if (kind == KIND_CREATE) atomic_fetch_add(&shared->creates, 1);
    atomic_fetch_add(&shared->calls, 1);
    struct outcome outcome = kind == KIND_CREATE ? caller_create(shared->client, shared->spec, call)
                                                 : caller_call(shared->client, kind, call);
    use_destination(outcome.destination);
    outcome_free(&outcome);
    lsexport_call_free(call);
  }
  return NULL;
}

/* Fires its token, now and then, for good: calls that carry it then end at once. */
static void *fire(void *argument) {
  struct worker *worker = argument;
  for (unsigned i = 0; i < CANCELLERS && !atomic_load(&worker->shared->over); i++) {
    struct timespec wait = {.tv_nsec = (long)(200 + next_random(&worker->seed) % 200) * 1000000};
    nanosleep(&wait, NULL);
    lsexport_cancel_trigger(worker->shared->tokens[i]);
  }
  return NULL;
}

static void run(bool tls, unsigned seed) {
  struct shared shared = {.spec = caller_spec(), .until_ms = pace_now_ms() + MOST_MS};
  struct worker workers[THREADS], firing = {&shared, seed};
  pthread_t threads[THREADS], firer;
  const struct step *scripts[CONNECTIONS];
  for (size_t i = 0; i < CONNECTIONS; i++) scripts[i] = manners[next_random(&seed) % COUNT(manners)];
  struct server *server = server_start(&(struct server_plan){
      .identity = tls ? IDENTITY_GOOD : IDENTITY_NONE, .scripts = scripts, .script_count = CONNECTIONS});
  shared.client = caller_client(server_root(server), OPTIONS({"max_attempts", "2"}));
  for (size_t i = 0; i < CANCELLERS; i++) lsexport_cancel_new(&shared.tokens[i]);
  for (unsigned i = 0; i < THREADS; i++) {
    workers[i] = (struct worker){&shared, seed + i * 7919};
    pthread_create(&threads[i], NULL, work, &workers[i]);
  }
  pthread_create(&firer, NULL, fire, &firing);
  for (unsigned i = 0; i < THREADS; i++) pthread_join(threads[i], NULL);
  atomic_store(&shared.over, true);
  pthread_join(firer, NULL);
  for (size_t i = 0; i < CANCELLERS; i++) lsexport_cancel_free(shared.tokens[i]);
  lsexport_destination_spec_free(shared.spec);
  caller_free(shared.client);
  caller_finish(server, "threads");
  int posts = server_requests(server, "POST"), creates = atomic_load(&shared.creates);
  if (posts > creates) complain("%d POSTs of %d creates", posts, creates);
  fprintf(stderr, "%d calls, %d connections\n", atomic_load(&shared.calls), server_connections(server));
  server_free(server);
  complaints_raise();
}

/* ---- one queue ---- */

#define SUBMITTERS 8

struct filling {
  struct worker worker;
  lsexport_queue *queue;
  uint64_t number; /* of the thread: its ids follow number * ROUNDS */
  atomic_int *submitting;
};

static lsexport_status submit_one(struct filling *filling, enum kind kind, const lsexport_call *call) {
  struct shared *shared = filling->worker.shared;
  lsexport_credentials *credentials = caller_credentials();
  lsexport_status status;
  switch (kind) {
  case KIND_CREATE:
    atomic_fetch_add(&shared->creates, 1);
    status = lsexport_destination_create(shared->client, shared->spec, call, NULL, NULL);
    break;
  case KIND_PATCH:
    status = lsexport_destination_patch(shared->client, DESTINATION_ID, credentials, call, NULL, NULL);
    break;
  case KIND_DELETE:
    status = lsexport_destination_delete(shared->client, DESTINATION_ID, call, NULL);
    break;
  default:
    status = lsexport_destination_get(shared->client, DESTINATION_ID, call, NULL, NULL);
  }
  lsexport_credentials_free(credentials);
  return status;
}

static void *fill(void *argument) {
  struct filling *filling = argument;
  struct worker *worker = &filling->worker;
  for (uint64_t i = 0; i < ROUNDS; i++) {
    lsexport_call *call = NULL;
    lsexport_call_new(&call);
    lsexport_call_set_queue(call, filling->queue, filling->number * ROUNDS + i);
    unsigned chance = next_random(&worker->seed) % 8;
    if (chance == 0) lsexport_call_set_cancel(call, worker->shared->tokens[next_random(&worker->seed) % CANCELLERS]);
    if (chance == 1) lsexport_call_set_timeout_ms(call, pace_ms(200));
    if (submit_one(filling, (enum kind)(next_random(&worker->seed) % FOUR_KINDS), call)) complain("not taken");
    lsexport_call_free(call);
    if (chance == 2) lsexport_queue_cancel(filling->queue, next_random(&worker->seed) % (SUBMITTERS * ROUNDS));
  }
  atomic_fetch_sub(filling->submitting, 1);
  return NULL;
}

/* Hosts the queue until the threads have submitted all and every completion is there; each comes once. */
static void host(lsexport_queue *queue, atomic_int *submitting) {
  static unsigned char seen[SUBMITTERS * ROUNDS];
  size_t total = 0;
  memset(seen, 0, sizeof seen);
  while (atomic_load(submitting) || lsexport_queue_count(queue)) {
    struct pollfd poller = {.fd = lsexport_queue_descriptor(queue), .events = POLLIN};
    lsexport_completions *completions = NULL;
    (void)poll(&poller, 1, 20);
    if (lsexport_queue_wait(queue, 0, NULL, &completions, NULL)) complain("a wait failed");
    for (size_t i = 0; i < lsexport_completions_count(completions); i++) {
      const lsexport_completion *completion = lsexport_completions_at(completions, i);
      const lsexport_destination *destination = lsexport_completion_destination(completion);
      if (seen[lsexport_completion_id(completion)]++) complain("two completions for one call");
      if (destination && strcmp(lsexport_destination_id(destination), DESTINATION_ID) != 0)
        complain("another's answer");
      total++;
    }
    lsexport_completions_free(completions);
  }
  if (total != SUBMITTERS * ROUNDS) complain("%zu completions of %d calls", total, SUBMITTERS * ROUNDS);
}

static void run_queue(bool tls, unsigned seed) {
  struct shared shared = {.spec = caller_spec()};
  struct filling fillings[SUBMITTERS];
  struct worker firing = {&shared, seed};
  pthread_t threads[SUBMITTERS], firer;
  atomic_int submitting = SUBMITTERS;
  lsexport_queue *queue = NULL;
  const struct step *scripts[CONNECTIONS];
  for (size_t i = 0; i < CONNECTIONS; i++) scripts[i] = manners[next_random(&seed) % COUNT(manners)];
  struct server *server = server_start(&(struct server_plan){
      .identity = tls ? IDENTITY_GOOD : IDENTITY_NONE, .scripts = scripts, .script_count = CONNECTIONS});
  shared.client = caller_client(server_root(server), OPTIONS({"max_attempts", "2"}, {"queue_max_in_flight", "24"}));
  ck_assert_int_eq(lsexport_queue_new(shared.client, &queue, NULL), LSEXPORT_OK);
  for (size_t i = 0; i < CANCELLERS; i++) lsexport_cancel_new(&shared.tokens[i]);
  for (unsigned i = 0; i < SUBMITTERS; i++) {
    fillings[i] = (struct filling){{&shared, seed + i * 7919}, queue, i, &submitting};
    pthread_create(&threads[i], NULL, fill, &fillings[i]);
  }
  pthread_create(&firer, NULL, fire, &firing);
  host(queue, &submitting);
  for (unsigned i = 0; i < SUBMITTERS; i++) pthread_join(threads[i], NULL);
  atomic_store(&shared.over, true);
  pthread_join(firer, NULL);
  for (size_t i = 0; i < CANCELLERS; i++) lsexport_cancel_free(shared.tokens[i]);
  lsexport_destination_spec_free(shared.spec);
  lsexport_queue_free(queue);
  caller_free(shared.client);
  caller_finish(server, "a queue");
  int posts = server_requests(server, "POST"), creates = atomic_load(&shared.creates);
  if (posts > creates) complain("%d POSTs of %d creates", posts, creates);
  server_free(server);
  complaints_raise();
}

START_TEST(many_threads_share_a_queue) {
  unsigned seed = (unsigned)pace_now_us();
  fprintf(stderr, "seed %u\n", seed);
  run_queue(_i, seed);
}
END_TEST

START_TEST(many_threads_share_a_client) {
  unsigned seed = (unsigned)pace_now_us();
  fprintf(stderr, "seed %u\n", seed);
  run(_i, seed);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("test_threads");
  faults_begin();
  TCase *cases = faults_case(suite, "threads");
  tcase_add_loop_test(cases, many_threads_share_a_client, 0, 2);
  tcase_add_loop_test(cases, many_threads_share_a_queue, 0, 2);
  return faults_end(suite);
}
