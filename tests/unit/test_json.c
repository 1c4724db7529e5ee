/* SPDX-License-Identifier: MIT */
/* JSON as it comes from elsewhere: whole values, and alike without nulls. */
#include "fixtures.h"

#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

/* ---- whole values ---- */

static const struct {
  const char *text;
  enum json_failure failure;
} values[] = {
    {"{}", JSON_FINE},
    {"[]", JSON_FINE},
    {"null", JSON_FINE},
    {"true", JSON_FINE},
    {"12", JSON_FINE},
    {"-1.5e3", JSON_FINE},
    {"\"text\"", JSON_FINE},
    {" \t\r\n{ \"a\" : [ 1 , null ] } \t\r\n", JSON_FINE},
    {"{\"a\":{\"a\":1}}", JSON_FINE}, /* no duplicate */
    {"\"\\ud834\\udd1e\"", JSON_FINE},
    /* Fine so far, but its end is missing */
    {"", JSON_CUT},
    {" \n ", JSON_CUT},
    {"{", JSON_CUT},
    {"[", JSON_CUT},
    {"[1,", JSON_CUT},
    {"{\"a\"", JSON_CUT},
    {"{\"a\":", JSON_CUT},
    {"{\"a\":1", JSON_CUT},
    {"{\"a\":1,", JSON_CUT},
    {"{\"a\":\"b", JSON_CUT},
    {"\"b", JSON_CUT},
    {"\"b\\", JSON_CUT},
    {"{\"a\":1 \n ", JSON_CUT},
    /* No JSON */
    {"<html>", JSON_NOT_JSON},
    {"Internal Server Error", JSON_NOT_JSON},
    {"{\"a\":1,}", JSON_NOT_JSON},
    {"[1,]", JSON_NOT_JSON},
    {"[1 2]", JSON_NOT_JSON},
    {"{\"a\" 1}", JSON_NOT_JSON},
    {"{a:1}", JSON_NOT_JSON},
    {"{'a':1}", JSON_NOT_JSON},
    {"{1:2}", JSON_NOT_JSON},
    {"01", JSON_NOT_JSON},
    {"+1", JSON_NOT_JSON},
    {"NaN", JSON_NOT_JSON},
    {"Infinity", JSON_NOT_JSON},
    {"True", JSON_NOT_JSON},
    {"}", JSON_NOT_JSON},
    {"{} {}", JSON_NOT_JSON},
    {"{}x", JSON_NOT_JSON},
    {"{}]", JSON_NOT_JSON},
    {"\xef\xbb\xbf{}", JSON_NOT_JSON},            /* a byte order mark */
    {"{\"a\":1,\"a\":2}", JSON_NOT_JSON},         /* duplicate names */
    {"{\"a\":{\"b\":1,\"b\":1}}", JSON_NOT_JSON}, /* deeper */
    {"{\"a\":1,\"\\u0061\":2}", JSON_NOT_JSON},   /* under another spelling */
    {"\"a\nb\"", JSON_NOT_JSON},                  /* control characters */
    {"\"\\x\"", JSON_NOT_JSON},
    {"\"\\u12g4\"", JSON_NOT_JSON},
    {"\"\\ud834\"", JSON_NOT_JSON}, /* half a pair */
    {"\"\\udd1e\"", JSON_NOT_JSON},
    {"\"\\u0000\"", JSON_NOT_JSON}, /* a NUL would hide what stands behind it */
    {"{\"\\u0000\":1}", JSON_NOT_JSON},
    {"\"\xff\"", JSON_NOT_JSON},
    {"\"\xc0\x80\"", JSON_NOT_JSON},
    {"\"\xed\xa0\x80\"", JSON_NOT_JSON},
    {"\"\xc3\"", JSON_NOT_JSON},
    {"99999999999999999999999", JSON_NOT_JSON},
    {"1e999", JSON_NOT_JSON},
};

START_TEST(value) {
  enum json_failure failure = JSON_NO_MEMORY;
  size_t length = strlen(values[_i].text);
  char *exact = malloc(length + !length); /* so that a sanitizer sees a read past the end */
  ck_assert_ptr_nonnull(exact);
  memcpy(exact, values[_i].text, length);
  json_node *node = node_parse(exact, length, &failure);
  ck_assert_msg(failure == values[_i].failure, "%s: %d", values[_i].text, failure);
  ck_assert_int_eq(node != NULL, failure == JSON_FINE);
  node_free(node);
  free(exact);
}
END_TEST

START_TEST(a_nul_between_bytes) {
  enum json_failure failure;
  ck_assert_ptr_null(node_parse("{}\0", 3, &failure));
  ck_assert_int_eq(failure, JSON_NOT_JSON);
  ck_assert_ptr_null(node_parse("[\0]", 3, &failure)); /* jansson takes it for the end */
  ck_assert_int_ne(failure, JSON_FINE);
  ck_assert_ptr_null(node_parse("\"a\0b\"", 5, &failure));
  ck_assert_int_eq(failure, JSON_NOT_JSON);
}
END_TEST

START_TEST(depth_is_bounded) {
  enum { DEPTH = 1000000 };
  char *text = malloc(2 * DEPTH + 1);
  enum json_failure failure;
  ck_assert_ptr_nonnull(text);
  memset(text, '[', DEPTH);
  memset(text + DEPTH, ']', DEPTH);
  ck_assert_ptr_null(node_parse(text, 2 * DEPTH, &failure));
  ck_assert_int_eq(failure, JSON_NOT_JSON);
  json_node *node = node_parse(text + DEPTH - 100, 200, &failure);
  ck_assert_ptr_nonnull(node);
  node_free(node);
  free(text);
}
END_TEST

/* ---- looking into them ---- */

START_TEST(looks) {
  json_node *node =
      parsed("{\"s\":\"t\",\"e\":\"\",\"n\":null,\"i\":-7,\"r\":1.0,\"y\":true,\"f\":false,\"a\":[1,\"x\"],"
             "\"o\":{\"k\":\"v\"}}");
  long long number = 0;
  ck_assert(node_is_object(node) && !node_is_array(node) && !node_is_string(node) && !node_is_null(node));
  ck_assert(node_is_array(node_member(node, "a")) && node_is_string(node_member(node, "s")));
  ck_assert(node_is_null(node_member(node, "n")) && node_is_null(node_member(node, "absent")) && node_is_null(NULL));
  ck_assert_str_eq(node_member_text(node, "s"), "t");
  ck_assert_str_eq(node_member_text(node, "e"), "");
  ck_assert_ptr_null(node_member_text(node, "n"));
  ck_assert_ptr_null(node_member_text(node, "i"));
  ck_assert_ptr_null(node_member_text(node, "absent"));
  ck_assert_ptr_null(node_member_text(NULL, "s"));
  ck_assert_ptr_null(node_member(node_member(node, "a"), "s"));
  ck_assert_int_eq(node_boolean(node_member(node, "y")), 1);
  ck_assert_int_eq(node_boolean(node_member(node, "f")), 0);
  ck_assert_int_eq(node_boolean(node_member(node, "i")), -1);
  ck_assert_int_eq(node_boolean(node_member(node, "n")), -1);
  ck_assert_int_eq(node_boolean(NULL), -1);
  ck_assert(node_integer(node_member(node, "i"), &number));
  ck_assert_int_eq(number, -7);
  ck_assert(!node_integer(node_member(node, "r"), &number));
  ck_assert(!node_integer(NULL, &number));
  ck_assert_int_eq(number, -7);
  ck_assert_uint_eq(node_array_count(node_member(node, "a")), 2);
  ck_assert_uint_eq(node_array_count(node), 0);
  ck_assert_uint_eq(node_array_count(NULL), 0);
  ck_assert_str_eq(node_text(node_array_at(node_member(node, "a"), 1)), "x");
  ck_assert_ptr_null(node_array_at(node_member(node, "a"), 2));
  node_free(node);
  node_free(NULL);
}
END_TEST

struct visits {
  size_t count;
  size_t stop_at;
};

static bool visit(void *context, const char *name, json_node *member) {
  struct visits *visits = context;
  ck_assert_uint_eq(strlen(name), 1);
  ck_assert(node_is_string(member));
  return ++visits->count != visits->stop_at;
}

START_TEST(walks_until_told_to_stop) {
  json_node *node = parsed("{\"a\":\"1\",\"b\":\"2\",\"c\":\"3\"}");
  struct visits all = {0}, two = {.stop_at = 2}, none = {0};
  ck_assert(node_each_member(node, visit, &all));
  ck_assert_uint_eq(all.count, 3);
  ck_assert(!node_each_member(node, visit, &two));
  ck_assert_uint_eq(two.count, 2);
  ck_assert(node_each_member(NULL, visit, &none));
  ck_assert_uint_eq(none.count, 0);
  node_free(node);
}
END_TEST

static const char *const written[] = {"{\"b\":1,\"a\":[null,true,\"x\"]}", "[]", "\"a\\\"b\"", "null", "12", "{}"};

START_TEST(writes_compactly) {
  json_node *node = parsed(written[_i]);
  char *text = node_write(node);
  ck_assert_str_eq(text, written[_i]); /* members keep their order */
  mem_free(text);
  node_free(node);
}
END_TEST

/* ---- alike without nulls ---- */

static const struct {
  const char *a, *b; /* NULL: no node at all */
  bool equal;
} likenesses[] = {
    {NULL, NULL, true},
    {NULL, "null", true},
    {NULL, "{}", true},
    {NULL, "{\"a\":null}", true},
    {NULL, "{\"a\":{\"b\":null}}", true},
    {NULL, "[]", false},
    {NULL, "\"\"", false},
    {NULL, "false", false},
    {NULL, "0", false},
    {NULL, "{\"a\":false}", false},
    {"\"a\"", "\"a\"", true},
    {"\"a\"", "\"A\"", false},
    {"1", "1", true},
    {"1", "1.0", false},
    {"1", "\"1\"", false},
    {"true", "true", true},
    {"true", "1", false},
    {"[1,2]", "[1,2]", true},
    {"[1,2]", "[2,1]", false},
    {"[1,null]", "[1]", false}, /* in an array a null is an element */
    {"{\"a\":1}", "{\"a\":1,\"b\":null}", true},
    {"{\"a\":1,\"b\":null}", "{\"a\":1}", true},
    {"{\"a\":1,\"b\":2}", "{\"b\":2,\"a\":1}", true},
    {"{\"a\":1}", "{\"a\":2}", false},
    {"{\"a\":1}", "{\"a\":1,\"b\":2}", false},
    {"{\"a\":1,\"b\":2}", "{\"a\":1}", false},
    {"{\"a\":{\"b\":1}}", "{\"a\":{\"b\":1,\"c\":null}}", true},
    {"{\"a\":{\"b\":null}}", "{}", true},
    {"{\"a\":{\"b\":null}}", "{\"a\":1}", false},
    {"{\"a\":{}}", "{\"a\":[]}", false},
    {"{\"a\":\"\"}", "{}", false},
    {"{}", "[]", false},
};

START_TEST(alike) {
  json_node *a = likenesses[_i].a ? parsed(likenesses[_i].a) : NULL;
  json_node *b = likenesses[_i].b ? parsed(likenesses[_i].b) : NULL;
  ck_assert_int_eq(node_equal_without_nulls(a, b), likenesses[_i].equal);
  ck_assert_int_eq(node_equal_without_nulls(b, a), likenesses[_i].equal);
  ck_assert(node_equal_without_nulls(a, a));
  node_free(a);
  node_free(b);
}
END_TEST

START_TEST(names_its_library) { ck_assert(json_library_details()[0] >= '2' && json_library_details()[1] == '.'); }
END_TEST

int main(void) {
  Suite *suite = suite_create("test_json");
  TCase *cases = add_cases(suite, "json");
  tcase_add_loop_test(cases, value, 0, (int)COUNT(values));
  tcase_add_test(cases, a_nul_between_bytes);
  tcase_add_test(cases, depth_is_bounded);
  tcase_add_test(cases, looks);
  tcase_add_test(cases, walks_until_told_to_stop);
  tcase_add_loop_test(cases, writes_compactly, 0, (int)COUNT(written));
  tcase_add_loop_test(cases, alike, 0, (int)COUNT(likenesses));
  tcase_add_test(cases, names_its_library);
  return run_suite(suite);
}
