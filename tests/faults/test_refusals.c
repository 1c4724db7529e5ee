/* SPDX-License-Identifier: MIT */
/* Whole answers that say no, and whole answers that say nothing one can use. */
#include "fault_case.h"

#include <stdlib.h>

/* The connection stays, and what is asked on it next is answered. */
#define WELL_AGAIN REQUEST, COMMIT, ANSWER("200 OK", HEALTHY_BODY)
#define REFUSE(status, body) .script = SCRIPT(REQUEST, ANSWER(status, body), WELL_AGAIN)
#define FAIL(status, body) .script = SCRIPT(REQUEST, COMMIT, ANSWER(status, body), WELL_AGAIN)
#define SAYS(text) "{\"detail\":\"" text "\"}"
#define HTML_PAGE "<html><head><title>Error</title></head><body><h1>It did not work</h1></body></html>"
#define AS_HTML "\r\nContent-Type: text/html"
#define AS_JSON "\r\nContent-Type: application/json"

static const struct fault_case refusals[] = {
    {.name = "400", REFUSE("400 Bad Request", SAYS("no")), IS_REFUSED(400, REJECTED, NONE)},
    {.name = "400 of the bucket",
     REFUSE("400 Bad Request", SAYS("Failed to validate S3 destination: Access denied")),
     IS_REFUSED(400, ACCESS_DENIED, NONE)},
    {.name = "400 of a bucket that is down",
     REFUSE("400 Bad Request",
            SAYS("Failed to validate S3 destination: [Errno 5] An error occurred (SlowDown) when calling "
                 "the PutObject operation (reached max retries: 4): Please reduce your request rate.")),
     IS_REFUSED(400, STORAGE_UNAVAILABLE, THROTTLED),
     .transient = true,
     .never_repeated = true},
    {.name = "400 without a body", REFUSE("400 Bad Request", ""), IS_REFUSED(400, REJECTED, NONE)},
    {.name = "401", REFUSE("401 Unauthorized", SAYS("Invalid token")), IS_REFUSED(401, UNAUTHENTICATED, NONE)},
    {.name = "401 with a challenge",
     REFUSE("401 Unauthorized\r\nWWW-Authenticate: Basic realm=\"x\"", SAYS("Invalid token")),
     IS_REFUSED(401, UNAUTHENTICATED, NONE)},
    {.name = "401 that wants NTLM",
     REFUSE("401 Unauthorized\r\nWWW-Authenticate: NTLM", ""),
     IS_REFUSED(401, UNAUTHENTICATED, NONE)},
    {.name = "403", REFUSE("403 Forbidden", SAYS("Forbidden")), IS_REFUSED(403, FORBIDDEN, NONE)},
    {.name = "403 of a firewall", REFUSE("403 Forbidden" AS_HTML, HTML_PAGE), IS_REFUSED(403, FORBIDDEN, HTML)},
    {.name = "404", REFUSE("404 Not Found", SAYS("Not found")), IS_REFUSED(404, NOT_FOUND, NONE)},
    {.name = "404 of a web server", REFUSE("404 Not Found" AS_HTML, HTML_PAGE), IS_REFUSED(404, PROTOCOL, HTML)},
    {.name = "405",
     REFUSE("405 Method Not Allowed\r\nAllow: GET", SAYS("Method Not Allowed")),
     IS_REFUSED(405, UNSUPPORTED_BY_SERVER, NONE)},
    {.name = "406", REFUSE("406 Not Acceptable", ""), IS_REFUSED(406, REJECTED, NONE)},
    {.name = "407 that is LangSmith's",
     REFUSE("407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm=\"x\"", ""),
     IS_REFUSED(407, PROXY, NONE),
     .transient = true,
     .never_repeated = true},
    {.name = "408", FAIL("408 Request Timeout", ""), IS_FAILED(408, UNAVAILABLE, NONE)},
    {.name = "408, closed",
     .script = SCRIPT(REQUEST, COMMIT, ANSWER("408 Request Timeout\r\nConnection: close", ""), FIN),
     IS_FAILED(408, UNAVAILABLE, NONE)},
    {.name = "409", REFUSE("409 Conflict", SAYS("Destination is in use")), IS_REFUSED(409, IN_USE, NONE)},
    {.name = "411", REFUSE("411 Length Required", ""), IS_REFUSED(411, REJECTED, NONE)},
    {.name = "413", REFUSE("413 Payload Too Large", ""), IS_REFUSED(413, REJECTED, BODY_TOO_LARGE)},
    {.name = "413 before the body came, closed",
     .script = SCRIPT(HEAD, ANSWER("413 Payload Too Large\r\nConnection: close", ""), FIN),
     IS_REFUSED(413, REJECTED, BODY_TOO_LARGE)},
    {.name = "417", REFUSE("417 Expectation Failed", ""), IS_REFUSED(417, REJECTED, NONE)},
    {.name = "418", REFUSE("418 I'm a teapot", ""), IS_REFUSED(418, REJECTED, NONE)},
    {.name = "421", REFUSE("421 Misdirected Request", ""), IS_REFUSED(421, REJECTED, NONE)},
    {.name = "422 in words", REFUSE("422 Unprocessable Entity", SAYS("Bad name")), IS_REFUSED(422, VALIDATION, NONE)},
    {.name = "422 by field",
     REFUSE("422 Unprocessable Entity", "{\"detail\":[{\"type\":\"string_too_short\",\"loc\":[\"body\",\"config\","
                                        "\"bucket_name\"],\"msg\":\"too short\",\"input\":\"x\"}]}"),
     IS_REFUSED(422, VALIDATION, NONE)},
    {.name = "425", REFUSE("425 Too Early", ""), IS_REFUSED(425, UNAVAILABLE, NONE), .transient = true},
    {.name = "426",
     REFUSE("426 Upgrade Required\r\nUpgrade: h2c\r\nConnection: Upgrade", ""),
     IS_REFUSED(426, REJECTED, NONE)},
    {.name = "429",
     REFUSE("429 Too Many Requests", SAYS("Rate limit exceeded")),
     IS_REFUSED(429, RATE_LIMITED, NONE),
     .transient = true},
    {.name = "429 and a quota",
     REFUSE("429 Too Many Requests", SAYS("Monthly quota exceeded")),
     IS_REFUSED(429, QUOTA, NONE)},
    {.name = "429, Retry-After: 0",
     REFUSE("429 Too Many Requests\r\nRetry-After: 0", ""),
     IS_REFUSED(429, RATE_LIMITED, NONE),
     .transient = true},
    {.name = "429, Retry-After of the past",
     REFUSE("429 Too Many Requests\r\nRetry-After: Sun, 06 Nov 1994 08:49:37 GMT", ""),
     IS_REFUSED(429, RATE_LIMITED, NONE),
     .transient = true},
    {.name = "429, Retry-After twice",
     REFUSE("429 Too Many Requests\r\nRetry-After: 2\r\nRetry-After: 1", ""),
     IS_REFUSED(429, RATE_LIMITED, NONE),
     .transient = true,
     .wait_ms = 2000},
    {.name = "429, Retry-After with a fraction",
     REFUSE("429 Too Many Requests\r\nRetry-After: 0.5", ""),
     IS_REFUSED(429, RATE_LIMITED, NONE),
     .transient = true,
     .wait_ms = 1000},
    {.name = "429, Retry-After in words",
     REFUSE("429 Too Many Requests\r\nRetry-After: soon", ""),
     IS_REFUSED(429, RATE_LIMITED, NONE),
     .transient = true},
    {.name = "431", REFUSE("431 Request Header Fields Too Large", ""), IS_REFUSED(431, REJECTED, NONE)},
    {.name = "451", REFUSE("451 Unavailable For Legal Reasons", ""), IS_REFUSED(451, REJECTED, NONE)},
    {.name = "499", REFUSE("499 Client Closed Request", ""), IS_REFUSED(499, REJECTED, NONE)},
};

static const struct fault_case failures[] = {
    {.name = "500", FAIL("500 Internal Server Error", SAYS("oops")), IS_FAILED(500, SERVER, NONE)},
    {.name = "500 in HTML", FAIL("500 Internal Server Error" AS_HTML, HTML_PAGE), IS_FAILED(500, SERVER, HTML)},
    {.name = "501", FAIL("501 Not Implemented", ""), IS_FAILED(501, SERVER, NONE)},
    {.name = "502", FAIL("502 Bad Gateway" AS_HTML, HTML_PAGE), IS_FAILED(502, UNAVAILABLE, GATEWAY)},
    {.name = "503", FAIL("503 Service Unavailable", ""), IS_FAILED(503, UNAVAILABLE, NONE)},
    {.name = "503 in HTML", FAIL("503 Service Unavailable" AS_HTML, HTML_PAGE), IS_FAILED(503, UNAVAILABLE, GATEWAY)},
    {.name = "503, Retry-After: 1",
     FAIL("503 Service Unavailable\r\nRetry-After: 1", ""),
     IS_FAILED(503, UNAVAILABLE, NONE),
     .wait_ms = 1000},
    {.name = "504", FAIL("504 Gateway Timeout" AS_HTML, HTML_PAGE), IS_FAILED(504, UNAVAILABLE, GATEWAY)},
    {.name = "505", FAIL("505 HTTP Version Not Supported", ""), IS_FAILED(505, SERVER, NONE)},
    {.name = "520 of a gateway", FAIL("520 Web Server Returned an Unknown Error", ""), IS_FAILED(520, SERVER, NONE)},
    {.name = "599", FAIL("599 Network Connect Timeout", ""), IS_FAILED(599, SERVER, NONE)},
    {.name = "600",
     FAIL("600 What", HEALTHY_BODY),
     MEANS(PROTOCOL, NONE),
     .http_status = 600,
     .applied = LSEXPORT_APPLIED_UNKNOWN},
    {.name = "999",
     FAIL("999 Go Away", ""),
     MEANS(PROTOCOL, NONE),
     .http_status = 999,
     .applied = LSEXPORT_APPLIED_UNKNOWN},
    {.name = "304", REFUSE("304 Not Modified", ""), IS_REFUSED(304, REDIRECT, NONE)},
    {.name = "300", REFUSE("300 Multiple Choices", ""), IS_REFUSED(300, REDIRECT, NONE)},
};

/* 200, but not what was asked for. */
#define BRACKETS "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[["
_Static_assert(sizeof BRACKETS - 1 == 50, "2,000 of them are 100,000");
#define UNREADABLE(cause) IS_UNREADABLE(cause), .http_status = 200
#define ANSWERS(body) FAIL("200 OK" AS_JSON, body)
#define NAMED(rest) "{\"id\":\"" DESTINATION_ID "\",\"display_name\":\"" DISPLAY_NAME "\"" rest "}"
#define CONFIG ",\"config\":{\"prefix\":\"\"}"
#define OTHER_ID "ffffffff-8a88-422c-9546-72c183b95b51"
#define ALL_BUT_CREATE (ONLY_GET | ONLY_PATCH | ONLY_DELETE)
/* A create's answer that names the destination shows that it exists. */
#define NOT_JSON_BUT_APPLIED \
  MEANS(PROTOCOL, NOT_JSON), .http_status = 200, .applied = LSEXPORT_APPLIED_YES, .fine_for_delete = true

static const struct fault_case contents[] = {
    {.name = "nothing", ANSWERS(""), UNREADABLE(NOT_JSON)},
    {.name = "blanks", ANSWERS("  \r\n "), UNREADABLE(NOT_JSON)},
    {.name = "half of it, with a length that fits",
     ANSWERS("{\"id\":\"" DESTINATION_ID "\",\"displ"),
     UNREADABLE(NOT_JSON)},
    {.name = "HTML", FAIL("200 OK" AS_HTML, HTML_PAGE), UNREADABLE(HTML)},
    {.name = "HTML that calls itself JSON", ANSWERS(HTML_PAGE), UNREADABLE(HTML)},
    {.name = "JSON that calls itself HTML", FAIL("200 OK" AS_HTML, HEALTHY_BODY), UNREADABLE(HTML)},
    {.name = "a list", ANSWERS("[" HEALTHY_BODY "]"), UNREADABLE(NOT_JSON)},
    {.name = "null", ANSWERS("null"), UNREADABLE(NOT_JSON)},
    {.name = "a number", ANSWERS("12"), UNREADABLE(NOT_JSON)},
    {.name = "an empty object", ANSWERS("{}"), UNREADABLE(NOT_JSON)},
    {.name = "no id", ANSWERS("{\"display_name\":\"" DISPLAY_NAME "\"" CONFIG "}"), UNREADABLE(NOT_JSON)},
    {.name = "an id that is none",
     ANSWERS("{\"id\":\"../evil\",\"display_name\":\"" DISPLAY_NAME "\"" CONFIG "}"),
     UNREADABLE(NOT_JSON)},
    {.name = "an id that is a number",
     ANSWERS("{\"id\":7,\"display_name\":\"" DISPLAY_NAME "\"" CONFIG "}"),
     UNREADABLE(NOT_JSON)},
    {.name = "no config", .only = ONLY_GET | ONLY_CREATE | ONLY_DELETE, ANSWERS(NAMED("")), NOT_JSON_BUT_APPLIED},
    {.name = "a config that is text", ANSWERS(NAMED(",\"config\":\"s3\"")), NOT_JSON_BUT_APPLIED},
    {.name = "a bucket that is a number",
     ANSWERS(NAMED(",\"config\":{\"prefix\":\"\",\"bucket_name\":7}")),
     NOT_JSON_BUT_APPLIED},
    {.name = "duplicate names", ANSWERS(NAMED(",\"id\":\"" OTHER_ID "\"" CONFIG)), UNREADABLE(NOT_JSON)},
    {.name = "bytes behind it", ANSWERS(HEALTHY_BODY "x"), UNREADABLE(NOT_JSON)},
    {.name = "a second object behind it", ANSWERS(HEALTHY_BODY HEALTHY_BODY), UNREADABLE(NOT_JSON)},
    {.name = "a byte order mark", ANSWERS("\xef\xbb\xbf" HEALTHY_BODY), UNREADABLE(NOT_JSON)},
    {.name = "broken UTF-8", ANSWERS(NAMED(CONFIG ",\"x\":\"\xff\"")), UNREADABLE(NOT_JSON)},
    {.name = "overlong UTF-8", ANSWERS(NAMED(CONFIG ",\"x\":\"\xc0\xaf\"")), UNREADABLE(NOT_JSON)},
    {.name = "half a surrogate pair", ANSWERS(NAMED(CONFIG ",\"x\":\"\\ud800\"")), UNREADABLE(NOT_JSON)},
    {.name = "an escaped NUL", ANSWERS(NAMED(CONFIG ",\"x\":\"\\u0000\"")), UNREADABLE(NOT_JSON)},
    {.name = "a NUL", ANSWERS(NAMED(CONFIG ",\"x\":\"\0\"")), UNREADABLE(NOT_JSON)},
    {.name = "an integer beyond 64 bits", ANSWERS(NAMED(CONFIG ",\"x\":9223372036854775808")), UNREADABLE(NOT_JSON)},
    {.name = "1e999", ANSWERS(NAMED(CONFIG ",\"x\":1e999")), UNREADABLE(NOT_JSON)},
    {.name = "NaN", ANSWERS(NAMED(CONFIG ",\"x\":NaN")), UNREADABLE(NOT_JSON)},
    {.name = "100,000 nested lists",
     .script = SCRIPT(REQUEST, COMMIT, SEND("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n"),
                      FLOOD(BRACKETS BRACKETS BRACKETS BRACKETS BRACKETS, 400)),
     UNREADABLE(NOT_JSON)},
    {.name = "another's answer, by its id",
     .only = ALL_BUT_CREATE,
     ANSWERS(DESTINATION_OF(OTHER_ID, DISPLAY_NAME)),
     UNREADABLE(FOREIGN_ANSWER)},
    {.name = "another's answer, by its name",
     .only = ONLY_CREATE,
     ANSWERS(DESTINATION_OF(OTHER_ID, "somebody's")),
     UNREADABLE(FOREIGN_ANSWER)},
    {.name = "gzip",
     FAIL("200 OK\r\nContent-Encoding: gzip", "\x1f\x8b\x08\0\0\0\0\0\0\x03 not really"),
     UNREADABLE(CONTENT_ENCODING)},
    {.name = "gzip that is JSON", FAIL("200 OK\r\nContent-Encoding: gzip", HEALTHY_BODY), UNREADABLE(CONTENT_ENCODING)},
    {.name = "br, six times",
     FAIL("200 OK\r\nContent-Encoding: br, br, br, br, br, br", HEALTHY_BODY),
     UNREADABLE(CONTENT_ENCODING)},
    {.name = "an encoding nobody knows",
     FAIL("200 OK\r\nContent-Encoding: rot13", HEALTHY_BODY),
     UNREADABLE(CONTENT_ENCODING)},
    /* and what is fine */
    {.name = "the encoding identity", FAIL("200 OK\r\nContent-Encoding: identity", HEALTHY_BODY), IS_FINE},
    {.name = "unknown members", ANSWERS(NAMED(CONFIG ",\"new_in_2027\":{\"a\":[1,2.5,null]}")), IS_FINE},
    {.name = "an unknown enum value",
     ANSWERS(NAMED(",\"config\":{\"prefix\":\"\",\"config_kwargs_s3\":{\"addressing_style\":\"new\"}}")),
     IS_FINE},
    {.name = "nulls where nothing is needed",
     ANSWERS(NAMED(",\"credentials_keys\":null,\"config\":{\"prefix\":null,\"region\":null}")),
     IS_FINE},
    {.name = "the id in capitals",
     ANSWERS(DESTINATION_OF("0A91A355-8A88-422C-9546-72C183B95B51", DISPLAY_NAME)),
     .only = ONLY_DELETE,
     IS_FINE},
    {.name = "blanks around it", ANSWERS(" \r\n\t" HEALTHY_BODY "\r\n\r\n"), IS_FINE},
};

START_TEST(meets_refusals) { fault_cases_run(refusals, COUNT(refusals), false); }
END_TEST
START_TEST(meets_failures) { fault_cases_run(failures, COUNT(failures), false); }
END_TEST
START_TEST(meets_contents) { fault_cases_run(contents, COUNT(contents), false); }
END_TEST

int main(void) {
  Suite *suite = suite_create("test_refusals");
  faults_begin();
  TCase *cases = faults_case(suite, "whole answers");
  tcase_add_test(cases, meets_refusals);
  tcase_add_test(cases, meets_failures);
  tcase_add_test(cases, meets_contents);
  return faults_end(suite);
}
