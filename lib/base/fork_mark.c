/* SPDX-License-Identifier: MIT */
#include "base/fork_mark.h"

#include <stddef.h>
#include <sys/mman.h>
#include <unistd.h>

#define MARK_SIZE 1 /* of which the system makes a page */

bool fork_mark_set(struct fork_mark *mark) {
  void *page = mmap(NULL, MARK_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (page == MAP_FAILED) return false;
  mark->process = getpid();
  mark->page = page;
  *mark->page = 1;
  if (madvise(mark->page, MARK_SIZE, MADV_WIPEONFORK)) fork_mark_free(mark);
  return true;
}

bool fork_mark_is_foreign(const struct fork_mark *mark) {
  return mark->page ? !*mark->page : mark->process != getpid();
}

void fork_mark_free(struct fork_mark *mark) {
  if (mark->page) (void)munmap(mark->page, MARK_SIZE);
  mark->page = NULL;
}
