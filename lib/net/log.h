/* SPDX-License-Identifier: MIT */
/* The client's log: one line of JSON an event. What may stand in it is what these functions take, and nothing else. */
#ifndef LSX_NET_LOG_H
#define LSX_NET_LOG_H

#include "error/error.h"
#include "net/flow.h"

#include <lsexport/client.h>

#define LOG_LINE_MAX 2048

struct log_sink {
  lsexport_log_fn function; /* NULL: nobody listens */
  uintptr_t userdata;
};

struct log_context {
  const struct log_sink *sink;
  const struct secrets *secrets;
  int64_t unix_s;
  const char *call;
  int attempt;
};

/* error is NULL for a success; unfinished. */
void log_attempt(const struct log_context *context, const struct exchange *exchange, const lsexport_error *error);
void log_retry(const struct log_context *context, int64_t wait_ms);
void log_outcome(const struct log_context *context, const lsexport_error *error, int64_t duration_ms);

#endif
