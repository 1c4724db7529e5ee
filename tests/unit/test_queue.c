/* SPDX-License-Identifier: MIT */
/* A queue over a scripted network: turns, deadlines, cancels, closing, and one completion for each call. */
#include "fixtures.h"

#include "api/client.h"

#include <poll.h>
#include <string.h>

#define LIMIT 4
static const char *const options[][2] = {{"queue_max_in_flight", "4"}, {NULL, NULL}};

static struct scene scene;
static lsexport_queue *queue;
static lsexport_completions *completions;

static void setup(void) {
  scene_begin(&scene, options);
  ck_assert_int_eq(lsexport_queue_new(scene.client, &queue, NULL), LSEXPORT_OK);
  completions = NULL;
}

static void teardown(void) {
  lsexport_completions_free(completions);
  lsexport_queue_free(queue);
  ck_assert_uint_eq(scene.script.watched_count, 1); /* the queue's own: no token is left */
  scene_end(&scene);
}

/* ---- small words ---- */

static lsexport_call *call_for(uint64_t id) {
  lsexport_call *call = NULL;
  ck_assert_int_eq(lsexport_call_new(&call), LSEXPORT_OK);
  ck_assert_int_eq(lsexport_call_set_queue(call, queue, id), LSEXPORT_OK);
  return call;
}

static void submit_get(uint64_t id) {
  lsexport_call *call = call_for(id);
  ck_assert_int_eq(lsexport_destination_get(scene.client, ID_1, call, NULL, NULL), LSEXPORT_OK);
  lsexport_call_free(call);
}

static size_t wait_ms(int64_t timeout_ms) {
  lsexport_completions_free(completions);
  completions = (lsexport_completions *)&completions; /* it is set in any case */
  ck_assert_int_eq(lsexport_queue_wait(queue, timeout_ms, NULL, &completions, NULL), LSEXPORT_OK);
  return lsexport_completions_count(completions);
}

static uint64_t id_at(size_t index) { return lsexport_completion_id(lsexport_completions_at(completions, index)); }
static lsexport_status status_at(size_t index) {
  return lsexport_completion_status(lsexport_completions_at(completions, index));
}
static const lsexport_error *error_at(size_t index) {
  return lsexport_completion_error(lsexport_completions_at(completions, index));
}

static bool is_readable(void) {
  struct pollfd poller = {.fd = scene.script.watched[0], .events = POLLIN};
  return poll(&poller, 1, 0) == 1;
}

static void assert_refused(lsexport_status status, lsexport_error *error, lsexport_status expected, const char *words) {
  ck_assert_int_eq(status, expected);
  ck_assert_msg(strstr(lsexport_error_message(error), words) != NULL, "%s", lsexport_error_message(error));
  ck_assert_uint_eq(lsexport_queue_count(queue), 0);
  lsexport_error_free(error);
}

/* ---- one call ---- */

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

/* ---- cancel and close ---- */

START_TEST(a_cancel_ends_one_call) {
  lsexport_destination_spec *spec = spec_aws();
  for (uint64_t id = 1; id <= LIMIT; id++) {
    lsexport_call *call = call_for(id);
    script_silence(&scene.script);
    ck_assert_int_eq(lsexport_destination_create(scene.client, spec, call, NULL, NULL), LSEXPORT_OK);
    lsexport_call_free(call);
  }
  submit_get(9); /* waits for its turn */
  ck_assert_uint_eq(wait_ms(0), 0);
  lsexport_queue_cancel(queue, 2);
  lsexport_queue_cancel(queue, 2);
  lsexport_queue_cancel(queue, 9);
  lsexport_queue_cancel(queue, 2 + 1024); /* in the same bucket as 2 */
  ck_assert(is_readable());
  ck_assert_uint_eq(wait_ms(-1), 2);
  ck_assert_int_eq(script_now(&scene.script), 0);
  for (size_t i = 0; i < 2; i++) {
    ck_assert_int_eq(status_at(i), LSEXPORT_ERR_CANCELLED);
    ck_assert_int_eq(lsexport_error_applied(error_at(i)),
                     id_at(i) == 2 ? LSEXPORT_APPLIED_UNKNOWN : LSEXPORT_APPLIED_NO);
    ck_assert_int_eq(lsexport_error_attempts(error_at(i)), id_at(i) == 2);
  }
  lsexport_queue_cancel(queue, 2); /* long gone */
  ck_assert(!is_readable());
  lsexport_queue_close(queue);
  ck_assert_uint_eq(wait_ms(-1), LIMIT - 1);
  ck_assert_uint_eq(scene.script.request_count, LIMIT);
  lsexport_destination_spec_free(spec);
}
END_TEST

START_TEST(a_cancel_before_its_turn_sends_nothing) {
  submit_get(3);
  lsexport_queue_cancel(queue, 3);
  ck_assert_uint_eq(wait_ms(-1), 1);
  ck_assert_int_eq(status_at(0), LSEXPORT_ERR_CANCELLED);
  ck_assert_uint_eq(scene.script.request_count, 0);
}
END_TEST

static void cancel_three(void *context) {
  (void)context;
  lsexport_queue_cancel(queue, 3);
}

/* The answer and the cancel come in the same instant, and what has come is not thrown away. */
START_TEST(an_answer_that_has_come_counts) {
  script_answer(&scene.script, 200, DESTINATION(ID_1, NOON))->delay_ms = 40;
  script_at(&scene.script, 40, cancel_three, NULL);
  submit_get(3);
  ck_assert_uint_eq(wait_ms(-1), 1);
  ck_assert_int_eq(status_at(0), LSEXPORT_OK);
}
END_TEST

/* The same id twice: one cancel, two completions. */
START_TEST(an_id_may_stand_for_several) {
  script_silence(&scene.script);
  script_silence(&scene.script);
  submit_get(3);
  submit_get(3);
  ck_assert_uint_eq(wait_ms(0), 0);
  lsexport_queue_cancel(queue, 3);
  ck_assert_uint_eq(wait_ms(-1), 2);
}
END_TEST

START_TEST(a_closed_queue_hands_out_all) {
  script_silence(&scene.script);
  submit_get(1);
  ck_assert_uint_eq(wait_ms(0), 0);
  submit_get(2);
  lsexport_queue_close(queue);
  lsexport_queue_close(queue);
  ck_assert_uint_eq(wait_ms(-1), 2);
  for (size_t i = 0; i < 2; i++) ck_assert_int_eq(status_at(i), LSEXPORT_ERR_CANCELLED);
  ck_assert_uint_eq(lsexport_queue_count(queue), 0);
  ck_assert_uint_eq(wait_ms(-1), 0);
}
END_TEST

static int looks;
static int64_t (*clock_before)(void *context);

/* Cancels at the third look at the clock after the answer has come: it is being read then. */
static int64_t cancel_at_a_look(void *context) {
  if (scene.script.request_count && scene.script.requests[0].ended_ms >= 0 && ++looks == 3) cancel_three(NULL);
  return clock_before(context);
}

START_TEST(a_cancel_ends_the_reading_of_a_list) {
  looks = 0;
  clock_before = scene.script.world.now_ms;
  scene.script.world.now_ms = cancel_at_a_look;
  script_answer(&scene.script, 200,
                "[" DESTINATION(ID_1, NOON) "," DESTINATION(ID_1, NOON) "," DESTINATION(ID_1, NOON) "," DESTINATION(
                    ID_1, NOON) "," DESTINATION(ID_1, NOON) "," DESTINATION(ID_1, NOON) "]")
      ->delay_ms = 10;
  lsexport_call *call = call_for(3);
  ck_assert_int_eq(lsexport_destination_list(scene.client, call, NULL, NULL), LSEXPORT_OK);
  lsexport_call_free(call);
  ck_assert_uint_eq(wait_ms(-1), 1);
  ck_assert_int_eq(status_at(0), LSEXPORT_ERR_CANCELLED);
}
END_TEST

static void trigger(void *context) { lsexport_cancel_trigger(context); }

START_TEST(a_token_ends_all_that_carry_it) {
  lsexport_cancel *cancel = NULL;
  lsexport_cancel_new(&cancel);
  for (uint64_t id = 1; id <= LIMIT; id++) {
    lsexport_call *call = call_for(id);
    if (id > 1) lsexport_call_set_cancel(call, cancel);
    if (id < LIMIT) script_silence(&scene.script);
    ck_assert_int_eq(lsexport_destination_get(scene.client, ID_1, call, NULL, NULL), LSEXPORT_OK);
    if (id == LIMIT - 1) ck_assert_uint_eq(wait_ms(0), 0);
    lsexport_call_free(call);
  }
  script_silence(&scene.script);
  script_at(&scene.script, 70, trigger, cancel);
  ck_assert_uint_eq(wait_ms(-1), LIMIT - 1);
  ck_assert_int_eq(script_now(&scene.script), 70);
  for (size_t i = 0; i < LIMIT - 1; i++) {
    ck_assert_uint_ne(id_at(i), 1);
    ck_assert_int_eq(status_at(i), LSEXPORT_ERR_CANCELLED);
  }
  lsexport_call *call = call_for(8); /* it stays triggered */
  lsexport_call_set_cancel(call, cancel);
  ck_assert_int_eq(lsexport_destination_get(scene.client, ID_1, call, NULL, NULL), LSEXPORT_OK);
  lsexport_call_free(call);
  lsexport_cancel_free(cancel);
  ck_assert_uint_eq(wait_ms(-1), 1);
  ck_assert_uint_eq(id_at(0), 8);
  ck_assert_int_eq(lsexport_error_attempts(error_at(0)), 0);
}
END_TEST

START_TEST(a_token_that_cannot_be_watched) {
  lsexport_cancel *cancel = NULL;
  lsexport_cancel_new(&cancel);
  lsexport_call *call = call_for(1);
  lsexport_call_set_cancel(call, cancel);
  scene.script.cannot_watch = true;
  ck_assert_int_eq(lsexport_queue_wait(queue, 0, call, &completions, NULL), LSEXPORT_ERR_NO_MEMORY);
  ck_assert_int_eq(lsexport_destination_get(scene.client, ID_1, call, NULL, NULL), LSEXPORT_OK);
  ck_assert_uint_eq(wait_ms(-1), 1);
  ck_assert_int_eq(status_at(0), LSEXPORT_ERR_NO_MEMORY);
  ck_assert_uint_eq(scene.script.request_count, 0);
  lsexport_call_free(call);
  lsexport_cancel_free(cancel);
}
END_TEST

/* ---- a wait that is ended from outside ---- */

static int32_t count_ticks(uintptr_t userdata) {
  int *ticks = (int *)userdata; /* NOLINT(performance-no-int-to-ptr) */
  return ++*ticks == 3;
}

START_TEST(a_wait_can_be_ended) {
  int ticks = 0;
  lsexport_call *call = NULL;
  lsexport_cancel *cancel = NULL;
  lsexport_error *error = NULL;
  lsexport_call_new(&call);
  lsexport_cancel_new(&cancel);
  script_silence(&scene.script);
  submit_get(1);
  lsexport_call_set_tick(call, count_ticks, (uintptr_t)&ticks);
  ck_assert_int_eq(lsexport_queue_wait(queue, -1, call, &completions, &error), LSEXPORT_ERR_CANCELLED);
  ck_assert_int_le(script_now(&scene.script), 3 * 100);
  ck_assert_int_eq(ticks, 3);
  ck_assert_ptr_null(completions);
  lsexport_error_free(error);
  ck_assert_int_eq(lsexport_queue_wait(queue, 10, call, &completions, NULL), LSEXPORT_OK); /* less than a tick */
  ck_assert_ptr_null(completions);
  int64_t now = script_now(&scene.script);
  lsexport_call_set_tick(call, NULL, 0);
  lsexport_call_set_cancel(call, cancel);
  script_at(&scene.script, now + 70, trigger, cancel);
  ck_assert_int_eq(lsexport_queue_wait(queue, -1, call, &completions, NULL), LSEXPORT_ERR_CANCELLED);
  ck_assert_int_eq(script_now(&scene.script), now + 70);
  ck_assert_uint_eq(lsexport_queue_count(queue), 1);
  lsexport_cancel_free(cancel);
  lsexport_call_free(call);
  ck_assert_uint_eq(wait_ms(-1), 1); /* it went on all the while */
  ck_assert_int_eq(status_at(0), LSEXPORT_ERR_TIMEOUT);
}
END_TEST

static void wait_within(void *context) {
  lsexport_status *status = context;
  lsexport_completions *none = NULL;
  *status = lsexport_queue_wait(queue, 0, NULL, &none, NULL);
}

START_TEST(one_waits_at_a_time) {
  lsexport_status status = LSEXPORT_OK;
  script_answer(&scene.script, 200, DESTINATION(ID_1, NOON))->delay_ms = 20;
  script_at(&scene.script, 10, wait_within, &status);
  submit_get(1);
  ck_assert_uint_eq(wait_ms(-1), 1);
  ck_assert_int_eq(status, LSEXPORT_ERR_INVALID_STATE);
}
END_TEST

/* ---- its end ---- */

START_TEST(a_queue_is_freed_in_the_middle) {
  script_silence(&scene.script);
  submit_get(1);
  ck_assert_uint_eq(wait_ms(0), 0);
  submit_get(2);
  lsexport_call *call = call_for(3); /* outlives its queue */
  lsexport_queue_free(queue);
  ck_assert(script_request(&scene.script, 0)->aborted);
  ck_assert_int_eq(lsexport_destination_get(scene.client, ID_1, call, NULL, NULL), LSEXPORT_ERR_INVALID_STATE);
  lsexport_call_free(call);
  queue = NULL;
  scene.script.watched_count = 1;
}
END_TEST

int main(void) {
  Suite *suite = suite_create("test_queue");
  TCase *cases = add_cases(suite, "queue");
  tcase_add_checked_fixture(cases, setup, teardown);
  tcase_add_test(cases, nothing_is_sent_before_the_wait);
  tcase_add_test(cases, a_wait_ends_with_its_time);
  tcase_add_test(cases, an_empty_queue_makes_nobody_wait);
  tcase_add_test(cases, each_kind_of_call_has_its_result);
  tcase_add_test(cases, arguments_are_copied);
  tcase_add_test(cases, what_is_wrong_is_said_at_once);
  tcase_add_test(cases, a_tick_is_for_waiting);
  tcase_add_test(cases, null_is_no_queue);
  tcase_add_test(cases, a_builder_that_failed_is_reported);
  tcase_add_test(cases, a_queue_that_cannot_be_made_says_so);
  tcase_add_test(cases, so_many_at_once_and_the_first_first);
  tcase_add_loop_test(cases, deadlines_while_they_wait, 0, 2);
  tcase_add_test(cases, a_host_has_its_turn);
  tcase_add_test(cases, a_cancel_ends_one_call);
  tcase_add_test(cases, a_cancel_before_its_turn_sends_nothing);
  tcase_add_test(cases, an_answer_that_has_come_counts);
  tcase_add_test(cases, an_id_may_stand_for_several);
  tcase_add_test(cases, a_cancel_ends_the_reading_of_a_list);
  tcase_add_test(cases, a_closed_queue_hands_out_all);
  tcase_add_test(cases, a_token_ends_all_that_carry_it);
  tcase_add_test(cases, a_token_that_cannot_be_watched);
  tcase_add_test(cases, a_wait_can_be_ended);
  tcase_add_test(cases, one_waits_at_a_time);
  tcase_add_test(cases, a_queue_is_freed_in_the_middle);
  return run_suite(suite);
}
