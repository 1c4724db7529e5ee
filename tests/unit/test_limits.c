/* SPDX-License-Identifier: MIT */
/* What a process runs out of: descriptors, and memory for what is absurdly large. */
#include "fixtures.h"

#include "base/mem.h"
#include "base/wiping_alloc.h"
#include "langsmith/credentials.h"

#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

static volatile size_t absurd = SIZE_MAX / 2; /* volatile: the compiler would refuse it */

START_TEST(no_descriptor_is_internal_and_no_token) {
  struct rlimit before, none;
  lsexport_cancel *cancel = NULL;
  ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &before), 0);
  none = before;
  none.rlim_cur = 0;
  ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &none), 0);
  lsexport_status status = lsexport_cancel_new(&cancel);
  ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &before), 0);
  ck_assert_int_eq(status, LSEXPORT_ERR_INTERNAL);
  ck_assert_ptr_null(cancel);
  ck_assert_int_eq(lsexport_cancel_new(&cancel), LSEXPORT_OK);
  lsexport_cancel_free(cancel);
}
END_TEST

START_TEST(an_absurd_length_is_no_memory) {
  lsexport_credentials *made = NULL;
  ck_assert_int_eq(lsexport_credentials_new_static(KEY_ID, SECRET, absurd, &made), LSEXPORT_ERR_NO_MEMORY);
  ck_assert_int_eq(lsexport_credentials_new_session(KEY_ID, SECRET, strlen(SECRET), TOKEN, absurd, &made),
                   LSEXPORT_ERR_NO_MEMORY);
  ck_assert_ptr_null(made);
}
END_TEST

START_TEST(nothing_is_shared_of_nothing) {
  struct secrets secrets = {0};
  ck_assert_ptr_null(credentials_share(NULL));
  credentials_add_secrets(NULL, &secrets);
  ck_assert_uint_eq(secrets.count, 0);
}
END_TEST

START_TEST(the_wiping_allocator_keeps_what_moves) {
  size_t before = wiping_count();
  char *text = wiping_realloc(NULL, 4);
  ck_assert_ptr_nonnull(text);
  memcpy(text, "abc", 4);
  text = wiping_realloc(text, 4096);
  ck_assert_str_eq(text, "abc");
  text = wiping_realloc(text, 2);
  ck_assert_int_eq(memcmp(text, "ab", 2), 0);
  wiping_free(text);
  char *zeros = wiping_calloc(4, 4);
  for (size_t i = 0; i < 16; i++) ck_assert_int_eq(zeros[i], 0);
  wiping_free(zeros);
  wiping_free(NULL);
  ck_assert_uint_eq(wiping_count(), before + 4);
}
END_TEST

/* Whoever watches the memory refuses to be asked for so much. */
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define MAY_ASK_FOR_ALL 1
#ifdef __has_feature
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#undef MAY_ASK_FOR_ALL
#endif
#endif
#endif

START_TEST(the_wiping_allocator_without_memory) {
#ifdef MAY_ASK_FOR_ALL
  size_t before = wiping_count();
  char *text = wiping_malloc(4);
  memcpy(text, "abc", 4);
  ck_assert_ptr_null(wiping_malloc(absurd));
  ck_assert_ptr_null(wiping_realloc(text, absurd));
  ck_assert_str_eq(text, "abc");
  wiping_free(text);
  ck_assert_uint_eq(wiping_count(), before + 1);
#endif
}
END_TEST

int main(void) {
  Suite *suite = suite_create("test_limits");
  TCase *cases = add_cases(suite, "limits");
  tcase_add_test(cases, no_descriptor_is_internal_and_no_token);
  tcase_add_test(cases, an_absurd_length_is_no_memory);
  tcase_add_test(cases, nothing_is_shared_of_nothing);
  tcase_add_test(cases, the_wiping_allocator_keeps_what_moves);
  tcase_add_test(cases, the_wiping_allocator_without_memory);
  return run_suite(suite);
}
