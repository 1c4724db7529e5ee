/* SPDX-License-Identifier: MIT */
/* Washing: text without secrets stays, what steers a terminal goes, and a cut falls between characters. What becomes of
 * secrets is in test_wash_secrets.c. */
#include "fixtures.h"

#include "base/mem.h"
#include "base/text.h"
#include "error/wash.h"

#include <stdlib.h>
#include <string.h>

static char *washed(const char *text, size_t length, size_t maximum, const struct secrets *secrets) {
  struct buf out;
  buf_init(&out, 1 << 20);
  wash(&out, text, length, maximum, secrets);
  char *taken = buf_take(&out);
  ck_assert_ptr_nonnull(taken);
  return taken;
}

/* ---- text without secrets ---- */

static const char *const harmless[] = {
    "",
    "x",
    "Failed to validate S3 destination: Access Denied",
    "User: arn:aws:sts::1:assumed-role/r/u@example.com is not authorized to perform: kms:GenerateDataKey",
    "100% of \"quotes\" and \\backslashes\\ and %20 and /slashes/ and +plus+ and \\u0041",
    "Gr\xc3\xbc\xc3\x9f \xe2\x82\xac \xf0\x9d\x84\x9e \xd8\xb9\xd8\xb1\xd8\xa8\xd9\x8a",
    "\xc2\xa0",                 /* the first behind C1 */
    "\xe2\x80\xa7\xe2\x80\xaf", /* the neighbours of what is removed */
    "two  blanks  stay",
};

START_TEST(harmless_text_is_untouched) {
  struct secrets none = {0}, other = {0};
  secrets_add(&other, "lsv2_pt_0123456789", 18);
  const struct secrets *const known[] = {NULL, &none, &other};
  for (size_t i = 0; i < COUNT(known); i++) {
    char *text = washed(harmless[_i], strlen(harmless[_i]), 1024, known[i]);
    ck_assert_str_eq(text, harmless[_i]);
    mem_free(text);
  }
}
END_TEST

/* ---- what does not belong in a line ---- */

static const struct {
  const char *text;
  const char *washed;
} unfit[] = {
    {"a\nb", "a b"},
    {"a\r\nb", "a b"},
    {"a\tb", "a b"},
    {"a\n\n\n\nb", "a b"},
    {"a \n b", "a  b"},
    {"\n\na", "a"},
    {"a\x7f"
     "b",
     "a b"},
    {"a\x01\x02\x1f"
     "b",
     "a b"},
    {"\x1b[31mred\x1b[0m", "[31mred [0m"},
    {"\x1b]0;title\x07x", "]0;title x"},
    {"a\xc2\x80"
     "b",
     "a b"},
    {"a\xc2\x9b"
     "31mb",
     "a 31mb"}, /* CSI of C1 */
    {"a\xc2\x85"
     "b",
     "a b"}, /* NEL */
    {"a\xc2\x9f"
     "b",
     "a b"},
    {"a\xe2\x80\xa8"
     "b",
     "a b"}, /* U+2028 */
    {"a\xe2\x80\xa9"
     "b",
     "a b"}, /* U+2029 */
    {"a\xe2\x80\x8e"
     "b",
     "a b"}, /* marks of direction */
    {"a\xe2\x80\x8f"
     "b",
     "a b"},
    {"a\xe2\x80\xaa"
     "b",
     "a b"},
    {"a\xe2\x80\xab"
     "b",
     "a b"},
    {"a\xe2\x80\xac"
     "b",
     "a b"},
    {"a\xe2\x80\xad"
     "b",
     "a b"},
    {"a\xe2\x80\xae"
     "b",
     "a b"},
    {"a\xe2\x81\xa6"
     "b",
     "a b"},
    {"a\xe2\x81\xa7"
     "b",
     "a b"},
    {"a\xe2\x81\xa8"
     "b",
     "a b"},
    {"a\xe2\x81\xa9"
     "b",
     "a b"},
    {"a\xd8\x9c"
     "b",
     "a b"},
    {"a\xff"
     "b",
     "a b"}, /* no UTF-8 */
    {"a\xed\xa0\x80"
     "b",
     "a b"},
    {"a\xc0\x8a"
     "b",
     "a b"}, /* an overlong line break */
    {"a\xe2\x80", "a "},
    {"\x1b\x1b\xe2\x80\xae\n", ""},
};

START_TEST(what_steers_is_removed) {
  char *text = washed(unfit[_i].text, strlen(unfit[_i].text), 1024, NULL);
  ck_assert_str_eq(text, unfit[_i].washed);
  mem_free(text);
}
END_TEST

START_TEST(a_nul_is_removed_too) {
  char *text = washed("a\0b", 3, 1024, NULL);
  ck_assert_str_eq(text, "a b");
  mem_free(text);
}
END_TEST

START_TEST(random_bytes_come_out_fit) {
  srand(20261124);
  for (int round = 0; round < 3000; round++) {
    char bytes[64];
    size_t length = (size_t)rand() % sizeof bytes;
    for (size_t i = 0; i < length; i++) bytes[i] = (char)rand();
    char *text = washed(bytes, length, 32, NULL);
    char *again = washed(text, strlen(text), 64, NULL);
    bool right = strlen(text) <= 32 + 3 && text_is_utf8(text, strlen(text)) && !text_has_control(text, strlen(text)) &&
                 text_equal(again, text);
    if (!right) ck_abort_msg("%s", text);
    mem_free(again);
    mem_free(text);
  }
}
END_TEST

/* ---- cut ---- */

static const struct {
  const char *text;
  size_t maximum;
  const char *washed;
} cuts[] = {
    {"abcdef", 6, "abcdef"},
    {"abcdef", 5, "abcde..."},
    {"abcdef", 1, "a..."},
    {"abcdef", 0, "..."},
    {"", 0, ""},
    {"ab\xc3\xa4", 4, "ab\xc3\xa4"},
    {"ab\xc3\xa4", 3, "ab..."},
    {"ab\xe2\x82\xac", 4, "ab..."},
    {"ab\xf0\x9d\x84\x9e", 5, "ab..."},
    {"ab\xf0\x9d\x84\x9e"
     "cd",
     6, "ab\xf0\x9d\x84\x9e..."},
    {"ab\ncd", 3, "ab ..."},
    {"ab\n\n\n\n\n\n\n\n", 3, "ab "}, /* what vanishes needs no room */
    {"token12345token", 9, "[removed]..."},
    {"token12345token", 8, "..."},
    {"xtoken12345", 9, "x..."}, /* the mark is not cut in two, nor is the secret shown */
    {"xtoken12345", 10, "x[removed]"},
};

START_TEST(cut_at_the_edge_of_a_character) {
  struct secrets secrets = {0};
  secrets_add(&secrets, "token12345", 10);
  char *text = washed(cuts[_i].text, strlen(cuts[_i].text), cuts[_i].maximum, &secrets);
  ck_assert_str_eq(text, cuts[_i].washed);
  mem_free(text);
}
END_TEST

START_TEST(appends_to_what_is_there) {
  struct buf out;
  buf_init(&out, 64);
  buf_text(&out, "0123456789");
  wash(&out, "abcdef", 6, 4, NULL);
  ck_assert_str_eq(buf_string(&out), "0123456789abcd...");
  wash(&out, "\nx", 2, 4, NULL);
  ck_assert_str_eq(buf_string(&out), "0123456789abcd...x");
  buf_reset(&out);
  buf_init(&out, 3);
  wash(&out, "abcdef", 6, 6, NULL);
  ck_assert_int_eq(out.failure, BUF_TOO_LARGE);
  buf_reset(&out);
}
END_TEST

/* ---- the set of secrets ---- */

START_TEST(secrets_leave_out_what_is_none) {
  struct secrets secrets = {0};
  secrets_add(&secrets, NULL, 5);
  secrets_add(&secrets, "", 0);
  secrets_add(&secrets, "abc", 0);
  ck_assert_uint_eq(secrets.count, 0);
  for (int i = 0; i < SECRETS_MAX + 3; i++) secrets_add(&secrets, "abcdefgh", 8);
  ck_assert_uint_eq(secrets.count, SECRETS_MAX);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("test_wash");
  TCase *cases = add_cases(suite, "wash");
  tcase_add_loop_test(cases, harmless_text_is_untouched, 0, (int)COUNT(harmless));
  tcase_add_loop_test(cases, what_steers_is_removed, 0, (int)COUNT(unfit));
  tcase_add_test(cases, a_nul_is_removed_too);
  tcase_add_test(cases, random_bytes_come_out_fit);
  tcase_add_loop_test(cases, cut_at_the_edge_of_a_character, 0, (int)COUNT(cuts));
  tcase_add_test(cases, appends_to_what_is_there);
  tcase_add_test(cases, secrets_leave_out_what_is_none);
  return run_suite(suite);
}
