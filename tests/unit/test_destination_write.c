/* SPDX-License-Identifier: MIT */
/* The bodies that go out, byte for byte, for each form that LangSmith documents. */
#include "fixtures.h"

#include <stdio.h>
#include <string.h>

static struct scene scene;
static lsexport_destination_spec *spec;

static void setup(void) { scene_begin(&scene, NULL); }

static void teardown(void) {
  lsexport_destination_spec_free(spec);
  spec = NULL;
  scene_end(&scene);
}

#define HEAD "{\"destination_type\":\"s3\",\"display_name\":\"" NAME "\",\"config\":"
#define PAIR ",\"credentials\":{\"access_key_id\":\"AK\",\"secret_access_key\":\"SK\"}}"

static lsexport_credentials *pair(void) { return static_credentials("AK", "SK"); }

/* What a create sends; the answer does not matter. */
static void assert_sends(const char *body) {
  script_answer(&scene.script, 400, "{}");
  ck_assert_msg(scene_create(&scene, spec, NULL) == LSEXPORT_ERR_REJECTED, "%s", lsexport_error_message(scene.error));
  const struct scripted_request *request = script_request(&scene.script, scene.script.request_count - 1);
  ck_assert_str_eq(request->body, body);
  ck_assert_uint_eq(request->body_length, strlen(body));
  node_free(parsed(request->body));
}

/* ---- the documented forms of create ---- */

START_TEST(aws) {
  spec = spec_bare(pair());
  lsexport_destination_spec_set_prefix(spec, "data_exports");
  lsexport_destination_spec_set_region(spec, "us-east-1");
  assert_sends(HEAD "{\"bucket_name\":\"my_bucket\",\"prefix\":\"data_exports\",\"region\":\"us-east-1\","
                    "\"include_bucket_in_prefix\":true}" PAIR);
}
END_TEST

START_TEST(gcs) {
  spec = spec_bare(static_credentials("GOOG1E", "SK"));
  lsexport_destination_spec_set_prefix(spec, "data_exports");
  lsexport_destination_spec_set_endpoint_url(spec, "https://storage.googleapis.com");
  assert_sends(HEAD "{\"bucket_name\":\"my_bucket\",\"prefix\":\"data_exports\",\"endpoint_url\":"
                    "\"https://storage.googleapis.com\",\"include_bucket_in_prefix\":true},\"credentials\":"
                    "{\"access_key_id\":\"GOOG1E\",\"secret_access_key\":\"SK\"}}");
}
END_TEST

START_TEST(virtual_addressing) {
  spec = spec_bare(pair());
  lsexport_destination_spec_set_prefix(spec, "data_exports");
  lsexport_destination_spec_set_endpoint_url(spec, "https://tos-s3-cn-beijing.volces.com");
  lsexport_destination_spec_set_addressing_style(spec, LSEXPORT_ADDRESSING_VIRTUAL);
  assert_sends(HEAD "{\"bucket_name\":\"my_bucket\",\"prefix\":\"data_exports\",\"endpoint_url\":"
                    "\"https://tos-s3-cn-beijing.volces.com\",\"include_bucket_in_prefix\":true,"
                    "\"config_kwargs_s3\":{\"addressing_style\":\"virtual\"}}" PAIR);
}
END_TEST

START_TEST(virtual_hosted_endpoint) {
  spec = spec_bare(pair());
  lsexport_destination_spec_set_prefix(spec, "data_exports");
  lsexport_destination_spec_set_endpoint_url(spec, "https://my_bucket.s3.us-east-1.amazonaws.com");
  lsexport_destination_spec_set_include_bucket_in_prefix(spec, 0);
  assert_sends(HEAD "{\"bucket_name\":\"my_bucket\",\"prefix\":\"data_exports\",\"endpoint_url\":"
                    "\"https://my_bucket.s3.us-east-1.amazonaws.com\",\"include_bucket_in_prefix\":false}" PAIR);
}
END_TEST

START_TEST(session_token) {
  spec = spec_bare(session_credentials("ASIA1", "SK", "TOK=="));
  assert_sends(HEAD "{\"bucket_name\":\"my_bucket\",\"include_bucket_in_prefix\":true},\"credentials\":{"
                    "\"access_key_id\":\"ASIA1\",\"secret_access_key\":\"SK\",\"session_token\":\"TOK==\"}}");
}
END_TEST

START_TEST(the_servers_own_environment) {
  spec = spec_bare(server_credentials());
  assert_sends(HEAD "{\"bucket_name\":\"my_bucket\",\"include_bucket_in_prefix\":true}}");
}
END_TEST

START_TEST(role_in_config) {
  spec = spec_bare(role_credentials(ROLE));
  lsexport_destination_spec_set_region(spec, "us-east-1");
  assert_sends(HEAD "{\"bucket_name\":\"my_bucket\",\"region\":\"us-east-1\",\"include_bucket_in_prefix\":true,"
                    "\"aws_role_arn\":\"" ROLE "\"}}");
}
END_TEST

START_TEST(role_at_top_level) {
  scene_end(&scene);
  scene_begin(&scene, (const char *const[][2]){{"role_at_top_level", "true"}, {NULL, NULL}});
  spec = spec_bare(role_credentials(ROLE));
  lsexport_destination_spec_set_region(spec, "us-east-1");
  assert_sends(HEAD "{\"bucket_name\":\"my_bucket\",\"region\":\"us-east-1\",\"include_bucket_in_prefix\":true},"
                    "\"aws_role_arn\":\"" ROLE "\"}");
  lsexport_destination_spec_free(spec); /* the option is for roles: a pair goes as ever */
  spec = spec_bare(pair());
  assert_sends(HEAD "{\"bucket_name\":\"my_bucket\",\"include_bucket_in_prefix\":true}" PAIR);
}
END_TEST

/* ---- the rest of the spec ---- */

START_TEST(every_member) {
  spec = spec_bare(pair());
  lsexport_destination_spec_set_prefix(spec, "p");
  lsexport_destination_spec_set_region(spec, "r");
  lsexport_destination_spec_set_endpoint_url(spec, "https://h");
  lsexport_destination_spec_set_include_bucket_in_prefix(spec, 1);
  lsexport_destination_spec_set_addressing_style(spec, LSEXPORT_ADDRESSING_PATH);
  lsexport_destination_spec_set_use_accelerate_endpoint(spec, 0);
  lsexport_destination_spec_set_payload_signing_enabled(spec, 1);
  lsexport_destination_spec_set_us_east_1_regional_endpoint(spec, LSEXPORT_US_EAST_1_LEGACY);
  lsexport_destination_spec_set_checksum_algorithm(spec, "SHA256");
  lsexport_destination_spec_set_server_side_encryption(spec, "aws:kms");
  lsexport_destination_spec_set_ssekms_key_id(spec, "key");
  lsexport_destination_spec_set_expected_bucket_owner(spec, "123456789012");
  lsexport_destination_spec_set_request_payer(spec, "requester");
  lsexport_destination_spec_set_storage_class(spec, "STANDARD_IA");
  lsexport_destination_spec_set_s3_additional_kwargs_json(spec, " { \"ACL\" : \"private\",\"Tagging\":\"a=b\" } ");
  lsexport_destination_spec_set_extra_config_json(spec, "{\"future\":{\"x\":[1,\"}\"]}}");
  assert_sends(HEAD "{\"bucket_name\":\"my_bucket\",\"prefix\":\"p\",\"region\":\"r\",\"endpoint_url\":\"https://h\","
                    "\"include_bucket_in_prefix\":true,\"config_kwargs_s3\":{\"addressing_style\":\"path\","
                    "\"use_accelerate_endpoint\":false,\"payload_signing_enabled\":true,"
                    "\"us_east_1_regional_endpoint\":\"legacy\"},\"s3_additional_kwargs\":{\"ChecksumAlgorithm\":"
                    "\"SHA256\",\"ServerSideEncryption\":\"aws:kms\",\"SSEKMSKeyId\":\"key\",\"ExpectedBucketOwner\":"
                    "\"123456789012\",\"RequestPayer\":\"requester\",\"StorageClass\":\"STANDARD_IA\",\"ACL\" : "
                    "\"private\",\"Tagging\":\"a=b\" },\"future\":{\"x\":[1,\"}\"]}}" PAIR);
}
END_TEST

static const struct {
  int32_t number;
  const char *kwargs; /* NULL: the whole object is left out */
} styles[] = {{LSEXPORT_ADDRESSING_UNSET, NULL},
              {LSEXPORT_ADDRESSING_AUTO, "{\"addressing_style\":\"auto\"}"},
              {LSEXPORT_ADDRESSING_VIRTUAL, "{\"addressing_style\":\"virtual\"}"},
              {LSEXPORT_ADDRESSING_PATH, "{\"addressing_style\":\"path\"}"}},
  regional[] = {{LSEXPORT_US_EAST_1_UNSET, NULL},
                {LSEXPORT_US_EAST_1_REGIONAL, "{\"us_east_1_regional_endpoint\":\"regional\"}"},
                {LSEXPORT_US_EAST_1_LEGACY, "{\"us_east_1_regional_endpoint\":\"legacy\"}"}},
  accelerate[] = {{0, "{\"use_accelerate_endpoint\":false}"}, {1, "{\"use_accelerate_endpoint\":true}"}},
  signing[] = {{0, "{\"payload_signing_enabled\":false}"}, {1, "{\"payload_signing_enabled\":true}"}};

static void assert_kwargs(const char *kwargs) {
  char body[1024];
  snprintf(body, sizeof body, "%s{\"bucket_name\":\"my_bucket\",\"include_bucket_in_prefix\":true%s%s}%s", HEAD,
           kwargs ? ",\"config_kwargs_s3\":" : "", kwargs ? kwargs : "", PAIR);
  assert_sends(body);
  lsexport_destination_spec_free(spec);
  spec = NULL;
}

START_TEST(each_of_config_kwargs) {
  for (size_t i = 0; i < COUNT(styles); i++) {
    spec = spec_bare(pair());
    lsexport_destination_spec_set_addressing_style(spec, styles[i].number);
    assert_kwargs(styles[i].kwargs);
  }
  for (size_t i = 0; i < COUNT(regional); i++) {
    spec = spec_bare(pair());
    lsexport_destination_spec_set_us_east_1_regional_endpoint(spec, regional[i].number);
    assert_kwargs(regional[i].kwargs);
  }
  for (size_t i = 0; i < 2; i++) {
    spec = spec_bare(pair());
    lsexport_destination_spec_set_use_accelerate_endpoint(spec, accelerate[i].number);
    assert_kwargs(accelerate[i].kwargs);
    spec = spec_bare(pair());
    lsexport_destination_spec_set_payload_signing_enabled(spec, signing[i].number);
    assert_kwargs(signing[i].kwargs);
  }
}
END_TEST

/* JSON that a caller gives, and what it becomes within ours. */
static const struct {
  const char *kwargs, *extra;
  const char *rest; /* of config */
} given[] = {
    {"{}", NULL, ",\"s3_additional_kwargs\":{}"},
    {" \n{ \t} ", NULL, ",\"s3_additional_kwargs\":{}"},
    {NULL, "{}", ""},
    {NULL, " { } ", ""},
    {"{\"a\":null}", NULL, ",\"s3_additional_kwargs\":{\"a\":null}"},
    {"{\"a\":{\"b\":[{}]}}", NULL, ",\"s3_additional_kwargs\":{\"a\":{\"b\":[{}]}}"},
    {"{\"{\":\"}\"}", NULL, ",\"s3_additional_kwargs\":{\"{\":\"}\"}"},
    {"\r\n{\"a\":1}\r\n", "{\"z\":2}", ",\"s3_additional_kwargs\":{\"a\":1},\"z\":2"},
    {NULL, "{\"z\":\"{\",\"y\":{}}", ",\"z\":\"{\",\"y\":{}"},
    {NULL, "{\"z\":12345678901234567890.5}", ",\"z\":12345678901234567890.5"}, /* numbers stay as they were written */
};

START_TEST(json_of_the_caller) {
  char body[1024];
  spec = spec_bare(pair());
  if (given[_i].kwargs) lsexport_destination_spec_set_s3_additional_kwargs_json(spec, given[_i].kwargs);
  if (given[_i].extra) lsexport_destination_spec_set_extra_config_json(spec, given[_i].extra);
  snprintf(body, sizeof body, "%s{\"bucket_name\":\"my_bucket\",\"include_bucket_in_prefix\":true%s}%s", HEAD,
           given[_i].rest, PAIR);
  assert_sends(body);
}
END_TEST

START_TEST(text_is_escaped) {
  spec = spec_bare(static_credentials("A\"K", "S\\K/\xc3\xa4"));
  lsexport_destination_spec_set_display_name(spec, "Bob's");
  lsexport_destination_spec_set_prefix(spec, "a\"b\\c/\xe2\x82\xac");
  assert_sends("{\"destination_type\":\"s3\",\"display_name\":\"Bob's\",\"config\":{\"bucket_name\":\"my_bucket\","
               "\"prefix\":\"a\\\"b\\\\c/\xe2\x82\xac\",\"include_bucket_in_prefix\":true},\"credentials\":{"
               "\"access_key_id\":\"A\\\"K\",\"secret_access_key\":\"S\\\\K/\xc3\xa4\"}}");
}
END_TEST

START_TEST(the_last_value_of_a_setter_counts) {
  spec = spec_bare(pair());
  lsexport_destination_spec_set_prefix(spec, "first");
  lsexport_destination_spec_set_prefix(spec, NULL);
  lsexport_destination_spec_set_prefix(spec, "");
  lsexport_credentials *other = static_credentials("K2", "S2");
  lsexport_destination_spec_set_credentials(spec, other);
  lsexport_credentials_free(other); /* the spec keeps its own share */
  assert_sends(HEAD "{\"bucket_name\":\"my_bucket\",\"prefix\":\"\",\"include_bucket_in_prefix\":true},"
                    "\"credentials\":{\"access_key_id\":\"K2\",\"secret_access_key\":\"S2\"}}");
}
END_TEST

/* ---- patch ---- */

static void assert_patches(lsexport_credentials *credentials, const char *body) {
  script_answer(&scene.script, 400, "{}");
  ck_assert_int_eq(scene_patch(&scene, ID_1, credentials, NULL), LSEXPORT_ERR_REJECTED);
  const struct scripted_request *request = script_request(&scene.script, scene.script.request_count - 1);
  ck_assert_int_eq(request->method, METHOD_PATCH);
  ck_assert_str_eq(request->body, body);
  lsexport_credentials_free(credentials);
}

START_TEST(each_form_of_patch) {
  assert_patches(pair(), "{\"credentials\":{\"access_key_id\":\"AK\",\"secret_access_key\":\"SK\"}}");
  assert_patches(session_credentials("AK", "SK", "T"),
                 "{\"credentials\":{\"access_key_id\":\"AK\",\"secret_access_key\":\"SK\",\"session_token\":\"T\"}}");
  assert_patches(role_credentials(ROLE), "{\"aws_role_arn\":\"" ROLE "\"}");
}
END_TEST

START_TEST(lengths_in_bytes) {
  lsexport_credentials *credentials = NULL;
  ck_assert_int_eq(lsexport_credentials_new_session("AK", "SKxxx", 2, "Txxx", 1, &credentials), LSEXPORT_OK);
  assert_patches(credentials, "{\"credentials\":{\"access_key_id\":\"AK\",\"secret_access_key\":\"SK\","
                              "\"session_token\":\"T\"}}");
}
END_TEST

int main(void) {
  Suite *suite = suite_create("test_destination_write");
  TCase *cases = add_cases(suite, "bodies");
  tcase_add_checked_fixture(cases, setup, teardown);
  tcase_add_test(cases, aws);
  tcase_add_test(cases, gcs);
  tcase_add_test(cases, virtual_addressing);
  tcase_add_test(cases, virtual_hosted_endpoint);
  tcase_add_test(cases, session_token);
  tcase_add_test(cases, the_servers_own_environment);
  tcase_add_test(cases, role_in_config);
  tcase_add_test(cases, role_at_top_level);
  tcase_add_test(cases, every_member);
  tcase_add_test(cases, each_of_config_kwargs);
  tcase_add_loop_test(cases, json_of_the_caller, 0, (int)COUNT(given));
  tcase_add_test(cases, text_is_escaped);
  tcase_add_test(cases, the_last_value_of_a_setter_counts);
  tcase_add_test(cases, each_form_of_patch);
  tcase_add_test(cases, lengths_in_bytes);
  return run_suite(suite);
}
