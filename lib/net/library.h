/* SPDX-License-Identifier: MIT */
/* libcurl as a library that this process loaded: is it fit, and made ready once. */
#ifndef LSX_NET_LIBRARY_H
#define LSX_NET_LIBRARY_H

#include <stdbool.h>
#include <stddef.h>

#define LIBCURL_FLOOR 0x075800 /* 7.88.0 */

/* Makes libcurl ready, counted and never undone. False when it will not start. Any thread. */
bool net_library_init(void);
/* The same, with an allocator that wipes what it frees; false when libcurl was in use before. For main() alone. */
bool net_library_init_wiping(void);
/* NULL when fit, else what is missing: too old, no TLS, no threads. */
const char *net_library_unfit(void);
/* "libcurl/7.88.1 OpenSSL/3.0.22". */
void net_library_details(char *text, size_t size);

#endif
