/* SPDX-License-Identifier: MIT */
/* What the benches share: whom they ask, and how a figure is taken beside its floor. */
#ifndef LSX_TESTS_BENCH_H
#define LSX_TESTS_BENCH_H

#include <stdbool.h>
#include <stddef.h>

/* The server; its addresses come from the command line. */
struct far {
  const char *root;    /* of the API */
  const char *ca_file; /* NULL: plain HTTP */
};

enum kind { CALL_GET, CALL_PATCH, CALL_CREATE, CALL_LIST, CALL_COUNT };

/* Ends the program when it does not hold. */
void must(bool holds, const char *what);
long number(const char *text);
/* "-" stands for no file. */
struct far far_of(const char *root, const char *ca_file);
enum kind kind_of(const char *name);

/* Since watch_start, or between two of them. */
struct watch {
  double wall_us, cpu_us;
};
struct watch watch_start(void);
struct watch watch_read(const struct watch *started);

struct measure {
  struct watch (*function)(const void *context);
  const void *context;
};
/* What it says in a child of its own, where nothing was used before. */
struct watch in_child(const struct measure *measure);
/* So many descriptors as the system lets us have. */
void raise_descriptor_limit(void);

/* Makes so many calls. */
typedef void (*work_fn)(void *context, long count);
struct side {
  work_fn work;
  void *context;
};
/* Lines of JSON. */
void print_begin(const char *what, const struct far *far);
void print_end(void);

/* Both sides in turn, so often, after one turn that does not count; prints all their times a call, as a line of JSON. */
void compare(const char *what, const struct far *far, long rounds, long count, struct side floor, struct side ours);
/* Both in turn, so often, each time in a child of its own; prints their times. */
void compare_first(const char *what, const struct far *far, long rounds, struct measure floor, struct measure ours);

#endif
