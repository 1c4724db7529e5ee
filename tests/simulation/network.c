/* SPDX-License-Identifier: MIT */
/* The network: what becomes of each request is drawn when it is begun, and happens when its time has come. */
#include "simulation.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))

struct transport {
  struct simulation *simulation;
  struct call *call;
};

/* ---- fates ---- */

static const int refusals[] = {400, 401, 403, 404, 409, 413, 422, 425, 429, 429, 302};
static const int failures[] = {408, 500, 502, 503, 503, 504};
static const enum transfer unsent[] = {TRANSFER_DNS, TRANSFER_CONNECT_REFUSED, TRANSFER_CONNECT_TIMEOUT,
                                       TRANSFER_TLS, TRANSFER_PROXY,           TRANSFER_LOST};
static const enum transfer broken[] = {TRANSFER_LOST,      TRANSFER_LOST,      TRANSFER_LOST,    TRANSFER_BROKEN,
                                       TRANSFER_TOO_LARGE, TRANSFER_NO_MEMORY, TRANSFER_INTERNAL};
#define PICK(dice, array) ((array)[dice_roll(dice, COUNT(array))])

static int64_t later(struct flight *flight, int64_t least, int64_t most) {
  return dice_between(&flight->simulation->dice, least, most);
}

static void end_by_status(struct flight *flight, int http_status) {
  struct dice *dice = &flight->simulation->dice;
  flight->ending = ENDING_STATUS;
  flight->http_status = http_status;
  bool patience = http_status == 429 || http_status == 503;
  if (patience && dice_percent(dice, 70))
    flight->retry_after_s = (int)dice_between(dice, 0, dice_percent(dice, 20) ? 900 : 9);
}

/* It does not get out. */
static void fate_of_unsent(struct flight *flight) {
  struct dice *dice = &flight->simulation->dice;
  flight->arrives_ms = flight->commit_ms = NEVER;
  flight->ending = dice_percent(dice, 20) ? ENDING_SILENT : ENDING_FAILED;
  flight->transfer = PICK(dice, unsent);
  flight->lands_ms = flight->ending == ENDING_SILENT ? NEVER
                     : flight->transfer == TRANSFER_CONNECT_TIMEOUT
                         ? flight->simulation->now_ms + 10000
                         : flight->simulation->now_ms + later(flight, 0, 300);
}

static void fate_of_list(struct flight *flight) {
  struct simulation *simulation = flight->simulation;
  struct dice *dice = &simulation->dice;
  flight->ending = ENDING_WELL;
  flight->lands_ms = flight->arrives_ms + later(flight, 1, simulation->weather.slow ? 30000 : 800);
  if (dice_percent(dice, simulation->weather.stale_percent))
    flight->lag_ms = later(flight, 1, dice_percent(dice, 50) ? 1000 : 120000);
  if (!dice_percent(dice, simulation->weather.list_percent)) return;
  switch (dice_roll(dice, 6)) {
  case 0:
    flight->ending = ENDING_SILENT;
    flight->lands_ms = NEVER;
    break;
  case 1:
    flight->lands_ms += later(flight, 1000, 300000);
    break;
  case 2:
    flight->ending = ENDING_GARBLED;
    flight->garbled = (enum garbled)dice_roll(dice, GARBLED_COUNT);
    break;
  case 3:
    flight->ending = ENDING_FAILED;
    flight->transfer = PICK(dice, broken);
    break;
  case 4:
    end_by_status(flight, PICK(dice, refusals));
    break;
  default:
    end_by_status(flight, PICK(dice, failures));
    break;
  }
}

/* Carried out at a time that has nothing to do with the answer, or never. */
static void commit_any_time(struct flight *flight) {
  struct dice *dice = &flight->simulation->dice;
  flight->commit_ms = dice_percent(dice, 40)   ? NEVER
                      : dice_percent(dice, 50) ? flight->arrives_ms + later(flight, 0, 3000)
                                               : flight->arrives_ms + later(flight, 0, 500000);
}

static void fate_of_post(struct flight *flight) {
  struct simulation *simulation = flight->simulation;
  struct dice *dice = &simulation->dice;
  flight->ending = ENDING_WELL;
  flight->commit_ms = flight->arrives_ms + later(flight, 0, simulation->weather.slow ? 200000 : 5000);
  flight->lands_ms = flight->commit_ms + later(flight, 1, 300);
  if (!dice_percent(dice, simulation->weather.post_percent)) return;
  switch (dice_roll(dice, 7)) {
  case 0: /* carried out, and the answer comes very late */
    flight->lands_ms += later(flight, 1000, 600000);
    break;
  case 1:
    flight->ending = ENDING_SILENT;
    flight->lands_ms = NEVER;
    commit_any_time(flight);
    break;
  case 2:
    flight->ending = ENDING_FAILED;
    flight->transfer = PICK(dice, broken);
    commit_any_time(flight);
    break;
  case 3:
    flight->ending = ENDING_GARBLED;
    flight->garbled = (enum garbled)dice_roll(dice, GARBLED_COUNT);
    if (flight->garbled != GARBLED_INCOMPLETE) commit_any_time(flight); /* what names it must be true */
    break;
  case 4: /* a refusal is true */
    flight->commit_ms = NEVER;
    end_by_status(flight, PICK(dice, refusals));
    break;
  case 5:
    commit_any_time(flight);
    end_by_status(flight, PICK(dice, failures));
    break;
  default: /* lost on its way there */
    flight->arrives_ms = flight->commit_ms = NEVER;
    flight->ending = dice_percent(dice, 50) ? ENDING_SILENT : ENDING_FAILED;
    flight->transfer = TRANSFER_LOST;
    flight->lands_ms = flight->ending == ENDING_SILENT ? NEVER : simulation->now_ms + later(flight, 500, 20000);
    break;
  }
}

/* ---- what happens ---- */

static const char *describe(const struct flight *flight, char text[64]) {
  static const char *const names[] = {"the answer", "a garbled answer", "HTTP", "a failure", "silence"};
  if (flight->ending == ENDING_STATUS)
    snprintf(text, 64, "HTTP %d", flight->http_status);
  else if (flight->ending == ENDING_GARBLED)
    snprintf(text, 64, "a garbled answer (%d)", (int)flight->garbled);
  else if (flight->ending == ENDING_FAILED)
    snprintf(text, 64, "a failure in transit (%d)", (int)flight->transfer);
  else
    snprintf(text, 64, "%s%s", names[flight->ending], flight->lag_ms ? ", stale" : "");
  return text;
}

static void leave(struct simulation *simulation, void *context) {
  struct flight *flight = context;
  if (!flight->exchange) return; /* given up before it got out */
  flight->left = true;
  tell(simulation, "the %s of call %d leaves", method_name(flight->method), flight->call->number);
  if (flight->method == METHOD_POST) {
    flight->call->posts_left++;
    judge_post(flight);
  }
  call_moment(flight->call);
}

static void arrive(struct simulation *simulation, void *context) {
  struct flight *flight = context;
  (void)simulation;
  if (!flight->left) return;
  if (flight->method == METHOD_POST) {
    flight->call->posts_served++;
  } else {
    service_look(flight);
    if (flight->lag_ms) flight->call->stale_served = true;
  }
  call_moment(flight->call);
}

static void commit(struct simulation *simulation, void *context) {
  struct flight *flight = context;
  (void)simulation;
  if (!flight->left) return;
  if (flight->call->state == CALL_ENDED) saw(SIGHT_LATE_COMMIT);
  service_commit(flight);
  call_moment(flight->call);
}

static void note_list(struct flight *flight) {
  struct call *call = flight->call;
  bool in_time = flight->simulation->world.now_ms(flight->simulation) < job_wake_ms(&call->task.job);
  if (flight->ending != ENDING_WELL || !in_time) return;
  call->list_came = true;
  call->list_trouble = flight->lag_ms != 0;
  call->list_count = flight->seen_count;
  memcpy(call->list, flight->seen, sizeof call->list);
}

static void note_post(struct flight *flight) {
  int status = flight->ending == ENDING_STATUS ? flight->http_status : 0;
  flight->call->post_answered = flight->ending == ENDING_WELL;
  flight->call->post_refused = status && status != 408 && status < 500;
}

static void land(struct simulation *simulation, void *context) {
  struct flight *flight = context;
  struct exchange *exchange = flight->exchange;
  char text[64];
  if (!exchange) return;
  tell(simulation, "to the %s of call %d: %s", method_name(flight->method), flight->call->number,
       describe(flight, text));
  if (flight->method == METHOD_GET)
    note_list(flight);
  else
    note_post(flight);
  flight->exchange = NULL;
  exchange->attempt = NULL;
  exchange->sent = flight->left;
  exchange->transfer = flight->ending == ENDING_FAILED ? flight->transfer : TRANSFER_DONE;
  if (flight->ending != ENDING_FAILED) service_answer(flight, &exchange->response);
  exchange_end(exchange);
  call_moment(flight->call);
}

/* ---- the transport ---- */

static struct transport *open_network(void *context, const struct transport_settings *settings, bool pollable) {
  struct transport *transport = malloc(sizeof *transport);
  if (!transport) abort();
  *transport = (struct transport){.simulation = context};
  (void)settings, (void)pollable;
  return transport;
}

void network_set_call(struct transport *transport, struct call *call) { transport->call = call; }

static bool start(struct transport *transport, struct exchange *exchange) {
  struct simulation *simulation = transport->simulation;
  struct dice *dice = &simulation->dice;
  if (simulation->flight_count == FLIGHTS_MAX) {
    complain(simulation, "more than %d requests", FLIGHTS_MAX);
    return false;
  }
  struct flight *flight = &simulation->flights[simulation->flight_count++];
  *flight = (struct flight){.simulation = simulation,
                            .call = transport->call,
                            .exchange = exchange,
                            .method = exchange->request->method,
                            .commit_ms = NEVER,
                            .retry_after_s = -1,
                            .twist = (size_t)(dice_number(dice) >> 32)};
  exchange->attempt = flight;
  response_begin(&exchange->response, exchange->request->response_max);
  transport->call->starts++;
  transport->call->post_starts += flight->method == METHOD_POST;
  judge_start(flight);
  if (flight->method == METHOD_GET) transport->call->list_trouble = true; /* until it comes back well */
  int64_t leaves_ms = simulation->now_ms + later(flight, 0, 150);
  bool out = !dice_percent(dice, simulation->weather.connect_percent);
  if (out) {
    flight->arrives_ms = leaves_ms + later(flight, 0, 150);
    if (flight->method == METHOD_POST)
      fate_of_post(flight);
    else
      fate_of_list(flight);
  } else {
    fate_of_unsent(flight);
  }
  tell(simulation, "call %d begins a %s%s", flight->call->number, method_name(flight->method),
       out ? "" : ", which does not get out");
  if (out) schedule(simulation, leaves_ms, leave, flight);
  schedule(simulation, flight->arrives_ms, arrive, flight);
  schedule(simulation, flight->commit_ms, commit, flight);
  schedule(simulation, flight->lands_ms, land, flight);
  call_moment(flight->call);
  return true;
}

static void abort_exchange(struct transport *transport, struct exchange *exchange) {
  struct flight *flight = exchange->attempt;
  if (!flight || flight->exchange != exchange || exchange->done) abort();
  tell(transport->simulation, "the %s of call %d is given up", method_name(flight->method), flight->call->number);
  flight->exchange = NULL;
  exchange->attempt = NULL;
  exchange->sent = flight->left;
}

/* The simulation's own loop waits. */
static bool wait(struct transport *transport, int64_t milliseconds, int descriptor) {
  (void)transport, (void)milliseconds, (void)descriptor;
  return false;
}

static void close_network(struct transport *transport) { free(transport); }

const struct transport_ops simulated_network = {
    .open = open_network,
    .start = start,
    .abort = abort_exchange,
    .wait = wait,
    .close = close_network,
    .abandon = close_network,
};
