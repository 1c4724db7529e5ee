/* SPDX-License-Identifier: MIT */
/* What the engine drives. An operation is one request and the reading of its answer; a flow is a sequence of them, of
 * which several may run side by side. Both are pure: no I/O, no clock, no libcurl. A single call is a flow of one
 * operation (flow/single.c). */
#ifndef LSX_NET_FLOW_H
#define LSX_NET_FLOW_H

#include "error/error.h"
#include "net/transport.h"

#include <stdbool.h>
#include <stdint.h>

struct operation {
  struct request request;
  bool repeatable;    /* may be sent twice */
  bool writes;        /* a failure may leave it applied */
  bool maybe_applied; /* set by the engine: an attempt whose answer was not seen may have been */
  int64_t timeout_ms; /* its own share of the call's time; 0: all of it */
  /* For what takes long to read: OK, or the status to end with. Set by the engine. */
  lsexport_status (*interrupted)(void *context);
  void *interrupted_context;
  /* Reads a whole answer, of any HTTP status. NULL when it is what was asked for, then held by the operation; else the
   * error, unfinished. A 2xx that fails may set applied to YES; the engine sets it otherwise. */
  lsexport_error *(*conclude)(struct operation *operation, const struct response *response,
                              const struct secrets *secrets);
  struct operation *beside; /* in a step: begun together with it; NULL: no further one */
};

enum flow_event_kind {
  FLOW_BEGUN,
  FLOW_OPERATION_ENDED, /* error: NULL, or why; applied is set */
  FLOW_PAUSE_ENDED,
  FLOW_STOPPED /* deadline or cancel: the flow must end now. error: why */
};

struct flow_event {
  enum flow_event_kind kind;
  struct operation *operation; /* that has ended */
  lsexport_error *error;       /* the flow's from now on */
  int64_t left_ms;             /* until the call's deadline */
  int64_t unix_s;              /* the wall clock */
};

enum flow_wish {
  FLOW_OPERATION,
  FLOW_PAUSE,     /* while no operation runs */
  FLOW_WAIT_MORE, /* for those that still run */
  FLOW_END        /* what still runs is aborted */
};

struct flow_step {
  enum flow_wish wish;
  struct operation *operation; /* the flow's; begun at once, with those beside it */
  int64_t pause_ms;
  lsexport_error *error; /* with END: NULL for success; the engine's from now on */
};

struct flow {
  const char *name; /* static, the call's: "destination create", for messages and the log */
  struct flow_step (*next)(struct flow *flow, const struct flow_event *event);
  bool repeatable; /* the whole call may be made again without doubling anything */
};

#endif
