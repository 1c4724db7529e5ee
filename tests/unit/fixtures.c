/* SPDX-License-Identifier: MIT */
#include "fixtures.h"

#include "api/client.h"
#include "base/text.h"
#include "error/error.h"

#include <stdlib.h>
#include <string.h>

#define SECONDS_A_CASE 60

/* ---- a client over a script ---- */

void scene_begin(struct scene *scene, const char *const (*options)[2]) {
  memset(scene, 0, sizeof *scene);
  script_begin(&scene->script);
  lsexport_config *config = config_with(options);
  lsexport_status status = client_new(config, &scene->script.world, &scene->client, &scene->error);
  ck_assert_msg(status == LSEXPORT_OK, "%s", lsexport_error_message(scene->error));
  ck_assert_ptr_null(scene->error);
  lsexport_config_free(config);
}

static void forget(struct scene *scene) {
  lsexport_error_free(scene->error);
  lsexport_destination_free(scene->destination);
  lsexport_destinations_free(scene->list);
  scene->error = NULL;
  scene->destination = NULL;
  scene->list = NULL;
}

void scene_end(struct scene *scene) {
  forget(scene);
  lsexport_client_free(scene->client);
  script_end(&scene->script);
}

/* What holds for every call: its status is its error's, an error has a message and its JSON can be read. */
static lsexport_status judged(struct scene *scene, lsexport_status status) {
  ck_assert_int_eq(status, lsexport_error_status(scene->error));
  if (!scene->error) return status;
  ck_assert_ptr_null(scene->destination);
  ck_assert_ptr_null(scene->list);
  ck_assert_uint_gt(strlen(lsexport_error_message(scene->error)), 0);
  assert_error_never_says(scene->error, API_KEY);
  assert_error_never_says(scene->error, SECRET);
  node_free(parsed(lsexport_error_json(scene->error)));
  return status;
}

lsexport_status scene_create(struct scene *scene, const lsexport_destination_spec *spec, const lsexport_call *call) {
  forget(scene);
  return judged(scene, lsexport_destination_create(scene->client, spec, call, &scene->destination, &scene->error));
}

lsexport_status scene_ensure(struct scene *scene, const lsexport_destination_spec *spec, const lsexport_call *call) {
  forget(scene);
  return judged(scene, lsexport_destination_ensure(scene->client, spec, call, &scene->destination, &scene->error));
}

lsexport_status scene_get(struct scene *scene, const char *id, const lsexport_call *call) {
  forget(scene);
  return judged(scene, lsexport_destination_get(scene->client, id, call, &scene->destination, &scene->error));
}

lsexport_status scene_list(struct scene *scene, const lsexport_call *call) {
  forget(scene);
  return judged(scene, lsexport_destination_list(scene->client, call, &scene->list, &scene->error));
}

lsexport_status scene_patch(struct scene *scene, const char *id, const lsexport_credentials *credentials,
                            const lsexport_call *call) {
  forget(scene);
  return judged(scene,
                lsexport_destination_patch(scene->client, id, credentials, call, &scene->destination, &scene->error));
}

lsexport_status scene_delete(struct scene *scene, const char *id, const lsexport_call *call) {
  forget(scene);
  return judged(scene, lsexport_destination_delete(scene->client, id, call, &scene->error));
}

/* ---- what goes in ---- */

lsexport_config *config_with(const char *const (*options)[2]) {
  lsexport_config *config = NULL;
  ck_assert_int_eq(lsexport_config_new(&config), LSEXPORT_OK);
  ck_assert_int_eq(lsexport_config_set_api_key(config, API_KEY, LSEXPORT_NUL_TERMINATED), LSEXPORT_OK);
  for (; options && (*options)[0]; options++)
    ck_assert_int_eq(lsexport_config_set(config, (*options)[0], (*options)[1]), LSEXPORT_OK);
  return config;
}

lsexport_credentials *static_credentials(const char *key_id, const char *secret) {
  lsexport_credentials *made = NULL;
  ck_assert_int_eq(lsexport_credentials_new_static(key_id, secret, LSEXPORT_NUL_TERMINATED, &made), LSEXPORT_OK);
  return made;
}

lsexport_credentials *session_credentials(const char *key_id, const char *secret, const char *token) {
  lsexport_credentials *made = NULL;
  ck_assert_int_eq(
      lsexport_credentials_new_session(key_id, secret, LSEXPORT_NUL_TERMINATED, token, LSEXPORT_NUL_TERMINATED, &made),
      LSEXPORT_OK);
  return made;
}

lsexport_credentials *role_credentials(const char *role) {
  lsexport_credentials *made = NULL;
  ck_assert_int_eq(lsexport_credentials_new_role(role, &made), LSEXPORT_OK);
  return made;
}

lsexport_credentials *server_credentials(void) {
  lsexport_credentials *made = NULL;
  ck_assert_int_eq(lsexport_credentials_new_server(&made), LSEXPORT_OK);
  return made;
}

lsexport_destination_spec *spec_bare(lsexport_credentials *credentials) {
  lsexport_destination_spec *spec = NULL;
  ck_assert_int_eq(lsexport_destination_spec_new(&spec), LSEXPORT_OK);
  lsexport_destination_spec_set_display_name(spec, NAME);
  lsexport_destination_spec_set_bucket_name(spec, "my_bucket");
  lsexport_destination_spec_set_credentials(spec, credentials);
  lsexport_credentials_free(credentials);
  return spec;
}

lsexport_destination_spec *spec_aws(void) {
  lsexport_destination_spec *spec = spec_bare(static_credentials(KEY_ID, SECRET));
  lsexport_destination_spec_set_prefix(spec, "data_exports");
  lsexport_destination_spec_set_region(spec, "us-east-1");
  return spec;
}

/* ---- what comes out ---- */

const char *field_message(const lsexport_error *error, const char *path) {
  for (size_t i = 0; i < lsexport_error_field_count(error); i++)
    if (text_equal(lsexport_error_field_path(error, i), path)) return lsexport_error_field_message(error, i);
  return NULL;
}

bool has_field(const lsexport_error *error, const char *path) { return field_message(error, path) != NULL; }

static void assert_free_of(const char *text, const char *words) {
  if (text) ck_assert_msg(!strstr(text, words), "\"%s\" holds \"%s\"", text, words);
}

void assert_error_never_says(const lsexport_error *error, const char *words) {
  if (!error) return;
  const char *const texts[] = {error->message,     error->remedy,     error->storage_code,
                               error->server_text, error->request_id, error->json};
  for (size_t i = 0; i < COUNT(texts); i++) assert_free_of(texts[i], words);
  for (size_t i = 0; i < error->fact_count; i++) {
    assert_free_of(error->facts[i].name, words);
    assert_free_of(error->facts[i].text, words);
  }
  for (size_t i = 0; i < error->field_count; i++) {
    assert_free_of(error->fields[i].name, words);
    assert_free_of(error->fields[i].text, words);
  }
}

json_node *parsed(const char *text) {
  enum json_failure failure;
  json_node *node = node_parse(text, strlen(text), &failure);
  ck_assert_msg(node != NULL, "no JSON: %s", text);
  return node;
}

/* ---- check ---- */

TCase *add_cases(Suite *suite, const char *name) {
  TCase *cases = tcase_create(name);
  tcase_set_timeout(cases, SECONDS_A_CASE);
  suite_add_tcase(suite, cases);
  return cases;
}

int run_suite(Suite *suite) {
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_ENV);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
