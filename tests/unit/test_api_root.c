/* SPDX-License-Identifier: MIT */
/* Where requests go, for every way to write the option api_root; and http, which is for this machine alone. */
#include "fixtures.h"

#include "api/client.h"

#include <stdlib.h>
#include <string.h>

static const struct {
  const char *api_root;
  const char *root; /* as it is found before /api/v1/bulk-exports/destinations */
} roots[] = {
    /* Presets */
    {"us", "https://api.smith.langchain.com"},
    {"eu", "https://eu.api.smith.langchain.com"},
    {"apac", "https://apac.api.smith.langchain.com"},
    {"aws-us", "https://aws.api.smith.langchain.com"},
    /* LangSmith's own hosts */
    {"https://api.smith.langchain.com", "https://api.smith.langchain.com"},
    {"https://eu.api.smith.langchain.com/", "https://eu.api.smith.langchain.com"},
    {"https://api.smith.langchain.com/api/v1", "https://api.smith.langchain.com"},
    {"https://eu1.p.api.smith.langchain.com", "https://eu1.p.api.smith.langchain.com"},
    /* Self-hosted */
    {"https://h", "https://h"},
    {"https://h/", "https://h"},
    {"https://h///", "https://h"},
    {"https://h/api", "https://h"},
    {"https://h/api/", "https://h"},
    {"https://h/api//", "https://h"},
    {"https://h//api", "https://h"},
    {"https://h/api/v1", "https://h"},
    {"https://h/api/v1/", "https://h"},
    {"https://h/v1", "https://h/v1"}, /* a bare /v1 is no suffix of ours */
    {"https://h/v1/", "https://h/v1"},
    {"https://h/api/v2", "https://h/api/v2"},
    {"https://h/api/v1/x", "https://h/api/v1/x"},
    {"https://h/xapi", "https://h/xapi"},
    {"https://h/x-api/v1", "https://h/x-api/v1"},
    {"https://h/API", "https://h/API"},     /* paths know their case */
    {"https://h/api/api", "https://h/api"}, /* one is taken, and one only */
    {"https://h/api/v1/api/v1", "https://h/api/v1"},
    {"https://h/api/api/v1", "https://h/api"},
    /* A base path */
    {"https://h/langsmith", "https://h/langsmith"},
    {"https://h/langsmith/", "https://h/langsmith"},
    {"https://h/langsmith/api", "https://h/langsmith"},
    {"https://h/langsmith/api/v1", "https://h/langsmith"},
    {"https://h/langsmith/api/v1/", "https://h/langsmith"},
    {"https://h/a/b/c/api/v1", "https://h/a/b/c"},
    {"https://h/api/langsmith", "https://h/api/langsmith"}, /* in mid-path */
    {"https://h/api/langsmith/api", "https://h/api/langsmith"},
    /* Hosts that look like paths */
    {"https://api", "https://api"},
    {"https://api/", "https://api"},
    {"https://api/api", "https://api"},
    {"https://api.example.com", "https://api.example.com"},
    {"https://h:8443/api/v1", "https://h:8443"},
    {"https://[2001:db8::1]:8443/api", "https://[2001:db8::1]:8443"},
    {"https://h.example./api", "https://h.example."},
    {"HTTPS://H.example/api", "HTTPS://H.example"},
    /* This machine */
    {"http://localhost:1984", "http://localhost:1984"},
    {"http://localhost:1984/api/v1", "http://localhost:1984"},
    {"http://127.0.0.1:1984/api", "http://127.0.0.1:1984"},
    {"http://127.8.9.10", "http://127.8.9.10"},
    {"http://[::1]:1984/", "http://[::1]:1984"},
};

START_TEST(where_requests_go) {
  struct scene scene;
  scene_begin(&scene, (const char *const[][2]){{"api_root", roots[_i].api_root}, {NULL, NULL}});
  script_answer(&scene.script, 200, "[]");
  ck_assert_int_eq(scene_list(&scene, NULL), LSEXPORT_OK);
  const char *url = script_request(&scene.script, 0)->url;
  size_t length = strlen(roots[_i].root);
  ck_assert_msg(strncmp(url, roots[_i].root, length) == 0, "%s", url);
  ck_assert_str_eq(url + length, "/api/v1/bulk-exports/destinations");
  ck_assert_int_eq(scene.script.settings->allow_http, strncmp(roots[_i].api_root, "http:", 5) == 0);
  scene_end(&scene);
}
END_TEST

static struct script script;

static lsexport_error *refusal(const char *api_root, const char *allow_http) {
  lsexport_client *client = NULL;
  lsexport_error *error = NULL;
  lsexport_config *config =
      config_with((const char *const[][2]){{"api_root", api_root}, {"allow_http", allow_http}, {NULL, NULL}});
  script_begin(&script);
  lsexport_status status = client_new(config, &script.world, &client, &error);
  ck_assert_int_eq(status, lsexport_error_status(error));
  lsexport_client_free(client);
  lsexport_config_free(config);
  return error;
}

static const char *const refused[] = {
    "",
    "US", /* presets know their case */
    "us ",
    "asia",
    "api.smith.langchain.com",
    "ftp://h",
    "https://",
    "https://user@h",
    "https://user:password@h",
    "https://h?x=1",
    "https://h/#x",
    "https://h/../x",
    "https://h/a b",
    "https://h\n",
    "https://h\r\nX-Injected: 1",
    "https://h:0",
    "https://h:99999",
    "https://h_\xc3\xa4",
};

START_TEST(what_is_no_root) {
  lsexport_error *error = refusal(refused[_i], "true");
  ck_assert_int_eq(lsexport_error_status(error), LSEXPORT_ERR_VALIDATION);
  ck_assert_uint_eq(lsexport_error_field_count(error), 1);
  ck_assert_ptr_nonnull(strstr(field_message(error, "api_root"), "must be us, eu, apac, aws-us or a URL"));
  lsexport_error_free(error);
}
END_TEST

static const char *const plain[] = {
    "http://api.smith.langchain.com",
    "http://h",
    "http://10.0.0.1",
    "http://127.1",
    "http://0127.0.0.1",
    "http://127.0.0.1.evil.example",
    "http://localhost.evil.example",
    "http://[::2]",
    "http://0.0.0.0",
    "HTTP://h",
};

START_TEST(http_is_for_this_machine_unless_allowed) {
  lsexport_error *error = refusal(plain[_i], "false");
  ck_assert_int_eq(lsexport_error_status(error), LSEXPORT_ERR_VALIDATION);
  ck_assert_uint_eq(lsexport_error_field_count(error), 1);
  ck_assert_ptr_nonnull(strstr(field_message(error, "api_root"), "http and not on this machine"));
  lsexport_error_free(error);
  ck_assert_ptr_null(refusal(plain[_i], "true"));
}
END_TEST

START_TEST(allow_http_does_not_turn_https_off) {
  struct scene scene;
  scene_begin(&scene, (const char *const[][2]){{"api_root", "https://h"}, {"allow_http", "true"}, {NULL, NULL}});
  script_answer(&scene.script, 200, "[]");
  ck_assert_int_eq(scene_list(&scene, NULL), LSEXPORT_OK);
  ck_assert(!scene.script.settings->allow_http);
  scene_end(&scene);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("test_api_root");
  TCase *cases = add_cases(suite, "api_root");
  tcase_add_loop_test(cases, where_requests_go, 0, (int)COUNT(roots));
  tcase_add_loop_test(cases, what_is_no_root, 0, (int)COUNT(refused));
  tcase_add_loop_test(cases, http_is_for_this_machine_unless_allowed, 0, (int)COUNT(plain));
  tcase_add_test(cases, allow_http_does_not_turn_https_off);
  return run_suite(suite);
}
