/* SPDX-License-Identifier: MIT */
/* The table of s3_additional_kwargs. That it is botocore's own is held in tests/e2e/test_explain.py. */
#include "fixtures.h"

#include "storage/kwargs.h"

#include <string.h>

START_TEST(a_name_has_a_header_for_each_operation_that_knows_it) {
  ck_assert_str_eq(kwarg_find("StorageClass", S3_PUT)->header, "x-amz-storage-class");
  ck_assert_str_eq(kwarg_find("StorageClass", S3_CREATE_MULTIPART)->header, "x-amz-storage-class");
  ck_assert_ptr_null(kwarg_find("StorageClass", S3_UPLOAD_PART | S3_HEAD));
  ck_assert_str_eq(kwarg_find("ChecksumAlgorithm", S3_PUT)->header, "x-amz-sdk-checksum-algorithm");
  ck_assert_str_eq(kwarg_find("ChecksumAlgorithm", S3_CREATE_MULTIPART)->header, "x-amz-checksum-algorithm");
  ck_assert_str_eq(kwarg_find("Metadata", S3_PUT)->header, "x-amz-meta-");
  ck_assert_str_eq(kwarg_find("VersionId", S3_DELETE)->header, "");
  ck_assert_ptr_null(kwarg_find("storageclass", S3_ANY));
  ck_assert_ptr_null(kwarg_find("", S3_ANY));
}
END_TEST

START_TEST(a_name_is_guessed_from_other_forms) {
  ck_assert_str_eq(kwarg_guess("storage_class"), "StorageClass");
  ck_assert_str_eq(kwarg_guess("cache-control"), "CacheControl");
  ck_assert_str_eq(kwarg_guess("acl"), "ACL");
  ck_assert_str_eq(kwarg_guess("Acl"), "ACL");
  ck_assert_ptr_null(kwarg_guess("StorageClas"));
  ck_assert_ptr_null(kwarg_guess("StorageClasses"));
  ck_assert_ptr_null(kwarg_guess(""));
}
END_TEST

START_TEST(every_row_is_whole) {
  for (size_t i = 0; i < kwarg_count; i++) {
    const struct kwarg *kwarg = &kwargs[i];
    ck_assert(kwarg->name[0] && kwarg->operations && !(kwarg->operations & ~(unsigned)S3_ANY));
    ck_assert_int_eq(kwarg->type == KWARG_MAP && kwarg->header[0],
                     kwarg->header[0] && strcmp(kwarg->name, "Metadata") == 0);
    for (const char *byte = kwarg->header; *byte; byte++) ck_assert(!(*byte >= 'A' && *byte <= 'Z'));
    for (size_t other = 0; other < i; other++)
      ck_assert(strcmp(kwargs[other].name, kwarg->name) != 0 || !(kwargs[other].operations & kwarg->operations));
  }
}
END_TEST

int main(void) {
  Suite *suite = suite_create("test_kwargs");
  TCase *cases = add_cases(suite, "kwargs");
  tcase_add_test(cases, a_name_has_a_header_for_each_operation_that_knows_it);
  tcase_add_test(cases, a_name_is_guessed_from_other_forms);
  tcase_add_test(cases, every_row_is_whole);
  return run_suite(suite);
}
