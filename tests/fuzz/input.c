/* SPDX-License-Identifier: MIT */
#include "fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

_Noreturn void fuzz_fail(const char *file, int line, const char *what) {
  fprintf(stderr, "%s:%d: does not hold: %s\n", file, line, what);
  abort();
}

struct piece piece_of(const void *bytes, size_t length) {
  struct piece piece = {.text = malloc(length + 1), .length = length, .capacity = length};
  MUST(piece.text != NULL);
  if (length) memcpy(piece.text, bytes, length);
  piece.text[length] = '\0';
  return piece;
}

void piece_add(struct piece *piece, const void *bytes, size_t length) {
  if (piece->length + length > piece->capacity) {
    piece->capacity = 2 * (piece->length + length);
    piece->text = realloc(piece->text, piece->capacity + 1);
    MUST(piece->text != NULL);
  }
  if (length) memcpy(piece->text + piece->length, bytes, length);
  piece->length += length;
  piece->text[piece->length] = '\0';
}

void piece_free(struct piece *piece) {
  free(piece->text);
  *piece = (struct piece){0};
}

static struct piece take(struct input *input, size_t length, size_t more) {
  struct piece piece = piece_of(input->at, length);
  input->at += length + more;
  input->left -= length + more;
  return piece;
}

struct piece input_line(struct input *input) {
  const char *end = input->left ? memchr(input->at, '\n', input->left) : NULL;
  return end ? take(input, (size_t)(end - input->at), 1) : take(input, input->left, 0);
}

struct piece input_rest(struct input *input) { return take(input, input->left, 0); }

char input_byte(struct input *input) {
  if (!input->left) return '\0';
  input->left--;
  return *input->at++;
}

size_t utf8_decode(const char *text, size_t length, unsigned *character_out) {
  static const unsigned least[] = {0, 0, 0x80, 0x800, 0x10000};
  const unsigned char *byte = (const unsigned char *)text;
  size_t size = byte[0] < 0x80 ? 1 : byte[0] >> 5 == 6 ? 2 : byte[0] >> 4 == 14 ? 3 : byte[0] >> 3 == 30 ? 4 : 0;
  if (!size || size > length) return 0;
  unsigned character = size == 1 ? byte[0] : byte[0] & (0xffu >> (size + 1));
  for (size_t i = 1; i < size; i++) {
    if (byte[i] >> 6 != 2) return 0;
    character = character << 6 | (byte[i] & 0x3f);
  }
  *character_out = character;
  return character < least[size] || character > 0x10ffff || (character >= 0xd800 && character < 0xe000) ? 0 : size;
}
