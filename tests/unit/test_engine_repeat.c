/* SPDX-License-Identifier: MIT */
/* Requests that are made again: how often, what is then known to have been applied, and what it costs the client. */
#include "fixtures.h"

#include "api/client.h"

#include <stdio.h>
#include <string.h>

#define NO LSEXPORT_APPLIED_NO
#define UNKNOWN LSEXPORT_APPLIED_UNKNOWN
#define LONGEST 4

static struct scene scene;
static lsexport_destination_spec *spec;
static lsexport_credentials *credentials;

static void begin(const char *const (*options)[2]) {
  scene_begin(&scene, options);
  spec = spec_aws();
  credentials = static_credentials(KEY_ID, SECRET);
}

static void setup(void) { begin(NULL); }

static void teardown(void) {
  lsexport_credentials_free(credentials);
  lsexport_destination_spec_free(spec);
  scene_end(&scene);
}

static void begin_again(const char *const (*options)[2]) {
  teardown();
  begin(options);
}

static lsexport_status run(enum method method) {
  switch (method) {
  case METHOD_POST:
    return scene_create(&scene, spec, NULL);
  case METHOD_PATCH:
    return scene_patch(&scene, ID_1, credentials, NULL);
  case METHOD_DELETE:
    return scene_delete(&scene, ID_1, NULL);
  default:
    return scene_get(&scene, ID_1, NULL);
  }
}

/* ---- stories: what comes attempt after attempt, and what is said at the end ---- */

struct happening {
  int http_status; /* 0: none came, and */
  bool sent;       /* whether it was lost on the way, or never connected */
};

#define LOST {0, true}
#define UNREACHED {0, false}
#define ANSWER(http_status) {http_status, true}

static const struct {
  enum method method;
  struct happening happenings[LONGEST];
  size_t count;
  lsexport_status status;
  int32_t applied; /* with a failure */
} stories[] = {
    /* A lost answer stays unknown, whatever comes later */
    {METHOD_PATCH, {LOST, LOST, LOST}, 3, LSEXPORT_ERR_CONNECTION_LOST, UNKNOWN},
    {METHOD_PATCH, {LOST, UNREACHED, UNREACHED}, 3, LSEXPORT_ERR_CONNECT, UNKNOWN},
    {METHOD_PATCH, {UNREACHED, UNREACHED, UNREACHED}, 3, LSEXPORT_ERR_CONNECT, NO},
    {METHOD_PATCH, {UNREACHED, UNREACHED, LOST}, 3, LSEXPORT_ERR_CONNECTION_LOST, UNKNOWN},
    {METHOD_PATCH, {LOST, ANSWER(429), ANSWER(429)}, 3, LSEXPORT_ERR_RATE_LIMITED, UNKNOWN},
    {METHOD_PATCH, {ANSWER(429), ANSWER(429), ANSWER(429)}, 3, LSEXPORT_ERR_RATE_LIMITED, NO},
    {METHOD_PATCH, {ANSWER(503), ANSWER(404)}, 2, LSEXPORT_ERR_NOT_FOUND, UNKNOWN},
    {METHOD_PATCH, {ANSWER(429), ANSWER(404)}, 2, LSEXPORT_ERR_NOT_FOUND, NO},
    {METHOD_PATCH, {LOST, ANSWER(403)}, 2, LSEXPORT_ERR_FORBIDDEN, UNKNOWN},
    {METHOD_PATCH, {LOST, ANSWER(301)}, 2, LSEXPORT_ERR_REDIRECT, UNKNOWN},
    {METHOD_PATCH, {LOST, ANSWER(200)}, 2, LSEXPORT_OK, 0},
    {METHOD_PATCH, {ANSWER(408), ANSWER(425), ANSWER(200)}, 3, LSEXPORT_OK, 0},
    /* A 404 to a delete that is repeated is success only where the one before may have been applied */
    {METHOD_DELETE, {LOST, ANSWER(404)}, 2, LSEXPORT_OK, 0},
    {METHOD_DELETE, {ANSWER(503), ANSWER(404)}, 2, LSEXPORT_OK, 0},
    {METHOD_DELETE, {ANSWER(500), ANSWER(429), ANSWER(404)}, 3, LSEXPORT_OK, 0},
    {METHOD_DELETE, {LOST, UNREACHED, ANSWER(404)}, 3, LSEXPORT_OK, 0},
    {METHOD_DELETE, {ANSWER(429), ANSWER(404)}, 2, LSEXPORT_ERR_NOT_FOUND, NO},
    {METHOD_DELETE, {UNREACHED, ANSWER(404)}, 2, LSEXPORT_ERR_NOT_FOUND, NO},
    {METHOD_DELETE, {ANSWER(404)}, 1, LSEXPORT_ERR_NOT_FOUND, NO},
    {METHOD_DELETE, {LOST, ANSWER(409)}, 2, LSEXPORT_ERR_IN_USE, UNKNOWN},
    {METHOD_DELETE, {LOST, ANSWER(204)}, 2, LSEXPORT_OK, 0},
    /* A read changes nothing */
    {METHOD_GET, {LOST, LOST, LOST}, 3, LSEXPORT_ERR_CONNECTION_LOST, NO},
    {METHOD_GET, {LOST, ANSWER(404)}, 2, LSEXPORT_ERR_NOT_FOUND, NO},
    {METHOD_GET, {ANSWER(502), ANSWER(504), ANSWER(200)}, 3, LSEXPORT_OK, 0},
    /* A create is dialled again, never sent again */
    {METHOD_POST, {UNREACHED, UNREACHED, ANSWER(200)}, 3, LSEXPORT_OK, 0},
    {METHOD_POST, {UNREACHED, LOST}, 2, LSEXPORT_ERR_CONNECTION_LOST, UNKNOWN},
    {METHOD_POST, {UNREACHED, ANSWER(503)}, 2, LSEXPORT_ERR_UNAVAILABLE, UNKNOWN},
    {METHOD_POST, {UNREACHED, ANSWER(429)}, 2, LSEXPORT_ERR_RATE_LIMITED, NO},
    {METHOD_POST, {LOST}, 1, LSEXPORT_ERR_CONNECTION_LOST, UNKNOWN},
    {METHOD_POST, {ANSWER(408)}, 1, LSEXPORT_ERR_UNAVAILABLE, UNKNOWN},
    {METHOD_POST, {ANSWER(425)}, 1, LSEXPORT_ERR_UNAVAILABLE, NO},
    {METHOD_POST, {ANSWER(429)}, 1, LSEXPORT_ERR_RATE_LIMITED, NO},
    {METHOD_POST, {ANSWER(500)}, 1, LSEXPORT_ERR_SERVER, UNKNOWN},
    {METHOD_POST, {ANSWER(503)}, 1, LSEXPORT_ERR_UNAVAILABLE, UNKNOWN},
};

START_TEST(story) {
  enum method method = stories[_i].method;
  for (size_t i = 0; i < stories[_i].count; i++) {
    const struct happening *happening = &stories[_i].happenings[i];
    if (happening->http_status)
      script_answer(&scene.script, happening->http_status,
                    happening->http_status == 200 ? DESTINATION(ID_1, NOON) : "{}");
    else
      script_fail(&scene.script, happening->sent ? TRANSFER_LOST : TRANSFER_CONNECT_REFUSED, happening->sent);
  }
  ck_assert_int_eq(run(method), stories[_i].status);
  ck_assert_uint_eq(scene.script.request_count, stories[_i].count);
  for (size_t i = 0; i < stories[_i].count; i++) {
    const struct scripted_request *request = script_request(&scene.script, i);
    ck_assert_int_eq(request->method, method);
    ck_assert_int_eq(request->own_connection, method == METHOD_POST);
    ck_assert_str_eq(request->url, script_request(&scene.script, 0)->url);
    if (request->body) ck_assert_str_eq(request->body, script_request(&scene.script, 0)->body);
  }
  if (stories[_i].status == LSEXPORT_OK) return;
  ck_assert_int_eq(lsexport_error_applied(scene.error), stories[_i].applied);
  ck_assert_int_eq(lsexport_error_attempts(scene.error), (int)stories[_i].count);
  if (method == METHOD_POST && stories[_i].applied != NO) ck_assert_int_eq(lsexport_error_retryable(scene.error), 0);
}
END_TEST

/* ---- how often ---- */

static const struct {
  const char *option;
  size_t attempts;
} limits[] = {{"1", 1}, {"2", 2}, {"5", 5}, {"20", 20}};

START_TEST(max_attempts) {
  begin_again((const char *const[][2]){{"max_attempts", limits[_i].option}, {"timeout_ms", "86400000"}, {NULL, NULL}});
  for (size_t i = 0; i < limits[_i].attempts; i++) {
    script_random(&scene.script, UINT64_MAX);
    script_fail(&scene.script, TRANSFER_LOST, true);
  }
  ck_assert_int_eq(run(METHOD_GET), LSEXPORT_ERR_CONNECTION_LOST);
  ck_assert_int_eq(lsexport_error_attempts(scene.error), (int)limits[_i].attempts);
}
END_TEST

START_TEST(the_ceiling_of_the_wait_doubles_up_to_sixteen_seconds) {
  static const int64_t instants[] = {0, 500, 1500, 3500, 7500, 15500, 31500, 47500};
  begin_again((const char *const[][2]){{"max_attempts", "8"}, {"timeout_ms", "86400000"}, {NULL, NULL}});
  for (size_t i = 0; i < COUNT(instants); i++) {
    script_random(&scene.script, i < 5 ? 500u << i : 16000);
    script_fail(&scene.script, TRANSFER_LOST, true);
  }
  ck_assert_int_eq(run(METHOD_GET), LSEXPORT_ERR_CONNECTION_LOST);
  for (size_t i = 0; i < COUNT(instants); i++) ck_assert_int_eq(script_request(&scene.script, i)->at_ms, instants[i]);
}
END_TEST

/* ---- Retry-After ---- */

static const struct {
  enum method method;
  int http_status;
  const char *header;
  int64_t second_ms; /* when it is asked again; -1: never */
  int64_t reported_ms;
} asked[] = {
    {METHOD_GET, 429, "Retry-After: 3", 3000, 0},
    {METHOD_GET, 503, "Retry-After: 3", 3000, 0},
    {METHOD_GET, 500, "Retry-After: 3", 3000, 0},
    {METHOD_GET, 429, "Retry-After: 0", 0, 0},
    {METHOD_GET, 429, "Retry-After: soon", 0, 0}, /* as if there were none */
    {METHOD_GET, 429, "Retry-After: 59", 59000, 0},
    {METHOD_GET, 429, "Retry-After: 60", -1, 60000}, /* the deadline of a get is then */
    {METHOD_PATCH, 429, "Retry-After: 60", 60000, 0},
    {METHOD_PATCH, 429, "Retry-After: 61", -1, 61000},
    {METHOD_PATCH, 503, "Retry-After: Tue, 24 Nov 2026 06:00:20 GMT", 20000, 0},
    {METHOD_PATCH, 503, "Retry-After: Tue, 24 Nov 2026 05:00:00 GMT", 0, 0}, /* past */
    {METHOD_PATCH, 503, "Retry-After: Tue, 24 Nov 2026 07:00:00 GMT", -1, 3600000},
    {METHOD_PATCH, 429, "Retry-After: 1\nRetry-After: 4", 4000, 0},
    {METHOD_POST, 429, "Retry-After: 1", -1, 1000},
    {METHOD_POST, 503, "Retry-After: 1", -1, 1000},
    {METHOD_GET, 404, "Retry-After: 1", -1, 1000},
};

START_TEST(as_long_as_the_server_asks) {
  bool again = asked[_i].second_ms >= 0;
  script_answer(&scene.script, asked[_i].http_status, "{}")->headers = asked[_i].header;
  if (again) script_answer(&scene.script, 200, DESTINATION(ID_1, NOON));
  lsexport_status status = run(asked[_i].method);
  if (again) {
    ck_assert_int_eq(status, LSEXPORT_OK);
    ck_assert_int_eq(script_request(&scene.script, 1)->at_ms, asked[_i].second_ms);
    return;
  }
  ck_assert_int_ne(status, LSEXPORT_OK);
  ck_assert_int_eq(lsexport_error_retry_after_ms(scene.error), asked[_i].reported_ms);
  ck_assert_int_eq(script_now(&scene.script), 0); /* at once */
}
END_TEST

START_TEST(the_longest_wait_is_an_option) {
  begin_again((const char *const[][2]){{"retry_after_max_ms", "2000"}, {NULL, NULL}});
  script_answer(&scene.script, 429, "{}")->headers = "Retry-After: 2";
  script_answer(&scene.script, 429, "{}")->headers = "Retry-After: 3";
  ck_assert_int_eq(run(METHOD_GET), LSEXPORT_ERR_RATE_LIMITED);
  ck_assert_int_eq(script_now(&scene.script), 2000);
  ck_assert_int_eq(lsexport_error_retry_after_ms(scene.error), 3000);
  ck_assert_int_eq(lsexport_error_cause(scene.error), LSEXPORT_CAUSE_DEADLINE_TOO_NEAR);
}
END_TEST

/* ---- the budget ---- */

static int tokens(void) { return atomic_load(&scene.client->budget.tokens); }

START_TEST(what_a_retry_costs_and_a_success_gives_back) {
  script_fail(&scene.script, TRANSFER_LOST, true);
  script_fail(&scene.script, TRANSFER_LOST, true);
  script_fail(&scene.script, TRANSFER_LOST, true);
  run(METHOD_GET);
  ck_assert_int_eq(tokens(), 500 - 2 * 14);
  script_answer(&scene.script, 429, "{}");
  script_answer(&scene.script, 404, "{}");
  run(METHOD_GET); /* a refusal gives nothing back */
  ck_assert_int_eq(tokens(), 500 - 2 * 14 - 5);
  script_answer(&scene.script, 200, DESTINATION(ID_1, NOON));
  run(METHOD_GET);
  ck_assert_int_eq(tokens(), 500 - 2 * 14 - 5 + 1);
  script_fail(&scene.script, TRANSFER_LOST, true);
  script_answer(&scene.script, 200, DESTINATION(ID_1, NOON));
  run(METHOD_GET);
  ck_assert_int_eq(tokens(), 500 - 2 * 14 - 5 + 1);
}
END_TEST

START_TEST(without_tokens_nothing_is_repeated) {
  atomic_store(&scene.client->budget.tokens, 13);
  script_fail(&scene.script, TRANSFER_LOST, true);
  ck_assert_int_eq(run(METHOD_GET), LSEXPORT_ERR_CONNECTION_LOST);
  ck_assert_int_eq(lsexport_error_attempts(scene.error), 1);
  ck_assert_int_eq(lsexport_error_retryable(scene.error), 1); /* by the caller, later */
  script_answer(&scene.script, 429, "{}");
  script_answer(&scene.script, 429, "{}");
  script_answer(&scene.script, 429, "{}");
  ck_assert_int_eq(run(METHOD_GET), LSEXPORT_ERR_RATE_LIMITED);
  ck_assert_int_eq(tokens(), 3);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("test_engine_repeat");
  TCase *cases = add_cases(suite, "repeat");
  tcase_add_checked_fixture(cases, setup, teardown);
  tcase_add_loop_test(cases, story, 0, (int)COUNT(stories));
  tcase_add_loop_test(cases, max_attempts, 0, (int)COUNT(limits));
  tcase_add_test(cases, the_ceiling_of_the_wait_doubles_up_to_sixteen_seconds);
  tcase_add_loop_test(cases, as_long_as_the_server_asks, 0, (int)COUNT(asked));
  tcase_add_test(cases, the_longest_wait_is_an_option);
  tcase_add_test(cases, what_a_retry_costs_and_a_success_gives_back);
  tcase_add_test(cases, without_tokens_nothing_is_repeated);
  return run_suite(suite);
}
