/* SPDX-License-Identifier: MIT */
/* A check whose bucket refuses, or cannot be reached: what it says. */
#include "check_scene.h"

#include "base/text.h"

#include <stdio.h>
#include <string.h>

/* ---- what stands in the way ---- */

static const struct obstacle {
  int http_status;
  const char *body;
  const char *summary; /* its end */
  int32_t signature;
} obstacles[] = {
    {403, XML("InvalidAccessKeyId", "No such key"),
     "key ID you provided does not exist: InvalidAccessKeyId, HTTP 403: No such key.", 2},
    {403, XML("SignatureDoesNotMatch", "Not that"), "storage refused: SignatureDoesNotMatch, HTTP 403: Not that.", 2},
    {400, XML("ExpiredToken", "The provided token has expired."),
     "ExpiredToken, HTTP 400: The provided token has expired.", 2},
    {400, XML("InvalidToken", "x"), "InvalidToken, HTTP 400: x.", 2},
    {403, XML("RequestTimeTooSkewed", "x"), "RequestTimeTooSkewed, HTTP 403: x.", 2},
    {404, XML("NoSuchBucket", "x"), "bucket is not valid: NoSuchBucket, HTTP 404: x.", 0},
    {400,
     XML("InvalidRequest",
         "Content-MD5 OR x-amz-checksum- HTTP header is required for Put Object requests with Object Lock parameters"),
     "HTTP header is required for Put Object requests with Object Lock parameters.", 0},
    {403,
     "<Error><Code>AccessDenied</Code><Message>Access denied.</Message><Details>a@b.iam.gserviceaccount.com does not "
     "have storage.objects.create access to the Google Cloud Storage object.</Details></Error>",
     "AccessDenied, HTTP 403: Access denied. a@b.iam.gserviceaccount.com does not have storage.objects.create access "
     "to the Google Cloud Storage object.",
     0},
    {200, "<html>Please sign in</html>", "storage refused: HTTP 200: the endpoint is no S3 API.", 0},
    {403, "<html>Blocked</html>", "storage refused: HTTP 403: HTML came in place of an API's answer.", 0},
    {403, "", "storage refused: HTTP 403: the storage gave no reason.", 0},
    {501, XML("NotImplemented", "x"), "NotImplemented, HTTP 501: x.", 0},
};

START_TEST(tells_what_stands_in_the_way) {
  const struct obstacle *obstacle = &obstacles[_i];
  bucket.strange = ACT_ANY;
  bucket.answer = s3_error(obstacle->http_status, obstacle->body);
  bucket.answer.headers = "Content-Type: text/html";
  ck_assert_int_eq(check(), LSEXPORT_OK);
  const char *summary = lsexport_report_summary(told);
  ck_assert_msg(text_ends(summary, obstacle->summary), "%s", summary);
  ck_assert(text_begins(summary, "The bucket \"exports\" does not take what LangSmith writes: "));
  ck_assert_int_eq(finding_of(told, "put_failed"), 0);
  ck_assert_str_ne(lsexport_report_finding_remedy(told, 0), "");
  ck_assert_int_eq(outcome_of(told, "signature"), obstacle->signature);
  ck_assert_int_eq(outcome_of(told, "put_object"), LSEXPORT_OUTCOME_FAILED);
  ck_assert_int_eq(outcome_of(told, "head_object"), LSEXPORT_OUTCOME_SKIPPED);
}
END_TEST

#define NOT_REACHED "the endpoint cannot be reached"
#define NOT_TRUSTED "the endpoint's TLS cannot be trusted"

static const struct way {
  enum transfer transfer;
  int32_t dns, tcp, tls;
  const char *summary;
  const char *remedy; /* begins so */
} ways[] = {
    {TRANSFER_DNS, 2, 0, 0, NOT_REACHED, "Check endpoint_url and region"},
    {TRANSFER_CONNECT_REFUSED, 1, 2, 0, NOT_REACHED, "Check endpoint_url and region"},
    {TRANSFER_CONNECT_TIMEOUT, 1, 2, 0, "the endpoint did not answer in time", "Check the host and port"},
    {TRANSFER_CERTIFICATE_UNTRUSTED, 1, 1, 2, NOT_TRUSTED, "Have the endpoint serve its whole chain"},
    {TRANSFER_CERTIFICATE_EXPIRED, 1, 1, 2, NOT_TRUSTED, "Have the certificate"},
    {TRANSFER_CERTIFICATE_WRONG_HOST, 1, 1, 2, NOT_TRUSTED, "Write endpoint_url with a name"},
    {TRANSFER_TLS, 1, 1, 2, NOT_TRUSTED, "Have the endpoint speak TLS 1.2"},
    {TRANSFER_TLS_PLAINTEXT, 1, 1, 2, NOT_TRUSTED, "Check scheme and port of endpoint_url"},
    {TRANSFER_TLS_VERSION, 1, 1, 2, NOT_TRUSTED, "Have the endpoint speak TLS 1.2"},
    {TRANSFER_PROXY, 0, 0, 0, NOT_REACHED, "Correct the client's option proxy"},
    {TRANSFER_LOST, 1, 1, 2, "the endpoint closed the connection", "Check scheme and port of endpoint_url"},
    {TRANSFER_BROKEN, 1, 1, 1, "the endpoint is no S3 API", ""},
    {TRANSFER_TLS_FILES, 1, 1, 2, "a certificate or key file cannot be used", ""},
};

START_TEST(tells_how_far_it_came) {
  const struct way *way = &ways[_i];
  bucket.strange = ACT_ANY;
  bucket.answer = (struct scripted_outcome){.transfer = way->transfer, .sent = way->transfer == TRANSFER_BROKEN};
  ck_assert_int_eq(check(), LSEXPORT_OK);
  ck_assert_int_eq(outcome_of(told, "dns"), way->dns);
  ck_assert_int_eq(outcome_of(told, "tcp"), way->tcp);
  ck_assert_int_eq(outcome_of(told, "tls"), way->tls);
  ck_assert_msg(strstr(lsexport_report_summary(told), way->summary), "%s", lsexport_report_summary(told));
  ck_assert_msg(text_begins(lsexport_report_finding_remedy(told, 0), way->remedy), "%s",
                lsexport_report_finding_remedy(told, 0));
  ck_assert_uint_eq(bucket.saw & ~(unsigned)ACT_DELETE, ACT_PUT); /* what may have been written is deleted */
}
END_TEST

START_TEST(a_handshake_that_was_over_has_passed) {
  static const struct {
    const char *name;
    int64_t duration_us;
  } steps[] = {{"dns", 300}, {"tcp", 400}, {"tls", 1000}, {"clock", 0}};
  bucket.strange = ACT_ANY;
  bucket.answer =
      (struct scripted_outcome){.transfer = TRANSFER_LOST, .lookup_us = 300, .connect_us = 700, .tls_us = 1700};
  ck_assert_int_eq(check(), LSEXPORT_OK);
  ck_assert_int_eq(outcome_of(told, "tls"), LSEXPORT_OUTCOME_PASSED);
  for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
    ck_assert_str_eq(lsexport_report_step_name(told, i), steps[i].name);
    ck_assert_int_eq(lsexport_report_step_duration_us(told, i), steps[i].duration_us);
  }
}
END_TEST

/* Google says so of an object that is gone; an attempt whose answer was lost had deleted it. */
START_TEST(what_is_gone_need_not_be_deleted) {
  bucket.strange = ACT_DELETE;
  bucket.answer = s3_error(404, XML("NoSuchKey", "The specified key does not exist."));
  ck_assert_int_eq(check(), LSEXPORT_OK);
  ck_assert_uint_eq(lsexport_report_left_count(told), 0);
  bucket.answer = s3_error(404, XML("NoSuchBucket", "x"));
  ck_assert_int_eq(check(), LSEXPORT_OK);
  ck_assert_uint_eq(lsexport_report_left_count(told), 1);
}
END_TEST

START_TEST(plain_http_has_no_tls) {
  lsexport_destination_spec_set_endpoint_url(spec, "http://storage.example.com");
  ck_assert_int_eq(check(), LSEXPORT_OK);
  ck_assert_int_eq(outcome_of(told, "tls"), LSEXPORT_OUTCOME_SKIPPED);
}
END_TEST

START_TEST(a_size_that_is_not_what_was_written) {
  bucket.strange = ACT_HEAD;
  bucket.answer = s3_error(200, "");
  bucket.answer.headers = "Content-Length: 5";
  ck_assert_int_eq(check(), LSEXPORT_OK);
  ck_assert_int_eq(verdict_of(told, GET), LSEXPORT_VERDICT_UNKNOWN);
  ck_assert_int_eq(outcome_of(told, "head_object"), LSEXPORT_OUTCOME_FAILED);
}
END_TEST

START_TEST(a_size_that_is_not_told_is_no_failure) {
  bucket.strange = ACT_HEAD;
  bucket.answer = s3_error(200, "");
  bucket.answer.headers = "ETag: \"a\"\nContent-Length: no\nDate: never";
  ck_assert_int_eq(check(), LSEXPORT_OK);
  ck_assert_int_eq(verdict_of(told, GET), LSEXPORT_VERDICT_GRANTED);
}
END_TEST

START_TEST(minio_tells_its_code_in_a_header) {
  bucket.strange = ACT_HEAD;
  bucket.answer = s3_error(403, "");
  bucket.answer.headers = "x-minio-error-code: AccessDenied";
  ck_assert_int_eq(check(), LSEXPORT_OK);
  ck_assert_int_eq(verdict_of(told, GET), LSEXPORT_VERDICT_DENIED);
  ck_assert_ptr_nonnull(strstr(lsexport_report_json(told), "\"storage_code\":\"AccessDenied\""));
}
END_TEST

START_TEST(a_completion_that_fails_with_200_has_failed) {
  bucket.strange = ACT_COMPLETE;
  bucket.answer = s3_error(200, XML("InternalError", "We encountered an internal error."));
  ck_assert_int_eq(check(), LSEXPORT_OK);
  ck_assert_int_eq(outcome_of(told, "complete_multipart_upload"), LSEXPORT_OUTCOME_FAILED);
  ck_assert_int_ge(finding_of(told, "upload_failed"), 0);
  assert_bucket_is_empty();
}
END_TEST

START_TEST(an_upload_without_an_id_is_no_s3) {
  bucket.strange = ACT_CREATE;
  bucket.answer = s3_error(200, "<InitiateMultipartUploadResult><UploadId></UploadId></InitiateMultipartUploadResult>");
  ck_assert_int_eq(check(), LSEXPORT_OK);
  ck_assert_int_eq(outcome_of(told, "create_multipart_upload"), LSEXPORT_OUTCOME_FAILED);
  bucket.answer = s3_error(200, "<InitiateMultipartUploadResult/>");
  ck_assert_int_eq(check(), LSEXPORT_OK);
  ck_assert_int_eq(outcome_of(told, "create_multipart_upload"), LSEXPORT_OUTCOME_FAILED);
  ck_assert_int_eq(verdict_of(told, PUT), LSEXPORT_VERDICT_GRANTED);
}
END_TEST

START_TEST(options_that_make_too_many_headers_are_told) {
  char json[4096] = "{\"Metadata\":{";
  for (int i = 0; i < 80; i++) {
    size_t length = strlen(json);
    snprintf(json + length, sizeof json - length, "%s\"m%d\":\"x\"", i ? "," : "", i);
  }
  strcat(json, "}}");
  lsexport_destination_spec_set_s3_additional_kwargs_json(spec, json);
  ck_assert_int_eq(check(), LSEXPORT_OK);
  ck_assert_uint_eq(stage.script.request_count, 0);
  ck_assert_ptr_nonnull(strstr(lsexport_report_finding_remedy(told, 0), "Shorten or drop Metadata"));
}
END_TEST

/* What LangSmith's client would write as text: its own spelling, as botocore has it. */
START_TEST(options_of_every_type_are_headers) {
  lsexport_destination_spec_set_s3_additional_kwargs_json(
      spec, "{\"BucketKeyEnabled\":false,\"Expires\":\"2030-01-01T00:00:00Z\","
            "\"Metadata\":{\"n\":5,\"null\":null},\"ContentLength\":9,\"WriteOffsetBytes\":7,\"Body\":\"x\"}");
  ck_assert_int_eq(check(), LSEXPORT_OK);
  const struct scripted_request *put = script_request(&stage.script, 0);
  ck_assert_str_eq(script_header(put, "x-amz-server-side-encryption-bucket-key-enabled"), "false");
  ck_assert_str_eq(script_header(put, "x-amz-write-offset-bytes"), "7");
  ck_assert_ptr_null(script_header(put, "content-length")); /* libcurl writes the true one */
  ck_assert_ptr_null(script_header(put, "x-amz-meta-n"));
}
END_TEST

/* A tag comes back as it was, whatever is in it. */
START_TEST(a_tag_is_escaped) {
  bucket.strange = ACT_PART;
  bucket.answer = s3_error(200, "");
  bucket.answer.headers = "ETag: \"a&b<c>\"";
  ck_assert_int_eq(check(), LSEXPORT_OK);
  for (size_t i = 0; i < stage.script.request_count; i++) {
    const struct scripted_request *request = script_request(&stage.script, i);
    if (request->method == METHOD_POST && request->body_length)
      ck_assert_ptr_nonnull(strstr(request->body, "<ETag>&quot;a&amp;b&lt;c&gt;&quot;</ETag>"));
  }
}
END_TEST

START_TEST(google_tells_its_id_of_the_request) {
  bucket.strange = ACT_ANY;
  bucket.answer = s3_error(403, XML("AccessDenied", "x"));
  bucket.answer.headers = "X: y\nX-GUploader-UploadID: UPLOADER1\nHTTP";
  ck_assert_int_eq(check(), LSEXPORT_OK);
  ck_assert_int_eq(verdict_of(told, PUT), LSEXPORT_VERDICT_DENIED);
}
END_TEST

/* ---- the way there ---- */

static const struct place {
  const char *address;
  const char *endpoint; /* NULL: AWS */
  int32_t severity;     /* of private_address; 0: it is not told */
} places[] = {
    {"10.1.2.3", NULL, LSEXPORT_SEVERITY_ERROR},
    {"fd00::1", NULL, LSEXPORT_SEVERITY_ERROR},
    {"52.216.1.1", NULL, 0},
    {"2600:1fa0::1", NULL, 0},
    {"", NULL, 0},
    {"10.1.2.3", "https://10.1.2.3", LSEXPORT_SEVERITY_ERROR}, /* by explain, once */
};

START_TEST(tells_an_address_that_langsmiths_cloud_cannot_reach) {
  const struct place *place = &places[_i];
  bucket.strange = ACT_PUT;
  bucket.answer = s3_error(200, "");
  bucket.answer.headers = "ETag: \"a\"";
  bucket.answer.address = place->address;
  if (place->endpoint) lsexport_destination_spec_set_endpoint_url(spec, place->endpoint);
  ck_assert_int_eq(check(), LSEXPORT_OK);
  int finding = finding_of(told, "private_address");
  ck_assert_int_eq(finding >= 0 ? lsexport_report_finding_severity(told, (size_t)finding) : 0, place->severity);
  size_t times = 0;
  for (size_t i = 0; i < lsexport_report_finding_count(told); i++)
    times += text_equal(lsexport_report_finding_code(told, i), "private_address");
  ck_assert_uint_eq(times, place->severity != 0);
}
END_TEST

/* With a client of other options. */
static void begin_again(const char *const (*options)[2]) {
  check_setup_again(options);
  bucket.strange = ACT_PUT;
  bucket.answer = s3_error(200, "");
  bucket.answer.headers = "ETag: \"a\"";
  bucket.answer.address = "10.1.2.3";
}

START_TEST(an_own_langsmith_may_be_nearby) {
  static const char *const own[][2] = {{"api_root", "https://langsmith.example.com"}, {NULL, NULL}};
  begin_again(own);
  ck_assert_int_eq(check(), LSEXPORT_OK);
  int finding = finding_of(told, "private_address");
  ck_assert_int_eq(lsexport_report_finding_severity(told, (size_t)finding), LSEXPORT_SEVERITY_NOTE);
  static const char *const aws[][2] = {{"api_root", "https://aws.api.smith.langchain.com"}, {NULL, NULL}};
  begin_again(aws);
  ck_assert_int_eq(check(), LSEXPORT_OK);
  finding = finding_of(told, "private_address");
  ck_assert_int_eq(lsexport_report_finding_severity(told, (size_t)finding), LSEXPORT_SEVERITY_ERROR);
}
END_TEST

START_TEST(tells_what_langsmith_does_not_share) {
  static const char *const proxy[][2] = {{"proxy", "http://proxy.example.com:3128"}, {NULL, NULL}};
  static const char *const direct[][2] = {{"proxy", "none"}, {NULL, NULL}};
  static const char *const from_environment[][2] = {{"proxy", "environment"}, {NULL, NULL}};
  begin_again(proxy);
  ck_assert_int_eq(check(), LSEXPORT_OK);
  ck_assert_int_ge(finding_of(told, "by_proxy"), 0);
  ck_assert_int_eq(finding_of(told, "private_address"), -1); /* that is the proxy's */
  begin_again(direct);
  ck_assert_int_eq(check(), LSEXPORT_OK);
  ck_assert_int_eq(finding_of(told, "by_proxy"), -1);
  begin_again(from_environment);
  ck_assert_int_eq(check(), LSEXPORT_OK);
  ck_assert_int_eq(finding_of(told, "by_proxy"), -1);
}
END_TEST

START_TEST(tells_of_authorities_that_langsmith_may_not_know) {
  static const char *const own[][2] = {{"ca_file", "/dev/null"}, {NULL, NULL}};
  begin_again(own);
  ck_assert_int_eq(check(), LSEXPORT_OK);
  ck_assert_int_ge(finding_of(told, "own_authorities"), 0);
  bucket.answer = (struct scripted_outcome){.transfer = TRANSFER_CERTIFICATE_UNTRUSTED};
  ck_assert_int_eq(check(), LSEXPORT_OK);
  ck_assert_int_eq(finding_of(told, "own_authorities"), -1);
  lsexport_destination_spec_set_endpoint_url(spec, "http://storage.example.com");
  bucket.strange = 0;
  ck_assert_int_eq(check(), LSEXPORT_OK);
  ck_assert_int_eq(finding_of(told, "own_authorities"), -1);
}
END_TEST

/* ---- region and clock ---- */

START_TEST(goes_where_the_bucket_is) {
  bucket.region = "us-west-2";
  ck_assert_int_eq(check(), LSEXPORT_OK);
  ck_assert_uint_eq(stage.script.request_count, 11);
  ck_assert(
      text_begins(script_request(&stage.script, 1)->url, "https://exports.s3.us-west-2.amazonaws.com/traces/tmp/"));
  ck_assert_int_eq(outcome_of(told, "region"), LSEXPORT_OUTCOME_FAILED);
  ck_assert_str_eq(reason_of(told, "region"), "the bucket is in us-west-2");
  int finding = finding_of(told, "wrong_region");
  ck_assert_int_ge(finding, 0);
  ck_assert_str_eq(lsexport_report_finding_remedy(told, (size_t)finding), "Set region to us-west-2.");
  ck_assert_int_eq(verdict_of(told, PUT), LSEXPORT_VERDICT_GRANTED);
  assert_bucket_is_empty();
}
END_TEST

START_TEST(follows_a_redirect_by_its_header_once) {
  bucket.strange = ACT_PUT;
  bucket.answer = s3_error(301, XML("PermanentRedirect", "must be addressed using the specified endpoint"));
  bucket.answer.headers = "x-amz-bucket-region: us-west-2";
  ck_assert_int_eq(check(), LSEXPORT_OK);
  ck_assert_uint_eq(stage.script.request_count, 2);
  ck_assert_int_eq(outcome_of(told, "put_object"), LSEXPORT_OUTCOME_FAILED);
}
END_TEST

/* Nothing is asked again that cannot come out otherwise. */
static const struct scripted_outcome regions[] = {
    {.http_status = 400, .headers = "x-amz-bucket-region: eu-west-1", .body = XML("InvalidRegion", "x")},
    {.http_status = 400, .headers = "Server: x", .body = XML("InvalidRegion", "x")},
    {.http_status = 403, .headers = "x-amz-bucket-region: us-west-2", .body = XML("NoSuchBucket", "x")},
};

START_TEST(a_region_that_says_nothing_new_is_not_followed) {
  bucket.strange = ACT_PUT;
  bucket.answer = s3_error(regions[_i].http_status, regions[_i].body);
  bucket.answer.headers = regions[_i].headers;
  ck_assert_int_eq(check(), LSEXPORT_OK);
  ck_assert_uint_eq(stage.script.request_count, 1);
}
END_TEST

START_TEST(a_region_that_is_none_is_not_followed) {
  bucket.strange = ACT_PUT;
  bucket.answer = s3_error(301, XML("PermanentRedirect", "must be addressed using the specified endpoint"));
  bucket.answer.headers = "x-amz-bucket-region: nowhere/else";
  ck_assert_int_eq(check(), LSEXPORT_OK);
  ck_assert_uint_eq(stage.script.request_count, 1);
}
END_TEST

static const struct clock {
  const char *date;
  const char *reason;
  int32_t outcome;
  bool warned;
} clocks[] = {
    {"Tue, 24 Nov 2026 06:00:00 GMT", "+0 s from the storage's", 1, false},
    {"Tue, 24 Nov 2026 05:55:00 GMT", "+300 s from the storage's", 1, false},
    {"Tue, 24 Nov 2026 05:54:59 GMT", "+301 s from the storage's", 1, true},
    {"Tue, 24 Nov 2026 06:15:00 GMT", "-900 s from the storage's", 1, true},
    {"Tue, 24 Nov 2026 06:15:01 GMT", "-901 s from the storage's", 2, true},
    {"Tue, 24 Nov 2026 05:44:59 GMT", "+901 s from the storage's", 2, true},
    {"yesterday", "the storage did not tell its time", 0, false},
};

START_TEST(compares_the_clocks) {
  bucket.date = clocks[_i].date;
  ck_assert_int_eq(check(), LSEXPORT_OK);
  ck_assert_str_eq(reason_of(told, "clock"), clocks[_i].reason);
  ck_assert_int_eq(outcome_of(told, "clock"), clocks[_i].outcome);
  ck_assert_int_eq(finding_of(told, "clock_skew") >= 0, clocks[_i].warned);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("check_obstacles");
  TCase *cases = add_cases(suite, "check");
  tcase_add_checked_fixture(cases, check_setup, check_teardown);
  tcase_add_loop_test(cases, tells_what_stands_in_the_way, 0, (int)COUNT(obstacles));
  tcase_add_loop_test(cases, tells_how_far_it_came, 0, (int)COUNT(ways));
  tcase_add_test(cases, a_handshake_that_was_over_has_passed);
  tcase_add_test(cases, what_is_gone_need_not_be_deleted);
  tcase_add_test(cases, plain_http_has_no_tls);
  tcase_add_test(cases, a_size_that_is_not_what_was_written);
  tcase_add_test(cases, a_size_that_is_not_told_is_no_failure);
  tcase_add_test(cases, minio_tells_its_code_in_a_header);
  tcase_add_test(cases, a_completion_that_fails_with_200_has_failed);
  tcase_add_test(cases, an_upload_without_an_id_is_no_s3);
  tcase_add_test(cases, options_that_make_too_many_headers_are_told);
  tcase_add_test(cases, options_of_every_type_are_headers);
  tcase_add_test(cases, a_tag_is_escaped);
  tcase_add_test(cases, google_tells_its_id_of_the_request);
  tcase_add_loop_test(cases, tells_an_address_that_langsmiths_cloud_cannot_reach, 0, (int)COUNT(places));
  tcase_add_test(cases, an_own_langsmith_may_be_nearby);
  tcase_add_test(cases, tells_what_langsmith_does_not_share);
  tcase_add_test(cases, tells_of_authorities_that_langsmith_may_not_know);
  tcase_add_test(cases, goes_where_the_bucket_is);
  tcase_add_test(cases, follows_a_redirect_by_its_header_once);
  tcase_add_loop_test(cases, a_region_that_says_nothing_new_is_not_followed, 0, (int)COUNT(regions));
  tcase_add_test(cases, a_region_that_is_none_is_not_followed);
  tcase_add_loop_test(cases, compares_the_clocks, 0, (int)COUNT(clocks));
  return run_suite(suite);
}
