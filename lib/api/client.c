/* SPDX-License-Identifier: MIT */
#include "api/client.h"

#include "api/client_config.h"
#include "api/config.h"
#include "api/global.h"
#include "api/report.h"
#include "base/mem.h"
#include "net/library.h"

#include <string.h>

static void client_destroy(lsexport_client *client) {
  bool foreign = client_is_foreign(client);
  for (size_t i = 0; i < client->idle_count; i++)
    if (foreign)
      client->world->transport->abandon(client->idle[i]);
    else
      client->world->transport->close(client->idle[i]);
  mem_pages_free(client->texts, client->texts_size);
  fork_mark_free(&client->maker);
  if (!foreign) pthread_mutex_destroy(&client->lock); /* in a child another thread of the parent may seem to hold it */
  mem_free(client);
}

lsexport_status client_new(const lsexport_config *config, const struct world *world, lsexport_client **client_out,
                           lsexport_error **error_out) {
  if (!config) return report(error_new_argument("config"), error_out);
  if (!client_out) return report(error_new_argument("client_out"), error_out);
  if (config->failure) return report_builder(config->failure, config->failed_parameter, error_out);
  lsexport_client *client = mem_alloc(sizeof *client);
  if (!client) return report(error_no_memory(LSEXPORT_APPLIED_NO), error_out);
  if (!fork_mark_set(&client->maker)) {
    mem_free(client);
    return report(error_no_memory(LSEXPORT_APPLIED_NO), error_out);
  }
  atomic_init(&client->owners, 1);
  client->world = world;
  retry_budget_fill(&client->budget);
  pthread_mutex_init(&client->lock, NULL); /* cannot fail: a default mutex holds no resource */
  lsexport_error *error = client_configure(client, config);
  if (error) {
    client_destroy(client);
    return report(error, error_out);
  }
  *client_out = client;
  return LSEXPORT_OK;
}

lsexport_status lsexport_client_new(const lsexport_config *config, lsexport_client **client_out,
                                    lsexport_error **error_out) {
  if (!global_init()) return report(error_new(LSEXPORT_ERR_INTERNAL, NULL), error_out);
  const char *unfit = net_library_unfit();
  if (!unfit) return client_new(config, &world_real, client_out, error_out);
  lsexport_error *error = error_new(LSEXPORT_ERR_UNSUPPORTED, NULL);
  error_add_fact(error, "missing", unfit);
  return report(error, error_out);
}

lsexport_client *client_share(lsexport_client *client) {
  atomic_fetch_add(&client->owners, 1);
  return client;
}

bool client_is_foreign(const lsexport_client *client) { return fork_mark_is_foreign(&client->maker); }

void client_add_secrets(const lsexport_client *client, struct secrets *secrets) {
  const char *const texts[] = {client->langsmith.key_line + strlen(KEY_HEADER), client->transport.proxy_password,
                               client->transport.client_key_password};
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
    if (texts[i]) secrets_add(secrets, texts[i], strlen(texts[i]));
}

struct transport *client_take_transport(lsexport_client *client) {
  struct transport *transport = NULL;
  pthread_mutex_lock(&client->lock);
  if (client->idle_count) transport = client->idle[--client->idle_count];
  pthread_mutex_unlock(&client->lock);
  return transport ? transport : client->world->transport->open(client->world->context, &client->transport, false);
}

void client_give_transport(lsexport_client *client, struct transport *transport) {
  pthread_mutex_lock(&client->lock);
  bool kept = client->idle_count < IDLE_TRANSPORTS_MAX;
  if (kept) client->idle[client->idle_count++] = transport;
  pthread_mutex_unlock(&client->lock);
  if (!kept) client->world->transport->close(transport);
}

void lsexport_client_free(lsexport_client *client) {
  if (client && atomic_fetch_sub(&client->owners, 1) == 1) client_destroy(client);
}
