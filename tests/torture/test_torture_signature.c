/* SPDX-License-Identifier: MIT */
/* A signature, once for each allocation and each step of libcrypto that can fail: it is right, or it is none. */
#include "allocations.h"
#include "fixtures.h"

#include "storage/checksum.h"
#include "storage/signature.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <string.h>

#define STEPS 6 /* of a signature: the request's hash, four of the key, the signature itself */
#define SIGNATURE                                                                                       \
  "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, SignedHeaders=" \
  "host;x-amz-content-sha256;x-amz-date, Signature=34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"

/* ---- libcrypto, which fails at one step as it does without memory ---- */

static size_t steps;
static size_t fatal = SIZE_MAX;

int __real_EVP_Digest(const void *bytes, size_t length, unsigned char *out, unsigned *size, const EVP_MD *kind,
                      ENGINE *engine);
unsigned char *__real_HMAC(const EVP_MD *kind, const void *key, int key_length, const unsigned char *bytes,
                           size_t length, unsigned char *out, unsigned *size);
int __wrap_EVP_Digest(const void *bytes, size_t length, unsigned char *out, unsigned *size, const EVP_MD *kind,
                      ENGINE *engine);
unsigned char *__wrap_HMAC(const EVP_MD *kind, const void *key, int key_length, const unsigned char *bytes,
                           size_t length, unsigned char *out, unsigned *size);

int __wrap_EVP_Digest(const void *bytes, size_t length, unsigned char *out, unsigned *size, const EVP_MD *kind,
                      ENGINE *engine) {
  return steps++ == fatal ? 0 : __real_EVP_Digest(bytes, length, out, size, kind, engine);
}

unsigned char *__wrap_HMAC(const EVP_MD *kind, const void *key, int key_length, const unsigned char *bytes,
                           size_t length, unsigned char *out, unsigned *size) {
  return steps++ == fatal ? NULL : __real_HMAC(kind, key, key_length, bytes, length, out, size);
}

static void fail_step(size_t number) {
  steps = 0;
  fatal = number;
}

/* ---- tests ---- */

static bool write_signature(struct buf *out) {
  static const char empty[] = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
  static const struct signature_header headers[] = {
      {"x-amz-date", "20130524T000000Z"}, {"host", "examplebucket.s3.amazonaws.com"}, {"x-amz-content-sha256", empty}};
  static const char secret[] = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
  const struct signature_input input = {.method = "GET",
                                        .path = "/",
                                        .query = "prefix=J&max-keys=2",
                                        .headers = headers,
                                        .header_count = COUNT(headers),
                                        .payload_hash = empty,
                                        .access_key_id = "AKIAIOSFODNN7EXAMPLE",
                                        .secret = secret,
                                        .secret_length = sizeof secret - 1,
                                        .region = "us-east-1",
                                        .service = "s3",
                                        .unix_s = 1369353600};
  return signature_write(out, &input);
}

static void assert_that_the_next_one_is_right(void) {
  struct buf out;
  buf_init(&out, 4096);
  ck_assert(write_signature(&out));
  ck_assert_str_eq(buf_string(&out), SIGNATURE);
  buf_reset(&out);
}

START_TEST(each_allocation_fails_once) {
  size_t number = 0, alive = allocations_alive();
  for (bool written = false; !written; number++) {
    struct buf out;
    buf_init(&out, 4096);
    allocations_torture(number, (enum failing)_i);
    written = write_signature(&out);
    ck_assert_int_eq(written, allocations_relieve() <= number);
    ck_assert_str_eq(buf_string(&out), written ? SIGNATURE : "");
    buf_reset(&out);
    ck_assert_uint_eq(allocations_alive(), alive);
    assert_that_the_next_one_is_right();
  }
  ck_assert_uint_gt(number, 4); /* the request, what is signed, the secret, the answer; and none */
}
END_TEST

START_TEST(each_step_fails_once) {
  size_t alive = allocations_alive();
  struct buf out;
  buf_init(&out, 4096);
  fail_step((size_t)_i);
  bool written = write_signature(&out);
  ck_assert_uint_eq(steps, _i < STEPS ? (size_t)_i + 1 : STEPS); /* and none goes on behind it */
  fail_step(SIZE_MAX);
  ck_assert_int_eq(written, _i == STEPS);
  ck_assert_str_eq(buf_string(&out), written ? SIGNATURE : "");
  buf_reset(&out);
  ck_assert_uint_eq(allocations_alive(), alive);
  assert_that_the_next_one_is_right();
}
END_TEST

START_TEST(a_hash_fails) {
  char hash[SIGNATURE_PAYLOAD_HASH_SIZE], checksum[CHECKSUM_SIZE];
  fail_step(0);
  ck_assert(!signature_payload_hash(hash, "a", 1));
  fail_step(0);
  ck_assert(!checksum_write(checksum, "SHA1", "a", 1));
  fail_step(0);
  ck_assert(!checksum_write(checksum, "SHA256", "a", 1));
  ck_assert(checksum_write(checksum, "SHA256", "a", 1));
}
END_TEST

int main(void) {
  Suite *suite = suite_create("test_torture_signature");
  TCase *cases = add_cases(suite, "signature");
  allocations_install();
  tcase_add_loop_test(cases, each_allocation_fails_once, 0, FAILING_COUNT);
  tcase_add_loop_test(cases, each_step_fails_once, 0, STEPS + 1);
  tcase_add_test(cases, a_hash_fails);
  return run_suite(suite);
}
