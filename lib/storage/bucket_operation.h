/* SPDX-License-Identifier: MIT */
/* Requests to a bucket, as LangSmith's S3 client sends them, and the reading of S3's answers. */
#ifndef LSX_STORAGE_BUCKET_OPERATION_H
#define LSX_STORAGE_BUCKET_OPERATION_H

#include "net/flow.h"
#include "storage/address.h"
#include "storage/kwargs.h"

#define BUCKET_TEST_BODY "test" /* what is written, byte for byte as LangSmith's */
#define BUCKET_HEADERS_MAX 64
#define BUCKET_HEADERS_SIGNED (BUCKET_HEADERS_MAX - 4) /* as many others are not */
#define BUCKET_HEADER_BYTES_MAX 65536
#define BUCKET_RESPONSE_MAX 65536
#define BUCKET_WORD_MAX 256 /* bytes kept of a code, a tag, a region, a request id */
#define BUCKET_TEXT_MAX 2048
#define BUCKET_UPLOAD_ID_MAX 2048

/* What is kept of an answer's head beside what every answer has. */
struct bucket_head {
  struct trace trace;
  int64_t date_unix_s;    /* 0: none */
  int64_t content_length; /* -1: none */
  char region[BUCKET_WORD_MAX];
  char tag[BUCKET_WORD_MAX];
  char code[BUCKET_WORD_MAX]; /* MinIO's, where there is no body */
  char request_id[BUCKET_WORD_MAX];
};

struct bucket_operation {
  struct operation base;
  enum s3_operation kind;
  struct bucket_head head;
  struct buf lines; /* the header lines, each with its NUL */
  const char *headers[BUCKET_HEADERS_MAX];
  char upload_id[BUCKET_UPLOAD_ID_MAX]; /* that S3 gave to a create */
};

/* Who asks, where, and when. Borrowed while an operation is made. */
struct bucket_caller {
  const struct address *address;
  const lsexport_destination_spec *spec; /* its credentials are static or of a session */
  const struct secrets *secrets;
  int64_t unix_s;
};

/* Of an upload in one part. */
struct bucket_upload {
  const char *id;
  const char *tag; /* of its part, for the end */
};

/* upload: NULL where the kind needs none. NULL, or why not: no memory, or options that make too many headers; then there is
 * nothing to free. Freeing one that is all zero is fine. */
lsexport_error *bucket_begin(struct bucket_operation *operation, const struct bucket_caller *caller,
                             enum s3_operation kind, const char *key, const struct bucket_upload *upload);
void bucket_free(struct bucket_operation *operation);

#endif
