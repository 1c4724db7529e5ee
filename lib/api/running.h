/* SPDX-License-Identifier: MIT */
/* One call: what it has taken from its handles, the flow that it is, and what it came to. A blocking call has it on its
 * stack; a queue holds it until its completion is freed. */
#ifndef LSX_API_RUNNING_H
#define LSX_API_RUNNING_H

#include "api/call.h"
#include "api/client.h"
#include "base/text.h"
#include "flow/diagnose.h"
#include "flow/ensure.h"
#include "flow/single.h"
#include "net/loop.h"

struct running {
  const char *name; /* of the call, for messages: "destination create" */
  struct flow *flow;
  struct single single;
  struct destination_operation operation; /* of the single */
  struct ensure ensure;
  struct check *check;       /* NULL: it tries no bucket */
  struct diagnose *diagnose; /* NULL: it is no diagnosis */

  /* Shared, or borrowed by a call that waits. */
  lsexport_client *client;
  lsexport_cancel *cancel;
  lsexport_credentials *credentials;
  const lsexport_destination_spec *spec;
  lsexport_destination_spec *own_spec; /* a queued call's copy */
  lsexport_tick_fn tick;
  uintptr_t userdata;
  int64_t timeout_ms; /* the call's own; 0: none */
  struct langsmith langsmith;
  struct secrets secrets;
  char workspace_line[sizeof WORKSPACE_HEADER + UUID_LENGTH];

  lsexport_queue *queue; /* NULL: its caller waits */
  uint64_t id;
  int64_t submitted_ms;
  atomic_bool unwanted; /* set by any thread: to be cancelled */
  struct running *next_of_bucket;
  struct running *next_submitted;
  struct running *next_unwanted;
  struct running *next_of_token;

  /* The result. */
  lsexport_error *error; /* why it cannot go on, or why it failed; NULL so far so good */
  lsexport_destination *destination;
  lsexport_destinations *destinations;
  lsexport_report *report; /* begun by explain */

  struct task task; /* ends with what need not be zeroed */
};

/* Begins a call in `here`, or in memory of its own when the builder says that a queue shall make it. What follows looks
 * at running->error and does nothing once it is set; running_end is due in any case. */
struct running *running_begin(struct running *here, const char *name, lsexport_client *client,
                              const lsexport_call *call, const lsexport_credentials *credentials);
/* A blocking call must have the output, a queued one must not. */
void running_check_output(struct running *running, const void *output, const char *parameter);
/* The spec that the flow may keep; NULL once something failed. */
const lsexport_destination_spec *running_keep_spec(struct running *running, const lsexport_destination_spec *spec);
void running_fail(struct running *running, lsexport_error *error);
/* The call is the one operation. made: it could be built. */
void running_be_single(struct running *running, bool made);
int64_t running_timeout_ms(const struct running *running, int64_t client_timeout_ms);
/* Those that the call does not have are NULL. */
struct outputs {
  lsexport_destination **destination;
  lsexport_destinations **destinations;
  lsexport_report **report;
};
/* Makes the call, or submits it. timeout_ms: the client's, where the call has none of its own. */
lsexport_status running_end(struct running *running, int64_t timeout_ms, struct outputs outputs,
                            lsexport_error **error_out);

/* ---- for the queue ---- */

struct job_means running_means(struct running *running, struct transport *transport);
/* The job has ended: keeps its result alone. */
void running_conclude(struct running *running);
/* Frees what it holds. */
void running_release(struct running *running);

#endif
