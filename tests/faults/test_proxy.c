/* SPDX-License-Identifier: MIT */
/* Through a proxy, past a proxy, and what a proxy may never see. A scripted proxy becomes the target itself once it has
 * answered CONNECT. */
#include "caller.h"
#include "complaints.h"
#include "pace.h"
#include "workers.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WHERE_SIZE 160
#define URL_SIZE 96
#define TARGET "https://127.0.0.1:1" /* nobody is there: only the proxy can be asked */
#define ESTABLISHED SEND("HTTP/1.1 200 Connection established\r\n\r\n")
#define TUNNEL HEAD, ESTABLISHED, HANDSHAKE
#define DEADLINE_MS 350

static const struct proxied {
  const char *name;
  const struct step *script;
  const char *target;
  lsexport_status status;
  int32_t cause;
  int32_t applied;
  bool sent; /* a request reached the target */
  bool stalls_early;
} cases[] = {
    {.name = "a tunnel",
     .target = TARGET,
     .script = SCRIPT(TUNNEL, REQUEST, ANSWER("200 OK", HEALTHY_BODY)),
     .sent = true},
    {.name = "plain",
     .target = "http://127.0.0.1:1",
     .script = SCRIPT(REQUEST, ANSWER("200 OK", HEALTHY_BODY)),
     .sent = true},
#define REFUSED .target = TARGET, .status = LSEXPORT_ERR_PROXY, .applied = LSEXPORT_APPLIED_NO
    {.name = "CONNECT: 302",
     REFUSED,
     .script = SCRIPT(HEAD, ANSWER("302 Found\r\nLocation: http://127.0.0.1:1/login", ""))},
    {.name = "CONNECT: 400", REFUSED, .script = SCRIPT(HEAD, ANSWER("400 Bad Request", ""))},
    {.name = "CONNECT: 403",
     REFUSED,
     .script = SCRIPT(HEAD, ANSWER("403 Forbidden\r\nContent-Type: text/html", "<html>no</html>"))},
    {.name = "CONNECT: 407",
     REFUSED,
     .script = SCRIPT(HEAD, ANSWER("407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm=\"p\"", ""))},
    {.name = "CONNECT: 407, Digest",
     REFUSED,
     .script = SCRIPT(
         HEAD, ANSWER("407 Proxy Authentication Required\r\nProxy-Authenticate: Digest realm=\"p\", nonce=\"n\"", ""))},
    {.name = "CONNECT: 407, closed",
     REFUSED,
     .script = SCRIPT(HEAD, ANSWER("407 Proxy Authentication Required\r\nConnection: close", ""), FIN)},
    {.name = "CONNECT: 502", REFUSED, .script = SCRIPT(HEAD, ANSWER("502 Bad Gateway", ""))},
    {.name = "CONNECT: 503, Retry-After",
     REFUSED,
     .script = SCRIPT(HEAD, ANSWER("503 Unavailable\r\nRetry-After: 1", ""))},
    {.name = "CONNECT: closed", REFUSED, .script = SCRIPT(HEAD, FIN)},
    {.name = "CONNECT: reset", REFUSED, .script = SCRIPT(HEAD, RST)},
    {.name = "CONNECT: no HTTP", REFUSED, .script = SCRIPT(HEAD, SEND("SSH-2.0-OpenSSH_9.2\r\n\r\n"), FIN)},
    {.name = "CONNECT: headers without end",
     REFUSED,
     .script = SCRIPT(HEAD, SEND("HTTP/1.1 200 OK\r\n"),
                      FLOOD("X-Filler: yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy\r\n", 0))},
    {.name = "CONNECT: silence",
     .target = TARGET,
     .status = LSEXPORT_ERR_CONNECT,
     .cause = LSEXPORT_CAUSE_CONNECT_TIMEOUT,
     .applied = LSEXPORT_APPLIED_NO,
     .stalls_early = true,
     .script = SCRIPT(HEAD, STALL)},
    {.name = "tunnel, silence in the handshake",
     .target = TARGET,
     .status = LSEXPORT_ERR_CONNECT,
     .cause = LSEXPORT_CAUSE_CONNECT_TIMEOUT,
     .applied = LSEXPORT_APPLIED_NO,
     .stalls_early = true,
     .script = SCRIPT(HEAD, ESTABLISHED, STALL)},
    {.name = "tunnel, closed in the handshake",
     .target = TARGET,
     .status = LSEXPORT_ERR_CONNECTION_LOST,
     .applied = LSEXPORT_APPLIED_NO,
     .script = SCRIPT(HEAD, ESTABLISHED, SOME, FIN)},
    {.name = "tunnel, closed behind the request",
     .target = TARGET,
     .status = LSEXPORT_ERR_CONNECTION_LOST,
     .applied = LSEXPORT_APPLIED_UNKNOWN,
     .sent = true,
     .script = SCRIPT(TUNNEL, REQUEST, COMMIT, FIN)},
    {.name = "tunnel, reset behind the request",
     .target = TARGET,
     .status = LSEXPORT_ERR_CONNECTION_LOST,
     .applied = LSEXPORT_APPLIED_UNKNOWN,
     .sent = true,
     .script = SCRIPT(TUNNEL, REQUEST, COMMIT, RST)},
    {.name = "tunnel, 407 of the target",
     .target = TARGET,
     .status = LSEXPORT_ERR_PROXY,
     .applied = LSEXPORT_APPLIED_NO,
     .sent = true,
     .script = SCRIPT(TUNNEL, REQUEST, ANSWER("407 Proxy Authentication Required", ""))},
    {.name = "plain, 407",
     .target = "http://127.0.0.1:1",
     .status = LSEXPORT_ERR_PROXY,
     .applied = LSEXPORT_APPLIED_NO,
     .sent = true,
     .script =
         SCRIPT(REQUEST, ANSWER("407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm=\"p\"", ""))},
    {.name = "plain, 502",
     .target = "http://127.0.0.1:1",
     .status = LSEXPORT_ERR_UNAVAILABLE,
     .cause = LSEXPORT_CAUSE_GATEWAY,
     .applied = LSEXPORT_APPLIED_UNKNOWN,
     .sent = true,
     .script = SCRIPT(REQUEST, ANSWER("502 Bad Gateway", ""))},
};

static struct server *start_proxy(const struct step *script) {
  return server_start(
      &(struct server_plan){.identity = IDENTITY_GOOD, .raw = true, .scripts = &script, .script_count = 1});
}

static const char *proxy_url(char url[URL_SIZE], const struct server *proxy, const char *user) {
  snprintf(url, URL_SIZE, "http://%s%s127.0.0.1:%d", user, *user ? "@" : "", server_port(proxy));
  return url;
}

/* What the proxy itself is told must hold nothing that is for LangSmith. */
static void check_connect(struct server *proxy, const char *where) {
  const struct seen *seen = server_request(proxy, 0);
  if (!seen || strcmp(seen->method, "CONNECT") != 0) complain("%s: no CONNECT first", where);
  if (!seen) return;
  canary_check(seen->head, where);
  if (strstr(seen->head, "X-API-Key") || seen->body_length)
    complain("%s: CONNECT holds more than it should: %s", where, seen->head);
}

static void check_proxied(const struct proxied *row, enum kind kind, struct server *proxy,
                          const struct outcome *outcome, const char *where) {
  bool tunnel = strncmp(row->target, "https", 5) == 0;
  int32_t applied = kind_writes(kind) ? row->applied : LSEXPORT_APPLIED_NO;
  expect_status(outcome, row->status, where);
  if (row->status) {
    EXPECT(lsexport_error_cause(outcome->error) == row->cause, outcome, where);
    EXPECT(lsexport_error_applied(outcome->error) == applied, outcome, where);
  }
  EXPECT(server_requests(proxy, kind_method(kind)) == (row->sent ? 1 : 0), outcome, where);
  EXPECT(server_requests(proxy, "CONNECT") == (tunnel ? 1 : 0), outcome, where);
  if (tunnel) check_connect(proxy, where);
}

static void run_number(size_t number, const void *context) {
  char url[URL_SIZE], where[WHERE_SIZE], connect[24];
  const struct proxied *row = &cases[number / FOUR_KINDS];
  enum kind kind = (enum kind)(number % FOUR_KINDS);
  struct server *proxy = start_proxy(row->script);
  (void)context;
  snprintf(where, sizeof where, "%s, %s", row->name, kind_name(kind));
  snprintf(connect, sizeof connect, "%lld", (long long)pace_ms(row->stalls_early ? DEADLINE_MS : 20000));
  lsexport_client *client = caller_client(row->target, OPTIONS({"proxy", proxy_url(url, proxy, "")},
                                                               {"max_attempts", "1"}, {"connect_timeout_ms", connect}));
  struct outcome outcome = caller_call(client, kind, NULL);
  caller_free(client);
  caller_finish(proxy, where);
  check_proxied(row, kind, proxy, &outcome, where);
  outcome_free(&outcome);
  server_free(proxy);
}

START_TEST(meets_proxies) { workers_run(COUNT(cases) * FOUR_KINDS, run_number, NULL); }
END_TEST

START_TEST(dials_again_what_the_proxy_kept_from_leaving) {
  char url[URL_SIZE];
  const struct step *const scripts[] = {SCRIPT(HEAD, ANSWER("503 Unavailable\r\nConnection: close", ""), FIN),
                                        SCRIPT(TUNNEL, REQUEST, COMMIT, ANSWER("200 OK", HEALTHY_BODY))};
  struct server *proxy = server_start(&(struct server_plan){
      .identity = IDENTITY_GOOD, .raw = true, .scripts = scripts, .script_count = COUNT(scripts)});
  lsexport_client *client = caller_client(TARGET, OPTIONS({"proxy", proxy_url(url, proxy, "")}));
  struct outcome outcome = caller_call(client, (enum kind)_i, NULL);
  expect_status(&outcome, LSEXPORT_OK, "CONNECT refused, then not");
  caller_free(client);
  caller_finish(proxy, "CONNECT refused, then not");
  ck_assert_int_eq(server_requests(proxy, kind_method((enum kind)_i)), 1);
  outcome_free(&outcome);
  server_free(proxy);
  complaints_raise();
}
END_TEST

START_TEST(says_that_no_proxy_is_there) {
  char url[URL_SIZE];
  struct dead_port dead;
  dead_port_refusing(&dead);
  snprintf(url, sizeof url, "http://127.0.0.1:%d", dead.port);
  lsexport_client *client =
      caller_client(_i % 2 ? "http://127.0.0.1:1" : TARGET, OPTIONS({"proxy", url}, {"max_attempts", "1"}));
  struct outcome outcome = caller_call(client, (enum kind)(_i / 2), NULL);
  expect_status(&outcome, LSEXPORT_ERR_PROXY, "no proxy there");
  EXPECT(lsexport_error_applied(outcome.error) == LSEXPORT_APPLIED_NO, &outcome, "no proxy there");
  EXPECT(lsexport_error_retryable(outcome.error) == 1, &outcome, "no proxy there");
  outcome_free(&outcome);
  caller_free(client);
  dead_port_close(&dead);
  complaints_raise();
}
END_TEST

/* ---- the environment ---- */

static void set_environment(const char *url) {
  static const char *const names[] = {"http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"};
  for (size_t i = 0; i < COUNT(names); i++) setenv(names[i], url, 1);
}

START_TEST(ignores_the_environment) {
  char url[URL_SIZE];
  struct server *proxy = start_proxy(NULL);
  struct server *server = server_start(&(struct server_plan){.identity = _i % 2 ? IDENTITY_GOOD : IDENTITY_NONE});
  set_environment(proxy_url(url, proxy, ""));
  lsexport_client *client = caller_client(server_root(server), _i / 2 ? OPTIONS({"proxy", "none"}) : NULL);
  for (int kind = 0; kind < FOUR_KINDS; kind++) {
    struct outcome outcome = caller_call(client, (enum kind)kind, NULL);
    expect_status(&outcome, LSEXPORT_OK, "past a proxy of the environment");
    outcome_free(&outcome);
  }
  caller_free(client);
  caller_finish(server, "past a proxy of the environment");
  caller_finish(proxy, "past a proxy of the environment");
  ck_assert_int_eq(server_connections(proxy), 0);
  ck_assert_int_eq(server_requests(server, NULL), FOUR_KINDS);
  server_free(server);
  server_free(proxy);
  complaints_raise();
}
END_TEST

START_TEST(uses_the_environment_when_told) {
  char url[URL_SIZE];
  bool tls = _i % 2;
  struct server *proxy = start_proxy(tls ? SCRIPT(TUNNEL, REQUEST, ANSWER("200 OK", HEALTHY_BODY))
                                         : SCRIPT(REQUEST, ANSWER("200 OK", HEALTHY_BODY)));
  set_environment(proxy_url(url, proxy, ""));
  lsexport_client *client = caller_client(tls ? TARGET : "http://127.0.0.1:1", OPTIONS({"proxy", "environment"}));
  struct outcome outcome = caller_call(client, KIND_GET, NULL);
  expect_status(&outcome, LSEXPORT_OK, "through a proxy of the environment");
  outcome_free(&outcome);
  caller_free(client);
  caller_finish(proxy, "through a proxy of the environment");
  ck_assert_int_eq(server_connections(proxy), 1);
  server_free(proxy);
  complaints_raise();
}
END_TEST

/* A proxy that was set is set: no_proxy of the environment does not lead around it. */
START_TEST(keeps_the_proxy_that_was_set) {
  char url[URL_SIZE];
  struct server *proxy = start_proxy(SCRIPT(TUNNEL, REQUEST, ANSWER("200 OK", HEALTHY_BODY)));
  setenv("no_proxy", "*", 1);
  setenv("NO_PROXY", "*", 1);
  lsexport_client *client = caller_client(TARGET, OPTIONS({"proxy", proxy_url(url, proxy, "")}));
  struct outcome outcome = caller_call(client, KIND_GET, NULL);
  expect_status(&outcome, LSEXPORT_OK, "no_proxy");
  outcome_free(&outcome);
  caller_free(client);
  caller_finish(proxy, "no_proxy");
  ck_assert_int_eq(server_connections(proxy), 1);
  server_free(proxy);
  complaints_raise();
}
END_TEST

/* ---- the proxy's own password ---- */

#define PROXY_USER "operator"

/* Only the proxy gets it, and no error shows it, though the proxy sends it back in every corner. */
START_TEST(shows_the_proxy_password_to_the_proxy_alone) {
  char url[URL_SIZE], joined[URL_SIZE], encoded[2 * URL_SIZE], refusal[1024];
  bool refused = _i;
  snprintf(joined, sizeof joined, "%s:%s", PROXY_USER, CANARY_PROXY_PASSWORD);
  (void)EVP_EncodeBlock((unsigned char *)encoded, (const unsigned char *)joined, (int)strlen(joined));
  snprintf(
      refusal, sizeof refusal,
      "HTTP/1.1 407 %s\r\nX-Request-Id: %s\r\nProxy-Authenticate: Basic realm=\"%s\"\r\nContent-Type: text/plain\r\n"
      "Content-Length: %zu\r\n\r\n%s",
      encoded, encoded, CANARY_PROXY_PASSWORD, strlen(encoded), encoded);
  struct server *proxy =
      start_proxy(refused ? SCRIPT(HEAD, {.kind = STEP_SEND, .bytes = refusal, .length = strlen(refusal)})
                          : SCRIPT(TUNNEL, REQUEST, ANSWER("200 OK", HEALTHY_BODY)));
  lsexport_client *client =
      caller_client(TARGET, OPTIONS({"proxy", proxy_url(url, proxy, PROXY_USER)},
                                    {"proxy_password", CANARY_PROXY_PASSWORD}, {"max_attempts", "1"}));
  struct outcome outcome = caller_call(client, KIND_CREATE, NULL);
  expect_status(&outcome, refused ? LSEXPORT_ERR_PROXY : LSEXPORT_OK, "proxy password");
  outcome_free(&outcome);
  caller_free(client);
  caller_finish(proxy, "proxy password");
  ck_assert_msg(strstr(server_request(proxy, 0)->head, encoded), "no %s in %s", encoded,
                server_request(proxy, 0)->head);
  for (int i = 1; !refused && i < server_requests(proxy, NULL); i++) {
    ck_assert(!strstr(server_request(proxy, i)->head, "Proxy-Authorization"));
    ck_assert(!strstr(server_request(proxy, i)->head, encoded));
  }
  server_free(proxy);
  complaints_raise();
}
END_TEST

int main(void) {
  Suite *suite = suite_create("test_proxy");
  faults_begin();
  TCase *tests = faults_case(suite, "proxies");
  tcase_add_test(tests, meets_proxies);
  tcase_add_loop_test(tests, dials_again_what_the_proxy_kept_from_leaving, 0, FOUR_KINDS);
  tcase_add_loop_test(tests, says_that_no_proxy_is_there, 0, 2 * FOUR_KINDS);
  tcase_add_loop_test(tests, ignores_the_environment, 0, 4);
  tcase_add_loop_test(tests, uses_the_environment_when_told, 0, 2);
  tcase_add_test(tests, keeps_the_proxy_that_was_set);
  tcase_add_loop_test(tests, shows_the_proxy_password_to_the_proxy_alone, 0, 2);
  return faults_end(suite);
}
