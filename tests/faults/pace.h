/* SPDX-License-Identifier: MIT */
/* Time in tests: clocks, and how much slower than usual this run is (valgrind, sanitizers, a busy machine). What a test
 * waits for on purpose is stretched by that; what must be quick is allowed as much more. */
#ifndef LSX_TESTS_PACE_H
#define LSX_TESTS_PACE_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#define PACE_ANYTHING_MS 60000 /* nothing takes that long but what hangs */
#define PACE_CANCEL_MS 100     /* what the header promises of a cancel */
#define PACE_LATE_MS 300       /* how long after its deadline a call may return */

int64_t pace_now_us(void);
int64_t pace_now_ms(void);
/* So many milliseconds, stretched. */
int64_t pace_ms(int64_t milliseconds);
/* What one HTTPS call with a new client takes here; sets the stretch. */
void pace_measured(int64_t call_us);

/* once makes a call and answers, in microseconds, with what is to be within so many milliseconds. Up to three times, and
 * false when none was: the machine may be busy for once, but what is promised is not late thrice. */
bool pace_keeps(int64_t milliseconds, int64_t (*once)(void *context), void *context);

/* For pthread_cond_timedwait on a condition made by pace_condition_init: so many milliseconds from now. */
struct timespec pace_deadline(int64_t milliseconds);
void pace_condition_init(pthread_cond_t *condition);

#endif
