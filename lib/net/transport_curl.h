/* SPDX-License-Identifier: MIT */
/* What the files of the libcurl transport share. */
#ifndef LSX_NET_TRANSPORT_CURL_H
#define LSX_NET_TRANSPORT_CURL_H

#include "net/poller.h"
#include "net/transport.h"

#include <curl/curl.h>

struct open_socket { /* and its local port, by which libcurl names a connection before a request goes out on it */
  int descriptor;
  int port; /* 0: not asked yet */
};

struct transport {
  CURLM *multi;
  const struct transport_settings *settings;
  const char *ca_file;
  struct attempt *idle; /* configured handles that wait for work */
  struct open_socket *sockets;
  size_t socket_count;
  size_t socket_capacity;
  size_t connecting; /* attempts that have no connection yet */
  bool no_memory;    /* for a socket: libcurl calls that a failure to connect */
  bool pollable;     /* what follows is in use */
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
  CURLU *url;
  char *origin;               /* scheme, host and port of url; NULL: it has none yet */
  struct curl_slist *headers; /* of the request made last */
  size_t body_sent;
  bool head_whole; /* the blank line behind the headers was seen */
  bool interim;    /* the head that is being read is a 1xx's: another follows */
  bool begun;
  bool went_out;
  enum unsent unsent;
  char detail[CURL_ERROR_SIZE];
  struct attempt *next;
};

/* How far it came: sent and duration_us of the exchange. */
void attempt_read_progress(struct attempt *attempt);
/* Ends the exchange with what libcurl made of it. */
void attempt_read_outcome(struct attempt *attempt, CURLcode code);

#endif
