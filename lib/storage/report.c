/* SPDX-License-Identifier: MIT */
#include "storage/report.h"

#include "base/mem.h"
#include "base/text.h"

#include <string.h>

const char *const report_severities[] = {
    [LSEXPORT_SEVERITY_NOTE] = "note", [LSEXPORT_SEVERITY_WARNING] = "warning", [LSEXPORT_SEVERITY_ERROR] = "error"};
const char *const report_needs[] = {[LSEXPORT_NEED_REQUIRED] = "required",
                                    [LSEXPORT_NEED_RECOMMENDED] = "recommended",
                                    [LSEXPORT_NEED_OPTIONAL] = "optional"};
const char *const report_verdicts[] = {[LSEXPORT_VERDICT_UNKNOWN] = "unknown",
                                       [LSEXPORT_VERDICT_GRANTED] = "granted",
                                       [LSEXPORT_VERDICT_DENIED] = "denied"};
const char *const report_outcomes[] = {
    [LSEXPORT_OUTCOME_SKIPPED] = "skipped", [LSEXPORT_OUTCOME_PASSED] = "passed", [LSEXPORT_OUTCOME_FAILED] = "failed"};

/* ---- building ---- */

lsexport_report *report_new(void) { return mem_alloc(sizeof(lsexport_report)); }

static char *keep(lsexport_report *report, const char *text) {
  char *copy = mem_text(text, strlen(text));
  if (!copy) report->failed = true;
  return copy;
}

static char *take(lsexport_report *report, struct buf *text) {
  char *taken = buf_take(text);
  if (!taken) report->failed = true;
  return taken;
}

static char *keep_washed(lsexport_report *report, const struct buf *text, const struct secrets *secrets) {
  struct buf out;
  buf_init(&out, ADDRESS_URL_MAX);
  wash(&out, buf_string(text), text->length, text->length, secrets);
  if (text->failure) report->failed = true;
  return take(report, &out);
}

/* To the service a bucket that stands behind one in the endpoint is a part of the key. */
void report_write_key(struct buf *out, const struct address *address, const char *rest) {
  if (address->endpoint_bucket) {
    buf_text(out, address->bucket);
    buf_text(out, "/");
  }
  address_write_key(out, address, rest);
}

/* The random part of a key has a name in place of an encoding. */
static char *end_with_name(lsexport_report *report, const struct address *address, struct buf *text,
                           const struct secrets *secrets) {
  if (!address->key_is_cut) buf_text(text, "<uuid>.txt");
  char *kept = keep_washed(report, text, secrets);
  buf_reset(text);
  return kept;
}

static char *write_shown_key(lsexport_report *report, const struct address *address, const char *rest,
                             const struct secrets *secrets) {
  struct buf key;
  buf_init(&key, ADDRESS_URL_MAX);
  report_write_key(&key, address, rest);
  return end_with_name(report, address, &key, secrets);
}

static char *write_shown_url(lsexport_report *report, const struct address *address, const struct secrets *secrets) {
  struct buf key, url;
  buf_init(&key, ADDRESS_URL_MAX);
  buf_init(&url, ADDRESS_URL_MAX);
  address_write_key(&key, address, ADDRESS_TEST_FOLDER);
  if (key.failure) report->failed = true;
  address_write_url(&url, address, buf_string(&key));
  buf_reset(&key);
  return end_with_name(report, address, &url, secrets);
}

static void set_keys_and_url(lsexport_report *report, const struct address *address, const struct secrets *secrets) {
  static const char *const rests[REPORT_CHECK_OBJECTS] = {ADDRESS_TEST_FOLDER REPORT_CHECK_OBJECT, REPORT_CHECK_OBJECT};
  report->url = write_shown_url(report, address, secrets);
  report->object_key = write_shown_key(report, address, ADDRESS_TEST_FOLDER, secrets);
  for (size_t i = 0; i < REPORT_CHECK_OBJECTS; i++)
    report->check_keys[i] = write_shown_key(report, address, rests[i], secrets);
}

void report_set_address(lsexport_report *report, const struct address *address, const struct secrets *secrets) {
  struct buf text;
  set_keys_and_url(report, address, secrets);
  buf_init(&text, ADDRESS_URL_MAX);
  address_write_host(&text, address);
  report->host = keep_washed(report, &text, secrets);
  buf_reset(&text);
  buf_text(&text, address->endpoint_bucket ? address->endpoint_bucket : address->bucket);
  report->bucket = keep_washed(report, &text, secrets);
  buf_reset(&text);
  buf_text(&text, address->signing_region);
  report->signing_region = keep_washed(report, &text, secrets);
  buf_reset(&text);
  report->virtual_hosted = address->virtual_hosted;
  report->has_address = true;
}

void report_add_finding(lsexport_report *report, int32_t severity, const char *code, const char *field,
                        const char *reason, const char *remedy) {
  if (report->finding_count == REPORT_FINDINGS_MAX) {
    report->findings_left_out++;
    return;
  }
  report->findings[report->finding_count++] =
      (struct report_finding){severity, code, keep(report, field), keep(report, reason), keep(report, remedy)};
}

size_t report_add_permission(lsexport_report *report, const char *name, int32_t need, const char *purpose) {
  report->permissions[report->permission_count] =
      (struct report_permission){name, purpose, need, LSEXPORT_VERDICT_UNKNOWN};
  return report->permission_count++;
}

void report_set_verdict(lsexport_report *report, size_t permission, int32_t verdict) {
  report->permissions[permission].verdict = verdict;
}

void report_add_step(lsexport_report *report, const struct report_step *step) {
  struct report_step *own = &report->steps[report->step_count++];
  *own = *step;
  own->reason = keep(report, step->reason ? step->reason : "");
  own->storage_code = keep(report, step->storage_code ? step->storage_code : "");
}

void report_add_left(lsexport_report *report, const char *key) {
  report->left[report->left_count++] = keep(report, key);
}

void report_set_summary(lsexport_report *report, const char *text) {
  mem_free(report->summary);
  report->summary = keep(report, text);
}

void report_set_result(lsexport_report *report, lsexport_error *error, lsexport_destination *destination) {
  report->error = error;
  report->destination = destination;
}

/* ---- the end ---- */

/* Where a field stands in a spec. */
static size_t field_rank(const char *field) {
  static const char *const beginnings[] = {
      "display_name",         "config.bucket_name",   "config.prefix",
      "config.region",        "config.endpoint_url",  "config.include_bucket_in_prefix",
      "config.config_kwargs", "config.s3_additional", "config"};
  size_t rank = 0;
  while (rank < sizeof beginnings / sizeof *beginnings && !text_begins(field, beginnings[rank])) rank++;
  return rank;
}

static bool comes_before(const struct report_finding *a, const struct report_finding *b) {
  if (a->severity != b->severity) return a->severity > b->severity;
  return field_rank(a->field) < field_rank(b->field);
}

static void sort_findings(lsexport_report *report) {
  for (size_t i = 1; i < report->finding_count; i++) {
    struct report_finding moved = report->findings[i];
    size_t place = i;
    while (place && comes_before(&moved, &report->findings[place - 1])) {
      report->findings[place] = report->findings[place - 1];
      place--;
    }
    report->findings[place] = moved;
  }
}

lsexport_error *report_finish(lsexport_report *report) {
  if (!report->failed) {
    sort_findings(report);
    report->text = report_text_write(report);
    report->json = report_json_write(report);
  }
  return report->text && report->json ? NULL : error_no_memory(LSEXPORT_APPLIED_NO);
}

void lsexport_report_free(lsexport_report *report) {
  if (!report) return;
  char *texts[] = {report->summary, report->text,   report->json,       report->url,
                   report->host,    report->bucket, report->object_key, report->signing_region};
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) mem_free(texts[i]);
  for (size_t i = 0; i < report->finding_count; i++) {
    mem_free(report->findings[i].field);
    mem_free(report->findings[i].reason);
    mem_free(report->findings[i].remedy);
  }
  for (size_t i = 0; i < report->step_count; i++) {
    mem_free((char *)(uintptr_t)report->steps[i].reason);
    mem_free((char *)(uintptr_t)report->steps[i].storage_code);
  }
  for (size_t i = 0; i < report->left_count; i++) mem_free(report->left[i]);
  for (size_t i = 0; i < REPORT_CHECK_OBJECTS; i++) mem_free(report->check_keys[i]);
  lsexport_error_free(report->error);
  lsexport_destination_free(report->destination);
  mem_free(report);
}

/* ---- getters ---- */

static const char *shown(const char *text) { return text ? text : ""; }

#define TEXT_GETTER(name) \
  const char *lsexport_report_##name(const lsexport_report *report) { return report ? shown(report->name) : ""; }
#define COUNT_GETTER(kind) \
  size_t lsexport_report_##kind##_count(const lsexport_report *report) { return report ? report->kind##_count : 0; }
/* of what is many: field is a member of array[index], absent past the end */
#define ITEM_GETTER(type, kind, array, field, absent)                                              \
  type lsexport_report_##kind##_##field(const lsexport_report *report, size_t index) {             \
    return index < lsexport_report_##kind##_count(report) ? report->array[index].field : (absent); \
  }

TEXT_GETTER(summary)
TEXT_GETTER(text)
TEXT_GETTER(url)
TEXT_GETTER(host)
TEXT_GETTER(bucket)
TEXT_GETTER(object_key)
TEXT_GETTER(signing_region)
COUNT_GETTER(finding)
COUNT_GETTER(permission)
COUNT_GETTER(step)
COUNT_GETTER(left)
ITEM_GETTER(int32_t, finding, findings, severity, 0)
ITEM_GETTER(const char *, finding, findings, code, "")
ITEM_GETTER(const char *, finding, findings, field, "")
ITEM_GETTER(const char *, finding, findings, reason, "")
ITEM_GETTER(const char *, finding, findings, remedy, "")
ITEM_GETTER(const char *, permission, permissions, name, "")
ITEM_GETTER(const char *, permission, permissions, purpose, "")
ITEM_GETTER(int32_t, permission, permissions, need, 0)
ITEM_GETTER(int32_t, permission, permissions, verdict, 0)
ITEM_GETTER(const char *, step, steps, name, "")
ITEM_GETTER(int32_t, step, steps, outcome, 0)
ITEM_GETTER(const char *, step, steps, reason, "")
ITEM_GETTER(int32_t, step, steps, http_status, 0)
ITEM_GETTER(const char *, step, steps, storage_code, "")
ITEM_GETTER(int64_t, step, steps, duration_us, 0)

size_t lsexport_report_check_key_count(const lsexport_report *report) {
  return report && report->has_address ? REPORT_CHECK_OBJECTS : 0;
}

const char *lsexport_report_check_key(const lsexport_report *report, size_t index) {
  return index < lsexport_report_check_key_count(report) ? shown(report->check_keys[index]) : "";
}

const char *lsexport_report_left_key(const lsexport_report *report, size_t index) {
  return index < lsexport_report_left_count(report) ? report->left[index] : "";
}

const char *lsexport_report_json(const lsexport_report *report) { return report ? shown(report->json) : "{}"; }

int32_t lsexport_report_addressing_style(const lsexport_report *report) {
  if (!report || !report->has_address) return LSEXPORT_ADDRESSING_UNSET;
  return report->virtual_hosted ? LSEXPORT_ADDRESSING_VIRTUAL : LSEXPORT_ADDRESSING_PATH;
}

const lsexport_error *lsexport_report_error(const lsexport_report *report) { return report ? report->error : NULL; }

const lsexport_destination *lsexport_report_destination(const lsexport_report *report) {
  return report ? report->destination : NULL;
}
