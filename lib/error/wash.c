/* SPDX-License-Identifier: MIT */
#include "error/wash.h"

#include "base/mem.h"
#include "base/text.h"

#include <stdbool.h>
#include <string.h>

/* ---- one byte of a secret, in any of the forms that servers write ---- */

enum form { FORM_PLAIN, FORM_PERCENT, FORM_PERCENT_TWICE, FORM_JSON, FORM_JSON_TWICE, FORM_COUNT };

static int hex_value(char digit) {
  if (digit >= '0' && digit <= '9') return digit - '0';
  int lower = text_lower((unsigned char)digit);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

/* count hexadecimal digits of that value at text. */
static bool is_hex(const char *text, size_t length, size_t count, unsigned value) {
  if (length < count) return false;
  for (size_t i = 0; i < count; i++)
    if (hex_value(text[i]) != (int)(value >> (4 * (count - 1 - i)) & 0xf)) return false;
  return true;
}

static size_t match_percent(const char *text, size_t length, unsigned char byte, const char *sign) {
  size_t head = strlen(sign);
  if (length >= head && memcmp(text, sign, head) == 0 && is_hex(text + head, length - head, 2, byte)) return head + 2;
  if (length && byte == ' ' && *text == '+') return 1;
  return length && text[0] == (char)byte && byte != '%' ? 1 : 0;
}

/* A byte of a JSON string that stands behind that many backslashes, or as it is. */
static size_t match_json(const char *text, size_t length, unsigned char byte, size_t backslashes) {
  static const char escapes[] = "\"\"\\\\//b\bf\fn\nr\rt\t"; /* pairs: the letter, its byte */
  size_t slashes = 0;
  while (slashes < length && slashes < backslashes && text[slashes] == '\\') slashes++;
  if (slashes == backslashes) {
    const char *rest = text + slashes;
    size_t left = length - slashes;
    if (left && *rest == 'u' && is_hex(rest + 1, left - 1, 4, byte)) return slashes + 5;
    /* A quote inside a string inside a string carries an odd number of backslashes, a backslash twice as many. */
    if (byte == '"' || byte == '\\') {
      size_t more = byte == '\\' ? backslashes : backslashes - 1;
      size_t extra = 0;
      while (extra < left && extra < more && rest[extra] == '\\') extra++;
      if (byte == '\\') return extra == more ? slashes + extra : 0;
      return extra == more && extra < left && rest[extra] == '"' ? slashes + extra + 1 : 0;
    }
    for (size_t i = 0; left && i + 1 < sizeof escapes - 1; i += 2)
      if (escapes[i] == *rest && (unsigned char)escapes[i + 1] == byte) return slashes + 1;
  }
  return length && text[0] == (char)byte && byte != '"' && byte != '\\' ? 1 : 0;
}

static size_t match_byte(const char *text, size_t length, unsigned char byte, enum form form) {
  switch (form) {
  case FORM_PERCENT:
    return match_percent(text, length, byte, "%");
  case FORM_PERCENT_TWICE:
    return match_percent(text, length, byte, "%25");
  case FORM_JSON:
    return match_json(text, length, byte, 1);
  case FORM_JSON_TWICE:
    return match_json(text, length, byte, 2);
  default:
    return length && text[0] == (char)byte ? 1 : 0;
  }
}

static size_t match_forms(const char *text, size_t length, const char *secret, size_t secret_length) {
  size_t longest = 0;
  for (enum form form = FORM_PLAIN; form < FORM_COUNT; form++) {
    size_t at = 0, i = 0;
    for (; i < secret_length; i++) {
      size_t step = match_byte(text + at, length - at, (unsigned char)secret[i], form);
      if (!step) break;
      at += step;
    }
    if (i == secret_length && at > longest) longest = at;
  }
  return longest;
}

/* ---- base64, at each of the three places where a secret may begin in a group ---- */

static int base64_value(char digit) {
  if (digit >= 'A' && digit <= 'Z') return digit - 'A';
  if (digit >= 'a' && digit <= 'z') return digit - 'a' + 26;
  if (digit >= '0' && digit <= '9') return digit - '0' + 52;
  return digit == '+' || digit == '-' ? 62 : digit == '/' || digit == '_' ? 63 : -1;
}

/* The digit that holds the secret's bits from this one on; -1 where it holds bits of a neighbour too. */
static int base64_digit(const char *secret, size_t secret_length, size_t bit) {
  int value = 0;
  for (size_t i = bit; i < bit + 6; i++) {
    if (i / 8 >= secret_length) return -1;
    value = value << 1 | ((unsigned char)secret[i / 8] >> (7 - i % 8) & 1);
  }
  return value;
}

#define BASE64_LEAST_DIGITS 4 /* fewer prove nothing */

static size_t match_base64(const char *text, size_t length, const char *secret, size_t secret_length) {
  static const size_t first_bits[] = {0, 4, 2}; /* the secret begins a group, or follows one byte, or two */
  for (size_t start = 0; start < 3; start++) {
    size_t digits = 0;
    for (;; digits++) {
      int value = base64_digit(secret, secret_length, first_bits[start] + digits * 6);
      if (value < 0) break;
      if (digits >= length || base64_value(text[digits]) != value) {
        digits = 0;
        break;
      }
    }
    if (digits >= BASE64_LEAST_DIGITS) return digits;
  }
  return 0;
}

void secrets_add(struct secrets *secrets, const char *text, size_t length) {
  if (!text || !length || secrets->count == SECRETS_MAX) return;
  secrets->item[secrets->count].text = text;
  secrets->item[secrets->count++].length = length;
}

static size_t match_secret(const char *text, size_t length, const struct secrets *secrets) {
  size_t longest = 0;
  for (size_t i = 0; secrets && i < secrets->count; i++) {
    size_t forms = match_forms(text, length, secrets->item[i].text, secrets->item[i].length);
    size_t base64 = match_base64(text, length, secrets->item[i].text, secrets->item[i].length);
    if (forms > longest) longest = forms;
    if (base64 > longest) longest = base64;
  }
  return longest;
}

/* U+200E, U+200F, U+202A to U+202E, U+2066 to U+2069, U+061C: they reorder what a person reads. U+2028 and U+2029 end
 * lines, U+0080 to U+009F steer terminals. */
static bool is_unfit(const char *text, size_t size) {
  const unsigned char *byte = (const unsigned char *)text;
  if (size == 1) return byte[0] < 0x20 || byte[0] == 0x7f;
  if (size == 2) return (byte[0] == 0xc2 && byte[1] < 0xa0) || (byte[0] == 0xd8 && byte[1] == 0x9c);
  if (size == 3 && byte[0] == 0xe2 && byte[1] == 0x80)
    return byte[2] == 0x8e || byte[2] == 0x8f || (byte[2] >= 0xa8 && byte[2] <= 0xae);
  return size == 3 && byte[0] == 0xe2 && byte[1] == 0x81 && byte[2] >= 0xa6 && byte[2] <= 0xa9;
}

void wash(struct buf *out, const char *text, size_t length, size_t maximum, const struct secrets *secrets) {
  size_t first = out->length;
  size_t last = length > maximum * WASH_LOOKS_AT ? maximum * WASH_LOOKS_AT : length;
  for (size_t at = 0; at < last;) {
    size_t room = maximum - (out->length - first);
    size_t secret = match_secret(text + at, length - at, secrets);
    size_t size = text_utf8_size(text + at, length - at);
    const char *shown = text + at;
    size_t shown_size = size;
    if (secret) {
      shown = WASH_MARK;
      shown_size = strlen(WASH_MARK);
    } else if (!size || is_unfit(shown, size)) { /* a blank keeps words apart, but never two in a row */
      bool apart = out->length == first || out->data[out->length - 1] == ' ';
      shown = " ";
      shown_size = apart ? 0 : 1;
    }
    if (shown_size > room) {
      buf_text(out, "...");
      return;
    }
    buf_add(out, shown, shown_size);
    if (out->failure) return;
    at += secret ? secret : size ? size : 1;
  }
  if (last < length) buf_text(out, "...");
}
