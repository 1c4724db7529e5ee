/* SPDX-License-Identifier: MIT */
/* A check over a scripted network: what it asks of the bucket, what it leaves there, and what it will not try. */
#include "check_scene.h"

#include "base/text.h"

#include <string.h>

/* ---- what it asks ---- */

START_TEST(does_what_langsmith_does_and_leaves_nothing) {
  ck_assert_int_eq(check(), LSEXPORT_OK);
  ck_assert_uint_eq(bucket.saw, ACT_ANY);
  assert_bucket_is_empty();
  ck_assert_int_eq(verdict_of(told, PUT), LSEXPORT_VERDICT_GRANTED);
  ck_assert_int_eq(verdict_of(told, GET), LSEXPORT_VERDICT_GRANTED);
  ck_assert_int_eq(verdict_of(told, ABORT), LSEXPORT_VERDICT_GRANTED);
  ck_assert_int_eq(verdict_of(told, DELETE), LSEXPORT_VERDICT_GRANTED);
  ck_assert_str_eq(lsexport_report_summary(told),
                   "From this machine the bucket \"exports\" takes all that LangSmith writes.");
  ck_assert_uint_eq(stage.script.request_count, 10);
  ck_assert_int_eq(finding_of(told, "from_here"), (int)lsexport_report_finding_count(told) - 1);
  for (size_t i = 0; i < lsexport_report_step_count(told); i++)
    ck_assert_int_eq(lsexport_report_step_outcome(told, i), LSEXPORT_OUTCOME_PASSED);
}
END_TEST

/* The first tells whether there is anything to go on with; then what depends on nothing runs side by side. */
START_TEST(runs_side_by_side_what_it_can) {
  bucket.strange = ACT_PUT;
  bucket.answer = s3_error(200, "");
  bucket.answer.headers = "ETag: \"a\"";
  bucket.answer.delay_ms = 100;
  ck_assert_int_eq(check(), LSEXPORT_OK);
  ck_assert_int_eq(script_request(&stage.script, 0)->at_ms, 0);
  for (size_t i = 1; i < 4; i++) ck_assert_int_eq(script_request(&stage.script, i)->at_ms, 100);
}
END_TEST

START_TEST(writes_where_langsmith_writes) {
  ck_assert_int_eq(check(), LSEXPORT_OK);
  const struct scripted_request *put = script_request(&stage.script, 0);
  ck_assert_int_eq(put->method, METHOD_PUT);
  ck_assert(text_begins(put->url, S3_URL "traces/tmp/lsexport-check-"));
  ck_assert(text_ends(put->url, ".txt"));
  ck_assert_str_eq(put->body, "test");
  ck_assert(text_begins(script_header(put, "authorization"),
                        "AWS4-HMAC-SHA256 Credential=" KEY_ID "/20261124/eu-west-1/s3/aws4_request, "
                        "SignedHeaders=host;x-amz-content-sha256;x-amz-date, Signature="));
  ck_assert_str_eq(script_header(put, "x-amz-date"), "20261124T060000Z");
  ck_assert_str_eq(script_header(put, "x-amz-content-sha256"),
                   "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08");
  ck_assert_ptr_null(script_header(put, "x-amz-security-token"));
  for (size_t i = 1; i < stage.script.request_count; i++)
    ck_assert(text_begins(script_request(&stage.script, i)->url, S3_URL "traces/"));
}
END_TEST

START_TEST(names_are_random) {
  script_random(&stage.script, 0x0123456789abcdefULL);
  script_random(&stage.script, 0xfedcba9876543210ULL);
  ck_assert_int_eq(check(), LSEXPORT_OK);
  ck_assert_str_eq(script_request(&stage.script, 0)->url,
                   S3_URL "traces/tmp/lsexport-check-01234567-89ab-4def-aedc-ba9876543210.txt");
}
END_TEST

START_TEST(carries_a_session_token_and_the_options_of_each_write) {
  lsexport_credentials *session = session_credentials("ASIACANARYKEYID00001", SECRET, TOKEN);
  lsexport_destination_spec_set_credentials(spec, session);
  lsexport_credentials_free(session);
  lsexport_destination_spec_set_storage_class(spec, "STANDARD_IA");
  lsexport_destination_spec_set_expected_bucket_owner(spec, "123456789012");
  lsexport_destination_spec_set_s3_additional_kwargs_json(
      spec, "{\"Metadata\":{\"Team\":\"a\",\"bad name\":\"b\"},\"BucketKeyEnabled\":true,\"FooBar\":\"x\","
            "\"Tagging\":\"a=b\\nc\",\"ContentLanguage\":\"\",\"CacheControl\":5}");
  ck_assert_int_eq(check(), LSEXPORT_OK);
  const struct scripted_request *put = script_request(&stage.script, 0);
  ck_assert_str_eq(script_header(put, "x-amz-security-token"), TOKEN);
  ck_assert_str_eq(script_header(put, "x-amz-storage-class"), "STANDARD_IA");
  ck_assert_str_eq(script_header(put, "x-amz-expected-bucket-owner"), "123456789012");
  ck_assert_str_eq(script_header(put, "x-amz-meta-team"), "a");
  ck_assert_str_eq(script_header(put, "x-amz-server-side-encryption-bucket-key-enabled"), "true");
  ck_assert_ptr_null(script_header(put, "x-amz-tagging")); /* a line break is no part of a header */
  ck_assert_ptr_null(script_header(put, "content-language"));
  ck_assert_ptr_null(script_header(put, "cache-control"));
  ck_assert_ptr_nonnull(strstr(script_header(put, "authorization"), "x-amz-meta-team;x-amz-security-token;"));
  for (size_t i = 0; i < stage.script.request_count; i++) {
    const struct scripted_request *request = script_request(&stage.script, i);
    bool writes = request->method == METHOD_PUT && !strstr(request->url, "uploadId");
    ck_assert_ptr_nonnull(script_header(request, "x-amz-expected-bucket-owner"));
    ck_assert_int_eq(script_header(request, "x-amz-storage-class") != NULL, writes || strstr(request->url, "?uploads"));
  }
}
END_TEST

START_TEST(sends_a_checksum_behind_the_body_over_tls) {
  lsexport_destination_spec_set_checksum_algorithm(spec, "SHA256");
  ck_assert_int_eq(check(), LSEXPORT_OK);
  const struct scripted_request *put = script_request(&stage.script, 0);
  ck_assert_str_eq(put->body,
                   "4\r\ntest\r\n0\r\nx-amz-checksum-sha256:n4bQgYhMfWWaL+qgxVrQFaO/TxsrC4Is0V1sFbDwCgg=\r\n\r\n");
  ck_assert_str_eq(script_header(put, "x-amz-content-sha256"), "STREAMING-UNSIGNED-PAYLOAD-TRAILER");
  ck_assert_str_eq(script_header(put, "x-amz-trailer"), "x-amz-checksum-sha256");
  ck_assert_str_eq(script_header(put, "x-amz-sdk-checksum-algorithm"), "SHA256");
  ck_assert_str_eq(script_header(put, "content-encoding"), "aws-chunked");
  ck_assert_str_eq(script_header(put, "x-amz-decoded-content-length"), "4");
  ck_assert_str_eq(script_header(put, "Transfer-Encoding"), "chunked");
  for (size_t i = 0; i < stage.script.request_count; i++) {
    const struct scripted_request *request = script_request(&stage.script, i);
    if (request->method != METHOD_POST) continue;
    if (strstr(request->url, "?uploads"))
      ck_assert_str_eq(script_header(request, "x-amz-checksum-algorithm"), "SHA256");
    else
      ck_assert_ptr_nonnull(strstr(request->body, "<ChecksumSHA256>n4bQgYhMfWWaL+qgxVrQFaO/TxsrC4Is0V1sFbDwCgg="));
  }
}
END_TEST

START_TEST(sends_a_checksum_before_the_body_over_plain_http) {
  lsexport_destination_spec_set_endpoint_url(spec, "http://storage.example.com:9000");
  lsexport_destination_spec_set_checksum_algorithm(spec, "CRC32");
  ck_assert_int_eq(check(), LSEXPORT_OK);
  const struct scripted_request *put = script_request(&stage.script, 0);
  ck_assert(text_begins(put->url, "http://storage.example.com:9000/exports/traces/tmp/"));
  ck_assert_str_eq(put->body, "test");
  ck_assert_str_eq(script_header(put, "x-amz-checksum-crc32"), "2H9+DA==");
  ck_assert_ptr_null(script_header(put, "Transfer-Encoding"));
}
END_TEST

/* ---- permissions ---- */

static const struct denial {
  unsigned denied;
  int32_t put, get, abort, delete;
  const char *code; /* of the finding that tells it */
  size_t left;
  unsigned never; /* what is not even tried */
} denials[] = {
    {ACT_PUT | ACT_PUT_BELOW | ACT_CREATE, 2, 0, 0, 0, "put_failed", 0,
     ACT_HEAD | ACT_PART | ACT_COMPLETE | ACT_ABORT | ACT_DELETE | ACT_DELETE_BELOW},
    {ACT_PUT, 2, 0, 1, 1, "put_only_below_prefix", 0, ACT_HEAD | ACT_DELETE},
    {ACT_PUT_BELOW | ACT_CREATE, 2, 1, 0, 1, "put_below_prefix_failed", 0, ACT_ABORT | ACT_DELETE_BELOW},
    {ACT_CREATE, 2, 1, 0, 1, "upload_failed", 0, ACT_ABORT | ACT_PART},
    {ACT_PART, 2, 1, 1, 1, "upload_failed", 0, ACT_COMPLETE},
    {ACT_COMPLETE, 2, 1, 1, 1, "upload_failed", 0, 0},
    {ACT_HEAD, 1, 2, 1, 1, "get_denied", 0, 0},
    {ACT_ABORT, 1, 1, 2, 1, "abort_denied", 0, 0},
    {ACT_DELETE | ACT_DELETE_BELOW, 1, 1, 1, 2, "delete_denied", 2, 0},
    {ACT_DELETE_BELOW, 1, 1, 1, 2, "delete_denied", 1, 0},
    {ACT_HEAD | ACT_ABORT | ACT_DELETE | ACT_DELETE_BELOW, 1, 2, 2, 2, "delete_denied", 2, 0}, /* put alone */
};

START_TEST(tells_each_permission_by_itself) {
  const struct denial *denial = &denials[_i];
  bucket.denied = denial->denied;
  ck_assert_int_eq(check(), LSEXPORT_OK);
  ck_assert_int_eq(verdict_of(told, PUT), denial->put);
  ck_assert_int_eq(verdict_of(told, GET), denial->get);
  ck_assert_int_eq(verdict_of(told, ABORT), denial->abort);
  ck_assert_int_eq(verdict_of(told, DELETE), denial->delete);
  ck_assert_int_ge(finding_of(told, denial->code), 0);
  ck_assert_uint_eq(bucket.saw & denial->never, 0);
  ck_assert_uint_eq((size_t)bucket.has_object + bucket.has_object_below, denial->left);
  ck_assert_uint_eq(lsexport_report_left_count(told), denial->left);
  ck_assert_int_eq(bucket.uploads, 0);
  ck_assert_int_eq(finding_of(told, "upload_left"), -1);
}
END_TEST

START_TEST(names_what_it_had_to_leave) {
  bucket.denied = ACT_DELETE | ACT_DELETE_BELOW;
  ck_assert_int_eq(check(), LSEXPORT_OK);
  const char *url = script_request(&stage.script, 0)->url;
  ck_assert_str_eq(lsexport_report_left_key(told, 0), url + strlen(S3_URL));
  ck_assert(text_begins(lsexport_report_left_key(told, 1), "traces/lsexport-check-"));
  ck_assert_str_eq(strstr(lsexport_report_left_key(told, 1), "lsexport"), strstr(url, "lsexport"));
}
END_TEST

START_TEST(an_upload_that_cannot_be_ended_is_told) {
  bucket.denied = ACT_ABORT | ACT_PART;
  ck_assert_int_eq(check(), LSEXPORT_OK);
  ck_assert_int_eq(bucket.uploads, 1);
  ck_assert_int_ge(finding_of(told, "upload_left"), 0);
}
END_TEST

START_TEST(google_has_names_of_its_own) {
  lsexport_credentials *google = static_credentials("GOOG1CANARYKEYID", SECRET);
  lsexport_destination_spec_set_credentials(spec, google);
  lsexport_credentials_free(google);
  lsexport_destination_spec_set_endpoint_url(spec, "https://storage.googleapis.com");
  ck_assert_int_eq(check(), LSEXPORT_OK);
  ck_assert_int_eq(verdict_of(told, "storage.objects.create"), LSEXPORT_VERDICT_GRANTED);
  ck_assert_int_eq(verdict_of(told, PUT), -1);
}
END_TEST

/* ---- what it will not try ---- */

START_TEST(refuses_what_create_refuses) {
  lsexport_destination_spec_set_bucket_name(spec, "a/b");
  ck_assert_int_eq(check(), LSEXPORT_ERR_VALIDATION);
  ck_assert(has_field(stage.error, "config.bucket_name"));
  ck_assert_uint_eq(stage.script.request_count, 0);
}
END_TEST

START_TEST(refuses_credentials_that_are_not_here) {
  lsexport_credentials *others[] = {role_credentials(ROLE), server_credentials()};
  for (size_t i = 0; i < COUNT(others); i++) {
    lsexport_destination_spec_set_credentials(spec, others[i]);
    lsexport_credentials_free(others[i]);
    ck_assert_int_eq(check(), LSEXPORT_ERR_VALIDATION);
    ck_assert(text_begins(field_message(stage.error, "credentials"), "are LangSmith's own"));
  }
}
END_TEST

START_TEST(never_touches_the_one_object_of_a_cut_key) {
  lsexport_destination_spec_set_prefix(spec, "told.csv?versionId=1");
  ck_assert_int_eq(check(), LSEXPORT_ERR_VALIDATION);
  ck_assert(has_field(stage.error, "config.prefix"));
  ck_assert_uint_eq(stage.script.request_count, 0);
}
END_TEST

START_TEST(refuses_what_langsmiths_client_refuses) {
  lsexport_destination_spec_set_use_accelerate_endpoint(spec, 1);
  lsexport_destination_spec_set_endpoint_url(spec, "https://storage.example.com");
  ck_assert_int_eq(check(), LSEXPORT_ERR_VALIDATION);
  ck_assert_uint_eq(stage.script.request_count, 0);
}
END_TEST

START_TEST(needs_its_arguments) {
  ck_assert_int_eq(lsexport_destination_check(NULL, spec, NULL, &told, NULL), LSEXPORT_ERR_INVALID_ARGUMENT);
  ck_assert_int_eq(lsexport_destination_check(stage.client, NULL, NULL, &told, NULL), LSEXPORT_ERR_INVALID_ARGUMENT);
  ck_assert_int_eq(lsexport_destination_check(stage.client, spec, NULL, NULL, NULL), LSEXPORT_ERR_INVALID_ARGUMENT);
}
END_TEST

/* In a key it would stand in a URL. */
START_TEST(a_secret_in_the_config_is_not_sent) {
  lsexport_destination_spec_set_prefix(spec, "traces/" SECRET);
  ck_assert_int_eq(check(), LSEXPORT_ERR_VALIDATION);
  ck_assert(has_field(stage.error, "config"));
  ck_assert_uint_eq(stage.script.request_count, 0);
}
END_TEST

START_TEST(secrets_are_never_shown) {
  static const char *const secrets[] = {SECRET, KEY_ID, API_KEY};
  bucket.denied = ACT_DELETE | ACT_DELETE_BELOW;
  bucket.strange = ACT_HEAD;
  bucket.answer = s3_error(403, XML("AccessDenied", "not for " KEY_ID " with " SECRET " and " API_KEY));
  ck_assert_int_eq(check(), LSEXPORT_OK);
  for (size_t i = 0; i < COUNT(secrets); i++) {
    ck_assert_ptr_null(strstr(lsexport_report_text(told), secrets[i]));
    ck_assert_ptr_null(strstr(lsexport_report_json(told), secrets[i]));
  }
}
END_TEST

int main(void) {
  Suite *suite = suite_create("check");
  TCase *cases = add_cases(suite, "check");
  tcase_add_checked_fixture(cases, check_setup, check_teardown);
  tcase_add_test(cases, does_what_langsmith_does_and_leaves_nothing);
  tcase_add_test(cases, runs_side_by_side_what_it_can);
  tcase_add_test(cases, writes_where_langsmith_writes);
  tcase_add_test(cases, names_are_random);
  tcase_add_test(cases, carries_a_session_token_and_the_options_of_each_write);
  tcase_add_test(cases, sends_a_checksum_behind_the_body_over_tls);
  tcase_add_test(cases, sends_a_checksum_before_the_body_over_plain_http);
  tcase_add_loop_test(cases, tells_each_permission_by_itself, 0, (int)COUNT(denials));
  tcase_add_test(cases, names_what_it_had_to_leave);
  tcase_add_test(cases, an_upload_that_cannot_be_ended_is_told);
  tcase_add_test(cases, google_has_names_of_its_own);
  tcase_add_test(cases, refuses_what_create_refuses);
  tcase_add_test(cases, refuses_credentials_that_are_not_here);
  tcase_add_test(cases, never_touches_the_one_object_of_a_cut_key);
  tcase_add_test(cases, refuses_what_langsmiths_client_refuses);
  tcase_add_test(cases, needs_its_arguments);
  tcase_add_test(cases, a_secret_in_the_config_is_not_sent);
  tcase_add_test(cases, secrets_are_never_shown);
  return run_suite(suite);
}
