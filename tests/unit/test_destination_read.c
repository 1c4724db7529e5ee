/* SPDX-License-Identifier: MIT */
/* From LangSmith's JSON to a destination, and what is no destination. */
#include "fixtures.h"

#include "langsmith/destination.h"

#include <stdio.h>
#include <string.h>

static enum destination_read read_from(const char *text, bool may_be_short, lsexport_destination **destination_out,
                                       const char **wrong_out) {
  json_node *node = parsed(text);
  struct destination_source source = {
      .node = node, .json = text, .json_length = strlen(text), .request_id = "r-1", .may_be_short = may_be_short};
  *destination_out = NULL;
  enum destination_read result = destination_read(&source, destination_out, wrong_out);
  node_free(node); /* nothing of it is borrowed */
  return result;
}

static lsexport_destination *read_well(const char *text) {
  lsexport_destination *destination;
  const char *wrong;
  ck_assert_msg(read_from(text, false, &destination, &wrong) == DESTINATION_READ, "%s in %s", wrong, text);
  ck_assert_ptr_null(wrong);
  ck_assert_ptr_nonnull(destination);
  return destination;
}

/* ---- real bodies ---- */

/* 2025-05-13, before include_bucket_in_prefix and the kwargs. */
static const char old_body[] =
    "{\"destination_type\":\"s3\",\"display_name\":\"My S3 Destination\",\"config\":{\"endpoint_url\":null,\"prefix\":"
    "\"\",\"bucket_name\":\"langsmith-data-export\",\"region\":\"us-east-2\"},\"id\":"
    "\"0a91a355-8a88-422c-9546-72c183b95b5c\",\"tenant_id\":\"" WORKSPACE "\",\"created_at\":"
    "\"2025-05-13T15:37:29.526397+00:00\",\"updated_at\":\"2025-05-13T15:37:29.526397+00:00\",\"credentials_keys\":"
    "[\"access_key_id\",\"secret_access_key\"]}";

START_TEST(an_old_servers) {
  size_t length = 0;
  lsexport_destination *it = read_well(old_body);
  ck_assert_str_eq(lsexport_destination_id(it), "0a91a355-8a88-422c-9546-72c183b95b5c");
  ck_assert_str_eq(lsexport_destination_workspace_id(it), WORKSPACE);
  ck_assert_str_eq(lsexport_destination_display_name(it), "My S3 Destination");
  ck_assert_str_eq(lsexport_destination_type(it), "s3");
  ck_assert_str_eq(lsexport_destination_bucket_name(it), "langsmith-data-export");
  ck_assert_str_eq(lsexport_destination_prefix(it), "");
  ck_assert_str_eq(lsexport_destination_region(it), "us-east-2");
  ck_assert_ptr_null(lsexport_destination_endpoint_url(it));
  ck_assert_ptr_null(lsexport_destination_aws_role_arn(it));
  ck_assert_ptr_null(lsexport_destination_config_kwargs_s3_json(it));
  ck_assert_ptr_null(lsexport_destination_s3_additional_kwargs_json(it));
  ck_assert_int_eq(lsexport_destination_include_bucket_in_prefix(it), 1);
  ck_assert_int_eq(lsexport_destination_addressing_style(it), LSEXPORT_ADDRESSING_UNSET);
  ck_assert_int_eq(lsexport_destination_created_at_unix_us(it), 1747150649526397);
  ck_assert_int_eq(lsexport_destination_updated_at_unix_us(it), 1747150649526397);
  ck_assert_uint_eq(lsexport_destination_credentials_key_count(it), 2);
  ck_assert_str_eq(lsexport_destination_credentials_key(it, 0), "access_key_id");
  ck_assert_str_eq(lsexport_destination_credentials_key(it, 1), "secret_access_key");
  ck_assert_ptr_null(lsexport_destination_credentials_key(it, 2));
  ck_assert_int_eq(lsexport_destination_adopted(it), 0);
  ck_assert_uint_eq(lsexport_destination_surplus_count(it), 0);
  ck_assert_ptr_null(lsexport_destination_surplus_id(it, 0));
  ck_assert_str_eq(lsexport_destination_request_id(it), "r-1");
  ck_assert_str_eq(lsexport_destination_json(it, &length), old_body);
  ck_assert_uint_eq(length, strlen(old_body));
  ck_assert_str_eq(lsexport_destination_json(it, NULL), old_body);
  lsexport_destination_free(it);
}
END_TEST

static const char full_body[] =
    " {\"id\":\"" ID_1 "\",\"tenant_id\":\"" WORKSPACE "\",\"display_name\":\"D\",\"destination_type\":\"s3\","
    "\"config\":{\"endpoint_url\":\"https://h\",\"prefix\":\"/a\\u002f\\u00e4/\",\"bucket_name\":null,\"region\":null,"
    "\"s3_additional_kwargs\":{\"ChecksumAlgorithm\" : \"SHA256\",\"n\":[1, null]},\"config_kwargs_s3\":{"
    "\"addressing_style\":\"virtual\",\"use_accelerate_endpoint\":null},\"include_bucket_in_prefix\":false,"
    "\"aws_role_arn\":\"" ROLE "\",\"unknown\":{\"x\":[true]}},\"created_at\":\"2026-01-01T00:00:00Z\",\"updated_at\":"
    "\"2026-01-01T00:00:00.25\",\"credentials_keys\":[],\"unknown\":null}\n";

START_TEST(all_members) {
  lsexport_destination *it = read_well(full_body);
  ck_assert_ptr_null(lsexport_destination_bucket_name(it));
  ck_assert_str_eq(lsexport_destination_prefix(it), "/a/\xc3\xa4/");
  ck_assert_str_eq(lsexport_destination_endpoint_url(it), "https://h");
  ck_assert_str_eq(lsexport_destination_aws_role_arn(it), ROLE);
  ck_assert_int_eq(lsexport_destination_include_bucket_in_prefix(it), 0);
  ck_assert_int_eq(lsexport_destination_addressing_style(it), LSEXPORT_ADDRESSING_VIRTUAL);
  ck_assert_str_eq(lsexport_destination_s3_additional_kwargs_json(it),
                   "{\"ChecksumAlgorithm\":\"SHA256\",\"n\":[1,null]}");
  ck_assert_str_eq(lsexport_destination_config_kwargs_s3_json(it),
                   "{\"addressing_style\":\"virtual\",\"use_accelerate_endpoint\":null}");
  ck_assert_int_eq(lsexport_destination_created_at_unix_us(it), 1767225600000000);
  ck_assert_int_eq(lsexport_destination_updated_at_unix_us(it), 1767225600250000);
  ck_assert_uint_eq(lsexport_destination_credentials_key_count(it), 0);
  ck_assert_str_eq(lsexport_destination_json(it, NULL), full_body);
  lsexport_destination_free(it);
}
END_TEST

/* ---- members one by one ---- */

#define WITH(members) "{\"id\":\"" ID_1 "\",\"display_name\":\"D\",\"config\":{}" members "}"
#define WITH_CONFIG(members) "{\"id\":\"" ID_1 "\",\"display_name\":\"D\",\"config\":{" members "}}"

static const struct {
  const char *text;
  const char *wrong;
} wrongs[] = {
    {"[]", "the object itself"},
    {"\"x\"", "the object itself"},
    {"null", "the object itself"},
    {"{}", "id"},
    {"{\"id\":null}", "id"},
    {"{\"id\":7}", "id"},
    {"{\"id\":\"\"}", "id"},
    {"{\"id\":\"not-a-uuid\"}", "id"},
    {"{\"id\":\"" ID_1 "\"}", "display_name"},
    {"{\"id\":\"" ID_1 "\",\"display_name\":null,\"config\":{}}", "display_name"},
    {"{\"id\":\"" ID_1 "\",\"display_name\":7,\"config\":{}}", "display_name"},
    {"{\"id\":\"" ID_1 "\",\"display_name\":\"D\"}", "config"},
    {"{\"id\":\"" ID_1 "\",\"display_name\":\"D\",\"config\":null}", "config"},
    {"{\"id\":\"" ID_1 "\",\"display_name\":\"D\",\"config\":[]}", "config"},
    {"{\"id\":\"" ID_1 "\",\"display_name\":\"D\",\"config\":\"x\"}", "config"},
    {WITH(",\"tenant_id\":7"), "tenant_id"},
    {WITH(",\"tenant_id\":null"), "tenant_id"},
    {WITH(",\"destination_type\":{}"), "destination_type"},
    {WITH(",\"created_at\":1767225600"), "created_at"},
    {WITH(",\"created_at\":null"), "created_at"},
    {WITH(",\"updated_at\":true"), "updated_at"},
    {WITH(",\"credentials_keys\":\"x\""), "credentials_keys"},
    {WITH(",\"credentials_keys\":{}"), "credentials_keys"},
    {WITH(",\"credentials_keys\":[\"a\",null]"), "credentials_keys"},
    {WITH(",\"credentials_keys\":[[\"a\"]]"), "credentials_keys"},
    {WITH_CONFIG("\"bucket_name\":7"), "bucket_name"},
    {WITH_CONFIG("\"region\":false"), "region"},
    {WITH_CONFIG("\"endpoint_url\":[]"), "endpoint_url"},
    {WITH_CONFIG("\"aws_role_arn\":{}"), "aws_role_arn"},
    {WITH_CONFIG("\"prefix\":7"), "prefix"},
    {WITH_CONFIG("\"include_bucket_in_prefix\":\"true\""), "include_bucket_in_prefix"},
    {WITH_CONFIG("\"include_bucket_in_prefix\":1"), "include_bucket_in_prefix"},
    {WITH_CONFIG("\"config_kwargs_s3\":\"{}\""), "config_kwargs_s3"},
    {WITH_CONFIG("\"config_kwargs_s3\":[]"), "config_kwargs_s3"},
    {WITH_CONFIG("\"s3_additional_kwargs\":7"), "s3_additional_kwargs"},
};

START_TEST(wrong_members_are_named) {
  lsexport_destination *destination;
  const char *wrong = NULL;
  ck_assert_int_eq(read_from(wrongs[_i].text, false, &destination, &wrong), DESTINATION_NOT_VALID);
  ck_assert_str_eq(wrong, wrongs[_i].wrong);
  ck_assert_ptr_null(destination);
}
END_TEST

START_TEST(the_least_there_can_be) {
  lsexport_destination *it = read_well(WITH(""));
  ck_assert_str_eq(lsexport_destination_workspace_id(it), "");
  ck_assert_str_eq(lsexport_destination_type(it), "");
  ck_assert_str_eq(lsexport_destination_prefix(it), "");
  ck_assert_ptr_null(lsexport_destination_bucket_name(it));
  ck_assert_ptr_null(lsexport_destination_region(it));
  ck_assert_int_eq(lsexport_destination_include_bucket_in_prefix(it), 1);
  ck_assert_int_eq(lsexport_destination_created_at_unix_us(it), 0);
  ck_assert_uint_eq(lsexport_destination_credentials_key_count(it), 0);
  lsexport_destination_free(it);
  it = read_well(WITH_CONFIG("\"bucket_name\":null,\"region\":null,\"endpoint_url\":null,\"aws_role_arn\":null,"
                             "\"prefix\":null,\"include_bucket_in_prefix\":null,\"config_kwargs_s3\":null,"
                             "\"s3_additional_kwargs\":null"));
  ck_assert_str_eq(lsexport_destination_prefix(it), "");
  ck_assert_int_eq(lsexport_destination_include_bucket_in_prefix(it), 1);
  lsexport_destination_free(it);
  it = read_well(WITH(",\"credentials_keys\":null"));
  ck_assert_uint_eq(lsexport_destination_credentials_key_count(it), 0);
  lsexport_destination_free(it);
}
END_TEST

static const struct {
  const char *kwargs;
  int32_t style;
} styles[] = {
    {"null", LSEXPORT_ADDRESSING_UNSET},
    {"{}", LSEXPORT_ADDRESSING_UNSET},
    {"{\"addressing_style\":null}", LSEXPORT_ADDRESSING_UNSET},
    {"{\"addressing_style\":\"auto\"}", LSEXPORT_ADDRESSING_AUTO},
    {"{\"addressing_style\":\"virtual\"}", LSEXPORT_ADDRESSING_VIRTUAL},
    {"{\"addressing_style\":\"path\"}", LSEXPORT_ADDRESSING_PATH},
    {"{\"addressing_style\":\"cosmic\"}", -1},
    {"{\"addressing_style\":\"\"}", -1},
};

START_TEST(addressing_styles) {
  char text[512];
  snprintf(text, sizeof text, "{\"id\":\"%s\",\"display_name\":\"D\",\"config\":{\"config_kwargs_s3\":%s}}", ID_1,
           styles[_i].kwargs);
  lsexport_destination *it = read_well(text);
  ck_assert_int_eq(lsexport_destination_addressing_style(it), styles[_i].style);
  lsexport_destination_free(it);
}
END_TEST

static const struct {
  const char *stamp;
  int64_t unix_us;
} stamps[] = {
    {"2026-01-01T00:00:00+00:00", 1767225600000000},
    {"2026-01-01T00:00:00.5Z", 1767225600500000},
    {"2026-01-01T00:00:00", 1767225600000000},
    {"yesterday", 0},
    {"", 0},
};

START_TEST(times) {
  char text[512];
  snprintf(text, sizeof text, "{\"id\":\"%s\",\"display_name\":\"D\",\"config\":{},\"created_at\":\"%s\"}", ID_1,
           stamps[_i].stamp);
  lsexport_destination *it = read_well(text);
  ck_assert_int_eq(lsexport_destination_created_at_unix_us(it), stamps[_i].unix_us);
  ck_assert_int_eq(lsexport_destination_updated_at_unix_us(it), 0);
  lsexport_destination_free(it);
}
END_TEST

/* ---- a patch's short answer ---- */

static const struct {
  const char *text;
  const char *wrong; /* NULL: fine */
} shorts[] = {
    {"{\"id\":\"" ID_1 "\",\"tenant_id\":\"" WORKSPACE "\",\"created_at\":\"" NOON "\",\"updated_at\":\"" NOON
     "\",\"credentials_keys\":[\"access_key_id\",\"secret_access_key\"]}",
     NULL},
    {"{\"id\":\"" ID_1 "\"}", NULL},
    {DESTINATION(ID_1, NOON), NULL},
    {"{}", "id"},
    {"{\"id\":\"" ID_1 "\",\"display_name\":null}", "display_name"},
    {"{\"id\":\"" ID_1 "\",\"config\":null}", "config"},
    {"{\"id\":\"" ID_1 "\",\"config\":{\"region\":7}}", "region"},
    {"{\"id\":\"" ID_1 "\",\"credentials_keys\":7}", "credentials_keys"},
};

START_TEST(short_answers) {
  lsexport_destination *it;
  const char *wrong;
  enum destination_read result = read_from(shorts[_i].text, true, &it, &wrong);
  ck_assert_int_eq(result, shorts[_i].wrong ? DESTINATION_NOT_VALID : DESTINATION_READ);
  if (shorts[_i].wrong) {
    ck_assert_str_eq(wrong, shorts[_i].wrong);
    return;
  }
  ck_assert_str_eq(lsexport_destination_id(it), ID_1);
  ck_assert_ptr_nonnull(lsexport_destination_display_name(it));
  lsexport_destination_free(it);
}
END_TEST

/* ---- owners, nobody, many ---- */

START_TEST(owners) {
  lsexport_destination *first = read_well(old_body);
  lsexport_destination *second = lsexport_destination_copy(first);
  lsexport_destination *third = lsexport_destination_copy(second);
  lsexport_destination_free(first);
  lsexport_destination_free(third);
  ck_assert_str_eq(lsexport_destination_display_name(second), "My S3 Destination");
  lsexport_destination_free(second);
  ck_assert_ptr_null(lsexport_destination_copy(NULL));
  lsexport_destination_free(NULL);
}
END_TEST

START_TEST(many_keys_and_long_texts) {
  struct buf text;
  buf_init(&text, 1 << 22);
  buf_text(&text, "{\"id\":\"" ID_1 "\",\"display_name\":\"");
  for (int i = 0; i < 100000; i++) buf_text(&text, "x");
  buf_text(&text, "\",\"config\":{},\"credentials_keys\":[\"k\"");
  for (int i = 0; i < 1000; i++) buf_text(&text, ",\"key\"");
  buf_text(&text, "]}");
  lsexport_destination *it = read_well(buf_string(&text));
  ck_assert_uint_eq(strlen(lsexport_destination_display_name(it)), 100000);
  ck_assert_uint_eq(lsexport_destination_credentials_key_count(it), 1001);
  ck_assert_str_eq(lsexport_destination_credentials_key(it, 1000), "key");
  lsexport_destination_free(it);
  buf_reset(&text);
}
END_TEST

START_TEST(the_request_id_is_washed) {
  struct secrets secrets = {0};
  secrets_add(&secrets, SECRET, strlen(SECRET));
  json_node *node = parsed(WITH(""));
  struct destination_source source = {
      .node = node, .json = WITH(""), .json_length = 2, .request_id = "a\x1b" SECRET, .secrets = &secrets};
  lsexport_destination *it;
  const char *wrong;
  ck_assert_int_eq(destination_read(&source, &it, &wrong), DESTINATION_READ);
  ck_assert_str_eq(lsexport_destination_request_id(it), "a " WASH_MARK);
  ck_assert_str_eq(lsexport_destination_json(it, NULL), "{\""); /* its slice, and no byte more */
  lsexport_destination_free(it);
  node_free(node);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("test_destination_read");
  TCase *cases = add_cases(suite, "read");
  tcase_add_test(cases, an_old_servers);
  tcase_add_test(cases, all_members);
  tcase_add_loop_test(cases, wrong_members_are_named, 0, (int)COUNT(wrongs));
  tcase_add_test(cases, the_least_there_can_be);
  tcase_add_loop_test(cases, addressing_styles, 0, (int)COUNT(styles));
  tcase_add_loop_test(cases, times, 0, (int)COUNT(stamps));
  tcase_add_loop_test(cases, short_answers, 0, (int)COUNT(shorts));
  tcase_add_test(cases, owners);
  tcase_add_test(cases, many_keys_and_long_texts);
  tcase_add_test(cases, the_request_id_is_washed);
  return run_suite(suite);
}
