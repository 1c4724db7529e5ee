/* SPDX-License-Identifier: MIT */
/* The table of options, and the check of their values, all at once. */
#include "fixtures.h"

#include "api/client.h"
#include "error/error.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct {
  const char *key, *type, *standard;
  int64_t minimum, maximum;
  bool secret;
} options[] = {
    {"api_root", "text", "us", 0, 0, false},
    {"workspace_id", "uuid", "", 0, 0, false},
    {"timeout_ms", "integer", "60000", 1, 86400000, false},
    {"write_timeout_ms", "integer", "150000", 1, 86400000, false},
    {"ensure_timeout_ms", "integer", "210000", 1, 86400000, false},
    {"connect_timeout_ms", "integer", "10000", 1, 3600000, false},
    {"max_attempts", "integer", "3", 1, 20, false},
    {"retry_after_max_ms", "integer", "60000", 0, 3600000, false},
    {"max_response_bytes", "integer", "1048576", 1024, 1073741824, false},
    {"max_list_bytes", "integer", "16777216", 1024, 1073741824, false},
    {"queue_max_in_flight", "integer", "128", 1, 10000, false},
    {"queue_max_host_connections", "integer", "0", 0, 10000, false},
    {"proxy", "text", "none", 0, 0, false},
    {"proxy_password", "text", "", 0, 0, true},
    {"ca_file", "path", "", 0, 0, false},
    {"client_certificate", "path", "", 0, 0, false},
    {"client_key", "path", "", 0, 0, false},
    {"client_key_password", "text", "", 0, 0, true},
    {"user_agent", "text", "liblsexport/" LSEXPORT_VERSION, 0, 0, false},
    {"allow_http", "boolean", "false", 0, 0, false},
    {"role_at_top_level", "boolean", "false", 0, 0, false},
};

static struct script script;

/* The error of a client with these options beside an API key; NULL and the client when there is none. */
static lsexport_error *configured(const char *const (*pairs)[2], lsexport_client **client_out) {
  lsexport_error *error = NULL;
  lsexport_client *client = NULL;
  lsexport_config *config = config_with(pairs);
  script_begin(&script);
  lsexport_status status = client_new(config, &script.world, &client, &error);
  lsexport_config_free(config);
  ck_assert_int_eq(status, lsexport_error_status(error));
  ck_assert_int_eq(client == NULL, error != NULL);
  if (error) {
    ck_assert_int_eq(status, LSEXPORT_ERR_VALIDATION);
    ck_assert(strncmp(lsexport_error_message(error), "client: values not valid: ", 26) == 0);
    assert_error_never_says(error, API_KEY);
    node_free(parsed(lsexport_error_json(error)));
  }
  if (client_out)
    *client_out = client;
  else
    lsexport_client_free(client);
  return error;
}

static void assert_fine(const char *key, const char *value) {
  lsexport_error *error = configured((const char *const[][2]){{key, value}, {NULL, NULL}}, NULL);
  ck_assert_msg(!error, "%s=%s: %s", key, value, lsexport_error_message(error));
}

/* That option fails, and it alone. */
static void assert_refused(const char *key, const char *value) {
  lsexport_error *error = configured((const char *const[][2]){{key, value}, {NULL, NULL}}, NULL);
  ck_assert_msg(error != NULL, "%s=%s was taken", key, value ? value : "NULL");
  ck_assert_uint_eq(lsexport_error_field_count(error), 1);
  ck_assert_str_eq(lsexport_error_field_path(error, 0), key);
  lsexport_error_free(error);
}

/* ---- the table ---- */

START_TEST(the_table) {
  ck_assert_uint_eq(lsexport_option_count(), COUNT(options));
  for (size_t i = 0; i < COUNT(options); i++) {
    ck_assert_str_eq(lsexport_option_key(i), options[i].key);
    ck_assert_str_eq(lsexport_option_type(i), options[i].type);
    ck_assert_str_eq(lsexport_option_default(i), options[i].standard);
    ck_assert_int_eq(lsexport_option_minimum(i), options[i].minimum);
    ck_assert_int_eq(lsexport_option_maximum(i), options[i].maximum);
    ck_assert_int_eq(lsexport_option_is_secret(i), options[i].secret);
    ck_assert_uint_gt(strlen(lsexport_option_text(i)), 10);
    ck_assert_int_eq(lsexport_option_text(i)[strlen(lsexport_option_text(i)) - 1], '.');
  }
  const size_t ends[] = {COUNT(options), SIZE_MAX};
  for (size_t i = 0; i < COUNT(ends); i++) {
    ck_assert_str_eq(lsexport_option_key(ends[i]), "");
    ck_assert_str_eq(lsexport_option_type(ends[i]), "");
    ck_assert_str_eq(lsexport_option_default(ends[i]), "");
    ck_assert_str_eq(lsexport_option_text(ends[i]), "");
    ck_assert_int_eq(lsexport_option_minimum(ends[i]), 0);
    ck_assert_int_eq(lsexport_option_maximum(ends[i]), 0);
    ck_assert_int_eq(lsexport_option_is_secret(ends[i]), 0);
  }
}
END_TEST

START_TEST(defaults_are_valid_and_used) {
  lsexport_client *client = NULL;
  for (size_t i = 0; i < COUNT(options); i++)
    if (*options[i].standard) assert_fine(options[i].key, options[i].standard);
  ck_assert_ptr_null(configured(NULL, &client));
  ck_assert_str_eq(client->langsmith.api_root, ROOT);
  ck_assert_str_eq(client->langsmith.key_line, KEY_HEADER API_KEY);
  ck_assert_ptr_null(client->langsmith.workspace_line);
  ck_assert_uint_eq(client->langsmith.response_max, 1048576);
  ck_assert_uint_eq(client->langsmith.list_max, 16777216);
  ck_assert_int_eq(client->timeout_ms, 60000);
  ck_assert_int_eq(client->write_timeout_ms, 150000);
  ck_assert_int_eq(client->ensure_timeout_ms, 210000);
  ck_assert_int_eq(client->engine.attempts_max, 3);
  ck_assert_int_eq(client->engine.retry_after_max_ms, 60000);
  ck_assert_ptr_null((void *)(uintptr_t)client->engine.log.function);
  ck_assert_int_eq(client->transport.connect_timeout_ms, 10000);
  ck_assert_str_eq(client->transport.user_agent, "liblsexport/" LSEXPORT_VERSION);
  ck_assert_str_eq(client->transport.proxy, "none");
  ck_assert_ptr_null(client->transport.ca_file);
  ck_assert_ptr_null(client->transport.proxy_password);
  ck_assert_ptr_null(client->transport.client_certificate);
  ck_assert_ptr_null(client->transport.client_key);
  ck_assert_ptr_null(client->transport.client_key_password);
  ck_assert(!client->transport.allow_http);
  ck_assert(!client->wire.role_at_top_level);
  lsexport_client_free(client);
}
END_TEST

START_TEST(every_option_arrives) {
  char path[] = "/tmp/lsexport-test-XXXXXX";
  int descriptor = mkstemp(path);
  ck_assert_int_ge(descriptor, 0);
  close(descriptor);
  lsexport_client *client = NULL;
  lsexport_error *error = configured((const char *const[][2]){{"api_root", "http://h.example:81/base/api/v1/"},
                                                              {"workspace_id", WORKSPACE},
                                                              {"timeout_ms", "1"},
                                                              {"write_timeout_ms", "2"},
                                                              {"ensure_timeout_ms", "3"},
                                                              {"connect_timeout_ms", "4"},
                                                              {"max_attempts", "5"},
                                                              {"retry_after_max_ms", "6"},
                                                              {"max_response_bytes", "1025"},
                                                              {"max_list_bytes", "1026"},
                                                              {"proxy", "http://user@proxy.example:3128"},
                                                              {"proxy_password", "pp"},
                                                              {"ca_file", path},
                                                              {"client_certificate", path},
                                                              {"client_key", path},
                                                              {"client_key_password", "kp"},
                                                              {"user_agent", "mine/1 (x)"},
                                                              {"allow_http", "true"},
                                                              {"role_at_top_level", "1"},
                                                              {NULL, NULL}},
                                     &client);
  ck_assert_msg(!error, "%s", lsexport_error_message(error));
  ck_assert_str_eq(client->langsmith.api_root, "http://h.example:81/base");
  ck_assert_str_eq(client->langsmith.workspace_line, WORKSPACE_HEADER WORKSPACE);
  ck_assert_uint_eq(client->langsmith.response_max, 1025);
  ck_assert_uint_eq(client->langsmith.list_max, 1026);
  ck_assert_int_eq(client->timeout_ms, 1);
  ck_assert_int_eq(client->write_timeout_ms, 2);
  ck_assert_int_eq(client->ensure_timeout_ms, 3);
  ck_assert_int_eq(client->transport.connect_timeout_ms, 4);
  ck_assert_int_eq(client->engine.attempts_max, 5);
  ck_assert_int_eq(client->engine.retry_after_max_ms, 6);
  ck_assert_str_eq(client->transport.proxy, "http://proxy.example:3128");
  ck_assert_str_eq(client->transport.proxy_username, "user");
  ck_assert_str_eq(client->transport.proxy_password, "pp");
  ck_assert_str_eq(client->transport.ca_file, path);
  ck_assert_str_eq(client->transport.client_certificate, path);
  ck_assert_str_eq(client->transport.client_key, path);
  ck_assert_str_eq(client->transport.client_key_password, "kp");
  ck_assert_str_eq(client->transport.user_agent, "mine/1 (x)");
  ck_assert(client->transport.allow_http);
  ck_assert(client->wire.role_at_top_level);
  lsexport_client_free(client);
  unlink(path);
}
END_TEST

/* ---- values ---- */

START_TEST(integers_have_bounds) {
  char value[32];
  if (strcmp(options[_i].type, "integer") != 0) return;
  const int64_t fine[] = {options[_i].minimum, options[_i].maximum};
  const int64_t wrong[] = {options[_i].minimum - 1, options[_i].maximum + 1, -1, INT64_MAX};
  for (size_t i = 0; i < COUNT(fine); i++) {
    snprintf(value, sizeof value, "%lld", (long long)fine[i]);
    assert_fine(options[_i].key, value);
  }
  for (size_t i = 0; i < COUNT(wrong); i++) {
    snprintf(value, sizeof value, "%lld", (long long)wrong[i]);
    assert_refused(options[_i].key, value);
  }
  static const char *const garbage[] = {
      "", "x", "1x", " 1024", "1024 ", "2e3", "1024.0", "0x400", "99999999999999999999"};
  for (size_t i = 0; i < COUNT(garbage); i++) assert_refused(options[_i].key, garbage[i]);
}
END_TEST

START_TEST(null_is_refused_by_name) { assert_refused(options[_i].key, NULL); }
END_TEST

static const struct {
  const char *key, *value;
  bool fine;
} values[] = {
    {"allow_http", "true", true},
    {"allow_http", "false", true},
    {"allow_http", "1", true},
    {"allow_http", "0", true},
    {"allow_http", "yes", false},
    {"allow_http", "TRUE", false},
    {"allow_http", "", false},
    {"role_at_top_level", "2", false},
    {"workspace_id", WORKSPACE, true},
    {"workspace_id", "", false},
    {"workspace_id", "my-workspace", false},
    {"workspace_id", WORKSPACE "\r\nX-Injected: 1", false},
    {"ca_file", "/nonexistent/ca.pem", false},
    {"ca_file", "", false},
    {"client_certificate", "/nonexistent/c.pem", false},
    {"client_key", "/nonexistent/k.pem", false},
    {"user_agent", "", false},
    {"user_agent", " x", false},
    {"user_agent", "x ", false},
    {"user_agent", "x\r\nX-Injected: 1", false},
    {"user_agent", "x\ty", false},
    {"user_agent", "caf\xc3\xa9", false},
    {"user_agent", "x\x7f", false},
    {"user_agent", "a/1 (b; c) d", true},
    {"proxy", "none", true},
    {"proxy", "environment", true},
    {"proxy", "http://proxy.example:3128", true},
    {"proxy", "http://user@proxy.example:3128", true},
    {"proxy", "socks5h://proxy.example", true},
    {"proxy", "HTTPS://proxy.example", true},
    {"proxy", "socks9://proxy.example", false},
    {"proxy", "user:password@proxy/x://y", false},
    {"proxy", "proxy.example:3128", true},
    {"proxy", "", false},
    {"proxy", "http://user:password@proxy.example", false},
    {"proxy", "user:password@proxy.example", false},
    {"proxy", "http://user:p@ss@proxy.example", false},
    {"proxy", "http://proxy .example", false},
    {"proxy", "http://proxy.example\n", false},
};

START_TEST(each_value) {
  if (values[_i].fine)
    assert_fine(values[_i].key, values[_i].value);
  else
    assert_refused(values[_i].key, values[_i].value);
}
END_TEST

START_TEST(long_header_values) {
  static char text[2000];
  memset(text, 'x', sizeof text);
  text[RESPONSE_HEADER_MAX] = '\0';
  assert_fine("user_agent", text);
  text[RESPONSE_HEADER_MAX] = 'x';
  text[RESPONSE_HEADER_MAX + 1] = '\0';
  assert_refused("user_agent", text);
}
END_TEST

static const struct {
  const char *key;
  bool fine;
} api_keys[] = {
    {"x", true},   {"lsv2_pt_0123", true}, {"with blank", true}, {NULL, false},    {"", false},         {" x", false},
    {"x ", false}, {"x\n", false},         {"x\r\nX: 1", false}, {"x\x7f", false}, {"\xc3\xa4", false}, {"x\ty", false},
};

START_TEST(api_key) {
  lsexport_error *error = NULL;
  lsexport_client *client = NULL;
  lsexport_config *config = config_with(NULL);
  lsexport_config_set_api_key(config, api_keys[_i].key, LSEXPORT_NUL_TERMINATED);
  script_begin(&script);
  lsexport_status status = client_new(config, &script.world, &client, &error);
  ck_assert_int_eq(status, api_keys[_i].fine ? LSEXPORT_OK : LSEXPORT_ERR_VALIDATION);
  if (!api_keys[_i].fine) ck_assert(has_field(error, "api_key"));
  lsexport_error_free(error);
  lsexport_client_free(client);
  lsexport_config_free(config);
}
END_TEST

START_TEST(an_api_key_is_required_and_has_a_length) {
  static char text[API_KEY_MAX + 2];
  lsexport_error *error = NULL;
  lsexport_client *client = NULL;
  lsexport_config *config = NULL;
  lsexport_config_new(&config);
  ck_assert_int_eq(lsexport_client_new(config, &client, &error), LSEXPORT_ERR_VALIDATION);
  ck_assert(has_field(error, "api_key"));
  lsexport_error_free(error);
  lsexport_config_set_api_key(config, "abcdef", 3);
  script_begin(&script);
  ck_assert_int_eq(client_new(config, &script.world, &client, NULL), LSEXPORT_OK);
  ck_assert_str_eq(client->langsmith.key_line, KEY_HEADER "abc");
  lsexport_client_free(client);
  for (size_t length = API_KEY_MAX; length <= API_KEY_MAX + 1; length++) {
    memset(text, 'k', length);
    lsexport_config_set_api_key(config, text, length);
    ck_assert_int_eq(client_new(config, &script.world, &client, NULL),
                     length == API_KEY_MAX ? LSEXPORT_OK : LSEXPORT_ERR_VALIDATION);
    if (length == API_KEY_MAX) lsexport_client_free(client);
  }
  lsexport_config_free(config);
}
END_TEST

START_TEST(all_at_once) {
  lsexport_error *error = configured((const char *const[][2]){{"api_root", "ftp://h"},
                                                              {"workspace_id", "x"},
                                                              {"timeout_ms", "-5"},
                                                              {"proxy", "http://u:p@h"},
                                                              {"ca_file", "/nonexistent"},
                                                              {"allow_http", "perhaps"},
                                                              {NULL, NULL}},
                                     NULL);
  static const char *const failing[] = {"api_root", "workspace_id", "timeout_ms", "proxy", "ca_file", "allow_http"};
  ck_assert_uint_eq(lsexport_error_field_count(error), COUNT(failing));
  for (size_t i = 0; i < COUNT(failing); i++) ck_assert(has_field(error, failing[i]));
  lsexport_error_free(error);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("test_options");
  TCase *cases = add_cases(suite, "options");
  tcase_add_test(cases, the_table);
  tcase_add_test(cases, defaults_are_valid_and_used);
  tcase_add_test(cases, every_option_arrives);
  tcase_add_loop_test(cases, integers_have_bounds, 0, (int)COUNT(options));
  tcase_add_loop_test(cases, null_is_refused_by_name, 0, (int)COUNT(options));
  tcase_add_loop_test(cases, each_value, 0, (int)COUNT(values));
  tcase_add_test(cases, long_header_values);
  tcase_add_loop_test(cases, api_key, 0, (int)COUNT(api_keys));
  tcase_add_test(cases, an_api_key_is_required_and_has_a_length);
  tcase_add_test(cases, all_at_once);
  return run_suite(suite);
}
