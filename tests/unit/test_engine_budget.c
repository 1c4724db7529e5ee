/* SPDX-License-Identifier: MIT */
/* The budget of a client when other threads draw on it at the same moment, and waits that are too long. */
#include "fixtures.h"

#include "api/client.h"
#include "net/engine.h"
#include "net/tls_session.h"

static struct scene scene;

static void setup(void) { scene_begin(&scene, NULL); }
static void teardown(void) { scene_end(&scene); }

/* Asked for in the middle of the decision: meanwhile another thread has taken all. */
static uint64_t drain(void *context) {
  (void)context;
  atomic_store(&scene.client->budget.tokens, 0);
  return 0;
}

START_TEST(a_budget_that_is_gone_ends_the_call) {
  scene.script.world.random = drain;
  script_answer(&scene.script, 503, "{\"detail\":\"later\"}");
  ck_assert_int_eq(scene_get(&scene, ID_1, NULL), LSEXPORT_ERR_UNAVAILABLE);
  ck_assert_int_eq(lsexport_error_attempts(scene.error), 1);
  ck_assert_int_eq(lsexport_error_retryable(scene.error), 1);
}
END_TEST

START_TEST(a_wait_that_is_too_long_hides_no_cause) {
  script_answer(&scene.script, 503, "<html>")->headers =
      "Content-Type: text/html\nRetry-After: 9999\nContent-Length: 6";
  ck_assert_int_eq(scene_get(&scene, ID_1, NULL), LSEXPORT_ERR_UNAVAILABLE);
  ck_assert_int_eq(lsexport_error_cause(scene.error), LSEXPORT_CAUSE_GATEWAY);
  ck_assert_int_eq(lsexport_error_retry_after_ms(scene.error), 9999000);
  ck_assert_int_eq(lsexport_error_attempts(scene.error), 1);
}
END_TEST

START_TEST(what_has_ended_needs_no_waking) {
  struct job job = {.state = JOB_ENDED, .deadline_ms = 5};
  ck_assert_int_eq(job_wake_ms(&job), INT64_MAX);
}
END_TEST

/* In doubt a connection is not used again. */
START_TEST(a_session_that_is_not_known_may_have_bytes) { ck_assert(tls_has_pending(NULL)); }
END_TEST

int main(void) {
  Suite *suite = suite_create("test_engine_budget");
  TCase *cases = add_cases(suite, "budget");
  tcase_add_checked_fixture(cases, setup, teardown);
  tcase_add_test(cases, a_budget_that_is_gone_ends_the_call);
  tcase_add_test(cases, a_wait_that_is_too_long_hides_no_cause);
  tcase_add_test(cases, what_has_ended_needs_no_waking);
  tcase_add_test(cases, a_session_that_is_not_known_may_have_bytes);
  return run_suite(suite);
}
