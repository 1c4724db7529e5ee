/* SPDX-License-Identifier: MIT */
#include "net/wake.h"

#include <errno.h>
#include <stdint.h>
#include <sys/eventfd.h>
#include <unistd.h>

bool wake_open(struct wake *wake) {
  atomic_init(&wake->set, false);
  wake->process = getpid();
  wake->descriptor = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  return wake->descriptor >= 0;
}

void wake_set(struct wake *wake) {
  int before = errno;
  uint64_t one = 1;
  atomic_store(&wake->set, true);
  if (wake->process != getpid()) return; /* the descriptor is its parent's too */
  ssize_t written = write(wake->descriptor, &one, sizeof one);
  (void)written; /* it fails only when the counter is full, and then it is readable already */
  errno = before;
}

bool wake_is_set(const struct wake *wake) { return atomic_load(&wake->set); }

void wake_clear(struct wake *wake) {
  uint64_t times;
  ssize_t got = read(wake->descriptor, &times, sizeof times);
  (void)got; /* it is set, so there is something */
  atomic_store(&wake->set, false);
}

void wake_close(struct wake *wake) { (void)close(wake->descriptor); }
