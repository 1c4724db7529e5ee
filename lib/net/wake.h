/* SPDX-License-Identifier: MIT */
/* A flag that can be seen from any thread and waited for by any poll; sticky. */
#ifndef LSX_NET_WAKE_H
#define LSX_NET_WAKE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <sys/types.h>

struct wake {
  int descriptor; /* readable once set */
  atomic_bool set;
  pid_t process; /* that made it: a child has the same descriptor, but a flag of its own */
};

bool wake_open(struct wake *wake);
/* Async-signal-safe; leaves errno as it was. In a child it sets the child's flag alone. */
void wake_set(struct wake *wake);
bool wake_is_set(const struct wake *wake);
/* For a flag that is used again; nobody may set it meanwhile. */
void wake_clear(struct wake *wake);
void wake_close(struct wake *wake);

#endif
