/* SPDX-License-Identifier: MIT */
/* An answer belongs to its request. Bytes that reach an idle connection would be the next call's answer: the connection
 * is not used then, and the call gets its own answer elsewhere. A connection that ended meanwhile costs nothing either:
 * not an attempt, not an error, not a second request. */
#include "caller.h"
#include "complaints.h"
#include "workers.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WHERE_SIZE 128
#define SENT 1 /* signal: all that the server says unasked is out */

/* A destination that looks like ours, but is another's answer. */
#define POISON_PREFIX "poisoned"
#define POISON                                                                                                 \
  "{\"destination_type\":\"s3\",\"display_name\":\"" DISPLAY_NAME "\",\"config\":{\"prefix\":\"" POISON_PREFIX \
  "\"},\"id\":\"" DESTINATION_ID "\"}"
#define LENGTH "501"
_Static_assert(sizeof HEALTHY_BODY - 1 == 501, "LENGTH is HEALTHY_BODY's");
#define POISON_LENGTH "130"
_Static_assert(sizeof POISON - 1 == 130, "POISON_LENGTH is POISON's");
#define OK "HTTP/1.1 200 OK\r\nContent-Length: "
#define HEALTHY_ANSWER OK LENGTH "\r\n\r\n" HEALTHY_BODY
#define POISONED_ANSWER OK POISON_LENGTH "\r\n\r\n" POISON
#define TIMED_OUT "HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"

/* What the first connection does behind the request of a GET. Whoever asks there again is answered well, but late. */
#define FIRST(...) SCRIPT(REQUEST, __VA_ARGS__, TELL(SENT), REQUEST, SEND(HEALTHY_ANSWER))

static const struct early {
  const char *name;
  const struct step *script;
  bool dropped; /* libcurl throws what follows the last chunk in the same read away, says nothing, and goes on */
} earlies[] = {
    {.name = "an answer", .script = FIRST(SEND(HEALTHY_ANSWER), SEND(POISONED_ANSWER))},
    {.name = "two answers", .script = FIRST(SEND(HEALTHY_ANSWER), SEND(POISONED_ANSWER POISONED_ANSWER))},
    {.name = "an answer in the same breath", .script = FIRST(SEND(HEALTHY_ANSWER POISONED_ANSWER))},
    {.name = "an answer in the same breath as the body",
     .script = FIRST(SEND(OK LENGTH "\r\n\r\n"), SEND(HEALTHY_BODY POISONED_ANSWER))},
    {.name = "an answer behind chunks",
     .script = FIRST(SEND("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"),
                     SEND("1f5\r\n" HEALTHY_BODY "\r\n0\r\n\r\n" POISONED_ANSWER)),
     .dropped = true},
    {.name = "an answer behind chunks, in two parts",
     .script = FIRST(SEND("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1f5\r\n" HEALTHY_BODY "\r\n"),
                     SEND("0\r\n\r\n" POISONED_ANSWER)),
     .dropped = true},
    {.name = "the start of an answer", .script = FIRST(SEND(HEALTHY_ANSWER), SEND("H"))},
    {.name = "an empty line, then an answer",
     .script = FIRST(SEND(HEALTHY_ANSWER), SEND("\r\n"), SEND(POISONED_ANSWER))},
    {.name = "nonsense", .script = FIRST(SEND(HEALTHY_ANSWER), SEND("no HTTP at all\r\n\r\n"))},
    {.name = "408, closed", .script = FIRST(SEND(HEALTHY_ANSWER), SEND(TIMED_OUT), FIN)},
    {.name = "closed", .script = FIRST(SEND(HEALTHY_ANSWER), FIN)},
    {.name = "closed without close_notify", .script = FIRST(SEND(HEALTHY_ANSWER), CUT)},
    {.name = "an answer, closed", .script = FIRST(SEND(HEALTHY_ANSWER), SEND(POISONED_ANSWER), FIN)},
};

/* The second call on a client whose pooled connection the server has spoken on. */
static void call_after(const struct early *early, enum kind kind, bool tls) {
  char where[WHERE_SIZE];
  struct server *server = server_start_one(tls ? IDENTITY_GOOD : IDENTITY_NONE, early->script);
  lsexport_client *client = caller_client(server_root(server), OPTIONS({"max_attempts", "1"}));
  snprintf(where, sizeof where, "%s, then %s%s", early->name, kind_name(kind), tls ? " over TLS" : "");
  struct outcome first = caller_call(client, KIND_GET, NULL);
  expect_status(&first, LSEXPORT_OK, where);
  if (!server_await(server, SENT)) complain("%s: the server never said it", where);
  struct outcome second = caller_call(client, kind, NULL);
  expect_status(&second, LSEXPORT_OK, where);
  if (second.destination && strcmp(lsexport_destination_prefix(second.destination), POISON_PREFIX) == 0)
    complain("%s: TOOK ANOTHER'S ANSWER", where);
  caller_free(client);
  caller_finish(server, where);
  if (kind == KIND_CREATE || !early->dropped) EXPECT(server_connections(server) == 2, &second, where);
  EXPECT(server_requests(server, NULL) == 2, &second, where);
  outcome_free(&first);
  outcome_free(&second);
  server_free(server);
}

static void call_number(size_t number, const void *context) {
  (void)context;
  call_after(&earlies[number / (2 * FOUR_KINDS)], (enum kind)(number % FOUR_KINDS), number / FOUR_KINDS % 2);
}

START_TEST(speaks_unasked_on_an_idle_connection) { workers_run(COUNT(earlies) * 2 * FOUR_KINDS, call_number, NULL); }
END_TEST

/* Reset while idle: the reset is the only thing that the script leaves to be seen, so that its order is its own. */
START_TEST(resets_an_idle_connection) {
  for (int kind = 0; kind < FOUR_KINDS; kind++) {
    struct server *server = server_start_one(_i ? IDENTITY_GOOD : IDENTITY_NONE,
                                             SCRIPT(REQUEST, SEND(HEALTHY_ANSWER), AWAIT(2), TELL(SENT), RST));
    lsexport_client *client = caller_client(server_root(server), NULL);
    struct outcome first = caller_call(client, KIND_GET, NULL);
    expect_status(&first, LSEXPORT_OK, "before the reset");
    server_go(server, 2);
    ck_assert(server_await(server, SENT)); /* the reset follows within no time: before or after, it must not matter */
    struct outcome second = caller_call(client, (enum kind)kind, NULL);
    expect_status(&second, LSEXPORT_OK, "after the reset");
    caller_free(client);
    caller_finish(server, "idle connection reset");
    if (server_requests(server, "POST") > 1) complain("TWO POSTS");
    outcome_free(&first);
    outcome_free(&second);
    server_free(server);
  }
  complaints_raise();
}
END_TEST

/* Healthy connections are used again: what is looked at must not cost the pool. */
START_TEST(uses_healthy_connections_again) {
  static const enum kind kinds[] = {KIND_GET, KIND_PATCH, KIND_DELETE, KIND_GET};
  struct server *server = server_start(&(struct server_plan){.identity = _i ? IDENTITY_GOOD : IDENTITY_NONE});
  lsexport_client *client = caller_client(server_root(server), NULL);
  for (size_t i = 0; i < COUNT(kinds); i++) {
    struct outcome outcome = caller_call(client, kinds[i], NULL);
    expect_status(&outcome, LSEXPORT_OK, "again");
    outcome_free(&outcome);
  }
  caller_free(client);
  caller_finish(server, "again");
  ck_assert_int_eq(server_connections(server), 1);
  ck_assert_int_eq(server_requests(server, NULL), (int)COUNT(kinds));
  server_free(server);
  complaints_raise();
}
END_TEST

/* A server that answers before it was asked, on a new connection. Whether the answer is there before the request leaves is
 * luck; that it is never believed, is not. */
START_TEST(answers_before_it_is_asked) {
  for (int i = 0; i < 40; i++) {
    enum kind kind = (enum kind)(i % FOUR_KINDS);
    struct server *server = server_start_one(_i ? IDENTITY_GOOD : IDENTITY_NONE,
                                             SCRIPT(SEND(OK "2\r\n\r\n{}"), TELL(SENT), REQUEST, SEND(HEALTHY_ANSWER)));
    lsexport_client *client = caller_client(server_root(server), OPTIONS({"max_attempts", "1"}));
    struct outcome outcome = caller_call(client, kind, NULL);
    if (kind != KIND_DELETE) expect_status(&outcome, LSEXPORT_ERR_PROTOCOL, "an answer before the question");
    caller_free(client);
    caller_finish(server, "an answer before the question");
    if (server_requests(server, "POST") > 1) complain("TWO POSTS");
    outcome_free(&outcome);
    server_free(server);
  }
  complaints_raise();
}
END_TEST

int main(void) {
  Suite *suite = suite_create("test_pooled");
  faults_begin();
  TCase *cases = faults_case(suite, "pooled connections");
  tcase_add_test(cases, speaks_unasked_on_an_idle_connection);
  tcase_add_loop_test(cases, resets_an_idle_connection, 0, 2);
  tcase_add_loop_test(cases, uses_healthy_connections_again, 0, 2);
  tcase_add_loop_test(cases, answers_before_it_is_asked, 0, 2);
  return faults_end(suite);
}
