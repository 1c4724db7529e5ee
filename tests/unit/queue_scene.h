/* SPDX-License-Identifier: MIT */
/* A queue over a scripted network, as the tests of queues share it, and small words for it. */
#ifndef LSX_TESTS_QUEUE_SCENE_H
#define LSX_TESTS_QUEUE_SCENE_H

#include "fixtures.h"

#define LIMIT 4 /* calls of the queue under way at once */

extern struct scene scene;
extern lsexport_queue *queue;
extern lsexport_completions *completions; /* of the wait made last */

void queue_setup(void);
/* Looks that no token is watched any more. */
void queue_teardown(void);

/* A builder for calls with that id; the caller frees it. */
lsexport_call *call_for(uint64_t id);
void submit_get(uint64_t id);
/* Waits, and says how many completions came. */
size_t wait_ms(int64_t timeout_ms);
uint64_t id_at(size_t index);
lsexport_status status_at(size_t index);
const lsexport_error *error_at(size_t index);
/* The queue has something to do at once. */
bool is_readable(void);
/* A submit was refused with these words, and is not in the queue. Frees the error. */
void assert_refused(lsexport_status status, lsexport_error *error, lsexport_status expected, const char *words);

#endif
