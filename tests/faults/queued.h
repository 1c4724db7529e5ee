/* SPDX-License-Identifier: MIT */
/* The same calls over a queue: with LSEXPORT_TEST_QUEUE in the environment every test of faults makes them so. */
#ifndef LSX_TESTS_QUEUED_H
#define LSX_TESTS_QUEUED_H

#include "caller.h"

/* Whether this run is one over queues. */
bool queued_run(void);

/* A call that is submitted with the builder, or why not. */
typedef lsexport_status (*queued_submit_fn)(void *context, const lsexport_call *call, lsexport_error **error_out);
/* Submits and waits for the completion as a program would: behind the queue's descriptor, or, where the call has a tick,
 * within the queue. Each call that is under way has a queue of its own; the one used last serves the next. */
struct outcome queued_call(lsexport_client *client, const lsexport_call *call, queued_submit_fn submit, void *context);
/* Frees the client's queues, before the client. */
void queued_end(const lsexport_client *client);

#endif
