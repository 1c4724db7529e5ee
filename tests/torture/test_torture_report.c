/* SPDX-License-Identifier: MIT */
/* Explain, and all that goes into a report, once for each allocation that can fail: it says NO_MEMORY then, and nothing
 * is lost. */
#include "allocations.h"
#include "fixtures.h"

#include "storage/report.h"

#include <stdio.h>
#include <string.h>

#define ALLOCATIONS_MAX 1000

/* ---- specs with findings of every kind, and no name that jansson's lexer must grow for: docs/reliability.md ---- */

static lsexport_destination_spec *spec_plain(void) { return spec_aws(); }

static lsexport_destination_spec *spec_refused(void) {
  lsexport_destination_spec *spec = spec_aws();
  lsexport_destination_spec_set_display_name(spec, "a/b");
  lsexport_destination_spec_set_include_bucket_in_prefix(spec, 0);
  lsexport_destination_spec_set_region(spec, "12");
  lsexport_destination_spec_set_s3_additional_kwargs_json(spec, "{\"SSECustomer\":\"x\",\"ACL\":\"nope\"}");
  return spec;
}

static lsexport_destination_spec *spec_warned(void) {
  lsexport_destination_spec *spec = spec_bare(session_credentials(KEY_ID, SECRET, TOKEN));
  lsexport_destination_spec_set_prefix(spec, "/a//b/../*/");
  lsexport_destination_spec_set_region(spec, "us-east-1");
  lsexport_destination_spec_set_endpoint_url(spec, "http://my_bucket.s3.eu-west-1.amazonaws.com/a b");
  lsexport_destination_spec_set_endpoint_url(spec, "http://s3.eu-west-1.amazonaws.com/my_bucket");
  lsexport_destination_spec_set_s3_additional_kwargs_json(spec, "{\"Foo\":1,\"store_class\":2,\"Key\":3}");
  return spec;
}

static lsexport_destination_spec *spec_allowed(void) {
  lsexport_destination_spec *spec = spec_aws();
  lsexport_destination_spec_set_include_bucket_in_prefix(spec, 0);
  lsexport_destination_spec_allow(spec, "confused_bucket");
  return spec;
}

static lsexport_destination_spec *spec_hosted(void) {
  lsexport_destination_spec *spec = spec_aws();
  lsexport_destination_spec_set_bucket_name(spec, "exp");
  lsexport_destination_spec_set_endpoint_url(spec, "https://exp.example.com:8443/b//c/");
  lsexport_destination_spec_set_include_bucket_in_prefix(spec, 0);
  return spec;
}

/* ---- one by one ---- */

typedef lsexport_destination_spec *(*make_fn)(void);
static const make_fn specs[] = {spec_plain, spec_refused, spec_warned, spec_allowed, spec_hosted};

static lsexport_status explain_without(const lsexport_destination_spec *spec, size_t number, enum failing failing,
                                       size_t *asked_out) {
  lsexport_report *report = NULL;
  lsexport_error *error = NULL;
  size_t alive = allocations_alive();
  allocations_torture(number, failing);
  lsexport_status status = lsexport_destination_explain(NULL, spec, &report, &error);
  *asked_out = allocations_relieve();
  ck_assert(!report == (status != LSEXPORT_OK));
  ck_assert_int_eq(lsexport_error_status(error), status);
  lsexport_error_free(error);
  lsexport_report_free(report);
  ck_assert_uint_eq(allocations_alive(), alive);
  return status;
}

START_TEST(each_allocation_of_explain_fails_once) {
  size_t asked, again;
  lsexport_destination_spec *spec = specs[_i]();
  for (enum failing failing = FAIL_ONE; failing < FAILING_COUNT; failing++) {
    ck_assert_int_eq(explain_without(spec, SIZE_MAX, failing, &asked), LSEXPORT_OK);
    ck_assert_uint_lt(asked, ALLOCATIONS_MAX);
    for (size_t number = 0; number < asked; number++)
      ck_assert_msg(explain_without(spec, number, failing, &again) == LSEXPORT_ERR_NO_MEMORY, "allocation %zu", number);
  }
  printf("%5zu allocations: explain of spec %d\n", asked, _i);
  lsexport_destination_spec_free(spec);
}
END_TEST

static lsexport_status report_without(size_t number, enum failing failing, size_t *asked_out) {
  struct report_step step = {"put", LSEXPORT_OUTCOME_FAILED, "no", 403, "AccessDenied", 1};
  size_t alive = allocations_alive();
  allocations_torture(number, failing);
  lsexport_report *report = report_new();
  lsexport_error *error = report ? NULL : error_no_memory(LSEXPORT_APPLIED_NO);
  if (report) {
    report_set_verdict(report, report_add_permission(report, "s3:PutObject", LSEXPORT_NEED_REQUIRED, "all"),
                       LSEXPORT_VERDICT_DENIED);
    report_add_step(report, &step);
    report_add_left(report, "tmp/x");
    report_set_summary(report, "So it is.");
    error = report_finish(report);
  }
  *asked_out = allocations_relieve();
  lsexport_status status = lsexport_error_status(error);
  lsexport_report_free(report);
  ck_assert_uint_eq(allocations_alive(), alive);
  return status;
}

START_TEST(each_allocation_of_a_report_fails_once) {
  size_t asked, again;
  for (enum failing failing = FAIL_ONE; failing < FAILING_COUNT; failing++) {
    ck_assert_int_eq(report_without(SIZE_MAX, failing, &asked), LSEXPORT_OK);
    for (size_t number = 0; number < asked; number++)
      ck_assert_int_eq(report_without(number, failing, &again), LSEXPORT_ERR_NO_MEMORY);
  }
}
END_TEST

int main(void) {
  Suite *suite = suite_create("test_torture_report");
  TCase *cases = add_cases(suite, "reports");
  setvbuf(stdout, NULL, _IOLBF, 0);
  allocations_install();
  tcase_add_loop_test(cases, each_allocation_of_explain_fails_once, 0, COUNT(specs));
  tcase_add_test(cases, each_allocation_of_a_report_fails_once);
  return run_suite(suite);
}
