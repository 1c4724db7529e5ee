/* SPDX-License-Identifier: MIT */
/* The wire, by libcurl: the only file that sees it. One transport is one multi handle, for one thread at a time. */
#include "base/mem.h"
#include "base/text.h"
#include "base/wiping_alloc.h"
#include "net/library.h"
#include "net/tls_pending.h"
#include "net/transport.h"
#include "net/world.h"

#include <curl/curl.h>
#include <errno.h>
#include <limits.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define POLL_MAX_MS 60000
#define POLL_CONNECTING_MS 200     /* libcurl 7.88 sets no timer for its next address when one refuses */
#define TLS_ERROR_UNSPECIFIED 1    /* X509_V_ERR_UNSPECIFIED */
#define TLS_ERROR_EXPIRED 10       /* X509_V_ERR_CERT_HAS_EXPIRED */
#define TLS_ERROR_NOT_YET_VALID 9  /* X509_V_ERR_CERT_NOT_YET_VALID */
#define TLS_ERROR_WRONG_HOST 62    /* X509_V_ERR_HOSTNAME_MISMATCH */
#define TLS_ERROR_WRONG_ADDRESS 64 /* X509_V_ERR_IP_ADDRESS_MISMATCH */

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
  struct curl_slist *headers;
  size_t body_sent;
  bool head_whole; /* the blank line behind the headers was seen */
  bool interim;    /* the head that is being read is a 1xx's: another follows */
  bool begun;
  bool went_out;
  enum unsent unsent;
  char detail[CURL_ERROR_SIZE];
  struct attempt *next;
};

/* ---- the process ---- */

static pthread_once_t init_once = PTHREAD_ONCE_INIT;
static CURLcode init_result = CURLE_FAILED_INIT;

static void init(void) { init_result = curl_global_init(CURL_GLOBAL_DEFAULT); }

bool net_library_init(void) { return pthread_once(&init_once, init) == 0 && init_result == CURLE_OK; }

static void init_wiping(void) {
  init_result = curl_global_init_mem(CURL_GLOBAL_DEFAULT, wiping_malloc, wiping_free, wiping_realloc, wiping_strdup,
                                     wiping_calloc);
}

bool net_library_init_wiping(void) {
  if (pthread_once(&init_once, init_wiping) || init_result != CURLE_OK) return false;
  /* libcurl says OK and changes nothing when somebody was first: only a trial tells. */
  size_t before = wiping_count();
  struct curl_slist *trial = curl_slist_append(NULL, "trial");
  bool taken = wiping_count() > before;
  curl_slist_free_all(trial);
  return taken;
}

const char *net_library_unfit(void) {
  const curl_version_info_data *info = curl_version_info(CURLVERSION_NOW);
  if (info->version_num < LIBCURL_FLOOR) return "libcurl is older than 7.88";
  if (!(info->features & CURL_VERSION_SSL)) return "libcurl was built without TLS";
  if (!(info->features & CURL_VERSION_ASYNCHDNS)) return "libcurl was built without its threaded resolver";
  if (!(info->features & CURL_VERSION_THREADSAFE)) return "libcurl was built without thread safety";
  return NULL;
}

void net_library_details(char *text, size_t size) {
  const curl_version_info_data *info = curl_version_info(CURLVERSION_NOW);
  snprintf(text, size, "libcurl/%s %s", info->version, info->ssl_version ? info->ssl_version : "(no TLS)");
}

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

/* ---- sockets: is somebody talking before we asked? ---- */

static curl_socket_t open_socket(void *userdata, curlsocktype purpose, struct curl_sockaddr *address) {
  struct transport *transport = userdata;
  (void)purpose;
  if (transport->socket_count == transport->socket_capacity) {
    size_t capacity = transport->socket_capacity ? transport->socket_capacity * 2 : 8;
    size_t size = sizeof *transport->sockets;
    struct open_socket *sockets = mem_grow(transport->sockets, transport->socket_count * size, capacity * size);
    transport->no_memory = !sockets;
    if (!sockets) return CURL_SOCKET_BAD;
    transport->sockets = sockets;
    transport->socket_capacity = capacity;
  }
  int descriptor = socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
  if (descriptor < 0) return CURL_SOCKET_BAD;
  transport->sockets[transport->socket_count].descriptor = descriptor;
  transport->sockets[transport->socket_count++].port = 0;
  return descriptor;
}

static int close_socket(void *userdata, curl_socket_t descriptor) {
  struct transport *transport = userdata;
  for (size_t i = 0; i < transport->socket_count; i++)
    if (transport->sockets[i].descriptor == descriptor) {
      transport->sockets[i] = transport->sockets[--transport->socket_count];
      break;
    }
  return close(descriptor);
}

static int local_port(int descriptor) {
  union {
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
  } address = {0};
  socklen_t size = sizeof address;
  if (getsockname(descriptor, &address.any, &size)) return -1;
  return ntohs(address.any.sa_family == AF_INET6 ? address.v6.sin6_port : address.v4.sin_port);
}

enum input { INPUT_NONE, INPUT_BYTES, INPUT_END };

static enum input look_at_input(struct transport *transport, int port) {
  for (size_t i = 0; i < transport->socket_count; i++) {
    struct open_socket *candidate = &transport->sockets[i];
    if (!candidate->port) candidate->port = local_port(candidate->descriptor);
    if (candidate->port != port) continue;
    char byte;
    ssize_t got = recv(candidate->descriptor, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    if (got > 0) return INPUT_BYTES;
    return got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK) ? INPUT_NONE : INPUT_END;
  }
  return INPUT_NONE;
}

static bool has_tls_input(CURL *easy) {
  struct curl_tlssessioninfo *session = NULL;
  if (curl_easy_getinfo(easy, CURLINFO_TLS_SSL_PTR, &session) != CURLE_OK || !session) return true;
  return session->backend != CURLSSLBACKEND_OPENSSL || tls_has_pending(session->internals);
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
  if (!connects && tls && has_tls_input(attempt->easy)) input = INPUT_BYTES;
  attempt->went_out = input == INPUT_NONE;
  if (attempt->went_out) {
    attempt->transport->connecting--;
    return CURL_PREREQFUNC_OK;
  }
  attempt->unsent = connects == 0 ? UNSENT_STALE : input == INPUT_BYTES ? UNSENT_EARLY : UNSENT_GONE;
  return CURL_PREREQFUNC_ABORT;
}

/* ---- bytes in and out ---- */

/* There is no way to rewind: libcurl cannot send a body twice by itself. */
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
  return length;
}

/* ---- handles ---- */

static void note(bool *failed, CURLcode code) { *failed = *failed || code != CURLE_OK; }
#define SET(option, value) note(&failed, curl_easy_setopt(easy, option, value))

static bool configure_trust(CURL *easy, const struct transport *transport) {
  const struct transport_settings *settings = transport->settings;
  bool failed = false;
  SET(CURLOPT_SSL_VERIFYPEER, 1L);
  SET(CURLOPT_SSL_VERIFYHOST, 2L);
  SET(CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
  if (transport->ca_file) SET(CURLOPT_CAINFO, transport->ca_file);
  SET(CURLOPT_CAPATH, NULL); /* with a directory, libcurl reads the store anew for each connection */
  if (settings->client_certificate) SET(CURLOPT_SSLCERT, settings->client_certificate);
  if (settings->client_key) SET(CURLOPT_SSLKEY, settings->client_key);
  if (settings->client_key_password) SET(CURLOPT_KEYPASSWD, settings->client_key_password);
  SET(CURLOPT_PROTOCOLS_STR, settings->allow_http ? "http,https" : "https");
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
  bool failed = !configure_trust(easy, transport);
  SET(CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
  SET(CURLOPT_NOSIGNAL, 1L);
  SET(CURLOPT_QUICK_EXIT, 1L); /* a resolver that hangs must not hold up a cancel */
  SET(CURLOPT_CONNECTTIMEOUT_MS, (long)transport->settings->connect_timeout_ms);
  SET(CURLOPT_TCP_KEEPALIVE, 1L); /* a create is silent for minutes while LangSmith writes to the bucket */
  SET(CURLOPT_USERAGENT, transport->settings->user_agent);
  SET(CURLOPT_ERRORBUFFER, attempt->detail);
  SET(CURLOPT_OPENSOCKETFUNCTION, open_socket);
  SET(CURLOPT_OPENSOCKETDATA, transport);
  SET(CURLOPT_CLOSESOCKETFUNCTION, close_socket);
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

static bool add_header(struct attempt *attempt, const char *line) {
  struct curl_slist *longer = curl_slist_append(attempt->headers, line);
  if (longer) attempt->headers = longer;
  return longer != NULL;
}

static bool prepare(struct attempt *attempt, const struct request *request) {
  CURL *easy = attempt->easy;
  bool failed = false, has_body = request->body != NULL;
  for (size_t i = 0; i < request->header_count; i++) failed = failed || !add_header(attempt, request->headers[i]);
  if (has_body) failed = failed || !add_header(attempt, "Expect:");
  SET(CURLOPT_URL, request->url);
  SET(CURLOPT_HTTPHEADER, attempt->headers);
  if (has_body) {
    SET(CURLOPT_POST, 1L);
    SET(CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->body_length);
  } else {
    SET(CURLOPT_HTTPGET, 1L);
  }
  bool plain = request->method == METHOD_GET || request->method == METHOD_POST;
  SET(CURLOPT_CUSTOMREQUEST, plain ? NULL : method_name(request->method));
  SET(CURLOPT_FRESH_CONNECT, request->own_connection ? 1L : 0L);
  SET(CURLOPT_MAXFILESIZE_LARGE, (curl_off_t)request->response_max);
  return !failed;
}

static void discard(struct attempt *attempt) {
  curl_easy_cleanup(attempt->easy);
  curl_slist_free_all(attempt->headers);
  mem_free(attempt);
}

static struct attempt *take_attempt(struct transport *transport) {
  struct attempt *attempt = transport->idle;
  if (attempt) {
    transport->idle = attempt->next;
    return attempt;
  }
  attempt = mem_alloc(sizeof *attempt);
  if (!attempt) return NULL;
  attempt->transport = transport;
  attempt->easy = curl_easy_init();
  if (attempt->easy && configure(attempt)) return attempt;
  discard(attempt);
  return NULL;
}

/* ---- how a transfer ended ---- */

static bool says(const struct attempt *attempt, const char *words) {
  return text_find_ignoring_case(attempt->detail, words) != NULL;
}

static enum transfer read_certificate_fault(const struct attempt *attempt) {
  long verify = 0;
  curl_easy_getinfo(attempt->easy, CURLINFO_SSL_VERIFYRESULT, &verify);
  if (verify == TLS_ERROR_EXPIRED || verify == TLS_ERROR_NOT_YET_VALID) return TRANSFER_CERTIFICATE_EXPIRED;
  /* libcurl compares names before it asks for that result, which is then what it began with. */
  if (verify == 0 || verify == TLS_ERROR_UNSPECIFIED || verify == TLS_ERROR_WRONG_HOST ||
      verify == TLS_ERROR_WRONG_ADDRESS)
    return TRANSFER_CERTIFICATE_WRONG_HOST;
  return TRANSFER_CERTIFICATE_UNTRUSTED;
}

static enum transfer read_handshake_fault(const struct attempt *attempt) {
  if (says(attempt, "wrong version number") || says(attempt, "packet length too long") || says(attempt, "http request"))
    return TRANSFER_TLS_PLAINTEXT;
  if (says(attempt, "unsupported protocol") || says(attempt, "protocol version") || says(attempt, "no protocols"))
    return TRANSFER_TLS_VERSION;
  if (says(attempt, "eof") || says(attempt, "SYSCALL") || says(attempt, "reset by peer")) return TRANSFER_LOST;
  return TRANSFER_TLS;
}

/* 56 stands for a reset, for chunks that are none, and for heads without end. */
static enum transfer read_receive_fault(const struct attempt *attempt) {
  long connect_code = 0;
  curl_easy_getinfo(attempt->easy, CURLINFO_HTTP_CONNECTCODE, &connect_code);
  if (connect_code && connect_code / 100 != 2) return TRANSFER_PROXY;
  /* Before the request only a proxy can have answered; what the target's TLS says has codes of its own. */
  bool has_proxy = !text_equal(attempt->transport->settings->proxy, "none");
  if (has_proxy && !attempt->went_out && !attempt->unsent) return TRANSFER_PROXY;
  /* With TLS 1.3 a server looks at our certificate when our side of the handshake is over. */
  if (says(attempt, "alert "))
    return says(attempt, "certificate") || says(attempt, "unknown ca") ? TRANSFER_TLS_FILES : TRANSFER_TLS;
  bool network = says(attempt, "recv failure") || says(attempt, "SSL_read") || says(attempt, "SSL read");
  return network || !*attempt->detail ? TRANSFER_LOST : TRANSFER_BROKEN;
}

/* One proxy for all is known; of the environment's only that libcurl names another host than the request's. */
static enum transfer read_connect_fault(const struct attempt *attempt) {
  const char *proxy = attempt->transport->settings->proxy, *host = strstr(attempt->exchange->request->url, "://") + 3;
  char name[TRANSFER_DETAIL_MAX];
  if (text_equal(proxy, "none")) return TRANSFER_CONNECT_REFUSED;
  if (!text_equal(proxy, "environment")) return TRANSFER_PROXY;
  snprintf(name, sizeof name, " %.*s ", (int)strcspn(host, ":/"), host);
  return says(attempt, name) ? TRANSFER_CONNECT_REFUSED : TRANSFER_PROXY;
}

static enum transfer read_fault(const struct attempt *attempt, CURLcode code) {
  const struct exchange *exchange = attempt->exchange;
  switch (code) {
  case CURLE_COULDNT_RESOLVE_HOST:
    return TRANSFER_DNS;
  case CURLE_COULDNT_RESOLVE_PROXY:
  case CURLE_PROXY:
    return TRANSFER_PROXY;
  case CURLE_COULDNT_CONNECT:
    return attempt->transport->no_memory ? TRANSFER_NO_MEMORY : read_connect_fault(attempt);
  case CURLE_OPERATION_TIMEDOUT:
    return exchange->sent ? TRANSFER_LOST : TRANSFER_CONNECT_TIMEOUT;
  case CURLE_SSL_CONNECT_ERROR:
    return read_handshake_fault(attempt);
  case CURLE_PEER_FAILED_VERIFICATION:
    return read_certificate_fault(attempt);
  case CURLE_SSL_CERTPROBLEM:
  case CURLE_SSL_CIPHER:
  case CURLE_SSL_CACERT_BADFILE:
  case CURLE_SSL_CRL_BADFILE:
    return TRANSFER_TLS_FILES;
  case CURLE_SSL_ISSUER_ERROR:
  case CURLE_SSL_PINNEDPUBKEYNOTMATCH:
  case CURLE_SSL_INVALIDCERTSTATUS:
    return TRANSFER_CERTIFICATE_UNTRUSTED;
  case CURLE_GOT_NOTHING:
  case CURLE_SEND_ERROR:
  case CURLE_SEND_FAIL_REWIND:
  case CURLE_PARTIAL_FILE:
    return TRANSFER_LOST;
  case CURLE_RECV_ERROR:
    return read_receive_fault(attempt);
  case CURLE_FILESIZE_EXCEEDED:
    return TRANSFER_TOO_LARGE;
  case CURLE_WRITE_ERROR:
    return exchange->response.body.failure == BUF_NO_MEMORY ? TRANSFER_NO_MEMORY : TRANSFER_TOO_LARGE;
  case CURLE_ABORTED_BY_CALLBACK:
    return attempt->unsent == UNSENT_EARLY ? TRANSFER_BROKEN : TRANSFER_LOST;
  case CURLE_WEIRD_SERVER_REPLY:
    return TRANSFER_BROKEN;
  /* These two do not mean what they say once an answer has begun: HTTP/0.9 or odd versions, and heads too large. */
  case CURLE_UNSUPPORTED_PROTOCOL:
    return exchange->sent ? TRANSFER_BROKEN : TRANSFER_INTERNAL;
  case CURLE_OUT_OF_MEMORY:
    return exchange->sent ? TRANSFER_BROKEN : TRANSFER_NO_MEMORY;
  default: /* what goes wrong once the request is out is the answer */
    return exchange->sent ? TRANSFER_BROKEN : TRANSFER_INTERNAL;
  }
}

static void read_progress(struct attempt *attempt) {
  struct exchange *exchange = attempt->exchange;
  curl_off_t before_transfer = 0, total = 0;
  curl_easy_getinfo(attempt->easy, CURLINFO_PRETRANSFER_TIME_T, &before_transfer);
  curl_easy_getinfo(attempt->easy, CURLINFO_TOTAL_TIME_T, &total);
  exchange->sent = attempt->went_out && (before_transfer > 0 || attempt->unsent == UNSENT_AGAIN);
  exchange->duration_us = total;
}

static void read_outcome(struct attempt *attempt, CURLcode code) {
  struct exchange *exchange = attempt->exchange;
  long status = 0;
  curl_easy_getinfo(attempt->easy, CURLINFO_RESPONSE_CODE, &status);
  exchange->response.http_status = (int)status;
  read_progress(attempt);
  if (code == CURLE_OK && attempt->head_whole)
    exchange->transfer = TRANSFER_DONE;
  else if (code == CURLE_OK) /* the head was cut; libcurl calls that a success */
    exchange->transfer = TRANSFER_LOST;
  else
    exchange->transfer = read_fault(attempt, code);
  /* A refusal whose head is whole counts, though its body, or our own, was cut: a 413 may come while we still send. */
  if (exchange->transfer == TRANSFER_LOST && attempt->head_whole && status >= 400) exchange->transfer = TRANSFER_DONE;
  const char *detail = *attempt->detail ? attempt->detail : code ? curl_easy_strerror(code) : "";
  snprintf(exchange->detail, sizeof exchange->detail, "%s",
           attempt->unsent == UNSENT_EARLY ? "the answer came before the request" : detail);
  exchange->done = true;
}

/* The handle leaves the multi handle and waits for its next work. */
static void release(struct attempt *attempt) {
  struct transport *transport = attempt->transport;
  curl_multi_remove_handle(transport->multi, attempt->easy);
  if (attempt->begun && !attempt->went_out) transport->connecting--;
  attempt->begun = false;
  attempt->exchange->attempt = NULL;
  attempt->exchange = NULL;
  curl_easy_setopt(attempt->easy, CURLOPT_HTTPHEADER, NULL);
  curl_slist_free_all(attempt->headers);
  attempt->headers = NULL;
  attempt->next = transport->idle;
  transport->idle = attempt;
}

static bool begin(struct attempt *attempt) {
  attempt->body_sent = 0;
  attempt->head_whole = attempt->interim = attempt->went_out = false;
  attempt->unsent = UNSENT_NOT;
  attempt->transport->no_memory = false;
  *attempt->detail = '\0';
  response_begin(&attempt->exchange->response, attempt->exchange->request->response_max);
  if (!attempt->begun) attempt->transport->connecting++;
  attempt->begun = true;
  return curl_multi_add_handle(attempt->transport->multi, attempt->easy) == CURLM_OK;
}

/* Nothing was sent on the connection that was stale: the same attempt goes on over a new one. */
static bool begin_again(struct attempt *attempt) {
  curl_multi_remove_handle(attempt->transport->multi, attempt->easy);
  if (curl_easy_setopt(attempt->easy, CURLOPT_FRESH_CONNECT, 1L) != CURLE_OK) return false;
  return begin(attempt);
}

static void drive(struct transport *transport) {
  int running, left;
  bool again;
  do {
    again = false;
    curl_multi_perform(transport->multi, &running);
    for (CURLMsg *message; (message = curl_multi_info_read(transport->multi, &left));) {
      struct attempt *attempt = NULL;
      CURLcode code = message->data.result;
      curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, (char **)&attempt);
      if (attempt->unsent == UNSENT_STALE && begin_again(attempt)) {
        again = true;
        continue;
      }
      read_outcome(attempt, code);
      release(attempt);
    }
  } while (again);
}

/* ---- the transport ---- */

static void transport_close(struct transport *transport) {
  while (transport->idle) {
    struct attempt *attempt = transport->idle;
    transport->idle = attempt->next;
    discard(attempt);
  }
  if (transport->multi) curl_multi_cleanup(transport->multi);
  mem_free(transport->sockets);
  mem_free(transport);
}

static struct transport *transport_open(void *context, const struct transport_settings *settings) {
  (void)context;
  struct transport *transport = mem_alloc(sizeof *transport);
  if (!transport) return NULL;
  transport->settings = settings;
  transport->ca_file = settings->ca_file ? settings->ca_file : system_ca_file();
  transport->multi = curl_multi_init();
  if (transport->multi) return transport;
  transport_close(transport);
  return NULL;
}

static bool transport_start(struct transport *transport, struct exchange *exchange) {
  struct attempt *attempt = take_attempt(transport);
  if (!attempt) return false;
  attempt->exchange = exchange;
  exchange->attempt = attempt;
  if (prepare(attempt, exchange->request) && begin(attempt)) {
    drive(transport);
    return true;
  }
  release(attempt);
  return false;
}

static void transport_abort(struct transport *transport, struct exchange *exchange) {
  struct attempt *attempt = exchange->attempt;
  read_progress(attempt);
  release(attempt);
  transport->idle = attempt->next; /* it may be in the middle of a look-up: not to be used again */
  discard(attempt);
}

static void transport_wait(struct transport *transport, int64_t milliseconds, int descriptor) {
  struct curl_waitfd extra = {.fd = descriptor, .events = CURL_WAIT_POLLIN};
  int most = transport->connecting ? POLL_CONNECTING_MS : POLL_MAX_MS;
  int timeout = milliseconds > most ? most : milliseconds > 0 ? (int)milliseconds : 0;
  curl_multi_poll(transport->multi, &extra, descriptor >= 0 ? 1 : 0, timeout, NULL);
  drive(transport);
}

static void transport_abandon(struct transport *transport) {
  mem_free(transport->sockets);
  mem_free(transport);
}

const struct transport_ops transport_curl = {
    .open = transport_open,
    .start = transport_start,
    .abort = transport_abort,
    .wait = transport_wait,
    .close = transport_close,
    .abandon = transport_abandon,
};
