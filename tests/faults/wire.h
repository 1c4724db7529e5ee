/* SPDX-License-Identifier: MIT */
/* The server's end of one connection: a socket, and TLS over it once a handshake was made. */
#ifndef LSX_TESTS_WIRE_H
#define LSX_TESTS_WIRE_H

#include <openssl/ssl.h>
#include <stdbool.h>
#include <stddef.h>

struct wire {
  int socket;
  SSL *tls;     /* NULL: plain */
  int stop;     /* readable once the test is over: what waits is given up */
  bool patient; /* the test is over: stop is not looked at, and nothing is waited for longer than DRAIN_MS */
  bool write_ended;
};

#define DRAIN_MS 20000

enum { WIRE_ENDED = 0, WIRE_FAILED = -1, WIRE_STOPPED = -2 };

/* The socket becomes the wire's. */
void wire_begin(struct wire *wire, int socket, int stop);
/* Bytes read, or WIRE_*. */
int wire_read(struct wire *wire, void *to, size_t size);
/* False when the other side is gone or the test is over. */
bool wire_write(struct wire *wire, const void *bytes, size_t length);
/* Waits until the other side has read all that was written; it is on this machine. False when the test is over. */
bool wire_await_taken(struct wire *wire);
/* As a server. False when it failed; the wire is plain again then. */
bool wire_handshake(struct wire *wire, SSL_CTX *context);
void wire_end_writing(struct wire *wire, bool close_notify);
/* RST; the wire is closed. */
void wire_reset(struct wire *wire);
void wire_close(struct wire *wire);
/* Waits for so long, unless the test is over. */
void wire_pause(struct wire *wire, int milliseconds);

#endif
