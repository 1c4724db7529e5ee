/* SPDX-License-Identifier: MIT */
/* libcurl's sockets: which there are, by which port they are known, and what they are watched for. */
#include "base/mem.h"
#include "net/transport_curl.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#define SOCKETS_FIRST 64

/* NULL for what libcurl opened by itself, as its resolver does. */
static struct own_socket *own_socket(const struct transport *transport, int descriptor) {
  if ((size_t)descriptor >= transport->socket_capacity || !transport->sockets[descriptor].open) return NULL;
  return &transport->sockets[descriptor];
}

static bool make_room(struct transport *transport, size_t descriptor) {
  size_t capacity = transport->socket_capacity ? transport->socket_capacity : SOCKETS_FIRST;
  size_t size = sizeof *transport->sockets;
  if (descriptor < transport->socket_capacity) return true;
  while (capacity <= descriptor) capacity *= 2;
  struct own_socket *sockets = mem_grow(transport->sockets, transport->socket_capacity * size, capacity * size);
  transport->no_memory = !sockets;
  if (!sockets) return false;
  transport->sockets = sockets;
  transport->socket_capacity = capacity;
  return true;
}

curl_socket_t sockets_open(void *userdata, curlsocktype purpose, struct curl_sockaddr *address) {
  struct transport *transport = userdata;
  (void)purpose;
  int descriptor = socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
  if (descriptor < 0) return CURL_SOCKET_BAD;
  if (make_room(transport, (size_t)descriptor)) {
    /* NOLINTNEXTLINE(clang-analyzer-security.ArrayBound): there is room for it now */
    transport->sockets[descriptor] = (struct own_socket){.open = true};
    return descriptor;
  }
  (void)close(descriptor);
  return CURL_SOCKET_BAD;
}

static void stop_watching(struct transport *transport, int descriptor) {
  struct own_socket *own = &transport->sockets[descriptor];
  if (own->in || own->out) {
    poller_forget(&transport->poller, descriptor);
    own->shard->watched--;
  }
  own->in = own->out = own->idle = false;
}

/* Before it is closed it is forgotten: where a child has inherited it, the poller would know it for ever. */
int sockets_close(void *userdata, curl_socket_t descriptor) {
  struct transport *transport = userdata;
  stop_watching(transport, descriptor);
  transport->sockets[descriptor].open = false;
  return close(descriptor);
}

int sockets_watch(CURL *easy, curl_socket_t descriptor, int what, void *userdata, void *known) {
  struct shard *shard = userdata;
  struct transport *transport = shard->transport;
  struct own_socket *own = own_socket(transport, descriptor);
  bool in = what == CURL_POLL_IN || what == CURL_POLL_INOUT, out = what == CURL_POLL_OUT || what == CURL_POLL_INOUT;
  (void)easy;
  if (own) {
    bool same = own->in == in && own->out == out, watched = own->in || own->out;
    own->idle = !in && !out;
    if (same || own->idle) return 0;
    own->in = in;
    own->out = out;
    own->shard = shard;
    if (!watched) shard->watched++;
    return poller_watch(&transport->poller, descriptor, in, out, watched) ? 0 : -1;
  }
  if (what == CURL_POLL_REMOVE) {
    poller_forget(&transport->poller, descriptor);
    return 0;
  }
  curl_multi_assign(shard->multi, descriptor, transport);
  return poller_watch(&transport->poller, descriptor, in, out, known != NULL) ? 0 : -1;
}

bool sockets_drop_idle(struct transport *transport, int descriptor) {
  const struct own_socket *own = own_socket(transport, descriptor);
  if (!own || !own->idle) return false;
  stop_watching(transport, descriptor);
  return true;
}

struct shard *sockets_shard(const struct transport *transport, int descriptor) {
  const struct own_socket *own = own_socket(transport, descriptor);
  return own ? own->shard : NULL;
}

/* ---- by their ports ---- */

static int local_port(int descriptor) {
  union {
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
  } address = {0};
  socklen_t size = sizeof address;
  if (getsockname(descriptor, &address.any, &size)) return -1;
  return ntohs(address.any.sa_family == AF_INET6 ? address.v6.sin6_port : address.v4.sin_port);
}

static bool has_port(const struct transport *transport, int descriptor, int port) {
  struct own_socket *own = own_socket(transport, descriptor);
  if (!own) return false;
  if (!own->port) own->port = local_port(descriptor);
  return own->port == port;
}

int sockets_find(struct transport *transport, int port) {
  int *hint = &transport->hints[(unsigned)port / 2 % SOCKET_HINTS]; /* the system gives every other port */
  if (has_port(transport, *hint, port)) return *hint;
  for (size_t i = 0; i < transport->socket_capacity; i++)
    if (has_port(transport, (int)i, port)) return *hint = (int)i;
  return -1;
}
