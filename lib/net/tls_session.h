/* SPDX-License-Identifier: MIT */
/* An SSL object of the OpenSSL that libcurl brought along. We do not link OpenSSL ourselves, so that there is only one. */
#ifndef LSX_NET_TLS_SESSION_H
#define LSX_NET_TLS_SESSION_H

#include <stdbool.h>

/* Does it hold bytes that nobody has read? Excess that came in the record of the answer before waits there, where no look
 * at the socket finds it. True also where OpenSSL cannot be asked. */
bool tls_has_pending(const void *ssl);

/* From now on OpenSSL wipes what it has decrypted once that was read: a server may send secrets back. */
void tls_wipe_what_is_read(void *ssl);

#endif
