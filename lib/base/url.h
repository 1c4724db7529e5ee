/* SPDX-License-Identifier: MIT */
/* http and https URLs, in a form so strict that no two parsers can read them differently. */
#ifndef LSX_BASE_URL_H
#define LSX_BASE_URL_H

#include "base/buf.h"

#include <stdbool.h>
#include <stddef.h>

#define URL_MAX_LENGTH 2048
#define URL_MAX_HOST_LENGTH 253
#define URL_MAX_LABEL_LENGTH 63

struct url {
  bool https;
  char host[URL_MAX_HOST_LENGTH + 1]; /* lower case; an IPv6 address keeps its brackets */
  int port;                           /* 0: the scheme's own */
  const char *path;                   /* within the text that was parsed; "" or begins with '/' */
};

/* NULL when it could be read, else what is wrong with it, as the end of a sentence that begins "the URL ". */
const char *url_parse(const char *text, struct url *url_out);
/* localhost, 127.0.0.0/8 or ::1, as written: no name is looked up. */
bool url_is_loopback(const struct url *url);
/* Adds the text, with "%41" for each byte that is neither a letter, a digit, one of "-._~" nor one of those that are kept. */
void url_encode(struct buf *out, const char *text, size_t length, const char *kept);

#endif
