/* SPDX-License-Identifier: MIT */
/* Whether a request is made again, and when: one pure decision. */
#ifndef LSX_NET_RETRY_H
#define LSX_NET_RETRY_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#define RETRY_BACKOFF_FIRST_MS 500
#define RETRY_BACKOFF_MAX_MS 16000
#define RETRY_BUDGET_FULL 500                             /* tokens of a client */
#define RETRY_COST_TRANSIT 14                             /* a request that was lost */
#define RETRY_COST_THROTTLE 5                             /* a server that asked for patience */
#define RETRY_AFTER_CEILING_MS (365LL * 24 * 3600 * 1000) /* what is reported of an absurd Retry-After */

/* How an attempt ended, as far as trying again goes. */
enum retry_class {
  RETRY_NEVER,     /* the same request would get the same answer */
  RETRY_TRANSIT,   /* lost on the way, or the server failed */
  RETRY_THROTTLED, /* the server answered, and asks for patience */
};

struct retry_facts {
  enum retry_class class;
  bool repeatable; /* the request may be sent twice */
  bool sent;       /* a byte of this attempt may have left */
  int attempts;    /* begun so far, this one among them */
  int attempts_max;
  int64_t retry_after_ms; /* -1: the server did not say */
  int64_t retry_after_max_ms;
  int64_t left_ms; /* until the deadline */
  int tokens;      /* left in the client's budget */
  uint64_t random;
};

enum retry_answer { RETRY_STOP, RETRY_STOP_TOO_LONG, RETRY_AGAIN };

struct retry_decision {
  enum retry_answer answer;
  int64_t wait_ms;
  int cost;
};

struct retry_decision retry_decide(const struct retry_facts *facts);

/* The client's budget; any thread. */
struct retry_budget {
  atomic_int tokens;
};
void retry_budget_fill(struct retry_budget *budget);
/* False, and nothing is taken, when there are too few. */
bool retry_budget_take(struct retry_budget *budget, int cost);
/* After a success: what its last retry had cost, or one. */
void retry_budget_give(struct retry_budget *budget, int cost);

#endif
