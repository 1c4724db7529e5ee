/* SPDX-License-Identifier: MIT */
#include "base/time.h"

#include "base/text.h"

#include <stddef.h>
#include <string.h>

#define SECONDS_A_DAY 86400

struct civil {
  int64_t year, month, day, hour, minute, second;
};

/* Days since 1970-01-01 in the Gregorian calendar; counts years from March, so that leap days come last. */
static int64_t days_from_civil(int64_t year, int64_t month, int64_t day) {
  year -= month <= 2;
  int64_t era = (year >= 0 ? year : year - 399) / 400;
  int64_t year_of_era = year - era * 400;
  int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return era * 146097 + day_of_era - 719468;
}

static bool to_seconds(const struct civil *at, int64_t *seconds_out) {
  static const int8_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  if (at->month < 1 || at->month > 12) return false;
  bool leap = (at->year % 4 == 0 && at->year % 100 != 0) || at->year % 400 == 0;
  int64_t last = days[at->month - 1] + (leap && at->month == 2);
  if (at->day < 1 || at->day > last || at->hour > 23 || at->minute > 59 || at->second > 60) return false;
  *seconds_out =
      days_from_civil(at->year, at->month, at->day) * SECONDS_A_DAY + at->hour * 3600 + at->minute * 60 + at->second;
  return true;
}

/* Takes exactly count digits; NULL when they are not there, or when text is NULL already. */
static const char *take_digits(const char *text, int count, int64_t *number_out) {
  *number_out = 0;
  for (int i = 0; text && i < count; i++) {
    if (text[i] < '0' || text[i] > '9') return NULL;
    *number_out = *number_out * 10 + (text[i] - '0');
  }
  return text ? text + count : NULL;
}

static const char *take(const char *text, const char *word) {
  return text && text_begins_ignoring_case(text, word) ? text + strlen(word) : NULL;
}

static const char *take_clock(const char *text, struct civil *at) {
  text = take(take_digits(text, 2, &at->hour), ":");
  text = take(take_digits(text, 2, &at->minute), ":");
  return take_digits(text, 2, &at->second);
}

static const char *take_month(const char *text, int64_t *month_out) {
  static const char names[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
  char name[4] = {0};
  if (!text || strlen(text) < 3) return NULL;
  memcpy(name, text, 3);
  for (int64_t i = 0; i < 12; i++)
    if (strncmp(names + 3 * i, name, 3) == 0) {
      *month_out = i + 1;
      return text + 3;
    }
  return NULL;
}

/* "+hh:mm", "-hhmm", "Z" or nothing; seconds east of UTC. */
static bool take_offset(const char *text, int64_t *offset_out) {
  int64_t hours, minutes;
  *offset_out = 0;
  if (!*text || text_equal_ignoring_case(text, "Z")) return true;
  int sign = *text == '+' ? 1 : *text == '-' ? -1 : 0;
  if (!sign) return false;
  text = take_digits(text + 1, 2, &hours);
  if (text && *text == ':') text++;
  text = take_digits(text, 2, &minutes);
  if (!text || *text || hours > 23 || minutes > 59) return false;
  *offset_out = sign * (hours * 3600 + minutes * 60);
  return true;
}

bool time_from_rfc3339(const char *text, int64_t *unix_us_out) {
  struct civil at;
  text = take(take_digits(text, 4, &at.year), "-");
  text = take(take_digits(text, 2, &at.month), "-");
  text = take_digits(text, 2, &at.day);
  if (!text || (*text != 'T' && *text != 't' && *text != ' ')) return false;
  text = take_clock(text + 1, &at);
  if (!text) return false;
  int64_t micros = 0;
  if (*text == '.') {
    int64_t unit = 100000;
    for (text++; *text >= '0' && *text <= '9'; text++, unit /= 10) micros += (*text - '0') * unit;
  }
  int64_t offset, seconds;
  if (!take_offset(text, &offset) || !to_seconds(&at, &seconds)) return false;
  *unix_us_out = (seconds - offset) * 1000000 + micros;
  return true;
}

bool time_from_http_date(const char *text, int64_t *unix_s_out) {
  struct civil at = {0};
  const char *rest;
  const char *comma = strchr(text, ',');
  if (!comma) { /* asctime: "Sun Nov  6 08:49:37 1994" */
    rest = take_month(strlen(text) > 4 ? text + 4 : NULL, &at.month);
    rest = take(rest, " ");
    if (rest && *rest == ' ')
      rest = take_digits(rest + 1, 1, &at.day);
    else
      rest = take_digits(rest, 2, &at.day);
    rest = take(take_clock(take(rest, " "), &at), " ");
    rest = take_digits(rest, 4, &at.year);
    return rest && !*rest && to_seconds(&at, unix_s_out);
  }
  rest = take_digits(take(comma, ", "), 2, &at.day);
  bool obsolete = rest && *rest == '-'; /* RFC 850: "Sunday, 06-Nov-94 08:49:37 GMT" */
  const char *separator = obsolete ? "-" : " ";
  rest = take(take_month(take(rest, separator), &at.month), separator);
  rest = take_digits(rest, obsolete ? 2 : 4, &at.year);
  if (obsolete) at.year += at.year < 70 ? 2000 : 1900;
  rest = take(take_clock(take(rest, " "), &at), " GMT");
  return rest && !*rest && to_seconds(&at, unix_s_out);
}
