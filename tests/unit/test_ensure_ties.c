/* SPDX-License-Identifier: MIT */
/* ensure where a list names one destination twice, and where the whole call's time ends within the POST. */
#include "fixtures.h"

#define LIST(items) "[" items "]"

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

START_TEST(one_that_is_listed_twice_is_taken_once) {
  script_answer(&scene.script, 200, LIST(DESTINATION(ID_1, NOON) "," DESTINATION(ID_1, NOON)));
  ck_assert_int_eq(scene_ensure(&scene, spec, NULL), LSEXPORT_OK);
  ck_assert_str_eq(lsexport_destination_id(scene.destination), ID_1);
  ck_assert_int_eq(lsexport_destination_adopted(scene.destination), 1);
}
END_TEST

/* The first list took so long that the POST has less than its share: the call ends, not the POST alone. */
START_TEST(the_whole_deadline_within_the_post) {
  lsexport_call *call = NULL;
  lsexport_call_new(&call);
  lsexport_call_set_timeout_ms(call, 10000);
  script_answer(&scene.script, 200, LIST(""))->delay_ms = 5000;
  script_silence(&scene.script);
  ck_assert_int_eq(scene_ensure(&scene, spec, call), LSEXPORT_ERR_TIMEOUT);
  ck_assert_int_eq(lsexport_error_applied(scene.error), LSEXPORT_APPLIED_UNKNOWN);
  ck_assert_int_eq(script_now(&scene.script), 10000);
  ck_assert_uint_eq(script_count(&scene.script, METHOD_POST), 1);
  lsexport_call_free(call);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("test_ensure_ties");
  TCase *cases = add_cases(suite, "ties");
  tcase_add_checked_fixture(cases, setup, teardown);
  tcase_add_test(cases, one_that_is_listed_twice_is_taken_once);
  tcase_add_test(cases, the_whole_deadline_within_the_post);
  return run_suite(suite);
}
