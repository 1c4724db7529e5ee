/* SPDX-License-Identifier: MIT */
#include "net/retry.h"

_Static_assert(RETRY_BACKOFF_FIRST_MS << 5 == RETRY_BACKOFF_MAX_MS, "doubling meets the ceiling");

/* Full jitter: anywhere between nothing and a ceiling that doubles. */
static int64_t backoff(int attempts, uint64_t random) {
  int64_t ceiling = RETRY_BACKOFF_FIRST_MS;
  for (int i = 1; i < attempts && ceiling < RETRY_BACKOFF_MAX_MS; i++) ceiling *= 2;
  return (int64_t)(random % (uint64_t)(ceiling + 1));
}

struct retry_decision retry_decide(const struct retry_facts *facts) {
  struct retry_decision decision = {.answer = RETRY_STOP};
  if (facts->class == RETRY_NEVER || facts->attempts >= facts->attempts_max) return decision;
  /* What must not be sent twice is dialled again only if nothing of it can have left. */
  if (!facts->repeatable && (facts->class != RETRY_TRANSIT || facts->sent)) return decision;
  decision.cost = facts->class == RETRY_THROTTLED ? RETRY_COST_THROTTLE : RETRY_COST_TRANSIT;
  if (facts->tokens < decision.cost) return decision;
  decision.wait_ms = backoff(facts->attempts, facts->random);
  if (facts->retry_after_ms > decision.wait_ms) decision.wait_ms = facts->retry_after_ms;
  bool too_long = facts->retry_after_ms > facts->retry_after_max_ms || facts->retry_after_ms >= facts->left_ms;
  if (facts->retry_after_ms >= 0 && too_long)
    decision.answer = RETRY_STOP_TOO_LONG;
  else if (decision.wait_ms < facts->left_ms)
    decision.answer = RETRY_AGAIN;
  return decision;
}

void retry_budget_fill(struct retry_budget *budget) { atomic_init(&budget->tokens, RETRY_BUDGET_FULL); }

bool retry_budget_take(struct retry_budget *budget, int cost) {
  int tokens = atomic_load(&budget->tokens);
  do {
    if (tokens < cost) return false;
  } while (!atomic_compare_exchange_weak(&budget->tokens, &tokens, tokens - cost));
  return true;
}

void retry_budget_give(struct retry_budget *budget, int cost) {
  int tokens = atomic_load(&budget->tokens), after;
  do {
    after = tokens + cost > RETRY_BUDGET_FULL ? RETRY_BUDGET_FULL : tokens + cost;
  } while (after != tokens && !atomic_compare_exchange_weak(&budget->tokens, &tokens, after));
}
