/* SPDX-License-Identifier: MIT */
/* soak CALLS: so many calls of every kind against a server in this process. Memory and descriptors may not grow after
 * the first tenth; a short run, which a sanitizer may watch, looks at descriptors alone. */
#include "soak_server.h"

#include <lsexport/lsexport.h>

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define CALLS_A_CLIENT 20000 /* then comes another one */
#define WARM 10              /* calls until a client has all its connections */
#define CALLS_A_TOKEN 100    /* with a cancel token, and a builder, of their own */
#define MEMORY_COUNTS_FROM 100000
#define MAY_GROW_KB 1024 /* the allocator's own unrest */

static struct {
  char root[64];
  lsexport_client *client;
  lsexport_destination_spec *spec;
  lsexport_credentials *credentials;
  lsexport_cancel *cancel;
  lsexport_call *call;
} soak;

static void must(int holds, const char *what) {
  if (holds) return;
  fprintf(stderr, "soak: %s failed\n", what);
  exit(EXIT_FAILURE);
}

/* ---- figures ---- */

static long memory_kb(void) {
  char line[256];
  long kb = 0;
  FILE *file = fopen("/proc/self/status", "r");
  must(file != NULL, "reading /proc/self/status");
  while (fgets(line, sizeof line, file))
    if (strncmp(line, "VmRSS:", 6) == 0) kb = atol(line + 6);
  fclose(file);
  return kb;
}

static long descriptors(void) {
  long count = 0;
  DIR *folder = opendir("/proc/self/fd");
  must(folder != NULL, "reading /proc/self/fd");
  while (readdir(folder)) count++;
  closedir(folder);
  return count - 3; /* ".", "..", and the folder itself */
}

static double seconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* ---- what is renewed on the way ---- */

static void renew_client(void) {
  lsexport_config *config = NULL;
  lsexport_client_free(soak.client);
  soak.client = NULL;
  must(lsexport_config_new(&config) == LSEXPORT_OK, "a config");
  lsexport_config_set_api_key(config, "soak-key", LSEXPORT_NUL_TERMINATED);
  lsexport_config_set(config, "api_root", soak.root);
  must(lsexport_client_new(config, &soak.client, NULL) == LSEXPORT_OK, "a client");
  lsexport_config_free(config);
}

static void renew_call(void) {
  lsexport_call_free(soak.call);
  lsexport_cancel_free(soak.cancel);
  must(lsexport_cancel_new(&soak.cancel) == LSEXPORT_OK, "a cancel token");
  must(lsexport_call_new(&soak.call) == LSEXPORT_OK, "a call");
  lsexport_call_set_cancel(soak.call, soak.cancel);
}

static void begin(int port) {
  snprintf(soak.root, sizeof soak.root, "http://127.0.0.1:%d", port);
  lsexport_credentials_new_static("AKIASOAK", "soak-secret", LSEXPORT_NUL_TERMINATED, &soak.credentials);
  lsexport_destination_spec_new(&soak.spec);
  lsexport_destination_spec_set_display_name(soak.spec, SOAK_NAME);
  lsexport_destination_spec_set_bucket_name(soak.spec, "bucket");
  lsexport_destination_spec_set_credentials(soak.spec, soak.credentials);
}

static void end(void) {
  lsexport_call_free(soak.call);
  lsexport_cancel_free(soak.cancel);
  lsexport_client_free(soak.client);
  lsexport_destination_spec_free(soak.spec);
  lsexport_credentials_free(soak.credentials);
}

/* ---- the calls ---- */

static void call(long number) {
  lsexport_destination *one = NULL;
  lsexport_destinations *list = NULL;
  lsexport_error *error = NULL;
  lsexport_status status = LSEXPORT_OK, expected = LSEXPORT_OK;
  switch (number % 6) {
  case 0:
    status = lsexport_destination_get(soak.client, SOAK_ID, soak.call, &one, &error);
    break;
  case 1:
    status = lsexport_destination_list(soak.client, soak.call, &list, &error);
    break;
  case 2:
    status = lsexport_destination_create(soak.client, soak.spec, soak.call, &one, &error);
    break;
  case 3:
    status = lsexport_destination_patch(soak.client, SOAK_ID, soak.credentials, soak.call, &one, &error);
    break;
  case 4:
    status = lsexport_destination_delete(soak.client, SOAK_ID, soak.call, &error);
    break;
  default:
    status = lsexport_destination_get(soak.client, SOAK_UNKNOWN_ID, soak.call, &one, &error);
    expected = LSEXPORT_ERR_NOT_FOUND;
  }
  if (status != expected) fprintf(stderr, "soak: call %ld: %s\n", number, lsexport_error_message(error));
  must(status == expected, "a call");
  lsexport_destination_free(one);
  lsexport_destinations_free(list);
  lsexport_error_free(error);
}

int main(int argc, char **argv) {
  long calls = argc > 1 ? atol(argv[1]) : 0, first_kb = 0, first_descriptors = 0;
  must(calls >= 10, "usage: soak CALLS (10 or more): that");
  int port = soak_server_start();
  must(port, "the server");
  begin(port);
  double began = seconds();
  for (long i = 0; i < calls; i++) {
    if (i % CALLS_A_CLIENT == 0) renew_client();
    if (i % CALLS_A_TOKEN == 0) renew_call();
    call(i);
    if (first_kb || i + 1 < calls / 10 || i % CALLS_A_CLIENT < WARM) continue;
    first_kb = memory_kb();
    first_descriptors = descriptors();
  }
  long last_kb = memory_kb(), last_descriptors = descriptors();
  double took = seconds() - began;
  printf("%ld calls in %.0f s, %.0f a second; VmRSS %ld kB after the first tenth, %ld kB at the end; "
         "%ld descriptors then, %ld at the end\n",
         calls, took, (double)calls / took, first_kb, last_kb, first_descriptors, last_descriptors);
  end();
  soak_server_stop();
  int grew = calls >= MEMORY_COUNTS_FROM && last_kb - first_kb > MAY_GROW_KB;
  return grew || last_descriptors > first_descriptors ? EXIT_FAILURE : EXIT_SUCCESS;
}
