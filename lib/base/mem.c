/* SPDX-License-Identifier: MIT */
#include "base/mem.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

void *mem_alloc(size_t size) { return calloc(1, size ? size : 1); }

void *mem_grow(void *old, size_t old_size, size_t new_size) {
  void *block = mem_alloc(new_size);
  if (!block) return NULL;
  if (old) {
    memcpy(block, old, old_size);
    mem_free_secret(old, old_size);
  }
  return block;
}

char *mem_text(const char *text, size_t length) {
  char *copy = mem_alloc(length + 1);
  if (copy && length) memcpy(copy, text, length);
  return copy;
}

void mem_free(void *block) { free(block); }

void mem_free_secret(void *block, size_t size) {
  mem_wipe(block, size);
  free(block);
}

void mem_wipe(void *block, size_t size) {
  if (block && size) explicit_bzero(block, size);
}

void *mem_pages_alloc(size_t size) {
  void *pages = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (pages == MAP_FAILED) return NULL;
  (void)madvise(pages, size, MADV_DONTDUMP); /* best effort: docs/security.md says so */
  return pages;
}

void mem_pages_free(void *pages, size_t size) {
  if (!pages) return;
  mem_wipe(pages, size);
  (void)munmap(pages, size);
}
