/* SPDX-License-Identifier: MIT */
/* Reads the words that LangSmith's storage stack makes of a bucket's refusal. Pure: no allocation. */
#ifndef LSX_ERROR_STORAGE_TEXT_H
#define LSX_ERROR_STORAGE_TEXT_H

#include <stddef.h>

#define STORAGE_TEXT_CODE_MAX 64
#define STORAGE_TEXT_FACT_MAX 512
#define STORAGE_TEXT_FACTS_MAX 8
#define STORAGE_TEXT_LOOKED_AT 16384 /* bytes; what tells one failure from another stands early */

/* Names: "operation" (of S3, as "PutObject"); of a denied permission "action", "resource", "principal", "policy"
 * ("identity-based", "service control", ...) and "denial" ("explicit" or "implicit"); "region" and "expected_region";
 * "url" (which LangSmith's stack addressed, without query and user name) and "tls_reason"; "bucket" and "parameter"
 * (which its stack refused to send). Values are as they came: not washed. */
struct storage_fact {
  const char *name;                      /* static */
  char value[STORAGE_TEXT_FACT_MAX + 1]; /* cut at a character's edge when longer */
};

struct storage_text {
  char code[STORAGE_TEXT_CODE_MAX + 1]; /* "" when the text does not hold it */
  int http_status; /* of an answer without S3's body: the number in the code's place, or that of the reason phrase which
                      is the whole text; else 0 */
  const char *message; /* within the text, behind the errno and the frame; "" for None or nothing. A frame that holds
                          neither code nor message is its own message. */
  size_t fact_count;
  struct storage_fact facts[STORAGE_TEXT_FACTS_MAX];
};

/* text: what follows "Failed to validate S3 destination: ". NUL-terminated; kept as long as read is used. */
void storage_text_read(const char *text, struct storage_text *read_out);

/* Where mark first begins, ignoring case, among the bytes that are looked at; NULL when it does not. */
const char *storage_text_find(const char *text, const char *mark);

#endif
