/* SPDX-License-Identifier: MIT */
/* What every header needs: the export macro, versions, and the names of all handles. */
#ifndef LSEXPORT_API_H
#define LSEXPORT_API_H

#include <stddef.h>
#include <stdint.h>

#if defined(LSEXPORT_STATIC) || !defined(__GNUC__)
#define LSEXPORT_API
#else
#define LSEXPORT_API __attribute__((visibility("default")))
#endif

#ifdef __cplusplus
extern "C" {
#endif

/** Grows by one with each release that adds a symbol, an option key or a constant. Never shrinks. Since: 0.1. */
#define LSEXPORT_ABI_LEVEL 1

/** A length that says: the text ends at its NUL. Since: 0.1. */
#define LSEXPORT_NUL_TERMINATED SIZE_MAX

/** The LSEXPORT_ABI_LEVEL the running library was built with. Any thread. Since: 0.1. */
LSEXPORT_API int32_t lsexport_abi_level(void);

/** The running library's version, as "0.1.0". Static text. Any thread. Since: 0.1. */
LSEXPORT_API const char *lsexport_version(void);

/** One line for bug reports: our version, and libcurl, TLS and jansson as loaded now. Static text. Any thread.
 * Since: 0.1. */
LSEXPORT_API const char *lsexport_version_details(void);

/** Flags of lsexport_global_init. WIPE: memory that libcurl and jansson free is wiped too. Since: 0.1. */
enum { LSEXPORT_INIT_WIPE = 1 };

/** Optional, process-wide, for main() alone, before the first client and before anything else uses libcurl or
 * jansson. Returns OK; INVALID_ARGUMENT for an unknown flag; INVALID_STATE, and nothing is changed, when it comes
 * too late; UNSUPPORTED when libcurl is too old or was built without TLS or threads; INTERNAL when libcurl will not
 * start. Since: 0.1. */
LSEXPORT_API int32_t lsexport_global_init(int32_t flags);

/** How to reach LangSmith: a builder. See client.h. Since: 0.1. */
typedef struct lsexport_config lsexport_config;
/** A connection to one LangSmith API with one key. See client.h. Since: 0.1. */
typedef struct lsexport_client lsexport_client;
/** What LangSmith writes to the bucket with. See credentials.h. Since: 0.1. */
typedef struct lsexport_credentials lsexport_credentials;
/** A destination as LangSmith returned it. See destination.h. Since: 0.1. */
typedef struct lsexport_destination lsexport_destination;
/** A list of destinations. See destination.h. Since: 0.1. */
typedef struct lsexport_destinations lsexport_destinations;
/** A destination to be created: a builder. See destination.h. Since: 0.1. */
typedef struct lsexport_destination_spec lsexport_destination_spec;
/** How to make one call: a builder. See call.h. Since: 0.1. */
typedef struct lsexport_call lsexport_call;
/** Ends calls from elsewhere. See call.h. Since: 0.1. */
typedef struct lsexport_cancel lsexport_cancel;
/** Many calls at once. See queue.h. Since: 0.1. */
typedef struct lsexport_queue lsexport_queue;
/** What calls of a queue came to: a batch. See queue.h. Since: 0.1. */
typedef struct lsexport_completions lsexport_completions;
/** What one of them came to. See queue.h. Since: 0.1. */
typedef struct lsexport_completion lsexport_completion;
/** Where LangSmith will write, and what stands in the way. See report.h. Since: 0.1. */
typedef struct lsexport_report lsexport_report;
/** Why a call failed. See error.h. Since: 0.1. */
typedef struct lsexport_error lsexport_error;

#ifdef __cplusplus
}
#endif
#endif
