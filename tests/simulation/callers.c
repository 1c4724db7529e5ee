/* SPDX-License-Identifier: MIT */
/* Who uses the library: programs that make a destination, die at any moment, and try again until they have it. */
#include "simulation.h"

#include "api/client.h"
#include "fixtures.h"

#include <stdlib.h>
#include <string.h>

#define CALLS_OF_A_CALLER 3
#define CRASH_MOMENTS 14 /* more than most calls have */

/* Not those of fixtures.c: check's assertions work within its tests alone. */
static void must(bool fine) {
  if (!fine) abort();
}

static lsexport_client *new_client(struct simulation *simulation) {
  static const char *const attempts[] = {"1", "2", "3", "5"};
  lsexport_client *client = NULL;
  lsexport_config *config = NULL;
  must(lsexport_config_new(&config) == LSEXPORT_OK);
  lsexport_config_set_api_key(config, API_KEY, LSEXPORT_NUL_TERMINATED);
  lsexport_config_set(config, "max_attempts", attempts[dice_roll(&simulation->dice, COUNT(attempts))]);
  must(client_new(config, &simulation->world, &client, NULL) == LSEXPORT_OK);
  lsexport_config_free(config);
  return client;
}

/* What equal_configs of service.c answer to. */
static lsexport_destination_spec *new_spec(bool checksum) {
  lsexport_destination_spec *spec = NULL;
  lsexport_credentials *credentials = NULL;
  must(lsexport_destination_spec_new(&spec) == LSEXPORT_OK);
  must(lsexport_credentials_new_static(KEY_ID, SECRET, LSEXPORT_NUL_TERMINATED, &credentials) == LSEXPORT_OK);
  lsexport_destination_spec_set_display_name(spec, NAME);
  lsexport_destination_spec_set_bucket_name(spec, "my_bucket");
  lsexport_destination_spec_set_prefix(spec, "data_exports");
  lsexport_destination_spec_set_region(spec, "us-east-1");
  lsexport_destination_spec_set_credentials(spec, credentials);
  if (checksum) lsexport_destination_spec_set_checksum_algorithm(spec, "SHA256");
  lsexport_credentials_free(credentials);
  return spec;
}

/* ---- a call ---- */

static void begin_ensure(struct call *call, const lsexport_client *client, int64_t timeout_ms) {
  struct simulation *simulation = call->simulation;
  int64_t share_ms = timeout_ms * dice_between(&simulation->dice, 30, 100) / 100;
  must(ensure_begin(&call->ensure, &client->langsmith, call->caller->spec, &simulation->wire, &call->caller->secrets,
                    share_ms));
}

static void begin_create(struct call *call, const lsexport_client *client) {
  must(destination_create_begin(&call->operation, &client->langsmith, call->caller->spec, &call->simulation->wire));
  single_begin(&call->single, &call->operation.base, "destination create");
}

static void cancel(struct simulation *simulation, void *context) {
  struct call *call = context;
  if (call->state != CALL_RUNNING) return;
  tell(simulation, "call %d is cancelled", call->number);
  call->cancelled = true;
  if (simulation->looped)
    loop_cancel(&call->caller->loop, &call->task);
  else
    job_cancel(&call->task.job);
}

static void begin_call(struct simulation *simulation, void *context) {
  static const int64_t timeouts[] = {2000, 20000, 90000, 210000, 210000, 600000};
  struct caller *caller = context;
  struct dice *dice = &simulation->dice;
  struct call *call = &simulation->calls[simulation->call_count++];
  if (!caller->client) {
    caller->client = new_client(simulation);
    caller->transport = client_take_transport(caller->client);
    loop_begin(&caller->loop, &simulation->world, caller->transport, 1);
  }
  int64_t timeout_ms = timeouts[dice_roll(dice, COUNT(timeouts))];
  *call = (struct call){.simulation = simulation,
                        .number = (int)simulation->call_count,
                        .caller = caller,
                        .kind = !caller->calls && dice_percent(dice, 30) ? CALL_CREATE : CALL_ENSURE,
                        .deadline_ms = simulation->now_ms + timeout_ms,
                        .crash_at = dice_percent(dice, 25) ? 1 + dice_roll(dice, CRASH_MOMENTS) : 0,
                        .equal_before = service_has_equal(simulation)};
  caller->calls++;
  network_set_call(caller->transport, call);
  struct job_means means = {
      .world = &simulation->world,
      .transport = caller->transport,
      .settings = &caller->client->engine,
      .budget = &caller->client->budget,
      .secrets = &caller->secrets,
  };
  if (call->kind == CALL_ENSURE)
    begin_ensure(call, caller->client, timeout_ms);
  else
    begin_create(call, caller->client);
  struct flow *flow = call->kind == CALL_ENSURE ? &call->ensure.base : &call->single.base;
  tell(simulation, "caller %d begins call %d: %s, within %lld s", (int)(caller - simulation->callers) + 1, call->number,
       flow->name, (long long)timeout_ms / 1000);
  if (!simulation->looped)
    job_begin(&call->task.job, &means, flow, timeout_ms);
  else if (dice_percent(dice, 50)) /* with a deadline of its own, or one from its turn */
    loop_add(&caller->loop, &call->task, &means, flow, simulation_clock(simulation) + timeout_ms, 0);
  else
    loop_add(&caller->loop, &call->task, &means, flow, INT64_MAX, timeout_ms);
  if (dice_percent(dice, 10))
    schedule(simulation, simulation->now_ms + dice_between(dice, 0, timeout_ms / 4), cancel, call);
}

static void free_call(struct call *call) {
  if (call->kind == CALL_ENSURE)
    ensure_free(&call->ensure);
  else
    destination_operation_free(&call->operation);
}

void call_moment(struct call *call) { call->moments++; }

/* Its process is gone: what was sent is on its way, what was received is forgotten. */
static void crash(struct call *call) {
  struct caller *caller = call->caller;
  struct strand *strand = &call->task.job.strand;
  bool posting = strand->operation && strand->operation->request.method == METHOD_POST;
  tell(call->simulation, "the caller of call %d dies", call->number);
  if (strand->state == STRAND_SENDING && !strand->exchange.done)
    simulated_network.abort(caller->transport, &strand->exchange);
  response_free(&strand->exchange.response);
  free_call(call);
  loop_free(&caller->loop);
  client_give_transport(caller->client, caller->transport);
  lsexport_client_free(caller->client);
  caller->client = NULL;
  call->state = CALL_CRASHED;
  if (!call->posts_left)
    saw(SIGHT_CRASH_BEFORE_POST);
  else
    saw(posting ? SIGHT_CRASH_DURING_POST : SIGHT_CRASH_AFTER_POST);
}

/* It tries again, where it has no destination. */
static void go_on(struct call *call) {
  struct simulation *simulation = call->simulation;
  struct dice *dice = &simulation->dice;
  bool done = call->state == CALL_ENDED && !call->status;
  if (done || call->caller->calls == CALLS_OF_A_CALLER || dice_percent(dice, 20)) return;
  schedule(simulation, simulation->now_ms + dice_between(dice, 0, dice_percent(dice, 50) ? 1000 : 300000), begin_call,
           call->caller);
}

static void conclude(struct call *call) {
  lsexport_destination *destination = call->kind == CALL_ENSURE ? call->ensure.result : call->operation.destination;
  lsexport_error *error = call->task.job.error;
  call->state = CALL_ENDED;
  call->ended_ms = call->simulation->now_ms;
  call->status = lsexport_error_status(error);
  call->applied = lsexport_error_applied(error);
  if (error)
    tell(call->simulation, "call %d: %s", call->number, lsexport_error_message(error));
  else
    tell(call->simulation, "call %d: OK, %s%s", call->number, lsexport_destination_id(destination),
         lsexport_destination_adopted(destination) ? ", adopted" : "");
  judge_call(call, error ? NULL : destination, error);
  if (call->simulation->looped && loop_take_ended(&call->caller->loop) != &call->task)
    complain(call->simulation, "call %d did not end in its loop", call->number);
  if (call->kind == CALL_ENSURE) lsexport_destination_free(call->ensure.result);
  lsexport_error_free(error);
  free_call(call);
}

void callers_advance(struct simulation *simulation) {
  size_t first = simulation->call_count ? (size_t)dice_roll(&simulation->dice, (int)simulation->call_count) : 0;
  for (size_t i = 0; i < simulation->call_count; i++) {
    struct call *call = running_call(simulation, (first + i) % simulation->call_count);
    if (!call) continue;
    if (simulation->looped)
      (void)loop_turn(&call->caller->loop, 0);
    else
      job_advance(&call->task.job);
    bool dies = call->crash_at && call->moments >= call->crash_at;
    if (call->task.job.state == JOB_ENDED)
      conclude(call);
    else if (dies)
      crash(call);
    else
      continue;
    go_on(call);
  }
}

/* ---- all of them ---- */

void callers_begin(struct simulation *simulation) {
  struct dice *dice = &simulation->dice;
  simulation->caller_count = dice_percent(dice, 50) ? 2 : 1;
  for (size_t i = 0; i < simulation->caller_count; i++) {
    struct caller *caller = &simulation->callers[i];
    caller->spec = new_spec(simulation->weather.old_server);
    secrets_add(&caller->secrets, API_KEY, strlen(API_KEY));
    schedule(simulation, i ? dice_between(dice, 0, dice_percent(dice, 50) ? 300 : 10000) : 0, begin_call, caller);
  }
}

void callers_end(struct simulation *simulation) {
  for (size_t i = 0; i < simulation->call_count; i++)
    if (running_call(simulation, i)) crash(&simulation->calls[i]);
  for (size_t i = 0; i < simulation->caller_count; i++) {
    struct caller *caller = &simulation->callers[i];
    if (caller->client) {
      loop_free(&caller->loop);
      client_give_transport(caller->client, caller->transport);
      lsexport_client_free(caller->client);
    }
    lsexport_destination_spec_free(caller->spec);
  }
}
