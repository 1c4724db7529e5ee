/* SPDX-License-Identifier: MIT */
#include "base/wiping_alloc.h"
#include "net/library.h"

#include <curl/curl.h>
#include <pthread.h>
#include <stdio.h>

static pthread_once_t init_once = PTHREAD_ONCE_INIT;
static CURLcode init_result = CURLE_FAILED_INIT;

static void init(void) { init_result = curl_global_init(CURL_GLOBAL_DEFAULT); }

bool net_library_init(void) { return pthread_once(&init_once, init) == 0 && init_result == CURLE_OK; }

static void init_wiping(void) {
  init_result = curl_global_init_mem(CURL_GLOBAL_DEFAULT, wiping_malloc, wiping_free, wiping_realloc, wiping_strdup,
                                     wiping_calloc);
}

bool net_library_init_wiping(void) {
  if (pthread_once(&init_once, init_wiping) || init_result != CURLE_OK) return false;
  /* libcurl says OK and changes nothing when somebody was first: only a trial tells. */
  size_t before = wiping_count();
  struct curl_slist *trial = curl_slist_append(NULL, "trial");
  bool taken = wiping_count() > before;
  curl_slist_free_all(trial);
  return taken;
}

const char *net_library_unfit(void) {
  const curl_version_info_data *info = curl_version_info(CURLVERSION_NOW);
  if (info->version_num < LIBCURL_FLOOR) return "libcurl is older than 7.88";
  if (!(info->features & CURL_VERSION_SSL)) return "libcurl was built without TLS";
  if (!(info->features & CURL_VERSION_ASYNCHDNS)) return "libcurl was built without its threaded resolver";
  if (!(info->features & CURL_VERSION_THREADSAFE)) return "libcurl was built without thread safety";
  return NULL;
}

void net_library_details(char *text, size_t size) {
  const curl_version_info_data *info = curl_version_info(CURLVERSION_NOW);
  snprintf(text, size, "libcurl/%s %s", info->version, info->ssl_version ? info->ssl_version : "(no TLS)");
}
