/* SPDX-License-Identifier: MIT */
/* How one call is made: its deadline, its workspace, and how to end it early. */
#ifndef LSEXPORT_CALL_H
#define LSEXPORT_CALL_H

#include <lsexport/error.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- cancel: sticky; one token may serve any number of calls ---- */

/** Makes a token; the caller frees it. It holds one file descriptor. Returns OK, INVALID_ARGUMENT, NO_MEMORY, or
 * INTERNAL when no descriptor can be had. Since: 0.1. */
LSEXPORT_API lsexport_status lsexport_cancel_new(lsexport_cancel **cancel_out);

/** Every call that carries the token, now or later, ends with CANCELLED within 100 ms. Any thread, any signal
 * handler, any number of times. A child after fork triggers it for itself alone, and for calls that begin later. NULL
 * is ignored. Since: 0.1. */
LSEXPORT_API void lsexport_cancel_trigger(lsexport_cancel *cancel);

/** 1 once triggered, else 0; 0 for NULL. Any thread, any signal handler. Since: 0.1. */
LSEXPORT_API int32_t lsexport_cancel_is_triggered(const lsexport_cancel *cancel);

/** Gives up the caller's token; calls that carry it keep it until they end. NULL is ignored. Since: 0.1. */
LSEXPORT_API void lsexport_cancel_free(lsexport_cancel *cancel);

/* ---- a call: a builder, for one thread at a time; a call that is running has copied all it needs.
 * Setters return OK, INVALID_ARGUMENT or NO_MEMORY; the first failure is kept and reported by the call. ---- */

/** Called on the calling thread at least every 100 ms while a call waits; non-zero ends it with CANCELLED. It must
 * not call the library. Since: 0.1. */
typedef int32_t (*lsexport_tick_fn)(uintptr_t userdata);

/** Makes a builder with the client's defaults; the caller frees it. Since: 0.1. */
LSEXPORT_API lsexport_status lsexport_call_new(lsexport_call **call_out);

/** One deadline, in milliseconds, over everything: attempts, waits, the server's test write. 0: the client's
 * timeout_ms, write_timeout_ms or ensure_timeout_ms. More than a year is a year. Negative is INVALID_ARGUMENT.
 * Since: 0.1. */
LSEXPORT_API lsexport_status lsexport_call_set_timeout_ms(lsexport_call *call, int64_t timeout_ms);

/** The token that ends the call; kept until the builder is freed. Since: 0.1. */
LSEXPORT_API lsexport_status lsexport_call_set_cancel(lsexport_call *call, lsexport_cancel *cancel);

/** A function to be called while the call waits, for languages with signals of their own. NULL: none. Since: 0.1. */
LSEXPORT_API lsexport_status lsexport_call_set_tick(lsexport_call *call, lsexport_tick_fn tick, uintptr_t userdata);

/** The workspace of this call (a UUID, sent as X-Tenant-Id) in place of the client's. Copied. Since: 0.1. */
LSEXPORT_API lsexport_status lsexport_call_set_workspace_id(lsexport_call *call, const char *workspace_id);

/** Frees the builder; calls that took it go on. NULL is ignored. Since: 0.1. */
LSEXPORT_API void lsexport_call_free(lsexport_call *call);

#ifdef __cplusplus
}
#endif
#endif
