/* SPDX-License-Identifier: MIT */
/* Where LangSmith's S3 client sends a request: host, path and region, by the rules of botocore and s3fs. */
#ifndef LSX_STORAGE_ADDRESS_H
#define LSX_STORAGE_ADDRESS_H

#include "base/buf.h"
#include "langsmith/destination_spec.h"

#include <stdbool.h>

#define ADDRESS_LABEL_MAX 63 /* characters of a region, and of a bucket that is part of a host */
#define ADDRESS_HOST_MAX 512 /* the longest bucket and the longest host together */
#define ADDRESS_URL_MAX (64 * 1024)
#define ADDRESS_TEST_FOLDER "tmp/" /* of LangSmith's test object; a random name and ".txt" follow */

struct address {
  bool https;
  bool virtual_hosted;
  bool bucket_is_from_prefix; /* include_bucket_in_prefix is 0 */
  bool key_is_cut;            /* at "?versionId=": whatever is written gets the same key */
  bool rest_names_bucket;     /* the prefix is empty too: what follows it is taken for the bucket */
  int port;                   /* 0: the scheme's own */
  char host[ADDRESS_HOST_MAX];
  char signing_region[ADDRESS_LABEL_MAX + 1];
  char *base_path;  /* of endpoint_url, as it stands on the wire; "", or begins and does not end with '/' */
  char *bucket;     /* the one that is addressed, whatever bucket_name says */
  char *key_prefix; /* what comes before "tmp/..." in every key, with its slash; may be "" or "/" */
};

enum address_outcome {
  ADDRESS_FINE,
  ADDRESS_REFUSED, /* LangSmith's S3 client sends nothing */
  ADDRESS_UNKNOWN, /* it cannot be told from here */
  ADDRESS_NO_MEMORY
};

/* region: NULL for the spec's own, else the one in which S3 said that the bucket is. why_out, when REFUSED or UNKNOWN:
 * static words that end a sentence that begins with "this". */
enum address_outcome address_resolve(const lsexport_destination_spec *spec, const char *region,
                                     struct address *address_out, const char **why_out);
/* Takes one that is all zero. */
void address_free(struct address *address);

/* The whole key of what LangSmith writes as rest below the prefix, as "tmp/name.txt". Unencoded. */
void address_write_key(struct buf *out, const struct address *address, const char *rest);
/* These take a whole key. The path is percent-encoded as it is sent and signed. */
void address_write_url(struct buf *out, const struct address *address, const char *key);
void address_write_path(struct buf *out, const struct address *address, const char *key);
/* For the Host header: with the port when it is not the scheme's own. */
void address_write_host(struct buf *out, const struct address *address);

#endif
