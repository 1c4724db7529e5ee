/* SPDX-License-Identifier: MIT */
/* What can go wrong before a request: no connection, no TLS, no trust. Nothing is sent then, and all that may pass by
 * itself is dialled again, a create too. */
#include "fault_case.h"

#include <stdlib.h>

/* Handshake records: an alert "handshake failure", and something that is none. */
#define ALERT_HANDSHAKE "\x15\x03\x03\x00\x02\x02\x28"
#define NO_SERVER_HELLO "\x16\x03\x03\x00\x08\x63\x00\x00\x04nope"

static const struct fault_case cases[] = {
    {.name = "connection refused", .place = PLACE_REFUSED, IS_UNSENT(CONNECT, CONNECT_REFUSED)},
    {.name = "SYN dropped", .place = PLACE_SILENT, .stalls_early = true, IS_UNSENT(CONNECT, CONNECT_TIMEOUT)},
    {.name = "SYN dropped, the deadline comes first",
     .place = PLACE_SILENT,
     .stalls = true,
     MEANS(TIMEOUT, NONE),
     .unsent = true,
     .transient = true,
     .applied = LSEXPORT_APPLIED_NO},

    {.name = "self-signed", .identity = IDENTITY_SELF_SIGNED, IS_DISTRUSTED(CERTIFICATE_UNTRUSTED)},
    {.name = "another authority", .identity = IDENTITY_OTHER_AUTHORITY, IS_DISTRUSTED(CERTIFICATE_UNTRUSTED)},
    {.name = "expired", .identity = IDENTITY_EXPIRED, IS_DISTRUSTED(CERTIFICATE_EXPIRED)},
    {.name = "not yet valid", .identity = IDENTITY_NOT_YET_VALID, IS_DISTRUSTED(CERTIFICATE_EXPIRED)},
    {.name = "wrong host", .identity = IDENTITY_WRONG_HOST, IS_DISTRUSTED(CERTIFICATE_WRONG_HOST)},
    {.name = "TLS 1.1 at most", .identity = IDENTITY_GOOD, .tls_limit = TLS_LIMIT_1_1, IS_DISTRUSTED(TLS_VERSION)},
    {.name = "TLS 1.2",
     .identity = IDENTITY_GOOD,
     .tls_limit = TLS_LIMIT_1_2,
     .script = SCRIPT(REQUEST, ANSWER("200 OK", HEALTHY_BODY)),
     IS_FINE},
    {.name = "expired, TLS 1.2",
     .identity = IDENTITY_EXPIRED,
     .tls_limit = TLS_LIMIT_1_2,
     IS_DISTRUSTED(CERTIFICATE_EXPIRED)},
    {.name = "a client certificate is wanted, TLS 1.3",
     .identity = IDENTITY_GOOD,
     .tls_limit = TLS_WANTS_CLIENT,
     MEANS(TLS, TLS_FILES),
     .unseen = true,
     .applied = LSEXPORT_APPLIED_UNKNOWN}, /* the client has sent its request by the time it is told */

    {.name = "HTTP on the TLS port",
     .https = true,
     .raw = true,
     .script = SCRIPT(SOME, SEND("HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n"), FIN),
     IS_DISTRUSTED(TLS_PLAINTEXT)},
    {.name = "another protocol on the TLS port",
     .https = true,
     .raw = true,
     .script = SCRIPT(SEND("220 mail.example ESMTP ready\r\n"), SOME, FIN),
     IS_DISTRUSTED(TLS_PLAINTEXT)},
    {.name = "an alert in the handshake",
     .identity = IDENTITY_GOOD,
     .raw = true,
     .script = SCRIPT(SOME, SEND(ALERT_HANDSHAKE), FIN),
     IS_DISTRUSTED(NONE)},
    {.name = "nonsense in the handshake",
     .identity = IDENTITY_GOOD,
     .raw = true,
     .script = SCRIPT(SOME, SEND(NO_SERVER_HELLO), FIN),
     IS_DISTRUSTED(NONE)},
    {.name = "closed before the handshake",
     .identity = IDENTITY_GOOD,
     .raw = true,
     .script = SCRIPT(FIN),
     IS_UNSENT(CONNECTION_LOST, NONE)},
    {.name = "closed in the handshake",
     .identity = IDENTITY_GOOD,
     .raw = true,
     .script = SCRIPT(SOME, FIN),
     IS_UNSENT(CONNECTION_LOST, NONE)},
    {.name = "reset in the handshake",
     .identity = IDENTITY_GOOD,
     .raw = true,
     .script = SCRIPT(SOME, RST),
     IS_UNSENT(CONNECTION_LOST, NONE)},
    {.name = "silence in the handshake",
     .identity = IDENTITY_GOOD,
     .raw = true,
     .script = SCRIPT(SOME, STALL),
     .stalls_early = true,
     IS_UNSENT(CONNECT, CONNECT_TIMEOUT)},
    {.name = "silence in the handshake, the deadline comes first",
     .identity = IDENTITY_GOOD,
     .raw = true,
     .script = SCRIPT(SOME, STALL),
     .stalls = true,
     MEANS(TIMEOUT, NONE),
     .unsent = true,
     .transient = true,
     .applied = LSEXPORT_APPLIED_NO},
    {.name = "TLS on the HTTP port",
     .identity = IDENTITY_GOOD,
     .http = true,
     .hopeless = true,
     IS_LOST,
     .unseen = true}, /* the server sees no request in what it takes for a handshake; the client cannot know */
};

START_TEST(meets_faults_before_a_request) { fault_cases_run(cases, COUNT(cases), false); }
END_TEST

int main(void) {
  Suite *suite = suite_create("test_connect");
  faults_begin();
  tcase_add_test(faults_case(suite, "before a request"), meets_faults_before_a_request);
  return faults_end(suite);
}
