/* SPDX-License-Identifier: MIT */
/* Small questions about text: UTF-8, UUIDs, integers, case. */
#include "fixtures.h"

#include "base/text.h"

#include <stdlib.h>
#include <string.h>

/* ---- UTF-8 ---- */

static const struct {
  const char *bytes;
  size_t length;
  size_t size;
} characters[] = {
    {"", 0, 0},
    {"\0", 1, 1},
    {"a", 1, 1},
    {"\x7f", 1, 1},
    {"\x80", 1, 0}, /* a tail without a head */
    {"\xbf", 1, 0},
    {"\xc0\x80", 2, 0}, /* overlong NUL */
    {"\xc1\xbf", 2, 0}, /* overlong U+007F */
    {"\xc2\x80", 2, 2},
    {"\xdf\xbf", 2, 2},
    {"\xc2", 1, 0}, /* cut */
    {"\xc2\x80", 1, 0},
    {"\xc2\x7f", 2, 0},
    {"\xc2\xc2", 2, 0},
    {"\xe0\x80\x80", 3, 0}, /* overlong */
    {"\xe0\x9f\xbf", 3, 0}, /* overlong U+07FF */
    {"\xe0\xa0\x80", 3, 3},
    {"\xe2\x82\xac", 3, 3},
    {"\xe2\x82\xac", 2, 0}, /* cut */
    {"\xe2\x82(", 3, 0},
    {"\xe2(\xac", 3, 0},
    {"\xed\x9f\xbf", 3, 3}, /* U+D7FF */
    {"\xed\xa0\x80", 3, 0}, /* surrogate U+D800 */
    {"\xed\xbf\xbf", 3, 0}, /* surrogate U+DFFF */
    {"\xee\x80\x80", 3, 3},
    {"\xef\xbf\xbf", 3, 3},
    {"\xf0\x80\x80\x80", 4, 0}, /* overlong */
    {"\xf0\x8f\xbf\xbf", 4, 0}, /* overlong U+FFFF */
    {"\xf0\x90\x80\x80", 4, 4},
    {"\xf0\x9d\x84\x9e", 4, 4},
    {"\xf0\x9d\x84\x9e", 3, 0}, /* cut */
    {"\xf0\x9d\x84(", 4, 0},
    {"\xf4\x8f\xbf\xbf", 4, 4}, /* U+10FFFF */
    {"\xf4\x90\x80\x80", 4, 0}, /* past it */
    {"\xf5\x80\x80\x80", 4, 0},
    {"\xf8\x88\x80\x80\x80", 5, 0}, /* forms of five and six bytes */
    {"\xfc\x84\x80\x80\x80\x80", 6, 0},
    {"\xfe", 1, 0},
    {"\xff", 1, 0},
    {"a\xff", 2, 1}, /* only the first counts */
    {"\xc3\xa4z", 3, 2},
};

START_TEST(size_of_a_character) {
  ck_assert_uint_eq(text_utf8_size(characters[_i].bytes, characters[_i].length), characters[_i].size);
}
END_TEST

/* Every sequence of one and two bytes, and every scalar value: held against the definition. */
START_TEST(every_scalar_value_is_one_and_no_other_is) {
  for (unsigned value = 0; value < 0x120000; value++) {
    char bytes[4];
    size_t size;
    if (value < 0x80) {
      bytes[0] = (char)value;
      size = 1;
    } else if (value < 0x800) {
      bytes[0] = (char)(0xc0 | value >> 6);
      size = 2;
    } else if (value < 0x10000) {
      bytes[0] = (char)(0xe0 | value >> 12);
      size = 3;
    } else {
      bytes[0] = (char)(0xf0 | value >> 18);
      size = 4;
    }
    for (size_t i = 1; i < size; i++) bytes[i] = (char)(0x80 | (value >> 6 * (size - 1 - i) & 0x3f));
    bool scalar = value < 0xd800 || (value > 0xdfff && value < 0x110000);
    bool right = text_utf8_size(bytes, size) == (scalar ? size : 0);
    if (size > 1) right = right && !text_utf8_size(bytes, size - 1);
    if (!right) ck_abort_msg("U+%04X", value); /* an assertion each would take minutes */
  }
}
END_TEST

START_TEST(whole_texts) {
  ck_assert(text_is_utf8("", 0));
  ck_assert(text_is_utf8("a\xc3\xa4\xe2\x82\xac\xf0\x9d\x84\x9e", 10));
  ck_assert(!text_is_utf8("a\xc3\xa4\xe2\x82\xac\xf0\x9d\x84\x9e", 9));
  ck_assert(!text_is_utf8("ab\xff", 3));
  ck_assert(text_is_utf8("ab\xff", 2));
  ck_assert(!text_is_utf8("\xed\xa0\xbd\xed\xb8\x80", 6)); /* CESU-8 */
  ck_assert_uint_eq(text_character_count(""), 0);
  ck_assert_uint_eq(text_character_count("abc"), 3);
  ck_assert_uint_eq(text_character_count("a\xc3\xa4\xe2\x82\xac\xf0\x9d\x84\x9e"), 4);
}
END_TEST

START_TEST(control_characters) {
  for (int byte = 0; byte < 256; byte++) {
    char text[3] = {'a', (char)byte, 'b'};
    ck_assert_int_eq(text_has_control(text, 3), byte < 0x20 || byte == 0x7f);
  }
  ck_assert(!text_has_control("\n", 0));
  ck_assert(text_has_control("ab\n", 3));
  ck_assert(!text_has_control("ab\n", 2));
}
END_TEST

/* ---- comparison ---- */

static const struct {
  const char *a, *b;
  bool equal, ignoring_case, begins, begins_ignoring_case, ends;
} pairs[] = {
    {"", "", true, true, true, true, true},
    {"a", "", false, false, true, true, true},
    {"", "a", false, false, false, false, false},
    {"abc", "abc", true, true, true, true, true},
    {"abc", "ABC", false, true, false, true, false},
    {"abcd", "abc", false, false, true, true, false},
    {"abcd", "ABC", false, false, false, true, false},
    {"abcd", "bcd", false, false, false, false, true},
    {"abc", "abcd", false, false, false, false, false},
    {"[x", "{x", false, false, false, false, false}, /* apart by the bit that tells cases */
    {"@", "`", false, false, false, false, false},
    {"\xc3\x84", "\xc3\xa4", false, false, false, false, false}, /* no locale */
};

START_TEST(comparisons) {
  const char *a = pairs[_i].a, *b = pairs[_i].b;
  ck_assert_int_eq(text_equal(a, b), pairs[_i].equal);
  ck_assert_int_eq(text_equal_ignoring_case(a, b), pairs[_i].ignoring_case);
  ck_assert_int_eq(text_begins(a, b), pairs[_i].begins);
  ck_assert_int_eq(text_begins_ignoring_case(a, b), pairs[_i].begins_ignoring_case);
  ck_assert_int_eq(text_ends(a, b), pairs[_i].ends);
}
END_TEST

static const struct {
  const char *text, *needle;
  int at; /* -1: not at all */
} searches[] = {
    {"", "", 0},         {"abc", "", 0},
    {"", "a", -1},       {"abc", "abc", 0},
    {"xABC", "abc", 1},  {"xabc", "BC", 2},
    {"aab", "ab", 1},    {"abab", "abc", -1},
    {"abc", "abcd", -1}, {"Access Denied", "denied", 7},
    {"abcabc", "bc", 1}, {"\xc3\x84", "\xc3\xa4", -1},
};

START_TEST(finding) {
  const char *found = text_find_ignoring_case(searches[_i].text, searches[_i].needle);
  if (searches[_i].at < 0)
    ck_assert_ptr_null(found);
  else
    ck_assert_ptr_eq(found, searches[_i].text + searches[_i].at);
}
END_TEST

START_TEST(lower_case_is_of_ascii_alone) {
  for (int byte = 0; byte < 256; byte++)
    ck_assert_int_eq(text_lower(byte), byte >= 'A' && byte <= 'Z' ? byte + 32 : byte);
}
END_TEST

/* ---- UUIDs and integers ---- */

static const struct {
  const char *text;
  bool is;
} uuids[] = {
    {"01234567-89ab-cdef-0123-456789abcdef", true},
    {"01234567-89AB-CDEF-0123-456789ABCDEF", true},
    {"00000000-0000-0000-0000-000000000000", true},
    {"", false},
    {"0", false},
    {"01234567-89ab-cdef-0123-456789abcde", false},
    {"01234567-89ab-cdef-0123-456789abcdef0", false},
    {"01234567-89ab-cdef-0123-456789abcdef ", false},
    {" 01234567-89ab-cdef-0123-456789abcde", false},
    {"0123456789abcdef0123456789abcdef", false},
    {"{01234567-89ab-cdef-0123-456789abcdef}", false},
    {"urn:uuid:01234567-89ab-cdef-0123-456789abcdef", false},
    {"01234567-89ab-cdef-0123-456789abcdeg", false},
    {"01234567-89ab-cdef-0123-456789abcde\n", false},
    {"01234567x89ab-cdef-0123-456789abcdef", false},
    {"0123456-789ab-cdef-0123-456789abcdef", false},
    {"01234567-89ab-cdef-0123-456789abcde/", false},
    {"../../../../../../../../../etc/passwd", false},
    {"01234567-89ab-cdef-0123-456789abcd\xc3\xa4", false},
};

START_TEST(uuid) { ck_assert_int_eq(text_is_uuid(uuids[_i].text), uuids[_i].is); }
END_TEST

static const struct {
  const char *text;
  bool is;
  int64_t number;
} integers[] = {
    {"0", true, 0},
    {"-0", true, 0},
    {"7", true, 7},
    {"-7", true, -7},
    {"007", true, 7},
    {"86400000", true, 86400000},
    {"9223372036854775806", true, INT64_MAX - 1},
    {"9223372036854775807", true, INT64_MAX},
    {"9223372036854775808", false, 0},
    {"9223372036854775810", false, 0},
    {"9223372036854775817", false, 0},
    {"18446744073709551616", false, 0},
    {"92233720368547758070", false, 0},
    {"99999999999999999999999999999999", false, 0},
    {"-9223372036854775807", true, INT64_MIN + 1},
    {"-9223372036854775808", true, INT64_MIN},
    {"-9223372036854775809", false, 0},
    {"", false, 0},
    {"-", false, 0},
    {"+1", false, 0},
    {"--1", false, 0},
    {" 1", false, 0},
    {"1 ", false, 0},
    {"1\n", false, 0},
    {"1.0", false, 0},
    {"1e3", false, 0},
    {"0x10", false, 0},
    {"1-", false, 0},
    {"\xd9\xa1", false, 0}, /* an Arabic one */
};

START_TEST(integer) {
  int64_t number = 4711;
  ck_assert_int_eq(text_to_integer(integers[_i].text, &number), integers[_i].is);
  ck_assert_int_eq(number, integers[_i].is ? integers[_i].number : 4711);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("test_text");
  TCase *utf8 = add_cases(suite, "utf8");
  tcase_add_loop_test(utf8, size_of_a_character, 0, (int)COUNT(characters));
  tcase_add_test(utf8, every_scalar_value_is_one_and_no_other_is);
  tcase_add_test(utf8, whole_texts);
  tcase_add_test(utf8, control_characters);
  TCase *comparing = add_cases(suite, "comparing");
  tcase_add_loop_test(comparing, comparisons, 0, (int)COUNT(pairs));
  tcase_add_loop_test(comparing, finding, 0, (int)COUNT(searches));
  tcase_add_test(comparing, lower_case_is_of_ascii_alone);
  TCase *forms = add_cases(suite, "forms");
  tcase_add_loop_test(forms, uuid, 0, (int)COUNT(uuids));
  tcase_add_loop_test(forms, integer, 0, (int)COUNT(integers));
  return run_suite(suite);
}
