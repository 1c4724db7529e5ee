/* SPDX-License-Identifier: MIT */
/* Faults as a table: what the server does on the first connection, and what each of the four calls must make of it. Every
 * row is run for GET, POST (create), PATCH and DELETE; with one attempt, where the error is looked at, and with two,
 * where the second connection is healthy: then the call succeeds if, and only if, it may be repeated. */
#ifndef LSX_TESTS_FAULT_CASE_H
#define LSX_TESTS_FAULT_CASE_H

#include "caller.h"

/* Where a row happens. */
enum place {
  PLACE_LISTENER, /* a scripted server */
  PLACE_REFUSED,  /* a port where nobody listens */
  PLACE_SILENT    /* a port that drops every SYN */
};

enum {
  ONLY_GET = 1 << KIND_GET,
  ONLY_CREATE = 1 << KIND_CREATE,
  ONLY_PATCH = 1 << KIND_PATCH,
  ONLY_DELETE = 1 << KIND_DELETE
};

struct fault_case {
  const char *name;
  const struct step *script;
  enum place place;
  enum identity identity; /* of a case about TLS; else the row is run plain, and over good TLS */
  enum tls_limit tls_limit;
  bool raw;          /* the script makes its handshakes itself */
  bool https;        /* the caller says https though the listener has no identity */
  bool http;         /* the caller says http though it has one */
  bool plain_only;   /* TLS makes another case of it */
  unsigned only;     /* ONLY_*; 0: all four */
  bool hopeless;     /* further connections are no better */
  bool stalls;       /* the deadline ends it */
  bool stalls_early; /* the connect timeout ends it */
  bool floods;       /* both sides work as hard as they can: no other such row beside it */
  const struct option *options;
  /* What must come of it. */
  lsexport_status status;
  lsexport_status tls_status; /* over TLS, where that is another one; OK: the same */
  int32_t cause;
  int http_status;
  bool transient;       /* the same call may help: retryable, where nothing can be doubled */
  bool never_repeated;  /* though transient */
  int32_t wait_ms;      /* what the answer asks for before it is repeated */
  bool unsent;          /* no byte of a request leaves */
  bool unseen;          /* it leaves, but the server cannot read it */
  int32_t applied;      /* of a write */
  bool fine_for_delete; /* whatever the body holds */
};

/* ---- how rows end, in one word ---- */

#define MEANS(status_name, cause_name) .status = LSEXPORT_ERR_##status_name, .cause = LSEXPORT_CAUSE_##cause_name
#define IS_FINE .status = LSEXPORT_OK
/* No byte of a request left. */
#define IS_UNSENT(status_name, cause_name) \
  MEANS(status_name, cause_name), .unsent = true, .transient = true, .applied = LSEXPORT_APPLIED_NO
#define IS_DISTRUSTED(cause_name) MEANS(TLS, cause_name), .unsent = true, .applied = LSEXPORT_APPLIED_NO
/* The request left; the answer did not come whole. */
#define IS_LOST MEANS(CONNECTION_LOST, NONE), .transient = true, .applied = LSEXPORT_APPLIED_UNKNOWN
#define IS_LATE MEANS(TIMEOUT, NONE), .transient = true, .stalls = true, .applied = LSEXPORT_APPLIED_UNKNOWN
/* It came, and is none. */
#define IS_BROKEN MEANS(PROTOCOL, NONE), .applied = LSEXPORT_APPLIED_UNKNOWN
#define IS_UNREADABLE(cause_name) \
  MEANS(PROTOCOL, cause_name), .applied = LSEXPORT_APPLIED_UNKNOWN, .fine_for_delete = true
#define IS_TOO_LARGE MEANS(TOO_LARGE, NONE), .applied = LSEXPORT_APPLIED_UNKNOWN
/* LangSmith said no: nothing was applied. */
#define IS_REFUSED(http, status_name, cause_name) \
  MEANS(status_name, cause_name), .http_status = (http), .applied = LSEXPORT_APPLIED_NO
/* LangSmith failed: who knows. */
#define IS_FAILED(http, status_name, cause_name) \
  MEANS(status_name, cause_name), .http_status = (http), .transient = true, .applied = LSEXPORT_APPLIED_UNKNOWN

/* Runs all rows on several threads; complains of what is not as it must be. Over good TLS too when tls. */
void fault_cases_run(const struct fault_case *cases, size_t count, bool tls);

#endif
