/* SPDX-License-Identifier: MIT */
/* Who is a child of whoever made the mark: by the page that the system wipes, and without it. */
#include "fixtures.h"

#include "base/fork_mark.h"

#include <sys/wait.h>
#include <unistd.h>

/* What a child sees, and a child of its own. */
static bool is_foreign_to_children(const struct fork_mark *mark) {
  int status = 0;
  pid_t child = fork();
  if (!child) {
    pid_t grandchild = fork();
    if (!grandchild) _exit(fork_mark_is_foreign(mark));
    bool seen = waitpid(grandchild, &status, 0) == grandchild && WIFEXITED(status) && WEXITSTATUS(status);
    _exit(seen && fork_mark_is_foreign(mark));
  }
  ck_assert_int_eq((int)waitpid(child, &status, 0), (int)child);
  return WIFEXITED(status) && WEXITSTATUS(status) == 1;
}

START_TEST(a_mark_is_foreign_to_children_alone) {
  struct fork_mark mark;
  ck_assert(fork_mark_set(&mark));
  if (_i) fork_mark_free(&mark); /* as where the system cannot wipe pages */
  ck_assert(!fork_mark_is_foreign(&mark));
  ck_assert(is_foreign_to_children(&mark));
  ck_assert(!fork_mark_is_foreign(&mark));
  fork_mark_free(&mark);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("test_fork_mark");
  tcase_add_loop_test(add_cases(suite, "fork_mark"), a_mark_is_foreign_to_children_alone, 0, 2);
  return run_suite(suite);
}
