/* SPDX-License-Identifier: MIT */
/* Reports: where LangSmith will write, and what stands in the way, told before or beside a create. */
#ifndef LSEXPORT_REPORT_H
#define LSEXPORT_REPORT_H

#include <lsexport/destination.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Says where LangSmith will write with this spec, and what is wrong or dangerous about it: all that create refuses,
 * and what LangSmith's storage client hides, drops or heals. Nothing is sent, and no name is looked up. client may be
 * NULL: then nothing is known of where LangSmith runs. A spec that is refused is no failure: the report's findings
 * say so. Returns OK, INVALID_ARGUMENT, what a setter of the spec kept, or NO_MEMORY. Any thread. Since: 0.1. */
LSEXPORT_API lsexport_status lsexport_destination_explain(const lsexport_client *client,
                                                          const lsexport_destination_spec *spec,
                                                          lsexport_report **report_out, lsexport_error **error_out);

/** Tries the bucket from this machine with the spec's credentials: writes LangSmith's test object, and one right below
 * the prefix, also in parts, as LangSmith does, and deletes them. The report's check_keys name both before; what had
 * to be left is in left_key. A bucket that refuses is no failure: the report says why, and what to do. Needs neither
 * ListBucket nor HeadBucket. When its time is over, the report holds what is known by then; a cancelled one leaves
 * what its error's facts left_object, left_object_below_prefix and left_upload name. Returns OK; VALIDATION, before
 * anything is sent, for what create refuses, and for what cannot be tried (credentials of LangSmith's own, keys that
 * are cut, a secret in the config); and any status of this process in error.h. Any thread. Since: 0.1. */
LSEXPORT_API lsexport_status lsexport_destination_check(lsexport_client *client, const lsexport_destination_spec *spec,
                                                        const lsexport_call *call, lsexport_report **report_out,
                                                        lsexport_error **error_out);

/** Creates the destination, as lsexport_destination_create does, with one POST at most, and checks the bucket at the
 * same time: the report's summary says what the two answers mean together, and what to do. That LangSmith refuses is
 * no failure: lsexport_report_error is its answer; lsexport_report_destination is what it created, which
 * lsexport_destination_copy keeps. Once LangSmith has answered, neither deadline nor cancel takes the report away.
 * Credentials of LangSmith's own are not tried from here. Returns OK; VALIDATION, before anything is sent, for what
 * create refuses; and any status of this process in error.h, whose applied says whether something may have been
 * created. Any thread. Since: 0.1. */
LSEXPORT_API lsexport_status lsexport_destination_diagnose(lsexport_client *client,
                                                           const lsexport_destination_spec *spec,
                                                           const lsexport_call *call, lsexport_report **report_out,
                                                           lsexport_error **error_out);

/* ---- a report: immutable, any thread. Text lives as long as the report, and is "" where there is nothing to say, also
 * past the end of what is counted. All take NULL. ---- */

/** The answer in one line. Since: 0.1. */
LSEXPORT_API const char *lsexport_report_summary(const lsexport_report *report);
/** All of it for people: lines of up to 100 columns, but for URLs and keys. Since: 0.1. */
LSEXPORT_API const char *lsexport_report_text(const lsexport_report *report);
/** All of it as one JSON object; "{}" for NULL. docs/explain.md lists its members. Since: 0.1. */
LSEXPORT_API const char *lsexport_report_json(const lsexport_report *report);

/** The URL of the object that LangSmith writes to try a destination; "<uuid>" stands for its random name. "" when
 * LangSmith's storage client would send nothing. Since: 0.1. */
LSEXPORT_API const char *lsexport_report_url(const lsexport_report *report);
/** The URL's host, with the port when it is not the scheme's own. Since: 0.1. */
LSEXPORT_API const char *lsexport_report_host(const lsexport_report *report);
/** The bucket that is written to, which may be another than the spec names. Since: 0.1. */
LSEXPORT_API const char *lsexport_report_bucket(const lsexport_report *report);
/** The object's key within that bucket. Since: 0.1. */
LSEXPORT_API const char *lsexport_report_object_key(const lsexport_report *report);
/** LSEXPORT_ADDRESSING_VIRTUAL or LSEXPORT_ADDRESSING_PATH; LSEXPORT_ADDRESSING_UNSET when nothing would be sent.
 * Since: 0.1. */
LSEXPORT_API int32_t lsexport_report_addressing_style(const lsexport_report *report);
/** The region that requests are signed for. Since: 0.1. */
LSEXPORT_API const char *lsexport_report_signing_region(const lsexport_report *report);

/** How many objects a check writes, and deletes again; known before it. Since: 0.1. */
LSEXPORT_API size_t lsexport_report_check_key_count(const lsexport_report *report);
/** The key of one of them; "<uuid>" stands for its random name. Since: 0.1. */
LSEXPORT_API const char *lsexport_report_check_key(const lsexport_report *report, size_t index);

/** How bad a finding is. NOTE: worth knowing. WARNING: it may go wrong, or elsewhere than meant. ERROR: it will fail, or
 * create refuses it. Since: 0.1. */
enum { LSEXPORT_SEVERITY_NOTE = 1, LSEXPORT_SEVERITY_WARNING = 2, LSEXPORT_SEVERITY_ERROR = 3 };

/** How many findings there are: worst first, then in the order of the fields. Since: 0.1. */
LSEXPORT_API size_t lsexport_report_finding_count(const lsexport_report *report);
/** LSEXPORT_SEVERITY_*; 0 past the end. Since: 0.1. */
LSEXPORT_API int32_t lsexport_report_finding_severity(const lsexport_report *report, size_t index);
/** A word that stays the same, as "bucket_twice"; docs/explain.md lists them. Since: 0.1. */
LSEXPORT_API const char *lsexport_report_finding_code(const lsexport_report *report, size_t index);
/** The field of the spec, as "config.prefix". Since: 0.1. */
LSEXPORT_API const char *lsexport_report_finding_field(const lsexport_report *report, size_t index);
/** What is the matter, and what happens if it stays: the end of a sentence that begins with the field. Since: 0.1. */
LSEXPORT_API const char *lsexport_report_finding_reason(const lsexport_report *report, size_t index);
/** What to set instead. Since: 0.1. */
LSEXPORT_API const char *lsexport_report_finding_remedy(const lsexport_report *report, size_t index);

/** Whether LangSmith needs a permission. Since: 0.1. */
enum { LSEXPORT_NEED_REQUIRED = 1, LSEXPORT_NEED_RECOMMENDED = 2, LSEXPORT_NEED_OPTIONAL = 3 };
/** Whether the credentials have a permission, as seen from this machine. Since: 0.1. */
enum { LSEXPORT_VERDICT_UNKNOWN = 0, LSEXPORT_VERDICT_GRANTED = 1, LSEXPORT_VERDICT_DENIED = 2 };

/** How many permissions were looked at. Since: 0.1. */
LSEXPORT_API size_t lsexport_report_permission_count(const lsexport_report *report);
/** As "s3:PutObject". Since: 0.1. */
LSEXPORT_API const char *lsexport_report_permission_name(const lsexport_report *report, size_t index);
/** LSEXPORT_NEED_*; 0 past the end. Since: 0.1. */
LSEXPORT_API int32_t lsexport_report_permission_need(const lsexport_report *report, size_t index);
/** LSEXPORT_VERDICT_*. Since: 0.1. */
LSEXPORT_API int32_t lsexport_report_permission_verdict(const lsexport_report *report, size_t index);
/** What depends on it. Since: 0.1. */
LSEXPORT_API const char *lsexport_report_permission_purpose(const lsexport_report *report, size_t index);

/** What became of a step. Since: 0.1. */
enum { LSEXPORT_OUTCOME_SKIPPED = 0, LSEXPORT_OUTCOME_PASSED = 1, LSEXPORT_OUTCOME_FAILED = 2 };

/** How many steps there were, in the order in which they began. Since: 0.1. */
LSEXPORT_API size_t lsexport_report_step_count(const lsexport_report *report);
/** As "put_object". Since: 0.1. */
LSEXPORT_API const char *lsexport_report_step_name(const lsexport_report *report, size_t index);
/** LSEXPORT_OUTCOME_*. Since: 0.1. */
LSEXPORT_API int32_t lsexport_report_step_outcome(const lsexport_report *report, size_t index);
/** Why it failed or was skipped. Since: 0.1. */
LSEXPORT_API const char *lsexport_report_step_reason(const lsexport_report *report, size_t index);
/** The storage's HTTP status; 0 when there was none. Since: 0.1. */
LSEXPORT_API int32_t lsexport_report_step_http_status(const lsexport_report *report, size_t index);
/** The storage's error code, as "AccessDenied". Since: 0.1. */
LSEXPORT_API const char *lsexport_report_step_storage_code(const lsexport_report *report, size_t index);
/** How long it took, in microseconds; 0 for "clock", "region" and "signature". Since: 0.1. */
LSEXPORT_API int64_t lsexport_report_step_duration_us(const lsexport_report *report, size_t index);

/** How many objects had to be left in the bucket. Since: 0.1. */
LSEXPORT_API size_t lsexport_report_left_count(const lsexport_report *report);
/** The key of one of them. Since: 0.1. */
LSEXPORT_API const char *lsexport_report_left_key(const lsexport_report *report, size_t index);

/** What LangSmith answered when it refused; NULL when it did not, or was not asked. Since: 0.1. */
LSEXPORT_API const lsexport_error *lsexport_report_error(const lsexport_report *report);
/** What LangSmith created; NULL when it did not, or was not asked. Since: 0.1. */
LSEXPORT_API const lsexport_destination *lsexport_report_destination(const lsexport_report *report);

/** Frees the report. NULL is ignored. Since: 0.1. */
LSEXPORT_API void lsexport_report_free(lsexport_report *report);

#ifdef __cplusplus
}
#endif
#endif
