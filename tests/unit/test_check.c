/* SPDX-License-Identifier: MIT */
/* A check over a scripted network: what it asks of the bucket, what it leaves there, and what it says. */
#include "bucket_double.h"

#include "base/text.h"
#include "flow/check.h"

#include <stdio.h>
#include <string.h>

#define PUT "s3:PutObject"
#define GET "s3:GetObject"
#define ABORT "s3:AbortMultipartUpload"
#define DELETE "s3:DeleteObject"
#define S3_URL "https://exports.s3.eu-west-1.amazonaws.com/"

static struct scene scene;
static struct bucket_double bucket;
static lsexport_destination_spec *spec;
static lsexport_report *report;
static lsexport_call *call;

static const char *const (*options)[2];

static void setup(void) {
  scene_begin(&scene, options);
  bucket_double_begin(&bucket, &scene.script);
  spec = spec_of_exports();
  lsexport_call_new(&call);
  report = NULL;
}

static void teardown(void) {
  lsexport_report_free(report);
  lsexport_call_free(call);
  lsexport_destination_spec_free(spec);
  scene_end(&scene);
}

static lsexport_status check(void) {
  lsexport_report_free(report);
  lsexport_error_free(scene.error);
  scene.error = NULL;
  report = NULL;
  return lsexport_destination_check(scene.client, spec, call, &report, &scene.error);
}

static void assert_bucket_is_empty(void) {
  ck_assert(!bucket.has_object && !bucket.has_object_below);
  ck_assert_int_eq(bucket.uploads, 0);
  ck_assert_uint_eq(lsexport_report_left_count(report), 0);
}

/* ---- what it asks ---- */

START_TEST(does_what_langsmith_does_and_leaves_nothing) {
  ck_assert_int_eq(check(), LSEXPORT_OK);
  ck_assert_uint_eq(bucket.saw, ACT_ANY);
  assert_bucket_is_empty();
  ck_assert_int_eq(verdict_of(report, PUT), LSEXPORT_VERDICT_GRANTED);
  ck_assert_int_eq(verdict_of(report, GET), LSEXPORT_VERDICT_GRANTED);
  ck_assert_int_eq(verdict_of(report, ABORT), LSEXPORT_VERDICT_GRANTED);
  ck_assert_int_eq(verdict_of(report, DELETE), LSEXPORT_VERDICT_GRANTED);
  ck_assert_str_eq(lsexport_report_summary(report),
                   "From this machine the bucket \"exports\" takes all that LangSmith writes.");
  ck_assert_uint_eq(scene.script.request_count, 10);
  ck_assert_int_eq(finding_of(report, "from_here"), (int)lsexport_report_finding_count(report) - 1);
  for (size_t i = 0; i < lsexport_report_step_count(report); i++)
    ck_assert_int_eq(lsexport_report_step_outcome(report, i), LSEXPORT_OUTCOME_PASSED);
}
END_TEST

/* The first tells whether there is anything to go on with; then what depends on nothing runs side by side. */
START_TEST(runs_side_by_side_what_it_can) {
  bucket.strange = ACT_PUT;
  bucket.answer = s3_error(200, "");
  bucket.answer.headers = "ETag: \"a\"";
  bucket.answer.delay_ms = 100;
  ck_assert_int_eq(check(), LSEXPORT_OK);
  ck_assert_int_eq(script_request(&scene.script, 0)->at_ms, 0);
  for (size_t i = 1; i < 4; i++) ck_assert_int_eq(script_request(&scene.script, i)->at_ms, 100);
}
END_TEST

START_TEST(writes_where_langsmith_writes) {
  ck_assert_int_eq(check(), LSEXPORT_OK);
  const struct scripted_request *put = script_request(&scene.script, 0);
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
  for (size_t i = 1; i < scene.script.request_count; i++)
    ck_assert(text_begins(script_request(&scene.script, i)->url, S3_URL "traces/"));
}
END_TEST

START_TEST(names_are_random) {
  script_random(&scene.script, 0x0123456789abcdefULL);
  script_random(&scene.script, 0xfedcba9876543210ULL);
  ck_assert_int_eq(check(), LSEXPORT_OK);
  ck_assert_str_eq(script_request(&scene.script, 0)->url,
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
  const struct scripted_request *put = script_request(&scene.script, 0);
  ck_assert_str_eq(script_header(put, "x-amz-security-token"), TOKEN);
  ck_assert_str_eq(script_header(put, "x-amz-storage-class"), "STANDARD_IA");
  ck_assert_str_eq(script_header(put, "x-amz-expected-bucket-owner"), "123456789012");
  ck_assert_str_eq(script_header(put, "x-amz-meta-team"), "a");
  ck_assert_str_eq(script_header(put, "x-amz-server-side-encryption-bucket-key-enabled"), "true");
  ck_assert_ptr_null(script_header(put, "x-amz-tagging")); /* a line break is no part of a header */
  ck_assert_ptr_null(script_header(put, "content-language"));
  ck_assert_ptr_null(script_header(put, "cache-control"));
  ck_assert_ptr_nonnull(strstr(script_header(put, "authorization"), "x-amz-meta-team;x-amz-security-token;"));
  for (size_t i = 0; i < scene.script.request_count; i++) {
    const struct scripted_request *request = script_request(&scene.script, i);
    bool writes = request->method == METHOD_PUT && !strstr(request->url, "uploadId");
    ck_assert_ptr_nonnull(script_header(request, "x-amz-expected-bucket-owner"));
    ck_assert_int_eq(script_header(request, "x-amz-storage-class") != NULL, writes || strstr(request->url, "?uploads"));
  }
}
END_TEST

START_TEST(sends_a_checksum_behind_the_body_over_tls) {
  lsexport_destination_spec_set_checksum_algorithm(spec, "SHA256");
  ck_assert_int_eq(check(), LSEXPORT_OK);
  const struct scripted_request *put = script_request(&scene.script, 0);
  ck_assert_str_eq(put->body,
                   "4\r\ntest\r\n0\r\nx-amz-checksum-sha256:n4bQgYhMfWWaL+qgxVrQFaO/TxsrC4Is0V1sFbDwCgg=\r\n\r\n");
  ck_assert_str_eq(script_header(put, "x-amz-content-sha256"), "STREAMING-UNSIGNED-PAYLOAD-TRAILER");
  ck_assert_str_eq(script_header(put, "x-amz-trailer"), "x-amz-checksum-sha256");
  ck_assert_str_eq(script_header(put, "x-amz-sdk-checksum-algorithm"), "SHA256");
  ck_assert_str_eq(script_header(put, "content-encoding"), "aws-chunked");
  ck_assert_str_eq(script_header(put, "x-amz-decoded-content-length"), "4");
  ck_assert_str_eq(script_header(put, "Transfer-Encoding"), "chunked");
  for (size_t i = 0; i < scene.script.request_count; i++) {
    const struct scripted_request *request = script_request(&scene.script, i);
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
  const struct scripted_request *put = script_request(&scene.script, 0);
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
  ck_assert_int_eq(verdict_of(report, PUT), denial->put);
  ck_assert_int_eq(verdict_of(report, GET), denial->get);
  ck_assert_int_eq(verdict_of(report, ABORT), denial->abort);
  ck_assert_int_eq(verdict_of(report, DELETE), denial->delete);
  ck_assert_int_ge(finding_of(report, denial->code), 0);
  ck_assert_uint_eq(bucket.saw & denial->never, 0);
  ck_assert_uint_eq((size_t)bucket.has_object + bucket.has_object_below, denial->left);
  ck_assert_uint_eq(lsexport_report_left_count(report), denial->left);
  ck_assert_int_eq(bucket.uploads, 0);
  ck_assert_int_eq(finding_of(report, "upload_left"), -1);
}
END_TEST

START_TEST(names_what_it_had_to_leave) {
  bucket.denied = ACT_DELETE | ACT_DELETE_BELOW;
  ck_assert_int_eq(check(), LSEXPORT_OK);
  const char *url = script_request(&scene.script, 0)->url;
  ck_assert_str_eq(lsexport_report_left_key(report, 0), url + strlen(S3_URL));
  ck_assert(text_begins(lsexport_report_left_key(report, 1), "traces/lsexport-check-"));
  ck_assert_str_eq(strstr(lsexport_report_left_key(report, 1), "lsexport"), strstr(url, "lsexport"));
}
END_TEST

START_TEST(an_upload_that_cannot_be_ended_is_told) {
  bucket.denied = ACT_ABORT | ACT_PART;
  ck_assert_int_eq(check(), LSEXPORT_OK);
  ck_assert_int_eq(bucket.uploads, 1);
  ck_assert_int_ge(finding_of(report, "upload_left"), 0);
}
END_TEST

START_TEST(google_has_names_of_its_own) {
  lsexport_credentials *google = static_credentials("GOOG1CANARYKEYID", SECRET);
  lsexport_destination_spec_set_credentials(spec, google);
  lsexport_credentials_free(google);
  lsexport_destination_spec_set_endpoint_url(spec, "https://storage.googleapis.com");
  ck_assert_int_eq(check(), LSEXPORT_OK);
  ck_assert_int_eq(verdict_of(report, "storage.objects.create"), LSEXPORT_VERDICT_GRANTED);
  ck_assert_int_eq(verdict_of(report, PUT), -1);
}
END_TEST

/* ---- what stands in the way ---- */

#define XML(code, message) "<Error><Code>" code "</Code><Message>" message "</Message></Error>"

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
  const char *summary = lsexport_report_summary(report);
  ck_assert_msg(text_ends(summary, obstacle->summary), "%s", summary);
  ck_assert(text_begins(summary, "The bucket \"exports\" does not take what LangSmith writes: "));
  ck_assert_int_eq(finding_of(report, "put_failed"), 0);
  ck_assert_str_ne(lsexport_report_finding_remedy(report, 0), "");
  ck_assert_int_eq(outcome_of(report, "signature"), obstacle->signature);
  ck_assert_int_eq(outcome_of(report, "put_object"), LSEXPORT_OUTCOME_FAILED);
  ck_assert_int_eq(outcome_of(report, "head_object"), LSEXPORT_OUTCOME_SKIPPED);
}
END_TEST

static const struct way {
  enum transfer transfer;
  int32_t dns, tcp, tls;
  const char *summary;
} ways[] = {
    {TRANSFER_DNS, 2, 0, 0, "LangSmith cannot connect to the endpoint"},
    {TRANSFER_CONNECT_REFUSED, 1, 2, 0, "LangSmith cannot connect to the endpoint"},
    {TRANSFER_CONNECT_TIMEOUT, 1, 2, 0, "the endpoint did not answer LangSmith in time"},
    {TRANSFER_CERTIFICATE_UNTRUSTED, 1, 1, 2, "LangSmith cannot trust the endpoint's TLS"},
    {TRANSFER_CERTIFICATE_EXPIRED, 1, 1, 2, "LangSmith cannot trust the endpoint's TLS"},
    {TRANSFER_CERTIFICATE_WRONG_HOST, 1, 1, 2, "LangSmith cannot trust the endpoint's TLS"},
    {TRANSFER_TLS_PLAINTEXT, 1, 1, 2, "LangSmith cannot trust the endpoint's TLS"},
    {TRANSFER_TLS_VERSION, 1, 1, 2, "LangSmith cannot trust the endpoint's TLS"},
    {TRANSFER_PROXY, 0, 0, 0, "LangSmith cannot connect to the endpoint"},
    {TRANSFER_LOST, 1, 1, 2, "the endpoint closed LangSmith's connection"},
    {TRANSFER_BROKEN, 1, 1, 1, "the endpoint is no S3 API"},
    {TRANSFER_TLS_FILES, 1, 1, 2, "a certificate or key file cannot be used"},
};

START_TEST(tells_how_far_it_came) {
  const struct way *way = &ways[_i];
  bucket.strange = ACT_ANY;
  bucket.answer = (struct scripted_outcome){.transfer = way->transfer, .sent = way->transfer == TRANSFER_BROKEN};
  ck_assert_int_eq(check(), LSEXPORT_OK);
  ck_assert_int_eq(outcome_of(report, "dns"), way->dns);
  ck_assert_int_eq(outcome_of(report, "tcp"), way->tcp);
  ck_assert_int_eq(outcome_of(report, "tls"), way->tls);
  ck_assert_msg(strstr(lsexport_report_summary(report), way->summary), "%s", lsexport_report_summary(report));
  ck_assert_uint_eq(bucket.saw & ~(unsigned)ACT_DELETE, ACT_PUT); /* what may have been written is deleted */
}
END_TEST

START_TEST(plain_http_has_no_tls) {
  lsexport_destination_spec_set_endpoint_url(spec, "http://storage.example.com");
  ck_assert_int_eq(check(), LSEXPORT_OK);
  ck_assert_int_eq(outcome_of(report, "tls"), LSEXPORT_OUTCOME_SKIPPED);
}
END_TEST

START_TEST(a_size_that_is_not_what_was_written) {
  bucket.strange = ACT_HEAD;
  bucket.answer = s3_error(200, "");
  bucket.answer.headers = "Content-Length: 5";
  ck_assert_int_eq(check(), LSEXPORT_OK);
  ck_assert_int_eq(verdict_of(report, GET), LSEXPORT_VERDICT_UNKNOWN);
  ck_assert_int_eq(outcome_of(report, "head_object"), LSEXPORT_OUTCOME_FAILED);
}
END_TEST

START_TEST(a_size_that_is_not_told_is_no_failure) {
  bucket.strange = ACT_HEAD;
  bucket.answer = s3_error(200, "");
  bucket.answer.headers = "ETag: \"a\"\nContent-Length: no\nDate: never";
  ck_assert_int_eq(check(), LSEXPORT_OK);
  ck_assert_int_eq(verdict_of(report, GET), LSEXPORT_VERDICT_GRANTED);
}
END_TEST

START_TEST(minio_tells_its_code_in_a_header) {
  bucket.strange = ACT_HEAD;
  bucket.answer = s3_error(403, "");
  bucket.answer.headers = "x-minio-error-code: AccessDenied";
  ck_assert_int_eq(check(), LSEXPORT_OK);
  ck_assert_int_eq(verdict_of(report, GET), LSEXPORT_VERDICT_DENIED);
  ck_assert_ptr_nonnull(strstr(lsexport_report_json(report), "\"storage_code\":\"AccessDenied\""));
}
END_TEST

START_TEST(a_completion_that_fails_with_200_has_failed) {
  bucket.strange = ACT_COMPLETE;
  bucket.answer = s3_error(200, XML("InternalError", "We encountered an internal error."));
  ck_assert_int_eq(check(), LSEXPORT_OK);
  ck_assert_int_eq(outcome_of(report, "complete_multipart_upload"), LSEXPORT_OUTCOME_FAILED);
  ck_assert_int_ge(finding_of(report, "upload_failed"), 0);
  assert_bucket_is_empty();
}
END_TEST

START_TEST(an_upload_without_an_id_is_no_s3) {
  bucket.strange = ACT_CREATE;
  bucket.answer = s3_error(200, "<InitiateMultipartUploadResult/>");
  ck_assert_int_eq(check(), LSEXPORT_OK);
  ck_assert_int_eq(outcome_of(report, "create_multipart_upload"), LSEXPORT_OUTCOME_FAILED);
  ck_assert_int_eq(verdict_of(report, PUT), LSEXPORT_VERDICT_GRANTED);
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
  ck_assert_uint_eq(scene.script.request_count, 0);
  ck_assert_ptr_nonnull(strstr(lsexport_report_finding_remedy(report, 0), "Shorten or drop Metadata"));
}
END_TEST

/* What LangSmith's client would write as text: its own spelling, as botocore has it. */
START_TEST(options_of_every_type_are_headers) {
  lsexport_destination_spec_set_s3_additional_kwargs_json(
      spec, "{\"BucketKeyEnabled\":false,\"Expires\":\"2030-01-01T00:00:00Z\",\"Metadata\":{\"n\":5,\"null\":null}}");
  ck_assert_int_eq(check(), LSEXPORT_OK);
  const struct scripted_request *put = script_request(&scene.script, 0);
  ck_assert_str_eq(script_header(put, "x-amz-server-side-encryption-bucket-key-enabled"), "false");
}
END_TEST

/* A tag comes back as it was, whatever is in it. */
START_TEST(a_tag_is_escaped) {
  bucket.strange = ACT_PART;
  bucket.answer = s3_error(200, "");
  bucket.answer.headers = "ETag: \"a&b<c>\"";
  ck_assert_int_eq(check(), LSEXPORT_OK);
  for (size_t i = 0; i < scene.script.request_count; i++) {
    const struct scripted_request *request = script_request(&scene.script, i);
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
  ck_assert_int_eq(verdict_of(report, PUT), LSEXPORT_VERDICT_DENIED);
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
  int finding = finding_of(report, "private_address");
  ck_assert_int_eq(finding >= 0 ? lsexport_report_finding_severity(report, (size_t)finding) : 0, place->severity);
  size_t told = 0;
  for (size_t i = 0; i < lsexport_report_finding_count(report); i++)
    told += text_equal(lsexport_report_finding_code(report, i), "private_address");
  ck_assert_uint_eq(told, place->severity != 0);
}
END_TEST

/* With a client of other options. */
static void begin_again(const char *const (*with)[2]) {
  teardown();
  options = with;
  setup();
  options = NULL;
  bucket.strange = ACT_PUT;
  bucket.answer = s3_error(200, "");
  bucket.answer.headers = "ETag: \"a\"";
  bucket.answer.address = "10.1.2.3";
}

START_TEST(an_own_langsmith_may_be_nearby) {
  static const char *const own[][2] = {{"api_root", "https://langsmith.example.com"}, {NULL, NULL}};
  begin_again(own);
  ck_assert_int_eq(check(), LSEXPORT_OK);
  int finding = finding_of(report, "private_address");
  ck_assert_int_eq(lsexport_report_finding_severity(report, (size_t)finding), LSEXPORT_SEVERITY_NOTE);
  static const char *const aws[][2] = {{"api_root", "https://aws.api.smith.langchain.com"}, {NULL, NULL}};
  begin_again(aws);
  ck_assert_int_eq(check(), LSEXPORT_OK);
  finding = finding_of(report, "private_address");
  ck_assert_int_eq(lsexport_report_finding_severity(report, (size_t)finding), LSEXPORT_SEVERITY_ERROR);
}
END_TEST

START_TEST(tells_what_langsmith_does_not_share) {
  static const char *const proxy[][2] = {{"proxy", "http://proxy.example.com:3128"}, {NULL, NULL}};
  static const char *const direct[][2] = {{"proxy", "none"}, {NULL, NULL}};
  static const char *const from_environment[][2] = {{"proxy", "environment"}, {NULL, NULL}};
  begin_again(proxy);
  ck_assert_int_eq(check(), LSEXPORT_OK);
  ck_assert_int_ge(finding_of(report, "by_proxy"), 0);
  ck_assert_int_eq(finding_of(report, "private_address"), -1); /* that is the proxy's */
  begin_again(direct);
  ck_assert_int_eq(check(), LSEXPORT_OK);
  ck_assert_int_eq(finding_of(report, "by_proxy"), -1);
  begin_again(from_environment);
  ck_assert_int_eq(check(), LSEXPORT_OK);
  ck_assert_int_eq(finding_of(report, "by_proxy"), -1);
}
END_TEST

START_TEST(tells_of_authorities_that_langsmith_may_not_know) {
  static const char *const own[][2] = {{"ca_file", "/dev/null"}, {NULL, NULL}};
  begin_again(own);
  ck_assert_int_eq(check(), LSEXPORT_OK);
  ck_assert_int_ge(finding_of(report, "own_authorities"), 0);
  bucket.answer = (struct scripted_outcome){.transfer = TRANSFER_CERTIFICATE_UNTRUSTED};
  ck_assert_int_eq(check(), LSEXPORT_OK);
  ck_assert_int_eq(finding_of(report, "own_authorities"), -1);
  lsexport_destination_spec_set_endpoint_url(spec, "http://storage.example.com");
  bucket.strange = 0;
  ck_assert_int_eq(check(), LSEXPORT_OK);
  ck_assert_int_eq(finding_of(report, "own_authorities"), -1);
}
END_TEST

/* ---- region and clock ---- */

START_TEST(goes_where_the_bucket_is) {
  bucket.region = "us-west-2";
  ck_assert_int_eq(check(), LSEXPORT_OK);
  ck_assert_uint_eq(scene.script.request_count, 11);
  ck_assert(
      text_begins(script_request(&scene.script, 1)->url, "https://exports.s3.us-west-2.amazonaws.com/traces/tmp/"));
  ck_assert_int_eq(outcome_of(report, "region"), LSEXPORT_OUTCOME_FAILED);
  ck_assert_str_eq(reason_of(report, "region"), "the bucket is in us-west-2");
  int finding = finding_of(report, "wrong_region");
  ck_assert_int_ge(finding, 0);
  ck_assert_str_eq(lsexport_report_finding_remedy(report, (size_t)finding), "Set region to us-west-2.");
  ck_assert_int_eq(verdict_of(report, PUT), LSEXPORT_VERDICT_GRANTED);
  assert_bucket_is_empty();
}
END_TEST

START_TEST(follows_a_redirect_by_its_header_once) {
  bucket.strange = ACT_PUT;
  bucket.answer = s3_error(301, XML("PermanentRedirect", "must be addressed using the specified endpoint"));
  bucket.answer.headers = "x-amz-bucket-region: us-west-2";
  ck_assert_int_eq(check(), LSEXPORT_OK);
  ck_assert_uint_eq(scene.script.request_count, 2);
  ck_assert_int_eq(outcome_of(report, "put_object"), LSEXPORT_OUTCOME_FAILED);
}
END_TEST

START_TEST(a_region_that_is_none_is_not_followed) {
  bucket.strange = ACT_PUT;
  bucket.answer = s3_error(301, XML("PermanentRedirect", "must be addressed using the specified endpoint"));
  bucket.answer.headers = "x-amz-bucket-region: nowhere/else";
  ck_assert_int_eq(check(), LSEXPORT_OK);
  ck_assert_uint_eq(scene.script.request_count, 1);
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
    {"yesterday", "the storage did not tell its time", 0, false},
};

START_TEST(compares_the_clocks) {
  bucket.date = clocks[_i].date;
  ck_assert_int_eq(check(), LSEXPORT_OK);
  ck_assert_str_eq(reason_of(report, "clock"), clocks[_i].reason);
  ck_assert_int_eq(outcome_of(report, "clock"), clocks[_i].outcome);
  ck_assert_int_eq(finding_of(report, "clock_skew") >= 0, clocks[_i].warned);
}
END_TEST

/* ---- time ---- */

START_TEST(a_storage_that_never_answers_is_told_and_cleaned_up) {
  bucket.strange = ACT_PUT;
  bucket.answer = (struct scripted_outcome){.delay_ms = SCRIPT_NEVER, .sent = true};
  ck_assert_int_eq(check(), LSEXPORT_OK);
  ck_assert_int_eq(script_now(&scene.script), CHECK_STEP_TIMEOUT_MS);
  ck_assert(bucket.saw & ACT_DELETE); /* it may have been written */
  ck_assert_ptr_nonnull(strstr(lsexport_report_summary(report), "the endpoint did not answer LangSmith in time"));
  ck_assert_uint_eq(lsexport_report_left_count(report), 0);
}
END_TEST

START_TEST(one_that_cannot_be_reached_in_time_leaves_nothing) {
  bucket.strange = ACT_PUT;
  bucket.answer = (struct scripted_outcome){.delay_ms = SCRIPT_NEVER};
  ck_assert_int_eq(check(), LSEXPORT_OK);
  ck_assert_int_eq(outcome_of(report, "tcp"), LSEXPORT_OUTCOME_FAILED);
  ck_assert_uint_eq(bucket.saw, ACT_PUT);
}
END_TEST

START_TEST(keeps_time_for_cleaning_up) {
  lsexport_call_set_timeout_ms(call, 8000);
  bucket.strange = ACT_HEAD | ACT_PUT_BELOW | ACT_CREATE;
  bucket.answer = (struct scripted_outcome){.delay_ms = SCRIPT_NEVER, .sent = true};
  ck_assert_int_eq(check(), LSEXPORT_OK);
  ck_assert_int_eq(script_now(&scene.script), 8000 - 8000 / CHECK_CLEANING_SHARE);
  ck_assert(!bucket.has_object && !bucket.has_object_below);
  ck_assert_int_ge(finding_of(report, "upload_left"), 0); /* its answer was lost */
}
END_TEST

START_TEST(says_what_is_known_when_the_time_is_over) {
  lsexport_call_set_timeout_ms(call, 8000);
  bucket.strange = ACT_ANY & ~ACT_PUT;
  bucket.answer = (struct scripted_outcome){.delay_ms = SCRIPT_NEVER, .sent = true};
  ck_assert_int_eq(check(), LSEXPORT_OK);
  ck_assert_int_eq(script_now(&scene.script), 8000);
  ck_assert_int_ge(finding_of(report, "out_of_time"), 0);
  ck_assert_uint_eq(lsexport_report_left_count(report), 2);
  ck_assert(bucket.has_object);
  ck_assert_str_eq(reason_of(report, "delete_object"), "the time was over");
}
END_TEST

START_TEST(no_time_at_all) {
  lsexport_call_set_timeout_ms(call, 1);
  bucket.strange = ACT_ANY;
  bucket.answer = (struct scripted_outcome){.delay_ms = SCRIPT_NEVER};
  ck_assert_int_eq(check(), LSEXPORT_OK);
  ck_assert_str_eq(lsexport_report_summary(report), "Not all could be tried with the bucket \"exports\".");
  ck_assert_int_eq(outcome_of(report, "put_object"), LSEXPORT_OUTCOME_SKIPPED);
}
END_TEST

/* An abort whose answer was lost may have done its work: the upload is not used for more. */
START_TEST(an_abort_that_was_lost_is_told) {
  bucket.strange = ACT_ABORT;
  bucket.answer = (struct scripted_outcome){.transfer = TRANSFER_BROKEN, .sent = true};
  ck_assert_int_eq(check(), LSEXPORT_OK);
  ck_assert_uint_eq(bucket.saw & (ACT_PART | ACT_COMPLETE), 0);
  ck_assert_int_ge(finding_of(report, "upload_left"), 0);
}
END_TEST

static void cancel_it(void *token) { lsexport_cancel_trigger(token); }

START_TEST(a_cancel_says_what_is_in_the_bucket) {
  lsexport_cancel *token = NULL;
  lsexport_cancel_new(&token);
  lsexport_call_set_cancel(call, token);
  script_at(&scene.script, 1000, cancel_it, token);
  bucket.strange = ACT_ANY & ~ACT_PUT;
  bucket.answer = (struct scripted_outcome){.delay_ms = SCRIPT_NEVER, .sent = true};
  ck_assert_int_eq(check(), LSEXPORT_ERR_CANCELLED);
  ck_assert_ptr_null(report);
  ck_assert_int_eq(script_now(&scene.script), 1000);
  const char *left = lsexport_error_fact(scene.error, "left_object");
  ck_assert(text_begins(left, "traces/tmp/lsexport-check-"));
  ck_assert(text_begins(lsexport_error_fact(scene.error, "left_object_below_prefix"), "traces/lsexport-check-"));
  ck_assert_ptr_nonnull(lsexport_error_fact(scene.error, "left_upload"));
  lsexport_cancel_free(token);
}
END_TEST

START_TEST(a_cancel_before_anything_leaves_nothing) {
  lsexport_cancel *token = NULL;
  lsexport_cancel_new(&token);
  lsexport_cancel_trigger(token);
  lsexport_call_set_cancel(call, token);
  ck_assert_int_eq(check(), LSEXPORT_ERR_CANCELLED);
  ck_assert_ptr_null(lsexport_error_fact(scene.error, "left_object"));
  ck_assert_uint_eq(scene.script.request_count, 0);
  lsexport_cancel_free(token);
}
END_TEST

START_TEST(repeats_what_may_be_repeated) {
  bucket.strange = ACT_CREATE;
  bucket.answer = s3_error(503, XML("SlowDown", "Please reduce your request rate."));
  ck_assert_int_eq(check(), LSEXPORT_OK);
  ck_assert_uint_eq(script_count(&scene.script, METHOD_POST), 1); /* a second would leave an upload unknown */
  bucket.strange = ACT_PUT;
  scene.script.request_count = 0;
  ck_assert_int_eq(check(), LSEXPORT_OK);
  ck_assert_uint_eq(script_count(&scene.script, METHOD_PUT), 3);
}
END_TEST

/* ---- what it will not try ---- */

START_TEST(refuses_what_create_refuses) {
  lsexport_destination_spec_set_bucket_name(spec, "a/b");
  ck_assert_int_eq(check(), LSEXPORT_ERR_VALIDATION);
  ck_assert(has_field(scene.error, "config.bucket_name"));
  ck_assert_uint_eq(scene.script.request_count, 0);
}
END_TEST

START_TEST(refuses_credentials_that_are_not_here) {
  lsexport_credentials *others[] = {role_credentials(ROLE), server_credentials()};
  for (size_t i = 0; i < COUNT(others); i++) {
    lsexport_destination_spec_set_credentials(spec, others[i]);
    lsexport_credentials_free(others[i]);
    ck_assert_int_eq(check(), LSEXPORT_ERR_VALIDATION);
    ck_assert(text_begins(field_message(scene.error, "credentials"), "are LangSmith's own"));
  }
}
END_TEST

START_TEST(never_touches_the_one_object_of_a_cut_key) {
  lsexport_destination_spec_set_prefix(spec, "report.csv?versionId=1");
  ck_assert_int_eq(check(), LSEXPORT_ERR_VALIDATION);
  ck_assert(has_field(scene.error, "config.prefix"));
  ck_assert_uint_eq(scene.script.request_count, 0);
}
END_TEST

START_TEST(refuses_what_langsmiths_client_refuses) {
  lsexport_destination_spec_set_use_accelerate_endpoint(spec, 1);
  lsexport_destination_spec_set_endpoint_url(spec, "https://storage.example.com");
  ck_assert_int_eq(check(), LSEXPORT_ERR_VALIDATION);
  ck_assert_uint_eq(scene.script.request_count, 0);
}
END_TEST

START_TEST(needs_its_arguments) {
  ck_assert_int_eq(lsexport_destination_check(NULL, spec, NULL, &report, NULL), LSEXPORT_ERR_INVALID_ARGUMENT);
  ck_assert_int_eq(lsexport_destination_check(scene.client, NULL, NULL, &report, NULL), LSEXPORT_ERR_INVALID_ARGUMENT);
  ck_assert_int_eq(lsexport_destination_check(scene.client, spec, NULL, NULL, NULL), LSEXPORT_ERR_INVALID_ARGUMENT);
}
END_TEST

START_TEST(secrets_are_never_shown) {
  static const char *const secrets[] = {SECRET, KEY_ID, API_KEY};
  lsexport_destination_spec_set_prefix(spec, SECRET);
  bucket.denied = ACT_DELETE | ACT_DELETE_BELOW;
  bucket.strange = ACT_HEAD;
  bucket.answer = s3_error(403, XML("AccessDenied", "not for " KEY_ID));
  ck_assert_int_eq(check(), LSEXPORT_OK);
  for (size_t i = 0; i < COUNT(secrets); i++) {
    ck_assert_ptr_null(strstr(lsexport_report_text(report), secrets[i]));
    ck_assert_ptr_null(strstr(lsexport_report_json(report), secrets[i]));
  }
}
END_TEST

int main(void) {
  Suite *suite = suite_create("check");
  TCase *cases = add_cases(suite, "asks");
  tcase_add_checked_fixture(cases, setup, teardown);
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
  tcase_add_loop_test(cases, tells_what_stands_in_the_way, 0, (int)COUNT(obstacles));
  tcase_add_loop_test(cases, tells_how_far_it_came, 0, (int)COUNT(ways));
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
  tcase_add_test(cases, a_region_that_is_none_is_not_followed);
  tcase_add_loop_test(cases, compares_the_clocks, 0, (int)COUNT(clocks));
  tcase_add_test(cases, a_storage_that_never_answers_is_told_and_cleaned_up);
  tcase_add_test(cases, one_that_cannot_be_reached_in_time_leaves_nothing);
  tcase_add_test(cases, keeps_time_for_cleaning_up);
  tcase_add_test(cases, says_what_is_known_when_the_time_is_over);
  tcase_add_test(cases, no_time_at_all);
  tcase_add_test(cases, an_abort_that_was_lost_is_told);
  tcase_add_test(cases, a_cancel_says_what_is_in_the_bucket);
  tcase_add_test(cases, a_cancel_before_anything_leaves_nothing);
  tcase_add_test(cases, repeats_what_may_be_repeated);
  tcase_add_test(cases, refuses_what_create_refuses);
  tcase_add_test(cases, refuses_credentials_that_are_not_here);
  tcase_add_test(cases, never_touches_the_one_object_of_a_cut_key);
  tcase_add_test(cases, refuses_what_langsmiths_client_refuses);
  tcase_add_test(cases, needs_its_arguments);
  tcase_add_test(cases, secrets_are_never_shown);
  return run_suite(suite);
}
