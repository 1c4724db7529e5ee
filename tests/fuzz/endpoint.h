/* SPDX-License-Identifier: MIT */
/* A URL is read by libcurl as it is read by us. */
#ifndef LSX_TESTS_FUZZ_ENDPOINT_H
#define LSX_TESTS_FUZZ_ENDPOINT_H

#include <stdbool.h>

/* False when we refuse it. When we take it, libcurl must too, and see the same scheme, host, port and path. */
bool endpoint_must_agree(const char *text);
/* What libcurl takes for a password in a proxy's URL. */
bool proxy_holds_password(const char *text);

#endif
