/* SPDX-License-Identifier: MIT */
/* Many calls at once on one thread: calls are submitted, and their completions handed out in batches. */
#ifndef LSEXPORT_QUEUE_H
#define LSEXPORT_QUEUE_H

#include <lsexport/destination.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- a queue. Submitting and cancelling: any thread, at any time. lsexport_queue_wait: one thread at a time; it is
 * what makes the calls advance, so it must be called until the queue is empty. The queue starts no thread and calls
 * nobody but the client's log. ---- */

/** Makes a queue for calls of this client, and keeps its own reference to it. The caller frees the queue. Its options
 * are the client's: queue_max_in_flight, queue_max_host_connections. It holds five file descriptors at most, two more for
 * each 64 calls under way beyond the first 64, and those of its connections. Returns OK, INVALID_ARGUMENT, FORKED or
 * NO_MEMORY; with LSEXPORT_CAUSE_NO_DESCRIPTORS when the process has no descriptors left. Since: 0.1. */
LSEXPORT_API lsexport_status lsexport_queue_new(lsexport_client *client, lsexport_queue **queue_out,
                                                lsexport_error **error_out);

/** Makes the calls that take this builder be submitted instead of made, under an id of the caller's choice. Such a call
 * copies its arguments and returns at once. When it returns OK there will be exactly one completion with the id; else
 * there is none: what it refuses before anything is sent, INVALID_STATE when the queue is closed, INVALID_ARGUMENT when
 * an output but error_out is not NULL, the client is not the queue's, or the builder has a tick. A timeout of the
 * builder counts from here; the client's own counts from the call's turn. The builder may be used again, also with
 * another id. A NULL queue: calls are made as usual. Returns OK, or INVALID_ARGUMENT for a NULL call. Since: 0.1. */
LSEXPORT_API lsexport_status lsexport_call_set_queue(lsexport_call *call, lsexport_queue *queue, uint64_t id);

/** A descriptor for poll, epoll or any event loop: readable when lsexport_queue_wait has something to do. It stays
 * readable until then. The queue's own: to be neither read nor closed. -1 for NULL. Any thread. Since: 0.1. */
LSEXPORT_API int32_t lsexport_queue_descriptor(const lsexport_queue *queue);

/** Lets the calls advance, and waits until one has ended, timeout_ms at most: 0 looks and returns, below 0 has no limit.
 * Hands out all completions there are; the caller frees them. completions_out is set to NULL when there are none: the
 * time is over, or the queue is empty. call: NULL, or whose token and tick end the waiting with CANCELLED; the calls in
 * the queue go on. A host with an edge-triggered poller calls it with 0 until there are none.
 * Returns OK, INVALID_ARGUMENT, INVALID_STATE (another thread is waiting), CANCELLED, FORKED or NO_MEMORY; on failure no
 * completion is lost. Since: 0.1. */
LSEXPORT_API lsexport_status lsexport_queue_wait(lsexport_queue *queue, int64_t timeout_ms, const lsexport_call *call,
                                                 lsexport_completions **completions_out, lsexport_error **error_out);

/** Ends the calls with this id: their completions say CANCELLED, unless they had ended already. Unknown ids are ignored.
 * Any thread. Since: 0.1. */
LSEXPORT_API void lsexport_queue_cancel(lsexport_queue *queue, uint64_t id);

/** Ends all calls as lsexport_queue_cancel does, and takes no more. Completions can still be waited for. Any thread, any
 * number of times. NULL is ignored. Since: 0.1. */
LSEXPORT_API void lsexport_queue_close(lsexport_queue *queue);

/** How many completions are still to be handed out. 0 for NULL. Any thread. Since: 0.1. */
LSEXPORT_API size_t lsexport_queue_count(const lsexport_queue *queue);

/** Frees the queue. Calls in it end without a completion; what they had sent may have been applied: close the queue and
 * wait until it is empty to know. Never blocks on the network. NULL is ignored. No thread may be using it. Since: 0.1. */
LSEXPORT_API void lsexport_queue_free(lsexport_queue *queue);

/* ---- completions: immutable, any thread. What a getter answers lives as long as the batch. NULL is taken. ---- */

/** How many there are. 0 for NULL. Since: 0.1. */
LSEXPORT_API size_t lsexport_completions_count(const lsexport_completions *completions);
/** The completion at index 0 to count - 1, in the order in which they ended; NULL past the end. Since: 0.1. */
LSEXPORT_API const lsexport_completion *lsexport_completions_at(const lsexport_completions *completions, size_t index);
/** Frees the batch and what is in it. NULL is ignored. Since: 0.1. */
LSEXPORT_API void lsexport_completions_free(lsexport_completions *completions);

/** The id the call was submitted with. 0 for NULL. Since: 0.1. */
LSEXPORT_API uint64_t lsexport_completion_id(const lsexport_completion *completion);
/** What the call came to: OK, or the error's status. INVALID_ARGUMENT for NULL. Since: 0.1. */
LSEXPORT_API lsexport_status lsexport_completion_status(const lsexport_completion *completion);
/** Why it failed; NULL when it did not. Since: 0.1. */
LSEXPORT_API const lsexport_error *lsexport_completion_error(const lsexport_completion *completion);
/** The destination of a create, an ensure, a get or a patch that succeeded; else NULL. lsexport_destination_copy keeps
 * it. Since: 0.1. */
LSEXPORT_API const lsexport_destination *lsexport_completion_destination(const lsexport_completion *completion);
/** The destinations of a list that succeeded; else NULL. Since: 0.1. */
LSEXPORT_API const lsexport_destinations *lsexport_completion_destinations(const lsexport_completion *completion);
/** The report of a check or a diagnosis that returned OK; else NULL. Since: 0.1. */
LSEXPORT_API const lsexport_report *lsexport_completion_report(const lsexport_completion *completion);

#ifdef __cplusplus
}
#endif
#endif
