/* SPDX-License-Identifier: MIT */
/* Calls through the public API, as a program would make them, with canaries for secrets. Whatever comes back (errors,
 * log lines, destinations' ids) is searched for them on the way. */
#ifndef LSX_TESTS_CALLER_H
#define LSX_TESTS_CALLER_H

#include "canary.h"
#include "server.h"

#include <lsexport/lsexport.h>

#include <stdbool.h>
#include <stdint.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))

enum kind { KIND_GET, KIND_CREATE, KIND_PATCH, KIND_DELETE, KIND_LIST, KIND_ENSURE, KIND_COUNT };
#define FOUR_KINDS 4 /* the first four: one request each */
const char *kind_name(enum kind kind);
const char *kind_method(enum kind kind);
bool kind_writes(enum kind kind);

struct option {
  const char *key;
  const char *value;
};
#define OPTIONS(...) ((const struct option[]){__VA_ARGS__, {NULL, NULL}})

/* A client that must come into being. options may be NULL; ca_file and deadlines are set for it. */
lsexport_client *caller_client(const char *api_root, const struct option *options);
struct listener {
  lsexport_log_fn log;
  uintptr_t userdata;
};
/* The same; the listener, which outlives it, hears each line after it was searched. */
lsexport_client *caller_client_logging(const char *api_root, const struct option *options,
                                       const struct listener *listener);
/* Ends it, in place of lsexport_client_free. */
void caller_free(lsexport_client *client);
/* One that may not; its status. */
lsexport_status caller_try_client(const char *api_root, const struct option *options, lsexport_client **client_out,
                                  lsexport_error **error_out);

lsexport_credentials *caller_credentials(void);
/* What HEALTHY_BODY answers to. */
lsexport_destination_spec *caller_spec(void);
/* A spec whose body is larger than what a server with a small receive_buffer takes unread. */
lsexport_destination_spec *caller_large_spec(void);

struct outcome {
  lsexport_status status;
  lsexport_error *error;
  lsexport_destination *destination;
  lsexport_destinations *list;
  lsexport_completions *completions; /* that own these three; NULL: they own themselves */
  int64_t took_us;
};

/* Makes the call. call may be NULL. */
struct outcome caller_call(lsexport_client *client, enum kind kind, const lsexport_call *call);
struct outcome caller_create(lsexport_client *client, const lsexport_destination_spec *spec, const lsexport_call *call);
void outcome_free(struct outcome *outcome);
/* "CONNECTION_LOST, cause NONE, ...": for complaints. Valid until the thread's next call of it. */
const char *outcome_text(const struct outcome *outcome);
/* Complains unless the status is this one. */
void expect_status(const struct outcome *outcome, lsexport_status status, const char *where);
/* Complains unless condition, with the outcome behind it. */
#define EXPECT(condition, outcome, where) \
  ((condition) ? (void)0 : complain("%s: not so: %s\n  %s", where, #condition, outcome_text(outcome)))

/* Ends the server once all clients are freed, and complains of a connection that was left open. */
void caller_finish(struct server *server, const char *where);

/* ---- a program of tests ---- */

#include <check.h>

/* Certificates, SIGPIPE at its default, and the pace of this run. */
void faults_begin(void);
TCase *faults_case(Suite *suite, const char *name);
/* Runs the suite; what main returns. */
int faults_end(Suite *suite);

#endif
