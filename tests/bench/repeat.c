/* SPDX-License-Identifier: MIT */
/* repeat floor|ours get|patch COUNT ROOT CA_FILE|- [STEP DONE]: so many calls, to be counted from outside. STEP and DONE
 * are descriptors of a stepped server's input and output. It is told to work whenever this process looks for input, and
 * waited for: so each run takes the same steps, whatever else the machine does. */
#include "floor.h"
#include "ours.h"

#include <jansson.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

static int step = -1, done;

static void let_server_work(void) {
  char byte;
  if (step >= 0) must(write(step, "", 1) == 1 && read(done, &byte, 1) == 1, "a step");
}

/* In place of libc's, for libcurl and the library too. */
int poll(struct pollfd *descriptors, nfds_t count, int timeout_ms) {
  struct timespec timeout = {.tv_sec = timeout_ms / 1000, .tv_nsec = timeout_ms % 1000 * 1000000L};
  let_server_work();
  return ppoll(descriptors, count, timeout_ms < 0 ? NULL : &timeout, NULL);
}

int epoll_wait(int epoll, struct epoll_event *events, int count, int timeout_ms) {
  let_server_work();
  return epoll_pwait(epoll, events, count, timeout_ms, NULL);
}

int main(int argc, char **argv) {
  must(argc == 6 || argc == 8, "usage: repeat floor|ours get|patch COUNT ROOT CA_FILE|- [STEP DONE]: that");
  struct far far = far_of(argv[4], argv[5]);
  long count = number(argv[3]);
  json_object_seed(1); /* else a random one decides how often names collide */
  if (argc == 8) {
    step = (int)number(argv[6]);
    done = (int)number(argv[7]);
  }
  if (strcmp(argv[1], "floor") == 0) {
    struct floor *floor = floor_new(&far, kind_of(argv[2]));
    floor_call(floor, count);
    floor_free(floor);
  } else {
    struct ours *ours = ours_new(&far, kind_of(argv[2]));
    ours_call(ours, count);
    ours_free(ours);
  }
  return 0;
}
