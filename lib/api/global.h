/* SPDX-License-Identifier: MIT */
#ifndef LSX_API_GLOBAL_H
#define LSX_API_GLOBAL_H

#include <stdbool.h>

/* What libcurl and jansson need once a process. False when libcurl will not start. Any thread. */
bool global_init(void);

#endif
