/* SPDX-License-Identifier: MIT */
/* The same calls by the library, through its public interface. */
#ifndef LSX_TESTS_BENCH_OURS_H
#define LSX_TESTS_BENCH_OURS_H

#include "bench.h"

/* A client, for blocking calls of one kind. */
struct ours;
struct ours *ours_new(const struct far *far, enum kind kind);
/* A work_fn, for a struct ours. */
void ours_call(void *ours, long count);
void ours_free(struct ours *ours);

/* A queue in an epoll loop, with so many gets in flight. */
struct ours_many;
struct ours_many *ours_many_new(const struct far *far, long in_flight);
/* A work_fn, for a struct ours_many. */
void ours_many_call(void *many, long count);
/* Puts all in flight, and drives them until done says so; they are left there. */
void ours_many_hold(struct ours_many *many, bool (*done)(void));
void ours_many_free(struct ours_many *many);

#endif
