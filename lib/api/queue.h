/* SPDX-License-Identifier: MIT */
/* A queue, as calls and builders see it. */
#ifndef LSX_API_QUEUE_H
#define LSX_API_QUEUE_H

#include "api/running.h"

#include <lsexport/queue.h>

/* Both take NULL. A queue that its owner has freed takes no more calls, and is gone with the last builder. */
lsexport_queue *queue_share(lsexport_queue *queue);
void queue_release(lsexport_queue *queue);
/* False for another's client. One that its owner has freed says so when a call is submitted. */
bool queue_serves(const lsexport_queue *queue, const lsexport_client *client);
/* Takes the call over, to be made with its own timeout or, counted from its turn, the client's. Else says why not. */
lsexport_error *queue_submit(struct running *running, int64_t client_timeout_ms);

#endif
