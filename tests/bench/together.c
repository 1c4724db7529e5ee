/* SPDX-License-Identifier: MIT */
/* together ROOT CA_FILE|- ROUNDS CALLS: many calls in flight on one thread, by the queue in an epoll loop, beside
 * libcurl's multi interface. */
#include "floor.h"
#include "ours.h"

#include <stdio.h>

int main(int argc, char **argv) {
  static const long counts[] = {8, 32, 128, 1000};
  must(argc == 5, "usage: together ROOT CA_FILE|- ROUNDS CALLS: that");
  struct far far = far_of(argv[1], argv[2]);
  long rounds = number(argv[3]), calls = number(argv[4]);
  raise_descriptor_limit();
  for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
    char what[32];
    snprintf(what, sizeof what, "together %ld", counts[i]);
    struct floor_many *floor = floor_many_new(&far, CALL_GET, counts[i]);
    struct ours_many *ours = ours_many_new(&far, counts[i]);
    compare(what, &far, rounds, calls, (struct side){floor_many_call, floor}, (struct side){ours_many_call, ours});
    floor_many_free(floor);
    ours_many_free(ours);
  }
  return 0;
}
