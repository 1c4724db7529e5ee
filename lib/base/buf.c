/* SPDX-License-Identifier: MIT */
#include "base/buf.h"

#include "base/mem.h"
#include "base/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define BUF_FIRST_CAPACITY 256

void buf_init(struct buf *buf, size_t maximum) {
  memset(buf, 0, sizeof *buf);
  buf->maximum = maximum;
}

void buf_reserve(struct buf *buf, size_t length) {
  if (buf->failure) return;
  if (length > buf->maximum) {
    buf->failure = BUF_TOO_LARGE;
    return;
  }
  if (length < buf->capacity) return;
  size_t capacity = buf->capacity ? buf->capacity : BUF_FIRST_CAPACITY;
  while (capacity <= length) capacity *= 2;
  if (capacity > buf->maximum + 1) capacity = buf->maximum + 1;
  char *data = mem_grow(buf->data, buf->length, capacity);
  if (!data) {
    buf->failure = BUF_NO_MEMORY;
    return;
  }
  buf->data = data;
  buf->capacity = capacity;
}

void buf_add(struct buf *buf, const void *bytes, size_t length) {
  if (length > buf->maximum - buf->length && !buf->failure) buf->failure = BUF_TOO_LARGE;
  buf_reserve(buf, buf->length + length);
  if (buf->failure || !length) return;
  memcpy(buf->data + buf->length, bytes, length);
  buf->length += length;
  buf->data[buf->length] = '\0';
}

void buf_text(struct buf *buf, const char *text) { buf_add(buf, text, strlen(text)); }

void buf_integer(struct buf *buf, int64_t number) {
  char digits[24];
  int length = snprintf(digits, sizeof digits, "%" PRId64, number);
  buf_add(buf, digits, (size_t)length);
}

const char *buf_string(const struct buf *buf) { return buf->length ? buf->data : ""; }

char *buf_take(struct buf *buf) {
  char *data = NULL;
  if (!buf->failure) {
    data = buf->data ? buf->data : mem_text("", 0);
    buf->data = NULL;
  }
  buf_reset(buf);
  return data;
}

void buf_reset(struct buf *buf) {
  mem_free_secret(buf->data, buf->capacity);
  buf_init(buf, buf->maximum);
}

static void add_escaped(struct buf *buf, unsigned char byte) {
  static const char names[] = "\"\"\\\\\bb\ff\nn\rr\tt"; /* pairs: the byte, its letter */
  for (size_t i = 0; i + 1 < sizeof names - 1; i += 2)
    if ((unsigned char)names[i] == byte) {
      char pair[2] = {'\\', names[i + 1]};
      buf_add(buf, pair, 2);
      return;
    }
  char code[8];
  int length = snprintf(code, sizeof code, "\\u%04x", byte);
  buf_add(buf, code, (size_t)length);
}

void buf_json_string(struct buf *buf, const char *text, size_t length) {
  buf_add(buf, "\"", 1);
  size_t plain = 0; /* where the run of bytes that need nothing began */
  for (size_t i = 0; i < length;) {
    unsigned char byte = (unsigned char)text[i];
    if (byte >= 0x20 && byte < 0x7f && byte != '"' && byte != '\\') {
      i++;
      continue;
    }
    size_t size = text_utf8_size(text + i, length - i);
    if (size > 1) {
      i += size;
      continue;
    }
    buf_add(buf, text + plain, i - plain);
    if (size)
      add_escaped(buf, byte);
    else
      buf_text(buf, "\xef\xbf\xbd");
    plain = ++i;
  }
  buf_add(buf, text + plain, length - plain);
  buf_add(buf, "\"", 1);
}

void buf_json_name(struct buf *buf, const char *name) {
  if (buf->length && buf->data[buf->length - 1] != '{') buf_add(buf, ",", 1);
  buf_json_string(buf, name, strlen(name));
  buf_add(buf, ":", 1);
}

void buf_json_member(struct buf *buf, const char *name, const char *text) {
  buf_json_name(buf, name);
  buf_json_string(buf, text, strlen(text));
}

void buf_json_member_integer(struct buf *buf, const char *name, int64_t number) {
  buf_json_name(buf, name);
  buf_integer(buf, number);
}

void buf_json_member_boolean(struct buf *buf, const char *name, bool value) {
  buf_json_name(buf, name);
  buf_text(buf, value ? "true" : "false");
}
