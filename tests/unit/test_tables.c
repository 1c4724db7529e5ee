/* SPDX-License-Identifier: MIT */
/* The tables of statuses and causes hold what the public header says, and nothing else. Takes the header's path. */
#include "fixtures.h"

#include "error/tables.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CONSTANTS_MAX 256

static const char *header_path;

struct constant {
  char name[80];
  int32_t number;
};

/* Lines of the form "  PREFIX_NAME = number". */
static size_t read_constants(const char *prefix, struct constant constants[CONSTANTS_MAX]) {
  char line[512];
  size_t count = 0;
  FILE *header = fopen(header_path, "r");
  ck_assert_msg(header != NULL, "cannot open %s", header_path);
  while (fgets(line, sizeof line, header)) {
    struct constant found;
    if (sscanf(line, " %79[A-Z0-9_] = %d", found.name, &found.number) != 2) continue;
    if (strncmp(found.name, prefix, strlen(prefix)) == 0) {
      ck_assert_uint_lt(count, CONSTANTS_MAX);
      constants[count++] = found;
    }
  }
  fclose(header);
  return count;
}

static void assert_unique(const struct constant *constants, size_t count) {
  for (size_t i = 0; i < count; i++)
    for (size_t k = i + 1; k < count; k++) {
      ck_assert_str_ne(constants[i].name, constants[k].name);
      ck_assert_int_ne(constants[i].number, constants[k].number);
    }
}

START_TEST(every_status_of_the_header_has_its_row) {
  struct constant constants[CONSTANTS_MAX];
  size_t count = read_constants("LSEXPORT_ERR_", constants);
  ck_assert_uint_gt(count, 30);
  ck_assert_uint_le(count + 1, 40); /* a program branches on them */
  ck_assert_uint_eq(lsexport_status_count(), count + 1);
  assert_unique(constants, count);
  for (size_t i = 0; i < count; i++) {
    const struct status_row *row = status_row_of(constants[i].number);
    ck_assert_msg(row != NULL, "%s has no row", constants[i].name);
    ck_assert_str_eq(row->name, constants[i].name);
    ck_assert_str_eq(lsexport_status_name(constants[i].number), constants[i].name);
    ck_assert_str_eq(lsexport_status_text(constants[i].number), row->text);
    ck_assert_uint_gt(strlen(row->text), 0);
    ck_assert_uint_gt(strlen(row->remedy), 0);
    ck_assert(row->side >= LSEXPORT_SIDE_UNKNOWN && row->side <= LSEXPORT_SIDE_STORAGE);
  }
  ck_assert_str_eq(lsexport_status_name(LSEXPORT_OK), "LSEXPORT_OK");
}
END_TEST

START_TEST(every_cause_of_the_header_has_its_row) {
  struct constant constants[CONSTANTS_MAX];
  size_t count = read_constants("LSEXPORT_CAUSE_", constants);
  ck_assert_uint_gt(count, 30);
  ck_assert_uint_eq(lsexport_cause_count(), count);
  assert_unique(constants, count);
  for (size_t i = 0; i < count; i++) {
    const struct cause_row *row = cause_row_of(constants[i].number);
    ck_assert_msg(row != NULL, "%s has no row", constants[i].name);
    ck_assert_str_eq(row->name, constants[i].name);
    ck_assert_str_eq(lsexport_cause_name(constants[i].number), constants[i].name);
    ck_assert_str_eq(lsexport_cause_text(constants[i].number), row->text);
    ck_assert_int_eq(!*row->text, constants[i].number == LSEXPORT_CAUSE_NONE);
  }
}
END_TEST

START_TEST(walking_the_tables_meets_every_row_once) {
  for (size_t i = 0; i < lsexport_status_count(); i++) {
    ck_assert_ptr_nonnull(status_row_of(lsexport_status_at(i)));
    for (size_t k = 0; k < i; k++) {
      ck_assert_int_ne(lsexport_status_at(i), lsexport_status_at(k));
      ck_assert_str_ne(lsexport_status_name(lsexport_status_at(i)), lsexport_status_name(lsexport_status_at(k)));
      ck_assert_str_ne(lsexport_status_text(lsexport_status_at(i)), lsexport_status_text(lsexport_status_at(k)));
    }
  }
  for (size_t i = 0; i < lsexport_cause_count(); i++) {
    ck_assert_ptr_nonnull(cause_row_of(lsexport_cause_at(i)));
    for (size_t k = 0; k < i; k++) {
      ck_assert_int_ne(lsexport_cause_at(i), lsexport_cause_at(k));
      ck_assert_str_ne(lsexport_cause_name(lsexport_cause_at(i)), lsexport_cause_name(lsexport_cause_at(k)));
      ck_assert_str_ne(lsexport_cause_text(lsexport_cause_at(i)), lsexport_cause_text(lsexport_cause_at(k)));
    }
  }
}
END_TEST

START_TEST(numbers_stay_in_their_blocks) {
  static const struct {
    int32_t first, last;
    bool sides[5];
  } blocks[] = {{1, 19, {true, true, false, false, false}},
                {20, 39, {false, true, true, true, false}},
                {40, 59, {false, true, false, true, false}},
                {60, 79, {false, true, false, false, true}}};
  for (size_t i = 0; i < lsexport_status_count(); i++) {
    lsexport_status status = lsexport_status_at(i);
    bool within = status == LSEXPORT_OK;
    for (size_t block = 0; block < COUNT(blocks); block++)
      if (status >= blocks[block].first && status <= blocks[block].last)
        within = blocks[block].sides[status_row_of(status)->side];
    ck_assert_msg(within, "%s", lsexport_status_name(status));
  }
}
END_TEST

static const int32_t strangers[] = {-1, 9, 19, 39, 51, 79, 80, 1000, INT32_MAX, INT32_MIN};

START_TEST(numbers_of_a_newer_library) {
  int32_t number = strangers[_i];
  ck_assert_str_eq(lsexport_status_name(number), "unknown status");
  ck_assert_str_eq(lsexport_status_text(number), "unknown status");
  ck_assert_ptr_null(status_row_of(number));
  if (number > 0 && number < 80) return;
  ck_assert_str_eq(lsexport_cause_name(number), "unknown cause");
  ck_assert_str_eq(lsexport_cause_text(number), "unknown cause");
  ck_assert_ptr_null(cause_row_of(number));
}
END_TEST

START_TEST(past_the_end) {
  ck_assert_int_eq(lsexport_status_at(lsexport_status_count()), LSEXPORT_ERR_INTERNAL);
  ck_assert_int_eq(lsexport_status_at(SIZE_MAX), LSEXPORT_ERR_INTERNAL);
  ck_assert_int_eq(lsexport_cause_at(lsexport_cause_count()), LSEXPORT_CAUSE_NONE);
  ck_assert_int_eq(lsexport_cause_at(SIZE_MAX), LSEXPORT_CAUSE_NONE);
}
END_TEST

int main(int count, char **arguments) {
  if (count != 2) {
    fprintf(stderr, "usage: %s .../include/lsexport/error.h\n", arguments[0]);
    return 2;
  }
  header_path = arguments[1];
  Suite *suite = suite_create("test_tables");
  TCase *cases = add_cases(suite, "tables");
  tcase_add_test(cases, every_status_of_the_header_has_its_row);
  tcase_add_test(cases, every_cause_of_the_header_has_its_row);
  tcase_add_test(cases, walking_the_tables_meets_every_row_once);
  tcase_add_test(cases, numbers_stay_in_their_blocks);
  tcase_add_loop_test(cases, numbers_of_a_newer_library, 0, (int)COUNT(strangers));
  tcase_add_test(cases, past_the_end);
  return run_suite(suite);
}
