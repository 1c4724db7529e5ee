/* SPDX-License-Identifier: MIT */
/* A check that has too little time, or is cancelled: what it says, and what it leaves. */
#include "check_scene.h"

#include "base/text.h"
#include "flow/check.h"
#include "net/engine.h"

#include <string.h>

/* ---- time ---- */

START_TEST(a_storage_that_never_answers_is_told_and_cleaned_up) {
  bucket.strange = ACT_PUT;
  bucket.answer = (struct scripted_outcome){.delay_ms = SCRIPT_NEVER, .sent = true};
  ck_assert_int_eq(check(), LSEXPORT_OK);
  ck_assert_int_eq(script_now(&stage.script), CHECK_STEP_TIMEOUT_MS);
  ck_assert(bucket.saw & ACT_DELETE); /* it may have been written */
  ck_assert_ptr_nonnull(strstr(lsexport_report_summary(told), "the endpoint did not answer in time"));
  ck_assert_uint_eq(lsexport_report_left_count(told), 0);
}
END_TEST

START_TEST(one_that_cannot_be_reached_in_time_leaves_nothing) {
  bucket.strange = ACT_PUT;
  bucket.answer = (struct scripted_outcome){.delay_ms = SCRIPT_NEVER};
  ck_assert_int_eq(check(), LSEXPORT_OK);
  ck_assert_int_eq(outcome_of(told, "tcp"), LSEXPORT_OUTCOME_FAILED);
  ck_assert_uint_eq(bucket.saw, ACT_PUT);
}
END_TEST

START_TEST(keeps_time_for_cleaning_up) {
  lsexport_call_set_timeout_ms(call, 8000);
  bucket.strange = ACT_HEAD | ACT_PUT_BELOW | ACT_CREATE;
  bucket.answer = (struct scripted_outcome){.delay_ms = SCRIPT_NEVER, .sent = true};
  ck_assert_int_eq(check(), LSEXPORT_OK);
  ck_assert_int_eq(script_now(&stage.script), 8000 - 8000 / CHECK_CLEANING_SHARE);
  ck_assert(!bucket.has_object && !bucket.has_object_below);
  ck_assert_int_ge(finding_of(told, "upload_left"), 0); /* its answer was lost */
}
END_TEST

/* What is left when the first answer comes is for cleaning up. */
START_TEST(begins_nothing_in_the_time_for_cleaning_up) {
  lsexport_call_set_timeout_ms(call, 8000);
  bucket.strange = ACT_PUT;
  bucket.answer = s3_error(200, "");
  bucket.answer.headers = "ETag: \"a\"";
  bucket.answer.delay_ms = 8000 - 8000 / CHECK_CLEANING_SHARE;
  ck_assert_int_eq(check(), LSEXPORT_OK);
  ck_assert_uint_eq(bucket.saw, ACT_PUT | ACT_DELETE);
  ck_assert_str_eq(reason_of(told, "head_object"), "the time was over");
}
END_TEST

START_TEST(says_what_is_known_when_the_time_is_over) {
  lsexport_call_set_timeout_ms(call, 8000);
  bucket.strange = ACT_ANY & ~ACT_PUT;
  bucket.answer = (struct scripted_outcome){.delay_ms = SCRIPT_NEVER, .sent = true};
  ck_assert_int_eq(check(), LSEXPORT_OK);
  ck_assert_int_eq(script_now(&stage.script), 8000);
  ck_assert_int_ge(finding_of(told, "out_of_time"), 0);
  ck_assert_uint_eq(lsexport_report_left_count(told), 2);
  ck_assert(bucket.has_object);
  ck_assert_str_eq(reason_of(told, "delete_object"), "the time was over");
}
END_TEST

START_TEST(no_time_at_all) {
  lsexport_call_set_timeout_ms(call, 1);
  bucket.strange = ACT_ANY;
  bucket.answer = (struct scripted_outcome){.delay_ms = SCRIPT_NEVER};
  ck_assert_int_eq(check(), LSEXPORT_OK);
  ck_assert_str_eq(lsexport_report_summary(told), "Not all could be tried with the bucket \"exports\".");
  ck_assert_int_eq(outcome_of(told, "put_object"), LSEXPORT_OUTCOME_SKIPPED);
  ck_assert_int_eq(outcome_of(told, "dns"), LSEXPORT_OUTCOME_SKIPPED); /* nobody knows */
}
END_TEST

/* An abort whose answer was lost may have done its work: the upload is not used for more. */
START_TEST(an_abort_that_was_lost_is_told) {
  bucket.strange = ACT_ABORT;
  bucket.answer = (struct scripted_outcome){.transfer = TRANSFER_BROKEN, .sent = true};
  ck_assert_int_eq(check(), LSEXPORT_OK);
  ck_assert_uint_eq(bucket.saw & (ACT_PART | ACT_COMPLETE), 0);
  ck_assert_int_ge(finding_of(told, "upload_left"), 0);
}
END_TEST

static void cancel_it(void *token) { lsexport_cancel_trigger(token); }

START_TEST(a_cancel_says_what_is_in_the_bucket) {
  lsexport_cancel *token = NULL;
  lsexport_cancel_new(&token);
  lsexport_call_set_cancel(call, token);
  script_at(&stage.script, 1000, cancel_it, token);
  bucket.strange = ACT_ANY & ~ACT_PUT;
  bucket.answer = (struct scripted_outcome){.delay_ms = SCRIPT_NEVER, .sent = true};
  ck_assert_int_eq(check(), LSEXPORT_ERR_CANCELLED);
  ck_assert_ptr_null(told);
  ck_assert_int_eq(script_now(&stage.script), 1000);
  const char *left = lsexport_error_fact(stage.error, "left_object");
  ck_assert(text_begins(left, "traces/tmp/lsexport-check-"));
  ck_assert(text_begins(lsexport_error_fact(stage.error, "left_object_below_prefix"), "traces/lsexport-check-"));
  ck_assert_ptr_nonnull(lsexport_error_fact(stage.error, "left_upload"));
  lsexport_cancel_free(token);
}
END_TEST

#define TICKS 20

static int32_t tick(uintptr_t count) { return ++*(int *)count == TICKS; }

START_TEST(a_tick_comes_often_and_ends_it) {
  int count = 0;
  lsexport_call_set_tick(call, tick, (uintptr_t)&count);
  bucket.strange = ACT_ANY & ~ACT_PUT;
  bucket.answer = (struct scripted_outcome){.delay_ms = SCRIPT_NEVER, .sent = true};
  ck_assert_int_eq(check(), LSEXPORT_ERR_CANCELLED);
  ck_assert_int_eq(count, TICKS);
  ck_assert_int_le(script_now(&stage.script), TICKS * TICK_INTERVAL_MS);
  ck_assert(text_begins(lsexport_error_fact(stage.error, "left_object"), "traces/tmp/lsexport-check-"));
}
END_TEST

START_TEST(a_cancel_before_anything_leaves_nothing) {
  lsexport_cancel *token = NULL;
  lsexport_cancel_new(&token);
  lsexport_cancel_trigger(token);
  lsexport_call_set_cancel(call, token);
  ck_assert_int_eq(check(), LSEXPORT_ERR_CANCELLED);
  ck_assert_ptr_null(lsexport_error_fact(stage.error, "left_object"));
  ck_assert_uint_eq(stage.script.request_count, 0);
  lsexport_cancel_free(token);
}
END_TEST

START_TEST(repeats_what_may_be_repeated) {
  bucket.strange = ACT_CREATE;
  bucket.answer = s3_error(503, XML("SlowDown", "Please reduce your request rate."));
  ck_assert_int_eq(check(), LSEXPORT_OK);
  ck_assert_uint_eq(script_count(&stage.script, METHOD_POST), 1); /* a second would leave an upload unknown */
  bucket.strange = ACT_PUT;
  script_free(&stage.script);
  ck_assert_int_eq(check(), LSEXPORT_OK);
  ck_assert_uint_eq(script_count(&stage.script, METHOD_PUT), 3);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("check_time");
  TCase *cases = add_cases(suite, "check");
  tcase_add_checked_fixture(cases, check_setup, check_teardown);
  tcase_add_test(cases, a_storage_that_never_answers_is_told_and_cleaned_up);
  tcase_add_test(cases, one_that_cannot_be_reached_in_time_leaves_nothing);
  tcase_add_test(cases, keeps_time_for_cleaning_up);
  tcase_add_test(cases, begins_nothing_in_the_time_for_cleaning_up);
  tcase_add_test(cases, says_what_is_known_when_the_time_is_over);
  tcase_add_test(cases, no_time_at_all);
  tcase_add_test(cases, an_abort_that_was_lost_is_told);
  tcase_add_test(cases, a_cancel_says_what_is_in_the_bucket);
  tcase_add_test(cases, a_tick_comes_often_and_ends_it);
  tcase_add_test(cases, a_cancel_before_anything_leaves_nothing);
  tcase_add_test(cases, repeats_what_may_be_repeated);
  return run_suite(suite);
}
