/* SPDX-License-Identifier: MIT */
#include "ours.h"
#include "replies.h"

#include <lsexport/lsexport.h>

#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

#define HOLDING_WAIT_MS 10

struct ours_many {
  long in_flight;
  lsexport_client *client;
  lsexport_queue *queue;
  lsexport_call *call;
  int epoll;
};

struct ours_many *ours_many_new(const struct far *far, long in_flight) {
  struct ours_many *many = calloc(1, sizeof *many);
  struct epoll_event event = {.events = EPOLLIN};
  lsexport_config *config = NULL;
  char text[32];
  must(many != NULL, "memory");
  many->in_flight = in_flight;
  snprintf(text, sizeof text, "%ld", in_flight);
  lsexport_config_new(&config);
  lsexport_config_set_api_key(config, "lsv2_pt_bench", LSEXPORT_NUL_TERMINATED);
  lsexport_config_set(config, "api_root", far->root);
  lsexport_config_set(config, "queue_max_in_flight", text);
  if (far->ca_file) lsexport_config_set(config, "ca_file", far->ca_file);
  must(lsexport_client_new(config, &many->client, NULL) == LSEXPORT_OK, "a client");
  lsexport_config_free(config);
  must(lsexport_queue_new(many->client, &many->queue, NULL) == LSEXPORT_OK, "a queue");
  must(lsexport_call_new(&many->call) == LSEXPORT_OK, "a call");
  many->epoll = epoll_create1(EPOLL_CLOEXEC);
  must(epoll_ctl(many->epoll, EPOLL_CTL_ADD, lsexport_queue_descriptor(many->queue), &event) == 0, "epoll_ctl");
  return many;
}

static void submit(struct ours_many *many, long id) {
  lsexport_call_set_queue(many->call, many->queue, (uint64_t)id);
  must(lsexport_destination_get(many->client, DESTINATION_ID, many->call, NULL, NULL) == LSEXPORT_OK, "a submit");
}

static void check(const lsexport_completion *completion) {
  const lsexport_error *error = lsexport_completion_error(completion);
  if (error) fprintf(stderr, "bench: %s\n", lsexport_error_message(error));
  must(*lsexport_destination_id(lsexport_completion_destination(completion)), "a call of ours");
}

/* How many have ended. */
static long take_ended(struct ours_many *many, int timeout_ms) {
  struct epoll_event event;
  lsexport_completions *completions = NULL;
  if (epoll_wait(many->epoll, &event, 1, timeout_ms) < 1) return 0;
  must(lsexport_queue_wait(many->queue, 0, NULL, &completions, NULL) == LSEXPORT_OK, "a wait");
  long count = (long)lsexport_completions_count(completions);
  for (long i = 0; i < count; i++) check(lsexport_completions_at(completions, (size_t)i));
  lsexport_completions_free(completions);
  return count;
}

void ours_many_call(void *context, long count) {
  struct ours_many *many = context;
  long begun = 0, ended = 0;
  while (begun < many->in_flight && begun < count) submit(many, begun++);
  while (ended < count) {
    ended += take_ended(many, -1);
    while (begun < count && begun - ended < many->in_flight) submit(many, begun++);
  }
}

void ours_many_hold(struct ours_many *many, bool (*done)(void)) {
  for (long i = 0; i < many->in_flight; i++) submit(many, i);
  while (!done()) take_ended(many, HOLDING_WAIT_MS);
}

void ours_many_free(struct ours_many *many) {
  close(many->epoll);
  lsexport_call_free(many->call);
  lsexport_queue_free(many->queue);
  lsexport_client_free(many->client);
  free(many);
}
