/* SPDX-License-Identifier: MIT */
#include "base/wiping_alloc.h"

#include <malloc.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

static atomic_size_t given; /* only ever counts up; nothing but the trial reads it */

static void *counted(void *block) {
  if (block) atomic_fetch_add_explicit(&given, 1, memory_order_relaxed);
  return block;
}

void *wiping_malloc(size_t size) { return counted(malloc(size)); }

void *wiping_calloc(size_t count, size_t size) { return counted(calloc(count, size)); }

/* realloc would leave the old bytes where they were. */
void *wiping_realloc(void *block, size_t size) {
  void *moved = wiping_malloc(size);
  if (!moved || !block) return moved;
  size_t old = malloc_usable_size(block);
  memcpy(moved, block, old < size ? old : size);
  wiping_free(block);
  return moved;
}

char *wiping_strdup(const char *text) {
  size_t size = strlen(text) + 1;
  char *copy = wiping_malloc(size);
  if (copy) memcpy(copy, text, size);
  return copy;
}

void wiping_free(void *block) {
  if (block) explicit_bzero(block, malloc_usable_size(block));
  free(block);
}

size_t wiping_count(void) { return atomic_load(&given); }
