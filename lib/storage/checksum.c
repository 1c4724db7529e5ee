/* SPDX-License-Identifier: MIT */
#include "storage/checksum.h"

#include "base/text.h"

#include <openssl/evp.h>
#include <stdint.h>

#define SUM_MAX 32 /* bytes of the longest */

/* All of one kind: the lowest bit of a byte goes in first, and all bits are inverted before and after. */
static const struct {
  const char *name;
  uint64_t polynomial; /* its lowest bit stands for the highest power */
  size_t size;
} crcs[] = {
    {"CRC32", 0xedb88320, 4},
    {"CRC32C", 0x82f63b78, 4},
    {"CRC64NVME", 0x9a6c9329ac4bc9b5, 8},
};

/* The highest byte first. */
static void write_crc(unsigned char *out, size_t size, uint64_t polynomial, const unsigned char *bytes, size_t length) {
  uint64_t ones = UINT64_MAX >> (64 - 8 * size), crc = ones;
  for (size_t i = 0; i < length; i++) {
    crc ^= bytes[i];
    for (int bit = 0; bit < 8; bit++) crc = crc >> 1 ^ (crc & 1 ? polynomial : 0);
  }
  crc ^= ones;
  for (size_t i = size; i; i--, crc >>= 8) out[i - 1] = (unsigned char)crc;
}

static bool write_hash(unsigned char *out, unsigned *size_out, const char *name, const void *bytes, size_t length) {
  const EVP_MD *hash = NULL;
  if (text_equal_ignoring_case(name, "SHA1")) hash = EVP_sha1();
  if (text_equal_ignoring_case(name, "SHA256")) hash = EVP_sha256();
  return hash && EVP_Digest(bytes, length, out, size_out, hash, NULL);
}

bool checksum_write(char out[CHECKSUM_SIZE], const char *algorithm, const void *bytes, size_t length) {
  unsigned char sum[SUM_MAX];
  unsigned size = 0;
  for (size_t i = 0; i < sizeof crcs / sizeof *crcs; i++)
    if (text_equal_ignoring_case(algorithm, crcs[i].name)) {
      size = (unsigned)crcs[i].size;
      write_crc(sum, size, crcs[i].polynomial, bytes, length);
    }
  if (!size && !write_hash(sum, &size, algorithm, bytes, length)) return false;
  EVP_EncodeBlock((unsigned char *)out, sum, (int)size);
  return true;
}
