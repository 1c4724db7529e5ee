/* SPDX-License-Identifier: MIT */
/* sequential ROOT CA_FILE|- ROUNDS CALLS: one call after another on a reused connection, beside libcurl's easy
 * interface. */
#include "floor.h"
#include "ours.h"

static void run(const char *what, const struct far *far, enum kind kind, long rounds, long calls) {
  struct floor *floor = floor_new(far, kind);
  struct ours *ours = ours_new(far, kind);
  compare(what, far, rounds, calls, (struct side){floor_call, floor}, (struct side){ours_call, ours});
  floor_free(floor);
  ours_free(ours);
}

int main(int argc, char **argv) {
  must(argc == 5, "usage: sequential ROOT CA_FILE|- ROUNDS CALLS: that");
  struct far far = far_of(argv[1], argv[2]);
  long rounds = number(argv[3]), calls = number(argv[4]);
  run("sequential get", &far, CALL_GET, rounds, calls);
  run("sequential patch", &far, CALL_PATCH, rounds, calls);
  return 0;
}
