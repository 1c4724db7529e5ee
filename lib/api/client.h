/* SPDX-License-Identifier: MIT */
/* A client: what a config came to, and the idle transports that its calls borrow. */
#ifndef LSX_API_CLIENT_H
#define LSX_API_CLIENT_H

#include "base/fork_mark.h"
#include "langsmith/destination_operation.h"
#include "net/engine.h"

#include <lsexport/client.h>

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

#define IDLE_TRANSPORTS_MAX 4

struct lsexport_client {
  atomic_int owners;
  struct fork_mark maker;
  const struct world *world;
  struct transport_settings transport;
  struct engine_settings engine;
  struct langsmith langsmith;
  struct spec_wire wire;
  int64_t timeout_ms;
  int64_t write_timeout_ms;
  int64_t ensure_timeout_ms;
  size_t queue_max_in_flight;
  struct retry_budget budget;
  char *texts; /* pages that hold all text that transport and langsmith point to */
  size_t texts_size;
  pthread_mutex_t lock;                        /* over what follows */
  struct transport *idle[IDLE_TRANSPORTS_MAX]; /* the one used last is on top */
  size_t idle_count;
};

/* lsexport_client_new with another world, for tests. */
lsexport_status client_new(const lsexport_config *config, const struct world *world, lsexport_client **client_out,
                           lsexport_error **error_out);
lsexport_client *client_share(lsexport_client *client);
/* True in a child of the process that made it. */
bool client_is_foreign(const lsexport_client *client);
void client_add_secrets(const lsexport_client *client, struct secrets *secrets);

/* NULL without memory. */
struct transport *client_take_transport(lsexport_client *client);
void client_give_transport(lsexport_client *client, struct transport *transport);

#endif
