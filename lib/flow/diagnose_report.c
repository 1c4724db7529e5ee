/* SPDX-License-Identifier: MIT */
/* What LangSmith said, beside what the bucket said to this machine. */
#include "flow/diagnose.h"

#include <stdio.h>
#include <string.h>

/* ---- what kind of difference it is ---- */

static bool is_of_storage(const lsexport_error *error) {
  return lsexport_error_status(error) >= LSEXPORT_ERR_ACCESS_DENIED; /* the first of its block, the last one */
}

/* LangSmith's client has lost the reason, or the storage gave it none. */
static bool is_silent(const lsexport_error *error) { return lsexport_error_cause(error) == LSEXPORT_CAUSE_NO_REASON; }

static bool is_same(const lsexport_error *there, const lsexport_error *here) {
  return is_silent(there) || lsexport_error_status(there) == lsexport_error_status(here);
}

static bool is_denied(const lsexport_error *error) {
  return lsexport_error_status(error) == LSEXPORT_ERR_ACCESS_DENIED;
}

/* LangSmith was refused, this machine was not. */
static enum check_finding refused_there_alone(const lsexport_error *there, const struct check *check) {
  bool by_name = is_denied(there);
  switch (lsexport_error_cause(there)) {
  case LSEXPORT_CAUSE_STORAGE_CLOSED:
  case LSEXPORT_CAUSE_REDIRECTED_BUCKET:
  case LSEXPORT_CAUSE_WRONG_REGION:
    return check->healed ? CHECK_FINDING_REGION_THERE_ALONE : CHECK_FINDING_UNREACHABLE_THERE_ALONE;
  case LSEXPORT_CAUSE_STORAGE_UNREACHABLE:
  case LSEXPORT_CAUSE_STORAGE_TIMEOUT:
    return CHECK_FINDING_UNREACHABLE_THERE_ALONE;
  case LSEXPORT_CAUSE_STORAGE_TLS:
    return CHECK_FINDING_TLS_THERE_ALONE;
  case LSEXPORT_CAUSE_CLOCK_SKEW:
    return CHECK_FINDING_CLOCK_THERE_ALONE;
  case LSEXPORT_CAUSE_BAD_SECRET:
  case LSEXPORT_CAUSE_CHECKSUM:
  case LSEXPORT_CAUSE_NOT_IMPLEMENTED:
  case LSEXPORT_CAUSE_HTML:
    return CHECK_FINDING_CHANGED_THERE_ALONE;
  case LSEXPORT_CAUSE_NO_REASON:
    return CHECK_FINDING_SILENT_THERE_ALONE;
  default:
    return by_name ? CHECK_FINDING_DENIED_THERE_ALONE : CHECK_FINDING_OTHERWISE_THERE;
  }
}

static enum check_finding compare(const lsexport_error *there, const struct check *check) {
  const lsexport_error *here = check ? check_obstacle(check) : NULL;
  if (!there) return here ? CHECK_FINDING_REFUSED_HERE_ALONE : CHECK_FINDING_WORKS;
  if (!is_of_storage(there)) return CHECK_FINDING_NOT_THE_BUCKET;
  if (!check || check->results[STEP_PUT].state == CHECK_SKIPPED) return CHECK_FINDING_NOT_COMPARED;
  if (check_is_confused(check)) return CHECK_FINDING_CONFUSED_IN_BOTH;
  if (!here) return refused_there_alone(there, check);
  if (!is_same(there, here)) return CHECK_FINDING_OTHERWISE_THERE;
  return is_denied(here) ? CHECK_FINDING_DENIED_IN_BOTH : CHECK_FINDING_SAME_IN_BOTH;
}

/* ---- telling it ---- */

/* Of the two, the one whose words say more: the storage's own code reaches this machine alone. */
static const lsexport_error *evidence_of(enum check_finding finding, const lsexport_error *there,
                                         const struct check *check) {
  bool from_here = finding == CHECK_FINDING_DENIED_IN_BOTH || finding == CHECK_FINDING_SAME_IN_BOTH ||
                   finding == CHECK_FINDING_REFUSED_HERE_ALONE;
  return from_here ? check_obstacle(check) : there;
}

/* The fields that LangSmith names. */
static void add_fields(char *line, size_t size, const lsexport_error *error) {
  for (size_t i = 0; i < lsexport_error_field_count(error); i++) {
    size_t length = strlen(line);
    snprintf(line + length, size - length, "; %s: %s", lsexport_error_field_path(error, i),
             lsexport_error_field_message(error, i));
  }
}

void diagnose_report(const lsexport_error *error, const struct check *check, lsexport_report *report) {
  enum check_finding finding = compare(error, check);
  const struct finding_row *row = &check_finding_rows[finding];
  const lsexport_error *evidence = evidence_of(finding, error, check);
  char line[CHECK_LINE_MAX] = "", reason[2 * CHECK_LINE_MAX], summary[3 * CHECK_LINE_MAX];
  if (finding == CHECK_FINDING_CONFUSED_IN_BOTH)
    snprintf(line, sizeof line, "%s", lsexport_report_bucket(report));
  else if (evidence)
    check_describe(line, sizeof line, evidence);
  if (finding == CHECK_FINDING_NOT_THE_BUCKET) add_fields(line, sizeof line, evidence);
  check_write_reason(reason, sizeof reason, row, line);
  const char *remedy = *row->remedy ? row->remedy : lsexport_error_remedy(evidence);
  report_add_finding(report, row->severity, row->code, row->field, reason, remedy);
  if (finding == CHECK_FINDING_OTHERWISE_THERE) check_tell_writes(check, report);
  snprintf(summary, sizeof summary, "%s %s.", row->field, reason);
  report_set_summary(report, summary);
}
