/* SPDX-License-Identifier: MIT */
/* Instants as LangSmith and HTTP write them. */
#include "fixtures.h"

#include "base/time.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#define SECOND 1000000LL

static const struct {
  const char *text;
  int64_t unix_us; /* -1: refused */
} stamps[] = {
    /* As the server writes them */
    {"2025-05-13T15:37:29.526397+00:00", 1747150649526397},
    {"2025-05-13T16:20:34+00:00", 1747153234 * SECOND},
    {"2026-01-01T00:00:00+00:00", 1767225600 * SECOND},
    {"2026-01-01T00:00:00Z", 1767225600 * SECOND},
    {"2026-01-01T00:00:00.5Z", 1767225600 * SECOND + 500000},
    {"2026-01-01T00:00:00.000001Z", 1767225600 * SECOND + 1},
    {"2026-01-01T00:00:00.123456789Z", 1767225600 * SECOND + 123456}, /* more than we keep */
    {"2026-01-01T00:00:00", 1767225600 * SECOND},                     /* a sibling resource leaves the offset out */
    {"2026-01-01T00:00:00.25", 1767225600 * SECOND + 250000},
    {"2026-01-01t00:00:00z", 1767225600 * SECOND},
    {"2026-01-01 00:00:00+00:00", 1767225600 * SECOND},
    /* Offsets */
    {"2026-01-01T05:30:00+05:30", 1767225600 * SECOND},
    {"2026-01-01T05:30:00+0530", 1767225600 * SECOND},
    {"2025-12-31T16:00:00-08:00", 1767225600 * SECOND},
    {"2026-01-01T23:59:00+23:59", 1767225600 * SECOND},
    {"2025-12-31T16:00:00.75-08:00", 1767225600 * SECOND + 750000},
    /* The calendar */
    {"1970-01-01T00:00:00Z", 0},
    {"1969-12-31T23:59:59.5Z", -500000},
    {"2000-02-29T00:00:00Z", 951782400 * SECOND},
    {"2024-02-29T12:00:00Z", 1709208000 * SECOND},
    {"2100-03-01T00:00:00Z", 4107542400 * SECOND},
    {"0001-01-01T00:00:00Z", -62135596800 * SECOND},
    {"9999-12-31T23:59:59.999999Z", 253402300799 * SECOND + 999999},
    {"2016-12-31T23:59:60Z", 1483228800 * SECOND}, /* a leap second */
    {"2023-02-29T00:00:00Z", -1},
    {"1900-02-29T00:00:00Z", -1},
    {"2100-02-29T00:00:00Z", -1},
    {"2026-04-31T00:00:00Z", -1},
    {"2026-13-01T00:00:00Z", -1},
    {"2026-00-01T00:00:00Z", -1},
    {"2026-01-00T00:00:00Z", -1},
    {"2026-01-32T00:00:00Z", -1},
    {"2026-01-01T24:00:00Z", -1},
    {"2026-01-01T00:60:00Z", -1},
    {"2026-01-01T00:00:61Z", -1},
    /* Garbage */
    {"", -1},
    {"2", -1},
    {"2026", -1},
    {"2026-01-01", -1},
    {"2026-01-01T", -1},
    {"2026-01-01T00:00", -1},
    {"2026-01-01T00:00Z", -1},
    {"2026-01-01X00:00:00Z", -1},
    {"2026-1-1T00:00:00Z", -1},
    {"26-01-01T00:00:00Z", -1},
    {"+2026-01-01T00:00:00Z", -1},
    {" 2026-01-01T00:00:00Z", -1},
    {"2026-01-01T00:00:00Z ", -1},
    {"2026-01-01T00:00:00ZZ", -1},
    {"2026-01-01T00:00:00,5Z", -1},
    {"2026-01-01T00:00:00.5.5Z", -1},
    {"2026-01-01T00:00:00+", -1},
    {"2026-01-01T00:00:00+1", -1},
    {"2026-01-01T00:00:00+01", -1},
    {"2026-01-01T00:00:00+01:", -1},
    {"2026-01-01T00:00:00+24:00", -1},
    {"2026-01-01T00:00:00+01:60", -1},
    {"2026-01-01T00:00:00+01:00x", -1},
    {"2026-01-01T00:00:00 01:00", -1},
    {"1767225600", -1},
    {"null", -1},
    {"not a time at all, but long enough to be one", -1},
};

START_TEST(rfc3339) {
  int64_t unix_us = -1;
  bool read = time_from_rfc3339(stamps[_i].text, &unix_us);
  ck_assert_int_eq(unix_us, stamps[_i].unix_us);
  ck_assert_int_eq(read, stamps[_i].unix_us != -1);
}
END_TEST

static const struct {
  const char *text;
  int64_t unix_s; /* -1: refused */
} dates[] = {
    /* One instant in the three forms of RFC 9110 */
    {"Sun, 06 Nov 1994 08:49:37 GMT", 784111777},
    {"Sunday, 06-Nov-94 08:49:37 GMT", 784111777},
    {"Sun Nov  6 08:49:37 1994", 784111777},
    {"Tue, 24 Nov 2026 06:12:09 GMT", 1795500729},
    {"Tuesday, 24-Nov-26 06:12:09 GMT", 1795500729},
    {"Tue Nov 24 06:12:09 2026", 1795500729},
    {"Thu, 01 Jan 1970 00:00:00 GMT", 0},
    {"Thursday, 01-Jan-70 00:00:00 GMT", 0},
    {"Tuesday, 01-Jan-69 00:00:00 GMT", 3124224000}, /* 2069: a year of two digits that looks far back is ahead */
    {"Thu, 29 Feb 2024 00:00:00 GMT", 1709164800},
    {"Tue, 29 Feb 2023 00:00:00 GMT", -1},
    {"Sun, 06 Nov 1994 24:49:37 GMT", -1},
    {"Sun, 06 Nov 1994 08:49:37", -1},
    {"Sun, 06 Nov 1994 08:49:37 UTC", -1},
    {"Sun, 06 Nov 1994 08:49:37 +0000", -1},
    {"Sun, 06 Nov 1994 08:49:37 GMT+1", -1},
    {"Sun, 6 Nov 1994 08:49:37 GMT", -1},
    {"Sun, 06 Foo 1994 08:49:37 GMT", -1},
    {"Sun, 06 ovD 1994 08:49:37 GMT", -1}, /* across two names */
    {"Sun, 06 No", -1},
    {"Sun, 06", -1},
    {"Sun,", -1},
    {",", -1},
    {"Sun, 06-Nov-1994 08:49:37 GMT", -1},
    {"Sun Nov 6 08:49:37 1994", -1},
    {"Sun Nov  6 08:49:37", -1},
    {"Sun Nov  6 08:49:37 1994 GMT", -1},
    {"Sun", -1},
    {"Sun ", -1},
    {"Sun Nov", -1},
    {"", -1},
    {"120", -1},
    {"2026-11-24T06:12:09Z", -1},
    {"tomorrow", -1},
};

START_TEST(http_date) {
  int64_t unix_s = -1;
  bool read = time_from_http_date(dates[_i].text, &unix_s);
  ck_assert_int_eq(unix_s, dates[_i].unix_s);
  ck_assert_int_eq(read, dates[_i].unix_s != -1);
}
END_TEST

static const struct {
  int64_t unix_s;
  const char *text;
} basics[] = {
    {0, "19700101T000000Z"},
    {1369353600, "20130524T000000Z"},
    {1440938160, "20150830T123600Z"},
    {1795527600, "20261124T134000Z"},
    {951782399, "20000228T235959Z"},
    {951782400, "20000229T000000Z"},
    {951868800, "20000301T000000Z"},
    {4107542399, "21000228T235959Z"},
    {4107542400, "21000301T000000Z"},
    {253402300799, "99991231T235959Z"},
    {253402300800, "99991231T235959Z"},
    {INT64_MAX, "99991231T235959Z"},
    {-1, "19700101T000000Z"},
    {INT64_MIN, "19700101T000000Z"},
};

START_TEST(basic) {
  char text[TIME_BASIC_SIZE];
  time_to_basic(text, basics[_i].unix_s);
  ck_assert_str_eq(text, basics[_i].text);
}
END_TEST

/* Every day of four centuries, held against the system's own calendar. */
START_TEST(every_day_of_four_centuries) {
  for (int64_t day = 0; day < 146097; day++) {
    time_t seconds = (time_t)((day - 25567) * 86400 + 43200); /* from 1900-01-01 on */
    struct tm at;
    char text[32] = "";
    int64_t unix_us = 0;
    bool right = gmtime_r(&seconds, &at) && strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &at) &&
                 time_from_rfc3339(text, &unix_us) && unix_us == (int64_t)seconds * SECOND;
    if (!right) ck_abort_msg("%s", text);
  }
}
END_TEST

START_TEST(every_day_of_the_next_four_centuries) {
  for (int64_t day = 0; day < 146097; day++) {
    int64_t unix_s = day * 86400 + day % 86400;
    time_t seconds = (time_t)unix_s;
    struct tm at;
    char expected[32] = "", text[TIME_BASIC_SIZE];
    bool made = gmtime_r(&seconds, &at) && strftime(expected, sizeof expected, "%Y%m%dT%H%M%SZ", &at);
    time_to_basic(text, unix_s);
    if (!made || strcmp(text, expected) != 0) ck_abort_msg("%s, not %s", text, expected);
  }
}
END_TEST

int main(void) {
  Suite *suite = suite_create("test_time");
  TCase *cases = add_cases(suite, "time");
  tcase_add_loop_test(cases, rfc3339, 0, (int)COUNT(stamps));
  tcase_add_loop_test(cases, http_date, 0, (int)COUNT(dates));
  tcase_add_test(cases, every_day_of_four_centuries);
  tcase_add_loop_test(cases, basic, 0, (int)COUNT(basics));
  tcase_add_test(cases, every_day_of_the_next_four_centuries);
  return run_suite(suite);
}
