/* SPDX-License-Identifier: MIT */
#include "canary.h"

#include "complaints.h"

#include <openssl/evp.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define PART 10 /* so many bytes in a row of what a secret is written as are no chance */

const char *canary_text(enum canary canary) {
  static const char *const texts[CANARY_COUNT] = {CANARY_API_KEY, CANARY_KEY_ID, CANARY_SECRET, CANARY_TOKEN,
                                                  CANARY_PROXY_PASSWORD};
  return texts[canary];
}

const char *canary_form_name(enum canary_form form) {
  static const char *const names[CANARY_FORM_COUNT] = {
      "plain",         "JSON-escaped", "JSON-escaped twice", "JSON codes", "percent", "percent for every byte",
      "percent twice", "base64",       "base64 + 1",         "base64 + 2"};
  return names[form];
}

static void write_json(char *to, const char *from) {
  for (; *from; from++) {
    if (*from == '"' || *from == '\\') *to++ = '\\';
    *to++ = *from;
  }
  *to = '\0';
}

/* Bytes as their two hexadecimal digits behind a sign; all of them, or those that a URL must escape. */
static void write_digits(char *to, const char *from, const char *sign, bool all) {
  static const char fine[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~";
  for (; *from; from++) {
    if (!all && strchr(fine, *from))
      *to++ = *from;
    else
      to += sprintf(to, all ? "%s%02x" : "%s%02X", sign, (unsigned char)*from);
  }
  *to = '\0';
}

static void write_base64(char *to, const char *before, const char *secret) {
  char joined[CANARY_WRITTEN_MAX / 2];
  int length = snprintf(joined, sizeof joined, "%s%s", before, secret);
  (void)EVP_EncodeBlock((unsigned char *)to, (const unsigned char *)joined, length);
}

void canary_write(char to[CANARY_WRITTEN_MAX], const char *secret, enum canary_form form) {
  char once[CANARY_WRITTEN_MAX];
  switch (form) {
  case CANARY_JSON:
    write_json(to, secret);
    break;
  case CANARY_JSON_TWICE:
    write_json(once, secret);
    write_json(to, once);
    break;
  case CANARY_JSON_CODES:
    write_digits(to, secret, "\\u00", true);
    break;
  case CANARY_PERCENT:
    write_digits(to, secret, "%", false);
    break;
  case CANARY_PERCENT_ALL:
    write_digits(to, secret, "%", true);
    break;
  case CANARY_PERCENT_TWICE:
    write_digits(to, secret, "%25", false);
    break;
  case CANARY_BASE64:
    write_base64(to, "", secret);
    break;
  case CANARY_BASE64_SHIFTED:
    write_base64(to, ":", secret);
    break;
  case CANARY_BASE64_SHIFTED_TWICE:
    write_base64(to, "k:", secret);
    break;
  default:
    snprintf(to, CANARY_WRITTEN_MAX, "%s", secret);
    break;
  }
}

/* ---- the search: every run of PART bytes of every secret in every form, in one hash table ---- */

#define SLOTS 32768 /* a power of two, and several times the number of runs */

struct part {
  char bytes[PART];
  unsigned char canary, form;
  bool used;
};

static struct part parts[SLOTS];
static pthread_once_t parts_once = PTHREAD_ONCE_INIT;

/* The slot that holds these bytes, or a free one. */
static struct part *slot_of(const char *bytes) {
  uint64_t hash = 14695981039346656037u;
  for (size_t i = 0; i < PART; i++) hash = (hash ^ (unsigned char)bytes[i]) * 1099511628211u;
  size_t at = (size_t)(hash >> 20) & (SLOTS - 1);
  while (parts[at].used && memcmp(parts[at].bytes, bytes, PART) != 0) at = (at + 1) & (SLOTS - 1);
  return &parts[at];
}

static void add_parts(enum canary canary, enum canary_form form) {
  char written[CANARY_WRITTEN_MAX];
  canary_write(written, canary_text(canary), form);
  size_t edge = form >= CANARY_BASE64 ? 4 : 0; /* it holds bits of a neighbour, and says nothing */
  for (size_t at = edge; at + PART + edge <= strlen(written); at++) {
    struct part *slot = slot_of(written + at);
    if (slot->used) continue;
    memcpy(slot->bytes, written + at, PART);
    slot->canary = (unsigned char)canary;
    slot->form = (unsigned char)form;
    slot->used = true;
  }
}

static void add_all_parts(void) {
  for (int canary = 0; canary < CANARY_COUNT; canary++)
    for (int form = 0; form < CANARY_FORM_COUNT; form++) add_parts((enum canary)canary, (enum canary_form)form);
}

const char *canary_find(const char *text) {
  static _Thread_local char found[64];
  pthread_once(&parts_once, add_all_parts);
  size_t length = strlen(text);
  for (size_t at = 0; at + PART <= length; at++) {
    const struct part *slot = slot_of(text + at);
    if (!slot->used) continue;
    snprintf(found, sizeof found, "a part of secret %d (%s)", slot->canary, canary_form_name(slot->form));
    return found;
  }
  return NULL;
}

void canary_check(const char *text, const char *where) {
  const char *found = canary_find(text);
  if (found) complain("%s holds %s: %.300s", where, found, text);
}
