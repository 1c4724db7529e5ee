/* SPDX-License-Identifier: MIT */
/* The checksums that S3 keeps of an object. */
#ifndef LSX_STORAGE_CHECKSUM_H
#define LSX_STORAGE_CHECKSUM_H

#include <stdbool.h>
#include <stddef.h>

#define CHECKSUM_SIZE 45 /* the longest, SHA-256 in base64, with its NUL */

/* algorithm: CRC32, CRC32C, CRC64NVME, SHA1 or SHA256, in any case. In base64, as the value of the header
 * x-amz-checksum-crc32 and its like. False for any other algorithm, or without memory. */
bool checksum_write(char out[CHECKSUM_SIZE], const char *algorithm, const void *bytes, size_t length);

#endif
