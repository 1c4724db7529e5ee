/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE /* RTLD_DEFAULT; NOLINT(bugprone-reserved-identifier,readability-identifier-naming) */
#include "net/tls_pending.h"

#include <dlfcn.h>
#include <stddef.h>
#include <string.h>

/* The function of the OpenSSL that libcurl brought along; we do not link it ourselves, so that there is only one. */
bool tls_has_pending(const void *ssl) {
  int (*has_pending)(const void *) = NULL;
  void *found = dlsym(RTLD_DEFAULT, "SSL_has_pending");
  memcpy(&has_pending, &found, sizeof found); /* ISO C knows no cast between the two */
  return !ssl || !has_pending || has_pending(ssl) != 0;
}
