/* SPDX-License-Identifier: MIT */
/* The process around the calls: SIGPIPE at its default, forks, and no descriptors left. Every test here runs in a process
 * of its own, by check's fork. */
#include "caller.h"
#include "complaints.h"
#include "pace.h"
#include "queued.h"

#include "api/call.h"

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define REACHED 1
#define HALF "{\"destination_type\":\"s3\","

/* ---- SIGPIPE ---- */

static const struct step *const resets[] = {
    SCRIPT(RST), /* the first RAW_RESETS are done before the handshake, too */
    SCRIPT(SOME, RST),
    SCRIPT(HEAD, RST),
    SCRIPT(HEAD, PAUSE(20), RST),
    SCRIPT(REQUEST, RST),
    SCRIPT(REQUEST, SEND("HTTP/1.1 100 Continue\r\n\r\n"), RST),
    SCRIPT(REQUEST, SEND("HTTP/1.1 200 OK\r\nContent-Length: 400\r\n\r\n" HALF), RST),
    SCRIPT(REQUEST, ANSWER("200 OK", HEALTHY_BODY), RST),
    SCRIPT(HEAD, ANSWER("413 Too Large", ""), PAUSE(20), RST),
    SCRIPT(HEAD, FIN, PAUSE(20), RST),
};

#define RAW_RESETS 2

/* A signal that nobody handles would end the process, and with it the test. */
START_TEST(survives_sigpipe) {
  struct sigaction before;
  bool raw = _i >= 2 * (int)COUNT(resets), tls = raw || _i % 2;
  const struct step *script = resets[raw ? _i - 2 * (int)COUNT(resets) : _i / 2];
  sigaction(SIGPIPE, NULL, &before);
  ck_assert(before.sa_handler == SIG_DFL);
  struct server *server = server_start(&(struct server_plan){.identity = tls ? IDENTITY_GOOD : IDENTITY_NONE,
                                                             .raw = raw,
                                                             .receive_buffer = 2048,
                                                             .scripts = &script,
                                                             .script_count = 1});
  lsexport_client *client = caller_client(server_root(server), OPTIONS({"max_attempts", "1"}));
  lsexport_destination_spec *spec = caller_large_spec();
  for (int i = 0; i < 2; i++) { /* the second goes to a healthy connection, past what the first left behind */
    struct outcome outcome = caller_create(client, spec, NULL);
    if (i) expect_status(&outcome, LSEXPORT_OK, "after a reset");
    outcome_free(&outcome);
  }
  lsexport_destination_spec_free(spec);
  caller_free(client);
  caller_finish(server, "resets");
  ck_assert_int_le(server_requests(server, "POST"), 2);
  server_free(server);
  complaints_raise();
}
END_TEST

/* The peer has reset while the connection was idle: what libcurl says there (close_notify) must not end us either. */
START_TEST(survives_sigpipe_when_freed) {
  struct server *server = server_start_one(_i ? IDENTITY_GOOD : IDENTITY_NONE,
                                           SCRIPT(REQUEST, ANSWER("200 OK", HEALTHY_BODY), TELL(REACHED), RST));
  lsexport_client *client = caller_client(server_root(server), NULL);
  struct outcome outcome = caller_call(client, KIND_GET, NULL);
  ck_assert(server_await(server, REACHED));
  caller_free(client);
  outcome_free(&outcome);
  caller_finish(server, "reset, then freed");
  server_free(server);
  complaints_raise();
}
END_TEST

/* ---- fork ---- */

/* What a child may do with what it inherited: nothing, and say so, and free it. 0 when all is well. */
static int use_in_child(void *client) {
  for (int kind = 0; kind < KIND_COUNT; kind++) {
    struct outcome outcome = caller_call(client, (enum kind)kind, NULL);
    bool fine = outcome.status == LSEXPORT_ERR_FORKED && lsexport_error_applied(outcome.error) == LSEXPORT_APPLIED_NO &&
                outcome.took_us < pace_ms(1000) * 1000; /* it waits for nothing */
    if (!fine) fprintf(stderr, "in the child: %s\n", outcome_text(&outcome));
    outcome_free(&outcome);
    if (!fine) return 1;
  }
  caller_free(client);
  return 0;
}

/* A child that ends at once, by a signal: what it inherited of libcurl's and of other threads' it has to leave alone, and
 * who looks for leaks at its exit would call that lost. Its verdict comes through a pipe. */
struct child {
  pid_t process;
  int verdict;
};

static struct child fork_child(int (*run)(void *context), void *context) {
  int ends[2];
  ck_assert_int_eq(pipe(ends), 0);
  struct child child = {.process = fork(), .verdict = ends[0]};
  if (!child.process) {
    char failed = (char)run(context);
    if (write(ends[1], &failed, 1) == 1) kill(getpid(), SIGKILL);
    _exit(1);
  }
  close(ends[1]);
  return child;
}

static void wait_for_child(const struct child *child) {
  int status = 0;
  char failed = 1;
  ck_assert_int_eq((int)waitpid(child->process, &status, 0), (int)child->process);
  ck_assert_msg(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL, "the child ended with %x", (unsigned)status);
  ck_assert_int_eq((int)read(child->verdict, &failed, 1), 1);
  ck_assert_int_eq(failed, 0);
  close(child->verdict);
}

/* The parent's connection is not touched by what the child does, and serves on. */
START_TEST(forks_with_a_pooled_connection) {
  struct server *server = server_start(&(struct server_plan){.identity = _i ? IDENTITY_GOOD : IDENTITY_NONE});
  lsexport_client *client = caller_client(server_root(server), OPTIONS({"max_attempts", "1"}));
  struct outcome outcome = caller_call(client, KIND_GET, NULL);
  expect_status(&outcome, LSEXPORT_OK, "before the fork");
  outcome_free(&outcome);
  struct child child = fork_child(use_in_child, client);
  wait_for_child(&child);
  outcome = caller_call(client, KIND_GET, NULL);
  expect_status(&outcome, LSEXPORT_OK, "after the fork");
  outcome_free(&outcome);
  caller_free(client);
  caller_finish(server, "fork");
  ck_assert_int_eq(server_connections(server), 1);
  ck_assert_int_eq(server_requests(server, NULL), 2);
  server_free(server);
  complaints_raise();
}
END_TEST

static void *call_in_thread(void *argument) {
  struct outcome outcome = caller_call(argument, KIND_CREATE, NULL);
  expect_status(&outcome, LSEXPORT_OK, "the call that went on over a fork");
  outcome_free(&outcome);
  return NULL;
}

/* In the middle of a call of another thread, which holds what it holds. */
START_TEST(forks_in_the_middle_of_a_call) {
  pthread_t thread;
  struct server *server = server_start_one(_i ? IDENTITY_GOOD : IDENTITY_NONE,
                                           SCRIPT(REQUEST, TELL(REACHED), AWAIT(2), ANSWER("200 OK", HEALTHY_BODY)));
  lsexport_client *client = caller_client(server_root(server), NULL);
  pthread_create(&thread, NULL, call_in_thread, client);
  ck_assert(server_await(server, REACHED));
  struct child child = fork_child(use_in_child, client);
  wait_for_child(&child);
  server_go(server, 2);
  pthread_join(thread, NULL);
  caller_free(client);
  caller_finish(server, "fork in the middle");
  ck_assert_int_eq(server_requests(server, "POST"), 1);
  server_free(server);
  complaints_raise();
}
END_TEST

static int trigger_in_child(void *context) {
  lsexport_cancel_trigger(context);
  return !lsexport_cancel_is_triggered(context);
}

/* What a child does with a token that it inherited, its parent's calls do not feel. */
START_TEST(a_token_is_triggered_for_its_process_alone) {
  lsexport_cancel *cancel = NULL;
  lsexport_call *call = NULL;
  struct server *server = server_start(&(struct server_plan){0});
  lsexport_client *client = caller_client(server_root(server), NULL);
  ck_assert_int_eq(lsexport_cancel_new(&cancel), LSEXPORT_OK);
  ck_assert_int_eq(lsexport_call_new(&call), LSEXPORT_OK);
  lsexport_call_set_cancel(call, cancel);
  struct child child = fork_child(trigger_in_child, cancel);
  wait_for_child(&child);
  ck_assert(!lsexport_cancel_is_triggered(cancel));
  struct outcome outcome = caller_call(client, KIND_GET, call);
  expect_status(&outcome, LSEXPORT_OK, "behind the child's trigger");
  outcome_free(&outcome);
  struct pollfd poller = {.fd = cancel->wake.descriptor, .events = POLLIN}; /* else the call would not have slept */
  ck_assert_int_eq(poll(&poller, 1, 0), 0);
  lsexport_call_free(call);
  lsexport_cancel_free(cancel);
  caller_free(client);
  caller_finish(server, "a token and a fork");
  server_free(server);
  complaints_raise();
}
END_TEST

struct queued {
  lsexport_client *client;
  lsexport_queue *queue;
};

static int use_queue_in_child(void *context) {
  struct queued *queued = context;
  lsexport_completions *completions = NULL;
  lsexport_queue *another = NULL;
  bool fine = lsexport_queue_wait(queued->queue, 0, NULL, &completions, NULL) == LSEXPORT_ERR_FORKED &&
              lsexport_queue_new(queued->client, &another, NULL) == LSEXPORT_ERR_FORKED;
  lsexport_queue_cancel(queued->queue, 1);
  lsexport_queue_close(queued->queue);
  lsexport_queue_free(queued->queue);
  lsexport_client_free(queued->client);
  return !fine;
}

/* What the child does to the queue that it inherited, the parent's calls do not feel. */
START_TEST(forks_with_calls_in_a_queue) {
  struct server *server = server_start_one(_i ? IDENTITY_GOOD : IDENTITY_NONE,
                                           SCRIPT(REQUEST, TELL(REACHED), AWAIT(2), ANSWER("200 OK", HEALTHY_BODY)));
  struct queued queued = {.client = caller_client(server_root(server), NULL)};
  lsexport_call *call = NULL;
  lsexport_completions *completions = NULL;
  ck_assert_int_eq(lsexport_queue_new(queued.client, &queued.queue, NULL), LSEXPORT_OK);
  lsexport_call_new(&call);
  lsexport_call_set_queue(call, queued.queue, 1);
  ck_assert_int_eq(lsexport_destination_get(queued.client, DESTINATION_ID, call, NULL, NULL), LSEXPORT_OK);
  lsexport_call_free(call);
  while (server_requests(server, "GET") < 1)
    ck_assert_int_eq(lsexport_queue_wait(queued.queue, 5, NULL, &completions, NULL), LSEXPORT_OK);
  struct child child = fork_child(use_queue_in_child, &queued);
  wait_for_child(&child);
  server_go(server, 2);
  ck_assert_int_eq(lsexport_queue_wait(queued.queue, -1, NULL, &completions, NULL), LSEXPORT_OK);
  ck_assert_int_eq(lsexport_completion_status(lsexport_completions_at(completions, 0)), LSEXPORT_OK);
  lsexport_completions_free(completions);
  lsexport_queue_free(queued.queue);
  lsexport_client_free(queued.client);
  caller_finish(server, "a queue and a fork");
  ck_assert_int_eq(server_requests(server, NULL), 1);
  server_free(server);
  complaints_raise();
}
END_TEST

/* A child makes a client of its own, and that works. */
struct inheritance {
  struct server *server;
  lsexport_client *client;
};

static int make_own(void *context) {
  const struct inheritance *inheritance = context;
  lsexport_client *own = caller_client(server_root(inheritance->server), NULL);
  struct outcome outcome = caller_call(own, KIND_CREATE, NULL);
  int failed = outcome.status != LSEXPORT_OK;
  outcome_free(&outcome);
  caller_free(own);
  caller_free(inheritance->client);
  return failed;
}

START_TEST(lets_a_child_make_its_own) {
  struct server *server = server_start(&(struct server_plan){.identity = _i ? IDENTITY_GOOD : IDENTITY_NONE});
  lsexport_client *client = caller_client(server_root(server), NULL);
  struct outcome outcome = caller_call(client, KIND_GET, NULL);
  outcome_free(&outcome);
  struct inheritance inheritance = {server, client};
  struct child child = fork_child(make_own, &inheritance);
  wait_for_child(&child);
  caller_free(client);
  caller_finish(server, "a child's own");
  ck_assert_int_eq(server_requests(server, NULL), 2);
  server_free(server);
  complaints_raise();
}
END_TEST

/* ---- no descriptors ---- */

static int open_descriptors(void) {
  int count = 0;
  for (int i = 0; i < 1024; i++) count += fcntl(i, F_GETFD) >= 0;
  return count;
}

/* With so many descriptors left, from none up: an error with sense in it, no crash, no leak, and well again after. */
START_TEST(survives_without_descriptors) {
  char deadline[24];
  struct rlimit usual, scarce;
  enum kind kind = (enum kind)(_i / 2);
  getrlimit(RLIMIT_NOFILE, &usual);
  snprintf(deadline, sizeof deadline, "%lld", (long long)pace_ms(500));
  for (rlim_t left = 0; left < 9; left++) {
    struct server *server = server_start(&(struct server_plan){.identity = _i % 2 ? IDENTITY_GOOD : IDENTITY_NONE});
    int before = open_descriptors();
    lsexport_client *client = caller_client(
        server_root(server), OPTIONS({"max_attempts", "1"}, {"timeout_ms", deadline}, {"write_timeout_ms", deadline}));
    int free_one = open("/dev/null", O_RDONLY | O_CLOEXEC); /* the lowest number that is free */
    close(free_one);
    scarce = (struct rlimit){.rlim_cur = (rlim_t)free_one + left, .rlim_max = usual.rlim_max};
    setrlimit(RLIMIT_NOFILE, &scarce);
    struct outcome outcome = caller_call(client, kind, NULL);
    setrlimit(RLIMIT_NOFILE, &usual);
    if (outcome.status) {
      EXPECT(lsexport_error_retryable(outcome.error) || outcome.status == LSEXPORT_ERR_TLS || kind == KIND_CREATE ||
                 lsexport_error_cause(outcome.error) == LSEXPORT_CAUSE_NO_DESCRIPTORS,
             &outcome, "without descriptors");
      if (!left)
        EXPECT(lsexport_error_applied(outcome.error) == LSEXPORT_APPLIED_NO, &outcome, "without any descriptor");
    }
    outcome_free(&outcome);
    caller_free(client);
    client = caller_client(server_root(server), NULL);
    outcome = caller_call(client, kind, NULL);
    expect_status(&outcome, LSEXPORT_OK, "with descriptors again");
    outcome_free(&outcome);
    caller_free(client);
    caller_finish(server, "descriptors");
    server_free(server);
    if (open_descriptors() > before) complain("leaked %d descriptors", open_descriptors() - before);
  }
  complaints_raise();
}
END_TEST

/* ---- the client is freed while its calls run ---- */

START_TEST(goes_on_when_the_client_is_freed) {
  pthread_t thread;
  struct server *server = server_start_one(_i ? IDENTITY_GOOD : IDENTITY_NONE,
                                           SCRIPT(REQUEST, TELL(REACHED), AWAIT(2), ANSWER("200 OK", HEALTHY_BODY)));
  lsexport_client *client = caller_client(server_root(server), NULL);
  pthread_create(&thread, NULL, call_in_thread, client);
  ck_assert(server_await(server, REACHED));
  lsexport_client_free(client);
  server_go(server, 2);
  pthread_join(thread, NULL);
  queued_end(client); /* a queue holds its client, too */
  caller_finish(server, "freed in the middle");
  server_free(server);
  complaints_raise();
}
END_TEST

int main(void) {
  Suite *suite = suite_create("test_process");
  faults_begin();
  TCase *cases = faults_case(suite, "the process");
  tcase_add_loop_test(cases, survives_sigpipe, 0, 2 * (int)COUNT(resets) + RAW_RESETS);
  tcase_add_loop_test(cases, survives_sigpipe_when_freed, 0, 2);
  tcase_add_loop_test(cases, forks_with_a_pooled_connection, 0, 2);
  tcase_add_loop_test(cases, forks_in_the_middle_of_a_call, 0, 2);
  tcase_add_test(cases, a_token_is_triggered_for_its_process_alone);
  tcase_add_loop_test(cases, forks_with_calls_in_a_queue, 0, 2);
  tcase_add_loop_test(cases, lets_a_child_make_its_own, 0, 2);
  tcase_add_loop_test(cases, survives_without_descriptors, 0, 2 * FOUR_KINDS);
  tcase_add_loop_test(cases, goes_on_when_the_client_is_freed, 0, 2);
  return faults_end(suite);
}
