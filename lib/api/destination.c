/* SPDX-License-Identifier: MIT */
/* The calls on destinations. */
#include "api/report.h"
#include "api/running.h"
#include "base/mem.h"
#include "storage/explain.h"

#include <lsexport/destination.h>

/* The share of an ensure's own timeout that its POST may take; the rest is for looking what became of it. */
#define ENSURE_CREATE_SHARE_PERCENT 70

struct refusal {
  const struct secrets *secrets;
  lsexport_error *error; /* NULL: nothing was refused */
};

/* A cause stands for the whole error, so only one that fails alone gives it. */
static void add_field(void *context, const char *path, const char *message, enum spec_check named) {
  struct refusal *refusal = context;
  if (!refusal->error) refusal->error = error_new(LSEXPORT_ERR_VALIDATION, refusal->secrets);
  if (!path) {
    error_set_failed(refusal->error);
    return;
  }
  error_set_cause(refusal->error,
                  lsexport_error_field_count(refusal->error) ? LSEXPORT_CAUSE_NONE : spec_check_cause(named));
  error_add_field(refusal->error, path, message);
}

/* True when the call may go on. */
static bool check_argument(struct running *running, const void *argument, const char *parameter) {
  if (running->error) return false;
  if (!argument) running_fail(running, error_new_argument(parameter));
  return argument != NULL;
}

static void check_spec(struct running *running, const lsexport_destination_spec *spec) {
  if (!check_argument(running, spec, "spec")) return;
  if (spec->failure) {
    running_fail(running, error_of_builder(spec->failure, spec->failed_parameter));
  } else {
    struct refusal refusal = {.secrets = &running->secrets};
    spec_check(spec, &running->secrets, add_field, &refusal);
    if (refusal.error) running_fail(running, refusal.error);
  }
}

static void check_id(struct running *running, const char *id) {
  if (!check_argument(running, id, "destination_id") || text_is_uuid(id)) return;
  lsexport_error *error = error_new(LSEXPORT_ERR_VALIDATION, &running->secrets);
  error_add_field(error, "destination_id", "must be a UUID, as 01234567-89ab-cdef-0123-456789abcdef");
  running_fail(running, error);
}

static void check_credentials(struct running *running, const lsexport_credentials *credentials) {
  if (!check_argument(running, credentials, "credentials")) return;
  struct refusal refusal = {.secrets = &running->secrets};
  credentials_check(credentials, add_field, &refusal);
  if (refusal.error) running_fail(running, refusal.error);
}

lsexport_status lsexport_destination_create(lsexport_client *client, const lsexport_destination_spec *spec,
                                            const lsexport_call *call, lsexport_destination **destination_out,
                                            lsexport_error **error_out) {
  struct running here;
  struct running *running = running_begin(&here, "destination create", client, call, spec ? spec->credentials : NULL);
  running_check_output(running, destination_out, "destination_out");
  check_spec(running, spec);
  spec = running_keep_spec(running, spec);
  if (spec)
    running_be_single(running, destination_create_begin(&running->operation, &running->langsmith, spec, &client->wire));
  return running_end(running, client ? client->write_timeout_ms : 0, (struct outputs){.destination = destination_out},
                     error_out);
}

static void be_ensure(struct running *running, const lsexport_destination_spec *spec) {
  const lsexport_client *client = running->client;
  int64_t create_ms = running_timeout_ms(running, client->ensure_timeout_ms) * ENSURE_CREATE_SHARE_PERCENT / 100;
  if (create_ms > client->write_timeout_ms) create_ms = client->write_timeout_ms;
  if (ensure_begin(&running->ensure, &running->langsmith, spec, &client->wire, &running->secrets, create_ms))
    running->flow = &running->ensure.base;
  else
    running_fail(running, error_no_memory(LSEXPORT_APPLIED_NO));
}

lsexport_status lsexport_destination_ensure(lsexport_client *client, const lsexport_destination_spec *spec,
                                            const lsexport_call *call, lsexport_destination **destination_out,
                                            lsexport_error **error_out) {
  struct running here;
  struct running *running = running_begin(&here, "destination ensure", client, call, spec ? spec->credentials : NULL);
  running_check_output(running, destination_out, "destination_out");
  check_spec(running, spec);
  spec = running_keep_spec(running, spec);
  if (spec) be_ensure(running, spec);
  return running_end(running, client ? client->ensure_timeout_ms : 0, (struct outputs){.destination = destination_out},
                     error_out);
}

lsexport_status lsexport_destination_get(lsexport_client *client, const char *destination_id, const lsexport_call *call,
                                         lsexport_destination **destination_out, lsexport_error **error_out) {
  struct running here;
  struct running *running = running_begin(&here, "destination get", client, call, NULL);
  check_id(running, destination_id);
  running_check_output(running, destination_out, "destination_out");
  if (!running->error)
    running_be_single(running, destination_get_begin(&running->operation, &running->langsmith, destination_id));
  return running_end(running, client ? client->timeout_ms : 0, (struct outputs){.destination = destination_out},
                     error_out);
}

lsexport_status lsexport_destination_list(lsexport_client *client, const lsexport_call *call,
                                          lsexport_destinations **destinations_out, lsexport_error **error_out) {
  struct running here;
  struct running *running = running_begin(&here, "destination list", client, call, NULL);
  running_check_output(running, destinations_out, "destinations_out");
  if (!running->error) running_be_single(running, destination_list_begin(&running->operation, &running->langsmith));
  return running_end(running, client ? client->timeout_ms : 0, (struct outputs){.destinations = destinations_out},
                     error_out);
}

lsexport_status lsexport_destination_patch(lsexport_client *client, const char *destination_id,
                                           const lsexport_credentials *credentials, const lsexport_call *call,
                                           lsexport_destination **destination_out, lsexport_error **error_out) {
  struct running here;
  struct running *running = running_begin(&here, "destination patch", client, call, credentials);
  check_id(running, destination_id);
  check_credentials(running, credentials);
  if (destination_out) running_check_output(running, destination_out, "destination_out");
  if (!running->error)
    running_be_single(running,
                      destination_patch_begin(&running->operation, &running->langsmith, destination_id, credentials));
  return running_end(running, client ? client->write_timeout_ms : 0, (struct outputs){.destination = destination_out},
                     error_out);
}

lsexport_status lsexport_destination_delete(lsexport_client *client, const char *destination_id,
                                            const lsexport_call *call, lsexport_error **error_out) {
  struct running here;
  struct running *running = running_begin(&here, "destination delete", client, call, NULL);
  check_id(running, destination_id);
  if (!running->error)
    running_be_single(running, destination_delete_begin(&running->operation, &running->langsmith, destination_id));
  return running_end(running, client ? client->timeout_ms : 0, (struct outputs){0}, error_out);
}

/* ---- trying the bucket ---- */

static bool make_report(struct running *running, const lsexport_destination_spec *spec) {
  running->report = report_new();
  if (running->report) explain(running->report, spec, running->client->langsmith.api_root, &running->secrets);
  return running->report && !running->report->failed;
}

/* What a check cannot try, or must not: where, and why. NULL: it can. Where is NULL without memory to tell. The address is
 * given when there is one. The report has been made. */
static const char *untried(const struct running *running, const lsexport_destination_spec *spec,
                           struct address *address, const char **path_out) {
  const struct address_problem *problem = address_resolve(spec, NULL, address);
  enum credentials_kind kind = spec->credentials->kind;
  *path_out = "credentials";
  if (kind != CREDENTIALS_STATIC && kind != CREDENTIALS_SESSION)
    return "are LangSmith's own, and cannot be tried from here; lsexport_destination_explain says what can be known";
  *path_out = "config.prefix";
  if (!problem && address->key_is_cut)
    return "holds \"?versionId=\": every write replaces one and the same object, which a check must not touch";
  *path_out = "config";
  if (!problem && !running->report->has_address)
    return "holds a secret that this call knows, which would stand in a URL; lsexport_destination_explain says where";
  *path_out = problem && problem != &address_no_memory ? problem->field : NULL;
  return problem ? problem->reason : NULL;
}

/* Takes the address over. */
static bool make_check(struct running *running, const lsexport_destination_spec *spec, struct address *address) {
  const struct world *world = running->client->world;
  const uint64_t random[] = {world->random(world->context), world->random(world->context)};
  running->check = mem_alloc(sizeof *running->check);
  return running->check && check_begin(running->check, spec, address, &running->secrets, random);
}

static void be_check(struct running *running, const lsexport_destination_spec *spec) {
  struct address address = {0};
  const char *path = NULL, *reason = NULL;
  bool made = make_report(running, spec);
  if (made) reason = untried(running, spec, &address, &path);
  if (reason && path) {
    lsexport_error *error = error_new(LSEXPORT_ERR_VALIDATION, &running->secrets);
    error_add_field(error, path, reason);
    running_fail(running, error);
  } else if (made && !reason && make_check(running, spec, &address)) {
    running->flow = &running->check->base;
  } else {
    running_fail(running, error_no_memory(LSEXPORT_APPLIED_NO));
  }
  address_free(&address);
}

lsexport_status lsexport_destination_check(lsexport_client *client, const lsexport_destination_spec *spec,
                                           const lsexport_call *call, lsexport_report **report_out,
                                           lsexport_error **error_out) {
  struct running here;
  struct running *running = running_begin(&here, "destination check", client, call, spec ? spec->credentials : NULL);
  running_check_output(running, report_out, "report_out");
  check_spec(running, spec);
  spec = running_keep_spec(running, spec);
  if (spec) be_check(running, spec);
  return running_end(running, client ? client->timeout_ms : 0, (struct outputs){.report = report_out}, error_out);
}

/* What cannot be tried from here is created all the same. */
static void be_diagnosis(struct running *running, const lsexport_destination_spec *spec) {
  struct address address = {0};
  const char *path = NULL;
  bool made = make_report(running, spec);
  if (made) made = untried(running, spec, &address, &path) ? path != NULL : make_check(running, spec, &address);
  if (made) running->diagnose = mem_alloc(sizeof *running->diagnose);
  address_free(&address);
  if (running->diagnose &&
      diagnose_begin(running->diagnose, running->check, &running->langsmith, spec, &running->client->wire))
    running->flow = &running->diagnose->base;
  else
    running_fail(running, error_no_memory(LSEXPORT_APPLIED_NO));
}

lsexport_status lsexport_destination_diagnose(lsexport_client *client, const lsexport_destination_spec *spec,
                                              const lsexport_call *call, lsexport_report **report_out,
                                              lsexport_error **error_out) {
  struct running here;
  struct running *running = running_begin(&here, "destination diagnose", client, call, spec ? spec->credentials : NULL);
  running_check_output(running, report_out, "report_out");
  check_spec(running, spec);
  spec = running_keep_spec(running, spec);
  if (spec) be_diagnosis(running, spec);
  return running_end(running, client ? client->write_timeout_ms : 0, (struct outputs){.report = report_out}, error_out);
}
