/* SPDX-License-Identifier: MIT */
/* What LangSmith's S3 client makes of s3_additional_kwargs: parameters of S3's operations by name. It hands each to the
 * operations that know it, and drops it in silence elsewhere. */
#ifndef LSX_STORAGE_KWARGS_H
#define LSX_STORAGE_KWARGS_H

#include "json/json.h"

#include <stddef.h>

enum s3_operation {
  S3_PUT = 1, /* one bit each */
  S3_CREATE_MULTIPART = 2,
  S3_UPLOAD_PART = 4,
  S3_COMPLETE_MULTIPART = 8,
  S3_ABORT_MULTIPART = 16,
  S3_HEAD = 32,
  S3_DELETE = 64,
  S3_ANY = 127
};

/* The type of a value, as the client checks it. */
enum kwarg_type { KWARG_STRING, KWARG_BOOLEAN, KWARG_INTEGER, KWARG_TIME, KWARG_MAP };

enum kwarg_use {
  KWARG_USEFUL,
  KWARG_OF_ONE, /* its value fits one object or request alone */
  KWARG_TAKEN   /* LangSmith's client sets it itself */
};

struct kwarg {
  const char *name;
  const char *header; /* in lower case, with '-' at the end before a map's own names; "" when it is no header */
  unsigned operations;
  enum kwarg_type type;
  enum kwarg_use use;
};

extern const struct kwarg kwargs[];
extern const size_t kwarg_count;

/* The row for this name and one of these operations; NULL when none of them knows it. */
const struct kwarg *kwarg_find(const char *name, unsigned operations);
/* The name that is meant by one in other capitals, or with "_" between its words; NULL when there is none. */
const char *kwarg_guess(const char *name);
/* Whether the client takes the value; and what it takes, as "a string". */
bool kwarg_takes(const struct kwarg *kwarg, const json_node *value);
const char *kwarg_type_words(enum kwarg_type type);

#endif
