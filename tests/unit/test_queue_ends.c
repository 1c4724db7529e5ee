/* SPDX-License-Identifier: MIT */
/* What ends the calls of a queue, and the waiting for them: cancels, tokens, closing, freeing. */
#include "queue_scene.h"

#include <string.h>

/* ---- cancel and close ---- */

START_TEST(a_cancel_ends_one_call) {
  lsexport_destination_spec *spec = spec_aws();
  for (uint64_t id = 1; id <= LIMIT; id++) {
    lsexport_call *call = call_for(id);
    script_silence(&scene.script);
    ck_assert_int_eq(lsexport_destination_create(scene.client, spec, call, NULL, NULL), LSEXPORT_OK);
    lsexport_call_free(call);
  }
  submit_get(9); /* waits for its turn */
  ck_assert_uint_eq(wait_ms(0), 0);
  lsexport_queue_cancel(queue, 2);
  lsexport_queue_cancel(queue, 2);
  lsexport_queue_cancel(queue, 9);
  lsexport_queue_cancel(queue, 2 + 1024); /* in the same bucket as 2 */
  ck_assert(is_readable());
  ck_assert_uint_eq(wait_ms(-1), 2);
  ck_assert_int_eq(script_now(&scene.script), 0);
  for (size_t i = 0; i < 2; i++) {
    ck_assert_int_eq(status_at(i), LSEXPORT_ERR_CANCELLED);
    ck_assert_int_eq(lsexport_error_applied(error_at(i)),
                     id_at(i) == 2 ? LSEXPORT_APPLIED_UNKNOWN : LSEXPORT_APPLIED_NO);
    ck_assert_int_eq(lsexport_error_attempts(error_at(i)), id_at(i) == 2);
  }
  lsexport_queue_cancel(queue, 2); /* long gone */
  ck_assert(!is_readable());
  lsexport_queue_close(queue);
  ck_assert_uint_eq(wait_ms(-1), LIMIT - 1);
  ck_assert_uint_eq(scene.script.request_count, LIMIT);
  lsexport_destination_spec_free(spec);
}
END_TEST

START_TEST(a_cancel_before_its_turn_sends_nothing) {
  submit_get(3);
  lsexport_queue_cancel(queue, 3);
  ck_assert_uint_eq(wait_ms(-1), 1);
  ck_assert_int_eq(status_at(0), LSEXPORT_ERR_CANCELLED);
  ck_assert_uint_eq(scene.script.request_count, 0);
}
END_TEST

static void cancel_three(void *context) {
  (void)context;
  lsexport_queue_cancel(queue, 3);
}

/* The answer and the cancel come in the same instant, and what has come is not thrown away. */
START_TEST(an_answer_that_has_come_counts) {
  script_answer(&scene.script, 200, DESTINATION(ID_1, NOON))->delay_ms = 40;
  script_at(&scene.script, 40, cancel_three, NULL);
  submit_get(3);
  ck_assert_uint_eq(wait_ms(-1), 1);
  ck_assert_int_eq(status_at(0), LSEXPORT_OK);
}
END_TEST

/* The same id twice: one cancel, two completions. */
START_TEST(an_id_may_stand_for_several) {
  script_silence(&scene.script);
  script_silence(&scene.script);
  submit_get(3);
  submit_get(3);
  ck_assert_uint_eq(wait_ms(0), 0);
  lsexport_queue_cancel(queue, 3);
  ck_assert_uint_eq(wait_ms(-1), 2);
}
END_TEST

START_TEST(a_closed_queue_hands_out_all) {
  script_silence(&scene.script);
  submit_get(1);
  ck_assert_uint_eq(wait_ms(0), 0);
  submit_get(2);
  lsexport_queue_close(queue);
  lsexport_queue_close(queue);
  ck_assert_uint_eq(wait_ms(-1), 2);
  for (size_t i = 0; i < 2; i++) ck_assert_int_eq(status_at(i), LSEXPORT_ERR_CANCELLED);
  ck_assert_uint_eq(lsexport_queue_count(queue), 0);
  ck_assert_uint_eq(wait_ms(-1), 0);
}
END_TEST

static int looks;
static int64_t (*clock_before)(void *context);

/* Cancels at the third look at the clock after the answer has come: it is being read then. */
static int64_t cancel_at_a_look(void *context) {
  if (scene.script.request_count && scene.script.requests[0].ended_ms >= 0 && ++looks == 3) cancel_three(NULL);
  return clock_before(context);
}

START_TEST(a_cancel_ends_the_reading_of_a_list) {
  looks = 0;
  clock_before = scene.script.world.now_ms;
  scene.script.world.now_ms = cancel_at_a_look;
  script_answer(&scene.script, 200,
                "[" DESTINATION(ID_1, NOON) "," DESTINATION(ID_1, NOON) "," DESTINATION(ID_1, NOON) "," DESTINATION(
                    ID_1, NOON) "," DESTINATION(ID_1, NOON) "," DESTINATION(ID_1, NOON) "]")
      ->delay_ms = 10;
  lsexport_call *call = call_for(3);
  ck_assert_int_eq(lsexport_destination_list(scene.client, call, NULL, NULL), LSEXPORT_OK);
  lsexport_call_free(call);
  ck_assert_uint_eq(wait_ms(-1), 1);
  ck_assert_int_eq(status_at(0), LSEXPORT_ERR_CANCELLED);
}
END_TEST

static void trigger(void *context) { lsexport_cancel_trigger(context); }

START_TEST(a_token_ends_all_that_carry_it) {
  lsexport_cancel *cancel = NULL;
  lsexport_cancel_new(&cancel);
  for (uint64_t id = 1; id <= LIMIT; id++) {
    lsexport_call *call = call_for(id);
    if (id > 1) lsexport_call_set_cancel(call, cancel);
    if (id < LIMIT) script_silence(&scene.script);
    ck_assert_int_eq(lsexport_destination_get(scene.client, ID_1, call, NULL, NULL), LSEXPORT_OK);
    if (id == LIMIT - 1) ck_assert_uint_eq(wait_ms(0), 0);
    lsexport_call_free(call);
  }
  script_silence(&scene.script);
  script_at(&scene.script, 70, trigger, cancel);
  ck_assert_uint_eq(wait_ms(-1), LIMIT - 1);
  ck_assert_int_eq(script_now(&scene.script), 70);
  for (size_t i = 0; i < LIMIT - 1; i++) {
    ck_assert_uint_ne(id_at(i), 1);
    ck_assert_int_eq(status_at(i), LSEXPORT_ERR_CANCELLED);
  }
  lsexport_call *call = call_for(8); /* it stays triggered */
  lsexport_call_set_cancel(call, cancel);
  ck_assert_int_eq(lsexport_destination_get(scene.client, ID_1, call, NULL, NULL), LSEXPORT_OK);
  lsexport_call_free(call);
  lsexport_cancel_free(cancel);
  ck_assert_uint_eq(wait_ms(-1), 1);
  ck_assert_uint_eq(id_at(0), 8);
  ck_assert_int_eq(lsexport_error_attempts(error_at(0)), 0);
}
END_TEST

START_TEST(a_token_that_cannot_be_watched) {
  lsexport_cancel *cancel = NULL;
  lsexport_cancel_new(&cancel);
  lsexport_call *call = call_for(1);
  lsexport_call_set_cancel(call, cancel);
  scene.script.cannot_watch = true;
  ck_assert_int_eq(lsexport_queue_wait(queue, 0, call, &completions, NULL), LSEXPORT_ERR_NO_MEMORY);
  ck_assert_int_eq(lsexport_destination_get(scene.client, ID_1, call, NULL, NULL), LSEXPORT_OK);
  ck_assert_uint_eq(wait_ms(-1), 1);
  ck_assert_int_eq(status_at(0), LSEXPORT_ERR_NO_MEMORY);
  ck_assert_uint_eq(scene.script.request_count, 0);
  lsexport_call_free(call);
  lsexport_cancel_free(cancel);
}
END_TEST

/* ---- a wait that is ended from outside ---- */

static int32_t count_ticks(uintptr_t userdata) {
  int *ticks = (int *)userdata; /* NOLINT(performance-no-int-to-ptr) */
  return ++*ticks == 3;
}

START_TEST(a_wait_can_be_ended) {
  int ticks = 0;
  lsexport_call *call = NULL;
  lsexport_cancel *cancel = NULL;
  lsexport_error *error = NULL;
  lsexport_call_new(&call);
  lsexport_cancel_new(&cancel);
  script_silence(&scene.script);
  submit_get(1);
  lsexport_call_set_tick(call, count_ticks, (uintptr_t)&ticks);
  ck_assert_int_eq(lsexport_queue_wait(queue, -1, call, &completions, &error), LSEXPORT_ERR_CANCELLED);
  ck_assert_int_le(script_now(&scene.script), 3 * 100);
  ck_assert_int_eq(ticks, 3);
  ck_assert_ptr_null(completions);
  lsexport_error_free(error);
  ck_assert_int_eq(lsexport_queue_wait(queue, 10, call, &completions, NULL), LSEXPORT_OK); /* less than a tick */
  ck_assert_ptr_null(completions);
  int64_t now = script_now(&scene.script);
  lsexport_call_set_tick(call, NULL, 0);
  lsexport_call_set_cancel(call, cancel);
  script_at(&scene.script, now + 70, trigger, cancel);
  ck_assert_int_eq(lsexport_queue_wait(queue, -1, call, &completions, NULL), LSEXPORT_ERR_CANCELLED);
  ck_assert_int_eq(script_now(&scene.script), now + 70);
  ck_assert_uint_eq(lsexport_queue_count(queue), 1);
  lsexport_cancel_free(cancel);
  lsexport_call_free(call);
  ck_assert_uint_eq(wait_ms(-1), 1); /* it went on all the while */
  ck_assert_int_eq(status_at(0), LSEXPORT_ERR_TIMEOUT);
}
END_TEST

static void wait_within(void *context) {
  lsexport_status *status = context;
  lsexport_completions *none = NULL;
  *status = lsexport_queue_wait(queue, 0, NULL, &none, NULL);
}

START_TEST(one_waits_at_a_time) {
  lsexport_status status = LSEXPORT_OK;
  script_answer(&scene.script, 200, DESTINATION(ID_1, NOON))->delay_ms = 20;
  script_at(&scene.script, 10, wait_within, &status);
  submit_get(1);
  ck_assert_uint_eq(wait_ms(-1), 1);
  ck_assert_int_eq(status, LSEXPORT_ERR_INVALID_STATE);
}
END_TEST

/* ---- its end ---- */

START_TEST(a_queue_is_freed_in_the_middle) {
  script_silence(&scene.script);
  submit_get(1);
  ck_assert_uint_eq(wait_ms(0), 0);
  submit_get(2);
  lsexport_call *call = call_for(3); /* outlives its queue */
  lsexport_queue_free(queue);
  ck_assert(script_request(&scene.script, 0)->aborted);
  ck_assert_int_eq(lsexport_destination_get(scene.client, ID_1, call, NULL, NULL), LSEXPORT_ERR_INVALID_STATE);
  lsexport_call_free(call);
  queue = NULL;
  scene.script.watched_count = 1;
}
END_TEST

int main(void) {
  Suite *suite = suite_create("test_queue_ends");
  TCase *cases = add_cases(suite, "queue");
  tcase_add_checked_fixture(cases, queue_setup, queue_teardown);
  tcase_add_test(cases, a_cancel_ends_one_call);
  tcase_add_test(cases, a_cancel_before_its_turn_sends_nothing);
  tcase_add_test(cases, an_answer_that_has_come_counts);
  tcase_add_test(cases, an_id_may_stand_for_several);
  tcase_add_test(cases, a_cancel_ends_the_reading_of_a_list);
  tcase_add_test(cases, a_closed_queue_hands_out_all);
  tcase_add_test(cases, a_token_ends_all_that_carry_it);
  tcase_add_test(cases, a_token_that_cannot_be_watched);
  tcase_add_test(cases, a_wait_can_be_ended);
  tcase_add_test(cases, one_waits_at_a_time);
  tcase_add_test(cases, a_queue_is_freed_in_the_middle);
  return run_suite(suite);
}
