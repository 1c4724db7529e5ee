/* SPDX-License-Identifier: MIT */
/* The prefix: what it makes of keys. */
#include "base/text.h"
#include "storage/explain_part.h"

#include <string.h>

#define KEY_MAX 1024        /* bytes, in S3 */
#define TEST_KEY_REST 44    /* of "tmp/", a UUID and ".txt" */
#define EXPORT_KEY_REST 180 /* of export_id=, tenant_id=, session_id=, runs, year=, month=, day= and a file's name */

static bool has_dot_segment(const char *prefix) {
  for (const char *segment = prefix; *segment; segment += strspn(segment, "/")) {
    size_t length = strcspn(segment, "/");
    if (length && length <= 2 && strspn(segment, ".") >= length) return true;
    segment += length;
  }
  return false;
}

/* keys: what comes before each key, with its slash. */
static void explain_slashes(const struct explained *explained, const char *keys) {
  if (text_equal(keys, "/")) {
    explain_tell(explained, FINDING_PREFIX_EMPTY, NULL);
    return;
  }
  if (keys[0] == '/') explain_tell(explained, FINDING_PREFIX_LEADING_SLASH, NULL);
  if (text_ends(keys, "//"))
    explain_tell(explained, explained->is_aws ? FINDING_PREFIX_TRAILING_SLASH_AWS : FINDING_PREFIX_TRAILING_SLASH,
                 NULL);
  const char *twice = strstr(keys + strspn(keys, "/"), "//");
  if (twice && twice[strspn(twice, "/")]) explain_tell(explained, FINDING_PREFIX_DOUBLE_SLASH, NULL);
}

static void explain_length(const struct explained *explained, const struct address *address) {
  size_t length = strlen(address->key_prefix);
  if (address->endpoint_bucket) length += strlen(address->bucket) + 1;
  if (length + TEST_KEY_REST > KEY_MAX)
    explain_tell(explained, FINDING_KEY_TOO_LONG, NULL);
  else if (length + EXPORT_KEY_REST > KEY_MAX)
    explain_tell(explained, FINDING_KEY_LONG_FOR_EXPORTS, NULL);
}

static void explain_words(const struct explained *explained, const char *prefix) {
  const char *bucket = spec_text(explained->spec, SPEC_BUCKET_NAME);
  size_t length = strlen(prefix), name = bucket ? strlen(bucket) : 0;
  if (length && (prefix[0] == ' ' || prefix[length - 1] == ' '))
    explain_tell(explained, FINDING_PREFIX_BLANK_ENDS, NULL);
  if (text_begins(prefix, "s3://") || text_begins(prefix, "s3a://") || text_begins(prefix, "gs://"))
    explain_tell(explained, FINDING_PREFIX_SCHEME, NULL);
  if (has_dot_segment(prefix)) explain_tell(explained, FINDING_PREFIX_DOTS, NULL);
  if (bucket && text_begins(prefix, bucket) && (!prefix[name] || prefix[name] == '/'))
    explain_tell(explained, FINDING_PREFIX_BEGINS_WITH_BUCKET, NULL);
}

void explain_prefix(const struct explained *explained) {
  const struct address *address = explained->address;
  const char *prefix = spec_text(explained->spec, SPEC_PREFIX);
  if (prefix) explain_words(explained, prefix);
  if (!address) return;
  if (address->rest_names_bucket) explain_tell(explained, FINDING_PREFIX_TAKEN_FOR_BUCKET, NULL);
  if (address->key_is_cut) {
    explain_tell(explained, FINDING_VERSION_IN_PREFIX, NULL);
    return;
  }
  explain_slashes(explained, address->key_prefix);
  explain_length(explained, address);
  if (strpbrk(address->key_prefix, "*?[")) explain_tell(explained, FINDING_PREFIX_PATTERN, NULL);
}
