/* SPDX-License-Identifier: MIT */
/* A report: what goes in comes out by getters, as JSON and as text. */
#include "fixtures.h"

#include "base/mem.h"
#include "base/text.h"
#include "storage/report.h"

#include <string.h>

static lsexport_report *report;

static void setup(void) {
  report = report_new();
  report_set_summary(report, "Not yet.");
}
static void teardown(void) { lsexport_report_free(report); }

static void finish(void) { ck_assert_ptr_null(report_finish(report)); }

static void add_finding(int32_t severity, const char *code, const char *field) {
  report_add_finding(report, severity, code, field, "is so", "Make it otherwise.");
}

static struct address some_address(void) {
  struct address address = {.https = true, .virtual_hosted = true};
  strcpy(address.host, "exp.s3.example.com");
  strcpy(address.signing_region, "eu-west-1");
  address.base_path = mem_text("", 0);
  address.bucket = mem_text("exp", 3);
  address.key_prefix = mem_text("data/", 5);
  return address;
}

START_TEST(findings_stand_worst_first_then_by_field) {
  static const char *const order[] = {"c", "d", "a", "f", "b", "e", "g"};
  add_finding(LSEXPORT_SEVERITY_WARNING, "a", "display_name");
  add_finding(LSEXPORT_SEVERITY_NOTE, "b", "config.prefix");
  add_finding(LSEXPORT_SEVERITY_ERROR, "c", "config.bucket_name");
  add_finding(LSEXPORT_SEVERITY_ERROR, "d", "config.s3_additional_kwargs.ACL");
  add_finding(LSEXPORT_SEVERITY_NOTE, "e", "config.other");
  add_finding(LSEXPORT_SEVERITY_WARNING, "f", "credentials.session_token");
  add_finding(LSEXPORT_SEVERITY_NOTE, "g", "credentials");
  finish();
  ck_assert_uint_eq(lsexport_report_finding_count(report), COUNT(order));
  for (size_t i = 0; i < COUNT(order); i++) ck_assert_str_eq(lsexport_report_finding_code(report, i), order[i]);
  ck_assert_int_eq(lsexport_report_finding_severity(report, 0), LSEXPORT_SEVERITY_ERROR);
  ck_assert_str_eq(lsexport_report_finding_field(report, 0), "config.bucket_name");
  ck_assert_str_eq(lsexport_report_finding_reason(report, 0), "is so");
  ck_assert_str_eq(lsexport_report_finding_remedy(report, 0), "Make it otherwise.");
}
END_TEST

START_TEST(findings_beyond_the_most_are_counted) {
  for (int i = 0; i < REPORT_FINDINGS_MAX + 3; i++) add_finding(LSEXPORT_SEVERITY_NOTE, "a", "config");
  finish();
  ck_assert_uint_eq(lsexport_report_finding_count(report), REPORT_FINDINGS_MAX);
  ck_assert_ptr_nonnull(strstr(lsexport_report_text(report), "\nand 3 findings more\n"));
  ck_assert_ptr_nonnull(strstr(lsexport_report_json(report), "\"findings_left_out\":3"));
}
END_TEST

static void fill_check(void) {
  struct address address = some_address();
  struct report_step passed = {"put", LSEXPORT_OUTCOME_PASSED, NULL, 200, NULL, 12345};
  struct report_step failed = {"delete", LSEXPORT_OUTCOME_FAILED, "not allowed", 403, "AccessDenied", 1000};
  struct report_step clock = {"clock", LSEXPORT_OUTCOME_PASSED, "+1 s", 0, NULL, 0};
  struct report_step skipped = {"abort", LSEXPORT_OUTCOME_SKIPPED, "nothing to abort", 0, NULL, 0};
  report_set_address(report, &address, NULL);
  address_free(&address);
  add_finding(LSEXPORT_SEVERITY_WARNING, "a", "config");
  size_t put = report_add_permission(report, "s3:PutObject", LSEXPORT_NEED_REQUIRED, "every export");
  size_t get = report_add_permission(report, "s3:GetObject", LSEXPORT_NEED_RECOMMENDED, "sizes");
  size_t delete = report_add_permission(report, "s3:DeleteObject", LSEXPORT_NEED_OPTIONAL, "the clean-up");
  report_set_verdict(report, put, LSEXPORT_VERDICT_GRANTED);
  report_set_verdict(report, delete, LSEXPORT_VERDICT_DENIED);
  ck_assert_uint_eq(get, 1);
  report_add_step(report, &passed);
  report_add_step(report, &failed);
  report_add_step(report, &skipped);
  report_add_step(report, &clock);
  report_add_left(report, "data/tmp/a.txt");
  report_add_left(report, "data/tmp/b.txt");
}

START_TEST(all_of_it_by_getters) {
  fill_check();
  finish();
  ck_assert_str_eq(lsexport_report_summary(report), "Not yet.");
  ck_assert_str_eq(lsexport_report_url(report), "https://exp.s3.example.com/data/tmp/<uuid>.txt");
  ck_assert_str_eq(lsexport_report_host(report), "exp.s3.example.com");
  ck_assert_str_eq(lsexport_report_bucket(report), "exp");
  ck_assert_str_eq(lsexport_report_object_key(report), "data/tmp/<uuid>.txt");
  ck_assert_str_eq(lsexport_report_signing_region(report), "eu-west-1");
  ck_assert_int_eq(lsexport_report_addressing_style(report), LSEXPORT_ADDRESSING_VIRTUAL);
  ck_assert_uint_eq(lsexport_report_check_key_count(report), 2);
  ck_assert_str_eq(lsexport_report_check_key(report, 0), "data/tmp/lsexport-check-<uuid>.txt");
  ck_assert_str_eq(lsexport_report_check_key(report, 1), "data/lsexport-check-<uuid>.txt");
  ck_assert_str_eq(lsexport_report_check_key(report, 2), "");
  ck_assert_uint_eq(lsexport_report_permission_count(report), 3);
  ck_assert_str_eq(lsexport_report_permission_name(report, 1), "s3:GetObject");
  ck_assert_str_eq(lsexport_report_permission_purpose(report, 1), "sizes");
  ck_assert_int_eq(lsexport_report_permission_need(report, 1), LSEXPORT_NEED_RECOMMENDED);
  ck_assert_int_eq(lsexport_report_permission_verdict(report, 0), LSEXPORT_VERDICT_GRANTED);
  ck_assert_int_eq(lsexport_report_permission_verdict(report, 1), LSEXPORT_VERDICT_UNKNOWN);
  ck_assert_int_eq(lsexport_report_permission_verdict(report, 2), LSEXPORT_VERDICT_DENIED);
  ck_assert_uint_eq(lsexport_report_step_count(report), 4);
  ck_assert_str_eq(lsexport_report_step_name(report, 1), "delete");
  ck_assert_int_eq(lsexport_report_step_outcome(report, 1), LSEXPORT_OUTCOME_FAILED);
  ck_assert_str_eq(lsexport_report_step_reason(report, 1), "not allowed");
  ck_assert_int_eq(lsexport_report_step_http_status(report, 1), 403);
  ck_assert_str_eq(lsexport_report_step_storage_code(report, 1), "AccessDenied");
  ck_assert_int_eq(lsexport_report_step_duration_us(report, 0), 12345);
  ck_assert_uint_eq(lsexport_report_left_count(report), 2);
  ck_assert_str_eq(lsexport_report_left_key(report, 1), "data/tmp/b.txt");
  ck_assert_ptr_null(lsexport_report_error(report));
  ck_assert_ptr_null(lsexport_report_destination(report));
}
END_TEST

START_TEST(without_an_address_there_are_no_keys) {
  finish();
  ck_assert_uint_eq(lsexport_report_check_key_count(report), 0);
  ck_assert_uint_eq(lsexport_report_check_key_count(NULL), 0);
  ck_assert_str_eq(lsexport_report_check_key(report, 0), "");
}
END_TEST

START_TEST(all_of_it_as_text) {
  fill_check();
  finish();
  ck_assert_str_eq(lsexport_report_text(report), "Not yet.\n\n"
                                                 "writes to https://exp.s3.example.com/data/tmp/<uuid>.txt\n"
                                                 "bucket    exp\n"
                                                 "key       data/tmp/<uuid>.txt\n"
                                                 "region    eu-west-1\n"
                                                 "style     virtual: the bucket is part of the host\n\n"
                                                 "warning   config is so. Make it otherwise.\n\n"
                                                 "granted   s3:PutObject (required)\n"
                                                 "unknown   s3:GetObject (recommended): sizes\n"
                                                 "denied    s3:DeleteObject (optional): the clean-up\n\n"
                                                 "failed    delete, 1 ms, HTTP 403 AccessDenied: not allowed\n"
                                                 "passed    put, clock (+1 s)\n"
                                                 "skipped   abort\n\n"
                                                 "left      data/tmp/a.txt\n"
                                                 "left      data/tmp/b.txt\n");
}
END_TEST

START_TEST(all_of_it_as_json) {
  fill_check();
  finish();
  ck_assert_str_eq(
      lsexport_report_json(report),
      "{\"summary\":\"Not yet.\",\"url\":\"https://exp.s3.example.com/data/tmp/<uuid>.txt\","
      "\"host\":\"exp.s3.example.com\",\"bucket\":\"exp\",\"object_key\":\"data/tmp/<uuid>.txt\","
      "\"addressing_style\":\"virtual\",\"signing_region\":\"eu-west-1\",\"check_keys\":"
      "[\"data/tmp/lsexport-check-<uuid>.txt\",\"data/lsexport-check-<uuid>.txt\"],\"findings\":[{\"severity\":"
      "\"warning\",\"code\":\"a\",\"field\":\"config\",\"reason\":\"is so\",\"remedy\":\"Make it "
      "otherwise.\"}],\"findings_left_out\":0,\"permissions\":[{\"name\":\"s3:PutObject\",\"need\":"
      "\"required\",\"verdict\":\"granted\",\"purpose\":\"every export\"},{\"name\":\"s3:GetObject\","
      "\"need\":\"recommended\",\"verdict\":\"unknown\",\"purpose\":\"sizes\"},{\"name\":"
      "\"s3:DeleteObject\",\"need\":\"optional\",\"verdict\":\"denied\",\"purpose\":\"the clean-up\"}],"
      "\"steps\":[{\"name\":\"put\",\"outcome\":\"passed\",\"http_status\":200,\"duration_us\":12345},"
      "{\"name\":\"delete\",\"outcome\":\"failed\",\"reason\":\"not allowed\",\"http_status\":403,"
      "\"storage_code\":\"AccessDenied\",\"duration_us\":1000},{\"name\":\"abort\",\"outcome\":"
      "\"skipped\",\"reason\":\"nothing to abort\",\"duration_us\":0},{\"name\":\"clock\",\"outcome\":\"passed\","
      "\"reason\":\"+1 s\",\"duration_us\":0}],\"left\":[\"data/tmp/a.txt\","
      "\"data/tmp/b.txt\"]}");
}
END_TEST

START_TEST(the_result_of_a_create_is_told) {
  struct scene scene;
  scene_begin(&scene, NULL);
  script_answer(&scene.script, 200, DESTINATION(ID_1, NOON));
  ck_assert_int_eq(scene_get(&scene, ID_1, NULL), LSEXPORT_OK);
  lsexport_error *error = error_finish(error_new(LSEXPORT_ERR_ACCESS_DENIED, NULL), false);
  report_set_result(report, error, scene.destination);
  scene.destination = NULL;
  finish();
  ck_assert_ptr_eq(lsexport_report_error(report), error);
  ck_assert_str_eq(lsexport_destination_id(lsexport_report_destination(report)), ID_1);
  ck_assert_ptr_nonnull(strstr(lsexport_report_json(report), "\"error\":{\"status\":\"LSEXPORT_ERR_ACCESS_DENIED\""));
  ck_assert_ptr_nonnull(strstr(lsexport_report_json(report), "\"destination_id\":\"" ID_1 "\"}"));
  scene_end(&scene);
}
END_TEST

START_TEST(nothing_is_told_of_nothing) {
  lsexport_report_free(report);
  report = NULL;
  ck_assert_str_eq(lsexport_report_summary(NULL), "");
  ck_assert_str_eq(lsexport_report_text(NULL), "");
  ck_assert_str_eq(lsexport_report_url(NULL), "");
  ck_assert_str_eq(lsexport_report_host(NULL), "");
  ck_assert_str_eq(lsexport_report_bucket(NULL), "");
  ck_assert_str_eq(lsexport_report_object_key(NULL), "");
  ck_assert_str_eq(lsexport_report_signing_region(NULL), "");
  ck_assert_str_eq(lsexport_report_json(NULL), "{}");
  ck_assert_int_eq(lsexport_report_addressing_style(NULL), LSEXPORT_ADDRESSING_UNSET);
  ck_assert_uint_eq(lsexport_report_finding_count(NULL), 0);
  ck_assert_uint_eq(lsexport_report_permission_count(NULL), 0);
  ck_assert_uint_eq(lsexport_report_step_count(NULL), 0);
  ck_assert_uint_eq(lsexport_report_left_count(NULL), 0);
  ck_assert_ptr_null(lsexport_report_error(NULL));
  ck_assert_ptr_null(lsexport_report_destination(NULL));
  lsexport_report_free(NULL);
}
END_TEST

START_TEST(past_the_end_there_is_nothing) {
  report_set_summary(report, "Again."); /* in the place of the first */
  finish();
  ck_assert_str_eq(lsexport_report_text(report), "Again.\n");
  ck_assert_str_eq(lsexport_report_json(report), "{\"summary\":\"Again.\",\"findings\":[],\"findings_left_out\":0}");
  ck_assert_str_eq(lsexport_report_url(report), "");
  ck_assert_int_eq(lsexport_report_addressing_style(report), LSEXPORT_ADDRESSING_UNSET);
  ck_assert_int_eq(lsexport_report_finding_severity(report, 0), 0);
  ck_assert_str_eq(lsexport_report_finding_code(report, 0), "");
  ck_assert_str_eq(lsexport_report_finding_field(report, 0), "");
  ck_assert_str_eq(lsexport_report_finding_reason(report, 0), "");
  ck_assert_str_eq(lsexport_report_finding_remedy(report, 0), "");
  ck_assert_str_eq(lsexport_report_permission_name(report, 0), "");
  ck_assert_str_eq(lsexport_report_permission_purpose(report, 0), "");
  ck_assert_int_eq(lsexport_report_permission_need(report, 0), 0);
  ck_assert_int_eq(lsexport_report_permission_verdict(report, 0), LSEXPORT_VERDICT_UNKNOWN);
  ck_assert_str_eq(lsexport_report_step_name(report, 0), "");
  ck_assert_int_eq(lsexport_report_step_outcome(report, 0), LSEXPORT_OUTCOME_SKIPPED);
  ck_assert_str_eq(lsexport_report_step_reason(report, 0), "");
  ck_assert_int_eq(lsexport_report_step_http_status(report, 0), 0);
  ck_assert_str_eq(lsexport_report_step_storage_code(report, 0), "");
  ck_assert_int_eq(lsexport_report_step_duration_us(report, 0), 0);
  ck_assert_str_eq(lsexport_report_left_key(report, 0), "");
}
END_TEST

/* 100 columns: characters count, not bytes; a word that is longer stays whole. */
START_TEST(text_is_wrapped) {
  static const char word[] = " wordw\xc3\xb6rd";
  char reason[60 * sizeof word] = "is", *line = NULL, *rest = NULL;
  size_t lines = 0;
  for (int i = 0; i < 50; i++) strcat(reason, word);
  report_add_finding(report, LSEXPORT_SEVERITY_NOTE, "a", "config", reason, "Do.");
  finish();
  char *text = mem_text(lsexport_report_text(report), strlen(lsexport_report_text(report)));
  for (line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
    ck_assert_uint_le(text_character_count(line), 100);
    if (lines++ > 1) ck_assert_int_eq(strncmp(line, "          word", 14), 0);
  }
  ck_assert_uint_eq(lines, 7);
  mem_free(text);
}
END_TEST

START_TEST(a_long_word_stays_whole) {
  char word[151];
  memset(word, 'x', 150);
  word[150] = '\0';
  report_set_summary(report, word);
  finish();
  ck_assert_uint_eq(strlen(lsexport_report_text(report)), 151);
}
END_TEST

START_TEST(a_bucket_in_the_path) {
  struct address address = some_address();
  address.virtual_hosted = false;
  report_set_address(report, &address, NULL);
  finish();
  ck_assert_int_eq(lsexport_report_addressing_style(report), LSEXPORT_ADDRESSING_PATH);
  ck_assert_str_eq(lsexport_report_url(report), "https://exp.s3.example.com/exp/data/tmp/<uuid>.txt");
  ck_assert_ptr_nonnull(strstr(lsexport_report_text(report), "style     path: the bucket is part of the path\n"));
  ck_assert_ptr_nonnull(strstr(lsexport_report_json(report), "\"addressing_style\":\"path\""));
  address_free(&address);
}
END_TEST

START_TEST(addresses_are_washed) {
  struct secrets secrets = {0};
  struct address address = some_address();
  mem_free(address.key_prefix);
  address.key_prefix = mem_text(SECRET "/", strlen(SECRET "/"));
  secrets_add(&secrets, SECRET, strlen(SECRET));
  report_set_address(report, &address, &secrets);
  finish();
  ck_assert_str_eq(lsexport_report_object_key(report), WASH_MARK "/tmp/<uuid>.txt");
  ck_assert_str_eq(lsexport_report_url(report), "https://exp.s3.example.com/" WASH_MARK "/tmp/<uuid>.txt");
  address_free(&address);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("test_report");
  TCase *cases = add_cases(suite, "reports");
  tcase_add_checked_fixture(cases, setup, teardown);
  tcase_add_test(cases, findings_stand_worst_first_then_by_field);
  tcase_add_test(cases, findings_beyond_the_most_are_counted);
  tcase_add_test(cases, all_of_it_by_getters);
  tcase_add_test(cases, without_an_address_there_are_no_keys);
  tcase_add_test(cases, all_of_it_as_text);
  tcase_add_test(cases, all_of_it_as_json);
  tcase_add_test(cases, the_result_of_a_create_is_told);
  tcase_add_test(cases, nothing_is_told_of_nothing);
  tcase_add_test(cases, past_the_end_there_is_nothing);
  tcase_add_test(cases, text_is_wrapped);
  tcase_add_test(cases, a_long_word_stays_whole);
  tcase_add_test(cases, a_bucket_in_the_path);
  tcase_add_test(cases, addresses_are_washed);
  return run_suite(suite);
}
