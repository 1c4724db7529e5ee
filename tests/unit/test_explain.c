/* SPDX-License-Identifier: MIT */
/* What explain finds in a spec, and what it does not. */
#include "fixtures.h"

#include "storage/explain.h"
#include "storage/finding.h"

#include <stdio.h>
#include <string.h>

#define ASIA "ASIACANARYKEYID00001"
#define GOOG "GOOGCANARYKEYID00001"
#define CLOUD "https://eu.api.smith.langchain.com"
#define AWS_CLOUD "https://aws.api.smith.langchain.com"
#define OWN "https://langsmith.example.com/api"
#define S3 "https://s3.example.com"
#define LOCK " n:object_lock_checksum" /* on AWS, where nothing is known of the bucket */
#define MANY_10 "aaaaaaaaaa"
#define MANY_100 MANY_10 MANY_10 MANY_10 MANY_10 MANY_10 MANY_10 MANY_10 MANY_10 MANY_10 MANY_10
#define MANY_800 MANY_100 MANY_100 MANY_100 MANY_100 MANY_100 MANY_100 MANY_100 MANY_100

struct row {
  const char *findings; /* all of them: severity's letter and code, in the report's order */
  const char *bucket;   /* NULL: "exp" */
  const char *prefix;   /* NULL: "data" */
  const char *region;   /* NULL: eu-west-1 for AWS; "": unset */
  const char *endpoint;
  const char *api_root;
  const char *kwargs;
  const char *checksum;
  const char *encryption;
  const char *key_id; /* NULL: one of AWS; ROLE: a role; "": the server's own */
  const char *token;
  const char *allow;
  int32_t style;
  bool exclude_bucket; /* include_bucket_in_prefix 0 */
  bool accelerate;
};

static lsexport_credentials *credentials_of(const struct row *row) {
  if (!row->key_id)
    return row->token ? session_credentials(KEY_ID, SECRET, row->token) : static_credentials(KEY_ID, SECRET);
  if (!*row->key_id) return server_credentials();
  if (strcmp(row->key_id, ROLE) == 0) return role_credentials(ROLE);
  return row->token ? session_credentials(row->key_id, SECRET, row->token) : static_credentials(row->key_id, SECRET);
}

static lsexport_destination_spec *spec_of(const struct row *row) {
  lsexport_destination_spec *spec = spec_bare(credentials_of(row));
  const char *region = row->region ? row->region : row->endpoint ? "" : "eu-west-1";
  lsexport_destination_spec_set_bucket_name(spec, row->bucket ? row->bucket : "exp");
  lsexport_destination_spec_set_prefix(spec, row->prefix ? row->prefix : "data");
  if (*region) lsexport_destination_spec_set_region(spec, region);
  if (row->endpoint) lsexport_destination_spec_set_endpoint_url(spec, row->endpoint);
  if (row->kwargs) lsexport_destination_spec_set_s3_additional_kwargs_json(spec, row->kwargs);
  if (row->checksum) lsexport_destination_spec_set_checksum_algorithm(spec, row->checksum);
  if (row->encryption) lsexport_destination_spec_set_server_side_encryption(spec, row->encryption);
  if (row->allow) lsexport_destination_spec_allow(spec, row->allow);
  if (row->style) lsexport_destination_spec_set_addressing_style(spec, row->style);
  if (row->exclude_bucket) lsexport_destination_spec_set_include_bucket_in_prefix(spec, 0);
  if (row->accelerate) lsexport_destination_spec_set_use_accelerate_endpoint(spec, 1);
  return spec;
}

static lsexport_report *explained(const lsexport_destination_spec *spec, const char *api_root) {
  struct secrets secrets = {0};
  lsexport_report *report = report_new();
  secrets_add(&secrets, SECRET, strlen(SECRET));
  secrets_add(&secrets, TOKEN, strlen(TOKEN));
  secrets_add(&secrets, "short", strlen("short"));
  explain(report, spec, api_root, &secrets);
  ck_assert_ptr_null(report_finish(report));
  return report;
}

static void write_findings(const lsexport_report *report, char *out, size_t size) {
  out[0] = '\0';
  for (size_t i = 0; i < lsexport_report_finding_count(report); i++) {
    size_t length = strlen(out);
    snprintf(out + length, size - length, "%s%c:%s", i ? " " : "", "?nwe"[lsexport_report_finding_severity(report, i)],
             lsexport_report_finding_code(report, i));
  }
}

static const struct row rows[] = {
    /* Nothing but what always holds. */
    {.findings = "n:object_lock_checksum"},
    {.findings = "", .endpoint = S3},
    {.findings = "", .endpoint = S3 ":9000/base", .region = "anything"},
    {.findings = "", .checksum = "SHA256"},
    {.findings = "w:part_checksums", .checksum = "CRC32"},
    {.findings = "", .endpoint = S3, .api_root = CLOUD},

    /* What create refuses, under its name or as not_valid. */
    {.findings = "e:not_valid" LOCK, .bucket = "a b"},
    {.findings = "e:not_valid", .endpoint = "s3.example.com"},
    {.findings = "e:not_valid" LOCK, .region = "eu west 1"},
    {.findings = "e:not_valid" LOCK, .prefix = "a\nb"},
    {.findings = "e:not_valid" LOCK, .kwargs = "[]"},
    {.findings = "e:not_valid" LOCK, .kwargs = "{\"SSECustomerKey\":\"x\"}"},
    {.findings = "e:not_valid" LOCK, .kwargs = "{\"storageclass\":\"STANDARD\"}"},
    {.findings = "e:confused_bucket" LOCK, .exclude_bucket = true},
    {.findings = "e:missing_session_token" LOCK, .key_id = ASIA},
    {.findings = "e:google_key_without_endpoint" LOCK, .key_id = GOOG},
    {.findings = "e:google_endpoint_without_key", .endpoint = "https://storage.googleapis.com"},
    {.findings = "w:confused_bucket" LOCK, .exclude_bucket = true, .allow = "confused_bucket"},
    {.findings = "w:missing_session_token" LOCK, .key_id = ASIA, .allow = "missing_session_token"},
    {.findings = "w:google_key_without_endpoint" LOCK, .key_id = GOOG, .allow = "google_key_without_endpoint"},
    {.findings = "w:google_endpoint_without_key",
     .endpoint = "https://storage.googleapis.com",
     .allow = "google_endpoint_without_key"},

    /* What LangSmith's client refuses. */
    {.findings = "e:region_refused" LOCK, .region = "12"},
    {.findings = "e:endpoint_refused", .endpoint = "https://a_b.example.com"},
    {.findings = "e:accelerate_refused", .endpoint = S3, .accelerate = true},
    {.findings = "e:accelerate_refused" LOCK, .bucket = "my.bucket", .accelerate = true},
    {.findings = "e:accelerate_refused" LOCK, .region = "cn-north-1", .accelerate = true},
    {.findings = "e:not_valid e:confused_bucket", .bucket = "a/b", .endpoint = S3, .exclude_bucket = true},
    {.findings = "e:bucket_refused", .prefix = "a=b", .endpoint = "https://exp.example.com", .exclude_bucket = true},
    {.findings = "e:key_empty" LOCK, .prefix = "?versionId=1"},
    {.findings = "n:address_unknown" LOCK, .region = "fips-us-gov-west-1", .checksum = NULL},
    {.findings = "n:address_unknown" LOCK, .bucket = "exp--use1-az4--x-s3"},

    /* Secrets in the wrong place; a short one may be there by chance. */
    {.findings = "e:secret_in_config" LOCK, .prefix = "a/" SECRET},
    {.findings = "e:secret_in_config" LOCK, .prefix = "a/" TOKEN "/b"},
    {.findings = "e:secret_in_config" LOCK, .kwargs = "{\"Tagging\":\"" TOKEN "\"}"},
    {.findings = "", .prefix = "short/a", .endpoint = S3},

    /* Where it leads. */
    {.findings = "w:bucket_twice", .endpoint = "https://exp.example.com"},
    {.findings = "w:bucket_twice", .endpoint = S3 "/exp/"},
    {.findings = "w:bucket_twice n:aws_with_endpoint n:test_object_stays" LOCK,
     .region = "eu-west-1",
     .endpoint = "https://exp.s3.eu-west-1.amazonaws.com"},
    {.findings = "w:bucket_twice", .endpoint = "https://exp.example.com", .style = LSEXPORT_ADDRESSING_VIRTUAL},
    {.findings = "e:prefix_in_host",
     .endpoint = "https://exp.example.com",
     .style = LSEXPORT_ADDRESSING_VIRTUAL,
     .exclude_bucket = true},
    {.findings = "n:test_object_stays", .endpoint = "https://exp.example.com", .exclude_bucket = true},
    {.findings = "w:prefix_taken_for_bucket n:test_object_stays",
     .prefix = "",
     .endpoint = "https://exp.example.com",
     .exclude_bucket = true},
    {.findings = "w:virtual_falls_back", .bucket = "my_bucket", .endpoint = S3, .style = LSEXPORT_ADDRESSING_VIRTUAL},
    {.findings = "w:virtual_falls_back", .endpoint = "https://203.0.113.9", .style = LSEXPORT_ADDRESSING_VIRTUAL},
    {.findings = "w:virtual_falls_back n:bucket_name_with_dots" LOCK,
     .bucket = "my.bucket",
     .style = LSEXPORT_ADDRESSING_VIRTUAL},
    {.findings = "e:endpoint_refused", .endpoint = "https://a_b.c", .style = LSEXPORT_ADDRESSING_VIRTUAL},
    {.findings = "", .endpoint = S3, .style = LSEXPORT_ADDRESSING_VIRTUAL},
    {.findings = "", .bucket = "my_bucket", .endpoint = S3},
    {.findings = "n:bucket_name_with_dots" LOCK, .bucket = "my.bucket"},
    {.findings = "n:bucket_name_not_aws" LOCK, .bucket = "my_bucket", .region = "us-east-1"},
    {.findings = "w:bucket_name_not_aws" LOCK, .bucket = "my_bucket"},
    {.findings = "w:bucket_name_not_aws" LOCK, .bucket = "My-Bucket"},
    {.findings = "w:bucket_name_not_aws" LOCK, .bucket = "a..b"},
    {.findings = "w:bucket_name_not_aws" LOCK, .bucket = "-ab"},
    {.findings = "w:bucket_name_not_aws" LOCK, .bucket = "ab-"},
    {.findings = "w:bucket_name_not_aws" LOCK, .bucket = "192.168.5.4"},
    {.findings = "w:dots_in_host n:test_object_stays",
     .bucket = "my.bucket",
     .endpoint = "https://my.bucket.example.com",
     .exclude_bucket = true},
    {.findings = "w:http n:test_object_stays",
     .bucket = "my.bucket",
     .endpoint = "http://my.bucket.example.com",
     .exclude_bucket = true},
    {.findings = "n:test_object_stays", .bucket = "my.bucket", .endpoint = S3 "/my.bucket", .exclude_bucket = true},

    /* Region. */
    {.findings = "w:region_missing" LOCK, .region = ""},
    {.findings = "w:region_missing n:aws_with_endpoint" LOCK, .endpoint = "https://s3.amazonaws.com"},
    {.findings = "w:region_not_aws" LOCK, .region = "us-east-1a"},
    {.findings = "w:region_not_aws" LOCK, .region = "EU-West-1"},
    {.findings = "n:object_lock_checksum", .region = "cn-north-1"},
    {.findings = "n:object_lock_checksum", .region = "us-iso-east-1"},
    {.findings = "n:aws_with_endpoint" LOCK, .region = "eu-west-1", .endpoint = "https://s3.eu-west-1.amazonaws.com"},
    {.findings = "n:aws_with_endpoint" LOCK, .endpoint = "https://s3.us-east-1.amazonaws.com"},
    {.findings = "w:region_contradicts_endpoint n:aws_with_endpoint" LOCK,
     .endpoint = "https://s3.eu-west-1.amazonaws.com"},
    {.findings = "w:region_contradicts_endpoint n:aws_with_endpoint" LOCK,
     .region = "us-east-1",
     .endpoint = "https://s3-eu-west-1.amazonaws.com"},
    {.findings = "w:region_contradicts_endpoint n:private_address n:aws_with_endpoint" LOCK,
     .region = "us-east-1",
     .endpoint = "https://bucket.vpce-1a2b.s3.eu-west-1.vpce.amazonaws.com"},
    {.findings = "w:region_contradicts_endpoint n:aws_with_endpoint" LOCK,
     .region = "cn-north-1",
     .endpoint = "https://s3.cn-northwest-1.amazonaws.com.cn"},

    /* Endpoint. */
    {.findings = "e:website_endpoint" LOCK,
     .region = "us-east-1",
     .endpoint = "https://exp2.s3-website-us-east-1.amazonaws.com"},
    {.findings = "e:website_endpoint w:region_contradicts_endpoint" LOCK,
     .endpoint = "http://s3-website.eu-west-1.amazonaws.com"},
    {.findings = "", .endpoint = "https://s3-website.example.com"},
    {.findings = "e:console_url", .endpoint = "https://eu-west-1.console.aws.amazon.com/s3/buckets/exp2"},
    {.findings = "e:console_url", .endpoint = "https://console.cloud.google.com"},
    {.findings = "", .endpoint = "https://myconsole.cloud.google.com"},
    {.findings = "w:http", .endpoint = "http://s3.example.com"},
    {.findings = "n:private_address n:http", .endpoint = "http://127.0.0.1:9000"},
    {.findings = "n:http", .endpoint = "http://127.0.0.1:9000", .api_root = "http://127.0.0.1:1984"},
    {.findings = "w:loopback_address n:http", .endpoint = "http://localhost:9000", .api_root = OWN},
    {.findings = "w:loopback_address", .endpoint = "https://minio.localhost:9000", .api_root = OWN},
    {.findings = "", .endpoint = "https://minio:9000", .api_root = OWN},
#define PRIVATE(host)                                                                  \
  {.findings = "e:private_address", .endpoint = "https://" host, .api_root = CLOUD}, { \
    .findings = "n:private_address", .endpoint = "https://" host                       \
  }
    PRIVATE("0.0.0.1"),
    PRIVATE("10.1.2.3"),
    PRIVATE("100.64.0.1"),
    PRIVATE("127.1.2.3"),
    PRIVATE("169.254.1.2"),
    PRIVATE("172.31.255.255"),
    PRIVATE("192.168.5.4"),
    PRIVATE("[::1]"),
    PRIVATE("[::]"),
    PRIVATE("[fe80::1]"),
    PRIVATE("[fd00::1]"),
    PRIVATE("[::ffff:10.0.0.1]"),
    PRIVATE("minio"),
    PRIVATE("minio.local"),
    PRIVATE("minio.internal"),
    PRIVATE("minio.localhost"),
#define PUBLIC(host) {.findings = "", .endpoint = "https://" host, .api_root = AWS_CLOUD}
    PUBLIC("[fec0::1]"),
    PUBLIC("[::2]"),
    PUBLIC("8.8.8.8"),
    PUBLIC("172.32.0.1"),
    PUBLIC("100.128.0.1"),
    PUBLIC("[2001:db8::1]"),
    PUBLIC("[::ffff:8.8.8.8]"),
    PUBLIC("local.example.com"),

    /* Prefix. */
    {.findings = "n:prefix_empty", .prefix = "", .endpoint = S3},
    {.findings = "w:prefix_leading_slash", .prefix = "/a", .endpoint = S3},
    {.findings = "w:prefix_leading_slash w:prefix_trailing_slash", .prefix = "/", .endpoint = S3},
    {.findings = "w:prefix_trailing_slash", .prefix = "a/", .endpoint = S3},
    {.findings = "n:prefix_trailing_slash" LOCK, .prefix = "a/"},
    {.findings = "w:prefix_double_slash", .prefix = "a//b", .endpoint = S3},
    {.findings = "w:prefix_dots", .prefix = "a/../b", .endpoint = S3},
    {.findings = "w:prefix_dots", .prefix = "..", .endpoint = S3},
    {.findings = "w:prefix_dots", .prefix = "./x", .endpoint = S3},
    {.findings = "", .prefix = "a.b/..c/.d/e", .endpoint = S3},
    {.findings = "", .prefix = "...", .endpoint = S3},
    {.findings = "w:prefix_dots n:test_object_stays",
     .prefix = "../a",
     .endpoint = "https://exp.example.com",
     .exclude_bucket = true},
    {.findings = "w:prefix_blank_ends", .prefix = " a", .endpoint = S3},
    {.findings = "w:prefix_blank_ends", .prefix = "a ", .endpoint = S3},
    {.findings = "", .prefix = "a b", .endpoint = S3},
    {.findings = "w:prefix_scheme w:prefix_double_slash", .prefix = "s3://a", .endpoint = S3},
    {.findings = "w:prefix_scheme w:prefix_double_slash", .prefix = "s3a://a", .endpoint = S3},
    {.findings = "w:prefix_scheme w:prefix_double_slash", .prefix = "gs://a", .endpoint = S3},
    {.findings = "n:prefix_begins_with_bucket", .prefix = "exp", .endpoint = S3},
    {.findings = "n:prefix_begins_with_bucket", .prefix = "exp/a", .endpoint = S3},
    {.findings = "", .prefix = "exports", .endpoint = S3},
    {.findings = "n:prefix_pattern", .prefix = "a*", .endpoint = S3},
    {.findings = "n:prefix_pattern", .prefix = "a?b", .endpoint = S3},
    {.findings = "n:prefix_pattern", .prefix = "[a]", .endpoint = S3},
    {.findings = "e:version_in_prefix", .prefix = "a?versionId=1", .endpoint = S3},
    {.findings = "", .prefix = MANY_800, .endpoint = S3},
    {.findings = "w:key_long_for_exports", .prefix = MANY_800 MANY_100, .endpoint = S3},
    {.findings = "e:key_too_long", .prefix = MANY_800 MANY_100 MANY_100, .endpoint = S3},
    {.findings = "w:key_long_for_exports n:test_object_stays",
     .prefix = MANY_100 "/" MANY_100 MANY_100 MANY_100 MANY_100 MANY_100 MANY_100 MANY_100 MANY_100,
     .endpoint = "https://exp.example.com",
     .exclude_bucket = true},

    /* s3_additional_kwargs. */
    {.findings = "",
     .kwargs = "{\"Metadata\":{\"a\":\"b\"},\"Tagging\":\"a=b\",\"BucketKeyEnabled\":true}",
     .endpoint = S3},
    {.findings = "",
     .kwargs = "{\"ObjectLockMode\":\"GOVERNANCE\",\"ObjectLockRetainUntilDate\":\"2027-01-01\"}",
     .endpoint = S3},
    {.findings = "w:kwarg_unknown", .kwargs = "{\"FooBar\":1}", .endpoint = S3},
    {.findings = "w:kwarg_unknown", .kwargs = "{\"bucket_key_enabled\":true}", .endpoint = S3},
    {.findings = "w:kwarg_unknown", .kwargs = "{\"cache-control\":\"x\"}", .endpoint = S3},
    {.findings = "w:kwarg_unknown", .kwargs = "{\"Tag\":\"x\"}", .endpoint = S3},
    {.findings = "w:kwarg_overruled w:kwarg_overruled w:kwarg_overruled",
     .kwargs = "{\"Bucket\":\"x\",\"Key\":\"y\",\"Body\":\"z\"}",
     .endpoint = S3},
    {.findings = "w:kwarg_of_one_object", .kwargs = "{\"ContentMD5\":\"x\"}", .endpoint = S3},
    {.findings = "w:kwarg_of_one_object", .kwargs = "{\"ChecksumSHA256\":\"x\"}", .endpoint = S3},
    {.findings = "w:kwarg_of_one_object", .kwargs = "{\"VersionId\":\"x\"}", .endpoint = S3},
    {.findings = "w:kwarg_of_one_object", .kwargs = "{\"ContentLength\":7}", .endpoint = S3},
    {.findings = "e:kwarg_type", .kwargs = "{\"CacheControl\":5}", .endpoint = S3},
    {.findings = "e:kwarg_type", .kwargs = "{\"CacheControl\":null}", .endpoint = S3},
    {.findings = "e:kwarg_type", .kwargs = "{\"BucketKeyEnabled\":\"true\"}", .endpoint = S3},
    {.findings = "e:kwarg_type", .kwargs = "{\"ContentLength\":\"7\"}", .endpoint = S3},
    {.findings = "e:kwarg_type", .kwargs = "{\"Metadata\":\"a\"}", .endpoint = S3},
    {.findings = "e:kwarg_type", .kwargs = "{\"Metadata\":{\"a\":1}}", .endpoint = S3},
    {.findings = "e:kwarg_type", .kwargs = "{\"ObjectLockRetainUntilDate\":[]}", .endpoint = S3},
    {.findings = "", .kwargs = "{\"ObjectLockRetainUntilDate\":1800000000}", .endpoint = S3},
    {.findings = "w:kwarg_of_one_object", .kwargs = "{\"ContentLength\":true}", .endpoint = S3},
    {.findings = "e:kwarg_acl", .kwargs = "{\"ACL\":\"nope\"}", .endpoint = S3},
    {.findings = "", .kwargs = "{\"ACL\":\"bucket-owner-full-control\"}", .endpoint = S3},
    {.findings = "n:object_lock_checksum", .kwargs = "{\"ACL\":\"bucket-owner-full-control\"}"},
    {.findings = "n:acl_on_aws" LOCK, .kwargs = "{\"ACL\":\"private\"}"},
    {.findings = "w:google_checksum",
     .checksum = "SHA256",
     .endpoint = "https://storage.googleapis.com",
     .key_id = GOOG},
    {.findings = "", .checksum = "SHA256", .endpoint = S3},
    {.findings = "n:kms_permissions", .checksum = "SHA256", .encryption = "aws:kms"},
    {.findings = "", .checksum = "SHA256", .encryption = "AES256"},
    {.findings = "", .encryption = "aws:kms", .endpoint = S3},

    /* Credentials. */
    {.findings = "n:session_expires", .checksum = "SHA256", .key_id = ASIA, .token = TOKEN},
    {.findings = "w:token_without_asia n:session_expires", .checksum = "SHA256", .token = TOKEN},
    {.findings = "n:session_expires", .endpoint = S3, .token = TOKEN},
    {.findings = "n:role_not_supported", .checksum = "SHA256", .key_id = ROLE},
    {.findings = "", .checksum = "SHA256", .key_id = ROLE, .api_root = CLOUD},
    {.findings = "", .checksum = "SHA256", .key_id = ROLE, .api_root = ROOT},
    {.findings = "e:role_not_supported", .checksum = "SHA256", .key_id = ROLE, .api_root = AWS_CLOUD},
    {.findings = "e:role_not_supported", .checksum = "SHA256", .key_id = ROLE, .api_root = OWN},
    {.findings = "w:role_with_endpoint", .endpoint = S3, .key_id = ROLE, .api_root = CLOUD},
    {.findings = "n:server_credentials", .endpoint = S3, .key_id = ""},
    {.findings = "e:server_credentials", .endpoint = S3, .key_id = "", .api_root = CLOUD},
    {.findings = "e:server_credentials", .endpoint = S3, .key_id = "", .api_root = AWS_CLOUD},
    {.findings = "", .endpoint = S3, .key_id = "", .api_root = OWN},
    {.findings = "n:server_credentials", .endpoint = S3, .key_id = "", .api_root = "no URL"},
};

START_TEST(a_spec_has_these_findings_and_no_others) {
  char found[1024];
  lsexport_destination_spec *spec = spec_of(&rows[_i]);
  lsexport_report *report = explained(spec, rows[_i].api_root);
  write_findings(report, found, sizeof found);
  ck_assert_msg(strcmp(found, rows[_i].findings) == 0, "row %d: \"%s\" in place of \"%s\"\n%s", _i, found,
                rows[_i].findings, lsexport_report_text(report));
  lsexport_report_free(report);
  lsexport_destination_spec_free(spec);
}
END_TEST

START_TEST(every_finding_has_a_row_here) {
  for (size_t i = 0; i < FINDING_COUNT; i++) {
    char word[128];
    size_t at = 0;
    snprintf(word, sizeof word, "%c:%s", "?nwe"[finding_rows[i].severity], finding_rows[i].code);
    while (at < COUNT(rows) && !strstr(rows[at].findings, word)) at++;
    ck_assert_msg(at < COUNT(rows), "%s", word);
  }
}
END_TEST

int main(void) {
  Suite *suite = suite_create("test_explain");
  TCase *cases = add_cases(suite, "findings");
  tcase_add_loop_test(cases, a_spec_has_these_findings_and_no_others, 0, (int)COUNT(rows));
  tcase_add_test(cases, every_finding_has_a_row_here);
  return run_suite(suite);
}
