/* SPDX-License-Identifier: MIT */
/* What the files of the libcurl transport share. */
#ifndef LSX_NET_TRANSPORT_CURL_H
#define LSX_NET_TRANSPORT_CURL_H

#include "net/poller.h"
#include "net/transport.h"

#include <curl/curl.h>

/* A socket that libcurl has from us. */
struct own_socket {
  bool open;
  bool in, out; /* what it is watched for */
  bool idle;    /* libcurl does not ask for it any more; but as a rule it does again, at once */
  int port;     /* its local one, by which libcurl names a connection before a request goes out; 0: not asked yet */
};
#define SOCKET_HINTS 1024

struct transport {
  CURLM *multi;
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
  int64_t timer_ms;  /* when libcurl wants to be called; INT64_MAX: not at all */
  int64_t called_ms; /* when all that connect were looked at last */
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
  bool begun;
  bool went_out;
  enum unsent unsent;
  char detail[CURL_ERROR_SIZE];
  struct attempt *next;
};

/* ---- sockets (transport_curl_sockets.c): callbacks of libcurl's, with the transport as userdata ---- */

curl_socket_t sockets_open(void *userdata, curlsocktype purpose, struct curl_sockaddr *address);
int sockets_close(void *userdata, curl_socket_t descriptor);
int sockets_watch(CURL *easy, curl_socket_t descriptor, int what, void *userdata, void *known);
/* The one with that local port; -1: none. */
int sockets_find(struct transport *transport, int port);
/* An idle one has spoken, or ended: it is watched no more. False when it is not idle. */
bool sockets_drop_idle(struct transport *transport, int descriptor);

/* ---- outcomes (transport_curl_outcome.c) ---- */

/* How far it came: sent and duration_us of the exchange. */
void attempt_read_progress(struct attempt *attempt);
/* Ends the exchange with what libcurl made of it. */
void attempt_read_outcome(struct attempt *attempt, CURLcode code);

#endif
