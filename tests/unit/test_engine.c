/* SPDX-License-Identifier: MIT */
/* The engine over a scripted world: attempts, waits, deadlines, cancel, and what is known to have been applied. */
#include "fixtures.h"

#include <stdio.h>
#include <string.h>

static struct scene scene;
static lsexport_destination_spec *spec;
static lsexport_credentials *credentials;
static lsexport_cancel *cancel;
static lsexport_call *call;

static void setup(void) {
  scene_begin(&scene, NULL);
  spec = spec_aws();
  credentials = static_credentials(KEY_ID, SECRET);
  lsexport_cancel_new(&cancel);
  lsexport_call_new(&call);
  lsexport_call_set_cancel(call, cancel);
}

static void teardown(void) {
  lsexport_call_free(call);
  lsexport_cancel_free(cancel);
  lsexport_credentials_free(credentials);
  lsexport_destination_spec_free(spec);
  scene_end(&scene);
}

static lsexport_status run(enum method method) {
  switch (method) {
  case METHOD_POST:
    return scene_create(&scene, spec, call);
  case METHOD_PATCH:
    return scene_patch(&scene, ID_1, credentials, call);
  case METHOD_DELETE:
    return scene_delete(&scene, ID_1, call);
  default:
    return scene_get(&scene, ID_1, call);
  }
}

/* ---- what one failing attempt means, for each method ---- */

struct row {
  enum transfer transfer;
  bool sent;
  int http_status;
  lsexport_status status;
  bool again;         /* a request that may be repeated is */
  bool dialled;       /* a create is dialled again */
  int32_t applied[2]; /* of a create; of a patch or delete */
};

#define NO LSEXPORT_APPLIED_NO
#define UNKNOWN LSEXPORT_APPLIED_UNKNOWN

static const struct row rows[] = {
    {TRANSFER_DNS, false, 0, LSEXPORT_ERR_DNS, true, true, {NO, NO}},
    {TRANSFER_CONNECT_REFUSED, false, 0, LSEXPORT_ERR_CONNECT, true, true, {NO, NO}},
    {TRANSFER_CONNECT_TIMEOUT, false, 0, LSEXPORT_ERR_CONNECT, true, true, {NO, NO}},
    {TRANSFER_TLS, false, 0, LSEXPORT_ERR_TLS, false, false, {NO, NO}},
    {TRANSFER_CERTIFICATE_EXPIRED, false, 0, LSEXPORT_ERR_TLS, false, false, {NO, NO}},
    {TRANSFER_CERTIFICATE_WRONG_HOST, false, 0, LSEXPORT_ERR_TLS, false, false, {NO, NO}},
    {TRANSFER_CERTIFICATE_UNTRUSTED, false, 0, LSEXPORT_ERR_TLS, false, false, {NO, NO}},
    {TRANSFER_TLS_PLAINTEXT, false, 0, LSEXPORT_ERR_TLS, false, false, {NO, NO}},
    {TRANSFER_PROXY, false, 0, LSEXPORT_ERR_PROXY, true, true, {NO, NO}},
    {TRANSFER_LOST, false, 0, LSEXPORT_ERR_CONNECTION_LOST, true, true, {NO, NO}},
    {TRANSFER_LOST, true, 0, LSEXPORT_ERR_CONNECTION_LOST, true, false, {UNKNOWN, UNKNOWN}},
    {TRANSFER_BROKEN, true, 0, LSEXPORT_ERR_PROTOCOL, false, false, {UNKNOWN, UNKNOWN}},
    {TRANSFER_TOO_LARGE, true, 200, LSEXPORT_ERR_TOO_LARGE, false, false, {UNKNOWN, UNKNOWN}},
    {TRANSFER_NO_MEMORY, true, 0, LSEXPORT_ERR_NO_MEMORY, false, false, {UNKNOWN, UNKNOWN}},
    {TRANSFER_DONE, true, 301, LSEXPORT_ERR_REDIRECT, false, false, {NO, NO}},
    {TRANSFER_DONE, true, 400, LSEXPORT_ERR_REJECTED, false, false, {NO, NO}},
    {TRANSFER_DONE, true, 401, LSEXPORT_ERR_UNAUTHENTICATED, false, false, {NO, NO}},
    {TRANSFER_DONE, true, 403, LSEXPORT_ERR_FORBIDDEN, false, false, {NO, NO}},
    {TRANSFER_DONE, true, 404, LSEXPORT_ERR_NOT_FOUND, false, false, {NO, NO}},
    {TRANSFER_DONE, true, 405, LSEXPORT_ERR_UNSUPPORTED_BY_SERVER, false, false, {NO, NO}},
    {TRANSFER_DONE, true, 408, LSEXPORT_ERR_UNAVAILABLE, true, false, {UNKNOWN, UNKNOWN}},
    {TRANSFER_DONE, true, 409, LSEXPORT_ERR_IN_USE, false, false, {NO, NO}},
    {TRANSFER_DONE, true, 413, LSEXPORT_ERR_REJECTED, false, false, {NO, NO}},
    {TRANSFER_DONE, true, 422, LSEXPORT_ERR_VALIDATION, false, false, {NO, NO}},
    {TRANSFER_DONE, true, 425, LSEXPORT_ERR_UNAVAILABLE, true, false, {NO, NO}},
    {TRANSFER_DONE, true, 429, LSEXPORT_ERR_RATE_LIMITED, true, false, {NO, NO}},
    {TRANSFER_DONE, true, 500, LSEXPORT_ERR_SERVER, true, false, {UNKNOWN, UNKNOWN}},
    {TRANSFER_DONE, true, 502, LSEXPORT_ERR_UNAVAILABLE, true, false, {UNKNOWN, UNKNOWN}},
    {TRANSFER_DONE, true, 503, LSEXPORT_ERR_UNAVAILABLE, true, false, {UNKNOWN, UNKNOWN}},
    {TRANSFER_DONE, true, 504, LSEXPORT_ERR_UNAVAILABLE, true, false, {UNKNOWN, UNKNOWN}},
};

static const enum method methods[] = {METHOD_GET, METHOD_POST, METHOD_PATCH, METHOD_DELETE};

static void check_row(const struct row *row, enum method method) {
  bool post = method == METHOD_POST;
  size_t attempts = (post ? row->dialled : row->again) ? 3 : 1;
  for (size_t i = 0; i < attempts; i++) {
    struct scripted_outcome *outcome = row->http_status && row->transfer == TRANSFER_DONE
                                           ? script_answer(&scene.script, row->http_status, "{}")
                                           : script_fail(&scene.script, row->transfer, row->sent);
    outcome->sent = row->sent;
  }
  ck_assert_int_eq(run(method), row->status);
  ck_assert_int_eq(lsexport_error_status(scene.error), row->status);
  ck_assert_uint_eq(scene.script.request_count, attempts);
  int32_t applied = method == METHOD_GET ? NO : row->applied[post ? 0 : 1];
  ck_assert_int_eq(lsexport_error_applied(scene.error), applied);
  if (row->status != LSEXPORT_ERR_NO_MEMORY) {
    ck_assert_int_eq(lsexport_error_attempts(scene.error), (int)attempts);
    ck_assert_int_eq(lsexport_error_retryable(scene.error), row->again && (!post || applied == NO));
  }
}

START_TEST(each_failure_of_each_method) {
  check_row(&rows[(size_t)_i / COUNT(methods)], methods[(size_t)_i % COUNT(methods)]);
}
END_TEST

/* ---- waits ---- */

START_TEST(backs_off_with_full_jitter) {
  script_random(&scene.script, 500);  /* of 0 to 500 */
  script_random(&scene.script, 1000); /* of 0 to 1000 */
  script_fail(&scene.script, TRANSFER_LOST, true);
  script_fail(&scene.script, TRANSFER_LOST, true);
  script_answer(&scene.script, 200, DESTINATION(ID_1, NOON));
  ck_assert_int_eq(run(METHOD_GET), LSEXPORT_OK);
  ck_assert_int_eq(script_request(&scene.script, 1)->at_ms, 500);
  ck_assert_int_eq(script_request(&scene.script, 2)->at_ms, 1500);
}
END_TEST

START_TEST(waits_as_long_as_the_server_asks) {
  script_answer(&scene.script, 429, "{}")->headers = "Retry-After: 7";
  script_answer(&scene.script, 200, DESTINATION(ID_1, NOON));
  ck_assert_int_eq(run(METHOD_GET), LSEXPORT_OK);
  ck_assert_int_eq(script_request(&scene.script, 1)->at_ms, 7000);
}
END_TEST

START_TEST(does_not_wait_longer_than_allowed) {
  static const char *const waits[] = {"Retry-After: 61", "Retry-After: 99999999999999999999",
                                      "Retry-After: Thu, 01 Jan 2099 00:00:00 GMT"};
  script_answer(&scene.script, 503, "{}")->headers = waits[_i];
  ck_assert_int_eq(run(METHOD_GET), LSEXPORT_ERR_UNAVAILABLE);
  ck_assert_int_ge(lsexport_error_retry_after_ms(scene.error), 61000);
  ck_assert_int_eq(lsexport_error_cause(scene.error), LSEXPORT_CAUSE_DEADLINE_TOO_NEAR);
  ck_assert_int_eq(lsexport_error_retryable(scene.error), 1);
  ck_assert_int_eq(script_now(&scene.script), 0);
}
END_TEST

START_TEST(does_not_wait_past_the_deadline) {
  lsexport_call_set_timeout_ms(call, 5000);
  script_answer(&scene.script, 429, "{}")->headers = "Retry-After: 5";
  ck_assert_int_eq(run(METHOD_GET), LSEXPORT_ERR_RATE_LIMITED);
  ck_assert_int_eq(script_now(&scene.script), 0);
}
END_TEST

START_TEST(one_deadline_over_all_attempts) {
  lsexport_call_set_timeout_ms(call, 1200);
  script_random(&scene.script, 400);
  script_fail(&scene.script, TRANSFER_LOST, true)->delay_ms = 500;
  script_silence(&scene.script);
  ck_assert_int_eq(run(METHOD_PATCH), LSEXPORT_ERR_TIMEOUT);
  ck_assert_int_eq(lsexport_error_applied(scene.error), UNKNOWN);
  ck_assert_int_eq(lsexport_error_attempts(scene.error), 2);
  ck_assert_int_eq(script_now(&scene.script), 1200);
}
END_TEST

START_TEST(default_deadlines) {
  static const int64_t deadlines[] = {60000, 150000, 150000, 60000};
  script_silence(&scene.script);
  ck_assert_int_eq(run(methods[_i]), LSEXPORT_ERR_TIMEOUT);
  ck_assert_int_eq(script_now(&scene.script), deadlines[_i]);
}
END_TEST

START_TEST(a_deadline_before_anything_was_sent_says_no) {
  script_silence(&scene.script)->sent_after_ms = SCRIPT_NEVER / 2;
  ck_assert_int_eq(run(METHOD_POST), LSEXPORT_ERR_TIMEOUT);
  ck_assert_int_eq(lsexport_error_applied(scene.error), NO);
  ck_assert_int_eq(lsexport_error_retryable(scene.error), 1);
}
END_TEST

/* ---- the client's budget of retries ---- */

static const struct scripted_outcome *always_lost(void *context, const struct scripted_request *request) {
  static const struct scripted_outcome lost = {.transfer = TRANSFER_LOST, .sent = true};
  (void)context, (void)request;
  return &lost;
}

START_TEST(the_budget_ends_repeating) {
  scene.script.respond = always_lost;
  for (int i = 0; i < 30; i++) ck_assert_int_eq(run(METHOD_GET), LSEXPORT_ERR_CONNECTION_LOST);
  ck_assert_uint_eq(scene.script.request_count, 30 + 500 / 14); /* 500 tokens, 14 a retry */
}
END_TEST

/* ---- cancel and tick ---- */

static void trigger(void *context) {
  (void)context;
  lsexport_cancel_trigger(cancel);
}

START_TEST(a_cancel_before_the_call_sends_nothing) {
  lsexport_cancel_trigger(cancel);
  ck_assert_int_eq(run(methods[_i]), LSEXPORT_ERR_CANCELLED);
  ck_assert_int_eq(lsexport_error_applied(scene.error), NO);
  ck_assert_uint_eq(scene.script.request_count, 0);
}
END_TEST

START_TEST(a_cancel_ends_an_attempt_at_once) {
  script_silence(&scene.script);
  script_at(&scene.script, 250, trigger, NULL);
  ck_assert_int_eq(run(methods[_i]), LSEXPORT_ERR_CANCELLED);
  ck_assert_int_eq(lsexport_error_applied(scene.error), methods[_i] == METHOD_GET ? NO : UNKNOWN);
  ck_assert_int_eq(script_now(&scene.script), 250);
  ck_assert(script_request(&scene.script, 0)->aborted);
}
END_TEST

START_TEST(a_cancel_ends_a_wait_at_once) {
  script_answer(&scene.script, 503, "{}")->headers = "Retry-After: 30";
  script_at(&scene.script, 10000, trigger, NULL);
  ck_assert_int_eq(run(METHOD_PATCH), LSEXPORT_ERR_CANCELLED);
  ck_assert_int_eq(lsexport_error_applied(scene.error), UNKNOWN);
  ck_assert_int_eq(script_now(&scene.script), 10000);
  ck_assert_uint_eq(scene.script.request_count, 1);
}
END_TEST

static int32_t tick(uintptr_t count) { return ++*(int *)count == 20; }

START_TEST(a_tick_comes_often_and_ends_the_call) {
  int count = 0;
  lsexport_call_set_tick(call, tick, (uintptr_t)&count);
  script_silence(&scene.script);
  ck_assert_int_eq(run(METHOD_GET), LSEXPORT_ERR_CANCELLED);
  ck_assert_int_eq(count, 20);
  ck_assert_int_eq(script_now(&scene.script), 1000); /* every 50 ms: half of what is promised */
}
END_TEST

/* ---- repeated writes ---- */

START_TEST(a_404_that_answers_a_repeated_delete_is_success) {
  script_fail(&scene.script, TRANSFER_LOST, true);
  script_answer(&scene.script, 404, "{\"detail\":\"not found\"}");
  ck_assert_int_eq(run(METHOD_DELETE), LSEXPORT_OK);
}
END_TEST

START_TEST(a_404_after_an_attempt_that_was_never_sent_is_none) {
  script_fail(&scene.script, TRANSFER_CONNECT_REFUSED, false);
  script_answer(&scene.script, 404, "{\"detail\":\"not found\"}");
  ck_assert_int_eq(run(METHOD_DELETE), LSEXPORT_ERR_NOT_FOUND);
}
END_TEST

START_TEST(a_refusal_after_a_lost_patch_stays_unknown) {
  script_fail(&scene.script, TRANSFER_LOST, true);
  script_answer(&scene.script, 400, "{\"detail\":\"Failed to validate S3 destination: Access Denied\"}");
  ck_assert_int_eq(run(METHOD_PATCH), LSEXPORT_ERR_ACCESS_DENIED);
  ck_assert_int_eq(lsexport_error_applied(scene.error), UNKNOWN);
}
END_TEST

START_TEST(a_transient_400_is_not_repeated) {
  script_answer(&scene.script, 400,
                "{\"detail\":\"Failed to validate S3 destination: [Errno 16] Please reduce your request rate.\"}");
  ck_assert_int_eq(run(METHOD_PATCH), LSEXPORT_ERR_STORAGE_UNAVAILABLE);
  ck_assert_int_eq(lsexport_error_retryable(scene.error), 1);
}
END_TEST

START_TEST(the_request_id_comes_with_success_and_failure) {
  script_answer(&scene.script, 200, DESTINATION(ID_1, NOON))->headers = SCRIPT_JSON_HEADERS "\nX-Request-Id: r-1";
  ck_assert_int_eq(run(METHOD_GET), LSEXPORT_OK);
  ck_assert_str_eq(lsexport_destination_request_id(scene.destination), "r-1");
  script_answer(&scene.script, 404, "{}")->headers = SCRIPT_JSON_HEADERS "\nX-Request-Id: r-2 " API_KEY;
  ck_assert_int_eq(run(METHOD_GET), LSEXPORT_ERR_NOT_FOUND);
  ck_assert_str_eq(lsexport_error_request_id(scene.error), "r-2 [removed]");
}
END_TEST

START_TEST(no_memory_to_start_an_attempt) {
  script_answer(&scene.script, 200, "{}")->no_memory = true;
  ck_assert_int_eq(run(methods[_i]), LSEXPORT_ERR_NO_MEMORY);
  ck_assert_int_eq(lsexport_error_applied(scene.error), NO);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("test_engine");
  TCase *cases = add_cases(suite, "engine");
  tcase_add_checked_fixture(cases, setup, teardown);
  tcase_add_loop_test(cases, each_failure_of_each_method, 0, (int)(COUNT(rows) * COUNT(methods)));
  tcase_add_test(cases, backs_off_with_full_jitter);
  tcase_add_test(cases, waits_as_long_as_the_server_asks);
  tcase_add_loop_test(cases, does_not_wait_longer_than_allowed, 0, 3);
  tcase_add_test(cases, does_not_wait_past_the_deadline);
  tcase_add_test(cases, one_deadline_over_all_attempts);
  tcase_add_loop_test(cases, default_deadlines, 0, (int)COUNT(methods));
  tcase_add_test(cases, a_deadline_before_anything_was_sent_says_no);
  tcase_add_test(cases, the_budget_ends_repeating);
  tcase_add_loop_test(cases, a_cancel_before_the_call_sends_nothing, 0, (int)COUNT(methods));
  tcase_add_loop_test(cases, a_cancel_ends_an_attempt_at_once, 0, (int)COUNT(methods));
  tcase_add_test(cases, a_cancel_ends_a_wait_at_once);
  tcase_add_test(cases, a_tick_comes_often_and_ends_the_call);
  tcase_add_test(cases, a_404_that_answers_a_repeated_delete_is_success);
  tcase_add_test(cases, a_404_after_an_attempt_that_was_never_sent_is_none);
  tcase_add_test(cases, a_refusal_after_a_lost_patch_stays_unknown);
  tcase_add_test(cases, a_transient_400_is_not_repeated);
  tcase_add_test(cases, the_request_id_comes_with_success_and_failure);
  tcase_add_loop_test(cases, no_memory_to_start_an_attempt, 0, (int)COUNT(methods));
  return run_suite(suite);
}
