/* SPDX-License-Identifier: MIT */
/* Multi handles: how many there are, and which takes a transfer. */
#include "net/transport_curl.h"
#include "net/world.h"

/* libcurl holds the bound of a host's connections in each multi handle for itself. */
size_t shards_needed(const struct transport_settings *settings, bool pollable) {
  if (!pollable || settings->host_connections_max) return 1;
  return (size_t)(1 + (settings->connections_max - 1) / SHARD_TRANSFERS_MAX);
}

/* libcurl says what it waits for. */
static int on_timer(CURLM *multi, long milliseconds, void *userdata) {
  struct shard *shard = userdata;
  (void)multi;
  shard->timer_ms = milliseconds < 0 ? INT64_MAX : world_now_ms(NULL) + milliseconds;
  return 0;
}

static bool open_shard(struct transport *transport, struct shard *shard) {
  CURLM *multi = shard->multi = curl_multi_init();
  if (!multi || !transport->pollable) return multi;
  curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, sockets_watch);
  curl_multi_setopt(multi, CURLMOPT_SOCKETDATA, shard);
  curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, on_timer);
  curl_multi_setopt(multi, CURLMOPT_TIMERDATA, shard);
  /* Without it, libcurl keeps four for each call that is under way: it closes those of a burst while the burst ends. */
  curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, (long)transport->shard_max);
  curl_multi_setopt(multi, CURLMOPT_MAX_HOST_CONNECTIONS, (long)transport->settings->host_connections_max);
  return true;
}

bool shards_begin(struct transport *transport) {
  size_t count = transport->shard_count;
  transport->shard_max = ((size_t)transport->settings->connections_max + count - 1) / count;
  for (size_t i = 0; i < count; i++) {
    transport->shards[i].transport = transport;
    transport->shards[i].timer_ms = INT64_MAX;
  }
  return open_shard(transport, transport->shards);
}

/* The first takes what was not foreseen, and what there is no memory for elsewhere: that costs time, and no more. */
struct shard *shards_take(struct transport *transport) {
  struct shard *taken = transport->shards;
  for (size_t i = 0; i < transport->shard_count; i++) {
    struct shard *shard = &transport->shards[i];
    if (shard->under_way >= transport->shard_max) continue;
    if (shard->multi || open_shard(transport, shard)) taken = shard;
    break;
  }
  taken->under_way++;
  return taken;
}

struct shard *shards_next(struct transport *transport, struct shard *shard) {
  const struct shard *end = transport->shards + transport->shard_count;
  do shard++;
  while (shard < end && !shard->multi);
  return shard < end ? shard : NULL;
}

static void close_shard(struct shard *shard) {
  if (shard->multi) curl_multi_cleanup(shard->multi);
  shard->multi = NULL;
  shard->timer_ms = INT64_MAX;
}

/* libcurl closes a connection that has ended when the multi handle's next transfer begins: in all but the first that may
 * be never. */
void shards_tidy(struct transport *transport) {
  for (struct shard *shard = transport->shards; (shard = shards_next(transport, shard));)
    if (!shard->under_way && !shard->watched) close_shard(shard);
}

void shards_close(struct transport *transport) {
  for (struct shard *shard = transport->shards; shard; shard = shards_next(transport, shard)) close_shard(shard);
}
