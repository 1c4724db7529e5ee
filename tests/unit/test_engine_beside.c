/* SPDX-License-Identifier: MIT */
/* A flow whose operations run side by side: begun together, answered in any order, ended together. */
#include "fixtures.h"

#include "net/engine.h"
#include "net/world.h"

#include <string.h>

#define OPERATIONS 3

struct both {
  struct flow base;
  struct operation operations[OPERATIONS];
  size_t begun; /* at once */
  size_t ended;
  size_t ends_after; /* so many */
  lsexport_status stopped;
};

static struct script script;
static struct both both;
static struct job job;
static struct retry_budget budget;
static const struct engine_settings settings = {.attempts_max = 1};

static lsexport_error *conclude(struct operation *operation, const struct response *response,
                                const struct secrets *secrets) {
  (void)operation, (void)secrets;
  ck_assert_int_eq(response->http_status, 200);
  return NULL;
}

static struct flow_step next(struct flow *flow, const struct flow_event *event) {
  struct both *self = (struct both *)flow;
  if (event->kind == FLOW_BEGUN) {
    for (size_t i = 0; i + 1 < self->begun; i++) self->operations[i].beside = &self->operations[i + 1];
    return (struct flow_step){.wish = FLOW_OPERATION, .operation = self->operations};
  }
  if (event->kind == FLOW_STOPPED) {
    self->stopped = lsexport_error_status(event->error);
    return (struct flow_step){.wish = FLOW_END, .error = event->error};
  }
  self->ended++;
  return (struct flow_step){.wish = self->ended == self->ends_after ? FLOW_END : FLOW_WAIT_MORE};
}

static void setup(void) {
  struct job_means means = {.world = &script.world, .settings = &settings, .budget = &budget};
  script_begin(&script);
  retry_budget_fill(&budget);
  memset(&job, 0, sizeof job);
  both = (struct both){.base = {.name = "both", .next = next}, .begun = OPERATIONS, .ends_after = OPERATIONS};
  for (size_t i = 0; i < OPERATIONS; i++) {
    both.operations[i].conclude = conclude;
    both.operations[i].writes = true;
    both.operations[i].request = (struct request){.method = METHOD_PUT, .url = (char *)(uintptr_t)"https://a/b"};
  }
  means.transport = script.world.transport->open(&script, NULL, false);
  job_begin(&job, &means, &both.base, 10000);
}

static void teardown(void) {
  script.world.transport->close(job.means.transport);
  lsexport_error_free(job.error);
  script_end(&script);
}

START_TEST(all_begin_at_once_and_end_in_their_own_order) {
  for (int i = 0; i < OPERATIONS; i++) script_answer(&script, 200, "")->delay_ms = 300 - 100 * i;
  job_run(&job);
  ck_assert_ptr_null(job.error);
  ck_assert_uint_eq(both.ended, OPERATIONS);
  ck_assert_int_eq(job.attempts, OPERATIONS);
  ck_assert_int_eq(script_now(&script), 300);
  for (size_t i = 0; i < OPERATIONS; i++) ck_assert_int_eq(script_request(&script, i)->at_ms, 0);
}
END_TEST

/* One is answered and not read, one is under way: both are let go. */
START_TEST(a_flow_that_ends_leaves_nothing_under_way) {
  both.ends_after = 1;
  script_answer(&script, 200, "");
  script_answer(&script, 200, "");
  script_silence(&script);
  job_run(&job);
  ck_assert_ptr_null(job.error);
  ck_assert_uint_eq(both.ended, 1);
  ck_assert(script_request(&script, 2)->aborted);
  ck_assert(both.operations[1].maybe_applied && both.operations[2].maybe_applied);
}
END_TEST

START_TEST(a_deadline_ends_them_all) {
  script_answer(&script, 200, "");
  script_silence(&script);
  script_fail(&script, TRANSFER_LOST, false)->delay_ms = SCRIPT_NEVER;
  job_run(&job);
  ck_assert_int_eq(both.stopped, LSEXPORT_ERR_TIMEOUT);
  ck_assert_int_eq(lsexport_error_applied(job.error), LSEXPORT_APPLIED_UNKNOWN);
  ck_assert_uint_eq(both.ended, 1);
  ck_assert(both.operations[1].maybe_applied && !both.operations[2].maybe_applied); /* the last was never sent */
}
END_TEST

int main(void) {
  Suite *suite = suite_create("engine_beside");
  TCase *cases = add_cases(suite, "beside");
  tcase_add_checked_fixture(cases, setup, teardown);
  tcase_add_test(cases, all_begin_at_once_and_end_in_their_own_order);
  tcase_add_test(cases, a_flow_that_ends_leaves_nothing_under_way);
  tcase_add_test(cases, a_deadline_ends_them_all);
  return run_suite(suite);
}
