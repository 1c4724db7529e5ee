/* SPDX-License-Identifier: MIT */
/* A redirect is never followed: to whoever it leads, the API key and the bucket's credentials would go there. */
#include "caller.h"
#include "complaints.h"
#include "workers.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SIZE 512

static const int codes[] = {300, 301, 302, 303, 305, 307, 308, 399};

/* %d: the port of a second server, which must see nobody. */
static const struct target {
  const char *location; /* NULL: no Location at all */
  const char *host;     /* the fact redirect_host; NULL: none. %d as above */
} targets[] = {
    {"http://127.0.0.1:%d/", "127.0.0.1:%d"},
    {"http://localhost:%d/api/v1/bulk-exports/destinations", "localhost:%d"},
    {"https://127.0.0.1:%d/", "127.0.0.1:%d"},
    {"//127.0.0.1:%d/", "127.0.0.1:%d"},
    {"http://user:word@127.0.0.1:%d/?key=1#x", "127.0.0.1:%d"},
    {"/elsewhere", NULL},
    {"", NULL},
    {"?", NULL},
    {NULL, NULL},
    {"file:///etc/passwd", NULL},
    {"gopher://127.0.0.1:%d/", "127.0.0.1:%d"},
    {"scp://127.0.0.1:%d/", "127.0.0.1:%d"},
    {"javascript:alert(1)", NULL},
    {"http://127.0.0.1:%d/\x1b[31m\x07", "127.0.0.1:%d"},
};

#define METHODS FOUR_KINDS
#define TIMES (COUNT(codes) * COUNT(targets) * METHODS * 2)

static void print(char to[SIZE], const char *text, int port) {
  const char *number = strstr(text, "%d");
  if (number)
    snprintf(to, SIZE, "%.*s%d%s", (int)(number - text), text, port, number + 2);
  else
    snprintf(to, SIZE, "%s", text);
}

static void redirect(int code, const struct target *target, enum kind kind, bool tls) {
  char location[SIZE] = "", host[SIZE], answer[2 * SIZE], where[2 * SIZE];
  struct server *other = server_start(&(struct server_plan){0});
  if (target->location) print(location, target->location, server_port(other));
  snprintf(answer, sizeof answer, "HTTP/1.1 %d Moved\r\n%s%s%sContent-Length: 0\r\n\r\n", code,
           target->location ? "Location: " : "", location, target->location ? "\r\n" : "");
  snprintf(where, sizeof where, "%d to %s, %s%s", code, target->location ? location : "nowhere", kind_name(kind),
           tls ? " over TLS" : "");
  struct server *server =
      server_start_one(tls ? IDENTITY_GOOD : IDENTITY_NONE,
                       SCRIPT(REQUEST, {.kind = STEP_SEND, .bytes = answer, .length = strlen(answer)}));
  lsexport_client *client = caller_client(server_root(server), NULL);
  struct outcome outcome = caller_call(client, kind, NULL);
  expect_status(&outcome, LSEXPORT_ERR_REDIRECT, where);
  EXPECT(lsexport_error_applied(outcome.error) == LSEXPORT_APPLIED_NO, &outcome, where);
  EXPECT(lsexport_error_retryable(outcome.error) == 0, &outcome, where);
  EXPECT(lsexport_error_http_status(outcome.error) == code, &outcome, where);
  const char *fact = lsexport_error_fact(outcome.error, "redirect_host");
  if (target->host) print(host, target->host, server_port(other));
  if (!fact != !target->host || (fact && strcmp(fact, host) != 0))
    complain("%s: redirect_host is %s", where, fact ? fact : "absent");
  caller_free(client);
  caller_finish(server, where);
  caller_finish(other, where);
  EXPECT(server_requests(server, NULL) == 1, &outcome, where);
  if (server_connections(other)) complain("%s: FOLLOWED", where);
  outcome_free(&outcome);
  server_free(server);
  server_free(other);
}

static void redirect_number(size_t number, const void *context) {
  (void)context;
  redirect(codes[number / 2 / METHODS / COUNT(targets)], &targets[number / 2 / METHODS % COUNT(targets)],
           (enum kind)(number / 2 % METHODS), number % 2);
}

START_TEST(follows_no_redirect) { workers_run(TIMES, redirect_number, NULL); }
END_TEST

/* To itself: no loop comes of it. */
START_TEST(follows_no_redirect_to_itself) {
  const struct step *loop =
      SCRIPT(REQUEST, ANSWER("307 Temporary Redirect\r\nLocation: /api/v1/bulk-exports/destinations", ""), AGAIN);
  const struct step *const scripts[] = {loop, loop};
  struct server *server = server_start(&(struct server_plan){.scripts = scripts, .script_count = COUNT(scripts)});
  lsexport_client *client = caller_client(server_root(server), NULL);
  for (int kind = 0; kind < KIND_COUNT; kind++) {
    struct outcome outcome = caller_call(client, (enum kind)kind, NULL);
    expect_status(&outcome, LSEXPORT_ERR_REDIRECT, kind_name((enum kind)kind));
    outcome_free(&outcome);
  }
  caller_free(client);
  caller_finish(server, "to itself");
  ck_assert_int_eq(server_requests(server, NULL), KIND_COUNT);
  ck_assert_int_eq(server_requests(server, "POST"), 1); /* ensure stopped at its list */
  server_free(server);
  complaints_raise();
}
END_TEST

int main(void) {
  Suite *suite = suite_create("test_redirect");
  faults_begin();
  TCase *cases = faults_case(suite, "redirects");
  tcase_add_test(cases, follows_no_redirect);
  tcase_add_test(cases, follows_no_redirect_to_itself);
  return faults_end(suite);
}
