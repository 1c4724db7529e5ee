/* SPDX-License-Identifier: MIT */
/* The calls on destinations. */
#include "api/call.h"
#include "api/report.h"
#include "base/text.h"
#include "flow/ensure.h"
#include "flow/single.h"

#include <lsexport/destination.h>

/* The share of an ensure's own timeout that its POST may take; the rest is for looking what became of it. */
#define ENSURE_CREATE_SHARE_PERCENT 70

/* A cause stands for the whole error, so only one that fails alone gives it. */
static void add_field(void *context, const char *path, const char *message, int32_t cause) {
  lsexport_error *error = context;
  if (!path) {
    error_set_failed(error);
    return;
  }
  error_set_cause(error, lsexport_error_field_count(error) ? LSEXPORT_CAUSE_NONE : cause);
  error_add_field(error, path, message);
}

/* NULL when no field was refused. */
static lsexport_error *refused(lsexport_error *error, const char *name) {
  if (!error_is_static(error) && !error->field_count && !error->failed) {
    lsexport_error_free(error);
    return NULL;
  }
  error_set_operation(error, name);
  return error;
}

static lsexport_error *check_argument(const void *argument, const char *parameter, const char *name) {
  if (argument) return NULL;
  lsexport_error *error = error_new_argument(parameter);
  error_set_operation(error, name);
  return error;
}

static lsexport_error *check_spec(const struct frame *frame, const lsexport_destination_spec *spec, const char *name) {
  if (!spec) return check_argument(NULL, "spec", name);
  if (spec->failure == LSEXPORT_ERR_INVALID_ARGUMENT) return check_argument(NULL, spec->failed_parameter, name);
  if (spec->failure) return error_new(spec->failure, NULL);
  lsexport_error *error = error_new(LSEXPORT_ERR_VALIDATION, &frame->secrets);
  spec_check(spec, &frame->secrets, add_field, error);
  return refused(error, name);
}

static lsexport_error *check_id(const struct frame *frame, const char *id, const char *name) {
  lsexport_error *error = check_argument(id, "destination_id", name);
  if (error || text_is_uuid(id)) return error;
  error = error_new(LSEXPORT_ERR_VALIDATION, &frame->secrets);
  error_add_field(error, "destination_id", "must be a UUID, as 01234567-89ab-cdef-0123-456789abcdef");
  return refused(error, name);
}

static lsexport_error *check_credentials(const struct frame *frame, const lsexport_credentials *credentials,
                                         const char *name) {
  lsexport_error *error = error_new(LSEXPORT_ERR_VALIDATION, &frame->secrets);
  credentials_check(credentials, add_field, error);
  return refused(error, name);
}

/* One operation; its result stays in it. made: it could be built. */
static lsexport_error *run_single(struct frame *frame, const char *name, struct destination_operation *operation,
                                  bool made, int64_t timeout_ms) {
  struct single single;
  if (!made) return error_no_memory(LSEXPORT_APPLIED_NO);
  single_begin(&single, &operation->base, name);
  return frame_run(frame, &single.base, timeout_ms);
}

static void take_destination(struct destination_operation *operation, lsexport_destination **destination_out) {
  if (!destination_out) return;
  *destination_out = operation->destination;
  operation->destination = NULL;
}

lsexport_status lsexport_destination_create(lsexport_client *client, const lsexport_destination_spec *spec,
                                            const lsexport_call *call, lsexport_destination **destination_out,
                                            lsexport_error **error_out) {
  static const char name[] = "destination create";
  struct frame frame;
  struct destination_operation operation = {0};
  lsexport_error *error = frame_begin(&frame, name, client, call, spec ? spec->credentials : NULL);
  if (!error) error = check_argument(destination_out, "destination_out", name);
  if (!error) error = check_spec(&frame, spec, name);
  if (!error) {
    bool made = destination_create_begin(&operation, &frame.langsmith, spec, &frame.client->wire);
    error = run_single(&frame, name, &operation, made, frame.client->write_timeout_ms);
    if (!error) take_destination(&operation, destination_out);
    destination_operation_free(&operation);
  }
  return frame_end(&frame, error, error_out);
}

static lsexport_error *run_ensure(struct frame *frame, const lsexport_destination_spec *spec,
                                  lsexport_destination **destination_out) {
  struct ensure ensure;
  lsexport_error *error;
  int64_t timeout_ms = frame_timeout_ms(frame, frame->client->ensure_timeout_ms);
  int64_t create_ms = timeout_ms * ENSURE_CREATE_SHARE_PERCENT / 100;
  if (create_ms > frame->client->write_timeout_ms) create_ms = frame->client->write_timeout_ms;
  if (!ensure_begin(&ensure, &frame->langsmith, spec, &frame->client->wire, &frame->secrets, create_ms))
    error = error_no_memory(LSEXPORT_APPLIED_NO);
  else
    error = frame_run(frame, &ensure.base, timeout_ms);
  if (!error) *destination_out = ensure.result;
  ensure_free(&ensure);
  return error;
}

lsexport_status lsexport_destination_ensure(lsexport_client *client, const lsexport_destination_spec *spec,
                                            const lsexport_call *call, lsexport_destination **destination_out,
                                            lsexport_error **error_out) {
  static const char name[] = "destination ensure";
  struct frame frame;
  lsexport_error *error = frame_begin(&frame, name, client, call, spec ? spec->credentials : NULL);
  if (!error) error = check_argument(destination_out, "destination_out", name);
  if (!error) error = check_spec(&frame, spec, name);
  if (!error) error = run_ensure(&frame, spec, destination_out);
  return frame_end(&frame, error, error_out);
}

lsexport_status lsexport_destination_get(lsexport_client *client, const char *destination_id, const lsexport_call *call,
                                         lsexport_destination **destination_out, lsexport_error **error_out) {
  static const char name[] = "destination get";
  struct frame frame;
  struct destination_operation operation = {0};
  lsexport_error *error = frame_begin(&frame, name, client, call, NULL);
  if (!error) error = check_id(&frame, destination_id, name);
  if (!error) error = check_argument(destination_out, "destination_out", name);
  if (!error) {
    bool made = destination_get_begin(&operation, &frame.langsmith, destination_id);
    error = run_single(&frame, name, &operation, made, frame.client->timeout_ms);
    if (!error) take_destination(&operation, destination_out);
    destination_operation_free(&operation);
  }
  return frame_end(&frame, error, error_out);
}

lsexport_status lsexport_destination_list(lsexport_client *client, const lsexport_call *call,
                                          lsexport_destinations **destinations_out, lsexport_error **error_out) {
  static const char name[] = "destination list";
  struct frame frame;
  struct destination_operation operation = {0};
  lsexport_error *error = frame_begin(&frame, name, client, call, NULL);
  if (!error) error = check_argument(destinations_out, "destinations_out", name);
  if (!error) {
    bool made = destination_list_begin(&operation, &frame.langsmith);
    error = run_single(&frame, name, &operation, made, frame.client->timeout_ms);
    if (!error) {
      *destinations_out = operation.destinations;
      operation.destinations = NULL;
    }
    destination_operation_free(&operation);
  }
  return frame_end(&frame, error, error_out);
}

lsexport_status lsexport_destination_patch(lsexport_client *client, const char *destination_id,
                                           const lsexport_credentials *credentials, const lsexport_call *call,
                                           lsexport_destination **destination_out, lsexport_error **error_out) {
  static const char name[] = "destination patch";
  struct frame frame;
  struct destination_operation operation = {0};
  lsexport_error *error = frame_begin(&frame, name, client, call, credentials);
  if (!error) error = check_id(&frame, destination_id, name);
  if (!error) error = check_argument(credentials, "credentials", name);
  if (!error) error = check_credentials(&frame, credentials, name);
  if (!error) {
    bool made = destination_patch_begin(&operation, &frame.langsmith, destination_id, credentials);
    error = run_single(&frame, name, &operation, made, frame.client->write_timeout_ms);
    if (!error) take_destination(&operation, destination_out);
    destination_operation_free(&operation);
  }
  return frame_end(&frame, error, error_out);
}

lsexport_status lsexport_destination_delete(lsexport_client *client, const char *destination_id,
                                            const lsexport_call *call, lsexport_error **error_out) {
  static const char name[] = "destination delete";
  struct frame frame;
  struct destination_operation operation = {0};
  lsexport_error *error = frame_begin(&frame, name, client, call, NULL);
  if (!error) error = check_id(&frame, destination_id, name);
  if (!error) {
    bool made = destination_delete_begin(&operation, &frame.langsmith, destination_id);
    error = run_single(&frame, name, &operation, made, frame.client->timeout_ms);
    destination_operation_free(&operation);
  }
  return frame_end(&frame, error, error_out);
}
