/* SPDX-License-Identifier: MIT */
#ifndef LSX_NET_WORLD_H
#define LSX_NET_WORLD_H

#include "net/transport.h"

extern const struct transport_ops transport_curl;
int64_t world_now_ms(void *context);
int64_t world_unix_s(void *context);

#endif
