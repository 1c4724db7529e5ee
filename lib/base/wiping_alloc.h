/* SPDX-License-Identifier: MIT */
/* An allocator that wipes what it frees, for libcurl and jansson; only where a program asks for it by name. */
#ifndef LSX_BASE_WIPING_ALLOC_H
#define LSX_BASE_WIPING_ALLOC_H

#include <stddef.h>

void *wiping_malloc(size_t size);
void *wiping_calloc(size_t count, size_t size);
void *wiping_realloc(void *block, size_t size);
char *wiping_strdup(const char *text);
void wiping_free(void *block);
/* How many blocks it gave out: a trial tells whether somebody really uses it. */
size_t wiping_count(void);

#endif
