/* SPDX-License-Identifier: MIT */
/* A queue over a scripted network: what it takes, and turns, deadlines and results. */
#include "queue_scene.h"

#include "api/client.h"

#include <poll.h>
#include <string.h>

/* ---- one call ---- */

START_TEST(keeps_as_many_connections_as_may_be_under_way) {
  ck_assert_int_eq(scene.script.settings->connections_max, LIMIT);
}
END_TEST

START_TEST(nothing_is_sent_before_the_wait) {
  script_answer(&scene.script, 200, DESTINATION(ID_1, NOON))->delay_ms = 30;
  ck_assert(!is_readable());
  submit_get(77);
  ck_assert(is_readable());
  ck_assert_uint_eq(scene.script.request_count, 0);
  ck_assert_uint_eq(lsexport_queue_count(queue), 1);
  ck_assert_uint_eq(wait_ms(-1), 1);
  ck_assert(!is_readable());
  ck_assert_int_eq(script_now(&scene.script), 30);
  ck_assert_uint_eq(id_at(0), 77);
  ck_assert_int_eq(status_at(0), LSEXPORT_OK);
  ck_assert_ptr_null(error_at(0));
  const lsexport_completion *completion = lsexport_completions_at(completions, 0);
  ck_assert_str_eq(lsexport_destination_id(lsexport_completion_destination(completion)), ID_1);
  ck_assert_ptr_null(lsexport_completion_destinations(completion));
  ck_assert_uint_eq(lsexport_queue_count(queue), 0);
}
END_TEST

START_TEST(a_wait_ends_with_its_time) {
  script_silence(&scene.script);
  submit_get(1);
  ck_assert_uint_eq(wait_ms(500), 0);
  ck_assert_ptr_null(completions);
  ck_assert_int_eq(script_now(&scene.script), 500);
  ck_assert_uint_eq(wait_ms(0), 0);
  ck_assert_int_eq(script_now(&scene.script), 500);
  ck_assert_int_eq(scene.script.armed_ms, 60000); /* the call's deadline */
  ck_assert_uint_eq(wait_ms(-1), 1);
  ck_assert_int_eq(status_at(0), LSEXPORT_ERR_TIMEOUT);
  ck_assert_int_eq(script_now(&scene.script), 60000);
  ck_assert_int_eq(scene.script.armed_ms, SCRIPT_NEVER);
}
END_TEST

START_TEST(an_empty_queue_makes_nobody_wait) {
  ck_assert_uint_eq(wait_ms(-1), 0);
  ck_assert_uint_eq(wait_ms(1000), 0);
  ck_assert_int_eq(script_now(&scene.script), 0);
}
END_TEST

START_TEST(each_kind_of_call_has_its_result) {
  lsexport_call *call = call_for(0);
  lsexport_destination_spec *spec = spec_aws();
  lsexport_credentials *credentials = static_credentials(KEY_ID, SECRET);
  script_answer(&scene.script, 200, DESTINATION(ID_1, NOON));
  script_answer(&scene.script, 200, "[" DESTINATION(ID_2, NOON) "]");
  script_answer(&scene.script, 200, "[" DESTINATION(ID_2, NOON) "," DESTINATION(ID_3, NOON) "]");
  script_answer(&scene.script, 200, DESTINATION(ID_1, NOON));
  ck_assert_int_eq(lsexport_destination_create(scene.client, spec, call, NULL, NULL), LSEXPORT_OK);
  ck_assert_int_eq(lsexport_destination_ensure(scene.client, spec, call, NULL, NULL), LSEXPORT_OK);
  ck_assert_int_eq(lsexport_destination_list(scene.client, call, NULL, NULL), LSEXPORT_OK);
  ck_assert_int_eq(lsexport_destination_patch(scene.client, ID_1, credentials, call, NULL, NULL), LSEXPORT_OK);
  ck_assert_uint_eq(wait_ms(-1), 4);
  const lsexport_completion *at[4];
  for (size_t i = 0; i < 4; i++) at[i] = lsexport_completions_at(completions, i);
  ck_assert_str_eq(lsexport_destination_id(lsexport_completion_destination(at[0])), ID_1);
  ck_assert_int_eq(lsexport_destination_adopted(lsexport_completion_destination(at[1])), 1);
  ck_assert_uint_eq(lsexport_destinations_count(lsexport_completion_destinations(at[2])), 2);
  ck_assert_str_eq(lsexport_destination_id(lsexport_completion_destination(at[3])), ID_1);
  script_answer(&scene.script, 204, "");
  ck_assert_int_eq(lsexport_destination_delete(scene.client, ID_1, call, NULL), LSEXPORT_OK);
  ck_assert_uint_eq(wait_ms(-1), 1);
  ck_assert_ptr_null(lsexport_completion_destination(lsexport_completions_at(completions, 0)));
  lsexport_credentials_free(credentials);
  lsexport_destination_spec_free(spec);
  lsexport_call_free(call);
}
END_TEST

/* All that the call was given is freed before it is made. */
START_TEST(arguments_are_copied) {
  char id[] = ID_1, workspace[] = WORKSPACE;
  lsexport_call *call = call_for(5);
  lsexport_destination_spec *spec = spec_aws();
  lsexport_credentials *credentials = static_credentials(KEY_ID, SECRET);
  lsexport_call_set_workspace_id(call, workspace);
  ck_assert_int_eq(lsexport_destination_ensure(scene.client, spec, call, NULL, NULL), LSEXPORT_OK);
  ck_assert_int_eq(lsexport_destination_patch(scene.client, id, credentials, call, NULL, NULL), LSEXPORT_OK);
  lsexport_destination_spec_set_bucket_name(spec, "another-bucket");
  lsexport_call_set_workspace_id(call, ID_3);
  memset(id, 'x', strlen(id));
  memset(workspace, 'x', strlen(workspace));
  lsexport_credentials_free(credentials);
  lsexport_destination_spec_free(spec);
  lsexport_call_free(call);
  script_answer(&scene.script, 200, "[]");
  script_answer(&scene.script, 200, DESTINATION(ID_2, NOON));
  script_answer(&scene.script, 200, "[" DESTINATION(ID_2, NOON) "]");
  script_answer(&scene.script, 200, DESTINATION(ID_1, NOON));
  for (size_t ended = 0; ended < 2; ended += lsexport_completions_count(completions)) {
    ck_assert_uint_gt(wait_ms(-1), 0);
    for (size_t i = 0; i < lsexport_completions_count(completions); i++) ck_assert_int_eq(status_at(i), LSEXPORT_OK);
  }
  for (size_t i = 0; i < 4; i++)
    ck_assert_str_eq(script_header(script_request(&scene.script, i), "X-Tenant-Id"), WORKSPACE);
}
END_TEST

/* ---- what is refused ---- */

/* A deadline is a sum, and this one would not fit. */
START_TEST(a_timeout_may_be_for_ever) {
  lsexport_call *call = NULL;
  lsexport_destination_spec *spec = spec_aws();
  ck_assert_int_eq(lsexport_call_new(&call), LSEXPORT_OK);
  ck_assert_int_eq(lsexport_call_set_timeout_ms(call, INT64_MAX), LSEXPORT_OK);
  if (_i) ck_assert_int_eq(lsexport_call_set_queue(call, queue, 1), LSEXPORT_OK);
  script_answer(&scene.script, 200, "[" DESTINATION(ID_1, NOON) "]");
  ck_assert_int_eq(lsexport_destination_ensure(scene.client, spec, call, _i ? NULL : &scene.destination, NULL),
                   LSEXPORT_OK);
  if (_i) {
    ck_assert_uint_eq(wait_ms(-1), 1);
    ck_assert_int_eq(status_at(0), LSEXPORT_OK);
  }
  lsexport_destination_spec_free(spec);
  lsexport_call_free(call);
}
END_TEST

START_TEST(what_is_wrong_is_said_at_once) {
  lsexport_error *error = NULL;
  lsexport_destination *destination = NULL;
  lsexport_call *call = call_for(1);
  lsexport_status status = lsexport_destination_get(scene.client, ID_1, call, &destination, &error);
  assert_refused(status, error, LSEXPORT_ERR_INVALID_ARGUMENT, "destination_out");
  status = lsexport_destination_get(scene.client, "no id", call, NULL, &error);
  assert_refused(status, error, LSEXPORT_ERR_VALIDATION, "destination_id");
  struct scene other;
  scene_begin(&other, NULL);
  status = lsexport_destination_list(other.client, call, NULL, &error);
  assert_refused(status, error, LSEXPORT_ERR_INVALID_ARGUMENT, "client");
  scene_end(&other);
  lsexport_queue_close(queue);
  status = lsexport_destination_list(scene.client, call, NULL, &error);
  assert_refused(status, error, LSEXPORT_ERR_INVALID_STATE, "destination list");
  ck_assert_uint_eq(wait_ms(-1), 0);
  ck_assert_uint_eq(scene.script.request_count, 0);
  lsexport_call_free(call);
}
END_TEST

static int32_t never(uintptr_t userdata) {
  (void)userdata;
  return 0;
}

START_TEST(a_tick_is_for_waiting) {
  lsexport_error *error = NULL;
  lsexport_call *call = call_for(1);
  lsexport_call_set_tick(call, never, 0);
  lsexport_status status = lsexport_destination_list(scene.client, call, NULL, &error);
  assert_refused(status, error, LSEXPORT_ERR_INVALID_ARGUMENT, "tick");
  lsexport_call_free(call);
}
END_TEST

START_TEST(null_is_no_queue) {
  script_answer(&scene.script, 200, DESTINATION(ID_1, NOON));
  lsexport_call *call = call_for(1);
  ck_assert_int_eq(lsexport_call_set_queue(call, NULL, 0), LSEXPORT_OK);
  ck_assert_int_eq(scene_get(&scene, ID_1, call), LSEXPORT_OK);
  lsexport_call_free(call);
  lsexport_queue *made = NULL;
  lsexport_error *error = NULL;
  ck_assert_int_eq(lsexport_queue_new(NULL, &made, NULL), LSEXPORT_ERR_INVALID_ARGUMENT);
  ck_assert_int_eq(lsexport_queue_new(scene.client, NULL, NULL), LSEXPORT_ERR_INVALID_ARGUMENT);
  ck_assert_int_eq(lsexport_queue_wait(NULL, 0, NULL, &completions, NULL), LSEXPORT_ERR_INVALID_ARGUMENT);
  ck_assert_int_eq(lsexport_queue_wait(queue, 0, NULL, NULL, &error), LSEXPORT_ERR_INVALID_ARGUMENT);
  ck_assert_ptr_nonnull(strstr(lsexport_error_message(error), "completions_out"));
  lsexport_error_free(error);
  ck_assert_int_eq(lsexport_call_set_queue(NULL, queue, 0), LSEXPORT_ERR_INVALID_ARGUMENT);
  ck_assert_int_eq(lsexport_queue_descriptor(NULL), -1);
  ck_assert_uint_eq(lsexport_queue_count(NULL), 0);
  ck_assert_uint_eq(lsexport_completions_count(NULL), 0);
  ck_assert_ptr_null(lsexport_completions_at(NULL, 0));
  ck_assert_uint_eq(lsexport_completion_id(NULL), 0);
  ck_assert_int_eq(lsexport_completion_status(NULL), LSEXPORT_ERR_INVALID_ARGUMENT);
  ck_assert_ptr_null(lsexport_completion_error(NULL));
  ck_assert_ptr_null(lsexport_completion_destination(NULL));
  ck_assert_ptr_null(lsexport_completion_destinations(NULL));
  lsexport_queue_cancel(NULL, 0);
  lsexport_queue_close(NULL);
  lsexport_queue_free(NULL);
  lsexport_completions_free(NULL);
}
END_TEST

START_TEST(a_builder_that_failed_is_reported) {
  lsexport_call *call = NULL;
  lsexport_error *error = NULL;
  lsexport_call_new(&call);
  lsexport_call_set_timeout_ms(call, -1);
  ck_assert_int_eq(lsexport_queue_wait(queue, 0, call, &completions, &error), LSEXPORT_ERR_INVALID_ARGUMENT);
  ck_assert_ptr_nonnull(strstr(lsexport_error_message(error), "timeout_ms"));
  lsexport_error_free(error);
  lsexport_call_free(call);
}
END_TEST

START_TEST(a_queue_that_cannot_be_made_says_so) {
  lsexport_queue *made = NULL;
  scene.script.cannot_open = true;
  ck_assert_int_eq(lsexport_queue_new(scene.client, &made, NULL), LSEXPORT_ERR_NO_MEMORY);
  scene.script.cannot_open = false;
  scene.script.cannot_watch = true;
  ck_assert_int_eq(lsexport_queue_new(scene.client, &made, NULL), LSEXPORT_ERR_NO_MEMORY);
  ck_assert_ptr_null(made);
}
END_TEST

/* ---- turns ---- */

struct crowd {
  size_t flying, most;
};

static void land_one(void *context) { ((struct crowd *)context)->flying--; }

static const struct scripted_outcome *fly(void *context, const struct scripted_request *request) {
  static struct scripted_outcome outcome;
  struct crowd *crowd = context;
  outcome = (struct scripted_outcome){.transfer = TRANSFER_DONE, .http_status = 204, .sent = true, .delay_ms = 10};
  crowd->flying++;
  if (crowd->flying > crowd->most) crowd->most = crowd->flying;
  script_at(&scene.script, request->at_ms + 10, land_one, crowd);
  return &outcome;
}

START_TEST(so_many_at_once_and_the_first_first) {
  struct crowd crowd = {0};
  scene.script.respond = fly;
  scene.script.respond_context = &crowd;
  for (uint64_t id = 0; id < SCRIPT_EVENTS_MAX; id++) {
    lsexport_call *call = call_for(id);
    ck_assert_int_eq(lsexport_destination_delete(scene.client, ID_1, call, NULL), LSEXPORT_OK);
    lsexport_call_free(call);
  }
  for (uint64_t next = 0; next < SCRIPT_EVENTS_MAX;) {
    ck_assert_uint_gt(wait_ms(-1), 0);
    for (size_t i = 0; i < lsexport_completions_count(completions); i++) ck_assert_uint_eq(id_at(i), next++);
  }
  ck_assert_uint_eq(crowd.most, LIMIT);
  ck_assert_int_eq(script_now(&scene.script), 10 * SCRIPT_EVENTS_MAX / LIMIT);
}
END_TEST

/* Five calls, four turns: the fifth has its own deadline, or the client's, which counts from its turn. */
START_TEST(deadlines_while_they_wait) {
  lsexport_call *call = call_for(5);
  for (uint64_t id = 1; id <= LIMIT; id++) {
    script_silence(&scene.script);
    submit_get(id);
  }
  if (_i) lsexport_call_set_timeout_ms(call, 1500);
  ck_assert_int_eq(lsexport_destination_list(scene.client, call, NULL, NULL), LSEXPORT_OK);
  lsexport_call_free(call);
  if (_i) {
    ck_assert_uint_eq(wait_ms(-1), 1);
    ck_assert_uint_eq(id_at(0), 5);
    ck_assert_int_eq(status_at(0), LSEXPORT_ERR_TIMEOUT);
    ck_assert_int_eq(lsexport_error_attempts(error_at(0)), 0);
    ck_assert_int_eq(lsexport_error_applied(error_at(0)), LSEXPORT_APPLIED_NO);
    ck_assert_int_eq(script_now(&scene.script), 1500);
    ck_assert_uint_eq(wait_ms(-1), LIMIT);
  } else {
    script_silence(&scene.script);
    ck_assert_uint_eq(wait_ms(-1), LIMIT);
    ck_assert_int_eq(script_now(&scene.script), 60000);
    ck_assert_uint_eq(wait_ms(-1), 1);
    ck_assert_int_eq(script_now(&scene.script), 120000);
  }
}
END_TEST

static const struct scripted_outcome *refuse_all(void *context, const struct scripted_request *request) {
  static const struct scripted_outcome outcome = {
      .transfer = TRANSFER_DONE, .http_status = 503, .sent = true, .delay_ms = 1};
  (void)context, (void)request;
  return &outcome;
}

/* Something happens each time anybody looks; a wait without time comes to an end all the same, and is called again. */
START_TEST(a_host_has_its_turn) {
  static const char *const patient[][2] = {{"max_attempts", "20"}, {NULL, NULL}};
  struct scene other;
  scene_begin(&other, patient);
  lsexport_queue *busy = NULL;
  ck_assert_int_eq(lsexport_queue_new(other.client, &busy, NULL), LSEXPORT_OK);
  other.script.respond = refuse_all;
  other.script.glance_ms = 10;
  lsexport_call *call = NULL;
  lsexport_call_new(&call);
  lsexport_call_set_queue(call, busy, 1);
  for (int i = 0; i < 4; i++) ck_assert_int_eq(lsexport_destination_list(other.client, call, NULL, NULL), LSEXPORT_OK);
  lsexport_call_free(call);
  ck_assert_int_eq(lsexport_queue_wait(busy, 0, NULL, &completions, NULL), LSEXPORT_OK);
  ck_assert_ptr_null(completions);
  struct pollfd poller = {.fd = other.script.watched[0], .events = POLLIN};
  ck_assert_int_eq(poll(&poller, 1, 0), 1);
  lsexport_queue_free(busy);
  scene_end(&other);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("test_queue");
  TCase *cases = add_cases(suite, "queue");
  tcase_add_checked_fixture(cases, queue_setup, queue_teardown);
  tcase_add_test(cases, keeps_as_many_connections_as_may_be_under_way);
  tcase_add_test(cases, nothing_is_sent_before_the_wait);
  tcase_add_test(cases, a_wait_ends_with_its_time);
  tcase_add_test(cases, an_empty_queue_makes_nobody_wait);
  tcase_add_test(cases, each_kind_of_call_has_its_result);
  tcase_add_test(cases, arguments_are_copied);
  tcase_add_loop_test(cases, a_timeout_may_be_for_ever, 0, 2);
  tcase_add_test(cases, what_is_wrong_is_said_at_once);
  tcase_add_test(cases, a_tick_is_for_waiting);
  tcase_add_test(cases, null_is_no_queue);
  tcase_add_test(cases, a_builder_that_failed_is_reported);
  tcase_add_test(cases, a_queue_that_cannot_be_made_says_so);
  tcase_add_test(cases, so_many_at_once_and_the_first_first);
  tcase_add_loop_test(cases, deadlines_while_they_wait, 0, 2);
  tcase_add_test(cases, a_host_has_its_turn);
  return run_suite(suite);
}
