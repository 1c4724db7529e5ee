/* SPDX-License-Identifier: MIT */
/* A client's life: from the environment, through calls that borrow its transports, over a fork, to its end. */
#include "fixtures.h"

#include "api/client.h"

#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static struct scene scene;

static void setup(void) { scene_begin(&scene, NULL); }
static void teardown(void) { scene_end(&scene); }

/* ---- the environment ---- */

static lsexport_client *from_environment(lsexport_config *config) {
  lsexport_client *client = NULL;
  lsexport_error *error = NULL;
  ck_assert_int_eq(lsexport_config_set_from_environment(config), LSEXPORT_OK);
  ck_assert_msg(client_new(config, &scene.script.world, &client, &error) == LSEXPORT_OK, "%s",
                lsexport_error_message(error));
  lsexport_config_free(config);
  return client;
}

START_TEST(the_environment_when_asked) {
  lsexport_config *config = NULL;
  setenv("LANGSMITH_API_KEY", "key-of-the-environment", 1);
  setenv("LANGSMITH_ENDPOINT", "https://h.example/api/v1", 1);
  setenv("LANGSMITH_WORKSPACE_ID", WORKSPACE, 1);
  lsexport_config_new(&config);
  lsexport_client *client = from_environment(config);
  ck_assert_str_eq(client->langsmith.key_line, KEY_HEADER "key-of-the-environment");
  ck_assert_str_eq(client->langsmith.api_root, "https://h.example");
  ck_assert_str_eq(client->langsmith.workspace_line, WORKSPACE_HEADER WORKSPACE);
  lsexport_client_free(client);
  /* Unset and empty leave what was there. */
  unsetenv("LANGSMITH_API_KEY");
  setenv("LANGSMITH_ENDPOINT", "", 1);
  setenv("LANGSMITH_WORKSPACE_ID", "", 1);
  client = from_environment(config_with((const char *const[][2]){{"api_root", "eu"}, {NULL, NULL}}));
  ck_assert_str_eq(client->langsmith.key_line, KEY_HEADER API_KEY);
  ck_assert_str_eq(client->langsmith.api_root, "https://eu.api.smith.langchain.com");
  ck_assert_ptr_null(client->langsmith.workspace_line);
  lsexport_client_free(client);
}
END_TEST

START_TEST(the_environment_is_not_read_unasked) {
  lsexport_client *client = NULL;
  setenv("LANGSMITH_API_KEY", "key-of-the-environment", 1);
  setenv("LANGSMITH_ENDPOINT", "eu", 1);
  setenv("https_proxy", "http://proxy.example", 1);
  lsexport_config *config = config_with(NULL);
  ck_assert_int_eq(client_new(config, &scene.script.world, &client, NULL), LSEXPORT_OK);
  lsexport_config_free(config);
  ck_assert_str_eq(client->langsmith.key_line, KEY_HEADER API_KEY);
  ck_assert_str_eq(client->langsmith.api_root, ROOT);
  ck_assert_str_eq(client->transport.proxy, "none");
  lsexport_client_free(client);
}
END_TEST

START_TEST(the_environment_is_checked_like_the_rest) {
  lsexport_client *client = NULL;
  lsexport_error *error = NULL;
  lsexport_config *config = config_with(NULL);
  setenv("LANGSMITH_ENDPOINT", "http://h.example", 1);
  setenv("LANGSMITH_WORKSPACE_ID", "my-workspace", 1);
  lsexport_config_set_from_environment(config);
  ck_assert_int_eq(client_new(config, &scene.script.world, &client, &error), LSEXPORT_ERR_VALIDATION);
  ck_assert(has_field(error, "api_root") && has_field(error, "workspace_id"));
  lsexport_error_free(error);
  lsexport_config_free(config);
}
END_TEST

/* ---- secrets ---- */

START_TEST(an_error_of_the_config_never_shows_the_key) {
  static const char *const keys[] = {"api_root", "workspace_id", "proxy", "user_agent", "ca_file", "timeout_ms"};
  lsexport_client *client = NULL;
  lsexport_error *error = NULL;
  lsexport_config *config = config_with(NULL);
  for (size_t i = 0; i < COUNT(keys); i++) lsexport_config_set(config, keys[i], API_KEY "\n");
  ck_assert_int_eq(client_new(config, &scene.script.world, &client, &error), LSEXPORT_ERR_VALIDATION);
  ck_assert_uint_eq(lsexport_error_field_count(error), COUNT(keys));
  assert_error_never_says(error, "canary");
  lsexport_error_free(error);
  lsexport_config_free(config);
}
END_TEST

START_TEST(what_a_server_repeats_of_our_secrets_is_removed) {
  lsexport_client *client = NULL;
  lsexport_error *error = NULL;
  lsexport_destination *destination = NULL;
  lsexport_config *config = config_with((const char *const[][2]){
      {"proxy_password", "canary-proxy-password"}, {"client_key_password", "canary-key-password"}, {NULL, NULL}});
  ck_assert_int_eq(client_new(config, &scene.script.world, &client, NULL), LSEXPORT_OK);
  lsexport_config_free(config);
  script_answer(&scene.script, 400,
                "{\"detail\":\"lsv2_pt_canary-key/77+\\\"\\\\x canary-proxy-password canary-key-password\"}")
      ->headers = SCRIPT_JSON_HEADERS "\nX-Request-Id: " API_KEY;
  ck_assert_int_eq(lsexport_destination_get(client, ID_1, NULL, &destination, &error), LSEXPORT_ERR_REJECTED);
  ck_assert_str_eq(lsexport_error_server_text(error), "[removed] [removed] [removed]");
  ck_assert_str_eq(lsexport_error_request_id(error), "[removed]");
  assert_error_never_says(error, "canary");
  lsexport_error_free(error);
  script_fail(&scene.script, TRANSFER_TLS_FILES, false)->detail = "could not load: canary-key-password";
  ck_assert_int_eq(lsexport_destination_get(client, ID_1, NULL, &destination, &error), LSEXPORT_ERR_TLS);
  assert_error_never_says(error, "canary");
  lsexport_error_free(error);
  lsexport_client_free(client);
}
END_TEST

START_TEST(a_config_may_go_before_its_client) {
  script_answer(&scene.script, 200, "[]"); /* scene_begin has freed it */
  ck_assert_int_eq(scene_list(&scene, NULL), LSEXPORT_OK);
  ck_assert_str_eq(script_header(script_request(&scene.script, 0), "X-API-Key"), API_KEY);
}
END_TEST

START_TEST(a_real_client_is_made_without_a_network) {
  lsexport_client *client = NULL;
  lsexport_error *error = NULL;
  lsexport_cancel *cancel = NULL;
  lsexport_call *call = NULL;
  lsexport_destinations *list = NULL;
  lsexport_config *config = config_with(NULL);
  ck_assert_msg(lsexport_client_new(config, &client, &error) == LSEXPORT_OK, "%s", lsexport_error_message(error));
  lsexport_config_free(config);
  lsexport_cancel_new(&cancel);
  lsexport_cancel_trigger(cancel);
  lsexport_call_new(&call);
  lsexport_call_set_cancel(call, cancel);
  ck_assert_int_eq(lsexport_destination_list(client, call, &list, NULL), LSEXPORT_ERR_CANCELLED);
  lsexport_call_free(call);
  lsexport_cancel_free(cancel);
  lsexport_client_free(client);
}
END_TEST

/* ---- transports ---- */

START_TEST(a_transport_is_used_again) {
  for (int i = 0; i < 5; i++) {
    script_answer(&scene.script, 200, "[]");
    ck_assert_int_eq(scene_list(&scene, NULL), LSEXPORT_OK);
  }
  ck_assert_uint_eq(scene.script.opened, 1);
  ck_assert_uint_eq(scene.script.closed, 0);
}
END_TEST

START_TEST(the_last_one_given_back_is_taken_first_and_few_are_kept) {
  struct transport *taken[IDLE_TRANSPORTS_MAX + 2];
  for (size_t i = 0; i < COUNT(taken); i++) {
    taken[i] = client_take_transport(scene.client);
    ck_assert_ptr_nonnull(taken[i]);
  }
  ck_assert_uint_eq(scene.script.opened, COUNT(taken));
  for (size_t i = 0; i < COUNT(taken); i++) client_give_transport(scene.client, taken[i]);
  ck_assert_uint_eq(scene.script.closed, 2);
  ck_assert_ptr_eq(client_take_transport(scene.client), taken[IDLE_TRANSPORTS_MAX - 1]);
  client_give_transport(scene.client, taken[IDLE_TRANSPORTS_MAX - 1]);
  ck_assert_uint_eq(scene.script.opened, COUNT(taken));
}
END_TEST

START_TEST(no_transport_is_no_memory) {
  scene.script.cannot_open = true;
  ck_assert_int_eq(scene_list(&scene, NULL), LSEXPORT_ERR_NO_MEMORY);
  ck_assert_int_eq(lsexport_error_applied(scene.error), LSEXPORT_APPLIED_NO);
  ck_assert_uint_eq(scene.script.request_count, 0);
}
END_TEST

static lsexport_client *freed_within;

static const struct scripted_outcome *free_the_client(void *context, const struct scripted_request *request) {
  static const struct scripted_outcome empty = {
      .transfer = TRANSFER_DONE, .http_status = 200, .body = "[]", .body_length = 2, .sent = true};
  (void)context, (void)request;
  lsexport_client_free(freed_within);
  return &empty;
}

START_TEST(a_client_freed_in_the_middle_of_a_call) {
  lsexport_destinations *list = NULL;
  lsexport_config *config = config_with(NULL);
  ck_assert_int_eq(client_new(config, &scene.script.world, &freed_within, NULL), LSEXPORT_OK);
  lsexport_config_free(config);
  scene.script.respond = free_the_client;
  ck_assert_int_eq(lsexport_destination_list(freed_within, NULL, &list, NULL), LSEXPORT_OK);
  ck_assert_uint_eq(scene.script.closed, 1); /* the call was the last that needed it */
  lsexport_destinations_free(list);
}
END_TEST

/* ---- fork ---- */

/* In the child: 0 when all is as it should be. */
static int check_child(lsexport_client *client, lsexport_destination_spec *spec, lsexport_credentials *credentials,
                       lsexport_cancel *cancel) {
  lsexport_error *error = NULL;
  lsexport_destination *out = NULL;
  lsexport_destinations *list = NULL;
  const lsexport_status seen[] = {
      lsexport_destination_create(client, spec, NULL, &out, NULL),
      lsexport_destination_ensure(client, spec, NULL, &out, NULL),
      lsexport_destination_get(client, ID_1, NULL, &out, NULL),
      lsexport_destination_list(client, NULL, &list, NULL),
      lsexport_destination_patch(client, ID_1, credentials, NULL, &out, NULL),
      lsexport_destination_delete(client, ID_1, NULL, &error),
  };
  for (size_t i = 0; i < COUNT(seen); i++)
    if (seen[i] != LSEXPORT_ERR_FORKED) return 1;
  if (lsexport_error_status(error) != LSEXPORT_ERR_FORKED || out || list) return 2;
  if (lsexport_error_applied(error) != LSEXPORT_APPLIED_NO || lsexport_error_attempts(error)) return 3;
  lsexport_error_free(error);
  lsexport_client_free(client);
  lsexport_credentials_free(credentials);
  lsexport_destination_spec_free(spec);
  lsexport_cancel_free(cancel);
  if (scene.script.abandoned != 1 || scene.script.closed || scene.script.request_count != 1) return 4;
  /* A new client is as good as any. */
  lsexport_config *config = config_with(NULL);
  if (client_new(config, &scene.script.world, &client, NULL)) return 5;
  lsexport_config_free(config);
  script_answer(&scene.script, 200, "[]");
  if (lsexport_destination_list(client, NULL, &list, NULL)) return 6;
  lsexport_destinations_free(list);
  lsexport_client_free(client);
  script_free(&scene.script);
  return 0;
}

START_TEST(a_child_is_told_and_may_free) {
  lsexport_destination_spec *spec = spec_aws();
  lsexport_credentials *credentials = static_credentials(KEY_ID, SECRET);
  lsexport_cancel *cancel = NULL;
  lsexport_cancel_new(&cancel);
  script_answer(&scene.script, 200, "[]");
  ck_assert_int_eq(scene_list(&scene, NULL), LSEXPORT_OK); /* so that a transport is idle */
  pthread_mutex_lock(&scene.client->lock);                 /* as another thread might at that moment */
  pid_t child = fork();
  ck_assert_int_ge(child, 0);
  if (!child) {
    lsexport_destinations_free(scene.list);
    _exit(check_child(scene.client, spec, credentials, cancel));
  }
  pthread_mutex_unlock(&scene.client->lock);
  int status = 0;
  ck_assert_int_eq(waitpid(child, &status, 0), child);
  ck_assert_msg(WIFEXITED(status), "the child was killed by signal %d", WTERMSIG(status));
  ck_assert_int_eq(WEXITSTATUS(status), 0);
  script_answer(&scene.script, 200, "[]"); /* and the parent goes on */
  ck_assert_int_eq(scene_list(&scene, NULL), LSEXPORT_OK);
  lsexport_cancel_free(cancel);
  lsexport_credentials_free(credentials);
  lsexport_destination_spec_free(spec);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("test_client");
  TCase *cases = add_cases(suite, "client");
  tcase_add_checked_fixture(cases, setup, teardown);
  tcase_add_test(cases, the_environment_when_asked);
  tcase_add_test(cases, the_environment_is_not_read_unasked);
  tcase_add_test(cases, the_environment_is_checked_like_the_rest);
  tcase_add_test(cases, an_error_of_the_config_never_shows_the_key);
  tcase_add_test(cases, what_a_server_repeats_of_our_secrets_is_removed);
  tcase_add_test(cases, a_config_may_go_before_its_client);
  tcase_add_test(cases, a_real_client_is_made_without_a_network);
  tcase_add_test(cases, a_transport_is_used_again);
  tcase_add_test(cases, the_last_one_given_back_is_taken_first_and_few_are_kept);
  tcase_add_test(cases, no_transport_is_no_memory);
  tcase_add_test(cases, a_client_freed_in_the_middle_of_a_call);
  tcase_add_test(cases, a_child_is_told_and_may_free);
  return run_suite(suite);
}
