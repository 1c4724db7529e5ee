/* SPDX-License-Identifier: MIT */
#include "flow/diagnose.h"

#include <string.h>

static struct flow_step go_on(const struct diagnose *diagnose) {
  bool over = diagnose->answered && !diagnose->checking;
  return (struct flow_step){.wish = over ? FLOW_END : FLOW_WAIT_MORE};
}

/* What the check wants next. It ends without an error: it is not told of a stop. */
static struct flow_step ask_check(struct diagnose *diagnose, const struct flow_event *event) {
  struct flow_step step = diagnose->check->base.next(&diagnose->check->base, event);
  if (step.wish != FLOW_END) return step;
  diagnose->checking = false;
  return go_on(diagnose);
}

static struct flow_step begin(struct diagnose *diagnose, const struct flow_event *event) {
  struct flow_step step = {.wish = FLOW_WAIT_MORE};
  diagnose->checking = diagnose->check != NULL;
  if (diagnose->checking) step = ask_check(diagnose, event);
  diagnose->create.base.beside = step.wish == FLOW_OPERATION ? step.operation : NULL;
  return (struct flow_step){.wish = FLOW_OPERATION, .operation = &diagnose->create.base};
}

/* Once LangSmith has answered, its answer is the result, whatever became of the check. */
static struct flow_step stop(struct diagnose *diagnose, lsexport_error *error) {
  if (diagnose->check) check_abandon(diagnose->check);
  if (diagnose->answered) {
    lsexport_error_free(error);
    return (struct flow_step){.wish = FLOW_END};
  }
  bool may_be = diagnose->create.base.maybe_applied;
  if (diagnose->check) check_add_left(diagnose->check, error);
  return (struct flow_step){.wish = FLOW_END,
                            .error = error_set_applied(error, may_be ? LSEXPORT_APPLIED_UNKNOWN : LSEXPORT_APPLIED_NO)};
}

static struct flow_step next(struct flow *flow, const struct flow_event *event) {
  struct diagnose *diagnose = (struct diagnose *)flow;
  if (event->kind == FLOW_STOPPED) return stop(diagnose, event->error);
  if (event->kind == FLOW_BEGUN) return begin(diagnose, event);
  if (event->operation != &diagnose->create.base) return ask_check(diagnose, event);
  diagnose->answered = true;
  diagnose->error = event->error;
  return go_on(diagnose);
}

bool diagnose_begin(struct diagnose *diagnose, struct check *check, const struct langsmith *langsmith,
                    const lsexport_destination_spec *spec, const struct spec_wire *wire) {
  *diagnose = (struct diagnose){.base = {.name = "destination diagnose", .next = next}, .check = check};
  return destination_create_begin(&diagnose->create, langsmith, spec, wire);
}

void diagnose_free(struct diagnose *diagnose) {
  destination_operation_free(&diagnose->create);
  lsexport_error_free(diagnose->error);
  diagnose->error = NULL;
}
