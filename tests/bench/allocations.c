/* SPDX-License-Identifier: MIT */
/* allocations ROOT CA_FILE|- CALLS: how often a reused call asks for memory, and how much jansson holds at most while a
 * list is read. It counts what comes to malloc, calloc and realloc, which are its own here, and what libcurl and jansson
 * ask for through the functions that they let be set. */
#include "floor.h"
#include "ours.h"
#include "replies.h"

#include <curl/curl.h>
#include <jansson.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct {
  long all, curl, jansson;
} count;
static size_t jansson_holds, jansson_held_at_most;

/* ---- everybody's ---- */

void *__libc_malloc(size_t size);                /* NOLINT(bugprone-reserved-identifier): glibc's own */
void *__libc_calloc(size_t number, size_t size); /* NOLINT(bugprone-reserved-identifier) */
void *__libc_realloc(void *old, size_t size);    /* NOLINT(bugprone-reserved-identifier) */

void *malloc(size_t size) {
  count.all++;
  return __libc_malloc(size);
}

void *calloc(size_t number_of, size_t size) {
  count.all++;
  return __libc_calloc(number_of, size);
}

void *realloc(void *old, size_t size) {
  count.all++;
  return __libc_realloc(old, size);
}

/* ---- libcurl's and jansson's ---- */

static void *curl_malloc(size_t size) {
  count.curl++;
  return malloc(size);
}

static void *curl_realloc(void *old, size_t size) {
  count.curl++;
  return realloc(old, size);
}

static char *curl_strdup(const char *text) {
  size_t size = strlen(text) + 1;
  char *copy = curl_malloc(size);
  return copy ? memcpy(copy, text, size) : NULL;
}

static void *curl_calloc(size_t number_of, size_t size) {
  count.curl++;
  return calloc(number_of, size);
}

static void *jansson_malloc(size_t size) {
  void *block = malloc(size);
  count.jansson++;
  jansson_holds += malloc_usable_size(block);
  if (jansson_holds > jansson_held_at_most) jansson_held_at_most = jansson_holds;
  return block;
}

static void jansson_free(void *block) {
  jansson_holds -= malloc_usable_size(block);
  free(block);
}

/* ---- the calls ---- */

static void print_side(const char *name, struct side side, long calls) {
  side.work(side.context, 10); /* until all has grown to its size */
  memset(&count, 0, sizeof count);
  side.work(side.context, calls);
  double number_of_calls = (double)calls;
  printf(", \"%s\": {\"all\": %.3f, \"libcurl\": %.3f, \"jansson\": %.3f}", name, (double)count.all / number_of_calls,
         (double)count.curl / number_of_calls, (double)count.jansson / number_of_calls);
}

static void compare_calls(const char *what, const struct far *far, enum kind kind, long calls) {
  struct floor *floor = floor_new(far, kind);
  struct ours *ours = ours_new(far, kind);
  print_begin(what, far);
  print_side("floor", (struct side){floor_call, floor}, calls);
  print_side("ours", (struct side){ours_call, ours}, calls);
  print_end();
  floor_free(floor);
  ours_free(ours);
}

static double held_during(struct side side) {
  jansson_held_at_most = jansson_holds = 0;
  side.work(side.context, 1);
  return (double)jansson_held_at_most / 1024;
}

static void compare_lists(const struct far *far) {
  char root[256];
  snprintf(root, sizeof root, "%s%s", far->root, ROOT_10000);
  struct far lister = {.root = root, .ca_file = far->ca_file};
  struct floor *floor = floor_new(&lister, CALL_LIST);
  struct ours *ours = ours_new(&lister, CALL_LIST);
  double floor_kb = held_during((struct side){floor_call, floor});
  double ours_kb = held_during((struct side){ours_call, ours});
  print_begin("trees of a list of 10000", far);
  printf(", \"floor_kb\": %.1f, \"ours_kb\": %.1f", floor_kb, ours_kb);
  print_end();
  floor_free(floor);
  ours_free(ours);
}

int main(int argc, char **argv) {
  must(argc == 4, "usage: allocations ROOT CA_FILE|- CALLS: that");
  struct far far = far_of(argv[1], argv[2]);
  curl_global_init_mem(CURL_GLOBAL_DEFAULT, curl_malloc, free, curl_realloc, curl_strdup, curl_calloc);
  json_set_alloc_funcs(jansson_malloc, jansson_free);
  compare_calls("allocations get", &far, CALL_GET, number(argv[3]));
  compare_calls("allocations patch", &far, CALL_PATCH, number(argv[3]));
  compare_lists(&far);
  return 0;
}
