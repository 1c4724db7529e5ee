/* SPDX-License-Identifier: MIT */
/* Memory, and that what was secret in it is gone. A freed block may not be looked at by its pointer: the kernel is
 * asked, through /proc/self/mem. */
#include "fixtures.h"

#include "base/mem.h"
#include "base/wiping_alloc.h"

#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define BLOCK 240 /* small enough to stay mapped once freed */
#define SEED 0xa5

static void fill(unsigned char *block) {
  for (size_t i = 0; i < BLOCK; i++) block[i] = (unsigned char)(SEED + i * 7);
}

/* How many bytes of the pattern are still there; -1 where the kernel does not let us look. */
static int remains(uintptr_t address) {
  unsigned char pattern[BLOCK], seen[BLOCK];
  int count = 0, descriptor = open("/proc/self/mem", O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return -1;
  ssize_t got = pread(descriptor, seen, sizeof seen, (off_t)address);
  close(descriptor);
  if (got != BLOCK) return -1;
  fill(pattern);
  for (size_t i = 0; i < BLOCK; i++) count += seen[i] == pattern[i];
  return count;
}

/* Chance, and what the allocator writes into free blocks, may match a few. */
static void assert_gone(uintptr_t address) { ck_assert_int_lt(remains(address), 24); }

static void assert_zero(const unsigned char *bytes, size_t first, size_t end) {
  for (size_t i = first; i < end; i++)
    if (bytes[i]) ck_abort_msg("byte %zu is %d", i, bytes[i]);
}

START_TEST(the_look_itself_works) {
  unsigned char *block = malloc(BLOCK);
  ck_assert_ptr_nonnull(block);
  fill(block);
  int seen = remains((uintptr_t)block);
  ck_assert(seen == BLOCK || seen == -1);
  free(block);
}
END_TEST

START_TEST(allocation_is_zeroed_and_never_of_nothing) {
  unsigned char *block = mem_alloc(BLOCK);
  ck_assert_ptr_nonnull(block);
  assert_zero(block, 0, BLOCK);
  mem_free(block);
  block = mem_alloc(0);
  ck_assert_ptr_nonnull(block);
  mem_free(block);
  mem_free(NULL);
  mem_free_secret(NULL, 0);
  mem_pages_free(NULL, 4096);
}
END_TEST

START_TEST(growing_keeps_the_bytes_and_wipes_the_old_block) {
  unsigned char *block = mem_alloc(BLOCK);
  ck_assert_ptr_nonnull(block);
  fill(block);
  uintptr_t old = (uintptr_t)block;
  unsigned char *grown = mem_grow(block, BLOCK, 100000);
  ck_assert_ptr_nonnull(grown);
  ck_assert_int_eq(remains((uintptr_t)grown) == -1 ? BLOCK : remains((uintptr_t)grown), BLOCK);
  assert_zero(grown, BLOCK, 100000);
  assert_gone(old);
  mem_free_secret(grown, 100000);
  grown = mem_grow(NULL, 0, 10);
  ck_assert_ptr_nonnull(grown);
  mem_free(grown);
}
END_TEST

START_TEST(texts_are_copied_with_an_end) {
  char *copy = mem_text("abcdef", 3);
  ck_assert_str_eq(copy, "abc");
  mem_free(copy);
  copy = mem_text(NULL, 0);
  ck_assert_str_eq(copy, "");
  mem_free(copy);
  copy = mem_text("a\0b", 3);
  ck_assert_mem_eq(copy, "a\0b", 4);
  mem_free(copy);
}
END_TEST

START_TEST(secrets_are_wiped) {
  unsigned char *block = mem_alloc(BLOCK);
  ck_assert_ptr_nonnull(block);
  fill(block);
  uintptr_t address = (uintptr_t)block;
  mem_free_secret(block, BLOCK);
  assert_gone(address);
  unsigned char bytes[] = {1, 2, 3, 4};
  mem_wipe(bytes, 3);
  ck_assert_mem_eq(bytes, "\0\0\0\4", 4);
  mem_wipe(NULL, 3);
  mem_wipe(bytes, 0);
  ck_assert_int_eq(bytes[3], 4);
}
END_TEST

START_TEST(pages_are_zeroed) {
  unsigned char *pages = mem_pages_alloc(3 * 4096 + 1);
  ck_assert_ptr_nonnull(pages);
  assert_zero(pages, 0, 3 * 4096 + 1);
  fill(pages);
  mem_pages_free(pages, 3 * 4096 + 1);
}
END_TEST

START_TEST(the_wiping_allocator_wipes_what_it_frees) {
  size_t before = wiping_count();
  unsigned char *block = wiping_malloc(BLOCK);
  ck_assert_ptr_nonnull(block);
  ck_assert_uint_eq(wiping_count(), before + 1);
  fill(block);
  uintptr_t first = (uintptr_t)block;
  unsigned char *moved = wiping_realloc(block, 50000);
  ck_assert_ptr_nonnull(moved);
  ck_assert_uint_eq(wiping_count(), before + 2);
  ck_assert_uint_ne((uintptr_t)moved, first);
  assert_gone(first);
  unsigned char *back = wiping_realloc(moved, BLOCK);
  uintptr_t last = (uintptr_t)back;
  unsigned char pattern[BLOCK];
  fill(pattern);
  ck_assert_mem_eq(back, pattern, BLOCK);
  wiping_free(back);
  assert_gone(last);
  wiping_free(NULL);
}
END_TEST

START_TEST(the_wiping_allocator_otherwise_is_one) {
  size_t before = wiping_count();
  unsigned char *zeroed = wiping_calloc(BLOCK / 8, 8);
  ck_assert_ptr_nonnull(zeroed);
  assert_zero(zeroed, 0, BLOCK);
  wiping_free(zeroed);
  char *copy = wiping_strdup("secret");
  ck_assert_str_eq(copy, "secret");
  wiping_free(copy);
  copy = wiping_strdup("");
  ck_assert_str_eq(copy, "");
  wiping_free(copy);
  unsigned char *grown = wiping_realloc(NULL, 10);
  ck_assert_ptr_nonnull(grown);
  wiping_free(grown);
  ck_assert_uint_eq(wiping_count(), before + 4);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("test_mem");
  TCase *cases = add_cases(suite, "mem");
  tcase_add_test(cases, the_look_itself_works);
  tcase_add_test(cases, allocation_is_zeroed_and_never_of_nothing);
  tcase_add_test(cases, growing_keeps_the_bytes_and_wipes_the_old_block);
  tcase_add_test(cases, texts_are_copied_with_an_end);
  tcase_add_test(cases, secrets_are_wiped);
  tcase_add_test(cases, pages_are_zeroed);
  tcase_add_test(cases, the_wiping_allocator_wipes_what_it_frees);
  tcase_add_test(cases, the_wiping_allocator_otherwise_is_one);
  return run_suite(suite);
}
