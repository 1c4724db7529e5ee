/* SPDX-License-Identifier: MIT */
/* The floor: what a program would do by hand with libcurl and jansson, and no more. Handles, options and headers are
 * made once; each answer's status is looked at, and its body parsed once. */
#ifndef LSX_TESTS_BENCH_FLOOR_H
#define LSX_TESTS_BENCH_FLOOR_H

#include "bench.h"

/* One easy handle, for calls of one kind, one after another. */
struct floor;
struct floor *floor_new(const struct far *far, enum kind kind);
/* A work_fn, for a struct floor. */
void floor_call(void *floor, long count);
/* Makes one call, and leaves its answer unread; valid until the next call. */
const char *floor_fetch(struct floor *floor, size_t *length_out);
void floor_free(struct floor *floor);

/* One multi handle, with so many transfers in flight. */
struct floor_many;
struct floor_many *floor_many_new(const struct far *far, enum kind kind, long in_flight);
/* A work_fn, for a struct floor_many. */
void floor_many_call(void *many, long count);
/* Puts all in flight, and drives them until done says so; they are left there. */
void floor_many_hold(struct floor_many *many, bool (*done)(void));
void floor_many_free(struct floor_many *many);

#endif
