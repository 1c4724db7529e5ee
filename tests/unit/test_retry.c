/* SPDX-License-Identifier: MIT */
/* Whether a request is made again, and when: every row of the decision, and the client's budget. */
#include "fixtures.h"

#include "net/retry.h"

#include <stdio.h>

/* ---- by example ---- */

#define LOST .class = RETRY_TRANSIT
#define THROTTLED .class = RETRY_THROTTLED
#define USUAL                                                                               \
  .repeatable = true, .sent = true, .attempts = 1, .attempts_max = 3, .retry_after_ms = -1, \
  .retry_after_max_ms = 60000, .left_ms = 60000, .tokens = 500

#if defined(__GNUC__)
#pragma GCC diagnostic ignored "-Woverride-init" /* a row names what differs from the usual */
#endif
#if defined(__clang__)
#pragma clang diagnostic ignored "-Winitializer-overrides"
#endif

static const struct {
  struct retry_facts facts;
  enum retry_answer answer;
  int64_t wait_ms;
  int cost;
} rows[] = {
    {{USUAL, LOST}, RETRY_AGAIN, 0, 14},
    {{USUAL, THROTTLED}, RETRY_AGAIN, 0, 5},
    {{USUAL, .class = RETRY_NEVER}, RETRY_STOP, 0, 0},
    /* Attempts */
    {{USUAL, LOST, .attempts = 2}, RETRY_AGAIN, 0, 14},
    {{USUAL, LOST, .attempts = 3}, RETRY_STOP, 0, 0},
    {{USUAL, LOST, .attempts = 4}, RETRY_STOP, 0, 0},
    {{USUAL, LOST, .attempts_max = 1}, RETRY_STOP, 0, 0},
    {{USUAL, LOST, .attempts = 19, .attempts_max = 20}, RETRY_AGAIN, 0, 14},
    /* What must not be sent twice */
    {{USUAL, LOST, .repeatable = false}, RETRY_STOP, 0, 0},
    {{USUAL, LOST, .repeatable = false, .sent = false}, RETRY_AGAIN, 0, 14}, /* it never connected */
    {{USUAL, THROTTLED, .repeatable = false}, RETRY_STOP, 0, 0},
    {{USUAL, THROTTLED, .repeatable = false, .sent = false}, RETRY_STOP, 0, 0},
    {{USUAL, THROTTLED, .repeatable = false, .retry_after_ms = 1}, RETRY_STOP, 0, 0},
    {{USUAL, LOST, .sent = false}, RETRY_AGAIN, 0, 14},
    /* Jitter: from nothing to a ceiling that doubles */
    {{USUAL, LOST, .random = 500}, RETRY_AGAIN, 500, 14},
    {{USUAL, LOST, .random = 501}, RETRY_AGAIN, 0, 14},
    {{USUAL, LOST, .attempts = 2, .random = 1000}, RETRY_AGAIN, 1000, 14},
    {{USUAL, LOST, .attempts = 2, .random = 1001}, RETRY_AGAIN, 0, 14},
    {{USUAL, LOST, .attempts = 5, .attempts_max = 20, .random = 8000}, RETRY_AGAIN, 8000, 14},
    {{USUAL, LOST, .attempts = 6, .attempts_max = 20, .random = 16000}, RETRY_AGAIN, 16000, 14},
    {{USUAL, LOST, .attempts = 7, .attempts_max = 20, .random = 16000}, RETRY_AGAIN, 16000, 14},
    {{USUAL, LOST, .attempts = 7, .attempts_max = 20, .random = 16001}, RETRY_AGAIN, 0, 14},
    {{USUAL, LOST, .attempts = 1000000, .attempts_max = INT32_MAX, .random = 16000}, RETRY_AGAIN, 16000, 14},
    {{USUAL, LOST, .random = UINT64_MAX}, RETRY_AGAIN, (int64_t)(UINT64_MAX % 501), 14},
    /* Retry-After is the least */
    {{USUAL, THROTTLED, .retry_after_ms = 0}, RETRY_AGAIN, 0, 5},
    {{USUAL, THROTTLED, .retry_after_ms = 0, .random = 400}, RETRY_AGAIN, 400, 5},
    {{USUAL, THROTTLED, .retry_after_ms = 2000, .random = 400}, RETRY_AGAIN, 2000, 5},
    {{USUAL, THROTTLED, .retry_after_ms = 300, .random = 400}, RETRY_AGAIN, 400, 5},
    {{USUAL, LOST, .retry_after_ms = 2000}, RETRY_AGAIN, 2000, 14},
    /* too long a one ends it at once */
    {{USUAL, THROTTLED, .retry_after_ms = 60000, .left_ms = 60001}, RETRY_AGAIN, 60000, 5},
    {{USUAL, THROTTLED, .retry_after_ms = 60001, .left_ms = 90000}, RETRY_STOP_TOO_LONG, 0, 5},
    {{USUAL, THROTTLED, .retry_after_ms = 1, .retry_after_max_ms = 0}, RETRY_STOP_TOO_LONG, 0, 5},
    {{USUAL, THROTTLED, .retry_after_ms = 0, .retry_after_max_ms = 0}, RETRY_AGAIN, 0, 5},
    {{USUAL, THROTTLED, .retry_after_ms = 60000}, RETRY_STOP_TOO_LONG, 0, 5}, /* the deadline is then */
    {{USUAL, THROTTLED, .retry_after_ms = 59999}, RETRY_AGAIN, 59999, 5},
    {{USUAL, THROTTLED, .retry_after_ms = RETRY_AFTER_CEILING_MS}, RETRY_STOP_TOO_LONG, 0, 5},
    {{USUAL, THROTTLED, .retry_after_ms = 90000, .attempts = 3}, RETRY_STOP, 0, 0}, /* it was the last anyhow */
    /* The deadline */
    {{USUAL, LOST, .random = 500, .left_ms = 501}, RETRY_AGAIN, 500, 14},
    {{USUAL, LOST, .random = 500, .left_ms = 500}, RETRY_STOP, 0, 14},
    {{USUAL, LOST, .random = 0, .left_ms = 1}, RETRY_AGAIN, 0, 14},
    {{USUAL, LOST, .random = 0, .left_ms = 0}, RETRY_STOP, 0, 14},
    {{USUAL, LOST, .random = 0, .left_ms = -5}, RETRY_STOP, 0, 14},
    {{USUAL, THROTTLED, .retry_after_ms = 0, .random = 500, .left_ms = 400}, RETRY_STOP, 0, 5},
    /* Tokens */
    {{USUAL, LOST, .tokens = 14}, RETRY_AGAIN, 0, 14},
    {{USUAL, LOST, .tokens = 13}, RETRY_STOP, 0, 14},
    {{USUAL, THROTTLED, .tokens = 5}, RETRY_AGAIN, 0, 5},
    {{USUAL, THROTTLED, .tokens = 4}, RETRY_STOP, 0, 5},
    {{USUAL, LOST, .tokens = 0}, RETRY_STOP, 0, 14},
};

START_TEST(row) {
  struct retry_decision decision = retry_decide(&rows[_i].facts);
  ck_assert_int_eq(decision.answer, rows[_i].answer);
  if (decision.answer == RETRY_AGAIN) {
    ck_assert_int_eq(decision.wait_ms, rows[_i].wait_ms);
    ck_assert_int_eq(decision.cost, rows[_i].cost);
  }
}
END_TEST

/* ---- every combination: what must hold whatever the rest is ---- */

static void check_one(const struct retry_facts *facts) {
  struct retry_decision decision = retry_decide(facts);
  int cost = facts->class == RETRY_THROTTLED ? 5 : 14;
  bool may = facts->class != RETRY_NEVER && facts->attempts < facts->attempts_max && facts->tokens >= cost &&
             (facts->repeatable || (facts->class == RETRY_TRANSIT && !facts->sent));
  int64_t ceiling = facts->attempts == 1 ? 500 : facts->attempts == 2 ? 1000 : 2000;
  int64_t jitter = (int64_t)(facts->random % (uint64_t)(ceiling + 1));
  int64_t wait = facts->retry_after_ms > jitter ? facts->retry_after_ms : jitter;
  bool too_long = facts->retry_after_ms >= 0 &&
                  (facts->retry_after_ms > facts->retry_after_max_ms || facts->retry_after_ms >= facts->left_ms);
  enum retry_answer answer = !may                    ? RETRY_STOP
                             : too_long              ? RETRY_STOP_TOO_LONG
                             : wait < facts->left_ms ? RETRY_AGAIN
                                                     : RETRY_STOP;
  bool right = decision.answer == answer;
  if (answer == RETRY_AGAIN) right = right && decision.wait_ms == wait && decision.cost == cost;
  if (!right)
    ck_abort_msg("class %d, repeatable %d, sent %d, attempt %d, retry after %lld, left %lld, tokens %d: %d",
                 facts->class, facts->repeatable, facts->sent, facts->attempts, (long long)facts->retry_after_ms,
                 (long long)facts->left_ms, facts->tokens, decision.answer);
}

START_TEST(every_combination) {
  static const int64_t retry_afters[] = {-1, 0, 250, 1000, 60000, 60001};
  static const int64_t lefts[] = {-1, 0, 1, 250, 251, 5000, 100000};
  static const int tokens[] = {0, 4, 5, 13, 14, 500};
  static const uint64_t randoms[] = {0, 250, 1700, UINT64_MAX};
  for (int class = RETRY_NEVER; class <= RETRY_THROTTLED; class++)
    for (int flags = 0; flags < 4; flags++)
      for (int attempts = 1; attempts <= 3; attempts++)
        for (size_t after = 0; after < COUNT(retry_afters); after++)
          for (size_t left = 0; left < COUNT(lefts); left++)
            for (size_t token = 0; token < COUNT(tokens); token++)
              for (size_t random = 0; random < COUNT(randoms); random++) {
                struct retry_facts facts = {.class = (enum retry_class)class,
                                            .repeatable = flags & 1,
                                            .sent = flags & 2,
                                            .attempts = attempts,
                                            .attempts_max = 3,
                                            .retry_after_ms = retry_afters[after],
                                            .retry_after_max_ms = 60000,
                                            .left_ms = lefts[left],
                                            .tokens = tokens[token],
                                            .random = randoms[random]};
                check_one(&facts);
              }
}
END_TEST

/* ---- budget ---- */

START_TEST(the_budget) {
  struct retry_budget budget;
  retry_budget_fill(&budget);
  ck_assert_int_eq(atomic_load(&budget.tokens), RETRY_BUDGET_FULL);
  int taken = 0;
  while (retry_budget_take(&budget, RETRY_COST_TRANSIT)) taken++;
  ck_assert_int_eq(taken, 35);
  ck_assert_int_eq(atomic_load(&budget.tokens), 10);
  ck_assert(retry_budget_take(&budget, RETRY_COST_THROTTLE));
  ck_assert(retry_budget_take(&budget, RETRY_COST_THROTTLE));
  ck_assert(!retry_budget_take(&budget, 1));
  ck_assert_int_eq(atomic_load(&budget.tokens), 0);
  retry_budget_give(&budget, 1);
  ck_assert_int_eq(atomic_load(&budget.tokens), 1);
  retry_budget_give(&budget, RETRY_COST_TRANSIT);
  ck_assert_int_eq(atomic_load(&budget.tokens), 15);
  for (int i = 0; i < 100; i++) retry_budget_give(&budget, RETRY_COST_TRANSIT);
  ck_assert_int_eq(atomic_load(&budget.tokens), RETRY_BUDGET_FULL); /* never more */
  retry_budget_give(&budget, 1);
  ck_assert_int_eq(atomic_load(&budget.tokens), RETRY_BUDGET_FULL);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("test_retry");
  TCase *cases = add_cases(suite, "retry");
  tcase_add_loop_test(cases, row, 0, (int)COUNT(rows));
  tcase_add_test(cases, every_combination);
  tcase_add_test(cases, the_budget);
  return run_suite(suite);
}
