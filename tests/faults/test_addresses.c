/* SPDX-License-Identifier: MIT */
/* The way there: over IPv6, with a connection used again, and who it was that refused where the environment names the
 * proxy. */
#include "caller.h"

#include "complaints.h"

#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

static bool has_ipv6(void) {
  struct sockaddr_in6 address = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT};
  int descriptor = socket(AF_INET6, SOCK_STREAM, 0);
  bool has = descriptor >= 0 && bind(descriptor, (struct sockaddr *)&address, sizeof address) == 0;
  if (descriptor >= 0) close(descriptor);
  return has;
}

START_TEST(calls_over_ipv6) {
  if (!has_ipv6()) return;
  struct server *server =
      server_start(&(struct server_plan){.identity = _i ? IDENTITY_GOOD : IDENTITY_NONE, .at_ipv6 = true});
  lsexport_client *client = caller_client(server_root(server), NULL);
  for (int kind = 0; kind < FOUR_KINDS; kind++) {
    struct outcome outcome = caller_call(client, (enum kind)kind, NULL);
    expect_status(&outcome, LSEXPORT_OK, "over IPv6");
    outcome_free(&outcome);
  }
  caller_free(client);
  caller_finish(server, "over IPv6");
  ck_assert_int_eq(server_requests(server, NULL), FOUR_KINDS);
  ck_assert_int_le(server_connections(server), 2); /* a create has its own */
  server_free(server);
  complaints_raise();
}
END_TEST

/* libcurl alone reads the environment: whether there was a proxy is told by whom it names. */
START_TEST(tells_who_refused) {
  struct dead_port dead;
  char url[64];
  bool proxy = _i == 1;
  dead_port_refusing(&dead);
  snprintf(url, sizeof url, "http://127.0.0.1:%d", dead.port);
  unsetenv("http_proxy");
  unsetenv("all_proxy");
  unsetenv("ALL_PROXY");
  if (proxy) setenv("http_proxy", url, 1);
  lsexport_client *client =
      caller_client(proxy ? "http://langsmith.example" : url,
                    OPTIONS({"proxy", "environment"}, {"allow_http", "true"}, {"max_attempts", "1"}));
  struct outcome outcome = caller_call(client, KIND_CREATE, NULL);
  expect_status(&outcome, proxy ? LSEXPORT_ERR_PROXY : LSEXPORT_ERR_CONNECT, "refused");
  EXPECT(lsexport_error_applied(outcome.error) == LSEXPORT_APPLIED_NO, &outcome, "refused");
  outcome_free(&outcome);
  caller_free(client);
  dead_port_close(&dead);
  complaints_raise();
}
END_TEST

int main(void) {
  Suite *suite = suite_create("test_addresses");
  faults_begin();
  TCase *tests = faults_case(suite, "addresses");
  tcase_add_loop_test(tests, calls_over_ipv6, 0, 2);
  tcase_add_loop_test(tests, tells_who_refused, 0, 2);
  return faults_end(suite);
}
