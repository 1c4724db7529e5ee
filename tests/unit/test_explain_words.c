/* SPDX-License-Identifier: MIT */
/* What explain says of the documentation's own examples, in which words, and what no report ever shows. */
#include "fixtures.h"

#include "base/mem.h"
#include "base/text.h"
#include "langsmith/destination_spec.h"
#include "storage/finding.h"

#include <stdio.h>
#include <string.h>

static lsexport_report *report;
static lsexport_error *error;

static void setup(void) {
  report = NULL;
  error = NULL;
}
static void teardown(void) {
  lsexport_report_free(report);
  lsexport_error_free(error);
}

static void explain(const lsexport_client *client, const lsexport_destination_spec *spec) {
  lsexport_report_free(report);
  report = NULL;
  ck_assert_int_eq(lsexport_destination_explain(client, spec, &report, &error), LSEXPORT_OK);
  ck_assert_ptr_null(error);
}

/* ---- the examples of LangSmith's documentation ---- */

#define TOS "https://tos-s3-cn-beijing.volces.com"

static const struct example {
  const char *url;   /* NULL: nothing is sent */
  const char *worst; /* the code of the worst finding beyond a note; NULL: there is none */
  const char *bucket, *prefix, *region, *endpoint, *key_id, *token;
  int32_t style;
  bool exclude_bucket;
} examples[] = {
    /* AWS, by region. */
    {.url = "https://s3.amazonaws.com/my_bucket/data_exports/tmp/<uuid>.txt", .region = "us-east-1"},
    {.url = "https://my-bucket.s3.amazonaws.com/data_exports/tmp/<uuid>.txt",
     .bucket = "my-bucket",
     .region = "us-east-1"},
    /* Google. */
    {.url = "https://storage.googleapis.com/my_bucket/data_exports/tmp/<uuid>.txt",
     .endpoint = "https://storage.googleapis.com",
     .key_id = "GOOG1ECANARY"},
    /* Virtual-hosted addressing: as it is printed, with a bucket that cannot be hosted so; and as it is meant. */
    {.url = TOS "/my_bucket/data_exports/tmp/<uuid>.txt",
     .worst = "virtual_falls_back",
     .endpoint = TOS,
     .style = LSEXPORT_ADDRESSING_VIRTUAL},
    {.url = "https://my-bucket.tos-s3-cn-beijing.volces.com/data_exports/tmp/<uuid>.txt",
     .bucket = "my-bucket",
     .endpoint = TOS,
     .style = LSEXPORT_ADDRESSING_VIRTUAL},
    /* The bucket in the endpoint's host: as printed, and as meant. */
    {.url = NULL,
     .worst = "endpoint_refused",
     .endpoint = "https://my_bucket.s3.us-east-1.amazonaws.com",
     .exclude_bucket = true},
    {.url = "https://my-bucket.s3.us-east-1.amazonaws.com/data_exports/tmp/<uuid>.txt",
     .bucket = "my-bucket",
     .endpoint = "https://my-bucket.s3.us-east-1.amazonaws.com",
     .exclude_bucket = true},
    /* A session, the server's own credentials, a role. */
    {.url = "https://s3.amazonaws.com/my_bucket/data_exports/tmp/<uuid>.txt",
     .region = "us-east-1",
     .key_id = "ASIACANARYKEYID00001",
     .token = TOKEN},
    {.url = "https://s3.amazonaws.com/my_bucket/data_exports/tmp/<uuid>.txt", .region = "us-east-1", .key_id = ""},
    {.url = "https://s3.amazonaws.com/my_bucket/data_exports/tmp/<uuid>.txt", .region = "us-east-1", .key_id = ROLE},
    /* Seen in use: AWS with its endpoint and a prefix that ends with a slash; another service without a region. */
    {.url = "https://s3.eu-west-1.amazonaws.com/my-bucket/traces//tmp/<uuid>.txt",
     .bucket = "my-bucket",
     .prefix = "traces/",
     .region = "eu-west-1",
     .endpoint = "https://s3.eu-west-1.amazonaws.com"},
    {.url = "https://s3-eu-central-2.ionoscloud.com/my-bucket/data_exports/tmp/<uuid>.txt",
     .bucket = "my-bucket",
     .endpoint = "https://s3-eu-central-2.ionoscloud.com"},
};

static lsexport_destination_spec *spec_of(const struct example *example) {
  const char *key_id = example->key_id ? example->key_id : KEY_ID;
  lsexport_credentials *credentials = NULL;
  if (!*key_id)
    credentials = server_credentials();
  else if (strcmp(key_id, ROLE) == 0)
    credentials = role_credentials(ROLE);
  else if (example->token)
    credentials = session_credentials(key_id, SECRET, example->token);
  else
    credentials = static_credentials(key_id, SECRET);
  lsexport_destination_spec *spec = spec_bare(credentials);
  if (example->bucket) lsexport_destination_spec_set_bucket_name(spec, example->bucket);
  lsexport_destination_spec_set_prefix(spec, example->prefix ? example->prefix : "data_exports");
  if (example->region) lsexport_destination_spec_set_region(spec, example->region);
  if (example->endpoint) lsexport_destination_spec_set_endpoint_url(spec, example->endpoint);
  if (example->style) lsexport_destination_spec_set_addressing_style(spec, example->style);
  if (example->exclude_bucket) lsexport_destination_spec_set_include_bucket_in_prefix(spec, 0);
  return spec;
}

START_TEST(an_example_of_the_documentation) {
  const struct example *example = &examples[_i];
  lsexport_destination_spec *spec = spec_of(example);
  explain(NULL, spec);
  ck_assert_str_eq(lsexport_report_url(report), example->url ? example->url : "");
  size_t first = example->worst ? 1 : 0;
  if (example->worst) ck_assert_str_eq(lsexport_report_finding_code(report, 0), example->worst);
  ck_assert_msg(lsexport_report_finding_severity(report, first) <= LSEXPORT_SEVERITY_NOTE, "%s",
                lsexport_report_text(report));
  lsexport_destination_spec_free(spec);
}
END_TEST

/* ---- words ---- */

START_TEST(the_answer_comes_first) {
  static const char *const starts[] = {
      "LangSmith will write to the bucket \"my_bucket\" on s3.amazonaws.com.\n",
      "LangSmith will write to the bucket \"my_bucket\" on s3.eu-west-1.amazonaws.com: 1 warning.\n",
      "This destination will not work: 1 error, 1 warning.\n",
      "This destination will not work: 2 errors, 1 warning.\n",
      "Where LangSmith will write cannot be told from here: 1 warning.\n",
  };
  lsexport_destination_spec *spec = spec_aws();
  for (size_t i = 0; i < COUNT(starts); i++) {
    if (i == 1) lsexport_destination_spec_set_region(spec, "eu-west-1");
    if (i == 2) lsexport_destination_spec_set_endpoint_url(spec, "ftp://x");
    if (i == 2) lsexport_destination_spec_set_s3_additional_kwargs_json(spec, "{\"Foo\":1}");
    if (i == 3) lsexport_destination_spec_set_bucket_name(spec, "x");
    if (i == 4) {
      lsexport_destination_spec_free(spec);
      spec = spec_aws();
      lsexport_destination_spec_set_bucket_name(spec, "exp--use1-az4--x-s3");
      lsexport_destination_spec_set_s3_additional_kwargs_json(spec, "{\"Foo\":1}");
    }
    explain(NULL, spec);
    ck_assert_msg(strncmp(lsexport_report_text(report), starts[i], strlen(starts[i])) == 0, "%s",
                  lsexport_report_text(report));
  }
  lsexport_destination_spec_free(spec);
}
END_TEST

START_TEST(what_create_refuses_is_told_in_its_words) {
  struct scene scene;
  scene_begin(&scene, NULL);
  lsexport_destination_spec *spec = spec_aws();
  lsexport_destination_spec_set_display_name(spec, "a/b");
  lsexport_destination_spec_set_bucket_name(spec, "a/b");
  lsexport_destination_spec_set_region(spec, "x y");
  lsexport_destination_spec_set_include_bucket_in_prefix(spec, 0);
  lsexport_destination_spec_set_addressing_style(spec, 77);
  lsexport_destination_spec_set_storage_class(spec, NULL);
  lsexport_destination_spec_set_extra_config_json(spec, "{\"region\":1}");
  ck_assert_int_eq(scene_create(&scene, spec, NULL), LSEXPORT_ERR_VALIDATION);
  explain(scene.client, spec);
  size_t count = lsexport_error_field_count(scene.error);
  ck_assert_uint_eq(count, 7);
  for (size_t i = 0; i < count; i++) {
    size_t at = 0;
    while (at < lsexport_report_finding_count(report) &&
           (strcmp(lsexport_report_finding_field(report, at), lsexport_error_field_path(scene.error, i)) != 0 ||
            strcmp(lsexport_report_finding_reason(report, at), lsexport_error_field_message(scene.error, i)) != 0))
      at++;
    ck_assert_msg(at < lsexport_report_finding_count(report), "%s", lsexport_error_field_path(scene.error, i));
    ck_assert_int_eq(lsexport_report_finding_severity(report, at), LSEXPORT_SEVERITY_ERROR);
  }
  lsexport_destination_spec_free(spec);
  scene_end(&scene);
}
END_TEST

static const struct {
  const char *kwargs, *endpoint, *prefix;
  const char *field, *reason, *remedy; /* parts of them */
} shown[] = {
    {"{\"cache_control\":\"x\"}", NULL, "a", "config.s3_additional_kwargs.cache_control", "drops it",
     "\"CacheControl\""},
    {"{\"BucketKeyEnabled\":1}", NULL, "a", "config.s3_additional_kwargs.BucketKeyEnabled",
     "be true or false:", "type"},
    {"{\"MpuObjectSize\":\"\"}", NULL, "a", "config.s3_additional_kwargs.MpuObjectSize", "be an integer:", "type"},
    {"{\"Metadata\":1}", NULL, "a", "config.s3_additional_kwargs.Metadata", "be an object of strings:", "type"},
    {"{\"CacheControl\":1}", NULL, "a", "config.s3_additional_kwargs.CacheControl", "be a string:", "type"},
    {"{\"IfModifiedSince\":false}", NULL, "a", "config.s3_additional_kwargs.IfModifiedSince", "be a time", "type"},
    {NULL, "https://my_bucket.x", "a", "config.endpoint_url", "\"_\" in its host", "must not be part"},
    {NULL, "https://s3.example.com/my_bucket", "a", "config.include_bucket_in_prefix", "\"my_bucket/\" once", "to 0"},
    {NULL, "https://s3.ap-east-1.amazonaws.com", "a", "config.region", "endpoint_url, \"ap-east-1\":", "Set region"},
};

START_TEST(a_finding_shows_what_it_is_about) {
  lsexport_destination_spec *spec = spec_aws();
  if (shown[_i].kwargs) lsexport_destination_spec_set_s3_additional_kwargs_json(spec, shown[_i].kwargs);
  if (shown[_i].endpoint) lsexport_destination_spec_set_endpoint_url(spec, shown[_i].endpoint);
  lsexport_destination_spec_set_prefix(spec, shown[_i].prefix);
  explain(NULL, spec);
  ck_assert_str_eq(lsexport_report_finding_field(report, 0), shown[_i].field);
  ck_assert_msg(strstr(lsexport_report_finding_reason(report, 0), shown[_i].reason) != NULL, "%s",
                lsexport_report_text(report));
  ck_assert_msg(strstr(lsexport_report_finding_remedy(report, 0), shown[_i].remedy) != NULL, "%s",
                lsexport_report_text(report));
  lsexport_destination_spec_free(spec);
}
END_TEST

START_TEST(every_finding_is_a_sentence_with_a_remedy) {
  for (size_t i = 0; i < FINDING_COUNT; i++) {
    const struct finding_row *row = &finding_rows[i];
    ck_assert(text_lower((unsigned char)row->reason[0]) == row->reason[0]);
    ck_assert_msg(row->reason[strlen(row->reason) - 1] != '.', "%s", row->code);
    ck_assert_msg(row->remedy[strlen(row->remedy) - 1] == '.', "%s", row->code);
    ck_assert(strcmp(row->code, FINDING_REFUSED_CODE) != 0);
  }
}
END_TEST

/* ---- secrets ---- */

typedef lsexport_status (*set_fn)(lsexport_destination_spec *spec, const char *text);

static const struct {
  set_fn set;
  const char *before, *after;
} places[] = {
    {lsexport_destination_spec_set_display_name, "", ""},
    {lsexport_destination_spec_set_bucket_name, "", ""},
    {lsexport_destination_spec_set_prefix, "", ""},
    {lsexport_destination_spec_set_prefix, "a/", "/b"},
    {lsexport_destination_spec_set_region, "", ""},
    {lsexport_destination_spec_set_endpoint_url, "https://", ".example.com"},
    {lsexport_destination_spec_set_endpoint_url, "https://example.com/", ""},
    {lsexport_destination_spec_set_checksum_algorithm, "", ""},
    {lsexport_destination_spec_set_server_side_encryption, "", ""},
    {lsexport_destination_spec_set_ssekms_key_id, "", ""},
    {lsexport_destination_spec_set_expected_bucket_owner, "", ""},
    {lsexport_destination_spec_set_request_payer, "", ""},
    {lsexport_destination_spec_set_storage_class, "", ""},
    {lsexport_destination_spec_set_s3_additional_kwargs_json, "{\"", "\":1}"},
    {lsexport_destination_spec_set_s3_additional_kwargs_json, "{\"SSECustomer", "\":1}"},
    {lsexport_destination_spec_set_s3_additional_kwargs_json, "{\"ACL\":\"", "\"}"},
    {lsexport_destination_spec_set_s3_additional_kwargs_json, "", ""},
    {lsexport_destination_spec_set_extra_config_json, "{\"", "\":1}"},
    {lsexport_destination_spec_set_extra_config_json, "", ""},
};

static void assert_report_never_says(const char *words) {
  const char *texts[] = {lsexport_report_text(report),       lsexport_report_json(report),
                         lsexport_report_summary(report),    lsexport_report_url(report),
                         lsexport_report_host(report),       lsexport_report_bucket(report),
                         lsexport_report_object_key(report), lsexport_report_signing_region(report)};
  for (size_t i = 0; i < COUNT(texts); i++) ck_assert_msg(!text_find_ignoring_case(texts[i], words), "%s", texts[i]);
  for (size_t i = 0; i < lsexport_report_finding_count(report); i++) {
    ck_assert_ptr_null(strstr(lsexport_report_finding_field(report, i), words));
    ck_assert_ptr_null(strstr(lsexport_report_finding_reason(report, i), words));
    ck_assert_ptr_null(strstr(lsexport_report_finding_remedy(report, i), words));
  }
}

/* Secrets whose characters fit into names of hosts too. */
#define PLAIN_SECRET "canaryplainsecretvalue01"
#define PLAIN_TOKEN "canaryplaintokenvalue02"
#define PLAIN_KEY "canaryplainapikey03"

START_TEST(no_report_shows_a_secret) {
  static const char *const canaries[] = {PLAIN_SECRET, PLAIN_TOKEN, PLAIN_KEY};
  struct scene scene;
  scene_begin(&scene, NULL);
  lsexport_config *config = NULL;
  lsexport_client *client = NULL;
  lsexport_config_new(&config);
  lsexport_config_set_api_key(config, PLAIN_KEY, LSEXPORT_NUL_TERMINATED);
  ck_assert_int_eq(lsexport_client_new(config, &client, NULL), LSEXPORT_OK);
  lsexport_config_free(config);
  for (size_t canary = 0; canary < COUNT(canaries); canary++)
    for (int exclude = 0; exclude < 2; exclude++) {
      char text[256];
      snprintf(text, sizeof text, "%s%s%s", places[_i].before, canaries[canary], places[_i].after);
      lsexport_destination_spec *spec = spec_bare(session_credentials("ASIAX", PLAIN_SECRET, PLAIN_TOKEN));
      lsexport_destination_spec_set_prefix(spec, "a");
      places[_i].set(spec, text);
      if (exclude) lsexport_destination_spec_set_include_bucket_in_prefix(spec, 0);
      if (exclude) lsexport_destination_spec_allow(spec, "confused_bucket");
      explain(client, spec);
      assert_report_never_says(canaries[canary]);
      lsexport_destination_spec_free(spec);
    }
  lsexport_client_free(client);
  scene_end(&scene);
}
END_TEST

/* ---- the call itself ---- */

START_TEST(wrong_arguments) {
  lsexport_destination_spec *spec = spec_aws();
  ck_assert_int_eq(lsexport_destination_explain(NULL, NULL, &report, &error), LSEXPORT_ERR_INVALID_ARGUMENT);
  ck_assert_str_eq(lsexport_error_fact(error, "parameter"), "spec");
  lsexport_error_free(error);
  error = NULL;
  ck_assert_int_eq(lsexport_destination_explain(NULL, spec, NULL, &error), LSEXPORT_ERR_INVALID_ARGUMENT);
  ck_assert_str_eq(lsexport_error_fact(error, "parameter"), "report_out");
  lsexport_error_free(error);
  error = NULL;
  lsexport_destination_spec_allow(spec, "no such check");
  ck_assert_int_eq(lsexport_destination_explain(NULL, spec, &report, &error), LSEXPORT_ERR_INVALID_ARGUMENT);
  ck_assert_ptr_nonnull(strstr(lsexport_error_message(error), "destination explain: "));
  ck_assert_int_eq(lsexport_destination_explain(NULL, spec, &report, NULL), LSEXPORT_ERR_INVALID_ARGUMENT);
  ck_assert_ptr_null(report);
  lsexport_destination_spec_free(spec);
}
END_TEST

START_TEST(the_client_tells_where_langsmith_is) {
  struct scene scene;
  scene_begin(&scene, NULL); /* its root is LangSmith's cloud */
  lsexport_destination_spec *spec = spec_aws();
  lsexport_destination_spec_set_endpoint_url(spec, "https://10.0.0.1");
  explain(scene.client, spec);
  ck_assert_str_eq(lsexport_report_finding_code(report, 0), "private_address");
  ck_assert_int_eq(lsexport_report_finding_severity(report, 0), LSEXPORT_SEVERITY_ERROR);
  explain(NULL, spec);
  ck_assert_int_eq(lsexport_report_finding_severity(report, 0), LSEXPORT_SEVERITY_NOTE);
  ck_assert_uint_eq(scene.script.request_count, 0);
  lsexport_destination_spec_free(spec);
  scene_end(&scene);
}
END_TEST

/* What is missing is said once. */
START_TEST(an_empty_spec) {
  lsexport_destination_spec *spec = NULL;
  lsexport_destination_spec_new(&spec);
  lsexport_destination_spec_set_prefix(spec, "a");
  lsexport_destination_spec_set_endpoint_url(spec, "https://s3.example.com");
  explain(NULL, spec);
  ck_assert_uint_eq(lsexport_report_finding_count(report), 3);
  ck_assert_str_eq(lsexport_report_finding_field(report, 0), "display_name");
  ck_assert_str_eq(lsexport_report_finding_field(report, 1), "config.bucket_name");
  ck_assert_str_eq(lsexport_report_finding_field(report, 2), "credentials");
  lsexport_destination_spec_free(spec);
}
END_TEST

START_TEST(what_is_too_long_is_not_read) {
  char *json = mem_alloc(EXTRA_JSON_MAX + 32);
  lsexport_destination_spec *spec = spec_bare(session_credentials(NULL, SECRET, TOKEN));
  memset(json, ' ', EXTRA_JSON_MAX + 16);
  memcpy(json, "{\"Foo\":1}", strlen("{\"Foo\":1}"));
  lsexport_destination_spec_set_s3_additional_kwargs_json(spec, json);
  lsexport_destination_spec_set_region(spec, "eu-west-1");
  explain(NULL, spec);
  ck_assert_str_eq(lsexport_report_finding_field(report, 0), "config.s3_additional_kwargs");
  ck_assert_str_eq(lsexport_report_finding_field(report, 1), "credentials.access_key_id");
  ck_assert_int_lt(lsexport_report_finding_severity(report, 2), LSEXPORT_SEVERITY_ERROR);
  ck_assert_ptr_null(strstr(lsexport_report_text(report), "kwarg_unknown"));
  lsexport_destination_spec_free(spec);
  mem_free(json);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("test_explain_words");
  TCase *cases = add_cases(suite, "words");
  tcase_add_checked_fixture(cases, setup, teardown);
  tcase_add_loop_test(cases, an_example_of_the_documentation, 0, (int)COUNT(examples));
  tcase_add_test(cases, the_answer_comes_first);
  tcase_add_test(cases, what_create_refuses_is_told_in_its_words);
  tcase_add_loop_test(cases, a_finding_shows_what_it_is_about, 0, (int)COUNT(shown));
  tcase_add_test(cases, every_finding_is_a_sentence_with_a_remedy);
  tcase_add_loop_test(cases, no_report_shows_a_secret, 0, (int)COUNT(places));
  tcase_add_test(cases, wrong_arguments);
  tcase_add_test(cases, the_client_tells_where_langsmith_is);
  tcase_add_test(cases, an_empty_spec);
  tcase_add_test(cases, what_is_too_long_is_not_read);
  return run_suite(suite);
}
