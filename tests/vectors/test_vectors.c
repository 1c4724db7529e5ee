/* SPDX-License-Identifier: MIT */
/* test_vectors CALLS EXPLANATIONS: makes the calls of the one file, over a socket, and explains the specs of the other, and
 * compares what comes of them. README.md tells what a vector is. */
#include "caller.h"
#include "complaints.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static json_t *vectors, *explanations;

static const char *text_of(const json_t *object, const char *key) {
  return json_string_value(json_object_get(object, key));
}

static void expect_json(const json_t *expected, const json_t *seen, const char *where, const char *what) {
  if (json_equal(expected, seen)) return;
  char *wanted = json_dumps(expected, JSON_ENCODE_ANY), *got = json_dumps(seen, JSON_ENCODE_ANY);
  complain("%s: %s is %s and not %s", where, what, got ? got : "absent", wanted ? wanted : "absent");
  free(wanted);
  free(got);
}

/* ---- what a vector gives: a client, credentials, a spec ---- */

static lsexport_client *client_of(const json_t *vector, const char *root) {
  lsexport_config *config = NULL;
  lsexport_client *client = NULL;
  const char *key;
  json_t *value;
  lsexport_config_new(&config);
  lsexport_config_set_api_key(config, "lsv2_pt_vectors", LSEXPORT_NUL_TERMINATED);
  lsexport_config_set(config, "api_root", root);
  lsexport_config_set(config, "max_attempts", "1");
  json_object_foreach(json_object_get(vector, "options"), key, value) {
    lsexport_config_set(config, key, json_string_value(value));
  }
  ck_assert_int_eq(lsexport_client_new(config, &client, NULL), LSEXPORT_OK);
  lsexport_config_free(config);
  return client;
}

static lsexport_credentials *credentials_of(const json_t *arguments) {
  const json_t *given = json_object_get(arguments, "credentials");
  const char *kind = text_of(given, "kind"), *id = text_of(given, "access_key_id");
  const char *secret = text_of(given, "secret_access_key"), *token = text_of(given, "session_token");
  const size_t whole = LSEXPORT_NUL_TERMINATED;
  lsexport_credentials *credentials = NULL;
  if (!kind) return NULL;
  if (strcmp(kind, "static") == 0)
    lsexport_credentials_new_static(id, secret, whole, &credentials);
  else if (strcmp(kind, "session") == 0)
    lsexport_credentials_new_session(id, secret, whole, token, whole, &credentials);
  else if (strcmp(kind, "role") == 0)
    lsexport_credentials_new_role(text_of(given, "aws_role_arn"), &credentials);
  else
    lsexport_credentials_new_server(&credentials);
  return credentials;
}

static const char *const styles[] = {NULL, "auto", "virtual", "path", NULL};
static const char *const us_east_1_hosts[] = {NULL, "regional", "legacy", NULL};

static const struct setter {
  const char *key;
  lsexport_status (*text)(lsexport_destination_spec *spec, const char *text);
  lsexport_status (*number)(lsexport_destination_spec *spec, int32_t number);
  const char *const *names; /* of numbers; NULL: true and false */
} setters[] = {
#define TEXT(name) {#name, lsexport_destination_spec_set_##name, NULL, NULL}
#define JSON(name) {#name, lsexport_destination_spec_set_##name##_json, NULL, NULL}
#define TRUTH(name) {#name, NULL, lsexport_destination_spec_set_##name, NULL}
#define ONE_OF(name, names) {#name, NULL, lsexport_destination_spec_set_##name, names}
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
    JSON(s3_additional_kwargs),
    JSON(extra_config),
    TRUTH(include_bucket_in_prefix),
    TRUTH(use_accelerate_endpoint),
    TRUTH(payload_signing_enabled),
    ONE_OF(addressing_style, styles),
    ONE_OF(us_east_1_regional_endpoint, us_east_1_hosts),
};

static int32_t number_of(const struct setter *setter, const json_t *value) {
  if (!setter->names) return json_is_true(value);
  int32_t number = 1;
  while (strcmp(setter->names[number], json_string_value(value)) != 0) number++;
  return number;
}

static lsexport_destination_spec *spec_of(const json_t *arguments, const lsexport_credentials *credentials) {
  lsexport_destination_spec *spec = NULL;
  lsexport_destination_spec_new(&spec);
  if (credentials) lsexport_destination_spec_set_credentials(spec, credentials);
  for (const struct setter *setter = setters; setter < setters + COUNT(setters); setter++) {
    const json_t *value = json_object_get(arguments, setter->key);
    if (!value) continue;
    char *text = json_is_object(value) ? json_dumps(value, 0) : NULL;
    if (setter->text)
      setter->text(spec, text ? text : json_string_value(value));
    else
      setter->number(spec, number_of(setter, value));
    free(text);
  }
  size_t index;
  json_t *allowed;
  json_array_foreach(json_object_get(arguments, "allow"), index, allowed) {
    lsexport_destination_spec_allow(spec, json_string_value(allowed));
  }
  return spec;
}

static struct outcome call_of(const json_t *vector, lsexport_client *client) {
  const json_t *arguments = json_object_get(vector, "arguments");
  const char *name = text_of(vector, "call"), *id = text_of(arguments, "destination_id");
  struct outcome outcome = {0};
  lsexport_call *call = NULL;
  lsexport_credentials *credentials = credentials_of(arguments);
  lsexport_destination_spec *spec = spec_of(arguments, credentials);
  lsexport_call_new(&call);
  if (text_of(arguments, "workspace_id")) lsexport_call_set_workspace_id(call, text_of(arguments, "workspace_id"));
  lsexport_destination **destination = &outcome.destination;
  if (strcmp(name, "create") == 0)
    outcome.status = lsexport_destination_create(client, spec, call, destination, &outcome.error);
  else if (strcmp(name, "ensure") == 0)
    outcome.status = lsexport_destination_ensure(client, spec, call, destination, &outcome.error);
  else if (strcmp(name, "get") == 0)
    outcome.status = lsexport_destination_get(client, id, call, destination, &outcome.error);
  else if (strcmp(name, "list") == 0)
    outcome.status = lsexport_destination_list(client, call, &outcome.list, &outcome.error);
  else if (strcmp(name, "patch") == 0)
    outcome.status = lsexport_destination_patch(client, id, credentials, call, destination, &outcome.error);
  else
    outcome.status = lsexport_destination_delete(client, id, call, &outcome.error);
  lsexport_destination_spec_free(spec);
  lsexport_credentials_free(credentials);
  lsexport_call_free(call);
  return outcome;
}

/* ---- what came of it ---- */

static json_t *json_or_null(const char *text) { return text ? json_loads(text, 0, NULL) : json_null(); }

static json_t *texts(const lsexport_destination *destination, size_t count,
                     const char *(*at)(const lsexport_destination *destination, size_t index)) {
  json_t *array = json_array();
  for (size_t i = 0; i < count; i++) json_array_append_new(array, json_string(at(destination, i)));
  return array;
}

static json_t *style_of(const lsexport_destination *destination) {
  int32_t style = lsexport_destination_addressing_style(destination);
  if (style < 0) return json_string("unknown");
  return styles[style] ? json_string(styles[style]) : json_null();
}

static json_t *told_by_getters(const lsexport_destination *d) {
  return json_pack(
      "{s:s, s:s, s:s, s:s, s:s?, s:s, s:s?, s:s?, s:s?, s:b, s:o, s:o, s:o, s:I, s:I, s:o, s:b, s:o, s:s}", "id",
      lsexport_destination_id(d), "workspace_id", lsexport_destination_workspace_id(d), "display_name",
      lsexport_destination_display_name(d), "destination_type", lsexport_destination_type(d), "bucket_name",
      lsexport_destination_bucket_name(d), "prefix", lsexport_destination_prefix(d), "region",
      lsexport_destination_region(d), "endpoint_url", lsexport_destination_endpoint_url(d), "aws_role_arn",
      lsexport_destination_aws_role_arn(d), "include_bucket_in_prefix",
      lsexport_destination_include_bucket_in_prefix(d), "addressing_style", style_of(d), "config_kwargs_s3",
      json_or_null(lsexport_destination_config_kwargs_s3_json(d)), "s3_additional_kwargs",
      json_or_null(lsexport_destination_s3_additional_kwargs_json(d)), "created_at_unix_us",
      (json_int_t)lsexport_destination_created_at_unix_us(d), "updated_at_unix_us",
      (json_int_t)lsexport_destination_updated_at_unix_us(d), "credentials_keys",
      texts(d, lsexport_destination_credentials_key_count(d), lsexport_destination_credentials_key), "adopted",
      lsexport_destination_adopted(d), "surplus_ids",
      texts(d, lsexport_destination_surplus_count(d), lsexport_destination_surplus_id), "request_id",
      lsexport_destination_request_id(d));
}

/* Every member that is named; `fallback` where it is not told, as the error's JSON leaves empty texts out. */
static void expect_members(const json_t *expected, json_t *told, json_t *fallback, const char *where) {
  const char *key;
  json_t *value;
  ck_assert_ptr_nonnull(told);
  json_object_foreach((json_t *)expected, key, value) {
    const json_t *seen = json_object_get(told, key);
    if (strcmp(key, "request") != 0) expect_json(value, seen ? seen : fallback, where, key);
  }
  json_decref(told);
}

static void expect_outcome(const struct outcome *outcome, const json_t *expected, const char *where) {
  const json_t *result = json_object_get(expected, "result");
  if (strcmp(lsexport_status_name(outcome->status), text_of(expected, "status")) != 0) {
    complain("%s: %s: %s", where, lsexport_status_name(outcome->status), lsexport_error_message(outcome->error));
  } else if (outcome->status != LSEXPORT_OK) {
    json_t *empty = json_string("");
    expect_members(expected, json_loads(lsexport_error_json(outcome->error), 0, NULL), empty, where);
    json_decref(empty);
  } else if (json_is_array(result)) {
    ck_assert_uint_eq(lsexport_destinations_count(outcome->list), json_array_size(result));
    for (size_t i = 0; i < json_array_size(result); i++) {
      const lsexport_destination *one = lsexport_destinations_at(outcome->list, i);
      expect_members(json_array_get(result, i), told_by_getters(one), NULL, where);
    }
  } else if (json_is_object(result)) {
    expect_members(result, told_by_getters(outcome->destination), NULL, where);
  }
}

static void expect_request(struct server *server, const json_t *request, const char *where) {
  const char *name;
  json_t *value;
  ck_assert_msg(server_requests(server, NULL) == !json_is_null(request), "%s: requests", where);
  if (json_is_null(request)) return;
  const struct seen *seen = server_request(server, 0);
  ck_assert_str_eq(seen->method, text_of(request, "method"));
  ck_assert_str_eq(seen->path, text_of(request, "path"));
  json_t *body = seen->body_length ? json_loadb(seen->body, seen->body_length, 0, NULL) : json_null();
  expect_json(json_object_get(request, "body"), body, where, "the request's body");
  json_decref(body);
  json_object_foreach(json_object_get(request, "headers"), name, value) {
    char line[256];
    snprintf(line, sizeof line, "\r\n%s: %s\r\n", name, json_string_value(value));
    if (!strcasestr(seen->head, line)) complain("%s: %s was not sent", where, name);
  }
}

/* ---- the far end ---- */

static char *answer_of(const json_t *reply) { /* NULL: none */
  const json_t *status = json_object_get(reply, "status");
  const char *name, *body = text_of(reply, "body");
  json_t *value;
  char *text = NULL;
  size_t length = 0;
  if (!status) return NULL;
  FILE *out = open_memstream(&text, &length);
  fprintf(out, "HTTP/1.1 %d status\r\n", (int)json_integer_value(status));
  json_object_foreach(json_object_get(reply, "headers"), name, value) {
    fprintf(out, "%s: %s\r\n", name, json_string_value(value));
  }
  if (json_integer_value(status) != 204) fprintf(out, "Content-Length: %zu\r\n", strlen(body));
  fprintf(out, "\r\n%s", body);
  fclose(out);
  return text;
}

START_TEST(vector_holds) {
  const json_t *vector = json_array_get(vectors, (size_t)_i), *reply = json_object_get(vector, "reply");
  const json_t *expected = json_object_get(vector, "expected");
  const char *where = text_of(vector, "name");
  char *answer = answer_of(reply);
  struct step end = FIN;
  if (answer) end = (struct step){.kind = STEP_SEND, .bytes = answer, .length = strlen(answer)};
  if (json_object_get(reply, "silence")) end = (struct step)STALL;
  struct server *server = server_start_one(IDENTITY_NONE, SCRIPT(REQUEST, end));
  lsexport_client *client = client_of(vector, server_root(server));
  struct outcome outcome = call_of(vector, client);
  lsexport_client_free(client);
  caller_finish(server, where);
  expect_outcome(&outcome, expected, where);
  expect_request(server, json_object_get(expected, "request"), where);
  lsexport_error_free(outcome.error);
  lsexport_destination_free(outcome.destination);
  lsexport_destinations_free(outcome.list);
  server_free(server);
  free(answer);
  complaints_raise();
}
END_TEST

/* ---- explanations, which nobody else has a part in ---- */

static json_t *findings_told(const lsexport_report *report) {
  static const char *const severities[] = {NULL, "note", "warning", "error"};
  json_t *array = json_array();
  for (size_t i = 0; i < lsexport_report_finding_count(report); i++)
    json_array_append_new(
        array, json_pack("{s:s, s:s, s:s}", "severity", severities[lsexport_report_finding_severity(report, i)], "code",
                         lsexport_report_finding_code(report, i), "field", lsexport_report_finding_field(report, i)));
  return array;
}

static json_t *told_by_report(const lsexport_report *report) {
  return json_pack("{s:s, s:s, s:s, s:s, s:s?, s:s, s:o}", "url", lsexport_report_url(report), "host",
                   lsexport_report_host(report), "bucket", lsexport_report_bucket(report), "object_key",
                   lsexport_report_object_key(report), "addressing_style",
                   styles[lsexport_report_addressing_style(report)], "signing_region",
                   lsexport_report_signing_region(report), "findings", findings_told(report));
}

START_TEST(explanation_holds) {
  const json_t *vector = json_array_get(explanations, (size_t)_i), *arguments = json_object_get(vector, "arguments");
  const char *where = text_of(vector, "name"), *root = text_of(vector, "api_root");
  lsexport_client *client = root ? client_of(vector, root) : NULL;
  lsexport_credentials *credentials = credentials_of(arguments);
  lsexport_destination_spec *spec = spec_of(arguments, credentials);
  lsexport_report *report = NULL;
  ck_assert_int_eq(lsexport_destination_explain(client, spec, &report, NULL), LSEXPORT_OK);
  expect_members(json_object_get(vector, "expected"), told_by_report(report), NULL, where);
  lsexport_report_free(report);
  lsexport_destination_spec_free(spec);
  lsexport_credentials_free(credentials);
  lsexport_client_free(client);
  complaints_raise();
}
END_TEST

int main(int argc, char **argv) {
  json_error_t mistake;
  vectors = argc == 3 ? json_load_file(argv[1], 0, &mistake) : NULL;
  explanations = argc == 3 ? json_load_file(argv[2], 0, &mistake) : NULL;
  if (!json_array_size(vectors) || !json_array_size(explanations))
    return fprintf(stderr, "usage: test_vectors CALLS EXPLANATIONS, files that hold vectors\n"), 2;
  Suite *suite = suite_create("test_vectors");
  faults_begin();
  TCase *cases = faults_case(suite, "vectors");
  tcase_add_loop_test(cases, vector_holds, 0, (int)json_array_size(vectors));
  tcase_add_loop_test(cases, explanation_holds, 0, (int)json_array_size(explanations));
  int failed = faults_end(suite);
  json_decref(vectors);
  json_decref(explanations);
  return failed;
}
