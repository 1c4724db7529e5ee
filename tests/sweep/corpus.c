/* SPDX-License-Identifier: MIT */
#include "corpus.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CHUNK 100 /* bytes of most chunks */

#define OTHER_ID "0a91a355-8a88-422c-9546-72c183b95b52"
#define OTHER DESTINATION_OF(OTHER_ID, "another")
#define FIELDS                                                                                                 \
  "{\"detail\":[{\"loc\":[\"body\",\"config\",\"bucket_name\"],\"msg\":\"too short\",\"type\":\"too_short\"}," \
  "{\"loc\":[\"body\",\"display_name\"],\"msg\":\"bad\",\"type\":\"pattern\"}]}"
#define STORAGE_REFUSAL                                                                                           \
  "{\"detail\":\"Failed to validate S3 destination: An error occurred (AccessDenied) when calling the PutObject " \
  "operation: Access Denied\"}"

struct recipe {
  const char *name;
  enum framing framing;
  const char *status_line;
  const char *body;
  lsexport_status status;
  enum kind kinds[KIND_COUNT];
  size_t kind_count;
};

#define FOR(...) .kinds = {__VA_ARGS__}, .kind_count = COUNT(((enum kind[]){__VA_ARGS__}))
#define ONE_CALLS FOR(KIND_GET, KIND_CREATE, KIND_PATCH)
#define ALL_CALLS FOR(KIND_GET, KIND_LIST, KIND_CREATE, KIND_PATCH, KIND_DELETE)

static const struct recipe recipes[] = {
    {"an empty list", FRAMING_COUNTED, "200 OK", "[]", LSEXPORT_OK, FOR(KIND_LIST)},
    {"an empty list in chunks", FRAMING_CHUNKED, "200 OK", "[]", LSEXPORT_OK, FOR(KIND_LIST)},
    {"an empty list until the end", FRAMING_CLOSED, "200 OK", " [ ] \n", LSEXPORT_OK, FOR(KIND_LIST)},
    {"a list of one", FRAMING_COUNTED, "200 OK", "[" HEALTHY_BODY "]", LSEXPORT_OK, FOR(KIND_LIST, KIND_ENSURE)},
    {"a list of three in chunks", FRAMING_CHUNKED, "200 OK", "[" OTHER ", " HEALTHY_BODY ", " OTHER "]", LSEXPORT_OK,
     FOR(KIND_LIST, KIND_ENSURE)},
    {"a list of three until the end", FRAMING_CLOSED, "200 OK", "[" OTHER "," HEALTHY_BODY "," OTHER "]\n", LSEXPORT_OK,
     FOR(KIND_LIST, KIND_ENSURE)},
    {"one", FRAMING_COUNTED, "200 OK", HEALTHY_BODY, LSEXPORT_OK, ONE_CALLS},
    {"one in chunks", FRAMING_CHUNKED, "201 Created", HEALTHY_BODY, LSEXPORT_OK, ONE_CALLS},
    {"one until the end", FRAMING_CLOSED, "200 OK", HEALTHY_BODY "\r\n", LSEXPORT_OK, ONE_CALLS},
    {"nothing", FRAMING_BARE, "204 No Content", "", LSEXPORT_OK, FOR(KIND_DELETE)},
    {"a body for a delete", FRAMING_COUNTED, "200 OK", "{\"deleted\":true}", LSEXPORT_OK, FOR(KIND_DELETE)},
    {"a body in chunks for a delete", FRAMING_CHUNKED, "200 OK", "{\"deleted\":true}", LSEXPORT_OK, FOR(KIND_DELETE)},
    {"fields", FRAMING_COUNTED, "422 Unprocessable Entity", FIELDS, LSEXPORT_ERR_VALIDATION, ALL_CALLS},
    {"the bucket's refusal in chunks", FRAMING_CHUNKED, "400 Bad Request", STORAGE_REFUSAL, LSEXPORT_ERR_ACCESS_DENIED,
     FOR(KIND_CREATE, KIND_PATCH)},
    {"the bucket's refusal until the end", FRAMING_CLOSED, "400 Bad Request", STORAGE_REFUSAL,
     LSEXPORT_ERR_ACCESS_DENIED, FOR(KIND_CREATE)},
};

static struct answer answers[COUNT(recipes)];

static void add(struct answer *answer, const char *bytes, size_t length) {
  if (answer->length + length >= sizeof answer->bytes) abort();
  memcpy(answer->bytes + answer->length, bytes, length);
  answer->length += length;
}

static void add_text(struct answer *answer, const char *text) { add(answer, text, strlen(text)); }

static void add_head(struct answer *answer, const struct recipe *recipe) {
  char line[64];
  add_text(answer, "HTTP/1.1 ");
  add_text(answer, recipe->status_line);
  add_text(answer, "\r\nDate: Tue, 24 Nov 2026 06:00:01 GMT\r\nX-Request-Id: sweep\r\n");
  if (recipe->framing != FRAMING_BARE) add_text(answer, "Content-Type: application/json\r\n");
  snprintf(line, sizeof line, "Content-Length: %zu\r\n", strlen(recipe->body));
  if (recipe->framing == FRAMING_COUNTED) add_text(answer, line);
  if (recipe->framing == FRAMING_CHUNKED) add_text(answer, "Transfer-Encoding: chunked\r\n");
  if (recipe->framing == FRAMING_CLOSED) add_text(answer, "Connection: close\r\n");
  add_text(answer, "\r\n");
  answer->head_length = answer->length;
}

static void add_chunks(struct answer *answer, const char *body) {
  char line[32];
  for (size_t left = strlen(body), length; left; left -= length, body += length) {
    length = left < CHUNK ? left : CHUNK;
    snprintf(line, sizeof line, "%zx\r\n", length);
    add_text(answer, line);
    add(answer, body, length);
    add_text(answer, "\r\n");
  }
  add_text(answer, "0\r\n\r\n");
}

static void build(struct answer *answer, const struct recipe *recipe) {
  answer->name = recipe->name;
  answer->framing = recipe->framing;
  answer->http_status = atoi(recipe->status_line);
  answer->status = recipe->status;
  memcpy(answer->kinds, recipe->kinds, sizeof answer->kinds);
  answer->kind_count = recipe->kind_count;
  add_head(answer, recipe);
  if (recipe->framing == FRAMING_CHUNKED)
    add_chunks(answer, recipe->body);
  else
    add_text(answer, recipe->body);
  answer->whole_length = answer->length;
  if (recipe->framing == FRAMING_CLOSED)
    while (strchr(" \r\n", answer->bytes[answer->whole_length - 1])) answer->whole_length--;
  answer->least_length = answer->whole_length - (recipe->framing == FRAMING_CHUNKED);
}

const struct answer *corpus(size_t *count_out) {
  if (!answers[0].length)
    for (size_t i = 0; i < COUNT(recipes); i++) build(&answers[i], &recipes[i]);
  *count_out = COUNT(answers);
  return answers;
}
