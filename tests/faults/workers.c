/* SPDX-License-Identifier: MIT */
#include "workers.h"

#include "complaints.h"

#include <check.h>
#include <pthread.h>
#include <stdatomic.h>

#define WORKERS 6

struct work {
  size_t count;
  void (*one)(size_t number, const void *context);
  const void *context;
  atomic_size_t next;
};

static void *take_pieces(void *argument) {
  struct work *work = argument;
  for (;;) {
    size_t number = atomic_fetch_add(&work->next, 1);
    if (number >= work->count) return NULL;
    work->one(number, work->context);
  }
}

void workers_run(size_t count, void (*one)(size_t number, const void *context), const void *context) {
  struct work work = {.count = count, .one = one, .context = context};
  pthread_t workers[WORKERS];
  atomic_init(&work.next, 0);
  for (size_t i = 0; i < WORKERS; i++) ck_assert_int_eq(pthread_create(&workers[i], NULL, take_pieces, &work), 0);
  for (size_t i = 0; i < WORKERS; i++) pthread_join(workers[i], NULL);
  complaints_raise();
}
