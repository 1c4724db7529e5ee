/* SPDX-License-Identifier: MIT */
#include "api/running.h"

#include "api/destination_spec.h"
#include "api/queue.h"
#include "api/report.h"
#include "base/mem.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

_Static_assert(offsetof(struct running, task.job.strand.exchange.response.content_type) <=
                   sizeof(struct running) - JOB_UNREAD,
               "what is not zeroed is the answer's headers");

/* ---- before the flow ---- */

void running_fail(struct running *running, lsexport_error *error) {
  error_set_operation(error, running->name);
  running->error = error;
}

static void take_workspace(struct running *running, const lsexport_call *call) {
  if (!call->has_workspace_id) return;
  if (call->workspace_id && text_is_uuid(call->workspace_id)) {
    snprintf(running->workspace_line, sizeof running->workspace_line, WORKSPACE_HEADER "%s", call->workspace_id);
    running->langsmith.workspace_line = running->workspace_line;
    return;
  }
  lsexport_error *error = error_new(LSEXPORT_ERR_VALIDATION, &running->secrets);
  error_add_field(error, "workspace_id", call->workspace_id ? "must be a UUID" : "was set to NULL");
  running_fail(running, error);
}

static void take_call(struct running *running, const lsexport_call *call) {
  running->timeout_ms = call->timeout_ms;
  running->cancel = cancel_share(call->cancel);
  running->tick = call->tick;
  running->userdata = call->userdata;
  if (running->queue && !queue_serves(running->queue, running->client))
    running_fail(running, error_new_argument("client"));
  else if (running->queue && call->tick)
    running_fail(running, error_new_argument("tick"));
  else
    take_workspace(running, call);
}

/* What the call needs of its client, for as long as it runs. */
static void take_client(struct running *running, lsexport_client *client, const lsexport_credentials *credentials) {
  running->client = client_share(client);
  running->credentials = credentials_share(credentials);
  running->langsmith = client->langsmith;
  client_add_secrets(client, &running->secrets);
  credentials_add_secrets(credentials, &running->secrets);
}

struct running *running_begin(struct running *here, const char *name, lsexport_client *client,
                              const lsexport_call *call, const lsexport_credentials *credentials) {
  lsexport_queue *queue = call ? call->queue : NULL;
  struct running *own = queue ? mem_alloc(sizeof *own) : NULL;
  struct running *running = own ? own : here;
  if (!own) memset(here, 0, sizeof *here - JOB_UNREAD);
  atomic_init(&running->unwanted, false);
  running->name = name;
  running->queue = own ? queue_share(queue) : NULL;
  running->id = call ? call->id : 0;
  if (queue && !own) {
    running_fail(running, error_no_memory(LSEXPORT_APPLIED_NO));
  } else if (!client) {
    running_fail(running, error_new_argument("client"));
  } else if (client_is_foreign(client)) {
    running_fail(running, error_new(LSEXPORT_ERR_FORKED, NULL));
  } else if (call && call->failure) {
    running_fail(running, error_of_builder(call->failure, call->failed_parameter));
  } else {
    take_client(running, client, credentials);
    if (call) take_call(running, call);
  }
  return running;
}

void running_check_output(struct running *running, const void *output, const char *parameter) {
  if (!running->error && !output != (running->queue != NULL)) running_fail(running, error_new_argument(parameter));
}

const lsexport_destination_spec *running_keep_spec(struct running *running, const lsexport_destination_spec *spec) {
  if (running->error || !running->queue) return running->error ? NULL : spec;
  running->own_spec = spec_copy(spec);
  if (!running->own_spec) running_fail(running, error_no_memory(LSEXPORT_APPLIED_NO));
  return running->own_spec;
}

void running_be_single(struct running *running, bool made) {
  if (!made) {
    running_fail(running, error_no_memory(LSEXPORT_APPLIED_NO));
    return;
  }
  single_begin(&running->single, &running->operation.base, running->name);
  running->flow = &running->single.base;
}

int64_t running_timeout_ms(const struct running *running, int64_t client_timeout_ms) {
  return running->timeout_ms ? running->timeout_ms : client_timeout_ms;
}

/* ---- the flow ---- */

struct job_means running_means(struct running *running, struct transport *transport) {
  struct job_means means = {
      .world = running->client->world,
      .transport = transport,
      .settings = &running->client->engine,
      .budget = &running->client->budget,
      .secrets = &running->secrets,
      .waiting = {.unwanted = &running->unwanted, .tick = running->tick, .userdata = running->userdata},
  };
  if (running->cancel) means.waiting.cancel = &running->cancel->wake;
  return means;
}

/* What the call no longer needs once it has its result. */
static void let_go(struct running *running) {
  destination_operation_free(&running->operation);
  ensure_free(&running->ensure);
  if (running->diagnose) diagnose_free(running->diagnose);
  if (running->check) check_free(running->check);
  mem_free(running->diagnose);
  mem_free(running->check);
  running->diagnose = NULL;
  running->check = NULL;
  lsexport_destination_spec_free(running->own_spec);
  lsexport_credentials_free(running->credentials);
  lsexport_cancel_free(running->cancel);
  lsexport_client_free(running->client);
  queue_release(running->queue);
  running->own_spec = NULL;
  running->credentials = NULL;
  running->cancel = NULL;
  running->client = NULL;
  running->queue = NULL;
}

/* What LangSmith answered goes into the report, and what it created. Answers whether it took effect. */
static int32_t take_answer(struct running *running) {
  struct diagnose *diagnose = running->diagnose;
  lsexport_error *error = diagnose->error;
  int32_t applied = error ? error->applied : LSEXPORT_APPLIED_YES;
  if (error) {
    error_set_operation(error, "destination create");
    error = error_finish(error, false);
  }
  diagnose_report(error, running->check, running->report);
  report_set_result(running->report, error, diagnose->create.destination);
  diagnose->error = NULL;
  diagnose->create.destination = NULL;
  return applied;
}

static lsexport_error *finish_report(struct running *running) {
  const struct transport_settings *settings = &running->client->transport;
  struct check_way way = {
      .api_root = running->client->langsmith.api_root,
      .own_authorities = settings->ca_file != NULL,
      .proxy = !text_equal(settings->proxy, "none") && !text_equal(settings->proxy, "environment"),
      .diagnosed = running->diagnose != NULL,
  };
  if (running->check) check_report(running->check, &way, running->report);
  int32_t applied = running->diagnose ? take_answer(running) : LSEXPORT_APPLIED_NO;
  lsexport_error *error = report_finish(running->report);
  return error ? error_set_applied(error, applied) : NULL;
}

void running_conclude(struct running *running) {
  running->error = running->task.job.error;
  if (!running->error && running->report) {
    running->error = finish_report(running);
  } else if (!running->error) {
    lsexport_destination **made =
        running->flow == &running->single.base ? &running->operation.destination : &running->ensure.result;
    running->destination = *made;
    *made = NULL;
    running->destinations = running->operation.destinations;
    running->operation.destinations = NULL;
  }
  if (running->error) {
    lsexport_report_free(running->report);
    running->report = NULL;
  }
  let_go(running);
}

void running_release(struct running *running) {
  let_go(running);
  lsexport_error_free(running->error);
  lsexport_destination_free(running->destination);
  lsexport_destinations_free(running->destinations);
  lsexport_report_free(running->report);
}

static void run(struct running *running, int64_t timeout_ms) {
  struct transport *transport = client_take_transport(running->client);
  if (!transport) {
    running_fail(running, error_no_memory(LSEXPORT_APPLIED_NO));
    return;
  }
  struct job_means means = running_means(running, transport);
  job_begin(&running->task.job, &means, running->flow, timeout_ms);
  job_run(&running->task.job);
  client_give_transport(running->client, transport);
  running_conclude(running);
}

static void hand_over(struct running *running, struct outputs outputs) {
  if (outputs.destination) {
    *outputs.destination = running->destination;
    running->destination = NULL;
  }
  if (outputs.destinations) {
    *outputs.destinations = running->destinations;
    running->destinations = NULL;
  }
  if (outputs.report) {
    *outputs.report = running->report;
    running->report = NULL;
  }
}

lsexport_status running_end(struct running *running, int64_t client_timeout_ms, struct outputs outputs,
                            lsexport_error **error_out) {
  bool queued = running->queue != NULL;
  if (!running->error && queued) {
    lsexport_error *error = queue_submit(running, client_timeout_ms);
    if (!error) return LSEXPORT_OK; /* the queue's from now on */
    running_fail(running, error);
  }
  if (!running->error) run(running, running_timeout_ms(running, client_timeout_ms));
  lsexport_status status = report(running->error, error_out);
  running->error = NULL;
  if (!status) hand_over(running, outputs);
  running_release(running);
  if (queued) mem_free(running);
  return status;
}
