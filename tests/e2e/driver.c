/* SPDX-License-Identifier: MIT */
/* One call from the command line, its outcome as one JSON object on stdout: how the end-to-end tests use the library.
 *   driver create|ensure|get|list|patch|delete|explain|check|diagnose KEY=VALUE...
 * Keys: id, any setter of the spec, option.KEY of the config, credentials (static, session, server, role),
 * access_key_id, secret_access_key, session_token, aws_role_arn, allow, call.timeout_ms, call.workspace_id. */
#include <lsexport/lsexport.h>

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LOG_MAX (64 * 1024)

struct driver {
  int count;
  char **pairs;
  lsexport_client *client;
  lsexport_credentials *credentials;
  lsexport_destination_spec *spec;
  lsexport_call *call;
  char log[LOG_MAX];
  size_t log_length;
};

static const char *value_of(const struct driver *driver, const char *key) {
  size_t length = strlen(key);
  for (int i = 0; i < driver->count; i++)
    if (strncmp(driver->pairs[i], key, length) == 0 && driver->pairs[i][length] == '=')
      return driver->pairs[i] + length + 1;
  return NULL;
}

static void take_line(uintptr_t userdata, const char *line, size_t length) {
  struct driver *driver = (struct driver *)userdata;
  if (driver->log_length + length + 2 > LOG_MAX) return;
  if (driver->log_length) driver->log[driver->log_length++] = ',';
  memcpy(driver->log + driver->log_length, line, length);
  driver->log_length += length;
}

typedef lsexport_status (*text_setter)(lsexport_destination_spec *spec, const char *text);
typedef lsexport_status (*number_setter)(lsexport_destination_spec *spec, int32_t number);

static const struct {
  const char *key;
  text_setter text;
  number_setter number;
} setters[] = {
#define TEXT(name) {#name, lsexport_destination_spec_set_##name, NULL}
#define NUMBER(name) {#name, NULL, lsexport_destination_spec_set_##name}
    TEXT(display_name),
    TEXT(bucket_name),
    TEXT(prefix),
    TEXT(region),
    TEXT(endpoint_url),
    TEXT(checksum_algorithm),
    TEXT(server_side_encryption),
    TEXT(ssekms_key_id),
    TEXT(expected_bucket_owner),
    TEXT(request_payer),
    TEXT(storage_class),
    TEXT(s3_additional_kwargs_json),
    TEXT(extra_config_json),
    {"allow", lsexport_destination_spec_allow, NULL},
    NUMBER(include_bucket_in_prefix),
    NUMBER(addressing_style),
    NUMBER(use_accelerate_endpoint),
    NUMBER(payload_signing_enabled),
    NUMBER(us_east_1_regional_endpoint),
};

static void fill_spec(struct driver *driver) {
  lsexport_destination_spec_new(&driver->spec);
  for (size_t i = 0; i < sizeof setters / sizeof *setters; i++) {
    const char *value = value_of(driver, setters[i].key);
    if (value && setters[i].text) setters[i].text(driver->spec, value);
    if (value && setters[i].number) setters[i].number(driver->spec, atoi(value));
  }
  if (driver->credentials) lsexport_destination_spec_set_credentials(driver->spec, driver->credentials);
}

static void fill_credentials(struct driver *driver) {
  const char *kind = value_of(driver, "credentials"), *key_id = value_of(driver, "access_key_id");
  const char *secret = value_of(driver, "secret_access_key"), *token = value_of(driver, "session_token");
  if (!kind) return;
  if (strcmp(kind, "static") == 0)
    lsexport_credentials_new_static(key_id, secret, LSEXPORT_NUL_TERMINATED, &driver->credentials);
  else if (strcmp(kind, "session") == 0)
    lsexport_credentials_new_session(key_id, secret, LSEXPORT_NUL_TERMINATED, token, LSEXPORT_NUL_TERMINATED,
                                     &driver->credentials);
  else if (strcmp(kind, "server") == 0)
    lsexport_credentials_new_server(&driver->credentials);
  else
    lsexport_credentials_new_role(value_of(driver, "aws_role_arn"), &driver->credentials);
}

static void fill_call(struct driver *driver) {
  const char *timeout_ms = value_of(driver, "call.timeout_ms"), *workspace_id = value_of(driver, "call.workspace_id");
  lsexport_call_new(&driver->call);
  if (timeout_ms) lsexport_call_set_timeout_ms(driver->call, atoll(timeout_ms));
  if (workspace_id) lsexport_call_set_workspace_id(driver->call, workspace_id);
}

static lsexport_error *make_client(struct driver *driver) {
  lsexport_config *config = NULL;
  lsexport_error *error = NULL;
  lsexport_config_new(&config);
  lsexport_config_set_from_environment(config);
  lsexport_config_set_log(config, take_line, (uintptr_t)driver);
  for (int i = 0; i < driver->count; i++) {
    char *key = driver->pairs[i], *equals = strchr(key, '=');
    if (strncmp(key, "option.", 7) != 0 || !equals) continue;
    *equals = '\0';
    lsexport_config_set(config, key + 7, equals + 1);
    *equals = '=';
  }
  lsexport_client_new(config, &driver->client, &error);
  lsexport_config_free(config);
  return error;
}

static void print_destination(const lsexport_destination *destination) {
  printf("\"destination\":%s,\"adopted\":%d,\"request_id\":\"%s\",\"surplus\":[",
         lsexport_destination_json(destination, NULL), lsexport_destination_adopted(destination),
         lsexport_destination_request_id(destination));
  for (size_t i = 0; i < lsexport_destination_surplus_count(destination); i++)
    printf("%s\"%s\"", i ? "," : "", lsexport_destination_surplus_id(destination, i));
  printf("],");
}

static void print_list(const lsexport_destinations *list) {
  printf("\"destinations\":[");
  for (size_t i = 0; i < lsexport_destinations_count(list); i++)
    printf("%s%s", i ? "," : "", lsexport_destination_json(lsexport_destinations_at(list, i), NULL));
  printf("],");
}

static void print_report(const lsexport_report *report) {
  const lsexport_destination *destination = lsexport_report_destination(report);
  printf("\"report\":%s,\"text\":[", lsexport_report_json(report));
  for (const char *byte = lsexport_report_text(report); *byte; byte++)
    printf("%s%u", byte == lsexport_report_text(report) ? "" : ",", (unsigned)(unsigned char)*byte);
  printf("],");
  if (destination) printf("\"destination\":%s,", lsexport_destination_json(destination, NULL));
}

static lsexport_error *run(struct driver *driver, const char *command) {
  lsexport_error *error = NULL;
  lsexport_destination *destination = NULL;
  lsexport_destinations *list = NULL;
  lsexport_report *report = NULL;
  const char *id = value_of(driver, "id");
  if (strcmp(command, "create") == 0)
    lsexport_destination_create(driver->client, driver->spec, driver->call, &destination, &error);
  else if (strcmp(command, "ensure") == 0)
    lsexport_destination_ensure(driver->client, driver->spec, driver->call, &destination, &error);
  else if (strcmp(command, "get") == 0)
    lsexport_destination_get(driver->client, id, driver->call, &destination, &error);
  else if (strcmp(command, "patch") == 0)
    lsexport_destination_patch(driver->client, id, driver->credentials, driver->call, &destination, &error);
  else if (strcmp(command, "explain") == 0)
    lsexport_destination_explain(driver->client, driver->spec, &report, &error);
  else if (strcmp(command, "check") == 0)
    lsexport_destination_check(driver->client, driver->spec, driver->call, &report, &error);
  else if (strcmp(command, "diagnose") == 0)
    lsexport_destination_diagnose(driver->client, driver->spec, driver->call, &report, &error);
  else if (strcmp(command, "delete") == 0)
    lsexport_destination_delete(driver->client, id, driver->call, &error);
  else
    lsexport_destination_list(driver->client, driver->call, &list, &error);
  if (destination) print_destination(destination);
  if (list) print_list(list);
  if (report) print_report(report);
  lsexport_destination_free(destination);
  lsexport_destinations_free(list);
  lsexport_report_free(report);
  return error;
}

int main(int argc, char **argv) {
  static struct driver driver;
  if (argc < 2) return 2;
  driver.count = argc - 2;
  driver.pairs = argv + 2;
  fill_credentials(&driver);
  fill_spec(&driver);
  fill_call(&driver);
  printf("{");
  lsexport_error *error = make_client(&driver);
  if (!error) error = run(&driver, argv[1]);
  bool failed = error != NULL;
  if (failed) printf("\"error\":%s,", lsexport_error_json(error));
  printf("\"log\":[%.*s]}\n", (int)driver.log_length, driver.log);
  lsexport_error_free(error);
  lsexport_call_free(driver.call);
  lsexport_destination_spec_free(driver.spec);
  lsexport_credentials_free(driver.credentials);
  lsexport_client_free(driver.client);
  return failed;
}
