/* SPDX-License-Identifier: MIT */
/* What a server does on one connection, as data: an array of steps that ends with END. Every byte is explicit. Where the
 * end of a script is reached without FIN, CUT or RST, the connection stays open and silent. */
#ifndef LSX_TESTS_SCRIPT_H
#define LSX_TESTS_SCRIPT_H

#include <stddef.h>

enum step_kind {
  STEP_END,
  STEP_HEAD,    /* receives a request's head; what is left of the body before it is received too */
  STEP_BODY,    /* receives the rest of that request's body */
  STEP_SOME,    /* receives at least one byte of anything, and forgets it */
  STEP_SEND,    /* sends these bytes, in one write */
  STEP_FLOOD,   /* sends these bytes so many times; 0: until the other side goes */
  STEP_DRIBBLE, /* sends these bytes one by one, so many milliseconds apart */
  STEP_ANSWER,  /* sends a status line, header lines, a Content-Length that fits, and a body, in one write */
  STEP_PAUSE,   /* so many milliseconds */
  STEP_TAKEN,   /* waits until the other side has read all that was sent: a reset would take it back */
  STEP_TELL,    /* tells the test that this place was reached */
  STEP_AWAIT,   /* waits until the test lets it go on */
  STEP_STALL,   /* does nothing more until the server is finished */
  STEP_TLS,     /* a TLS handshake */
  STEP_FIN,     /* ends its direction properly: close_notify too */
  STEP_CUT,     /* ends its direction without close_notify */
  STEP_RST,     /* resets the connection */
  STEP_COMMIT,  /* counts a request as carried out */
  STEP_AGAIN    /* from the first step on */
};

struct step {
  enum step_kind kind;
  const char *bytes; /* ANSWER: the status line's end, as "200 OK", and header lines, each but the last with its \r\n */
  size_t length;
  const char *body;
  size_t body_length;
  unsigned number; /* of times, of milliseconds, or of a signal: 0 to 31 */
};

#define LITERAL(text) .bytes = (text), .length = sizeof(text) - 1

#define END {.kind = STEP_END}
#define HEAD {.kind = STEP_HEAD}
#define BODY {.kind = STEP_BODY}
#define REQUEST HEAD, BODY
#define SOME {.kind = STEP_SOME}
#define SEND(text) {.kind = STEP_SEND, LITERAL(text)}
#define FLOOD(text, times) {.kind = STEP_FLOOD, LITERAL(text), .number = (times)}
#define DRIBBLE(text, ms) {.kind = STEP_DRIBBLE, LITERAL(text), .number = (ms)}
#define ANSWER(status, content) \
  {.kind = STEP_ANSWER, LITERAL(status "\r\n"), .body = (content), .body_length = sizeof(content) - 1}
#define PAUSE(ms) {.kind = STEP_PAUSE, .number = (ms)}
#define TAKEN {.kind = STEP_TAKEN}
#define TELL(signal) {.kind = STEP_TELL, .number = (signal)}
#define AWAIT(signal) {.kind = STEP_AWAIT, .number = (signal)}
#define STALL {.kind = STEP_STALL}
#define HANDSHAKE {.kind = STEP_TLS}
#define FIN {.kind = STEP_FIN}
#define CUT {.kind = STEP_CUT}
#define RST {.kind = STEP_RST}
#define COMMIT {.kind = STEP_COMMIT}
#define AGAIN {.kind = STEP_AGAIN}

/* At file scope it lives as long as the program, in a function as long as its block. */
#define SCRIPT(...) ((const struct step[]){__VA_ARGS__, END})

#endif
