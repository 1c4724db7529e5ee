/* SPDX-License-Identifier: MIT */
#include "bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

void must(bool holds, const char *what) {
  if (holds) return;
  fprintf(stderr, "bench: %s failed\n", what);
  exit(EXIT_FAILURE);
}

long number(const char *text) {
  char *end;
  long value = strtol(text, &end, 10);
  must(*text && !*end && value > 0, "a number greater than 0: that");
  return value;
}

struct far far_of(const char *root, const char *ca_file) {
  return (struct far){.root = root, .ca_file = strcmp(ca_file, "-") == 0 ? NULL : ca_file};
}

enum kind kind_of(const char *name) {
  static const char *const names[] = {"get", "patch", "create", "list"};
  for (enum kind kind = 0; kind < CALL_COUNT; kind++)
    if (strcmp(names[kind], name) == 0) return kind;
  must(false, name);
  return CALL_COUNT;
}

struct watch watch_start(void) {
  struct timespec now;
  struct rusage usage;
  clock_gettime(CLOCK_MONOTONIC, &now);
  getrusage(RUSAGE_SELF, &usage);
  return (struct watch){
      .wall_us = (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3,
      .cpu_us = (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1e6 +
                (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec),
  };
}

struct watch watch_read(const struct watch *started) {
  struct watch now = watch_start();
  return (struct watch){now.wall_us - started->wall_us, now.cpu_us - started->cpu_us};
}

struct watch in_child(const struct measure *measure) {
  int ends[2], status = 0;
  struct watch result = {0};
  must(pipe(ends) == 0, "pipe");
  pid_t child = fork();
  must(child >= 0, "fork");
  if (!child) {
    result = measure->function(measure->context);
    _exit(write(ends[1], &result, sizeof result) == sizeof result ? EXIT_SUCCESS : EXIT_FAILURE);
  }
  close(ends[1]);
  bool got = read(ends[0], &result, sizeof result) == sizeof result;
  close(ends[0]);
  must(waitpid(child, &status, 0) == child && status == 0 && got, "a measure in a child");
  return result;
}

void raise_descriptor_limit(void) {
  struct rlimit limit;
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

/* ---- figures ---- */

void print_begin(const char *what, const struct far *far) {
  printf("{\"what\": \"%s\", \"tls\": %s", what, far->ca_file ? "true" : "false");
}

void print_end(void) {
  puts("}");
  fflush(stdout);
}

#define ROUNDS_MAX 64

struct times {
  long count;
  struct watch of[ROUNDS_MAX];
};

static void print_side(const char *name, const struct times *times) {
  printf(", \"%s_us\": [", name);
  for (long i = 0; i < times->count; i++) printf("%s%.2f", i ? ", " : "", times->of[i].wall_us);
  printf("], \"%s_cpu_us\": [", name);
  for (long i = 0; i < times->count; i++) printf("%s%.2f", i ? ", " : "", times->of[i].cpu_us);
  putchar(']');
}

static void print(const char *what, const struct far *far, const struct times *floor, const struct times *ours) {
  print_begin(what, far);
  print_side("floor", floor);
  print_side("ours", ours);
  print_end();
}

static void add(struct times *times, struct watch watch, long calls) {
  must(times->count < ROUNDS_MAX, "fewer rounds");
  times->of[times->count++] = (struct watch){watch.wall_us / (double)calls, watch.cpu_us / (double)calls};
}

static struct watch take(const struct side *side, long count) {
  struct watch started = watch_start();
  side->work(side->context, count);
  return watch_read(&started);
}

void compare(const char *what, const struct far *far, long rounds, long count, struct side floor, struct side ours) {
  struct times of_floor = {0}, of_ours = {0};
  take(&floor, count);
  take(&ours, count);
  for (long round = 0; round < rounds; round++) {
    add(&of_floor, take(&floor, count), count);
    add(&of_ours, take(&ours, count), count);
  }
  print(what, far, &of_floor, &of_ours);
}

void compare_first(const char *what, const struct far *far, long rounds, struct measure floor, struct measure ours) {
  struct times of_floor = {0}, of_ours = {0};
  for (long round = 0; round < rounds; round++) {
    add(&of_floor, in_child(&floor), 1);
    add(&of_ours, in_child(&ours), 1);
  }
  print(what, far, &of_floor, &of_ours);
}
