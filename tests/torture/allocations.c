/* SPDX-License-Identifier: MIT */
#include "allocations.h"

#include <errno.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

#define TABLE_SIZE 65536 /* a power of two; the library never has a fraction of so many blocks */

/* What the linker makes of calloc, free, mmap and munmap in objects of this program. */
void *__real_calloc(size_t count, size_t size);
void __real_free(void *block);
void *__real_mmap(void *address, size_t size, int protection, int flags, int descriptor, off_t offset);
int __real_munmap(void *address, size_t size);
void *__wrap_calloc(size_t count, size_t size);
void __wrap_free(void *block);
void *__wrap_mmap(void *address, size_t size, int protection, int flags, int descriptor, off_t offset);
void *__wrap_mmap64(void *address, size_t size, int protection, int flags, int descriptor, off_t offset);
int __wrap_munmap(void *address, size_t size);

static bool torturing;
static enum failing how;
static size_t fatal;
static size_t asked;
static size_t alive;
static uintptr_t blocks[TABLE_SIZE]; /* those of calloc that live; 0: free, 1: was taken once */

static bool fails(void) {
  if (!torturing) return false;
  size_t number = asked++;
  if (number != fatal && !(how == FAIL_REST && number > fatal)) return false;
  errno = ENOMEM; /* as malloc says it */
  return true;
}

/* ---- blocks: free is asked about others' too ---- */

static size_t first_slot(uintptr_t block) { return (size_t)(block >> 4) * 2654435761U % TABLE_SIZE; }

static void remember(const void *block) {
  size_t slot = first_slot((uintptr_t)block);
  for (size_t tried = 0; blocks[slot] > 1; slot = (slot + 1) % TABLE_SIZE)
    if (++tried == TABLE_SIZE) abort();
  blocks[slot] = (uintptr_t)block;
  alive++;
}

static void forget(const void *block) {
  size_t slot = first_slot((uintptr_t)block);
  for (size_t tried = 0; tried < TABLE_SIZE && blocks[slot]; tried++, slot = (slot + 1) % TABLE_SIZE)
    if (blocks[slot] == (uintptr_t)block) {
      blocks[slot] = 1;
      alive--;
      return;
    }
}

void *__wrap_calloc(size_t count, size_t size) {
  void *block = fails() ? NULL : __real_calloc(count, size);
  if (block) remember(block);
  return block;
}

void __wrap_free(void *block) {
  if (block) forget(block);
  __real_free(block);
}

void *__wrap_mmap(void *address, size_t size, int protection, int flags, int descriptor, off_t offset) {
  if (fails()) return MAP_FAILED;
  void *pages = __real_mmap(address, size, protection, flags, descriptor, offset);
  alive += pages != MAP_FAILED;
  return pages;
}

/* Where files have 64 bits of length, the headers call it so. */
void *__wrap_mmap64(void *address, size_t size, int protection, int flags, int descriptor, off_t offset) {
  return __wrap_mmap(address, size, protection, flags, descriptor, offset);
}

int __wrap_munmap(void *address, size_t size) {
  alive--;
  return __real_munmap(address, size);
}

/* ---- jansson ---- */

static void *give_jansson(size_t size) {
  void *block = fails() ? NULL : malloc(size);
  alive += block != NULL;
  return block;
}

static void take_from_jansson(void *block) {
  if (!block) return;
  alive--;
  __real_free(block);
}

void allocations_install(void) {
  json_set_alloc_funcs(give_jansson, take_from_jansson);
  json_object_seed(1);
}

/* ---- */

void allocations_torture(size_t number, enum failing failing) {
  fatal = number;
  how = failing;
  asked = 0;
  torturing = true;
}

size_t allocations_relieve(void) {
  torturing = false;
  return asked;
}

size_t allocations_alive(void) { return alive; }
