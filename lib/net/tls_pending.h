/* SPDX-License-Identifier: MIT */
#ifndef LSX_NET_TLS_PENDING_H
#define LSX_NET_TLS_PENDING_H

#include <stdbool.h>

/* Does OpenSSL hold bytes of that SSL object that nobody has read? Excess that came in the record of the answer before
 * waits there, where no look at the socket finds it. True also where OpenSSL cannot be asked. */
bool tls_has_pending(const void *ssl);

#endif
