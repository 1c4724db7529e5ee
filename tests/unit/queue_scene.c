/* SPDX-License-Identifier: MIT */
#include "queue_scene.h"

#include <poll.h>
#include <string.h>

static const char *const options[][2] = {{"queue_max_in_flight", "4"}, {NULL, NULL}};

struct scene scene;
lsexport_queue *queue;
lsexport_completions *completions;

void queue_setup(void) {
  scene_begin(&scene, options);
  ck_assert_int_eq(lsexport_queue_new(scene.client, &queue, NULL), LSEXPORT_OK);
  completions = NULL;
}

void queue_teardown(void) {
  lsexport_completions_free(completions);
  lsexport_queue_free(queue);
  ck_assert_uint_eq(scene.script.watched_count, 1); /* the queue's own: no token is left */
  scene_end(&scene);
}

lsexport_call *call_for(uint64_t id) {
  lsexport_call *call = NULL;
  ck_assert_int_eq(lsexport_call_new(&call), LSEXPORT_OK);
  ck_assert_int_eq(lsexport_call_set_queue(call, queue, id), LSEXPORT_OK);
  return call;
}

void submit_get(uint64_t id) {
  lsexport_call *call = call_for(id);
  ck_assert_int_eq(lsexport_destination_get(scene.client, ID_1, call, NULL, NULL), LSEXPORT_OK);
  lsexport_call_free(call);
}

size_t wait_ms(int64_t timeout_ms) {
  lsexport_completions_free(completions);
  completions = (lsexport_completions *)&completions; /* it is set in any case */
  ck_assert_int_eq(lsexport_queue_wait(queue, timeout_ms, NULL, &completions, NULL), LSEXPORT_OK);
  return lsexport_completions_count(completions);
}

uint64_t id_at(size_t index) { return lsexport_completion_id(lsexport_completions_at(completions, index)); }
lsexport_status status_at(size_t index) {
  return lsexport_completion_status(lsexport_completions_at(completions, index));
}
const lsexport_error *error_at(size_t index) {
  return lsexport_completion_error(lsexport_completions_at(completions, index));
}

bool is_readable(void) {
  struct pollfd poller = {.fd = scene.script.watched[0], .events = POLLIN};
  return poll(&poller, 1, 0) == 1;
}

void assert_refused(lsexport_status status, lsexport_error *error, lsexport_status expected, const char *words) {
  ck_assert_int_eq(status, expected);
  ck_assert_msg(strstr(lsexport_error_message(error), words) != NULL, "%s", lsexport_error_message(error));
  ck_assert_uint_eq(lsexport_queue_count(queue), 0);
  lsexport_error_free(error);
}
