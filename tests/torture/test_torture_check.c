/* SPDX-License-Identifier: MIT */
/* A check and a diagnosis, made once for each allocation that they ask for, which fails, alone or with all that follow.
 * Each time they end, blocking or on a queue; nothing leaks; LangSmith gets one POST at most; and what stays in the bucket
 * is told, where there was memory to tell it. */
#include "allocations.h"
#include "bucket_double.h"

#include "base/text.h"

#include <stdio.h>
#include <string.h>

#define ALLOCATIONS_MAX 20000 /* more is a loop without end */
#define REFUSAL "{\"detail\":\"Failed to validate S3 destination: Access Denied\"}"
#define MADE                                                                                    \
  DESTINATION_OF(ID_1, NAME,                                                                    \
                 "{\"prefix\":\"traces\",\"bucket_name\":\"exports\",\"region\":\"eu-west-1\"," \
                 "\"include_bucket_in_prefix\":true}",                                          \
                 NOON)

static const struct row {
  const char *name;
  bool diagnose;
  bool options; /* the spec has all of them */
  unsigned denied;
  const char *region; /* of the bucket; NULL: that of the spec */
  int langsmith_status;
  const char *langsmith;
} rows[] = {
    {"check", false, true, 0, NULL, 0, NULL},
    {"check, put alone", false, false, ACT_HEAD | ACT_ABORT | ACT_DELETE | ACT_DELETE_BELOW, NULL, 0, NULL},
    {"check, denied", false, false, ACT_PUT | ACT_PUT_BELOW | ACT_CREATE, NULL, 0, NULL},
    {"check, elsewhere", false, false, ACT_PART, "us-west-2", 0, NULL},
    {"diagnose, created", true, true, 0, NULL, 200, MADE},
    {"diagnose, denied", true, false, ACT_ANY, NULL, 400, REFUSAL},
};

struct bench {
  struct scene scene;
  struct bucket_double bucket;
  lsexport_destination_spec *spec;
  lsexport_call *call;
  lsexport_queue *queue;
  lsexport_completions *completions;
  lsexport_status status;
  lsexport_report *report; /* borrowed from the completion, where there is one */
  lsexport_error *error;
};

static void begin(struct bench *bench, const struct row *row, bool queued) {
  memset(bench, 0, sizeof *bench);
  scene_begin(&bench->scene, NULL);
  bucket_double_begin(&bench->bucket, &bench->scene.script);
  bench->bucket.denied = row->denied;
  bench->bucket.region = row->region;
  if (row->langsmith) bench->bucket.langsmith = s3_error(row->langsmith_status, row->langsmith);
  bench->spec = spec_of_exports();
  if (row->options) {
    lsexport_destination_spec_set_checksum_algorithm(bench->spec, "SHA256");
    lsexport_destination_spec_set_s3_additional_kwargs_json(bench->spec,
                                                            "{\"ACL\":\"private\",\"Metadata\":{\"a\":\"b\"}}");
  }
  ck_assert_int_eq(lsexport_call_new(&bench->call), LSEXPORT_OK);
  if (!queued) return;
  ck_assert_int_eq(lsexport_queue_new(bench->scene.client, &bench->queue, NULL), LSEXPORT_OK);
  lsexport_call_set_queue(bench->call, bench->queue, 1);
}

static void take_completion(struct bench *bench) {
  (void)lsexport_queue_wait(bench->queue, -1, NULL, &bench->completions, NULL);
}

/* How many allocations it asked for. */
static size_t run(struct bench *bench, const struct row *row, size_t number, enum failing failing) {
  lsexport_client *client = bench->scene.client;
  lsexport_report **report_out = bench->queue ? NULL : &bench->report;
  allocations_torture(number, failing);
  bench->status = row->diagnose
                      ? lsexport_destination_diagnose(client, bench->spec, bench->call, report_out, &bench->error)
                      : lsexport_destination_check(client, bench->spec, bench->call, report_out, &bench->error);
  bool submitted = bench->queue && !bench->status;
  if (submitted) take_completion(bench);
  size_t asked = allocations_relieve();
  if (!submitted) return asked;
  if (!bench->completions) take_completion(bench); /* the wait had no memory for it */
  const lsexport_completion *completion = lsexport_completions_at(bench->completions, 0);
  bench->status = lsexport_completion_status(completion);
  bench->report = (lsexport_report *)(uintptr_t)lsexport_completion_report(completion);
  bench->error = (lsexport_error *)(uintptr_t)lsexport_completion_error(completion);
  return asked;
}

static void assert_told(const struct bench *bench, const struct row *row, const char *where) {
  size_t posts = 0;
  for (size_t i = 0; i < bench->scene.script.request_count; i++)
    if (text_begins(bench->scene.script.requests[i].url, ROOT)) posts++;
  ck_assert_msg(posts <= (row->diagnose ? 1U : 0U), "%s: %zu POSTs", where, posts);
  ck_assert_msg((bench->report != NULL) == !bench->status && (bench->error != NULL) == (bench->status != 0),
                "%s: %d, %p", where, (int)bench->status, (void *)bench->completions);
  if (bench->status) {
    ck_assert_msg(bench->status == LSEXPORT_ERR_NO_MEMORY, "%s: %s", where, lsexport_status_name(bench->status));
    bool created = posts && row->langsmith_status == 200;
    ck_assert_msg(!created || lsexport_error_applied(bench->error) != LSEXPORT_APPLIED_NO, "%s: applied", where);
    return;
  }
  ck_assert_msg(!script_now(&bench->scene.script), "%s: it waited for what was never begun", where);
  size_t left = (size_t)bench->bucket.has_object + bench->bucket.has_object_below;
  ck_assert_msg(lsexport_report_left_count(bench->report) >= left, "%s: an object is left untold", where);
  ck_assert_msg(!bench->bucket.uploads || finding_of(bench->report, "upload_left") >= 0, "%s: an upload is left: %s",
                where, lsexport_report_text(bench->report));
  node_free(parsed(lsexport_report_json(bench->report)));
  if (row->diagnose)
    ck_assert_msg(lsexport_report_error(bench->report) || lsexport_report_destination(bench->report), "%s", where);
}

static void end(struct bench *bench) {
  if (bench->completions) {
    lsexport_completions_free(bench->completions);
  } else {
    lsexport_report_free(bench->report);
    lsexport_error_free(bench->error);
  }
  lsexport_call_free(bench->call);
  lsexport_destination_spec_free(bench->spec);
  lsexport_queue_free(bench->queue);
  bench->scene.error = NULL;
  scene_end(&bench->scene);
}

static size_t torture(const struct row *row, bool queued, enum failing failing) {
  static struct bench bench;
  for (size_t number = 0; number < ALLOCATIONS_MAX; number++) {
    char where[128];
    size_t alive = allocations_alive();
    snprintf(where, sizeof where, "%s%s, allocation %zu%s", row->name, queued ? ", queued" : "", number,
             failing == FAIL_REST ? " and all after it" : "");
    begin(&bench, row, queued);
    size_t asked = run(&bench, row, number, failing);
    assert_told(&bench, row, where);
    ck_assert_msg(number < asked || !bench.status, "%s: with all its memory: %d", where, (int)bench.status);
    end(&bench);
    ck_assert_msg(allocations_alive() == alive, "%s: %zu blocks leak", where, allocations_alive() - alive);
    if (number >= asked) return asked;
  }
  ck_abort_msg("%s: no end", row->name);
  return 0;
}

START_TEST(each_allocation_of_a_check_fails_once) {
  const struct row *row = &rows[_i];
  for (int queued = 0; queued < 2; queued++)
    for (enum failing failing = 0; failing < FAILING_COUNT; failing++)
      ck_assert_uint_gt(torture(row, queued, failing), 0);
}
END_TEST

int main(void) {
  allocations_install();
  Suite *suite = suite_create("torture_check");
  TCase *cases = tcase_create("allocations");
  tcase_set_timeout(cases, 0);
  tcase_add_loop_test(cases, each_allocation_of_a_check_fails_once, 0, (int)COUNT(rows));
  suite_add_tcase(suite, cases);
  return run_suite(suite);
}
