/* SPDX-License-Identifier: MIT */
/* A bucket for tests, behind a script: it holds what was written, and refuses what it is told to. Any other URL is
 * LangSmith's. */
#ifndef LSX_TESTS_BUCKET_DOUBLE_H
#define LSX_TESTS_BUCKET_DOUBLE_H

#include "fixtures.h"

/* S3's refusal. */
#define XML(code, message) "<?xml version=\"1.0\"?><Error><Code>" code "</Code><Message>" message "</Message></Error>"
#define EXPORTS "exports" /* the bucket's name */
#define DOUBLE_BODY_SIZE 1024
#define EUROPE "eu-west-1"

/* What it can be told of, one bit each; below: of the object right below the prefix. */
enum bucket_act {
  ACT_PUT = 1,
  ACT_PUT_BELOW = 2,
  ACT_HEAD = 4,
  ACT_CREATE = 8,
  ACT_PART = 16,
  ACT_COMPLETE = 32,
  ACT_ABORT = 64,
  ACT_DELETE = 128,
  ACT_DELETE_BELOW = 256,
  ACT_ANY = 511
};

struct bucket_double {
  unsigned denied;  /* answered with AccessDenied */
  unsigned strange; /* answered with `answer` */
  struct scripted_outcome answer;
  const char *region; /* the bucket's own; requests that are signed for another are told so */
  const char *date;   /* of each answer; NULL: the script's own time */
  struct scripted_outcome langsmith;
  /* What it holds, and saw. */
  bool has_object, has_object_below;
  int uploads;  /* open ones */
  unsigned saw; /* acts, whatever came of them */
  char body[DOUBLE_BODY_SIZE], headers[DOUBLE_BODY_SIZE];
  struct scripted_outcome outcome;
};

/* Answers what comes to the script. */
void bucket_double_begin(struct bucket_double *bucket, struct script *script);
/* An answer of S3 with that code; the text lives in the bucket. */
struct scripted_outcome s3_error(int http_status, const char *body);
/* A destination in the bucket, in Europe, below "traces". */
lsexport_destination_spec *spec_of_exports(void);

/* ---- a report: what there is by its name ---- */

int32_t verdict_of(const lsexport_report *report, const char *permission);
/* -1: there is no such step. */
int32_t outcome_of(const lsexport_report *report, const char *step);
const char *reason_of(const lsexport_report *report, const char *step);
/* The index of the finding with that code; -1: there is none. */
int finding_of(const lsexport_report *report, const char *code);

#endif
