/* SPDX-License-Identifier: MIT */
/* A server on 127.0.0.1 that does what scripts say, and records what it saw. There is no HTTP library behind it: what it
 * knows of HTTP is where a head ends and what Content-Length says.
 *
 * Connection n follows script n. Without one, and beyond the last, connections are healthy: each request is answered with 200 and
 * HEALTHY_BODY, so that a request that should not have been made is seen, and does not hang the test. */
#ifndef LSX_TESTS_SERVER_H
#define LSX_TESTS_SERVER_H

#include "certificates.h"
#include "script.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What every test's destination is. */
#define DESTINATION_ID "0a91a355-8a88-422c-9546-72c183b95b51"
#define DISPLAY_NAME "fault server"
#define DESTINATION_OF(id, name)                                                                                       \
  "{\"destination_type\":\"s3\",\"display_name\":\"" name                                                              \
  "\",\"config\":{\"endpoint_url\":null,\"prefix\":\"exports\","                                                       \
  "\"bucket_name\":\"bucket\",\"region\":\"us-east-1\",\"s3_additional_kwargs\":null,\"config_kwargs_s3\":null,"       \
  "\"include_bucket_in_prefix\":true,\"aws_role_arn\":null},\"id\":\"" id                                              \
  "\",\"tenant_id\":\"4bf41bb8-1111-4222-8333-944444444444\",\"created_at\":\"2026-11-24T06:00:01.000000+00:00\","     \
  "\"updated_at\":\"2026-11-24T06:00:01.000000+00:00\",\"credentials_keys\":[\"access_key_id\",\"secret_access_key\"]" \
  "}"
#define HEALTHY_BODY DESTINATION_OF(DESTINATION_ID, DISPLAY_NAME)
#define JSON_TYPE "Content-Type: application/json\r\n"

struct server_plan {
  enum identity identity; /* IDENTITY_NONE: plain; else TLS with this certificate */
  enum tls_limit tls_limit;
  bool raw;           /* scripts make their handshakes themselves; healthy connections make them anyway */
  int receive_buffer; /* bytes the kernel takes before a script receives; 0: its own choice */
  bool at_ipv6;       /* on ::1 */
  int port;           /* 0: any */
  size_t script_count;
  const struct step *const *scripts;
};

/* One request, as it came. */
struct seen {
  int connection; /* from 0 */
  int number;     /* on that connection, from 0 */
  char method[16];
  char path[512];
  char *head; /* NUL-terminated */
  size_t head_length;
  char *body;
  size_t body_length;
  bool whole; /* all of the body that was announced */
};

struct server;

/* Listens when it returns. The scripts are borrowed, the array of them is not. */
struct server *server_start(const struct server_plan *plan);
/* The same with one script, plain or TLS. */
struct server *server_start_one(enum identity identity, const struct step *script);
int server_port(const struct server *server);
/* "http://127.0.0.1:PORT", or https; lives as long as the server. */
const char *server_root(const struct server *server);

/* A script has told; false when it did not within the time that anything may take. */
bool server_await(struct server *server, unsigned signal);
/* Lets scripts that await the signal go on; sticky. */
void server_go(struct server *server, unsigned signal);

/* Lets go of what stalls, receives what is still under way, closes everything. To be called once, when no client has a
 * connection to it any more; what was seen is final then. */
void server_finish(struct server *server);
void server_free(struct server *server);

/* ---- what it saw: final after server_finish, a glimpse before ---- */

int server_connections(struct server *server);
/* method: NULL for any. A head that did not come whole counts where its method did. */
int server_requests(struct server *server, const char *method);
/* NULL past the end; lives as long as the server. */
const struct seen *server_request(struct server *server, int index);
int server_commits(struct server *server);
uint64_t server_bytes_sent(struct server *server);
/* A connection was still open long after the server was finished: somebody leaks it. */
bool server_was_left_open(struct server *server);

/* ---- ports where nobody answers ---- */

struct dead_port {
  int port;
  int sockets[4];
};
/* Refuses connections. */
void dead_port_refusing(struct dead_port *dead);
/* Lets them wait for ever: its queue is full. at_ipv6: on ::1; port 0: any. */
void dead_port_silent(struct dead_port *dead, bool at_ipv6, int port);
void dead_port_close(struct dead_port *dead);

#endif
