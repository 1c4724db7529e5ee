/* SPDX-License-Identifier: MIT */
#include "net/loop.h"

#include "base/mem.h"

#define TIMER_NONE SIZE_MAX
#define TIMERS_FIRST 64

/* ---- lists: a task stands in one at most ---- */

static void leave(struct task *task) {
  struct task_list *list = task->list;
  if (!list) return;
  *(task->before ? &task->before->after : &list->first) = task->after;
  *(task->after ? &task->after->before : &list->last) = task->before;
  task->list = NULL;
}

static void enter(struct task_list *list, struct task *task) {
  leave(task);
  task->list = list;
  task->before = list->last;
  task->after = NULL;
  *(list->last ? &list->last->after : &list->first) = task;
  list->last = task;
}

/* ---- timers: a binary heap by job_wake_ms, as it was when the task was put there ---- */

static void put(struct loop *loop, struct task *task, size_t place) {
  loop->timers[place] = task;
  task->timer = place;
}

static bool earlier(const struct task *a, const struct task *b) { return a->wake_ms < b->wake_ms; }

static void sift(struct loop *loop, struct task *task, size_t place) {
  while (place && earlier(task, loop->timers[(place - 1) / 2])) {
    put(loop, loop->timers[(place - 1) / 2], place);
    place = (place - 1) / 2;
  }
  for (size_t child; (child = 2 * place + 1) < loop->timer_count; place = child) {
    if (child + 1 < loop->timer_count && earlier(loop->timers[child + 1], loop->timers[child])) child++;
    if (!earlier(loop->timers[child], task)) break;
    put(loop, loop->timers[child], place);
  }
  put(loop, task, place);
}

static bool add_timer(struct loop *loop, struct task *task) {
  if (loop->timer_count == loop->timer_capacity) {
    size_t capacity = loop->timer_capacity ? loop->timer_capacity * 2 : TIMERS_FIRST, size = sizeof(struct task *);
    struct task **timers = mem_grow(loop->timers, loop->timer_count * size, capacity * size);
    if (!timers) return false;
    loop->timers = timers;
    loop->timer_capacity = capacity;
  }
  loop->timer_count++;
  sift(loop, task, loop->timer_count - 1);
  return true;
}

static void remove_timer(struct loop *loop, struct task *task) {
  if (task->timer == TIMER_NONE) return;
  struct task *last = loop->timers[--loop->timer_count];
  if (last != task) sift(loop, last, task->timer);
  task->timer = TIMER_NONE;
}

/* ---- tasks ---- */

static void attempt_ended(void *context) {
  struct task *task = context;
  enter(&task->loop->ready, task);
}

/* After the job has moved: where the task stands now. */
static void settle(struct loop *loop, struct task *task) {
  if (task->job.state == JOB_ENDED) {
    remove_timer(loop, task);
    if (task->begun) loop->in_flight--;
    enter(&loop->ended, task);
    return;
  }
  leave(task);
  task->wake_ms = job_wake_ms(&task->job);
  sift(loop, task, task->timer);
}

static void advance(struct loop *loop, struct task *task) {
  job_advance(&task->job);
  settle(loop, task);
}

static void begin_turn(struct loop *loop, struct task *task) {
  leave(task);
  task->begun = true;
  loop->in_flight++;
  if (task->turn_timeout_ms) job_set_timeout(&task->job, task->turn_timeout_ms);
  advance(loop, task);
}

void loop_begin(struct loop *loop, const struct world *world, struct transport *transport, size_t in_flight_max) {
  *loop = (struct loop){.world = world, .transport = transport, .in_flight_max = in_flight_max};
}

void loop_free(struct loop *loop) { mem_free(loop->timers); }

void loop_add(struct loop *loop, struct task *task, const struct job_means *means, struct flow *flow,
              int64_t deadline_ms, int64_t turn_timeout_ms) {
  struct job_means own = *means;
  own.attempt_ended = attempt_ended;
  own.context = task;
  job_begin(&task->job, &own, flow, JOB_NO_DEADLINE);
  task->job.deadline_ms = deadline_ms;
  task->loop = loop;
  task->turn_timeout_ms = turn_timeout_ms;
  task->timer = TIMER_NONE;
  task->wake_ms = job_wake_ms(&task->job);
  enter(&loop->line, task);
  if (!add_timer(loop, task)) loop_stop(loop, task, LSEXPORT_ERR_NO_MEMORY);
}

void loop_stop(struct loop *loop, struct task *task, lsexport_status status) {
  if (task->job.state == JOB_ENDED) return;
  job_stop(&task->job, status);
  settle(loop, task);
}

void loop_cancel(struct loop *loop, struct task *task) {
  if (task->job.state == JOB_ENDED) return;
  job_cancel(&task->job);
  settle(loop, task);
}

static int64_t now_ms(const struct loop *loop) { return loop->world->now_ms(loop->world->context); }

static void advance_all(struct loop *loop) {
  int64_t now = now_ms(loop);
  while (loop->timer_count && loop->timers[0]->wake_ms <= now) advance(loop, loop->timers[0]);
  while (loop->ready.first) advance(loop, loop->ready.first);
  while (loop->line.first && loop->in_flight < loop->in_flight_max) begin_turn(loop, loop->line.first);
}

int64_t loop_wake_ms(const struct loop *loop) { return loop->timer_count ? loop->timers[0]->wake_ms : INT64_MAX; }

bool loop_turn(struct loop *loop, int64_t wait_ms) {
  advance_all(loop);
  int64_t wake_ms = loop_wake_ms(loop), now = now_ms(loop);
  if (wake_ms - now < wait_ms) wait_ms = wake_ms - now;
  bool happened = loop->world->transport->wait(loop->transport, loop->ended.first ? 0 : wait_ms, -1);
  advance_all(loop);
  return happened;
}

bool loop_can_go_on(const struct loop *loop) {
  return loop->ended.first || (loop->line.first && loop->in_flight < loop->in_flight_max);
}

struct task *loop_take_ended(struct loop *loop) {
  struct task *task = loop->ended.first;
  if (task) leave(task);
  return task;
}
