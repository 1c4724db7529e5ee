/* SPDX-License-Identifier: MIT */
#include "base/time.h"

#include <string.h>

#define LATEST_UNIX_S 253402300799 /* the last second of the year 9999 */
#define SECONDS_A_DAY 86400

static char *write_digits(char *at, int64_t number, int count) {
  for (int i = count - 1; i >= 0; i--, number /= 10) at[i] = (char)('0' + number % 10);
  return at + count;
}

/* The way back from days_from_civil in time.c. */
static char *write_day(char *at, int64_t days) {
  days += 719468; /* since the first of March of the year 0 */
  int64_t era = days / 146097, day_of_era = days % 146097;
  int64_t year = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  int64_t day_of_year = day_of_era - (365 * year + year / 4 - year / 100);
  int64_t month = (5 * day_of_year + 2) / 153; /* 0: March */
  bool next_year = month >= 10;
  at = write_digits(at, era * 400 + year + next_year, 4);
  at = write_digits(at, next_year ? month - 9 : month + 3, 2);
  return write_digits(at, day_of_year - (153 * month + 2) / 5 + 1, 2);
}

void time_to_basic(char out[TIME_BASIC_SIZE], int64_t unix_s) {
  if (unix_s < 0) unix_s = 0;
  if (unix_s > LATEST_UNIX_S) unix_s = LATEST_UNIX_S;
  int64_t second = unix_s % SECONDS_A_DAY;
  char *at = write_day(out, unix_s / SECONDS_A_DAY);
  *at++ = 'T';
  at = write_digits(at, second / 3600, 2);
  at = write_digits(at, second / 60 % 60, 2);
  at = write_digits(at, second % 60, 2);
  memcpy(at, "Z", 2);
}
