/* SPDX-License-Identifier: MIT */
/* Credentials as the library holds them: one block of pages that core dumps leave out. */
#ifndef LSX_LANGSMITH_CREDENTIALS_H
#define LSX_LANGSMITH_CREDENTIALS_H

#include "error/wash.h"

#include <lsexport/credentials.h>

#include <stdatomic.h>
#include <stddef.h>

enum credentials_kind { CREDENTIALS_STATIC, CREDENTIALS_SESSION, CREDENTIALS_SERVER, CREDENTIALS_ROLE };

struct credentials_text {
  const char *text; /* NUL-terminated, but may hold a NUL before its end; NULL: NULL was given */
  size_t length;
};

struct lsexport_credentials {
  atomic_int owners;
  size_t size; /* of the block, this struct among it */
  enum credentials_kind kind;
  struct credentials_text access_key_id;
  struct credentials_text secret_access_key;
  struct credentials_text session_token;
  struct credentials_text aws_role_arn;
};

lsexport_credentials *credentials_share(const lsexport_credentials *credentials);
/* What must never be shown. */
void credentials_add_secrets(const lsexport_credentials *credentials, struct secrets *secrets);

#endif
