/* SPDX-License-Identifier: MIT */
/* What is kept of an answer's head. */
#include "fixtures.h"

#include "net/retry.h"
#include "net/transport.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NOW 1795500729 /* Tue, 24 Nov 2026 06:12:09 GMT */
#define YEAR_MS RETRY_AFTER_CEILING_MS

/* Each line in memory of exactly its size, without a NUL: as libcurl gives it. */
static void take(struct response *response, const char *line) {
  size_t length = strlen(line);
  char *exact = malloc(length + !length);
  ck_assert_ptr_nonnull(exact);
  memcpy(exact, line, length);
  response_take_header(response, exact, length, NOW);
  free(exact);
}

/* ---- Retry-After ---- */

static const struct {
  const char *value;
  int64_t ms; /* -1: as if there were none */
} waits[] = {
    {"0", 0},
    {"1", 1000},
    {"120", 120000},
    {"00120", 120000},
    {"0.1", 1000}, /* a fraction rounds up: never earlier than asked */
    {"1.5", 2000},
    {"2.000", 3000},
    {"1.", 2000},
    {"31536000", YEAR_MS},
    {"31536001", YEAR_MS},
    {"99999999999999999999999999999999999999", YEAR_MS},
    {"Tue, 24 Nov 2026 06:12:19 GMT", 10000},
    {"Tue, 24 Nov 2026 06:12:09 GMT", 0},
    {"Tue, 24 Nov 2026 06:12:08 GMT", 0}, /* past */
    {"Sun, 06 Nov 1994 08:49:37 GMT", 0},
    {"Tuesday, 24-Nov-26 06:12:19 GMT", 10000},
    {"Tue Nov 24 06:12:19 2026", 10000},
    {"Fri, 31 Dec 9999 23:59:59 GMT", YEAR_MS},
    /* Garbage */
    {"", -1},
    {"-1", -1},
    {"-120", -1},
    {"+5", -1},
    {"soon", -1},
    {"5s", -1},
    {"5 seconds", -1},
    {"1.5.5", -1},
    {"1,5", -1},
    {".5", -1},
    {"0x10", -1},
    {"1e3", -1},
    {"NaN", -1},
    {"Tue, 31 Nov 2026 06:12:19 GMT", -1},
    {"2026-11-24T06:12:19Z", -1},
};

START_TEST(retry_after) {
  struct response response = {0};
  char line[256];
  response_begin(&response, 1024);
  snprintf(line, sizeof line, "Retry-After: %s\r\n", waits[_i].value);
  take(&response, line);
  ck_assert_int_eq(response.retry_after_ms, waits[_i].ms);
}
END_TEST

START_TEST(the_longest_of_several_counts) {
  struct response response = {0};
  response_begin(&response, 1024);
  ck_assert_int_eq(response.retry_after_ms, -1);
  take(&response, "Retry-After: 5\r\n");
  take(&response, "retry-after: 30\r\n");
  take(&response, "Retry-After: 10\r\n");
  take(&response, "Retry-After: soon\r\n");
  ck_assert_int_eq(response.retry_after_ms, 30000);
}
END_TEST

/* ---- names and values ---- */

static const struct {
  const char *line;
  const char *content_type; /* "": not taken */
} lines[] = {
    {"Content-Type: application/json\r\n", "application/json"},
    {"content-type: application/json\r\n", "application/json"},
    {"CONTENT-TYPE: application/json\r\n", "application/json"},
    {"Content-Type:application/json\r\n", "application/json"},
    {"Content-Type: \t application/json \t \r\n", "application/json"},
    {"Content-Type: application/json", "application/json"},
    {"Content-Type: application/json\n", "application/json"},
    {"Content-Type: application/json; charset=utf-8\r\n", "application/json; charset=utf-8"},
    {"Content-Type: a: b\r\n", "a: b"},
    {"Content-Type:\r\n", ""},
    {"Content-Type:", ""},
    {"Content-Type: \r\n", ""},
    {"Content-Type\r\n", ""},
    {"Content-Typ: x\r\n", ""},
    {"Content-Types: x\r\n", ""},
    {"Content-Type : x\r\n", ""}, /* no name may have a blank behind it */
    {" Content-Type: x\r\n", ""},
    {"X-Content-Type: x\r\n", ""},
    {"HTTP/1.1 200 OK\r\n", ""},
    {"\r\n", ""},
    {"", ""},
    {":", ""},
};

START_TEST(line) {
  struct response response = {0};
  response_begin(&response, 1024);
  take(&response, lines[_i].line);
  ck_assert_str_eq(response.content_type, lines[_i].content_type);
  ck_assert_str_eq(response.request_id, "");
}
END_TEST

START_TEST(each_name_goes_to_its_place) {
  struct response response = {0};
  response_begin(&response, 1024);
  take(&response, "Content-Type: ct\r\n");
  take(&response, "Content-Encoding: gzip\r\n");
  take(&response, "Location: https://other.example/x\r\n");
  take(&response, "X-Request-Id: r-1\r\n");
  take(&response, "Set-Cookie: secret=1\r\n");
  ck_assert_str_eq(response.content_type, "ct");
  ck_assert_str_eq(response.content_encoding, "gzip");
  ck_assert_str_eq(response.location, "https://other.example/x");
  ck_assert_str_eq(response.request_id, "r-1");
  ck_assert(!response.length_known);
  take(&response, "x-request-id: r-2\r\n"); /* the last one counts */
  ck_assert_str_eq(response.request_id, "r-2");
  response_begin(&response, 1024);
  ck_assert_str_eq(response.request_id, "");
  ck_assert_str_eq(response.content_encoding, "");
}
END_TEST

static const struct {
  const char *line;
  bool known;
} lengths[] = {
    {"Content-Length: 0\r\n", true},          {"content-length: 12\r\n", true},
    {"Transfer-Encoding: chunked\r\n", true}, {"transfer-encoding: gzip, Chunked\r\n", true},
    {"Transfer-Encoding: gzip\r\n", false},   {"Connection: close\r\n", false},
    {"X-Content-Length: 0\r\n", false},
};

START_TEST(length_known) {
  struct response response = {0};
  response_begin(&response, 1024);
  take(&response, lengths[_i].line);
  ck_assert_int_eq(response.length_known, lengths[_i].known);
  response_free(&response);
}
END_TEST

static const struct {
  const char *line;
  bool ready; /* for 1024 bytes */
} sizes[] = {
    {"Content-Length: 1024\r\n", true},   {"Content-Length: 1025\r\n", false}, /* more than is read */
    {"Content-Length: -1024\r\n", false}, {"Content-Length: 1024x\r\n", false},
    {"Content-Length: 0\r\n", false},     {"X-Content-Length: 1024\r\n", false},
};

START_TEST(a_body_of_known_length_gets_its_memory_at_once) {
  struct response response = {0};
  response_begin(&response, 1024);
  take(&response, sizes[_i].line);
  ck_assert_int_eq(response.body.capacity > 1024, sizes[_i].ready);
  ck_assert_int_eq(response.body.failure, BUF_FINE);
  ck_assert_uint_eq(response.body.length, 0);
  response_free(&response);
}
END_TEST

START_TEST(long_values_are_cut) {
  struct response response = {0};
  char long_line[4 * RESPONSE_HEADER_MAX];
  for (size_t length = RESPONSE_HEADER_MAX - 2; length <= RESPONSE_HEADER_MAX + 2; length++) {
    response_begin(&response, 1024);
    memset(long_line, 'x', sizeof long_line);
    memcpy(long_line, "X-Request-Id: ", 14);
    memcpy(long_line + 14 + length, "\r\n", 3);
    take(&response, long_line);
    ck_assert_uint_eq(strlen(response.request_id), length < RESPONSE_HEADER_MAX ? length : RESPONSE_HEADER_MAX - 1);
    ck_assert_str_eq(response.location, "");
  }
}
END_TEST

START_TEST(a_nul_in_a_value) {
  struct response response = {0};
  response_begin(&response, 1024);
  response_take_header(&response, "X-Request-Id: a\0b\r\n", 19, NOW);
  ck_assert_str_eq(response.request_id, "a");
}
END_TEST

/* ---- the rest ---- */

START_TEST(beginning_again_keeps_memory_and_nothing_else) {
  struct response response = {0};
  response_begin(&response, 10);
  buf_add(&response.body, "0123456789a", 11);
  ck_assert_int_eq(response.body.failure, BUF_TOO_LARGE);
  response.http_status = 200;
  response_begin(&response, 20);
  ck_assert_int_eq(response.http_status, 0);
  ck_assert_int_eq(response.body.failure, BUF_FINE);
  buf_add(&response.body, "0123456789a", 11);
  ck_assert_str_eq(buf_string(&response.body), "0123456789a");
  response_free(&response);
  response_free(&response);
}
END_TEST

START_TEST(methods) {
  ck_assert_str_eq(method_name(METHOD_GET), "GET");
  ck_assert_str_eq(method_name(METHOD_POST), "POST");
  ck_assert_str_eq(method_name(METHOD_PATCH), "PATCH");
  ck_assert_str_eq(method_name(METHOD_DELETE), "DELETE");
}
END_TEST

int main(void) {
  Suite *suite = suite_create("test_response");
  TCase *cases = add_cases(suite, "response");
  tcase_add_loop_test(cases, retry_after, 0, (int)COUNT(waits));
  tcase_add_test(cases, the_longest_of_several_counts);
  tcase_add_loop_test(cases, line, 0, (int)COUNT(lines));
  tcase_add_test(cases, each_name_goes_to_its_place);
  tcase_add_loop_test(cases, length_known, 0, (int)COUNT(lengths));
  tcase_add_loop_test(cases, a_body_of_known_length_gets_its_memory_at_once, 0, (int)COUNT(sizes));
  tcase_add_test(cases, long_values_are_cut);
  tcase_add_test(cases, a_nul_in_a_value);
  tcase_add_test(cases, beginning_again_keeps_memory_and_nothing_else);
  tcase_add_test(cases, methods);
  return run_suite(suite);
}
