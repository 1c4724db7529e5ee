/* SPDX-License-Identifier: MIT */
/* The other end of real sockets, in the same thread: it moves while the library waits. It knows of HTTP where a request
 * ends, and answers with the next piece of a script, whatever that is.
 *
 * A piece ends with 0x1c: FIN; 0x1d: RST; 0x1e: the connection stays, the next request on it gets the next piece; 0x1f:
 * the rest follows a little later. At the script's end: FIN. */
#ifndef LSX_TESTS_FUZZ_FAR_END_H
#define LSX_TESTS_FUZZ_FAR_END_H

#include <stdbool.h>
#include <stddef.h>

#define FAR_CONNECTIONS_MAX 8
#define FAR_REQUEST_MAX 65536

struct far_connection {
  int socket; /* -1: free */
  bool tunnel;
  bool owes;           /* the rest of a piece */
  bool answered_early; /* before anything of a request was there */
  bool begun;          /* a request, and it was counted */
  size_t length;
  char request[FAR_REQUEST_MAX + 1];
};

struct far_end {
  int listener;
  int port;
  const char *script;
  size_t left;
  bool early;          /* answers before it is asked */
  size_t posts;        /* begun */
  size_t requests;     /* received whole */
  bool last_was_early; /* the last of them was on a connection that had its answer before */
  struct far_connection connections[FAR_CONNECTIONS_MAX];
};

/* Listens on a port of its own. */
void far_open(struct far_end *far);
/* Forgets all that was; script is borrowed. */
void far_follow(struct far_end *far, const char *script, size_t length, bool early);
/* Does what can be done now; false when that was nothing. */
bool far_move(struct far_end *far);
/* Lets go of every connection. */
void far_drop(struct far_end *far);

#endif
