/* SPDX-License-Identifier: MIT */
/* How a transfer ended, in our words: libcurl's codes say less than its texts. */
#include "base/text.h"
#include "net/transport_curl.h"

#include <stdio.h>
#include <string.h>

#define TLS_ERROR_UNSPECIFIED 1    /* X509_V_ERR_UNSPECIFIED */
#define TLS_ERROR_EXPIRED 10       /* X509_V_ERR_CERT_HAS_EXPIRED */
#define TLS_ERROR_NOT_YET_VALID 9  /* X509_V_ERR_CERT_NOT_YET_VALID */
#define TLS_ERROR_WRONG_HOST 62    /* X509_V_ERR_HOSTNAME_MISMATCH */
#define TLS_ERROR_WRONG_ADDRESS 64 /* X509_V_ERR_IP_ADDRESS_MISMATCH */

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
  case CURLE_URL_MALFORMAT: /* it was well when it was set: there was no memory to write it */
  case CURLE_OUT_OF_MEMORY:
    return exchange->sent ? TRANSFER_BROKEN : TRANSFER_NO_MEMORY;
  default: /* what goes wrong once the request is out is the answer */
    return exchange->sent ? TRANSFER_BROKEN : TRANSFER_INTERNAL;
  }
}

static void read_trace(const struct attempt *attempt, struct trace *trace) {
  const char *address = "";
  curl_off_t lookup = 0, connect = 0, tls = 0;
  curl_easy_getinfo(attempt->easy, CURLINFO_NAMELOOKUP_TIME_T, &lookup);
  curl_easy_getinfo(attempt->easy, CURLINFO_CONNECT_TIME_T, &connect);
  curl_easy_getinfo(attempt->easy, CURLINFO_APPCONNECT_TIME_T, &tls);
  curl_easy_getinfo(attempt->easy, CURLINFO_PRIMARY_IP, &address);
  trace->lookup_us = lookup;
  trace->connect_us = connect;
  trace->tls_us = tls;
  snprintf(trace->address, sizeof trace->address, "%s", address);
}

void attempt_read_progress(struct attempt *attempt) {
  struct exchange *exchange = attempt->exchange;
  if (exchange->request->trace) read_trace(attempt, exchange->request->trace);
  curl_off_t before_transfer = 0, total = 0;
  curl_easy_getinfo(attempt->easy, CURLINFO_PRETRANSFER_TIME_T, &before_transfer);
  curl_easy_getinfo(attempt->easy, CURLINFO_TOTAL_TIME_T, &total);
  exchange->sent = attempt->went_out && (before_transfer > 0 || attempt->unsent == UNSENT_AGAIN);
  exchange->duration_us = total;
}

static void write_detail(const struct attempt *attempt, CURLcode code) {
  struct exchange *exchange = attempt->exchange;
  const char *detail = *attempt->detail ? attempt->detail : code ? curl_easy_strerror(code) : "";
  if (attempt->unsent == UNSENT_EARLY) detail = "the answer came before the request";
  snprintf(exchange->detail, sizeof exchange->detail, "%s", detail);
}

void attempt_read_outcome(struct attempt *attempt, CURLcode code) {
  struct exchange *exchange = attempt->exchange;
  long status = 0;
  curl_easy_getinfo(attempt->easy, CURLINFO_RESPONSE_CODE, &status);
  exchange->response.http_status = (int)status;
  attempt_read_progress(attempt);
  if (code == CURLE_OK && attempt->head_whole)
    exchange->transfer = TRANSFER_DONE;
  else if (code == CURLE_OK) /* the head was cut; libcurl calls that a success */
    exchange->transfer = TRANSFER_LOST;
  else
    exchange->transfer = read_fault(attempt, code);
  /* A refusal whose head is whole counts, though its body, or our own, was cut: a 413 may come while we still send. */
  if (exchange->transfer == TRANSFER_LOST && attempt->head_whole && status >= 400) exchange->transfer = TRANSFER_DONE;
  if (exchange->transfer != TRANSFER_DONE) write_detail(attempt, code);
  exchange_end(exchange);
}
