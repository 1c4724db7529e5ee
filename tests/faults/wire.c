/* SPDX-License-Identifier: MIT */
#include "wire.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

void wire_begin(struct wire *wire, int socket, int stop) {
  int on = 1;
  *wire = (struct wire){.socket = socket, .stop = stop};
  fcntl(socket, F_SETFL, fcntl(socket, F_GETFL) | O_NONBLOCK);
  setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on); /* one write, one segment */
}

/* False when the test is over, or waited too long after it. */
static bool wait_for(struct wire *wire, short events) {
  struct pollfd polled[2] = {{.fd = wire->socket, .events = events}, {.fd = wire->stop, .events = POLLIN}};
  int ready;
  do {
    ready = poll(polled, wire->patient ? 1 : 2, wire->patient ? DRAIN_MS : -1);
  } while (ready < 0 && errno == EINTR);
  return ready > 0 && (wire->patient || !polled[1].revents);
}

void wire_pause(struct wire *wire, int milliseconds) {
  struct pollfd polled = {.fd = wire->stop, .events = POLLIN};
  if (!wire->patient) (void)poll(&polled, 1, milliseconds);
}

/* What a call that could not go on waits for; 0: nothing, it failed. */
static short wanted(struct wire *wire, int result, short plain) {
  if (!wire->tls) return errno == EAGAIN || errno == EWOULDBLOCK ? plain : 0;
  switch (SSL_get_error(wire->tls, result)) {
  case SSL_ERROR_WANT_READ:
    return POLLIN;
  case SSL_ERROR_WANT_WRITE:
    return POLLOUT;
  default:
    return 0;
  }
}

int wire_read(struct wire *wire, void *to, size_t size) {
  for (;;) {
    ERR_clear_error();
    int got = wire->tls ? SSL_read(wire->tls, to, (int)size) : (int)recv(wire->socket, to, size, 0);
    if (got > 0) return got;
    if (wire->tls ? SSL_get_error(wire->tls, got) == SSL_ERROR_ZERO_RETURN : got == 0) return WIRE_ENDED;
    if (!wire->tls && errno == EINTR) continue;
    short events = wanted(wire, got, POLLIN);
    if (!events) return WIRE_FAILED;
    if (!wait_for(wire, events)) return WIRE_STOPPED;
  }
}

bool wire_write(struct wire *wire, const void *bytes, size_t length) {
  const char *from = bytes;
  while (length) {
    ERR_clear_error();
    int put = wire->tls ? SSL_write(wire->tls, from, (int)length) : (int)send(wire->socket, from, length, MSG_NOSIGNAL);
    if (put > 0) {
      from += put;
      length -= (size_t)put;
      continue;
    }
    if (!wire->tls && put < 0 && errno == EINTR) continue;
    short events = wanted(wire, put, POLLOUT);
    if (!events || !wait_for(wire, events)) return false;
  }
  return true;
}

/* The other end's row in the kernel's table has our ports, the other way round. */
static bool has_unread(uint16_t own_port, uint16_t other_port) {
  char line[256];
  bool unread = false;
  FILE *table = fopen("/proc/net/tcp", "re");
  if (!table) abort();
  while (!unread && fgets(line, sizeof line, table)) {
    unsigned local, remote, waiting;
    int found = sscanf(line, "%*s %*8[0-9A-F]:%x %*8[0-9A-F]:%x %*x %*8[0-9A-F]:%x", &local, &remote, &waiting);
    unread = found == 3 && local == other_port && remote == own_port && waiting;
  }
  fclose(table);
  return unread;
}

bool wire_await_taken(struct wire *wire) {
  struct sockaddr_in own, other;
  socklen_t own_size = sizeof own, other_size = sizeof other;
  struct pollfd polled = {.fd = wire->stop, .events = POLLIN};
  if (getsockname(wire->socket, (struct sockaddr *)&own, &own_size) != 0) abort();
  if (getpeername(wire->socket, (struct sockaddr *)&other, &other_size) != 0) return true; /* it is gone */
  for (int unsent = 0;;) {
    if (ioctl(wire->socket, SIOCOUTQ, &unsent) != 0) abort();
    if (!unsent && !has_unread(ntohs(own.sin_port), ntohs(other.sin_port))) return true;
    if (poll(&polled, 1, 1) > 0) return false;
  }
}

bool wire_handshake(struct wire *wire, SSL_CTX *context) {
  wire->tls = SSL_new(context);
  if (!wire->tls || !SSL_set_fd(wire->tls, wire->socket)) return false;
  for (;;) {
    ERR_clear_error();
    int result = SSL_accept(wire->tls);
    if (result == 1) return true;
    short events = wanted(wire, result, POLLIN);
    if (!events || !wait_for(wire, events)) break;
  }
  SSL_free(wire->tls);
  wire->tls = NULL;
  return false;
}

void wire_end_writing(struct wire *wire, bool close_notify) {
  if (wire->tls && close_notify) {
    ERR_clear_error();
    (void)SSL_shutdown(wire->tls);
  }
  (void)shutdown(wire->socket, SHUT_WR);
  wire->write_ended = true;
}

void wire_close(struct wire *wire) {
  if (wire->tls) SSL_free(wire->tls);
  wire->tls = NULL;
  if (wire->socket >= 0) (void)close(wire->socket);
  wire->socket = -1;
}

void wire_reset(struct wire *wire) {
  struct linger at_once = {.l_onoff = 1, .l_linger = 0};
  (void)setsockopt(wire->socket, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  wire_close(wire);
}
