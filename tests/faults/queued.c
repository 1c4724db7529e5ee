/* SPDX-License-Identifier: MIT */
#include "queued.h"

#include "complaints.h"

#include "api/call.h"

#include <poll.h>
#include <pthread.h>
#include <stdlib.h>

#define QUEUES_MAX 256

struct place {
  const lsexport_client *client; /* NULL: free */
  lsexport_queue *queue;
  bool busy;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct place places[QUEUES_MAX];
static atomic_uint_fast64_t last_id;

bool queued_run(void) { return getenv("LSEXPORT_TEST_QUEUE") != NULL; }

static struct place *take_place(const lsexport_client *client) {
  struct place *taken = NULL, *empty = NULL;
  pthread_mutex_lock(&lock);
  for (size_t i = 0; i < QUEUES_MAX && !taken; i++) {
    if (places[i].client == client && !places[i].busy) taken = &places[i];
    if (!places[i].client && !empty) empty = &places[i];
  }
  if (!taken) taken = empty;
  if (!taken) abort();
  taken->client = client;
  taken->busy = true;
  pthread_mutex_unlock(&lock);
  return taken;
}

static void give_place(struct place *place) {
  pthread_mutex_lock(&lock);
  place->busy = false;
  if (!place->queue) place->client = NULL;
  pthread_mutex_unlock(&lock);
}

void queued_end(const lsexport_client *client) {
  if (!client) return;
  for (size_t i = 0; i < QUEUES_MAX; i++) {
    if (places[i].client != client) continue;
    lsexport_queue_free(places[i].queue);
    places[i] = (struct place){0};
  }
}

/* What of the builder a queued call may have: a tick is for the waiting. */
static lsexport_call *queued_builder(const lsexport_call *call, lsexport_queue *queue, uint64_t id) {
  lsexport_call *own = NULL;
  if (lsexport_call_new(&own)) abort();
  if (call) {
    lsexport_call_set_timeout_ms(own, call->timeout_ms);
    lsexport_call_set_cancel(own, call->cancel);
    if (call->has_workspace_id) lsexport_call_set_workspace_id(own, call->workspace_id);
  }
  lsexport_call_set_queue(own, queue, id);
  return own;
}

static lsexport_completions *wait_for_one(lsexport_queue *queue, const lsexport_call *call) {
  lsexport_completions *completions = NULL;
  while (!completions) {
    if (call && call->tick) {
      if (lsexport_queue_wait(queue, -1, call, &completions, NULL) == LSEXPORT_ERR_CANCELLED)
        lsexport_queue_close(queue);
      continue;
    }
    struct pollfd poller = {.fd = lsexport_queue_descriptor(queue), .events = POLLIN};
    if (poll(&poller, 1, -1) != 1) continue; /* a signal */
    if (lsexport_queue_wait(queue, 0, NULL, &completions, NULL)) abort();
  }
  return completions;
}

static struct outcome take_outcome(lsexport_completions *completions, uint64_t id) {
  const lsexport_completion *completion = lsexport_completions_at(completions, 0);
  if (lsexport_completions_count(completions) != 1 || lsexport_completion_id(completion) != id)
    complain("%zu completions, the first for call %d", lsexport_completions_count(completions),
             (int)lsexport_completion_id(completion));
  return (struct outcome){
      .status = lsexport_completion_status(completion),
      .error = (lsexport_error *)(uintptr_t)lsexport_completion_error(completion),
      .destination = (lsexport_destination *)(uintptr_t)lsexport_completion_destination(completion),
      .list = (lsexport_destinations *)(uintptr_t)lsexport_completion_destinations(completion),
      .completions = completions,
  };
}

struct outcome queued_call(lsexport_client *client, const lsexport_call *call, queued_submit_fn submit, void *context) {
  struct outcome outcome = {0};
  struct place *place = take_place(client);
  if (!place->queue) outcome.status = lsexport_queue_new(client, &place->queue, &outcome.error);
  if (place->queue) {
    uint64_t id = atomic_fetch_add(&last_id, 1) + 1;
    lsexport_call *own = queued_builder(call, place->queue, id);
    outcome.status = submit(context, own, &outcome.error);
    lsexport_call_free(own);
    if (!outcome.status) outcome = take_outcome(wait_for_one(place->queue, call), id);
    bool closed = call && call->tick && outcome.status == LSEXPORT_ERR_CANCELLED;
    if (lsexport_queue_count(place->queue)) complain("the queue is not empty");
    if (closed) {
      lsexport_queue_free(place->queue);
      place->queue = NULL;
    }
  }
  give_place(place);
  return outcome;
}
