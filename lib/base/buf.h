/* SPDX-License-Identifier: MIT */
/* A growing run of bytes with a maximum. The first failure sticks; who reads the result asks once. */
#ifndef LSX_BASE_BUF_H
#define LSX_BASE_BUF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum buf_failure { BUF_FINE, BUF_NO_MEMORY, BUF_TOO_LARGE };

struct buf {
  char *data; /* NUL-terminated once anything was added */
  size_t length;
  size_t capacity;
  size_t maximum;
  enum buf_failure failure;
};

void buf_init(struct buf *buf, size_t maximum);
/* Room for this many bytes at once, so that a body of known length moves once. */
void buf_reserve(struct buf *buf, size_t length);
void buf_add(struct buf *buf, const void *bytes, size_t length);
void buf_text(struct buf *buf, const char *text);
void buf_integer(struct buf *buf, int64_t number);
/* The text so far; "" when empty. */
const char *buf_string(const struct buf *buf);
/* Hands the bytes over, to be freed by mem_free; NULL after a failure. An empty buf gives "". */
char *buf_take(struct buf *buf);
/* Wipes and frees; may be used again. */
void buf_reset(struct buf *buf);

/* ---- JSON text. Values follow one another; these write no commas of their own but at json_member. ---- */

/* A quoted, escaped string; bytes that are no UTF-8 become U+FFFD. */
void buf_json_string(struct buf *buf, const char *text, size_t length);
/* A comma where one is needed, then "name":. */
void buf_json_name(struct buf *buf, const char *name);
void buf_json_member(struct buf *buf, const char *name, const char *text);
void buf_json_member_integer(struct buf *buf, const char *name, int64_t number);
void buf_json_member_boolean(struct buf *buf, const char *name, bool value);

#endif
