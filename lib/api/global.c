/* SPDX-License-Identifier: MIT */
/* The library itself: versions, and what a process does once. */
#include "api/global.h"

#include "net/library.h"
#include "json/json.h"

#include <lsexport/lsexport.h>

#include <pthread.h>
#include <stdio.h>

int32_t lsexport_abi_level(void) { return LSEXPORT_ABI_LEVEL; }

const char *lsexport_version(void) { return LSEXPORT_VERSION; }

#define DETAILS_MAX 256
static pthread_once_t details_once = PTHREAD_ONCE_INIT;
static char details[DETAILS_MAX]; /* written once, read after */

static void write_details(void) {
  char network[DETAILS_MAX / 2];
  net_library_details(network, sizeof network);
  snprintf(details, sizeof details, "liblsexport/%s (ABI %d) %s jansson/%s", LSEXPORT_VERSION, LSEXPORT_ABI_LEVEL,
           network, json_library_details());
}

const char *lsexport_version_details(void) {
  pthread_once(&details_once, write_details);
  return details;
}

bool global_init(void) {
  if (!net_library_init()) return false;
  json_library_init();
  return true;
}

lsexport_status lsexport_global_init(int32_t flags) {
  if (flags & ~LSEXPORT_INIT_WIPE) return LSEXPORT_ERR_INVALID_ARGUMENT;
  if (net_library_unfit()) return LSEXPORT_ERR_UNSUPPORTED;
  if (!(flags & LSEXPORT_INIT_WIPE)) return global_init() ? LSEXPORT_OK : LSEXPORT_ERR_INTERNAL;
  if (!net_library_init_wiping()) return LSEXPORT_ERR_INVALID_STATE;
  json_library_init_wiping();
  json_library_init();
  return LSEXPORT_OK;
}
