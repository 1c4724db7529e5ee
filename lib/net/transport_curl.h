/* SPDX-License-Identifier: MIT */
/* What the files of the libcurl transport share. */
#ifndef LSX_NET_TRANSPORT_CURL_H
#define LSX_NET_TRANSPORT_CURL_H

#include "net/poller.h"
#include "net/transport.h"

#include <curl/curl.h>

/* One multi handle and its connections. libcurl walks along all connections of a multi handle whenever a transfer begins or
 * ends, so many at once are spread over several; a transfer goes to the first that has room. */
struct shard {
  CURLM *multi; /* NULL: not in use, which the first always is */
  struct transport *transport;
  size_t under_way; /* transfers */
  size_t watched;   /* connections, idle ones too, that have not ended */
  int64_t timer_ms; /* when libcurl wants to be called; INT64_MAX: not at all */
};
#define SHARD_TRANSFERS_MAX 64

/* A socket that libcurl has from us. */
struct own_socket {
  bool open;
  bool in, out; /* what it is watched for */
  bool idle;    /* libcurl does not ask for it any more; but as a rule it does again, at once */
  int port;     /* its local one, by which libcurl names a connection before a request goes out; 0: not asked yet */
  struct shard *shard; /* NULL: not watched yet */
};
#define SOCKET_HINTS 1024

struct transport {
  const struct transport_settings *settings;
  const char *ca_file;
  struct attempt *idle[2];    /* configured handles that wait for work: for LangSmith, and for elsewhere */
  struct own_socket *sockets; /* by descriptor */
  size_t socket_capacity;
  int hints[SOCKET_HINTS]; /* where a port may be found */
  size_t connecting;       /* attempts that have no connection yet */
  bool no_memory;          /* for a socket: libcurl calls that a failure to connect */
  bool pollable;           /* what follows is in use */
  struct poller poller;
  int64_t called_ms;  /* when all that connect were looked at last */
  size_t shard_count; /* 1 unless it is pollable */
  size_t shard_max;   /* transfers of one */
  struct shard shards[];
};

/* Why a request was held back though there was a connection. */
enum unsent {
  UNSENT_NOT,
  UNSENT_STALE, /* the idle connection had bytes, or its end, waiting */
  UNSENT_EARLY, /* a new one had an answer before the question */
  UNSENT_GONE,  /* a new one was closed or reset already */
  UNSENT_AGAIN  /* it went out before, and libcurl would send it a second time by itself */
};

struct attempt {
  CURL *easy;
  struct transport *transport;
  struct shard *shard; /* where it is under way; NULL: it is not */
  struct exchange *exchange;
  bool elsewhere;
  CURLU *url;                 /* LangSmith's */
  char *origin;               /* scheme, host and port of url; NULL: it has none yet */
  struct curl_slist *headers; /* of the request made last, as what follows */
  const char *method;         /* by name; NULL: libcurl's own */
  bool own_connection;
  size_t response_max;
  size_t body_sent;
  bool head_whole; /* the blank line behind the headers was seen */
  bool interim;    /* the head that is being read is a 1xx's: another follows */
  bool went_out;
  enum unsent unsent;
  char detail[CURL_ERROR_SIZE];
  struct attempt *next;
};

/* ---- shards (transport_curl_shards.c) ---- */

/* How many a transport needs. */
size_t shards_needed(const struct transport_settings *settings, bool pollable);
/* Opens the first; false: no memory. */
bool shards_begin(struct transport *transport);
/* For one more transfer. */
struct shard *shards_take(struct transport *transport);
/* The next one in use; NULL: no more. */
struct shard *shards_next(struct transport *transport, struct shard *shard);
/* Closes those that have neither transfers nor connections any more. */
void shards_tidy(struct transport *transport);
void shards_close(struct transport *transport);

/* ---- sockets (transport_curl_sockets.c): callbacks of libcurl's, with the transport as userdata, or the shard ---- */

curl_socket_t sockets_open(void *userdata, curlsocktype purpose, struct curl_sockaddr *address);
int sockets_close(void *userdata, curl_socket_t descriptor);
int sockets_watch(CURL *easy, curl_socket_t descriptor, int what, void *userdata, void *known);
/* The one with that local port; -1: none. */
int sockets_find(struct transport *transport, int port);
/* Whose it is; NULL: it is not one of ours. */
struct shard *sockets_shard(const struct transport *transport, int descriptor);
/* An idle one has spoken, or ended: it is watched no more. False when it is not idle. */
bool sockets_drop_idle(struct transport *transport, int descriptor);

/* ---- outcomes (transport_curl_outcome.c) ---- */

/* How far it came: sent and duration_us of the exchange. */
void attempt_read_progress(struct attempt *attempt);
/* Ends the exchange with what libcurl made of it. */
void attempt_read_outcome(struct attempt *attempt, CURLcode code);

#endif
