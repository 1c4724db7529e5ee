/* SPDX-License-Identifier: MIT */
#include "storage/xml.h"

#include "base/text.h"

#include <limits.h>
#include <string.h>

#define BYTE_ORDER_MARK "\xef\xbb\xbf"
#define CDATA_START "<![CDATA["
#define CDATA_END "]]>"
#define LAST_CHARACTER 0x10ffff

struct scan {
  const char *at, *end;
};

struct name {
  const char *text;
  size_t length;
};

/* Where the text goes. */
struct sink {
  char *out;
  size_t size, length;
};

/* ---- small steps: each goes on only where it answers yes ---- */

static bool take(struct scan *scan, const char *word) {
  size_t length = strlen(word);
  if ((size_t)(scan->end - scan->at) < length || memcmp(scan->at, word, length) != 0) return false;
  scan->at += length;
  return true;
}

static bool take_past(struct scan *scan, const char *word) {
  struct scan ahead = *scan;
  for (; ahead.at < ahead.end; ahead.at++)
    if (take(&ahead, word)) {
      *scan = ahead;
      return true;
    }
  return false;
}

static bool take_between(struct scan *scan, const char *start, const char *end) {
  struct scan ahead = *scan;
  if (!take(&ahead, start) || !take_past(&ahead, end)) return false;
  *scan = ahead;
  return true;
}

static bool take_remark(struct scan *scan) {
  return take_between(scan, "<!--", "-->") || take_between(scan, "<?", "?>");
}

static bool is_blank(char byte) { return byte == ' ' || byte == '\t' || byte == '\n' || byte == '\r'; }

static bool take_blanks(struct scan *scan) {
  const char *start = scan->at;
  while (scan->at < scan->end && is_blank(*scan->at)) scan->at++;
  return scan->at > start;
}

static bool is_of_name(char byte) {
  int lower = text_lower((unsigned char)byte);
  return (lower >= 'a' && lower <= 'z') || (byte >= '0' && byte <= '9') || lower >= 0x80 || byte == '-' ||
         byte == '_' || byte == '.' || byte == ':';
}

static bool take_name(struct scan *scan, struct name *name_out) {
  *name_out = (struct name){.text = scan->at};
  while (scan->at < scan->end && is_of_name(*scan->at)) scan->at++;
  name_out->length = (size_t)(scan->at - name_out->text);
  return name_out->length > 0;
}

/* Without its prefix. */
static bool is_called(const struct name *name, const char *wanted) {
  const char *colon = memchr(name->text, ':', name->length);
  const char *local = colon ? colon + 1 : name->text;
  size_t length = name->length - (size_t)(local - name->text);
  return length == strlen(wanted) && memcmp(local, wanted, length) == 0;
}

/* ---- tags ---- */

static bool take_attribute(struct scan *scan) {
  struct name name;
  if (!take_name(scan, &name)) return false;
  take_blanks(scan);
  if (!take(scan, "=")) return false;
  take_blanks(scan);
  const char *quote = take(scan, "\"") ? "\"" : take(scan, "'") ? "'" : NULL;
  const char *start = scan->at;
  return quote && take_past(scan, quote) && !memchr(start, '<', (size_t)(scan->at - start));
}

static bool take_start_tag(struct scan *scan, struct name *name_out, bool *empty_out) {
  if (!take(scan, "<") || !take_name(scan, name_out)) return false;
  for (;;) {
    bool parted = take_blanks(scan);
    *empty_out = take(scan, "/>");
    if (*empty_out || take(scan, ">")) return true;
    if (!parted || !take_attribute(scan)) return false;
  }
}

/* Behind its "</". */
static bool take_end_tag(struct scan *scan, const struct name *opened) {
  struct name name;
  if (!take_name(scan, &name)) return false;
  take_blanks(scan);
  return take(scan, ">") && name.length == opened->length && memcmp(name.text, opened->text, name.length) == 0;
}

/* Up to the next tag, or to what is none and not well-formed. */
static void pass_over(struct scan *scan, bool within_root) {
  do {
    while (scan->at < scan->end && *scan->at != '<' && (within_root || is_blank(*scan->at))) scan->at++;
  } while (take_remark(scan) || (within_root && take_between(scan, CDATA_START, CDATA_END)));
}

/* ---- the text ---- */

static bool put(struct sink *sink, char byte) {
  bool allowed = (unsigned char)byte >= 0x20 || is_blank(byte);
  if (!allowed || sink->size - sink->length < 2) return false;
  sink->out[sink->length++] = byte;
  return true;
}

/* A surrogate becomes what is no UTF-8, and is seen at the end. */
static bool put_character(struct sink *sink, unsigned long character) {
  static const unsigned char leads[] = {0, 0, 0xc0, 0xe0, 0xf0};
  if (character < 0x80) return put(sink, (char)character);
  int size = character < 0x800 ? 2 : character < 0x10000 ? 3 : 4;
  bool fits = put(sink, (char)(leads[size] | character >> 6 * (size - 1)));
  for (int i = size - 2; i >= 0; i--) fits = fits && put(sink, (char)(0x80 | (character >> 6 * i & 0x3f)));
  return fits;
}

static unsigned digit_of(char byte) {
  if (byte >= '0' && byte <= '9') return (unsigned)(byte - '0');
  int lower = text_lower((unsigned char)byte);
  return lower >= 'a' && lower <= 'f' ? (unsigned)(lower - 'a') + 10 : UINT_MAX;
}

/* "&#65;" or "&#x41;" */
static bool put_numbered(struct scan *scan, struct sink *sink) {
  unsigned base = take(scan, "&#x") ? 16 : take(scan, "&#") ? 10 : 0;
  unsigned long character = 0;
  const char *start = scan->at;
  for (; scan->at < scan->end && digit_of(*scan->at) < base; scan->at++) {
    character = character * base + digit_of(*scan->at);
    if (character > LAST_CHARACTER) return false;
  }
  return scan->at > start && take(scan, ";") && put_character(sink, character);
}

static bool put_reference(struct scan *scan, struct sink *sink) {
  static const struct {
    const char *reference;
    char byte;
  } named[] = {{"&amp;", '&'}, {"&lt;", '<'}, {"&gt;", '>'}, {"&quot;", '"'}, {"&apos;", '\''}};
  for (size_t i = 0; i < sizeof named / sizeof *named; i++)
    if (take(scan, named[i].reference)) return put(sink, named[i].byte);
  return put_numbered(scan, sink);
}

static bool put_section(struct scan *scan, struct sink *sink) {
  while (!take(scan, CDATA_END)) {
    if (scan->at == scan->end) return false;
    char byte = *scan->at++;
    if (!put(sink, byte)) return false;
  }
  return true;
}

/* All up to the end tag, which it takes. */
static bool put_text(struct scan *scan, const struct name *opened, struct sink *sink) {
  while (scan->at < scan->end) {
    bool fine = true;
    if (take(scan, "</")) return take_end_tag(scan, opened);
    if (take(scan, CDATA_START))
      fine = put_section(scan, sink);
    else if (*scan->at == '<')
      fine = take_remark(scan); /* any other tag is a child */
    else if (*scan->at == '&')
      fine = put_reference(scan, sink);
    else
      fine = put(sink, *scan->at++);
    if (!fine) return false;
  }
  return false;
}

/* ---- the document ---- */

static bool find(struct scan *scan, const char *root, const char *wanted, struct sink *sink) {
  struct name open[XML_DEPTH_MAX], name;
  size_t depth = 0;
  bool empty;
  take(scan, BYTE_ORDER_MARK);
  for (;;) {
    pass_over(scan, depth > 0);
    if (depth && take(scan, "</")) {
      depth--;
      if (!take_end_tag(scan, &open[depth]) || !depth) return false;
      continue;
    }
    if (depth == XML_DEPTH_MAX || !take_start_tag(scan, &name, &empty)) return false;
    if (depth == 0 && (empty || !is_called(&name, root))) return false;
    if (depth == 1 && is_called(&name, wanted)) return empty || put_text(scan, &name, sink);
    if (!empty) open[depth++] = name;
  }
}

bool xml_child_text(const char *text, size_t length, const char *root, const char *name, char *out, size_t size) {
  struct scan scan = {text, text + length};
  struct sink sink = {out, size, 0};
  bool found = find(&scan, root, name, &sink) && text_is_utf8(out, sink.length);
  out[found ? sink.length : 0] = '\0';
  return found;
}
