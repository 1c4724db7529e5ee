/* SPDX-License-Identifier: MIT */
/* A world for tests, in place of world_real: a clock that moves only while somebody waits, random numbers from a list,
 * and a wire that answers by script and keeps all that it was sent. For one thread. */
#ifndef LSX_TESTS_SCRIPTED_WORLD_H
#define LSX_TESTS_SCRIPTED_WORLD_H

#include "net/transport.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SCRIPT_OUTCOMES_MAX 64
#define SCRIPT_REQUESTS_MAX 128
#define SCRIPT_FLIGHTS_MAX 32
#define SCRIPT_EVENTS_MAX 16
#define SCRIPT_RANDOMS_MAX 64
#define SCRIPT_WATCHED_MAX 16
#define SCRIPTED_HEADERS_MAX 64
#define SCRIPT_NEVER INT64_MAX
#define SCRIPT_UNIX_S 1795500000 /* the wall clock when the script begins: 2026-11-24 06:00:00 UTC */
#define SCRIPT_JSON_HEADERS "Content-Type: application/json"

/* What came in. Copies, kept until the script ends. */
struct scripted_request {
  enum method method;
  char *url;
  char *headers[SCRIPTED_HEADERS_MAX];
  size_t header_count;
  char *body; /* NULL: none; NUL-terminated */
  size_t body_length;
  bool own_connection;
  size_t response_max;
  int64_t at_ms; /* since the script began */
  bool aborted;
  int64_t ended_ms; /* answered or aborted; -1 before */
};

/* What a request comes to. Text is borrowed. */
struct scripted_outcome {
  enum transfer transfer;
  int http_status;
  const char *headers; /* lines parted by '\n'; NULL: JSON, with its length */
  const char *body;
  size_t body_length;
  const char *detail;                    /* the network's words; NULL: none */
  const char *address;                   /* that it connected to, for who traces; NULL: unknown */
  int64_t lookup_us, connect_us, tls_us; /* as a trace has them */
  bool sent;                             /* may a byte of the request have left? */
  bool reused;                           /* on a connection that served before */
  bool no_memory;                        /* it cannot be started */
  int64_t delay_ms;      /* from the request to its outcome; 0: at once. SCRIPT_NEVER: until it is aborted */
  int64_t sent_after_ms; /* when the first byte leaves; asked when it is aborted */
};

typedef void (*script_act_fn)(void *context);
/* What to answer, in place of the list; NULL: nothing was expected. */
typedef const struct scripted_outcome *(*script_respond_fn)(void *context, const struct scripted_request *request);

struct scripted_flight {
  struct transport *transport;
  struct exchange *exchange; /* NULL: free */
  struct scripted_request *request;
  struct scripted_outcome outcome;
};

struct script {
  struct world world; /* what is given to the library */
  int64_t now_ms;     /* as the library sees it */
  int64_t glance_ms;  /* how long each look at the clock takes: 0, unless work itself shall take time */
  uint64_t randoms[SCRIPT_RANDOMS_MAX];
  size_t random_count, random_next;
  struct scripted_outcome outcomes[SCRIPT_OUTCOMES_MAX];
  size_t outcome_count, outcome_next;
  script_respond_fn respond;
  void *respond_context;
  struct scripted_request requests[SCRIPT_REQUESTS_MAX];
  size_t request_count;
  struct scripted_flight flights[SCRIPT_FLIGHTS_MAX];
  struct {
    int64_t at_ms;
    script_act_fn act; /* NULL: done */
    void *context;
  } events[SCRIPT_EVENTS_MAX];
  size_t event_count;
  const struct transport_settings *settings; /* of the transport opened last */
  size_t opened, closed, abandoned;
  size_t waits;
  size_t unexpected;               /* requests for which nothing was written */
  int watched[SCRIPT_WATCHED_MAX]; /* of a pollable transport */
  size_t watched_count;
  int64_t armed_ms; /* since the script began, when the last wait was over */
  bool cannot_open;
  bool cannot_watch;
};

void script_begin(struct script *script);
/* Fails the test when a request had no outcome, an outcome no request, or something was left open. Frees. */
void script_end(struct script *script);
/* Frees, and asks nothing. */
void script_free(struct script *script);

/* The next request's outcome. The result may be refined until the request comes. */
struct scripted_outcome *script_answer(struct script *script, int http_status, const char *body);
struct scripted_outcome *script_fail(struct script *script, enum transfer transfer, bool sent);
/* It arrives, and nothing comes back. */
struct scripted_outcome *script_silence(struct script *script);

/* The next random number; 0 once the list is used up. */
void script_random(struct script *script, uint64_t number);
/* Does something at that instant, in the middle of whatever wait is going on. */
void script_at(struct script *script, int64_t at_ms, script_act_fn act, void *context);
/* Milliseconds since the script began. */
int64_t script_now(const struct script *script);

/* Fails the test when there were not so many. */
const struct scripted_request *script_request(const struct script *script, size_t index);
size_t script_count(const struct script *script, enum method method);
/* The value of a header that was sent; NULL without it. */
const char *script_header(const struct scripted_request *request, const char *name);

#endif
