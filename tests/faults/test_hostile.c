/* SPDX-License-Identifier: MIT */
/* Whole answers made to hurt: a gigabyte, deep nesting, very many names or elements. Each is read, or ends in an error
 * that says why not; memory stays within a few times what the options let in; nothing hangs. */
#include "caller.h"
#include "complaints.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#define HEAD_SIZE 128
#define NUMBER_SIZE 8
#define RESPONSE_MAX_KB 1024 /* what options.def lets in unless told otherwise */
#define LIST_MAX_KB 16384
#define FEW_TIMES 5       /* so much memory an answer may cost, in its own size: what is read, and what is made of it */
#define OF_A_CALL_KB 8192 /* a thread's stack, libcurl, the pages of programs */

#define WITH(rest) "{\"id\":\"" DESTINATION_ID "\",\"display_name\":\"" DISPLAY_NAME "\",\"config\":{}" rest "}"
#define OPENED "{\"id\":\"" DESTINATION_ID "\",\"display_name\":\"" DISPLAY_NAME "\",\"config\":{}"

static const struct hostile {
  const char *name;
  const char *start, *end;
  const char *piece, *behind_number; /* of each piece; NULL: there is no number in it */
  int pieces;
  enum kind kinds[3];
  size_t kind_count;
  const struct option *options;
  bool refuses;  /* with 422 */
  size_t listed; /* how many there are, where it is read */
  lsexport_status status;
  int32_t cause;
} answers[] = {
#define MEANS(status_name, cause_name) .status = LSEXPORT_ERR_##status_name, .cause = LSEXPORT_CAUSE_##cause_name
#define BY_ONE(...) .kinds = {KIND_GET, KIND_CREATE, KIND_PATCH}, .kind_count = 3, __VA_ARGS__
#define BY_LIST(...) .kinds = {KIND_LIST, KIND_ENSURE}, .kind_count = 2, __VA_ARGS__
    {"100,000 nested lists", BY_ONE(.piece = "[", .pieces = 100000, MEANS(PROTOCOL, NOT_JSON))},
    {"100,000 nested objects", BY_ONE(.piece = "{\"a\":", .pieces = 100000, MEANS(PROTOCOL, NOT_JSON))},
    {"100,000 nested lists in a member",
     BY_ONE(.start = "{\"x\":", .piece = "[", .pieces = 100000, MEANS(PROTOCOL, NOT_JSON))},
    {"a name 100,000 times",
     BY_ONE(.start = OPENED, .piece = ",\"x\":0", .end = "}", .pieces = 100000, MEANS(PROTOCOL, NOT_JSON))},
    {"200,000 names", BY_ONE(.start = OPENED, .piece = ",\"n", .behind_number = "\":0", .end = "}", .pieces = 200000,
                             MEANS(TOO_LARGE, NONE))},
    {"200,000 names that are let in", BY_ONE(.start = OPENED, .piece = ",\"n", .behind_number = "\":0", .end = "}",
                                             .pieces = 200000, .options = OPTIONS({"max_response_bytes", "16777216"}))},
    {"a name of 900 KB", BY_ONE(.start = OPENED ",\"", .piece = "nnnnnnnnn", .end = "\":0}", .pieces = 100000)},
    {"10,000 fields",
     BY_ONE(.refuses = true, .start = "{\"detail\":[0", .piece = ",{\"loc\":[\"body\",\"n",
            .behind_number = "\"],\"msg\":\"no\"}", .end = "]}", .pieces = 10000, MEANS(VALIDATION, NONE))},
    {"an error of 100,000 nested lists",
     BY_ONE(.refuses = true, .start = "{\"detail\":", .piece = "[", .pieces = 100000, MEANS(VALIDATION, NONE))},
    {"100,000 nested lists", BY_LIST(.piece = "[", .pieces = 100000, MEANS(PROTOCOL, NOT_JSON))},
    {"a million numbers",
     BY_LIST(.start = "[0", .piece = ",0", .end = "]", .pieces = 1000000, MEANS(PROTOCOL, NOT_JSON))},
    {"a million objects",
     BY_LIST(.start = "[{}", .piece = ",{}", .end = "]", .pieces = 1000000, MEANS(PROTOCOL, NOT_JSON))},
    {"a million commas", BY_LIST(.start = "[", .piece = ",", .end = "]", .pieces = 1000000, MEANS(PROTOCOL, NOT_JSON))},
    {"a million blanks", BY_LIST(.start = "[", .piece = " ", .end = "]", .pieces = 1000000)},
    {"a million destinations",
     BY_LIST(.start = "[" HEALTHY_BODY, .piece = "," WITH(""), .end = "]", .pieces = 1000000, MEANS(TOO_LARGE, NONE))},
    {"as many destinations as are let in",
     BY_LIST(.start = "[" HEALTHY_BODY, .piece = "," WITH(""), .end = "]", .pieces = 150000, .listed = 150001)},
    {"200,000 names in an element", BY_LIST(.start = "[" HEALTHY_BODY "," OPENED, .piece = ",\"n",
                                            .behind_number = "\":0", .end = "}]", .pieces = 200000, .listed = 2)},
    {"broken UTF-8 at the end", BY_LIST(.start = "[" HEALTHY_BODY, .piece = "," WITH(",\"x\":\"\xff\""), .end = "]",
                                        .pieces = 1, MEANS(PROTOCOL, NOT_JSON))},
    {"a name twice at the end", BY_LIST(.start = "[" HEALTHY_BODY, .piece = "," WITH(",\"id\":\"x\""), .end = "]",
                                        .pieces = 1, MEANS(PROTOCOL, NOT_JSON))},
    {"an escaped NUL at the end", BY_LIST(.start = "[" HEALTHY_BODY, .piece = "," WITH(",\"x\":\"\\u0000\""),
                                          .end = "]", .pieces = 1, MEANS(PROTOCOL, NOT_JSON))},
};

static const char *or_empty(const char *text) { return text ? text : ""; }

static char *write_body(const struct hostile *answer, size_t *length_out) {
  const char *start = or_empty(answer->start), *end = or_empty(answer->end), *behind = answer->behind_number;
  size_t size = strlen(answer->piece) + NUMBER_SIZE + strlen(or_empty(behind));
  char *body = malloc(strlen(start) + (size_t)answer->pieces * size + strlen(end) + 1), *at = body;
  if (!body) abort();
  at = stpcpy(at, start);
  for (int i = 0; i < answer->pieces; i++) {
    at = stpcpy(at, answer->piece);
    if (behind) at = stpcpy(at + sprintf(at, "%06d", i), behind);
  }
  at = stpcpy(at, end);
  *length_out = (size_t)(at - body);
  return body;
}

/* ---- memory, as the system counts it ---- */

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED true /* what they keep back on purpose would be counted too */
#else
#define SANITIZED false
#endif

static long most_memory_kb(void) {
  struct rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss;
}

/* The call, which may let in so much. */
static struct outcome call_within_memory(lsexport_client *client, enum kind kind, long let_in_kb, const char *name) {
  long before_kb = most_memory_kb();
  struct outcome outcome = caller_call(client, kind, NULL);
  long grown_kb = most_memory_kb() - before_kb;
  fprintf(stderr, "%-40s %-8s %6lld ms %8ld kB\n", name, kind_name(kind), (long long)outcome.took_us / 1000, grown_kb);
  if (!SANITIZED && grown_kb > FEW_TIMES * let_in_kb + OF_A_CALL_KB)
    complain("%s, %s: took %ld kB", name, kind_name(kind), grown_kb);
  return outcome;
}

/* ---- */

static void call_for(const struct hostile *answer, enum kind kind, const struct step *script) {
  bool list = kind == KIND_LIST || kind == KIND_ENSURE;
  struct server *server = server_start_one(IDENTITY_NONE, script);
  lsexport_client *client = caller_client(server_root(server), answer->options);
  struct outcome outcome =
      call_within_memory(client, kind, list || answer->options ? LIST_MAX_KB : RESPONSE_MAX_KB, answer->name);
  expect_status(&outcome, answer->status, answer->name);
  EXPECT(lsexport_error_cause(outcome.error) == answer->cause, &outcome, answer->name);
  if (kind == KIND_CREATE && answer->status == LSEXPORT_ERR_PROTOCOL)
    EXPECT(lsexport_error_applied(outcome.error) == LSEXPORT_APPLIED_UNKNOWN, &outcome, answer->name);
  if (outcome.list) EXPECT(lsexport_destinations_count(outcome.list) == answer->listed, &outcome, answer->name);
  outcome_free(&outcome);
  caller_free(client);
  caller_finish(server, answer->name);
  bool made = kind == KIND_CREATE || (kind == KIND_ENSURE && !answer->status && !answer->listed);
  if (server_requests(server, "POST") != made)
    complain("%s, %s: %d POSTs", answer->name, kind_name(kind), server_requests(server, "POST"));
  server_free(server);
}

START_TEST(reads_or_refuses) {
  const struct hostile *answer = &answers[_i];
  char head[HEAD_SIZE];
  size_t length;
  char *body = write_body(answer, &length);
  int head_length = snprintf(head, sizeof head, "HTTP/1.1 %s\r\n" JSON_TYPE "Content-Length: %zu\r\n\r\n",
                             answer->refuses ? "422 No" : "200 OK", length);
  const struct step *script = SCRIPT(REQUEST, {.kind = STEP_SEND, .bytes = head, .length = (size_t)head_length},
                                     {.kind = STEP_SEND, .bytes = body, .length = length}, AGAIN);
  for (size_t i = 0; i < answer->kind_count; i++) call_for(answer, answer->kinds[i], script);
  free(body);
  complaints_raise();
}
END_TEST

/* ---- a gigabyte ---- */

#define KILOBYTE_8(x) x x x x x x x x
#define KILOBYTE KILOBYTE_8(KILOBYTE_8("0123456789abcde\n"))
_Static_assert(sizeof KILOBYTE - 1 == 1024, "KILOBYTE is one");
#define GIGABYTE(piece) FLOOD(piece, 1048576)
#define HUNG_UP_BY (64 * 1024 * 1024) /* what the system's buffers hold is sent in any case */

static const struct step *const gigabytes[] = {
    SCRIPT(REQUEST, SEND("HTTP/1.1 200 OK\r\nContent-Length: 1073741824\r\n\r\n"), GIGABYTE(KILOBYTE)),
    SCRIPT(REQUEST, SEND("HTTP/1.1 200 OK\r\n\r\n"), GIGABYTE(KILOBYTE), FIN),
    SCRIPT(REQUEST, SEND("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"), GIGABYTE("400\r\n" KILOBYTE "\r\n"),
           SEND("0\r\n\r\n")),
    SCRIPT(REQUEST, SEND("HTTP/1.1 500 Oops\r\n\r\n"), GIGABYTE(KILOBYTE), FIN),
};

START_TEST(hangs_up_on_a_gigabyte) {
  enum kind kind = (enum kind)(_i % KIND_COUNT);
  bool list = kind == KIND_LIST || kind == KIND_ENSURE;
  struct server *server = server_start_one(IDENTITY_NONE, gigabytes[_i / KIND_COUNT]);
  lsexport_client *client = caller_client(server_root(server), OPTIONS({"max_attempts", "1"}));
  struct outcome outcome = call_within_memory(client, kind, list ? LIST_MAX_KB : RESPONSE_MAX_KB, "a gigabyte");
  expect_status(&outcome, LSEXPORT_ERR_TOO_LARGE, "a gigabyte");
  outcome_free(&outcome);
  caller_free(client);
  caller_finish(server, "a gigabyte");
  ck_assert_int_eq(server_requests(server, NULL), 1);
  ck_assert_uint_lt(server_bytes_sent(server), HUNG_UP_BY);
  server_free(server);
  complaints_raise();
}
END_TEST

int main(void) {
  Suite *suite = suite_create("test_hostile");
  faults_begin();
  TCase *cases = faults_case(suite, "hostile answers");
  tcase_add_loop_test(cases, reads_or_refuses, 0, (int)COUNT(answers));
  tcase_add_loop_test(cases, hangs_up_on_a_gigabyte, 0, (int)COUNT(gigabytes) * KIND_COUNT);
  return faults_end(suite);
}
