/* SPDX-License-Identifier: MIT */
/* How to reach LangSmith: a config is filled, and a client is made from it. */
#ifndef LSEXPORT_CLIENT_H
#define LSEXPORT_CLIENT_H

#include <lsexport/error.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- config: a builder, for one thread at a time. Setters copy and return OK, INVALID_ARGUMENT (NULL handle,
 * unknown key) or NO_MEMORY. The first failure is kept, and lsexport_client_new reports it: so a caller may check
 * once, there. Values are checked there too, all at once. ---- */

/** Makes an empty config; the caller frees it. Returns OK, INVALID_ARGUMENT or NO_MEMORY. Since: 0.1. */
LSEXPORT_API lsexport_status lsexport_config_new(lsexport_config **config_out);

/** Sets an option of the table below, as "api_root" = "eu" or "timeout_ms" = "30000". Since: 0.1. */
LSEXPORT_API lsexport_status lsexport_config_set(lsexport_config *config, const char *key, const char *value);

/** The LangSmith API key. length in bytes, or LSEXPORT_NUL_TERMINATED. No getter. Since: 0.1. */
LSEXPORT_API lsexport_status lsexport_config_set_api_key(lsexport_config *config, const char *api_key, size_t length);

/** Reads LANGSMITH_API_KEY, LANGSMITH_ENDPOINT (option api_root) and LANGSMITH_WORKSPACE_ID (option workspace_id);
 * what is unset or empty stays as it was. Not while another thread changes the environment. Since: 0.1. */
LSEXPORT_API lsexport_status lsexport_config_set_from_environment(lsexport_config *config);

/** Takes one finished line of JSON (an attempt, a retry, an outcome), without line end; secrets are never in it. Called
 * on the thread that makes the call, or that waits for its queue. It must not call the library. Since: 0.1. */
typedef void (*lsexport_log_fn)(uintptr_t userdata, const char *line, size_t length);

/** Where the client's log goes. NULL: nowhere, the default. Not called after the last call has returned and
 * the last queue is freed. Since: 0.1. */
LSEXPORT_API lsexport_status lsexport_config_set_log(lsexport_config *config, lsexport_log_fn log, uintptr_t userdata);

/** Wipes and frees the config; clients made from it go on. NULL is ignored. Since: 0.1. */
LSEXPORT_API void lsexport_config_free(lsexport_config *config);

/* ---- the table of options, for bindings and documentation: static text; any thread; "" or 0 past the end ---- */

/** How many options there are. Since: 0.1. */
LSEXPORT_API size_t lsexport_option_count(void);
/** The option's key. Since: 0.1. */
LSEXPORT_API const char *lsexport_option_key(size_t index);
/** What it takes: "text", "integer", "boolean", "path", "url" or "uuid". Since: 0.1. */
LSEXPORT_API const char *lsexport_option_type(size_t index);
/** Its default, "" for none. Since: 0.1. */
LSEXPORT_API const char *lsexport_option_default(size_t index);
/** The least and the greatest integer it takes; both 0 for other types. Since: 0.1. */
LSEXPORT_API int64_t lsexport_option_minimum(size_t index);
/** See lsexport_option_minimum. Since: 0.1. */
LSEXPORT_API int64_t lsexport_option_maximum(size_t index);
/** 1 when its value is a secret. Since: 0.1. */
LSEXPORT_API int32_t lsexport_option_is_secret(size_t index);
/** What it does, in a sentence. Since: 0.1. */
LSEXPORT_API const char *lsexport_option_text(size_t index);

/* ---- client: immutable; any number of threads may use it at once ---- */

/** Makes a client; the config may be freed at will. Sends nothing; looks whether the files it names can be read.
 * Returns OK; VALIDATION with every failing option as a field; INVALID_ARGUMENT; UNSUPPORTED (libcurl too old, or
 * built without TLS or threads); NO_MEMORY; INTERNAL (libcurl will not start). Since: 0.1. */
LSEXPORT_API lsexport_status lsexport_client_new(const lsexport_config *config, lsexport_client **client_out,
                                                 lsexport_error **error_out);

/** Gives up the caller's client. Calls in flight on other threads keep what they need and end as they would have.
 * Never blocks on the network. NULL is ignored. Any thread. Since: 0.1. */
LSEXPORT_API void lsexport_client_free(lsexport_client *client);

#ifdef __cplusplus
}
#endif
#endif
