/* SPDX-License-Identifier: MIT */
/* Every call that goes to the network, over the scripted one, made once for each allocation that it asks for: that one
 * fails, or that one and all that follow. Each time it ends with an error that is true, or with the success that did not
 * need the memory; nothing leaks; and the same handles serve the next call. All of it once more over a queue. */
#include "allocations.h"
#include "fixtures.h"

#include "api/client.h"
#include "base/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define ALLOCATIONS_MAX 20000 /* more is a loop without end */
#define OUTCOMES_MAX 6
#define DEADLINE_MS 9000

/* ---- what LangSmith answers ---- */

#define ANSWER(status, text) \
  {.transfer = TRANSFER_DONE, .http_status = (status), .body = (text), .body_length = sizeof(text) - 1, .sent = true}
#define ANSWER_AS(status, text, lines) \
  {.transfer = TRANSFER_DONE,          \
   .http_status = (status),            \
   .headers = (lines),                 \
   .body = (text),                     \
   .body_length = sizeof(text) - 1,    \
   .sent = true}
#define LOST {.transfer = TRANSFER_LOST, .sent = true, .detail = "Recv failure: Connection reset by peer"}
#define UNSENT {.transfer = TRANSFER_CONNECT_REFUSED, .detail = "Failed to connect to api.smith.langchain.com"}
#define SILENCE {.transfer = TRANSFER_LOST, .sent = true, .delay_ms = SCRIPT_NEVER}
#define NO_START {.no_memory = true}

#define LIST(items) "[" items "]"
#define ONE DESTINATION(ID_1, NOON)
#define OTHER                                                                                                       \
  DESTINATION_OF(ID_3, "Another",                                                                                   \
                 "{\"bucket_name\":\"b-2\",\"prefix\":\"p\",\"config_kwargs_s3\":{\"addressing_style\":\"path\"},"  \
                 "\"s3_additional_kwargs\":{\"StorageClass\":\"STANDARD_IA\"},\"include_bucket_in_prefix\":false}", \
                 MORNING)
#define OLD                                                                                                          \
  DESTINATION_OF(ID_2, NAME, "{\"prefix\":\"data_exports\",\"bucket_name\":\"my_bucket\",\"region\":\"us-east-1\"}", \
                 NOON)
#define STORAGE_REFUSAL                                                                                           \
  "{\"detail\":\"Failed to validate S3 destination: An error occurred (AccessDenied) when calling the PutObject " \
  "operation: User: arn:aws:iam::123456789012:user/x is not authorized to perform: s3:PutObject\"}"
#define FIELDS                                                                                         \
  "{\"detail\":[{\"loc\":[\"body\",\"config\",\"bucket_name\"],\"msg\":\"too short\",\"type\":\"x\"}," \
  "{\"loc\":[\"body\",\"credentials\",0,\"secret_access_key\"],\"msg\":\"not a secret\",\"type\":\"x\"}]}"
#define HTML "<html><body><h1>502 Bad Gateway</h1></body></html>"

/* ---- calls ---- */

enum kind { CREATE, ENSURE, GET, LIST_ALL, PATCH, DELETE };

/* What the call is made with. */
enum variant {
  PLAIN,
  LOGGED,
  CHECKSUM,  /* the spec sets what an old server drops */
  BAD_SPEC,  /* three fields fail */
  BAD_PLACE, /* the call's workspace is none, the id too */
  HURRIED,   /* a deadline of its own */
  CANCELLED, /* before it begins */
  NO_WIRE    /* no transport can be opened */
};

struct row {
  const char *name;
  enum kind kind;
  enum variant variant;
  struct scripted_outcome outcomes[OUTCOMES_MAX];
  lsexport_status status; /* with memory */
  bool or_other;
  lsexport_status other; /* without, beside NO_MEMORY: as true as that */
  bool refused;          /* LangSmith says that nothing was applied */
};

#define THEN(name) .status = LSEXPORT_ERR_##name
#define THEN_OK .status = LSEXPORT_OK
#define OR(name) .other = LSEXPORT_ERR_##name, .or_other = true
#define OR_OK .other = LSEXPORT_OK, .or_other = true
#define REFUSED .refused = true

static const struct row rows[] = {
    {"create", CREATE, LOGGED, {ANSWER(200, ONE)}, THEN_OK},
    {"create, every option", CREATE, CHECKSUM, {ANSWER(200, ONE)}, THEN_OK},
    {"create, 422", CREATE, PLAIN, {ANSWER(422, FIELDS)}, THEN(VALIDATION), REFUSED},
    {"create, 400 of storage",
     CREATE,
     LOGGED,
     {ANSWER_AS(400, STORAGE_REFUSAL, "X-Request-Id: one")},
     THEN(ACCESS_DENIED),
     REFUSED},
    {"create, 502", CREATE, PLAIN, {ANSWER_AS(502, HTML, "Content-Type: text/html")}, THEN(UNAVAILABLE)},
    {"create, 429",
     CREATE,
     PLAIN,
     {ANSWER_AS(429, "slow", "Content-Type: text/plain\nRetry-After: 7")},
     THEN(RATE_LIMITED),
     REFUSED},
    {"create, lost", CREATE, LOGGED, {LOST}, THEN(CONNECTION_LOST)},
    {"create, silence", CREATE, PLAIN, {SILENCE}, THEN(TIMEOUT)},
    {"create, unsent thrice", CREATE, LOGGED, {UNSENT, UNSENT, UNSENT}, THEN(CONNECT)},
    {"create, unsent once", CREATE, LOGGED, {UNSENT, ANSWER(200, ONE)}, THEN_OK, OR(CONNECT)},
    {"create, a stranger's answer", CREATE, PLAIN, {ANSWER(200, OTHER)}, THEN(PROTOCOL)},
    {"create, incomplete",
     CREATE,
     PLAIN,
     {ANSWER(200, "{\"id\":\"" ID_1 "\",\"display_name\":\"" NAME "\"}")},
     THEN(PROTOCOL)},
    {"create, not JSON", CREATE, PLAIN, {ANSWER(200, "{\"id\":")}, THEN(PROTOCOL)},
    {"create, a page", CREATE, PLAIN, {ANSWER_AS(200, HTML, "Content-Type: text/html")}, THEN(PROTOCOL)},
    {"create, compressed", CREATE, PLAIN, {ANSWER_AS(200, ONE, "Content-Encoding: gzip")}, THEN(PROTOCOL)},
    {"create, redirected",
     CREATE,
     PLAIN,
     {ANSWER_AS(307, "", "Location: https://else.example/x")},
     THEN(REDIRECT),
     REFUSED},
    {"create, bad fields", CREATE, BAD_SPEC, {{0}}, THEN(VALIDATION)},
    {"create, cancelled", CREATE, CANCELLED, {{0}}, THEN(CANCELLED)},
    {"create, no transport", CREATE, NO_WIRE, {{0}}, THEN(NO_MEMORY)},
    {"create, no attempt", CREATE, PLAIN, {NO_START}, THEN(NO_MEMORY)},
    {"ensure, made",
     ENSURE,
     LOGGED,
     {ANSWER(200, LIST(OTHER)), ANSWER(200, ONE), ANSWER(200, LIST(OTHER "," ONE))},
     THEN_OK},
    {"ensure, made, no list after", ENSURE, PLAIN, {ANSWER(200, "[]"), ANSWER(200, ONE), ANSWER(401, "{}")}, THEN_OK},
    {"ensure, found", ENSURE, PLAIN, {ANSWER(200, LIST(OTHER "," ONE))}, THEN_OK},
    {"ensure, found three",
     ENSURE,
     PLAIN,
     {ANSWER(200, LIST(DESTINATION(ID_3, NOON) "," DESTINATION(ID_2, MORNING) "," ONE))},
     THEN_OK},
    {"ensure, race lost",
     ENSURE,
     LOGGED,
     {ANSWER(200, "[]"), ANSWER(200, ONE), ANSWER(200, LIST(ONE "," DESTINATION(ID_2, MORNING)))},
     THEN_OK},
    {"ensure, lost and found",
     ENSURE,
     LOGGED,
     {ANSWER(200, "[]"), LOST, ANSWER(200, "[]"), ANSWER(503, "{}"), ANSWER(200, LIST(ONE))},
     THEN_OK,
     OR(CONNECTION_LOST)},
    {"ensure, lost, not found",
     ENSURE,
     HURRIED,
     {ANSWER(200, "[]"), LOST, ANSWER(200, "[]"), ANSWER(200, "[]"), ANSWER(200, "[]"), ANSWER(200, "[]")},
     THEN(CONNECTION_LOST)},
    {"ensure, refused", ENSURE, PLAIN, {ANSWER(200, "[]"), ANSWER(422, FIELDS)}, THEN(VALIDATION), REFUSED},
    {"ensure, server too old", ENSURE, CHECKSUM, {ANSWER(200, LIST(OTHER "," OLD))}, THEN(UNSUPPORTED_BY_SERVER)},
    {"ensure, server too old, made",
     ENSURE,
     CHECKSUM,
     {ANSWER(200, "[]"), ANSWER(200, OLD)},
     THEN(UNSUPPORTED_BY_SERVER),
     OR_OK},
    {"ensure, list fails",
     ENSURE,
     PLAIN,
     {ANSWER(500, "{}"), LOST, ANSWER(403, "{\"detail\":\"No permission\"}")},
     THEN(FORBIDDEN),
     OR(SERVER)},
    {"ensure, bad fields", ENSURE, BAD_SPEC, {{0}}, THEN(VALIDATION)},
    {"get", GET, LOGGED, {ANSWER_AS(200, ONE, SCRIPT_JSON_HEADERS "\nX-Request-Id: two")}, THEN_OK},
    {"get, second attempt", GET, LOGGED, {LOST, ANSWER(200, ONE)}, THEN_OK, OR(CONNECTION_LOST)},
    {"get, 404", GET, PLAIN, {ANSWER(404, "{\"detail\":\"Not found\"}")}, THEN(NOT_FOUND)},
    {"get, 429 for too long",
     GET,
     PLAIN,
     {ANSWER_AS(429, "{\"detail\":\"slow\"}", "Retry-After: 600")},
     THEN(RATE_LIMITED)},
    {"get, bad place", GET, BAD_PLACE, {{0}}, THEN(VALIDATION)},
    {"list of none", LIST_ALL, PLAIN, {ANSWER(200, "[]")}, THEN_OK},
    {"list of three", LIST_ALL, LOGGED, {ANSWER(200, LIST(ONE "," OTHER "," OLD))}, THEN_OK},
    {"list, cut", LIST_ALL, PLAIN, {ANSWER(200, "[" ONE ",")}, THEN(PROTOCOL)},
    {"list, 401", LIST_ALL, PLAIN, {ANSWER(401, "{\"error\":{\"message\":\"Invalid token\"}}")}, THEN(UNAUTHENTICATED)},
    {"patch", PATCH, PLAIN, {ANSWER(200, ONE)}, THEN_OK},
    {"patch, second attempt", PATCH, LOGGED, {ANSWER(503, "{}"), ANSWER(200, ONE)}, THEN_OK, OR(UNAVAILABLE)},
    {"patch, 422", PATCH, PLAIN, {ANSWER(422, FIELDS)}, THEN(VALIDATION), REFUSED},
    {"delete", DELETE, PLAIN, {ANSWER(204, "")}, THEN_OK},
    {"delete, 409", DELETE, PLAIN, {ANSWER(409, "{\"detail\":\"in use\"}")}, THEN(IN_USE), REFUSED},
};

/* ---- one run ---- */

struct bench {
  const struct row *row;
  struct scene scene;
  lsexport_destination_spec *spec;
  lsexport_credentials *credentials;
  lsexport_call *call;
  lsexport_queue *queue;             /* NULL: the call blocks */
  lsexport_completions *completions; /* that own what a queued call left */
  size_t lines;
  /* What the call left. */
  lsexport_status status;
  lsexport_destination *destination;
  lsexport_destinations *list;
  lsexport_error *error;
};

static size_t complaints;

/* One allocation that goes wrong must not hide the next. */
__attribute__((format(printf, 1, 2))) static void complain(const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  complaints++;
  (void)vfprintf(stderr, format, arguments);
  (void)fputc('\n', stderr);
  va_end(arguments);
}

#define EXPECT(condition, ...) ((condition) ? (void)0 : complain(__VA_ARGS__))

static int marker;
#define UNTOUCHED ((void *)&marker)

static void count_line(uintptr_t userdata, const char *line, size_t length) {
  size_t *lines = (size_t *)userdata;
  ck_assert_uint_eq(strlen(line), length);
  ++*lines;
}

static void begin_scene(struct bench *bench) {
  struct scene *scene = &bench->scene;
  memset(scene, 0, sizeof *scene);
  script_begin(&scene->script);
  lsexport_config *config = config_with(NULL);
  if (bench->row->variant == LOGGED) lsexport_config_set_log(config, count_line, (uintptr_t)&bench->lines);
  ck_assert_int_eq(client_new(config, &scene->script.world, &scene->client, NULL), LSEXPORT_OK);
  lsexport_config_free(config);
  scene->script.cannot_open = bench->row->variant == NO_WIRE;
}

static void set_every_option(lsexport_destination_spec *spec) {
  lsexport_destination_spec_set_checksum_algorithm(spec, "SHA256");
  lsexport_destination_spec_set_server_side_encryption(spec, "aws:kms");
  lsexport_destination_spec_set_ssekms_key_id(spec, "alias/exports");
  lsexport_destination_spec_set_s3_additional_kwargs_json(spec, "{\"ACL\":\"private\"}");
  lsexport_destination_spec_set_extra_config_json(spec, "{\"newer\":{\"of\":[1,2]}}");
}

static void begin(struct bench *bench, const struct row *row, bool queued) {
  lsexport_cancel *cancel;
  memset(bench, 0, sizeof *bench);
  bench->row = row;
  begin_scene(bench);
  bench->spec = spec_aws();
  bench->credentials = session_credentials(KEY_ID, SECRET, TOKEN);
  ck_assert_int_eq(lsexport_call_new(&bench->call), LSEXPORT_OK);
  ck_assert_int_eq(lsexport_cancel_new(&cancel), LSEXPORT_OK);
  lsexport_call_set_cancel(bench->call, cancel);
  if (row->variant == CHECKSUM) set_every_option(bench->spec);
  if (row->variant == BAD_SPEC) {
    lsexport_destination_spec_set_display_name(bench->spec, "no/slash");
    lsexport_destination_spec_set_bucket_name(bench->spec, "b");
    lsexport_destination_spec_set_extra_config_json(bench->spec, "{\"bucket_name\":\"other\"}");
  }
  if (row->variant == BAD_PLACE) lsexport_call_set_workspace_id(bench->call, "nowhere");
  if (row->variant == HURRIED) lsexport_call_set_timeout_ms(bench->call, DEADLINE_MS);
  if (row->variant == CANCELLED) lsexport_cancel_trigger(cancel);
  lsexport_cancel_free(cancel);
  if (!queued) return;
  ck_assert_int_eq(lsexport_queue_new(bench->scene.client, &bench->queue, NULL), LSEXPORT_OK);
  lsexport_call_set_queue(bench->call, bench->queue, 1);
}

static void write_script(struct bench *bench) {
  struct script *script = &bench->scene.script;
  script->outcome_count = script->outcome_next = script->unexpected = 0;
  for (size_t i = 0; i < OUTCOMES_MAX; i++) {
    const struct scripted_outcome *outcome = &bench->row->outcomes[i];
    if (outcome->sent || outcome->transfer || outcome->no_memory) script->outcomes[script->outcome_count++] = *outcome;
  }
}

static lsexport_status call_it(struct bench *bench) {
  lsexport_client *client = bench->scene.client;
  lsexport_destination **destination_out = bench->queue ? NULL : &bench->destination;
  switch (bench->row->kind) {
  case CREATE:
    return lsexport_destination_create(client, bench->spec, bench->call, destination_out, &bench->error);
  case ENSURE:
    return lsexport_destination_ensure(client, bench->spec, bench->call, destination_out, &bench->error);
  case GET:
    return lsexport_destination_get(client, ID_1, bench->call, destination_out, &bench->error);
  case LIST_ALL:
    return lsexport_destination_list(client, bench->call, bench->queue ? NULL : &bench->list, &bench->error);
  case PATCH:
    return lsexport_destination_patch(client, ID_1, bench->credentials, bench->call, destination_out, &bench->error);
  default:
    return lsexport_destination_delete(client, ID_1, bench->call, &bench->error);
  }
}

/* The completion of a call that was submitted: it comes, also after a wait that had no memory for it. */
static size_t take_completion(struct bench *bench) {
  lsexport_status status = lsexport_queue_wait(bench->queue, -1, NULL, &bench->completions, NULL);
  size_t asked = allocations_relieve();
  EXPECT(!status || status == LSEXPORT_ERR_NO_MEMORY, "a wait: %s", lsexport_status_name(status));
  while (!bench->completions)
    ck_assert_int_eq(lsexport_queue_wait(bench->queue, -1, NULL, &bench->completions, NULL), LSEXPORT_OK);
  ck_assert_uint_eq(lsexport_completions_count(bench->completions), 1);
  ck_assert_uint_eq(lsexport_queue_count(bench->queue), 0);
  const lsexport_completion *completion = lsexport_completions_at(bench->completions, 0);
  bench->status = lsexport_completion_status(completion);
  if (bench->status) bench->error = (lsexport_error *)(uintptr_t)lsexport_completion_error(completion);
  if (!bench->status && bench->row->kind == LIST_ALL)
    bench->list = (lsexport_destinations *)(uintptr_t)lsexport_completion_destinations(completion);
  else if (!bench->status && bench->row->kind != DELETE)
    bench->destination = (lsexport_destination *)(uintptr_t)lsexport_completion_destination(completion);
  return asked;
}

/* How many allocations it asked for. */
static size_t run(struct bench *bench, size_t number, enum failing failing) {
  write_script(bench);
  bench->destination = UNTOUCHED;
  bench->list = UNTOUCHED;
  bench->error = UNTOUCHED;
  allocations_torture(number, failing);
  bench->status = call_it(bench);
  return bench->queue && !bench->status ? take_completion(bench) : allocations_relieve();
}

/* ---- what must hold ---- */

/* The row when memory suffices. */
static char healthy_json[16384]; /* "": it succeeds */
static size_t healthy_requests;

static bool has_result(const struct bench *bench) {
  return bench->row->kind == LIST_ALL ? bench->list != UNTOUCHED : bench->destination != UNTOUCHED;
}

static size_t count_writes(const struct bench *bench) {
  const struct script *script = &bench->scene.script;
  return script->request_count - script_count(script, METHOD_GET);
}

/* The last write's fate, as the script has it: was it sent, and was it refused? */
static bool may_be_applied(const struct bench *bench, size_t writes) {
  const struct script *script = &bench->scene.script;
  bool sent = false, refused = false;
  if (!writes) return false;
  for (size_t i = 0; i < script->outcome_next; i++) {
    const struct scripted_outcome *outcome = &script->outcomes[i];
    const struct scripted_request *request = &script->requests[i];
    if (outcome->no_memory || request->method == METHOD_GET || !outcome->sent) continue;
    sent = true;
    refused = bench->row->refused;
  }
  return sent && !refused;
}

static void check_error(const struct bench *bench, const char *where) {
  const lsexport_error *error = bench->error;
  int32_t applied = lsexport_error_applied(error);
  size_t writes = count_writes(bench);
  if (error == UNTOUCHED || !error) {
    complain("%s: no error", where);
    return;
  }
  EXPECT(!has_result(bench), "%s: failed, and has a result", where);
  EXPECT(lsexport_error_status(error) == bench->status, "%s: two statuses", where);
  EXPECT(*lsexport_error_message(error) && *lsexport_error_remedy(error), "%s: says nothing", where);
  node_free(parsed(lsexport_error_json(error)));
  assert_error_never_says(error, API_KEY);
  assert_error_never_says(error, SECRET);
  bool complete = bench->status == bench->row->status && bench->scene.script.request_count == healthy_requests;
  if (*healthy_json && complete)
    EXPECT(strcmp(lsexport_error_json(error), healthy_json) == 0, "%s: half an error: %s", where,
           lsexport_error_json(error));
  if (may_be_applied(bench, writes))
    EXPECT(applied != LSEXPORT_APPLIED_NO, "%s: it may have been applied, and it says no", where);
  else if (!writes || bench->status != LSEXPORT_ERR_NO_MEMORY) /* a refusal that could not be read is not known */
    EXPECT(applied == LSEXPORT_APPLIED_NO, "%s: nothing was applied, and it says %d", where, (int)applied);
  if (bench->row->kind == CREATE && applied != LSEXPORT_APPLIED_NO)
    EXPECT(!lsexport_error_retryable(error), "%s: to repeat it could double it", where);
}

static void forget_outcome(struct bench *bench) {
  if (bench->completions) {
    lsexport_completions_free(bench->completions);
  } else if (bench->status) {
    if (bench->error != UNTOUCHED) lsexport_error_free(bench->error);
  } else if (bench->row->kind == LIST_ALL) {
    lsexport_destinations_free(bench->list);
  } else if (bench->row->kind != DELETE) {
    lsexport_destination_free(bench->destination);
  }
  bench->completions = NULL;
}

/* Forgets what the call left. */
static void check_outcome(struct bench *bench, bool tortured, const char *where) {
  const struct row *row = bench->row;
  lsexport_status status = bench->status;
  bool fits =
      status == row->status || (tortured && (status == LSEXPORT_ERR_NO_MEMORY || (row->other && status == row->other)));
  bool made_all_the_same = row->other == LSEXPORT_OK && row->variant == CHECKSUM && status == LSEXPORT_OK;
  EXPECT(fits || made_all_the_same, "%s: %s", where, lsexport_status_name(status));
  if (status)
    check_error(bench, where);
  else
    EXPECT(bench->error == UNTOUCHED, "%s: succeeded, and has an error", where);
  if (!status && row->kind == LIST_ALL)
    ck_assert_uint_eq(lsexport_destinations_count(bench->list), row->variant == PLAIN ? 0 : 3);
  if (!status && row->kind != LIST_ALL && row->kind != DELETE)
    ck_assert(text_is_uuid(lsexport_destination_id(bench->destination)));
  forget_outcome(bench);
}

static void end(struct bench *bench, size_t alive, const char *where) {
  const struct script *script = &bench->scene.script;
  lsexport_call_free(bench->call);
  lsexport_credentials_free(bench->credentials);
  lsexport_destination_spec_free(bench->spec);
  lsexport_queue_free(bench->queue);
  lsexport_client_free(bench->scene.client);
  ck_assert_uint_eq(script->opened, script->closed);
  script_free(&bench->scene.script);
  EXPECT(allocations_alive() == alive, "%s: %zu blocks leak", where, allocations_alive() - alive);
}

static void run_in_health(const struct row *row, bool queued) {
  static struct bench bench;
  size_t alive = allocations_alive();
  *healthy_json = '\0';
  begin(&bench, row, queued);
  run(&bench, SIZE_MAX, FAIL_ONE);
  healthy_requests = bench.scene.script.request_count;
  if (bench.status) snprintf(healthy_json, sizeof healthy_json, "%s", lsexport_error_json(bench.error));
  check_outcome(&bench, false, row->name);
  end(&bench, alive, row->name);
}

static size_t torture(const struct row *row, bool queued, enum failing failing) {
  static struct bench bench;
  run_in_health(row, queued);
  for (size_t number = 0; number < ALLOCATIONS_MAX; number++) {
    char where[128];
    size_t alive = allocations_alive();
    snprintf(where, sizeof where, "%s%s, allocation %zu%s", row->name, queued ? ", queued" : "", number,
             failing == FAIL_REST ? " and all after it" : "");
    begin(&bench, row, queued);
    size_t asked = run(&bench, number, failing);
    check_outcome(&bench, number < asked, where);
    script_free(&bench.scene.script);
    run(&bench, SIZE_MAX, FAIL_ONE); /* the same handles, in health */
    strcat(where, ", the call after");
    check_outcome(&bench, false, where);
    end(&bench, alive, where);
    if (number >= asked) return asked;
  }
  ck_abort_msg("%s: no end", row->name);
  return 0;
}

START_TEST(each_allocation_of_a_call_fails_once) {
  const struct row *row = &rows[_i];
  size_t asked = torture(row, false, FAIL_ONE);
  torture(row, false, FAIL_REST);
  printf("%5zu allocations: %s\n", asked, row->name);
  if (row->variant != NO_WIRE) { /* a queue has its own */
    size_t queued = torture(row, true, FAIL_ONE);
    torture(row, true, FAIL_REST);
    printf("%5zu allocations: %s, queued\n", queued, row->name);
  }
  ck_assert(asked || row->status == LSEXPORT_ERR_NO_MEMORY);
  ck_assert_msg(!complaints, "%s: %zu complaints, see above", row->name, complaints);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("test_torture_calls");
  TCase *cases = add_cases(suite, "calls");
  setvbuf(stdout, NULL, _IOLBF, 0);
  allocations_install();
  tcase_add_loop_test(cases, each_allocation_of_a_call_fails_once, 0, COUNT(rows));
  return run_suite(suite);
}
