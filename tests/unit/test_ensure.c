/* SPDX-License-Identifier: MIT */
/* ensure over a scripted world: one POST at most, whatever happens, and never a stranger's destination. */
#include "fixtures.h"

#include <stdio.h>
#include <string.h>

#define LIST(items) "[" items "]"
#define OTHER_NAME DESTINATION_OF(ID_3, "Another", CONFIG, MORNING)
#define OTHER_PREFIX                                                                                 \
  DESTINATION_OF(ID_3, NAME,                                                                         \
                 "{\"prefix\":\"elsewhere\",\"bucket_name\":\"my_bucket\",\"region\":\"us-east-1\"," \
                 "\"include_bucket_in_prefix\":true}",                                               \
                 MORNING)
/* As a server says it that does not know s3_additional_kwargs. */
#define OLD_CONFIG \
  "{\"endpoint_url\":null,\"prefix\":\"data_exports\",\"bucket_name\":\"my_bucket\",\"region\":\"us-east-1\"}"

static struct scene scene;
static lsexport_destination_spec *spec;

static void setup(void) {
  scene_begin(&scene, NULL);
  spec = spec_aws();
}

static void teardown(void) {
  lsexport_destination_spec_free(spec);
  scene_end(&scene);
}

static void assert_made(const char *id, int adopted) {
  ck_assert_str_eq(lsexport_destination_id(scene.destination), id);
  ck_assert_int_eq(lsexport_destination_adopted(scene.destination), adopted);
}

static void assert_posts(size_t posts) { ck_assert_uint_eq(script_count(&scene.script, METHOD_POST), posts); }

START_TEST(adopts_an_equal_one) {
  script_answer(&scene.script, 200, LIST(OTHER_NAME "," OTHER_PREFIX "," DESTINATION(ID_1, NOON)));
  ck_assert_int_eq(scene_ensure(&scene, spec, NULL), LSEXPORT_OK);
  assert_made(ID_1, 1);
  ck_assert_uint_eq(lsexport_destination_surplus_count(scene.destination), 0);
  assert_posts(0);
}
END_TEST

START_TEST(adopts_the_oldest_then_the_smallest_id) {
  script_answer(&scene.script, 200,
                LIST(DESTINATION(ID_3, NOON) "," DESTINATION(ID_2, MORNING) "," DESTINATION(ID_1, MORNING)));
  ck_assert_int_eq(scene_ensure(&scene, spec, NULL), LSEXPORT_OK);
  assert_made(ID_1, 1);
  ck_assert_uint_eq(lsexport_destination_surplus_count(scene.destination), 2);
  ck_assert_str_eq(lsexport_destination_surplus_id(scene.destination, 0), ID_3);
  ck_assert_str_eq(lsexport_destination_surplus_id(scene.destination, 1), ID_2);
  ck_assert_ptr_null(lsexport_destination_surplus_id(scene.destination, 2));
  assert_posts(0);
}
END_TEST

START_TEST(creates_where_none_is_equal) {
  script_answer(&scene.script, 200, LIST(OTHER_NAME));
  script_answer(&scene.script, 200, DESTINATION(ID_1, NOON));
  script_answer(&scene.script, 200, LIST(OTHER_NAME "," DESTINATION(ID_1, NOON)));
  ck_assert_int_eq(scene_ensure(&scene, spec, NULL), LSEXPORT_OK);
  assert_made(ID_1, 0);
  assert_posts(1);
  ck_assert(script_request(&scene.script, 1)->own_connection);
}
END_TEST

START_TEST(loses_a_race_to_the_older_one) {
  script_answer(&scene.script, 200, LIST(""));
  script_answer(&scene.script, 200, DESTINATION(ID_2, NOON));
  script_answer(&scene.script, 200, LIST(DESTINATION(ID_2, NOON) "," DESTINATION(ID_1, MORNING)));
  ck_assert_int_eq(scene_ensure(&scene, spec, NULL), LSEXPORT_OK);
  assert_made(ID_1, 1);
  ck_assert_str_eq(lsexport_destination_surplus_id(scene.destination, 0), ID_2);
  assert_posts(1);
}
END_TEST

START_TEST(finds_what_a_lost_answer_made) {
  script_answer(&scene.script, 200, LIST(""));
  script_fail(&scene.script, TRANSFER_LOST, true);
  script_answer(&scene.script, 200, LIST(""));                      /* at once: not there yet */
  script_answer(&scene.script, 200, LIST(""));                      /* after 1 s */
  script_answer(&scene.script, 200, LIST(DESTINATION(ID_1, NOON))); /* after 2 s more */
  ck_assert_int_eq(scene_ensure(&scene, spec, NULL), LSEXPORT_OK);
  assert_made(ID_1, 1);
  assert_posts(1);
  ck_assert_int_eq(script_request(&scene.script, 3)->at_ms, 1000);
  ck_assert_int_eq(script_request(&scene.script, 4)->at_ms, 3000);
}
END_TEST

static const struct scripted_outcome *empty_lists_and_a_lost_post(void *context,
                                                                  const struct scripted_request *request) {
  static const struct scripted_outcome empty = {
      .transfer = TRANSFER_DONE, .http_status = 200, .body = "[]", .body_length = 2, .sent = true};
  static const struct scripted_outcome lost = {.transfer = TRANSFER_LOST, .sent = true};
  (void)context;
  return request->method == METHOD_POST ? &lost : &empty;
}

START_TEST(looks_until_the_deadline_and_says_unknown) {
  scene.script.respond = empty_lists_and_a_lost_post;
  ck_assert_int_eq(scene_ensure(&scene, spec, NULL), LSEXPORT_ERR_CONNECTION_LOST);
  ck_assert_int_eq(lsexport_error_applied(scene.error), LSEXPORT_APPLIED_UNKNOWN);
  ck_assert_int_eq(lsexport_error_retryable(scene.error), 1); /* an ensure doubles nothing */
  ck_assert_int_eq(script_now(&scene.script), 210000);
  assert_posts(1);
}
END_TEST

START_TEST(a_refused_post_ends_it) {
  script_answer(&scene.script, 200, LIST(""));
  script_answer(&scene.script, 400, "{\"detail\":\"Failed to validate S3 destination: Access Denied\"}");
  ck_assert_int_eq(scene_ensure(&scene, spec, NULL), LSEXPORT_ERR_ACCESS_DENIED);
  ck_assert_int_eq(lsexport_error_applied(scene.error), LSEXPORT_APPLIED_NO);
  ck_assert(strncmp(lsexport_error_message(scene.error), "destination ensure: access denied", 33) == 0);
  assert_posts(1);
}
END_TEST

START_TEST(a_post_is_not_repeated_on_429) {
  script_answer(&scene.script, 200, LIST(""));
  script_answer(&scene.script, 429, "{\"detail\":\"slow\"}")->headers = SCRIPT_JSON_HEADERS "\nRetry-After: 2";
  ck_assert_int_eq(scene_ensure(&scene, spec, NULL), LSEXPORT_ERR_RATE_LIMITED);
  ck_assert_int_eq(lsexport_error_retry_after_ms(scene.error), 2000);
  ck_assert_int_eq(lsexport_error_retryable(scene.error), 1);
  ck_assert_int_eq(script_now(&scene.script), 0);
  assert_posts(1);
}
END_TEST

START_TEST(a_failing_list_sends_no_post) {
  for (int i = 0; i < 3; i++) script_answer(&scene.script, 500, "{}");
  ck_assert_int_eq(scene_ensure(&scene, spec, NULL), LSEXPORT_ERR_SERVER);
  ck_assert_int_eq(lsexport_error_applied(scene.error), LSEXPORT_APPLIED_NO);
  ck_assert_int_eq(lsexport_error_attempts(scene.error), 3);
  assert_posts(0);
}
END_TEST

START_TEST(goes_on_looking_though_a_list_fails_after_the_post) {
  script_answer(&scene.script, 200, LIST(""));
  script_fail(&scene.script, TRANSFER_LOST, true);
  for (int i = 0; i < 3; i++) script_answer(&scene.script, 503, "");
  script_answer(&scene.script, 200, LIST(DESTINATION(ID_1, NOON)));
  ck_assert_int_eq(scene_ensure(&scene, spec, NULL), LSEXPORT_OK);
  assert_made(ID_1, 1);
  assert_posts(1);
}
END_TEST

START_TEST(what_was_created_is_returned_though_no_list_confirms_it) {
  script_answer(&scene.script, 200, LIST(""));
  script_answer(&scene.script, 200, DESTINATION(ID_1, NOON));
  script_answer(&scene.script, 401, "{\"detail\":\"Invalid token\"}");
  ck_assert_int_eq(scene_ensure(&scene, spec, NULL), LSEXPORT_OK);
  assert_made(ID_1, 0);
}
END_TEST

START_TEST(what_was_created_is_returned_though_the_list_shows_it_in_other_words) {
  script_answer(&scene.script, 200, LIST(""));
  script_answer(&scene.script, 200, DESTINATION(ID_1, NOON));
  script_answer(&scene.script, 200, LIST(OTHER_PREFIX));
  ck_assert_int_eq(scene_ensure(&scene, spec, NULL), LSEXPORT_OK);
  assert_made(ID_1, 0);
  ck_assert_int_eq(script_now(&scene.script), 0);
}
END_TEST

START_TEST(an_older_server_that_dropped_a_member_gets_no_post) {
  lsexport_destination_spec_set_checksum_algorithm(spec, "SHA256");
  script_answer(&scene.script, 200, LIST(DESTINATION_OF(ID_1, NAME, OLD_CONFIG, NOON)));
  ck_assert_int_eq(scene_ensure(&scene, spec, NULL), LSEXPORT_ERR_UNSUPPORTED_BY_SERVER);
  ck_assert_str_eq(lsexport_error_fact(scene.error, "member"), "s3_additional_kwargs");
  ck_assert_int_eq(lsexport_error_applied(scene.error), LSEXPORT_APPLIED_NO);
  assert_posts(0);
}
END_TEST

START_TEST(an_older_server_that_drops_a_member_of_our_post_is_told_with_its_id) {
  lsexport_destination_spec_set_checksum_algorithm(spec, "SHA256");
  script_answer(&scene.script, 200, LIST(""));
  script_answer(&scene.script, 200, DESTINATION_OF(ID_1, NAME, OLD_CONFIG, NOON));
  ck_assert_int_eq(scene_ensure(&scene, spec, NULL), LSEXPORT_ERR_UNSUPPORTED_BY_SERVER);
  ck_assert_int_eq(lsexport_error_applied(scene.error), LSEXPORT_APPLIED_YES);
  ck_assert_str_eq(lsexport_error_fact(scene.error, "destination_id"), ID_1);
  assert_posts(1);
}
END_TEST

START_TEST(an_older_server_without_include_bucket_always_included_it) {
  script_answer(&scene.script, 200, LIST(DESTINATION_OF(ID_1, NAME, OLD_CONFIG, NOON)));
  ck_assert_int_eq(scene_ensure(&scene, spec, NULL), LSEXPORT_OK);
  assert_made(ID_1, 1);
}
END_TEST

START_TEST(the_post_has_its_own_share_of_the_time) {
  script_answer(&scene.script, 200, LIST(""));
  script_silence(&scene.script);
  script_answer(&scene.script, 200, LIST(DESTINATION(ID_1, NOON)));
  ck_assert_int_eq(scene_ensure(&scene, spec, NULL), LSEXPORT_OK);
  assert_made(ID_1, 1);
  ck_assert_int_eq(script_request(&scene.script, 2)->at_ms, 147000); /* 70 percent of 210 s */
  ck_assert(script_request(&scene.script, 1)->aborted);
  assert_posts(1);
}
END_TEST

static void trigger(void *cancel) { lsexport_cancel_trigger(cancel); }

START_TEST(a_cancel_while_the_post_is_out_says_unknown) {
  lsexport_cancel *cancel;
  lsexport_call *call;
  lsexport_cancel_new(&cancel);
  lsexport_call_new(&call);
  lsexport_call_set_cancel(call, cancel);
  script_answer(&scene.script, 200, LIST(""));
  script_silence(&scene.script);
  script_at(&scene.script, 500, trigger, cancel);
  ck_assert_int_eq(scene_ensure(&scene, spec, call), LSEXPORT_ERR_CANCELLED);
  ck_assert_int_eq(lsexport_error_applied(scene.error), LSEXPORT_APPLIED_UNKNOWN);
  ck_assert_int_eq(script_now(&scene.script), 500);
  assert_posts(1);
  lsexport_call_free(call);
  lsexport_cancel_free(cancel);
}
END_TEST

START_TEST(a_cancel_once_it_was_made_returns_what_was_made) {
  lsexport_cancel *cancel;
  lsexport_call *call;
  lsexport_cancel_new(&cancel);
  lsexport_call_new(&call);
  lsexport_call_set_cancel(call, cancel);
  script_answer(&scene.script, 200, LIST(""));
  script_answer(&scene.script, 200, DESTINATION(ID_1, NOON));
  script_silence(&scene.script);
  script_at(&scene.script, 500, trigger, cancel);
  ck_assert_int_eq(scene_ensure(&scene, spec, call), LSEXPORT_OK);
  assert_made(ID_1, 0);
  lsexport_call_free(call);
  lsexport_cancel_free(cancel);
}
END_TEST

START_TEST(an_unreadable_answer_to_the_post_is_looked_for) {
  script_answer(&scene.script, 200, LIST(""));
  script_answer(&scene.script, 200, "{\"id\":");
  script_answer(&scene.script, 200, LIST(DESTINATION(ID_1, NOON)));
  ck_assert_int_eq(scene_ensure(&scene, spec, NULL), LSEXPORT_OK);
  assert_made(ID_1, 1);
  assert_posts(1);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("test_ensure");
  TCase *cases = add_cases(suite, "ensure");
  tcase_add_checked_fixture(cases, setup, teardown);
  tcase_add_test(cases, adopts_an_equal_one);
  tcase_add_test(cases, adopts_the_oldest_then_the_smallest_id);
  tcase_add_test(cases, creates_where_none_is_equal);
  tcase_add_test(cases, loses_a_race_to_the_older_one);
  tcase_add_test(cases, finds_what_a_lost_answer_made);
  tcase_add_test(cases, looks_until_the_deadline_and_says_unknown);
  tcase_add_test(cases, a_refused_post_ends_it);
  tcase_add_test(cases, a_post_is_not_repeated_on_429);
  tcase_add_test(cases, a_failing_list_sends_no_post);
  tcase_add_test(cases, goes_on_looking_though_a_list_fails_after_the_post);
  tcase_add_test(cases, what_was_created_is_returned_though_no_list_confirms_it);
  tcase_add_test(cases, what_was_created_is_returned_though_the_list_shows_it_in_other_words);
  tcase_add_test(cases, an_older_server_that_dropped_a_member_gets_no_post);
  tcase_add_test(cases, an_older_server_that_drops_a_member_of_our_post_is_told_with_its_id);
  tcase_add_test(cases, an_older_server_without_include_bucket_always_included_it);
  tcase_add_test(cases, the_post_has_its_own_share_of_the_time);
  tcase_add_test(cases, a_cancel_while_the_post_is_out_says_unknown);
  tcase_add_test(cases, a_cancel_once_it_was_made_returns_what_was_made);
  tcase_add_test(cases, an_unreadable_answer_to_the_post_is_looked_for);
  return run_suite(suite);
}
