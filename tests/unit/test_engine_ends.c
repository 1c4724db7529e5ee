/* SPDX-License-Identifier: MIT */
/* A call that is ended from outside: by its deadline, its cancel token or its tick, at every stage; and what came at
 * that very moment is not thrown away. */
#include "fixtures.h"

#include <stdio.h>
#include <string.h>

#define NO LSEXPORT_APPLIED_NO
#define UNKNOWN LSEXPORT_APPLIED_UNKNOWN

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

static void trigger(void *context) {
  (void)context;
  lsexport_cancel_trigger(cancel);
}

static const enum method methods[] = {METHOD_GET, METHOD_POST, METHOD_PATCH, METHOD_DELETE};

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

static int32_t unknown_for_writes(enum method method) { return method == METHOD_GET ? NO : UNKNOWN; }

/* ---- deadline ---- */

START_TEST(a_deadline_in_the_middle_of_an_attempt) {
  lsexport_call_set_timeout_ms(call, 1234);
  script_silence(&scene.script);
  ck_assert_int_eq(run(methods[_i]), LSEXPORT_ERR_TIMEOUT);
  ck_assert_int_eq(script_now(&scene.script), 1234);
  ck_assert(script_request(&scene.script, 0)->aborted);
  ck_assert_int_eq(lsexport_error_applied(scene.error), unknown_for_writes(methods[_i]));
  ck_assert_int_eq(lsexport_error_attempts(scene.error), 1);
  ck_assert_int_eq(lsexport_error_retryable(scene.error), methods[_i] != METHOD_POST);
  ck_assert_int_eq(lsexport_error_http_status(scene.error), 0);
}
END_TEST

START_TEST(a_deadline_before_a_byte_has_left) {
  lsexport_call_set_timeout_ms(call, 1000);
  script_silence(&scene.script)->sent_after_ms = 1001;
  ck_assert_int_eq(run(methods[_i]), LSEXPORT_ERR_TIMEOUT);
  ck_assert_int_eq(lsexport_error_applied(scene.error), NO);
  ck_assert_int_eq(lsexport_error_retryable(scene.error), 1);
}
END_TEST

START_TEST(an_answer_at_the_very_deadline_counts) {
  lsexport_call_set_timeout_ms(call, 1000);
  script_answer(&scene.script, 200, DESTINATION(ID_1, NOON))->delay_ms = 1000;
  ck_assert_int_eq(run(methods[_i]), LSEXPORT_OK);
  script_answer(&scene.script, 200, DESTINATION(ID_1, NOON))->delay_ms = 1001;
  ck_assert_int_eq(run(methods[_i]), LSEXPORT_ERR_TIMEOUT);
}
END_TEST

START_TEST(no_wait_goes_past_the_deadline) {
  lsexport_call_set_timeout_ms(call, 1000);
  script_random(&scene.script, 400);
  script_fail(&scene.script, TRANSFER_LOST, true)->delay_ms = 600; /* 400 of 400 left */
  ck_assert_int_eq(run(METHOD_GET), LSEXPORT_ERR_CONNECTION_LOST); /* says more than a timeout would */
  ck_assert_int_eq(script_now(&scene.script), 600);
  script_random(&scene.script, 399);
  script_fail(&scene.script, TRANSFER_LOST, true)->delay_ms = 600;
  script_silence(&scene.script);
  ck_assert_int_eq(run(METHOD_GET), LSEXPORT_ERR_TIMEOUT);
  ck_assert_int_eq(script_now(&scene.script), 600 + 1000);
}
END_TEST

START_TEST(the_deadline_is_the_calls_own) {
  static const struct {
    enum method method;
    const char *key;
  } defaults[] = {{METHOD_GET, "timeout_ms"},
                  {METHOD_DELETE, "timeout_ms"},
                  {METHOD_POST, "write_timeout_ms"},
                  {METHOD_PATCH, "write_timeout_ms"}};
  scene_end(&scene);
  scene_begin(&scene, (const char *const[][2]){{defaults[_i].key, "777"}, {NULL, NULL}});
  script_silence(&scene.script);
  ck_assert_int_eq(run(defaults[_i].method), LSEXPORT_ERR_TIMEOUT); /* 0 in the call: the client's */
  ck_assert_int_eq(script_now(&scene.script), 777);
  lsexport_call_set_timeout_ms(call, 5000);
  script_silence(&scene.script);
  ck_assert_int_eq(run(defaults[_i].method), LSEXPORT_ERR_TIMEOUT);
  ck_assert_int_eq(script_now(&scene.script), 777 + 5000);
  lsexport_call_set_timeout_ms(call, 0);
  script_silence(&scene.script);
  ck_assert_int_eq(run(defaults[_i].method), LSEXPORT_ERR_TIMEOUT);
  ck_assert_int_eq(script_now(&scene.script), 777 + 5000 + 777);
}
END_TEST

/* ---- cancel ---- */

START_TEST(a_cancel_before_a_byte_has_left) {
  script_silence(&scene.script)->sent_after_ms = 60000;
  script_at(&scene.script, 300, trigger, NULL);
  ck_assert_int_eq(run(methods[_i]), LSEXPORT_ERR_CANCELLED);
  ck_assert_int_eq(script_now(&scene.script), 300);
  ck_assert_int_eq(lsexport_error_applied(scene.error), NO);
  ck_assert_int_eq(lsexport_error_retryable(scene.error), 0);
}
END_TEST

START_TEST(a_cancel_in_a_back_off) {
  script_random(&scene.script, 500);
  script_fail(&scene.script, TRANSFER_LOST, true);
  script_at(&scene.script, 100, trigger, NULL);
  enum method method = methods[_i];
  if (method == METHOD_POST) { /* which is not repeated, so there is nothing to cancel */
    ck_assert_int_eq(run(method), LSEXPORT_ERR_CONNECTION_LOST);
    return;
  }
  ck_assert_int_eq(run(method), LSEXPORT_ERR_CANCELLED);
  ck_assert_int_eq(script_now(&scene.script), 100);
  ck_assert_int_eq(lsexport_error_applied(scene.error), unknown_for_writes(method));
  ck_assert_int_eq(lsexport_error_attempts(scene.error), 1);
}
END_TEST

START_TEST(a_cancel_in_a_back_off_of_what_never_left) {
  script_random(&scene.script, 500);
  script_fail(&scene.script, TRANSFER_DNS, false);
  script_at(&scene.script, 100, trigger, NULL);
  ck_assert_int_eq(run(methods[_i]), LSEXPORT_ERR_CANCELLED);
  ck_assert_int_eq(lsexport_error_applied(scene.error), NO);
}
END_TEST

START_TEST(a_cancel_in_a_second_attempt_remembers_the_first) {
  script_fail(&scene.script, TRANSFER_LOST, true);
  script_silence(&scene.script)->sent_after_ms = 60000;
  script_at(&scene.script, 100, trigger, NULL);
  ck_assert_int_eq(run(METHOD_PATCH), LSEXPORT_ERR_CANCELLED);
  ck_assert_int_eq(lsexport_error_applied(scene.error), UNKNOWN);
  ck_assert_int_eq(lsexport_error_attempts(scene.error), 2);
}
END_TEST

START_TEST(what_came_as_the_cancel_did_is_kept) {
  script_answer(&scene.script, 200, DESTINATION(ID_1, NOON))->delay_ms = 100;
  script_at(&scene.script, 100, trigger, NULL);
  ck_assert_int_eq(run(methods[_i]), LSEXPORT_OK);
}
END_TEST

START_TEST(a_refusal_that_came_as_the_cancel_did_is_kept) {
  script_answer(&scene.script, 400, "{\"detail\":\"no\"}")->delay_ms = 100;
  script_at(&scene.script, 100, trigger, NULL);
  ck_assert_int_eq(run(methods[_i]), LSEXPORT_ERR_REJECTED);
  ck_assert_int_eq(lsexport_error_applied(scene.error), NO);
}
END_TEST

START_TEST(nothing_is_repeated_once_cancelled) {
  script_answer(&scene.script, 503, "{}")->delay_ms = 100;
  script_at(&scene.script, 100, trigger, NULL);
  lsexport_status status = run(methods[_i]);
  ck_assert_uint_eq(scene.script.request_count, 1);
  if (methods[_i] == METHOD_POST)
    ck_assert_int_eq(status, LSEXPORT_ERR_UNAVAILABLE);
  else
    ck_assert_int_eq(status, LSEXPORT_ERR_CANCELLED);
  ck_assert_int_eq(lsexport_error_applied(scene.error), unknown_for_writes(methods[_i]));
}
END_TEST

START_TEST(one_token_ends_every_call_that_carries_it) {
  lsexport_cancel_trigger(cancel);
  lsexport_cancel_trigger(cancel);
  for (size_t i = 0; i < COUNT(methods); i++) ck_assert_int_eq(run(methods[i]), LSEXPORT_ERR_CANCELLED);
  ck_assert_int_eq(scene_list(&scene, call), LSEXPORT_ERR_CANCELLED);
  ck_assert_int_eq(scene_ensure(&scene, spec, call), LSEXPORT_ERR_CANCELLED);
  ck_assert_uint_eq(scene.script.request_count, 0);
  ck_assert_int_eq(lsexport_error_attempts(scene.error), 0);
}
END_TEST

/* ---- tick ---- */

struct ticks {
  int64_t at_ms[64];
  size_t count;
  size_t last; /* the one that answers non-zero; 0: none */
};

static int32_t tick(uintptr_t userdata) {
  struct ticks *ticks = (struct ticks *)userdata;
  ck_assert_uint_lt(ticks->count, COUNT(ticks->at_ms));
  ticks->at_ms[ticks->count++] = script_now(&scene.script);
  return ticks->count == ticks->last ? -1 : 0; /* any number but 0 */
}

static void assert_often_enough(const struct ticks *ticks, int64_t end) {
  int64_t before = 0;
  for (size_t i = 0; i < ticks->count; before = ticks->at_ms[i++]) ck_assert_int_le(ticks->at_ms[i] - before, 100);
  ck_assert_int_le(end - before, 100);
}

START_TEST(ticks_come_while_a_request_is_out) {
  struct ticks ticks = {.last = 0};
  lsexport_call_set_tick(call, tick, (uintptr_t)&ticks);
  script_answer(&scene.script, 200, DESTINATION(ID_1, NOON))->delay_ms = 1530;
  ck_assert_int_eq(run(methods[_i]), LSEXPORT_OK);
  ck_assert_uint_gt(ticks.count, 15);
  assert_often_enough(&ticks, 1530);
}
END_TEST

START_TEST(ticks_come_in_a_back_off) {
  struct ticks ticks = {.last = 0};
  lsexport_call_set_tick(call, tick, (uintptr_t)&ticks);
  script_answer(&scene.script, 429, "{}")->headers = "Retry-After: 2";
  script_answer(&scene.script, 200, DESTINATION(ID_1, NOON));
  ck_assert_int_eq(run(METHOD_GET), LSEXPORT_OK);
  assert_often_enough(&ticks, 2000);
  ck_assert_int_eq(script_request(&scene.script, 1)->at_ms, 2000); /* and change nothing */
}
END_TEST

START_TEST(a_tick_ends_the_call) {
  struct ticks ticks = {.last = 3};
  lsexport_call_set_tick(call, tick, (uintptr_t)&ticks);
  script_silence(&scene.script);
  ck_assert_int_eq(run(methods[_i]), LSEXPORT_ERR_CANCELLED);
  ck_assert_uint_eq(ticks.count, 3);
  ck_assert_int_eq(lsexport_error_applied(scene.error), unknown_for_writes(methods[_i]));
  lsexport_call_set_tick(call, NULL, 0);
  script_answer(&scene.script, 200, DESTINATION(ID_1, NOON));
  ck_assert_int_eq(run(methods[_i]), LSEXPORT_OK);
}
END_TEST

/* ---- between the elements of a list ---- */

static char *long_list(struct buf *body, int count) {
  buf_init(body, 16 << 20);
  buf_text(body, "[");
  for (int i = 0; i < count; i++) buf_text(body, i ? "," DESTINATION(ID_1, NOON) : DESTINATION(ID_1, NOON));
  buf_text(body, "]");
  return body->data;
}

START_TEST(a_cancel_is_looked_at_between_elements) {
  struct buf body;
  struct ticks ticks = {.last = 10};
  lsexport_call_set_tick(call, tick, (uintptr_t)&ticks);
  scene.script.glance_ms = 20; /* reading takes time */
  script_answer(&scene.script, 200, long_list(&body, 2000));
  ck_assert_int_eq(scene_list(&scene, call), LSEXPORT_ERR_CANCELLED);
  ck_assert_int_le(script_now(&scene.script), 10 * 100 + 100);
  buf_reset(&body);
}
END_TEST

START_TEST(the_deadline_is_looked_at_between_elements) {
  struct buf body;
  lsexport_call_set_timeout_ms(call, 3000);
  scene.script.glance_ms = 20;
  script_answer(&scene.script, 200, long_list(&body, 2000));
  ck_assert_int_eq(scene_list(&scene, call), LSEXPORT_ERR_TIMEOUT);
  ck_assert_int_le(script_now(&scene.script), 3500);
  ck_assert_uint_eq(scene.script.request_count, 1);
  buf_reset(&body);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("test_engine_ends");
  TCase *cases = add_cases(suite, "ends");
  int all = (int)COUNT(methods);
  tcase_add_checked_fixture(cases, setup, teardown);
  tcase_add_loop_test(cases, a_deadline_in_the_middle_of_an_attempt, 0, all);
  tcase_add_loop_test(cases, a_deadline_before_a_byte_has_left, 0, all);
  tcase_add_loop_test(cases, an_answer_at_the_very_deadline_counts, 0, all);
  tcase_add_test(cases, no_wait_goes_past_the_deadline);
  tcase_add_loop_test(cases, the_deadline_is_the_calls_own, 0, all);
  tcase_add_loop_test(cases, a_cancel_before_a_byte_has_left, 0, all);
  tcase_add_loop_test(cases, a_cancel_in_a_back_off, 0, all);
  tcase_add_loop_test(cases, a_cancel_in_a_back_off_of_what_never_left, 0, all);
  tcase_add_test(cases, a_cancel_in_a_second_attempt_remembers_the_first);
  tcase_add_loop_test(cases, what_came_as_the_cancel_did_is_kept, 0, all);
  tcase_add_loop_test(cases, a_refusal_that_came_as_the_cancel_did_is_kept, 0, all);
  tcase_add_loop_test(cases, nothing_is_repeated_once_cancelled, 0, all);
  tcase_add_test(cases, one_token_ends_every_call_that_carries_it);
  tcase_add_loop_test(cases, ticks_come_while_a_request_is_out, 0, all);
  tcase_add_test(cases, ticks_come_in_a_back_off);
  tcase_add_loop_test(cases, a_tick_ends_the_call, 0, all);
  tcase_add_test(cases, a_cancel_is_looked_at_between_elements);
  tcase_add_test(cases, the_deadline_is_looked_at_between_elements);
  return run_suite(suite);
}
