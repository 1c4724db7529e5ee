/* SPDX-License-Identifier: MIT */
/* lists ROOT CA_FILE|- ROUNDS: a list of 1,000 and of 10,000 destinations, called and read, beside the mere parsing of
 * what was sent. Each time in a process of its own: a list is called for once in a while, with memory that is new. */
#include "floor.h"
#include "ours.h"
#include "replies.h"

#include <jansson.h>
#include <stdio.h>

struct task {
  struct far far;
  const char *body;
  size_t length;
};

static struct watch parse(const void *context) {
  const struct task *task = context;
  struct watch started = watch_start();
  json_t *json = json_loadb(task->body, task->length, 0, NULL);
  must(json_array_size(json) >= 1000, "parsing the list");
  json_decref(json);
  return watch_read(&started);
}

static struct watch call(const void *context) {
  const struct task *task = context;
  struct ours *ours = ours_new(&task->far, CALL_LIST);
  struct watch started = watch_start();
  ours_call(ours, 1);
  return watch_read(&started);
}

static void run(const char *what, const struct far *far, const char *list, long rounds) {
  char root[256];
  snprintf(root, sizeof root, "%s%s", far->root, list);
  struct task task = {.far = {.root = root, .ca_file = far->ca_file}};
  struct floor *floor = floor_new(&task.far, CALL_LIST);
  task.body = floor_fetch(floor, &task.length);
  compare_first(what, far, rounds, (struct measure){parse, &task}, (struct measure){call, &task});
  floor_free(floor);
}

int main(int argc, char **argv) {
  must(argc == 4, "usage: lists ROOT CA_FILE|- ROUNDS: that");
  struct far far = far_of(argv[1], argv[2]);
  run("list of 1000", &far, ROOT_1000, number(argv[3]));
  run("list of 10000", &far, ROOT_10000, number(argv[3]));
  return 0;
}
