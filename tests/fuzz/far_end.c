/* SPDX-License-Identifier: MIT */
#include "far_end.h"

#include "fuzz.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define PIECE_ENDS "\x1c\x1d\x1e\x1f"
enum piece_end { END_FIN = 0x1c, END_RESET = 0x1d, END_STAYS = 0x1e, END_LATER = 0x1f };

void far_open(struct far_end *far) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t size = sizeof address;
  memset(far, 0, sizeof *far);
  far->listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  MUST(far->listener >= 0);
  MUST(bind(far->listener, (struct sockaddr *)&address, sizeof address) == 0);
  MUST(listen(far->listener, FAR_CONNECTIONS_MAX) == 0);
  MUST(getsockname(far->listener, (struct sockaddr *)&address, &size) == 0);
  far->port = ntohs(address.sin_port);
  for (size_t i = 0; i < FAR_CONNECTIONS_MAX; i++) far->connections[i].socket = -1;
}

static void hang_up(struct far_connection *connection, bool reset) {
  struct linger linger = {.l_onoff = reset};
  if (connection->socket < 0) return;
  setsockopt(connection->socket, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
  close(connection->socket);
  connection->socket = -1;
}

void far_drop(struct far_end *far) {
  for (size_t i = 0; i < FAR_CONNECTIONS_MAX; i++) hang_up(&far->connections[i], true);
  for (int socket; (socket = accept(far->listener, NULL, NULL)) >= 0;) close(socket);
}

void far_follow(struct far_end *far, const char *script, size_t length, bool early) {
  far_drop(far);
  far->script = script;
  far->left = length;
  far->early = early;
  far->posts = far->requests = 0;
}

/* ---- its answers ---- */

static void answer(struct far_end *far, struct far_connection *connection) {
  size_t length = 0;
  while (length < far->left && !strchr(PIECE_ENDS, far->script[length] ? far->script[length] : 'x')) length++;
  ssize_t sent = send(connection->socket, far->script, length, MSG_NOSIGNAL | MSG_DONTWAIT);
  (void)sent; /* who does not listen any more misses it */
  char end = length < far->left ? far->script[length] : END_FIN;
  size_t used = length < far->left ? length + 1 : length;
  far->script += used;
  far->left -= used;
  connection->owes = end == END_LATER;
  if (end == END_FIN || end == END_RESET) hang_up(connection, end == END_RESET);
}

/* ---- what it receives ---- */

static bool receive(struct far_connection *connection) {
  size_t room = FAR_REQUEST_MAX - connection->length;
  if (!room) { /* nobody sends so much */
    hang_up(connection, true);
    return true;
  }
  ssize_t got = recv(connection->socket, connection->request + connection->length, room, MSG_DONTWAIT);
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) return false;
  if (got <= 0) {
    hang_up(connection, false);
    return true;
  }
  connection->length += (size_t)got;
  connection->request[connection->length] = '\0';
  return true;
}

/* The length of a whole request at the beginning of what was received; 0 when there is none yet. */
static size_t whole_request(const struct far_connection *connection) {
  static const char name[] = "Content-Length: ";
  if (connection->tunnel) return connection->length;
  const char *end = strstr(connection->request, "\r\n\r\n");
  if (!end) return 0;
  size_t head = (size_t)(end - connection->request) + 4;
  const char *header = strstr(connection->request, name);
  size_t body = header && header < end ? (size_t)atol(header + strlen(name)) : 0;
  return connection->length >= head + body ? head + body : 0;
}

static void count_begun(struct far_end *far, struct far_connection *connection) {
  if (!connection->length || connection->begun) return;
  connection->begun = true;
  if (!connection->tunnel && strncmp(connection->request, "POST", 4) == 0) far->posts++;
}

static bool take_request(struct far_end *far, struct far_connection *connection) {
  size_t length = whole_request(connection);
  count_begun(far, connection);
  if (!length) return false;
  if (strncmp(connection->request, "CONNECT ", 8) == 0)
    connection->tunnel = true;
  else
    far->requests++;
  far->last_was_early = connection->answered_early;
  connection->length -= length;
  memmove(connection->request, connection->request + length, connection->length + 1);
  connection->begun = false;
  return true;
}

static bool move_connection(struct far_end *far, struct far_connection *connection) {
  if (connection->owes) {
    answer(far, connection);
    return true;
  }
  bool moved = receive(connection);
  if (connection->socket >= 0 && take_request(far, connection)) answer(far, connection);
  return moved;
}

/* Nobody asked yet, and there is something to say. */
static bool is_early(const struct far_end *far, int socket) {
  char byte;
  bool asked = recv(socket, &byte, 1, MSG_PEEK | MSG_DONTWAIT) > 0;
  return far->early && !asked && far->left && !strchr(PIECE_ENDS, *far->script ? *far->script : 'x');
}

static bool greet(struct far_end *far) {
  int socket = accept4(far->listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (socket < 0) return false;
  struct far_connection *connection = far->connections;
  while (connection < far->connections + FAR_CONNECTIONS_MAX && connection->socket >= 0) connection++;
  MUST(connection < far->connections + FAR_CONNECTIONS_MAX);
  connection->socket = socket;
  connection->tunnel = connection->owes = connection->begun = false;
  connection->length = 0;
  connection->answered_early = is_early(far, socket);
  if (connection->answered_early) answer(far, connection);
  return true;
}

bool far_move(struct far_end *far) {
  bool moved = false;
  while (greet(far)) moved = true;
  for (size_t i = 0; i < FAR_CONNECTIONS_MAX; i++)
    if (far->connections[i].socket >= 0 && move_connection(far, &far->connections[i])) moved = true;
  return moved;
}
