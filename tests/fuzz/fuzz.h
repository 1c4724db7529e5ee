/* SPDX-License-Identifier: MIT */
/* What every target shares: its entry, its assertion, and the pieces of its input.
 *
 * Seeds are text. Bytes 0x10 to 0x1b of an input stand for secrets that the library knows (canaries.h). */
#ifndef LSX_TESTS_FUZZ_H
#define LSX_TESTS_FUZZ_H

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Ends the program, as a fuzzer wants it; in every build, unlike assert. */
#define MUST(condition) ((condition) ? (void)0 : fuzz_fail(__FILE__, __LINE__, #condition))
_Noreturn void fuzz_fail(const char *file, int line, const char *what);

/* A text with a NUL behind it, in a block of its own. */
struct piece {
  char *text;
  size_t length;
  size_t capacity;
};
/* The block ends where the text does: the sanitizer sees each step beyond. */
struct piece piece_of(const void *bytes, size_t length);
void piece_add(struct piece *piece, const void *bytes, size_t length);
void piece_free(struct piece *piece);

struct input {
  const char *at;
  size_t left;
};
/* Up to the next line end, which is left out; empty once all is used up. */
struct piece input_line(struct input *input);
struct piece input_rest(struct input *input);
/* The first byte; 0 once all is used up. */
char input_byte(struct input *input);

/* The character at text, and its size; 0 where there is none. */
size_t utf8_decode(const char *text, size_t length, unsigned *character_out);

#endif
