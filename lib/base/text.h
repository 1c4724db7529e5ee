/* SPDX-License-Identifier: MIT */
/* Small questions about text. None of them allocates, none knows a locale. */
#ifndef LSX_BASE_TEXT_H
#define LSX_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define UUID_LENGTH 36

bool text_equal(const char *a, const char *b);
bool text_equal_ignoring_case(const char *a, const char *b);
bool text_begins(const char *text, const char *start);
bool text_begins_ignoring_case(const char *text, const char *start);
bool text_ends(const char *text, const char *end);
/* Where needle begins, or NULL. An empty needle is found at once. */
const char *text_find_ignoring_case(const char *text, const char *needle);
int text_lower(int byte);

/* Bytes of the UTF-8 character at text: 1 to 4, or 0 when it is none (overlong, surrogate, cut). */
size_t text_utf8_size(const char *text, size_t length);
bool text_is_utf8(const char *text, size_t length);
/* Below 0x20, or 0x7f. */
bool text_has_control(const char *text, size_t length);
size_t text_character_count(const char *text);

/* 8-4-4-4-12 hexadecimal digits. */
bool text_is_uuid(const char *text);
/* Decimal digits only, with one '-' at most; false when it does not fit. */
bool text_to_integer(const char *text, int64_t *number_out);

#endif
