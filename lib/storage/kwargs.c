/* SPDX-License-Identifier: MIT */
#include "storage/kwargs.h"

#include "base/text.h"

#include <string.h>

#define MAKE (S3_PUT | S3_CREATE_MULTIPART) /* what says how an object shall be */
#define SEND (S3_PUT | S3_UPLOAD_PART)      /* what goes with bytes */

/* As botocore's model of S3 has them, but for customers' keys (SSECustomer*), which create refuses. */
const struct kwarg kwargs[] = {
    {"ACL", "x-amz-acl", MAKE, KWARG_STRING, KWARG_USEFUL},
    {"Body", "", SEND, KWARG_STRING, KWARG_TAKEN},
    {"Bucket", "", S3_ANY, KWARG_STRING, KWARG_TAKEN},
    {"BucketKeyEnabled", "x-amz-server-side-encryption-bucket-key-enabled", MAKE, KWARG_BOOLEAN, KWARG_USEFUL},
    {"BypassGovernanceRetention", "x-amz-bypass-governance-retention", S3_DELETE, KWARG_BOOLEAN, KWARG_USEFUL},
    {"CacheControl", "cache-control", MAKE, KWARG_STRING, KWARG_USEFUL},
    {"ChecksumAlgorithm", "x-amz-checksum-algorithm", S3_CREATE_MULTIPART, KWARG_STRING, KWARG_USEFUL},
    {"ChecksumAlgorithm", "x-amz-sdk-checksum-algorithm", SEND, KWARG_STRING, KWARG_USEFUL},
    {"ChecksumCRC32", "x-amz-checksum-crc32", SEND | S3_COMPLETE_MULTIPART, KWARG_STRING, KWARG_OF_ONE},
    {"ChecksumCRC32C", "x-amz-checksum-crc32c", SEND | S3_COMPLETE_MULTIPART, KWARG_STRING, KWARG_OF_ONE},
    {"ChecksumCRC64NVME", "x-amz-checksum-crc64nvme", SEND | S3_COMPLETE_MULTIPART, KWARG_STRING, KWARG_OF_ONE},
    {"ChecksumMD5", "x-amz-checksum-md5", SEND | S3_COMPLETE_MULTIPART, KWARG_STRING, KWARG_OF_ONE},
    {"ChecksumMode", "x-amz-checksum-mode", S3_HEAD, KWARG_STRING, KWARG_USEFUL},
    {"ChecksumSHA1", "x-amz-checksum-sha1", SEND | S3_COMPLETE_MULTIPART, KWARG_STRING, KWARG_OF_ONE},
    {"ChecksumSHA256", "x-amz-checksum-sha256", SEND | S3_COMPLETE_MULTIPART, KWARG_STRING, KWARG_OF_ONE},
    {"ChecksumSHA512", "x-amz-checksum-sha512", SEND | S3_COMPLETE_MULTIPART, KWARG_STRING, KWARG_OF_ONE},
    {"ChecksumType", "x-amz-checksum-type", S3_CREATE_MULTIPART | S3_COMPLETE_MULTIPART, KWARG_STRING, KWARG_USEFUL},
    {"ChecksumXXHASH128", "x-amz-checksum-xxhash128", SEND | S3_COMPLETE_MULTIPART, KWARG_STRING, KWARG_OF_ONE},
    {"ChecksumXXHASH3", "x-amz-checksum-xxhash3", SEND | S3_COMPLETE_MULTIPART, KWARG_STRING, KWARG_OF_ONE},
    {"ChecksumXXHASH64", "x-amz-checksum-xxhash64", SEND | S3_COMPLETE_MULTIPART, KWARG_STRING, KWARG_OF_ONE},
    {"ContentDisposition", "content-disposition", MAKE, KWARG_STRING, KWARG_USEFUL},
    {"ContentEncoding", "content-encoding", MAKE, KWARG_STRING, KWARG_USEFUL},
    {"ContentLanguage", "content-language", MAKE, KWARG_STRING, KWARG_USEFUL},
    {"ContentLength", "content-length", SEND, KWARG_INTEGER, KWARG_OF_ONE},
    {"ContentMD5", "content-md5", SEND, KWARG_STRING, KWARG_OF_ONE},
    {"ContentType", "content-type", MAKE, KWARG_STRING, KWARG_USEFUL},
    {"ExpectedBucketOwner", "x-amz-expected-bucket-owner", S3_ANY, KWARG_STRING, KWARG_USEFUL},
    {"Expires", "expires", MAKE, KWARG_TIME, KWARG_USEFUL},
    {"GrantFullControl", "x-amz-grant-full-control", MAKE, KWARG_STRING, KWARG_USEFUL},
    {"GrantRead", "x-amz-grant-read", MAKE, KWARG_STRING, KWARG_USEFUL},
    {"GrantReadACP", "x-amz-grant-read-acp", MAKE, KWARG_STRING, KWARG_USEFUL},
    {"GrantWriteACP", "x-amz-grant-write-acp", MAKE, KWARG_STRING, KWARG_USEFUL},
    {"IfMatch", "if-match", S3_PUT | S3_COMPLETE_MULTIPART | S3_HEAD | S3_DELETE, KWARG_STRING, KWARG_OF_ONE},
    {"IfMatchInitiatedTime", "x-amz-if-match-initiated-time", S3_ABORT_MULTIPART, KWARG_TIME, KWARG_OF_ONE},
    {"IfMatchLastModifiedTime", "x-amz-if-match-last-modified-time", S3_DELETE, KWARG_TIME, KWARG_OF_ONE},
    {"IfMatchSize", "x-amz-if-match-size", S3_DELETE, KWARG_INTEGER, KWARG_OF_ONE},
    {"IfModifiedSince", "if-modified-since", S3_HEAD, KWARG_TIME, KWARG_OF_ONE},
    {"IfNoneMatch", "if-none-match", S3_PUT | S3_COMPLETE_MULTIPART | S3_HEAD, KWARG_STRING, KWARG_USEFUL},
    {"IfUnmodifiedSince", "if-unmodified-since", S3_HEAD, KWARG_TIME, KWARG_OF_ONE},
    {"Key", "", S3_ANY, KWARG_STRING, KWARG_TAKEN},
    {"MFA", "x-amz-mfa", S3_DELETE, KWARG_STRING, KWARG_OF_ONE},
    {"Metadata", "x-amz-meta-", MAKE, KWARG_MAP, KWARG_USEFUL},
    {"MpuObjectSize", "x-amz-mp-object-size", S3_COMPLETE_MULTIPART, KWARG_INTEGER, KWARG_OF_ONE},
    {"MultipartUpload", "", S3_COMPLETE_MULTIPART, KWARG_MAP, KWARG_TAKEN},
    {"ObjectLockEventHold", "x-amz-object-lock-event-hold", MAKE, KWARG_STRING, KWARG_USEFUL},
    {"ObjectLockEventHoldDurationDays", "x-amz-object-lock-event-hold-duration-days", MAKE, KWARG_INTEGER,
     KWARG_USEFUL},
    {"ObjectLockEventHoldDurationYears", "x-amz-object-lock-event-hold-duration-years", MAKE, KWARG_INTEGER,
     KWARG_USEFUL},
    {"ObjectLockLegalHoldStatus", "x-amz-object-lock-legal-hold", MAKE, KWARG_STRING, KWARG_USEFUL},
    {"ObjectLockMode", "x-amz-object-lock-mode", MAKE, KWARG_STRING, KWARG_USEFUL},
    {"ObjectLockRetainUntilDate", "x-amz-object-lock-retain-until-date", MAKE, KWARG_TIME, KWARG_USEFUL},
    {"PartNumber", "", S3_UPLOAD_PART | S3_HEAD, KWARG_INTEGER, KWARG_OF_ONE},
    {"Range", "range", S3_HEAD, KWARG_STRING, KWARG_OF_ONE},
    {"RequestPayer", "x-amz-request-payer", S3_ANY, KWARG_STRING, KWARG_USEFUL},
    {"ResponseCacheControl", "", S3_HEAD, KWARG_STRING, KWARG_USEFUL},
    {"ResponseContentDisposition", "", S3_HEAD, KWARG_STRING, KWARG_USEFUL},
    {"ResponseContentEncoding", "", S3_HEAD, KWARG_STRING, KWARG_USEFUL},
    {"ResponseContentLanguage", "", S3_HEAD, KWARG_STRING, KWARG_USEFUL},
    {"ResponseContentType", "", S3_HEAD, KWARG_STRING, KWARG_USEFUL},
    {"ResponseExpires", "", S3_HEAD, KWARG_TIME, KWARG_USEFUL},
    {"SSEKMSEncryptionContext", "x-amz-server-side-encryption-context", MAKE, KWARG_STRING, KWARG_USEFUL},
    {"SSEKMSKeyId", "x-amz-server-side-encryption-aws-kms-key-id", MAKE, KWARG_STRING, KWARG_USEFUL},
    {"ServerSideEncryption", "x-amz-server-side-encryption", MAKE, KWARG_STRING, KWARG_USEFUL},
    {"StorageClass", "x-amz-storage-class", MAKE, KWARG_STRING, KWARG_USEFUL},
    {"Tagging", "x-amz-tagging", MAKE, KWARG_STRING, KWARG_USEFUL},
    {"UploadId", "", S3_UPLOAD_PART | S3_COMPLETE_MULTIPART | S3_ABORT_MULTIPART, KWARG_STRING, KWARG_TAKEN},
    {"VersionId", "", S3_HEAD | S3_DELETE, KWARG_STRING, KWARG_OF_ONE},
    {"WebsiteRedirectLocation", "x-amz-website-redirect-location", MAKE, KWARG_STRING, KWARG_USEFUL},
    {"WriteOffsetBytes", "x-amz-write-offset-bytes", S3_PUT, KWARG_INTEGER, KWARG_OF_ONE},
};
const size_t kwarg_count = sizeof kwargs / sizeof *kwargs;

const struct kwarg *kwarg_find(const char *name, unsigned operations) {
  for (size_t i = 0; i < kwarg_count; i++)
    if (text_equal(kwargs[i].name, name) && (kwargs[i].operations & operations)) return &kwargs[i];
  return NULL;
}

static bool means(const char *written, const char *name) {
  for (; *written; written++) {
    if (*written == '_' || *written == '-') continue;
    if (text_lower((unsigned char)*written) != text_lower((unsigned char)*name)) return false;
    name++;
  }
  return !*name;
}

const char *kwarg_guess(const char *name) {
  for (size_t i = 0; i < kwarg_count; i++)
    if (means(name, kwargs[i].name)) return kwargs[i].name;
  return NULL;
}

static bool visit_string(void *context, const char *name, json_node *value) {
  (void)name;
  bool *all_strings = context;
  *all_strings = node_is_string(value);
  return *all_strings;
}

static bool is_map_of_strings(const json_node *value) {
  bool all_strings = node_is_object(value);
  return node_each_member(value, visit_string, &all_strings) && all_strings;
}

bool kwarg_takes(const struct kwarg *kwarg, const json_node *value) {
  long long number;
  bool is_text = node_is_string(value), is_integer = node_integer(value, &number), is_truth = node_boolean(value) >= 0;
  bool fits[] = {[KWARG_STRING] = is_text,
                 [KWARG_BOOLEAN] = is_truth,
                 [KWARG_INTEGER] = is_integer || is_truth, /* as in Python */
                 [KWARG_TIME] = is_integer || is_text,
                 [KWARG_MAP] = is_map_of_strings(value)};
  return fits[kwarg->type];
}

const char *kwarg_type_words(enum kwarg_type type) {
  static const char *const words[] = {[KWARG_STRING] = "a string",
                                      [KWARG_BOOLEAN] = "true or false",
                                      [KWARG_INTEGER] = "an integer",
                                      [KWARG_TIME] = "a time, as a string",
                                      [KWARG_MAP] = "an object of strings"};
  return words[type];
}
