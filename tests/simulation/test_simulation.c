/* SPDX-License-Identifier: MIT */
/* Thousands of runs of create and ensure, each drawn from a seed: what is never lost and never doubled.
 *
 *   test_simulation [--runs N] [--from SEED]   N runs (10,000) with the seeds SEED (1), SEED + 1, ...
 *   test_simulation SEED                       one run, told step by step */
#include "simulation.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define RUNS 10000
#define SHOWN_MAX 20 /* failing seeds named */

static struct simulation simulation;
static struct flight flights[FLIGHTS_MAX];

/* ---- a crash must name its seed ---- */

static const int crashes[] = {SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGSEGV};
#define CRASHES (sizeof crashes / sizeof *crashes)
static struct sigaction before[CRASHES];
static char crash_line[96];

static void name_seed(int signal) {
  ssize_t written = write(STDERR_FILENO, crash_line, strlen(crash_line));
  (void)written;
  for (size_t i = 0; i < CRASHES; i++) (void)sigaction(crashes[i], &before[i], NULL);
  raise(signal); /* to whoever else wants to see it: a sanitizer, the system */
}

static void watch_for_crashes(void) {
  struct sigaction action = {.sa_handler = name_seed};
  for (size_t i = 0; i < CRASHES; i++) (void)sigaction(crashes[i], &action, &before[i]);
}

/* ---- runs ---- */

static int replay(uint64_t seed) {
  simulation_run(&simulation, seed, true, flights);
  puts(*simulation.complaint ? "This run does not hold." : "This run holds.");
  return *simulation.complaint ? EXIT_FAILURE : EXIT_SUCCESS;
}

/* Only of many runs can it be asked that they showed everything. */
static bool report_sights(uint64_t runs) {
  bool all = true;
  for (enum sight sight = 0; sight < SIGHT_COUNT; sight++) {
    printf("%8" PRIu64 "  %s\n", times_seen(sight), sight_text(sight));
    all = all && times_seen(sight);
  }
  if (all || runs < RUNS) return true;
  puts("Something was never seen: the simulation proves nothing about it.");
  return false;
}

static int run_all(uint64_t first, uint64_t runs, const char *program) {
  uint64_t failed = 0, calls = 0, requests = 0;
  clock_t begun = clock();
  printf("%" PRIu64 " runs, seeds %" PRIu64 " to %" PRIu64 "\n", runs, first, first + runs - 1);
  for (uint64_t seed = first; seed < first + runs; seed++) {
    snprintf(crash_line, sizeof crash_line, "seed %" PRIu64 " crashed\n", seed);
    simulation_run(&simulation, seed, false, flights);
    calls += simulation.call_count;
    requests += simulation.flight_count;
    if (!*simulation.complaint) continue;
    if (++failed <= SHOWN_MAX)
      printf("seed %" PRIu64 ": %s\n  replay: %s %" PRIu64 "\n", seed, simulation.complaint, program, seed);
  }
  double seconds = (double)(clock() - begun) / CLOCKS_PER_SEC;
  bool all_seen = report_sights(runs);
  printf("%" PRIu64 " calls, %" PRIu64 " requests, %.1f s; %" PRIu64 " of %" PRIu64 " runs do not hold\n", calls,
         requests, seconds, failed, runs);
  return failed || !all_seen ? EXIT_FAILURE : EXIT_SUCCESS;
}

static bool read_number(const char *text, uint64_t *number_out) {
  char *end;
  *number_out = strtoull(text, &end, 10);
  return *text >= '0' && *text <= '9' && !*end;
}

int main(int count, char **arguments) {
  uint64_t runs = RUNS, first = 1, seed;
  setvbuf(stdout, NULL, _IOLBF, 0);
  if (count == 2 && read_number(arguments[1], &seed)) return replay(seed);
  for (int i = 1; i < count; i += 2) {
    bool is_runs = strcmp(arguments[i], "--runs") == 0, is_first = strcmp(arguments[i], "--from") == 0;
    if (!(is_runs || is_first) || i + 1 == count || !read_number(arguments[i + 1], is_runs ? &runs : &first)) {
      fprintf(stderr, "usage: %s [--runs N] [--from SEED] | SEED\n", arguments[0]);
      return EXIT_FAILURE;
    }
  }
  watch_for_crashes();
  return run_all(first, runs, arguments[0]);
}
