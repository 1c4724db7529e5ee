/* SPDX-License-Identifier: MIT */
/* Characters at the edges of what is taken out, and secrets whose characters take two escapes. */
#include "fixtures.h"

#include "error/wash.h"

#include <stdio.h>
#include <string.h>

static void assert_washed(const char *text, const char *expected, const char *secret) {
  struct secrets secrets = {0};
  struct buf out;
  if (secret) secrets_add(&secrets, secret, strlen(secret));
  buf_init(&out, 4096);
  wash(&out, text, strlen(text), 2048, &secrets);
  ck_assert_str_eq(buf_string(&out), expected);
  buf_reset(&out);
}

static const struct {
  const char *character;
  bool shown;
} characters[] = {
    {"\xc2\x9f", false},    {"\xc2\xa0", true},     {"\xd8\x9b", true},      {"\xd8\x9c", false},
    {"\xd8\x9d", true},     {"\xe2\x80\x8d", true}, {"\xe2\x80\x8e", false}, {"\xe2\x80\x8f", false},
    {"\xe2\x80\x90", true}, {"\xe2\x80\xa7", true}, {"\xe2\x80\xa8", false}, {"\xe2\x80\xae", false},
    {"\xe2\x80\xaf", true}, {"\xe2\x81\xa5", true}, {"\xe2\x81\xa6", false}, {"\xe2\x81\xa9", false},
    {"\xe2\x81\xaa", true}, {"\xe2\x82\xac", true}, {"\xe3\x80\x8e", true},  {"\xf0\x9f\x98\x80", true},
};

START_TEST(what_turns_or_ends_a_line_is_taken_out) {
  char text[16], expected[16];
  snprintf(text, sizeof text, "a%sb", characters[_i].character);
  snprintf(expected, sizeof expected, "a%sb", characters[_i].shown ? characters[_i].character : " ");
  assert_washed(text, expected, NULL);
}
END_TEST

#define SMILE "\xf0\x9f\x98\x80" /* U+1F600, in JSON \ud83d\ude00 */

static const struct {
  const char *text, *washed;
} escaped[] = {
    {"pass\\ud83d\\ude00word.", "[removed]."},
    {"pass\\uD83D\\uDE00word.", "[removed]."},
    {"pass\\\\ud83d\\\\ude00word.", "[removed]."},
    {"pass" SMILE "word.", "[removed]."},
    {"pass\\ud83d\\ude01word.", "pass\\ud83d\\ude01word."},
    {"pass\\ud83d\\xde00word.", "pass\\ud83d\\xde00word."},
    {"pass\\ud83d.ude00word.", "pass\\ud83d.ude00word."},
    {"pass\\ud83e\\ude00word.", "pass\\ud83e\\ude00word."},
    {"pass\\ud83d", "pass\\ud83d"},
    {"pass\\ud83d\\", "pass\\ud83d\\"},
    {"pass\\", "pass\\"},
};

START_TEST(a_secret_of_two_escapes_a_character) {
  assert_washed(escaped[_i].text, escaped[_i].washed, "pass" SMILE "word");
}
END_TEST

static const struct {
  const char *secret, *text, *washed;
} signs[] = {
    {"one/two-three", "one\\/two-three!", "[removed]!"},
    {"one/two-three", "one\\\\/two-three!", "[removed]!"},
    {"one/two-three", "one\\\\\\/two-three!", "[removed]!"},
    {"one\ttwo-three", "one\\ttwo-three!", "[removed]!"},
    {"one\ttwo-three", "one\\\\ttwo-three!", "[removed]!"},
    {"one\ttwo-three", "one\\\\\\ttwo-three!", "one\\\\\\ttwo-three!"},
};

START_TEST(a_sign_behind_backslashes) { assert_washed(signs[_i].text, signs[_i].washed, signs[_i].secret); }
END_TEST

int main(void) {
  Suite *suite = suite_create("test_wash_characters");
  TCase *cases = add_cases(suite, "characters");
  tcase_add_loop_test(cases, what_turns_or_ends_a_line_is_taken_out, 0, (int)COUNT(characters));
  tcase_add_loop_test(cases, a_secret_of_two_escapes_a_character, 0, (int)COUNT(escaped));
  tcase_add_loop_test(cases, a_sign_behind_backslashes, 0, (int)COUNT(signs));
  return run_suite(suite);
}
