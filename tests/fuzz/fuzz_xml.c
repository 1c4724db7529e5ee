/* SPDX-License-Identifier: MIT */
/* S3's replies, through the scanner.
 *
 * Input: a line with the root's name; a line with the child's; the document. */
#include "fuzz.h"
#include "invariants.h"

#include "storage/xml.h"

#include <stdlib.h>
#include <string.h>

#define GUARD 0x5a
#define GUARD_LENGTH 16

struct question {
  const char *root, *name;
};

/* What it answers, in a block that ends where it may write; NULL for none. Freed by the caller. */
static char *ask(const struct question *question, const char *document, size_t length, size_t size) {
  char *out = malloc(size + GUARD_LENGTH);
  MUST(out != NULL);
  memset(out, GUARD, size + GUARD_LENGTH);
  bool found = xml_child_text(document, length, question->root, question->name, out, size);
  for (size_t i = 0; i < GUARD_LENGTH; i++) MUST(out[size + i] == GUARD);
  MUST(memchr(out, '\0', size) != NULL);
  if (found) return out;
  MUST(!*out);
  free(out);
  return NULL;
}

static void must_answer(const struct question *question, const struct piece *document, size_t length,
                        const char *text) {
  char *out = ask(question, document->text, length, length + 1);
  MUST(text ? out && strcmp(out, text) == 0 : !out);
  free(out);
}

/* What stands behind the length is not read. */
static void check_end(const struct question *question, const struct piece *document, const char *text) {
  static const char *const more[] = {">", "/>", "</", "-->", "]]>", ";", "\"", "'", "</Code>", "<", "&amp;"};
  for (size_t i = 0; i < sizeof more / sizeof *more; i++) {
    struct piece longer = piece_of(document->text, document->length);
    piece_add(&longer, more[i], strlen(more[i]));
    must_answer(question, &longer, document->length, text);
    if (text) must_answer(question, &longer, longer.length, text); /* nor what stands behind the child */
    piece_free(&longer);
  }
}

static void check_sizes(const struct question *question, const struct piece *document, const char *text) {
  size_t length = strlen(text);
  char *fits = ask(question, document->text, document->length, length + 1);
  MUST(fits && strcmp(fits, text) == 0);
  free(fits);
  if (length) MUST(!ask(question, document->text, document->length, length));
}

static bool holds(const struct piece *document, const char *words) {
  return memmem(document->text, document->length, words, strlen(words)) != NULL;
}

static void check_text(const struct piece *document, const char *text) {
  MUST(is_utf8(text, strlen(text)));
  for (const char *at = text; *at; at++) MUST((unsigned char)*at >= 0x20 || strchr("\t\n\r", *at));
  if (holds(document, "<![CDATA[") || holds(document, "&#")) return;
  if (!holds(document, "&amp;")) MUST(!strchr(text, '&'));
  if (!holds(document, "&lt;")) MUST(!strchr(text, '<'));
}

static void add_escaped(struct piece *piece, const char *text) {
  for (; *text; text++)
    if (*text == '<')
      piece_add(piece, "&lt;", 4);
    else if (*text == '&')
      piece_add(piece, "&#x26;", 6);
    else
      piece_add(piece, text, 1);
}

static void add_tag(struct piece *piece, const char *start, const char *name) {
  piece_add(piece, start, strlen(start));
  piece_add(piece, "p:", 2);
  piece_add(piece, name, strlen(name));
  piece_add(piece, ">", 1);
}

/* Written into another document, the text is read again. */
static void check_again(const struct question *question, const char *text) {
  struct piece document = piece_of("", 0);
  add_tag(&document, "<", question->root);
  add_tag(&document, "<", question->name);
  add_escaped(&document, text);
  add_tag(&document, "</", question->name);
  must_answer(question, &document, document.length, text);
  piece_free(&document);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct input input = {(const char *)data, size};
  struct piece root = input_line(&input), name = input_line(&input), document = input_rest(&input);
  struct question question = {root.text, name.text};
  char *text = ask(&question, document.text, document.length, document.length + 1);
  check_end(&question, &document, text);
  if (text) {
    check_text(&document, text);
    check_sizes(&question, &document, text);
    check_again(&question, text);
  }
  free(text);
  piece_free(&root);
  piece_free(&name);
  piece_free(&document);
  return 0;
}
