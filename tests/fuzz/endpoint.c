/* SPDX-License-Identifier: MIT */
#include "endpoint.h"

#include "fuzz.h"

#include "base/url.h"

#include <curl/curl.h>
#include <stdio.h>
#include <string.h>

/* libcurl writes an IPv4 address in numbers of any form, as 0x7f.1, in its usual one; we leave it as it is. */
static bool may_be_number(const char *host) { return host[strspn(host, "0123456789abcdefx.")] == '\0'; }

static void must_be(CURLU *handle, CURLUPart part, const char *expected) {
  char *text = NULL;
  MUST(curl_url_get(handle, part, &text, CURLU_DEFAULT_PORT) == CURLUE_OK);
  MUST(strcasecmp(text, expected) == 0);
  curl_free(text);
}

static void check_url(const struct url *url) {
  MUST(*url->host && !strpbrk(url->host, "@/?#% \\"));
  MUST(!*url->path || *url->path == '/');
  for (const char *byte = url->host; *byte; byte++)
    MUST(*byte > 0x20 && *byte < 0x7f && !(*byte >= 'A' && *byte <= 'Z'));
  MUST(url->port >= 0 && url->port <= 65535);
}

bool endpoint_must_agree(const char *text) {
  struct url url;
  if (url_parse(text, &url)) return false;
  check_url(&url);
  CURLU *handle = curl_url();
  MUST(curl_url_set(handle, CURLUPART_URL, text, CURLU_PATH_AS_IS) == CURLUE_OK);
  char port[16];
  snprintf(port, sizeof port, "%d", url.port ? url.port : url.https ? 443 : 80);
  must_be(handle, CURLUPART_SCHEME, url.https ? "https" : "http");
  must_be(handle, CURLUPART_PORT, port);
  must_be(handle, CURLUPART_PATH, *url.path ? url.path : "/");
  if (!may_be_number(url.host) && url.host[0] != '[') must_be(handle, CURLUPART_HOST, url.host);
  char *user = NULL;
  MUST(curl_url_get(handle, CURLUPART_USER, &user, 0) != CURLUE_OK);
  curl_url_cleanup(handle);
  return true;
}

bool proxy_holds_password(const char *text) {
  CURLU *handle = curl_url();
  char *password = NULL;
  CURLUcode set = curl_url_set(handle, CURLUPART_URL, text, CURLU_NON_SUPPORT_SCHEME | CURLU_GUESS_SCHEME);
  bool holds = set == CURLUE_OK && curl_url_get(handle, CURLUPART_PASSWORD, &password, 0) == CURLUE_OK && *password;
  curl_free(password);
  curl_url_cleanup(handle);
  return holds;
}
