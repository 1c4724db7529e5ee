/* SPDX-License-Identifier: MIT */
/* The system refuses what a call needs of it, or lies about the time. This program's own system calls stand before libc's,
 * for libcurl and for the library; they fail, once or always, on the thread that makes the call. */
#include "caller.h"
#include "complaints.h"
#include "pace.h"

#include <dlfcn.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>

#define WHERE_SIZE 160
#define DEADLINE_MS 500
#define DAY_S 86400
#define SHORT_WRITE 10

/* ---- the stand-ins ---- */

enum need { NEED_SOCKET, NEED_CONNECT, NEED_SEND, NEED_RECEIVE, NEED_POLL, NEED_RANDOM, NEED_COUNT };

static _Thread_local struct {
  bool on;
  enum need need;
  int spared; /* so many times it is given all the same */
  int number; /* errno */
  int64_t clock_ahead_s, clock_step_s;
} fault;

static bool refuses(enum need need) {
  if (!fault.on || fault.need != need || fault.spared-- > 0) return false;
  errno = fault.number;
  return true;
}

/* libc's own; its type is the caller's. */
#define NEXT(function) (*(void **)(void *)&next_##function = dlsym(RTLD_NEXT, #function))

int socket(int domain, int type, int protocol) {
  int (*next_socket)(int, int, int);
  NEXT(socket);
  return refuses(NEED_SOCKET) ? -1 : next_socket(domain, type, protocol);
}

int connect(int descriptor, __CONST_SOCKADDR_ARG address, socklen_t size) {
  int (*next_connect)(int, __CONST_SOCKADDR_ARG, socklen_t);
  NEXT(connect);
  return refuses(NEED_CONNECT) ? -1 : next_connect(descriptor, address, size);
}

ssize_t send(int descriptor, const void *bytes, size_t size, int flags) {
  ssize_t (*next_send)(int, const void *, size_t, int);
  NEXT(send);
  if (refuses(NEED_SEND)) return -1;
  return next_send(descriptor, bytes, fault.on && fault.need == NEED_SEND ? SHORT_WRITE : size, flags);
}

ssize_t recv(int descriptor, void *bytes, size_t size, int flags) {
  ssize_t (*next_recv)(int, void *, size_t, int);
  NEXT(recv);
  return refuses(NEED_RECEIVE) ? -1 : next_recv(descriptor, bytes, size, flags);
}

int poll(struct pollfd *polled, nfds_t count, int milliseconds) {
  int (*next_poll)(struct pollfd *, nfds_t, int);
  NEXT(poll);
  bool looks = !milliseconds; /* it does not wait */
  return !looks && refuses(NEED_POLL) ? -1 : next_poll(polled, count, milliseconds);
}

ssize_t getrandom(void *bytes, size_t size, unsigned flags) {
  ssize_t (*next_getrandom)(void *, size_t, unsigned);
  NEXT(getrandom);
  return refuses(NEED_RANDOM) ? -1 : next_getrandom(bytes, size, flags);
}

/* The wall clock, set anew between any two looks at it. */
time_t time(time_t *seconds_out) {
  time_t (*next_time)(time_t *);
  NEXT(time);
  fault.clock_ahead_s += fault.clock_step_s;
  time_t seconds = next_time(NULL) + fault.clock_ahead_s;
  if (seconds_out) *seconds_out = seconds;
  return seconds;
}

/* ---- what is refused ---- */

static const struct refusal {
  const char *name;
  enum need need;
  int number, spared;
  lsexport_status status;
  int32_t applied; /* of a write */
} refusals[] = {
#define UNSENT 0, LSEXPORT_ERR_CONNECT, LSEXPORT_APPLIED_NO
#define GONE 0, LSEXPORT_ERR_CONNECTION_LOST, LSEXPORT_APPLIED_NO
#define LOST \
  1, LSEXPORT_ERR_CONNECTION_LOST, LSEXPORT_APPLIED_UNKNOWN /* something was sent; or it looked once before */
    {"no descriptor is left", NEED_SOCKET, EMFILE, UNSENT},
    {"no file is left", NEED_SOCKET, ENFILE, UNSENT},
    {"no buffer for a socket", NEED_SOCKET, ENOBUFS, UNSENT},
    {"no memory for a socket", NEED_SOCKET, ENOMEM, UNSENT},
    {"a socket is forbidden", NEED_SOCKET, EPERM, UNSENT},
    {"no such family", NEED_SOCKET, EAFNOSUPPORT, UNSENT},
    {"no route to the network", NEED_CONNECT, ENETUNREACH, UNSENT},
    {"no route to the host", NEED_CONNECT, EHOSTUNREACH, UNSENT},
    {"no port is left", NEED_CONNECT, EADDRNOTAVAIL, UNSENT},
    {"no buffer for a connection", NEED_CONNECT, ENOBUFS, UNSENT},
    {"a firewall of this machine", NEED_CONNECT, EPERM, UNSENT},
    {"no buffer to send from", NEED_SEND, ENOBUFS, GONE},
    {"no buffer to send the rest from", NEED_SEND, ENOBUFS, LOST},
    {"no memory to send from", NEED_SEND, ENOMEM, GONE},
    {"no memory to send the rest from", NEED_SEND, ENOMEM, LOST},
    {"the pipe is broken", NEED_SEND, EPIPE, GONE},
    {"the pipe breaks", NEED_SEND, EPIPE, LOST},
    {"a firewall wakes up", NEED_SEND, EPERM, LOST},
    {"no buffer to look into", NEED_RECEIVE, ENOBUFS, GONE},
    {"no buffer to receive into", NEED_RECEIVE, ENOBUFS, LOST},
    {"no memory to receive into", NEED_RECEIVE, ENOMEM, LOST},
    {"the peer is unreachable by now", NEED_RECEIVE, EHOSTUNREACH, LOST},
    {"the peer does not acknowledge", NEED_RECEIVE, ETIMEDOUT, LOST},
};

static void refuse(enum need need, int number, int spared) {
  fault.on = true;
  fault.need = need;
  fault.number = number;
  fault.spared = spared;
}

static void call_without(const struct refusal *refusal, enum kind kind, const char *where) {
  struct server *server = server_start(&(struct server_plan){0});
  lsexport_client *client = caller_client(server_root(server), OPTIONS({"max_attempts", "1"}));
  refuse(refusal->need, refusal->number, refusal->spared);
  struct outcome outcome = caller_call(client, kind, NULL);
  fault.on = false;
  expect_status(&outcome, refusal->status, where);
  EXPECT(lsexport_error_applied(outcome.error) == (kind_writes(kind) ? refusal->applied : LSEXPORT_APPLIED_NO),
         &outcome, where);
  bool retryable = kind != KIND_CREATE || refusal->applied == LSEXPORT_APPLIED_NO;
  EXPECT(lsexport_error_retryable(outcome.error) == retryable, &outcome, where);
  outcome_free(&outcome);
  outcome = caller_call(client, kind, NULL);
  expect_status(&outcome, LSEXPORT_OK, "once the system gives it again");
  outcome_free(&outcome);
  caller_free(client);
  caller_finish(server, where);
  if (server_requests(server, "POST") > 2) complain("%s: THREE POSTS", where);
  if (refusal->applied == LSEXPORT_APPLIED_NO && server_requests(server, NULL) != 1)
    complain("%s: a request left", where);
  server_free(server);
}

START_TEST(says_what_the_system_refused) {
  const struct refusal *refusal = &refusals[_i];
  char where[WHERE_SIZE];
  for (int kind = 0; kind < FOUR_KINDS; kind++) {
    snprintf(where, sizeof where, "%s, %s", refusal->name, kind_name((enum kind)kind));
    call_without(refusal, (enum kind)kind, where);
  }
  complaints_raise();
}
END_TEST

/* A call that cannot wait goes round and round; it ends by its deadline all the same. */
static int64_t call_without_poll(void *context) {
  char deadline[24];
  enum kind kind = *(enum kind *)context;
  struct server *server = server_start_one(IDENTITY_NONE, SCRIPT(REQUEST, STALL));
  snprintf(deadline, sizeof deadline, "%lld", (long long)pace_ms(DEADLINE_MS));
  lsexport_client *client =
      caller_client(server_root(server), OPTIONS({"timeout_ms", deadline}, {"write_timeout_ms", deadline}));
  refuse(NEED_POLL, ENOMEM, 0);
  struct outcome outcome = caller_call(client, kind, NULL);
  fault.on = false;
  int64_t took_us = outcome.took_us;
  expect_status(&outcome, LSEXPORT_ERR_TIMEOUT, "without poll");
  outcome_free(&outcome);
  caller_free(client);
  caller_finish(server, "without poll");
  server_free(server);
  return took_us;
}

START_TEST(ends_without_poll) {
  enum kind kind = (enum kind)_i;
  ck_assert(pace_keeps(DEADLINE_MS + PACE_LATE_MS, call_without_poll, &kind));
  complaints_raise();
}
END_TEST

/* The kernel has no random numbers yet: the waits between attempts are drawn from something else. */
START_TEST(tries_again_without_random_numbers) {
  enum kind kind = (enum kind)_i;
  struct server *server = server_start_one(IDENTITY_NONE, SCRIPT(REQUEST, ANSWER("429 Slow", ""), AGAIN));
  lsexport_client *client = caller_client(server_root(server), OPTIONS({"max_attempts", "3"}));
  refuse(NEED_RANDOM, EAGAIN, 0);
  struct outcome outcome = caller_call(client, kind, NULL);
  fault.on = false;
  expect_status(&outcome, LSEXPORT_ERR_RATE_LIMITED, "without random numbers");
  EXPECT(lsexport_error_attempts(outcome.error) == (kind == KIND_CREATE ? 1 : 3), &outcome, "without random numbers");
  outcome_free(&outcome);
  caller_free(client);
  caller_finish(server, "without random numbers");
  server_free(server);
  complaints_raise();
}
END_TEST

/* Somebody sets the wall clock, by days and back, while calls wait for an answer and between attempts. Deadlines do not
 * hang on it. */
START_TEST(lets_the_clock_jump) {
  static const int64_t steps_s[] = {400 * DAY_S, -400 * DAY_S};
  struct server *server =
      server_start_one(IDENTITY_NONE, SCRIPT(REQUEST, ANSWER("503 Slow\r\nRetry-After: 0", ""), REQUEST, PAUSE(20),
                                             ANSWER("200 OK", HEALTHY_BODY), AGAIN));
  lsexport_client *client = caller_client(server_root(server), NULL);
  fault.clock_step_s = steps_s[_i];
  for (int kind = 0; kind < FOUR_KINDS; kind++) {
    if (kind == KIND_CREATE) continue; /* nothing of it is tried again */
    struct outcome outcome = caller_call(client, (enum kind)kind, NULL);
    expect_status(&outcome, LSEXPORT_OK, "a clock that jumps");
    outcome_free(&outcome);
  }
  ck_assert_int_ne(fault.clock_ahead_s, 0); /* somebody looked */
  fault.clock_step_s = 0;
  caller_free(client);
  caller_finish(server, "a clock that jumps");
  ck_assert_int_eq(server_requests(server, NULL), 6);
  server_free(server);
  complaints_raise();
}
END_TEST

int main(void) {
  Suite *suite = suite_create("test_system");
  faults_begin();
  TCase *cases = faults_case(suite, "the system");
  tcase_add_loop_test(cases, says_what_the_system_refused, 0, (int)COUNT(refusals));
  tcase_add_loop_test(cases, ends_without_poll, 0, FOUR_KINDS);
  tcase_add_loop_test(cases, tries_again_without_random_numbers, 0, FOUR_KINDS);
  tcase_add_loop_test(cases, lets_the_clock_jump, 0, 2);
  return faults_end(suite);
}
