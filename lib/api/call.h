/* SPDX-License-Identifier: MIT */
/* How one call is made, and the frame that every blocking call runs in. */
#ifndef LSX_API_CALL_H
#define LSX_API_CALL_H

#include "api/client.h"
#include "base/text.h"
#include "net/wake.h"

#include <lsexport/call.h>

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
};

lsexport_cancel *cancel_share(lsexport_cancel *cancel);

/* What a call has taken from its handles. Wiped of references by frame_end. */
struct frame {
  lsexport_client *client;
  const lsexport_call *call;
  lsexport_cancel *cancel;
  struct langsmith langsmith;
  struct secrets secrets;
};

/* NULL when the call may go on, else why not. name: of the call, for the error. frame_end is due in both cases. */
lsexport_error *frame_begin(struct frame *frame, const char *name, lsexport_client *client, const lsexport_call *call,
                            const lsexport_credentials *credentials);
/* Runs the flow to its end; its error, finished. timeout_ms: the client's, where the call has none of its own. */
lsexport_error *frame_run(struct frame *frame, struct flow *flow, int64_t timeout_ms);
int64_t frame_timeout_ms(const struct frame *frame, int64_t client_timeout_ms);
/* Ends the call: gives back what it took, and hands over the error. */
lsexport_status frame_end(struct frame *frame, lsexport_error *error, lsexport_error **error_out);

#endif
