/* SPDX-License-Identifier: MIT */
#include "flow/single.h"

static struct flow_step next(struct flow *flow, const struct flow_event *event) {
  struct single *single = (struct single *)flow;
  if (event->kind == FLOW_BEGUN) return (struct flow_step){.wish = FLOW_OPERATION, .operation = single->operation};
  return (struct flow_step){.wish = FLOW_END, .error = event->error};
}

void single_begin(struct single *single, struct operation *operation, const char *name) {
  *single = (struct single){.base = {.name = name, .next = next, .repeatable = operation->repeatable},
                            .operation = operation};
}
