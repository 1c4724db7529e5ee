/* SPDX-License-Identifier: MIT */
/* What no text of a spec, and of credentials, may hold, wherever it stands in it. The rules of single fields are in
 * test_destination_check.c. */
#include "fixtures.h"

#include "langsmith/destination_spec.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct reports {
  size_t count;
  char path[128], message[1200];
};

static void take(void *context, const char *path, const char *message, enum spec_check named) {
  struct reports *reports = context;
  (void)named;
  if (!reports->count++) {
    snprintf(reports->path, sizeof reports->path, "%s", path);
    snprintf(reports->message, sizeof reports->message, "%s", message);
  }
}

typedef lsexport_status (*set_fn)(lsexport_destination_spec *spec, const char *text);

static const struct {
  set_fn set;
  const char *path;
  const char *fine;
  bool blank_ends; /* it may begin or end with a blank */
} fields[] = {
    {lsexport_destination_spec_set_display_name, "display_name", "Name", true},
    {lsexport_destination_spec_set_bucket_name, "config.bucket_name", "bucket", false},
    {lsexport_destination_spec_set_prefix, "config.prefix", "a/b", true},
    {lsexport_destination_spec_set_region, "config.region", "us-east-1", false},
    {lsexport_destination_spec_set_endpoint_url, "config.endpoint_url", "https://h.example", false},
    {lsexport_destination_spec_set_checksum_algorithm, "config.s3_additional_kwargs.ChecksumAlgorithm", "SHA256",
     false},
    {lsexport_destination_spec_set_server_side_encryption, "config.s3_additional_kwargs.ServerSideEncryption",
     "aws:kms", false},
    {lsexport_destination_spec_set_ssekms_key_id, "config.s3_additional_kwargs.SSEKMSKeyId", "key", false},
    {lsexport_destination_spec_set_expected_bucket_owner, "config.s3_additional_kwargs.ExpectedBucketOwner",
     "123456789012", false},
    {lsexport_destination_spec_set_request_payer, "config.s3_additional_kwargs.RequestPayer", "requester", false},
    {lsexport_destination_spec_set_storage_class, "config.s3_additional_kwargs.StorageClass", "STANDARD_IA", false},
};

static struct reports checked(const lsexport_destination_spec *spec) {
  struct reports reports = {0};
  spec_check(spec, NULL, take, &reports);
  return reports;
}

/* The spec is fine but for this text of this field. */
static struct reports checked_with(size_t field, const char *text) {
  lsexport_destination_spec *spec = spec_aws();
  lsexport_destination_spec_set_server_side_encryption(spec, "aws:kms");
  ck_assert_int_eq(fields[field].set(spec, text), LSEXPORT_OK);
  struct reports reports = checked(spec);
  lsexport_destination_spec_free(spec);
  return reports;
}

static void assert_refused(size_t field, const char *text, const char *words) {
  struct reports reports = checked_with(field, text);
  ck_assert_msg(reports.count > 0, "%s took \"%s\"", fields[field].path, text);
  ck_assert_str_eq(reports.path, fields[field].path);
  ck_assert_msg(strstr(reports.message, words) != NULL, "%s: %s", reports.path, reports.message);
  ck_assert_ptr_null(strpbrk(reports.message, "\n\r\x1b")); /* a message never repeats what it complains of */
}

START_TEST(a_control_character_anywhere) {
  size_t field = (size_t)_i;
  char text[64];
  ck_assert_uint_eq(checked_with(field, fields[field].fine).count, 0);
  for (int byte = 1; byte < 0x80; byte = byte == 0x1f ? 0x7f : byte + 1) {
    size_t length = strlen(fields[field].fine);
    for (size_t at = 0; at <= length; at++) {
      snprintf(text, sizeof text, "%.*s%c%s", (int)at, fields[field].fine, byte, fields[field].fine + at);
      assert_refused(field, text, "control character");
    }
  }
}
END_TEST

START_TEST(what_is_no_utf8) {
  static const char *const broken[] = {"\xff", "\x80", "\xc3", "\xed\xa0\x80", "\xc0\x8a", "\xf4\x90\x80\x80"};
  size_t field = (size_t)_i;
  char text[64];
  for (size_t i = 0; i < COUNT(broken); i++) {
    snprintf(text, sizeof text, "%s%s", fields[field].fine, broken[i]);
    assert_refused(field, text, "UTF-8");
    snprintf(text, sizeof text, "%s%s", broken[i], fields[field].fine);
    assert_refused(field, text, "UTF-8");
  }
}
END_TEST

START_TEST(a_blank_at_the_ends) {
  size_t field = (size_t)_i;
  char text[64];
  for (int end = 0; end < 2; end++) {
    snprintf(text, sizeof text, "%s%s%s", end ? "" : " ", fields[field].fine, end ? " " : "");
    if (fields[field].blank_ends)
      ck_assert_uint_eq(checked_with(field, text).count, 0);
    else
      assert_refused(field, text, "begins or ends with a blank");
  }
}
END_TEST

START_TEST(an_empty_text) {
  size_t field = (size_t)_i;
  if (fields[field].set == lsexport_destination_spec_set_prefix)
    ck_assert_uint_eq(checked_with(field, "").count, 0);
  else
    assert_refused(field, "", "must not be empty");
}
END_TEST

/* ---- members that no JSON may hold ---- */

static const struct {
  const char *kwargs;
  const char *member; /* NULL: fine */
} kwargs[] = {
    {"{\"ACL\":\"private\"}", NULL},
    {"{\"SSECustomer\":1}", "SSECustomer"},
    {"{\"SSECustomerKey\":\"k\"}", "SSECustomerKey"},
    {"{\"SSECustomerKeyMD5\":\"k\"}", "SSECustomerKeyMD5"},
    {"{\"SSECustomerAlgorithm\":\"AES256\"}", "SSECustomerAlgorithm"},
    {"{\"ssecustomerkey\":\"k\"}", "ssecustomerkey"},
    {"{\"SSECUSTOMERKEY\":\"k\"}", "SSECUSTOMERKEY"},
    {"{\"CopySourceSSECustomerKey\":\"k\"}", "CopySourceSSECustomerKey"},
    {"{\"SSE\\u0043ustomerKey\":\"k\"}", "SSECustomerKey"}, /* under another spelling */
    {"{\"ChecksumAlgorithm\":\"SHA256\"}", "ChecksumAlgorithm"},
    {"{\"CHECKSUMALGORITHM\":\"SHA256\"}", "CHECKSUMALGORITHM"},
    {"{\"ServerSideEncryption\":\"AES256\"}", "ServerSideEncryption"},
    {"{\"serversideencryption\":null}", "serversideencryption"},
    {"{\"SSEKMSKeyId\":\"k\"}", "SSEKMSKeyId"},
    {"{\"SseKmsKeyId\":\"k\"}", "SseKmsKeyId"},
    {"{\"ExpectedBucketOwner\":\"k\"}", "ExpectedBucketOwner"},
    {"{\"RequestPayer\":\"k\"}", "RequestPayer"},
    {"{\"StorageClass\":\"k\"}", "StorageClass"},
    {"{\"SSEKMSEncryptionContext\":\"k\"}", NULL},
    {"{\"BucketKeyEnabled\":true}", NULL},
};

START_TEST(members_of_additional_kwargs) {
  char path[128];
  lsexport_destination_spec *spec = spec_aws();
  lsexport_destination_spec_set_s3_additional_kwargs_json(spec, kwargs[_i].kwargs);
  struct reports reports = checked(spec);
  lsexport_destination_spec_free(spec);
  ck_assert_uint_eq(reports.count, kwargs[_i].member ? 1 : 0);
  if (!kwargs[_i].member) return;
  snprintf(path, sizeof path, "config.s3_additional_kwargs.%s", kwargs[_i].member);
  ck_assert_str_eq(reports.path, path);
}
END_TEST

static const char *const config_members[] = {
    "bucket_name",          "prefix",      "region", "endpoint_url", "include_bucket_in_prefix", "config_kwargs_s3",
    "s3_additional_kwargs", "aws_role_arn"};

START_TEST(members_of_config_that_have_a_setter) {
  char json[128], path[128];
  lsexport_destination_spec *spec = spec_aws();
  snprintf(json, sizeof json, "{\"fine\":1,\"%s\":null,\"also_fine\":2}", config_members[_i]);
  snprintf(path, sizeof path, "config.%s", config_members[_i]);
  lsexport_destination_spec_set_extra_config_json(spec, json);
  struct reports reports = checked(spec);
  ck_assert_uint_eq(reports.count, 1);
  ck_assert_str_eq(reports.path, path);
  lsexport_destination_spec_free(spec);
}
END_TEST

START_TEST(each_wrong_member_is_reported) {
  lsexport_destination_spec *spec = spec_aws();
  lsexport_destination_spec_set_s3_additional_kwargs_json(spec,
                                                          "{\"SSECustomerKey\":1,\"StorageClass\":1,\"ok\":1,\"x\":1}");
  lsexport_destination_spec_set_extra_config_json(spec, "{\"region\":1,\"prefix\":1,\"ok\":1}");
  ck_assert_uint_eq(checked(spec).count, 4);
  lsexport_destination_spec_free(spec);
}
END_TEST

static const char *const no_objects[] = {"",
                                         " ",
                                         "[]",
                                         "null",
                                         "true",
                                         "1",
                                         "\"{}\"",
                                         "{",
                                         "{}}",
                                         "{} {}",
                                         "{a:1}",
                                         "{\"a\":1,\"a\":2}",
                                         "{\"a\":\"\\u0000\"}",
                                         "{\"a\":\"\xff\"}",
                                         "{'a':1}",
                                         "\xef\xbb\xbf{}"};

START_TEST(json_that_is_no_object) {
  for (int extra = 0; extra < 2; extra++) {
    lsexport_destination_spec *spec = spec_aws();
    if (extra)
      lsexport_destination_spec_set_extra_config_json(spec, no_objects[_i]);
    else
      lsexport_destination_spec_set_s3_additional_kwargs_json(spec, no_objects[_i]);
    struct reports reports = checked(spec);
    ck_assert_uint_eq(reports.count, 1);
    ck_assert_str_eq(reports.path, extra ? "config" : "config.s3_additional_kwargs");
    ck_assert_ptr_nonnull(strstr(reports.message, "must be a JSON object"));
    lsexport_destination_spec_free(spec);
  }
}
END_TEST

/* ---- encryption and its key ---- */

static const struct {
  const char *encryption; /* NULL: unset */
  bool fine;
} encryptions[] = {{NULL, false}, {"AES256", false}, {"aws:fsx", false}, {"aws:kms", true}, {"aws:kms:dsse", true}};

START_TEST(a_kms_key_needs_its_encryption) {
  lsexport_destination_spec *spec = spec_aws();
  if (encryptions[_i].encryption)
    lsexport_destination_spec_set_server_side_encryption(spec, encryptions[_i].encryption);
  ck_assert_uint_eq(checked(spec).count, 0);
  lsexport_destination_spec_set_ssekms_key_id(spec, "arn:aws:kms:us-east-1:123456789012:key/x");
  struct reports reports = checked(spec);
  ck_assert_uint_eq(reports.count, encryptions[_i].fine ? 0 : 1);
  if (reports.count) ck_assert_str_eq(reports.path, "config.s3_additional_kwargs.SSEKMSKeyId");
  lsexport_destination_spec_free(spec);
}
END_TEST

/* ---- hosts that begin with a bucket's name, and hosts that only seem to ---- */

static const struct {
  const char *bucket, *endpoint;
  bool fine;
} hosts[] = {
    {"storage", "https://storage.googleapis.com", false},
    {"storage", "https://storage.storage.googleapis.com", true},
    {"127", "http://127.0.0.1:9000", false},
    {"192", "https://192.168.1.1", false},
    {"192.168", "https://192.168.1.1", false},
    {"storage", "https://storage.googleapis.com/storage", true}, /* by its path */
    {"127", "http://127.0.0.1:9000/127", true},
    {"127", "https://127.s3.example.com", true},
    {"a.b.c", "https://a.b.c.s3.example.com", true},
    {"a.b.c", "https://a.b.s3.example.com", false},
};

START_TEST(a_host_that_names_the_bucket) {
  lsexport_destination_spec *spec = spec_bare(static_credentials("GOOG1E", SECRET));
  lsexport_destination_spec_allow(spec, "google_key_without_endpoint");
  lsexport_destination_spec_set_bucket_name(spec, hosts[_i].bucket);
  lsexport_destination_spec_set_endpoint_url(spec, hosts[_i].endpoint);
  lsexport_destination_spec_set_include_bucket_in_prefix(spec, 0);
  struct reports reports = checked(spec);
  lsexport_destination_spec_free(spec);
  ck_assert_uint_eq(reports.count, hosts[_i].fine ? 0 : 1);
  if (reports.count) ck_assert_str_eq(reports.path, "config.include_bucket_in_prefix");
}
END_TEST

/* ---- a message never holds a secret ---- */

START_TEST(messages_hold_no_secret) {
  struct scene scene;
  scene_begin(&scene, NULL);
  lsexport_destination_spec *spec = spec_bare(session_credentials(KEY_ID, SECRET "\n", TOKEN "\n"));
  for (size_t i = 0; i < COUNT(fields); i++) fields[i].set(spec, SECRET "\n");
  lsexport_destination_spec_set_prefix(spec, KEY_ID); /* the message names its first segment */
  lsexport_destination_spec_set_include_bucket_in_prefix(spec, 0);
  lsexport_destination_spec_set_s3_additional_kwargs_json(spec, "{\"SSECustomerKey\":\"" TOKEN "\"}");
  lsexport_destination_spec_set_extra_config_json(spec, "{\"prefix\":\"" TOKEN "\"}");
  ck_assert_int_eq(scene_create(&scene, spec, NULL), LSEXPORT_ERR_VALIDATION);
  ck_assert_uint_gt(lsexport_error_field_count(scene.error), COUNT(fields));
  assert_error_never_says(scene.error, "canary");
  assert_error_never_says(scene.error, "CANARY");
  ck_assert_uint_eq(scene.script.request_count, 0);
  lsexport_destination_spec_free(spec);
  scene_end(&scene);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("test_destination_fields");
  TCase *cases = add_cases(suite, "fields");
  tcase_add_loop_test(cases, a_control_character_anywhere, 0, (int)COUNT(fields));
  tcase_add_loop_test(cases, what_is_no_utf8, 0, (int)COUNT(fields));
  tcase_add_loop_test(cases, a_blank_at_the_ends, 0, (int)COUNT(fields));
  tcase_add_loop_test(cases, an_empty_text, 0, (int)COUNT(fields));
  tcase_add_loop_test(cases, members_of_additional_kwargs, 0, (int)COUNT(kwargs));
  tcase_add_loop_test(cases, members_of_config_that_have_a_setter, 0, (int)COUNT(config_members));
  tcase_add_test(cases, each_wrong_member_is_reported);
  tcase_add_loop_test(cases, json_that_is_no_object, 0, (int)COUNT(no_objects));
  tcase_add_loop_test(cases, a_kms_key_needs_its_encryption, 0, (int)COUNT(encryptions));
  tcase_add_loop_test(cases, a_host_that_names_the_bucket, 0, (int)COUNT(hosts));
  tcase_add_test(cases, messages_hold_no_secret);
  return run_suite(suite);
}
