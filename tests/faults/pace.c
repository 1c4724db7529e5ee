/* SPDX-License-Identifier: MIT */
#include "pace.h"

#include <stdio.h>

#define USUAL_CALL_US 10000 /* four times what a quiet machine needs */
#define STRETCH_MAX 60
#define TRIES 3

static int64_t stretch_percent = 100;

int64_t pace_now_us(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

int64_t pace_now_ms(void) { return pace_now_us() / 1000; }

int64_t pace_ms(int64_t milliseconds) { return milliseconds * stretch_percent / 100; }

void pace_measured(int64_t call_us) {
  stretch_percent = call_us * 100 / USUAL_CALL_US;
  if (stretch_percent < 100) stretch_percent = 100;
  if (stretch_percent > STRETCH_MAX * 100) stretch_percent = STRETCH_MAX * 100;
}

bool pace_keeps(int64_t milliseconds, int64_t (*once)(void *context), void *context) {
  for (int i = 0; i < TRIES; i++) {
    int64_t took_us = once(context);
    if (took_us <= pace_ms(milliseconds) * 1000) return true;
    fprintf(stderr, "late: %lld us, not %lld ms\n", (long long)took_us, (long long)pace_ms(milliseconds));
  }
  return false;
}

struct timespec pace_deadline(int64_t milliseconds) {
  int64_t at_us = pace_now_us() + milliseconds * 1000;
  return (struct timespec){.tv_sec = at_us / 1000000, .tv_nsec = at_us % 1000000 * 1000};
}

void pace_condition_init(pthread_cond_t *condition) {
  pthread_condattr_t attributes;
  pthread_condattr_init(&attributes);
  pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
  pthread_cond_init(condition, &attributes);
  pthread_condattr_destroy(&attributes);
}
