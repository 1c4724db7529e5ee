/* SPDX-License-Identifier: MIT */
/* Many jobs over one transport, on one thread: who may begin, who can go on, whose time has come. */
#ifndef LSX_NET_LOOP_H
#define LSX_NET_LOOP_H

#include "net/engine.h"

#include <stddef.h>

struct task_list {
  struct task *first;
  struct task *last;
};

/* A job in a loop. */
struct task {
  struct loop *loop;
  int64_t turn_timeout_ms; /* counts from its turn; 0: it has a deadline already */
  bool begun;              /* it has had its turn */
  int64_t wake_ms;         /* when its time comes */
  size_t timer;            /* its place among the timers */
  struct task_list *list;  /* where it stands; NULL: it waits for the network or for its time */
  struct task *before;
  struct task *after;
  struct job job;
};

struct loop {
  const struct world *world;
  struct transport *transport;
  size_t in_flight; /* begun, and not ended */
  size_t in_flight_max;
  struct task_list line;  /* those that wait for their turn, first come first */
  struct task_list ready; /* those whose attempt has ended */
  struct task_list ended;
  struct task **timers; /* a heap: the first is due first */
  size_t timer_count;
  size_t timer_capacity;
};

void loop_begin(struct loop *loop, const struct world *world, struct transport *transport, size_t in_flight_max);
void loop_free(struct loop *loop);
/* The task waits for its turn until deadline_ms (INT64_MAX: as long as it takes), and then has turn_timeout_ms, unless
 * that is 0. It ends, as all others do, in loop->ended. */
void loop_add(struct loop *loop, struct task *task, const struct job_means *means, struct flow *flow,
              int64_t deadline_ms, int64_t turn_timeout_ms);
/* Ends it so, unless it has ended. */
void loop_stop(struct loop *loop, struct task *task, lsexport_status status);
void loop_cancel(struct loop *loop, struct task *task);
/* Does all that can be done now, then waits at most so long. False when nothing happened. */
bool loop_turn(struct loop *loop, int64_t wait_ms);
/* When loop_turn must be called though nothing came; INT64_MAX: never. */
int64_t loop_wake_ms(const struct loop *loop);
/* There is something to do, or to take, at once. */
bool loop_can_go_on(const struct loop *loop);
/* Takes the first that has ended; NULL: none. */
struct task *loop_take_ended(struct loop *loop);

#endif
