/* SPDX-License-Identifier: MIT */
#include "base/url.h"

#include "base/text.h"

#include <arpa/inet.h>
#include <string.h>

static bool is_host_byte(char byte) {
  return (byte >= 'a' && byte <= 'z') || (byte >= '0' && byte <= '9') || byte == '-' || byte == '_';
}

static bool is_number(const char *text, size_t length, int maximum, int *number_out) {
  int number = 0;
  if (!length || length > 5) return false;
  for (size_t i = 0; i < length; i++) {
    if (text[i] < '0' || text[i] > '9') return false;
    number = number * 10 + (text[i] - '0');
  }
  *number_out = number;
  return number <= maximum;
}

static const char *check_name(const char *host) {
  size_t label = 0;
  for (const char *byte = host;; byte++) {
    if (*byte == '.' || !*byte) {
      if (!label) return *byte ? "has an empty label in its host" : NULL; /* a final dot is fine */
      if (label > URL_MAX_LABEL_LENGTH) return "has a host label of more than 63 characters";
      if (!*byte) return NULL;
      label = 0;
    } else if (!is_host_byte(*byte)) {
      return "has a character in its host that no host name has";
    } else {
      label++;
    }
  }
}

static const char *check_bracketed(const char *host, size_t length) {
  static const char broken[] = "has a broken IPv6 address";
  char text[URL_MAX_HOST_LENGTH + 1];
  struct in6_addr address;
  if (length < 4 || host[length - 1] != ']') return broken;
  memcpy(text, host + 1, length - 2);
  text[length - 2] = '\0';
  return inet_pton(AF_INET6, text, &address) == 1 ? NULL : broken;
}

/* Host and port; text ends at length. */
static const char *parse_authority(const char *text, size_t length, struct url *url) {
  if (!length) return "names no host";
  if (memchr(text, '@', length)) return "holds a user name; credentials do not belong in a URL";
  size_t host = length;
  if (text[0] == '[') {
    const char *end = memchr(text, ']', length);
    if (end) host = (size_t)(end - text) + 1;
  } else {
    const char *colon = memchr(text, ':', length);
    if (colon) host = (size_t)(colon - text);
  }
  if (!host) return "names no host";
  if (host > URL_MAX_HOST_LENGTH) return "has a host name that is too long";
  for (size_t i = 0; i < host; i++) url->host[i] = (char)text_lower((unsigned char)text[i]);
  url->host[host] = '\0';
  if (host < length) {
    if (text[host] != ':' || !is_number(text + host + 1, length - host - 1, 65535, &url->port) || !url->port)
      return "has a port that is no number from 1 to 65535";
  }
  return text[0] == '[' ? check_bracketed(url->host, host) : check_name(url->host);
}

const char *url_parse(const char *text, struct url *url_out) {
  struct url url = {0};
  size_t length = strlen(text);
  if (!length) return "is empty";
  if (length > URL_MAX_LENGTH) return "is longer than 2048 characters";
  for (size_t i = 0; i < length; i++)
    if (text[i] <= 0x20 || text[i] >= 0x7f || strchr("\\\"<>^`{|}", text[i]))
      return "holds a blank or another character that must be percent-encoded";
  if (text_begins_ignoring_case(text, "https://"))
    url.https = true;
  else if (!text_begins_ignoring_case(text, "http://"))
    return "does not begin with https:// or http://";
  if (strpbrk(text, "?#")) return "has a query or a fragment";
  const char *authority = text + (url.https ? strlen("https://") : strlen("http://"));
  size_t end = strcspn(authority, "/");
  const char *wrong = parse_authority(authority, end, &url);
  if (wrong) return wrong;
  url.path = authority + end;
  if (strstr(url.path, "/../") || text_ends(url.path, "/..") || strstr(url.path, "/./") || text_ends(url.path, "/."))
    return "has \".\" or \"..\" in its path";
  *url_out = url;
  return NULL;
}

bool url_is_loopback(const struct url *url) {
  if (text_equal(url->host, "localhost") || text_equal(url->host, "[::1]")) return true;
  const char *part = url->host;
  for (int i = 0; i < 4; i++) { /* exactly four decimal parts, the first of them 127 */
    size_t length = strcspn(part, ".");
    int number;
    if (!is_number(part, length, 255, &number) || (length > 1 && *part == '0') || (i == 0 && number != 127))
      return false;
    part += length;
    if (i < 3 && *part++ != '.') return false;
  }
  return *part == '\0';
}

void url_encode(struct buf *out, const char *text, size_t length, const char *kept) {
  static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
  static const char hex[] = "0123456789ABCDEF";
  for (size_t i = 0; i < length; i++) {
    unsigned char byte = (unsigned char)text[i];
    char code[3] = {'%', hex[byte >> 4], hex[byte & 15]};
    if (strchr(plain, byte) || strchr(kept, byte))
      buf_add(out, &text[i], 1);
    else
      buf_add(out, code, sizeof code);
  }
}
