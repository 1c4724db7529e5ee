/* SPDX-License-Identifier: MIT */
#include "api/call.h"

#include "api/queue.h"
#include "base/mem.h"

#include <string.h>

/* ---- cancel ---- */

lsexport_status lsexport_cancel_new(lsexport_cancel **cancel_out) {
  if (!cancel_out) return LSEXPORT_ERR_INVALID_ARGUMENT;
  lsexport_cancel *cancel = mem_alloc(sizeof *cancel);
  if (!cancel) return LSEXPORT_ERR_NO_MEMORY;
  atomic_init(&cancel->owners, 1);
  if (!wake_open(&cancel->wake)) {
    mem_free(cancel);
    return LSEXPORT_ERR_INTERNAL;
  }
  *cancel_out = cancel;
  return LSEXPORT_OK;
}

void lsexport_cancel_trigger(lsexport_cancel *cancel) {
  if (cancel) wake_set(&cancel->wake);
}

int32_t lsexport_cancel_is_triggered(const lsexport_cancel *cancel) { return cancel && wake_is_set(&cancel->wake); }

lsexport_cancel *cancel_share(lsexport_cancel *cancel) {
  if (cancel) atomic_fetch_add(&cancel->owners, 1);
  return cancel;
}

void lsexport_cancel_free(lsexport_cancel *cancel) {
  if (!cancel || atomic_fetch_sub(&cancel->owners, 1) != 1) return;
  wake_close(&cancel->wake);
  mem_free(cancel);
}

/* ---- the builder ---- */

lsexport_status lsexport_call_new(lsexport_call **call_out) {
  if (!call_out) return LSEXPORT_ERR_INVALID_ARGUMENT;
  lsexport_call *call = mem_alloc(sizeof *call);
  if (!call) return LSEXPORT_ERR_NO_MEMORY;
  *call_out = call;
  return LSEXPORT_OK;
}

static lsexport_status fail(lsexport_call *call, lsexport_status failure, const char *parameter) {
  if (!call->failure) {
    call->failure = failure;
    call->failed_parameter = parameter;
  }
  return failure;
}

lsexport_status lsexport_call_set_timeout_ms(lsexport_call *call, int64_t timeout_ms) {
  if (!call) return LSEXPORT_ERR_INVALID_ARGUMENT;
  if (timeout_ms < 0) return fail(call, LSEXPORT_ERR_INVALID_ARGUMENT, "timeout_ms");
  call->timeout_ms = timeout_ms < CALL_TIMEOUT_MAX_MS ? timeout_ms : CALL_TIMEOUT_MAX_MS;
  return LSEXPORT_OK;
}

lsexport_status lsexport_call_set_cancel(lsexport_call *call, lsexport_cancel *cancel) {
  if (!call) return LSEXPORT_ERR_INVALID_ARGUMENT;
  lsexport_cancel *before = call->cancel;
  call->cancel = cancel_share(cancel);
  lsexport_cancel_free(before);
  return LSEXPORT_OK;
}

lsexport_status lsexport_call_set_tick(lsexport_call *call, lsexport_tick_fn tick, uintptr_t userdata) {
  if (!call) return LSEXPORT_ERR_INVALID_ARGUMENT;
  call->tick = tick;
  call->userdata = userdata;
  return LSEXPORT_OK;
}

lsexport_status lsexport_call_set_workspace_id(lsexport_call *call, const char *workspace_id) {
  if (!call) return LSEXPORT_ERR_INVALID_ARGUMENT;
  char *copy = workspace_id ? mem_text(workspace_id, strlen(workspace_id)) : NULL;
  if (workspace_id && !copy) return fail(call, LSEXPORT_ERR_NO_MEMORY, NULL);
  mem_free(call->workspace_id);
  call->workspace_id = copy;
  call->has_workspace_id = true;
  return LSEXPORT_OK;
}

lsexport_status lsexport_call_set_queue(lsexport_call *call, lsexport_queue *queue, uint64_t id) {
  if (!call) return LSEXPORT_ERR_INVALID_ARGUMENT;
  lsexport_queue *before = call->queue;
  call->queue = queue_share(queue);
  call->id = id;
  queue_release(before);
  return LSEXPORT_OK;
}

void lsexport_call_free(lsexport_call *call) {
  if (!call) return;
  queue_release(call->queue);
  lsexport_cancel_free(call->cancel);
  mem_free(call->workspace_id);
  mem_free(call);
}
