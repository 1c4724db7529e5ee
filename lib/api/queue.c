/* SPDX-License-Identifier: MIT */
/* The queue: any thread puts calls and cancels into its box; the one that waits empties the box, drives the loop, and
 * hands out what has ended. */
#include "api/queue.h"

#include "api/report.h"
#include "base/mem.h"

#include <errno.h>
#include <stddef.h>

#define BUCKET_COUNT 1024
#define ROUNDS_MAX 16 /* of a wait whose time is over: then its host has a turn, whatever else has come */

/* A cancel token that calls in the queue carry. */
struct token {
  lsexport_cancel *cancel;
  size_t users;
  struct token *next;
};

struct lsexport_queue {
  atomic_int owners;
  atomic_size_t count; /* completions that are still to be handed out */
  lsexport_client *client;

  /* Of the thread that waits. */
  atomic_flag waiting;
  struct loop loop;
  struct token *tokens;

  pthread_mutex_t lock; /* over what follows */
  bool closed;
  bool woken; /* wake is set */
  struct wake wake;
  struct running *submitted; /* the last first */
  struct running *unwanted;
  struct running *buckets[BUCKET_COUNT]; /* by id: all that were not handed out */
};

struct lsexport_completions {
  size_t count;
  struct running *items[];
};

static struct running *running_of(struct task *task) {
  return (struct running *)((char *)task - offsetof(struct running, task));
}

/* ---- the box: any thread ---- */

static void wake(lsexport_queue *queue) {
  if (!queue->woken) wake_set(&queue->wake);
  queue->woken = true;
}

static struct running **bucket_of(lsexport_queue *queue, uint64_t id) {
  return &queue->buckets[(id ^ id >> 32) % BUCKET_COUNT];
}

lsexport_error *queue_submit(struct running *running, int64_t client_timeout_ms) {
  lsexport_queue *queue = running->queue;
  const struct world *world = running->client->world;
  running->submitted_ms = world->now_ms(world->context);
  running->task.turn_timeout_ms = running->timeout_ms ? 0 : client_timeout_ms;
  pthread_mutex_lock(&queue->lock);
  bool closed = queue->closed;
  if (!closed) {
    struct running **bucket = bucket_of(queue, running->id);
    running->next_of_bucket = *bucket;
    *bucket = running;
    running->next_submitted = queue->submitted;
    queue->submitted = running;
    atomic_fetch_add(&queue->count, 1);
    wake(queue);
  }
  pthread_mutex_unlock(&queue->lock);
  return closed ? error_new(LSEXPORT_ERR_INVALID_STATE, NULL) : NULL;
}

static void mark_unwanted(lsexport_queue *queue, struct running *running) {
  if (atomic_exchange(&running->unwanted, true)) return;
  running->next_unwanted = queue->unwanted;
  queue->unwanted = running;
  wake(queue);
}

static bool is_usable(const lsexport_queue *queue) { return queue && !client_is_foreign(queue->client); }

void lsexport_queue_cancel(lsexport_queue *queue, uint64_t id) {
  if (!is_usable(queue)) return;
  pthread_mutex_lock(&queue->lock);
  for (struct running *running = *bucket_of(queue, id); running; running = running->next_of_bucket)
    if (running->id == id) mark_unwanted(queue, running);
  pthread_mutex_unlock(&queue->lock);
}

void lsexport_queue_close(lsexport_queue *queue) {
  if (!is_usable(queue)) return;
  pthread_mutex_lock(&queue->lock);
  queue->closed = true;
  for (size_t i = 0; i < BUCKET_COUNT; i++)
    for (struct running *running = queue->buckets[i]; running; running = running->next_of_bucket)
      mark_unwanted(queue, running);
  pthread_mutex_unlock(&queue->lock);
}

size_t lsexport_queue_count(const lsexport_queue *queue) { return queue ? atomic_load(&queue->count) : 0; }

int32_t lsexport_queue_descriptor(const lsexport_queue *queue) {
  return queue ? queue->client->world->transport->descriptor(queue->loop.transport) : -1;
}

/* ---- tokens: watched while calls carry them ---- */

static struct token *watch_token(lsexport_queue *queue, lsexport_cancel *cancel) {
  struct token *token = queue->tokens;
  while (token && token->cancel != cancel) token = token->next;
  if (!token) {
    token = mem_alloc(sizeof *token);
    if (!token) return NULL;
    if (!queue->loop.world->transport->watch(queue->loop.transport, cancel->wake.descriptor)) {
      mem_free(token);
      return NULL;
    }
    token->cancel = cancel_share(cancel);
    token->next = queue->tokens;
    queue->tokens = token;
  }
  token->users++;
  return token;
}

static void forget_token(lsexport_queue *queue, const lsexport_cancel *cancel) {
  struct token **place = &queue->tokens;
  while (*place && (*place)->cancel != cancel) place = &(*place)->next;
  struct token *token = *place;
  if (!token || --token->users) return;
  *place = token->next;
  queue->loop.world->transport->forget(queue->loop.transport, token->cancel->wake.descriptor);
  lsexport_cancel_free(token->cancel);
  mem_free(token);
}

/* They are found first: cancelling moves them. */
static void cancel_carriers(lsexport_queue *queue, const lsexport_cancel *cancel) {
  struct running *found = NULL;
  for (size_t i = 0; i < queue->loop.timer_count; i++) {
    struct running *running = running_of(queue->loop.timers[i]);
    if (running->cancel != cancel) continue;
    running->next_of_token = found;
    found = running;
  }
  for (; found; found = found->next_of_token) loop_cancel(&queue->loop, &found->task);
}

static void look_at_tokens(lsexport_queue *queue) {
  for (struct token *token = queue->tokens; token; token = token->next)
    if (wake_is_set(&token->cancel->wake)) cancel_carriers(queue, token->cancel);
}

/* ---- the thread that waits ---- */

struct box {
  struct running *submitted; /* the first first */
  struct running *unwanted;
};

/* Under the lock. */
static struct box take_box(lsexport_queue *queue) {
  struct box box = {.unwanted = queue->unwanted};
  while (queue->submitted) {
    struct running *running = queue->submitted;
    queue->submitted = running->next_submitted;
    running->next_submitted = box.submitted;
    box.submitted = running;
  }
  queue->unwanted = NULL;
  if (queue->woken) wake_clear(&queue->wake);
  queue->woken = false;
  return box;
}

static void begin(lsexport_queue *queue, struct running *running) {
  struct job_means means = running_means(running, queue->loop.transport);
  int64_t deadline_ms = running->timeout_ms ? running->submitted_ms + running->timeout_ms : INT64_MAX;
  loop_add(&queue->loop, &running->task, &means, running->flow, deadline_ms, running->task.turn_timeout_ms);
  if (!running->cancel) return;
  if (!watch_token(queue, running->cancel))
    loop_stop(&queue->loop, &running->task, LSEXPORT_ERR_NO_MEMORY);
  else if (wake_is_set(&running->cancel->wake))
    loop_cancel(&queue->loop, &running->task);
}

static void empty(lsexport_queue *queue, const struct box *box) {
  for (struct running *running = box->submitted, *next; running; running = next) {
    next = running->next_submitted;
    begin(queue, running);
  }
  for (struct running *running = box->unwanted; running; running = running->next_unwanted)
    loop_cancel(&queue->loop, &running->task);
}

static void empty_box(lsexport_queue *queue) {
  pthread_mutex_lock(&queue->lock);
  struct box box = take_box(queue);
  pthread_mutex_unlock(&queue->lock);
  empty(queue, &box);
}

static void unlink_id(lsexport_queue *queue, const struct running *running) {
  struct running **place = bucket_of(queue, running->id);
  while (*place != running) place = &(*place)->next_of_bucket;
  *place = running->next_of_bucket;
}

static struct running *take_ended(lsexport_queue *queue) {
  struct task *task = loop_take_ended(&queue->loop);
  if (!task) return NULL;
  struct running *running = running_of(task);
  if (running->cancel) forget_token(queue, running->cancel);
  running_conclude(running);
  return running;
}

static lsexport_error *hand_out(lsexport_queue *queue, lsexport_completions **completions_out) {
  size_t count = 0;
  for (const struct task *task = queue->loop.ended.first; task; task = task->after) count++;
  if (!count) {
    *completions_out = NULL;
    return NULL;
  }
  lsexport_completions *completions = mem_alloc(sizeof *completions + count * sizeof(struct running *));
  if (!completions) return error_no_memory(LSEXPORT_APPLIED_NO);
  for (size_t i = 0; i < count; i++) completions->items[completions->count++] = take_ended(queue);
  pthread_mutex_lock(&queue->lock);
  for (size_t i = 0; i < count; i++) unlink_id(queue, completions->items[i]);
  struct box box = take_box(queue); /* nobody can find them any more: the last cancels are in it */
  atomic_fetch_sub(&queue->count, count);
  pthread_mutex_unlock(&queue->lock);
  empty(queue, &box);
  *completions_out = completions;
  return NULL;
}

static bool is_interrupted(const lsexport_call *call, int64_t now_ms, int64_t *ticked_ms) {
  if (call->cancel && wake_is_set(&call->cancel->wake)) return true;
  if (!call->tick || now_ms - *ticked_ms < TICK_INTERVAL_MS) return false;
  *ticked_ms = now_ms;
  return call->tick(call->userdata) != 0;
}

/* Who polls for edges would not see that there is more. */
static void wake_from_here(lsexport_queue *queue) {
  pthread_mutex_lock(&queue->lock);
  wake(queue);
  pthread_mutex_unlock(&queue->lock);
}

/* Turns until something has ended or the time is over; true when it was interrupted. */
static bool turn(lsexport_queue *queue, int64_t timeout_ms, const lsexport_call *call) {
  struct loop *loop = &queue->loop;
  const struct world *world = loop->world;
  int64_t begun = world->now_ms(world->context), ticked = begun, now = begun;
  bool happened = true;
  for (int rounds = 0;; rounds++) {
    empty_box(queue);
    look_at_tokens(queue);
    if (loop->ended.first) return false;
    if (call && is_interrupted(call, now, &ticked)) return true;
    int64_t left = timeout_ms < 0 ? INT64_MAX : timeout_ms - (now - begun);
    if (!atomic_load(&queue->count)) left = 0; /* nothing to wait for; but idle connections may have ended */
    if (left <= 0 && !happened) return false;
    if (left <= 0 && rounds > ROUNDS_MAX) {
      wake_from_here(queue);
      return false;
    }
    int64_t wait_ms = left > 0 ? left : 0;
    if (call && call->tick && wait_ms > TICK_INTERVAL_MS) wait_ms = TICK_INTERVAL_MS;
    happened = loop_turn(loop, wait_ms);
    now = world->now_ms(world->context);
  }
}

/* Before control goes back: the descriptor tells when there is more to do. */
static void rest(lsexport_queue *queue) {
  struct loop *loop = &queue->loop;
  if (loop_can_go_on(loop)) wake_from_here(queue);
  loop->world->transport->arm(loop->transport, loop_wake_ms(loop));
}

static lsexport_error *wait_for(lsexport_queue *queue, int64_t timeout_ms, const lsexport_call *call,
                                lsexport_completions **completions_out) {
  lsexport_cancel *cancel = call ? call->cancel : NULL;
  if (cancel && !watch_token(queue, cancel)) return error_no_memory(LSEXPORT_APPLIED_NO);
  bool interrupted = turn(queue, timeout_ms, call);
  lsexport_error *error = interrupted ? error_new(LSEXPORT_ERR_CANCELLED, NULL) : hand_out(queue, completions_out);
  if (cancel) forget_token(queue, cancel);
  rest(queue);
  return error;
}

static lsexport_error *check_wait(const lsexport_queue *queue, const lsexport_call *call,
                                  lsexport_completions *const *completions_out) {
  if (!queue) return error_new_argument("queue");
  if (!completions_out) return error_new_argument("completions_out");
  if (client_is_foreign(queue->client)) return error_new(LSEXPORT_ERR_FORKED, NULL);
  return call && call->failure ? error_of_builder(call->failure, call->failed_parameter) : NULL;
}

lsexport_status lsexport_queue_wait(lsexport_queue *queue, int64_t timeout_ms, const lsexport_call *call,
                                    lsexport_completions **completions_out, lsexport_error **error_out) {
  lsexport_error *error = check_wait(queue, call, completions_out);
  if (error) return report(error, error_out);
  if (atomic_flag_test_and_set(&queue->waiting)) return report(error_new(LSEXPORT_ERR_INVALID_STATE, NULL), error_out);
  error = wait_for(queue, timeout_ms, call, completions_out);
  atomic_flag_clear(&queue->waiting);
  return report(error, error_out);
}

/* ---- its life ---- */

static void destroy(lsexport_queue *queue) {
  const struct transport_ops *transport = queue->client->world->transport;
  bool foreign = client_is_foreign(queue->client);
  if (queue->loop.transport) (foreign ? transport->abandon : transport->close)(queue->loop.transport);
  if (queue->wake.descriptor >= 0) wake_close(&queue->wake);
  loop_free(&queue->loop);
  lsexport_client_free(queue->client);
  queue->client = NULL;
  queue_release(queue);
}

static bool open_queue(lsexport_queue *queue) {
  const lsexport_client *client = queue->client;
  if (!wake_open(&queue->wake)) return false;
  struct transport *transport = client->world->transport->open(client->world->context, &client->transport, true);
  loop_begin(&queue->loop, client->world, transport, client->queue_max_in_flight);
  return transport && client->world->transport->watch(transport, queue->wake.descriptor);
}

static lsexport_error *no_descriptors(void) {
  struct verdict verdict = classify_status(LSEXPORT_ERR_NO_MEMORY);
  verdict.cause = LSEXPORT_CAUSE_NO_DESCRIPTORS;
  verdict.remedy = "Close files or connections, or raise the process's limit of open files (ulimit -n).";
  return error_new_verdict(&verdict, NULL);
}

lsexport_status lsexport_queue_new(lsexport_client *client, lsexport_queue **queue_out, lsexport_error **error_out) {
  if (!client) return report(error_new_argument("client"), error_out);
  if (!queue_out) return report(error_new_argument("queue_out"), error_out);
  if (client_is_foreign(client)) return report(error_new(LSEXPORT_ERR_FORKED, NULL), error_out);
  lsexport_queue *queue = mem_alloc(sizeof *queue);
  if (!queue) return report(error_no_memory(LSEXPORT_APPLIED_NO), error_out);
  atomic_init(&queue->owners, 1);
  atomic_init(&queue->count, 0);
  atomic_flag_clear(&queue->waiting);
  pthread_mutex_init(&queue->lock, NULL); /* cannot fail: a default mutex holds no resource */
  queue->client = client_share(client);
  errno = 0;
  if (!open_queue(queue)) {
    bool descriptors = errno == EMFILE;
    destroy(queue);
    return report(descriptors ? no_descriptors() : error_no_memory(LSEXPORT_APPLIED_NO), error_out);
  }
  *queue_out = queue;
  return LSEXPORT_OK;
}

lsexport_queue *queue_share(lsexport_queue *queue) {
  if (queue) atomic_fetch_add(&queue->owners, 1);
  return queue;
}

void queue_release(lsexport_queue *queue) {
  if (!queue || atomic_fetch_sub(&queue->owners, 1) != 1) return;
  pthread_mutex_destroy(&queue->lock);
  mem_free(queue);
}

bool queue_serves(const lsexport_queue *queue, const lsexport_client *client) {
  return !queue->client || queue->client == client;
}

static void drop(struct running *running) {
  running_release(running);
  mem_free(running);
}

void lsexport_queue_free(lsexport_queue *queue) {
  if (!queue) return;
  if (!client_is_foreign(queue->client)) {
    lsexport_queue_close(queue);
    empty_box(queue);
    for (struct running *running; (running = take_ended(queue));) drop(running);
  }
  destroy(queue);
}

/* ---- completions ---- */

size_t lsexport_completions_count(const lsexport_completions *completions) {
  return completions ? completions->count : 0;
}

const lsexport_completion *lsexport_completions_at(const lsexport_completions *completions, size_t index) {
  return index < lsexport_completions_count(completions) ? (const lsexport_completion *)completions->items[index]
                                                         : NULL;
}

void lsexport_completions_free(lsexport_completions *completions) {
  for (size_t i = 0; i < lsexport_completions_count(completions); i++) drop(completions->items[i]);
  mem_free(completions);
}

static const struct running *ended(const lsexport_completion *completion) { return (const struct running *)completion; }

uint64_t lsexport_completion_id(const lsexport_completion *completion) {
  return completion ? ended(completion)->id : 0;
}

lsexport_status lsexport_completion_status(const lsexport_completion *completion) {
  return completion ? lsexport_error_status(ended(completion)->error) : LSEXPORT_ERR_INVALID_ARGUMENT;
}

const lsexport_error *lsexport_completion_error(const lsexport_completion *completion) {
  return completion ? ended(completion)->error : NULL;
}

const lsexport_destination *lsexport_completion_destination(const lsexport_completion *completion) {
  return completion ? ended(completion)->destination : NULL;
}

const lsexport_destinations *lsexport_completion_destinations(const lsexport_completion *completion) {
  return completion ? ended(completion)->destinations : NULL;
}

const lsexport_report *lsexport_completion_report(const lsexport_completion *completion) {
  return completion ? ended(completion)->report : NULL;
}
