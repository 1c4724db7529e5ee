/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE /* RTLD_DEFAULT; NOLINT(bugprone-reserved-identifier,readability-identifier-naming) */
#include "net/tls_session.h"

#include <dlfcn.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define CLEANSE_PLAINTEXT 2 /* SSL_OP_CLEANSE_PLAINTEXT; OpenSSL 1.1 does not know it, and does nothing */

/* ISO C knows no cast from an object's address to a function's. */
static void find(const char *name, void *function_out) {
  void *found = dlsym(RTLD_DEFAULT, name);
  memcpy(function_out, &found, sizeof found);
}

bool tls_has_pending(const void *ssl) {
  int (*has_pending)(const void *) = NULL;
  find("SSL_has_pending", &has_pending);
  return !ssl || !has_pending || has_pending(ssl) != 0;
}

void tls_wipe_what_is_read(void *ssl) {
  uint64_t (*set_options)(void *, uint64_t) = NULL;
  find("SSL_set_options", &set_options);
  if (ssl && set_options) set_options(ssl, CLEANSE_PLAINTEXT);
}
