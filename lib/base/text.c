/* SPDX-License-Identifier: MIT */
#include "base/text.h"

#include <ctype.h>
#include <string.h>

int text_lower(int byte) { return byte >= 'A' && byte <= 'Z' ? byte - 'A' + 'a' : byte; }

bool text_equal(const char *a, const char *b) { return strcmp(a, b) == 0; }

bool text_begins(const char *text, const char *start) { return strncmp(text, start, strlen(start)) == 0; }

bool text_begins_ignoring_case(const char *text, const char *start) {
  for (; *start; text++, start++)
    if (*text != *start && text_lower((unsigned char)*text) != text_lower((unsigned char)*start)) return false;
  return true;
}

bool text_equal_ignoring_case(const char *a, const char *b) {
  return strcmp(a, b) == 0 || (strlen(a) == strlen(b) && text_begins_ignoring_case(a, b));
}

bool text_ends(const char *text, const char *end) {
  size_t length = strlen(text), tail = strlen(end);
  return length >= tail && strcmp(text + length - tail, end) == 0;
}

const char *text_find_ignoring_case(const char *text, const char *needle) {
  int first = text_lower((unsigned char)*needle);
  do {
    if ((!first || text_lower((unsigned char)*text) == first) && text_begins_ignoring_case(text, needle)) return text;
  } while (*text++);
  return NULL;
}

size_t text_utf8_size(const char *text, size_t length) {
  if (!length) return 0;
  const unsigned char *byte = (const unsigned char *)text;
  if (byte[0] < 0x80) return 1;
  size_t size = byte[0] >= 0xf0 ? 4 : byte[0] >= 0xe0 ? 3 : 2;
  if (byte[0] < 0xc2 || byte[0] > 0xf4 || size > length) return 0;
  for (size_t i = 1; i < size; i++)
    if ((byte[i] & 0xc0) != 0x80) return 0;
  /* The second byte alone tells overlong forms, surrogates and what lies past U+10FFFF. */
  if (byte[0] == 0xe0 && byte[1] < 0xa0) return 0;
  if (byte[0] == 0xed && byte[1] > 0x9f) return 0;
  if (byte[0] == 0xf0 && byte[1] < 0x90) return 0;
  if (byte[0] == 0xf4 && byte[1] > 0x8f) return 0;
  return size;
}

bool text_is_utf8(const char *text, size_t length) {
  while (length) {
    size_t size = (unsigned char)*text < 0x80 ? 1 : text_utf8_size(text, length);
    if (!size) return false;
    text += size;
    length -= size;
  }
  return true;
}

bool text_has_control(const char *text, size_t length) {
  for (size_t i = 0; i < length; i++)
    if ((unsigned char)text[i] < 0x20 || text[i] == 0x7f) return true;
  return false;
}

size_t text_character_count(const char *text) {
  size_t count = 0;
  for (; *text; text++)
    if (((unsigned char)*text & 0xc0) != 0x80) count++;
  return count;
}

bool text_is_uuid(const char *text) {
  static const unsigned char groups[] = {8, 4, 4, 4, 12};
  for (size_t i = 0; i < sizeof groups; i++) {
    if (i && *text++ != '-') return false;
    for (int left = groups[i]; left; left--)
      if (!isxdigit((unsigned char)*text++)) return false;
  }
  return *text == '\0';
}

bool text_to_integer(const char *text, int64_t *number_out) {
  bool negative = *text == '-';
  if (negative) text++;
  if (!*text) return false;
  int64_t number = 0; /* below zero all the way: that side reaches one further */
  for (; *text; text++) {
    if (*text < '0' || *text > '9') return false;
    int64_t digit = *text - '0';
    if (number < (INT64_MIN + digit) / 10) return false;
    number = number * 10 - digit;
  }
  if (!negative && number == INT64_MIN) return false;
  *number_out = negative ? number : -number;
  return true;
}
