/* SPDX-License-Identifier: MIT */
/* Names: unknown ones, slow ones, ones that never resolve, and those with an address where nobody answers. This program's
 * own getaddrinfo stands in for the system's, also for libcurl, whose resolver threads call it. No look-up leaves the
 * machine. */
#include "caller.h"
#include "complaints.h"
#include "pace.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- the stand-in ---- */

#define GOOD_NAME "faults.test"     /* 127.0.0.1; the good certificate is for it */
#define UNKNOWN_NAME "unknown.test" /* no such name */
#define FAILING_NAME "failing.test" /* the name server fails */
#define STUCK_NAME "stuck.test"     /* does not resolve until the test is over */
#define TWO_NAME "two.test"         /* ::1, then 127.0.0.1 */
#define MANY_NAME "many.test"       /* 127.0.0.1 three times: libcurl 7.88 waits 200 ms between refusals */

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed;
static int asked; /* look-ups of STUCK_NAME */
static bool over;
static atomic_int lookups;

static struct addrinfo *address_of(const char *text, const char *port, struct addrinfo *next) {
  struct both {
    struct addrinfo info;
    union {
      struct sockaddr any;
      struct sockaddr_in v4;
      struct sockaddr_in6 v6;
    } address;
  } *both = calloc(1, sizeof *both);
  uint16_t number = htons((uint16_t)(port ? atoi(port) : 0));
  bool v6 = strchr(text, ':') != NULL;
  if (!both) abort();
  both->info.ai_family = v6 ? AF_INET6 : AF_INET;
  both->info.ai_socktype = SOCK_STREAM;
  both->info.ai_protocol = IPPROTO_TCP;
  both->info.ai_addr = &both->address.any;
  both->info.ai_addrlen = v6 ? sizeof both->address.v6 : sizeof both->address.v4;
  both->info.ai_next = next;
  both->address.any.sa_family = (sa_family_t)both->info.ai_family;
  if (v6) {
    both->address.v6.sin6_port = number;
    inet_pton(AF_INET6, text, &both->address.v6.sin6_addr);
  } else {
    both->address.v4.sin_port = number;
    inet_pton(AF_INET, text, &both->address.v4.sin_addr);
  }
  return &both->info;
}

static struct addrinfo *many_addresses(const char *port) {
  struct addrinfo *found = NULL;
  for (int i = 0; i < 3; i++) found = address_of("127.0.0.1", port, found);
  return found;
}

static void get_stuck(void) {
  pthread_mutex_lock(&lock);
  asked++;
  pthread_cond_broadcast(&changed);
  while (!over) pthread_cond_wait(&changed, &lock);
  pthread_mutex_unlock(&lock);
}

int getaddrinfo(const char *restrict name, const char *restrict port, const struct addrinfo *restrict hints,
                struct addrinfo **restrict found) {
  (void)hints;
  atomic_fetch_add(&lookups, 1);
  if (strcmp(name, STUCK_NAME) == 0) {
    get_stuck();
    return EAI_AGAIN;
  }
  if (strcmp(name, FAILING_NAME) == 0) return EAI_AGAIN;
  if (strcmp(name, GOOD_NAME) == 0)
    *found = address_of("127.0.0.1", port, NULL);
  else if (strcmp(name, TWO_NAME) == 0)
    *found = address_of("::1", port, address_of("127.0.0.1", port, NULL));
  else if (strcmp(name, MANY_NAME) == 0)
    *found = many_addresses(port);
  else
    return EAI_NONAME;
  return 0;
}

void freeaddrinfo(struct addrinfo *found) {
  while (found) {
    struct addrinfo *next = found->ai_next;
    free(found);
    found = next;
  }
}

static bool await_stuck(int count) {
  struct timespec until = pace_deadline(PACE_ANYTHING_MS);
  int failed = 0;
  pthread_mutex_lock(&lock);
  while (asked < count && !failed) failed = pthread_cond_timedwait(&changed, &lock, &until);
  pthread_mutex_unlock(&lock);
  return !failed;
}

static int thread_count(void) {
  int count = 0;
  DIR *tasks = opendir("/proc/self/task");
  if (!tasks) abort();
  while (readdir(tasks)) count++;
  closedir(tasks);
  return count - 2; /* . and .. */
}

/* Lets the look-ups end, and waits until libcurl's threads are gone: nobody can join them, and who looks for leaks at the
 * end would find their stacks. The next one gets stuck again. */
static void let_go(void) {
  pthread_mutex_lock(&lock);
  over = true;
  pthread_cond_broadcast(&changed);
  pthread_mutex_unlock(&lock);
  int64_t until_ms = pace_now_ms() + PACE_ANYTHING_MS;
  while (thread_count() > 1 && pace_now_ms() < until_ms) (void)poll(NULL, 0, 2);
  ck_assert_int_eq(thread_count(), 1);
  over = false;
  asked = 0;
}

/* Frees the client while a look-up is stuck; how long that took, in microseconds. */
static int64_t free_while_stuck(lsexport_client *client) {
  int64_t begun_us = pace_now_us();
  caller_free(client);
  int64_t took_us = pace_now_us() - begun_us;
  let_go();
  return took_us;
}

/* ---- unknown names ---- */

static void expect_dns(const char *root, const struct option *options, enum kind kind, lsexport_status status) {
  lsexport_client *client = caller_client(root, options);
  struct outcome outcome = caller_call(client, kind, NULL);
  expect_status(&outcome, status, root);
  EXPECT(lsexport_error_applied(outcome.error) == LSEXPORT_APPLIED_NO, &outcome, root);
  EXPECT(lsexport_error_retryable(outcome.error) == 1, &outcome, root);
  outcome_free(&outcome);
  caller_free(client);
}

START_TEST(names_that_do_not_resolve) {
  enum kind kind = (enum kind)_i;
  expect_dns("https://" UNKNOWN_NAME, OPTIONS({"max_attempts", "1"}), kind, LSEXPORT_ERR_DNS);
  expect_dns("https://" FAILING_NAME, OPTIONS({"max_attempts", "1"}), kind, LSEXPORT_ERR_DNS);
  expect_dns("https://" UNKNOWN_NAME, OPTIONS({"max_attempts", "2"}), kind, LSEXPORT_ERR_DNS);
  ck_assert_int_ge(atomic_load(&lookups), 4); /* what never left is tried again, a create too */
  expect_dns("https://127.0.0.1:1", OPTIONS({"max_attempts", "1"}, {"proxy", "http://" UNKNOWN_NAME ":1"}), kind,
             LSEXPORT_ERR_PROXY);
  complaints_raise();
}
END_TEST

/* ---- names that do not resolve in time ---- */

#define STUCK_DEADLINE_MS 300

/* By how much the call was later than its deadline, or how long it took to free the client: what is worse, in
 * microseconds. */
static int64_t get_name_that_is_stuck(void *context) {
  char deadline[24];
  int number = *(int *)context;
  bool by_connect = number % 2;
  snprintf(deadline, sizeof deadline, "%lld", (long long)pace_ms(STUCK_DEADLINE_MS));
  lsexport_client *client =
      by_connect
          ? caller_client("https://" STUCK_NAME, OPTIONS({"connect_timeout_ms", deadline}, {"max_attempts", "1"}))
          : caller_client("https://" STUCK_NAME, OPTIONS({"timeout_ms", deadline}, {"write_timeout_ms", deadline}));
  struct outcome outcome = caller_call(client, (enum kind)(number / 2), NULL);
  int64_t late_us = outcome.took_us - pace_ms(STUCK_DEADLINE_MS) * 1000;
  if (!by_connect)
    expect_status(&outcome, LSEXPORT_ERR_TIMEOUT, "stuck name");
  else if (outcome.status != LSEXPORT_ERR_DNS)
    expect_status(&outcome, LSEXPORT_ERR_CONNECT, "stuck name");
  EXPECT(lsexport_error_applied(outcome.error) == LSEXPORT_APPLIED_NO, &outcome, "stuck name");
  outcome_free(&outcome);
  int64_t freed_us = free_while_stuck(client);
  return late_us > freed_us ? late_us : freed_us;
}

START_TEST(names_that_get_stuck) {
  ck_assert(pace_keeps(PACE_LATE_MS, get_name_that_is_stuck, &_i));
  complaints_raise();
}
END_TEST

struct canceller {
  lsexport_cancel *cancel;
  atomic_bool ends;
  int64_t triggered_us;
};

static void *cancel_when_stuck(void *argument) {
  struct canceller *canceller = argument;
  if (!await_stuck(1)) complain("nobody asked for the name");
  canceller->triggered_us = pace_now_us();
  lsexport_cancel_trigger(canceller->cancel);
  atomic_store(&canceller->ends, true);
  return NULL;
}

static int32_t tick(uintptr_t userdata) { return atomic_load(&((struct canceller *)userdata)->ends); }

/* How long the return took from the trigger on, or the freeing of the client, in microseconds. */
static int64_t cancel_look_up(void *context) {
  struct canceller canceller = {0};
  int number = *(int *)context;
  pthread_t thread;
  lsexport_call *call = NULL;
  lsexport_client *client = caller_client("https://" STUCK_NAME, NULL);
  lsexport_call_new(&call);
  lsexport_cancel_new(&canceller.cancel);
  if (number % 2)
    lsexport_call_set_cancel(call, canceller.cancel);
  else
    lsexport_call_set_tick(call, tick, (uintptr_t)&canceller);
  pthread_create(&thread, NULL, cancel_when_stuck, &canceller);
  struct outcome outcome = caller_call(client, (enum kind)(number / 2), call);
  int64_t returned_us = pace_now_us();
  pthread_join(thread, NULL);
  expect_status(&outcome, LSEXPORT_ERR_CANCELLED, "in the look-up");
  EXPECT(lsexport_error_applied(outcome.error) == LSEXPORT_APPLIED_NO, &outcome, "in the look-up");
  outcome_free(&outcome);
  lsexport_call_free(call);
  lsexport_cancel_free(canceller.cancel);
  int64_t ended_us = returned_us - canceller.triggered_us, freed_us = free_while_stuck(client);
  return ended_us > freed_us ? ended_us : freed_us;
}

START_TEST(ends_while_a_name_is_looked_up) {
  ck_assert(pace_keeps(PACE_CANCEL_MS, cancel_look_up, &_i));
  complaints_raise();
}
END_TEST

/* ---- names with several addresses ---- */

#define NEXT_ADDRESS_MS 450 /* libcurl tries it after 200 */

/* A host whose IPv6 address answers to nobody: the other one is tried soon, and well. */
static int64_t call_past_silent_ipv6(void *context) {
  char root[64];
  struct dead_port dead;
  struct server *server = server_start(&(struct server_plan){0});
  dead_port_silent(&dead, true, server_port(server));
  snprintf(root, sizeof root, "http://" TWO_NAME ":%d", server_port(server));
  lsexport_client *client = caller_client(root, OPTIONS({"max_attempts", "1"}, {"allow_http", "true"}));
  struct outcome outcome = caller_call(client, *(enum kind *)context, NULL);
  int64_t took_us = outcome.took_us;
  expect_status(&outcome, LSEXPORT_OK, "silent IPv6");
  outcome_free(&outcome);
  caller_free(client);
  dead_port_close(&dead);
  caller_finish(server, "silent IPv6");
  ck_assert_int_eq(server_requests(server, NULL), 1);
  server_free(server);
  return took_us;
}

START_TEST(passes_a_silent_ipv6_address) {
  enum kind kind = (enum kind)_i;
  ck_assert(pace_keeps(NEXT_ADDRESS_MS, call_past_silent_ipv6, &kind));
  complaints_raise();
}
END_TEST

/* Several addresses, and all of them refuse: one attempt, one answer, no request. */
START_TEST(tries_all_addresses) {
  char root[64];
  struct dead_port dead;
  dead_port_refusing(&dead);
  snprintf(root, sizeof root, "http://" MANY_NAME ":%d", dead.port);
  lsexport_client *client = caller_client(root, OPTIONS({"max_attempts", "1"}, {"allow_http", "true"}));
  struct outcome outcome = caller_call(client, (enum kind)(_i % FOUR_KINDS), NULL);
  expect_status(&outcome, LSEXPORT_ERR_CONNECT, "many addresses");
  EXPECT(outcome.took_us < pace_ms(3000) * 1000, &outcome, "many addresses"); /* it must not wait 5 s for a timer */
  outcome_free(&outcome);
  caller_free(client);
  dead_port_close(&dead);
  complaints_raise();
}
END_TEST

START_TEST(checks_the_name_in_the_certificate) {
  char root[64];
  struct server *server = server_start(&(struct server_plan){.identity = _i ? IDENTITY_WRONG_HOST : IDENTITY_GOOD});
  snprintf(root, sizeof root, "https://" GOOD_NAME ":%d", server_port(server));
  lsexport_client *client = caller_client(root, NULL);
  struct outcome outcome = caller_call(client, KIND_GET, NULL);
  expect_status(&outcome, _i ? LSEXPORT_ERR_TLS : LSEXPORT_OK, "a name in a certificate");
  if (_i)
    EXPECT(lsexport_error_cause(outcome.error) == LSEXPORT_CAUSE_CERTIFICATE_WRONG_HOST, &outcome,
           "a name in a certificate");
  outcome_free(&outcome);
  caller_free(client);
  caller_finish(server, "a name in a certificate");
  server_free(server);
  complaints_raise();
}
END_TEST

#define MANY 100 /* more than one multi handle takes: each has look-ups of its own */

START_TEST(many_look_a_name_up_at_once) {
  char root[64];
  struct server *server = server_start(&(struct server_plan){.identity = IDENTITY_GOOD});
  snprintf(root, sizeof root, "https://" GOOD_NAME ":%d", server_port(server));
  lsexport_client *client = caller_client(root, NULL);
  lsexport_queue *queue = NULL;
  lsexport_call *call = NULL;
  ck_assert_int_eq(lsexport_queue_new(client, &queue, NULL), LSEXPORT_OK);
  lsexport_call_new(&call);
  for (uint64_t id = 0; id < MANY; id++) {
    lsexport_call_set_queue(call, queue, id);
    ck_assert_int_eq(lsexport_destination_get(client, DESTINATION_ID, call, NULL, NULL), LSEXPORT_OK);
  }
  lsexport_call_free(call);
  while (lsexport_queue_count(queue)) {
    lsexport_completions *ended = NULL;
    ck_assert_int_eq(lsexport_queue_wait(queue, PACE_ANYTHING_MS, NULL, &ended, NULL), LSEXPORT_OK);
    ck_assert_ptr_nonnull(ended);
    for (size_t i = 0; i < lsexport_completions_count(ended); i++)
      ck_assert_int_eq(lsexport_completion_status(lsexport_completions_at(ended, i)), LSEXPORT_OK);
    lsexport_completions_free(ended);
  }
  lsexport_queue_free(queue);
  caller_free(client);
  caller_finish(server, "many look-ups");
  ck_assert_int_eq(server_requests(server, "GET"), MANY);
  server_free(server);
  complaints_raise();
}
END_TEST

int main(void) {
  Suite *suite = suite_create("test_dns");
  pace_condition_init(&changed);
  faults_begin();
  TCase *cases = faults_case(suite, "names");
  tcase_add_loop_test(cases, names_that_do_not_resolve, 0, FOUR_KINDS);
  tcase_add_loop_test(cases, names_that_get_stuck, 0, 2 * FOUR_KINDS);
  tcase_add_loop_test(cases, ends_while_a_name_is_looked_up, 0, 2 * FOUR_KINDS);
  tcase_add_loop_test(cases, passes_a_silent_ipv6_address, 0, FOUR_KINDS);
  tcase_add_loop_test(cases, tries_all_addresses, 0, 2 * FOUR_KINDS);
  tcase_add_loop_test(cases, checks_the_name_in_the_certificate, 0, 2);
  tcase_add_test(cases, many_look_a_name_up_at_once);
  return faults_end(suite);
}
