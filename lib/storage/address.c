/* SPDX-License-Identifier: MIT */
#include "storage/address.h"

#include "base/mem.h"
#include "base/text.h"
#include "base/url.h"

#include <stdio.h>
#include <string.h>

#define BUCKET_MAX 255 /* characters that botocore lets pass */
#define BUCKET_PART_MIN 3
#define HTTP_PORT 80
#define HTTPS_PORT 443
#define LETTERS "abcdefghijklmnopqrstuvwxyz"
#define CAPITALS "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGITS "0123456789"
#define GLOBAL_REGION "aws-global" /* botocore's word for no region */
#define DEFAULT_REGION "us-east-1"

/* What one resolution looks at. */
struct choice {
  const lsexport_destination_spec *spec;
  const char *region; /* never NULL */
  bool has_endpoint;
  bool accelerate;
  struct url endpoint;
};

/* ---- small questions about names ---- */

/* A host's label, but for its length. */
static bool is_label(const char *text, size_t length) {
  return length && text[0] != '-' && text[length - 1] != '-' && strspn(text, LETTERS CAPITALS DIGITS "-") >= length;
}

static bool is_ipv4(const char *text) {
  for (int part = 0; part < 4; part++) {
    size_t length = strspn(text, DIGITS);
    if (!length || length > 3) return false;
    text += length;
    if (part < 3 && *text++ != '.') return false;
  }
  return !*text;
}

static bool is_address(const char *host) { return host[0] == '[' || is_ipv4(host); }

/* Whether botocore takes it for a host. The URL's reader has seen to lengths and characters. */
static bool is_host(const char *host) {
  while (*host && *host != '[') {
    size_t length = strcspn(host, ".");
    if (!is_label(host, length)) return false;
    host += length;
    if (*host == '.') host++;
  }
  return true;
}

/* Whether a bucket may be part of a host. */
static bool is_hostable(const char *bucket, bool with_dots) {
  if (strlen(bucket) < BUCKET_PART_MIN || strpbrk(bucket, CAPITALS) || is_ipv4(bucket)) return false;
  for (;;) {
    size_t length = strcspn(bucket, with_dots ? "." : "");
    if (length > ADDRESS_LABEL_MAX || !is_label(bucket, length)) return false;
    if (!bucket[length]) return true;
    bucket += length + 1;
  }
}

/* ---- partitions ---- */

/* The names of regions are begin, a word, "-" and a number; or global. */
static const struct partition {
  const char *begin;
  const char *global;
  const char *suffix;
} partitions[] = {
    {"cn-", "aws-cn-global", "amazonaws.com.cn"},       {"eusc-de-", "", "amazonaws.eu"},
    {"us-iso-", "aws-iso-global", "c2s.ic.gov"},        {"us-isob-", "aws-iso-b-global", "sc2s.sgov.gov"},
    {"eu-isoe-", "aws-iso-e-global", "cloud.adc-e.uk"}, {"us-isof-", "aws-iso-f-global", "csp.hci.ic.gov"},
};

static bool is_region_of(const char *region, const struct partition *partition) {
  if (text_equal(region, partition->global)) return true;
  if (!text_begins(region, partition->begin)) return false;
  const char *word = region + strlen(partition->begin);
  size_t length = strspn(word, LETTERS CAPITALS DIGITS);
  const char *number = word + length + 1;
  return length && word[length] == '-' && *number && !number[strspn(number, DIGITS)];
}

static const char *suffix_of(const char *region) {
  for (size_t i = 0; i < sizeof partitions / sizeof *partitions; i++)
    if (is_region_of(region, &partitions[i])) return partitions[i].suffix;
  return "amazonaws.com";
}

/* ---- bucket and key, as s3fs reads its path ---- */

/* A scheme of S3, which s3fs takes away wherever it finds one at the beginning. */
static const char *behind_scheme(const char *path) {
  static const char *const schemes[][2] = {{"s3://", "s3::"}, {"s3a://", "s3a::"}};
  for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++)
    for (size_t form = 0; form < 2; form++)
      if (text_begins(path, schemes[i][form])) {
        path += strlen(schemes[i][form]);
        break;
      }
  return path;
}

static bool split_path(const lsexport_destination_spec *spec, struct address *address) {
  static const char version[] = "?versionId=";
  const char *prefix = spec_text(spec, SPEC_PREFIX);
  struct buf joined;
  buf_init(&joined, ADDRESS_URL_MAX);
  address->bucket_is_from_prefix = !spec_include_bucket(spec);
  if (!address->bucket_is_from_prefix) {
    buf_text(&joined, spec_text(spec, SPEC_BUCKET_NAME));
    buf_text(&joined, "/");
  }
  buf_text(&joined, prefix ? prefix : "");
  buf_text(&joined, "/");
  const char *path = behind_scheme(buf_string(&joined));
  path += strspn(path, "/");
  address->rest_names_bucket = !*path;
  size_t bucket = strcspn(path, "/");
  const char *key = path + bucket + (path[bucket] ? 1 : 0), *cut = strstr(key, version);
  address->key_is_cut = cut != NULL;
  address->bucket = address->rest_names_bucket ? mem_text(ADDRESS_TEST_FOLDER, strlen(ADDRESS_TEST_FOLDER) - 1)
                                               : mem_text(path, bucket);
  address->key_prefix = mem_text(key, cut ? (size_t)(cut - key) : strlen(key));
  bool failed = joined.failure != BUF_FINE;
  buf_reset(&joined);
  return !failed && address->bucket && address->key_prefix;
}

/* What botocore makes of the bucket's name alone; NULL when it goes on. */
static enum address_outcome check_bucket(const struct address *address, const char **why_out) {
  const char *bucket = address->bucket;
  enum address_outcome outcome = ADDRESS_UNKNOWN;
  size_t length = strlen(bucket);
  if (text_begins(bucket, "arn:")) {
    *why_out = "is addressed by an ARN in the prefix";
  } else if (length > BUCKET_MAX || bucket[strspn(bucket, LETTERS CAPITALS DIGITS ".-_")]) {
    *why_out = "has a bucket with a character or a length that LangSmith's S3 client refuses";
    outcome = ADDRESS_REFUSED;
  } else if (address->key_is_cut && !*address->key_prefix) {
    *why_out = "has no key left before \"?versionId=\", and LangSmith's S3 client refuses an empty one";
    outcome = ADDRESS_REFUSED;
  } else if (text_ends(bucket, "--x-s3") || text_ends(bucket, "--op-s3")) {
    *why_out = "is a directory bucket or one of S3 on Outposts, which have ways of their own";
  } else {
    outcome = ADDRESS_FINE;
  }
  return outcome;
}

/* ---- host and path ---- */

static bool names_accelerate(const struct url *endpoint) {
  return !endpoint->port && (text_equal(endpoint->host, "s3-accelerate.amazonaws.com") ||
                             text_equal(endpoint->host, "s3-accelerate.dualstack.amazonaws.com"));
}

static bool wants_path_style(const struct choice *choice) {
  int32_t style = choice->spec->numbers[SPEC_ADDRESSING_STYLE].value;
  if (choice->accelerate) return false;
  if (choice->has_endpoint && !names_accelerate(&choice->endpoint)) return style != LSEXPORT_ADDRESSING_VIRTUAL;
  return style == LSEXPORT_ADDRESSING_PATH;
}

static bool is_virtual_hosted(const struct choice *choice, const char *bucket) {
  if (wants_path_style(choice)) return false;
  if (is_hostable(bucket, false)) return !choice->has_endpoint || !is_address(choice->endpoint.host);
  return choice->has_endpoint && !choice->endpoint.https && is_hostable(bucket, true);
}

/* Whether one host serves all regions, which is how botocore reaches us-east-1 unless it is told otherwise. */
static bool uses_global_host(const struct choice *choice) {
  const char *own = spec_text(choice->spec, SPEC_REGION);
  if (text_equal(choice->region, GLOBAL_REGION)) return true;
  return choice->spec->numbers[SPEC_US_EAST_1_REGIONAL_ENDPOINT].value != LSEXPORT_US_EAST_1_REGIONAL &&
         (!own || text_equal(own, DEFAULT_REGION)) && text_equal(choice->region, DEFAULT_REGION);
}

static void write_aws_host(const struct choice *choice, struct address *address) {
  bool no_region = choice->accelerate || uses_global_host(choice);
  snprintf(address->host, sizeof address->host, "%s%s%s%s%s.%s", address->virtual_hosted ? address->bucket : "",
           address->virtual_hosted ? "." : "", choice->accelerate ? "s3-accelerate" : "s3", no_region ? "" : ".",
           no_region ? "" : choice->region, suffix_of(choice->region));
}

static void write_encoded(struct buf *out, const char *text, size_t length) {
  static const char hex[] = "0123456789ABCDEF";
  for (size_t i = 0; i < length; i++) {
    unsigned char byte = (unsigned char)text[i];
    if (byte && strchr(LETTERS CAPITALS DIGITS "-._~/", byte)) {
      buf_add(out, &text[i], 1);
    } else {
      char code[3] = {'%', hex[byte >> 4], hex[byte & 15]};
      buf_add(out, code, sizeof code);
    }
  }
}

/* botocore takes a path as it is before a bucket in the host, and before one in the path encodes it once more and
 * leaves out its empty segments. */
static char *write_base_path(const char *path, bool as_it_is) {
  struct buf out;
  buf_init(&out, ADDRESS_URL_MAX);
  if (as_it_is) {
    size_t length = strlen(path);
    buf_add(&out, path, length && path[length - 1] == '/' ? length - 1 : length);
    return buf_take(&out);
  }
  for (path += strspn(path, "/"); *path; path += strspn(path, "/")) {
    size_t length = strcspn(path, "/");
    buf_text(&out, "/");
    write_encoded(&out, path, length);
    path += length;
  }
  return buf_take(&out);
}

static bool write_place(const struct choice *choice, struct address *address) {
  const struct url *endpoint = &choice->endpoint;
  int own_port = endpoint->https ? HTTPS_PORT : HTTP_PORT;
  address->virtual_hosted = is_virtual_hosted(choice, address->bucket);
  address->https = !choice->has_endpoint || endpoint->https;
  address->port = endpoint->port == own_port ? 0 : endpoint->port;
  if (choice->has_endpoint)
    snprintf(address->host, sizeof address->host, "%s%s%s", address->virtual_hosted ? address->bucket : "",
             address->virtual_hosted ? "." : "", endpoint->host);
  else
    write_aws_host(choice, address);
  snprintf(address->signing_region, sizeof address->signing_region, "%s",
           text_equal(choice->region, GLOBAL_REGION) ? DEFAULT_REGION : choice->region);
  address->base_path = write_base_path(choice->has_endpoint ? endpoint->path : "", address->virtual_hosted);
  return address->base_path != NULL;
}

/* ---- the whole ---- */

static enum address_outcome check_choice(const struct choice *choice, const char *bucket, const char **why_out) {
  const char *region = choice->region;
  size_t length = strlen(region);
  enum address_outcome outcome = ADDRESS_REFUSED;
  if (length > ADDRESS_LABEL_MAX || !is_label(region, length) || !region[strspn(region, DIGITS)]) {
    *why_out = "has a region of a form that LangSmith's S3 client refuses";
  } else if (choice->has_endpoint && !is_host(choice->endpoint.host)) {
    *why_out = "has an endpoint_url with \"_\" in its host, or with \"-\" at the edge of a label, which LangSmith's S3 "
               "client calls an invalid endpoint";
  } else if (choice->accelerate && choice->has_endpoint) {
    *why_out = "has both an endpoint_url and use_accelerate_endpoint, which LangSmith's S3 client refuses";
  } else if (choice->accelerate && !is_hostable(bucket, false)) {
    *why_out = "has use_accelerate_endpoint and a bucket whose name cannot be part of a host, which LangSmith's S3 "
               "client refuses";
  } else if (choice->accelerate && text_equal(suffix_of(region), partitions[0].suffix)) {
    *why_out = "has use_accelerate_endpoint in a region that has none";
  } else if (!choice->has_endpoint && (strstr(region, "fips-") || strstr(region, "-fips"))) {
    *why_out = "has a region that stands for FIPS endpoints";
    outcome = ADDRESS_UNKNOWN;
  } else {
    outcome = ADDRESS_FINE;
  }
  return outcome;
}

enum address_outcome address_resolve(const lsexport_destination_spec *spec, const char *region,
                                     struct address *address_out, const char **why_out) {
  struct address address = {0};
  struct choice choice = {.spec = spec, .region = region ? region : spec_text(spec, SPEC_REGION)};
  const char *endpoint = spec_text(spec, SPEC_ENDPOINT_URL);
  if (!choice.region) choice.region = GLOBAL_REGION;
  choice.has_endpoint = endpoint != NULL;
  choice.accelerate = spec->numbers[SPEC_USE_ACCELERATE_ENDPOINT].value == 1;
  if ((endpoint && url_parse(endpoint, &choice.endpoint)) ||
      (spec_include_bucket(spec) && !spec_text(spec, SPEC_BUCKET_NAME))) {
    *why_out = "has no bucket_name, or an endpoint_url that cannot be read";
    return ADDRESS_UNKNOWN;
  }
  enum address_outcome outcome = ADDRESS_NO_MEMORY;
  if (split_path(spec, &address)) outcome = check_bucket(&address, why_out);
  if (outcome == ADDRESS_FINE) outcome = check_choice(&choice, address.bucket, why_out);
  if (outcome == ADDRESS_FINE && !write_place(&choice, &address)) outcome = ADDRESS_NO_MEMORY;
  if (outcome == ADDRESS_FINE)
    *address_out = address;
  else
    address_free(&address);
  return outcome;
}

void address_free(struct address *address) {
  mem_free(address->base_path);
  mem_free(address->bucket);
  mem_free(address->key_prefix);
  memset(address, 0, sizeof *address);
}

/* ---- writing ---- */

void address_write_key(struct buf *out, const struct address *address, const char *rest) {
  buf_text(out, address->key_prefix);
  if (address->key_is_cut) return;
  const char *slash = address->rest_names_bucket ? strchr(rest, '/') : NULL;
  buf_text(out, slash ? slash + 1 : rest);
}

void address_write_host(struct buf *out, const struct address *address) {
  buf_text(out, address->host);
  if (!address->port) return;
  buf_text(out, ":");
  buf_integer(out, address->port);
}

void address_write_path(struct buf *out, const struct address *address, const char *key) {
  buf_text(out, address->base_path);
  if (!address->virtual_hosted) {
    buf_text(out, "/");
    buf_text(out, address->bucket);
  }
  buf_text(out, "/");
  write_encoded(out, key, strlen(key));
}

void address_write_url(struct buf *out, const struct address *address, const char *key) {
  buf_text(out, address->https ? "https://" : "http://");
  address_write_host(out, address);
  address_write_path(out, address, key);
}
