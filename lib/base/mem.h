/* SPDX-License-Identifier: MIT */
/* The only way to memory: tests make it fail, and secrets are wiped on their way out. */
#ifndef LSX_BASE_MEM_H
#define LSX_BASE_MEM_H

#include <stddef.h>

/* Zeroed; NULL when there is none. */
void *mem_alloc(size_t size);
/* Copies old_size bytes into a new block and wipes the old one; on failure NULL, and old is untouched. */
void *mem_grow(void *old, size_t old_size, size_t new_size);
/* NUL-terminated copy. */
char *mem_text(const char *text, size_t length);
void mem_free(void *block);
/* Wipes first. */
void mem_free_secret(void *block, size_t size);
/* The compiler may not leave it out. */
void mem_wipe(void *block, size_t size);

/* Whole pages that core dumps leave out; for secrets that live long. */
void *mem_pages_alloc(size_t size);
void mem_pages_free(void *pages, size_t size);

#endif
