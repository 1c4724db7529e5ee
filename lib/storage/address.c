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
#define CHINA "amazonaws.com.cn"

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

bool address_is_ip(const char *host) { return host[0] == '[' || is_ipv4(host); }

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

bool address_is_hostable(const char *bucket) { return is_hostable(bucket, false); }

/* ---- partitions ---- */

/* The name of a region is begin, a word, "-" and a number. The first rows have the suffix that all others have too. */
static const struct partition {
  const char *begin;
  const char *global;
  const char *suffix;
} partitions[] = {
    {"us-", NULL, "amazonaws.com"},
    {"eu-", NULL, "amazonaws.com"},
    {"ap-", NULL, "amazonaws.com"},
    {"sa-", NULL, "amazonaws.com"},
    {"ca-", NULL, "amazonaws.com"},
    {"me-", NULL, "amazonaws.com"},
    {"af-", NULL, "amazonaws.com"},
    {"il-", NULL, "amazonaws.com"},
    {"mx-", NULL, "amazonaws.com"},
    {"us-gov-", NULL, "amazonaws.com"},
    {"cn-", "aws-cn-global", CHINA},
    {"eusc-de-", NULL, "amazonaws.eu"},
    {"us-iso-", "aws-iso-global", "c2s.ic.gov"},
    {"us-isob-", "aws-iso-b-global", "sc2s.sgov.gov"},
    {"eu-isoe-", "aws-iso-e-global", "cloud.adc-e.uk"},
    {"us-isof-", "aws-iso-f-global", "csp.hci.ic.gov"},
};

static bool is_region_of(const char *region, const struct partition *partition) {
  if (partition->global && text_equal(region, partition->global)) return true;
  if (!text_begins(region, partition->begin)) return false;
  const char *word = region + strlen(partition->begin);
  size_t length = strspn(word, LETTERS CAPITALS DIGITS);
  if (!length || word[length] != '-') return false;
  const char *number = word + length + 1;
  return *number && !number[strspn(number, DIGITS)];
}

static const struct partition *partition_of(const char *region) {
  for (size_t i = 0; i < sizeof partitions / sizeof *partitions; i++)
    if (is_region_of(region, &partitions[i])) return &partitions[i];
  return NULL;
}

static const char *suffix_of(const char *region) {
  const struct partition *partition = partition_of(region);
  return partition ? partition->suffix : partitions[0].suffix;
}

bool address_is_of_aws(const char *host) { return text_ends(host, ".amazonaws.com") || text_ends(host, "." CHINA); }

bool address_is_aws_region(const char *region) { return partition_of(region) != NULL; }

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

/* ---- what cannot be ---- */

enum problem {
  NO_PLACE,
  BUCKET_CHARACTERS,
  PREFIX_CHARACTERS,
  EMPTY_KEY,
  ARN,
  DIRECTORY_BUCKET,
  REGION_FORM,
  ENDPOINT_HOST,
  ACCELERATE_WITH_ENDPOINT,
  ACCELERATE_BUCKET,
  ACCELERATE_REGION,
  FIPS_REGION
};

const struct address_problem address_no_memory = {false, "", "", "", ""};
const struct address_problem address_problems[] = {
    [NO_PLACE] = {false, "address_unknown", "config.bucket_name",
                  "or endpoint_url is missing or cannot be read, so that nobody can tell where it leads",
                  "Set both right first."},
    [BUCKET_CHARACTERS] = {true, "bucket_refused", "config.bucket_name",
                           "has a character or a length that LangSmith's client refuses: it sends nothing",
                           "Use the bucket's bare name."},
    [PREFIX_CHARACTERS] = {true, "bucket_refused", "config.prefix",
                           "has a first segment that LangSmith's client takes for the bucket, for "
                           "include_bucket_in_prefix is 0, and refuses as no name of one: it sends nothing",
                           "Begin the prefix with a segment of letters, digits, \".\", \"-\" and \"_\" alone."},
    [EMPTY_KEY] = {true, "key_empty", "config.prefix",
                   "leaves no key before its \"?versionId=\": LangSmith's client sends nothing", "Leave it out."},
    [ARN] = {false, "address_unknown", "config.prefix", "begins with an ARN, whose address is not told here",
             "Set bucket_name and include_bucket_in_prefix 1 for a bucket."},
    [DIRECTORY_BUCKET] = {false, "address_unknown", "config.bucket_name",
                          "is of a directory bucket or of S3 on Outposts, whose addresses are not told here",
                          "Try a bucket of the usual kind if it fails."},
    [REGION_FORM] = {true, "region_refused", "config.region",
                     "has a form that LangSmith's client refuses: it sends nothing",
                     "Set region to the bucket's region, as \"eu-west-1\"."},
    [ENDPOINT_HOST] = {true, "endpoint_refused", "config.endpoint_url",
                       "has \"_\" in its host, or \"-\" at the edge of a label: LangSmith's client calls it an invalid "
                       "endpoint and sends nothing",
                       "Correct the host; a bucket with \"_\" must not be part of it."},
    [ACCELERATE_WITH_ENDPOINT] = {true, "accelerate_refused", "config.config_kwargs_s3.use_accelerate_endpoint",
                                  "is set beside an endpoint_url: LangSmith's client refuses both and sends nothing",
                                  "Leave one of them unset."},
    [ACCELERATE_BUCKET] = {true, "accelerate_refused", "config.config_kwargs_s3.use_accelerate_endpoint",
                           "needs a bucket whose name can be part of a host: LangSmith's client sends nothing",
                           "Leave use_accelerate_endpoint unset."},
    [ACCELERATE_REGION] = {true, "accelerate_refused", "config.config_kwargs_s3.use_accelerate_endpoint",
                           "does not exist in that region: LangSmith's client sends nothing",
                           "Leave use_accelerate_endpoint unset."},
    [FIPS_REGION] = {false, "address_unknown", "config.region",
                     "stands for FIPS endpoints, whose addresses are not told here",
                     "Set region to the bucket's region."},
};
const size_t address_problem_count = sizeof address_problems / sizeof *address_problems;

static const struct address_problem *check_bucket(const struct address *address) {
  const char *bucket = address->bucket;
  if (text_begins(bucket, "arn:")) return &address_problems[ARN];
  if (strlen(bucket) > BUCKET_MAX || bucket[strspn(bucket, LETTERS CAPITALS DIGITS ".-_")])
    return &address_problems[address->bucket_is_from_prefix ? PREFIX_CHARACTERS : BUCKET_CHARACTERS];
  if (address->key_is_cut && !*address->key_prefix) return &address_problems[EMPTY_KEY];
  if (text_ends(bucket, "--x-s3") || text_ends(bucket, "--op-s3")) return &address_problems[DIRECTORY_BUCKET];
  return NULL;
}

static const struct address_problem *check_choice(const struct choice *choice, const char *bucket) {
  const char *region = choice->region;
  size_t length = strlen(region);
  if (length > ADDRESS_LABEL_MAX || !is_label(region, length) || !region[strspn(region, DIGITS)])
    return &address_problems[REGION_FORM];
  if (choice->has_endpoint && !is_host(choice->endpoint.host)) return &address_problems[ENDPOINT_HOST];
  if (strstr(region, "fips-") || strstr(region, "-fips")) return &address_problems[FIPS_REGION];
  if (!choice->accelerate) return NULL;
  if (choice->has_endpoint) return &address_problems[ACCELERATE_WITH_ENDPOINT];
  if (!is_hostable(bucket, false)) return &address_problems[ACCELERATE_BUCKET];
  return text_equal(suffix_of(region), CHINA) ? &address_problems[ACCELERATE_REGION] : NULL;
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
  if (is_hostable(bucket, false)) return !choice->has_endpoint || !address_is_ip(choice->endpoint.host);
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
    url_encode(&out, path, length, "/");
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

/* The service reads the bucket from an endpoint that names it. Where the spec says nothing of that, AWS's own host
 * alone is sure to. */
static bool take_endpoint_bucket(const struct choice *choice, struct address *address) {
  const char *bucket = spec_text(choice->spec, SPEC_BUCKET_NAME);
  if (!choice->has_endpoint || address->virtual_hosted || !bucket) return true;
  if (!spec_endpoint_names_bucket(&choice->endpoint, bucket)) return true;
  if (!address->bucket_is_from_prefix && !address_is_of_aws(choice->endpoint.host)) return true;
  address->endpoint_bucket = mem_text(bucket, strlen(bucket));
  return address->endpoint_bucket != NULL;
}

/* ---- the whole ---- */

const struct address_problem *address_resolve(const lsexport_destination_spec *spec, const char *region,
                                              struct address *address_out) {
  struct address address = {0};
  struct choice choice = {.spec = spec, .region = region ? region : spec_text(spec, SPEC_REGION)};
  const char *endpoint = spec_text(spec, SPEC_ENDPOINT_URL);
  if (!choice.region) choice.region = GLOBAL_REGION;
  choice.has_endpoint = endpoint != NULL;
  choice.accelerate = spec->numbers[SPEC_USE_ACCELERATE_ENDPOINT].value == 1;
  if ((endpoint && url_parse(endpoint, &choice.endpoint)) ||
      (spec_include_bucket(spec) && !spec_text(spec, SPEC_BUCKET_NAME)))
    return &address_problems[NO_PLACE];
  const struct address_problem *problem = &address_no_memory;
  if (split_path(spec, &address)) problem = check_bucket(&address);
  if (!problem) problem = check_choice(&choice, address.bucket);
  if (!problem && (!write_place(&choice, &address) || !take_endpoint_bucket(&choice, &address)))
    problem = &address_no_memory;
  if (problem)
    address_free(&address);
  else
    *address_out = address;
  return problem;
}

void address_free(struct address *address) {
  mem_free(address->base_path);
  mem_free(address->bucket);
  mem_free(address->key_prefix);
  mem_free(address->endpoint_bucket);
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
  url_encode(out, key, strlen(key), "/");
}

void address_write_url(struct buf *out, const struct address *address, const char *key) {
  buf_text(out, address->https ? "https://" : "http://");
  address_write_host(out, address);
  address_write_path(out, address, key);
}
