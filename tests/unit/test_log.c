/* SPDX-License-Identifier: MIT */
/* The log: one line of JSON an event, and in each nothing but the members that are listed here. */
#include "fixtures.h"

#include "api/client.h"
#include "base/text.h"
#include "net/log.h"

#include <stdio.h>
#include <string.h>

#define LINES_MAX 64

struct collected {
  char lines[LINES_MAX][LOG_LINE_MAX + 1];
  size_t count;
};

static void collect(uintptr_t userdata, const char *line, size_t length) {
  struct collected *collected = (struct collected *)userdata;
  ck_assert_uint_eq(strlen(line), length);
  ck_assert_uint_lt(collected->count, LINES_MAX);
  ck_assert_uint_le(length, LOG_LINE_MAX);
  ck_assert(!text_has_control(line, length));
  memcpy(collected->lines[collected->count++], line, length + 1);
}

static bool add_name(void *context, const char *name, json_node *value) {
  struct buf *names = context;
  (void)value;
  if (names->length) buf_text(names, " ");
  buf_text(names, name);
  return true;
}

/* The members in the line's order. */
static json_node *line_with(const struct collected *collected, size_t index, const char *members) {
  struct buf names;
  ck_assert_uint_lt(index, collected->count);
  json_node *node = parsed(collected->lines[index]);
  buf_init(&names, 1024);
  node_each_member(node, add_name, &names);
  ck_assert_str_eq(buf_string(&names), members);
  buf_reset(&names);
  return node;
}

#define COMMON "unix_s event call attempt"
#define ATTEMPT COMMON " method host http_status status request_id duration_ms connection_reused"
#define ATTEMPT_WITH_CAUSE COMMON " method host http_status status cause request_id duration_ms connection_reused"
#define RETRY COMMON " wait_ms"
#define OUTCOME COMMON " status duration_ms"
#define OUTCOME_WITH_CAUSE COMMON " status cause duration_ms"

static void assert_text(const json_node *node, const char *name, const char *text) {
  ck_assert_ptr_nonnull(node_member_text(node, name));
  ck_assert_str_eq(node_member_text(node, name), text);
}

static void assert_number(const json_node *node, const char *name, long long number) {
  long long seen = -4711;
  ck_assert(node_integer(node_member(node, name), &seen));
  ck_assert_int_eq(seen, number);
}

/* ---- the functions ---- */

static struct exchange an_exchange(const struct request *request) {
  struct exchange exchange = {.request = request, .duration_us = 1234567, .reused = true};
  response_begin(&exchange.response, 1024);
  exchange.response.http_status = 403;
  strcpy(exchange.response.request_id, "r-\x1b[1m" SECRET);
  strcpy(exchange.response.location, "https://elsewhere.example/?token=" SECRET);
  return exchange;
}

START_TEST(an_attempt) {
  struct collected collected = {0};
  struct log_sink sink = {collect, (uintptr_t)&collected};
  struct secrets secrets = {0};
  secrets_add(&secrets, SECRET, strlen(SECRET));
  struct log_context context = {&sink, &secrets, 1795500729, "destination get", 2};
  char url[] = "https://h.example:8443/base/path?" SECRET;
  struct request request = {.method = METHOD_PATCH, .url = url};
  struct exchange exchange = an_exchange(&request);
  lsexport_error *error = error_new(LSEXPORT_ERR_FORBIDDEN, &secrets);
  log_attempt(&context, &exchange, error);
  error_set_cause(error, LSEXPORT_CAUSE_PLAN);
  log_attempt(&context, &exchange, error);
  log_attempt(&context, &exchange, NULL);
  lsexport_error_free(error);
  json_node *node = line_with(&collected, 0, ATTEMPT);
  assert_number(node, "unix_s", 1795500729);
  assert_text(node, "event", "attempt");
  assert_text(node, "call", "destination get");
  assert_number(node, "attempt", 2);
  assert_text(node, "method", "PATCH");
  assert_text(node, "host", "h.example:8443");
  assert_number(node, "http_status", 403);
  assert_text(node, "status", "LSEXPORT_ERR_FORBIDDEN");
  assert_text(node, "request_id", "r- [1m" WASH_MARK);
  assert_number(node, "duration_ms", 1234);
  ck_assert_int_eq(node_boolean(node_member(node, "connection_reused")), 1);
  node_free(node);
  node = line_with(&collected, 1, ATTEMPT_WITH_CAUSE);
  assert_text(node, "cause", "LSEXPORT_CAUSE_PLAN");
  node_free(node);
  node = line_with(&collected, 2, ATTEMPT);
  assert_text(node, "status", "LSEXPORT_OK");
  node_free(node);
}
END_TEST

START_TEST(a_retry_and_an_outcome) {
  struct collected collected = {0};
  struct log_sink sink = {collect, (uintptr_t)&collected};
  struct log_context context = {&sink, NULL, 1, "c", 1};
  log_retry(&context, 250);
  log_outcome(&context, NULL, 17);
  lsexport_error *error = error_new(LSEXPORT_ERR_PROTOCOL, NULL);
  error_set_cause(error, LSEXPORT_CAUSE_HTML);
  error_set_server_text(error, "not in the log", 14);
  error_add_fact(error, "not", "in the log");
  log_outcome(&context, error, 18);
  lsexport_error_free(error);
  log_outcome(&context, error_no_memory(LSEXPORT_APPLIED_NO), 19);
  json_node *node = line_with(&collected, 0, RETRY);
  assert_text(node, "event", "retry");
  assert_number(node, "wait_ms", 250);
  node_free(node);
  node = line_with(&collected, 1, OUTCOME);
  assert_text(node, "event", "outcome");
  assert_text(node, "status", "LSEXPORT_OK");
  assert_number(node, "duration_ms", 17);
  node_free(node);
  node = line_with(&collected, 2, OUTCOME_WITH_CAUSE);
  assert_text(node, "status", "LSEXPORT_ERR_PROTOCOL");
  assert_text(node, "cause", "LSEXPORT_CAUSE_HTML");
  node_free(node);
  node = line_with(&collected, 3, OUTCOME);
  assert_text(node, "status", "LSEXPORT_ERR_NO_MEMORY");
  node_free(node);
}
END_TEST

START_TEST(nobody_listens) {
  struct log_sink sink = {0};
  struct log_context context = {&sink, NULL, 1, "c", 1};
  struct request request = {0};
  struct exchange exchange = {.request = &request};
  log_attempt(&context, &exchange, NULL);
  log_retry(&context, 1);
  log_outcome(&context, NULL, 1);
}
END_TEST

START_TEST(the_longest_values_fit_in_a_line) {
  struct collected collected = {0};
  struct log_sink sink = {collect, (uintptr_t)&collected};
  struct log_context context = {&sink, NULL, INT64_MIN, "destination create", INT32_MIN};
  char url[4096] = "https://";
  memset(url + 8, 'h', 253);
  memset(url + 261, '/', 3000);
  url[3261] = '\0';
  struct request request = {.method = METHOD_DELETE, .url = url};
  struct exchange exchange = {.request = &request, .duration_us = INT64_MIN};
  response_begin(&exchange.response, 1024);
  memset(exchange.response.request_id, '"', RESPONSE_HEADER_MAX - 1);
  log_attempt(&context, &exchange, NULL);
  node_free(line_with(&collected, 0, ATTEMPT));
}
END_TEST

/* ---- a call's whole log ---- */

START_TEST(a_whole_call) {
  struct collected collected = {0};
  struct script script;
  lsexport_client *client = NULL;
  lsexport_destination *destination = NULL;
  lsexport_config *config = config_with(NULL);
  lsexport_config_set_log(config, collect, (uintptr_t)&collected);
  script_begin(&script);
  ck_assert_int_eq(client_new(config, &script.world, &client, NULL), LSEXPORT_OK);
  lsexport_config_free(config);
  script_random(&script, 300);
  script_fail(&script, TRANSFER_LOST, true)->delay_ms = 40;
  struct scripted_outcome *answer = script_answer(&script, 200, DESTINATION(ID_1, NOON));
  answer->headers = SCRIPT_JSON_HEADERS "\nX-Request-Id: req-9";
  answer->delay_ms = 60;
  answer->reused = true;
  ck_assert_int_eq(lsexport_destination_get(client, ID_1, NULL, &destination, NULL), LSEXPORT_OK);
  ck_assert_uint_eq(collected.count, 4);
  json_node *node = line_with(&collected, 0, ATTEMPT);
  assert_text(node, "status", "LSEXPORT_ERR_CONNECTION_LOST");
  assert_number(node, "attempt", 1);
  assert_number(node, "http_status", 0);
  assert_text(node, "request_id", "");
  assert_text(node, "host", "api.smith.langchain.com");
  assert_number(node, "duration_ms", 40);
  assert_number(node, "unix_s", SCRIPT_UNIX_S);
  node_free(node);
  node = line_with(&collected, 1, RETRY);
  assert_number(node, "wait_ms", 300);
  assert_number(node, "attempt", 1);
  node_free(node);
  node = line_with(&collected, 2, ATTEMPT);
  assert_number(node, "attempt", 2);
  assert_text(node, "request_id", "req-9");
  assert_text(node, "status", "LSEXPORT_OK");
  ck_assert_int_eq(node_boolean(node_member(node, "connection_reused")), 1);
  node_free(node);
  node = line_with(&collected, 3, OUTCOME);
  assert_text(node, "call", "destination get");
  assert_text(node, "status", "LSEXPORT_OK");
  assert_number(node, "duration_ms", 400);
  assert_number(node, "attempt", 2);
  node_free(node);
  for (size_t i = 0; i < collected.count; i++) ck_assert_ptr_null(strstr(collected.lines[i], "lsv2"));
  lsexport_destination_free(destination);
  lsexport_client_free(client);
  ck_assert_uint_eq(collected.count, 4);
  script_end(&script);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("test_log");
  TCase *cases = add_cases(suite, "log");
  tcase_add_test(cases, an_attempt);
  tcase_add_test(cases, a_retry_and_an_outcome);
  tcase_add_test(cases, nobody_listens);
  tcase_add_test(cases, the_longest_values_fit_in_a_line);
  tcase_add_test(cases, a_whole_call);
  return run_suite(suite);
}
