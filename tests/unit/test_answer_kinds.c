/* SPDX-License-Identifier: MIT */
/* Answers between the kinds: empty where something should be, a bucket's words without LangSmith's, and refusals that
 * say nothing. */
#include "fixtures.h"

static struct scene scene;
static lsexport_destination_spec *spec;

static void setup(void) {
  static const char *const once[][2] = {{"max_attempts", "1"}, {NULL, NULL}};
  scene_begin(&scene, once);
  spec = spec_aws();
}

static void teardown(void) {
  lsexport_destination_spec_free(spec);
  scene_end(&scene);
}

static const struct {
  int http_status;
  lsexport_status status;
} empty[] = {{200, LSEXPORT_ERR_CONNECTION_LOST}, {204, LSEXPORT_ERR_PROTOCOL}, {205, LSEXPORT_ERR_PROTOCOL}};

/* Without a length nothing tells an empty answer from a lost one, but for a status that promises nothing. */
START_TEST(an_empty_answer_without_a_length) {
  script_answer(&scene.script, empty[_i].http_status, "")->headers = "Content-Type: application/json";
  ck_assert_int_eq(scene_get(&scene, ID_1, NULL), empty[_i].status);
}
END_TEST

static const struct {
  const char *body;
  lsexport_status status;
} refusals[] = {
    {"{\"detail\":\"The specified bucket does not exist\"}", LSEXPORT_ERR_BUCKET_NOT_VALID},
    {"{\"detail\":\"Please reduce your request rate.\"}", LSEXPORT_ERR_REJECTED},
    {"{\"detail\":\"The request signature we calculated does not match\"}", LSEXPORT_ERR_REJECTED},
    {"{\"detail\":\"no\"}", LSEXPORT_ERR_REJECTED},
    {"{\"detail\":[]}", LSEXPORT_ERR_REJECTED},
    {"{}", LSEXPORT_ERR_REJECTED},
    {"[]", LSEXPORT_ERR_REJECTED},
};

/* Only the documented failures are believed where LangSmith does not say that they are the bucket's. */
START_TEST(a_400_that_does_not_name_the_bucket) {
  script_answer(&scene.script, 400, refusals[_i].body);
  ck_assert_int_eq(scene_create(&scene, spec, NULL), refusals[_i].status);
}
END_TEST

START_TEST(getters_of_nothing) {
  ck_assert_int_eq(lsexport_destination_include_bucket_in_prefix(NULL), 0);
  script_answer(&scene.script, 200,
                "{\"id\":\"" ID_1 "\",\"display_name\":\"x\",\"config\":{\"include_bucket_in_prefix\":false}}");
  ck_assert_int_eq(scene_get(&scene, ID_1, NULL), LSEXPORT_OK);
  ck_assert_int_eq(lsexport_destination_include_bucket_in_prefix(scene.destination), 0);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("test_answer_kinds");
  TCase *cases = add_cases(suite, "kinds");
  tcase_add_checked_fixture(cases, setup, teardown);
  tcase_add_loop_test(cases, an_empty_answer_without_a_length, 0, (int)COUNT(empty));
  tcase_add_loop_test(cases, a_400_that_does_not_name_the_bucket, 0, (int)COUNT(refusals));
  tcase_add_test(cases, getters_of_nothing);
  return run_suite(suite);
}
