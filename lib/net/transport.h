/* SPDX-License-Identifier: MIT */
/* One attempt: a request that goes out, and what came back. The engine knows nothing else of the network, so that a
 * test can put a scripted one in its place. */
#ifndef LSX_NET_TRANSPORT_H
#define LSX_NET_TRANSPORT_H

#include "base/buf.h"
#include "error/classify.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum method { METHOD_GET, METHOD_POST, METHOD_PATCH, METHOD_DELETE, METHOD_PUT, METHOD_HEAD };
const char *method_name(enum method method);

#define RESPONSE_HEADER_MAX 512 /* bytes kept of a header's value */
#define TRANSFER_DETAIL_MAX 256
#define TRACE_ADDRESS_MAX 46 /* an IPv6 address as text */

/* What an attempt shows of its way, for who asks. */
struct trace {
  enum transfer transfer;                /* how the last one ended */
  bool sent;                             /* a byte of its request may have left */
  int64_t lookup_us, connect_us, tls_us; /* when each was over, since the attempt began; 0: it was not reached */
  char address[TRACE_ADDRESS_MAX];       /* that it connected to; "" */
  /* Called for each line of the answer's head; a status line begins anew. */
  void (*take_line)(struct trace *trace, const char *line, size_t length);
};

struct request {
  enum method method;
  char *url;
  const char *const *headers; /* "Name: value", or "Name:" for one that shall not be sent; borrowed */
  size_t header_count;
  char *body; /* NULL: none; may hold secrets */
  size_t body_length;
  bool own_connection; /* a new one: nothing of it may be sent again by whatever lies below */
  bool elsewhere;      /* not to LangSmith: plain http too, none of its client certificate, and the URL byte for byte */
  size_t response_max;
  struct trace *trace; /* NULL: nobody asks */
};

struct response {
  int http_status;
  struct buf body;
  bool begun;             /* what follows has been written */
  bool length_known;      /* Content-Length or chunked: the transport has checked that it is whole */
  int64_t retry_after_ms; /* the longest of several; -1 without */
  char content_type[RESPONSE_HEADER_MAX];
  char content_encoding[RESPONSE_HEADER_MAX];
  char location[RESPONSE_HEADER_MAX];
  char request_id[RESPONSE_HEADER_MAX];
};

/* One attempt. The caller owns it and keeps it until it is done or aborted. */
struct exchange {
  const struct request *request;
  enum transfer transfer;
  bool sent;   /* a byte of the request may have left */
  bool reused; /* on a connection that served before */
  bool done;
  int64_t duration_us;
  void (*ended)(void *context); /* called when it is done, by whatever made it so; NULL: nobody asks */
  void *context;
  void *attempt;                    /* the transport's own */
  char detail[TRANSFER_DETAIL_MAX]; /* the network's own words; unwashed */
  struct response response;
};
/* Readies it for an attempt; keeps ended, context and the response's memory. */
void exchange_begin(struct exchange *exchange, const struct request *request);
/* The transport has nothing more to do with it. */
void exchange_end(struct exchange *exchange);

struct transport_settings {
  const char *user_agent;
  const char *ca_file; /* NULL: the system's */
  const char *proxy;   /* "none", "environment" or a URL without user */
  const char *proxy_username;
  const char *proxy_password;
  const char *client_certificate;
  const char *client_key;
  const char *client_key_password;
  int64_t connect_timeout_ms;
  int64_t connections_max;      /* that a pollable one keeps when they are idle */
  int64_t host_connections_max; /* of a pollable one; 0: no limit */
  bool allow_http;
};

struct transport;

struct transport_ops {
  /* NULL without memory, or, when it shall be pollable, without descriptors. settings outlive it. */
  struct transport *(*open)(void *context, const struct transport_settings *settings, bool pollable);
  /* False without memory. The exchange is done when wait or start says so in exchange->done. */
  bool (*start)(struct transport *transport, struct exchange *exchange);
  /* Ends an exchange that is not done; sent is set. */
  void (*abort)(struct transport *transport, struct exchange *exchange);
  /* Waits until something happened, milliseconds passed, or the descriptor (-1: none) is readable. False when nothing
   * happened. */
  bool (*wait)(struct transport *transport, int64_t milliseconds, int descriptor);
  void (*close)(struct transport *transport);
  /* After a fork: gives memory back, touches no socket. */
  void (*abandon)(struct transport *transport);

  /* Of a pollable one: the descriptor behind which it has all of its own, and those that it is told to watch. */
  int (*descriptor)(const struct transport *transport);
  /* False when the system has no memory for it. */
  bool (*watch)(struct transport *transport, int descriptor);
  void (*forget)(struct transport *transport, int descriptor);
  /* Makes the descriptor readable at that time, or when the transport itself has to go on. */
  void (*arm)(struct transport *transport, int64_t at_ms);
};

/* Now, random and the wire, as one parameter: a test replays years from a seed. */
struct world {
  const struct transport_ops *transport;
  int64_t (*now_ms)(void *context); /* monotonic */
  int64_t (*unix_s)(void *context); /* for Retry-After as a date, and for log lines */
  uint64_t (*random)(void *context);
  void *context;
};
/* libcurl, the system's clocks, the system's random. */
extern const struct world world_real;

/* What of a header line is kept; called for each, status lines included. unix_s is for dates. */
void response_take_header(struct response *response, const char *line, size_t length, int64_t unix_s);
/* The value of the header that the line is, trimmed, and cut to what fits. */
void header_read_value(const char *line, size_t length, size_t name_length, char *value_out, size_t size);
/* Readies it for an attempt; keeps memory. */
void response_begin(struct response *response, size_t maximum);
/* Wipes what the server said: a secret may have come back. */
void response_free(struct response *response);
void request_free(struct request *request);

#endif
