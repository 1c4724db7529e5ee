/* SPDX-License-Identifier: MIT */
/* What holds for whatever the library hands out, wherever it came from. */
#ifndef LSX_TESTS_FUZZ_INVARIANTS_H
#define LSX_TESTS_FUZZ_INVARIANTS_H

#include <lsexport/lsexport.h>

#include <stdbool.h>
#include <stddef.h>

/* UTF-8 without a NUL. */
bool is_utf8(const char *text, size_t length);
/* A text to be shown: bounded, UTF-8, on one line; nothing that steers a terminal or turns what is read; no canary. */
void must_be_clean(const char *text, size_t maximum);
/* A finished error. */
void must_be_error(const lsexport_error *error);
/* A line of the log. */
void must_be_log_line(const char *line, size_t length);
/* As a call returned it. */
void must_be_destination(const lsexport_destination *destination);

#endif
