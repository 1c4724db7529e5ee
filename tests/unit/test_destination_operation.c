/* SPDX-License-Identifier: MIT */
/* Each call as LangSmith sees it, and what each makes of an answer: its own, a stranger's, or half a one. */
#include "fixtures.h"

#include <stdio.h>
#include <string.h>

static struct scene scene;
static lsexport_destination_spec *spec;
static lsexport_credentials *credentials;

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

enum which { CREATE, GET, LIST, PATCH, DELETE, CALL_COUNT };

static lsexport_status make(enum which which, const lsexport_call *call) {
  switch (which) {
  case CREATE:
    return scene_create(&scene, spec, call);
  case GET:
    return scene_get(&scene, ID_1, call);
  case LIST:
    return scene_list(&scene, call);
  case PATCH:
    return scene_patch(&scene, ID_1, credentials, call);
  default:
    return scene_delete(&scene, ID_1, call);
  }
}

/* ---- requests ---- */

static const struct {
  enum method method;
  const char *url;
  const char *answer;
  bool own_connection;
  bool has_body;
  size_t response_max;
} requests[CALL_COUNT] = {
    [CREATE] = {METHOD_POST, DESTINATIONS_URL, DESTINATION(ID_1, NOON), true, true, 1048576},
    [GET] = {METHOD_GET, DESTINATIONS_URL "/" ID_1, DESTINATION(ID_1, NOON), false, false, 1048576},
    [LIST] = {METHOD_GET, DESTINATIONS_URL, "[]", false, false, 16777216},
    [PATCH] = {METHOD_PATCH, DESTINATIONS_URL "/" ID_1, DESTINATION(ID_1, NOON), false, true, 1048576},
    [DELETE] = {METHOD_DELETE, DESTINATIONS_URL "/" ID_1, "", false, false, 1048576},
};

START_TEST(each_request) {
  script_answer(&scene.script, 200, requests[_i].answer);
  ck_assert_int_eq(make((enum which)_i, NULL), LSEXPORT_OK);
  const struct scripted_request *request = script_request(&scene.script, 0);
  ck_assert_int_eq(request->method, requests[_i].method);
  ck_assert_str_eq(request->url, requests[_i].url);
  ck_assert_int_eq(request->own_connection, requests[_i].own_connection);
  ck_assert_int_eq(request->body != NULL, requests[_i].has_body);
  ck_assert_uint_eq(request->response_max, requests[_i].response_max);
  ck_assert_uint_eq(request->header_count, 3);
  ck_assert_str_eq(request->headers[0], "X-API-Key: " API_KEY);
  ck_assert_str_eq(request->headers[1], "Accept: application/json");
  ck_assert_str_eq(request->headers[2], "Content-Type: application/json");
  ck_assert_ptr_null(script_header(request, "X-Tenant-Id"));
}
END_TEST

START_TEST(a_workspace_of_the_client_and_of_the_call) {
  static const char other[] = "00000000-1111-2222-3333-444444444444";
  lsexport_call *call = NULL;
  scene_end(&scene);
  scene_begin(&scene, (const char *const[][2]){{"workspace_id", WORKSPACE}, {NULL, NULL}});
  lsexport_call_new(&call);
  script_answer(&scene.script, 200, requests[_i].answer);
  ck_assert_int_eq(make((enum which)_i, call), LSEXPORT_OK);
  lsexport_call_set_workspace_id(call, other);
  script_answer(&scene.script, 200, requests[_i].answer);
  ck_assert_int_eq(make((enum which)_i, call), LSEXPORT_OK);
  script_answer(&scene.script, 200, requests[_i].answer);
  ck_assert_int_eq(make((enum which)_i, NULL), LSEXPORT_OK);
  ck_assert_str_eq(script_header(script_request(&scene.script, 0), "X-Tenant-Id"), WORKSPACE);
  ck_assert_str_eq(script_header(script_request(&scene.script, 1), "X-Tenant-Id"), other);
  ck_assert_str_eq(script_header(script_request(&scene.script, 2), "X-Tenant-Id"), WORKSPACE);
  lsexport_call_free(call);
}
END_TEST

START_TEST(limits_of_an_answer_are_options) {
  scene_end(&scene);
  scene_begin(&scene,
              (const char *const[][2]){{"max_response_bytes", "1024"}, {"max_list_bytes", "2048"}, {NULL, NULL}});
  script_answer(&scene.script, 200, requests[_i].answer);
  ck_assert_int_eq(make((enum which)_i, NULL), LSEXPORT_OK);
  size_t most = _i == LIST ? 2048 : 1024;
  ck_assert_uint_eq(script_request(&scene.script, 0)->response_max, most);
  static char huge[4096];
  memset(huge, ' ', sizeof huge - 1);
  struct scripted_outcome *answer = script_answer(&scene.script, 200, huge);
  answer->body_length = most + 1;
  ck_assert_int_eq(make((enum which)_i, NULL), LSEXPORT_ERR_TOO_LARGE);
  ck_assert_uint_eq(scene.script.request_count, 2);
}
END_TEST

/* An id goes into the URL as it was given: a UUID needs no escape, and nothing else gets that far. */
static const char *const ids[] = {"",          "x",          "0a91a355-8a88-422c-9546-72c183b95b5", (ID_1 "/"),
                                  (ID_1 "?x"), ("../" ID_1), "0a91a355-8a88-422c-9546-72c183b95b5%"};

START_TEST(an_id_that_is_none_is_not_sent) {
  ck_assert_int_eq(scene_get(&scene, ids[_i], NULL), LSEXPORT_ERR_VALIDATION);
  ck_assert(has_field(scene.error, "destination_id"));
  ck_assert_int_eq(scene_patch(&scene, ids[_i], credentials, NULL), LSEXPORT_ERR_VALIDATION);
  ck_assert(has_field(scene.error, "destination_id"));
  ck_assert_int_eq(scene_delete(&scene, ids[_i], NULL), LSEXPORT_ERR_VALIDATION);
  ck_assert(has_field(scene.error, "destination_id"));
  ck_assert_uint_eq(scene.script.request_count, 0);
}
END_TEST

START_TEST(a_workspace_that_is_none_is_not_sent) {
  lsexport_call *call = NULL;
  for (int null = 0; null < 2; null++) {
    lsexport_call_new(&call);
    lsexport_call_set_workspace_id(call, null ? NULL : "my-workspace");
    ck_assert_int_eq(make((enum which)_i, call), LSEXPORT_ERR_VALIDATION);
    ck_assert(has_field(scene.error, "workspace_id"));
    lsexport_call_free(call);
  }
  ck_assert_uint_eq(scene.script.request_count, 0);
}
END_TEST

/* ---- an answer belongs to its request ---- */

#define UPPER_ID_1 "0A91A355-8A88-422C-9546-72C183B95B51"

static const struct {
  enum which which;
  const char *answer;
  lsexport_status status;
  const char *seen; /* with PROTOCOL: the stranger's */
} owners[] = {
    {CREATE, DESTINATION(ID_2, NOON), LSEXPORT_OK, NULL}, /* any id is new to us */
    {CREATE, DESTINATION_OF(ID_1, "Another", CONFIG, NOON), LSEXPORT_ERR_PROTOCOL, "Another"},
    {CREATE, DESTINATION_OF(ID_1, "my aws s3 destination", CONFIG, NOON), LSEXPORT_ERR_PROTOCOL,
     "my aws s3 destination"},
    {GET, DESTINATION(ID_1, NOON), LSEXPORT_OK, NULL},
    {GET, DESTINATION(UPPER_ID_1, NOON), LSEXPORT_OK, NULL}, /* the same id in other letters */
    {GET, DESTINATION_OF(ID_1, "Another", CONFIG, NOON), LSEXPORT_OK, NULL},
    {GET, DESTINATION(ID_2, NOON), LSEXPORT_ERR_PROTOCOL, ID_2},
    {PATCH, DESTINATION(ID_1, NOON), LSEXPORT_OK, NULL},
    {PATCH, DESTINATION(UPPER_ID_1, NOON), LSEXPORT_OK, NULL},
    {PATCH, DESTINATION(ID_2, NOON), LSEXPORT_ERR_PROTOCOL, ID_2},
};

START_TEST(a_strangers_answer) {
  script_answer(&scene.script, 200, owners[_i].answer);
  ck_assert_int_eq(make(owners[_i].which, NULL), owners[_i].status);
  ck_assert_uint_eq(scene.script.request_count, 1); /* and it is not asked for again */
  if (!owners[_i].seen) return;
  ck_assert_int_eq(lsexport_error_cause(scene.error), LSEXPORT_CAUSE_FOREIGN_ANSWER);
  ck_assert_str_eq(lsexport_error_fact(scene.error, "expected"), owners[_i].which == CREATE ? NAME : ID_1);
  ck_assert_str_eq(lsexport_error_fact(scene.error, "seen"), owners[_i].seen);
  ck_assert_int_eq(lsexport_error_applied(scene.error),
                   owners[_i].which == GET ? LSEXPORT_APPLIED_NO : LSEXPORT_APPLIED_UNKNOWN);
}
END_TEST

/* ---- half an answer: does it prove that the write took effect? ---- */

static const struct {
  enum which which;
  const char *answer;
  const char *member; /* that is missing */
  int32_t applied;
} halves[] = {
    {CREATE, "{\"id\":\"" ID_1 "\",\"display_name\":\"" NAME "\"}", "config", LSEXPORT_APPLIED_YES},
    {CREATE, "{\"id\":\"" ID_1 "\",\"display_name\":\"" NAME "\",\"config\":{\"region\":7}}", "region",
     LSEXPORT_APPLIED_YES},
    {CREATE, "{\"id\":\"" ID_1 "\",\"display_name\":\"Another\"}", "config", LSEXPORT_APPLIED_UNKNOWN},
    {CREATE, "{\"id\":\"" ID_1 "\"}", "display_name", LSEXPORT_APPLIED_UNKNOWN},
    {CREATE, "{\"display_name\":\"" NAME "\",\"config\":{}}", "id", LSEXPORT_APPLIED_UNKNOWN},
    {CREATE, "{\"id\":\"none\",\"display_name\":\"" NAME "\",\"config\":{}}", "id", LSEXPORT_APPLIED_UNKNOWN},
    {CREATE, "{\"id\":7,\"display_name\":\"" NAME "\",\"config\":{}}", "id", LSEXPORT_APPLIED_UNKNOWN},
    {GET, "{\"id\":\"" ID_1 "\"}", "display_name", LSEXPORT_APPLIED_NO},
    {GET, "{\"id\":\"" ID_1 "\",\"display_name\":\"x\"}", "config", LSEXPORT_APPLIED_NO},
    {PATCH, "{\"id\":\"" ID_1 "\",\"config\":7}", "config", LSEXPORT_APPLIED_YES},
    {PATCH, "{\"id\":\"" ID_2 "\",\"config\":7}", "config", LSEXPORT_APPLIED_UNKNOWN}, /* a stranger's */
    {PATCH, "{\"config\":{}}", "id", LSEXPORT_APPLIED_UNKNOWN},
};

START_TEST(half_an_answer) {
  script_answer(&scene.script, 200, halves[_i].answer);
  ck_assert_int_eq(make(halves[_i].which, NULL), LSEXPORT_ERR_PROTOCOL);
  ck_assert_int_eq(lsexport_error_cause(scene.error), LSEXPORT_CAUSE_NOT_JSON);
  ck_assert_str_eq(lsexport_error_fact(scene.error, "member"), halves[_i].member);
  ck_assert_int_eq(lsexport_error_applied(scene.error), halves[_i].applied);
  const char *id = lsexport_error_fact(scene.error, "destination_id");
  if (halves[_i].applied == LSEXPORT_APPLIED_YES)
    ck_assert_str_eq(id, ID_1);
  else if (halves[_i].applied == LSEXPORT_APPLIED_UNKNOWN)
    ck_assert_ptr_null(id);
  ck_assert_int_eq(lsexport_error_retryable(scene.error), 0);
}
END_TEST

START_TEST(a_short_answer_to_a_patch) {
  script_answer(&scene.script, 200,
                "{\"id\":\"" ID_1 "\",\"tenant_id\":\"" WORKSPACE "\",\"created_at\":\"" NOON
                "\",\"updated_at\":\"" NOON "\",\"credentials_keys\":[\"access_key_id\"]}");
  ck_assert_int_eq(make(PATCH, NULL), LSEXPORT_OK);
  ck_assert_str_eq(lsexport_destination_workspace_id(scene.destination), WORKSPACE);
  ck_assert_str_eq(lsexport_destination_display_name(scene.destination), "");
}
END_TEST

START_TEST(a_patch_whose_result_nobody_wants) {
  script_answer(&scene.script, 200, DESTINATION(ID_1, NOON));
  ck_assert_int_eq(lsexport_destination_patch(scene.client, ID_1, credentials, NULL, NULL, NULL), LSEXPORT_OK);
  script_answer(&scene.script, 404, "{}");
  ck_assert_int_eq(lsexport_destination_patch(scene.client, ID_1, credentials, NULL, NULL, NULL),
                   LSEXPORT_ERR_NOT_FOUND);
}
END_TEST

/* ---- delete ---- */

static const struct {
  int http_status;
  const char *body;
} deleted[] = {{204, ""}, {200, ""}, {200, "{}"}, {202, "null"}, {200, "<html>"}, {299, "anything"}};

START_TEST(any_2xx_to_delete_is_success) {
  script_answer(&scene.script, deleted[_i].http_status, deleted[_i].body);
  ck_assert_int_eq(make(DELETE, NULL), LSEXPORT_OK);
}
END_TEST

/* ---- list ---- */

START_TEST(a_list_keeps_order_and_bytes) {
  static const char first[] = DESTINATION(ID_2, NOON), second[] = DESTINATION_OF(ID_1, "Another", "{}", MORNING);
  script_answer(&scene.script, 200,
                "[ " DESTINATION(ID_2, NOON) " ,\n" DESTINATION_OF(ID_1, "Another", "{}", MORNING) "]")
      ->headers = SCRIPT_JSON_HEADERS "\nX-Request-Id: r-7";
  ck_assert_int_eq(make(LIST, NULL), LSEXPORT_OK);
  ck_assert_uint_eq(lsexport_destinations_count(scene.list), 2);
  const lsexport_destination *one = lsexport_destinations_at(scene.list, 0);
  ck_assert_str_eq(lsexport_destination_id(one), ID_2);
  ck_assert_str_eq(lsexport_destination_json(one, NULL), first);
  ck_assert_str_eq(lsexport_destination_request_id(one), "r-7");
  ck_assert_str_eq(lsexport_destination_json(lsexport_destinations_at(scene.list, 1), NULL), second);
  ck_assert_ptr_null(lsexport_destinations_at(scene.list, 2));
  lsexport_destination *kept = lsexport_destination_copy(lsexport_destinations_at(scene.list, 1));
  script_answer(&scene.script, 200, "[]");
  ck_assert_int_eq(make(LIST, NULL), LSEXPORT_OK); /* frees the list before */
  ck_assert_uint_eq(lsexport_destinations_count(scene.list), 0);
  ck_assert_str_eq(lsexport_destination_display_name(kept), "Another");
  lsexport_destination_free(kept);
}
END_TEST

static const struct {
  const char *body;
  const char *member; /* NULL: no fact */
} lists[] = {
    {"{}", NULL},
    {"{\"items\":[]}", NULL},
    {"null", NULL},
    {"", NULL},
    {"[", NULL},
    {"[" DESTINATION(ID_1, NOON), NULL},
    {"[" DESTINATION(ID_1, NOON) ",]", NULL},
    {"[" DESTINATION(ID_1, NOON) "]x", NULL},
    {"[{}]", "id"},
    {"[" DESTINATION(ID_1, NOON) ",{\"id\":\"" ID_2 "\"}]", "display_name"},
    {"[[]]", "the object itself"},
    {"[{\"id\":\"" ID_1 "\",\"tenant_id\":\"" WORKSPACE "\"}]", "display_name"}, /* the short form is a patch's alone */
};

START_TEST(a_list_that_is_none) {
  script_answer(&scene.script, 200, lists[_i].body);
  ck_assert_int_eq(make(LIST, NULL), LSEXPORT_ERR_PROTOCOL);
  ck_assert_int_eq(lsexport_error_cause(scene.error), LSEXPORT_CAUSE_NOT_JSON);
  if (lists[_i].member)
    ck_assert_str_eq(lsexport_error_fact(scene.error, "member"), lists[_i].member);
  else
    ck_assert_ptr_null(lsexport_error_fact(scene.error, "member"));
  ck_assert_uint_eq(scene.script.request_count, 1);
}
END_TEST

START_TEST(a_list_that_was_cut_is_asked_for_again) {
  script_answer(&scene.script, 200, "[" DESTINATION(ID_1, NOON) ",")->headers = SCRIPT_JSON_HEADERS; /* no length */
  script_answer(&scene.script, 200, "[" DESTINATION(ID_2, NOON) "]");
  ck_assert_int_eq(make(LIST, NULL), LSEXPORT_OK);
  ck_assert_uint_eq(lsexport_destinations_count(scene.list), 1);
  ck_assert_str_eq(lsexport_destination_id(lsexport_destinations_at(scene.list, 0)), ID_2);
}
END_TEST

START_TEST(a_list_of_many) {
  struct buf body;
  buf_init(&body, 16 << 20);
  buf_text(&body, "[");
  for (int i = 0; i < 5000; i++) buf_text(&body, i ? "," DESTINATION(ID_1, NOON) : DESTINATION(ID_1, NOON));
  buf_text(&body, "]");
  script_answer(&scene.script, 200, buf_string(&body));
  ck_assert_int_eq(make(LIST, NULL), LSEXPORT_OK);
  ck_assert_uint_eq(lsexport_destinations_count(scene.list), 5000);
  ck_assert_str_eq(lsexport_destination_id(lsexport_destinations_at(scene.list, 4999)), ID_1);
  buf_reset(&body);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("test_destination_operation");
  TCase *cases = add_cases(suite, "operations");
  tcase_add_checked_fixture(cases, setup, teardown);
  tcase_add_loop_test(cases, each_request, 0, CALL_COUNT);
  tcase_add_loop_test(cases, a_workspace_of_the_client_and_of_the_call, 0, CALL_COUNT);
  tcase_add_loop_test(cases, limits_of_an_answer_are_options, 0, CALL_COUNT);
  tcase_add_loop_test(cases, an_id_that_is_none_is_not_sent, 0, (int)COUNT(ids));
  tcase_add_loop_test(cases, a_workspace_that_is_none_is_not_sent, 0, CALL_COUNT);
  tcase_add_loop_test(cases, a_strangers_answer, 0, (int)COUNT(owners));
  tcase_add_loop_test(cases, half_an_answer, 0, (int)COUNT(halves));
  tcase_add_test(cases, a_short_answer_to_a_patch);
  tcase_add_test(cases, a_patch_whose_result_nobody_wants);
  tcase_add_loop_test(cases, any_2xx_to_delete_is_success, 0, (int)COUNT(deleted));
  tcase_add_test(cases, a_list_keeps_order_and_bytes);
  tcase_add_loop_test(cases, a_list_that_is_none, 0, (int)COUNT(lists));
  tcase_add_test(cases, a_list_that_was_cut_is_asked_for_again);
  tcase_add_test(cases, a_list_of_many);
  return run_suite(suite);
}
