/* SPDX-License-Identifier: MIT */
/* Time and failure: attempts, back-off, one deadline over everything, cancel. A job is one call; it is advanced by
 * whoever owns its transport (job_run for a blocking call, net/loop.h for many), and never blocks by itself. */
#ifndef LSX_NET_ENGINE_H
#define LSX_NET_ENGINE_H

#include "net/flow.h"
#include "net/log.h"
#include "net/retry.h"
#include "net/wake.h"

#include <lsexport/call.h>

#include <stdatomic.h>

#define TICK_INTERVAL_MS 50 /* half of what the header promises */
#define JOB_NO_DEADLINE INT64_MAX

struct engine_settings {
  int attempts_max;
  int64_t retry_after_max_ms;
  struct log_sink log;
};

/* How a job is ended from outside. */
struct job_waiting {
  const struct wake *cancel;   /* NULL: none */
  const atomic_bool *unwanted; /* set by any thread; NULL: none */
  lsexport_tick_fn tick;       /* NULL: none */
  uintptr_t userdata;
};

/* What a job borrows for as long as it runs. */
struct job_means {
  const struct world *world;
  struct transport *transport;
  const struct engine_settings *settings;
  struct retry_budget *budget;
  const struct secrets *secrets;
  struct job_waiting waiting;
  void (*attempt_ended)(void *context); /* the job can be advanced; NULL: nobody asks */
  void *context;
};

/* Its last bytes, most of a job: nobody reads them before they are written. */
#define JOB_UNREAD (4 * RESPONSE_HEADER_MAX)

enum strand_state { STRAND_IDLE, STRAND_SENDING, STRAND_BACKING_OFF };

/* An operation that runs: its attempts, one after the other. */
struct strand {
  struct strand *next; /* of the job's; kept until the job has ended */
  struct job *job;
  struct operation *operation;
  enum strand_state state;
  int attempts;
  int retry_cost; /* of the last retry */
  int64_t deadline_ms;
  int64_t resume_ms; /* end of the back-off */
  struct exchange exchange;
};

enum job_state { JOB_READY, JOB_RUNNING, JOB_PAUSED, JOB_ENDED };

struct job {
  struct job_means means;
  struct flow *flow;
  enum job_state state;
  int attempts; /* of the call */
  int64_t begun_ms;
  int64_t ticked_ms;
  int64_t deadline_ms;
  int64_t resume_ms;     /* end of the pause */
  bool cancelled;        /* nothing new is begun */
  bool starved;          /* there was no memory for a strand */
  lsexport_error *error; /* once ended: NULL for success; finished */
  struct strand strand;  /* the first of a list; most flows need no other */
};

/* The job is zeroed, but for JOB_UNREAD. Nothing is sent before the first advance. timeout_ms counts from here; JOB_NO_DEADLINE: none until
 * job_set_timeout. */
void job_begin(struct job *job, const struct job_means *means, struct flow *flow, int64_t timeout_ms);
void job_set_timeout(struct job *job, int64_t timeout_ms);
/* Does all that can be done now. */
void job_advance(struct job *job);
/* When job_advance must be called again though nothing came; INT64_MAX: never. */
int64_t job_wake_ms(const struct job *job);
/* Ends it with that status, unless the flow has its result already. */
void job_stop(struct job *job, lsexport_status status);
/* The same with CANCELLED; an answer that has come is not thrown away. */
void job_cancel(struct job *job);

/* The blocking driver: advances and waits until the job has ended. */
void job_run(struct job *job);

#endif
