/* SPDX-License-Identifier: MIT */
/* A diagnosis over a scripted network: one POST, a check beside it, and what the two answers mean together. */
#include "bucket_double.h"

#include "base/text.h"

#include <string.h>

#define VALIDATION(text) "{\"detail\":\"Failed to validate S3 destination: " text "\"}"
#define MADE                                                                                    \
  DESTINATION_OF(ID_1, NAME,                                                                    \
                 "{\"prefix\":\"traces\",\"bucket_name\":\"exports\",\"region\":\"eu-west-1\"," \
                 "\"include_bucket_in_prefix\":true}",                                          \
                 NOON)

static struct scene scene;
static struct bucket_double bucket;
static lsexport_destination_spec *spec;
static lsexport_report *report;
static lsexport_call *call;
static lsexport_cancel *token;

static void setup(void) {
  scene_begin(&scene, NULL);
  bucket_double_begin(&bucket, &scene.script);
  spec = spec_of_exports();
  lsexport_call_new(&call);
  lsexport_cancel_new(&token);
  lsexport_call_set_cancel(call, token);
  report = NULL;
}

static void teardown(void) {
  lsexport_report_free(report);
  lsexport_cancel_free(token);
  lsexport_call_free(call);
  lsexport_destination_spec_free(spec);
  scene_end(&scene);
}

static void answer(int http_status, const char *body) {
  bucket.langsmith =
      (struct scripted_outcome){.http_status = http_status, .sent = true, .body = body, .body_length = strlen(body)};
}

static lsexport_status diagnose(void) {
  return lsexport_destination_diagnose(scene.client, spec, call, &report, &scene.error);
}

static size_t posts_to_langsmith(void) {
  size_t count = 0;
  for (size_t i = 0; i < scene.script.request_count; i++)
    if (text_begins(scene.script.requests[i].url, ROOT)) count++;
  return count;
}

/* ---- both answers ---- */

static const struct comparison {
  int http_status;
  const char *langsmith;
  int here_status; /* 0: the bucket takes all */
  const char *here;
  const char *code;
  const char *summary; /* a part of it */
} comparisons[] = {
    {200, MADE, 0, NULL, "works", "LangSmith created the destination, and the bucket takes its writes from here too."},
    {200, MADE, 403, XML("AccessDenied", "No"), "refused_here_alone",
     "from this machine the bucket refuses the same write: AccessDenied, HTTP 403: No."},
    {400, VALIDATION("Access Denied"), 403, XML("AccessDenied", "No"), "denied_in_both",
     "so it is the policy: AccessDenied, HTTP 403: No."},
    {400, VALIDATION("Access Denied"), 0, NULL, "denied_there_alone", "a policy looks at where it comes from"},
    {400, VALIDATION("None"), 403, XML("AccessDenied", "No"), "denied_in_both", "so it is the policy"},
    {400, VALIDATION(""), 403, XML("SignatureDoesNotMatch", "No"), "same_in_both",
     "SignatureDoesNotMatch, HTTP 403: No."},
    {400, VALIDATION("[Errno 22] None"), 404, XML("NoSuchBucket", "No"), "same_in_both", "NoSuchBucket, HTTP 404: No."},
    {400, VALIDATION("The specified bucket does not exist"), 404, XML("NoSuchBucket", "No"), "same_in_both",
     "NoSuchBucket"},
    {400, VALIDATION("The specified bucket does not exist"), 403, XML("AccessDenied", "No"), "otherwise_there",
     "is refused otherwise than this machine: NoSuchBucket, HTTP 400: The specified bucket does not exist."},
    {400, VALIDATION("Could not connect to the endpoint URL: \\\"https://a/b\\\""), 0, NULL, "unreachable_there_alone",
     "cannot reach an endpoint that this machine reaches"},
    {400, VALIDATION("Connect timeout on endpoint URL: \\\"https://a/b\\\""), 0, NULL, "unreachable_there_alone", ""},
    {400,
     VALIDATION("Connection was closed before we received a valid response from endpoint URL: \\\"https://a/b\\\"."), 0,
     NULL, "unreachable_there_alone", ""},
    {400, VALIDATION("SSL validation failed for https://a/b certificate verify failed: self-signed certificate"), 0,
     NULL, "tls_there_alone", "does not trust the endpoint's certificate"},
    {400, VALIDATION("The difference between the request time and the current time is too large."), 0, NULL,
     "clock_there_alone", "signs by a clock"},
    {400, VALIDATION("The request signature we calculated does not match the signature you provided."), 0, NULL,
     "changed_there_alone", "something changes it on the way"},
    {400, VALIDATION("An error occurred (MissingContentLength) when calling the PutObject operation: You must provide"),
     0, NULL, "changed_there_alone", ""},
    {400, VALIDATION("An error occurred () when calling the PutObject operation: "), 0, NULL, "changed_there_alone",
     ""},
    {400, VALIDATION("The provided token has expired."), 0, NULL, "otherwise_there", "is refused otherwise"},
    {400, VALIDATION("None"), 0, NULL, "silent_there_alone", "is refused without a reason"},
    {401, "{\"detail\":\"Invalid token\"}", 0, NULL, "not_the_bucket",
     "did not come to the bucket: HTTP 401: Invalid token."},
    {422, "{\"detail\":[{\"loc\":[\"body\",\"config\",\"prefix\"],\"msg\":\"too short\"}]}", 0, NULL, "not_the_bucket",
     "HTTP 422: values not valid; config.prefix: too short."},
    {503, "", 0, NULL, "not_the_bucket", "did not come to the bucket: HTTP 503"},
};

START_TEST(compares_both_answers) {
  const struct comparison *comparison = &comparisons[_i];
  answer(comparison->http_status, comparison->langsmith);
  if (comparison->here_status) {
    bucket.strange = ACT_ANY;
    bucket.answer = s3_error(comparison->here_status, comparison->here);
  }
  ck_assert_int_eq(diagnose(), LSEXPORT_OK);
  const char *summary = lsexport_report_summary(report);
  ck_assert_msg(text_begins(summary, "LangSmith ") && strstr(summary, comparison->summary), "%s", summary);
  ck_assert_uint_eq(posts_to_langsmith(), 1);
  bool made = comparison->http_status == 200;
  ck_assert_int_eq(lsexport_report_destination(report) != NULL, made);
  ck_assert_int_eq(lsexport_report_error(report) != NULL, !made);
  int finding = finding_of(report, comparison->code);
  ck_assert_int_ge(finding, 0);
  ck_assert_str_ne(lsexport_report_finding_remedy(report, (size_t)finding), "");
  bool differs = text_equal(comparison->code, "otherwise_there");
  ck_assert_int_eq(finding_of(report, "put_failed") >= 0, differs && comparison->here_status); /* told once */
  ck_assert(!bucket.has_object && !bucket.has_object_below && !bucket.uploads);
}
END_TEST

START_TEST(holds_what_was_created_and_why_not) {
  answer(200, MADE);
  ck_assert_int_eq(diagnose(), LSEXPORT_OK);
  ck_assert_str_eq(lsexport_destination_id(lsexport_report_destination(report)), ID_1);
  ck_assert_ptr_nonnull(strstr(lsexport_report_json(report), "\"destination_id\":\"" ID_1 "\""));
  ck_assert_int_eq(finding_of(report, "from_here"), -1); /* LangSmith was asked itself */
  ck_assert(script_request(&scene.script, 0)->own_connection || script_request(&scene.script, 1)->own_connection);
  lsexport_report_free(report);
  answer(400, VALIDATION("Access Denied"));
  ck_assert_int_eq(diagnose(), LSEXPORT_OK);
  const lsexport_error *error = lsexport_report_error(report);
  ck_assert_int_eq(lsexport_error_status(error), LSEXPORT_ERR_ACCESS_DENIED);
  ck_assert(text_begins(lsexport_error_message(error), "destination create: access denied"));
  ck_assert_int_eq(lsexport_error_attempts(error), 1);
  ck_assert_int_eq(lsexport_error_applied(error), LSEXPORT_APPLIED_NO);
  ck_assert_int_eq(lsexport_error_retryable(error), 0); /* waiting mends no policy */
}
END_TEST

START_TEST(a_region_that_was_healed_here) {
  bucket.region = "us-west-2";
  answer(400,
         VALIDATION("Connection was closed before we received a valid response from endpoint URL: \\\"https://a\\\"."));
  ck_assert_int_eq(diagnose(), LSEXPORT_OK);
  ck_assert_int_ge(finding_of(report, "region_there_alone"), 0);
  ck_assert_int_ge(finding_of(report, "wrong_region"), 0);
}
END_TEST

START_TEST(a_confused_bucket_is_named) {
  lsexport_destination_spec_set_include_bucket_in_prefix(spec, 0);
  lsexport_destination_spec_allow(spec, "confused_bucket");
  bucket.denied = ACT_ANY;
  answer(400, VALIDATION("Access Denied"));
  ck_assert_int_eq(diagnose(), LSEXPORT_OK);
  ck_assert_ptr_nonnull(strstr(lsexport_report_summary(report), "tried to write to a bucket named \"traces\""));
}
END_TEST

START_TEST(what_cannot_be_tried_here_is_created_all_the_same) {
  lsexport_credentials *role = role_credentials(ROLE);
  lsexport_destination_spec_set_credentials(spec, role);
  lsexport_credentials_free(role);
  answer(200, MADE);
  ck_assert_int_eq(diagnose(), LSEXPORT_OK);
  ck_assert_uint_eq(scene.script.request_count, 1);
  ck_assert_ptr_nonnull(lsexport_report_destination(report));
  lsexport_report_free(report);
  answer(400, VALIDATION("Access Denied"));
  ck_assert_int_eq(diagnose(), LSEXPORT_OK);
  ck_assert_int_ge(finding_of(report, "not_compared"), 0);
  ck_assert_uint_eq(lsexport_report_step_count(report), 0);
}
END_TEST

/* ---- ends ---- */

static void cancel_it(void *unused) {
  (void)unused;
  lsexport_cancel_trigger(token);
}

START_TEST(a_cancel_before_the_answer_says_unknown) {
  bucket.langsmith = (struct scripted_outcome){.delay_ms = SCRIPT_NEVER, .sent = true};
  bucket.denied = ACT_DELETE;
  script_at(&scene.script, 1000, cancel_it, NULL);
  ck_assert_int_eq(diagnose(), LSEXPORT_ERR_CANCELLED);
  ck_assert_int_eq(lsexport_error_applied(scene.error), LSEXPORT_APPLIED_UNKNOWN);
  ck_assert_ptr_nonnull(lsexport_error_fact(scene.error, "left_object"));
  ck_assert_ptr_null(report);
}
END_TEST

/* The bucket's writes are none of LangSmith's. */
START_TEST(a_cancel_before_anything_reached_langsmith_says_no) {
  bucket.langsmith = (struct scripted_outcome){.delay_ms = SCRIPT_NEVER};
  bucket.strange = ACT_PUT;
  bucket.answer = (struct scripted_outcome){.delay_ms = SCRIPT_NEVER, .sent = true};
  script_at(&scene.script, 1000, cancel_it, NULL);
  ck_assert_int_eq(diagnose(), LSEXPORT_ERR_CANCELLED);
  ck_assert_int_eq(lsexport_error_applied(scene.error), LSEXPORT_APPLIED_NO);
}
END_TEST

START_TEST(what_was_created_is_never_lost) {
  answer(200, MADE);
  bucket.strange = ACT_HEAD;
  bucket.answer = (struct scripted_outcome){.delay_ms = SCRIPT_NEVER, .sent = true};
  script_at(&scene.script, 1000, cancel_it, NULL);
  ck_assert_int_eq(diagnose(), LSEXPORT_OK);
  ck_assert_int_eq(script_now(&scene.script), 1000);
  ck_assert_str_eq(lsexport_destination_id(lsexport_report_destination(report)), ID_1);
  ck_assert_uint_eq(lsexport_report_left_count(report), 1);
  ck_assert_int_ge(finding_of(report, "out_of_time"), 0);
}
END_TEST

/* LangSmith has answered, the bucket never does. */
START_TEST(nothing_to_compare_with) {
  answer(400, VALIDATION("Access Denied"));
  bucket.strange = ACT_PUT;
  bucket.answer = (struct scripted_outcome){.delay_ms = SCRIPT_NEVER};
  script_at(&scene.script, 1000, cancel_it, NULL);
  ck_assert_int_eq(diagnose(), LSEXPORT_OK);
  ck_assert_int_ge(finding_of(report, "not_compared"), 0);
}
END_TEST

START_TEST(ends_early_without_a_check) {
  lsexport_credentials *role = role_credentials(ROLE);
  lsexport_destination_spec_set_credentials(spec, role);
  lsexport_credentials_free(role);
  bucket.langsmith = (struct scripted_outcome){.delay_ms = SCRIPT_NEVER, .sent = true};
  script_at(&scene.script, 1000, cancel_it, NULL);
  ck_assert_int_eq(diagnose(), LSEXPORT_ERR_CANCELLED);
  ck_assert_int_eq(lsexport_error_applied(scene.error), LSEXPORT_APPLIED_UNKNOWN);
}
END_TEST

START_TEST(an_endpoint_that_names_the_bucket_is_not_confused) {
  lsexport_destination_spec_set_include_bucket_in_prefix(spec, 0);
  lsexport_destination_spec_set_endpoint_url(spec, "https://exports.storage.example.com");
  bucket.denied = ACT_ANY;
  answer(400, VALIDATION("Access Denied"));
  ck_assert_int_eq(diagnose(), LSEXPORT_OK);
  ck_assert_int_ge(finding_of(report, "denied_in_both"), 0);
  ck_assert_str_eq(lsexport_report_bucket(report), "exports");
}
END_TEST

START_TEST(a_deadline_before_the_answer) {
  lsexport_call_set_timeout_ms(call, 5000);
  bucket.langsmith = (struct scripted_outcome){.delay_ms = SCRIPT_NEVER, .sent = true};
  ck_assert_int_eq(diagnose(), LSEXPORT_ERR_TIMEOUT);
  ck_assert_int_eq(lsexport_error_applied(scene.error), LSEXPORT_APPLIED_UNKNOWN);
  ck_assert_int_eq(lsexport_error_retryable(scene.error), 0);
  ck_assert_int_eq(script_now(&scene.script), 5000);
}
END_TEST

START_TEST(a_lost_answer_says_unknown) {
  bucket.langsmith = (struct scripted_outcome){.transfer = TRANSFER_LOST, .sent = true};
  ck_assert_int_eq(diagnose(), LSEXPORT_OK);
  ck_assert_int_eq(lsexport_error_applied(lsexport_report_error(report)), LSEXPORT_APPLIED_UNKNOWN);
  ck_assert_uint_eq(posts_to_langsmith(), 1);
}
END_TEST

START_TEST(refuses_what_create_refuses) {
  lsexport_destination_spec_set_bucket_name(spec, "a/b");
  ck_assert_int_eq(diagnose(), LSEXPORT_ERR_VALIDATION);
  ck_assert_uint_eq(scene.script.request_count, 0);
  ck_assert_int_eq(lsexport_destination_diagnose(NULL, spec, NULL, &report, NULL), LSEXPORT_ERR_INVALID_ARGUMENT);
  ck_assert_int_eq(lsexport_destination_diagnose(scene.client, NULL, NULL, &report, NULL),
                   LSEXPORT_ERR_INVALID_ARGUMENT);
}
END_TEST

/* ---- on a queue ---- */

START_TEST(both_run_on_a_queue) {
  lsexport_queue *queue = NULL;
  lsexport_completions *completions = NULL;
  answer(200, MADE);
  lsexport_call_set_cancel(call, NULL);
  ck_assert_int_eq(lsexport_queue_new(scene.client, &queue, NULL), LSEXPORT_OK);
  lsexport_call_set_queue(call, queue, 1);
  ck_assert_int_eq(lsexport_destination_check(scene.client, spec, call, NULL, NULL), LSEXPORT_OK);
  lsexport_call_set_queue(call, queue, 2);
  ck_assert_int_eq(lsexport_destination_diagnose(scene.client, spec, call, NULL, NULL), LSEXPORT_OK);
  ck_assert_int_eq(lsexport_destination_diagnose(scene.client, spec, call, &report, NULL),
                   LSEXPORT_ERR_INVALID_ARGUMENT);
  for (size_t got = 0; got < 2; got += lsexport_completions_count(completions)) {
    lsexport_completions_free(completions);
    ck_assert_int_eq(lsexport_queue_wait(queue, -1, NULL, &completions, NULL), LSEXPORT_OK);
    for (size_t i = 0; i < lsexport_completions_count(completions); i++) {
      const lsexport_completion *completion = lsexport_completions_at(completions, i);
      const lsexport_report *made = lsexport_completion_report(completion);
      ck_assert_int_eq(lsexport_completion_status(completion), LSEXPORT_OK);
      ck_assert_int_eq(lsexport_report_destination(made) != NULL, lsexport_completion_id(completion) == 2);
      ck_assert_int_eq(verdict_of(made, "s3:PutObject"), LSEXPORT_VERDICT_GRANTED);
    }
  }
  ck_assert_ptr_null(lsexport_completion_report(NULL));
  lsexport_completions_free(completions);
  lsexport_call_set_queue(call, NULL, 0);
  lsexport_queue_free(queue);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("diagnose");
  TCase *cases = add_cases(suite, "diagnose");
  tcase_add_checked_fixture(cases, setup, teardown);
  tcase_add_loop_test(cases, compares_both_answers, 0, (int)COUNT(comparisons));
  tcase_add_test(cases, holds_what_was_created_and_why_not);
  tcase_add_test(cases, a_region_that_was_healed_here);
  tcase_add_test(cases, a_confused_bucket_is_named);
  tcase_add_test(cases, what_cannot_be_tried_here_is_created_all_the_same);
  tcase_add_test(cases, a_cancel_before_the_answer_says_unknown);
  tcase_add_test(cases, a_cancel_before_anything_reached_langsmith_says_no);
  tcase_add_test(cases, what_was_created_is_never_lost);
  tcase_add_test(cases, nothing_to_compare_with);
  tcase_add_test(cases, ends_early_without_a_check);
  tcase_add_test(cases, an_endpoint_that_names_the_bucket_is_not_confused);
  tcase_add_test(cases, a_deadline_before_the_answer);
  tcase_add_test(cases, a_lost_answer_says_unknown);
  tcase_add_test(cases, refuses_what_create_refuses);
  tcase_add_test(cases, both_run_on_a_queue);
  return run_suite(suite);
}
