/* SPDX-License-Identifier: MIT */
/* A queue in an event loop: its descriptor, many calls at once, their bounds, and what ends them. */
#include "caller.h"
#include "complaints.h"
#include "pace.h"

#include <dirent.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

#define CALLS 300
#define STALLED 100
#define IN_FLIGHT "32"
#define IN_FLIGHT_NUMBER 32

static const struct step silence[] = {REQUEST, STALL, END};

static lsexport_queue *new_queue(lsexport_client *client) {
  lsexport_queue *queue = NULL;
  ck_assert_int_eq(lsexport_queue_new(client, &queue, NULL), LSEXPORT_OK);
  return queue;
}

static void submit_gets(lsexport_client *client, lsexport_queue *queue, uint64_t count, int64_t timeout_ms) {
  lsexport_call *call = NULL;
  lsexport_call_new(&call);
  lsexport_call_set_timeout_ms(call, timeout_ms);
  for (uint64_t id = 0; id < count; id++) {
    lsexport_call_set_queue(call, queue, id);
    ck_assert_int_eq(lsexport_destination_get(client, DESTINATION_ID, call, NULL, NULL), LSEXPORT_OK);
  }
  lsexport_call_free(call);
}

/* Takes what has ended; how many, all with that status. */
static size_t take(lsexport_queue *queue, lsexport_status status) {
  lsexport_completions *completions = NULL;
  ck_assert_int_eq(lsexport_queue_wait(queue, 0, NULL, &completions, NULL), LSEXPORT_OK);
  size_t count = lsexport_completions_count(completions);
  for (size_t i = 0; i < count; i++) {
    const lsexport_completion *completion = lsexport_completions_at(completions, i);
    if (lsexport_completion_status(completion) != status)
      complain("call %d: %s", (int)lsexport_completion_id(completion),
               lsexport_error_message(lsexport_completion_error(completion)));
  }
  lsexport_completions_free(completions);
  return count;
}

static bool wait_for_descriptor(lsexport_queue *queue, int64_t milliseconds) {
  struct pollfd poller = {.fd = lsexport_queue_descriptor(queue), .events = POLLIN};
  return poll(&poller, 1, (int)milliseconds) == 1;
}

static void host_until(lsexport_queue *queue, size_t ended, lsexport_status status) {
  for (size_t count = 0; count < ended; count += take(queue, status))
    ck_assert(wait_for_descriptor(queue, PACE_ANYTHING_MS));
}

/* What a host with a level-triggered poller does, and what one with an edge-triggered one does. */
static void host(lsexport_queue *queue, bool edge) {
  int poller = epoll_create1(EPOLL_CLOEXEC);
  struct epoll_event event = {.events = edge ? EPOLLIN | EPOLLET : EPOLLIN};
  ck_assert_int_eq(epoll_ctl(poller, EPOLL_CTL_ADD, lsexport_queue_descriptor(queue), &event), 0);
  for (size_t ended = 0, count; ended < CALLS;) {
    if (epoll_wait(poller, &event, 1, PACE_ANYTHING_MS) != 1) ck_abort_msg("after %zu calls nothing comes", ended);
    do ended += count = take(queue, LSEXPORT_OK);
    while (edge && count);
  }
  int rounds = 0;
  for (; epoll_wait(poller, &event, 1, 0) == 1 && rounds < CALLS; rounds++) /* a timer of libcurl's, perhaps */
    ck_assert_uint_eq(take(queue, LSEXPORT_OK), 0);
  ck_assert_int_lt(rounds, CALLS);
  close(poller);
}

static int descriptor_count(void) {
  int count = 0;
  DIR *descriptors = opendir("/proc/self/fd");
  if (!descriptors) abort();
  while (readdir(descriptors)) count++;
  closedir(descriptors);
  return count;
}

START_TEST(holds_five_descriptors_at_most) {
  lsexport_client *client = caller_client("http://127.0.0.1:1", NULL);
  int before = descriptor_count();
  lsexport_queue *queue = new_queue(client);
  ck_assert_int_le(descriptor_count(), before + 5);
  lsexport_queue_free(queue);
  ck_assert_int_eq(descriptor_count(), before);
  caller_free(client);
}
END_TEST

START_TEST(serves_an_event_loop) {
  bool tls = _i % 2, edge = _i / 2;
  struct server *server = server_start(&(struct server_plan){.identity = tls ? IDENTITY_GOOD : IDENTITY_NONE});
  lsexport_client *client = caller_client(server_root(server), OPTIONS({"queue_max_in_flight", IN_FLIGHT}));
  lsexport_queue *queue = new_queue(client);
  ck_assert(fcntl(lsexport_queue_descriptor(queue), F_GETFL) & O_NONBLOCK);
  submit_gets(client, queue, CALLS, 0);
  host(queue, edge);
  lsexport_queue_free(queue);
  caller_free(client);
  caller_finish(server, "an event loop");
  ck_assert_int_eq(server_requests(server, "GET"), CALLS);
  ck_assert_int_le(server_connections(server), IN_FLIGHT_NUMBER);
  server_free(server);
  complaints_raise();
}
END_TEST

START_TEST(connections_to_a_host_are_bounded) {
  struct server *server = server_start(&(struct server_plan){0});
  lsexport_client *client = caller_client(server_root(server), OPTIONS({"queue_max_host_connections", "3"}));
  lsexport_queue *queue = new_queue(client);
  submit_gets(client, queue, CALLS, 0);
  host(queue, false);
  lsexport_queue_free(queue);
  caller_free(client);
  caller_finish(server, "three connections");
  ck_assert_int_eq(server_requests(server, "GET"), CALLS);
  ck_assert_int_eq(server_connections(server), 3);
  server_free(server);
  complaints_raise();
}
END_TEST

/* A wait within the queue, longer than the library itself waits in one go. */
START_TEST(a_plain_wait_has_no_need_of_the_descriptor) {
  struct server *server = server_start_one(IDENTITY_NONE, SCRIPT(REQUEST, PAUSE(300), ANSWER("200 OK", HEALTHY_BODY)));
  lsexport_client *client = caller_client(server_root(server), NULL);
  lsexport_queue *queue = new_queue(client);
  lsexport_completions *completions = NULL;
  submit_gets(client, queue, 1, 10 * PACE_ANYTHING_MS);
  ck_assert_int_eq(lsexport_queue_wait(queue, -1, NULL, &completions, NULL), LSEXPORT_OK);
  ck_assert_uint_eq(lsexport_completions_count(completions), 1);
  ck_assert_int_eq(lsexport_completion_status(lsexport_completions_at(completions, 0)), LSEXPORT_OK);
  lsexport_completions_free(completions);
  lsexport_queue_free(queue);
  caller_free(client);
  caller_finish(server, "a plain wait");
  server_free(server);
  complaints_raise();
}
END_TEST

/* The server ends a connection that nobody uses: that wakes the host, and no more than that. */
START_TEST(an_idle_connection_may_end) {
  bool tls = _i;
  struct server *server =
      server_start_one(tls ? IDENTITY_GOOD : IDENTITY_NONE,
                       SCRIPT(REQUEST, ANSWER("200 OK", HEALTHY_BODY), REQUEST, ANSWER("200 OK", HEALTHY_BODY), FIN));
  lsexport_client *client = caller_client(server_root(server), NULL);
  lsexport_queue *queue = new_queue(client);
  for (int i = 0; i < 3; i++) {
    submit_gets(client, queue, 1, 0);
    host_until(queue, 1, LSEXPORT_OK);
    if (i != 1) continue;
    int rounds = 0; /* the end comes; then all is quiet */
    do {
      ck_assert(wait_for_descriptor(queue, PACE_ANYTHING_MS));
      ck_assert_uint_eq(take(queue, LSEXPORT_OK), 0);
    } while (wait_for_descriptor(queue, 0) && ++rounds < CALLS);
    ck_assert_int_lt(rounds, CALLS);
  }
  lsexport_queue_free(queue);
  caller_free(client);
  caller_finish(server, "an idle end");
  ck_assert_int_eq(server_requests(server, "GET"), 3);
  ck_assert_int_eq(server_connections(server), 2);
  server_free(server);
  complaints_raise();
}
END_TEST

/* ---- more at once than one multi handle takes: four share these ---- */

#define BURST 250
#define BURST_TEXT "250"
#define SHARE ((BURST + 3) / 4)

static struct server *burst_server(const struct step *script) {
  const struct step *scripts[BURST];
  for (size_t i = 0; i < BURST; i++) scripts[i] = script;
  return server_start(&(struct server_plan){.scripts = scripts, .script_count = BURST});
}

/* All are out before the first is answered; from the second burst on the server answers at once. */
static void burst(struct server *server, lsexport_client *client, lsexport_queue *queue) {
  submit_gets(client, queue, BURST, 0);
  while (server_requests(server, "GET") < BURST) {
    (void)wait_for_descriptor(queue, 5);
    ck_assert_uint_eq(take(queue, LSEXPORT_OK), 0);
  }
  server_go(server, 0);
  host_until(queue, BURST, LSEXPORT_OK);
}

START_TEST(the_next_burst_takes_the_same_connections) {
  static const struct step script[] = {REQUEST, AWAIT(0), ANSWER("200 OK", HEALTHY_BODY), AGAIN};
  struct server *server = burst_server(script);
  lsexport_client *client = caller_client(server_root(server), OPTIONS({"queue_max_in_flight", BURST_TEXT}));
  lsexport_queue *queue = new_queue(client);
  burst(server, client, queue);
  submit_gets(client, queue, BURST, 0);
  host_until(queue, BURST, LSEXPORT_OK);
  lsexport_queue_free(queue);
  caller_free(client);
  caller_finish(server, "two bursts");
  ck_assert_int_eq(server_requests(server, "GET"), 2 * BURST);
  ck_assert_int_eq(server_connections(server), BURST);
  server_free(server);
  complaints_raise();
}
END_TEST

/* Connections to that port whose other end is closed, and this one is not yet. */
static int half_closed(int port) {
  int count = 0;
  unsigned far_port, state;
  char line[256];
  FILE *connections = fopen("/proc/self/net/tcp", "r");
  if (!connections) abort();
  while (fgets(line, sizeof line, connections))
    if (sscanf(line, "%*d: %*x:%*x %*x:%x %x", &far_port, &state) == 2)
      count += far_port == (unsigned)port && state == TCP_CLOSE_WAIT;
  (void)fclose(connections);
  return count;
}

/* But for the first multi handle's, which its next call closes. */
START_TEST(connections_of_a_burst_that_end_are_closed) {
  static const struct step script[] = {REQUEST, AWAIT(0), ANSWER("200 OK", HEALTHY_BODY), AWAIT(1), FIN, END};
  struct server *server = burst_server(script);
  lsexport_client *client = caller_client(server_root(server), OPTIONS({"queue_max_in_flight", BURST_TEXT}));
  lsexport_queue *queue = new_queue(client);
  burst(server, client, queue);
  ck_assert_int_eq(half_closed(server_port(server)), 0);
  server_go(server, 1);
  int64_t until_ms = pace_now_ms() + PACE_ANYTHING_MS;
  do {
    (void)wait_for_descriptor(queue, 5);
    ck_assert_uint_eq(take(queue, LSEXPORT_OK), 0);
  } while (half_closed(server_port(server)) != SHARE && pace_now_ms() < until_ms);
  ck_assert_int_eq(half_closed(server_port(server)), SHARE);
  submit_gets(client, queue, 1, 0);
  host_until(queue, 1, LSEXPORT_OK);
  ck_assert_int_eq(half_closed(server_port(server)), 0);
  lsexport_queue_free(queue);
  caller_free(client);
  caller_finish(server, "a burst that ended");
  ck_assert_int_eq(server_requests(server, "GET"), BURST + 1);
  ck_assert_int_eq(server_connections(server), BURST + 1);
  server_free(server);
  complaints_raise();
}
END_TEST

/* ---- what ends calls that a silent server holds ---- */

struct held {
  struct server *server;
  lsexport_client *client;
  lsexport_queue *queue;
};

static struct held hold(int64_t timeout_ms) {
  const struct step *scripts[STALLED];
  for (size_t i = 0; i < STALLED; i++) scripts[i] = silence;
  struct held held = {.server = server_start(&(struct server_plan){.scripts = scripts, .script_count = STALLED})};
  held.client = caller_client(server_root(held.server), OPTIONS({"max_attempts", "1"}));
  held.queue = new_queue(held.client);
  submit_gets(held.client, held.queue, STALLED, timeout_ms);
  return held;
}

static void let_go(struct held *held, const char *where) {
  lsexport_queue_free(held->queue);
  caller_free(held->client);
  caller_finish(held->server, where);
  server_free(held->server);
  complaints_raise();
}

START_TEST(a_deadline_makes_it_readable) {
  int64_t begun = pace_now_ms(), deadline = pace_ms(300);
  struct held held = hold(deadline);
  host_until(held.queue, STALLED, LSEXPORT_ERR_TIMEOUT);
  int64_t took = pace_now_ms() - begun;
  if (took < deadline || took > deadline * 10) complain("a deadline of %d ms ended after %d", (int)deadline, (int)took);
  let_go(&held, "deadlines");
}
END_TEST

struct canceller {
  struct held held;
  int64_t at_us;
};

static void *cancel_one(void *argument) {
  struct canceller *canceller = argument;
  canceller->at_us = pace_now_us();
  lsexport_queue_cancel(canceller->held.queue, 7);
  return NULL;
}

/* All requests are out and nothing comes; another thread cancels one while this one sleeps. */
START_TEST(a_cancel_wakes_the_host) {
  pthread_t thread;
  struct canceller canceller = {.held = hold(0)};
  struct held *held = &canceller.held;
  while (server_requests(held->server, "GET") < STALLED) {
    (void)wait_for_descriptor(held->queue, 5);
    ck_assert_uint_eq(take(held->queue, LSEXPORT_OK), 0);
  }
  pthread_create(&thread, NULL, cancel_one, &canceller);
  host_until(held->queue, 1, LSEXPORT_ERR_CANCELLED);
  int64_t now_us = pace_now_us();
  pthread_join(thread, NULL);
  if (now_us - canceller.at_us > pace_ms(PACE_CANCEL_MS) * 1000)
    complain("a cancel took %d ms", (int)((now_us - canceller.at_us) / 1000));
  ck_assert_uint_eq(lsexport_queue_count(held->queue), STALLED - 1);
  lsexport_queue_close(held->queue);
  host_until(held->queue, STALLED - 1, LSEXPORT_ERR_CANCELLED);
  ck_assert_uint_eq(lsexport_queue_count(held->queue), 0);
  let_go(held, "cancels");
}
END_TEST

START_TEST(is_freed_while_calls_are_out) {
  struct held held = hold(0);
  while (server_requests(held.server, "GET") < STALLED) {
    (void)wait_for_descriptor(held.queue, 5);
    ck_assert_uint_eq(take(held.queue, LSEXPORT_OK), 0);
  }
  let_go(&held, "freed");
}
END_TEST

int main(void) {
  Suite *suite = suite_create("test_descriptor");
  faults_begin();
  TCase *cases = faults_case(suite, "descriptor");
  tcase_add_test(cases, holds_five_descriptors_at_most);
  tcase_add_loop_test(cases, serves_an_event_loop, 0, 4);
  tcase_add_test(cases, connections_to_a_host_are_bounded);
  tcase_add_test(cases, a_plain_wait_has_no_need_of_the_descriptor);
  tcase_add_loop_test(cases, an_idle_connection_may_end, 0, 2);
  tcase_add_test(cases, the_next_burst_takes_the_same_connections);
  tcase_add_test(cases, connections_of_a_burst_that_end_are_closed);
  tcase_add_test(cases, a_deadline_makes_it_readable);
  tcase_add_test(cases, a_cancel_wakes_the_host);
  tcase_add_test(cases, is_freed_while_calls_are_out);
  return faults_end(suite);
}
