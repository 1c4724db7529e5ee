/* SPDX-License-Identifier: MIT */
#include "langsmith/credentials.h"

#include "base/mem.h"

#include <stdint.h>
#include <string.h>

struct given {
  const char *text;
  size_t length;
};

static size_t given_size(const struct given *given) {
  if (given->text && given->length == LSEXPORT_NUL_TERMINATED) return strlen(given->text);
  return given->text ? given->length : 0;
}

static struct credentials_text keep(char **at, const struct given *given) {
  struct credentials_text kept = {0};
  if (!given->text) return kept;
  kept.length = given_size(given);
  kept.text = *at;
  memcpy(*at, given->text, kept.length);
  *at += kept.length + 1;
  return kept;
}

enum { KEY_ID, SECRET, TOKEN, ROLE, GIVEN_COUNT };

static lsexport_status make(enum credentials_kind kind, const struct given given[GIVEN_COUNT],
                            lsexport_credentials **credentials_out) {
  if (!credentials_out) return LSEXPORT_ERR_INVALID_ARGUMENT;
  size_t size = sizeof(lsexport_credentials);
  for (int i = 0; i < GIVEN_COUNT; i++) {
    size_t more = given_size(&given[i]);
    if (more >= SIZE_MAX / 8) return LSEXPORT_ERR_NO_MEMORY;
    size += more + 1;
  }
  lsexport_credentials *credentials = mem_pages_alloc(size);
  if (!credentials) return LSEXPORT_ERR_NO_MEMORY;
  char *at = (char *)(credentials + 1);
  atomic_init(&credentials->owners, 1);
  credentials->size = size;
  credentials->kind = kind;
  credentials->access_key_id = keep(&at, &given[KEY_ID]);
  credentials->secret_access_key = keep(&at, &given[SECRET]);
  credentials->session_token = keep(&at, &given[TOKEN]);
  credentials->aws_role_arn = keep(&at, &given[ROLE]);
  *credentials_out = credentials;
  return LSEXPORT_OK;
}

lsexport_status lsexport_credentials_new_static(const char *access_key_id, const char *secret_access_key,
                                                size_t secret_length, lsexport_credentials **credentials_out) {
  const struct given given[GIVEN_COUNT] = {[KEY_ID] = {access_key_id, LSEXPORT_NUL_TERMINATED},
                                           [SECRET] = {secret_access_key, secret_length}};
  return make(CREDENTIALS_STATIC, given, credentials_out);
}

lsexport_status lsexport_credentials_new_session(const char *access_key_id, const char *secret_access_key,
                                                 size_t secret_length, const char *session_token, size_t token_length,
                                                 lsexport_credentials **credentials_out) {
  const struct given given[GIVEN_COUNT] = {[KEY_ID] = {access_key_id, LSEXPORT_NUL_TERMINATED},
                                           [SECRET] = {secret_access_key, secret_length},
                                           [TOKEN] = {session_token, token_length}};
  return make(CREDENTIALS_SESSION, given, credentials_out);
}

lsexport_status lsexport_credentials_new_server(lsexport_credentials **credentials_out) {
  const struct given given[GIVEN_COUNT] = {{0}};
  return make(CREDENTIALS_SERVER, given, credentials_out);
}

lsexport_status lsexport_credentials_new_role(const char *aws_role_arn, lsexport_credentials **credentials_out) {
  const struct given given[GIVEN_COUNT] = {[ROLE] = {aws_role_arn, LSEXPORT_NUL_TERMINATED}};
  return make(CREDENTIALS_ROLE, given, credentials_out);
}

lsexport_credentials *credentials_share(const lsexport_credentials *credentials) {
  lsexport_credentials *shared = (lsexport_credentials *)(uintptr_t)credentials; /* its count alone changes */
  if (shared) atomic_fetch_add(&shared->owners, 1);
  return shared;
}

void credentials_add_secrets(const lsexport_credentials *credentials, struct secrets *secrets) {
  if (!credentials) return;
  secrets_add(secrets, credentials->secret_access_key.text, credentials->secret_access_key.length);
  secrets_add(secrets, credentials->session_token.text, credentials->session_token.length);
  secrets_add(secrets, credentials->access_key_id.text, credentials->access_key_id.length);
}

void lsexport_credentials_free(lsexport_credentials *credentials) {
  if (credentials && atomic_fetch_sub(&credentials->owners, 1) == 1) mem_pages_free(credentials, credentials->size);
}
