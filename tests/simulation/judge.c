/* SPDX-License-Identifier: MIT */
/* What must hold, whatever happens. It is judged by what LangSmith and the network saw, never by what the library says
 * of itself. */
#include "simulation.h"

#include <string.h>
#include <strings.h>

/* ---- lists ---- */

static bool is_older(const struct entry *a, const struct entry *b) {
  if (a->created_us != b->created_us) return a->created_us < b->created_us;
  return strcasecmp(a->id, b->id) < 0;
}

static size_t count_shape(const struct call *call, enum shape shape) {
  size_t count = 0;
  for (size_t i = 0; i < call->list_count; i++) count += call->simulation->entries[call->list[i]].shape == shape;
  return count;
}

static bool is_listed(const struct call *call, const struct entry *entry) {
  for (size_t i = 0; i < call->list_count; i++)
    if (&call->simulation->entries[call->list[i]] == entry) return true;
  return false;
}

/* The one that all who see this list must agree on; NULL when none is equal. */
static const struct entry *oldest_listed(const struct call *call) {
  const struct entry *oldest = NULL;
  for (size_t i = 0; i < call->list_count; i++) {
    const struct entry *entry = &call->simulation->entries[call->list[i]];
    if (entry->shape == SHAPE_EQUAL && (!oldest || is_older(entry, oldest))) oldest = entry;
  }
  return oldest;
}

static const struct entry *made_by(const struct call *call) {
  const struct simulation *simulation = call->simulation;
  for (size_t i = 0; i < simulation->entry_count; i++)
    if (simulation->entries[i].maker == call) return &simulation->entries[i];
  return NULL;
}

/* ---- a request ---- */

void judge_start(struct flight *flight) {
  struct call *call = flight->call;
  struct simulation *simulation = flight->simulation;
  if (simulation->now_ms >= call->deadline_ms)
    complain(simulation, "call %d begins a request at its deadline", call->number);
  if (call->cancelled) complain(simulation, "call %d was cancelled, and begins a request", call->number);
}

void judge_post(struct flight *flight) {
  struct call *call = flight->call;
  struct simulation *simulation = flight->simulation;
  if (call->posts_left > 1) complain(simulation, "call %d sends a second POST", call->number);
  if (!flight->exchange->request->own_connection)
    complain(simulation, "the POST of call %d may be sent again by whatever lies below", call->number);
  if (call->post_starts > 1) saw(SIGHT_DIALLED_AGAIN);
  if (call->kind == CALL_CREATE) return;
  if (!call->list_came) complain(simulation, "ensure (call %d) sends a POST without having seen a list", call->number);
  if (count_shape(call, SHAPE_EQUAL))
    complain(simulation, "ensure (call %d) sends a POST though its list showed an equal one", call->number);
  if (count_shape(call, SHAPE_TOO_OLD))
    complain(simulation, "ensure (call %d) sends a POST though its list showed that the server is too old",
             call->number);
  if (call->equal_before && !call->stale_served)
    complain(simulation, "ensure (call %d) sends a POST though an equal one was there before it began", call->number);
}

/* ---- the end of a call ---- */

static void judge_create_ok(struct call *call, const struct entry *entry) {
  saw(SIGHT_CREATE_OK);
  if (entry->maker != call)
    complain(call->simulation, "create (call %d) returns %s, which is not its own", call->number, entry->id);
}

static void judge_surplus(struct call *call, const lsexport_destination *destination, const struct entry *chosen) {
  struct simulation *simulation = call->simulation;
  size_t count = lsexport_destination_surplus_count(destination);
  size_t expected = is_listed(call, chosen) ? count_shape(call, SHAPE_EQUAL) - 1 : 0;
  if (count) saw(SIGHT_ENSURE_SURPLUS);
  if (count != expected)
    complain(simulation, "ensure (call %d) names %zu surplus ones, and saw %zu", call->number, count, expected);
  for (size_t i = 0; i < count; i++) {
    const struct entry *entry = service_find(simulation, lsexport_destination_surplus_id(destination, i));
    if (!entry || entry->shape != SHAPE_EQUAL || entry == chosen)
      complain(simulation, "ensure (call %d) names a surplus one that is none", call->number);
  }
}

static void see_ensure_ok(const struct call *call, const struct entry *entry) {
  if (!call->adopted)
    saw(is_listed(call, entry) ? SIGHT_ENSURE_MADE : SIGHT_ENSURE_UNCONFIRMED);
  else if (!call->posts_left)
    saw(SIGHT_ENSURE_ADOPTED_AT_ONCE);
  else
    saw(entry->maker == call ? SIGHT_ENSURE_ADOPTED_OWN : SIGHT_ENSURE_ADOPTED_OTHERS);
  if (entry->maker && entry->maker != call && entry->maker->state == CALL_CRASHED &&
      entry->maker->caller == call->caller)
    saw(SIGHT_SECOND_CALL_ADOPTED);
}

static void judge_ensure_ok(struct call *call, const lsexport_destination *destination, const struct entry *entry) {
  struct simulation *simulation = call->simulation;
  call->adopted = lsexport_destination_adopted(destination);
  see_ensure_ok(call, entry);
  if (entry->shape != SHAPE_EQUAL)
    complain(simulation, "ensure (call %d) returns an unequal one, %s", call->number, entry->id);
  if (!call->adopted && entry->maker != call)
    complain(simulation, "ensure (call %d) says that it made %s, and did not", call->number, entry->id);
  if (call->adopted && entry->maker == call && call->post_answered)
    complain(simulation, "ensure (call %d) says that it adopted %s, and made it", call->number, entry->id);
  if (call->adopted && !is_listed(call, entry))
    complain(simulation, "ensure (call %d) adopts %s, which its last list did not show", call->number, entry->id);
  judge_surplus(call, destination, entry);
}

static void judge_ok(struct call *call, const lsexport_destination *destination) {
  struct simulation *simulation = call->simulation;
  const struct entry *entry = destination ? service_find(simulation, lsexport_destination_id(destination)) : NULL;
  if (!entry) {
    complain(simulation, "call %d says OK, and there is no such destination", call->number);
    return;
  }
  strcpy(call->id, entry->id);
  if (call->kind == CALL_CREATE)
    judge_create_ok(call, entry);
  else
    judge_ensure_ok(call, destination, entry);
}

static void see_failure(const struct call *call) {
  bool create = call->kind == CALL_CREATE, there = made_by(call) != NULL;
  if (call->status == LSEXPORT_ERR_TIMEOUT) saw(SIGHT_TIMEOUT);
  if (call->status == LSEXPORT_ERR_CANCELLED) saw(SIGHT_CANCELLED);
  if (call->status == LSEXPORT_ERR_UNSUPPORTED_BY_SERVER) saw(SIGHT_ENSURE_TOO_OLD);
  if (call->applied == LSEXPORT_APPLIED_NO)
    saw(create ? SIGHT_CREATE_NO : SIGHT_ENSURE_NO);
  else if (call->applied == LSEXPORT_APPLIED_YES && create)
    saw(SIGHT_CREATE_YES);
  else if (create)
    saw(there ? SIGHT_CREATE_UNKNOWN_THERE : SIGHT_CREATE_UNKNOWN_NOT_THERE);
  else if (call->applied == LSEXPORT_APPLIED_UNKNOWN)
    saw(SIGHT_ENSURE_UNKNOWN);
}

static void judge_failure(struct call *call, const lsexport_error *error) {
  struct simulation *simulation = call->simulation;
  see_failure(call);
  if (call->status == LSEXPORT_OK) complain(simulation, "call %d fails, and says OK", call->number);
  if (call->post_answered && made_by(call)->shape == SHAPE_EQUAL)
    complain(simulation, "call %d fails, though it was told what it made", call->number);
  if (call->post_refused && call->applied != LSEXPORT_APPLIED_NO)
    complain(simulation, "call %d was refused, and does not say so", call->number);
  if (call->applied == LSEXPORT_APPLIED_YES && !made_by(call))
    complain(simulation, "call %d says that it was applied, and nothing is there", call->number);
  if (call->applied == LSEXPORT_APPLIED_UNKNOWN && !call->posts_left)
    complain(simulation, "call %d does not know whether it was applied, though nothing left", call->number);
  if (call->kind == CALL_CREATE && lsexport_error_retryable(error) && call->applied != LSEXPORT_APPLIED_NO)
    complain(simulation, "create (call %d) says that it may be repeated, and that could double it", call->number);
  bool counts = call->status != LSEXPORT_ERR_NO_MEMORY; /* that error is the same for all calls */
  if (counts && lsexport_error_attempts(error) != call->starts)
    complain(simulation, "call %d says %d attempts, and made %d", call->number, (int)lsexport_error_attempts(error),
             call->starts);
}

void judge_call(struct call *call, const lsexport_destination *destination, const lsexport_error *error) {
  struct simulation *simulation = call->simulation;
  if (call->ended_ms > call->deadline_ms)
    complain(simulation, "call %d ends %lld ms past its deadline", call->number,
             (long long)(call->ended_ms - call->deadline_ms));
  if (error)
    judge_failure(call, error);
  else
    judge_ok(call, destination);
  const struct entry *oldest = call->kind == CALL_ENSURE ? oldest_listed(call) : NULL;
  if (oldest && strcasecmp(oldest->id, call->id) != 0)
    complain(simulation, "ensure (call %d) saw %s, and ends with %s", call->number, oldest->id,
             error ? "an error" : call->id);
}

/* ---- the end of all ---- */

static void judge_applied(struct simulation *simulation) {
  for (size_t i = 0; i < simulation->call_count; i++) {
    const struct call *call = &simulation->calls[i];
    if (call->posts_served > 1)
      complain(simulation, "LangSmith saw %d POSTs of call %d", call->posts_served, call->number);
    bool says_no = call->state == CALL_ENDED && call->status && call->applied == LSEXPORT_APPLIED_NO;
    if (says_no && made_by(call))
      complain(simulation, "call %d said that it was not applied, and %s is there", call->number, made_by(call)->id);
  }
}

/* An ensure adds one only where none was there when it began, as far as LangSmith let it see; a create always may. So
 * one client has one, and two that race have two at most. */
static void judge_count(struct simulation *simulation) {
  size_t equal = 0, allowed = 0;
  bool some_ok = false;
  for (size_t i = 0; i < simulation->entry_count; i++) {
    equal += simulation->entries[i].shape == SHAPE_EQUAL;
    allowed += simulation->entries[i].shape == SHAPE_EQUAL && !simulation->entries[i].maker;
  }
  for (size_t i = 0; i < simulation->call_count; i++) {
    const struct call *call = &simulation->calls[i];
    allowed += call->kind == CALL_CREATE || !call->equal_before || call->stale_served;
    some_ok = some_ok || (call->state == CALL_ENDED && !call->status && call->kind == CALL_ENSURE);
  }
  if (equal > allowed) complain(simulation, "%zu equal ones are there, and %zu may be", equal, allowed);
  if (some_ok && !equal) complain(simulation, "an ensure said OK, and there is none");
}

/* Its last list, where it made one, came back whole, fresh and in time. */
static bool saw_all(const struct call *call) {
  return call->kind == CALL_ENSURE && call->state == CALL_ENDED && !call->status && !call->list_trouble &&
         !call->cancelled;
}

static void judge_pair(struct simulation *simulation, const struct call *a, const struct call *b) {
  if (a->caller == b->caller || !saw_all(a) || !saw_all(b)) return;
  if (simulation->weather.stamping != STAMPED_IN_COMMIT_ORDER) return;
  if (strcasecmp(a->id, b->id) != 0)
    complain(simulation, "call %d holds %s, and call %d holds %s", a->number, a->id, b->number, b->id);
  if (!a->posts_left || !b->posts_left) return;
  saw(SIGHT_RACE_BOTH_POSTED);
  if (made_by(a) && made_by(b))
    saw(SIGHT_RACE_SAME_ID);
  else
    saw(SIGHT_RACE_ONE_MADE);
}

void judge_run(struct simulation *simulation) {
  judge_applied(simulation);
  judge_count(simulation);
  for (size_t i = 0; i < simulation->call_count; i++)
    for (size_t other = i + 1; other < simulation->call_count; other++)
      judge_pair(simulation, &simulation->calls[i], &simulation->calls[other]);
}
