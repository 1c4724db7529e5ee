/* SPDX-License-Identifier: MIT */
/* memory floor|ours ROOT CALLS: resident memory for each call in flight, by the queue or by libcurl's multi interface. */
#include "floor.h"
#include "ours.h"
#include "replies.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

struct task {
  struct far far;  /* that answers */
  struct far held; /* that does not */
  int port;
  long calls;
};

static double resident_kb(void) {
  char line[256];
  double kb = 0;
  FILE *file = fopen("/proc/self/status", "r");
  must(file != NULL, "reading /proc/self/status");
  while (fgets(line, sizeof line, file))
    if (strncmp(line, "VmRSS:", 6) == 0) kb = strtod(line + 6, NULL);
  fclose(file);
  return kb;
}

/* ---- a connection on which the server says that all calls have come ---- */

static int control = -1;

static void ask_server(const struct task *task) {
  struct sockaddr_in address = {
      .sin_family = AF_INET, .sin_port = htons((uint16_t)task->port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  char request[64];
  int length = snprintf(request, sizeof request, "GET " HELD_PATH "%ld HTTP/1.1\r\n\r\n", task->calls);
  control = socket(AF_INET, SOCK_STREAM, 0);
  must(control >= 0 && connect(control, (struct sockaddr *)&address, sizeof address) == 0, "connect");
  must(send(control, request, (size_t)length, 0) == length, "send");
}

static bool all_have_come(void) {
  char byte;
  return recv(control, &byte, 1, MSG_DONTWAIT) == 1;
}

/* ---- the two sides, after a first call ---- */

static double of_floor(const struct task *task) {
  floor_call(floor_new(&task->far, CALL_GET), 1);
  double before = resident_kb();
  ask_server(task);
  floor_many_hold(floor_many_new(&task->held, CALL_GET, task->calls), all_have_come);
  return resident_kb() - before;
}

static double of_ours(const struct task *task) {
  ours_call(ours_new(&task->far, CALL_GET), 1);
  double before = resident_kb();
  ask_server(task);
  ours_many_hold(ours_many_new(&task->held, task->calls), all_have_come);
  return resident_kb() - before;
}

int main(int argc, char **argv) {
  must(argc == 4, "usage: memory floor|ours ROOT CALLS: that");
  char root[256];
  snprintf(root, sizeof root, "%s" ROOT_HELD, argv[2]);
  struct task task = {.far = far_of(argv[2], "-"), .held = far_of(root, "-"), .calls = number(argv[3])};
  task.port = (int)number(strrchr(argv[2], ':') + 1);
  raise_descriptor_limit();
  double grown_kb = strcmp(argv[1], "floor") == 0 ? of_floor(&task) : of_ours(&task);
  printf("{\"what\": \"memory in flight\", \"kb\": %.2f}\n", grown_kb / (double)task.calls);
  return 0;
}
