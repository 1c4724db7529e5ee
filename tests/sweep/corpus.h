/* SPDX-License-Identifier: MIT */
/* Answers to be cut at every byte, for each call that can get them. */
#ifndef LSX_TESTS_CORPUS_H
#define LSX_TESTS_CORPUS_H

#include "caller.h"

#include <stdbool.h>
#include <stddef.h>

#define ANSWER_MAX 4096

/* How an answer says where it ends. */
enum framing {
  FRAMING_COUNTED, /* Content-Length */
  FRAMING_CHUNKED,
  FRAMING_CLOSED, /* the end of the connection */
  FRAMING_BARE    /* no body: 204 */
};

struct answer {
  const char *name;
  enum framing framing;
  int http_status;
  lsexport_status status; /* when it came whole */
  enum kind kinds[KIND_COUNT];
  size_t kind_count;
  char bytes[ANSWER_MAX];
  size_t length;
  size_t head_length;  /* with the blank line */
  size_t whole_length; /* from so many bytes on, nothing says that it is cut */
  size_t least_length; /* from so many on, it may pass for whole: behind the last chunk, only a line feed is missing */
};

/* Built at the first call, which must not race. */
const struct answer *corpus(size_t *count_out);
#endif
