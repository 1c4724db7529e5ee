/* SPDX-License-Identifier: MIT */
/* Every maker, setter and check of arguments, once for each allocation that it asks for. A builder keeps its first
 * failure, and what consumes it says NO_MEMORY; what only looks, copies or frees asks for no memory at all. */
#include "allocations.h"
#include "fixtures.h"

#include "api/client.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ALLOCATIONS_MAX 2000
#define NOT_REFUSED 5 /* four texts that may be anything, and workspace_id, which the environment puts right */
#define READABLE_FILE "/dev/null"

static struct scene scene;
static size_t number;
static enum failing failing;

/* Where memory fails from now on, and where it no longer does. */
static void suffer(void) { allocations_torture(number, failing); }

static bool is_fine(lsexport_status status, lsexport_status expected) {
  return status == expected || status == LSEXPORT_ERR_NO_MEMORY;
}

/* ---- config and client ---- */

static const char *value_of(const char *key) {
  static const char *const values[][2] = {{"api_root", "http://127.0.0.1:1"},
                                          {"workspace_id", WORKSPACE},
                                          {"proxy", "http://somebody@proxy.example:3128"},
                                          {"proxy_password", "canary-proxy"},
                                          {"client_key_password", "canary-key"},
                                          {"user_agent", "torture/1"},
                                          {"ca_file", READABLE_FILE},
                                          {"client_certificate", READABLE_FILE},
                                          {"client_key", READABLE_FILE},
                                          {"allow_http", "true"},
                                          {"role_at_top_level", "true"},
                                          {"max_attempts", "5"}};
  for (size_t i = 0; i < COUNT(values); i++)
    if (strcmp(values[i][0], key) == 0) return values[i][1];
  return "5000";
}

/* Everything is set, and set again. */
static lsexport_status fill(lsexport_config *config, const char *(*value)(const char *key)) {
  lsexport_status first = LSEXPORT_OK;
  for (size_t i = 0; i < 2 * lsexport_option_count(); i++) {
    const char *key = lsexport_option_key(i / 2);
    lsexport_status status = lsexport_config_set(config, key, value(key));
    if (!first) first = status;
  }
  lsexport_status status = lsexport_config_set_from_environment(config);
  if (!first) first = status;
  status = lsexport_config_set_api_key(config, API_KEY, LSEXPORT_NUL_TERMINATED);
  return first ? first : status;
}

static lsexport_status make_client(const char *(*value)(const char *key), lsexport_status expected) {
  lsexport_config *config = NULL;
  lsexport_client *client = NULL;
  lsexport_error *error = NULL;
  suffer();
  lsexport_status made = lsexport_config_new(&config);
  lsexport_status filled = config ? fill(config, value) : LSEXPORT_OK;
  lsexport_status status = config ? client_new(config, &scene.script.world, &client, &error) : made;
  allocations_relieve();
  ck_assert_int_eq(made, config ? LSEXPORT_OK : LSEXPORT_ERR_NO_MEMORY);
  ck_assert(is_fine(filled, LSEXPORT_OK));
  ck_assert(is_fine(status, expected));
  if (filled) ck_assert_int_eq(status, LSEXPORT_ERR_NO_MEMORY);
  ck_assert_int_eq(config ? lsexport_error_status(error) : LSEXPORT_OK, config ? status : LSEXPORT_OK);
  ck_assert(!client == (status != LSEXPORT_OK));
  if (status == LSEXPORT_ERR_VALIDATION)
    ck_assert_uint_eq(lsexport_error_field_count(error), lsexport_option_count() - NOT_REFUSED);
  lsexport_error_free(error);
  lsexport_client_free(client);
  if (config && !filled) { /* the same config, in health */
    client = NULL;
    ck_assert_int_eq(client_new(config, &scene.script.world, &client, NULL), expected);
    lsexport_client_free(client);
  }
  lsexport_config_free(config);
  return status;
}

static lsexport_status good_client(void) { return make_client(value_of, LSEXPORT_OK); }

/* All but the four texts that may be anything. */
static const char *bad_value_of(const char *key) {
  bool free_text = strstr(key, "password") || strcmp(key, "proxy") == 0 || strcmp(key, "user_agent") == 0;
  return free_text ? value_of(key) : "no/such\x01value";
}

static lsexport_status bad_client(void) { return make_client(bad_value_of, LSEXPORT_ERR_VALIDATION); }

/* ---- credentials, cancel ---- */

static lsexport_status every_credentials(void) {
  lsexport_credentials *made[4] = {NULL};
  lsexport_status statuses[4];
  suffer();
  statuses[0] = lsexport_credentials_new_static(KEY_ID, SECRET, strlen(SECRET), &made[0]);
  statuses[1] =
      lsexport_credentials_new_session(KEY_ID, SECRET, LSEXPORT_NUL_TERMINATED, TOKEN, strlen(TOKEN), &made[1]);
  statuses[2] = lsexport_credentials_new_server(&made[2]);
  statuses[3] = lsexport_credentials_new_role(ROLE, &made[3]);
  allocations_relieve();
  lsexport_status first = LSEXPORT_OK;
  for (size_t i = 0; i < COUNT(made); i++) {
    ck_assert_int_eq(statuses[i], made[i] ? LSEXPORT_OK : LSEXPORT_ERR_NO_MEMORY);
    if (!first) first = statuses[i];
    lsexport_credentials_free(made[i]);
  }
  return first;
}

static lsexport_status new_queue(void) {
  lsexport_queue *queue = NULL;
  suffer();
  lsexport_status status = lsexport_queue_new(scene.client, &queue, NULL);
  allocations_relieve();
  ck_assert(!queue == (status != LSEXPORT_OK));
  lsexport_queue_free(queue);
  return status;
}

static lsexport_status new_cancel(void) {
  lsexport_cancel *cancel = NULL;
  suffer();
  lsexport_status status = lsexport_cancel_new(&cancel);
  lsexport_cancel_trigger(cancel);
  allocations_relieve();
  ck_assert_int_eq(status, cancel ? LSEXPORT_OK : LSEXPORT_ERR_NO_MEMORY);
  lsexport_cancel_free(cancel);
  return status;
}

/* ---- spec, and a create that consumes it ---- */

static lsexport_status fill_spec(lsexport_destination_spec *spec, const lsexport_credentials *credentials) {
  typedef lsexport_status (*set_text_fn)(lsexport_destination_spec *spec, const char *text);
  static const struct {
    set_text_fn set;
    const char *text;
  } texts[] = {{lsexport_destination_spec_set_display_name, NAME},
               {lsexport_destination_spec_set_bucket_name, "my_bucket"},
               {lsexport_destination_spec_set_prefix, "data_exports"},
               {lsexport_destination_spec_set_region, "us-east-1"},
               {lsexport_destination_spec_set_endpoint_url, "https://s3.us-east-1.amazonaws.com"},
               {lsexport_destination_spec_set_checksum_algorithm, "SHA256"},
               {lsexport_destination_spec_set_server_side_encryption, "aws:kms"},
               {lsexport_destination_spec_set_ssekms_key_id, "alias/exports"},
               {lsexport_destination_spec_set_expected_bucket_owner, "123456789012"},
               {lsexport_destination_spec_set_request_payer, "requester"},
               {lsexport_destination_spec_set_storage_class, "STANDARD_IA"},
               {lsexport_destination_spec_set_s3_additional_kwargs_json, "{\"ACL\":\"private\"}"},
               {lsexport_destination_spec_set_extra_config_json, "{\"newer\":{\"of\":[true,null]}}"}};
  lsexport_status first = LSEXPORT_OK;
  for (size_t i = 0; i < 2 * COUNT(texts); i++) {
    lsexport_status status = texts[i / 2].set(spec, texts[i / 2].text);
    if (!first) first = status;
  }
  lsexport_destination_spec_set_include_bucket_in_prefix(spec, 1);
  lsexport_destination_spec_set_addressing_style(spec, LSEXPORT_ADDRESSING_PATH);
  lsexport_destination_spec_set_use_accelerate_endpoint(spec, 0);
  lsexport_destination_spec_set_payload_signing_enabled(spec, 1);
  lsexport_destination_spec_set_us_east_1_regional_endpoint(spec, LSEXPORT_US_EAST_1_REGIONAL);
  lsexport_destination_spec_allow(spec, "confused_bucket");
  lsexport_destination_spec_set_credentials(spec, credentials);
  return first;
}

static lsexport_status spec_and_create(void) {
  lsexport_destination_spec *spec = NULL;
  lsexport_destination *destination = NULL;
  lsexport_credentials *credentials = static_credentials(KEY_ID, SECRET);
  script_answer(&scene.script, 200, DESTINATION(ID_1, NOON));
  suffer();
  lsexport_status made = lsexport_destination_spec_new(&spec);
  lsexport_status filled = spec ? fill_spec(spec, credentials) : LSEXPORT_OK;
  lsexport_status status = spec ? lsexport_destination_create(scene.client, spec, NULL, &destination, NULL) : made;
  allocations_relieve();
  ck_assert_int_eq(made, spec ? LSEXPORT_OK : LSEXPORT_ERR_NO_MEMORY);
  ck_assert(is_fine(filled, LSEXPORT_OK));
  ck_assert(is_fine(status, LSEXPORT_OK));
  ck_assert(!destination == (status != LSEXPORT_OK));
  if (filled) ck_assert_int_eq(status, LSEXPORT_ERR_NO_MEMORY);
  if (filled) ck_assert_uint_eq(scene.script.request_count, 0);
  lsexport_destination_free(destination);
  lsexport_destination_spec_free(spec);
  lsexport_credentials_free(credentials);
  return status;
}

/* ---- call, and a get that consumes it ---- */

static int32_t tick(uintptr_t userdata) { return userdata != 0; }

static lsexport_status call_and_get(void) {
  lsexport_call *call = NULL;
  lsexport_cancel *cancel = NULL;
  lsexport_destination *destination = NULL;
  lsexport_status filled = LSEXPORT_OK;
  ck_assert_int_eq(lsexport_cancel_new(&cancel), LSEXPORT_OK);
  script_answer(&scene.script, 200, DESTINATION(ID_1, NOON));
  suffer();
  lsexport_status status = lsexport_call_new(&call);
  if (call) {
    lsexport_call_set_timeout_ms(call, 5000);
    lsexport_call_set_cancel(call, cancel);
    lsexport_call_set_tick(call, tick, 0);
    filled = lsexport_call_set_workspace_id(call, ID_2);
    lsexport_status again = lsexport_call_set_workspace_id(call, WORKSPACE);
    if (!filled) filled = again;
    status = lsexport_destination_get(scene.client, ID_1, call, &destination, NULL);
  }
  allocations_relieve();
  ck_assert(is_fine(status, LSEXPORT_OK));
  ck_assert(!destination == (status != LSEXPORT_OK));
  if (filled) ck_assert_int_eq(status, LSEXPORT_ERR_NO_MEMORY);
  if (!status) ck_assert_str_eq(script_header(script_request(&scene.script, 0), "X-Tenant-Id"), WORKSPACE);
  lsexport_destination_free(destination);
  lsexport_call_free(call);
  lsexport_cancel_free(cancel);
  return status;
}

/* ---- wrong arguments ---- */

static lsexport_status wrong_arguments(void) {
  enum { CALLS = 8 };
  lsexport_error *errors[CALLS] = {NULL};
  lsexport_destination *destination = NULL;
  lsexport_destinations *list = NULL;
  lsexport_client *client = scene.client;
  lsexport_status first = LSEXPORT_OK, statuses[CALLS];
  suffer();
  statuses[0] = lsexport_destination_create(NULL, NULL, NULL, &destination, &errors[0]);
  statuses[1] = lsexport_destination_create(client, NULL, NULL, &destination, &errors[1]);
  statuses[2] = lsexport_destination_ensure(client, NULL, NULL, NULL, &errors[2]);
  statuses[3] = lsexport_destination_get(client, NULL, NULL, &destination, &errors[3]);
  statuses[4] = lsexport_destination_list(NULL, NULL, &list, &errors[4]);
  statuses[5] = lsexport_destination_patch(client, ID_1, NULL, NULL, &destination, &errors[5]);
  statuses[6] = lsexport_destination_delete(client, NULL, NULL, &errors[6]);
  statuses[7] = client_new(NULL, &scene.script.world, &client, &errors[7]);
  allocations_relieve();
  for (size_t i = 0; i < CALLS; i++) {
    ck_assert(is_fine(statuses[i], LSEXPORT_ERR_INVALID_ARGUMENT));
    ck_assert_int_eq(lsexport_error_status(errors[i]), statuses[i]);
    ck_assert_int_eq(lsexport_error_applied(errors[i]), LSEXPORT_APPLIED_NO);
    if (statuses[i] == LSEXPORT_ERR_NO_MEMORY) first = LSEXPORT_ERR_NO_MEMORY;
    lsexport_error_free(errors[i]);
  }
  ck_assert(!destination && !list);
  return first;
}

/* ---- what needs no memory ---- */

static void look_at_error(const lsexport_error *error) {
  (void)lsexport_error_status(error), (void)lsexport_error_message(error), (void)lsexport_error_json(error);
  (void)lsexport_error_remedy(error), (void)lsexport_error_documentation_url(error),
      (void)lsexport_error_fact(error, "x");
  (void)lsexport_error_field_path(error, 0), (void)lsexport_error_field_message(error, 0);
  (void)lsexport_error_server_text(error), (void)lsexport_error_request_id(error),
      (void)lsexport_error_storage_code(error);
}

static void look_at_destination(const lsexport_destination *destination) {
  (void)lsexport_destination_id(destination), (void)lsexport_destination_prefix(destination);
  (void)lsexport_destination_credentials_key(destination, 0), (void)lsexport_destination_surplus_id(destination, 0);
  (void)lsexport_destination_config_kwargs_s3_json(destination), (void)lsexport_destination_json(destination, NULL);
}

START_TEST(looking_copying_and_freeing_need_no_memory) {
  scene_begin(&scene, NULL);
  script_answer(&scene.script, 200, "[" DESTINATION(ID_1, NOON) "," DESTINATION(ID_2, NOON) "]");
  ck_assert_int_eq(scene_list(&scene, NULL), LSEXPORT_OK);
  lsexport_destinations *list = scene.list;
  scene.list = NULL;
  script_answer(&scene.script, 422, "{\"detail\":[{\"loc\":[\"body\",\"x\"],\"msg\":\"y\"}]}");
  ck_assert_int_eq(scene_get(&scene, ID_1, NULL), LSEXPORT_ERR_VALIDATION);
  lsexport_destination_spec *spec = spec_aws();
  allocations_torture(0, FAIL_REST);
  lsexport_destination *copy = lsexport_destination_copy(lsexport_destinations_at(list, 1));
  lsexport_destinations_free(list);
  look_at_destination(copy);
  look_at_destination(NULL);
  look_at_error(scene.error);
  look_at_error(NULL);
  lsexport_destination_free(copy);
  lsexport_destination_spec_free(spec);
  lsexport_error_free(scene.error);
  scene.error = NULL;
  for (size_t i = 0; i <= lsexport_option_count(); i++) (void)lsexport_option_text(i);
  for (size_t i = 0; i <= lsexport_status_count(); i++) (void)lsexport_status_text(lsexport_status_at(i));
  ck_assert_uint_eq(allocations_relieve(), 0);
  ck_assert_ptr_nonnull(copy);
  scene_end(&scene);
}
END_TEST

/* ---- all of them ---- */

static const struct {
  const char *name;
  lsexport_status (*act)(void);
  lsexport_status status;
} rows[] = {
    {"config with every option, and client_new", good_client, LSEXPORT_OK},
    {"client_new, every option refused", bad_client, LSEXPORT_ERR_VALIDATION},
    {"credentials_new_*", every_credentials, LSEXPORT_OK},
    {"cancel_new", new_cancel, LSEXPORT_OK},
    {"queue_new", new_queue, LSEXPORT_OK},
    {"spec with every setter, and create", spec_and_create, LSEXPORT_OK},
    {"call with every setter, and get", call_and_get, LSEXPORT_OK},
    {"wrong arguments of every call", wrong_arguments, LSEXPORT_OK},
};

/* The status with all memory but that. */
static lsexport_status try_without(size_t row) {
  size_t alive = allocations_alive();
  memset(&scene, 0, sizeof scene);
  script_begin(&scene.script);
  lsexport_config *config = config_with(NULL);
  ck_assert_int_eq(client_new(config, &scene.script.world, &scene.client, NULL), LSEXPORT_OK);
  lsexport_config_free(config);
  lsexport_status status = rows[row].act();
  lsexport_client_free(scene.client);
  script_free(&scene.script);
  ck_assert_msg(allocations_alive() == alive, "%s, allocation %zu: a leak", rows[row].name, number);
  return status;
}

START_TEST(each_allocation_of_a_builder_fails_once) {
  for (failing = FAIL_ONE; failing < FAILING_COUNT; failing++) {
    number = SIZE_MAX;
    ck_assert_int_eq(try_without((size_t)_i), rows[_i].status);
    size_t asked = allocations_relieve();
    ck_assert_uint_gt(asked, 0);
    ck_assert_uint_lt(asked, ALLOCATIONS_MAX);
    for (number = 0; number < asked; number++) {
      lsexport_status status = try_without((size_t)_i);
      ck_assert_msg(status == LSEXPORT_ERR_NO_MEMORY, "%s, allocation %zu: %s", rows[_i].name, number,
                    lsexport_status_name(status));
    }
    if (failing == FAIL_ONE) printf("%5zu allocations: %s\n", asked, rows[_i].name);
  }
}
END_TEST

int main(void) {
  Suite *suite = suite_create("test_torture_builders");
  TCase *cases = add_cases(suite, "builders");
  setvbuf(stdout, NULL, _IOLBF, 0);
  setenv("LANGSMITH_WORKSPACE_ID", WORKSPACE, 1);
  setenv("LANGSMITH_API_KEY", "lsv2_pt_from_environment", 1);
  unsetenv("LANGSMITH_ENDPOINT");
  allocations_install();
  tcase_add_loop_test(cases, each_allocation_of_a_builder_fails_once, 0, COUNT(rows));
  tcase_add_test(cases, looking_copying_and_freeing_need_no_memory);
  return run_suite(suite);
}
