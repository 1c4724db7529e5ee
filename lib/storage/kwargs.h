/* SPDX-License-Identifier: MIT */
/* What LangSmith's S3 client makes of s3_additional_kwargs: parameters of S3's operations by name. It hands each to the
 * operations that know it, and drops it in silence elsewhere. */
#ifndef LSX_STORAGE_KWARGS_H
#define LSX_STORAGE_KWARGS_H

#include <stddef.h>

enum s3_operation {
  S3_PUT = 1, /* one bit each */
  S3_CREATE_MULTIPART = 2,
  S3_UPLOAD_PART = 4,
  S3_COMPLETE_MULTIPART = 8,
  S3_ABORT_MULTIPART = 16,
  S3_HEAD = 32,
  S3_DELETE = 64
};

/* The type of a value, as the client checks it. */
enum kwarg_type { KWARG_STRING, KWARG_BOOLEAN, KWARG_INTEGER, KWARG_TIME, KWARG_MAP };

struct kwarg {
  const char *name;
  const char *header; /* in lower case; ends with '-' before a map's own names */
  unsigned operations;
  enum kwarg_type type;
};

extern const struct kwarg kwargs[];
extern const size_t kwarg_count;
/* NULL when no operation of LangSmith's knows it. Names are compared with their capitals. */
const struct kwarg *kwarg_find(const char *name);

#endif
