/* SPDX-License-Identifier: MIT */
#include "flow/ensure.h"

#include "base/mem.h"
#include "base/text.h"

#include <string.h>

/* ---- what a list says ---- */

struct found {
  lsexport_destination *oldest; /* of the equal ones; borrowed from the list */
  size_t equal_count;
  const char *missing; /* a member that the server dropped from an otherwise equal one */
  bool uncertain;
};

/* The oldest, then the smallest id: the same for every client that looks. */
static bool is_older(const lsexport_destination *a, const lsexport_destination *b) {
  if (a->created_at_unix_us != b->created_at_unix_us) return a->created_at_unix_us < b->created_at_unix_us;
  for (const char *x = a->id, *y = b->id; *x; x++, y++)
    if (text_lower((unsigned char)*x) != text_lower((unsigned char)*y))
      return text_lower((unsigned char)*x) < text_lower((unsigned char)*y);
  return false;
}

static enum likeness compare(const struct ensure *ensure, const lsexport_destination *theirs,
                             const char **missing_out) {
  return destination_compare(theirs, spec_text(ensure->spec, SPEC_DISPLAY_NAME), ensure->config, missing_out);
}

static struct found look(const struct ensure *ensure) {
  struct found found = {0};
  const lsexport_destinations *list = ensure->list.destinations;
  for (size_t i = 0; i < list->count; i++) {
    const char *missing = NULL;
    switch (compare(ensure, list->items[i], &missing)) {
    case DESTINATION_EQUAL:
      found.equal_count++;
      if (!found.oldest || is_older(list->items[i], found.oldest)) found.oldest = list->items[i];
      break;
    case DESTINATION_SERVER_TOO_OLD:
      found.missing = missing;
      break;
    case DESTINATION_UNCERTAIN:
      found.uncertain = true;
      break;
    case DESTINATION_OTHER:
      break;
    }
  }
  return found;
}

static bool keep_surplus(const struct ensure *ensure, const struct found *found) {
  lsexport_destination *chosen = found->oldest;
  if (found->equal_count < 2) return true;
  chosen->surplus_ids = mem_alloc(found->equal_count * sizeof *chosen->surplus_ids);
  if (!chosen->surplus_ids) return false;
  for (size_t i = 0; i < ensure->list.destinations->count; i++) {
    const lsexport_destination *other = ensure->list.destinations->items[i];
    const char *missing;
    if (other == chosen || compare(ensure, other, &missing) != DESTINATION_EQUAL) continue;
    char *id = mem_text(other->id, strlen(other->id));
    if (!id) return false;
    chosen->surplus_ids[chosen->surplus_count++] = id;
  }
  return true;
}

/* ---- steps ---- */

static struct flow_step succeed(struct ensure *ensure, lsexport_destination *destination, bool adopted) {
  destination->adopted = adopted;
  ensure->result = destination;
  return (struct flow_step){.wish = FLOW_END};
}

static struct flow_step fail(struct ensure *ensure, lsexport_error *error) {
  if (ensure->created) { /* it exists, and we know it: that is what was asked */
    lsexport_error_free(error);
    lsexport_destination *created = ensure->created;
    ensure->created = NULL;
    return succeed(ensure, created, false);
  }
  if (ensure->lost) {
    if (error->status != LSEXPORT_ERR_CANCELLED) { /* the POST's failure says more than the list's */
      lsexport_error_free(error);
      error = ensure->lost_error;
      ensure->lost_error = NULL;
    }
    error = error_set_applied(error, LSEXPORT_APPLIED_UNKNOWN);
  }
  return (struct flow_step){.wish = FLOW_END, .error = error};
}

static struct flow_step begin_list(struct ensure *ensure) {
  destination_operation_free(&ensure->list);
  if (!destination_list_begin(&ensure->list, ensure->langsmith))
    return fail(ensure, error_no_memory(LSEXPORT_APPLIED_NO));
  return (struct flow_step){.wish = FLOW_OPERATION, .operation = &ensure->list.base};
}

static struct flow_step begin_create(struct ensure *ensure) {
  bool made = destination_create_begin(&ensure->create, ensure->langsmith, ensure->spec, ensure->wire);
  if (!made) return fail(ensure, error_no_memory(LSEXPORT_APPLIED_NO));
  ensure->stage = ENSURE_CREATING;
  ensure->create.base.timeout_ms = ensure->create_timeout_ms;
  return (struct flow_step){.wish = FLOW_OPERATION, .operation = &ensure->create.base};
}

/* The chosen one leaves the list. It was made by us if our POST's answer named it. */
static struct flow_step adopt(struct ensure *ensure, const struct found *found) {
  if (!keep_surplus(ensure, found)) return fail(ensure, error_no_memory(LSEXPORT_APPLIED_NO));
  bool ours = ensure->created && text_equal_ignoring_case(ensure->created->id, found->oldest->id);
  return succeed(ensure, lsexport_destination_copy(found->oldest), !ours);
}

/* The server does not know a member that we set. What our POST made stays, and is named. */
static struct flow_step too_old(struct ensure *ensure, const char *missing) {
  lsexport_error *error = error_new(LSEXPORT_ERR_UNSUPPORTED_BY_SERVER, ensure->secrets);
  error_add_fact(error, "member", missing);
  if (ensure->created) error_add_fact(error, "destination_id", ensure->created->id);
  int32_t applied = ensure->created ? LSEXPORT_APPLIED_YES
                    : ensure->lost  ? LSEXPORT_APPLIED_UNKNOWN
                                    : LSEXPORT_APPLIED_NO;
  return (struct flow_step){.wish = FLOW_END, .error = error_set_applied(error, applied)};
}

static struct flow_step pause(struct ensure *ensure, int64_t left_ms) {
  int64_t pause_ms = ensure->pause_ms;
  if (pause_ms > left_ms) pause_ms = left_ms;
  ensure->pause_ms *= 2;
  if (ensure->pause_ms > ENSURE_PAUSE_MAX_MS) ensure->pause_ms = ENSURE_PAUSE_MAX_MS;
  return (struct flow_step){.wish = FLOW_PAUSE, .pause_ms = pause_ms};
}

static struct flow_step after_list(struct ensure *ensure, const struct flow_event *event) {
  if (event->error) {
    /* Once a POST is out, only the deadline ends the looking for what it did, or an error that waiting cannot mend. */
    bool again = ensure->stage == ENSURE_CONFIRMING && !error_is_static(event->error) && event->error->transient;
    if (!again) return fail(ensure, event->error);
    lsexport_error_free(event->error);
    return pause(ensure, event->left_ms);
  }
  struct found found = look(ensure);
  if (found.oldest) return adopt(ensure, &found);
  if (found.uncertain) return fail(ensure, error_no_memory(LSEXPORT_APPLIED_NO));
  if (found.missing) return too_old(ensure, found.missing);
  if (ensure->stage == ENSURE_LOOKING) return begin_create(ensure);
  if (!ensure->created) return pause(ensure, event->left_ms); /* committed later, perhaps */
  lsexport_destination *created = ensure->created; /* the server shows it in other words than ours, or not yet */
  ensure->created = NULL;
  return succeed(ensure, created, false);
}

static struct flow_step after_create(struct ensure *ensure, const struct flow_event *event) {
  const char *missing = NULL;
  if (event->error && event->error->applied == LSEXPORT_APPLIED_NO) return fail(ensure, event->error);
  ensure->created = ensure->create.destination;
  ensure->create.destination = NULL;
  ensure->lost = event->error != NULL;
  ensure->lost_error = event->error;
  ensure->stage = ENSURE_CONFIRMING;
  if (ensure->created && compare(ensure, ensure->created, &missing) == DESTINATION_SERVER_TOO_OLD)
    return too_old(ensure, missing);
  return begin_list(ensure);
}

static struct flow_step next(struct flow *flow, const struct flow_event *event) {
  struct ensure *ensure = (struct ensure *)flow;
  switch (event->kind) {
  case FLOW_OPERATION_ENDED:
    return ensure->stage == ENSURE_CREATING ? after_create(ensure, event) : after_list(ensure, event);
  case FLOW_STOPPED:
    return fail(ensure, event->error);
  default:
    return begin_list(ensure);
  }
}

bool ensure_begin(struct ensure *ensure, const struct langsmith *langsmith, const lsexport_destination_spec *spec,
                  const struct spec_wire *wire, const struct secrets *secrets, int64_t create_timeout_ms) {
  struct buf config;
  enum json_failure failure;
  *ensure = (struct ensure){.base = {.name = "destination ensure", .next = next, .repeatable = true},
                            .langsmith = langsmith,
                            .spec = spec,
                            .wire = wire,
                            .secrets = secrets,
                            .create_timeout_ms = create_timeout_ms,
                            .pause_ms = ENSURE_PAUSE_FIRST_MS};
  buf_init(&config, REQUEST_BODY_MAX);
  spec_write_config(&config, spec, NULL);
  ensure->config = config.failure ? NULL : node_parse(buf_string(&config), config.length, &failure);
  buf_reset(&config);
  return ensure->config != NULL;
}

void ensure_free(struct ensure *ensure) {
  node_free(ensure->config);
  destination_operation_free(&ensure->list);
  destination_operation_free(&ensure->create);
  lsexport_error_free(ensure->lost_error);
  lsexport_destination_free(ensure->created);
  ensure->config = NULL;
  ensure->lost_error = NULL;
  ensure->created = NULL;
}
