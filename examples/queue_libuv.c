/* SPDX-License-Identifier: MIT */
/* A queue in a libuv loop: queue_libuv ID... */
#include "queue_common.h"

#include <uv.h>

static void on_readable(uv_poll_t *poller, int status, int events) {
  (void)status, (void)events;
  if (!lookup_advance(poller->data)) uv_close((uv_handle_t *)poller, NULL); /* and the loop has nothing left */
}

int main(int argc, char **argv) {
  struct lookup lookup;
  uv_poll_t poller = {.data = &lookup};
  if (argc < 2) return fprintf(stderr, "usage: %s ID...\n", argv[0]), 2;

  lookup_begin(&lookup, argc - 1, argv + 1);
  if (lsexport_queue_count(lookup.queue)) {
    uv_poll_init(uv_default_loop(), &poller, lsexport_queue_descriptor(lookup.queue));
    uv_poll_start(&poller, UV_READABLE, on_readable);
    uv_run(uv_default_loop(), UV_RUN_DEFAULT);
  }
  uv_loop_close(uv_default_loop());
  lookup_end(&lookup);
  return lookup.failed > 0;
}
