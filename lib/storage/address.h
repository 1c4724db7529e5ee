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
  char *base_path;       /* of endpoint_url, as it stands on the wire; "", or begins and does not end with '/' */
  char *bucket;          /* the one that is addressed, whatever bucket_name says */
  char *key_prefix;      /* what comes before "tmp/..." in every key, with its slash; may be "" or "/" */
  char *endpoint_bucket; /* that the endpoint names already: to the service the bucket above is a part of the key.
                          * NULL: none */
};

/* Why there is no address. Static. */
struct address_problem {
  bool refused; /* LangSmith's S3 client sends nothing; else it cannot be told from here */
  const char *code;
  const char *field;
  const char *reason; /* the end of a sentence that begins with the field */
  const char *remedy;
};
extern const struct address_problem address_no_memory;
extern const struct address_problem address_problems[];
extern const size_t address_problem_count;

/* NULL, or why not. region: NULL for the spec's own, else the one in which S3 said that the bucket is. */
const struct address_problem *address_resolve(const lsexport_destination_spec *spec, const char *region,
                                              struct address *address_out);
/* Whether it has the form of a region of AWS, as "eu-west-1". */
bool address_is_aws_region(const char *region);
/* Whether LangSmith's client can make the bucket a part of a host, whose certificate covers no dots. */
bool address_is_hostable(const char *bucket);
bool address_is_ip(const char *host);
/* A host of AWS's, by its end. */
bool address_is_of_aws(const char *host);
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
