/* SPDX-License-Identifier: MIT */
/* What a check, and a create beside it, come to: permissions, findings, and the answer in one line. Pure. */
#ifndef LSX_FLOW_CHECK_REPORT_H
#define LSX_FLOW_CHECK_REPORT_H

#include "flow/check.h"
#include "storage/finding.h"

#define CHECK_LINE_MAX 2048 /* bytes of what a storage's or LangSmith's answer is described by */

/* The rows of check_finding.def. */
enum check_finding {
#define FINDING(name, code, severity, field, reason, remedy) CHECK_FINDING_##name,
#include "flow/check_finding.def"
#undef FINDING
  CHECK_FINDING_COUNT
};
extern const struct finding_row check_finding_rows[CHECK_FINDING_COUNT];

/* Of this machine's way to the bucket, what LangSmith's may not share. */
struct check_way {
  const char *api_root; /* LangSmith's */
  bool own_authorities; /* those of a ca_file are trusted */
  bool proxy;
  bool diagnosed; /* LangSmith was asked too: diagnose_report tells what stands in the way */
};

/* Adds what the check found to what explain said, and the answer. The check has ended. */
void check_report(const struct check *check, const struct check_way *way, lsexport_report *report);
/* Adds what stands in the way of the writes. */
void check_tell_writes(const struct check *check, lsexport_report *report);
/* The row's reason with the line in the place of "%s", if it has one. */
void check_write_reason(char *out, size_t size, const struct finding_row *row, const char *line);
/* The prefix's first segment was asked for a bucket, and no endpoint says otherwise. */
bool check_is_confused(const struct check *check);
/* "AccessDenied, HTTP 403: Access Denied", from what there is; without a full stop. */
void check_describe(char *out, size_t size, const lsexport_error *error);
/* The step that says why the bucket does not take what LangSmith writes; NULL: it does, or nothing was tried. */
const lsexport_error *check_obstacle(const struct check *check);

#endif
