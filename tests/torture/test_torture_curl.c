/* SPDX-License-Identifier: MIT */
/* The same over real sockets and plain HTTP: libcurl's allocations, and ours beside them. Each one is tried in a child
 * process, so that a crash within libcurl is seen, and named here, instead of hiding the rest. curl_global_init itself
 * asks for no memory that could be made to fail. */
#include "server.h"

#include <lsexport/lsexport.h>

#include <check.h>
#include <curl/curl.h>
#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))
#define ALLOCATIONS_MAX 2000
#define DEADLINE_MS 20000 /* of a call; none may come near it */
#define COMPLAINT_MAX 400
#define SECONDS_A_CASE 600

/* ---- memory: on the thread that makes the call ---- */

void *__real_calloc(size_t count, size_t size);
void *__wrap_calloc(size_t count, size_t size);

static _Thread_local bool torturing;
static size_t asked;
static size_t asked_by_us;
static atomic_long alive; /* blocks of libcurl's */
static size_t fatal;
static bool rest;

static bool fails(void) {
  if (!torturing) return false;
  size_t number = asked++;
  if (number != fatal && !(rest && number > fatal)) return false;
  errno = ENOMEM;
  return true;
}

/* Ours alone come this way. */
void *__wrap_calloc(size_t count, size_t size) {
  asked_by_us += torturing;
  return fails() ? NULL : __real_calloc(count, size);
}

static void *counted(void *block) {
  if (block) atomic_fetch_add(&alive, 1);
  return block;
}

static void *give(size_t size) { return fails() ? NULL : counted(malloc(size)); }

static void *give_zeroed(size_t count, size_t size) { return fails() ? NULL : counted(__real_calloc(count, size)); }

static void *give_more(void *block, size_t size) {
  if (fails()) return NULL;
  return block ? realloc(block, size) : counted(malloc(size));
}

static char *give_text(const char *text) { return fails() ? NULL : counted(strdup(text)); }

static void take(void *block) {
  if (block) atomic_fetch_sub(&alive, 1);
  free(block);
}

/* ---- one trial, in a child ---- */

enum kind { KIND_GET, KIND_LIST, KIND_CREATE, KIND_PATCH, KIND_DELETE, KIND_ONE_MORE, KIND_COUNT };
static const char *const kind_names[KIND_COUNT] = {"get", "list", "create", "patch", "delete", "one more on a queue"};

/* In memory that parent and child share. */
struct report {
  size_t asked;
  size_t asked_by_us;
  lsexport_status status;
  char complaint[COMPLAINT_MAX];
};

static struct report *report;

__attribute__((format(printf, 1, 2))) static void complain(const char *format, ...) {
  va_list arguments;
  size_t length = strlen(report->complaint);
  va_start(arguments, format);
  (void)vsnprintf(report->complaint + length, sizeof report->complaint - length, format, arguments);
  va_end(arguments);
}

struct call {
  enum kind kind;
  lsexport_client *client;
  lsexport_destination_spec *spec;
  lsexport_credentials *credentials;
  lsexport_error *error;
  lsexport_destination *destination;
  lsexport_destinations *list;
};

static lsexport_status call_once(struct call *call) {
  switch (call->kind) {
  case KIND_GET:
    return lsexport_destination_get(call->client, DESTINATION_ID, NULL, &call->destination, &call->error);
  case KIND_LIST:
    return lsexport_destination_list(call->client, NULL, &call->list, &call->error);
  case KIND_CREATE:
    return lsexport_destination_create(call->client, call->spec, NULL, &call->destination, &call->error);
  case KIND_PATCH:
    return lsexport_destination_patch(call->client, DESTINATION_ID, call->credentials, NULL, &call->destination,
                                      &call->error);
  default:
    return lsexport_destination_delete(call->client, DESTINATION_ID, NULL, &call->error);
  }
}

static void forget(struct call *call) {
  lsexport_error_free(call->error);
  lsexport_destination_free(call->destination);
  lsexport_destinations_free(call->list);
  call->error = NULL;
  call->destination = NULL;
  call->list = NULL;
}

static void make_handles(struct call *call, const char *root) {
  lsexport_config *config = NULL;
  lsexport_config_new(&config);
  lsexport_config_set(config, "api_root", root);
  lsexport_config_set(config, "max_attempts", "1");
  lsexport_config_set(config, "timeout_ms", "20000");
  lsexport_config_set(config, "write_timeout_ms", "20000");
  lsexport_config_set_api_key(config, "lsv2_pt_torture", LSEXPORT_NUL_TERMINATED);
  if (lsexport_client_new(config, &call->client, NULL)) abort();
  lsexport_config_free(config);
  lsexport_credentials_new_static("AKIATORTURE", "secret", LSEXPORT_NUL_TERMINATED, &call->credentials);
  lsexport_destination_spec_new(&call->spec);
  lsexport_destination_spec_set_display_name(call->spec, DISPLAY_NAME);
  lsexport_destination_spec_set_bucket_name(call->spec, "bucket");
  lsexport_destination_spec_set_prefix(call->spec, "exports");
  lsexport_destination_spec_set_region(call->spec, "us-east-1");
  lsexport_destination_spec_set_credentials(call->spec, call->credentials);
}

static void free_handles(struct call *call) {
  lsexport_destination_spec_free(call->spec);
  lsexport_credentials_free(call->credentials);
  lsexport_client_free(call->client);
}

static int64_t now_ms(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Its status is kept, and what it says of itself is looked at. */
static int32_t suffer(struct call *call) {
  int64_t begun = now_ms();
  asked = asked_by_us = 0;
  torturing = true;
  report->status = call_once(call);
  torturing = false;
  report->asked = asked;
  report->asked_by_us = asked_by_us;
  int32_t applied = lsexport_error_applied(call->error);
  bool result = call->kind == KIND_DELETE || call->destination || call->list;
  if (lsexport_error_status(call->error) != report->status) complain("; another status in its error");
  if (result == (report->status != LSEXPORT_OK) && call->kind != KIND_DELETE) complain("; a false success");
  if (report->status && !*lsexport_error_message(call->error)) complain("; its error says nothing");
  if (now_ms() - begun > DEADLINE_MS / 2) complain("; it hung for %lld ms", (long long)(now_ms() - begun));
  forget(call);
  return applied;
}

static bool came_before(const struct seen *a, const struct seen *b) {
  return a->connection < b->connection || (a->connection == b->connection && a->number < b->number);
}

/* A whole request that lacks one of its headers or bytes would be another one. */
static void compare_requests(struct server *server) {
  const struct seen *tortured = server_request(server, 0), *after = server_request(server, 1);
  if (!tortured || !after) return;
  if (came_before(after, tortured)) { /* the server's threads noted them the other way round */
    const struct seen *swapped = tortured;
    tortured = after;
    after = swapped;
  }
  bool same = strcmp(tortured->head, after->head) == 0 && tortured->body_length == after->body_length;
  if (after->body && tortured->body && strcmp(tortured->body, after->body) != 0) same = false;
  if (tortured->whole && !same) complain("; the request is another one");
}

static void try_kind(enum kind kind) {
  static const struct step one[] = {REQUEST, COMMIT, ANSWER("200 OK\r\nContent-Type: application/json", HEALTHY_BODY),
                                    AGAIN};
  static const struct step list[] = {REQUEST, COMMIT,
                                     ANSWER("200 OK\r\nContent-Type: application/json", "[" HEALTHY_BODY "]"), AGAIN};
  const struct step *const scripts[] = {kind == KIND_LIST ? list : one, kind == KIND_LIST ? list : one,
                                        kind == KIND_LIST ? list : one};
  struct server *server = server_start(&(struct server_plan){.script_count = COUNT(scripts), .scripts = scripts});
  struct call call = {.kind = kind};
  long before = alive;
  make_handles(&call, server_root(server));
  int32_t applied = suffer(&call);
  lsexport_status after = call_once(&call);
  if (after) complain("; the call after fails: %s", lsexport_error_message(call.error));
  forget(&call);
  free_handles(&call);
  server_finish(server);
  int served = server_requests(server, NULL) - 1; /* the call after was served */
  compare_requests(server);
  if (served > 1) complain("; %d requests", served);
  if (!report->status && served != 1) complain("; a success without a request");
  if (report->status && kind >= KIND_CREATE && served && applied == LSEXPORT_APPLIED_NO)
    complain("; LangSmith saw it, and it says that it was not applied");
  if (alive != before) complain("; libcurl leaks %ld blocks", alive - before);
  server_free(server);
}

/* ---- one more than a multi handle takes, on a queue: it needs another multi handle ---- */

#define HELD 64
#define QUEUED (HELD + 1)

static void submit(struct call *call, lsexport_queue *queue, uint64_t from, uint64_t to) {
  lsexport_call *builder = NULL;
  if (lsexport_call_new(&builder)) abort();
  for (uint64_t id = from; id < to; id++) {
    lsexport_call_set_queue(builder, queue, id);
    if (lsexport_destination_get(call->client, DESTINATION_ID, builder, NULL, NULL)) abort();
  }
  lsexport_call_free(builder);
}

/* Those that were under way before must not suffer. */
static void look_at(lsexport_completions *ended) {
  for (size_t i = 0; i < lsexport_completions_count(ended); i++) {
    const lsexport_completion *one = lsexport_completions_at(ended, i);
    lsexport_status status = lsexport_completion_status(one);
    if (lsexport_completion_id(one) == HELD)
      report->status = status;
    else if (status)
      complain("; call %d: %s", (int)lsexport_completion_id(one), lsexport_status_name(status));
  }
  lsexport_completions_free(ended);
}

static void wait_once(lsexport_queue *queue, int64_t timeout_ms) {
  lsexport_completions *ended = NULL;
  (void)lsexport_queue_wait(queue, timeout_ms, NULL, &ended, NULL);
  look_at(ended);
}

static void try_one_more(void) {
  static const struct step script[] = {REQUEST, AWAIT(0), ANSWER("200 OK", HEALTHY_BODY), AGAIN};
  const struct step *scripts[QUEUED];
  for (size_t i = 0; i < QUEUED; i++) scripts[i] = script;
  struct server *server = server_start(&(struct server_plan){.script_count = QUEUED, .scripts = scripts});
  struct call call = {0};
  lsexport_queue *queue = NULL;
  long before = alive;
  make_handles(&call, server_root(server));
  if (lsexport_queue_new(call.client, &queue, NULL)) abort();
  submit(&call, queue, 0, HELD);
  while (server_requests(server, NULL) < HELD) wait_once(queue, 1);
  submit(&call, queue, HELD, QUEUED);
  asked = asked_by_us = 0;
  torturing = true;
  wait_once(queue, 0);
  torturing = false;
  report->asked = asked;
  report->asked_by_us = asked_by_us;
  server_go(server, 0);
  while (lsexport_queue_count(queue)) wait_once(queue, DEADLINE_MS);
  lsexport_queue_free(queue);
  free_handles(&call);
  server_finish(server);
  int served = server_requests(server, NULL) - HELD;
  if (served > 1 || (!report->status && served != 1)) complain("; %d requests", served);
  if (alive != before) complain("; libcurl leaks %ld blocks", alive - before);
  server_free(server);
}

/* ---- all trials ---- */

/* Besides success and NO_MEMORY. libcurl 7.88 says "could not resolve" of a resolver without memory; and where memory
 * runs out once an answer's head has begun, it says what it says of a head too large (27): nothing tells these apart. */
static bool is_honest(lsexport_status status) {
  return status == LSEXPORT_OK || status == LSEXPORT_ERR_NO_MEMORY || status == LSEXPORT_ERR_DNS ||
         status == LSEXPORT_ERR_PROTOCOL;
}

/* Where libcurl itself crashes. 7.88 does when it had no memory to note which transfer a socket is for: it frees the table
 * of them, keeps it, and later divides by its size. */
static bool is_known(enum kind kind, int ending) {
  return kind == KIND_ONE_MORE && WIFSIGNALED(ending) && WTERMSIG(ending) == SIGFPE;
}

/* How the child ended, as waitpid says it; 0 when all went well. */
static int run_child(enum kind kind, size_t number, bool all_after) {
  memset(report, 0, sizeof *report);
  fflush(NULL);
  pid_t child = fork();
  ck_assert_int_ge(child, 0);
  if (!child) {
    fatal = number;
    rest = all_after;
    (void)signal(SIGFPE, SIG_DFL); /* a sanitizer would make an exit of it */
    if (kind == KIND_ONE_MORE)
      try_one_more();
    else
      try_kind(kind);
    exit(EXIT_SUCCESS); /* not _exit: a sanitizer looks for leaks at the end */
  }
  int status = 0;
  while (waitpid(child, &status, 0) < 0) ck_assert_int_eq(errno, EINTR);
  return status;
}

static void torture(enum kind kind, bool all_after) {
  size_t complaints = 0, no_memory = 0, fine = 0, number = 0;
  for (; number < ALLOCATIONS_MAX; number++) {
    int ending = run_child(kind, number, all_after);
    bool ended = !ending;
    if (ended && number >= report->asked) break;
    no_memory += report->status == LSEXPORT_ERR_NO_MEMORY;
    fine += report->status == LSEXPORT_OK;
    if (ended && is_honest(report->status) && !*report->complaint) continue;
    if (is_known(kind, ending)) continue;
    complaints++;
    fprintf(stderr, "%s, allocation %zu%s: %s%s%s\n", kind_names[kind], number, all_after ? " and all after it" : "",
            lsexport_status_name(report->status), report->complaint, ended ? "" : "; the child crashed");
  }
  printf("%5zu allocations, %zu of them ours: %s%s; %zu times NO_MEMORY, %zu times OK all the same\n", number,
         report->asked_by_us, kind_names[kind], all_after ? ", and all after it" : "", no_memory, fine);
  ck_assert_msg(number < ALLOCATIONS_MAX, "no end");
  ck_assert_msg(!complaints, "%zu complaints, see above", complaints);
}

START_TEST(each_allocation_of_libcurl_fails_once) { torture((enum kind)_i, false); }
END_TEST

START_TEST(memory_runs_out_within_libcurl) { torture((enum kind)_i, true); }
END_TEST

int main(void) {
  Suite *suite = suite_create("test_torture_curl");
  TCase *cases = tcase_create("libcurl");
  setvbuf(stdout, NULL, _IOLBF, 0);
  if (curl_global_init_mem(CURL_GLOBAL_DEFAULT, give, take, give_more, give_text, give_zeroed)) return EXIT_FAILURE;
  report = mmap(NULL, sizeof *report, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (report == MAP_FAILED) return EXIT_FAILURE;
  tcase_set_timeout(cases, SECONDS_A_CASE);
  tcase_add_loop_test(cases, each_allocation_of_libcurl_fails_once, 0, KIND_COUNT);
  tcase_add_loop_test(cases, memory_runs_out_within_libcurl, 0, KIND_COUNT);
  suite_add_tcase(suite, cases);
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_ENV);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
