/* SPDX-License-Identifier: MIT */
/* What create and ensure refuse before anything is sent, and what they do not. */
#include "fixtures.h"

#include "langsmith/destination_spec.h"

#include <stdio.h>
#include <string.h>

static struct scene scene;

static void setup(void) { scene_begin(&scene, NULL); }
static void teardown(void) { scene_end(&scene); }

/* Refused, with exactly these fields; nothing was sent. Takes the spec over. */
static void assert_refused(lsexport_destination_spec *spec, const char *const *paths) {
  size_t count = 0;
  ck_assert_int_eq(scene_create(&scene, spec, NULL), LSEXPORT_ERR_VALIDATION);
  for (; paths[count]; count++) ck_assert_msg(has_field(scene.error, paths[count]), "%s was not refused", paths[count]);
  ck_assert_msg(lsexport_error_field_count(scene.error) == count, "%s", lsexport_error_message(scene.error));
  ck_assert_int_eq(lsexport_error_http_status(scene.error), 0);
  ck_assert_int_eq(lsexport_error_attempts(scene.error), 0);
  ck_assert_int_eq(lsexport_error_applied(scene.error), LSEXPORT_APPLIED_NO);
  ck_assert_uint_eq(scene.script.request_count, 0);
  lsexport_destination_spec_free(spec);
}

static void assert_refused_one(lsexport_destination_spec *spec, const char *path) {
  assert_refused(spec, (const char *const[]){path, NULL});
}

static void assert_passes(lsexport_destination_spec *spec) {
  script_answer(&scene.script, 400, "{}"); /* it was sent, and that is all we ask */
  ck_assert_msg(scene_create(&scene, spec, NULL) == LSEXPORT_ERR_REJECTED, "%s", lsexport_error_message(scene.error));
  lsexport_destination_spec_free(spec);
}

/* ---- one text at a time ---- */

#define MANY_10 "aaaaaaaaaa"
#define MANY_60 MANY_10 MANY_10 MANY_10 MANY_10 MANY_10 MANY_10

typedef lsexport_status (*set_fn)(lsexport_destination_spec *spec, const char *text);

static const struct {
  set_fn set;
  const char *path;
  const char *text;
  bool fine;
} texts[] = {
#define NAME_IS(text, fine) {lsexport_destination_spec_set_display_name, "display_name", text, fine}
    NAME_IS("a", true),
    NAME_IS("Bob's traces_2-x 9", true),
    NAME_IS(" ", true),
    NAME_IS("", false),
    NAME_IS("a.b", false),
    NAME_IS("a/b", false),
    NAME_IS("a(b)", false),
    NAME_IS("caf\xc3\xa9", false),
    NAME_IS("a\nb", false),
    NAME_IS("a\xff", false),
#define BUCKET_IS(text, fine) {lsexport_destination_spec_set_bucket_name, "config.bucket_name", text, fine}
    BUCKET_IS("ab", false),
    BUCKET_IS("abc", true),
    BUCKET_IS("my_bucket", true),
    BUCKET_IS("My.Bucket", true),
    BUCKET_IS(MANY_60 "aaa", true),
    BUCKET_IS(MANY_60 "aaaa", false),
    BUCKET_IS("", false),
    BUCKET_IS("s3://bucket", false),
    BUCKET_IS("bucket/", false),
    BUCKET_IS("bucket/prefix", false),
    BUCKET_IS("with space", false),
    BUCKET_IS(" bucket", false),
    BUCKET_IS("bucket\n", false),
    BUCKET_IS("bucket\x7f", false),
#define PREFIX_IS(text, fine) {lsexport_destination_spec_set_prefix, "config.prefix", text, fine}
    PREFIX_IS("", true),
    PREFIX_IS("/", true),
    PREFIX_IS("a/b/", true),
    PREFIX_IS("caf\xc3\xa9 2026", true),
    PREFIX_IS("a\tb", false),
    PREFIX_IS("a\xc3", false),
#define REGION_IS(text, fine) {lsexport_destination_spec_set_region, "config.region", text, fine}
    REGION_IS("eu-west-1", true),
    REGION_IS("", false),
    REGION_IS("us east 1", false),
    REGION_IS("us-east-1\r", false),
#define ENDPOINT_IS(text, fine) {lsexport_destination_spec_set_endpoint_url, "config.endpoint_url", text, fine}
    ENDPOINT_IS("https://s3.example.com", true),
    ENDPOINT_IS("http://127.0.0.1:9000/", true),
    ENDPOINT_IS("https://my_bucket.s3.example.com", true),
    ENDPOINT_IS("", false),
    ENDPOINT_IS("s3.example.com", false),
    ENDPOINT_IS("s3://bucket", false),
    ENDPOINT_IS("https://", false),
    ENDPOINT_IS("https://user:pw@s3.example.com", false),
    ENDPOINT_IS("https://s3.example.com?x=1", false),
    ENDPOINT_IS("https://s3.example.com#x", false),
    ENDPOINT_IS("https://s3.example.com:0", false),
    ENDPOINT_IS("https://s3 .example.com", false),
#define CHECKSUM_PATH "config.s3_additional_kwargs.ChecksumAlgorithm"
    {lsexport_destination_spec_set_checksum_algorithm, CHECKSUM_PATH, "CRC64NVME", true},
    {lsexport_destination_spec_set_checksum_algorithm, CHECKSUM_PATH, "sha256", false},
    {lsexport_destination_spec_set_checksum_algorithm, CHECKSUM_PATH, "MD5", false},
#define SSE_PATH "config.s3_additional_kwargs.ServerSideEncryption"
    {lsexport_destination_spec_set_server_side_encryption, SSE_PATH, "AES256", true},
    {lsexport_destination_spec_set_server_side_encryption, SSE_PATH, "rot13", false},
#define KMS_PATH "config.s3_additional_kwargs.SSEKMSKeyId"
    {lsexport_destination_spec_set_ssekms_key_id, KMS_PATH, "arn:aws:kms:us-east-1:1:key/1", false}, /* no encryption */
#define OWNER_PATH "config.s3_additional_kwargs.ExpectedBucketOwner"
    {lsexport_destination_spec_set_expected_bucket_owner, OWNER_PATH, "123456789012", true},
    {lsexport_destination_spec_set_expected_bucket_owner, OWNER_PATH, "12345678901", false},
    {lsexport_destination_spec_set_expected_bucket_owner, OWNER_PATH, "12345678901x", false},
#define PAYER_PATH "config.s3_additional_kwargs.RequestPayer"
    {lsexport_destination_spec_set_request_payer, PAYER_PATH, "requester", true},
    {lsexport_destination_spec_set_request_payer, PAYER_PATH, "me", false},
#define CLASS_PATH "config.s3_additional_kwargs.StorageClass"
    {lsexport_destination_spec_set_storage_class, CLASS_PATH, "STANDARD_IA", true},
    {lsexport_destination_spec_set_storage_class, CLASS_PATH, "", false},
#define KWARGS_PATH "config.s3_additional_kwargs"
#define KWARGS_IS(text, path, fine) {lsexport_destination_spec_set_s3_additional_kwargs_json, path, text, fine}
    KWARGS_IS("{}", KWARGS_PATH, true),
    KWARGS_IS(" {\"Metadata\": {\"team\": \"a\"}} ", KWARGS_PATH, true),
    KWARGS_IS("", KWARGS_PATH, false),
    KWARGS_IS("[]", KWARGS_PATH, false),
    KWARGS_IS("null", KWARGS_PATH, false),
    KWARGS_IS("{", KWARGS_PATH, false),
    KWARGS_IS("{\"a\":1,\"a\":2}", KWARGS_PATH, false),
    KWARGS_IS("{\"SSECustomerKey\":\"k\"}", KWARGS_PATH ".SSECustomerKey", false),
    KWARGS_IS("{\"CopySourceSSECustomerAlgorithm\":\"AES256\"}", KWARGS_PATH ".CopySourceSSECustomerAlgorithm", false),
    KWARGS_IS("{\"checksumalgorithm\":\"SHA256\"}", KWARGS_PATH ".checksumalgorithm", false),
    KWARGS_IS("{\"StorageClass\":\"X\"}", KWARGS_PATH ".StorageClass", false),
#define EXTRA_IS(text, path, fine) {lsexport_destination_spec_set_extra_config_json, path, text, fine}
    EXTRA_IS("{\"future\":true}", "config", true),
    EXTRA_IS("\"x\"", "config", false),
    EXTRA_IS("{\"prefix\":\"x\"}", "config.prefix", false),
    EXTRA_IS("{\"aws_role_arn\":\"x\"}", "config.aws_role_arn", false),
    EXTRA_IS("{\"config_kwargs_s3\":{}}", "config.config_kwargs_s3", false),
    EXTRA_IS("{\"s3_additional_kwargs\":{\"SSECustomerKey\":\"k\"}}", "config.s3_additional_kwargs", false),
};

START_TEST(each_text) {
  lsexport_destination_spec *spec = spec_aws();
  ck_assert_int_eq(texts[_i].set(spec, texts[_i].text), LSEXPORT_OK);
  if (texts[_i].fine)
    assert_passes(spec);
  else
    assert_refused_one(spec, texts[_i].path);
}
END_TEST

START_TEST(a_null_is_refused_by_name) {
  lsexport_destination_spec *spec = spec_aws();
  const char *nothing = NULL;
  ck_assert_int_eq(texts[_i].set(spec, nothing), LSEXPORT_OK);
  const char *path = texts[_i].path;
  if (strncmp(path, KWARGS_PATH ".", strlen(KWARGS_PATH ".")) == 0 &&
      texts[_i].set == lsexport_destination_spec_set_s3_additional_kwargs_json)
    path = KWARGS_PATH;
  if (texts[_i].set == lsexport_destination_spec_set_extra_config_json) path = "config";
  assert_refused_one(spec, path);
}
END_TEST

/* A field's largest text passes, one character more does not. */
static void check_limit(set_fn set, const char *path, size_t most) {
  static char text[EXTRA_JSON_MAX + 2];
  for (size_t length = most; length <= most + 1; length++) {
    memset(text, 'a', length);
    text[length] = '\0';
    if (set == lsexport_destination_spec_set_endpoint_url) memcpy(text, "https://x/", strlen("https://x/"));
    lsexport_destination_spec *spec = spec_aws();
    set(spec, text);
    if (length == most)
      assert_passes(spec);
    else
      assert_refused_one(spec, path);
    script_free(&scene.script);
  }
}

START_TEST(limits) {
  check_limit(lsexport_destination_spec_set_display_name, "display_name", DISPLAY_NAME_MAX);
  check_limit(lsexport_destination_spec_set_prefix, "config.prefix", PREFIX_MAX);
  check_limit(lsexport_destination_spec_set_region, "config.region", OPTION_TEXT_MAX);
  check_limit(lsexport_destination_spec_set_endpoint_url, "config.endpoint_url", ENDPOINT_URL_MAX);
  check_limit(lsexport_destination_spec_set_storage_class, CLASS_PATH, OPTION_TEXT_MAX);
}
END_TEST

START_TEST(a_json_limit) {
  static char text[EXTRA_JSON_MAX + 2];
  memset(text, ' ', EXTRA_JSON_MAX + 1);
  memcpy(text, "{}", 2);
  lsexport_destination_spec *spec = spec_aws();
  lsexport_destination_spec_set_extra_config_json(spec, text);
  assert_refused_one(spec, "config");
}
END_TEST

/* ---- numbers ---- */

typedef lsexport_status (*number_fn)(lsexport_destination_spec *spec, int32_t number);

static const struct {
  number_fn set;
  const char *path;
  int32_t most;
} numbers[] = {
    {lsexport_destination_spec_set_addressing_style, "config.config_kwargs_s3.addressing_style", 3},
    {lsexport_destination_spec_set_use_accelerate_endpoint, "config.config_kwargs_s3.use_accelerate_endpoint", 1},
    {lsexport_destination_spec_set_payload_signing_enabled, "config.config_kwargs_s3.payload_signing_enabled", 1},
    {lsexport_destination_spec_set_us_east_1_regional_endpoint, "config.config_kwargs_s3.us_east_1_regional_endpoint",
     2},
    {lsexport_destination_spec_set_include_bucket_in_prefix, "config.include_bucket_in_prefix", 1},
};

START_TEST(each_number) {
  lsexport_destination_spec *spec = spec_aws();
  numbers[_i].set(spec, numbers[_i].most);
  assert_passes(spec);
  script_free(&scene.script);
  for (int32_t wrong = -1; wrong <= numbers[_i].most + 1; wrong += numbers[_i].most + 2) {
    spec = spec_aws();
    numbers[_i].set(spec, wrong);
    assert_refused_one(spec, numbers[_i].path);
  }
}
END_TEST

/* ---- the confused bucket ---- */

static const struct {
  const char *endpoint;
  const char *prefix;
  bool fine;
} confused[] = {
    {NULL, "exports", false},
    {NULL, "", false},
    {"https://s3.example.com", "exports", false},
    {"https://my_bucket.s3.example.com", "exports", true},
    {"https://MY_BUCKET.s3.example.com", "exports", true},
    {"https://my_bucket", "exports", false},                 /* no dot behind it */
    {"https://my_bucket2.s3.example.com", "exports", false}, /* another bucket */
    {"https://x.my_bucket.example.com", "exports", false},
    {"https://s3.example.com/my_bucket", "exports", true},
    {"https://s3.example.com/my_bucket/", "exports", true},
    {"https://s3.example.com/my_bucket/sub", "exports", false},
    {"https://s3.example.com/my_bucket2", "exports", false},
};

static lsexport_destination_spec *confused_spec(int index) {
  lsexport_destination_spec *spec = spec_bare(static_credentials(KEY_ID, SECRET));
  lsexport_destination_spec_set_bucket_name(spec, "my_bucket");
  lsexport_destination_spec_set_include_bucket_in_prefix(spec, 0);
  lsexport_destination_spec_set_prefix(spec, confused[index].prefix);
  if (confused[index].endpoint) lsexport_destination_spec_set_endpoint_url(spec, confused[index].endpoint);
  return spec;
}

START_TEST(confused_bucket) {
  if (confused[_i].fine) {
    assert_passes(confused_spec(_i));
    return;
  }
  assert_refused_one(confused_spec(_i), "config.include_bucket_in_prefix");
  ck_assert_int_eq(lsexport_error_cause(scene.error), LSEXPORT_CAUSE_CONFUSED_BUCKET);
  const char *taken = *confused[_i].prefix ? "\"exports\"" : "\"tmp\""; /* the bucket that it would be */
  ck_assert_ptr_nonnull(strstr(field_message(scene.error, "config.include_bucket_in_prefix"), taken));
  lsexport_destination_spec *spec = confused_spec(_i);
  ck_assert_int_eq(lsexport_destination_spec_allow(spec, "confused_bucket"), LSEXPORT_OK);
  assert_passes(spec);
}
END_TEST

/* ---- keys that belong elsewhere ---- */

static const struct {
  const char *key_id;
  bool token;
  const char *endpoint;
  const char *path; /* NULL: fine */
  const char *check;
} keys[] = {
    {"AKIAEXAMPLE", false, NULL, NULL, NULL},
    {"ASIAEXAMPLE", true, NULL, NULL, NULL},
    {"ASIAEXAMPLE", false, NULL, "credentials.session_token", "missing_session_token"},
    {"GOOG1EXAMPLE", false, "https://storage.googleapis.com", NULL, NULL},
    {"GOOG1EXAMPLE", false, "https://bucket.storage.googleapis.com", NULL, NULL},
    {"GOOG1EXAMPLE", false, "https://storage.europe-west3.rep.googleapis.com", NULL, NULL},
    {"GOOG1EXAMPLE", false, NULL, "config.endpoint_url", "google_key_without_endpoint"},
    {"GOOG1EXAMPLE", false, "https://s3.example.com", "config.endpoint_url", "google_key_without_endpoint"},
    {"AKIAEXAMPLE", false, "https://storage.googleapis.com", "credentials.access_key_id",
     "google_endpoint_without_key"},
    {"AKIAEXAMPLE", false, "https://storage.googleapis.com.example.com", NULL, NULL},
};

static lsexport_destination_spec *key_spec(int index) {
  lsexport_destination_spec *spec = spec_bare(keys[index].token ? session_credentials(keys[index].key_id, SECRET, TOKEN)
                                                                : static_credentials(keys[index].key_id, SECRET));
  if (keys[index].endpoint) lsexport_destination_spec_set_endpoint_url(spec, keys[index].endpoint);
  return spec;
}

START_TEST(keys_that_belong_elsewhere) {
  if (!keys[_i].path) {
    assert_passes(key_spec(_i));
    return;
  }
  assert_refused_one(key_spec(_i), keys[_i].path);
  ck_assert_ptr_nonnull(strstr(field_message(scene.error, keys[_i].path), keys[_i].check));
  lsexport_destination_spec *spec = key_spec(_i);
  lsexport_destination_spec_allow(spec, keys[_i].check);
  assert_passes(spec);
}
END_TEST

START_TEST(a_patch_looks_at_form_alone) {
  lsexport_credentials *credentials = static_credentials("ASIAEXAMPLE", SECRET);
  script_answer(&scene.script, 400, "{}");
  ck_assert_int_eq(scene_patch(&scene, ID_1, credentials, NULL), LSEXPORT_ERR_REJECTED);
  lsexport_credentials_free(credentials);
}
END_TEST

/* ---- credentials ---- */

static const struct {
  const char *key_id, *secret, *token;
  const char *path; /* NULL: fine */
} credentials_of[] = {
    {"k", "s", NULL, NULL},
    {NULL, "s", NULL, "credentials.access_key_id"},
    {"k", NULL, NULL, "credentials.secret_access_key"},
    {"", "s", NULL, "credentials.access_key_id"},
    {"k", "", NULL, "credentials.secret_access_key"},
    {"k", "s\n", NULL, "credentials.secret_access_key"},
    {"k", " s", NULL, "credentials.secret_access_key"},
    {"k ", "s", NULL, "credentials.access_key_id"},
    {"k\r", "s", NULL, "credentials.access_key_id"},
    {"k", "s", "", "credentials.session_token"},
    {"k", "s", "t\n", "credentials.session_token"},
    {"k", "s\xff", NULL, "credentials.secret_access_key"},
};

START_TEST(credentials_form) {
  const char *key_id = credentials_of[_i].key_id, *secret = credentials_of[_i].secret,
             *token = credentials_of[_i].token;
  lsexport_credentials *credentials =
      token ? session_credentials(key_id, secret, token) : static_credentials(key_id, secret);
  if (credentials_of[_i].path) {
    ck_assert_int_eq(scene_patch(&scene, ID_1, credentials, NULL), LSEXPORT_ERR_VALIDATION);
    ck_assert_uint_eq(lsexport_error_field_count(scene.error), 1);
    ck_assert_str_eq(lsexport_error_field_path(scene.error, 0), credentials_of[_i].path);
    ck_assert_uint_eq(scene.script.request_count, 0);
  } else {
    script_answer(&scene.script, 400, "{}");
    ck_assert_int_eq(scene_patch(&scene, ID_1, credentials, NULL), LSEXPORT_ERR_REJECTED);
  }
  lsexport_credentials_free(credentials);
}
END_TEST

START_TEST(credentials_limits) {
  static char text[SESSION_TOKEN_MAX + 2];
  static const size_t most[] = {ACCESS_KEY_ID_MAX, SECRET_ACCESS_KEY_MAX, SESSION_TOKEN_MAX};
  for (size_t over = 0; over <= 1; over++) {
    memset(text, 'x', most[_i] + over);
    text[most[_i] + over] = '\0';
    lsexport_credentials *credentials =
        session_credentials(_i == 0 ? text : "k", _i == 1 ? text : "s", _i == 2 ? text : "t");
    if (!over) script_answer(&scene.script, 400, "{}");
    ck_assert_int_eq(scene_patch(&scene, ID_1, credentials, NULL),
                     over ? LSEXPORT_ERR_VALIDATION : LSEXPORT_ERR_REJECTED);
    lsexport_credentials_free(credentials);
  }
}
END_TEST

START_TEST(a_nul_within_a_secret_is_refused) {
  lsexport_credentials *credentials = NULL;
  lsexport_credentials_new_static("k", "a\0b", 3, &credentials);
  ck_assert_int_eq(scene_patch(&scene, ID_1, credentials, NULL), LSEXPORT_ERR_VALIDATION);
  ck_assert(has_field(scene.error, "credentials.secret_access_key"));
  lsexport_credentials_free(credentials);
}
END_TEST

START_TEST(roles_and_the_servers_own) {
  static const char *const wrong[] = {"", "role", "arn:aws:iam::1:user/x", (" " ROLE)};
  for (size_t i = 0; i < COUNT(wrong); i++)
    assert_refused_one(spec_bare(role_credentials(wrong[i])), "credentials.aws_role_arn");
  assert_refused_one(spec_bare(role_credentials(NULL)), "credentials.aws_role_arn");
  lsexport_credentials *server = server_credentials();
  ck_assert_int_eq(scene_patch(&scene, ID_1, server, NULL), LSEXPORT_ERR_VALIDATION);
  ck_assert(has_field(scene.error, "credentials"));
  lsexport_credentials_free(server);
  assert_passes(spec_bare(server_credentials()));
}
END_TEST

START_TEST(all_at_once) {
  lsexport_destination_spec *spec = NULL;
  lsexport_destination_spec_new(&spec);
  assert_refused(spec, (const char *const[]){"display_name", "config.bucket_name", "credentials", NULL});
  ck_assert_int_eq(lsexport_error_cause(scene.error), LSEXPORT_CAUSE_NONE);
  spec = spec_bare(static_credentials("ASIA", "s\n"));
  lsexport_destination_spec_set_display_name(spec, "no.dots");
  lsexport_destination_spec_set_prefix(spec, "a\nb");
  lsexport_destination_spec_set_region(spec, "");
  lsexport_destination_spec_set_include_bucket_in_prefix(spec, 0);
  assert_refused(spec, (const char *const[]){"display_name", "config.prefix", "config.region",
                                             "config.include_bucket_in_prefix", "credentials.secret_access_key",
                                             "credentials.session_token", NULL});
  ck_assert_int_eq(lsexport_error_cause(scene.error), LSEXPORT_CAUSE_NONE); /* one cause cannot stand for six fields */
}
END_TEST

int main(void) {
  Suite *suite = suite_create("test_destination_check");
  TCase *cases = add_cases(suite, "checks");
  tcase_add_checked_fixture(cases, setup, teardown);
  tcase_add_loop_test(cases, each_text, 0, (int)COUNT(texts));
  tcase_add_loop_test(cases, a_null_is_refused_by_name, 0, (int)COUNT(texts));
  tcase_add_test(cases, limits);
  tcase_add_test(cases, a_json_limit);
  tcase_add_loop_test(cases, each_number, 0, (int)COUNT(numbers));
  tcase_add_loop_test(cases, confused_bucket, 0, (int)COUNT(confused));
  tcase_add_loop_test(cases, keys_that_belong_elsewhere, 0, (int)COUNT(keys));
  tcase_add_test(cases, a_patch_looks_at_form_alone);
  tcase_add_loop_test(cases, credentials_form, 0, (int)COUNT(credentials_of));
  tcase_add_loop_test(cases, credentials_limits, 0, 3);
  tcase_add_test(cases, a_nul_within_a_secret_is_refused);
  tcase_add_test(cases, roles_and_the_servers_own);
  tcase_add_test(cases, all_at_once);
  return run_suite(suite);
}
