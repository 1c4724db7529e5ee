/* SPDX-License-Identifier: MIT */
/* How one call is made. */
#ifndef LSX_API_CALL_H
#define LSX_API_CALL_H

#include "net/wake.h"

#include <lsexport/queue.h>

#include <stdatomic.h>
#include <stdbool.h>

#define CALL_TIMEOUT_MAX_MS (365LL * 24 * 3600 * 1000) /* who says more means for ever; a deadline is a sum */

struct lsexport_cancel {
  atomic_int owners;
  struct wake wake;
};

struct lsexport_call {
  lsexport_status failure; /* the first setter that failed */
  const char *failed_parameter;
  int64_t timeout_ms;
  lsexport_cancel *cancel;
  lsexport_tick_fn tick;
  uintptr_t userdata;
  bool has_workspace_id;
  char *workspace_id; /* NULL though has_workspace_id: NULL was given */
  lsexport_queue *queue;
  uint64_t id;
};

lsexport_cancel *cancel_share(lsexport_cancel *cancel);

#endif
