/* SPDX-License-Identifier: MIT */
/* AWS Signature Version 4 as S3 wants it, in the Authorization header. Pure: it is told the time. */
#ifndef LSX_STORAGE_SIGNATURE_H
#define LSX_STORAGE_SIGNATURE_H

#include "base/buf.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SIGNATURE_PAYLOAD_HASH_SIZE 65 /* with its NUL */
#define SIGNATURE_REQUEST_MAX 65536    /* bytes of all that is signed, but for the payload */

struct signature_header {
  const char *name; /* in lower case */
  const char *value;
};

struct signature_input {
  const char *method;
  const char *path;  /* as it stands on the wire, percent-encoded once; "/" at least */
  const char *query; /* "partNumber=1&uploadId=x", encoded, in any order, without '?'; "" for none */
  const struct signature_header *headers; /* those to sign, host and x-amz-date among them, in any order */
  size_t header_count;
  const char *payload_hash; /* hexadecimal, "UNSIGNED-PAYLOAD", or another word that S3 knows */
  const char *access_key_id;
  const char *secret;
  size_t secret_length;
  const char *region;
  const char *service;
  int64_t unix_s;
};

/* "AWS4-HMAC-SHA256 Credential=..., SignedHeaders=..., Signature=...". False without memory, or when the request is too
 * large; nothing of the secret is left in memory that is ours. */
bool signature_write(struct buf *out, const struct signature_input *input);
/* SHA-256 in hexadecimal: the x-amz-content-sha256. False without memory. */
bool signature_payload_hash(char out[SIGNATURE_PAYLOAD_HASH_SIZE], const void *bytes, size_t length);

#endif
