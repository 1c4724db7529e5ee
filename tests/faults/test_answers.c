/* SPDX-License-Identifier: MIT */
/* Answers that are cut, slow, endless, or no HTTP. */
#include "fault_case.h"

#include <stdlib.h>

#define OK "HTTP/1.1 200 OK\r\n"
/* The healthy body's length, for heads that are written out. */
#define LENGTH "501"
_Static_assert(sizeof HEALTHY_BODY - 1 == 501, "LENGTH is HEALTHY_BODY's");
#define LENGTH_IN_HEX "1f5"
#define CONTINUE "HTTP/1.1 100 Continue\r\nX: y\r\n\r\n"
#define FIVE_HEADERS "X: y\r\nX: y\r\nX: y\r\nX: y\r\nX: y\r\n"
#define FIFTY_HEADERS                                                                                                  \
  FIVE_HEADERS FIVE_HEADERS FIVE_HEADERS FIVE_HEADERS FIVE_HEADERS FIVE_HEADERS FIVE_HEADERS FIVE_HEADERS FIVE_HEADERS \
      FIVE_HEADERS
#define HALF "{\"destination_type\":\"s3\",\"display_name\":\"fault"
#define KILOBYTE                                                                                                       \
  "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx" \
  "xxxxxxxxxxxxxx"                                                                                                     \
  "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx" \
  "xxxxxxxxxxxxxx"                                                                                                     \
  "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx" \
  "xxxxxxxxxxxxxx"                                                                                                     \
  "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx" \
  "xxxxxxxxxxxxxx"                                                                                                     \
  "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx" \
  "xxxxxxxxxxxxxx"                                                                                                     \
  "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx" \
  "xxxxxxxxxxxxxx"                                                                                                     \
  "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx" \
  "xxxxxxxxxxxxxx"                                                                                                     \
  "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx" \
  "xxxxxxxxxxxxxx"
_Static_assert(sizeof KILOBYTE - 1 == 1024, "KILOBYTE is one");

/* The request came whole and was carried out before this. */
#define AFTER_COMMIT(...) .script = SCRIPT(REQUEST, COMMIT, __VA_ARGS__)

static const struct fault_case cut[] = {
    {.name = "closed without a byte", AFTER_COMMIT(FIN), IS_LOST},
    {.name = "closed without a byte, nor close_notify", AFTER_COMMIT(CUT), IS_LOST},
    {.name = "reset without a byte", AFTER_COMMIT(RST), IS_LOST},
    {.name = "closed behind the request's head", .script = SCRIPT(HEAD, FIN), IS_LOST},
    {.name = "closed in the status line", AFTER_COMMIT(SEND("HTTP/1."), FIN), IS_LOST},
    {.name = "reset in the status line", AFTER_COMMIT(SEND("HTTP/1."), TAKEN, RST), IS_LOST},
    {.name = "closed behind the status line", AFTER_COMMIT(SEND(OK), FIN), IS_LOST},
    {.name = "closed in the headers", AFTER_COMMIT(SEND(OK JSON_TYPE "Content-Le"), FIN), IS_LOST},
    {.name = "closed before the blank line",
     AFTER_COMMIT(SEND(OK JSON_TYPE "Content-Length: " LENGTH "\r\n"), FIN),
     IS_LOST},
    {.name = "closed behind the head",
     AFTER_COMMIT(SEND(OK JSON_TYPE "Content-Length: " LENGTH "\r\n\r\n"), FIN),
     IS_LOST},
    {.name = "closed in the body",
     AFTER_COMMIT(SEND(OK JSON_TYPE "Content-Length: " LENGTH "\r\n\r\n" HALF), FIN),
     IS_LOST},
    {.name = "cut in the body",
     AFTER_COMMIT(SEND(OK JSON_TYPE "Content-Length: " LENGTH "\r\n\r\n" HALF), CUT),
     IS_LOST},
    {.name = "reset in the body",
     AFTER_COMMIT(SEND(OK JSON_TYPE "Content-Length: " LENGTH "\r\n\r\n" HALF), TAKEN, RST),
     IS_LOST},
    {.name = "closed in a chunk",
     AFTER_COMMIT(SEND(OK "Transfer-Encoding: chunked\r\n\r\n" LENGTH_IN_HEX "\r\n" HALF), FIN),
     IS_LOST},
    {.name = "closed in a chunk's size", AFTER_COMMIT(SEND(OK "Transfer-Encoding: chunked\r\n\r\n1d"), FIN), IS_LOST},
    {.name = "the last chunk is missing",
     AFTER_COMMIT(SEND(OK "Transfer-Encoding: chunked\r\n\r\n" LENGTH_IN_HEX "\r\n" HEALTHY_BODY "\r\n"), FIN),
     IS_LOST},
    {.name = "without a length, closed in the body",
     AFTER_COMMIT(SEND(OK JSON_TYPE "\r\n" HALF), FIN),
     IS_LOST,
     .http_status = 200,
     .fine_for_delete = true},
    {.name = "without a length, cut in the body, no close_notify",
     .plain_only = true,
     AFTER_COMMIT(SEND(OK JSON_TYPE "\r\n" HALF), CUT),
     IS_LOST,
     .http_status = 200,
     .fine_for_delete = true},
    {.name = "closed behind a 100", AFTER_COMMIT(SEND("HTTP/1.1 100 Continue\r\n\r\n"), FIN), IS_LOST},
    {.name = "closed in a 422's body", /* the head is an answer already */
     .script = SCRIPT(
         REQUEST, SEND("HTTP/1.1 422 Unprocessable Entity\r\nContent-Length: 400\r\n\r\n{\"detail\":[{\"loc\""), FIN),
     IS_REFUSED(422, VALIDATION, NONE)},
    {.name = "reset in a 503's body",
     .script = SCRIPT(REQUEST, SEND("HTTP/1.1 503 Unavailable\r\nContent-Length: 400\r\n\r\nsorr"), TAKEN, RST),
     IS_FAILED(503, UNAVAILABLE, NONE)},
};

static const struct fault_case slow[] = {
    {.name = "never answered", AFTER_COMMIT(STALL), IS_LATE},
    {.name = "the body is never received", .script = SCRIPT(HEAD, STALL), IS_LATE},
    {.name = "silence in the status line", AFTER_COMMIT(SEND("HTTP/1.1 2"), STALL), IS_LATE},
    {.name = "silence behind the head",
     AFTER_COMMIT(SEND(OK JSON_TYPE "Content-Length: " LENGTH "\r\n\r\n"), STALL),
     IS_LATE},
    {.name = "silence in the body",
     AFTER_COMMIT(SEND(OK JSON_TYPE "Content-Length: " LENGTH "\r\n\r\n" HALF), STALL),
     IS_LATE},
    {.name = "silence in a chunk",
     AFTER_COMMIT(SEND(OK "Transfer-Encoding: chunked\r\n\r\n" LENGTH_IN_HEX "\r\n" HALF), STALL),
     IS_LATE},
    {.name = "silence behind a body without a length",
     AFTER_COMMIT(SEND(OK JSON_TYPE "\r\n" HEALTHY_BODY), STALL),
     IS_LATE},
    {.name = "silence behind a 100", AFTER_COMMIT(SEND("HTTP/1.1 100 Continue\r\n\r\n"), STALL), IS_LATE},
    {.name = "headers byte by byte",
     AFTER_COMMIT(SEND("HTTP/1.1 200 OK\r\n"), DRIBBLE("X-Slow: " KILOBYTE, 25), STALL),
     IS_LATE},
    {.name = "body byte by byte",
     AFTER_COMMIT(SEND(OK JSON_TYPE "Content-Length: " LENGTH "\r\n\r\n"), DRIBBLE(HEALTHY_BODY, 25), STALL),
     IS_LATE},
    {.name = "trailers without end",
     .floods = true,
     AFTER_COMMIT(SEND(OK "Transfer-Encoding: chunked\r\n\r\n" LENGTH_IN_HEX "\r\n" HEALTHY_BODY "\r\n0\r\n"),
                  FLOOD("X-Trailer: " KILOBYTE "\r\n", 0)),
     IS_LATE},
    {.name = "chunk extensions without end",
     .floods = true,
     AFTER_COMMIT(SEND(OK "Transfer-Encoding: chunked\r\n\r\n1"), FLOOD(";" KILOBYTE, 0)),
     IS_LATE},
};

static const struct fault_case broken[] = {
    {.name = "HTTP/0.9", AFTER_COMMIT(SEND(HEALTHY_BODY), FIN), IS_BROKEN},
    {.name = "HTTP/7.7", AFTER_COMMIT(SEND("HTTP/7.7 200 OK\r\nContent-Length: 0\r\n\r\n")), IS_BROKEN},
    {.name = "the preface of HTTP/2", AFTER_COMMIT(SEND("\0\0\x06\x04\0\0\0\0\0\0\x03\0\0\0\x64"), FIN), IS_BROKEN},
    {.name = "status 099", AFTER_COMMIT(SEND("HTTP/1.1 099 Early\r\nContent-Length: 0\r\n\r\n")), IS_BROKEN},
    {.name = "status 2000", AFTER_COMMIT(SEND("HTTP/1.1 2000 OK\r\nContent-Length: 0\r\n\r\n")), IS_BROKEN},
    {.name = "status -20", AFTER_COMMIT(SEND("HTTP/1.1 -20 OK\r\nContent-Length: 0\r\n\r\n")), IS_BROKEN},
    {.name = "a header without a colon", AFTER_COMMIT(SEND(OK "nonsense\r\n\r\n"), FIN), IS_BROKEN},
    {.name = "headers of 400 KB",
     AFTER_COMMIT(SEND(OK), FLOOD("X-Filler: " KILOBYTE "\r\n", 400), SEND("\r\n")),
     IS_BROKEN},
    {.name = "headers without end",
     .floods = true,
     AFTER_COMMIT(SEND(OK), FLOOD("X-Filler: " KILOBYTE "\r\n", 0)),
     IS_BROKEN},
    {.name = "one header without end",
     .floods = true,
     AFTER_COMMIT(SEND(OK "X-Filler: "), FLOOD(KILOBYTE, 0)),
     IS_BROKEN},
    {.name = "a status line without end",
     .floods = true,
     AFTER_COMMIT(SEND("HTTP/1.1 200 "), FLOOD(KILOBYTE, 0)),
     IS_BROKEN},
    {.name = "one word without end", .floods = true, AFTER_COMMIT(FLOOD(KILOBYTE, 0)), IS_BROKEN},
    {.name = "100s without end",
     .floods = true,
     AFTER_COMMIT(FLOOD(CONTINUE CONTINUE CONTINUE CONTINUE CONTINUE CONTINUE CONTINUE CONTINUE, 0)),
     IS_BROKEN},
    {.name = "one trailer without end",
     .floods = true,
     AFTER_COMMIT(
         SEND(OK "Transfer-Encoding: chunked\r\n\r\n" LENGTH_IN_HEX "\r\n" HEALTHY_BODY "\r\n0\r\nX-Trailer: "),
         FLOOD(KILOBYTE, 0)),
     IS_BROKEN},
    {.name = "Content-Length: -1", AFTER_COMMIT(SEND(OK "Content-Length: -1\r\n\r\n" HEALTHY_BODY), FIN), IS_BROKEN},
    {.name = "Content-Length: many",
     AFTER_COMMIT(SEND(OK "Content-Length: many\r\n\r\n" HEALTHY_BODY), FIN),
     IS_BROKEN},
    {.name = "a chunk's size is no number",
     AFTER_COMMIT(SEND(OK "Transfer-Encoding: chunked\r\n\r\nxyz\r\n" HALF), FIN),
     IS_BROKEN},
    {.name = "a chunk's size overflows",
     AFTER_COMMIT(SEND(OK "Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n" HALF), FIN),
     IS_BROKEN},
    {.name = "a chunk is longer than its size",
     AFTER_COMMIT(SEND(OK "Transfer-Encoding: chunked\r\n\r\n5\r\n" HEALTHY_BODY "\r\n0\r\n\r\n"), FIN),
     IS_BROKEN},
    {.name = "an unknown transfer encoding",
     AFTER_COMMIT(SEND(OK "Transfer-Encoding: rot13\r\n\r\n" HEALTHY_BODY), FIN),
     IS_BROKEN},
    {.name = "101 that nobody asked for",
     AFTER_COMMIT(SEND("HTTP/1.1 101 Switching Protocols\r\nUpgrade: other\r\nConnection: Upgrade\r\n\r\n"), FIN),
     IS_LOST},
    {.name = "Content-Length of 1 TB",
     AFTER_COMMIT(SEND(OK "Content-Length: 1099511627776\r\n\r\n"), STALL),
     IS_TOO_LARGE},
    {.name = "Content-Length of 1 GiB",
     AFTER_COMMIT(SEND(OK "Content-Length: 1073741824\r\n\r\n"), STALL),
     IS_TOO_LARGE},
    {.name = "Content-Length beyond 64 bits",
     .floods = true,
     AFTER_COMMIT(SEND(OK "Content-Length: 99999999999999999999999\r\n\r\n"), FLOOD(KILOBYTE, 0)),
     IS_TOO_LARGE},
    {.name = "a body without end, nor length",
     .floods = true,
     AFTER_COMMIT(SEND(OK "\r\n"), FLOOD(KILOBYTE, 0)),
     IS_TOO_LARGE},
    {.name = "a body of 64 MB without length",
     AFTER_COMMIT(SEND(OK "\r\n"), FLOOD(KILOBYTE, 65536), FIN),
     IS_TOO_LARGE},
    {.name = "chunks without end",
     .floods = true,
     AFTER_COMMIT(SEND(OK "Transfer-Encoding: chunked\r\n\r\n"), FLOOD("400\r\n" KILOBYTE "\r\n", 0)),
     IS_TOO_LARGE},
    {.name = "an error of 1 GiB",
     AFTER_COMMIT(SEND("HTTP/1.1 500 Oops\r\nContent-Length: 1073741824\r\n\r\n"), STALL),
     IS_TOO_LARGE},
    {.name = "a body larger than max_response_bytes",
     .options = OPTIONS({"max_response_bytes", "1024"}),
     AFTER_COMMIT(SEND(OK "\r\n" KILOBYTE "{"), FIN),
     IS_TOO_LARGE},
};

/* Odd, but whole. */
static const struct fault_case odd[] = {
    {.name = "10,000 headers",
     AFTER_COMMIT(SEND(OK), FLOOD(FIFTY_HEADERS, 200), SEND("Content-Length: " LENGTH "\r\n\r\n" HEALTHY_BODY)),
     IS_FINE},
    {.name = "bare line feeds",
     AFTER_COMMIT(SEND("HTTP/1.1 200 OK\nContent-Length: " LENGTH "\n\n" HEALTHY_BODY)),
     IS_FINE},
    {.name = "folded header",
     AFTER_COMMIT(SEND(OK "X-Long: a\r\n b\r\nContent-Length: " LENGTH "\r\n\r\n" HEALTHY_BODY)),
     IS_FINE},
    {.name = "HTTP/1.0", AFTER_COMMIT(SEND("HTTP/1.0 200 OK\r\n\r\n" HEALTHY_BODY), FIN), IS_FINE},
    {.name = "without a length, closed", AFTER_COMMIT(SEND(OK JSON_TYPE "\r\n" HEALTHY_BODY), FIN), IS_FINE},
    {.name = "chunked and Content-Length",
     AFTER_COMMIT(SEND(OK "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n" LENGTH_IN_HEX "\r\n" HEALTHY_BODY
                          "\r\n0\r\n\r\n")),
     IS_FINE},
    {.name = "trailers",
     AFTER_COMMIT(SEND(OK "Transfer-Encoding: chunked\r\n\r\n" LENGTH_IN_HEX ";name=value\r\n" HEALTHY_BODY
                          "\r\n0\r\nX-Trailer: yes\r\n\r\n")),
     IS_FINE},
    {.name = "100, then 200",
     AFTER_COMMIT(SEND("HTTP/1.1 100 Continue\r\n\r\n"), ANSWER("200 OK", HEALTHY_BODY)),
     IS_FINE},
    {.name = "103, then 200",
     AFTER_COMMIT(SEND("HTTP/1.1 103 Early Hints\r\nLink: </>\r\n\r\n"), ANSWER("200 OK", HEALTHY_BODY)),
     IS_FINE},
    {.name = "201", AFTER_COMMIT(ANSWER("201 Created", HEALTHY_BODY)), IS_FINE},
    {.name = "byte by byte, but in time",
     AFTER_COMMIT(DRIBBLE("HTTP/1.1 200 OK\r\nContent-Length: " LENGTH "\r\n\r\n" HEALTHY_BODY, 0)),
     IS_FINE},
    {.name = "closed at once behind the answer",
     AFTER_COMMIT(ANSWER("200 OK\r\nConnection: close", HEALTHY_BODY), FIN),
     IS_FINE},
    {.name = "cut at once behind the answer",
     AFTER_COMMIT(ANSWER("200 OK\r\nConnection: close", HEALTHY_BODY), CUT),
     IS_FINE},
    {.name = "no content",
     AFTER_COMMIT(SEND("HTTP/1.1 204 No Content\r\n\r\n")),
     IS_UNREADABLE(NOT_JSON),
     .http_status = 204},
    {.name = "no content, with content",
     AFTER_COMMIT(SEND("HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\nhello")),
     IS_UNREADABLE(NOT_JSON),
     .http_status = 204},
};

START_TEST(meets_cut_answers) { fault_cases_run(cut, COUNT(cut), true); }
END_TEST
START_TEST(meets_slow_answers) { fault_cases_run(slow, COUNT(slow), true); }
END_TEST
START_TEST(meets_broken_answers) { fault_cases_run(broken, COUNT(broken), true); }
END_TEST
START_TEST(meets_odd_answers) { fault_cases_run(odd, COUNT(odd), true); }
END_TEST

int main(void) {
  Suite *suite = suite_create("test_answers");
  faults_begin();
  TCase *cases = faults_case(suite, "answers");
  tcase_add_test(cases, meets_cut_answers);
  tcase_add_test(cases, meets_slow_answers);
  tcase_add_test(cases, meets_broken_answers);
  tcase_add_test(cases, meets_odd_answers);
  return faults_end(suite);
}
