/* SPDX-License-Identifier: MIT */
/* Bucket, region and endpoint: whether they lead where they seem to. */
#include "base/text.h"
#include "storage/explain_part.h"

#include <arpa/inet.h>
#include <string.h>

#define HOST_TEXT_MAX (URL_MAX_HOST_LENGTH + 1)

/* ---- bucket ---- */

static bool host_begins_with_bucket(const struct explained *explained) {
  const char *bucket = spec_text(explained->spec, SPEC_BUCKET_NAME);
  return explained->has_endpoint && bucket && spec_endpoint_names_bucket(&explained->endpoint, bucket);
}

static void explain_bucket_twice(const struct explained *explained) {
  const struct address *address = explained->address;
  if (!address || !host_begins_with_bucket(explained)) return;
  if (address->bucket_is_from_prefix && address->virtual_hosted)
    explain_tell(explained, FINDING_PREFIX_IN_HOST, address->bucket);
  if (!address->bucket_is_from_prefix)
    explain_tell(explained, address->virtual_hosted ? FINDING_BUCKET_TWICE_IN_HOST : FINDING_BUCKET_TWICE,
                 address->bucket);
}

/* LangSmith's client goes over to the path without a word. */
static void explain_style(const struct explained *explained) {
  const struct address *address = explained->address;
  bool wanted = explained->spec->numbers[SPEC_ADDRESSING_STYLE].value == LSEXPORT_ADDRESSING_VIRTUAL;
  if (!wanted || !address || address->virtual_hosted) return;
  bool by_ip = explained->has_endpoint && address_is_ip(explained->endpoint.host);
  explain_tell(explained, FINDING_VIRTUAL_FALLS_BACK, by_ip ? "an address as endpoint" : "this bucket's name");
}

/* A bucket's name by AWS's rules of today. */
static bool is_modern_name(const char *bucket) {
  return !bucket[strspn(bucket, "abcdefghijklmnopqrstuvwxyz0123456789-.")] && !strstr(bucket, "..") &&
         !strchr("-.", bucket[0]) && !strchr("-.", bucket[strlen(bucket) - 1]) && !address_is_ip(bucket);
}

static void explain_name(const struct explained *explained) {
  const struct address *address = explained->address;
  if (!address || !explained->is_aws || address->endpoint_bucket || address_is_hostable(address->bucket)) return;
  if (is_modern_name(address->bucket))
    explain_tell(explained, FINDING_BUCKET_NAME_WITH_DOTS, NULL);
  else if (text_equal(address->signing_region, "us-east-1"))
    explain_tell(explained, FINDING_BUCKET_NAME_OF_OLD, NULL);
  else
    explain_tell(explained, FINDING_BUCKET_NAME_NOT_AWS, NULL);
}

static void explain_certificate(const struct explained *explained) {
  const char *bucket = spec_text(explained->spec, SPEC_BUCKET_NAME);
  if (!host_begins_with_bucket(explained) || !explained->endpoint.https || !strchr(bucket, '.')) return;
  if (text_begins_ignoring_case(explained->endpoint.host, bucket)) explain_tell(explained, FINDING_DOTS_IN_HOST, NULL);
}

void explain_bucket(const struct explained *explained) {
  explain_bucket_twice(explained);
  explain_style(explained);
  explain_name(explained);
  explain_certificate(explained);
}

/* ---- region ---- */

/* The region that a host of AWS names, as "s3.eu-west-1.amazonaws.com" or "s3-eu-west-1.amazonaws.com"; "" when it
 * names none. */
static void region_of_host(const char *host, char region[HOST_TEXT_MAX]) {
  static const char *const ends[] = {".cn", ".com", ".amazonaws", ".vpce"};
  size_t length = strlen(host);
  for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
    size_t end = strlen(ends[i]);
    if (length >= end && memcmp(host + length - end, ends[i], end) == 0) length -= end;
  }
  const char *label = host + length;
  while (label > host && label[-1] != '.') label--;
  length = (size_t)(host + length - label);
  if (length > 3 && text_begins(label, "s3-")) {
    label += 3;
    length -= 3;
  }
  memcpy(region, label, length);
  region[length] = '\0';
  if (!address_is_aws_region(region)) region[0] = '\0';
}

void explain_region(const struct explained *explained) {
  const struct address *address = explained->address;
  const char *region = spec_text(explained->spec, SPEC_REGION);
  char of_host[HOST_TEXT_MAX] = "";
  if (!address || !explained->is_aws) return;
  if (explained->has_endpoint) region_of_host(explained->endpoint.host, of_host);
  if (*of_host && !text_equal(of_host, address->signing_region))
    explain_tell(explained, FINDING_REGION_CONTRADICTS_ENDPOINT, of_host);
  else if (!region && !*of_host)
    explain_tell(explained, FINDING_REGION_MISSING, NULL);
  else if (region && !explained->has_endpoint && !address_is_aws_region(region))
    explain_tell(explained, FINDING_REGION_NOT_AWS, NULL);
}

/* ---- endpoint ---- */

static bool is_private_ipv4(uint32_t address) {
  static const struct {
    uint32_t network;
    int bits;
  } nets[] = {{0x00000000, 8},  {0x0a000000, 8},  {0x64400000, 10}, {0x7f000000, 8},
              {0xa9fe0000, 16}, {0xac100000, 12}, {0xc0a80000, 16}};
  for (size_t i = 0; i < sizeof nets / sizeof *nets; i++)
    if ((address ^ nets[i].network) >> (32 - nets[i].bits) == 0) return true;
  return false;
}

static bool is_private_ipv6(const uint8_t bytes[16]) {
  static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff}, zeros[15];
  if (memcmp(bytes, mapped, sizeof mapped) == 0)
    return is_private_ipv4((uint32_t)bytes[12] << 24 | (uint32_t)bytes[13] << 16 | (uint32_t)bytes[14] << 8 |
                           bytes[15]);
  if (memcmp(bytes, zeros, sizeof zeros) == 0) return bytes[15] <= 1;
  return (bytes[0] & 0xfe) == 0xfc || (bytes[0] == 0xfe && (bytes[1] & 0xc0) == 0x80);
}

static bool is_private_name(const char *host) {
  return !strchr(host, '.') || text_ends(host, ".local") || text_ends(host, ".internal") ||
         text_ends(host, ".localhost") || text_ends(host, ".vpce.amazonaws.com");
}

bool explain_is_private(const char *host) {
  struct in_addr four;
  struct in6_addr six = {0};
  char bare[HOST_TEXT_MAX];
  if (inet_pton(AF_INET, host, &four) == 1) return is_private_ipv4(ntohl(four.s_addr));
  if (host[0] != '[') return is_private_name(host);
  size_t length = strlen(host) - 2;
  memcpy(bare, host + 1, length);
  bare[length] = '\0';
  (void)inet_pton(AF_INET6, bare, &six); /* the URL's reader has seen that it is one */
  return is_private_ipv6(six.s6_addr);
}

static bool is_loopback(const struct url *url) { return url_is_loopback(url) || text_ends(url->host, ".localhost"); }

static void explain_reach(const struct explained *explained) {
  bool is_cloud = explained->place == LANGSMITH_CLOUD || explained->place == LANGSMITH_CLOUD_ON_AWS;
  if (!explain_is_private(explained->endpoint.host)) return;
  if (is_cloud)
    explain_tell(explained, FINDING_PRIVATE_ADDRESS, NULL);
  else if (explained->place == LANGSMITH_ANYWHERE)
    explain_tell(explained, FINDING_PRIVATE_ADDRESS_SOMEWHERE, NULL);
  else if (is_loopback(&explained->endpoint) && !explained->place_is_loopback)
    explain_tell(explained, FINDING_LOOPBACK_ADDRESS, NULL);
}

static bool is_website(const char *host) {
  return address_is_of_aws(host) && (strstr(host, ".s3-website") || text_begins(host, "s3-website"));
}

static bool is_console(const char *host) {
  static const char *const hosts[] = {"console.aws.amazon.com", "console.amazonaws.cn", "console.cloud.google.com",
                                      "storage.cloud.google.com", "console.amazonaws-us-gov.com"};
  for (size_t i = 0; i < sizeof hosts / sizeof *hosts; i++) {
    size_t length = strlen(host), end = strlen(hosts[i]);
    if (text_ends(host, hosts[i]) && (length == end || host[length - end - 1] == '.')) return true;
  }
  return false;
}

void explain_endpoint(const struct explained *explained) {
  const struct url *endpoint = &explained->endpoint;
  if (!explained->has_endpoint) return;
  if (is_website(endpoint->host)) {
    explain_tell(explained, FINDING_WEBSITE_ENDPOINT, NULL);
    return;
  }
  if (is_console(endpoint->host)) {
    explain_tell(explained, FINDING_CONSOLE_URL, NULL);
    return;
  }
  explain_reach(explained);
  if (!endpoint->https) explain_tell(explained, is_loopback(endpoint) ? FINDING_HTTP_LOOPBACK : FINDING_HTTP, NULL);
  if (explained->is_aws) explain_tell(explained, FINDING_AWS_WITH_ENDPOINT, NULL);
  if (explained->address && explained->address->endpoint_bucket)
    explain_tell(explained, FINDING_TEST_OBJECT_STAYS, NULL);
}
