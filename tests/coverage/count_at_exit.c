/* SPDX-License-Identifier: MIT */
/* The children of tests end with _exit, or kill themselves: what was counted would be forgotten. scripts/coverage links
 * these in their place. */
#include <signal.h>
#include <sys/types.h>

void __gcov_dump(void);
_Noreturn void __real__exit(int status);
_Noreturn void __wrap__exit(int status);
int __real_kill(pid_t process, int signal);
int __wrap_kill(pid_t process, int signal);

_Noreturn void __wrap__exit(int status) {
  __gcov_dump();
  __real__exit(status);
}

int __wrap_kill(pid_t process, int signal) {
  if (signal == SIGKILL) __gcov_dump();
  return __real_kill(process, signal);
}
