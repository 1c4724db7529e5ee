/* SPDX-License-Identifier: MIT */
#include "error/wash.h"

#include "base/mem.h"
#include "base/text.h"

#include <stdbool.h>
#include <string.h>

#define SECRET_BEGINNING 8 /* bytes of a secret that betray it at the end of a text */
#define LONGEST_FORM 20    /* bytes of the longest form of one character: four of %25xx, or a surrogate pair */

/* ---- one character of a secret, in any of the forms that servers write ---- */

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

static unsigned long decode(const char *text, size_t size) {
  const unsigned char *byte = (const unsigned char *)text;
  unsigned long point = size == 1 ? byte[0] : byte[0] & (0x7fu >> size);
  for (size_t i = 1; i < size; i++) point = point << 6 | (byte[i] & 0x3fu);
  return point;
}

/* "uXXXX", or two of them with a surrogate pair in which the second stands behind so many backslashes. */
static size_t match_code(const char *text, size_t length, unsigned long point, size_t backslashes) {
  unsigned long first = point < 0x10000 ? point : 0xd7c0 + (point >> 10);
  if (!length || *text != 'u' || !is_hex(text + 1, length - 1, 4, (unsigned)first)) return 0;
  if (point < 0x10000) return 5;
  size_t at = 5;
  for (size_t i = 0; i < backslashes; i++, at++)
    if (at >= length || text[at] != '\\') return 0;
  bool fits = at < length && text[at] == 'u' && is_hex(text + at + 1, length - at - 1, 4, 0xdc00 | (point & 0x3ff));
  return fits ? at + 5 : 0;
}

/* How a byte is written behind backslashes; 0 when it never is. */
static char escape_of(unsigned char byte) {
  static const char escapes[] = "\"\"\\\\//b\bf\fn\nr\rt\t"; /* pairs: the letter, its byte */
  for (size_t i = 0; i + 1 < sizeof escapes - 1; i += 2)
    if ((unsigned char)escapes[i + 1] == byte) return escapes[i];
  return 0;
}

static size_t count_backslashes(const char *text, size_t length, size_t most) {
  size_t count = 0;
  while (count < length && count < most && text[count] == '\\') count++;
  return count;
}

/* A character of a JSON string, escaped as often as depth says (once, or twice), or as it is. The backslash of an
 * escape is itself escaped the second time; and so is the sign behind it, where that is a quote, a backslash or, with
 * some writers, a slash. */
static size_t match_json(const char *text, size_t length, const char *character, size_t size, size_t depth) {
  unsigned char byte = (unsigned char)*character;
  char letter = size == 1 ? escape_of(byte) : 0;
  size_t slashes = count_backslashes(text, length, depth);
  if (slashes == depth) {
    size_t code = match_code(text + depth, length - depth, decode(character, size), depth);
    if (code) return depth + code;
    size_t all = count_backslashes(text, length, 2 * depth);
    if (byte == '\\') return all == 2 * depth ? all : 0;
    bool once_more = byte == '"' || byte == '/';
    if (letter && all < length && text[all] == letter && (all == depth || (once_more && all == 2 * depth - 1)))
      return byte == '"' && all != 2 * depth - 1 ? 0 : all + 1;
  }
  bool plain = length >= size && memcmp(text, character, size) == 0;
  return plain && byte != '"' && byte != '\\' ? size : 0;
}

/* How much of text stands for the character in that form; 0 when it does not. */
static size_t match_character(const char *text, size_t length, const char *character, size_t size, enum form form) {
  size_t at = 0;
  switch (form) {
  case FORM_JSON:
    return match_json(text, length, character, size, 1);
  case FORM_JSON_TWICE:
    return match_json(text, length, character, size, 2);
  case FORM_PLAIN:
    return length >= size && memcmp(text, character, size) == 0 ? size : 0;
  default:
    for (size_t i = 0; i < size; i++) {
      size_t step =
          match_percent(text + at, length - at, (unsigned char)character[i], form == FORM_PERCENT ? "%" : "%25");
      if (!step) return 0;
      at += step;
    }
    return at;
  }
}

/* Whoever cut the text may have cut the secret: nothing is left, or the beginning of one more character. */
static bool is_cut(const char *rest, size_t length) {
  return !length || (length < LONGEST_FORM && (*rest == '%' || *rest == '\\' || (unsigned char)*rest >= 0x80));
}

/* Could the byte be more than itself: the beginning of an escape, or a part of a character? */
static bool is_plain(char byte) { return (unsigned char)byte < 0x80 && byte != '%' && byte != '\\'; }

/* They part where no form writes anything but the byte itself, or so near the text's end that nothing of the secret is
 * told: quick to see, and nearly always so. */
static bool differs_plainly(const char *text, size_t length, const char *secret, size_t secret_length) {
  size_t i = 0;
  while (i < length && i < secret_length && text[i] == secret[i] && is_plain(text[i])) i++;
  if (i == secret_length) return false;
  return i < length ? is_plain(text[i]) && text[i] != '+' : i < SECRET_BEGINNING;
}

static size_t match_forms(const char *text, size_t length, const char *secret, size_t secret_length) {
  if (differs_plainly(text, length, secret, secret_length)) return 0;
  size_t longest = 0;
  bool cut = false;
  for (enum form form = FORM_PLAIN; form < FORM_COUNT; form++) {
    size_t at = 0, i = 0;
    while (i < secret_length) {
      size_t size = text_utf8_size(secret + i, secret_length - i);
      if (!size) size = 1; /* no UTF-8: byte by byte */
      size_t step = match_character(text + at, length - at, secret + i, size, form);
      if (!step) break;
      at += step;
      i += size;
    }
    if (i == secret_length && at > longest) longest = at;
    cut = cut || (i >= SECRET_BEGINNING && is_cut(text + at, length - at));
  }
  return longest || !cut ? longest : length;
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
  const unsigned char *byte = (const unsigned char *)secret + bit / 8;
  if ((bit + 5) / 8 >= secret_length) return -1;
  unsigned pair = (unsigned)byte[0] << 8 | (bit % 8 > 2 ? byte[1] : 0u);
  return (int)(pair >> (10 - bit % 8) & 0x3f);
}

static const size_t base64_starts[] = {0, 4, 2}; /* the secret begins a group, or follows one byte, or two */

#define BASE64_LEAST_DIGITS 4 /* fewer prove nothing */

static size_t count_base64(const char *text, size_t length, const char *secret, size_t secret_length, size_t bit) {
  for (size_t digits = 0;; digits++) {
    int value = base64_digit(secret, secret_length, bit + digits * 6);
    if (value < 0) return digits;
    if (digits == length && digits >= SECRET_BEGINNING * 4 / 3) return digits;
    if (digits >= length || base64_value(text[digits]) != value) return 0;
  }
}

static size_t match_base64(const char *text, size_t length, const char *secret, size_t secret_length) {
  int first = base64_value(*text);
  for (size_t start = 0; start < 3; start++) {
    if (base64_digit(secret, secret_length, base64_starts[start]) != first) continue;
    size_t digits = count_base64(text, length, secret, secret_length, base64_starts[start]);
    if (digits >= BASE64_LEAST_DIGITS) return digits;
  }
  return 0;
}

void secrets_add(struct secrets *secrets, const char *text, size_t length) {
  if (!text || !length || secrets->count == SECRETS_MAX) return;
  secrets->item[secrets->count].text = text;
  secrets->item[secrets->count++].length = length;
}

/* For each byte, a bit for each secret of which some form begins with it: most bytes of most texts begin none. */
typedef unsigned char beginnings[256];

static void note_beginnings(beginnings begins, const struct secrets *secrets) {
  static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_";
  memset(begins, 0, sizeof(beginnings));
  for (size_t i = 0; secrets && i < secrets->count; i++) {
    const char *secret = secrets->item[i].text;
    unsigned char bit = (unsigned char)(1u << i);
    begins[(unsigned char)*secret] |= bit;
    begins['%'] |= bit;
    begins['\\'] |= bit;
    if (*secret == ' ') begins['+'] |= bit;
    for (size_t start = 0; start < 3; start++) {
      int value = base64_digit(secret, secrets->item[i].length, base64_starts[start]);
      if (value >= 0) begins[(unsigned char)digits[value]] |= bit;
      if (value >= 62) begins[(unsigned char)digits[value + 2]] |= bit;
    }
  }
}

/* The longest that begins here. */
static size_t match_one(const char *text, size_t length, const struct secrets *secrets, const beginnings begins) {
  size_t longest = 0;
  unsigned candidates = begins[(unsigned char)*text];
  for (size_t i = 0; candidates >> i; i++) {
    if (!(candidates >> i & 1)) continue;
    size_t forms = match_forms(text, length, secrets->item[i].text, secrets->item[i].length);
    size_t base64 = match_base64(text, length, secrets->item[i].text, secrets->item[i].length);
    if (forms > longest) longest = forms;
    if (base64 > longest) longest = base64;
  }
  return longest;
}

/* That, and those that begin within it and reach further. */
static size_t match_secrets(const char *text, size_t length, const struct secrets *secrets, const beginnings begins) {
  size_t end = match_one(text, length, secrets, begins);
  for (size_t at = 1; at < end; at++) {
    size_t reach = at + match_one(text + at, length - at, secrets, begins);
    if (reach > end) end = reach;
  }
  return end;
}

/* How much of it is plain ASCII that begins no secret. */
static size_t plain_length(const char *text, size_t length, const beginnings begins) {
  for (size_t i = 0; i < length; i++) {
    unsigned char byte = (unsigned char)text[i];
    if (byte < 0x20 || byte >= 0x7f || begins[byte]) return i;
  }
  return length;
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
  beginnings begins;
  note_beginnings(begins, secrets);
  for (size_t at = 0; at < last;) {
    size_t room = maximum - (out->length - first);
    size_t plain = plain_length(text + at, last - at < room ? last - at : room, begins);
    if (plain) {
      buf_add(out, text + at, plain);
      if (out->failure) return;
      at += plain;
      continue;
    }
    size_t secret = match_secrets(text + at, length - at, secrets, begins);
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
