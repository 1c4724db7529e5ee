/* SPDX-License-Identifier: MIT */
/* What the transport keeps from one request to the next, headers and the parsed URL, is never what the next one asks. */
#include "caller.h"
#include "complaints.h"

#include "base/text.h"
#include "net/world.h"

#include <stdio.h>
#include <string.h>

#define URL_SIZE 128
#define RESPONSE_MAX 4096

static const struct transport_settings settings = {
    .user_agent = "test", .proxy = "none", .connect_timeout_ms = 10000, .allow_http = true};

static enum transfer get(struct transport *transport, const char *root, const char *path, const char *const *headers) {
  char url[URL_SIZE];
  struct request request = {.method = METHOD_GET, .url = url, .headers = headers, .response_max = RESPONSE_MAX};
  struct exchange exchange = {0};
  snprintf(url, sizeof url, "%s%s", root, path);
  while (headers && headers[request.header_count]) request.header_count++;
  exchange_begin(&exchange, &request);
  ck_assert(transport_curl.start(transport, &exchange));
  while (!exchange.done) transport_curl.wait(transport, 1000, -1);
  response_free(&exchange.response);
  return exchange.transfer;
}

static bool head_has(struct server *server, int index, const char *line) {
  return strstr(server_request(server, index)->head, line) != NULL;
}

START_TEST(headers_are_those_of_the_request) {
  static const char *const two[] = {"X-One: 1", "X-Two: 2", NULL}, *const one[] = {"X-One: 1", NULL},
                           *const other[] = {"X-One: 1", "X-Two: 3", NULL};
  struct server *server = server_start(&(struct server_plan){0});
  struct transport *transport = transport_curl.open(NULL, &settings, false);
  const char *const *const asked[] = {two, one, other, other, two, NULL, two};
  for (size_t i = 0; i < COUNT(asked); i++)
    ck_assert_int_eq(get(transport, server_root(server), "/", asked[i]), TRANSFER_DONE);
  transport_curl.close(transport);
  caller_finish(server, "headers");
  ck_assert_int_eq(server_connections(server), 1);
  for (int i = 0; i < (int)COUNT(asked); i++) {
    ck_assert_int_eq(head_has(server, i, "X-One: 1\r\n"), asked[i] != NULL);
    ck_assert_int_eq(head_has(server, i, "X-Two: 2\r\n"), asked[i] == two);
    ck_assert_int_eq(head_has(server, i, "X-Two: 3\r\n"), asked[i] == other);
  }
  server_free(server);
  complaints_raise();
}
END_TEST

START_TEST(a_url_leads_where_it_says) {
  char shorter[URL_SIZE];
  struct server *first = server_start(&(struct server_plan){0}), *second = server_start(&(struct server_plan){0});
  struct transport *transport = transport_curl.open(NULL, &settings, false);
  ck_assert_int_eq(get(transport, server_root(first), "/a", NULL), TRANSFER_DONE);
  ck_assert_int_eq(get(transport, server_root(second), "/b", NULL), TRANSFER_DONE);
  ck_assert_int_eq(get(transport, server_root(first), "/c", NULL), TRANSFER_DONE);
  ck_assert_int_eq(get(transport, server_root(first), "/d", NULL), TRANSFER_DONE);
  snprintf(shorter, sizeof shorter, "%s", server_root(first)); /* as far as it goes, the same */
  shorter[strlen(shorter) - 1] = '\0';
  (void)get(transport, shorter, "/e", NULL); /* nobody is there, or somebody else */
  transport_curl.close(transport);
  caller_finish(first, "the first host");
  caller_finish(second, "the second host");
  ck_assert_int_eq(server_requests(first, NULL), 3);
  ck_assert_int_eq(server_requests(second, NULL), 1);
  ck_assert_str_eq(server_request(first, 0)->path, "/a");
  ck_assert_str_eq(server_request(second, 0)->path, "/b");
  ck_assert_str_eq(server_request(first, 1)->path, "/c");
  ck_assert_str_eq(server_request(first, 2)->path, "/d");
  server_free(first);
  server_free(second);
  complaints_raise();
}
END_TEST

/* ---- requests that do not go to LangSmith ---- */

#define LINES_SIZE 1024

struct lines {
  struct trace trace;
  char text[LINES_SIZE];
};

static void take_line(struct trace *trace, const char *line, size_t length) {
  struct lines *lines = (struct lines *)trace;
  if (text_begins(line, "HTTP/")) *lines->text = '\0';
  size_t before = strlen(lines->text);
  snprintf(lines->text + before, sizeof lines->text - before, "%.*s", (int)length, line);
}

static void send_elsewhere(struct transport *transport, struct server *server, enum method method, const char *path,
                           const char *body, struct lines *lines) {
  static const char *const headers[] = {"Accept:", "Content-Type:", "X-One: 1"};
  char url[URL_SIZE];
  struct request request = {.method = method,
                            .url = url,
                            .headers = headers,
                            .header_count = COUNT(headers),
                            .body = (char *)(uintptr_t)body,
                            .body_length = body ? strlen(body) : 0,
                            .elsewhere = true,
                            .response_max = RESPONSE_MAX,
                            .trace = &lines->trace};
  struct exchange exchange = {0};
  snprintf(url, sizeof url, "%s%s", server_root(server), path);
  lines->trace = (struct trace){.take_line = take_line};
  exchange_begin(&exchange, &request);
  ck_assert(transport_curl.start(transport, &exchange));
  while (!exchange.done) transport_curl.wait(transport, 1000, -1);
  ck_assert_int_eq(exchange.transfer, TRANSFER_DONE);
  response_free(&exchange.response);
}

/* Signatures are over the very bytes: no path is tidied up, no header added. */
START_TEST(elsewhere_every_byte_is_ours) {
  static const struct {
    enum method method;
    const char *path, *body;
  } cases[] = {
      {METHOD_PUT, "/bucket/a/../b//c/%C3%BC%2Bx/./tmp/x.txt", "test"},
      {METHOD_POST, "/bucket/key?uploads=", ""},
      {METHOD_HEAD, "/bucket/%25", NULL},
      {METHOD_PUT, "/bucket/key?partNumber=1&uploadId=A%2FB", "part"},
      {METHOD_DELETE, "/bucket/key?uploadId=A%2FB", NULL},
      {METHOD_GET, "/bucket/key", NULL},
  };
  static const char *const names[] = {"PUT", "POST", "HEAD", "PUT", "DELETE", "GET"};
  struct server *server = server_start(&(struct server_plan){0});
  struct transport_settings https_alone = settings;
  https_alone.allow_http = false; /* that is for LangSmith */
  struct transport *transport = transport_curl.open(NULL, &https_alone, false);
  struct lines lines;
  for (size_t i = 0; i < COUNT(cases); i++)
    send_elsewhere(transport, server, cases[i].method, cases[i].path, cases[i].body, &lines);
  ck_assert_str_eq(lines.trace.address, "127.0.0.1");
  ck_assert(text_begins(lines.text, "HTTP/1.1 200 OK\r\n"));
  ck_assert(strstr(lines.text, "\r\nContent-Length: ") != NULL);
  transport_curl.close(transport);
  caller_finish(server, "elsewhere");
  ck_assert_int_eq(server_requests(server, NULL), (int)COUNT(cases));
  for (int i = 0; i < (int)COUNT(cases); i++) {
    const struct seen *seen = server_request(server, i);
    ck_assert_str_eq(seen->method, names[i]);
    ck_assert_str_eq(seen->path, cases[i].path);
    ck_assert_uint_eq(seen->body_length, cases[i].body ? strlen(cases[i].body) : 0);
    ck_assert_int_eq(head_has(server, i, "Content-Length: "), cases[i].body != NULL);
    ck_assert(!head_has(server, i, "Accept") && !head_has(server, i, "Content-Type") && !head_has(server, i, "Expect"));
    ck_assert(head_has(server, i, "X-One: 1\r\n"));
  }
  server_free(server);
  complaints_raise();
}
END_TEST

int main(void) {
  Suite *suite = suite_create("test_transport");
  faults_begin();
  TCase *cases = faults_case(suite, "transport");
  tcase_add_test(cases, headers_are_those_of_the_request);
  tcase_add_test(cases, a_url_leads_where_it_says);
  tcase_add_test(cases, elsewhere_every_byte_is_ours);
  return faults_end(suite);
}
