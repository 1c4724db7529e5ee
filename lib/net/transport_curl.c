/* SPDX-License-Identifier: MIT */
/* The wire, by libcurl. One transport is for one thread at a time. */
#include "net/transport_curl.h"
#include "base/mem.h"
#include "base/text.h"
#include "net/tls_session.h"
#include "net/world.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define POLL_MAX_MS 60000
#define POLL_CONNECTING_MS 200 /* libcurl 7.88 sets no timer for its next address when one refuses */

/* What libcurl was built with may not exist where it runs. */
static const char *system_ca_file(void) {
  static const char *const known[] = {"/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt",
                                      "/etc/ssl/ca-bundle.pem", "/etc/ssl/cert.pem"};
  const curl_version_info_data *info = curl_version_info(CURLVERSION_NOW);
  if (info->age >= CURLVERSION_SEVENTH && info->cainfo && access(info->cainfo, R_OK) == 0) return info->cainfo;
  for (size_t i = 0; i < sizeof known / sizeof *known; i++)
    if (access(known[i], R_OK) == 0) return known[i];
  return info->age >= CURLVERSION_SEVENTH ? info->cainfo : NULL;
}

/* ---- is somebody talking before we asked? ---- */

enum input { INPUT_NONE, INPUT_BYTES, INPUT_END };

static enum input look_at_input(struct transport *transport, int port) {
  char byte;
  int descriptor = sockets_find(transport, port);
  if (descriptor < 0) return INPUT_NONE;
  ssize_t got = recv(descriptor, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  if (got > 0) return INPUT_BYTES;
  return got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK) ? INPUT_NONE : INPUT_END;
}

/* OpenSSL's object of the connection; NULL where there is none. */
static void *tls_of(CURL *easy) {
  struct curl_tlssessioninfo *session = NULL;
  if (curl_easy_getinfo(easy, CURLINFO_TLS_SSL_PTR, &session) != CURLE_OK || !session) return NULL;
  return session->backend == CURLSSLBACKEND_OPENSSL ? session->internals : NULL;
}

/* Just before the request goes out. Bytes that wait on an idle connection would become this call's answer; on a new one
 * over TLS they are the handshake's own. When a connection dies without an answer, libcurl would send again on another:
 * that is for the engine to decide. */
/* NOLINTNEXTLINE(readability-non-const-parameter): libcurl sets the signature */
static int before_request(void *userdata, char *peer_address, char *own_address, int peer_port, int own_port) {
  struct attempt *attempt = userdata;
  long connects = 0;
  (void)peer_address, (void)own_address, (void)peer_port;
  if (attempt->went_out) {
    attempt->unsent = UNSENT_AGAIN;
    return CURL_PREREQFUNC_ABORT;
  }
  curl_easy_getinfo(attempt->easy, CURLINFO_NUM_CONNECTS, &connects);
  bool tls = text_begins_ignoring_case(attempt->exchange->request->url, "https:");
  attempt->exchange->reused = connects == 0;
  enum input input = connects && tls ? INPUT_NONE : look_at_input(attempt->transport, own_port);
  if (!connects && tls && tls_has_pending(tls_of(attempt->easy))) input = INPUT_BYTES;
  if (connects && tls) tls_wipe_what_is_read(tls_of(attempt->easy));
  attempt->went_out = input == INPUT_NONE;
  if (attempt->went_out) {
    attempt->transport->connecting--;
    return CURL_PREREQFUNC_OK;
  }
  attempt->unsent = connects == 0 ? UNSENT_STALE : input == INPUT_BYTES ? UNSENT_EARLY : UNSENT_GONE;
  return CURL_PREREQFUNC_ABORT;
}

/* ---- bytes in and out ---- */

/* Of a POST that must go out once: there is no way to rewind, so libcurl cannot send it twice by itself. */
static size_t read_body(char *to, size_t size, size_t count, void *userdata) {
  struct attempt *attempt = userdata;
  const struct request *request = attempt->exchange->request;
  size_t length = request->body_length - attempt->body_sent;
  if (length > size * count) length = size * count;
  if (length) memcpy(to, request->body + attempt->body_sent, length);
  attempt->body_sent += length;
  return length;
}

static size_t write_body(char *bytes, size_t size, size_t count, void *userdata) {
  struct attempt *attempt = userdata;
  buf_add(&attempt->exchange->response.body, bytes, size * count);
  return attempt->exchange->response.body.failure ? 0 : size * count;
}

static size_t take_header(char *line, size_t size, size_t count, void *userdata) {
  struct attempt *attempt = userdata;
  struct response *response = &attempt->exchange->response;
  size_t length = size * count;
  if (attempt->head_whole || !length) return length; /* what follows a body is no head */
  if (length >= 5 && memcmp(line, "HTTP/", 5) == 0) {
    const char *status = memchr(line, ' ', length - 1);
    response_begin(response, attempt->exchange->request->response_max);
    attempt->interim = status && status[1] == '1';
  }
  if (*line == '\r' || *line == '\n') attempt->head_whole = !attempt->interim;
  response_take_header(response, line, length, world_unix_s(NULL));
  struct trace *trace = attempt->exchange->request->trace;
  if (trace) trace->take_line(trace, line, length);
  return length;
}

/* ---- handles ---- */

static void note(bool *failed, CURLcode code) { *failed = *failed || code != CURLE_OK; }
#define SET(option, value) note(&failed, curl_easy_setopt(easy, option, value))

static bool configure_trust(CURL *easy, const struct transport *transport, bool elsewhere) {
  const struct transport_settings *settings = transport->settings;
  bool failed = false;
  SET(CURLOPT_SSL_VERIFYPEER, 1L);
  SET(CURLOPT_SSL_VERIFYHOST, 2L);
  SET(CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
  if (transport->ca_file) SET(CURLOPT_CAINFO, transport->ca_file);
  SET(CURLOPT_CAPATH, NULL); /* with a directory, libcurl reads the store anew for each connection */
  if (!elsewhere) {
    if (settings->client_certificate) SET(CURLOPT_SSLCERT, settings->client_certificate);
    if (settings->client_key) SET(CURLOPT_SSLKEY, settings->client_key);
    if (settings->client_key_password) SET(CURLOPT_KEYPASSWD, settings->client_key_password);
  }
  SET(CURLOPT_PROTOCOLS_STR, settings->allow_http || elsewhere ? "http,https" : "https");
  SET(CURLOPT_FOLLOWLOCATION, 0L); /* a redirect would carry the API key to another host */
  SET(CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
  SET(CURLOPT_DISALLOW_USERNAME_IN_URL, 1L);
  if (text_equal(settings->proxy, "none")) {
    SET(CURLOPT_PROXY, "");
  } else if (!text_equal(settings->proxy, "environment")) {
    SET(CURLOPT_PROXY, settings->proxy);
    SET(CURLOPT_NOPROXY, ""); /* else no_proxy of the environment would lead around it */
  }
  /* Beside the URL: a user name in it would bring an empty password of its own. */
  if (settings->proxy_username) SET(CURLOPT_PROXYUSERNAME, settings->proxy_username);
  if (settings->proxy_password) SET(CURLOPT_PROXYPASSWORD, settings->proxy_password);
  SET(CURLOPT_HEADEROPT, (long)CURLHEADER_SEPARATE);
  SET(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  return !failed;
}

static bool configure(struct attempt *attempt) {
  CURL *easy = attempt->easy;
  struct transport *transport = attempt->transport;
  bool failed = !configure_trust(easy, transport, attempt->elsewhere);
  if (attempt->elsewhere)
    SET(CURLOPT_PATH_AS_IS, 1L);
  else
    SET(CURLOPT_CURLU, attempt->url);
  SET(CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
  SET(CURLOPT_NOSIGNAL, 1L);
  SET(CURLOPT_QUICK_EXIT, 1L); /* a resolver that hangs must not hold up a cancel */
  SET(CURLOPT_CONNECTTIMEOUT_MS, (long)transport->settings->connect_timeout_ms);
  SET(CURLOPT_TCP_KEEPALIVE, 1L); /* a create is silent for minutes while LangSmith writes to the bucket */
  SET(CURLOPT_USERAGENT, transport->settings->user_agent);
  SET(CURLOPT_ERRORBUFFER, attempt->detail);
  SET(CURLOPT_OPENSOCKETFUNCTION, sockets_open);
  SET(CURLOPT_OPENSOCKETDATA, transport);
  SET(CURLOPT_CLOSESOCKETFUNCTION, sockets_close);
  SET(CURLOPT_CLOSESOCKETDATA, transport);
  SET(CURLOPT_PREREQFUNCTION, before_request);
  SET(CURLOPT_PREREQDATA, attempt);
  SET(CURLOPT_READFUNCTION, read_body);
  SET(CURLOPT_READDATA, attempt);
  SET(CURLOPT_WRITEFUNCTION, write_body);
  SET(CURLOPT_WRITEDATA, attempt);
  SET(CURLOPT_HEADERFUNCTION, take_header);
  SET(CURLOPT_HEADERDATA, attempt);
  SET(CURLOPT_PRIVATE, attempt);
  return !failed;
}

/* The lines of the request, as libcurl takes them: those of the last one, when they say the same. */
static bool prepare_headers(struct attempt *attempt, const struct request *request) {
  const struct curl_slist *known = attempt->headers ? attempt->headers->next : NULL;
  size_t same = 0;
  for (; known && same < request->header_count && text_equal(known->data, request->headers[same]); same++)
    known = known->next;
  if (attempt->headers && !known && same == request->header_count) return true;
  curl_easy_setopt(attempt->easy, CURLOPT_HTTPHEADER, NULL);
  curl_slist_free_all(attempt->headers);
  attempt->headers = curl_slist_append(NULL, "Expect:"); /* a body leaves without asking first */
  if (!attempt->headers) return false;
  for (size_t i = 0; i < request->header_count; i++) {
    struct curl_slist *longer = curl_slist_append(attempt->headers, request->headers[i]);
    if (!longer) return false;
    attempt->headers = longer;
  }
  return curl_easy_setopt(attempt->easy, CURLOPT_HTTPHEADER, attempt->headers) == CURLE_OK;
}

/* libcurl would parse a text, and write it anew, for each transfer: a fifth of what a call costs it. */
static bool prepare_url(struct attempt *attempt, const char *url) {
  const char *path = url + strcspn(url, "/") + 2;
  path += strcspn(path, "/");
  size_t length = (size_t)(path - url);
  if (attempt->origin && strncmp(attempt->origin, url, length) == 0 && !attempt->origin[length])
    return curl_url_set(attempt->url, CURLUPART_PATH, path, 0) == CURLUE_OK;
  mem_free(attempt->origin);
  attempt->origin = NULL;
  if (curl_url_set(attempt->url, CURLUPART_URL, url, CURLU_DISALLOW_USER) != CURLUE_OK) return false;
  attempt->origin = mem_text(url, length);
  return attempt->origin != NULL;
}

static bool prepare(struct attempt *attempt, const struct request *request) {
  CURL *easy = attempt->easy;
  bool failed = !prepare_headers(attempt, request);
  bool has_body = request->body != NULL, is_head = request->method == METHOD_HEAD;
  if (request->elsewhere)
    SET(CURLOPT_URL, request->url);
  else
    failed = failed || !prepare_url(attempt, request->url);
  if (has_body) {
    SET(CURLOPT_POST, 1L);
    SET(CURLOPT_POSTFIELDS,
        request->own_connection ? NULL : request->body); /* this one leaves with the head, at once */
    SET(CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->body_length);
  } else {
    SET(CURLOPT_HTTPGET, 1L);
  }
  if (is_head) SET(CURLOPT_NOBODY, 1L); /* the two above take it back */
  bool plain = request->method == METHOD_GET || request->method == METHOD_POST || is_head;
  const char *method = plain ? NULL : method_name(request->method);
  /* What is as it was is not said again: libcurl would copy a method's name each time. */
  if (method != attempt->method) SET(CURLOPT_CUSTOMREQUEST, method);
  if (request->own_connection != attempt->own_connection) SET(CURLOPT_FRESH_CONNECT, (long)request->own_connection);
  if (request->response_max != attempt->response_max) SET(CURLOPT_MAXFILESIZE_LARGE, (curl_off_t)request->response_max);
  attempt->method = failed ? "" : method; /* it may not have been taken */
  attempt->own_connection = request->own_connection;
  attempt->response_max = request->response_max;
  return !failed;
}

static void discard(struct attempt *attempt) {
  curl_easy_cleanup(attempt->easy);
  curl_url_cleanup(attempt->url);
  curl_slist_free_all(attempt->headers);
  mem_free(attempt->origin);
  mem_free(attempt);
}

static struct attempt *take_attempt(struct transport *transport, bool elsewhere) {
  struct attempt *attempt = transport->idle[elsewhere];
  if (attempt) {
    transport->idle[elsewhere] = attempt->next;
    return attempt;
  }
  attempt = mem_alloc(sizeof *attempt);
  if (!attempt) return NULL;
  attempt->transport = transport;
  attempt->elsewhere = elsewhere;
  attempt->easy = curl_easy_init();
  attempt->url = curl_url();
  if (attempt->easy && attempt->url && configure(attempt)) return attempt;
  discard(attempt);
  return NULL;
}

/* The handle leaves the multi handle and waits for its next work. */
static void release(struct attempt *attempt) {
  struct transport *transport = attempt->transport;
  if (attempt->shard) {
    curl_multi_remove_handle(attempt->shard->multi, attempt->easy);
    attempt->shard->under_way--;
    attempt->shard = NULL;
    if (!attempt->went_out) transport->connecting--;
  }
  attempt->exchange->attempt = NULL;
  attempt->exchange = NULL;
  curl_easy_setopt(attempt->easy, CURLOPT_POSTFIELDS, NULL);
  attempt->next = transport->idle[attempt->elsewhere];
  transport->idle[attempt->elsewhere] = attempt;
}

static bool begin(struct attempt *attempt) {
  struct transport *transport = attempt->transport;
  attempt->body_sent = 0;
  attempt->head_whole = attempt->interim = attempt->went_out = false;
  attempt->unsent = UNSENT_NOT;
  transport->no_memory = false;
  *attempt->detail = '\0';
  response_begin(&attempt->exchange->response, attempt->exchange->request->response_max);
  if (!transport->connecting) transport->called_ms = world_now_ms(NULL);
  if (!attempt->shard) {
    attempt->shard = shards_take(transport);
    transport->connecting++;
  }
  return curl_multi_add_handle(attempt->shard->multi, attempt->easy) == CURLM_OK;
}

/* Nothing was sent on the connection that was stale: the same attempt goes on over a new one. */
static bool begin_again(struct attempt *attempt) {
  curl_multi_remove_handle(attempt->shard->multi, attempt->easy);
  attempt->own_connection = true;
  if (curl_easy_setopt(attempt->easy, CURLOPT_FRESH_CONNECT, 1L) != CURLE_OK) return false;
  return begin(attempt);
}

/* What has ended; true when an attempt began anew. */
static bool collect(const struct shard *shard) {
  int left;
  bool again = false;
  for (CURLMsg *message; (message = curl_multi_info_read(shard->multi, &left));) {
    struct attempt *attempt = NULL;
    CURLcode code = message->data.result;
    curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, (char **)&attempt);
    if (attempt->unsent == UNSENT_STALE && begin_again(attempt)) {
      again = true;
      continue;
    }
    attempt_read_outcome(attempt, code);
    release(attempt);
  }
  return again;
}

static void drive(const struct shard *shard) {
  int running;
  do curl_multi_perform(shard->multi, &running);
  while (collect(shard));
}

/* ---- pollable: libcurl says what it waits for ---- */

/* When the transport has to be called though nothing came. */
static int64_t next_call_ms(struct transport *transport) {
  int64_t next = transport->shards->timer_ms;
  for (struct shard *shard = transport->shards; (shard = shards_next(transport, shard));)
    if (shard->timer_ms < next) next = shard->timer_ms;
  if (transport->connecting && transport->called_ms + POLL_CONNECTING_MS < next)
    next = transport->called_ms + POLL_CONNECTING_MS;
  return next;
}

static void call_all(struct transport *transport) {
  int running;
  transport->called_ms = world_now_ms(NULL);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations" /* nothing else moves those that have no timer */
  for (struct shard *shard = transport->shards; shard; shard = shards_next(transport, shard))
    curl_multi_socket_all(shard->multi, &running);
#pragma GCC diagnostic pop
}

/* Which shard knows a resolver's socket only libcurl can tell. */
static void act(struct transport *transport, const struct poller_event *event) {
  int running, mask = (event->readable ? CURL_CSELECT_IN : 0) | (event->writable ? CURL_CSELECT_OUT : 0) |
                      (event->broken ? CURL_CSELECT_ERR : 0);
  const struct shard *of = sockets_shard(transport, event->descriptor);
  for (struct shard *shard = transport->shards; shard; shard = shards_next(transport, shard))
    if (!of || of == shard) curl_multi_socket_action(shard->multi, event->descriptor, mask, &running);
}

static void call_those_due(struct transport *transport, int64_t now) {
  int running;
  for (struct shard *shard = transport->shards; shard; shard = shards_next(transport, shard)) {
    if (shard->timer_ms > now) continue;
    shard->timer_ms = INT64_MAX; /* libcurl sets it anew only when it changes */
    curl_multi_socket_action(shard->multi, CURL_SOCKET_TIMEOUT, 0, &running);
  }
}

static bool wait_pollable(struct transport *transport, int64_t milliseconds) {
  struct poller_event events[POLLER_EVENTS_MAX];
  int64_t now = world_now_ms(NULL), next = next_call_ms(transport);
  if (milliseconds > POLL_MAX_MS) milliseconds = POLL_MAX_MS;
  if (next - now < milliseconds) milliseconds = next - now;
  size_t count = poller_wait(&transport->poller, events, milliseconds > 0 ? (int)milliseconds : 0);
  for (size_t i = 0; i < count; i++)
    if (!sockets_drop_idle(transport, events[i].descriptor)) act(transport, &events[i]);
  now = world_now_ms(NULL);
  bool due = next_call_ms(transport) <= now;
  call_those_due(transport, now);
  if (transport->connecting && transport->called_ms + POLL_CONNECTING_MS <= now) call_all(transport);
  for (struct shard *shard = transport->shards; shard; shard = shards_next(transport, shard)) collect(shard);
  shards_tidy(transport);
  return count > 0 || due;
}

/* ---- the transport ---- */

static void transport_close(struct transport *transport) {
  for (int elsewhere = 0; elsewhere < 2; elsewhere++)
    for (struct attempt *attempt = transport->idle[elsewhere], *next; attempt; attempt = next) {
      next = attempt->next;
      discard(attempt);
    }
  shards_close(transport);
  if (transport->pollable) poller_close(&transport->poller);
  mem_free(transport->sockets);
  mem_free(transport);
}

static struct transport *transport_open(void *context, const struct transport_settings *settings, bool pollable) {
  (void)context;
  size_t count = shards_needed(settings, pollable);
  struct transport *transport = mem_alloc(sizeof *transport + count * sizeof *transport->shards);
  if (!transport) return NULL;
  transport->shard_count = count;
  transport->settings = settings;
  transport->ca_file = settings->ca_file ? settings->ca_file : system_ca_file();
  transport->pollable = pollable && poller_open(&transport->poller);
  if (transport->pollable == pollable && shards_begin(transport)) return transport;
  transport_close(transport);
  return NULL;
}

static bool transport_start(struct transport *transport, struct exchange *exchange) {
  struct attempt *attempt = take_attempt(transport, exchange->request->elsewhere);
  if (!attempt) return false;
  attempt->exchange = exchange;
  exchange->attempt = attempt;
  if (prepare(attempt, exchange->request) && begin(attempt)) {
    if (!transport->pollable) drive(transport->shards); /* else libcurl's timer is due */
    return true;
  }
  release(attempt);
  return false;
}

static void transport_abort(struct transport *transport, struct exchange *exchange) {
  struct attempt *attempt = exchange->attempt;
  attempt_read_progress(attempt);
  release(attempt);
  transport->idle[attempt->elsewhere] = attempt->next; /* it may be in the middle of a look-up: not to be used again */
  discard(attempt);
}

static bool transport_wait(struct transport *transport, int64_t milliseconds, int descriptor) {
  if (transport->pollable) return wait_pollable(transport, milliseconds);
  struct curl_waitfd extra = {.fd = descriptor, .events = CURL_WAIT_POLLIN};
  int most = transport->connecting ? POLL_CONNECTING_MS : POLL_MAX_MS;
  int timeout = milliseconds > most ? most : milliseconds > 0 ? (int)milliseconds : 0;
  int count = 0;
  curl_multi_poll(transport->shards->multi, &extra, descriptor >= 0 ? 1 : 0, timeout, &count);
  drive(transport->shards);
  return count > 0;
}

static void transport_abandon(struct transport *transport) {
  if (transport->pollable) poller_close(&transport->poller);
  mem_free(transport->sockets);
  mem_free(transport);
}

static int transport_descriptor(const struct transport *transport) { return transport->poller.descriptor; }

static bool transport_watch(struct transport *transport, int descriptor) {
  return poller_watch(&transport->poller, descriptor, true, false, false);
}

static void transport_forget(struct transport *transport, int descriptor) {
  poller_forget(&transport->poller, descriptor);
}

static void transport_arm(struct transport *transport, int64_t at_ms) {
  int64_t next = next_call_ms(transport);
  poller_arm(&transport->poller, next < at_ms ? next : at_ms);
}

const struct transport_ops transport_curl = {
    .open = transport_open,
    .start = transport_start,
    .abort = transport_abort,
    .wait = transport_wait,
    .close = transport_close,
    .abandon = transport_abandon,
    .descriptor = transport_descriptor,
    .watch = transport_watch,
    .forget = transport_forget,
    .arm = transport_arm,
};
