/* SPDX-License-Identifier: MIT */
/* connections ROOT CA_FILE|- ROUNDS CALLS: what comes before a connection is reused: a process's first client, its first
 * call, and further new connections. */
#include "floor.h"
#include "ours.h"

#include <curl/curl.h>

/* ---- in a process of its own each: nothing was used before ---- */

static struct watch first_handles(const void *context) {
  (void)context;
  struct watch started = watch_start();
  must(curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK && curl_multi_init() && curl_easy_init(), "libcurl");
  return watch_read(&started);
}

static struct watch first_client(const void *context) {
  struct watch started = watch_start();
  ours_new(context, CALL_GET);
  return watch_read(&started);
}

static struct watch first_call_of_floor(const void *context) {
  struct watch started = watch_start();
  floor_call(floor_new(context, CALL_GET), 1);
  return watch_read(&started);
}

static struct watch first_call_of_ours(const void *context) {
  struct watch started = watch_start();
  ours_call(ours_new(context, CALL_GET), 1);
  return watch_read(&started);
}

/* ---- a create has a connection of its own ---- */

static void compare_further(const struct far *far, long rounds, long calls) {
  struct floor *floor = floor_new(far, CALL_CREATE);
  struct ours *ours = ours_new(far, CALL_CREATE);
  compare("new connection", far, rounds, calls, (struct side){floor_call, floor}, (struct side){ours_call, ours});
  floor_free(floor);
  ours_free(ours);
}

int main(int argc, char **argv) {
  must(argc == 5, "usage: connections ROOT CA_FILE|- ROUNDS CALLS: that");
  struct far far = far_of(argv[1], argv[2]);
  long rounds = number(argv[3]), calls = number(argv[4]);
  compare_first("first client", &far, rounds, (struct measure){first_handles, &far},
                (struct measure){first_client, &far});
  compare_first("first call", &far, rounds, (struct measure){first_call_of_floor, &far},
                (struct measure){first_call_of_ours, &far});
  compare_further(&far, rounds, calls);
  return 0;
}
