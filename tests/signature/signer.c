/* SPDX-License-Identifier: MIT */
/* Signs requests for test_signature.py: each line of stdin is one, as a JSON object, and becomes a line of stdout.
 * Members: method, path, query, headers (pairs of name and value), access_key_id, secret, region, service, unix_s; and
 * payload_hash, or a body to take it from. */
#include "storage/signature.h"
#include "json/json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HEADERS_MAX 64
#define ANSWER_MAX 65536

static _Noreturn void give_up(const char *what) {
  fprintf(stderr, "signer: %s\n", what);
  exit(2);
}

static const char *text_of(const json_node *request, const char *name) {
  const char *text = node_member_text(request, name);
  if (!text) give_up(name);
  return text;
}

static size_t read_headers(const json_node *pairs, struct signature_header headers[HEADERS_MAX]) {
  size_t count = node_array_count(pairs);
  if (count > HEADERS_MAX) give_up("too many headers");
  for (size_t i = 0; i < count; i++) {
    const json_node *pair = node_array_at(pairs, i);
    headers[i].name = node_text(node_array_at(pair, 0));
    headers[i].value = node_text(node_array_at(pair, 1));
  }
  return count;
}

static void sign(const json_node *request) {
  struct signature_header headers[HEADERS_MAX];
  char hash[SIGNATURE_PAYLOAD_HASH_SIZE];
  long long unix_s = 0;
  const char *secret = text_of(request, "secret"), *body = node_member_text(request, "body");
  if (!node_integer(node_member(request, "unix_s"), &unix_s)) give_up("unix_s");
  if (body && !signature_payload_hash(hash, body, strlen(body))) give_up("no hash");
  struct signature_input input = {
      .method = text_of(request, "method"),
      .path = text_of(request, "path"),
      .query = text_of(request, "query"),
      .headers = headers,
      .header_count = read_headers(node_member(request, "headers"), headers),
      .payload_hash = body ? hash : text_of(request, "payload_hash"),
      .access_key_id = text_of(request, "access_key_id"),
      .secret = secret,
      .secret_length = strlen(secret),
      .region = text_of(request, "region"),
      .service = text_of(request, "service"),
      .unix_s = unix_s,
  };
  struct buf out;
  buf_init(&out, ANSWER_MAX);
  if (!signature_write(&out, &input)) give_up("no signature");
  puts(buf_string(&out));
  fflush(stdout);
  buf_reset(&out);
}

int main(void) {
  char *line = NULL;
  size_t size = 0;
  for (ssize_t length; (length = getline(&line, &size, stdin)) > 0;) {
    enum json_failure failure;
    json_node *request = node_parse(line, (size_t)length, &failure);
    if (!request) give_up("no JSON");
    sign(request);
    node_free(request);
  }
  free(line);
  return 0;
}
