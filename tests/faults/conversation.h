/* SPDX-License-Identifier: MIT */
/* One connection of a server: follows its script, then receives what still comes. For server.c alone. */
#ifndef LSX_TESTS_CONVERSATION_H
#define LSX_TESTS_CONVERSATION_H

#include "script.h"
#include "server.h"
#include "wire.h"

#include <pthread.h>

#define HEAD_MAX (1024 * 1024)

struct conversation {
  struct server *server;
  int number;
  const struct step *script;
  bool handshake_first;
  bool deaf; /* a handshake failed: what still comes is no request */
  SSL_CTX *tls;
  pthread_t thread;
  struct wire wire;
  /* Received, and not looked at yet. */
  char *bytes;
  size_t length;
  size_t capacity;
  /* The request received last. */
  int requests;
  int request; /* its index at the server */
  size_t body_left;
  struct conversation *next;
};

void conversation_run(struct conversation *conversation);

/* ---- what it reports to its server; any thread ---- */

/* A new request, whose head becomes the server's; its index. */
int server_note_request(struct server *server, const struct seen *seen);
void server_note_body(struct server *server, int index, const char *bytes, size_t length, size_t left);
void server_note_sent(struct server *server, size_t length);
void server_note_commit(struct server *server);
void server_note_left_open(struct server *server);
void server_tell(struct server *server, unsigned signal);
/* False when the test is over. */
bool server_wait_for_go(struct server *server, unsigned signal);

#endif
