/* SPDX-License-Identifier: MIT */
/* From what was seen to what it means: one table for LangSmith's answers, the bucket's, and the network's. */
#ifndef LSX_ERROR_CLASSIFY_H
#define LSX_ERROR_CLASSIFY_H

#include <lsexport/error.h>

#include <stdbool.h>

enum peer { PEER_LANGSMITH, PEER_STORAGE, PEER_TRANSPORT };

/* How a transfer can fail before there is an HTTP answer. */
enum transfer {
  TRANSFER_DONE, /* a whole HTTP answer */
  TRANSFER_DNS,
  TRANSFER_CONNECT_REFUSED,
  TRANSFER_CONNECT_TIMEOUT, /* TCP or TLS not finished in time */
  TRANSFER_TLS,             /* no handshake, for another reason than those below */
  TRANSFER_TLS_VERSION,
  TRANSFER_TLS_PLAINTEXT,
  TRANSFER_TLS_FILES,
  TRANSFER_CERTIFICATE_EXPIRED,
  TRANSFER_CERTIFICATE_WRONG_HOST,
  TRANSFER_CERTIFICATE_UNTRUSTED,
  TRANSFER_PROXY,
  TRANSFER_LOST,   /* cut or reset, in the handshake too */
  TRANSFER_BROKEN, /* bytes that are no HTTP */
  TRANSFER_SILENT, /* asked, and not answered within the time that it had */
  TRANSFER_TOO_LARGE,
  TRANSFER_NO_MEMORY,
  TRANSFER_INTERNAL
};

/* What was seen. Text is matched as a part, ignoring case; absent is NULL or 0. Of the bucket, seen through LangSmith:
 * what storage_text_read found, its message as text; never LangSmith's own HTTP status. Of LangSmith: its detail, or
 * the first bytes of a body that is no JSON. */
struct evidence {
  enum peer peer;
  const char *code; /* the peer's own error code */
  const char *text;
  int http_status;
  enum transfer transfer;
};

/* What it means. Static. */
struct verdict {
  lsexport_status status;
  int32_t cause;
  int32_t side;
  bool transient;           /* the same call may succeed later, unchanged */
  const char *storage_code; /* the code that this text stands for; NULL when unknown */
  const char *remedy;
  const char *documentation_url; /* "" when LangSmith does not document it */
};

/* Never fails: the least it says is the status's own row. A narrow row that fits comes first; then a known code, then a
 * known text, then the transfer and the HTTP status. */
struct verdict classify(const struct evidence *evidence);

/* status.def, for those without evidence. */
struct verdict classify_status(lsexport_status status);

/* A row of a peer's table; also for the documentation and the tests. The first that fits counts. */
struct class_row {
  const char *code;
  const char *text;
  int http_status; /* one of 1 to 5: that whole hundred */
  enum transfer transfer;
  bool narrow; /* all keys must fit, but no code was seen is no hindrance: s3fs loses it. Else any one key is enough. */
  lsexport_status status;
  int32_t cause;
  const char *remedy; /* NULL: the status's own */
};

struct class_table {
  const struct class_row *rows;
  size_t count;
  struct class_row silent; /* when the peer said nothing at all */
  struct class_row other;  /* when no row fits what it said */
};

extern const struct class_table class_langsmith, class_storage, class_transport;
const struct class_table *class_table_of(enum peer peer);

#endif
