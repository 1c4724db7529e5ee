/* SPDX-License-Identifier: MIT */
/* Does with the bucket, from this machine, what LangSmith does with it, and takes away again what it wrote. What depends on
 * nothing runs side by side. Two objects at most are written: LangSmith's test object, and one right below the prefix. */
#ifndef LSX_FLOW_CHECK_H
#define LSX_FLOW_CHECK_H

#include "net/flow.h"
#include "storage/bucket_operation.h"
#include "storage/report.h"

#define CHECK_STEP_TIMEOUT_MS 20000
#define CHECK_CLEANING_SHARE 4 /* of the time that the call has, one part in so many is kept for cleaning up */
#define CHECK_NAME_MAX 96

/* In an order in which each comes behind those that it waits for. */
enum check_step {
  STEP_PUT, /* LangSmith's test object */
  STEP_HEAD,
  STEP_PUT_BELOW_PREFIX,
  STEP_CREATE_UPLOAD, /* to be aborted; where that is denied, to be completed */
  STEP_ABORT_UPLOAD,
  STEP_CREATE_SECOND_UPLOAD,
  STEP_UPLOAD_PART,
  STEP_COMPLETE_UPLOAD,
  STEP_DROP_SECOND_UPLOAD, /* when it could not be completed */
  STEP_DELETE,
  STEP_DELETE_BELOW_PREFIX,
  STEP_COUNT
};

enum check_state { CHECK_WAITING, CHECK_RUNNING, CHECK_PASSED, CHECK_FAILED, CHECK_SKIPPED };

struct check_result {
  enum check_state state;
  bool may_be; /* it failed, and may have taken effect all the same */
  bool late;   /* skipped: no time was left */
  int http_status;
  int64_t begun_left_ms; /* of the call's time, when it began */
  int64_t duration_us;
  lsexport_error *error; /* why it failed */
};

struct check {
  struct flow base;
  const lsexport_destination_spec *spec;
  const struct secrets *secrets;
  struct address address;
  char name[CHECK_NAME_MAX]; /* of the objects, without the prefix; random */
  char *keys[2];             /* of the test object, and of the one below the prefix */
  struct bucket_operation operations[STEP_COUNT];
  struct check_result results[STEP_COUNT];
  struct bucket_head first; /* the head of the first answer, and the way to it */
  bool tried;               /* the first request came to an end */
  bool answered;
  bool healed;         /* the bucket was in another region than the spec says */
  int64_t skew_s;      /* how far this machine's clock is ahead of the storage's */
  int64_t cleaning_ms; /* kept for cleaning up */
  bool out_of_time;
};

/* False without memory, and then there is nothing to free. The address is taken over; all else is borrowed until
 * check_free. The spec has passed create's checks, and its credentials are static or of a session. */
bool check_begin(struct check *check, const lsexport_destination_spec *spec, struct address *address,
                 const struct secrets *secrets, const uint64_t random[2]);
void check_free(struct check *check);

bool check_passed(const struct check *check, enum check_step step);
/* Ends it as it is; nothing of it runs any more. */
void check_abandon(struct check *check);
/* Adds the facts left_object, left_object_below_prefix and left_upload, as far as they are ones. */
void check_add_left(const struct check *check, lsexport_error *error);
/* The object is, or may be, in the bucket still. */
bool check_left_test_object(const struct check *check);
bool check_left_object_below_prefix(const struct check *check);
/* An upload is, or may be, open still. */
bool check_left_upload(const struct check *check);

#endif
