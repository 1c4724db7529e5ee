/* SPDX-License-Identifier: MIT */
/* Bounded buffers, and the JSON that they write. */
#include "fixtures.h"

#include "base/buf.h"
#include "base/mem.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

#define REPLACEMENT "\xef\xbf\xbd"

/* ---- limits ---- */

static const size_t maxima[] = {0, 1, 2, 254, 255, 256, 257, 510, 511, 512, 513, 1000, 5000};

START_TEST(takes_its_maximum_and_not_a_byte_more) {
  size_t maximum = maxima[_i];
  struct buf buf;
  buf_init(&buf, maximum);
  for (size_t i = 0; i < maximum; i++) {
    buf_add(&buf, &"abcdefghijklmnopqrstuvwxyz"[i % 26], 1);
    bool right = buf.failure == BUF_FINE && buf.length == i + 1 && buf.capacity <= maximum + 1 &&
                 strlen(buf_string(&buf)) == i + 1;
    if (!right) ck_abort_msg("at %zu of %zu", i, maximum);
  }
  for (size_t i = 0; i < maximum; i++)
    if (buf_string(&buf)[i] != 'a' + (int)(i % 26)) ck_abort_msg("byte %zu", i);
  buf_add(&buf, "!", 1);
  ck_assert_int_eq(buf.failure, BUF_TOO_LARGE);
  ck_assert_uint_eq(buf.length, maximum);
  ck_assert_ptr_null(buf_take(&buf));
}
END_TEST

START_TEST(takes_its_maximum_at_once) {
  size_t maximum = maxima[_i];
  char *bytes = malloc(maximum + 1);
  struct buf buf;
  ck_assert_ptr_nonnull(bytes);
  memset(bytes, 'x', maximum + 1);
  buf_init(&buf, maximum);
  buf_add(&buf, bytes, maximum);
  char *taken = buf_take(&buf);
  ck_assert_ptr_nonnull(taken);
  ck_assert_uint_eq(strlen(taken), maximum);
  mem_free(taken);
  buf_add(&buf, bytes, maximum + 1);
  ck_assert_int_eq(buf.failure, BUF_TOO_LARGE);
  ck_assert_str_eq(buf_string(&buf), "");
  buf_reset(&buf);
  free(bytes);
}
END_TEST

START_TEST(reserve_does_not_fill) {
  struct buf buf;
  buf_init(&buf, 1000);
  buf_add(&buf, "ab", 2);
  buf_reserve(&buf, 1000);
  ck_assert_int_eq(buf.failure, BUF_FINE);
  ck_assert_str_eq(buf_string(&buf), "ab");
  const char *place = buf.data;
  for (int i = 0; i < 998; i++) buf_add(&buf, "c", 1);
  ck_assert_ptr_eq(buf.data, place);
  buf_reserve(&buf, 1001);
  ck_assert_int_eq(buf.failure, BUF_TOO_LARGE);
  buf_reset(&buf);
  buf_init(&buf, 10);
  buf_reserve(&buf, SIZE_MAX);
  ck_assert_int_eq(buf.failure, BUF_TOO_LARGE);
  buf_reset(&buf);
}
END_TEST

START_TEST(an_absurd_length_is_refused) {
  struct buf buf;
  buf_init(&buf, 16);
  buf_add(&buf, "abcd", 4);
  buf_add(&buf, "", SIZE_MAX); /* length + this would wrap */
  ck_assert_int_eq(buf.failure, BUF_TOO_LARGE);
  ck_assert_str_eq(buf_string(&buf), "abcd");
  buf_reset(&buf);
}
END_TEST

START_TEST(the_first_failure_sticks) {
  struct buf buf;
  buf_init(&buf, 4);
  buf_text(&buf, "abc");
  buf_text(&buf, "defg");
  ck_assert_int_eq(buf.failure, BUF_TOO_LARGE);
  buf_text(&buf, "d"); /* it would fit, but what came before is missing */
  buf_integer(&buf, 1);
  buf_json_string(&buf, "", 0);
  buf_reserve(&buf, 1);
  ck_assert_int_eq(buf.failure, BUF_TOO_LARGE);
  ck_assert_str_eq(buf_string(&buf), "abc");
  ck_assert_ptr_null(buf_take(&buf));
  ck_assert_int_eq(buf.failure, BUF_FINE);
  buf_text(&buf, "wxyz");
  char *taken = buf_take(&buf);
  ck_assert_str_eq(taken, "wxyz");
  mem_free(taken);
  ck_assert_uint_eq(buf.maximum, 4);
}
END_TEST

START_TEST(an_empty_one_gives_an_empty_text) {
  struct buf buf;
  buf_init(&buf, 8);
  ck_assert_str_eq(buf_string(&buf), "");
  buf_add(&buf, NULL, 0);
  buf_text(&buf, "");
  ck_assert_str_eq(buf_string(&buf), "");
  char *taken = buf_take(&buf);
  ck_assert_str_eq(taken, "");
  mem_free(taken);
  buf_reset(&buf);
  buf_reset(&buf);
}
END_TEST

START_TEST(bytes_of_any_kind_are_kept) {
  struct buf buf;
  buf_init(&buf, 1024);
  for (int i = 0; i < 256; i++) buf_add(&buf, &(unsigned char){(unsigned char)i}, 1);
  ck_assert_uint_eq(buf.length, 256);
  for (int i = 0; i < 256; i++) ck_assert_int_eq((unsigned char)buf.data[i], i);
  ck_assert_int_eq(buf.data[256], 0);
  buf_reset(&buf);
}
END_TEST

static const struct {
  int64_t number;
  const char *text;
} numbers[] = {{0, "0"},
               {-1, "-1"},
               {1234567890123, "1234567890123"},
               {INT64_MAX, "9223372036854775807"},
               {INT64_MIN, "-9223372036854775808"}};

START_TEST(integers) {
  struct buf buf;
  buf_init(&buf, 64);
  buf_integer(&buf, numbers[_i].number);
  ck_assert_str_eq(buf_string(&buf), numbers[_i].text);
  buf_reset(&buf);
}
END_TEST

/* ---- JSON ---- */

static const struct {
  const char *text;
  size_t length; /* 0: up to the NUL */
  const char *json;
} strings[] = {
    {"", 0, "\"\""},
    {"plain", 0, "\"plain\""},
    {"a\"b", 0, "\"a\\\"b\""},
    {"a\\b", 0, "\"a\\\\b\""},
    {"\"\\\"", 0, "\"\\\"\\\\\\\"\""},
    {"a/b", 0, "\"a/b\""},
    {"\b\f\n\r\t", 0, "\"\\b\\f\\n\\r\\t\""},
    {"\x01\x1f\x7f", 0, "\"\\u0001\\u001f\\u007f\""},
    {"\x1b[31m", 0, "\"\\u001b[31m\""},
    {"a\0b", 3, "\"a\\u0000b\""},
    {"\0", 1, "\"\\u0000\""},
    {"Gr\xc3\xbc\xc3\x9f", 0, "\"Gr\xc3\xbc\xc3\x9f\""},
    {"\xe2\x82\xac", 0, "\"\xe2\x82\xac\""},
    {"\xf0\x9d\x84\x9e", 0, "\"\xf0\x9d\x84\x9e\""},
    /* No UTF-8: each byte that belongs to no character becomes one. */
    {"\xff", 0, "\"" REPLACEMENT "\""},
    {"a\x80z", 0, "\"a" REPLACEMENT "z\""},
    {"\xc3(", 0, "\"" REPLACEMENT "(\""},
    {"\xc3", 0, "\"" REPLACEMENT "\""},
    {"\xc0\x80", 0, "\"" REPLACEMENT REPLACEMENT "\""},
    {"\xc1\xbf", 0, "\"" REPLACEMENT REPLACEMENT "\""},
    {"\xe0\x9f\xbf", 0, "\"" REPLACEMENT REPLACEMENT REPLACEMENT "\""},
    {"\xed\xa0\x80", 0, "\"" REPLACEMENT REPLACEMENT REPLACEMENT "\""},
    {"\xe2\x82", 0, "\"" REPLACEMENT REPLACEMENT "\""},
    {"\xe2\x82\"", 0, "\"" REPLACEMENT REPLACEMENT "\\\"\""},
    {"\xf4\x90\x80\x80", 0, "\"" REPLACEMENT REPLACEMENT REPLACEMENT REPLACEMENT "\""},
    {"\xe2\x82\xac", 2, "\"" REPLACEMENT REPLACEMENT "\""}, /* cut by its length */
};

START_TEST(json_strings) {
  struct buf buf;
  buf_init(&buf, 256);
  size_t length = strings[_i].length ? strings[_i].length : strlen(strings[_i].text);
  buf_json_string(&buf, strings[_i].text, length);
  ck_assert_str_eq(buf_string(&buf), strings[_i].json);
  buf_reset(&buf);
}
END_TEST

START_TEST(json_strings_of_random_bytes_can_be_read) {
  static const char pieces[][5] = {"\"",   "\\",   "\xc3\xa4", "\xe2\x82", "\xf0\x9d\x84\x9e",
                                   "\xff", "\xed", "a",        "\x1b",     "{"};
  srand(20261124);
  for (int round = 0; round < 2000; round++) {
    struct buf text, json;
    buf_init(&text, 4096);
    buf_init(&json, 65536);
    for (int count = rand() % 20; count > 0; count--) buf_text(&text, pieces[(size_t)rand() % COUNT(pieces)]);
    buf_json_string(&json, buf_string(&text), text.length);
    json_node *node = parsed(buf_string(&json));
    if (text_is_utf8(buf_string(&text), text.length)) ck_assert_str_eq(node_text(node), buf_string(&text));
    node_free(node);
    buf_reset(&text);
    buf_reset(&json);
  }
}
END_TEST

START_TEST(members_bring_their_commas) {
  struct buf buf;
  buf_init(&buf, 256);
  buf_text(&buf, "{");
  buf_json_member(&buf, "a", "{");
  buf_json_member(&buf, "b\"", "x");
  buf_json_member_integer(&buf, "c", -5);
  buf_json_member_boolean(&buf, "d", true);
  buf_json_name(&buf, "e");
  buf_text(&buf, "{");
  buf_json_member_boolean(&buf, "f", false);
  buf_text(&buf, "}");
  buf_json_member(&buf, "g", "");
  buf_text(&buf, "}");
  ck_assert_str_eq(buf_string(&buf),
                   "{\"a\":\"{\",\"b\\\"\":\"x\",\"c\":-5,\"d\":true,\"e\":{\"f\":false},\"g\":\"\"}");
  node_free(parsed(buf_string(&buf)));
  buf_reset(&buf);
}
END_TEST

START_TEST(a_failure_within_json_leaves_nothing) {
  for (size_t maximum = 0; maximum < strlen("{\"name\":\"a\\nb---c\"}"); maximum++) {
    struct buf buf;
    buf_init(&buf, maximum);
    buf_text(&buf, "{");
    buf_json_member(&buf, "name",
                    "a\nb\xff"
                    "c");
    buf_text(&buf, "}");
    ck_assert_int_eq(buf.failure, BUF_TOO_LARGE);
    ck_assert_ptr_null(buf_take(&buf));
  }
}
END_TEST

int main(void) {
  Suite *suite = suite_create("test_buf");
  TCase *limits = add_cases(suite, "limits");
  tcase_add_loop_test(limits, takes_its_maximum_and_not_a_byte_more, 0, (int)COUNT(maxima));
  tcase_add_loop_test(limits, takes_its_maximum_at_once, 0, (int)COUNT(maxima));
  tcase_add_test(limits, reserve_does_not_fill);
  tcase_add_test(limits, an_absurd_length_is_refused);
  tcase_add_test(limits, the_first_failure_sticks);
  tcase_add_test(limits, an_empty_one_gives_an_empty_text);
  tcase_add_test(limits, bytes_of_any_kind_are_kept);
  tcase_add_loop_test(limits, integers, 0, (int)COUNT(numbers));
  TCase *json = add_cases(suite, "json");
  tcase_add_loop_test(json, json_strings, 0, (int)COUNT(strings));
  tcase_add_test(json, json_strings_of_random_bytes_can_be_read);
  tcase_add_test(json, members_bring_their_commas);
  tcase_add_test(json, a_failure_within_json_leaves_nothing);
  return run_suite(suite);
}
