/* SPDX-License-Identifier: MIT */
/* The secrets of every target, which must never come out again. */
#ifndef LSX_TESTS_FUZZ_CANARIES_H
#define LSX_TESTS_FUZZ_CANARIES_H

#include "fuzz.h"

#include "error/wash.h"

#include <stdbool.h>

#define CANARY_KEY "lsv2_pt_9f2KqXc7/77+\"\\x4Tg"
#define CANARY_KEY_ID "AKIAQ7ZK3NXWJ5TP2VYD"
#define CANARY_SECRET "wQ4r/8sHk+\"\\%zLm1Vb=0Nd"
#define CANARY_TOKEN_LENGTH 700 /* longer than any text that the library keeps of a header or a fact */
const char *canary_token(void);

/* All of them, as a call knows them. */
const struct secrets *canaries(void);

/* How somebody may write a secret. */
enum writing {
  WRITTEN_PLAIN,
  WRITTEN_PERCENT,
  WRITTEN_JSON,
  WRITTEN_BASE64, /* behind two other bytes */
  WRITTEN_PERCENT_ALL,
  WRITTEN_PERCENT_TWICE,
  WRITTEN_JSON_TWICE,
  WRITTEN_JSON_UNICODE,
  WRITTEN_BASE64_FIRST, /* behind nothing */
  WRITTEN_BASE64_THIRD, /* behind one other byte */
  WRITING_COUNT
};
struct piece written(const char *secret, size_t length, enum writing writing);
/* What tells the secret: of base64, without the digits that it shares with its neighbours. */
struct piece written_core(const char *secret, size_t length, enum writing writing);

/* Bytes 0x10 to 0x1b become key, secret or token: each plain, percent-encoded, escaped for JSON, and in base64.
 * From now on canaries_must_be_absent knows whether the input told a part of a secret by itself. */
struct piece canaries_expand(const uint8_t *data, size_t size);
/* A call that has no credentials knows the key alone: then only that is looked for. */
void canaries_know_credentials(bool known);
/* None of them in any writing; nor a part of one, as is left where it was cut before it was looked for. */
void canaries_must_be_absent(const char *text, size_t length);

#endif
