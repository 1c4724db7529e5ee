/* SPDX-License-Identifier: MIT */
/* The reading of a bucket's words where they are longer, shorter or odder than any real ones. */
#include "fixtures.h"

#include "error/storage_text.h"

#include <stdio.h>
#include <string.h>

static const char *fact(const struct storage_text *read, const char *name) {
  for (size_t i = 0; i < read->fact_count; i++)
    if (strcmp(read->facts[i].name, name) == 0) return read->facts[i].value;
  return "";
}

static const struct {
  const char *text, *url;
} urls[] = {
    {"Could not connect to the endpoint URL: \"https://u:p@host:9/b?x://y\"", "https://host:9/b"},
    {"Could not connect to the endpoint URL: \"host?x://u@y\"", "host"},
    {"Could not connect to the endpoint URL: \"a:?://b\"", "a:"},
    {"Could not connect to the endpoint URL: \"a:/?/b\"", "a:/"},
    {"Could not connect to the endpoint URL: \"a:\"//b\"", "a:"},
    {"Could not connect to the endpoint URL: \"https://\"", "https://"},
    {"Could not connect to the endpoint URL: \"\"", ""},
};

START_TEST(a_url_loses_user_and_query) {
  struct storage_text read;
  storage_text_read(urls[_i].text, &read);
  ck_assert_str_eq(fact(&read, "url"), urls[_i].url);
}
END_TEST

static const struct {
  const char *code;
  int http_status;
} codes[] = {{"100", 100}, {"503", 503}, {"599", 599}, {"099", 0}, {"600", 0}, {"50", 0},
             {"5033", 0},  {"5x3", 0},   {"-00", 0},   {"x00", 0}, {"50x", 0}};

START_TEST(a_number_in_the_codes_place) {
  char text[128];
  struct storage_text read;
  snprintf(text, sizeof text, "An error occurred (%s) when calling the PutObject operation: Odd", codes[_i].code);
  storage_text_read(text, &read);
  ck_assert_int_eq(read.http_status, codes[_i].http_status);
  ck_assert_str_eq(read.code, codes[_i].http_status ? "" : codes[_i].code);
}
END_TEST

/* A value is cut at a character's edge, whatever is cut. */
START_TEST(a_long_value_ends_with_a_whole_character) {
  static const char *const characters[] = {"x", "\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\x98\x80", "\x80"};
  char text[2048] = "Invalid bucket name \"";
  size_t length = strlen(text), size = strlen(characters[_i]);
  for (int lead = 0; lead < 4; lead++) {
    struct storage_text read;
    size_t at = length;
    for (int i = 0; i < lead; i++) text[at++] = 'x';
    for (int i = 0; i < 300; i++, at += size) memcpy(text + at, characters[_i], size);
    strcpy(text + at, size == 1 ? "................................................................................"
                                  "................................................................................"
                                  "......................................................................\""
                                : "\"");
    storage_text_read(text, &read);
    size_t kept = strlen(fact(&read, "bucket"));
    ck_assert_uint_le(kept, STORAGE_TEXT_FACT_MAX);
    if (size > 1) ck_assert_uint_eq((kept - (size_t)lead) % size, 0);
  }
}
END_TEST

/* What stands before a user name fills it: nothing is left for the rest. */
START_TEST(a_long_scheme_leaves_no_room) {
  char text[2048] = "endpoint URL: \"";
  struct storage_text read;
  size_t at = strlen(text);
  memset(text + at, 's', STORAGE_TEXT_FACT_MAX);
  strcpy(text + at + STORAGE_TEXT_FACT_MAX, "://u@\xe2\x82\xac\xe2\x82\xac\"");
  storage_text_read(text, &read);
  ck_assert_uint_eq(strlen(fact(&read, "url")), STORAGE_TEXT_FACT_MAX);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("test_storage_text_bounds");
  TCase *cases = add_cases(suite, "bounds");
  tcase_add_loop_test(cases, a_url_loses_user_and_query, 0, (int)COUNT(urls));
  tcase_add_loop_test(cases, a_number_in_the_codes_place, 0, (int)COUNT(codes));
  tcase_add_loop_test(cases, a_long_value_ends_with_a_whole_character, 0, 5);
  tcase_add_test(cases, a_long_scheme_leaves_no_room);
  return run_suite(suite);
}
