/* SPDX-License-Identifier: MIT */
/* URLs: what is refused and why, what is read out of the rest, and what is this machine. */
#include "fixtures.h"

#include "base/text.h"
#include "base/url.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LABEL_63 "abcdefghijklmnopqrstuvwxyz0123456789abcdefghijklmnopqrstuvwxyz0"

static const struct {
  const char *text;
  bool https;
  const char *host;
  int port;
  const char *path;
} urls[] = {
    {"https://api.smith.langchain.com", true, "api.smith.langchain.com", 0, ""},
    {"http://localhost", false, "localhost", 0, ""},
    {"HTTPS://API.Smith.LangChain.COM/Api/V1", true, "api.smith.langchain.com", 0, "/Api/V1"},
    {"hTtP://x", false, "x", 0, ""},
    {"https://h/", true, "h", 0, "/"},
    {"https://h/a/b%20c", true, "h", 0, "/a/b%20c"},
    {"https://h/a//b", true, "h", 0, "/a//b"},
    {"https://h/.well-known/..x/x../a.b", true, "h", 0, "/.well-known/..x/x../a.b"},
    {"https://h:1", true, "h", 1, ""},
    {"https://h:443/x", true, "h", 443, "/x"},
    {"https://h:65535", true, "h", 65535, ""},
    {"https://h:00443", true, "h", 443, ""},
    {"https://h.:8443/", true, "h.", 8443, "/"}, /* a final dot is a name's own root */
    {"https://my_bucket.s3.us-east-1.amazonaws.com", true, "my_bucket.s3.us-east-1.amazonaws.com", 0, ""},
    {"https://-a-.b", true, "-a-.b", 0, ""},
    {"https://" LABEL_63 ".x", true, LABEL_63 ".x", 0, ""},
    {"http://127.0.0.1:1984", false, "127.0.0.1", 1984, ""},
    {"http://[::1]", false, "[::1]", 0, ""},
    {"http://[::1]:8080/p", false, "[::1]", 8080, "/p"},
    {"https://[2001:DB8::7334]/", true, "[2001:db8::7334]", 0, "/"},
    {"https://[::ffff:192.0.2.1]:9", true, "[::ffff:192.0.2.1]", 9, ""},
};

START_TEST(reads) {
  struct url url;
  memset(&url, 'x', sizeof url);
  const char *wrong = url_parse(urls[_i].text, &url);
  ck_assert_msg(!wrong, "%s: %s", urls[_i].text, wrong);
  ck_assert_int_eq(url.https, urls[_i].https);
  ck_assert_str_eq(url.host, urls[_i].host);
  ck_assert_int_eq(url.port, urls[_i].port);
  ck_assert_str_eq(url.path, urls[_i].path);
}
END_TEST

static const struct {
  const char *text;
  const char *wrong; /* a part of it */
} refusals[] = {
    {"", "is empty"},
    /* Bytes */
    {" https://h", "percent-encoded"},
    {"https://h ", "percent-encoded"},
    {"https://h/a b", "percent-encoded"},
    {"https://h/\n", "percent-encoded"},
    {"https://h\r\nX-Injected: 1", "percent-encoded"},
    {"https://h/\t", "percent-encoded"},
    {"https://h/\x7f", "percent-encoded"},
    {"https://h/\xc3\xa4", "percent-encoded"},
    {"https://\xd0\xb0pi.smith.langchain.com", "percent-encoded"}, /* a Cyrillic a */
    {"https://h\\@evil", "percent-encoded"},
    {"https://h\\evil", "percent-encoded"},
    {"https://h/\"", "percent-encoded"},
    {"https://h/<x>", "percent-encoded"},
    {"https://h/{x}", "percent-encoded"},
    {"https://h/a|b", "percent-encoded"},
    {"https://h/a^b", "percent-encoded"},
    {"https://h/a`b", "percent-encoded"},
    /* Scheme */
    {"h", "begin with https://"},
    {"api.smith.langchain.com", "begin with https://"},
    {"//h", "begin with https://"},
    {"https:/h", "begin with https://"},
    {"https:h", "begin with https://"},
    {"ftp://h", "begin with https://"},
    {"file:///etc/passwd", "begin with https://"},
    {"s3://bucket", "begin with https://"},
    {"httpss://h", "begin with https://"},
    {"xhttps://h", "begin with https://"},
    /* Query, fragment, user */
    {"https://h?x=1", "query or a fragment"},
    {"https://h/?", "query or a fragment"},
    {"https://h#f", "query or a fragment"},
    {"https://h/#", "query or a fragment"},
    {"https://user@h", "user name"},
    {"https://user:password@h", "user name"},
    {"https://@h", "user name"},
    {"https://api.smith.langchain.com@evil.example", "user name"},
    {"https://[::1]@evil", "user name"},
    /* Host */
    {"https://", "names no host"},
    {"https:///", "names no host"},
    {"https:///path", "names no host"},
    {"https://:443", "names no host"},
    {"https://.", "empty label"},
    {"https://.h", "empty label"},
    {"https://a..b", "empty label"},
    {"https://h..", "empty label"},
    {"https://" LABEL_63 "x", "63 characters"},
    {"https://a." LABEL_63 "x.b", "63 characters"},
    {"https://h!", "no host name has"},
    {"https://h~", "no host name has"},
    {"https://h*.x", "no host name has"},
    {"https://h%2e.x", "no host name has"},
    {"https://h,x", "no host name has"},
    {"https://a;b", "no host name has"},
    {"https://[", "broken IPv6"},
    {"https://[]", "broken IPv6"},
    {"https://[:]", "broken IPv6"},
    {"https://[::1", "broken IPv6"},
    {"https://[::g]", "broken IPv6"},
    {"https://[fe80::1%eth0]", "broken IPv6"},
    {"https://[::1]x", "port"},
    {"https://::1", "names no host"},
    {"https://a:b:1", "port"},
    /* Port */
    {"https://h:", "port"},
    {"https://h:/", "port"},
    {"https://h:0", "port"},
    {"https://h:00000", "port"},
    {"https://h:65536", "port"},
    {"https://h:99999", "port"},
    {"https://h:000443", "port"},
    {"https://h:443443443443443443443", "port"},
    {"https://h:-1", "port"},
    {"https://h:+1", "port"},
    {"https://h:80x", "port"},
    {"https://h:80:80", "port"},
    {"https://[::1]:", "port"},
    {"https://[::1]:65536", "port"},
    /* Path */
    {"https://h/..", "in its path"},
    {"https://h/.", "in its path"},
    {"https://h/a/../b", "in its path"},
    {"https://h/a/./b", "in its path"},
    {"https://h/a/..", "in its path"},
    {"https://h/a/.", "in its path"},
    {"https://h/../", "in its path"},
};

START_TEST(refuses) {
  struct url url, before;
  memset(&url, 'x', sizeof url);
  memcpy(&before, &url, sizeof url);
  const char *wrong = url_parse(refusals[_i].text, &url);
  ck_assert_msg(wrong != NULL, "%s was read", refusals[_i].text);
  ck_assert_msg(strstr(wrong, refusals[_i].wrong) != NULL, "%s: \"%s\"", refusals[_i].text, wrong);
  ck_assert_mem_eq(&url, &before, sizeof url);
}
END_TEST

START_TEST(lengths) {
  char text[URL_MAX_LENGTH + 2];
  struct url url;
  memset(text, 'a', sizeof text);
  memcpy(text, "https://h/", 10);
  text[URL_MAX_LENGTH] = '\0';
  ck_assert_ptr_null(url_parse(text, &url));
  text[URL_MAX_LENGTH] = 'a';
  text[URL_MAX_LENGTH + 1] = '\0';
  ck_assert_ptr_nonnull(strstr(url_parse(text, &url), "2048"));
  /* Hosts of 253 and 254 characters */
  snprintf(text, sizeof text, "https://%s.%s.%s.%.61s", LABEL_63, LABEL_63, LABEL_63, LABEL_63);
  ck_assert_ptr_null(url_parse(text, &url));
  ck_assert_uint_eq(strlen(url.host), URL_MAX_HOST_LENGTH);
  snprintf(text, sizeof text, "https://%s.%s.%s.%.62s", LABEL_63, LABEL_63, LABEL_63, LABEL_63);
  ck_assert_ptr_nonnull(strstr(url_parse(text, &url), "too long"));
}
END_TEST

static const struct {
  const char *text;
  bool loopback;
} hosts[] = {
    {"http://localhost", true},
    {"http://LOCALHOST:1984", true},
    {"http://127.0.0.1", true},
    {"http://127.255.255.254", true},
    {"http://127.1.2.3:80/p", true},
    {"http://[::1]", true},
    {"http://[::1]:1", true},
    /* What other parsers may take for it, or for something else */
    {"http://127.1", false},
    {"http://127.0.1", false},
    {"http://0127.0.0.1", false},
    {"http://127.0.0.01", false},
    {"http://127.00.0.1", false},
    {"http://0x7f.0.0.1", false},
    {"http://2130706433", false},
    {"http://127.0.0.256", false},
    {"http://127.0.0.1.", false},
    {"http://127.0.0.1.evil.example", false},
    {"http://127.0.0.1evil.example", false},
    {"http://127.0.0.x", false},
    {"http://128.0.0.1", false},
    {"http://12.0.0.1", false},
    {"http://1127.0.0.1", false},
    {"http://0.0.0.0", false},
    {"http://localhost.evil.example", false},
    {"http://evil.localhost.example", false},
    {"http://xlocalhost", false},
    {"http://localhosts", false},
    {"http://[::]", false},
    {"http://[::2]", false},
    {"http://[::ffff:127.0.0.1]", false},
    {"http://[0:0:0:0:0:0:0:1]", false},
    {"https://api.smith.langchain.com", false},
    {"http://h/127.0.0.1", false},
};

START_TEST(loopback) {
  struct url url;
  ck_assert_ptr_null(url_parse(hosts[_i].text, &url));
  ck_assert_int_eq(url_is_loopback(&url), hosts[_i].loopback);
}
END_TEST

START_TEST(encodes) {
  struct buf out;
  buf_init(&out, 100);
  url_encode(&out, "aZ0-._~/ \xc3\xa9+%", 13, "/");
  url_encode(&out, "a/=?", 3, "");
  ck_assert_str_eq(buf_string(&out), "aZ0-._~/%20%C3%A9%2B%25a%2F%3D");
  buf_reset(&out);
}
END_TEST

/* Whatever is read comes back as one host that no other parser reads differently. */
START_TEST(random_texts) {
  static const char *const pieces[] = {"https://", "http://", "a",  ".", ":",    "/",         "[",     "]",
                                       "@",        "?",       "#",  "%", "::1",  "127.0.0.1", "65535", "0",
                                       "-",        "..",      "\\", " ", "\xc3", "x.y"};
  srand(20261124);
  for (int round = 0; round < 20000; round++) {
    char text[128] = "";
    for (int count = rand() % 8; count >= 0; count--) strcat(text, pieces[(size_t)rand() % COUNT(pieces)]);
    struct url url;
    if (url_parse(text, &url)) continue;
    bool right = !strpbrk(text, "?#\\ ") && *url.host && !strpbrk(url.host, "/@%") && url.port >= 0 &&
                 url.port <= 65535 && (!*url.path || *url.path == '/') &&
                 url.path + strlen(url.path) == text + strlen(text);
    if (!right) ck_abort_msg("%s", text);
  }
}
END_TEST

int main(void) {
  Suite *suite = suite_create("test_url");
  TCase *cases = add_cases(suite, "url");
  tcase_add_loop_test(cases, reads, 0, (int)COUNT(urls));
  tcase_add_loop_test(cases, refuses, 0, (int)COUNT(refusals));
  tcase_add_test(cases, lengths);
  tcase_add_loop_test(cases, loopback, 0, (int)COUNT(hosts));
  tcase_add_test(cases, encodes);
  tcase_add_test(cases, random_texts);
  return run_suite(suite);
}
