/* SPDX-License-Identifier: MIT */
#include "storage/signature.h"

#include "base/mem.h"
#include "base/time.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))
#define ALGORITHM "AWS4-HMAC-SHA256"
#define HASH_SIZE 32 /* of SHA-256 */
#define DAY_LENGTH 8 /* "20261124" */

/* ---- hashes ---- */

static void write_hex(char out[2 * HASH_SIZE + 1], const unsigned char hash[HASH_SIZE]) {
  static const char digits[] = "0123456789abcdef";
  for (size_t i = 0; i < HASH_SIZE; i++) {
    *out++ = digits[hash[i] >> 4];
    *out++ = digits[hash[i] & 0xf];
  }
  *out = '\0';
}

bool signature_payload_hash(char out[SIGNATURE_PAYLOAD_HASH_SIZE], const void *bytes, size_t length) {
  unsigned char hash[HASH_SIZE];
  if (!EVP_Digest(bytes, length, hash, NULL, EVP_sha256(), NULL)) return false;
  write_hex(out, hash);
  return true;
}

static bool keyed_hash(unsigned char out[HASH_SIZE], const void *key, size_t key_length, const char *text) {
  return HMAC(EVP_sha256(), key, (int)key_length, (const unsigned char *)text, strlen(text), out, NULL) != NULL;
}

/* ---- the canonical request ---- */

/* The least header name behind that one, so that each comes once, in order. NULL: the first; and behind the last. */
static const char *next_name(const struct signature_input *input, const char *after) {
  const char *least = NULL;
  for (size_t i = 0; i < input->header_count; i++) {
    const char *name = input->headers[i].name;
    if ((!after || strcmp(name, after) > 0) && (!least || strcmp(name, least) < 0)) least = name;
  }
  return least;
}

/* Without blanks around it, and with one for each run of them. */
static void add_folded(struct buf *out, const char *value) {
  static const char blanks[] = " \t";
  for (value += strspn(value, blanks); *value;) {
    size_t length = strcspn(value, blanks);
    buf_add(out, value, length);
    value += length;
    value += strspn(value, blanks);
    if (*value) buf_text(out, " ");
  }
}

static void add_headers(struct buf *out, const struct signature_input *input) {
  for (const char *name = next_name(input, NULL); name; name = next_name(input, name)) {
    buf_text(out, name);
    const char *separator = ":";
    for (size_t i = 0; i < input->header_count; i++)
      if (strcmp(input->headers[i].name, name) == 0) {
        buf_text(out, separator);
        add_folded(out, input->headers[i].value);
        separator = ",";
      }
    buf_text(out, "\n");
  }
}

static void add_header_names(struct buf *out, const struct signature_input *input) {
  const char *separator = "";
  for (const char *name = next_name(input, NULL); name; name = next_name(input, name)) {
    buf_text(out, separator);
    buf_text(out, name);
    separator = ";";
  }
}

struct parameter {
  const char *name, *value;
  size_t name_length, value_length;
};

/* Takes the one that query begins with; what is left, or NULL behind the last. */
static const char *take_parameter(const char *query, struct parameter *parameter_out) {
  size_t length = strcspn(query, "&"), name_length = strcspn(query, "=&");
  size_t value_start = name_length < length ? name_length + 1 : length;
  *parameter_out = (struct parameter){query, query + value_start, name_length, length - value_start};
  return query[length] ? query + length + 1 : NULL;
}

static int compare_texts(const char *a, size_t a_length, const char *b, size_t b_length) {
  int order = memcmp(a, b, a_length < b_length ? a_length : b_length);
  return order ? order : (a_length > b_length) - (a_length < b_length);
}

/* By name, then by value: not as a whole, for '=' stands behind '-' and the digits. Equal ones stay as they came. */
static int compare(const struct parameter *a, const struct parameter *b) {
  int order = compare_texts(a->name, a->name_length, b->name, b->name_length);
  if (!order) order = compare_texts(a->value, a->value_length, b->value, b->value_length);
  return order ? order : (a->name > b->name) - (a->name < b->name);
}

/* The least parameter behind that one. NULL: the first; false behind the last. */
static bool next_parameter(const char *query, const struct parameter *after, struct parameter *least_out) {
  struct parameter parameter;
  bool found = false;
  while (query) {
    query = take_parameter(query, &parameter);
    if (after && compare(&parameter, after) <= 0) continue;
    if (!found || compare(&parameter, least_out) < 0) *least_out = parameter;
    found = true;
  }
  return found;
}

static void add_query(struct buf *out, const char *query) {
  struct parameter last, least;
  const char *separator = "";
  if (!*query) return;
  for (bool more = next_parameter(query, NULL, &least); more; more = next_parameter(query, &last, &least)) {
    buf_text(out, separator);
    buf_add(out, least.name, least.name_length);
    buf_text(out, "=");
    buf_add(out, least.value, least.value_length);
    separator = "&";
    last = least;
  }
}

static void add_request(struct buf *out, const struct signature_input *input) {
  buf_text(out, input->method);
  buf_text(out, "\n");
  buf_text(out, input->path);
  buf_text(out, "\n");
  add_query(out, input->query);
  buf_text(out, "\n");
  add_headers(out, input);
  buf_text(out, "\n");
  add_header_names(out, input);
  buf_text(out, "\n");
  buf_text(out, input->payload_hash);
}

/* ---- the signature ---- */

/* What a signature holds for: day, region, service and an end; also what its key is derived from. */
struct scope {
  const char *parts[4];
};

static void add_scope(struct buf *out, const struct scope *scope) {
  for (size_t i = 0; i < COUNT(scope->parts); i++) {
    if (i) buf_text(out, "/");
    buf_text(out, scope->parts[i]);
  }
}

static bool add_text_to_sign(struct buf *out, const struct signature_input *input, const char *date,
                             const struct scope *scope) {
  struct buf request;
  char hash[SIGNATURE_PAYLOAD_HASH_SIZE];
  buf_init(&request, SIGNATURE_REQUEST_MAX);
  add_request(&request, input);
  bool fine = !request.failure && signature_payload_hash(hash, request.data, request.length);
  buf_reset(&request); /* it may hold a session token */
  if (!fine) return false;
  buf_text(out, ALGORITHM "\n");
  buf_text(out, date);
  buf_text(out, "\n");
  add_scope(out, scope);
  buf_text(out, "\n");
  buf_text(out, hash);
  return !out->failure;
}

static bool derive_key(unsigned char key_out[HASH_SIZE], const struct signature_input *input,
                       const struct scope *scope) {
  struct buf key;
  buf_init(&key, SIGNATURE_REQUEST_MAX);
  buf_text(&key, "AWS4");
  buf_add(&key, input->secret, input->secret_length);
  bool fine = !key.failure && keyed_hash(key_out, key.data, key.length, scope->parts[0]);
  buf_reset(&key);
  for (size_t i = 1; fine && i < COUNT(scope->parts); i++) {
    unsigned char last[HASH_SIZE];
    memcpy(last, key_out, HASH_SIZE);
    fine = keyed_hash(key_out, last, HASH_SIZE, scope->parts[i]);
    mem_wipe(last, sizeof last);
  }
  return fine;
}

static bool sign(char signature_out[2 * HASH_SIZE + 1], const struct signature_input *input, const char *date,
                 const struct scope *scope) {
  unsigned char key[HASH_SIZE], hash[HASH_SIZE];
  struct buf text;
  buf_init(&text, SIGNATURE_REQUEST_MAX);
  bool fine = add_text_to_sign(&text, input, date, scope) && derive_key(key, input, scope) &&
              keyed_hash(hash, key, sizeof key, text.data);
  if (fine) write_hex(signature_out, hash);
  mem_wipe(key, sizeof key);
  buf_reset(&text);
  return fine;
}

bool signature_write(struct buf *out, const struct signature_input *input) {
  char date[TIME_BASIC_SIZE], day[DAY_LENGTH + 1] = "", signature[2 * HASH_SIZE + 1];
  time_to_basic(date, input->unix_s);
  memcpy(day, date, DAY_LENGTH);
  const struct scope scope = {{day, input->region, input->service, "aws4_request"}};
  if (!sign(signature, input, date, &scope)) return false;
  buf_text(out, ALGORITHM " Credential=");
  buf_text(out, input->access_key_id);
  buf_text(out, "/");
  add_scope(out, &scope);
  buf_text(out, ", SignedHeaders=");
  add_header_names(out, input);
  buf_text(out, ", Signature=");
  buf_text(out, signature);
  return !out->failure;
}
