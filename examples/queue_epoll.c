/* SPDX-License-Identifier: MIT */
/* A queue in an epoll loop, beside a signal: Ctrl-C ends the calls and the loop goes on until each has said so.
 * queue_epoll ID... */
#include "queue_common.h"

#include <signal.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <unistd.h>

static void watch(int poller, int descriptor) {
  struct epoll_event event = {.events = EPOLLIN, .data.fd = descriptor};
  epoll_ctl(poller, EPOLL_CTL_ADD, descriptor, &event);
}

int main(int argc, char **argv) {
  struct lookup lookup;
  sigset_t signals;
  if (argc < 2) return fprintf(stderr, "usage: %s ID...\n", argv[0]), 2;

  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigprocmask(SIG_BLOCK, &signals, NULL);
  int interrupted = signalfd(-1, &signals, SFD_CLOEXEC);
  int poller = epoll_create1(EPOLL_CLOEXEC);

  lookup_begin(&lookup, argc - 1, argv + 1);
  if (lookup.queue) {
    struct epoll_event event;
    watch(poller, lsexport_queue_descriptor(lookup.queue));
    watch(poller, interrupted);
    while (lsexport_queue_count(lookup.queue)) {
      if (epoll_wait(poller, &event, 1, -1) != 1) continue;
      if (event.data.fd == interrupted) {
        struct signalfd_siginfo signal;
        if (read(interrupted, &signal, sizeof signal) == sizeof signal) lsexport_queue_close(lookup.queue);
      }
      lookup_advance(&lookup);
    }
  }
  lookup_end(&lookup);
  close(poller);
  close(interrupted);
  return lookup.failed > 0;
}
