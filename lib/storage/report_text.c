/* SPDX-License-Identifier: MIT */
/* A report for people: the answer first, then where LangSmith writes, then what was found, worst first. */
#include "storage/report.h"

#include "base/text.h"

#include <stdio.h>
#include <string.h>

#define COLUMNS 100
#define LABEL_COLUMNS 10
#define US_PER_MS 1000

static size_t word_columns(const char *word, size_t length) {
  size_t columns = 0;
  for (size_t i = 0; i < length; i++)
    if (((unsigned char)word[i] & 0xc0) != 0x80) columns++;
  return columns;
}

/* The words of a text behind a label, on as many lines as they need. A word that is longer than a line stays whole, for
 * URLs are copied. */
static void write_lines(struct buf *out, const char *label, const char *text) {
  static const char blanks[] = "          ";
  size_t column = strlen(label), indent = *label ? LABEL_COLUMNS : 0;
  buf_text(out, label);
  if (column < indent) buf_add(out, blanks, indent - column);
  column = indent;
  for (text += strspn(text, " "); *text; text += strspn(text, " ")) {
    size_t length = strcspn(text, " "), columns = word_columns(text, length);
    bool begins_line = column == indent;
    if (!begins_line && column + 1 + columns > COLUMNS) {
      buf_text(out, "\n");
      buf_add(out, blanks, indent);
      column = indent;
      begins_line = true;
    }
    if (!begins_line) buf_text(out, " ");
    buf_add(out, text, length);
    column += columns + (begins_line ? 0 : 1);
    text += length;
  }
  buf_text(out, "\n");
}

/* Keys and URLs are not wrapped: their blanks are their own. */
static void write_whole(struct buf *out, const char *label, const char *text) {
  char padded[LABEL_COLUMNS + 1];
  snprintf(padded, sizeof padded, "%-10s", label);
  buf_text(out, padded);
  buf_text(out, text);
  buf_text(out, "\n");
}

static void write_address(struct buf *out, const lsexport_report *report) {
  if (!report->has_address) return;
  buf_text(out, "\n");
  write_whole(out, "writes to", report->url);
  write_whole(out, "bucket", report->bucket);
  write_whole(out, "key", report->object_key);
  write_whole(out, "region", report->signing_region);
  write_whole(out, "style",
              report->virtual_hosted ? "virtual: the bucket is part of the host"
                                     : "path: the bucket is part of the path");
}

static void write_findings(struct buf *out, const lsexport_report *report) {
  struct buf line;
  buf_init(&line, REPORT_TEXT_MAX);
  for (size_t i = 0; i < report->finding_count; i++) {
    const struct report_finding *finding = &report->findings[i];
    buf_text(&line, finding->field);
    buf_text(&line, " ");
    buf_text(&line, finding->reason);
    buf_text(&line, ". ");
    buf_text(&line, finding->remedy);
    if (!i) buf_text(out, "\n");
    write_lines(out, report_severities[finding->severity], buf_string(&line));
    if (line.failure) out->failure = line.failure;
    buf_reset(&line);
  }
  if (!report->findings_left_out) return;
  buf_text(out, "\nand ");
  buf_integer(out, (int64_t)report->findings_left_out);
  buf_text(out, " findings more\n");
}

/* What depends on one that is granted need not be told. */
static void write_permissions(struct buf *out, const lsexport_report *report) {
  char line[512];
  if (report->permission_count) buf_text(out, "\n");
  for (size_t i = 0; i < report->permission_count; i++) {
    const struct report_permission *permission = &report->permissions[i];
    bool granted = permission->verdict == LSEXPORT_VERDICT_GRANTED;
    snprintf(line, sizeof line, "%s (%s)%s%s", permission->name, report_needs[permission->need], granted ? "" : ": ",
             granted ? "" : permission->purpose);
    write_lines(out, report_verdicts[permission->verdict], line);
  }
}

static void write_failed_step(struct buf *line, const struct report_step *step) {
  buf_text(line, step->name);
  buf_text(line, ", ");
  buf_integer(line, step->duration_us / US_PER_MS);
  buf_text(line, " ms");
  if (step->http_status) {
    buf_text(line, ", HTTP ");
    buf_integer(line, step->http_status);
  }
  if (*step->storage_code) {
    buf_text(line, " ");
    buf_text(line, step->storage_code);
  }
  if (!*step->reason) return;
  buf_text(line, ": ");
  buf_text(line, step->reason);
}

static void write_failed_steps(struct buf *out, const lsexport_report *report) {
  for (size_t i = 0; i < report->step_count; i++) {
    struct buf line;
    if (report->steps[i].outcome != LSEXPORT_OUTCOME_FAILED) continue;
    buf_init(&line, REPORT_TEXT_MAX);
    write_failed_step(&line, &report->steps[i]);
    write_lines(out, report_outcomes[LSEXPORT_OUTCOME_FAILED], buf_string(&line));
    if (line.failure) out->failure = line.failure;
    buf_reset(&line);
  }
}

/* Those that passed, or were skipped, one behind the other. */
static void write_other_steps(struct buf *out, const lsexport_report *report, int32_t outcome) {
  struct buf line;
  buf_init(&line, REPORT_TEXT_MAX);
  for (size_t i = 0; i < report->step_count; i++) {
    const struct report_step *step = &report->steps[i];
    if (step->outcome != outcome) continue;
    if (line.length) buf_text(&line, ", ");
    buf_text(&line, step->name);
    if (outcome == LSEXPORT_OUTCOME_SKIPPED || !*step->reason) continue;
    buf_text(&line, " (");
    buf_text(&line, step->reason);
    buf_text(&line, ")");
  }
  if (line.length) write_lines(out, report_outcomes[outcome], buf_string(&line));
  if (line.failure) out->failure = line.failure;
  buf_reset(&line);
}

static void write_steps(struct buf *out, const lsexport_report *report) {
  if (report->step_count) buf_text(out, "\n");
  write_failed_steps(out, report);
  write_other_steps(out, report, LSEXPORT_OUTCOME_PASSED);
  write_other_steps(out, report, LSEXPORT_OUTCOME_SKIPPED);
}

static void write_left(struct buf *out, const lsexport_report *report) {
  if (report->left_count) buf_text(out, "\n");
  for (size_t i = 0; i < report->left_count; i++) write_whole(out, "left", report->left[i]);
}

char *report_text_write(const lsexport_report *report) {
  struct buf out;
  buf_init(&out, REPORT_TEXT_MAX);
  write_lines(&out, "", lsexport_report_summary(report));
  write_address(&out, report);
  write_findings(&out, report);
  write_permissions(&out, report);
  write_steps(&out, report);
  write_left(&out, report);
  return buf_take(&out);
}
