/* SPDX-License-Identifier: MIT */
/* Instants as the wire writes them. */
#ifndef LSX_BASE_TIME_H
#define LSX_BASE_TIME_H

#include <stdbool.h>
#include <stdint.h>

#define TIME_BASIC_SIZE 17 /* with its NUL */

/* "2025-05-13T15:37:29.526397+00:00", "...Z", or without offset (then UTC); any fraction. Microseconds since 1970. */
bool time_from_rfc3339(const char *text, int64_t *unix_us_out);
/* "Tue, 24 Nov 2026 06:12:09 GMT" and the two obsolete forms of RFC 9110. Seconds since 1970. */
bool time_from_http_date(const char *text, int64_t *unix_s_out);
/* "20261124T134000Z". What lies outside of the years 1970 to 9999 becomes the nearest that does not. */
void time_to_basic(char out[TIME_BASIC_SIZE], int64_t unix_s);

#endif
