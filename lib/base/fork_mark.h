/* SPDX-License-Identifier: MIT */
/* Tells a process from the children that it forks, without a system call each time. */
#ifndef LSX_BASE_FORK_MARK_H
#define LSX_BASE_FORK_MARK_H

#include <stdbool.h>
#include <sys/types.h>

struct fork_mark {
  unsigned char *page; /* holds a one, that a child finds wiped; NULL: the system cannot do that */
  pid_t process;
};

/* False without memory. */
bool fork_mark_set(struct fork_mark *mark);
/* In a child of the process that set it. */
bool fork_mark_is_foreign(const struct fork_mark *mark);
void fork_mark_free(struct fork_mark *mark);

#endif
