/* SPDX-License-Identifier: MIT */
#ifndef LSX_FLOW_SINGLE_H
#define LSX_FLOW_SINGLE_H

#include "net/flow.h"

/* A call of one operation. */
struct single {
  struct flow base;
  struct operation *operation;
};

void single_begin(struct single *single, struct operation *operation, const char *name);

#endif
