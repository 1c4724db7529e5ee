/* SPDX-License-Identifier: MIT */
/* A queue in a GLib main loop: queue_glib ID... */
#include "queue_common.h"

#include <glib-unix.h>

struct program {
  struct lookup lookup;
  GMainLoop *loop;
};

static gboolean on_readable(gint descriptor, GIOCondition condition, gpointer data) {
  struct program *program = data;
  (void)descriptor, (void)condition;
  if (lookup_advance(&program->lookup)) return G_SOURCE_CONTINUE;
  g_main_loop_quit(program->loop);
  return G_SOURCE_REMOVE;
}

int main(int argc, char **argv) {
  struct program program;
  if (argc < 2) return fprintf(stderr, "usage: %s ID...\n", argv[0]), 2;

  lookup_begin(&program.lookup, argc - 1, argv + 1);
  program.loop = g_main_loop_new(NULL, FALSE);
  if (lsexport_queue_count(program.lookup.queue)) {
    g_unix_fd_add(lsexport_queue_descriptor(program.lookup.queue), G_IO_IN, on_readable, &program);
    g_main_loop_run(program.loop);
  }
  g_main_loop_unref(program.loop);
  lookup_end(&program.lookup);
  return program.lookup.failed > 0;
}
