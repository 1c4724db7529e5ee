/* SPDX-License-Identifier: MIT */
/* Checksums of S3: the check values and test patterns that their definitions publish, in base64. */
#include "fixtures.h"

#include "storage/checksum.h"

#include <stdlib.h>
#include <string.h>

static const struct {
  const char *algorithm, *text, *checksum;
} texts[] = {
    {"CRC32", "", "AAAAAA=="},
    {"CRC32C", "", "AAAAAA=="},
    {"CRC64NVME", "", "AAAAAAAAAAA="},
    {"SHA1", "", "2jmj7l5rSw0yVb/vlWAYkK/YBwk="},
    {"SHA256", "", "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="},
    {"CRC32", "123456789", "y/Q5Jg=="},
    {"CRC32C", "123456789", "4waSgw=="},
    {"CRC64NVME", "123456789", "rosUhgp5mIg="},
    {"SHA1", "123456789", "98O8HYCOBHMq32eZZczDTKeuNEE="},
    {"SHA256", "123456789", "FeKw08M4keuw8e9gnsQZQgwg4yDOlMZfvIwzEkSOsiU="},
    {"SHA1", "abc", "qZk+NkcGgWq6PiVxeFDCbJzQ2J0="},
    {"SHA256", "abc", "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0="},
    {"crc32", "123456789", "y/Q5Jg=="},
    {"Sha256", "abc", "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0="},
};

START_TEST(of_texts) {
  char checksum[CHECKSUM_SIZE];
  ck_assert(checksum_write(checksum, texts[_i].algorithm, texts[_i].text, strlen(texts[_i].text)));
  ck_assert_str_eq(checksum, texts[_i].checksum);
}
END_TEST

/* Bytes that go on from first by step: the patterns of RFC 3720 and of the NVM Command Set. */
static const struct {
  const char *algorithm;
  size_t length;
  int first, step;
  const char *checksum;
} patterns[] = {
    {"CRC32C", 32, 0x00, 0, "ipE2qg=="},          {"CRC32C", 32, 0xff, 0, "YqirQw=="},
    {"CRC32C", 32, 0x00, 1, "Rt15Tg=="},          {"CRC32C", 32, 0x1f, -1, "ET/bXA=="},
    {"CRC64NVME", 4096, 0x00, 0, "ZILTZ+sitk4="}, {"CRC64NVME", 4096, 0xff, 0, "wN26cwLso6w="},
    {"CRC64NVME", 4096, 0x00, 1, "PnKfX2dQRJw="}, {"CRC64NVME", 4096, 0xff, -1, "mi32S46eUX4="},
};

START_TEST(of_patterns) {
  char checksum[CHECKSUM_SIZE];
  size_t length = patterns[_i].length;
  unsigned char *bytes = malloc(length);
  ck_assert_ptr_nonnull(bytes);
  for (size_t i = 0; i < length; i++) bytes[i] = (unsigned char)(patterns[_i].first + (int)i * patterns[_i].step);
  ck_assert(checksum_write(checksum, patterns[_i].algorithm, bytes, length));
  ck_assert_str_eq(checksum, patterns[_i].checksum);
  free(bytes);
}
END_TEST

START_TEST(of_nothing_known) {
  static const char *const names[] = {"", "CRC", "CRC32D", "CRC64", "MD5", "SHA512", "SHA256 "};
  char checksum[CHECKSUM_SIZE];
  for (size_t i = 0; i < COUNT(names); i++)
    ck_assert_msg(!checksum_write(checksum, names[i], "abc", 3), "%s", names[i]);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("test_checksum");
  TCase *cases = add_cases(suite, "checksum");
  tcase_add_loop_test(cases, of_texts, 0, (int)COUNT(texts));
  tcase_add_loop_test(cases, of_patterns, 0, (int)COUNT(patterns));
  tcase_add_test(cases, of_nothing_known);
  return run_suite(suite);
}
