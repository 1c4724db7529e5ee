/* SPDX-License-Identifier: MIT */
/* server [stepped]: a LangSmith of fixed answers on 127.0.0.1, plain and over TLS, that is no bottleneck. It prints its
 * two ports and the file of its certificate's authority, and ends with its standard input. Stepped: it works only when a
 * byte comes there, until there is nothing left to do, and so never answers a client that has not begun to wait. */
#include "certificates.h"
#include "replies.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#define REQUEST_MAX 8192
#define CONNECTIONS_MAX 8192 /* by descriptor */
#define EVENTS_AT_ONCE 256
#define HEAD_MAX 256
#define LONGEST_DESTINATION 640

#define CONFIG                                                                                           \
  "{\"endpoint_url\":null,\"prefix\":\"traces\",\"bucket_name\":\"my-bucket\",\"region\":\"us-east-1\"," \
  "\"s3_additional_kwargs\":null,\"config_kwargs_s3\":null,\"include_bucket_in_prefix\":true,"           \
  "\"aws_role_arn\":null}"
#define DESTINATION_FORMAT                                                                               \
  "{\"destination_type\":\"s3\",\"display_name\":\"%s\",\"config\":" CONFIG ",\"id\":\"%s\","            \
  "\"tenant_id\":\"4bf41bb8-1111-4222-8333-944444444444\",\"created_at\":\"2026-11-24T06:00:01+00:00\"," \
  "\"updated_at\":\"2026-11-24T06:00:01+00:00\","                                                        \
  "\"credentials_keys\":[\"access_key_id\",\"secret_access_key\"]}"

struct text {
  char *bytes;
  size_t length;
};

struct connection {
  SSL *tls; /* NULL: plain */
  struct text out;
  size_t sent;
  size_t length;
  size_t until; /* asks to be told when so many are held */
  bool held;
  char request[REQUEST_MAX + 1];
};

static struct connection *connections[CONNECTIONS_MAX];
static int epoll, plain_listener, tls_listener;
static SSL_CTX *context;
static struct text one, list_of_1000, list_of_10000, empty, unknown;
static size_t held;

static void must(bool holds, const char *what) {
  if (holds) return;
  fprintf(stderr, "server: %s failed: %s\n", what, strerror(errno));
  exit(EXIT_FAILURE);
}

/* ---- answers, made once ---- */

static struct text answer(const char *status, const char *body, size_t length) {
  struct text text = {.bytes = malloc(HEAD_MAX + length)};
  must(text.bytes != NULL, "memory");
  text.length = (size_t)snprintf(text.bytes, HEAD_MAX,
                                 "HTTP/1.1 %s\r\nContent-Type: application/json\r\n"
                                 "X-Request-Id: 6f0a2b1e7c9d4e5f8a3b2c1d0e9f8a7b\r\nContent-Length: %zu\r\n\r\n",
                                 status, length);
  memcpy(text.bytes + text.length, body, length);
  text.length += length;
  return text;
}

static struct text answer_with_list(unsigned count) {
  char *body = malloc((size_t)count * LONGEST_DESTINATION), id[37], name[64];
  size_t length = 0;
  must(body != NULL, "memory");
  for (unsigned i = 0; i < count; i++) {
    snprintf(id, sizeof id, "%08x-8a88-422c-9546-72c183b95b51", i);
    snprintf(name, sizeof name, DESTINATION_NAME " %u", i);
    body[length++] = i ? ',' : '[';
    length += (size_t)snprintf(body + length, LONGEST_DESTINATION, DESTINATION_FORMAT, name, id);
  }
  body[length++] = ']';
  struct text text = answer("200 OK", body, length);
  free(body);
  return text;
}

static void make_answers(void) {
  char body[LONGEST_DESTINATION];
  int length = snprintf(body, sizeof body, DESTINATION_FORMAT, DESTINATION_NAME, DESTINATION_ID);
  one = answer("200 OK", body, (size_t)length);
  list_of_1000 = answer_with_list(1000);
  list_of_10000 = answer_with_list(10000);
  empty = answer("200 OK", "{}", 2);
  unknown = answer("404 Not Found", "{\"detail\":\"Not Found\"}", strlen("{\"detail\":\"Not Found\"}"));
}

/* ---- bytes in and out: how many; 0 when there are none now, -1 at the end ---- */

static ssize_t progress(const struct connection *connection, ssize_t result) {
  if (result > 0) return result;
  if (!connection->tls) return result < 0 && errno == EAGAIN ? 0 : -1;
  int why = SSL_get_error(connection->tls, (int)result);
  return why == SSL_ERROR_WANT_READ || why == SSL_ERROR_WANT_WRITE ? 0 : -1;
}

static ssize_t receive(int socket, struct connection *connection) {
  char *to = connection->request + connection->length;
  size_t room = REQUEST_MAX - connection->length;
  if (!room) return -1;
  if (!connection->tls) return progress(connection, recv(socket, to, room, 0));
  ERR_clear_error();
  return progress(connection, SSL_read(connection->tls, to, (int)room));
}

static ssize_t transmit(int socket, struct connection *connection) {
  const char *from = connection->out.bytes + connection->sent;
  size_t left = connection->out.length - connection->sent;
  if (!connection->tls) return progress(connection, send(socket, from, left, MSG_NOSIGNAL));
  ERR_clear_error();
  return progress(connection, SSL_write(connection->tls, from, (int)left));
}

static void hang_up(int socket) {
  struct connection *connection = connections[socket];
  held -= connection->held;
  SSL_free(connection->tls);
  free(connection);
  connections[socket] = NULL;
  close(socket);
}

static void watch(int socket, uint32_t events, int change) {
  struct epoll_event event = {.events = events, .data.fd = socket};
  must(epoll_ctl(epoll, change, socket, &event) == 0, "epoll_ctl");
}

/* False when the connection is over. */
static bool flush(int socket) {
  struct connection *connection = connections[socket];
  while (connection->sent < connection->out.length) {
    ssize_t sent = transmit(socket, connection);
    if (sent < 0) return false;
    if (!sent) {
      watch(socket, EPOLLOUT, EPOLL_CTL_MOD);
      return true;
    }
    connection->sent += (size_t)sent;
  }
  if (connection->sent > HEAD_MAX + LONGEST_DESTINATION) watch(socket, EPOLLIN, EPOLL_CTL_MOD); /* it may have waited */
  connection->out.length = connection->sent = 0;
  return true;
}

/* ---- requests ---- */

static void give(int socket, struct text text) {
  connections[socket]->out = text;
  if (!flush(socket)) hang_up(socket);
}

static void tell_who_waits(void) {
  for (int i = 0; i < CONNECTIONS_MAX; i++)
    if (connections[i] && connections[i]->until && held >= connections[i]->until) {
      connections[i]->until = 0;
      give(i, empty);
    }
}

static bool begins(const char *text, const char *beginning) { return strncmp(text, beginning, strlen(beginning)) == 0; }

static struct text find_answer(const char *request, const char *path) {
  if (begins(path, ROOT_1000 DESTINATIONS_PATH " ")) return list_of_1000;
  if (begins(path, ROOT_10000 DESTINATIONS_PATH " ")) return list_of_10000;
  if (begins(path, DESTINATIONS_PATH "/" DESTINATION_ID " ")) return one;
  if (begins(path, DESTINATIONS_PATH " ") && begins(request, "POST ")) return one;
  return unknown;
}

static void serve(int socket, const char *request) {
  struct connection *connection = connections[socket];
  const char *path = strchr(request, ' ') + 1;
  if (begins(path, ROOT_HELD "/")) {
    connection->held = true;
    held++;
  } else if (begins(path, HELD_PATH)) {
    connection->until = strtoul(path + strlen(HELD_PATH), NULL, 10);
  } else {
    give(socket, find_answer(request, path));
    return;
  }
  tell_who_waits();
}

/* The length of a whole request; 0 when some of it is still to come. */
static size_t whole_request(const struct connection *connection) {
  static const char name[] = "\r\nContent-Length:";
  const char *end = strstr(connection->request, "\r\n\r\n");
  if (!end) return 0;
  size_t whole = (size_t)(end - connection->request) + 4;
  if (!begins(connection->request, "GET ")) {
    const char *header = strcasestr(connection->request, name);
    if (header && header < end) whole += strtoul(header + strlen(name), NULL, 10);
  }
  return connection->length >= whole ? whole : 0;
}

static void advance(int socket) {
  struct connection *connection = connections[socket];
  if (connection->out.length) {
    if (!flush(socket)) hang_up(socket);
    return;
  }
  do {
    ssize_t got = receive(socket, connection);
    if (got < 0) hang_up(socket);
    if (got <= 0) return;
    connection->length += (size_t)got;
    connection->request[connection->length] = '\0';
  } while (connection->tls && SSL_pending(connection->tls));
  size_t whole = whole_request(connection);
  if (!whole) return;
  connection->length = 0; /* no client here asks before it was answered */
  serve(socket, connection->request);
}

/* ---- the sockets ---- */

static int listen_here(int *port_out) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t size = sizeof address;
  int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  must(listener >= 0 && bind(listener, (struct sockaddr *)&address, sizeof address) == 0, "bind");
  must(listen(listener, SOMAXCONN) == 0, "listen");
  must(getsockname(listener, (struct sockaddr *)&address, &size) == 0, "getsockname");
  *port_out = ntohs(address.sin_port);
  watch(listener, EPOLLIN, EPOLL_CTL_ADD);
  return listener;
}

static void greet(int listener) {
  int socket, on = 1;
  while ((socket = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0) {
    struct connection *connection = calloc(1, sizeof *connection);
    must(connection && socket < CONNECTIONS_MAX, "a connection");
    setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (listener == tls_listener) {
      connection->tls = SSL_new(context);
      must(connection->tls && SSL_set_fd(connection->tls, socket), "TLS");
      SSL_set_accept_state(connection->tls);
    }
    connections[socket] = connection;
    watch(socket, EPOLLIN, EPOLL_CTL_ADD);
  }
}

/* What can be done now; false at the end of standard input. */
static bool work(int timeout_ms, int *count_out) {
  static struct epoll_event events[EVENTS_AT_ONCE];
  *count_out = epoll_wait(epoll, events, EVENTS_AT_ONCE, timeout_ms);
  for (int i = 0; i < *count_out; i++) {
    int socket = events[i].data.fd;
    if (socket == STDIN_FILENO) return false;
    if (socket == plain_listener || socket == tls_listener)
      greet(socket);
    else if (connections[socket])
      advance(socket);
  }
  return true;
}

static void run_stepped(void) {
  char step;
  int count;
  while (read(STDIN_FILENO, &step, 1) == 1) {
    do work(0, &count);
    while (count > 0);
    must(write(STDOUT_FILENO, "", 1) == 1, "saying so");
  }
}

static void run(void) {
  int count;
  watch(STDIN_FILENO, EPOLLIN, EPOLL_CTL_ADD);
  while (work(-1, &count)) continue;
}

int main(int argc, char **argv) {
  struct rlimit files;
  int plain_port, tls_port;
  signal(SIGPIPE, SIG_IGN);
  getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);
  certificates_make();
  context = certificates_context(IDENTITY_GOOD, TLS_LIMIT_NONE);
  SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  make_answers();
  epoll = epoll_create1(EPOLL_CLOEXEC);
  plain_listener = listen_here(&plain_port);
  tls_listener = listen_here(&tls_port);
  printf("%d %d %s\n", plain_port, tls_port, authority_file());
  fflush(stdout);
  if (argc > 1 && strcmp(argv[1], "stepped") == 0)
    run_stepped();
  else
    run();
  certificates_free();
  return 0;
}
