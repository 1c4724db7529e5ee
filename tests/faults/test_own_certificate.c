/* SPDX-License-Identifier: MIT */
/* The client's own certificate and key: files that do not fit are the caller's to mend, and so is a certificate that the
 * server does not trust. */
#include "caller.h"

#include "complaints.h"

START_TEST(says_that_the_files_do_not_fit) {
  struct server *server = server_start_one(IDENTITY_GOOD, SCRIPT(REQUEST, ANSWER("200 OK", HEALTHY_BODY)));
  /* A certificate without its key; a key that is none; and a password for a key that is none. */
  const struct option *const wrong[] = {
      OPTIONS({"client_certificate", authority_file()}),
      OPTIONS({"client_certificate", stranger_file()}, {"client_key", authority_file()}),
      OPTIONS({"client_certificate", stranger_file()}, {"client_key", authority_file()},
              {"client_key_password", "secret-of-the-key"}),
  };
  lsexport_client *client = caller_client(server_root(server), wrong[_i]);
  struct outcome outcome = caller_call(client, KIND_CREATE, NULL);
  expect_status(&outcome, LSEXPORT_ERR_TLS, "files that do not fit");
  EXPECT(lsexport_error_cause(outcome.error) == LSEXPORT_CAUSE_TLS_FILES, &outcome, "files that do not fit");
  EXPECT(lsexport_error_applied(outcome.error) == LSEXPORT_APPLIED_NO, &outcome, "files that do not fit");
  EXPECT(lsexport_error_side(outcome.error) == LSEXPORT_SIDE_CALLER, &outcome, "files that do not fit");
  outcome_free(&outcome);
  caller_free(client);
  caller_finish(server, "files that do not fit");
  ck_assert_int_eq(server_requests(server, NULL), 0);
  server_free(server);
  complaints_raise();
}
END_TEST

START_TEST(shows_its_certificate) {
  struct server_plan plan = {.identity = IDENTITY_GOOD, .tls_limit = _i ? TLS_WANTS_CLIENT : TLS_LIMIT_NONE};
  struct server *server = server_start(&plan);
  lsexport_client *client =
      caller_client(server_root(server), OPTIONS({"client_certificate", stranger_file()},
                                                 {"client_key", stranger_file()}, {"max_attempts", "1"}));
  struct outcome outcome = caller_call(client, KIND_GET, NULL);
  if (_i) { /* to a server that wants one, and does not trust this one */
    expect_status(&outcome, LSEXPORT_ERR_TLS, "a certificate that is not trusted");
    EXPECT(lsexport_error_cause(outcome.error) == LSEXPORT_CAUSE_TLS_FILES, &outcome, "not trusted");
  } else {
    expect_status(&outcome, LSEXPORT_OK, "a certificate that nobody asked for");
  }
  outcome_free(&outcome);
  caller_free(client);
  caller_finish(server, "its certificate");
  server_free(server);
  complaints_raise();
}
END_TEST

int main(void) {
  Suite *suite = suite_create("test_own_certificate");
  faults_begin();
  TCase *tests = faults_case(suite, "own certificate");
  tcase_add_loop_test(tests, says_that_the_files_do_not_fit, 0, 3);
  tcase_add_loop_test(tests, shows_its_certificate, 0, 2);
  return faults_end(suite);
}
