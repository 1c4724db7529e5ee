/* SPDX-License-Identifier: MIT */
#include "net/poller.h"

#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <unistd.h>

bool poller_open(struct poller *poller) {
  poller->armed_ms = INT64_MAX;
  poller->descriptor = epoll_create1(EPOLL_CLOEXEC);
  poller->timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
  if (poller->descriptor >= 0 && poller->timer >= 0 && poller_watch(poller, poller->timer, true, false, false)) {
    (void)fcntl(poller->descriptor, F_SETFL,
                O_NONBLOCK); /* nobody reads it, but some pollers, as Go's, take no other */
    return true;
  }
  poller_close(poller);
  return false;
}

void poller_close(struct poller *poller) {
  if (poller->descriptor >= 0) (void)close(poller->descriptor);
  if (poller->timer >= 0) (void)close(poller->timer);
}

bool poller_watch(struct poller *poller, int descriptor, bool in, bool out, bool known) {
  struct epoll_event event = {.events = (in ? EPOLLIN : 0U) | (out ? EPOLLOUT : 0U), .data = {.fd = descriptor}};
  return epoll_ctl(poller->descriptor, known ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, descriptor, &event) == 0;
}

void poller_forget(struct poller *poller, int descriptor) {
  (void)epoll_ctl(poller->descriptor, EPOLL_CTL_DEL, descriptor, NULL);
}

static void clear_timer(struct poller *poller) {
  uint64_t times;
  ssize_t got = read(poller->timer, &times, sizeof times);
  (void)got; /* it may have been armed anew meanwhile, and then there is nothing */
  poller->armed_ms = INT64_MAX;
}

size_t poller_wait(struct poller *poller, struct poller_event events[POLLER_EVENTS_MAX], int milliseconds) {
  struct epoll_event seen[POLLER_EVENTS_MAX];
  size_t count = 0;
  int got = epoll_wait(poller->descriptor, seen, POLLER_EVENTS_MAX, milliseconds);
  for (int i = 0; i < got; i++) {
    uint32_t flags = seen[i].events;
    if (seen[i].data.fd == poller->timer) {
      clear_timer(poller);
      continue;
    }
    events[count++] = (struct poller_event){
        .descriptor = seen[i].data.fd,
        .readable = (flags & EPOLLIN) != 0,
        .writable = (flags & EPOLLOUT) != 0,
        .broken = (flags & (EPOLLERR | EPOLLHUP)) != 0,
    };
  }
  return count;
}

void poller_arm(struct poller *poller, int64_t at_ms) {
  if (poller->armed_ms <= at_ms) return; /* too early does no harm: who is woken arms it again */
  int64_t then_ms = at_ms + 1;           /* times are cut to milliseconds, and no wait may be too short */
  struct itimerspec when = {.it_value = {.tv_sec = then_ms / 1000, .tv_nsec = then_ms % 1000 * 1000000}};
  (void)timerfd_settime(poller->timer, TFD_TIMER_ABSTIME, &when, NULL);
  poller->armed_ms = at_ms;
}
