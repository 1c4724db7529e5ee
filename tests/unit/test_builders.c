/* SPDX-License-Identifier: MIT */
/* The rules of the C interface: what NULL means to every public function, and failures of setters that stick. */
#include "fixtures.h"

#include <errno.h>
#include <signal.h>
#include <string.h>

#define INVALID LSEXPORT_ERR_INVALID_ARGUMENT

/* ---- NULL where a handle or an output is due ---- */

START_TEST(makers_want_an_output) {
  ck_assert_int_eq(lsexport_config_new(NULL), INVALID);
  ck_assert_int_eq(lsexport_cancel_new(NULL), INVALID);
  ck_assert_int_eq(lsexport_call_new(NULL), INVALID);
  ck_assert_int_eq(lsexport_destination_spec_new(NULL), INVALID);
  ck_assert_int_eq(lsexport_credentials_new_static("k", "s", 1, NULL), INVALID);
  ck_assert_int_eq(lsexport_credentials_new_session("k", "s", 1, "t", 1, NULL), INVALID);
  ck_assert_int_eq(lsexport_credentials_new_server(NULL), INVALID);
  ck_assert_int_eq(lsexport_credentials_new_role("r", NULL), INVALID);
}
END_TEST

START_TEST(frees_take_null) {
  lsexport_config_free(NULL);
  lsexport_client_free(NULL);
  lsexport_cancel_free(NULL);
  lsexport_call_free(NULL);
  lsexport_credentials_free(NULL);
  lsexport_destination_spec_free(NULL);
  lsexport_destination_free(NULL);
  lsexport_destinations_free(NULL);
  lsexport_error_free(NULL);
  lsexport_cancel_trigger(NULL);
  ck_assert_int_eq(lsexport_cancel_is_triggered(NULL), 0);
}
END_TEST

START_TEST(setters_want_a_handle) {
  ck_assert_int_eq(lsexport_config_set(NULL, "api_root", "us"), INVALID);
  ck_assert_int_eq(lsexport_config_set_api_key(NULL, "k", 1), INVALID);
  ck_assert_int_eq(lsexport_config_set_from_environment(NULL), INVALID);
  ck_assert_int_eq(lsexport_config_set_log(NULL, NULL, 0), INVALID);
  ck_assert_int_eq(lsexport_call_set_timeout_ms(NULL, 1), INVALID);
  ck_assert_int_eq(lsexport_call_set_cancel(NULL, NULL), INVALID);
  ck_assert_int_eq(lsexport_call_set_tick(NULL, NULL, 0), INVALID);
  ck_assert_int_eq(lsexport_call_set_workspace_id(NULL, WORKSPACE), INVALID);
  ck_assert_int_eq(lsexport_destination_spec_set_display_name(NULL, "x"), INVALID);
  ck_assert_int_eq(lsexport_destination_spec_set_bucket_name(NULL, "x"), INVALID);
  ck_assert_int_eq(lsexport_destination_spec_set_prefix(NULL, "x"), INVALID);
  ck_assert_int_eq(lsexport_destination_spec_set_region(NULL, "x"), INVALID);
  ck_assert_int_eq(lsexport_destination_spec_set_endpoint_url(NULL, "x"), INVALID);
  ck_assert_int_eq(lsexport_destination_spec_set_include_bucket_in_prefix(NULL, 1), INVALID);
  ck_assert_int_eq(lsexport_destination_spec_set_credentials(NULL, NULL), INVALID);
  ck_assert_int_eq(lsexport_destination_spec_set_addressing_style(NULL, 1), INVALID);
  ck_assert_int_eq(lsexport_destination_spec_set_use_accelerate_endpoint(NULL, 1), INVALID);
  ck_assert_int_eq(lsexport_destination_spec_set_payload_signing_enabled(NULL, 1), INVALID);
  ck_assert_int_eq(lsexport_destination_spec_set_us_east_1_regional_endpoint(NULL, 1), INVALID);
  ck_assert_int_eq(lsexport_destination_spec_set_checksum_algorithm(NULL, "x"), INVALID);
  ck_assert_int_eq(lsexport_destination_spec_set_server_side_encryption(NULL, "x"), INVALID);
  ck_assert_int_eq(lsexport_destination_spec_set_ssekms_key_id(NULL, "x"), INVALID);
  ck_assert_int_eq(lsexport_destination_spec_set_expected_bucket_owner(NULL, "x"), INVALID);
  ck_assert_int_eq(lsexport_destination_spec_set_request_payer(NULL, "x"), INVALID);
  ck_assert_int_eq(lsexport_destination_spec_set_storage_class(NULL, "x"), INVALID);
  ck_assert_int_eq(lsexport_destination_spec_set_s3_additional_kwargs_json(NULL, "{}"), INVALID);
  ck_assert_int_eq(lsexport_destination_spec_set_extra_config_json(NULL, "{}"), INVALID);
  ck_assert_int_eq(lsexport_destination_spec_allow(NULL, "confused_bucket"), INVALID);
}
END_TEST

START_TEST(getters_of_results_take_null) {
  size_t length = 7;
  ck_assert_str_eq(lsexport_destination_id(NULL), "");
  ck_assert_str_eq(lsexport_destination_workspace_id(NULL), "");
  ck_assert_str_eq(lsexport_destination_display_name(NULL), "");
  ck_assert_str_eq(lsexport_destination_type(NULL), "");
  ck_assert_str_eq(lsexport_destination_prefix(NULL), "");
  ck_assert_str_eq(lsexport_destination_request_id(NULL), "");
  ck_assert_str_eq(lsexport_destination_json(NULL, &length), "");
  ck_assert_uint_eq(length, 0);
  ck_assert_str_eq(lsexport_destination_json(NULL, NULL), "");
  ck_assert_ptr_null(lsexport_destination_bucket_name(NULL));
  ck_assert_ptr_null(lsexport_destination_region(NULL));
  ck_assert_ptr_null(lsexport_destination_endpoint_url(NULL));
  ck_assert_ptr_null(lsexport_destination_aws_role_arn(NULL));
  ck_assert_ptr_null(lsexport_destination_config_kwargs_s3_json(NULL));
  ck_assert_ptr_null(lsexport_destination_s3_additional_kwargs_json(NULL));
  ck_assert_ptr_null(lsexport_destination_credentials_key(NULL, 0));
  ck_assert_ptr_null(lsexport_destination_surplus_id(NULL, 0));
  ck_assert_ptr_null(lsexport_destination_copy(NULL));
  ck_assert_int_eq(lsexport_destination_addressing_style(NULL), LSEXPORT_ADDRESSING_UNSET);
  ck_assert_int_eq(lsexport_destination_adopted(NULL), 0);
  ck_assert_int_eq(lsexport_destination_created_at_unix_us(NULL), 0);
  ck_assert_int_eq(lsexport_destination_updated_at_unix_us(NULL), 0);
  ck_assert_uint_eq(lsexport_destination_credentials_key_count(NULL), 0);
  ck_assert_uint_eq(lsexport_destination_surplus_count(NULL), 0);
  ck_assert_uint_eq(lsexport_destinations_count(NULL), 0);
  ck_assert_ptr_null(lsexport_destinations_at(NULL, 0));
}
END_TEST

/* ---- NULL to the calls: INVALID_ARGUMENT that names the parameter, outputs untouched, nothing sent ---- */

static struct scene scene;
static lsexport_destination_spec *spec;
static lsexport_credentials *credentials;
static lsexport_error *error;
static lsexport_destination *untouched = (lsexport_destination *)&scene; /* anything but NULL */

static void setup(void) {
  scene_begin(&scene, NULL);
  spec = spec_aws();
  credentials = static_credentials(KEY_ID, SECRET);
}

static void teardown(void) {
  lsexport_credentials_free(credentials);
  lsexport_destination_spec_free(spec);
  scene_end(&scene);
}

/* The call that ended so has left its error in error. */
static void assert_names(lsexport_status status, const char *parameter) {
  ck_assert_int_eq(status, INVALID);
  ck_assert_int_eq(lsexport_error_status(error), INVALID);
  ck_assert_str_eq(lsexport_error_fact(error, "parameter"), parameter);
  ck_assert_ptr_nonnull(strstr(lsexport_error_message(error), parameter));
  ck_assert_int_eq(lsexport_error_applied(error), LSEXPORT_APPLIED_NO);
  lsexport_error_free(error);
  error = NULL;
  ck_assert_uint_eq(scene.script.request_count, 0);
}

START_TEST(a_call_without_a_client) {
  lsexport_destination *out = untouched;
  lsexport_destinations *list = (lsexport_destinations *)&scene;
  assert_names(lsexport_destination_create(NULL, spec, NULL, &out, &error), "client");
  assert_names(lsexport_destination_ensure(NULL, spec, NULL, &out, &error), "client");
  assert_names(lsexport_destination_get(NULL, ID_1, NULL, &out, &error), "client");
  assert_names(lsexport_destination_list(NULL, NULL, &list, &error), "client");
  assert_names(lsexport_destination_patch(NULL, ID_1, credentials, NULL, &out, &error), "client");
  assert_names(lsexport_destination_delete(NULL, ID_1, NULL, &error), "client");
  ck_assert_ptr_eq(out, untouched);
  ck_assert_ptr_eq(list, (lsexport_destinations *)&scene);
}
END_TEST

START_TEST(a_call_without_what_it_needs) {
  lsexport_client *client = scene.client;
  lsexport_destination *out = untouched;
  assert_names(lsexport_destination_create(client, NULL, NULL, &out, &error), "spec");
  assert_names(lsexport_destination_create(client, spec, NULL, NULL, &error), "destination_out");
  assert_names(lsexport_destination_ensure(client, NULL, NULL, &out, &error), "spec");
  assert_names(lsexport_destination_ensure(client, spec, NULL, NULL, &error), "destination_out");
  assert_names(lsexport_destination_get(client, NULL, NULL, &out, &error), "destination_id");
  assert_names(lsexport_destination_get(client, ID_1, NULL, NULL, &error), "destination_out");
  assert_names(lsexport_destination_list(client, NULL, NULL, &error), "destinations_out");
  assert_names(lsexport_destination_patch(client, NULL, credentials, NULL, &out, &error), "destination_id");
  assert_names(lsexport_destination_patch(client, ID_1, NULL, NULL, &out, &error), "credentials");
  assert_names(lsexport_destination_delete(client, NULL, NULL, &error), "destination_id");
  ck_assert_ptr_eq(out, untouched);
  /* and without an error to fill */
  ck_assert_int_eq(lsexport_destination_create(client, NULL, NULL, &out, NULL), INVALID);
  ck_assert_int_eq(lsexport_destination_get(NULL, NULL, NULL, NULL, NULL), INVALID);
  ck_assert_int_eq(lsexport_destination_list(NULL, NULL, NULL, NULL), INVALID);
  ck_assert_int_eq(lsexport_destination_delete(client, NULL, NULL, NULL), INVALID);
}
END_TEST

START_TEST(a_client_without_what_it_needs) {
  lsexport_client *client = scene.client;
  lsexport_config *config = config_with(NULL);
  assert_names(lsexport_client_new(NULL, &client, &error), "config");
  assert_names(lsexport_client_new(config, NULL, &error), "client_out");
  ck_assert_int_eq(lsexport_client_new(NULL, NULL, NULL), INVALID);
  ck_assert_ptr_eq(client, scene.client);
  lsexport_config_free(config);
}
END_TEST

START_TEST(outputs_are_untouched_on_failure) {
  lsexport_destination *out = untouched;
  lsexport_destinations *list = (lsexport_destinations *)&scene;
  script_answer(&scene.script, 404, "{}");
  ck_assert_int_eq(lsexport_destination_get(scene.client, ID_1, NULL, &out, NULL), LSEXPORT_ERR_NOT_FOUND);
  script_answer(&scene.script, 400, "{}");
  ck_assert_int_eq(lsexport_destination_create(scene.client, spec, NULL, &out, NULL), LSEXPORT_ERR_REJECTED);
  script_answer(&scene.script, 400, "{}");
  ck_assert_int_eq(lsexport_destination_patch(scene.client, ID_1, credentials, NULL, &out, NULL),
                   LSEXPORT_ERR_REJECTED);
  script_answer(&scene.script, 200, DESTINATION_OF(ID_1, "stranger", CONFIG, NOON));
  ck_assert_int_eq(lsexport_destination_create(scene.client, spec, NULL, &out, NULL), LSEXPORT_ERR_PROTOCOL);
  script_answer(&scene.script, 401, "{}");
  ck_assert_int_eq(lsexport_destination_ensure(scene.client, spec, NULL, &out, NULL), LSEXPORT_ERR_UNAUTHENTICATED);
  script_answer(&scene.script, 200, "[" DESTINATION(ID_1, NOON) ",7]");
  ck_assert_int_eq(lsexport_destination_list(scene.client, NULL, &list, NULL), LSEXPORT_ERR_PROTOCOL);
  ck_assert_ptr_eq(out, untouched);
  ck_assert_ptr_eq(list, (lsexport_destinations *)&scene);
}
END_TEST

/* ---- failures that stick ---- */

START_TEST(a_config_keeps_its_first_failure) {
  lsexport_config *config = config_with(NULL);
  lsexport_client *client = NULL;
  ck_assert_int_eq(lsexport_config_set(config, "no_such_option", "x"), INVALID);
  ck_assert_int_eq(lsexport_config_set(config, NULL, "x"), INVALID);
  ck_assert_int_eq(lsexport_config_set_api_key(config, "a\0b", 3), INVALID);
  ck_assert_int_eq(lsexport_config_set(config, "api_root", "eu"), LSEXPORT_OK); /* a later success mends nothing */
  assert_names(lsexport_client_new(config, &client, &error), "key of lsexport_config_set");
  ck_assert_ptr_null(client);
  assert_names(lsexport_client_new(config, &client, &error), "key of lsexport_config_set");
  lsexport_config_free(config);
  config = config_with(NULL);
  ck_assert_int_eq(lsexport_config_set_api_key(config, "a\0b", 3), INVALID);
  assert_names(lsexport_client_new(config, &client, &error), "length of the API key");
  lsexport_config_free(config);
}
END_TEST

START_TEST(a_spec_keeps_its_first_failure) {
  lsexport_destination *out = untouched;
  ck_assert_int_eq(lsexport_destination_spec_allow(spec, "anything"), INVALID);
  ck_assert_int_eq(lsexport_destination_spec_set_credentials(spec, NULL), INVALID);
  ck_assert_int_eq(lsexport_destination_spec_set_prefix(spec, "x"), LSEXPORT_OK);
  assert_names(lsexport_destination_create(scene.client, spec, NULL, &out, &error),
               "check of lsexport_destination_spec_allow");
  assert_names(lsexport_destination_ensure(scene.client, spec, NULL, &out, &error),
               "check of lsexport_destination_spec_allow");
  lsexport_destination_spec_free(spec);
  spec = spec_aws();
  ck_assert_int_eq(lsexport_destination_spec_set_credentials(spec, NULL), INVALID);
  assert_names(lsexport_destination_create(scene.client, spec, NULL, &out, &error), "credentials of the spec");
  lsexport_destination_spec_free(spec);
  spec = spec_aws();
  ck_assert_int_eq(lsexport_destination_spec_allow(spec, NULL), INVALID);
  ck_assert_int_eq(lsexport_destination_create(scene.client, spec, NULL, &out, NULL), INVALID);
}
END_TEST

START_TEST(a_call_keeps_its_first_failure) {
  lsexport_call *call = NULL;
  lsexport_destination *out = untouched;
  lsexport_call_new(&call);
  ck_assert_int_eq(lsexport_call_set_timeout_ms(call, -1), INVALID);
  ck_assert_int_eq(lsexport_call_set_timeout_ms(call, 1000), LSEXPORT_OK);
  assert_names(lsexport_destination_get(scene.client, ID_1, call, &out, &error), "timeout_ms");
  assert_names(lsexport_destination_create(scene.client, spec, call, &out, &error), "timeout_ms");
  assert_names(lsexport_destination_delete(scene.client, ID_1, call, &error), "timeout_ms");
  lsexport_call_free(call);
}
END_TEST

static const char *const checks[] = {"confused_bucket", "missing_session_token", "google_key_without_endpoint",
                                     "google_endpoint_without_key"};

START_TEST(every_check_can_be_allowed) {
  ck_assert_int_eq(lsexport_destination_spec_allow(spec, checks[_i]), LSEXPORT_OK);
  script_answer(&scene.script, 200, DESTINATION(ID_1, NOON));
  ck_assert_int_eq(scene_create(&scene, spec, NULL), LSEXPORT_OK);
}
END_TEST

/* ---- who owns what ---- */

START_TEST(a_builder_may_be_used_again_and_its_parts_freed) {
  lsexport_cancel *cancel = NULL;
  lsexport_call *call = NULL;
  lsexport_cancel_new(&cancel);
  lsexport_call_new(&call);
  lsexport_call_set_cancel(call, cancel);
  lsexport_call_set_cancel(call, cancel);
  lsexport_cancel_free(cancel); /* the call keeps it */
  for (int i = 0; i < 3; i++) {
    script_answer(&scene.script, 200, DESTINATION(ID_1, NOON));
    ck_assert_int_eq(scene_create(&scene, spec, call), LSEXPORT_OK);
  }
  for (size_t i = 1; i < 3; i++)
    ck_assert_str_eq(script_request(&scene.script, i)->body, script_request(&scene.script, 0)->body);
  lsexport_cancel_trigger(cancel);
  ck_assert_int_eq(lsexport_cancel_is_triggered(cancel), 1);
  ck_assert_int_eq(scene_create(&scene, spec, call), LSEXPORT_ERR_CANCELLED);
  lsexport_call_set_cancel(call, NULL); /* the last owner gives it up */
  script_answer(&scene.script, 200, DESTINATION(ID_1, NOON));
  ck_assert_int_eq(scene_create(&scene, spec, call), LSEXPORT_OK);
  lsexport_call_free(call);
}
END_TEST

static lsexport_cancel *of_the_handler;

static void handle(int number) {
  (void)number;
  lsexport_cancel_trigger(of_the_handler);
}

START_TEST(a_token_in_a_signal_handler) {
  lsexport_call *call = NULL;
  lsexport_cancel_new(&of_the_handler);
  lsexport_call_new(&call);
  lsexport_call_set_cancel(call, of_the_handler);
  ck_assert_int_eq(lsexport_cancel_is_triggered(of_the_handler), 0);
  ck_assert(signal(SIGUSR1, handle) != SIG_ERR);
  for (int i = 0; i < 3; i++) {
    errno = E2BIG;
    raise(SIGUSR1);
    ck_assert_int_eq(errno, E2BIG); /* what it interrupts may be looking at it */
    ck_assert_int_eq(lsexport_cancel_is_triggered(of_the_handler), 1);
  }
  ck_assert_int_eq(scene_create(&scene, spec, call), LSEXPORT_ERR_CANCELLED);
  lsexport_call_free(call);
  lsexport_cancel_free(of_the_handler);
}
END_TEST

START_TEST(versions) {
  ck_assert_int_eq(lsexport_abi_level(), LSEXPORT_ABI_LEVEL);
  ck_assert_str_eq(lsexport_version(), LSEXPORT_VERSION);
  const char *details = lsexport_version_details();
  ck_assert_ptr_nonnull(strstr(details, "liblsexport/" LSEXPORT_VERSION));
  ck_assert_ptr_nonnull(strstr(details, "libcurl/"));
  ck_assert_ptr_nonnull(strstr(details, "jansson/"));
  ck_assert_ptr_eq(details, lsexport_version_details());
  ck_assert_int_eq(lsexport_global_init(2), INVALID);
  ck_assert_int_eq(lsexport_global_init(-1), INVALID);
  ck_assert_int_eq(lsexport_global_init(0), LSEXPORT_OK);
  ck_assert_int_eq(lsexport_global_init(0), LSEXPORT_OK);
  ck_assert_int_eq(lsexport_global_init(LSEXPORT_INIT_WIPE), LSEXPORT_ERR_INVALID_STATE); /* too late */
}
END_TEST

int main(void) {
  Suite *suite = suite_create("test_builders");
  TCase *plain = add_cases(suite, "null");
  tcase_add_test(plain, makers_want_an_output);
  tcase_add_test(plain, frees_take_null);
  tcase_add_test(plain, setters_want_a_handle);
  tcase_add_test(plain, getters_of_results_take_null);
  tcase_add_test(plain, versions);
  TCase *calls = add_cases(suite, "calls");
  tcase_add_checked_fixture(calls, setup, teardown);
  tcase_add_test(calls, a_call_without_a_client);
  tcase_add_test(calls, a_call_without_what_it_needs);
  tcase_add_test(calls, a_client_without_what_it_needs);
  tcase_add_test(calls, outputs_are_untouched_on_failure);
  tcase_add_test(calls, a_config_keeps_its_first_failure);
  tcase_add_test(calls, a_spec_keeps_its_first_failure);
  tcase_add_test(calls, a_call_keeps_its_first_failure);
  tcase_add_loop_test(calls, every_check_can_be_allowed, 0, (int)COUNT(checks));
  tcase_add_test(calls, a_builder_may_be_used_again_and_its_parts_freed);
  tcase_add_test(calls, a_token_in_a_signal_handler);
  return run_suite(suite);
}
