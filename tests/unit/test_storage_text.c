/* SPDX-License-Identifier: MIT */
/* The reader of LangSmith's storage texts: errno, frame, facts, and whatever else may come. */
#include "base/text.h"
#include "error/storage_text.h"

#include <check.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))
#define LONG_URL "https://exp.s3.eu-west-1.amazonaws.com/data/tmp/4f0c.txt"

static const char *fact(const struct storage_text *read, const char *name) {
  for (size_t i = 0; i < read->fact_count; i++)
    if (strcmp(read->facts[i].name, name) == 0) return read->facts[i].value;
  return NULL;
}

/* ---- errno, frame, code, message ---- */

static const struct {
  const char *text;
  const char *code;
  int http_status;
  const char *message;
} heads[] = {
    {"Access Denied", "", 0, "Access Denied"},
    {"[Errno 22] The specified bucket is not valid.", "", 0, "The specified bucket is not valid."},
    {"[Errno 121] We encountered an internal error. Please try again.", "", 0,
     "We encountered an internal error. Please try again."},
    /* No reason */
    {"", "", 0, ""},
    {" ", "", 0, ""},
    {"None", "", 0, ""},
    {"None\n", "", 0, ""},
    {"[Errno 22] None", "", 0, ""},
    {"[Errno 22] ", "", 0, ""},
    {"[Errno 22]", "", 0, ""},
    {"Nonesuch", "", 0, "Nonesuch"},
    {"none", "", 0, "none"},
    /* A frame */
    {"[Errno 5] An error occurred (InvalidTokenId) when calling the PutObject operation: The security token included "
     "in "
     "the request is invalid",
     "InvalidTokenId", 0, "The security token included in the request is invalid"},
    {"An error occurred (KMS.NotFoundException) when calling the PutObject operation: Invalid arn us-east-1",
     "KMS.NotFoundException", 0, "Invalid arn us-east-1"},
    {"[Errno 5] An error occurred (TooManyRequests) when calling the PutObject operation (reached max retries: 4): "
     "Rate "
     "limit exceeded",
     "TooManyRequests", 0, "Rate limit exceeded"},
    {"[Errno 22] An error occurred (InvalidArgument) when calling the PutObject operation: Unknown", "InvalidArgument",
     0, "Unknown"},
    {"[Errno 5] An error occurred (InvalidObjectName) when calling the PutObject operation: None", "InvalidObjectName",
     0, ""},
    {"[Errno 5] An error occurred (InvalidRegion) when calling the PutObject operation:", "InvalidRegion", 0, ""},
    {"[Errno 5] An error occurred (X) when calling the PutObject operation: two\nlines", "X", 0, "two\nlines"},
    /* A frame without S3's body */
    {"[Errno 5] An error occurred (401) when calling the PutObject operation: Unauthorized", "", 401, "Unauthorized"},
    {"[Errno 5] An error occurred (502) when calling the PutObject operation (reached max retries: 4): Bad Gateway", "",
     502, "Bad Gateway"},
    {"[Errno 5] An error occurred () when calling the PutObject operation: ", "", 0,
     "An error occurred () when calling the PutObject operation: "},
    {"[Errno 5] An error occurred () when calling the PutObject operation: words", "", 0, "words"},
    {"An error occurred (4011) when calling the PutObject operation: x", "4011", 0, "x"},
    {"An error occurred (999) when calling the PutObject operation: x", "999", 0, "x"},
    /* A reason phrase, and it alone */
    {"Forbidden", "", 403, "Forbidden"},
    {"Not Found", "", 404, "Not Found"},
    {"[Errno 22] Bad Request", "", 400, "Bad Request"},
    {"[Errno 1] Method Not Allowed", "", 405, "Method Not Allowed"},
    {"[Errno 16] Service Unavailable", "", 503, "Service Unavailable"},
    {"[Errno 121] Internal Server Error", "", 500, "Internal Server Error"},
    {"[Errno 38] Not Implemented", "", 501, "Not Implemented"},
    {"[Errno 78] Moved Permanently", "", 301, "Moved Permanently"},
    {"[Errno 16] Conflict", "", 409, "Conflict"},
    {"Forbidden control character", "", 0, "Forbidden control character"},
    {"An error occurred (Foo) when calling the PutObject operation: Forbidden", "Foo", 0, "Forbidden"},
    /* Nearly */
    {"[Errno ] x", "", 0, "[Errno ] x"},
    {"[Errno x] x", "", 0, "[Errno x] x"},
    {"[Errno 22 x", "", 0, "[Errno 22 x"},
    {"[Errno 22] [Errno 5] x", "", 0, "[Errno 5] x"},
    {"An error occurred (", "", 0, "An error occurred ("},
    {"An error occurred (Foo", "", 0, "An error occurred (Foo"},
    {"An error occurred (Foo) when", "", 0, "An error occurred (Foo) when"},
    {"An error occurred (Foo) when calling the PutObject", "", 0, "An error occurred (Foo) when calling the PutObject"},
    {"An error occurred (Foo) when calling the PutObject operation", "", 0,
     "An error occurred (Foo) when calling the PutObject operation"},
    {"An error occurred (Foo) when calling the PutObject operation (reached max retries: 4: x", "", 0,
     "An error occurred (Foo) when calling the PutObject operation (reached max retries: 4: x"},
    {"An error occurred (F o) when calling the PutObject operation: x", "", 0,
     "An error occurred (F o) when calling the PutObject operation: x"},
    {"An error occurred ((Foo)) when calling the PutObject operation: x", "", 0,
     "An error occurred ((Foo)) when calling the PutObject operation: x"},
    {"An error occurred (F\x1b[31m) when calling the PutObject operation: x", "", 0,
     "An error occurred (F\x1b[31m) when calling the PutObject operation: x"},
};

START_TEST(head) {
  struct storage_text read;
  storage_text_read(heads[_i].text, &read);
  ck_assert_str_eq(read.code, heads[_i].code);
  ck_assert_int_eq(read.http_status, heads[_i].http_status);
  ck_assert_str_eq(read.message, heads[_i].message);
}
END_TEST

START_TEST(code_fits_exactly_or_not_at_all) {
  for (size_t length = STORAGE_TEXT_CODE_MAX - 1; length <= STORAGE_TEXT_CODE_MAX + 1; length++) {
    char code[STORAGE_TEXT_CODE_MAX + 2] = "", text[256];
    memset(code, 'A', length);
    ck_assert_int_gt(
        snprintf(text, sizeof text, "An error occurred (%s) when calling the PutObject operation: x", code), 0);
    struct storage_text read;
    storage_text_read(text, &read);
    bool fits = length <= STORAGE_TEXT_CODE_MAX;
    ck_assert_str_eq(read.code, fits ? code : "");
    ck_assert_str_eq(read.message, fits ? "x" : text);
  }
}
END_TEST

/* ---- facts ---- */

struct expected {
  const char *name;
  const char *value;
};

static const struct {
  const char *text;
  struct expected facts[STORAGE_TEXT_FACTS_MAX];
} samples[] = {
    {"User: arn:aws:iam::123456789012:user/exporter is not authorized to perform: s3:PutObject on resource: "
     "\"arn:aws:s3:::exp/data/tmp/with blank.txt\" because no identity-based policy allows the s3:PutObject action",
     {{"principal", "arn:aws:iam::123456789012:user/exporter"},
      {"action", "s3:PutObject"},
      {"resource", "arn:aws:s3:::exp/data/tmp/with blank.txt"},
      {"policy", "identity-based"},
      {"denial", "implicit"}}},
    {"User: arn:aws:iam::1:user/x is not authorized to perform: s3:PutObject on resource: arn:aws:s3:::exp/session "
     "with an explicit deny in a service control policy: "
     "arn:aws:organizations::1:policy/o-a/service_control_policy/p-b",
     {{"principal", "arn:aws:iam::1:user/x"},
      {"action", "s3:PutObject"},
      {"resource", "arn:aws:s3:::exp/session"},
      {"policy", "service control"},
      {"denial", "explicit"}}},
    {"User: arn:aws:sts::1:assumed-role/r/me@example.com is not authorized to perform: kms:GenerateDataKey on this "
     "resource because the resource does not exist in this Region, no resource-based policies allow access, or a "
     "resource-based policy explicitly denies access",
     {{"principal", "arn:aws:sts::1:assumed-role/r/me@example.com"},
      {"action", "kms:GenerateDataKey"},
      {"policy", "resource-based"}}},
    {"User: a is not authorized to perform: s3:PutObject on resource: \"r\" with an explicit deny in a resource-based "
     "policy",
     {{"policy", "resource-based"}, {"denial", "explicit"}}},
    {"User: a is not authorized to perform: s3:PutObject on resource: \"r\" with an explicit deny in a resource "
     "control "
     "policy",
     {{"policy", "resource control"}, {"denial", "explicit"}}},
    {"User: a is not authorized to perform: s3:PutObject on resource: \"r\" because no permissions boundary allows the "
     "s3:PutObject action",
     {{"policy", "permissions boundary"}, {"denial", "implicit"}}},
    {"User: a is not authorized to perform: s3:PutObject on resource: \"r\" because no session policy allows the "
     "s3:PutObject action",
     {{"policy", "session"}, {"denial", "implicit"}}},
    {"User: a is not authorized to perform: s3:PutObject on resource: \"r\" because no VPC endpoint policy allows the "
     "s3:PutObject action",
     {{"policy", "VPC endpoint"}, {"denial", "implicit"}}},
    {"User: a is not authorized to perform: s3:PutObjectAcl on resource: \"r\" because public ACLs are prevented by "
     "the "
     "BlockPublicAcls setting in S3 Block Public Access",
     {{"action", "s3:PutObjectAcl"}, {"policy", "block public access"}}},
    {"User: a is not authorized to perform: s3:PutObject on resource: \"r\" with an explicit deny",
     {{"policy", "explicit deny"}, {"denial", "explicit"}}},
    {"[Errno 5] An error occurred (AccessDenied) when calling the AssumeRoleWithWebIdentity operation: Not authorized "
     "to perform sts:AssumeRoleWithWebIdentity",
     {{"operation", "AssumeRoleWithWebIdentity"}, {"action", "sts:AssumeRoleWithWebIdentity"}}},
    {"hmac@project.iam.gserviceaccount.com does not have storage.objects.create access to the Google Cloud Storage "
     "object.",
     {{"principal", "hmac@project.iam.gserviceaccount.com"}, {"action", "storage.objects.create"}}},
    {"[Errno 22] The authorization header is malformed; the region 'us-east-1' is wrong; expecting 'eu-west-1'",
     {{"region", "us-east-1"}, {"expected_region", "eu-west-1"}}},
    {"[Errno 22] The authorization header is malformed; the region is wrong; expecting 'us-east-1'.",
     {{"expected_region", "us-east-1"}}},
    {"Provided region_name 'us east 1' doesn't match a supported format.", {{"region", "us east 1"}}},
    {"The eu-west-1 location constraint is incompatible for the region specific endpoint this request was sent to.",
     {{"expected_region", "eu-west-1"}}},
    {"Could not connect to the endpoint URL: \"https://nosuch.invalid/exp/data/tmp/4f0c.txt\"",
     {{"url", "https://nosuch.invalid/exp/data/tmp/4f0c.txt"}}},
    {"Read timeout on endpoint URL: \"" LONG_URL "?X-Amz-Signature=abc\"", {{"url", LONG_URL}}},
    {"Connection was closed before we received a valid response from endpoint URL: \"https://user:pw@host/k\".",
     {{"url", "https://host/k"}}},
    {"Connect timeout on endpoint URL: \"https://host/a@b:c//d@e\"", {{"url", "https://host/a@b:c//d@e"}}},
    {"Connect timeout on endpoint URL: \"host\"", {{"url", "host"}}},
    {"SSL validation failed for " LONG_URL " Cannot connect to host host:443 ssl:True [SSLCertVerificationError: (1, "
     "'[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: self-signed certificate (_ssl.c:1006)')]",
     {{"url", LONG_URL}, {"tls_reason", "self-signed certificate"}}},
    {"SSL validation failed for https://s3.test/x Cannot connect to host s3.test:443 ssl:True "
     "[SSLCertVerificationError: "
     "(1, \"[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: Hostname mismatch, certificate is not valid "
     "for "
     "'s3.test'. (_ssl.c:1006)\")]",
     {{"url", "https://s3.test/x"}, {"tls_reason", "Hostname mismatch, certificate is not valid for 's3.test'"}}},
    {"SSL validation failed for https://s3.test/x Cannot connect to host s3.test:9000 ssl:default [[SSL: "
     "WRONG_VERSION_NUMBER] wrong version number (_ssl.c:1006)]",
     {{"tls_reason", "wrong version number"}}},
    {"Parameter validation failed:\nInvalid bucket name \"with space\": Bucket name must match the regex \"^[a-z]$\"",
     {{"bucket", "with space"}}},
    {"Parameter validation failed:\nInvalid type for parameter StorageClass, value: 5, type: <class 'int'>",
     {{"parameter", "StorageClass"}}},
};

START_TEST(facts) {
  struct storage_text read;
  storage_text_read(samples[_i].text, &read);
  for (size_t i = 0; i < STORAGE_TEXT_FACTS_MAX && samples[_i].facts[i].name; i++) {
    const char *value = fact(&read, samples[_i].facts[i].name);
    ck_assert_msg(value != NULL, "no fact %s in: %s", samples[_i].facts[i].name, samples[_i].text);
    ck_assert_str_eq(value, samples[_i].facts[i].value);
  }
}
END_TEST

START_TEST(no_fact_where_there_is_none) {
  static const char *const texts[] = {
      "Access Denied",
      "The unspecified location constraint is incompatible for the region specific endpoint this request was sent to.",
      "The authorization header is malformed; the Credential is mal-formed; expecting \"KEY/DATE/REGION/s3\".",
      "is not authorized to perform",
      "endpoint URL: \"",
      "SSL validation failed for ",
      "[SSL: X",
      "expecting 'eu-west-1'",
      "",
  };
  for (size_t i = 0; i < COUNT(texts); i++) {
    struct storage_text read;
    storage_text_read(texts[i], &read);
    ck_assert_msg(read.fact_count == 0, "%s = %s in: %s", read.facts[0].name, read.facts[0].value, texts[i]);
  }
}
END_TEST

START_TEST(kms_sentence_does_not_say_which_denial) {
  struct storage_text read;
  storage_text_read(
      "User: a is not authorized to perform: kms:GenerateDataKey on this resource because the resource does "
      "not exist in this Region, no resource-based policies allow access",
      &read);
  ck_assert_ptr_null(fact(&read, "denial"));
  ck_assert_ptr_null(fact(&read, "resource"));
}
END_TEST

START_TEST(long_value_is_cut_between_characters) {
  enum { FILL = STORAGE_TEXT_FACT_MAX * 2 };
  char text[FILL + 64];
  for (size_t shift = 0; shift < 4; shift++) {
    size_t at = (size_t)snprintf(text, sizeof text, "Invalid bucket name \"");
    for (size_t i = 0; i < shift; i++) text[at++] = 'a';
    while (at < FILL) {
      memcpy(text + at, "\xf0\x9f\xa6\x9c", 4);
      at += 4;
    }
    memcpy(text + at, "\"", 2);
    struct storage_text read;
    storage_text_read(text, &read);
    const char *bucket = fact(&read, "bucket");
    size_t length = strlen(bucket);
    ck_assert_uint_le(length, STORAGE_TEXT_FACT_MAX);
    ck_assert_uint_gt(length, STORAGE_TEXT_FACT_MAX - 4);
    ck_assert(text_is_utf8(bucket, length));
  }
}
END_TEST

/* ---- whatever else may come ---- */

static void check_bounds(const char *text, const struct storage_text *read) {
  ck_assert(read->message >= text && read->message <= text + strlen(text));
  ck_assert_ptr_nonnull(memchr(read->code, '\0', sizeof read->code));
  ck_assert_uint_le(read->fact_count, STORAGE_TEXT_FACTS_MAX);
  ck_assert(read->http_status == 0 || (read->http_status >= 100 && read->http_status <= 599));
  for (size_t i = 0; i < read->fact_count; i++) {
    ck_assert_ptr_nonnull(read->facts[i].name);
    ck_assert_ptr_nonnull(memchr(read->facts[i].value, '\0', sizeof read->facts[i].value));
    ck_assert_uint_gt(strlen(read->facts[i].value), 0);
  }
}

static const char *const pieces[] = {"[Errno 22] ",
                                     "[Errno ",
                                     "An error occurred (",
                                     "AccessDenied",
                                     ") when calling the ",
                                     "PutObject",
                                     " operation",
                                     " (reached max retries: ",
                                     "4",
                                     "): ",
                                     ": ",
                                     "None",
                                     "502",
                                     "User: ",
                                     " is not authorized to perform: ",
                                     "s3:PutObject",
                                     " on resource: ",
                                     "\"",
                                     "'",
                                     " because no ",
                                     "identity-based",
                                     " with an explicit deny",
                                     "session policy",
                                     " does not have storage.",
                                     "the region '",
                                     "expecting '",
                                     "Provided region_name '",
                                     " location constraint is incompatible",
                                     "endpoint URL: \"",
                                     "SSL validation failed for ",
                                     "https://",
                                     "u:p@",
                                     "?",
                                     "#",
                                     "/",
                                     "[SSL: ",
                                     "] ",
                                     "certificate verify failed: ",
                                     " (_ssl",
                                     ")",
                                     "Invalid bucket name \"",
                                     "for parameter ",
                                     ",",
                                     "\n",
                                     "\xff\xfe",
                                     "\xc3",
                                     "\xf0\x9f\xa6",
                                     "\x1b[0m",
                                     " "};

static uint32_t next_random(uint32_t *state) {
  *state ^= *state << 13;
  *state ^= *state >> 17;
  *state ^= *state << 5;
  return *state;
}

static void append(char *text, size_t size, const char *piece) {
  size_t used = strlen(text), length = strlen(piece);
  if (used + length < size) memcpy(text + used, piece, length + 1);
}

START_TEST(random_pieces_and_bytes) {
  uint32_t state = 20261124;
  for (int round = 0; round < 5000; round++) {
    char text[2048] = "";
    for (uint32_t count = next_random(&state) % 24; count; count--) {
      char byte[2] = {(char)(next_random(&state) % 255 + 1), '\0'};
      uint32_t which = next_random(&state) % (COUNT(pieces) + 8);
      append(text, sizeof text, which < COUNT(pieces) ? pieces[which] : byte);
    }
    struct storage_text read;
    storage_text_read(text, &read);
    check_bounds(text, &read);
  }
}
END_TEST

static void check_repeated(const char *piece, size_t size) {
  char *text = malloc(size + 1);
  ck_assert_ptr_nonnull(text);
  size_t length = strlen(piece);
  for (size_t at = 0; at < size; at++) text[at] = piece[at % length];
  text[size] = '\0';
  struct storage_text read;
  storage_text_read(text, &read);
  check_bounds(text, &read);
  free(text);
}

START_TEST(a_megabyte_of_anything) {
  check_repeated("User: ", 1024 * 1024);
  for (size_t i = 0; i < COUNT(pieces); i++) check_repeated(pieces[i], (size_t)STORAGE_TEXT_LOOKED_AT * 2);
}
END_TEST

START_TEST(what_stands_late_is_not_looked_at) {
  char text[STORAGE_TEXT_LOOKED_AT + 64];
  memset(text, ' ', sizeof text);
  memcpy(text + STORAGE_TEXT_LOOKED_AT - 1, "x", 2);
  ck_assert_ptr_eq(storage_text_find(text, "X"), text + STORAGE_TEXT_LOOKED_AT - 1);
  memcpy(text + STORAGE_TEXT_LOOKED_AT - 1, " x", 3);
  ck_assert_ptr_null(storage_text_find(text, "X"));
}
END_TEST

START_TEST(every_beginning_of_a_real_text) {
  for (size_t i = 0; i < COUNT(samples); i++) {
    char text[1024];
    size_t length = strlen(samples[i].text);
    ck_assert_uint_lt(length, sizeof text);
    for (size_t cut = 0; cut <= length; cut++) {
      char *exact = malloc(cut + 1); /* so that a sanitizer sees a read past the end */
      ck_assert_ptr_nonnull(exact);
      memcpy(exact, samples[i].text, cut);
      exact[cut] = '\0';
      struct storage_text read;
      storage_text_read(exact, &read);
      check_bounds(exact, &read);
      free(exact);
    }
  }
}
END_TEST

int main(void) {
  Suite *suite = suite_create("test_storage_text");
  TCase *cases = tcase_create("read");
  tcase_set_timeout(cases, 60);
  tcase_add_loop_test(cases, head, 0, (int)COUNT(heads));
  tcase_add_test(cases, code_fits_exactly_or_not_at_all);
  tcase_add_loop_test(cases, facts, 0, (int)COUNT(samples));
  tcase_add_test(cases, no_fact_where_there_is_none);
  tcase_add_test(cases, kms_sentence_does_not_say_which_denial);
  tcase_add_test(cases, long_value_is_cut_between_characters);
  tcase_add_test(cases, random_pieces_and_bytes);
  tcase_add_test(cases, a_megabyte_of_anything);
  tcase_add_test(cases, what_stands_late_is_not_looked_at);
  tcase_add_test(cases, every_beginning_of_a_real_text);
  suite_add_tcase(suite, cases);
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_ENV);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
