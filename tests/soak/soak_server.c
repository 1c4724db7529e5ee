/* SPDX-License-Identifier: MIT */
#include "soak_server.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define CONNECTIONS_MAX 64
#define REQUEST_MAX 16384
#define PATH "/api/v1/bulk-exports/destinations"
#define DESTINATION                                                                                                    \
  "{\"destination_type\":\"s3\",\"display_name\":\"" SOAK_NAME                                                         \
  "\",\"config\":{\"endpoint_url\":null,\"prefix\":\"exports\","                                                       \
  "\"bucket_name\":\"bucket\",\"region\":\"us-east-1\",\"s3_additional_kwargs\":null,\"config_kwargs_s3\":null,"       \
  "\"include_bucket_in_prefix\":true,\"aws_role_arn\":null},\"id\":\"" SOAK_ID                                         \
  "\",\"tenant_id\":\"4bf41bb8-1111-4222-8333-944444444444\",\"created_at\":\"2026-11-24T06:00:01.000000+00:00\","     \
  "\"updated_at\":\"2026-11-24T06:00:01.000000+00:00\",\"credentials_keys\":[\"access_key_id\",\"secret_access_key\"]" \
  "}"

struct connection {
  size_t length;
  char request[REQUEST_MAX + 1];
};

static struct pollfd polled[2 + CONNECTIONS_MAX]; /* the listener, the end, and connections */
static struct connection connections[CONNECTIONS_MAX];
static int end_pipe[2];
static pthread_t thread;

static void answer(int socket, const char *status, const char *body) {
  char head[256];
  int head_length = snprintf(head, sizeof head,
                             "HTTP/1.1 %s\r\nContent-Type: application/json\r\nX-Request-Id: soak\r\n"
                             "Content-Length: %zu\r\n\r\n",
                             status, strlen(body));
  if (send(socket, head, (size_t)head_length, MSG_NOSIGNAL | MSG_MORE) == head_length)
    (void)!send(socket, body, strlen(body), MSG_NOSIGNAL);
}

static void serve(int socket, const char *request) {
  char method[8] = "", path[256] = "";
  if (sscanf(request, "%7s %255s", method, path) != 2) return;
  bool one = strcmp(path, PATH "/" SOAK_ID) == 0, all = strcmp(path, PATH) == 0;
  if (one && strcmp(method, "DELETE") == 0)
    answer(socket, "200 OK", "{}");
  else if (one || (all && strcmp(method, "POST") == 0))
    answer(socket, "200 OK", DESTINATION);
  else if (all)
    answer(socket, "200 OK", "[" DESTINATION "," DESTINATION "," DESTINATION "]");
  else
    answer(socket, "404 Not Found", "{\"detail\":\"Bulk export destination not found\"}");
}

/* The length of a whole request; 0 when some of it is still to come. */
static size_t whole_request(const struct connection *connection) {
  static const char name[] = "Content-Length: ";
  const char *end = strstr(connection->request, "\r\n\r\n");
  if (!end) return 0;
  const char *header = strstr(connection->request, name);
  size_t body = header && header < end ? (size_t)atol(header + strlen(name)) : 0;
  size_t whole = (size_t)(end - connection->request) + 4 + body;
  return connection->length >= whole ? whole : 0;
}

/* False when the connection is over. */
static bool receive(int socket, struct connection *connection) {
  ssize_t got = recv(socket, connection->request + connection->length, REQUEST_MAX - connection->length, 0);
  if (got <= 0) return false;
  connection->length += (size_t)got;
  connection->request[connection->length] = '\0';
  for (size_t whole; (whole = whole_request(connection)) > 0;) {
    serve(socket, connection->request);
    connection->length -= whole;
    memmove(connection->request, connection->request + whole, connection->length + 1);
  }
  return true;
}

static void greet(int listener) {
  int socket = accept(listener, NULL, NULL), on = 1;
  if (socket < 0) return;
  setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  for (size_t i = 0; i < CONNECTIONS_MAX; i++)
    if (polled[2 + i].fd < 0) {
      polled[2 + i].fd = socket;
      connections[i].length = 0;
      return;
    }
  fprintf(stderr, "soak: more than %d connections are open\n", CONNECTIONS_MAX);
  close(socket);
}

static void *run(void *context) {
  (void)context;
  while (!polled[1].revents) {
    if (poll(polled, sizeof polled / sizeof *polled, -1) < 0 && errno != EINTR) break;
    if (polled[0].revents) greet(polled[0].fd);
    for (size_t i = 0; i < CONNECTIONS_MAX; i++)
      if (polled[2 + i].fd >= 0 && polled[2 + i].revents && !receive(polled[2 + i].fd, &connections[i])) {
        close(polled[2 + i].fd);
        polled[2 + i].fd = -1;
      }
  }
  return NULL;
}

int soak_server_start(void) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t size = sizeof address;
  int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  for (size_t i = 0; i < sizeof polled / sizeof *polled; i++) polled[i] = (struct pollfd){.fd = -1, .events = POLLIN};
  if (listener < 0 || bind(listener, (struct sockaddr *)&address, sizeof address) || listen(listener, 64) ||
      getsockname(listener, (struct sockaddr *)&address, &size) || pipe(end_pipe))
    return 0;
  polled[0].fd = listener;
  polled[1].fd = end_pipe[0];
  return pthread_create(&thread, NULL, run, NULL) ? 0 : ntohs(address.sin_port);
}

void soak_server_stop(void) {
  (void)!write(end_pipe[1], "", 1);
  pthread_join(thread, NULL);
  for (size_t i = 0; i < sizeof polled / sizeof *polled; i++)
    if (polled[i].fd >= 0) close(polled[i].fd);
  close(end_pipe[1]);
}
