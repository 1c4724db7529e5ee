/* SPDX-License-Identifier: MIT */
/* An answer's head, and what a Retry-After leads to.
 *
 * Input: a line of numbers for the decision (class, repeatable, sent, attempts, attempts at most, longest Retry-After,
 * time left, tokens, random); then header lines. */
#include "fuzz.h"

#include "base/time.h"
#include "net/retry.h"
#include "net/transport.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define UNIX_S 1795500000
#define BUDGET_ATTEMPTS 20
#define LATEST_US 253402387200000000     /* one day past the year 9999 */
#define EARLIEST_US (-62167305600000000) /* one day before the year 0 */

static void check_value(const char *value) { MUST(memchr(value, '\0', RESPONSE_HEADER_MAX) != NULL); }

static void check_response(const struct response *response, int64_t before_ms) {
  check_value(response->content_type);
  check_value(response->content_encoding);
  check_value(response->location);
  check_value(response->request_id);
  MUST(response->retry_after_ms >= before_ms && response->retry_after_ms <= RETRY_AFTER_CEILING_MS);
}

/* The longest counts, in whatever order they come; a date in the past is no time at all. */
static void check_line(struct response *response, const struct piece *piece) {
  size_t length = piece->length;
  char *line = malloc(length ? length : 1); /* without a NUL, as libcurl hands it over */
  MUST(line != NULL);
  memcpy(line, piece->text, length);
  struct response alone = {0};
  int64_t before_ms = response->retry_after_ms;
  response_begin(&alone, 0);
  response_take_header(&alone, line, length, UNIX_S);
  response_take_header(response, line, length, UNIX_S);
  check_response(response, before_ms);
  MUST(response->retry_after_ms == (alone.retry_after_ms > before_ms ? alone.retry_after_ms : before_ms));
  free(line);
}

static void check_times(const char *text) {
  int64_t unix_us, unix_s;
  if (time_from_rfc3339(text, &unix_us)) MUST(unix_us > EARLIEST_US && unix_us < LATEST_US);
  if (time_from_http_date(text, &unix_s)) MUST(unix_s > EARLIEST_US / 1000000 && unix_s < LATEST_US / 1000000);
}

static void check_decision(const struct retry_facts *facts) {
  struct retry_decision decision = retry_decide(facts);
  if (decision.answer != RETRY_AGAIN) return;
  MUST(facts->class != RETRY_NEVER && facts->attempts < facts->attempts_max);
  MUST(facts->repeatable || (facts->class == RETRY_TRANSIT && !facts->sent));
  MUST(decision.wait_ms >= 0 && decision.wait_ms < facts->left_ms);
  MUST(decision.wait_ms >= facts->retry_after_ms && facts->retry_after_ms <= facts->retry_after_max_ms);
  MUST(decision.wait_ms <= RETRY_BACKOFF_MAX_MS || decision.wait_ms == facts->retry_after_ms);
  MUST(decision.cost > 0 && decision.cost <= facts->tokens);
}

static bool read_facts(const char *line, struct retry_facts *facts) {
  int class, repeatable, sent;
  int64_t longest, left;
  if (sscanf(line, "%1d %1d %1d %4d %4d %15" SCNd64 " %15" SCNd64 " %4d %15" SCNu64, &class, &repeatable, &sent,
             &facts->attempts, &facts->attempts_max, &longest, &left, &facts->tokens, &facts->random) != 9)
    return false;
  facts->class = class == 1 ? RETRY_TRANSIT : class == 2 ? RETRY_THROTTLED : RETRY_NEVER;
  facts->repeatable = repeatable != 0;
  facts->sent = sent != 0;
  facts->retry_after_max_ms = longest;
  facts->left_ms = left;
  return facts->attempts > 0 && longest >= 0; /* as the options allow */
}

static void check_budget(const struct retry_facts *facts) {
  struct retry_budget budget;
  int spent = 0;
  retry_budget_fill(&budget);
  int cost = facts->class == RETRY_THROTTLED ? RETRY_COST_THROTTLE : RETRY_COST_TRANSIT;
  for (int i = 0; i < BUDGET_ATTEMPTS; i++) spent += retry_budget_take(&budget, cost) ? cost : 0;
  retry_budget_give(&budget, facts->attempts);
  int left = atomic_load(&budget.tokens), expected = RETRY_BUDGET_FULL - spent + facts->attempts;
  MUST(left == (expected > RETRY_BUDGET_FULL ? RETRY_BUDGET_FULL : expected));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct input input = {(const char *)data, size};
  struct response response = {0};
  struct retry_facts facts = {0};
  struct piece first = input_line(&input);
  response_begin(&response, 0);
  while (input.left) {
    struct piece line = input_line(&input);
    check_line(&response, &line);
    const char *colon = strchr(line.text, ':');
    if (colon) check_times(colon + 1 + (colon[1] == ' '));
    check_times(line.text);
    piece_free(&line);
  }
  facts.retry_after_ms = response.retry_after_ms;
  if (read_facts(first.text, &facts)) {
    check_decision(&facts);
    check_budget(&facts);
  }
  response_free(&response);
  piece_free(&first);
  return 0;
}
