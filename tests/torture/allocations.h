/* SPDX-License-Identifier: MIT */
/* Memory that fails on demand: the library's own (its calloc and mmap, through the linker's --wrap) and jansson's,
 * counted together. What is still alive is known at any time, so that a leak needs no sanitizer to be seen. */
#ifndef LSX_TESTS_ALLOCATIONS_H
#define LSX_TESTS_ALLOCATIONS_H

#include <stddef.h>

enum failing {
  FAIL_ONE,  /* that allocation alone */
  FAIL_REST, /* that one, and all that follow */
  FAILING_COUNT
};

/* Before anything of the library is used. */
void allocations_install(void);
/* From now on the allocation with this number, from 0, fails. SIZE_MAX: none. */
void allocations_torture(size_t number, enum failing failing);
/* Back to health; how many were asked for since. */
size_t allocations_relieve(void);
/* How many blocks and pages are alive. */
size_t allocations_alive(void);

#endif
