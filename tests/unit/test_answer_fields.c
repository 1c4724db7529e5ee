/* SPDX-License-Identifier: MIT */
/* The fields of a 422: where they are, what they say, and that what was sent stays behind. */
#include "fixtures.h"

#include "error/error.h"

#include <stdio.h>
#include <string.h>

#define CANARY "canary-9f3e"

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

static void refused(const char *body) {
  script_answer(&scene.script, 422, body);
  ck_assert_int_eq(scene_create(&scene, spec, NULL), LSEXPORT_ERR_VALIDATION);
  ck_assert_int_eq(lsexport_error_http_status(scene.error), 422);
  ck_assert_int_eq(lsexport_error_applied(scene.error), LSEXPORT_APPLIED_NO);
  ck_assert_int_eq(lsexport_error_retryable(scene.error), 0);
  assert_error_never_says(scene.error, CANARY);
}

/* ---- one field ---- */

static const struct {
  const char *loc;
  const char *path;
} paths[] = {
    {"[\"body\",\"display_name\"]", "display_name"},
    {"[\"body\",\"config\",\"bucket_name\"]", "config.bucket_name"},
    {"[\"body\",\"credentials\",\"access_key_id\"]", "credentials.access_key_id"},
    {"[\"path\",\"destination_id\"]", "path.destination_id"},
    {"[\"query\",\"limit\"]", "query.limit"},
    {"[\"body\"]", "body"},
    {"[\"body\",17]", "[17]"},
    {"[\"body\",\"list\",0,\"name\"]", "list[0].name"},
    {"[\"body\",\"list\",-1]", "list[-1]"},
    {"[\"body\",\"body\"]", "body"},
    {"[\"config\",\"body\"]", "config.body"},
    {"[]", ""},
    {"[null,{},\"x\",true]", "x"},
    {"\"text\"", ""},
    {"null", ""},
    {"7", ""},
};

START_TEST(each_location) {
  char body[512];
  snprintf(body, sizeof body,
           "{\"detail\":[{\"type\":\"missing\",\"loc\":%s,\"msg\":\"Field required\",\"input\":\"" CANARY "\"}]}",
           paths[_i].loc);
  refused(body);
  ck_assert_uint_eq(lsexport_error_field_count(scene.error), 1);
  ck_assert_str_eq(lsexport_error_field_path(scene.error, 0), paths[_i].path);
  ck_assert_str_eq(lsexport_error_field_message(scene.error, 0), "Field required");
  ck_assert_ptr_nonnull(strstr(lsexport_error_message(scene.error), "Field required"));
}
END_TEST

/* ---- what was sent stays behind ---- */

/* pydantic's answers, of which "input" holds parts of the request, and "ctx" may. */
static const char *const echoes[] = {
    "{\"detail\":[{\"type\":\"missing\",\"loc\":[\"body\",\"credentials\",\"access_key_id\"],\"msg\":\"Field "
    "required\","
    "\"input\":{\"secret_access_key\":\"" CANARY "\"}}]}",
    "{\"detail\":[{\"type\":\"model_attributes_type\",\"loc\":[\"body\"],\"msg\":\"Input should be a valid dictionary "
    "or "
    "object to extract fields from\",\"input\":\"{\\\"credentials\\\":{\\\"secret_access_key\\\":\\\"" CANARY
    "\\\"}}\"}]}",
    "{\"detail\":[{\"type\":\"json_invalid\",\"loc\":[\"body\",12],\"msg\":\"JSON decode error\",\"input\":{},\"ctx\":"
    "{\"error\":\"" CANARY "\"}}]}",
    "{\"detail\":[{\"type\":\"string_type\",\"loc\":[\"body\",\"display_name\"],\"msg\":\"Input should be a valid "
    "string\","
    "\"input\":[\"" CANARY "\"],\"url\":\"https://errors.pydantic.dev/" CANARY "\"}],\"body\":{\"x\":\"" CANARY "\"}}",
};

START_TEST(what_was_sent_stays_behind) {
  refused(echoes[_i]);
  ck_assert_uint_eq(lsexport_error_field_count(scene.error), 1);
  ck_assert_str_eq(lsexport_error_server_text(scene.error), "");
}
END_TEST

START_TEST(a_secret_within_path_and_message_is_removed) {
  refused("{\"detail\":[{\"loc\":[\"body\",\"canary/secret+\\\"\\\\%value=\"],\"msg\":\"Value error, got '" KEY_ID
          "' and canary/secret+\\\"\\\\%value=\\u001b[0m\"}]}");
  ck_assert_str_eq(lsexport_error_field_path(scene.error, 0), "[removed]");
  ck_assert_str_eq(lsexport_error_field_message(scene.error, 0), "Value error, got '[removed]' and [removed] [0m");
}
END_TEST

/* ---- many, none, and odd ones ---- */

START_TEST(all_of_them_in_order) {
  refused("{\"detail\":[{\"loc\":[\"body\",\"display_name\"],\"msg\":\"one\"},{\"loc\":[\"body\",\"config\","
          "\"bucket_name\"],\"msg\":\"two\"},{\"loc\":[\"body\",\"config\",\"bucket_name\"],\"msg\":\"three\"}]}");
  ck_assert_uint_eq(lsexport_error_field_count(scene.error), 3);
  ck_assert_str_eq(lsexport_error_field_message(scene.error, 0), "one");
  ck_assert_str_eq(lsexport_error_field_message(scene.error, 2), "three");
  ck_assert_ptr_nonnull(strstr(lsexport_error_message(scene.error),
                               "display_name: one; config.bucket_name: two; config.bucket_name: three"));
}
END_TEST

static const struct {
  const char *body;
  size_t fields;
} odd[] = {
    {"{\"detail\":[]}", 0},
    {"{\"detail\":[null,7,\"x\",[]]}", 0},
    {"{\"detail\":[{}]}", 0},
    {"{\"detail\":[{\"loc\":[\"body\",\"a\"]}]}", 0}, /* nothing to say */
    {"{\"detail\":[{\"loc\":[\"body\",\"a\"],\"msg\":7}]}", 0},
    {"{\"detail\":[{\"msg\":\"m\"}]}", 1},
    {"{\"detail\":[{\"msg\":\"m\"},{}]}", 1},
    {"{\"detail\":{\"loc\":[\"a\"],\"msg\":\"m\"}}", 0},
    {"{\"detail\":\"text\"}", 0},
    {"{}", 0},
    {"[]", 0},
    {"", 0},
    {"{\"detail\":[{\"msg\":\"m\"}", 0}, /* cut */
};

START_TEST(odd_bodies) {
  refused(odd[_i].body);
  ck_assert_uint_eq(lsexport_error_field_count(scene.error), odd[_i].fields);
}
END_TEST

START_TEST(more_than_are_kept) {
  struct buf body;
  buf_init(&body, 1 << 20);
  buf_text(&body, "{\"detail\":[{\"msg\":\"m\"}");
  for (int i = 0; i < 5000; i++) buf_text(&body, ",{\"loc\":[\"body\",\"x\"],\"msg\":\"m\"}");
  buf_text(&body, "]}");
  refused(buf_string(&body));
  ck_assert_uint_eq(lsexport_error_field_count(scene.error), ERROR_FIELDS_MAX);
  ck_assert_ptr_nonnull(strstr(lsexport_error_message(scene.error), "; and more"));
  buf_reset(&body);
}
END_TEST

START_TEST(a_long_path_is_cut) {
  struct buf body;
  buf_init(&body, 1 << 20);
  buf_text(&body, "{\"detail\":[{\"loc\":[\"body\"");
  for (int i = 0; i < 1000; i++) buf_text(&body, ",\"abcdefghij\",7");
  buf_text(&body, "],\"msg\":\"m\"}]}");
  refused(buf_string(&body));
  ck_assert_uint_eq(lsexport_error_field_count(scene.error), 1);
  ck_assert_uint_lt(strlen(lsexport_error_field_path(scene.error, 0)), ERROR_TEXT_MAX);
  ck_assert(strncmp(lsexport_error_field_path(scene.error, 0), "abcdefghij[7].abcdefghij[7]", 27) == 0);
  buf_reset(&body);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("test_answer_fields");
  TCase *cases = add_cases(suite, "fields");
  tcase_add_checked_fixture(cases, setup, teardown);
  tcase_add_loop_test(cases, each_location, 0, (int)COUNT(paths));
  tcase_add_loop_test(cases, what_was_sent_stays_behind, 0, (int)COUNT(echoes));
  tcase_add_test(cases, a_secret_within_path_and_message_is_removed);
  tcase_add_test(cases, all_of_them_in_order);
  tcase_add_loop_test(cases, odd_bodies, 0, (int)COUNT(odd));
  tcase_add_test(cases, more_than_are_kept);
  tcase_add_test(cases, a_long_path_is_cut);
  return run_suite(suite);
}
