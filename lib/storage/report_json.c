/* SPDX-License-Identifier: MIT */
/* A report as one JSON object. Members that have nothing to say are left out. */
#include "storage/report.h"

#include <string.h>

static void write_text(struct buf *out, const char *name, const char *text) {
  if (*text) buf_json_member(out, name, text);
}

static void open_item(struct buf *out, size_t index) { buf_text(out, index ? ",{" : "{"); }

static void write_findings(struct buf *out, const lsexport_report *report) {
  buf_json_name(out, "findings");
  buf_text(out, "[");
  for (size_t i = 0; i < report->finding_count; i++) {
    const struct report_finding *finding = &report->findings[i];
    open_item(out, i);
    buf_json_member(out, "severity", report_severities[finding->severity]);
    buf_json_member(out, "code", finding->code);
    buf_json_member(out, "field", finding->field);
    buf_json_member(out, "reason", finding->reason);
    buf_json_member(out, "remedy", finding->remedy);
    buf_text(out, "}");
  }
  buf_text(out, "]");
  buf_json_member_integer(out, "findings_left_out", (int64_t)report->findings_left_out);
}

static void write_permissions(struct buf *out, const lsexport_report *report) {
  buf_json_name(out, "permissions");
  buf_text(out, "[");
  for (size_t i = 0; i < report->permission_count; i++) {
    const struct report_permission *permission = &report->permissions[i];
    open_item(out, i);
    buf_json_member(out, "name", permission->name);
    buf_json_member(out, "need", report_needs[permission->need]);
    buf_json_member(out, "verdict", report_verdicts[permission->verdict]);
    buf_json_member(out, "purpose", permission->purpose);
    buf_text(out, "}");
  }
  buf_text(out, "]");
}

static void write_steps(struct buf *out, const lsexport_report *report) {
  buf_json_name(out, "steps");
  buf_text(out, "[");
  for (size_t i = 0; i < report->step_count; i++) {
    const struct report_step *step = &report->steps[i];
    open_item(out, i);
    buf_json_member(out, "name", step->name);
    buf_json_member(out, "outcome", report_outcomes[step->outcome]);
    write_text(out, "reason", step->reason);
    if (step->http_status) buf_json_member_integer(out, "http_status", step->http_status);
    write_text(out, "storage_code", step->storage_code);
    buf_json_member_integer(out, "duration_us", step->duration_us);
    buf_text(out, "}");
  }
  buf_text(out, "]");
}

static void write_left(struct buf *out, const lsexport_report *report) {
  buf_json_name(out, "left");
  buf_text(out, "[");
  for (size_t i = 0; i < report->left_count; i++) {
    if (i) buf_text(out, ",");
    buf_json_string(out, report->left[i], strlen(report->left[i]));
  }
  buf_text(out, "]");
}

static void write_address(struct buf *out, const lsexport_report *report) {
  if (!report->has_address) return;
  buf_json_member(out, "url", report->url);
  buf_json_member(out, "host", report->host);
  buf_json_member(out, "bucket", report->bucket);
  buf_json_member(out, "object_key", report->object_key);
  buf_json_member(out, "addressing_style", report->virtual_hosted ? "virtual" : "path");
  buf_json_member(out, "signing_region", report->signing_region);
  buf_json_name(out, "check_keys");
  buf_text(out, "[");
  for (size_t i = 0; i < REPORT_CHECK_OBJECTS; i++) {
    if (i) buf_text(out, ",");
    buf_json_string(out, lsexport_report_check_key(report, i), strlen(lsexport_report_check_key(report, i)));
  }
  buf_text(out, "]");
}

char *report_json_write(const lsexport_report *report) {
  struct buf out;
  buf_init(&out, REPORT_TEXT_MAX);
  buf_text(&out, "{");
  buf_json_member(&out, "summary", lsexport_report_summary(report));
  write_address(&out, report);
  write_findings(&out, report);
  if (report->permission_count) write_permissions(&out, report);
  if (report->step_count) {
    write_steps(&out, report);
    write_left(&out, report);
  }
  if (report->error) {
    buf_json_name(&out, "error");
    buf_text(&out, lsexport_error_json(report->error));
  }
  if (report->destination) buf_json_member(&out, "destination_id", lsexport_destination_id(report->destination));
  buf_text(&out, "}");
  return buf_take(&out);
}
