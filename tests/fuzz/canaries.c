/* SPDX-License-Identifier: MIT */
#include "canaries.h"

#include <stdio.h>
#include <string.h>

#define CANARY_COUNT 4
#define EXPANDED_COUNT 3    /* key, secret and token; a key ID is no secret, only not to be shown */
#define EXPANSIONS_MAX 4    /* of one input: the token is long */
#define PART_LENGTH 12      /* so many bytes in a row are no accident */
#define FIRST_BYTE 0x10     /* of those that are expanded */
#define WRITINGS_EXPANDED 4 /* the first of enum writing */
#define PAIRS (1 << 16)

static char token[CANARY_TOKEN_LENGTH + 1];
static struct secrets known;
static struct piece cores[CANARY_COUNT][WRITING_COUNT];
static bool begins_part[PAIRS]; /* by the first two bytes */
static size_t looked_for = CANARY_COUNT;
static bool input_tells; /* a part of a secret, without our doing */

/* ---- the ways to write a secret, by other code than the library's ---- */

static struct piece percent(const char *text, size_t length, const char *kept) {
  struct piece out = piece_of("", 0);
  char code[4];
  for (size_t i = 0; i < length; i++) {
    if (text[i] && strchr(kept, text[i])) {
      piece_add(&out, text + i, 1);
      continue;
    }
    snprintf(code, sizeof code, "%%%02X", (unsigned char)text[i]);
    piece_add(&out, code, 3);
  }
  return out;
}

static void add_unicode(struct piece *out, unsigned character) {
  char code[16];
  if (character < 0x10000)
    snprintf(code, sizeof code, "\\u%04x", character);
  else
    snprintf(code, sizeof code, "\\u%04x\\u%04x", 0xd7c0 + (character >> 10), 0xdc00 + (character & 0x3ff));
  piece_add(out, code, strlen(code));
}

/* all: every character by its number; a byte that begins none is left as it is. */
static struct piece json(const char *text, size_t length, bool all) {
  struct piece out = piece_of("", 0);
  unsigned character = 0;
  for (size_t at = 0, size; at < length; at += size ? size : 1) {
    size = utf8_decode(text + at, length - at, &character);
    if (size && (all || character < 0x20)) {
      add_unicode(&out, character);
      continue;
    }
    if (text[at] == '"' || text[at] == '\\') piece_add(&out, "\\", 1);
    piece_add(&out, text + at, size ? size : 1);
  }
  return out;
}

static struct piece base64(const char *text, size_t length, size_t before, bool core) {
  static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  struct piece out = piece_of("", 0);
  size_t first = core ? (before * 8 + 5) / 6 : 0, bits = (before + length) * 8;
  for (size_t digit = first; core ? (digit + 1) * 6 <= bits : digit * 6 < bits; digit++) {
    unsigned value = 0;
    for (size_t bit = digit * 6; bit < digit * 6 + 6; bit++) {
      size_t at = bit / 8;
      unsigned byte = at < before ? ':' : at < before + length ? (unsigned char)text[at - before] : 0;
      value = value << 1 | (byte >> (7 - bit % 8) & 1);
    }
    piece_add(&out, &digits[value], 1);
  }
  return out;
}

static struct piece twice(struct piece once, struct piece (*again)(const char *, size_t)) {
  struct piece out = again(once.text, once.length);
  piece_free(&once);
  return out;
}

#define UNRESERVED "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~"
static struct piece percent_usual(const char *text, size_t length) { return percent(text, length, UNRESERVED); }
static struct piece json_usual(const char *text, size_t length) { return json(text, length, false); }

static struct piece write(const char *secret, size_t length, enum writing writing, bool core) {
  switch (writing) {
  case WRITTEN_PERCENT:
    return percent_usual(secret, length);
  case WRITTEN_PERCENT_ALL:
    return percent(secret, length, "");
  case WRITTEN_PERCENT_TWICE:
    return twice(percent_usual(secret, length), percent_usual);
  case WRITTEN_JSON:
    return json_usual(secret, length);
  case WRITTEN_JSON_TWICE:
    return twice(json_usual(secret, length), json_usual);
  case WRITTEN_JSON_UNICODE:
    return json(secret, length, true);
  case WRITTEN_BASE64_FIRST:
    return base64(secret, length, 0, core);
  case WRITTEN_BASE64_THIRD:
    return base64(secret, length, 1, core);
  case WRITTEN_BASE64:
    return base64(secret, length, 2, core);
  default:
    return piece_of(secret, length);
  }
}

struct piece written(const char *secret, size_t length, enum writing writing) {
  return write(secret, length, writing, false);
}

struct piece written_core(const char *secret, size_t length, enum writing writing) {
  return write(secret, length, writing, true);
}

/* ---- the canaries ---- */

static size_t pair_at(const char *text) { return (size_t)(unsigned char)text[0] << 8 | (unsigned char)text[1]; }

static void prepare(void) {
  static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  uint32_t random = 1;
  for (size_t i = 0; i < CANARY_TOKEN_LENGTH; i++) {
    random = random * 1664525 + 1013904223;
    token[i] = letters[random >> 26];
  }
  secrets_add(&known, CANARY_KEY, strlen(CANARY_KEY));
  secrets_add(&known, CANARY_SECRET, strlen(CANARY_SECRET));
  secrets_add(&known, token, CANARY_TOKEN_LENGTH);
  secrets_add(&known, CANARY_KEY_ID, strlen(CANARY_KEY_ID));
  for (size_t i = 0; i < CANARY_COUNT; i++) {
    for (enum writing writing = 0; writing < WRITING_COUNT; writing++)
      cores[i][writing] = written_core(known.item[i].text, known.item[i].length, writing);
    for (size_t at = 0; at + PART_LENGTH <= known.item[i].length; at++)
      begins_part[pair_at(known.item[i].text + at)] = true;
  }
}

const struct secrets *canaries(void) {
  if (!known.count) prepare();
  return &known;
}

const char *canary_token(void) {
  (void)canaries();
  return token;
}

void canaries_know_credentials(bool known_too) { looked_for = known_too ? CANARY_COUNT : 1; }

static bool is_part(const char *text) {
  for (size_t i = 0; i < looked_for; i++)
    if (memmem(known.item[i].text, known.item[i].length, text, PART_LENGTH)) return true;
  return false;
}

static bool holds_part(const char *text, size_t length) {
  for (size_t at = 0; at + PART_LENGTH <= length; at++)
    if (begins_part[pair_at(text + at)] && is_part(text + at)) return true;
  return false;
}

/* As who reads JSON has it: without the backslashes of escapes. */
static struct piece unescaped(const char *text, size_t length) {
  struct piece out = piece_of("", 0);
  for (size_t i = 0; i < length; i++) {
    bool escape = text[i] == '\\' && i + 1 < length && strchr("\"\\/", text[i + 1]) && text[i + 1];
    if (escape) i++;
    piece_add(&out, text + i, 1);
  }
  return out;
}

/* By itself, or to who reads it as JSON. */
static bool tells_part(const char *text, size_t length) {
  struct piece read = unescaped(text, length);
  bool tells = holds_part(text, length) || holds_part(read.text, read.length);
  piece_free(&read);
  return tells;
}

struct piece canaries_expand(const uint8_t *data, size_t size) {
  struct piece out = piece_of("", 0);
  size_t expansions = 0;
  (void)canaries();
  looked_for = CANARY_COUNT;
  input_tells = tells_part((const char *)data, size);
  for (size_t i = 0; i < size; i++) {
    size_t choice = (size_t)data[i] - FIRST_BYTE;
    if (choice >= EXPANDED_COUNT * WRITINGS_EXPANDED || expansions == EXPANSIONS_MAX) {
      piece_add(&out, &data[i], 1);
      continue;
    }
    size_t which = choice % EXPANDED_COUNT;
    enum writing writing = (enum writing)(choice / EXPANDED_COUNT);
    struct piece secret = written(known.item[which].text, known.item[which].length, writing);
    piece_add(&out, secret.text, secret.length);
    piece_free(&secret);
    expansions++;
  }
  return out;
}

void canaries_must_be_absent(const char *text, size_t length) {
  for (size_t i = 0; i < looked_for; i++)
    for (enum writing writing = 0; writing < WRITING_COUNT; writing++)
      MUST(!memmem(text, length, cores[i][writing].text, cores[i][writing].length));
  if (!input_tells) MUST(!holds_part(text, length));
}
