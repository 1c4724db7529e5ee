/* SPDX-License-Identifier: MIT */
#include "caller.h"

#include "complaints.h"
#include "pace.h"
#include "queued.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DEADLINE_MS 20000     /* a test that hangs is to end some day */
#define EXTRA_JSON_SIZE 60000 /* near to what a spec takes of extra JSON */

static void must(bool fine, const char *what) {
  if (fine) return;
  fprintf(stderr, "%s failed\n", what);
  abort();
}

/* ---- kinds of calls ---- */

const char *kind_name(enum kind kind) {
  static const char *const names[KIND_COUNT] = {"get", "create", "patch", "delete", "list", "ensure"};
  return names[kind];
}

const char *kind_method(enum kind kind) {
  static const char *const methods[KIND_COUNT] = {"GET", "POST", "PATCH", "DELETE", "GET", "POST"};
  return methods[kind];
}

bool kind_writes(enum kind kind) { return kind != KIND_GET && kind != KIND_LIST; }

/* ---- what goes in ---- */

static void search_line(uintptr_t userdata, const char *line, size_t length) {
  const struct listener *listener = (const struct listener *)userdata;
  if (strlen(line) != length || line[0] != '{' || line[length - 1] != '}' || strpbrk(line, "\r\n"))
    complain("a log line is no line: %.300s", line);
  canary_check(line, "a log line");
  if (listener) listener->log(listener->userdata, line, length);
}

static lsexport_status make_client(const char *api_root, const struct option *options, const struct listener *listener,
                                   lsexport_client **client_out, lsexport_error **error_out) {
  static const char *const deadlines[] = {"timeout_ms", "write_timeout_ms", "ensure_timeout_ms"};
  char deadline[24];
  lsexport_config *config = NULL;
  snprintf(deadline, sizeof deadline, "%lld", (long long)pace_ms(DEADLINE_MS));
  must(lsexport_config_new(&config) == LSEXPORT_OK, "lsexport_config_new");
  lsexport_config_set(config, "api_root", api_root);
  lsexport_config_set(config, "ca_file", authority_file());
  for (size_t i = 0; i < COUNT(deadlines); i++) lsexport_config_set(config, deadlines[i], deadline);
  lsexport_config_set_api_key(config, CANARY_API_KEY, LSEXPORT_NUL_TERMINATED);
  lsexport_config_set_log(config, search_line, (uintptr_t)listener);
  for (; options && options->key; options++) lsexport_config_set(config, options->key, options->value);
  lsexport_status status = lsexport_client_new(config, client_out, error_out);
  lsexport_config_free(config);
  return status;
}

lsexport_status caller_try_client(const char *api_root, const struct option *options, lsexport_client **client_out,
                                  lsexport_error **error_out) {
  lsexport_status status = make_client(api_root, options, NULL, client_out, error_out);
  if (status && error_out) canary_check(lsexport_error_json(*error_out), "the error of client_new");
  return status;
}

lsexport_client *caller_client_logging(const char *api_root, const struct option *options,
                                       const struct listener *listener) {
  lsexport_client *client = NULL;
  lsexport_error *error = NULL;
  if (make_client(api_root, options, listener, &client, &error)) must(false, lsexport_error_message(error));
  return client;
}

lsexport_client *caller_client(const char *api_root, const struct option *options) {
  return caller_client_logging(api_root, options, NULL);
}

lsexport_credentials *caller_credentials(void) {
  lsexport_credentials *credentials = NULL;
  must(lsexport_credentials_new_session(CANARY_KEY_ID, CANARY_SECRET, LSEXPORT_NUL_TERMINATED, CANARY_TOKEN,
                                        LSEXPORT_NUL_TERMINATED, &credentials) == LSEXPORT_OK,
       "lsexport_credentials_new_session");
  return credentials;
}

lsexport_destination_spec *caller_spec(void) {
  lsexport_destination_spec *spec = NULL;
  lsexport_credentials *credentials = caller_credentials();
  must(lsexport_destination_spec_new(&spec) == LSEXPORT_OK, "lsexport_destination_spec_new");
  lsexport_destination_spec_set_display_name(spec, DISPLAY_NAME);
  lsexport_destination_spec_set_bucket_name(spec, "bucket");
  lsexport_destination_spec_set_prefix(spec, "exports");
  lsexport_destination_spec_set_region(spec, "us-east-1");
  lsexport_destination_spec_set_credentials(spec, credentials);
  lsexport_credentials_free(credentials);
  return spec;
}

lsexport_destination_spec *caller_large_spec(void) {
  static const char start[] = "{\"Filler\":\"", end[] = "\"}";
  lsexport_destination_spec *spec = caller_spec();
  char *json = malloc(EXTRA_JSON_SIZE + sizeof start + sizeof end);
  must(json != NULL, "malloc");
  strcpy(json, start);
  memset(json + strlen(start), 'x', EXTRA_JSON_SIZE);
  strcpy(json + strlen(start) + EXTRA_JSON_SIZE, end);
  lsexport_destination_spec_set_extra_config_json(spec, json);
  lsexport_destination_spec_set_s3_additional_kwargs_json(spec, json);
  free(json);
  return spec;
}

void caller_free(lsexport_client *client) {
  queued_end(client);
  lsexport_client_free(client);
}

/* ---- calls ---- */

/* No text of an error may hold a secret, a control character or HTML. */
static void search_error(const lsexport_error *error) {
  const char *const texts[] = {lsexport_error_message(error),      lsexport_error_remedy(error),
                               lsexport_error_server_text(error),  lsexport_error_request_id(error),
                               lsexport_error_storage_code(error), lsexport_error_json(error)};
  for (size_t i = 0; i < COUNT(texts); i++) {
    canary_check(texts[i], "an error's text");
    for (const char *byte = texts[i]; *byte; byte++)
      if ((unsigned char)*byte < 0x20 || *byte == 0x7f)
        complain("an error's text holds the byte %d: %.200s", *byte, texts[i]);
    if (strstr(texts[i], "<html") || strstr(texts[i], "<HTML"))
      complain("an error's text holds HTML: %.200s", texts[i]);
  }
  for (size_t i = 0; i < lsexport_error_field_count(error); i++) {
    canary_check(lsexport_error_field_path(error, i), "a field's path");
    canary_check(lsexport_error_field_message(error, i), "a field's message");
  }
}

/* What an error says of itself must fit together, whatever happened. */
static void check_sense(enum kind kind, const struct outcome *outcome) {
  const lsexport_error *error = outcome->error;
  if (!error != !outcome->status)
    complain("%s: status %d, but error %p", kind_name(kind), outcome->status, (const void *)error);
  if (outcome->status && (outcome->destination || outcome->list))
    complain("%s: failed, but has a result", kind_name(kind));
  if (!error) return;
  EXPECT(lsexport_error_status(error) == outcome->status, outcome, kind_name(kind));
  EXPECT(*lsexport_error_message(error) && *lsexport_error_remedy(error), outcome, kind_name(kind));
  EXPECT(outcome->status != LSEXPORT_ERR_INTERNAL, outcome, kind_name(kind));
  if (!kind_writes(kind)) EXPECT(lsexport_error_applied(error) == LSEXPORT_APPLIED_NO, outcome, kind_name(kind));
  if (kind == KIND_CREATE && lsexport_error_retryable(error))
    EXPECT(lsexport_error_applied(error) == LSEXPORT_APPLIED_NO, outcome, kind_name(kind));
  search_error(error);
}

struct arguments {
  lsexport_client *client;
  enum kind kind;
  const lsexport_destination_spec *spec;
  const lsexport_credentials *credentials;
};

static lsexport_status call_now(const struct arguments *arguments, const lsexport_call *call, bool queued,
                                struct outcome *results) {
  lsexport_client *client = arguments->client;
  lsexport_destination **destination_out = queued ? NULL : &results->destination;
  switch (arguments->kind) {
  case KIND_CREATE:
    return lsexport_destination_create(client, arguments->spec, call, destination_out, &results->error);
  case KIND_ENSURE:
    return lsexport_destination_ensure(client, arguments->spec, call, destination_out, &results->error);
  case KIND_GET:
    return lsexport_destination_get(client, DESTINATION_ID, call, destination_out, &results->error);
  case KIND_LIST:
    return lsexport_destination_list(client, call, queued ? NULL : &results->list, &results->error);
  case KIND_PATCH:
    return lsexport_destination_patch(client, DESTINATION_ID, arguments->credentials, call, destination_out,
                                      &results->error);
  default:
    return lsexport_destination_delete(client, DESTINATION_ID, call, &results->error);
  }
}

static lsexport_status submit(void *context, const lsexport_call *call, lsexport_error **error_out) {
  struct outcome results = {0};
  lsexport_status status = call_now(context, call, true, &results);
  *error_out = results.error;
  return status;
}

static struct outcome make_call(const struct arguments *arguments, const lsexport_call *call) {
  struct outcome outcome = {0};
  int64_t begun_us = pace_now_us();
  if (queued_run())
    outcome = queued_call(arguments->client, call, submit, (void *)(uintptr_t)arguments);
  else
    outcome.status = call_now(arguments, call, false, &outcome);
  outcome.took_us = pace_now_us() - begun_us;
  check_sense(arguments->kind, &outcome);
  if (outcome.destination)
    canary_check(lsexport_destination_request_id(outcome.destination), "a destination's request id");
  return outcome;
}

struct outcome caller_create(lsexport_client *client, const lsexport_destination_spec *spec,
                             const lsexport_call *call) {
  return make_call(&(struct arguments){.client = client, .kind = KIND_CREATE, .spec = spec}, call);
}

struct outcome caller_call(lsexport_client *client, enum kind kind, const lsexport_call *call) {
  lsexport_destination_spec *spec = kind == KIND_CREATE || kind == KIND_ENSURE ? caller_spec() : NULL;
  lsexport_credentials *credentials = kind == KIND_PATCH ? caller_credentials() : NULL;
  struct outcome outcome = make_call(&(struct arguments){client, kind, spec, credentials}, call);
  lsexport_destination_spec_free(spec);
  lsexport_credentials_free(credentials);
  return outcome;
}

void outcome_free(struct outcome *outcome) {
  if (outcome->completions) {
    lsexport_completions_free(outcome->completions);
  } else {
    lsexport_error_free(outcome->error);
    lsexport_destination_free(outcome->destination);
    lsexport_destinations_free(outcome->list);
  }
  memset(outcome, 0, sizeof *outcome);
}

const char *outcome_text(const struct outcome *outcome) {
  static const char *const applied[] = {"unknown", "no", "yes"};
  static _Thread_local char text[1200];
  const lsexport_error *error = outcome->error;
  snprintf(text, sizeof text,
           "%s after %lld ms, cause %s, applied %s, retryable %d, attempts %d, HTTP %d, retry after %lld ms: %.600s",
           lsexport_status_name(outcome->status), (long long)outcome->took_us / 1000,
           lsexport_cause_name(lsexport_error_cause(error)), error ? applied[lsexport_error_applied(error)] : "-",
           lsexport_error_retryable(error), lsexport_error_attempts(error), lsexport_error_http_status(error),
           (long long)lsexport_error_retry_after_ms(error), lsexport_error_message(error));
  return text;
}

void expect_status(const struct outcome *outcome, lsexport_status status, const char *where) {
  if (outcome->status != status)
    complain("%s: not %s:\n  %s", where, lsexport_status_name(status), outcome_text(outcome));
}

void caller_finish(struct server *server, const char *where) {
  server_finish(server);
  if (server_was_left_open(server)) complain("%s: a connection was never closed", where);
}

/* ---- a program of tests ---- */

static int compare_times(const void *a, const void *b) {
  int64_t left = *(const int64_t *)a, right = *(const int64_t *)b;
  return (left > right) - (left < right);
}

/* One call with everything that costs time: a new client, a connection, TLS. The median of five. */
static void measure_pace(void) {
  int64_t took_us[5];
  for (size_t i = 0; i < COUNT(took_us); i++) {
    int64_t begun_us = pace_now_us();
    struct server *server = server_start(&(struct server_plan){.identity = IDENTITY_GOOD});
    lsexport_client *client = caller_client(server_root(server), NULL);
    struct outcome outcome = caller_call(client, KIND_GET, NULL);
    must(outcome.status == LSEXPORT_OK, outcome_text(&outcome));
    outcome_free(&outcome);
    caller_free(client);
    server_finish(server);
    server_free(server);
    took_us[i] = pace_now_us() - begun_us;
  }
  qsort(took_us, COUNT(took_us), sizeof *took_us, compare_times);
  pace_measured(took_us[COUNT(took_us) / 2]);
}

void faults_begin(void) {
  signal(SIGPIPE, SIG_DFL);
  certificates_make();
  measure_pace();
}

TCase *faults_case(Suite *suite, const char *name) {
  TCase *cases = tcase_create(name);
  tcase_set_timeout(cases, (double)pace_ms(240000) / 1000);
  suite_add_tcase(suite, cases);
  return cases;
}

int faults_end(Suite *suite) {
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_ENV);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  certificates_free();
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
