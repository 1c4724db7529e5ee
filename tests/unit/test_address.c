/* SPDX-License-Identifier: MIT */
/* Where a request goes. That s3fs sends it there is held in tests/e2e/test_explain.py; these are the forms that it is
 * written in, and what a caller gets besides. */
#include "fixtures.h"

#include "storage/address.h"

#include <stdio.h>
#include <string.h>

struct row {
  const char *url; /* of "tmp/x"; or the code of the problem */
  const char *region, *endpoint, *bucket, *prefix;
  const char *found_region; /* that S3 named */
  int32_t style, us_east_1;
  bool exclude_bucket, accelerate;
};

static lsexport_destination_spec *spec_of(const struct row *row) {
  lsexport_destination_spec *spec = NULL;
  ck_assert_int_eq(lsexport_destination_spec_new(&spec), LSEXPORT_OK);
  lsexport_destination_spec_set_bucket_name(spec, row->bucket ? row->bucket : "exp");
  if (row->prefix) lsexport_destination_spec_set_prefix(spec, row->prefix);
  if (row->region) lsexport_destination_spec_set_region(spec, row->region);
  if (row->endpoint) lsexport_destination_spec_set_endpoint_url(spec, row->endpoint);
  lsexport_destination_spec_set_addressing_style(spec, row->style);
  lsexport_destination_spec_set_us_east_1_regional_endpoint(spec, row->us_east_1);
  lsexport_destination_spec_set_include_bucket_in_prefix(spec, !row->exclude_bucket);
  lsexport_destination_spec_set_use_accelerate_endpoint(spec, row->accelerate);
  return spec;
}

#define H "https://s3.example.com"
static const struct row rows[] = {
    /* AWS. */
    {.url = "https://exp.s3.amazonaws.com/a/tmp/x", .prefix = "a"},
    {.url = "https://exp.s3.amazonaws.com/a/tmp/x", .prefix = "a", .region = "us-east-1"},
    {.url = "https://exp.s3.us-east-1.amazonaws.com/a/tmp/x", .prefix = "a", .region = "us-east-1", .us_east_1 = 1},
    {.url = "https://exp.s3.amazonaws.com/a/tmp/x", .prefix = "a", .us_east_1 = 1},
    {.url = "https://exp.s3.eu-west-1.amazonaws.com/a/tmp/x", .prefix = "a", .region = "eu-west-1"},
    {.url = "https://exp.s3.us-gov-west-1.amazonaws.com/a/tmp/x", .prefix = "a", .region = "us-gov-west-1"},
    {.url = "https://exp.s3.cn-north-1.amazonaws.com.cn/a/tmp/x", .prefix = "a", .region = "cn-north-1"},
    {.url = "https://exp.s3.aws-cn-global.amazonaws.com.cn/a/tmp/x", .prefix = "a", .region = "aws-cn-global"},
    {.url = "https://exp.s3.us-iso-east-1.c2s.ic.gov/a/tmp/x", .prefix = "a", .region = "us-iso-east-1"},
    {.url = "https://exp.s3.us-isob-east-1.sc2s.sgov.gov/a/tmp/x", .prefix = "a", .region = "us-isob-east-1"},
    {.url = "https://exp.s3.eu-isoe-west-1.cloud.adc-e.uk/a/tmp/x", .prefix = "a", .region = "eu-isoe-west-1"},
    {.url = "https://exp.s3.us-isof-south-1.csp.hci.ic.gov/a/tmp/x", .prefix = "a", .region = "us-isof-south-1"},
    {.url = "https://exp.s3.eusc-de-east-1.amazonaws.eu/a/tmp/x", .prefix = "a", .region = "eusc-de-east-1"},
    {.url = "https://exp.s3.cn-north.amazonaws.com/a/tmp/x", .prefix = "a", .region = "cn-north"},
    {.url = "https://exp.s3.cn-north-1a.amazonaws.com/a/tmp/x", .prefix = "a", .region = "cn-north-1a"},
    {.url = "https://exp.s3.cn.amazonaws.com/a/tmp/x", .prefix = "a", .region = "cn"},
    {.url = "https://exp.s3.cn-north-x.amazonaws.com/a/tmp/x", .prefix = "a", .region = "cn-north-x"},
    {.url = "https://exp.s3-accelerate.amazonaws.com/a/tmp/x", .prefix = "a", .accelerate = true},
    {.url = "https://s3.amazonaws.com/exp/a/tmp/x", .prefix = "a", .style = LSEXPORT_ADDRESSING_PATH},
    {.url = "https://s3.amazonaws.com/my_bucket/a/tmp/x", .prefix = "a", .bucket = "my_bucket"},
    /* The bucket was found elsewhere. */
    {.url = "https://exp.s3.eu-west-1.amazonaws.com/a/tmp/x", .prefix = "a", .found_region = "eu-west-1"},
    {.url = "https://exp.s3.amazonaws.com/a/tmp/x", .prefix = "a", .found_region = "us-east-1"},
    {.url = "https://exp.s3.us-east-1.amazonaws.com/a/tmp/x",
     .prefix = "a",
     .region = "eu-west-1",
     .found_region = "us-east-1"},
    {.url = H "/exp/a/tmp/x", .prefix = "a", .endpoint = H, .found_region = "us-east-1"},
    /* Endpoints. */
    {.url = H "/exp/a/tmp/x", .prefix = "a", .endpoint = H},
    {.url = H "/exp/a/tmp/x", .prefix = "a", .endpoint = H ":443/"},
    {.url = H ":80/exp/a/tmp/x", .prefix = "a", .endpoint = H ":80"},
    {.url = "http://s3.example.com/exp/a/tmp/x", .prefix = "a", .endpoint = "http://s3.example.com:80"},
    {.url = "https://exp.s3.example.com/a/tmp/x", .prefix = "a", .endpoint = H, .style = LSEXPORT_ADDRESSING_VIRTUAL},
    {.url = H "/b/%2541/exp/a/tmp/x", .prefix = "a", .endpoint = H "//b//%41/"},
    {.url = "https://exp.s3.example.com//b//%41/a/tmp/x",
     .prefix = "a",
     .endpoint = H "//b//%41/",
     .style = LSEXPORT_ADDRESSING_VIRTUAL},
    {.url = "https://[::1]:9000/exp/a/tmp/x",
     .prefix = "a",
     .endpoint = "https://[::1]:9000",
     .style = LSEXPORT_ADDRESSING_VIRTUAL},
    {.url = "https://1.2.3.4567/exp/a/tmp/x", .prefix = "a", .endpoint = "https://1.2.3.4567"},
    {.url = "https://exp.1.2.3./a/tmp/x",
     .prefix = "a",
     .endpoint = "https://1.2.3.",
     .style = LSEXPORT_ADDRESSING_VIRTUAL},
    {.url = "https://exp.1.2.3.4.5/a/tmp/x",
     .prefix = "a",
     .endpoint = "https://1.2.3.4.5",
     .style = LSEXPORT_ADDRESSING_VIRTUAL},
    {.url = "http://my.bucket.s3.example.com/a/tmp/x",
     .prefix = "a",
     .bucket = "my.bucket",
     .endpoint = "http://s3.example.com",
     .style = LSEXPORT_ADDRESSING_VIRTUAL},
    {.url = H "/my.bucket/a/tmp/x",
     .prefix = "a",
     .bucket = "my.bucket",
     .endpoint = H,
     .style = LSEXPORT_ADDRESSING_VIRTUAL},
    {.url = "http://s3.example.com/my..bucket/a/tmp/x",
     .prefix = "a",
     .bucket = "my..bucket",
     .endpoint = "http://s3.example.com",
     .style = LSEXPORT_ADDRESSING_VIRTUAL},
    {.url = "https://exp.s3-accelerate.amazonaws.com/a/tmp/x",
     .prefix = "a",
     .endpoint = "https://s3-accelerate.amazonaws.com"},
    {.url = "https://exp.s3-accelerate.dualstack.amazonaws.com/a/tmp/x",
     .prefix = "a",
     .endpoint = "https://s3-accelerate.dualstack.amazonaws.com"},
    {.url = "https://s3-accelerate.amazonaws.com:444/exp/a/tmp/x",
     .prefix = "a",
     .endpoint = "https://s3-accelerate.amazonaws.com:444"},
    {.url = "https://exp.s3.example.com/b/a/tmp/x",
     .prefix = "a",
     .endpoint = H "/b",
     .style = LSEXPORT_ADDRESSING_VIRTUAL},
    /* Prefixes, and what the bucket is taken from. */
    {.url = H "/exp//tmp/x", .endpoint = H},
    {.url = H "/exp///tmp/x", .prefix = "/", .endpoint = H},
    {.url = H "/exp/a%20%C3%BC%2B%25~/tmp/x", .prefix = "a \xc3\xbc+%~", .endpoint = H},
    {.url = H "/exp/a", .prefix = "a?versionId=1", .endpoint = H},
    {.url = H "/exp/a%3FversionID%3D1/tmp/x", .prefix = "a?versionID=1", .endpoint = H},
    {.url = H "/a/tmp/x", .prefix = "a", .endpoint = H, .exclude_bucket = true},
    {.url = H "/a/b/tmp/x", .prefix = "//a/b", .endpoint = H, .exclude_bucket = true},
    {.url = H "/tmp/x", .prefix = "", .endpoint = H, .exclude_bucket = true},
    {.url = H "/other/a/tmp/x", .prefix = "s3://other/a", .endpoint = H, .exclude_bucket = true},
    {.url = H "/other/a/tmp/x", .prefix = "s3a::other/a", .endpoint = H, .exclude_bucket = true},
    {.url = H "/other/a/tmp/x", .prefix = "s3::s3a://other/a", .endpoint = H, .exclude_bucket = true},
    /* Problems. */
    {.url = "region_refused", .region = "-a"},
    {.url = "region_refused", .region = "a-"},
    {.url = "region_refused", .region = "a b"},
    {.url = "region_refused", .region = "123"},
    {.url = "region_refused", .region = ""},
    {.url = "endpoint_refused", .endpoint = "https://a_b"},
    {.url = "endpoint_refused", .endpoint = "https://a-.b"},
    {.url = "endpoint_refused", .endpoint = "https://a.-b"},
    {.url = "accelerate_refused", .accelerate = true, .endpoint = H},
    {.url = "accelerate_refused", .accelerate = true, .bucket = "a.b"},
    {.url = "accelerate_refused", .accelerate = true, .region = "cn-north-1"},
    {.url = "bucket_refused", .bucket = "a:b"},
    {.url = "bucket_refused", .prefix = "a b", .exclude_bucket = true},
    {.url = "key_empty", .prefix = "?versionId=1"},
    {.url = "address_unknown", .prefix = "arn:aws:s3:x/y", .exclude_bucket = true},
    {.url = "address_unknown", .bucket = "exp--use1-az4--x-s3"},
    {.url = "address_unknown", .bucket = "exp--op-s3"},
    {.url = "address_unknown", .region = "fips-us-gov-west-1"},
    {.url = "address_unknown", .region = "us-gov-west-1-fips"},
    {.url = "address_unknown", .endpoint = "s3.example.com"},
};

static void write_url(const lsexport_destination_spec *spec, const char *region, char *out, size_t size) {
  struct address address = {0};
  struct buf key, url;
  const struct address_problem *problem = address_resolve(spec, region, &address);
  buf_init(&key, ADDRESS_URL_MAX);
  buf_init(&url, ADDRESS_URL_MAX);
  if (!problem) {
    address_write_key(&key, &address, "tmp/x");
    address_write_url(&url, &address, buf_string(&key));
  }
  snprintf(out, size, "%s", problem ? problem->code : buf_string(&url));
  buf_reset(&key);
  buf_reset(&url);
  address_free(&address);
}

START_TEST(a_spec_leads_there) {
  char url[1024];
  lsexport_destination_spec *spec = spec_of(&rows[_i]);
  write_url(spec, rows[_i].found_region, url, sizeof url);
  ck_assert_str_eq(url, rows[_i].url);
  lsexport_destination_spec_free(spec);
}
END_TEST

START_TEST(the_pieces_of_an_address) {
  const struct row row = {.endpoint = "https://exp.s3.example.com:8443/b/", .prefix = "a/c", .exclude_bucket = true};
  struct address address = {0};
  struct buf text;
  buf_init(&text, 1024);
  lsexport_destination_spec *spec = spec_of(&row);
  ck_assert_ptr_null(address_resolve(spec, "eu-west-1", &address));
  ck_assert(address.https && !address.virtual_hosted && address.bucket_is_from_prefix && !address.key_is_cut);
  ck_assert_int_eq(address.port, 8443);
  ck_assert_str_eq(address.host, "exp.s3.example.com");
  ck_assert_str_eq(address.signing_region, "eu-west-1");
  ck_assert_str_eq(address.base_path, "/b");
  ck_assert_str_eq(address.bucket, "a");
  ck_assert_str_eq(address.key_prefix, "c/");
  ck_assert_str_eq(address.endpoint_bucket, "exp");
  address_write_host(&text, &address);
  ck_assert_str_eq(buf_string(&text), "exp.s3.example.com:8443");
  buf_reset(&text);
  address_write_path(&text, &address, "k y");
  ck_assert_str_eq(buf_string(&text), "/b/a/k%20y");
  buf_reset(&text);
  address_write_key(&text, &address, "export_id=1/f.parquet");
  ck_assert_str_eq(buf_string(&text), "c/export_id=1/f.parquet");
  buf_reset(&text);
  address_free(&address);
  lsexport_destination_spec_free(spec);
}
END_TEST

START_TEST(where_the_rest_names_the_bucket_it_lacks_its_first_segment) {
  const struct row row = {.endpoint = H, .exclude_bucket = true};
  struct address address = {0};
  struct buf text;
  buf_init(&text, 1024);
  lsexport_destination_spec *spec = spec_of(&row);
  ck_assert_ptr_null(address_resolve(spec, NULL, &address));
  ck_assert_str_eq(address.bucket, "tmp");
  ck_assert(address.rest_names_bucket);
  address_write_key(&text, &address, "tmp/x");
  ck_assert_str_eq(buf_string(&text), "x");
  buf_reset(&text);
  address_write_key(&text, &address, "x");
  ck_assert_str_eq(buf_string(&text), "x");
  buf_reset(&text);
  address_free(&address);
  lsexport_destination_spec_free(spec);
}
END_TEST

START_TEST(without_a_bucket_there_is_no_place) {
  lsexport_destination_spec *spec = NULL;
  struct address address = {0};
  lsexport_destination_spec_new(&spec);
  ck_assert_str_eq(address_resolve(spec, NULL, &address)->code, "address_unknown");
  lsexport_destination_spec_set_include_bucket_in_prefix(spec, 0); /* then the prefix names it */
  lsexport_destination_spec_set_prefix(spec, "a");
  lsexport_destination_spec_set_endpoint_url(spec, H);
  ck_assert_ptr_null(address_resolve(spec, NULL, &address));
  ck_assert_ptr_null(address.endpoint_bucket);
  address_free(&address);
  lsexport_destination_spec_free(spec);
}
END_TEST

/* 64 characters are no label; 255 are a bucket, and 256 none. */
START_TEST(long_names) {
  char region[ADDRESS_LABEL_MAX + 2], prefix[257], url[1024], bucket[ADDRESS_LABEL_MAX + 2];
  memset(region, 'a', sizeof region);
  memset(prefix, 'b', sizeof prefix);
  memset(bucket, 'c', sizeof bucket);
  region[ADDRESS_LABEL_MAX + 1] = prefix[256] = bucket[ADDRESS_LABEL_MAX + 1] = '\0';
  struct row row = {.region = region, .prefix = prefix, .endpoint = H, .exclude_bucket = true};
  for (int i = 0; i < 3; i++) {
    static const char *const starts[] = {"region_refused", "bucket_refused", H "/bbb"};
    if (i == 1) region[ADDRESS_LABEL_MAX] = '\0';
    if (i == 0) prefix[255] = '\0';
    if (i == 1) prefix[255] = 'b';
    if (i == 2) prefix[255] = '\0';
    lsexport_destination_spec *spec = spec_of(&row);
    write_url(spec, NULL, url, sizeof url);
    ck_assert_int_eq(strncmp(url, starts[i], strlen(starts[i])), 0);
    lsexport_destination_spec_free(spec);
  }
  ck_assert(!address_is_hostable(bucket));
  bucket[ADDRESS_LABEL_MAX] = '\0';
  ck_assert(address_is_hostable(bucket));
}
END_TEST

static const struct {
  const char *region;
  bool is_of_aws;
} regions[] = {{"us-east-1", true},       {"us-gov-west-1", true},
               {"ap-southeast-12", true}, {"aws-cn-global", true},
               {"eusc-de-east-1", true},  {"us-iso-east-1", true},
               {"us-east-", false},       {"us-east", false},
               {"us--1", false},          {"us-east1", false},
               {"us-east-1a", false},     {"us-", false},
               {"moon-east-1", false},    {"", false},
               {"aws-global", false},     {"US-EAST-1", false}};

START_TEST(the_form_of_a_region) {
  for (size_t i = 0; i < COUNT(regions); i++)
    ck_assert_msg(address_is_aws_region(regions[i].region) == regions[i].is_of_aws, "%s", regions[i].region);
}
END_TEST

START_TEST(the_form_of_an_ip_address) {
  static const char *const addresses[] = {"1.2.3.4", "999.0.0.1", "[::1]"};
  static const char *const others[] = {"1.2.3",   "1.2.3.",    "1.2.3.4567", "1..2.3",
                                       "1x2.3.4", "1.2.3.4.5", "a.b.c.d",    ""};
  for (size_t i = 0; i < COUNT(addresses); i++) ck_assert_msg(address_is_ip(addresses[i]), "%s", addresses[i]);
  for (size_t i = 0; i < COUNT(others); i++) ck_assert_msg(!address_is_ip(others[i]), "%s", others[i]);
}
END_TEST

START_TEST(every_problem_says_what_to_do) {
  for (size_t i = 0; i < address_problem_count; i++) {
    const struct address_problem *problem = &address_problems[i];
    ck_assert(problem->code[0] && problem->field[0] && problem->reason[0]);
    ck_assert_int_eq(problem->remedy[strlen(problem->remedy) - 1], '.');
    ck_assert(problem->refused || strcmp(problem->code, "address_unknown") == 0);
  }
}
END_TEST

int main(void) {
  Suite *suite = suite_create("test_address");
  TCase *cases = add_cases(suite, "addresses");
  tcase_add_loop_test(cases, a_spec_leads_there, 0, (int)COUNT(rows));
  tcase_add_test(cases, the_pieces_of_an_address);
  tcase_add_test(cases, where_the_rest_names_the_bucket_it_lacks_its_first_segment);
  tcase_add_test(cases, without_a_bucket_there_is_no_place);
  tcase_add_test(cases, long_names);
  tcase_add_test(cases, the_form_of_a_region);
  tcase_add_test(cases, the_form_of_an_ip_address);
  tcase_add_test(cases, every_problem_says_what_to_do);
  return run_suite(suite);
}
