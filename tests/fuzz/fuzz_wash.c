/* SPDX-License-Identifier: MIT */
/* No secret survives the washing, in whatever way somebody wrote it.
 *
 * Input: a line with the greatest length to keep; a line that is a secret too; the text. In the text, byte 0x1e and the
 * digit after it stand for that secret, written in the way that the digit chooses. */
#include "canaries.h"
#include "invariants.h"

#include "base/buf.h"

#include <stdlib.h>
#include <string.h>

#define MAXIMUM 4096
#define SECRET_LEAST 8 /* shorter ones turn up by accident */
#define INSERT 0x1e
#define INSERTS_MAX 8
#define BLANKS_AND_MARKS " []." /* what the washing itself writes may make a secret whole: not what is asked here */

static bool is_fair(const struct piece *secret) {
  if (secret->length < SECRET_LEAST || !is_utf8(secret->text, secret->length)) return false;
  if (strpbrk(secret->text, BLANKS_AND_MARKS) || strstr(secret->text, "removed")) return false;
  for (size_t i = 0; i < secret->length; i++)
    if ((unsigned char)secret->text[i] < 0x20 || secret->text[i] == 0x7f) return false;
  return true;
}

static bool is_insert(const char *text) {
  _Static_assert(WRITING_COUNT == 10, "a digit for each");
  return text[0] == INSERT && text[1] >= '0' && text[1] <= '9';
}

static struct piece insert(const struct piece *text, const struct piece *secret) {
  struct piece out = piece_of("", 0);
  size_t inserts = 0;
  for (size_t i = 0; i < text->length; i++) {
    if (!is_insert(text->text + i) || inserts++ >= INSERTS_MAX) {
      piece_add(&out, text->text + i, 1);
      continue;
    }
    enum writing writing = (enum writing)(text->text[++i] - '0');
    struct piece form = written(secret->text, secret->length, writing);
    piece_add(&out, form.text, form.length);
    piece_free(&form);
  }
  return out;
}

static void must_not_hold(const char *text, size_t length, const struct piece *secret) {
  for (enum writing writing = 0; writing < WRITING_COUNT; writing++) {
    struct piece core = written_core(secret->text, secret->length, writing);
    MUST(!memmem(text, length, core.text, core.length));
    piece_free(&core);
  }
}

static void check(const struct piece *text, const struct piece *secret, size_t maximum) {
  struct secrets known = *canaries();
  struct buf once, again;
  secrets_add(&known, secret->text, secret->length);
  buf_init(&once, maximum + 4);
  buf_init(&again, maximum + 4);
  wash(&once, text->text, text->length, maximum, &known);
  MUST(!once.failure);
  must_be_clean(buf_string(&once), maximum);
  if (is_fair(secret)) must_not_hold(buf_string(&once), once.length, secret);
  /* What is clean stays as it is. */
  wash(&again, buf_string(&once), once.length, maximum + 3, NULL);
  MUST(strcmp(buf_string(&once), buf_string(&again)) == 0);
  buf_reset(&once);
  buf_reset(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct input input = {(const char *)data, size};
  struct piece number = input_line(&input), secret = input_line(&input);
  struct piece expanded = canaries_expand((const uint8_t *)input.at, input.left);
  struct piece text = insert(&expanded, &secret);
  int maximum = atoi(number.text);
  if (maximum > 0 && maximum <= MAXIMUM) check(&text, &secret, (size_t)maximum);
  piece_free(&number);
  piece_free(&secret);
  piece_free(&expanded);
  piece_free(&text);
  return 0;
}
