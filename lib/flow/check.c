/* SPDX-License-Identifier: MIT */
#include "flow/check.h"

#include "base/mem.h"
#include "base/text.h"

#include <stdio.h>
#include <string.h>

#define KEY_MAX (16 * 1024)

enum { TEST_KEY, KEY_BELOW_PREFIX };

/* ---- the steps ---- */

#define AFTER(step) (1U << STEP_##step)

static const struct step {
  enum s3_operation kind;
  int key;
  unsigned after; /* those that must be over */
  bool cleans;
} steps[STEP_COUNT] = {
    [STEP_PUT] = {S3_PUT, TEST_KEY, 0, false},
    [STEP_HEAD] = {S3_HEAD, TEST_KEY, AFTER(PUT), false},
    [STEP_PUT_BELOW_PREFIX] = {S3_PUT, KEY_BELOW_PREFIX, AFTER(PUT), false},
    [STEP_CREATE_UPLOAD] = {S3_CREATE_MULTIPART, KEY_BELOW_PREFIX, AFTER(PUT), false},
    [STEP_ABORT_UPLOAD] = {S3_ABORT_MULTIPART, KEY_BELOW_PREFIX, AFTER(CREATE_UPLOAD), false},
    [STEP_CREATE_SECOND_UPLOAD] = {S3_CREATE_MULTIPART, KEY_BELOW_PREFIX, AFTER(ABORT_UPLOAD), false},
    [STEP_UPLOAD_PART] = {S3_UPLOAD_PART, KEY_BELOW_PREFIX, AFTER(CREATE_SECOND_UPLOAD), false},
    [STEP_COMPLETE_UPLOAD] = {S3_COMPLETE_MULTIPART, KEY_BELOW_PREFIX, AFTER(UPLOAD_PART), false},
    [STEP_DROP_SECOND_UPLOAD] = {S3_ABORT_MULTIPART, KEY_BELOW_PREFIX, AFTER(COMPLETE_UPLOAD), true},
    [STEP_DELETE] = {S3_DELETE, TEST_KEY, AFTER(PUT) | AFTER(HEAD), true},
    [STEP_DELETE_BELOW_PREFIX] = {S3_DELETE, KEY_BELOW_PREFIX, AFTER(PUT_BELOW_PREFIX) | AFTER(DROP_SECOND_UPLOAD),
                                  true},
};

bool check_passed(const struct check *check, enum check_step step) {
  return check->results[step].state == CHECK_PASSED;
}

static bool failed(const struct check *check, enum check_step step) {
  return check->results[step].state == CHECK_FAILED;
}

/* It took effect, as far as can be told. */
static bool may_have_passed(const struct check *check, enum check_step step) {
  return check_passed(check, step) || check->results[step].may_be;
}

static bool wrote_below_prefix(const struct check *check) {
  return may_have_passed(check, STEP_PUT_BELOW_PREFIX) || may_have_passed(check, STEP_COMPLETE_UPLOAD);
}

/* Other steps may be allowed where this one was not: the storage is there, and knows who asks. */
static bool was_denied(const struct check *check, enum check_step step) {
  return lsexport_error_status(check->results[step].error) == LSEXPORT_ERR_ACCESS_DENIED;
}

/* The upload whose part is sent. */
static enum check_step whole_upload(const struct check *check) {
  return check_passed(check, STEP_CREATE_SECOND_UPLOAD) ? STEP_CREATE_SECOND_UPLOAD : STEP_CREATE_UPLOAD;
}

/* Does what came before ask for it? */
static bool is_wanted(const struct check *check, enum check_step step) {
  switch (step) {
  case STEP_PUT:
    return true;
  case STEP_HEAD:
    return check_passed(check, STEP_PUT);
  case STEP_PUT_BELOW_PREFIX:
  case STEP_CREATE_UPLOAD:
    return check_passed(check, STEP_PUT) || was_denied(check, STEP_PUT);
  case STEP_ABORT_UPLOAD:
    return check_passed(check, STEP_CREATE_UPLOAD);
  case STEP_CREATE_SECOND_UPLOAD:
    return check_passed(check, STEP_ABORT_UPLOAD);
  case STEP_UPLOAD_PART:
    return check_passed(check, STEP_CREATE_SECOND_UPLOAD) ||
           (failed(check, STEP_ABORT_UPLOAD) && !check->results[STEP_ABORT_UPLOAD].may_be);
  case STEP_COMPLETE_UPLOAD:
    return check_passed(check, STEP_UPLOAD_PART);
  case STEP_DROP_SECOND_UPLOAD:
    return check_passed(check, STEP_CREATE_SECOND_UPLOAD) && !check_passed(check, STEP_COMPLETE_UPLOAD);
  case STEP_DELETE:
    return may_have_passed(check, STEP_PUT);
  default:
    return wrote_below_prefix(check);
  }
}

bool check_left_test_object(const struct check *check) {
  return may_have_passed(check, STEP_PUT) && !check_passed(check, STEP_DELETE);
}

bool check_left_object_below_prefix(const struct check *check) {
  return wrote_below_prefix(check) && !check_passed(check, STEP_DELETE_BELOW_PREFIX);
}

bool check_left_upload(const struct check *check) {
  bool completed = check_passed(check, STEP_COMPLETE_UPLOAD);
  bool first = may_have_passed(check, STEP_CREATE_UPLOAD) && !check_passed(check, STEP_ABORT_UPLOAD) && !completed;
  bool second =
      may_have_passed(check, STEP_CREATE_SECOND_UPLOAD) && !completed && !check_passed(check, STEP_DROP_SECOND_UPLOAD);
  return first || second;
}

/* ---- running them ---- */

static bool is_over(const struct check *check, enum check_step step) {
  return check->results[step].state >= CHECK_PASSED;
}

static bool may_begin(const struct check *check, enum check_step step) {
  for (enum check_step other = 0; other < STEP_COUNT; other++)
    if (steps[step].after & 1U << other && !is_over(check, other)) return false;
  return check->results[step].state == CHECK_WAITING;
}

static lsexport_error *make(struct check *check, enum check_step step, const struct flow_event *event) {
  struct bucket_caller caller = {&check->address, check->spec, check->secrets, event->unix_s};
  const struct bucket_operation *created =
      &check->operations[step == STEP_ABORT_UPLOAD         ? STEP_CREATE_UPLOAD
                         : step == STEP_DROP_SECOND_UPLOAD ? STEP_CREATE_SECOND_UPLOAD
                                                           : whole_upload(check)];
  struct bucket_upload upload = {created->upload_id, check->operations[STEP_UPLOAD_PART].head.tag};
  enum s3_operation kind = steps[step].kind;
  bool of_upload = kind == S3_UPLOAD_PART || kind == S3_COMPLETE_MULTIPART || kind == S3_ABORT_MULTIPART;
  return bucket_begin(&check->operations[step], &caller, kind, check->keys[steps[step].key],
                      of_upload ? &upload : NULL);
}

/* The operation, to be begun; NULL when it is not. */
static struct operation *begin_step(struct check *check, enum check_step step, const struct flow_event *event) {
  struct check_result *result = &check->results[step];
  int64_t left_ms = event->left_ms - (steps[step].cleans ? 0 : check->cleaning_ms);
  result->state = CHECK_SKIPPED;
  if (!is_wanted(check, step)) return NULL;
  result->late = left_ms <= 0;
  if (result->late) return NULL;
  result->error = make(check, step, event);
  if (result->error) {
    result->state = CHECK_FAILED;
    return NULL;
  }
  struct operation *operation = &check->operations[step].base;
  operation->timeout_ms = left_ms < CHECK_STEP_TIMEOUT_MS ? left_ms : CHECK_STEP_TIMEOUT_MS;
  result->state = CHECK_RUNNING;
  result->begun_left_ms = event->left_ms;
  return operation;
}

/* All that can be begun now; the end when there is nothing left to do. */
static struct flow_step go_on(struct check *check, const struct flow_event *event) {
  struct operation *first = NULL;
  bool runs = false;
  for (enum check_step step = 0; step < STEP_COUNT; step++) {
    struct operation *operation = may_begin(check, step) ? begin_step(check, step, event) : NULL;
    runs = runs || check->results[step].state == CHECK_RUNNING;
    if (!operation) continue;
    operation->beside = first;
    first = operation;
  }
  if (first) return (struct flow_step){.wish = FLOW_OPERATION, .operation = first};
  return (struct flow_step){.wish = runs ? FLOW_WAIT_MORE : FLOW_END};
}

/* ---- what they came to ---- */

/* LangSmith's client asks again where the storage says that the bucket is; so does this, once. */
static bool heal_region(struct check *check, const lsexport_error *error) {
  const char *region = lsexport_error_fact(error, "expected_region");
  int32_t cause = lsexport_error_cause(error);
  struct address address;
  bool may = region && !check->healed && !text_equal(region, check->address.signing_region) &&
             (cause == LSEXPORT_CAUSE_WRONG_REGION || cause == LSEXPORT_CAUSE_REDIRECTED_BUCKET);
  if (!may || address_resolve(check->spec, region, &address)) return false;
  address_free(&check->address);
  check->address = address;
  check->healed = true;
  return true;
}

static void keep_first_answer(struct check *check, const struct flow_event *event) {
  check->first = check->operations[STEP_PUT].head;
  check->tried = true;
  check->answered = check->first.trace.transfer == TRANSFER_DONE;
  if (check->answered && check->first.date_unix_s) check->skew_s = event->unix_s - check->first.date_unix_s;
}

/* The size that it tells must be what was written. */
static bool has_right_size(const struct check *check) {
  int64_t length = check->operations[STEP_HEAD].head.content_length;
  return length < 0 || length == (int64_t)strlen(BUCKET_TEST_BODY);
}

static void end_step(struct check *check, enum check_step step, const struct flow_event *event) {
  struct check_result *result = &check->results[step];
  lsexport_error *error = event->error;
  if (!error && step == STEP_HEAD && !has_right_size(check)) {
    struct evidence evidence = {.peer = PEER_STORAGE, .code = "IncompleteBody"};
    struct verdict verdict = classify(&evidence);
    error = error_new_verdict(&verdict, check->secrets);
  }
  result->duration_us = (result->begun_left_ms - event->left_ms) * 1000;
  result->state = error ? CHECK_FAILED : CHECK_PASSED;
  result->may_be = error && lsexport_error_applied(error) != LSEXPORT_APPLIED_NO;
  result->http_status = lsexport_error_http_status(error);
  result->error = error;
}

static struct flow_step after_operation(struct check *check, const struct flow_event *event) {
  enum check_step step = 0;
  while (&check->operations[step].base != event->operation) step++;
  if (step == STEP_PUT) keep_first_answer(check, event);
  if (step == STEP_PUT && event->error && heal_region(check, event->error)) {
    lsexport_error_free(event->error);
    bucket_free(&check->operations[STEP_PUT]);
    check->results[STEP_PUT].state = CHECK_WAITING;
  } else {
    end_step(check, step, event);
  }
  return go_on(check, event);
}

void check_add_left(const struct check *check, lsexport_error *error) {
  if (check_left_test_object(check)) error_add_fact(error, "left_object", check->keys[TEST_KEY]);
  if (check_left_object_below_prefix(check))
    error_add_fact(error, "left_object_below_prefix", check->keys[KEY_BELOW_PREFIX]);
  if (check_left_upload(check)) error_add_fact(error, "left_upload", check->keys[KEY_BELOW_PREFIX]);
}

void check_abandon(struct check *check) {
  for (enum check_step step = 0; step < STEP_COUNT; step++) {
    struct check_result *result = &check->results[step];
    if (result->state >= CHECK_PASSED) continue;
    if (result->state == CHECK_RUNNING) result->may_be = check->operations[step].base.maybe_applied;
    result->late = true;
    result->state = CHECK_SKIPPED;
    check->out_of_time = true;
  }
}

/* A deadline leaves what is known until then; a cancel leaves a word on what is in the bucket. */
static struct flow_step stop(struct check *check, lsexport_error *error) {
  check_abandon(check);
  if (lsexport_error_status(error) == LSEXPORT_ERR_TIMEOUT) {
    lsexport_error_free(error);
    error = NULL;
  } else {
    check_add_left(check, error);
  }
  return (struct flow_step){.wish = FLOW_END, .error = error};
}

static struct flow_step next(struct flow *flow, const struct flow_event *event) {
  struct check *check = (struct check *)flow;
  switch (event->kind) {
  case FLOW_OPERATION_ENDED:
    return after_operation(check, event);
  case FLOW_STOPPED:
    return stop(check, event->error);
  default:
    check->cleaning_ms = event->left_ms / CHECK_CLEANING_SHARE;
    return go_on(check, event);
  }
}

/* ---- its life ---- */

static char *make_key(const struct check *check, const char *folder) {
  struct buf key;
  char rest[2 * CHECK_NAME_MAX];
  snprintf(rest, sizeof rest, "%s%s", folder, check->name);
  buf_init(&key, KEY_MAX);
  address_write_key(&key, &check->address, rest);
  return buf_take(&key);
}

bool check_begin(struct check *check, const lsexport_destination_spec *spec, struct address *address,
                 const struct secrets *secrets, const uint64_t random[2]) {
  memset(check, 0, sizeof *check);
  check->base = (struct flow){.name = "destination check", .next = next, .repeatable = true};
  check->spec = spec;
  check->secrets = secrets;
  check->address = *address;
  memset(address, 0, sizeof *address);
  snprintf(check->name, sizeof check->name, REPORT_CHECK_OBJECT "%08x-%04x-4%03x-a%03x-%012llx.txt",
           (unsigned)(random[0] >> 32), (unsigned)(random[0] >> 16 & 0xffff), (unsigned)(random[0] & 0xfff),
           (unsigned)(random[1] >> 48 & 0xfff), random[1] & 0xffffffffffffULL);
  check->keys[TEST_KEY] = make_key(check, ADDRESS_TEST_FOLDER);
  check->keys[KEY_BELOW_PREFIX] = make_key(check, "");
  if (check->keys[TEST_KEY] && check->keys[KEY_BELOW_PREFIX]) return true;
  check_free(check);
  return false;
}

void check_free(struct check *check) {
  for (enum check_step step = 0; step < STEP_COUNT; step++) {
    bucket_free(&check->operations[step]);
    lsexport_error_free(check->results[step].error);
    check->results[step].error = NULL;
  }
  for (int key = 0; key < 2; key++) {
    mem_free(check->keys[key]);
    check->keys[key] = NULL;
  }
  address_free(&check->address);
}
