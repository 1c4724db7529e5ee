/* SPDX-License-Identifier: MIT */
#include "flow/check_report.h"

#include "base/mem.h"
#include "base/text.h"
#include "storage/explain_part.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SKEW_WARNED_S 300
#define SKEW_ALLOWED_S 900 /* S3 refuses a signature that is older, or younger, than this */

static const char *const step_names[STEP_COUNT] = {
    [STEP_PUT] = "put_object",
    [STEP_HEAD] = "head_object",
    [STEP_PUT_BELOW_PREFIX] = "put_object_below_prefix",
    [STEP_CREATE_UPLOAD] = "create_multipart_upload",
    [STEP_ABORT_UPLOAD] = "abort_multipart_upload",
    [STEP_CREATE_SECOND_UPLOAD] = "create_second_multipart_upload",
    [STEP_UPLOAD_PART] = "upload_part",
    [STEP_COMPLETE_UPLOAD] = "complete_multipart_upload",
    [STEP_DROP_SECOND_UPLOAD] = "abort_second_multipart_upload",
    [STEP_DELETE] = "delete_object",
    [STEP_DELETE_BELOW_PREFIX] = "delete_object_below_prefix",
};

/* ---- what each step says ---- */

static const lsexport_error *error_of(const struct check *check, enum check_step step) {
  return check->results[step].error;
}

/* The credentials were understood, and may not. An answer to HEAD has no body to say so. */
static bool denied(const struct check *check, enum check_step step) {
  const lsexport_error *error = error_of(check, step);
  return error && (lsexport_error_status(error) == LSEXPORT_ERR_ACCESS_DENIED ||
                   (step == STEP_HEAD && lsexport_error_http_status(error) == 403));
}

static bool any_denied(const struct check *check, enum check_step a, enum check_step b) {
  return denied(check, a) || denied(check, b);
}

/* In the peer's words, or else in ours. */
static const char *reason_of(const lsexport_error *error) {
  static const char langsmiths[] = "Failed to validate S3 destination: ";
  const char *text = lsexport_error_server_text(error), *cause = lsexport_cause_text(lsexport_error_cause(error));
  if (text_begins(text, langsmiths)) text += strlen(langsmiths);
  return *text ? text : *cause ? cause : lsexport_status_text(lsexport_error_status(error));
}

void check_describe(char *out, size_t size, const lsexport_error *error) {
  const char *code = lsexport_error_storage_code(error);
  int32_t http_status = lsexport_error_http_status(error);
  char number[32] = "";
  if (http_status) snprintf(number, sizeof number, "%sHTTP %d", *code ? ", " : "", http_status);
  snprintf(out, size, "%s%s%s%s", code, number, *code || *number ? ": " : "", reason_of(error));
  size_t length = strlen(out);
  if (out[length - 1] == '.') out[length - 1] = '\0'; /* a sentence's end follows */
}

void check_write_reason(char *out, size_t size, const struct finding_row *row, const char *line) {
  const char *place = strstr(row->reason, "%s");
  if (place)
    snprintf(out, size, "%.*s%s%s", (int)(place - row->reason), row->reason, line, place + strlen("%s"));
  else
    snprintf(out, size, "%s", row->reason);
}

static void add_step(lsexport_report *report, const char *name, int32_t outcome, const char *reason,
                     int64_t duration_us) {
  report_add_step(
      report, &(struct report_step){.name = name, .outcome = outcome, .reason = reason, .duration_us = duration_us});
}

static int32_t outcome(bool tried, bool passes) {
  return !tried ? LSEXPORT_OUTCOME_SKIPPED : passes ? LSEXPORT_OUTCOME_PASSED : LSEXPORT_OUTCOME_FAILED;
}

static void add_steps(const struct check *check, lsexport_report *report) {
  for (enum check_step step = 0; step < STEP_COUNT; step++) {
    const struct check_result *result = &check->results[step];
    bool idle = result->state == CHECK_SKIPPED && !result->late;
    if (idle && (step == STEP_DROP_SECOND_UPLOAD || step == STEP_CREATE_SECOND_UPLOAD)) continue;
    const char *reason = result->error  ? reason_of(result->error)
                         : result->late ? "the time was over"
                         : idle         ? "what it needs did not pass"
                                        : "";
    report_add_step(report, &(struct report_step){.name = step_names[step],
                                                  .outcome = result->state == CHECK_PASSED   ? LSEXPORT_OUTCOME_PASSED
                                                             : result->state == CHECK_FAILED ? LSEXPORT_OUTCOME_FAILED
                                                                                             : LSEXPORT_OUTCOME_SKIPPED,
                                                  .reason = reason,
                                                  .http_status = result->http_status,
                                                  .storage_code = lsexport_error_storage_code(result->error),
                                                  .duration_us = result->duration_us});
  }
}

/* ---- the way there: what the first request shows of it ---- */

/* Between two times of which the second is 0 when it did not come. */
static int64_t between(int64_t from_us, int64_t to_us) { return to_us > from_us ? to_us - from_us : 0; }

/* Passed up to the first thing that failed. */
static void add_name_and_connection(const struct check *check, lsexport_report *report) {
  const struct trace *trace = &check->first.trace;
  enum transfer met = trace->transfer;
  bool looked_up = check->tried && met != TRANSFER_PROXY, has_name = looked_up && met != TRANSFER_DNS;
  bool refused = met == TRANSFER_CONNECT_REFUSED, connected = has_name && !refused && met != TRANSFER_CONNECT_TIMEOUT;
  bool has_tls = connected && check->address.https, shook_hands = trace->sent || trace->tls_us;
  add_step(report, "dns", outcome(looked_up, has_name),
           has_name    ? trace->address
           : looked_up ? "the host's name does not resolve here"
                       : "",
           trace->lookup_us);
  add_step(report, "tcp", outcome(has_name, connected),
           connected || !has_name ? ""
           : refused              ? "refused, or unreachable"
                                  : "no connection in time",
           between(trace->lookup_us, trace->connect_us));
  add_step(report, "tls", outcome(has_tls, shook_hands), check->address.https ? "" : "plain http",
           between(trace->connect_us, trace->tls_us));
}

/* Whether S3 has looked at the signature and found it right: it does so before it looks at permissions. Others may call
 * a wrong key a denied access. */
static int32_t signature_outcome(const struct check *check) {
  if (check_passed(check, STEP_PUT)) return LSEXPORT_OUTCOME_PASSED;
  const lsexport_error *error = error_of(check, STEP_PUT);
  switch (lsexport_error_cause(error)) {
  case LSEXPORT_CAUSE_BAD_SECRET:
  case LSEXPORT_CAUSE_BAD_KEY_ID:
  case LSEXPORT_CAUSE_BAD_TOKEN:
  case LSEXPORT_CAUSE_EXPIRED_TOKEN:
  case LSEXPORT_CAUSE_CLOCK_SKEW:
    return LSEXPORT_OUTCOME_FAILED;
  default:
    break;
  }
  return lsexport_error_status(error) == LSEXPORT_ERR_KEY_ID_NOT_FOUND ? LSEXPORT_OUTCOME_FAILED
                                                                       : LSEXPORT_OUTCOME_SKIPPED;
}

static void add_way(const struct check *check, lsexport_report *report) {
  char clock[64] = "the storage did not tell its time", region[2 * BUCKET_WORD_MAX] = "";
  bool knows = check->answered && check->first.date_unix_s;
  if (knows) snprintf(clock, sizeof clock, "%+lld s from the storage's", (long long)check->skew_s);
  if (check->healed) snprintf(region, sizeof region, "the bucket is in %s", check->address.signing_region);
  bool wrong_region = check->healed || lsexport_error_cause(error_of(check, STEP_PUT)) == LSEXPORT_CAUSE_WRONG_REGION;
  add_name_and_connection(check, report);
  add_step(report, "clock", outcome(knows, llabs(check->skew_s) <= SKEW_ALLOWED_S), clock, 0);
  add_step(report, "region", outcome(check->answered, !wrong_region), region, 0);
  add_step(report, "signature", signature_outcome(check), "", 0);
}

/* ---- permissions ---- */

struct permission_names {
  const char *put, *get, *abort, *delete;
};

static int32_t verdict(bool is_denied, bool is_granted) {
  return is_denied ? LSEXPORT_VERDICT_DENIED : is_granted ? LSEXPORT_VERDICT_GRANTED : LSEXPORT_VERDICT_UNKNOWN;
}

static bool uploads_denied(const struct check *check) {
  return any_denied(check, STEP_CREATE_UPLOAD, STEP_CREATE_SECOND_UPLOAD) ||
         any_denied(check, STEP_UPLOAD_PART, STEP_COMPLETE_UPLOAD);
}

static void add_permissions(const struct check *check, lsexport_report *report) {
  static const struct permission_names aws = {"s3:PutObject", "s3:GetObject", "s3:AbortMultipartUpload",
                                              "s3:DeleteObject"};
  static const struct permission_names google = {"storage.objects.create", "storage.objects.get",
                                                 "storage.multipartUploads.abort", "storage.objects.delete"};
  const struct permission_names *names = text_ends(check->address.host, "storage.googleapis.com") ? &google : &aws;
  size_t put = report_add_permission(report, names->put, LSEXPORT_NEED_REQUIRED, "every write of every export");
  size_t get = report_add_permission(report, names->get, LSEXPORT_NEED_RECOMMENDED,
                                     "LangSmith verifies the size of what it wrote");
  size_t abort = report_add_permission(report, names->abort, LSEXPORT_NEED_RECOMMENDED,
                                       "a large write that failed leaves no parts behind, which cost money unseen");
  size_t delete = report_add_permission(report, names->delete, LSEXPORT_NEED_OPTIONAL,
                                        "the test object of each create and patch is taken away");
  report_set_verdict(report, put,
                     verdict(any_denied(check, STEP_PUT, STEP_PUT_BELOW_PREFIX) || uploads_denied(check),
                             check_passed(check, STEP_PUT) && check_passed(check, STEP_PUT_BELOW_PREFIX)));
  report_set_verdict(report, get, verdict(denied(check, STEP_HEAD), check_passed(check, STEP_HEAD)));
  report_set_verdict(
      report, abort,
      verdict(any_denied(check, STEP_ABORT_UPLOAD, STEP_DROP_SECOND_UPLOAD), check_passed(check, STEP_ABORT_UPLOAD)));
  report_set_verdict(report, delete,
                     verdict(any_denied(check, STEP_DELETE, STEP_DELETE_BELOW_PREFIX),
                             check_passed(check, STEP_DELETE) || check_passed(check, STEP_DELETE_BELOW_PREFIX)));
}

/* ---- findings ---- */

const struct finding_row check_finding_rows[CHECK_FINDING_COUNT] = {
#define FINDING(name, code, severity, field, reason, remedy) \
  [CHECK_FINDING_##name] = {code, LSEXPORT_SEVERITY_##severity, field, reason, remedy},
#include "flow/check_finding.def"
#undef FINDING
};

static void tell(const struct explained *told, enum check_finding finding, const char *shown) {
  explain_tell_row(told, &check_finding_rows[finding], shown);
}

/* An error's own is for LangSmith, which has another way to the storage, signs by another clock, and whose client closes
 * connections by itself. */
static const char *remedy_of(const struct check *check, const lsexport_error *error) {
  switch (check->first.trace.transfer) {
  case TRANSFER_PROXY:
    return "Correct the client's option proxy, or have the proxy mended. LangSmith does not go through it.";
  case TRANSFER_CONNECT_TIMEOUT:
    return "Check the host and port of endpoint_url, and what firewalls lie between this machine and the storage. "
           "LangSmith's own addresses must be let through too; its documentation lists them.";
  case TRANSFER_TLS:
  case TRANSFER_TLS_VERSION:
    return "Have the endpoint speak TLS 1.2 or newer, with a certificate of a public authority, or use another one.";
  case TRANSFER_LOST:
    return "Check scheme and port of endpoint_url: where TLS is spoken, set https. Then check what proxy or firewall "
           "before the storage cuts connections.";
  default:
    break;
  }
  if (lsexport_error_cause(error) == LSEXPORT_CAUSE_CLOCK_SKEW)
    return "Set this machine's clock, or the storage's: a check signs here. LangSmith signs by a clock of its own.";
  return lsexport_error_remedy(error);
}

/* What a step's answer means, and what to do about it. */
static void tell_failure(lsexport_report *report, enum check_finding finding, const struct check *check,
                         const lsexport_error *error) {
  const struct finding_row *row = &check_finding_rows[finding];
  char line[CHECK_LINE_MAX], reason[2 * CHECK_LINE_MAX];
  check_describe(line, sizeof line, error);
  check_write_reason(reason, sizeof reason, row, line);
  report_add_finding(report, row->severity, row->code, row->field, reason,
                     *row->remedy ? row->remedy : remedy_of(check, error));
}

/* The first of the steps that write in parts that failed; NULL: none did. */
static const lsexport_error *upload_error(const struct check *check) {
  static const enum check_step uploads[] = {STEP_CREATE_UPLOAD, STEP_CREATE_SECOND_UPLOAD, STEP_UPLOAD_PART,
                                            STEP_COMPLETE_UPLOAD};
  for (size_t i = 0; i < sizeof uploads / sizeof *uploads; i++)
    if (error_of(check, uploads[i])) return error_of(check, uploads[i]);
  return NULL;
}

bool check_is_confused(const struct check *check) {
  return check->address.bucket_is_from_prefix && !check->address.endpoint_bucket;
}

const lsexport_error *check_obstacle(const struct check *check) {
  if (error_of(check, STEP_PUT)) return error_of(check, STEP_PUT);
  if (error_of(check, STEP_PUT_BELOW_PREFIX)) return error_of(check, STEP_PUT_BELOW_PREFIX);
  return upload_error(check);
}

void check_tell_writes(const struct check *check, lsexport_report *report) {
  const lsexport_error *put = error_of(check, STEP_PUT), *below = error_of(check, STEP_PUT_BELOW_PREFIX);
  if (put && check_passed(check, STEP_PUT_BELOW_PREFIX))
    tell_failure(report, CHECK_FINDING_PUT_ONLY_BELOW_PREFIX, check, put);
  else if (put)
    tell_failure(report, CHECK_FINDING_PUT_FAILED, check, put);
  else if (below)
    tell_failure(report, CHECK_FINDING_PUT_BELOW_PREFIX_FAILED, check, below);
  else if (upload_error(check))
    tell_failure(report, CHECK_FINDING_UPLOAD_FAILED, check, upload_error(check));
}

/* Else it is the way there that fails. */
static bool was_answered(const lsexport_error *error) { return lsexport_error_http_status(error) != 0; }

static void tell_rest(const struct check *check, const struct explained *told) {
  lsexport_report *report = told->report;
  const lsexport_error *delete = error_of(check, STEP_DELETE), *head = error_of(check, STEP_HEAD),
                       *abort = error_of(check, STEP_ABORT_UPLOAD);
  if (!delete) delete = error_of(check, STEP_DELETE_BELOW_PREFIX);
  if (was_answered(head)) tell_failure(report, CHECK_FINDING_HEAD_FAILED, check, head);
  if (was_answered(abort)) tell_failure(report, CHECK_FINDING_ABORT_FAILED, check, abort);
  if (was_answered(delete)) tell_failure(report, CHECK_FINDING_DELETE_FAILED, check, delete);
  if (check_left_upload(check)) tell(told, CHECK_FINDING_UPLOAD_LEFT, check->keys[1]);
  if (check->out_of_time) tell(told, CHECK_FINDING_OUT_OF_TIME, NULL);
}

static void tell_way(const struct check *check, const struct check_way *way, const struct explained *told) {
  const char *address = check->first.trace.address;
  char host[TRACE_ADDRESS_MAX + 2], skew[32];
  bool is_ipv6 = strchr(address, ':') != NULL;
  snprintf(host, sizeof host, "%s%s%s", is_ipv6 ? "[" : "", address, is_ipv6 ? "]" : "");
  snprintf(skew, sizeof skew, "%+lld", (long long)check->skew_s);
  if (check->healed) tell(told, CHECK_FINDING_REGION_HEALED, check->address.signing_region);
  if (llabs(check->skew_s) > SKEW_WARNED_S) tell(told, CHECK_FINDING_CLOCK_SKEW, skew);
  bool was_named = explain_is_private(check->address.host); /* then explain has told already */
  if (*address && !way->proxy && !was_named && explain_is_private(host)) {
    bool cloud = told->place == LANGSMITH_CLOUD || told->place == LANGSMITH_CLOUD_ON_AWS;
    tell(told, cloud ? CHECK_FINDING_REACHED_PRIVATE : CHECK_FINDING_REACHED_PRIVATE_SOMEWHERE, address);
  }
  if (way->own_authorities && check->address.https && check->answered) tell(told, CHECK_FINDING_OWN_AUTHORITIES, NULL);
  if (way->proxy) tell(told, CHECK_FINDING_BY_PROXY, NULL);
  if (!way->diagnosed) tell(told, CHECK_FINDING_FROM_HERE, NULL);
}

static void add_left(const struct check *check, lsexport_report *report) {
  const char *const rests[] = {ADDRESS_TEST_FOLDER, ""};
  const bool left[] = {check_left_test_object(check), check_left_object_below_prefix(check)};
  for (size_t i = 0; i < REPORT_CHECK_OBJECTS; i++) {
    struct buf key, washed;
    if (!left[i]) continue;
    buf_init(&key, ADDRESS_URL_MAX);
    buf_init(&washed, ADDRESS_URL_MAX);
    report_write_key(&key, &check->address, rests[i]);
    buf_text(&key, check->name);
    wash(&washed, buf_string(&key), key.length, key.length, check->secrets);
    if (key.failure || washed.failure) report->failed = true;
    report_add_left(report, buf_string(&washed));
    buf_reset(&key);
    buf_reset(&washed);
  }
}

/* ---- the answer ---- */

static void summarize(const struct check *check, lsexport_report *report) {
  const lsexport_error *obstacle = check_obstacle(check);
  const char *bucket = lsexport_report_bucket(report);
  char line[CHECK_LINE_MAX], summary[3 * CHECK_LINE_MAX];
  if (obstacle) {
    check_describe(line, sizeof line, obstacle);
    snprintf(summary, sizeof summary, "The bucket \"%s\"%s does not take what LangSmith writes: %s: %s.", bucket,
             check_is_confused(check) ? ", the prefix's first segment," : "",
             lsexport_status_text(lsexport_error_status(obstacle)), line);
  } else if (!check_passed(check, STEP_PUT) || !check_passed(check, STEP_COMPLETE_UPLOAD)) {
    snprintf(summary, sizeof summary, "Not all could be tried with the bucket \"%s\".", bucket);
  } else {
    snprintf(summary, sizeof summary, "From this machine the bucket \"%s\" takes all that LangSmith writes.", bucket);
  }
  report_set_summary(report, summary);
}

void check_report(const struct check *check, const struct check_way *way, lsexport_report *report) {
  struct explained told = {.report = report, .spec = check->spec, .secrets = check->secrets};
  explain_place_langsmith(&told, way->api_root);
  add_permissions(check, report);
  add_way(check, report);
  add_steps(check, report);
  if (!way->diagnosed) check_tell_writes(check, report);
  tell_rest(check, &told);
  tell_way(check, way, &told);
  add_left(check, report);
  summarize(check, report);
}
