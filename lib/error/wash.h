/* SPDX-License-Identifier: MIT */
/* What a server sent, made fit to be shown: known secrets removed in every form, control characters, terminal escapes
 * and bidirectional marks too, and cut to a length. */
#ifndef LSX_ERROR_WASH_H
#define LSX_ERROR_WASH_H

#include "base/buf.h"

#include <stddef.h>

#define SECRETS_MAX 8
#define WASH_MARK "[removed]"

/* The secrets that a call knows. Borrowed. */
struct secrets {
  size_t count;
  struct {
    const char *text;
    size_t length;
  } item[SECRETS_MAX];
};

/* Empty or NULL ones are left out. */
void secrets_add(struct secrets *secrets, const char *text, size_t length);

#define WASH_LOOKS_AT 16 /* times as many bytes as it may keep: what is longer was made to keep us busy */

/* Appends at most maximum bytes (and "..." where text was cut). secrets may be NULL. */
void wash(struct buf *out, const char *text, size_t length, size_t maximum, const struct secrets *secrets);

#endif
