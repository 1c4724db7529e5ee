/* SPDX-License-Identifier: MIT */
/* Many small pieces of a test at once, for most of them wait. */
#ifndef LSX_TESTS_WORKERS_H
#define LSX_TESTS_WORKERS_H

#include <stddef.h>

/* Calls one for each number below count, on several threads; then raises all complaints. */
void workers_run(size_t count, void (*one)(size_t number, const void *context), const void *context);

#endif
