/* SPDX-License-Identifier: MIT */
/* Why a call failed: a status to branch on, and an error object that says the rest. */
#ifndef LSEXPORT_ERROR_H
#define LSEXPORT_ERROR_H

#include <lsexport/api.h>

#ifdef __cplusplus
extern "C" {
#endif

/** What failed, in the caller's terms: one of LSEXPORT_OK and LSEXPORT_ERR_*. Since: 0.1. */
typedef int32_t lsexport_status;

/** Values of lsexport_status; docs/errors.md says what each means. Numbers never change. A caller treats one that it
 * does not know as a failure. 1 to 19: this process. 20 to 39: the way to LangSmith. 40 to 59: LangSmith's answer.
 * 60 to 79: the bucket, as LangSmith saw it. Since: 0.1. */
enum {
  LSEXPORT_OK = 0,
  LSEXPORT_ERR_INVALID_ARGUMENT = 1,
  LSEXPORT_ERR_INVALID_STATE = 2,
  LSEXPORT_ERR_NO_MEMORY = 3,
  LSEXPORT_ERR_FORKED = 4,
  LSEXPORT_ERR_CANCELLED = 5,
  LSEXPORT_ERR_TIMEOUT = 6,
  LSEXPORT_ERR_UNSUPPORTED = 7,
  LSEXPORT_ERR_INTERNAL = 8,
  LSEXPORT_ERR_DNS = 20,
  LSEXPORT_ERR_CONNECT = 21,
  LSEXPORT_ERR_TLS = 22,
  LSEXPORT_ERR_PROXY = 23,
  LSEXPORT_ERR_CONNECTION_LOST = 24,
  LSEXPORT_ERR_PROTOCOL = 25,
  LSEXPORT_ERR_REDIRECT = 26,
  LSEXPORT_ERR_TOO_LARGE = 27,
  LSEXPORT_ERR_UNAUTHENTICATED = 40,
  LSEXPORT_ERR_FORBIDDEN = 41,
  LSEXPORT_ERR_NOT_FOUND = 42,
  LSEXPORT_ERR_IN_USE = 43,
  LSEXPORT_ERR_VALIDATION = 44,
  LSEXPORT_ERR_RATE_LIMITED = 45,
  LSEXPORT_ERR_QUOTA = 46,
  LSEXPORT_ERR_UNSUPPORTED_BY_SERVER = 47,
  LSEXPORT_ERR_SERVER = 48,
  LSEXPORT_ERR_UNAVAILABLE = 49,
  LSEXPORT_ERR_REJECTED = 50,
  LSEXPORT_ERR_ACCESS_DENIED = 60,
  LSEXPORT_ERR_BUCKET_NOT_VALID = 61,
  LSEXPORT_ERR_KEY_ID_NOT_FOUND = 62,
  LSEXPORT_ERR_INVALID_ENDPOINT = 63,
  LSEXPORT_ERR_INVALID_BUCKET_NAME = 64,
  LSEXPORT_ERR_STORAGE = 65,
  LSEXPORT_ERR_STORAGE_UNAVAILABLE = 66
};

/** What lies beneath a status; 0 when nothing more is known. Refines it, never contradicts it. docs/errors.md says
 * what each means. Numbers never change. Since: 0.1. */
enum {
  LSEXPORT_CAUSE_NONE = 0,
  LSEXPORT_CAUSE_OBJECT_LOCK_CHECKSUM = 1,
  LSEXPORT_CAUSE_KMS_DENIED = 2,
  LSEXPORT_CAUSE_WRONG_REGION = 3,
  LSEXPORT_CAUSE_CLOCK_SKEW = 4,
  LSEXPORT_CAUSE_BAD_SECRET = 5,
  LSEXPORT_CAUSE_EXPIRED_TOKEN = 6,
  LSEXPORT_CAUSE_MISSING_TOKEN = 7,
  LSEXPORT_CAUSE_CONFUSED_BUCKET = 8,
  LSEXPORT_CAUSE_CERTIFICATE_WRONG_HOST = 9,
  LSEXPORT_CAUSE_HTML = 10,
  LSEXPORT_CAUSE_CERTIFICATE_EXPIRED = 11,
  LSEXPORT_CAUSE_CERTIFICATE_UNTRUSTED = 12,
  LSEXPORT_CAUSE_BAD_TOKEN = 13,
  LSEXPORT_CAUSE_BAD_KEY_ID = 14,
  LSEXPORT_CAUSE_NO_CREDENTIALS = 15,
  LSEXPORT_CAUSE_POLICY = 16,
  LSEXPORT_CAUSE_ACCOUNT = 17,
  LSEXPORT_CAUSE_REQUESTER_PAYS = 18,
  LSEXPORT_CAUSE_KMS_KEY = 19,
  LSEXPORT_CAUSE_ADDRESSING_STYLE = 20,
  LSEXPORT_CAUSE_REQUEST_OPTIONS = 21,
  LSEXPORT_CAUSE_ACL_NOT_SUPPORTED = 22,
  LSEXPORT_CAUSE_BUCKET_OWNER = 23,
  LSEXPORT_CAUSE_CHECKSUM = 24,
  LSEXPORT_CAUSE_OBJECT_KEY = 25,
  LSEXPORT_CAUSE_NOT_S3 = 26,
  LSEXPORT_CAUSE_REDIRECTED_BUCKET = 27,
  LSEXPORT_CAUSE_STORAGE_UNREACHABLE = 28,
  LSEXPORT_CAUSE_STORAGE_TLS = 29,
  LSEXPORT_CAUSE_STORAGE_TIMEOUT = 30,
  LSEXPORT_CAUSE_STORAGE_CLOSED = 31,
  LSEXPORT_CAUSE_THROTTLED = 32,
  LSEXPORT_CAUSE_PROVIDER_FAULT = 33,
  LSEXPORT_CAUSE_STORAGE_FULL = 34,
  LSEXPORT_CAUSE_NO_REASON = 35,
  LSEXPORT_CAUSE_NOT_IMPLEMENTED = 36,
  LSEXPORT_CAUSE_RETENTION = 37,
  LSEXPORT_CAUSE_BUCKET_BUSY = 38,
  LSEXPORT_CAUSE_ROLE = 39,
  LSEXPORT_CAUSE_ORG_SCOPED_KEY = 50,
  LSEXPORT_CAUSE_MISSING_PERMISSION = 51,
  LSEXPORT_CAUSE_PLAN = 52,
  LSEXPORT_CAUSE_BODY_TOO_LARGE = 53,
  LSEXPORT_CAUSE_GATEWAY = 54,
  LSEXPORT_CAUSE_CONNECT_TIMEOUT = 70,
  LSEXPORT_CAUSE_CONNECT_REFUSED = 71,
  LSEXPORT_CAUSE_TLS_VERSION = 72,
  LSEXPORT_CAUSE_TLS_PLAINTEXT = 73,
  LSEXPORT_CAUSE_TLS_FILES = 74,
  LSEXPORT_CAUSE_FOREIGN_ANSWER = 75,
  LSEXPORT_CAUSE_NOT_JSON = 76,
  LSEXPORT_CAUSE_CONTENT_ENCODING = 77,
  LSEXPORT_CAUSE_DEADLINE_TOO_NEAR = 78,
  LSEXPORT_CAUSE_NO_DESCRIPTORS = 79
};

/** Who can mend it. Since: 0.1. */
enum {
  LSEXPORT_SIDE_UNKNOWN = 0,
  LSEXPORT_SIDE_CALLER = 1,
  LSEXPORT_SIDE_NETWORK = 2,
  LSEXPORT_SIDE_LANGSMITH = 3,
  LSEXPORT_SIDE_STORAGE = 4
};

/** Whether a failed write took effect. NO: no byte of it reached LangSmith, or it answered 3xx, or 4xx other than 408.
 * YES: its 2xx answer named the destination. UNKNOWN: it may have. A read says NO. Since: 0.1. */
enum { LSEXPORT_APPLIED_UNKNOWN = 0, LSEXPORT_APPLIED_NO = 1, LSEXPORT_APPLIED_YES = 2 };

/* ---- the tables, for bindings and messages: static text; any thread ---- */

/** "LSEXPORT_ERR_ACCESS_DENIED"; "unknown status" for a number of a newer library. Since: 0.1. */
LSEXPORT_API const char *lsexport_status_name(lsexport_status status);
/** The status in a few words. Since: 0.1. */
LSEXPORT_API const char *lsexport_status_text(lsexport_status status);
/** How many statuses there are, OK among them. Since: 0.1. */
LSEXPORT_API size_t lsexport_status_count(void);
/** The status at index 0 to count - 1; INTERNAL past the end. Since: 0.1. */
LSEXPORT_API lsexport_status lsexport_status_at(size_t index);
/** "LSEXPORT_CAUSE_KMS_DENIED"; "unknown cause" for a number of a newer library. Since: 0.1. */
LSEXPORT_API const char *lsexport_cause_name(int32_t cause);
/** The cause in a few words; "" for NONE. Since: 0.1. */
LSEXPORT_API const char *lsexport_cause_text(int32_t cause);
/** How many causes there are, NONE among them. Since: 0.1. */
LSEXPORT_API size_t lsexport_cause_count(void);
/** The cause at index 0 to count - 1; NONE past the end. Since: 0.1. */
LSEXPORT_API int32_t lsexport_cause_at(size_t index);

/* ---- an error: immutable, any thread, owned by the caller. Getters take NULL and then answer OK, 0 or "". Text
 * lives as long as the error; it never holds a secret, a control character or HTML. ---- */

/** What failed. Since: 0.1. */
LSEXPORT_API lsexport_status lsexport_error_status(const lsexport_error *error);
/** What lies beneath: LSEXPORT_CAUSE_*. Since: 0.1. */
LSEXPORT_API int32_t lsexport_error_cause(const lsexport_error *error);
/** One line: what failed, why, and what to do. Since: 0.1. */
LSEXPORT_API const char *lsexport_error_message(const lsexport_error *error);
/** What to do next, in a sentence or two. Since: 0.1. */
LSEXPORT_API const char *lsexport_error_remedy(const lsexport_error *error);
/** Where LangSmith documents this; "" when it does not. Since: 0.1. */
LSEXPORT_API const char *lsexport_error_documentation_url(const lsexport_error *error);
/** Who can mend it: LSEXPORT_SIDE_*. Since: 0.1. */
LSEXPORT_API int32_t lsexport_error_side(const lsexport_error *error);
/** Whether the request took effect: LSEXPORT_APPLIED_*. Since: 0.1. */
LSEXPORT_API int32_t lsexport_error_applied(const lsexport_error *error);
/** 1 when the same call may be made again, may help, and cannot double anything. Never 1 for a create unless applied
 * is NO. Since: 0.1. */
LSEXPORT_API int32_t lsexport_error_retryable(const lsexport_error *error);
/** How long the server asked to wait, in milliseconds; 0 when it did not say. Since: 0.1. */
LSEXPORT_API int64_t lsexport_error_retry_after_ms(const lsexport_error *error);
/** How many requests were begun; 0 when the call failed before the first. Since: 0.1. */
LSEXPORT_API int32_t lsexport_error_attempts(const lsexport_error *error);
/** LangSmith's HTTP status; 0 when there was no answer, or the library itself refused. Since: 0.1. */
LSEXPORT_API int32_t lsexport_error_http_status(const lsexport_error *error);
/** The bucket's own error code, as "AccessDenied", where the answer kept it or its text tells it. Since: 0.1. */
LSEXPORT_API const char *lsexport_error_storage_code(const lsexport_error *error);
/** The server's own words, bounded and cleaned. Since: 0.1. */
LSEXPORT_API const char *lsexport_error_server_text(const lsexport_error *error);
/** The server's X-Request-Id. Since: 0.1. */
LSEXPORT_API const char *lsexport_error_request_id(const lsexport_error *error);
/** A fact by name ("expected_region", "redirect_host", "action", ...; docs/errors.md lists them); NULL when absent.
 * Since: 0.1. */
LSEXPORT_API const char *lsexport_error_fact(const lsexport_error *error, const char *name);
/** How many fields failed, with VALIDATION. Since: 0.1. */
LSEXPORT_API size_t lsexport_error_field_count(const lsexport_error *error);
/** The failing field, as "config.bucket_name"; "" past the end. Since: 0.1. */
LSEXPORT_API const char *lsexport_error_field_path(const lsexport_error *error, size_t index);
/** What is wrong with it; "" past the end. Since: 0.1. */
LSEXPORT_API const char *lsexport_error_field_message(const lsexport_error *error, size_t index);
/** All of it as one JSON object; "{}" for NULL. Since: 0.1. */
LSEXPORT_API const char *lsexport_error_json(const lsexport_error *error);
/** Frees the error. NULL is ignored. Since: 0.1. */
LSEXPORT_API void lsexport_error_free(lsexport_error *error);

#ifdef __cplusplus
}
#endif
#endif
