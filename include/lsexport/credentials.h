/* SPDX-License-Identifier: MIT */
/* What LangSmith writes to the bucket with. There is no getter, and no text ever shows them. */
#ifndef LSEXPORT_CREDENTIALS_H
#define LSEXPORT_CREDENTIALS_H

#include <lsexport/error.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Immutable, any thread, wiped when the last user is gone. All values are copied and none is checked here: create,
 * ensure and patch report what is wrong, a NULL value too, as fields named credentials.*.
 * The makers return OK, INVALID_ARGUMENT (credentials_out is NULL) or NO_MEMORY. */

/** A permanent key pair. secret_length in bytes, or LSEXPORT_NUL_TERMINATED. Since: 0.1. */
LSEXPORT_API lsexport_status lsexport_credentials_new_static(const char *access_key_id, const char *secret_access_key,
                                                             size_t secret_length,
                                                             lsexport_credentials **credentials_out);

/** A temporary key pair with its session token. Lengths in bytes, or LSEXPORT_NUL_TERMINATED. Since: 0.1. */
LSEXPORT_API lsexport_status lsexport_credentials_new_session(const char *access_key_id, const char *secret_access_key,
                                                              size_t secret_length, const char *session_token,
                                                              size_t token_length,
                                                              lsexport_credentials **credentials_out);

/** The LangSmith server's own environment (self-hosted only): nothing is sent. Since: 0.1. */
LSEXPORT_API lsexport_status lsexport_credentials_new_server(lsexport_credentials **credentials_out);

/** An AWS role that LangSmith assumes, as "arn:aws:iam::123456789012:role/name". Since: 0.1. */
LSEXPORT_API lsexport_status lsexport_credentials_new_role(const char *aws_role_arn,
                                                           lsexport_credentials **credentials_out);

/** Gives up the caller's credentials. NULL is ignored. Any thread. Since: 0.1. */
LSEXPORT_API void lsexport_credentials_free(lsexport_credentials *credentials);

#ifdef __cplusplus
}
#endif
#endif
