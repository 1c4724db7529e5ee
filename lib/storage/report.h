/* SPDX-License-Identifier: MIT */
/* Building a report. Memory that ran out on the way is told once, by report_finish. Whatever was not written here is
 * washed of the call's secrets by who adds it. */
#ifndef LSX_STORAGE_REPORT_H
#define LSX_STORAGE_REPORT_H

#include "error/error.h"
#include "storage/address.h"

#include <lsexport/report.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define REPORT_FINDINGS_MAX 64 /* what is beyond is counted, not kept */
#define REPORT_PERMISSIONS_MAX 8
#define REPORT_STEPS_MAX 32
#define REPORT_TEXT_MAX (1024 * 1024)
#define REPORT_CHECK_OBJECTS 2
#define REPORT_CHECK_OBJECT "lsexport-check-" /* how their names begin; a random one follows */

struct report_finding {
  int32_t severity;
  const char *code; /* static */
  char *field;
  char *reason;
  char *remedy;
};

struct report_permission {
  const char *name;
  const char *purpose;
  int32_t need;
  int32_t verdict;
};

struct report_step {
  const char *name; /* static */
  int32_t outcome;
  const char *reason; /* NULL: nothing to say */
  int32_t http_status;
  const char *storage_code; /* NULL: none */
  int64_t duration_us;
};

struct lsexport_report {
  bool failed; /* memory ran out while it was built */
  bool has_address;
  bool virtual_hosted;
  char *summary, *text, *json;
  char *url, *host, *bucket, *object_key, *signing_region;
  char *check_keys[REPORT_CHECK_OBJECTS]; /* NULL without an address */
  size_t finding_count, findings_left_out;
  struct report_finding findings[REPORT_FINDINGS_MAX];
  size_t permission_count;
  struct report_permission permissions[REPORT_PERMISSIONS_MAX];
  size_t step_count;
  struct report_step steps[REPORT_STEPS_MAX];
  size_t left_count;
  char *left[REPORT_CHECK_OBJECTS];
  lsexport_error *error;
  lsexport_destination *destination;
};

/* NULL without memory. */
lsexport_report *report_new(void);
/* A key as the bucket's owner sees it: whole, where the bucket stands in the endpoint. */
void report_write_key(struct buf *out, const struct address *address, const char *rest);
/* Where LangSmith's test write goes; what may show a secret of the caller's is washed here. */
void report_set_address(lsexport_report *report, const struct address *address, const struct secrets *secrets);
/* code: static. reason: the end of a sentence that begins with the field. remedy: a sentence. */
void report_add_finding(lsexport_report *report, int32_t severity, const char *code, const char *field,
                        const char *reason, const char *remedy);
/* The number of the permission. Both texts are static. */
size_t report_add_permission(lsexport_report *report, const char *name, int32_t need, const char *purpose);
void report_set_verdict(lsexport_report *report, size_t permission, int32_t verdict);
/* Its texts are copied, but for the name. */
void report_add_step(lsexport_report *report, const struct report_step *step);
/* An object that could not be deleted. */
void report_add_left(lsexport_report *report, const char *key);
void report_set_summary(lsexport_report *report, const char *text);
/* What a create came to; both are taken over, and may be NULL. */
void report_set_result(lsexport_report *report, lsexport_error *error, lsexport_destination *destination);

/* Puts the findings in order and writes text and JSON; what it holds is fixed from then on. NULL, or no memory. */
lsexport_error *report_finish(lsexport_report *report);

/* ---- its two forms, written by report_finish; NULL without memory ---- */

char *report_text_write(const lsexport_report *report);
char *report_json_write(const lsexport_report *report);
extern const char *const report_severities[];
extern const char *const report_needs[];
extern const char *const report_verdicts[];
extern const char *const report_outcomes[];

#endif
