/* SPDX-License-Identifier: MIT */
#include "api/call.h"

#include "api/report.h"
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
  call->timeout_ms = timeout_ms;
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

void lsexport_call_free(lsexport_call *call) {
  if (!call) return;
  lsexport_cancel_free(call->cancel);
  mem_free(call->workspace_id);
  mem_free(call);
}

/* ---- the frame of a blocking call ---- */

static lsexport_error *named(lsexport_error *error, const char *name) {
  error_set_operation(error, name);
  return error;
}

static lsexport_error *builder_error(const lsexport_call *call) {
  if (call->failure == LSEXPORT_ERR_INVALID_ARGUMENT) return error_new_argument(call->failed_parameter);
  return error_new(call->failure, NULL);
}

lsexport_error *frame_begin(struct frame *frame, const char *name, lsexport_client *client, const lsexport_call *call,
                            const lsexport_credentials *credentials) {
  memset(frame, 0, sizeof *frame);
  if (!client) return named(error_new_argument("client"), name);
  if (client_is_foreign(client)) return named(error_new(LSEXPORT_ERR_FORKED, NULL), name);
  if (call && call->failure) return named(builder_error(call), name);
  frame->client = client_share(client);
  frame->call = call;
  frame->cancel = cancel_share(call ? call->cancel : NULL);
  frame->langsmith = client->langsmith;
  client_add_secrets(client, &frame->secrets);
  credentials_add_secrets(credentials, &frame->secrets);
  if (!call || !call->has_workspace_id) return NULL;
  frame->langsmith.workspace_id = call->workspace_id;
  if (call->workspace_id && text_is_uuid(call->workspace_id)) return NULL;
  lsexport_error *error = named(error_new(LSEXPORT_ERR_VALIDATION, &frame->secrets), name);
  error_add_field(error, "workspace_id", call->workspace_id ? "must be a UUID" : "was set to NULL");
  return error;
}

int64_t frame_timeout_ms(const struct frame *frame, int64_t client_timeout_ms) {
  return frame->call && frame->call->timeout_ms ? frame->call->timeout_ms : client_timeout_ms;
}

lsexport_error *frame_run(struct frame *frame, struct flow *flow, int64_t timeout_ms) {
  struct job job;
  struct job_means means = {
      .world = frame->client->world,
      .transport = client_take_transport(frame->client),
      .settings = &frame->client->engine,
      .budget = &frame->client->budget,
      .secrets = &frame->secrets,
  };
  if (!means.transport) return error_no_memory(LSEXPORT_APPLIED_NO);
  if (frame->cancel) means.waiting.cancel = &frame->cancel->wake;
  if (frame->call) {
    means.waiting.tick = frame->call->tick;
    means.waiting.userdata = frame->call->userdata;
  }
  job_begin(&job, &means, flow, frame_timeout_ms(frame, timeout_ms));
  job_run(&job);
  client_give_transport(frame->client, means.transport);
  return job.error;
}

lsexport_status frame_end(struct frame *frame, lsexport_error *error, lsexport_error **error_out) {
  lsexport_status status = report(error, error_out);
  lsexport_cancel_free(frame->cancel);
  lsexport_client_free(frame->client);
  return status;
}
