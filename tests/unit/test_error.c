/* SPDX-License-Identifier: MIT */
/* The error object: what its message and its JSON say, its limits, and the static ones for when memory is out. */
#include "fixtures.h"

#include "base/text.h"
#include "error/error.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Its JSON, once it is finished. */
static json_node *json_of(const lsexport_error *error) {
  ck_assert(!text_has_control(lsexport_error_json(error), strlen(lsexport_error_json(error))));
  return parsed(lsexport_error_json(error));
}

static void assert_member(const json_node *node, const char *name, const char *text) {
  const char *seen = node_member_text(node, name);
  ck_assert_msg(seen != NULL, "no member %s", name);
  ck_assert_str_eq(seen, text);
}

static void assert_number(const json_node *node, const char *name, long long number) {
  long long seen = -4711;
  ck_assert_msg(node_integer(node_member(node, name), &seen), "no number %s", name);
  ck_assert_int_eq(seen, number);
}

/* ---- message ---- */

START_TEST(the_least_message) {
  lsexport_error *error = error_finish(error_new(LSEXPORT_ERR_NOT_FOUND, NULL), false);
  ck_assert_str_eq(lsexport_error_message(error),
                   "not found. Check the id and the workspace; lsexport_destination_list shows what exists.");
  ck_assert_int_eq(lsexport_error_status(error), LSEXPORT_ERR_NOT_FOUND);
  ck_assert_int_eq(lsexport_error_applied(error), LSEXPORT_APPLIED_NO);
  ck_assert_int_eq(lsexport_error_cause(error), LSEXPORT_CAUSE_NONE);
  lsexport_error_free(error);
}
END_TEST

START_TEST(the_whole_message) {
  lsexport_error *error = error_new(LSEXPORT_ERR_STORAGE, NULL);
  error_set_operation(error, "destination create");
  error_set_cause(error, LSEXPORT_CAUSE_KMS_DENIED);
  error_set_http_status(error, 400);
  error_set_server_text(error, "Failed to validate S3 destination: no", 37);
  error = error_finish(error, false);
  ck_assert_str_eq(
      lsexport_error_message(error),
      "destination create: storage refused: the KMS key may not be used. LangSmith said: \"Failed to validate "
      "S3 destination: no\" (HTTP 400). Read the server's text, and try a write with the same values by hand.");
  lsexport_error_free(error);
}
END_TEST

START_TEST(the_message_names_fields_and_parameters) {
  lsexport_error *error = error_new(LSEXPORT_ERR_VALIDATION, NULL);
  error_add_field(error, "display_name", "is required");
  error_add_field(error, "config.prefix", "is not valid UTF-8");
  error_set_server_text(error, "not shown beside fields", 23);
  error = error_finish(error, false);
  ck_assert_str_eq(lsexport_error_message(error), "values not valid: display_name: is required; config.prefix: is not "
                                                  "valid UTF-8. Mend the fields that are named.");
  lsexport_error_free(error);
  error = error_finish(error_new_argument("destination_out"), false);
  ck_assert_str_eq(
      lsexport_error_message(error),
      "invalid argument: parameter destination_out. Mend the calling program: the message names the parameter.");
  ck_assert_str_eq(lsexport_error_fact(error, "parameter"), "destination_out");
  ck_assert_int_eq(lsexport_error_side(error), LSEXPORT_SIDE_CALLER);
  lsexport_error_free(error);
}
END_TEST

START_TEST(the_network_is_quoted_as_such) {
  lsexport_error *error = error_new(LSEXPORT_ERR_CONNECT, NULL);
  error_set_server_text(error, "Connection refused", 18);
  error = error_finish(error, true);
  ck_assert_ptr_nonnull(strstr(lsexport_error_message(error), ". The network said: \"Connection refused\""));
  lsexport_error_free(error);
}
END_TEST

START_TEST(every_status_makes_a_message_and_json) {
  lsexport_status status = lsexport_status_at((size_t)_i);
  if (status == LSEXPORT_OK) return;
  lsexport_error *error = error_finish(error_new(status, NULL), true);
  ck_assert_int_eq(lsexport_error_status(error), status);
  ck_assert(text_begins(lsexport_error_message(error), lsexport_status_text(status)));
  ck_assert_uint_gt(strlen(lsexport_error_remedy(error)), 0);
  ck_assert_ptr_nonnull(lsexport_error_documentation_url(error));
  json_node *node = json_of(error);
  assert_member(node, "status", lsexport_status_name(status));
  node_free(node);
  lsexport_error_free(error);
}
END_TEST

/* ---- JSON ---- */

START_TEST(json_holds_all_of_it) {
  lsexport_error *error = error_new(LSEXPORT_ERR_ACCESS_DENIED, NULL);
  error_set_operation(error, "destination create");
  error_set_cause(error, LSEXPORT_CAUSE_POLICY);
  error_set_http_status(error, 400);
  error_set_server_text(error, "said \"no\"\\\n", 11);
  error_set_storage_code(error, "AccessDenied");
  error_set_request_id(error, "req-1");
  error_set_retry_after(error, 1500);
  error_set_attempts(error, 2);
  error_add_fact(error, "action", "s3:PutObject");
  error_add_fact(error, "quo\"te", "\\");
  error_add_field(error, "a.b[0]", "m\"");
  error = error_finish(error_set_applied(error, LSEXPORT_APPLIED_UNKNOWN), false);
  json_node *node = json_of(error);
  assert_member(node, "status", "LSEXPORT_ERR_ACCESS_DENIED");
  assert_number(node, "status_number", LSEXPORT_ERR_ACCESS_DENIED);
  assert_member(node, "cause", "LSEXPORT_CAUSE_POLICY");
  assert_number(node, "cause_number", LSEXPORT_CAUSE_POLICY);
  assert_member(node, "operation", "destination create");
  assert_member(node, "message", lsexport_error_message(error));
  assert_member(node, "remedy", lsexport_error_remedy(error));
  assert_member(node, "documentation_url", lsexport_error_documentation_url(error));
  assert_member(node, "side", "caller");
  assert_member(node, "applied", "unknown");
  ck_assert_int_eq(node_boolean(node_member(node, "retryable")), 0);
  assert_number(node, "retry_after_ms", 1500);
  assert_number(node, "attempts", 2);
  assert_number(node, "http_status", 400);
  assert_member(node, "storage_code", "AccessDenied");
  assert_member(node, "server_text", "said \"no\"\\ ");
  assert_member(node, "request_id", "req-1");
  assert_member(node_member(node, "facts"), "action", "s3:PutObject");
  assert_member(node_member(node, "facts"), "quo\"te", "\\");
  ck_assert_uint_eq(node_array_count(node_member(node, "fields")), 1);
  assert_member(node_array_at(node_member(node, "fields"), 0), "path", "a.b[0]");
  assert_member(node_array_at(node_member(node, "fields"), 0), "message", "m\"");
  node_free(node);
  /* and the getters say the same */
  ck_assert_str_eq(lsexport_error_storage_code(error), "AccessDenied");
  ck_assert_str_eq(lsexport_error_server_text(error), "said \"no\"\\ ");
  ck_assert_str_eq(lsexport_error_request_id(error), "req-1");
  ck_assert_int_eq(lsexport_error_retry_after_ms(error), 1500);
  ck_assert_int_eq(lsexport_error_attempts(error), 2);
  ck_assert_int_eq(lsexport_error_http_status(error), 400);
  ck_assert_str_eq(lsexport_error_field_path(error, 0), "a.b[0]");
  ck_assert_str_eq(lsexport_error_field_message(error, 0), "m\"");
  ck_assert_str_eq(lsexport_error_fact(error, "action"), "s3:PutObject");
  ck_assert_ptr_null(lsexport_error_fact(error, "absent"));
  ck_assert_ptr_null(lsexport_error_fact(error, NULL));
  lsexport_error_free(error);
}
END_TEST

START_TEST(a_repeated_fact_leaves_the_json_readable) {
  lsexport_error *error = error_new(LSEXPORT_ERR_STORAGE, NULL);
  error_add_fact(error, "region", "a");
  error_add_fact(error, "region", "b");
  error = error_finish(error, false);
  node_free(json_of(error));
  lsexport_error_free(error);
}
END_TEST

/* ---- retryable ---- */

static const struct {
  lsexport_status status;
  int32_t applied;
  bool repeatable;
  int32_t retryable;
} verdicts[] = {
    {LSEXPORT_ERR_UNAVAILABLE, LSEXPORT_APPLIED_NO, false, 1},
    {LSEXPORT_ERR_UNAVAILABLE, LSEXPORT_APPLIED_UNKNOWN, false, 0}, /* never a create that may be there */
    {LSEXPORT_ERR_UNAVAILABLE, LSEXPORT_APPLIED_YES, false, 0},
    {LSEXPORT_ERR_UNAVAILABLE, LSEXPORT_APPLIED_UNKNOWN, true, 1},
    {LSEXPORT_ERR_CONNECTION_LOST, LSEXPORT_APPLIED_UNKNOWN, false, 0},
    {LSEXPORT_ERR_CONNECTION_LOST, LSEXPORT_APPLIED_UNKNOWN, true, 1},
    {LSEXPORT_ERR_RATE_LIMITED, LSEXPORT_APPLIED_NO, false, 1},
    {LSEXPORT_ERR_NOT_FOUND, LSEXPORT_APPLIED_NO, true, 0}, /* the same again would end the same */
    {LSEXPORT_ERR_VALIDATION, LSEXPORT_APPLIED_NO, true, 0},
    {LSEXPORT_ERR_CANCELLED, LSEXPORT_APPLIED_NO, true, 0},
};

START_TEST(retryable) {
  lsexport_error *error = error_set_applied(error_new(verdicts[_i].status, NULL), verdicts[_i].applied);
  error = error_finish(error, verdicts[_i].repeatable);
  ck_assert_int_eq(lsexport_error_retryable(error), verdicts[_i].retryable);
  ck_assert_int_eq(lsexport_error_applied(error), verdicts[_i].applied);
  lsexport_error_free(error);
}
END_TEST

/* ---- limits ---- */

START_TEST(facts_have_a_limit) {
  lsexport_error *error = error_new(LSEXPORT_ERR_STORAGE, NULL);
  for (int i = 0; i < ERROR_FACTS_MAX + 5; i++) {
    char name[16];
    snprintf(name, sizeof name, "fact%d", i);
    error_add_fact(error, name, "x");
  }
  error = error_finish(error, false);
  ck_assert_ptr_nonnull(lsexport_error_fact(error, "fact15"));
  ck_assert_ptr_null(lsexport_error_fact(error, "fact16"));
  node_free(json_of(error));
  lsexport_error_free(error);
}
END_TEST

START_TEST(fields_have_a_limit) {
  lsexport_error *error = error_new(LSEXPORT_ERR_VALIDATION, NULL);
  for (int i = 0; i < ERROR_FIELDS_MAX; i++) error_add_field(error, "p", "m");
  ck_assert_uint_eq(lsexport_error_field_count(error), ERROR_FIELDS_MAX);
  for (int i = 0; i < 3; i++) error_add_field(error, "q", "n");
  error = error_finish(error, false);
  ck_assert_uint_eq(lsexport_error_field_count(error), ERROR_FIELDS_MAX);
  ck_assert_ptr_nonnull(strstr(lsexport_error_message(error), "; and more"));
  ck_assert_str_eq(lsexport_error_field_path(error, ERROR_FIELDS_MAX), "");
  ck_assert_str_eq(lsexport_error_field_message(error, SIZE_MAX), "");
  json_node *node = json_of(error);
  ck_assert_uint_eq(node_array_count(node_member(node, "fields")), ERROR_FIELDS_MAX);
  node_free(node);
  lsexport_error_free(error);
}
END_TEST

START_TEST(texts_have_limits) {
  char *huge = malloc(100001);
  ck_assert_ptr_nonnull(huge);
  memset(huge, '"', 100000); /* twice as long in JSON */
  huge[100000] = '\0';
  lsexport_error *error = error_new(LSEXPORT_ERR_VALIDATION, NULL);
  error_set_server_text(error, huge, 100000);
  error_set_storage_code(error, huge);
  error_set_request_id(error, huge);
  for (int i = 0; i < ERROR_FACTS_MAX; i++) error_add_fact(error, huge, huge);
  for (int i = 0; i < ERROR_FIELDS_MAX; i++) error_add_field(error, huge, huge);
  error = error_finish(error, false);
  ck_assert_int_eq(lsexport_error_status(error), LSEXPORT_ERR_VALIDATION);
  ck_assert_uint_le(strlen(lsexport_error_message(error)), ERROR_MESSAGE_MAX + 3);
  ck_assert_uint_eq(strlen(lsexport_error_server_text(error)), ERROR_TEXT_MAX + 3);
  ck_assert_uint_eq(strlen(lsexport_error_storage_code(error)), ERROR_REQUEST_ID_MAX + 3);
  ck_assert_uint_eq(strlen(lsexport_error_request_id(error)), ERROR_REQUEST_ID_MAX + 3);
  ck_assert_uint_eq(strlen(lsexport_error_field_path(error, 0)), ERROR_TEXT_MAX + 3);
  ck_assert_uint_eq(strlen(lsexport_error_field_message(error, 0)), ERROR_TEXT_MAX + 3);
  ck_assert(text_ends(lsexport_error_server_text(error), "..."));
  lsexport_error_free(error);
  free(huge);
}
END_TEST

START_TEST(everything_goes_through_the_wash) {
  struct secrets secrets = {0};
  secrets_add(&secrets, SECRET, strlen(SECRET));
  lsexport_error *error = error_new(LSEXPORT_ERR_VALIDATION, &secrets);
  static const char text[] = "a\x1b[1m\n" SECRET "\xe2\x80\xae";
  error_set_server_text(error, text, strlen(text));
  error_set_storage_code(error, text);
  error_set_request_id(error, text);
  error_add_fact(error, "name", text);
  error_add_server_field(error, text, text);
  error = error_finish(error, false);
  assert_error_never_says(error, SECRET);
  assert_error_never_says(error, "\x1b");
  assert_error_never_says(error, "\n");
  assert_error_never_says(error, "\xe2\x80\xae");
  ck_assert_str_eq(lsexport_error_server_text(error), "a [1m " WASH_MARK " ");
  lsexport_error_free(error);
}
END_TEST

/* ---- without memory ---- */

static const char *const applied_names[] = {"unknown", "no", "yes"};

START_TEST(static_twins) {
  lsexport_error *error = error_no_memory(_i);
  ck_assert(error_is_static(error));
  ck_assert_int_eq(lsexport_error_status(error), LSEXPORT_ERR_NO_MEMORY);
  ck_assert_int_eq(lsexport_error_applied(error), _i);
  for (int32_t applied = 0; applied < 3; applied++)
    ck_assert_ptr_eq(error_set_applied(error, applied), error_no_memory(applied));
  error_set_operation(error, "x");
  error_set_cause(error, LSEXPORT_CAUSE_HTML);
  error_set_http_status(error, 500);
  error_set_server_text(error, "x", 1);
  error_set_storage_code(error, "x");
  error_set_request_id(error, "x");
  error_set_retry_after(error, 5);
  error_set_attempts(error, 5);
  error_add_fact(error, "x", "x");
  error_add_field(error, "x", "x");
  ck_assert_ptr_eq(error_finish(error, true), error);
  ck_assert_int_eq(lsexport_error_cause(error), 0);
  ck_assert_int_eq(lsexport_error_http_status(error), 0);
  ck_assert_int_eq(lsexport_error_attempts(error), 0);
  ck_assert_int_eq(lsexport_error_retry_after_ms(error), 0);
  ck_assert_uint_eq(lsexport_error_field_count(error), 0);
  ck_assert_ptr_null(lsexport_error_fact(error, "x"));
  ck_assert_str_eq(lsexport_error_server_text(error), "");
  ck_assert_ptr_nonnull(strstr(lsexport_error_message(error), applied_names[_i]));
  json_node *node = json_of(error);
  assert_member(node, "status", "LSEXPORT_ERR_NO_MEMORY");
  assert_member(node, "applied", applied_names[_i]);
  node_free(node);
  lsexport_error_free(error);
  lsexport_error_free(error);
  ck_assert_str_eq(lsexport_error_message(error), lsexport_error_message(error_no_memory(_i)));
}
END_TEST

START_TEST(no_memory_is_always_static) {
  ck_assert(error_is_static(error_new(LSEXPORT_ERR_NO_MEMORY, NULL)));
  lsexport_error *error = error_new(LSEXPORT_ERR_STORAGE, NULL);
  ck_assert(!error_is_static(error));
  error->failed = true; /* as when a setter ran out of memory */
  error = error_finish(error_set_applied(error, LSEXPORT_APPLIED_YES), false);
  ck_assert_ptr_eq(error, error_no_memory(LSEXPORT_APPLIED_YES));
}
END_TEST

START_TEST(getters_take_null) {
  ck_assert_int_eq(lsexport_error_status(NULL), LSEXPORT_OK);
  ck_assert_int_eq(lsexport_error_cause(NULL), LSEXPORT_CAUSE_NONE);
  ck_assert_str_eq(lsexport_error_message(NULL), "");
  ck_assert_str_eq(lsexport_error_remedy(NULL), "");
  ck_assert_str_eq(lsexport_error_documentation_url(NULL), "");
  ck_assert_int_eq(lsexport_error_side(NULL), LSEXPORT_SIDE_UNKNOWN);
  ck_assert_int_eq(lsexport_error_applied(NULL), LSEXPORT_APPLIED_UNKNOWN);
  ck_assert_int_eq(lsexport_error_retryable(NULL), 0);
  ck_assert_int_eq(lsexport_error_retry_after_ms(NULL), 0);
  ck_assert_int_eq(lsexport_error_attempts(NULL), 0);
  ck_assert_int_eq(lsexport_error_http_status(NULL), 0);
  ck_assert_str_eq(lsexport_error_storage_code(NULL), "");
  ck_assert_str_eq(lsexport_error_server_text(NULL), "");
  ck_assert_str_eq(lsexport_error_request_id(NULL), "");
  ck_assert_ptr_null(lsexport_error_fact(NULL, "x"));
  ck_assert_uint_eq(lsexport_error_field_count(NULL), 0);
  ck_assert_str_eq(lsexport_error_field_path(NULL, 0), "");
  ck_assert_str_eq(lsexport_error_field_message(NULL, 0), "");
  ck_assert_str_eq(lsexport_error_json(NULL), "{}");
  lsexport_error_free(NULL);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("test_error");
  TCase *texts = add_cases(suite, "texts");
  tcase_add_test(texts, the_least_message);
  tcase_add_test(texts, the_whole_message);
  tcase_add_test(texts, the_message_names_fields_and_parameters);
  tcase_add_test(texts, the_network_is_quoted_as_such);
  tcase_add_loop_test(texts, every_status_makes_a_message_and_json, 0, (int)lsexport_status_count());
  tcase_add_test(texts, json_holds_all_of_it);
  tcase_add_test(texts, a_repeated_fact_leaves_the_json_readable);
  tcase_add_loop_test(texts, retryable, 0, (int)COUNT(verdicts));
  TCase *limits = add_cases(suite, "limits");
  tcase_add_test(limits, facts_have_a_limit);
  tcase_add_test(limits, fields_have_a_limit);
  tcase_add_test(limits, texts_have_limits);
  tcase_add_test(limits, everything_goes_through_the_wash);
  TCase *memory = add_cases(suite, "no memory");
  tcase_add_loop_test(memory, static_twins, 0, (int)COUNT(applied_names));
  tcase_add_test(memory, no_memory_is_always_static);
  tcase_add_test(memory, getters_take_null);
  return run_suite(suite);
}
