/* SPDX-License-Identifier: MIT */
/* A create is on the wire once, whatever happens to it; and what may be repeated is repeated by the library, which knows
 * that it was, not by libcurl behind its back. */
#include "caller.h"
#include "complaints.h"
#include "pace.h"
#include "workers.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WHERE_SIZE 128
#define ANSWERED REQUEST, ANSWER("200 OK", HEALTHY_BODY)

/* How a connection dies under a request that came whole. */
static const struct death {
  const char *name;
  const struct step *alone;    /* of a new connection */
  const struct step *answered; /* of one that has served a request before */
} deaths[] = {
#define DEATH(name, ...) {name, SCRIPT(REQUEST, COMMIT, __VA_ARGS__), SCRIPT(ANSWERED, REQUEST, COMMIT, __VA_ARGS__)}
    DEATH("closed", FIN),
    DEATH("cut", CUT),
    DEATH("reset", RST),
    DEATH("closed in the status line", SEND("HTTP/1."), FIN),
    DEATH("closed behind the status line", SEND("HTTP/1.1 200 OK\r\n"), FIN),
    DEATH("closed in the head", SEND("HTTP/1.1 200 OK\r\nContent-Len"), FIN),
    DEATH("closed behind the head", SEND("HTTP/1.1 200 OK\r\nContent-Length: 200\r\n\r\n"), FIN),
    DEATH("closed behind a 100", SEND("HTTP/1.1 100 Continue\r\n\r\n"), FIN),
    DEATH("408 and closed", ANSWER("408 Request Timeout\r\nConnection: close", ""), FIN),
    {"reset behind the head of the request", SCRIPT(HEAD, RST), SCRIPT(ANSWERED, HEAD, RST)},
    {"closed behind the head of the request", SCRIPT(HEAD, FIN), SCRIPT(ANSWERED, HEAD, FIN)},
};

static const char *where_of(char where[WHERE_SIZE], const char *what, enum kind kind, bool tls) {
  snprintf(where, WHERE_SIZE, "%s, %s%s", what, kind_name(kind), tls ? " over TLS" : "");
  return where;
}

static struct server *start(bool tls, const struct step *const *scripts, size_t count) {
  return server_start(&(struct server_plan){
      .identity = tls ? IDENTITY_GOOD : IDENTITY_NONE, .scripts = scripts, .script_count = count});
}

static void end(struct server *server, lsexport_client *client, const char *where) {
  caller_free(client);
  caller_finish(server, where);
}

static void expect_requests(struct server *server, const char *method, int count, const char *where) {
  int seen = server_requests(server, method);
  if (seen != count) complain("%s: the server saw %d %s, not %d", where, seen, method ? method : "requests", count);
}

static void call_well(lsexport_client *client, enum kind kind, const char *where) {
  struct outcome outcome = caller_call(client, kind, NULL);
  expect_status(&outcome, LSEXPORT_OK, where);
  outcome_free(&outcome);
}

/* ---- create ---- */

/* A get went well before, so that a connection waits that a create could be tempted to use: it dies just so, too. */
static void create_beside_pooled_connection(const struct death *death, bool tls) {
  char where[WHERE_SIZE];
  const struct step *const scripts[] = {death->answered, death->alone};
  struct server *server = start(tls, scripts, COUNT(scripts));
  lsexport_client *client = caller_client(server_root(server), NULL);
  where_of(where, death->name, KIND_CREATE, tls);
  call_well(client, KIND_GET, where);
  struct outcome outcome = caller_call(client, KIND_CREATE, NULL);
  EXPECT(outcome.status != LSEXPORT_OK, &outcome, where);
  EXPECT(lsexport_error_applied(outcome.error) == LSEXPORT_APPLIED_UNKNOWN, &outcome, where);
  EXPECT(lsexport_error_retryable(outcome.error) == 0, &outcome, where);
  EXPECT(lsexport_error_attempts(outcome.error) == 1, &outcome, where);
  outcome_free(&outcome);
  end(server, client, where);
  expect_requests(server, "POST", 1, where);
  if (server_request(server, 1)->connection != 1) complain("%s: on the pooled connection", where);
  server_free(server);
}

static void create_number(size_t number, const void *context) {
  (void)context;
  create_beside_pooled_connection(&deaths[number / 2], number % 2);
}

START_TEST(create_is_sent_once) { workers_run(2 * COUNT(deaths), create_number, NULL); }
END_TEST

/* The connection dies before anything was sent on it, or, since two machines do not agree on what is before, after. */
static void create_on_connection_that_closes_at_once(bool tls, int attempts, bool reset) {
  char text[12], where[WHERE_SIZE];
  const struct step *const scripts[] = {reset ? SCRIPT(RST) : SCRIPT(FIN)};
  struct server *server = start(tls, scripts, COUNT(scripts));
  snprintf(text, sizeof text, "%d", attempts);
  snprintf(where, sizeof where, "closed before the request%s, %d attempts", tls ? " over TLS" : "", attempts);
  lsexport_client *client = caller_client(server_root(server), OPTIONS({"max_attempts", text}));
  struct outcome outcome = caller_call(client, KIND_CREATE, NULL);
  bool refused = reset && outcome.status == LSEXPORT_ERR_CONNECT; /* the reset came before libcurl looked */
  if (outcome.status && !refused) expect_status(&outcome, LSEXPORT_ERR_CONNECTION_LOST, where);
  end(server, client, where);
  EXPECT(server_requests(server, "POST") <= 1, &outcome, where);
  if (attempts == 1) EXPECT(outcome.status != LSEXPORT_OK, &outcome, where);
  if (server_commits(server)) EXPECT(outcome.status == LSEXPORT_OK, &outcome, where);
  if (!outcome.status) expect_requests(server, "POST", 1, where);
  server_free(server);
  outcome_free(&outcome);
}

START_TEST(create_survives_connection_that_closes_at_once) {
  for (int i = 0; i < 24; i++) create_on_connection_that_closes_at_once(i % 2, 1 + i / 2 % 2, i / 4 % 2);
  complaints_raise();
}
END_TEST

START_TEST(creates_never_share_a_connection) {
  char where[WHERE_SIZE];
  where_of(where, "three in a row", KIND_CREATE, _i);
  struct server *server = start(_i, NULL, 0);
  lsexport_client *client = caller_client(server_root(server), NULL);
  for (int i = 0; i < 3; i++) call_well(client, KIND_CREATE, where);
  call_well(client, KIND_GET, where); /* what a create leaves behind may well serve a read */
  end(server, client, where);
  expect_requests(server, "POST", 3, where);
  for (int i = 0; i < 3; i++)
    if (server_request(server, i)->connection != i || server_request(server, i)->number != 0)
      complain("create %d was on connection %d", i, server_request(server, i)->connection);
  ck_assert_int_eq(server_connections(server), 3);
  server_free(server);
  complaints_raise();
}
END_TEST

/* A body that does not fit into what the system keeps: the connection dies while it goes out. */
static void create_large(const struct step *script, bool tls, lsexport_status status, int32_t applied,
                         const char *where) {
  struct server *server = server_start(&(struct server_plan){
      .identity = tls ? IDENTITY_GOOD : IDENTITY_NONE, .receive_buffer = 2048, .scripts = &script, .script_count = 1});
  lsexport_client *client = caller_client(server_root(server), NULL);
  lsexport_destination_spec *spec = caller_large_spec();
  struct outcome outcome = caller_create(client, spec, NULL);
  expect_status(&outcome, status, where);
  EXPECT(lsexport_error_applied(outcome.error) == applied, &outcome, where);
  if (status == LSEXPORT_ERR_REJECTED)
    EXPECT(lsexport_error_cause(outcome.error) == LSEXPORT_CAUSE_BODY_TOO_LARGE, &outcome, where);
  lsexport_destination_spec_free(spec);
  outcome_free(&outcome);
  end(server, client, where);
  expect_requests(server, "POST", 1, where);
  server_free(server);
}

START_TEST(create_dies_while_its_body_goes_out) {
  create_large(SCRIPT(HEAD, PAUSE(20), RST), _i, LSEXPORT_ERR_CONNECTION_LOST, LSEXPORT_APPLIED_UNKNOWN,
               "reset in the body");
  /* Refused before it was there: the answer counts, not how the connection ended. */
  create_large(SCRIPT(HEAD, ANSWER("413 Payload Too Large\r\nConnection: close", "{}"), FIN), _i, LSEXPORT_ERR_REJECTED,
               LSEXPORT_APPLIED_NO, "413 in the body, closed");
  create_large(SCRIPT(HEAD, ANSWER("413 Payload Too Large\r\nConnection: close", "{}"), TAKEN, RST), _i,
               LSEXPORT_ERR_REJECTED, LSEXPORT_APPLIED_NO, "413 in the body, reset");
  complaints_raise();
}
END_TEST

/* ---- ensure ---- */

#define LIST_OF(content) REQUEST, ANSWER("200 OK", "[" content "]")

static void ensure_number(size_t number, const void *context) {
  char where[WHERE_SIZE];
  const struct death *death = &deaths[number / 2];
  bool tls = number % 2;
  const struct step *const scripts[] = {SCRIPT(LIST_OF(""), LIST_OF(HEALTHY_BODY), LIST_OF(HEALTHY_BODY)), death->alone,
                                        SCRIPT(LIST_OF(HEALTHY_BODY), LIST_OF(HEALTHY_BODY))};
  (void)context;
  where_of(where, death->name, KIND_ENSURE, tls);
  struct server *server = start(tls, scripts, COUNT(scripts));
  lsexport_client *client = caller_client(server_root(server), NULL);
  call_well(client, KIND_ENSURE, where);
  end(server, client, where);
  expect_requests(server, "POST", 1, where);
  expect_requests(server, "GET", 2, where);
  server_free(server);
}

START_TEST(ensure_finds_what_its_lost_post_made) { workers_run(2 * COUNT(deaths), ensure_number, NULL); }
END_TEST

START_TEST(ensure_never_posts_again) {
  char deadline[24];
  const struct step *const scripts[] = {SCRIPT(LIST_OF(""), AGAIN), SCRIPT(REQUEST, RST), SCRIPT(LIST_OF(""), AGAIN)};
  struct server *server = start(_i, scripts, COUNT(scripts));
  snprintf(deadline, sizeof deadline, "%lld", (long long)pace_ms(1500));
  lsexport_client *client = caller_client(server_root(server), OPTIONS({"ensure_timeout_ms", deadline}));
  struct outcome outcome = caller_call(client, KIND_ENSURE, NULL);
  expect_status(&outcome, LSEXPORT_ERR_CONNECTION_LOST, "ensure whose POST never shows");
  EXPECT(lsexport_error_applied(outcome.error) == LSEXPORT_APPLIED_UNKNOWN, &outcome, "ensure whose POST never shows");
  outcome_free(&outcome);
  end(server, client, "ensure whose POST never shows");
  expect_requests(server, "POST", 1, "ensure whose POST never shows");
  server_free(server);
  complaints_raise();
}
END_TEST

/* ---- get, patch and delete on a pooled connection that dies under them ---- */

static void repeat_on_dying_connection(const struct death *death, enum kind kind, bool tls, const char *attempts) {
  char where[WHERE_SIZE];
  const struct step *const scripts[] = {death->answered};
  struct server *server = start(tls, scripts, COUNT(scripts));
  lsexport_client *client = caller_client(server_root(server), OPTIONS({"max_attempts", attempts}));
  where_of(where, death->name, kind, tls);
  call_well(client, KIND_GET, where);
  struct outcome outcome = caller_call(client, kind, NULL);
  bool repeated = strcmp(attempts, "1") != 0;
  EXPECT(repeated == (outcome.status == LSEXPORT_OK), &outcome, where);
  outcome_free(&outcome);
  end(server, client, where);
  /* One attempt is one request, whatever libcurl thinks of dead connections. */
  expect_requests(server, NULL, repeated ? 3 : 2, where);
  server_free(server);
}

static void repeat_number(size_t number, const void *context) {
  static const enum kind kinds[] = {KIND_GET, KIND_PATCH, KIND_DELETE};
  (void)context;
  repeat_on_dying_connection(&deaths[number / 12], kinds[number / 4 % 3], number / 2 % 2, number % 2 ? "2" : "1");
}

START_TEST(others_are_repeated_by_the_library_alone) { workers_run(12 * COUNT(deaths), repeat_number, NULL); }
END_TEST

/* The first request deleted it, and its answer was lost: that the second finds nothing is what was wanted. */
static void delete_number(size_t number, const void *context) {
  char where[WHERE_SIZE];
  const struct death *death = &deaths[number / 4];
  bool tls = number % 2, pooled = number / 2 % 2;
  const struct step *const scripts[] = {pooled ? death->answered : death->alone,
                                        SCRIPT(REQUEST, ANSWER("404 Not Found", "{\"detail\":\"Not found\"}"), AGAIN)};
  (void)context;
  where_of(where, death->name, KIND_DELETE, tls);
  struct server *server = start(tls, scripts, COUNT(scripts));
  lsexport_client *client = caller_client(server_root(server), NULL);
  if (pooled) call_well(client, KIND_GET, where);
  call_well(client, KIND_DELETE, where);
  end(server, client, where);
  expect_requests(server, "DELETE", 2, where);
  server_free(server);
}

START_TEST(second_delete_that_finds_nothing_is_fine) { workers_run(4 * COUNT(deaths), delete_number, NULL); }
END_TEST

int main(void) {
  Suite *suite = suite_create("test_one_post");
  faults_begin();
  TCase *cases = faults_case(suite, "one POST");
  tcase_add_test(cases, create_is_sent_once);
  tcase_add_test(cases, create_survives_connection_that_closes_at_once);
  tcase_add_loop_test(cases, creates_never_share_a_connection, 0, 2);
  tcase_add_loop_test(cases, create_dies_while_its_body_goes_out, 0, 2);
  tcase_add_test(cases, ensure_finds_what_its_lost_post_made);
  tcase_add_loop_test(cases, ensure_never_posts_again, 0, 2);
  tcase_add_test(cases, others_are_repeated_by_the_library_alone);
  tcase_add_test(cases, second_delete_that_finds_nothing_is_fine);
  return faults_end(suite);
}
