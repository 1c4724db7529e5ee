/* SPDX-License-Identifier: MIT */
/* Runs a target without a fuzzer: each file, and so many mutations of each, the same on every run. An input that fails is
 * left beside the target, in TARGET-failure.
 *
 *   TARGET [--mutations N] FILE|FOLDER... */
#include "fuzz.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define INPUTS_MAX 4096
#define INPUT_MAX 65536
#define EDITS_MAX 4

static struct piece inputs[INPUTS_MAX];
static size_t input_count;
static const uint8_t *now_running;
static size_t now_running_length;
static char failure_path[1024];
static uint64_t random_state;

static _Noreturn void give_up(const char *what, const char *path) {
  fprintf(stderr, "%s: %s\n", what, path);
  exit(2);
}

/* ---- inputs ---- */

static void add_file(const char *path) {
  static char bytes[INPUT_MAX];
  FILE *file = fopen(path, "rb");
  if (!file) give_up("cannot be read", path);
  size_t length = fread(bytes, 1, sizeof bytes, file);
  fclose(file);
  if (input_count == INPUTS_MAX) give_up("too many files", path);
  inputs[input_count++] = piece_of(bytes, length);
}

static void add(const char *path) {
  struct stat about;
  struct dirent **names;
  char inner[1024];
  if (stat(path, &about)) give_up("is not there", path);
  if (!S_ISDIR(about.st_mode)) {
    add_file(path);
    return;
  }
  int count = scandir(path, &names, NULL, alphasort);
  for (int i = 0; i < count; i++) {
    snprintf(inner, sizeof inner, "%s/%s", path, names[i]->d_name);
    if (names[i]->d_name[0] != '.') add_file(inner);
    free(names[i]);
  }
  free(names);
}

/* ---- mutations ---- */

static size_t any(size_t below) {
  random_state = random_state * 6364136223846793005 + 1442695040888963407;
  return below ? (size_t)(random_state >> 33) % below : 0;
}

static void remove_bytes(struct piece *piece, size_t at, size_t length) {
  memmove(piece->text + at, piece->text + at + length, piece->length - at - length + 1);
  piece->length -= length;
}

static void insert_bytes(struct piece *piece, size_t at, const char *bytes, size_t length) {
  size_t before = piece->length;
  if (before + length > INPUT_MAX) return;
  piece_add(piece, bytes, length);
  memmove(piece->text + at + length, piece->text + at, before - at);
  memcpy(piece->text + at, bytes, length);
}

static void edit(struct piece *piece) {
  static const char bytes[] =
      "\0\x01\x10\x11\x12\x16\x1c\x1d\x1e\x1f \t\r\n\"'%:/\\[]{},.-+@~<\x7f\x80\xc3\xe2\xf0\xff";
  const struct piece *other = &inputs[any(input_count)];
  size_t at = any(piece->length + 1), left = piece->length - at, from = any(other->length);
  char byte = any(2) ? bytes[any(sizeof bytes - 1)] : (char)any(256);
  switch (any(5)) {
  case 0:
    remove_bytes(piece, at, any(left < 16 ? left + 1 : 16));
    break;
  case 1:
    insert_bytes(piece, at, &byte, 1);
    break;
  case 2:
    insert_bytes(piece, at, other->text + from, any(other->length - from + 1));
    break;
  case 3:
    remove_bytes(piece, at, left);
    break;
  default:
    if (left) piece->text[at] = byte;
  }
}

static void run(const struct piece *piece) {
  uint8_t *exact = malloc(piece->length ? piece->length : 1);
  MUST(exact != NULL);
  memcpy(exact, piece->text, piece->length);
  now_running = exact;
  now_running_length = piece->length;
  LLVMFuzzerTestOneInput(exact, piece->length);
  free(exact);
}

/* ---- main ---- */

static void tell_and_die(int number) {
  int file = open(failure_path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
  ssize_t written = write(file, now_running, now_running_length);
  written = write(STDERR_FILENO, failure_path, strlen(failure_path));
  written = write(STDERR_FILENO, "\n", 1);
  (void)written;
  signal(number, SIG_DFL);
  raise(number);
}

static double seconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

int main(int argc, char **argv) {
  size_t mutations = 0, runs = 0;
  for (int i = 1; i < argc; i++) {
    if (strcmp(argv[i], "--mutations") == 0 && i + 1 < argc)
      mutations = (size_t)atol(argv[++i]);
    else
      add(argv[i]);
  }
  snprintf(failure_path, sizeof failure_path, "%s-failure", argv[0]);
  signal(SIGABRT, tell_and_die);
  signal(SIGSEGV, tell_and_die);
  double began = seconds();
  for (size_t i = 0; i < input_count; i++)
    for (size_t mutation = 0; mutation <= mutations; mutation++, runs++) {
      struct piece piece = piece_of(inputs[i].text, inputs[i].length);
      random_state = (uint64_t)i << 32 | mutation;
      for (size_t edits = mutation ? 1 + any(EDITS_MAX) : 0; edits; edits--) edit(&piece);
      run(&piece);
      piece_free(&piece);
    }
  double took = seconds() - began;
  printf("%zu inputs, %zu runs, %.0f a second\n", input_count, runs, took > 0 ? (double)runs / took : 0);
  for (size_t i = 0; i < input_count; i++) piece_free(&inputs[i]);
  return input_count ? 0 : 2;
}
