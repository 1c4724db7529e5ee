/* SPDX-License-Identifier: MIT */
/* LangSmith's own answers, and what keeps them from arriving. */
#include "error/classify.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

#define MEANS(status_name, cause_name, what_to_do) \
  .status = LSEXPORT_ERR_##status_name, .cause = LSEXPORT_CAUSE_##cause_name, .remedy = (what_to_do)
#define WORDS(http, words, ...) {.http_status = (http), .text = (words), .narrow = true, MEANS(__VA_ARGS__)}
#define WORD(word, ...) {.code = (word), .text = (word), MEANS(__VA_ARGS__)}
#define HTTP(http, ...) {.http_status = (http), MEANS(__VA_ARGS__)}
#define FAILED(kind, ...) {.transfer = TRANSFER_##kind, MEANS(__VA_ARGS__)}

static const char permission[] =
    "Use an API key whose role has the permission that the call needs: bulk-exports:read to get and list, "
    "bulk-exports:manage for everything else, which of the built-in roles only Workspace Admin has.";
static const char plan[] =
    "Ask LangSmith which plan includes bulk export, or use an API key of an organization that has it.";
static const char other_page[] =
    "Something other than LangSmith's API answered with a web page. Set the option api_root to the root of the API, "
    "as \"eu\" or \"https://langsmith.example.com\", and check what proxy stands between.";
static const char firewall_page[] =
    "A proxy or firewall, not LangSmith, refused with a web page. Have it let this machine through to the host in "
    "api_root, or set the option proxy.";
static const char quota[] =
    "Have the limit that the server's text names raised, or free what counts against it; waiting helps only where the "
    "limit is for a period that ends.";

static const struct class_row langsmith_rows[] = {
    /* What the body adds to the HTTP status. A page in place of a 404 says nothing about the destination. */
    WORDS(2, "<html", PROTOCOL, HTML, other_page),
    WORDS(400, "plain HTTP request was sent to HTTPS port", REJECTED, HTML, "Write https:// in api_root."),
    WORDS(400, "<html", REJECTED, HTML, other_page),
    WORDS(401, "<html", UNAUTHENTICATED, HTML, firewall_page),
    WORDS(403, "<html", FORBIDDEN, HTML, firewall_page),
    WORDS(404, "<html", PROTOCOL, HTML, other_page),
    WORDS(405, "<html", PROTOCOL, HTML, other_page),
    WORDS(503, "<html", UNAVAILABLE, GATEWAY, NULL),
    WORDS(403, "bulk-exports:", FORBIDDEN, MISSING_PERMISSION, permission),
    WORDS(403, "permission", FORBIDDEN, MISSING_PERMISSION, permission),
    WORDS(403, " plan", FORBIDDEN, PLAN, plan),
    WORDS(403, "upgrade", FORBIDDEN, PLAN, plan),
    WORDS(403, "enterprise", FORBIDDEN, PLAN, plan),
    WORDS(403, "entitle", FORBIDDEN, PLAN, plan),
    WORDS(403, "not enabled", FORBIDDEN, PLAN, plan),
    WORDS(429, "rate limit", RATE_LIMITED, NONE, NULL),
    WORDS(429, "usage limit", QUOTA, NONE, quota),
    WORDS(429, "quota", QUOTA, NONE, quota),
    WORDS(429, "active schedule", QUOTA, NONE, quota),

    WORD("org_scoped_key_requires_workspace", FORBIDDEN, ORG_SCOPED_KEY,
         "This key belongs to an organization: say which workspace is meant, with the option workspace_id for the "
         "client or lsexport_call_set_workspace_id for one call."),
    WORD("insufficient_permissions", FORBIDDEN, MISSING_PERMISSION, permission),

    HTTP(3, REDIRECT, NONE, NULL),
    HTTP(401, UNAUTHENTICATED, NONE, NULL),
    HTTP(403, FORBIDDEN, NONE, NULL),
    HTTP(404, NOT_FOUND, NONE, NULL),
    HTTP(405, UNSUPPORTED_BY_SERVER, NONE,
         "Upgrade the self-hosted LangSmith: credentials can be replaced since 0.13.3, and deleting came in September "
         "2026. If it is new enough, check that api_root leads to the API and not to the web interface."),
    HTTP(407, PROXY, NONE, NULL),
    HTTP(408, UNAVAILABLE, NONE, NULL),
    HTTP(409, IN_USE, NONE, NULL),
    HTTP(413, REJECTED, BODY_TOO_LARGE,
         "Make the values of the spec shorter; a self-hosted LangSmith takes 25 MB unless its operator set less."),
    HTTP(422, VALIDATION, NONE, NULL),
    HTTP(425, UNAVAILABLE, NONE, NULL),
    HTTP(429, RATE_LIMITED, NONE, NULL),
    HTTP(4, REJECTED, NONE, NULL),
    HTTP(502, UNAVAILABLE, GATEWAY, NULL),
    HTTP(503, UNAVAILABLE, NONE, NULL),
    HTTP(504, UNAVAILABLE, GATEWAY,
         "The gateway gave up waiting for LangSmith, which at a create or patch mostly waits for a bucket that does "
         "not answer: check endpoint_url. After a create call lsexport_destination_ensure."),
    HTTP(5, SERVER, NONE, NULL),
};

const struct class_table class_langsmith = {
    .rows = langsmith_rows,
    .count = COUNT(langsmith_rows),
    .silent = {MEANS(PROTOCOL, NONE, NULL)},
    .other = {MEANS(PROTOCOL, NONE, NULL)},
};

static const struct class_row transport_rows[] = {
    FAILED(DNS, DNS, NONE, NULL),
    FAILED(CONNECT_REFUSED, CONNECT, CONNECT_REFUSED, NULL),
    FAILED(
        CONNECT_TIMEOUT, CONNECT, CONNECT_TIMEOUT,
        "Check that a firewall lets this machine reach the host and port of api_root, or set the option proxy; where "
        "the way is only slow, raise connect_timeout_ms."),
    FAILED(TLS, TLS, NONE, NULL),
    FAILED(
        TLS_VERSION, TLS, TLS_VERSION,
        "Check that api_root leads to LangSmith; if it does, have TLS 1.2 or newer switched on there, or on the proxy "
        "before it."),
    FAILED(TLS_PLAINTEXT, TLS, TLS_PLAINTEXT,
           "Check the port of api_root. If a self-hosted LangSmith really has no TLS, write http:// and set the "
           "option allow_http, which sends the API key in the clear."),
    FAILED(TLS_FILES, TLS, TLS_FILES,
           "Check that ca_file, client_certificate and client_key name PEM files that belong together, and that "
           "client_key_password opens the key."),
    FAILED(CERTIFICATE_EXPIRED, TLS, CERTIFICATE_EXPIRED,
           "Check this machine's clock; if it is right, have the certificate of the host in api_root renewed."),
    FAILED(CERTIFICATE_WRONG_HOST, TLS, CERTIFICATE_WRONG_HOST,
           "Write the host in api_root by a name that its certificate holds, and check that DNS and proxy lead to "
           "that host."),
    FAILED(CERTIFICATE_UNTRUSTED, TLS, CERTIFICATE_UNTRUSTED,
           "Set the option ca_file to a PEM file with the authority that signed the certificate: your own "
           "authority's, or that of a proxy which opens TLS."),
    FAILED(PROXY, PROXY, NONE, NULL),
    FAILED(LOST, CONNECTION_LOST, NONE, NULL),
    FAILED(BROKEN, PROTOCOL, NONE, NULL),
    FAILED(SILENT, TIMEOUT, NONE, NULL),
    FAILED(TOO_LARGE, TOO_LARGE, NONE, NULL),
    FAILED(NO_MEMORY, NO_MEMORY, NONE, NULL),
    FAILED(INTERNAL, INTERNAL, NONE, NULL),
};

const struct class_table class_transport = {
    .rows = transport_rows,
    .count = COUNT(transport_rows),
    .silent = {MEANS(INTERNAL, NONE, NULL)},
    .other = {MEANS(INTERNAL, NONE, NULL)},
};
