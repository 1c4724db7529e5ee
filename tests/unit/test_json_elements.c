/* SPDX-License-Identifier: MIT */
/* An array read element by element: the commas and the end are ours to check. */
#include "fixtures.h"

#include <stdlib.h>
#include <string.h>

#define ELEMENTS_MAX 8

static const struct {
  const char *text;
  const char *slices[ELEMENTS_MAX]; /* up to NULL: what is read before it ends */
  enum json_failure failure;        /* how it ends */
} arrays[] = {
    {"[]", {NULL}, JSON_FINE},
    {" [ ] ", {NULL}, JSON_FINE},
    {"\t\r\n[\n]\n", {NULL}, JSON_FINE},
    {"[{}]", {"{}"}, JSON_FINE},
    {"[{\"a\":1}]", {"{\"a\":1}"}, JSON_FINE},
    {" [ { \"a\" : 1 } ] ", {"{ \"a\" : 1 }"}, JSON_FINE},
    {"[{\"a\":1},{\"b\":2},{}]", {"{\"a\":1}", "{\"b\":2}", "{}"}, JSON_FINE},
    {"[{\"a\":1} \n , \t {\"b\":2}\r\n]", {"{\"a\":1}", "{\"b\":2}"}, JSON_FINE},
    {"[[],[[1]],{\"a\":[{}]}]", {"[]", "[[1]]", "{\"a\":[{}]}"}, JSON_FINE},
    {"[{\"a\":\"],[\\\"\"},{}]", {"{\"a\":\"],[\\\"\"}", "{}"}, JSON_FINE}, /* punctuation within a text */
    {"[{\"a\":1},{\"a\":1}]", {"{\"a\":1}", "{\"a\":1}"}, JSON_FINE},       /* alike is no duplicate */
    /* The end is missing */
    {"", {NULL}, JSON_CUT},
    {"  ", {NULL}, JSON_CUT},
    {"[", {NULL}, JSON_CUT},
    {"[ ", {NULL}, JSON_CUT},
    {"[{", {NULL}, JSON_CUT},
    {"[{\"a\":", {NULL}, JSON_CUT},
    {"[{}", {"{}"}, JSON_CUT},
    {"[{} ", {"{}"}, JSON_CUT},
    {"[{},", {"{}"}, JSON_CUT},
    {"[{}, ", {"{}"}, JSON_CUT},
    {"[{},{\"a\":\"b", {"{}"}, JSON_CUT},
    /* Commas */
    {"[{}{}]", {"{}"}, JSON_NOT_JSON},
    {"[{} {}]", {"{}"}, JSON_NOT_JSON},
    {"[,{}]", {NULL}, JSON_NOT_JSON},
    {"[,]", {NULL}, JSON_NOT_JSON},
    {"[{},]", {"{}"}, JSON_NOT_JSON},
    {"[{},,{}]", {"{}"}, JSON_NOT_JSON},
    {"[{};{}]", {"{}"}, JSON_NOT_JSON},
    /* Behind the end */
    {"[]x", {NULL}, JSON_NOT_JSON},
    {"[] []", {NULL}, JSON_NOT_JSON},
    {"[]]", {NULL}, JSON_NOT_JSON},
    {"[{}]{}", {"{}"}, JSON_NOT_JSON},
    {"[{}],", {"{}"}, JSON_NOT_JSON},
    {"[{}}", {"{}"}, JSON_NOT_JSON},
    /* No array */
    {"{}", {NULL}, JSON_NOT_JSON},
    {"{\"items\":[]}", {NULL}, JSON_NOT_JSON},
    {"null", {NULL}, JSON_NOT_JSON},
    {"<html>[]</html>", {NULL}, JSON_NOT_JSON},
    {"\xef\xbb\xbf[]", {NULL}, JSON_NOT_JSON},
    {"]", {NULL}, JSON_NOT_JSON},
    /* Broken elements */
    {"[{\"a\":1,\"a\":2}]", {NULL}, JSON_NOT_JSON},
    {"[{},{\"a\":1,\"a\":2}]", {"{}"}, JSON_NOT_JSON},
    {"[{\"a\":\"\\u0000\"}]", {NULL}, JSON_NOT_JSON},
    {"[{\"a\":\"\xff\"}]", {NULL}, JSON_NOT_JSON},
    {"[{\"a\":\"\xed\xa0\x80\"}]", {NULL}, JSON_NOT_JSON},
    {"[{a:1}]", {NULL}, JSON_NOT_JSON},
    {"[x]", {NULL}, JSON_NOT_JSON},
};

static void read_all(const char *text, size_t length, const char *const *slices, enum json_failure expected) {
  struct json_elements elements;
  json_node *node;
  const char *slice;
  size_t slice_length, count = 0;
  enum json_failure failure = JSON_NO_MEMORY;
  enum json_next next;
  elements_begin(&elements, text, length);
  while ((next = elements_next(&elements, &node, &slice, &slice_length, &failure)) == JSON_ELEMENT) {
    ck_assert_int_eq(failure, JSON_FINE);
    ck_assert_ptr_nonnull(slices[count]);
    ck_assert_uint_eq(slice_length, strlen(slices[count]));
    ck_assert_mem_eq(slice, slices[count], slice_length);
    ck_assert(slice >= text && slice + slice_length <= text + length);
    json_node *again = parsed(slices[count++]);
    ck_assert(node_equal_without_nulls(node, again));
    node_free(again);
    node_free(node);
  }
  ck_assert_int_eq(next, expected == JSON_FINE ? JSON_END : JSON_FAILED);
  ck_assert_msg(failure == expected, "%.*s: %d", (int)length, text, failure);
  ck_assert_ptr_null(slices[count]);
}

START_TEST(array) {
  size_t length = strlen(arrays[_i].text);
  char *exact = malloc(length + !length); /* so that a sanitizer sees a read past the end */
  ck_assert_ptr_nonnull(exact);
  memcpy(exact, arrays[_i].text, length);
  read_all(exact, length, arrays[_i].slices, arrays[_i].failure);
  free(exact);
}
END_TEST

START_TEST(nul_bytes) {
  read_all("[{}\0]", 5, (const char *const[]){"{}", NULL}, JSON_NOT_JSON);
  read_all("\0[]", 3, (const char *const[]){NULL}, JSON_NOT_JSON);
  read_all("[]\0", 3, (const char *const[]){NULL}, JSON_NOT_JSON);
}
END_TEST

START_TEST(depth_is_bounded) {
  enum { DEPTH = 1000000 };
  char *text = malloc(2 * DEPTH);
  ck_assert_ptr_nonnull(text);
  memset(text, '[', DEPTH);
  memset(text + DEPTH, ']', DEPTH);
  read_all(text, 2 * DEPTH, (const char *const[]){NULL}, JSON_NOT_JSON);
  read_all(text, DEPTH, (const char *const[]){NULL}, JSON_NOT_JSON);
  free(text);
}
END_TEST

START_TEST(many_elements) {
  enum { MANY = 20000 };
  static const char element[] = "{\"id\":\"x\",\"n\":[1,2,3]} ,\n";
  struct buf text;
  buf_init(&text, 1 << 20);
  buf_text(&text, "[");
  for (int i = 0; i < MANY; i++) buf_text(&text, element);
  buf_text(&text, "{}]");
  struct json_elements elements;
  json_node *node;
  const char *slice;
  size_t slice_length, count = 0;
  enum json_failure failure;
  elements_begin(&elements, buf_string(&text), text.length);
  while (elements_next(&elements, &node, &slice, &slice_length, &failure) == JSON_ELEMENT) {
    if (slice_length != (++count > MANY ? 2 : strcspn(element, " "))) ck_abort_msg("element %zu", count);
    node_free(node);
  }
  ck_assert_int_eq(failure, JSON_FINE);
  ck_assert_uint_eq(count, MANY + 1);
  ck_assert_uint_eq(elements.count, MANY + 1);
  buf_reset(&text);
}
END_TEST

/* Every beginning of an array is cut, and nothing else. */
START_TEST(every_beginning) {
  static const char text[] = "[{\"a\":\"\xc3\xa4\\\"\",\"b\":[null,-1.5]} , {\"c\":{}}]";
  for (size_t cut = 0; cut < strlen(text); cut++) {
    struct json_elements elements;
    json_node *node;
    const char *slice;
    size_t slice_length;
    enum json_failure failure;
    enum json_next next;
    char *exact = malloc(cut + !cut);
    ck_assert_ptr_nonnull(exact);
    memcpy(exact, text, cut);
    elements_begin(&elements, exact, cut);
    while ((next = elements_next(&elements, &node, &slice, &slice_length, &failure)) == JSON_ELEMENT) node_free(node);
    ck_assert_int_eq(next, JSON_FAILED);
    ck_assert_msg(failure == JSON_CUT, "%.*s", (int)cut, text);
    free(exact);
  }
}
END_TEST

int main(void) {
  Suite *suite = suite_create("test_json_elements");
  TCase *cases = add_cases(suite, "elements");
  tcase_add_loop_test(cases, array, 0, (int)COUNT(arrays));
  tcase_add_test(cases, nul_bytes);
  tcase_add_test(cases, depth_is_bounded);
  tcase_add_test(cases, many_elements);
  tcase_add_test(cases, every_beginning);
  return run_suite(suite);
}
