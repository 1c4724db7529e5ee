/* SPDX-License-Identifier: MIT */
/* ensure when things go wrong: every way in which its POST can end, lists that fail, deadlines, cancel. One POST at
 * most, whatever happens, and never a NO where something may be there. */
#include "fixtures.h"

#include <stdio.h>
#include <string.h>

#define NO LSEXPORT_APPLIED_NO
#define UNKNOWN LSEXPORT_APPLIED_UNKNOWN
#define LIST(items) "[" items "]"
#define OLD_CONFIG \
  "{\"endpoint_url\":null,\"prefix\":\"data_exports\",\"bucket_name\":\"my_bucket\",\"region\":\"us-east-1\"}"

static struct scene scene;
static lsexport_destination_spec *spec;
static lsexport_cancel *cancel;
static lsexport_call *call;

static void setup(void) {
  scene_begin(&scene, NULL);
  spec = spec_aws();
  lsexport_cancel_new(&cancel);
  lsexport_call_new(&call);
  lsexport_call_set_cancel(call, cancel);
}

static void teardown(void) {
  lsexport_call_free(call);
  lsexport_cancel_free(cancel);
  lsexport_destination_spec_free(spec);
  scene_end(&scene);
}

static lsexport_status run(void) {
  lsexport_status status = scene_ensure(&scene, spec, call);
  ck_assert_uint_le(script_count(&scene.script, METHOD_POST), 1);
  if (scene.error) ck_assert(strncmp(lsexport_error_message(scene.error), "destination ensure: ", 20) == 0);
  return status;
}

static void assert_made(const char *id, int adopted) {
  ck_assert_str_eq(lsexport_destination_id(scene.destination), id);
  ck_assert_int_eq(lsexport_destination_adopted(scene.destination), adopted);
}

static void trigger(void *context) {
  (void)context;
  lsexport_cancel_trigger(cancel);
}

static void empty_list(void) { script_answer(&scene.script, 200, LIST("")); }

/* ---- what is seen of it ---- */

START_TEST(its_requests_in_order) {
  lsexport_call_set_workspace_id(call, WORKSPACE);
  empty_list();
  script_answer(&scene.script, 200, DESTINATION(ID_1, NOON));
  script_answer(&scene.script, 200, LIST(DESTINATION(ID_1, NOON)));
  ck_assert_int_eq(run(), LSEXPORT_OK);
  static const enum method methods[] = {METHOD_GET, METHOD_POST, METHOD_GET};
  ck_assert_uint_eq(scene.script.request_count, 3);
  for (size_t i = 0; i < 3; i++) {
    const struct scripted_request *request = script_request(&scene.script, i);
    ck_assert_int_eq(request->method, methods[i]);
    ck_assert_str_eq(request->url, DESTINATIONS_URL);
    ck_assert_str_eq(script_header(request, "X-API-Key"), API_KEY);
    ck_assert_str_eq(script_header(request, "X-Tenant-Id"), WORKSPACE);
    ck_assert_int_eq(request->own_connection, methods[i] == METHOD_POST);
    ck_assert_int_eq(request->body != NULL, methods[i] == METHOD_POST);
    ck_assert_uint_eq(request->response_max, methods[i] == METHOD_POST ? 1048576 : 16777216);
    ck_assert_int_eq(request->at_ms, 0); /* nothing waits where all is well */
  }
  assert_made(ID_1, 0);
}
END_TEST

START_TEST(credentials_are_neither_compared_nor_changed) {
  lsexport_destination_spec_free(spec);
  spec = spec_bare(role_credentials(ROLE));
  lsexport_destination_spec_set_prefix(spec, "data_exports");
  lsexport_destination_spec_set_region(spec, "us-east-1");
  script_answer(&scene.script, 200, LIST(DESTINATION(ID_1, NOON)));
  ck_assert_int_eq(run(), LSEXPORT_OK);
  assert_made(ID_1, 1);
  ck_assert_uint_eq(scene.script.request_count, 1);
}
END_TEST

START_TEST(ours_is_the_older_one) {
  empty_list();
  script_answer(&scene.script, 200, DESTINATION(ID_2, MORNING));
  script_answer(&scene.script, 200, LIST(DESTINATION(ID_1, NOON) "," DESTINATION(ID_2, MORNING)));
  ck_assert_int_eq(run(), LSEXPORT_OK);
  assert_made(ID_2, 0);
  ck_assert_uint_eq(lsexport_destination_surplus_count(scene.destination), 1);
  ck_assert_str_eq(lsexport_destination_surplus_id(scene.destination, 0), ID_1);
}
END_TEST

START_TEST(of_the_same_age_the_smallest_id_in_any_letters) {
  script_answer(
      &scene.script, 200,
      LIST(DESTINATION("0A91A355-8A88-422C-9546-72C183B95B5B", NOON) "," DESTINATION(
          "0a91a355-8a88-422c-9546-72c183b95b5a", NOON) "," DESTINATION("0A91A355-8A88-422C-9546-72C183B95B5C", NOON)));
  ck_assert_int_eq(run(), LSEXPORT_OK);
  assert_made("0a91a355-8a88-422c-9546-72c183b95b5a", 1);
  ck_assert_uint_eq(lsexport_destination_surplus_count(scene.destination), 2);
}
END_TEST

/* ---- every end of the POST ---- */

static const struct {
  enum transfer transfer;
  bool sent;
  int http_status; /* with DONE */
  const char *body;
  lsexport_status status; /* when nothing is found */
  bool looks;             /* it may have been applied: the list is asked again */
  size_t posts;           /* how often it is begun */
} ends[] = {
    {TRANSFER_DNS, false, 0, NULL, LSEXPORT_ERR_DNS, false, 3},
    {TRANSFER_CONNECT_REFUSED, false, 0, NULL, LSEXPORT_ERR_CONNECT, false, 3},
    {TRANSFER_TLS, false, 0, NULL, LSEXPORT_ERR_TLS, false, 1},
    {TRANSFER_LOST, true, 0, NULL, LSEXPORT_ERR_CONNECTION_LOST, true, 1},
    {TRANSFER_BROKEN, true, 0, NULL, LSEXPORT_ERR_PROTOCOL, true, 1},
    {TRANSFER_TOO_LARGE, true, 0, NULL, LSEXPORT_ERR_TOO_LARGE, true, 1},
    {TRANSFER_DONE, true, 302, "", LSEXPORT_ERR_REDIRECT, false, 1},
    {TRANSFER_DONE, true, 400, "{\"detail\":\"Failed to validate S3 destination: x\"}", LSEXPORT_ERR_STORAGE, false, 1},
    {TRANSFER_DONE, true, 401, "{}", LSEXPORT_ERR_UNAUTHENTICATED, false, 1},
    {TRANSFER_DONE, true, 403, "{}", LSEXPORT_ERR_FORBIDDEN, false, 1},
    {TRANSFER_DONE, true, 408, "{}", LSEXPORT_ERR_UNAVAILABLE, true, 1},
    {TRANSFER_DONE, true, 409, "{}", LSEXPORT_ERR_IN_USE, false, 1},
    {TRANSFER_DONE, true, 422, "{}", LSEXPORT_ERR_VALIDATION, false, 1},
    {TRANSFER_DONE, true, 429, "{}", LSEXPORT_ERR_RATE_LIMITED, false, 1},
    {TRANSFER_DONE, true, 500, "{}", LSEXPORT_ERR_SERVER, true, 1},
    {TRANSFER_DONE, true, 502, "<html>", LSEXPORT_ERR_UNAVAILABLE, true, 1},
    {TRANSFER_DONE, true, 503, "{}", LSEXPORT_ERR_UNAVAILABLE, true, 1},
    {TRANSFER_DONE, true, 504, "", LSEXPORT_ERR_UNAVAILABLE, true, 1},
    {TRANSFER_DONE, true, 200, "", LSEXPORT_ERR_PROTOCOL, true, 1},
    {TRANSFER_DONE, true, 200, "<html>", LSEXPORT_ERR_PROTOCOL, true, 1},
    {TRANSFER_DONE, true, 200, "{\"id\":\"" ID_1 "\"}", LSEXPORT_ERR_PROTOCOL, true, 1},
    {TRANSFER_DONE, true, 200, DESTINATION_OF(ID_3, "stranger", CONFIG, NOON), LSEXPORT_ERR_PROTOCOL, true, 1},
};

/* The wire of one row: empty lists, until what the POST made appears at appears_ms. */
struct wire {
  int row;
  int64_t appears_ms;
  struct scripted_outcome outcome;
};

static const struct scripted_outcome *answer_row(void *context, const struct scripted_request *request) {
  struct wire *wire = context;
  bool there = script_now(&scene.script) >= wire->appears_ms;
  wire->outcome = (struct scripted_outcome){.transfer = TRANSFER_DONE, .http_status = 200, .sent = true};
  wire->outcome.body = there ? LIST(DESTINATION(ID_1, NOON)) : LIST("");
  if (request->method == METHOD_POST) {
    wire->outcome.transfer = ends[wire->row].transfer;
    wire->outcome.sent = ends[wire->row].sent;
    wire->outcome.http_status = ends[wire->row].http_status;
    wire->outcome.body = ends[wire->row].body;
  }
  wire->outcome.body_length = wire->outcome.body ? strlen(wire->outcome.body) : 0;
  return &wire->outcome;
}

START_TEST(every_end_of_the_post_when_nothing_is_found) {
  struct wire wire = {.row = _i, .appears_ms = INT64_MAX};
  scene.script.respond = answer_row;
  scene.script.respond_context = &wire;
  ck_assert_int_eq(scene_ensure(&scene, spec, call), ends[_i].status);
  ck_assert_uint_eq(script_count(&scene.script, METHOD_POST), ends[_i].posts);
  ck_assert_int_eq(lsexport_error_applied(scene.error), ends[_i].looks ? UNKNOWN : NO);
  ck_assert_int_eq(lsexport_error_http_status(scene.error), ends[_i].http_status); /* the POST's, not a list's */
  ck_assert_int_eq(lsexport_error_attempts(scene.error), (int)scene.script.request_count);
  ck_assert_int_eq(script_now(&scene.script), ends[_i].looks ? 210000 : 0);
}
END_TEST

START_TEST(every_end_of_the_post_when_it_is_found_later) {
  struct wire wire = {.row = _i, .appears_ms = 20000};
  scene.script.respond = answer_row;
  scene.script.respond_context = &wire;
  if (!ends[_i].looks) {
    ck_assert_int_eq(scene_ensure(&scene, spec, call), ends[_i].status);
    return;
  }
  ck_assert_int_eq(scene_ensure(&scene, spec, call), LSEXPORT_OK);
  assert_made(ID_1, 1);
  ck_assert_uint_eq(script_count(&scene.script, METHOD_POST), 1);
  ck_assert_int_eq(script_now(&scene.script), 31000);
}
END_TEST

START_TEST(it_looks_again_after_pauses_that_double) {
  static const int64_t instants[] = {0, 1000, 3000, 7000, 15000, 31000, 47000, 63000, 79000, 95000};
  struct wire wire = {.row = 3, .appears_ms = 95000};
  scene.script.respond = answer_row;
  scene.script.respond_context = &wire;
  ck_assert_int_eq(run(), LSEXPORT_OK);
  ck_assert_uint_eq(scene.script.request_count, COUNT(instants) + 2);
  for (size_t i = 0; i < COUNT(instants); i++)
    ck_assert_int_eq(script_request(&scene.script, i + 2)->at_ms, instants[i]);
}
END_TEST

START_TEST(what_it_finds_later_may_be_a_server_too_old) {
  lsexport_destination_spec_set_storage_class(spec, "STANDARD_IA");
  empty_list();
  script_fail(&scene.script, TRANSFER_LOST, true);
  script_answer(&scene.script, 200, LIST(DESTINATION_OF(ID_1, NAME, OLD_CONFIG, NOON)));
  ck_assert_int_eq(run(), LSEXPORT_ERR_UNSUPPORTED_BY_SERVER);
  ck_assert_str_eq(lsexport_error_fact(scene.error, "member"), "s3_additional_kwargs");
  ck_assert_int_eq(lsexport_error_applied(scene.error), UNKNOWN);
}
END_TEST

START_TEST(an_equal_one_counts_more_than_one_of_a_server_too_old) {
  script_answer(&scene.script, 200,
                LIST(DESTINATION_OF(ID_2, NAME, "{\"bucket_name\":\"my_bucket\",\"prefix\":\"data_exports\"}",
                                    MORNING) "," DESTINATION(ID_1, NOON)));
  ck_assert_int_eq(run(), LSEXPORT_OK);
  assert_made(ID_1, 1);
}
END_TEST

/* ---- lists that fail ---- */

static const struct {
  int http_status;
  lsexport_status status;
  size_t attempts;
} refusals[] = {{401, LSEXPORT_ERR_UNAUTHENTICATED, 1}, {403, LSEXPORT_ERR_FORBIDDEN, 1},
                {404, LSEXPORT_ERR_NOT_FOUND, 1},       {307, LSEXPORT_ERR_REDIRECT, 1},
                {429, LSEXPORT_ERR_RATE_LIMITED, 3},    {500, LSEXPORT_ERR_SERVER, 3},
                {504, LSEXPORT_ERR_UNAVAILABLE, 3}};

START_TEST(a_list_that_fails_before_the_post) {
  for (size_t i = 0; i < refusals[_i].attempts; i++) script_answer(&scene.script, refusals[_i].http_status, "{}");
  ck_assert_int_eq(run(), refusals[_i].status);
  ck_assert_int_eq(lsexport_error_applied(scene.error), NO);
  ck_assert_uint_eq(script_count(&scene.script, METHOD_POST), 0);
}
END_TEST

/* Once the POST was lost, a list that will go on failing ends it: with the POST's failure. */
START_TEST(a_list_that_fails_after_a_lost_post) {
  empty_list();
  script_fail(&scene.script, TRANSFER_LOST, true);
  if (refusals[_i].attempts > 1) { /* it is asked again after a pause, until the deadline */
    lsexport_call_set_timeout_ms(call, 500);
    for (size_t i = 0; i < refusals[_i].attempts; i++) script_answer(&scene.script, refusals[_i].http_status, "{}");
  } else {
    script_answer(&scene.script, refusals[_i].http_status, "{}");
  }
  ck_assert_int_eq(run(), LSEXPORT_ERR_CONNECTION_LOST);
  ck_assert_int_eq(lsexport_error_applied(scene.error), UNKNOWN);
  ck_assert_int_eq(lsexport_error_http_status(scene.error), 0);
  ck_assert_int_eq(script_now(&scene.script), refusals[_i].attempts > 1 ? 500 : 0);
}
END_TEST

START_TEST(a_list_that_cannot_be_read_sends_no_post) {
  static const char *const bodies[] = {"", "{}", "[", "[{}]", "<html>"};
  for (size_t i = 0; i < COUNT(bodies); i++) {
    script_answer(&scene.script, 200, bodies[i]);
    ck_assert_int_eq(scene_ensure(&scene, spec, call), LSEXPORT_ERR_PROTOCOL);
    ck_assert_int_eq(lsexport_error_applied(scene.error), NO);
  }
  ck_assert_uint_eq(script_count(&scene.script, METHOD_POST), 0);
}
END_TEST

/* ---- time ---- */

static const struct {
  const char *write_timeout_ms, *ensure_timeout_ms;
  int64_t call_ms; /* 0: the client's */
  int64_t post_ms; /* its share */
} shares[] = {
    {"150000", "210000", 0, 147000},    {"100000", "210000", 0, 100000}, {"150000", "10000", 0, 7000},
    {"150000", "210000", 20000, 14000}, {"5000", "210000", 20000, 5000},
};

START_TEST(the_posts_share_of_the_time) {
  scene_end(&scene);
  scene_begin(&scene, (const char *const[][2]){{"write_timeout_ms", shares[_i].write_timeout_ms},
                                               {"ensure_timeout_ms", shares[_i].ensure_timeout_ms},
                                               {NULL, NULL}});
  lsexport_call_set_timeout_ms(call, shares[_i].call_ms);
  empty_list();
  script_silence(&scene.script);
  script_answer(&scene.script, 200, LIST(DESTINATION(ID_1, NOON)));
  ck_assert_int_eq(run(), LSEXPORT_OK);
  ck_assert(script_request(&scene.script, 1)->aborted);
  ck_assert_int_eq(script_request(&scene.script, 1)->ended_ms, shares[_i].post_ms);
  assert_made(ID_1, 1);
}
END_TEST

START_TEST(a_post_that_never_left_in_its_share_is_no) {
  empty_list();
  script_silence(&scene.script)->sent_after_ms = SCRIPT_NEVER / 2;
  ck_assert_int_eq(run(), LSEXPORT_ERR_TIMEOUT);
  ck_assert_int_eq(lsexport_error_applied(scene.error), NO);
  ck_assert_int_eq(script_now(&scene.script), 147000);
}
END_TEST

START_TEST(a_deadline_in_the_first_list_is_no) {
  script_silence(&scene.script);
  ck_assert_int_eq(run(), LSEXPORT_ERR_TIMEOUT);
  ck_assert_int_eq(lsexport_error_applied(scene.error), NO);
  ck_assert_int_eq(script_now(&scene.script), 210000);
}
END_TEST

START_TEST(a_deadline_in_a_list_after_a_lost_post) {
  empty_list();
  script_answer(&scene.script, 500, "{\"detail\":\"oh\"}");
  script_silence(&scene.script);
  ck_assert_int_eq(run(), LSEXPORT_ERR_SERVER); /* the POST's failure says more */
  ck_assert_int_eq(lsexport_error_applied(scene.error), UNKNOWN);
  ck_assert_str_eq(lsexport_error_server_text(scene.error), "oh");
  ck_assert_int_eq(lsexport_error_attempts(scene.error), 3);
}
END_TEST

START_TEST(a_deadline_while_confirming_returns_what_was_made) {
  empty_list();
  script_answer(&scene.script, 200, DESTINATION(ID_1, NOON));
  script_silence(&scene.script);
  ck_assert_int_eq(run(), LSEXPORT_OK);
  assert_made(ID_1, 0);
}
END_TEST

/* ---- cancel ---- */

START_TEST(a_cancel_in_the_first_list_sends_no_post) {
  script_silence(&scene.script);
  script_at(&scene.script, 100, trigger, NULL);
  ck_assert_int_eq(run(), LSEXPORT_ERR_CANCELLED);
  ck_assert_int_eq(lsexport_error_applied(scene.error), NO);
  ck_assert_uint_eq(script_count(&scene.script, METHOD_POST), 0);
}
END_TEST

START_TEST(a_cancel_as_the_first_list_comes_sends_no_post) {
  script_answer(&scene.script, 200, LIST(""))->delay_ms = 100;
  script_at(&scene.script, 100, trigger, NULL);
  ck_assert_int_eq(run(), LSEXPORT_ERR_CANCELLED);
  ck_assert_int_eq(lsexport_error_applied(scene.error), NO);
  ck_assert_uint_eq(scene.script.request_count, 1);
}
END_TEST

START_TEST(a_cancel_as_an_equal_one_comes_ends_the_reading) {
  script_answer(&scene.script, 200, LIST(DESTINATION(ID_1, NOON)))->delay_ms = 100;
  script_at(&scene.script, 100, trigger, NULL);
  ck_assert_int_eq(run(), LSEXPORT_ERR_CANCELLED);
  ck_assert_int_eq(lsexport_error_applied(scene.error), NO);
}
END_TEST

START_TEST(a_cancel_before_the_post_has_left_is_no) {
  empty_list();
  script_silence(&scene.script)->sent_after_ms = 60000;
  script_at(&scene.script, 100, trigger, NULL);
  ck_assert_int_eq(run(), LSEXPORT_ERR_CANCELLED);
  ck_assert_int_eq(lsexport_error_applied(scene.error), NO);
}
END_TEST

START_TEST(a_cancel_as_the_post_is_answered_returns_what_was_made) {
  empty_list();
  script_answer(&scene.script, 200, DESTINATION(ID_1, NOON))->delay_ms = 100;
  script_at(&scene.script, 100, trigger, NULL);
  ck_assert_int_eq(run(), LSEXPORT_OK);
  assert_made(ID_1, 0);
  ck_assert_uint_eq(scene.script.request_count, 2);
}
END_TEST

START_TEST(a_cancel_in_a_pause_says_unknown) {
  empty_list();
  script_fail(&scene.script, TRANSFER_LOST, true);
  empty_list();
  script_at(&scene.script, 400, trigger, NULL);
  ck_assert_int_eq(run(), LSEXPORT_ERR_CANCELLED);
  ck_assert_int_eq(lsexport_error_applied(scene.error), UNKNOWN);
  ck_assert_int_eq(script_now(&scene.script), 400);
  ck_assert_int_eq(lsexport_error_retryable(scene.error), 0);
}
END_TEST

START_TEST(a_cancel_in_a_list_after_a_lost_post_says_unknown) {
  empty_list();
  script_fail(&scene.script, TRANSFER_LOST, true);
  script_silence(&scene.script);
  script_at(&scene.script, 400, trigger, NULL);
  ck_assert_int_eq(run(), LSEXPORT_ERR_CANCELLED);
  ck_assert_int_eq(lsexport_error_applied(scene.error), UNKNOWN);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("test_ensure_lost");
  TCase *cases = add_cases(suite, "ensure");
  tcase_add_checked_fixture(cases, setup, teardown);
  tcase_add_test(cases, its_requests_in_order);
  tcase_add_test(cases, credentials_are_neither_compared_nor_changed);
  tcase_add_test(cases, ours_is_the_older_one);
  tcase_add_test(cases, of_the_same_age_the_smallest_id_in_any_letters);
  tcase_add_loop_test(cases, every_end_of_the_post_when_nothing_is_found, 0, (int)COUNT(ends));
  tcase_add_loop_test(cases, every_end_of_the_post_when_it_is_found_later, 0, (int)COUNT(ends));
  tcase_add_test(cases, it_looks_again_after_pauses_that_double);
  tcase_add_test(cases, what_it_finds_later_may_be_a_server_too_old);
  tcase_add_test(cases, an_equal_one_counts_more_than_one_of_a_server_too_old);
  tcase_add_loop_test(cases, a_list_that_fails_before_the_post, 0, (int)COUNT(refusals));
  tcase_add_loop_test(cases, a_list_that_fails_after_a_lost_post, 0, (int)COUNT(refusals));
  tcase_add_test(cases, a_list_that_cannot_be_read_sends_no_post);
  tcase_add_loop_test(cases, the_posts_share_of_the_time, 0, (int)COUNT(shares));
  tcase_add_test(cases, a_post_that_never_left_in_its_share_is_no);
  tcase_add_test(cases, a_deadline_in_the_first_list_is_no);
  tcase_add_test(cases, a_deadline_in_a_list_after_a_lost_post);
  tcase_add_test(cases, a_deadline_while_confirming_returns_what_was_made);
  tcase_add_test(cases, a_cancel_in_the_first_list_sends_no_post);
  tcase_add_test(cases, a_cancel_as_the_first_list_comes_sends_no_post);
  tcase_add_test(cases, a_cancel_as_an_equal_one_comes_ends_the_reading);
  tcase_add_test(cases, a_cancel_before_the_post_has_left_is_no);
  tcase_add_test(cases, a_cancel_as_the_post_is_answered_returns_what_was_made);
  tcase_add_test(cases, a_cancel_in_a_pause_says_unknown);
  tcase_add_test(cases, a_cancel_in_a_list_after_a_lost_post_says_unknown);
  return run_suite(suite);
}
