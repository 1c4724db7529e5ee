/* SPDX-License-Identifier: MIT */
#include "net/world.h"

#include <stddef.h>
#include <sys/random.h>
#include <time.h>

int64_t world_now_ms(void *context) {
  struct timespec now;
  (void)context;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int64_t world_unix_s(void *context) {
  (void)context;
  return (int64_t)time(NULL);
}

/* For jitter alone: without entropy the clock does. */
static uint64_t random_number(void *context) {
  uint64_t number;
  if (getrandom(&number, sizeof number, GRND_NONBLOCK) != sizeof number) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    number = (uint64_t)now.tv_nsec * 0x9e3779b97f4a7c15;
  }
  (void)context;
  return number;
}

const struct world world_real = {
    .transport = &transport_curl,
    .now_ms = world_now_ms,
    .unix_s = world_unix_s,
    .random = random_number,
};
