/* SPDX-License-Identifier: MIT */
/* What went wrong, from any thread: check's own assertions work on the main thread alone. */
#ifndef LSX_TESTS_COMPLAINTS_H
#define LSX_TESTS_COMPLAINTS_H

#include <stdbool.h>
#include <stddef.h>

/* One place for the whole program. */
void complain(const char *format, ...) __attribute__((format(printf, 1, 2)));
size_t complaint_count(void);
/* Fails the test that runs, with all complaints as its message, when there are any. Main thread only. */
void complaints_raise(void);

#endif
