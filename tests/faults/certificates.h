/* SPDX-License-Identifier: MIT */
/* Certificates, made anew at each start: none is kept in a file of the repository, and none can expire there. */
#ifndef LSX_TESTS_CERTIFICATES_H
#define LSX_TESTS_CERTIFICATES_H

#include <openssl/ssl.h>

/* Who a server says it is. */
enum identity {
  IDENTITY_NONE, /* no TLS at all */
  IDENTITY_GOOD, /* 127.0.0.1, ::1 and localhost, signed by the authority in authority_file */
  IDENTITY_SELF_SIGNED,
  IDENTITY_OTHER_AUTHORITY,
  IDENTITY_EXPIRED,
  IDENTITY_NOT_YET_VALID,
  IDENTITY_WRONG_HOST, /* elsewhere.example */
  IDENTITY_COUNT
};

enum tls_limit {
  TLS_LIMIT_NONE,
  TLS_LIMIT_1_2,   /* 1.2 at most */
  TLS_LIMIT_1_1,   /* 1.1 at most, and no lower */
  TLS_WANTS_CLIENT /* a certificate of the client's is required */
};

/* To be called before anything else here; ends the program when it fails. */
void certificates_make(void);
/* PEM: to be named by the option ca_file. */
const char *authority_file(void);
/* A client's certificate and key that no server here trusts, in one PEM file. */
const char *stranger_file(void);
/* A new context for a server; to be freed. */
SSL_CTX *certificates_context(enum identity identity, enum tls_limit limit);
void certificates_free(void);

#endif
