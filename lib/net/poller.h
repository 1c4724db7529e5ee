/* SPDX-License-Identifier: MIT */
/* Many descriptors behind one, which any event loop can watch; and a timer among them. */
#ifndef LSX_NET_POLLER_H
#define LSX_NET_POLLER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct poller {
  int descriptor; /* readable when something waits */
  int timer;
  int64_t armed_ms; /* when the timer fires; INT64_MAX: never */
};

struct poller_event {
  int descriptor; /* that of poller_watch */
  bool readable;
  bool writable;
  bool broken; /* an error, or the end */
};

/* At once. What so many calls touch stays in a processor's cache between their answers and their next requests. */
#define POLLER_EVENTS_MAX 32

bool poller_open(struct poller *poller);
void poller_close(struct poller *poller);
/* known: it is watched already. False when the system has no memory for it. */
bool poller_watch(struct poller *poller, int descriptor, bool in, bool out, bool known);
void poller_forget(struct poller *poller, int descriptor);
/* Waits for events; how many there are, the timer's not among them. */
size_t poller_wait(struct poller *poller, struct poller_event events[POLLER_EVENTS_MAX], int milliseconds);
/* Makes the poller's descriptor readable at that instant of CLOCK_MONOTONIC. */
void poller_arm(struct poller *poller, int64_t at_ms);

#endif
