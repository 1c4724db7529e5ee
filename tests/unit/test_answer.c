/* SPDX-License-Identifier: MIT */
/* What LangSmith, and what stands before it, may answer: every shape of a refusal, and successes that are none. */
#include "fixtures.h"

#include "langsmith/answer.h"

#include <stdio.h>
#include <string.h>

#define HTML "Content-Type: text/html; charset=utf-8"
#define PLAIN "Content-Type: text/plain"
#define PAGE "<!DOCTYPE html>\n<html><head><title>502 Bad Gateway</title></head><body>canary</body></html>"

static struct scene scene;
static lsexport_destination_spec *spec;

static void setup(void) {
  scene_begin(&scene, NULL);
  spec = spec_aws();
}

static void teardown(void) {
  lsexport_destination_spec_free(spec);
  scene_end(&scene);
}

/* A create that gets this answer, which is never repeated. headers may be NULL. */
static lsexport_status answered(int http_status, const char *headers, const char *body) {
  size_t before = scene.script.request_count;
  script_answer(&scene.script, http_status, body)->headers = headers;
  lsexport_status status = scene_create(&scene, spec, NULL);
  ck_assert_uint_eq(scene.script.request_count, before + 1);
  ck_assert_int_eq(lsexport_error_http_status(scene.error), http_status);
  ck_assert_int_eq(lsexport_error_attempts(scene.error), 1);
  assert_error_never_says(scene.error, "<");
  return status;
}

/* ---- shapes ---- */

static const struct {
  int http_status;
  const char *headers; /* NULL: JSON */
  const char *body;
  lsexport_status status;
  int32_t cause;
  const char *server_text;
} answers[] = {
    /* Real ones */
    {400, NULL, "{ \"detail\": \"Failed to validate S3 destination: Access Denied\" }", LSEXPORT_ERR_ACCESS_DENIED,
     LSEXPORT_CAUSE_NONE, "Failed to validate S3 destination: Access Denied"},
    {400, NULL, "{\"detail\":\"Failed to validate S3 destination: Access denied.\"}", LSEXPORT_ERR_ACCESS_DENIED,
     LSEXPORT_CAUSE_NONE, "Failed to validate S3 destination: Access denied."},
    {400, NULL,
     "{\"detail\":\"Failed to validate S3 destination: [Errno 22] Content-MD5 OR x-amz-checksum- HTTP header is "
     "required "
     "for Put Object requests with Object Lock parameters\"}",
     LSEXPORT_ERR_STORAGE, LSEXPORT_CAUSE_OBJECT_LOCK_CHECKSUM,
     "Failed to validate S3 destination: [Errno 22] Content-MD5 OR x-amz-checksum- HTTP header is required for Put "
     "Object requests with Object Lock parameters"},
    {401, NULL, "{\"detail\":\"Invalid token\"}", LSEXPORT_ERR_UNAUTHENTICATED, LSEXPORT_CAUSE_NONE, "Invalid token"},
    {403, NULL, "{\"detail\":\"Forbidden\"}", LSEXPORT_ERR_FORBIDDEN, LSEXPORT_CAUSE_NONE, "Forbidden"},
    {403, NULL, "{\"error\":\"Forbidden\"}\n", LSEXPORT_ERR_FORBIDDEN, LSEXPORT_CAUSE_NONE, "Forbidden"},
    {403, NULL, "{\"error\":\"org_scoped_key_requires_workspace\"}", LSEXPORT_ERR_FORBIDDEN,
     LSEXPORT_CAUSE_ORG_SCOPED_KEY, "org_scoped_key_requires_workspace"},
    {403, NULL, "{\"error\":\"insufficient_permissions\"}", LSEXPORT_ERR_FORBIDDEN, LSEXPORT_CAUSE_MISSING_PERMISSION,
     "insufficient_permissions"},
    {405, NULL, "{\"detail\":\"Method Not Allowed\"}", LSEXPORT_ERR_UNSUPPORTED_BY_SERVER, LSEXPORT_CAUSE_NONE,
     "Method Not Allowed"},
    {409, NULL, "{\"detail\":\"The destination is used by one or more bulk exports and cannot be deleted.\"}",
     LSEXPORT_ERR_IN_USE, LSEXPORT_CAUSE_NONE,
     "The destination is used by one or more bulk exports and cannot be deleted."},
    /* Other shapes */
    {418, NULL, "{\"detail\":{\"error\":\"short\",\"message\":\"long words\"}}", LSEXPORT_ERR_REJECTED,
     LSEXPORT_CAUSE_NONE, "long words"},
    {418, NULL, "{\"detail\":{\"error\":\"short\"}}", LSEXPORT_ERR_REJECTED, LSEXPORT_CAUSE_NONE, "short"},
    {418, NULL, "{\"error\":{\"code\":7,\"message\":\"nested\"}}", LSEXPORT_ERR_REJECTED, LSEXPORT_CAUSE_NONE,
     "nested"},
    {418, NULL, "{\"message\":\"bare\"}", LSEXPORT_ERR_REJECTED, LSEXPORT_CAUSE_NONE, "bare"},
    {403, "Content-Type: application/problem+json",
     "{\"type\":\"about:blank\",\"title\":\"Forbidden\",\"status\":403,\"detail\":\"Access policy says no\"}",
     LSEXPORT_ERR_FORBIDDEN, LSEXPORT_CAUSE_NONE, "Access policy says no"},
    {403, "Content-Type: application/problem+json", "{\"type\":\"about:blank\",\"title\":\"Forbidden\",\"status\":403}",
     LSEXPORT_ERR_FORBIDDEN, LSEXPORT_CAUSE_NONE, "Forbidden"},
    {418, NULL, "{\"detail\":null}", LSEXPORT_ERR_REJECTED, LSEXPORT_CAUSE_NONE, ""},
    {418, NULL, "{\"detail\":7}", LSEXPORT_ERR_REJECTED, LSEXPORT_CAUSE_NONE, ""},
    {418, NULL, "{\"detail\":{\"message\":{}}}", LSEXPORT_ERR_REJECTED, LSEXPORT_CAUSE_NONE, ""},
    {418, NULL, "[]", LSEXPORT_ERR_REJECTED, LSEXPORT_CAUSE_NONE, ""},
    {418, NULL, "null", LSEXPORT_ERR_REJECTED, LSEXPORT_CAUSE_NONE, ""},
    {418, NULL, "\"text\"", LSEXPORT_ERR_REJECTED, LSEXPORT_CAUSE_NONE, ""},
    {400, NULL, "{\"detail\":\"something else\"}", LSEXPORT_ERR_REJECTED, LSEXPORT_CAUSE_NONE, "something else"},
    {400, NULL, "{\"detail\":\"Failed to validate S3 destination: None\"}", LSEXPORT_ERR_STORAGE,
     LSEXPORT_CAUSE_NO_REASON, "Failed to validate S3 destination: None"},
    {400, NULL, "{\"detail\":\"Failed to validate S3 destination: [Errno 22] None\"}", LSEXPORT_ERR_STORAGE,
     LSEXPORT_CAUSE_NO_REASON, "Failed to validate S3 destination: [Errno 22] None"},
    {400, NULL, "{\"detail\":\"Failed to validate S3 destination: \"}", LSEXPORT_ERR_STORAGE, LSEXPORT_CAUSE_NO_REASON,
     "Failed to validate S3 destination: "},
    {400, NULL, "{\"detail\":\"Failed to validate S3 destination:\"}", LSEXPORT_ERR_STORAGE, LSEXPORT_CAUSE_NO_REASON,
     "Failed to validate S3 destination:"},
    /* Not JSON */
    {400, NULL, "", LSEXPORT_ERR_REJECTED, LSEXPORT_CAUSE_NONE, ""},
    {401, NULL, "", LSEXPORT_ERR_UNAUTHENTICATED, LSEXPORT_CAUSE_NONE, ""},
    {404, NULL, "", LSEXPORT_ERR_NOT_FOUND, LSEXPORT_CAUSE_NONE, ""},
    {500, NULL, "", LSEXPORT_ERR_SERVER, LSEXPORT_CAUSE_NONE, ""},
    {500, NULL, "Internal Server Error", LSEXPORT_ERR_SERVER, LSEXPORT_CAUSE_NONE, ""},
    {500, PLAIN, "Internal Server Error", LSEXPORT_ERR_SERVER, LSEXPORT_CAUSE_NONE, "Internal Server Error"},
    {503, PLAIN, "upstream connect error", LSEXPORT_ERR_UNAVAILABLE, LSEXPORT_CAUSE_NONE, "upstream connect error"},
    {502, HTML, PAGE, LSEXPORT_ERR_UNAVAILABLE, LSEXPORT_CAUSE_GATEWAY, ""},
    {502, NULL, PAGE, LSEXPORT_ERR_UNAVAILABLE, LSEXPORT_CAUSE_GATEWAY, ""},
    {502, PLAIN, " \r\n" PAGE, LSEXPORT_ERR_UNAVAILABLE, LSEXPORT_CAUSE_GATEWAY, ""}, /* whatever it calls itself */
    {503, HTML, PAGE, LSEXPORT_ERR_UNAVAILABLE, LSEXPORT_CAUSE_GATEWAY, ""},
    {504, HTML, PAGE, LSEXPORT_ERR_UNAVAILABLE, LSEXPORT_CAUSE_GATEWAY, ""},
    {500, HTML, PAGE, LSEXPORT_ERR_SERVER, LSEXPORT_CAUSE_HTML, ""},
    {413, HTML, PAGE, LSEXPORT_ERR_REJECTED, LSEXPORT_CAUSE_BODY_TOO_LARGE, ""},
    {400, HTML, PAGE, LSEXPORT_ERR_REJECTED, LSEXPORT_CAUSE_HTML, ""},
    {401, HTML, PAGE, LSEXPORT_ERR_UNAUTHENTICATED, LSEXPORT_CAUSE_HTML, ""},
    {403, HTML, PAGE, LSEXPORT_ERR_FORBIDDEN, LSEXPORT_CAUSE_HTML, ""},
    {404, HTML, PAGE, LSEXPORT_ERR_PROTOCOL, LSEXPORT_CAUSE_HTML, ""}, /* says nothing about a destination */
    {405, HTML, PAGE, LSEXPORT_ERR_PROTOCOL, LSEXPORT_CAUSE_HTML, ""},
    {403, HTML, "", LSEXPORT_ERR_FORBIDDEN, LSEXPORT_CAUSE_HTML, ""},
    {500, "Content-Type: application/json\nContent-Encoding: gzip", "\x1f\x8b\x08", LSEXPORT_ERR_SERVER,
     LSEXPORT_CAUSE_NONE, ""},
    {422, NULL, "{\"detail\":\"Unprocessable\"}", LSEXPORT_ERR_VALIDATION, LSEXPORT_CAUSE_NONE, "Unprocessable"},
    {422, NULL, "{\"error\":\"Unprocessable entity: x\"}", LSEXPORT_ERR_VALIDATION, LSEXPORT_CAUSE_NONE,
     "Unprocessable entity: x"},
    {429, NULL, "{\"detail\":\"Rate limit exceeded\"}", LSEXPORT_ERR_RATE_LIMITED, LSEXPORT_CAUSE_NONE,
     "Rate limit exceeded"},
    {429, NULL, "", LSEXPORT_ERR_RATE_LIMITED, LSEXPORT_CAUSE_NONE, ""},
    {429, NULL, "{\"detail\":\"Monthly usage limit exceeded\"}", LSEXPORT_ERR_QUOTA, LSEXPORT_CAUSE_NONE,
     "Monthly usage limit exceeded"},
    /* Odd statuses */
    {100, NULL, "", LSEXPORT_ERR_PROTOCOL, LSEXPORT_CAUSE_NONE, ""},
    {304, NULL, "", LSEXPORT_ERR_REDIRECT, LSEXPORT_CAUSE_NONE, ""},
    {451, NULL, "{\"detail\":\"law\"}", LSEXPORT_ERR_REJECTED, LSEXPORT_CAUSE_NONE, "law"},
    {599, NULL, "", LSEXPORT_ERR_SERVER, LSEXPORT_CAUSE_NONE, ""},
    {600, NULL, "", LSEXPORT_ERR_PROTOCOL, LSEXPORT_CAUSE_NONE, ""},
    {999, NULL, "{}", LSEXPORT_ERR_PROTOCOL, LSEXPORT_CAUSE_NONE, ""},
};

START_TEST(every_shape) {
  lsexport_status status = answered(answers[_i].http_status, answers[_i].headers, answers[_i].body);
  ck_assert_msg(status == answers[_i].status, "%s", lsexport_error_json(scene.error));
  ck_assert_str_eq(lsexport_cause_name(lsexport_error_cause(scene.error)), lsexport_cause_name(answers[_i].cause));
  ck_assert_str_eq(lsexport_error_server_text(scene.error), answers[_i].server_text);
  assert_error_never_says(scene.error, "canary");
}
END_TEST

START_TEST(a_403_names_the_permission) {
  answered(403, NULL, "{\"detail\":\"Forbidden\"}");
  ck_assert_str_eq(lsexport_error_fact(scene.error, "permission"), "bulk-exports:manage");
  script_answer(&scene.script, 403, "{\"detail\":\"Forbidden\"}");
  ck_assert_int_eq(scene_get(&scene, ID_1, NULL), LSEXPORT_ERR_FORBIDDEN);
  ck_assert_str_eq(lsexport_error_fact(scene.error, "permission"), "bulk-exports:read");
  script_answer(&scene.script, 401, "{\"detail\":\"Forbidden\"}");
  ck_assert_int_eq(scene_get(&scene, ID_1, NULL), LSEXPORT_ERR_UNAUTHENTICATED);
  ck_assert_ptr_null(lsexport_error_fact(scene.error, "permission"));
}
END_TEST

START_TEST(what_the_server_says_is_washed_and_bounded) {
  static char body[20000];
  int length =
      snprintf(body, sizeof body, "{\"detail\":\"a\\u001b[31m\\n%s %s ", "canary/secret+\\\"\\\\%value=", KEY_ID);
  memset(body + length, 'x', 15000);
  strcpy(body + length + 15000, "\"}");
  ck_assert_int_eq(answered(418, NULL, body), LSEXPORT_ERR_REJECTED);
  ck_assert(strncmp(lsexport_error_server_text(scene.error), "a [31m [removed] [removed] xxx", 30) == 0);
  ck_assert_uint_eq(strlen(lsexport_error_server_text(scene.error)), ERROR_TEXT_MAX + 3);
  assert_error_never_says(scene.error, KEY_ID);
}
END_TEST

/* ---- redirects ---- */

static const struct {
  const char *location;
  const char *host; /* NULL: no fact */
} redirects[] = {
    {"https://other.example/path?x=canary", "other.example"},
    {"https://other.example", "other.example"},
    {"http://other.example:8080/", "other.example:8080"},
    {"//other.example/x", "other.example"},
    {"https://user:canary@other.example/", "other.example"},
    {"https://canary@other.example", "other.example"},
    {"https://canary@canary@other.example", "other.example"}, /* all before the last sign is a user */
    {"https://other.example?next=https://canary.example/", "other.example"},
    {"https://other.example#canary", "other.example"},
    {"https://other.example\\canary", "other.example"},
    {"https://[::1]:8/x", "[::1]:8"},
    {"https://other.example/a@canary", "other.example"},
    {"/login?next=canary", NULL},
    {"/login//canary", NULL}, /* a path, though it has two slashes in a row */
    {"login", NULL},
    {"", NULL},
};

START_TEST(redirects_name_their_host_alone) {
  char headers[512];
  snprintf(headers, sizeof headers, "Location: %s", redirects[_i].location);
  ck_assert_int_eq(answered(307, headers, ""), LSEXPORT_ERR_REDIRECT);
  const char *host = lsexport_error_fact(scene.error, "redirect_host");
  if (redirects[_i].host)
    ck_assert_str_eq(host, redirects[_i].host);
  else
    ck_assert_ptr_null(host);
  assert_error_never_says(scene.error, "canary");
  ck_assert_int_eq(lsexport_error_applied(scene.error), LSEXPORT_APPLIED_NO);
}
END_TEST

/* ---- successes that are none ---- */

static const struct {
  int http_status;
  const char *headers; /* NULL: JSON with its length */
  const char *body;
  lsexport_status status;
  int32_t cause;
} successes[] = {
    {200, HTML, PAGE, LSEXPORT_ERR_PROTOCOL, LSEXPORT_CAUSE_HTML},
    {200, NULL, PAGE, LSEXPORT_ERR_PROTOCOL, LSEXPORT_CAUSE_HTML},
    {200, HTML, DESTINATION(ID_1, NOON), LSEXPORT_ERR_PROTOCOL, LSEXPORT_CAUSE_HTML},
    {200, NULL, "", LSEXPORT_ERR_PROTOCOL, LSEXPORT_CAUSE_NOT_JSON},
    {200, NULL, "ok", LSEXPORT_ERR_PROTOCOL, LSEXPORT_CAUSE_NOT_JSON},
    {200, NULL, "{\"id\":", LSEXPORT_ERR_PROTOCOL, LSEXPORT_CAUSE_NOT_JSON}, /* whole by its length */
    {200, SCRIPT_JSON_HEADERS, "{\"id\":", LSEXPORT_ERR_CONNECTION_LOST,
     LSEXPORT_CAUSE_NONE}, /* or cut, for all we know */
    {200, SCRIPT_JSON_HEADERS, "", LSEXPORT_ERR_CONNECTION_LOST, LSEXPORT_CAUSE_NONE},
    {200, SCRIPT_JSON_HEADERS, "}", LSEXPORT_ERR_PROTOCOL, LSEXPORT_CAUSE_NOT_JSON},
    {204, SCRIPT_JSON_HEADERS, "", LSEXPORT_ERR_PROTOCOL, LSEXPORT_CAUSE_NOT_JSON},
    {200, NULL, "{}", LSEXPORT_ERR_PROTOCOL, LSEXPORT_CAUSE_NOT_JSON},
    {200, NULL, "[]", LSEXPORT_ERR_PROTOCOL, LSEXPORT_CAUSE_NOT_JSON},
    {200, NULL, "[" DESTINATION(ID_1, NOON) "]", LSEXPORT_ERR_PROTOCOL, LSEXPORT_CAUSE_NOT_JSON},
    {200, NULL, "null", LSEXPORT_ERR_PROTOCOL, LSEXPORT_CAUSE_NOT_JSON},
    {200, NULL, DESTINATION(ID_1, NOON) "x", LSEXPORT_ERR_PROTOCOL, LSEXPORT_CAUSE_NOT_JSON},
    {200, NULL, "{\"id\":\"" ID_1 "\",\"id\":\"" ID_2 "\"}", LSEXPORT_ERR_PROTOCOL, LSEXPORT_CAUSE_NOT_JSON},
    {200, SCRIPT_JSON_HEADERS "\nContent-Encoding: gzip", "\x1f\x8b\x08", LSEXPORT_ERR_PROTOCOL,
     LSEXPORT_CAUSE_CONTENT_ENCODING},
    {200, SCRIPT_JSON_HEADERS "\nContent-Encoding: br", DESTINATION(ID_1, NOON), LSEXPORT_ERR_PROTOCOL,
     LSEXPORT_CAUSE_CONTENT_ENCODING},
};

START_TEST(a_2xx_that_cannot_be_read) {
  lsexport_status status = answered(successes[_i].http_status, successes[_i].headers, successes[_i].body);
  ck_assert_int_eq(status, successes[_i].status);
  ck_assert_int_eq(lsexport_error_cause(scene.error), successes[_i].cause);
  ck_assert_int_eq(lsexport_error_applied(scene.error), LSEXPORT_APPLIED_UNKNOWN);
  ck_assert_int_eq(lsexport_error_retryable(scene.error), 0);
  ck_assert_str_eq(lsexport_error_server_text(scene.error), "");
}
END_TEST

static const struct {
  int http_status;
  const char *headers;
} fine[] = {{200, NULL},
            {201, NULL},
            {202, NULL},
            {299, NULL},
            {200, "Content-Type: application/json; charset=utf-8"},
            {200, "Content-Type: text/plain"},
            {200, "X-Nothing: said"},
            {200, SCRIPT_JSON_HEADERS "\nContent-Encoding: identity"},
            {200, SCRIPT_JSON_HEADERS "\nContent-Encoding: Identity"}};

START_TEST(a_2xx_that_can) {
  script_answer(&scene.script, fine[_i].http_status, " " DESTINATION(ID_1, NOON) "\n")->headers = fine[_i].headers;
  ck_assert_int_eq(scene_create(&scene, spec, NULL), LSEXPORT_OK);
  ck_assert_str_eq(lsexport_destination_id(scene.destination), ID_1);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("test_answer");
  TCase *cases = add_cases(suite, "answer");
  tcase_add_checked_fixture(cases, setup, teardown);
  tcase_add_loop_test(cases, every_shape, 0, (int)COUNT(answers));
  tcase_add_test(cases, a_403_names_the_permission);
  tcase_add_test(cases, what_the_server_says_is_washed_and_bounded);
  tcase_add_loop_test(cases, redirects_name_their_host_alone, 0, (int)COUNT(redirects));
  tcase_add_loop_test(cases, a_2xx_that_cannot_be_read, 0, (int)COUNT(successes));
  tcase_add_loop_test(cases, a_2xx_that_can, 0, (int)COUNT(fine));
  return run_suite(suite);
}
