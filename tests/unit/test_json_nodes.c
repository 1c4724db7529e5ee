/* SPDX-License-Identifier: MIT */
/* Questions about a node: of every type, and of none. */
#include "fixtures.h"

static const struct {
  const char *text; /* NULL: no node */
  bool object, array, string, null;
  int boolean;
} nodes[] = {
    {NULL, false, false, false, true, -1},    {"null", false, false, false, true, -1},
    {"{}", true, false, false, false, -1},    {"[]", false, true, false, false, -1},
    {"\"\"", false, false, true, false, -1},  {"1", false, false, false, false, -1},
    {"1.5", false, false, false, false, -1},  {"true", false, false, false, false, 1},
    {"false", false, false, false, false, 0},
};

START_TEST(a_node_is_of_one_type) {
  json_node *node = nodes[_i].text ? parsed(nodes[_i].text) : NULL;
  ck_assert_int_eq(node_is_object(node), nodes[_i].object);
  ck_assert_int_eq(node_is_array(node), nodes[_i].array);
  ck_assert_int_eq(node_is_string(node), nodes[_i].string);
  ck_assert_int_eq(node_is_null(node), nodes[_i].null);
  ck_assert_int_eq(node_boolean(node), nodes[_i].boolean);
  node_free(node);
}
END_TEST

static const struct {
  const char *a, *b;
  bool equal;
} pairs[] = {
    {"{\"a\":1}", "{\"a\":1}", true},
    {"{\"a\":1}", "{\"a\":1,\"b\":2}", false},
    {"{\"a\":1,\"b\":2}", "{\"a\":1}", false},
    {"{\"a\":1,\"b\":null}", "{\"a\":1}", true},
    {"{\"a\":1,\"b\":{\"c\":{}}}", "{\"a\":1}", true},
    {"{\"a\":1}", "[1]", false},
    {"[1]", "{\"a\":1}", false},
    {"[1]", "[1]", true},
    {"1", "{\"a\":1}", false},
    {"\"x\"", "null", false},
    {"[]", "null", false},
};

START_TEST(equal_but_for_nulls) {
  json_node *a = parsed(pairs[_i].a), *b = parsed(pairs[_i].b);
  ck_assert_int_eq(node_equal_without_nulls(a, b), pairs[_i].equal);
  ck_assert_int_eq(node_equal_without_nulls(b, a), pairs[_i].equal);
  node_free(a);
  node_free(b);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("test_json_nodes");
  TCase *cases = add_cases(suite, "nodes");
  tcase_add_loop_test(cases, a_node_is_of_one_type, 0, (int)COUNT(nodes));
  tcase_add_loop_test(cases, equal_but_for_nulls, 0, (int)COUNT(pairs));
  return run_suite(suite);
}
