/* SPDX-License-Identifier: MIT */
/* Destinations: what to create, the calls, and what comes back. */
#ifndef LSEXPORT_DESTINATION_H
#define LSEXPORT_DESTINATION_H

#include <lsexport/call.h>
#include <lsexport/credentials.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- what to create: a builder, for one thread at a time. Setters copy and return OK, INVALID_ARGUMENT (NULL
 * handle) or NO_MEMORY; the first failure is kept, and create or ensure reports it. Values are checked there, all at
 * once: VALIDATION names every field that fails, one that was set to NULL too. ---- */

/** Makes an empty spec; the caller frees it. Returns OK, INVALID_ARGUMENT or NO_MEMORY. Since: 0.1. */
LSEXPORT_API lsexport_status lsexport_destination_spec_new(lsexport_destination_spec **spec_out);

/** Required. Letters, digits, blank, "-", "_" and "'". Since: 0.1. */
LSEXPORT_API lsexport_status lsexport_destination_spec_set_display_name(lsexport_destination_spec *spec,
                                                                        const char *display_name);
/** Required. 3 to 63 characters. Since: 0.1. */
LSEXPORT_API lsexport_status lsexport_destination_spec_set_bucket_name(lsexport_destination_spec *spec,
                                                                       const char *bucket_name);
/** Root of all keys in the bucket, as "exports/traces". Unset: "". Since: 0.1. */
LSEXPORT_API lsexport_status lsexport_destination_spec_set_prefix(lsexport_destination_spec *spec, const char *prefix);
/** The bucket's region; AWS needs it. Since: 0.1. */
LSEXPORT_API lsexport_status lsexport_destination_spec_set_region(lsexport_destination_spec *spec, const char *region);
/** The storage service's URL, as "https://storage.googleapis.com". Leave it unset for AWS. Since: 0.1. */
LSEXPORT_API lsexport_status lsexport_destination_spec_set_endpoint_url(lsexport_destination_spec *spec,
                                                                        const char *endpoint_url);
/** 0 when endpoint_url names the bucket already, else 1, the default. Always sent. Since: 0.1. */
LSEXPORT_API lsexport_status lsexport_destination_spec_set_include_bucket_in_prefix(lsexport_destination_spec *spec,
                                                                                    int32_t include);
/** What LangSmith writes with; required. The spec keeps its own reference. Since: 0.1. */
LSEXPORT_API lsexport_status lsexport_destination_spec_set_credentials(lsexport_destination_spec *spec,
                                                                       const lsexport_credentials *credentials);

/** Where the bucket's name goes in a URL. Since: 0.1. */
enum {
  LSEXPORT_ADDRESSING_UNSET = 0,
  LSEXPORT_ADDRESSING_AUTO = 1,
  LSEXPORT_ADDRESSING_VIRTUAL = 2,
  LSEXPORT_ADDRESSING_PATH = 3
};
/** Which AWS host serves us-east-1. Since: 0.1. */
enum { LSEXPORT_US_EAST_1_UNSET = 0, LSEXPORT_US_EAST_1_REGIONAL = 1, LSEXPORT_US_EAST_1_LEGACY = 2 };

/** config_kwargs_s3.addressing_style: LSEXPORT_ADDRESSING_*. Since: 0.1. */
LSEXPORT_API lsexport_status lsexport_destination_spec_set_addressing_style(lsexport_destination_spec *spec,
                                                                            int32_t addressing_style);
/** config_kwargs_s3.use_accelerate_endpoint: 0 or 1. Since: 0.1. */
LSEXPORT_API lsexport_status lsexport_destination_spec_set_use_accelerate_endpoint(lsexport_destination_spec *spec,
                                                                                   int32_t use);
/** config_kwargs_s3.payload_signing_enabled: 0 or 1. Since: 0.1. */
LSEXPORT_API lsexport_status lsexport_destination_spec_set_payload_signing_enabled(lsexport_destination_spec *spec,
                                                                                   int32_t enabled);
/** config_kwargs_s3.us_east_1_regional_endpoint: LSEXPORT_US_EAST_1_*. Since: 0.1. */
LSEXPORT_API lsexport_status lsexport_destination_spec_set_us_east_1_regional_endpoint(lsexport_destination_spec *spec,
                                                                                       int32_t which);

/** s3_additional_kwargs.ChecksumAlgorithm: CRC32, CRC32C, SHA1, SHA256 or CRC64NVME. A bucket with Object Lock
 * retention needs one. Since: 0.1. */
LSEXPORT_API lsexport_status lsexport_destination_spec_set_checksum_algorithm(lsexport_destination_spec *spec,
                                                                              const char *checksum_algorithm);
/** s3_additional_kwargs.ServerSideEncryption: AES256, aws:kms, aws:kms:dsse or aws:fsx. Since: 0.1. */
LSEXPORT_API lsexport_status lsexport_destination_spec_set_server_side_encryption(lsexport_destination_spec *spec,
                                                                                  const char *server_side_encryption);
/** s3_additional_kwargs.SSEKMSKeyId. Needs a server_side_encryption of aws:kms or aws:kms:dsse. Since: 0.1. */
LSEXPORT_API lsexport_status lsexport_destination_spec_set_ssekms_key_id(lsexport_destination_spec *spec,
                                                                         const char *ssekms_key_id);
/** s3_additional_kwargs.ExpectedBucketOwner: an AWS account, 12 digits. Since: 0.1. */
LSEXPORT_API lsexport_status lsexport_destination_spec_set_expected_bucket_owner(lsexport_destination_spec *spec,
                                                                                 const char *expected_bucket_owner);
/** s3_additional_kwargs.RequestPayer: "requester". Since: 0.1. */
LSEXPORT_API lsexport_status lsexport_destination_spec_set_request_payer(lsexport_destination_spec *spec,
                                                                         const char *request_payer);
/** s3_additional_kwargs.StorageClass, as "STANDARD_IA". Since: 0.1. */
LSEXPORT_API lsexport_status lsexport_destination_spec_set_storage_class(lsexport_destination_spec *spec,
                                                                         const char *storage_class);
/** Further members of s3_additional_kwargs, as a JSON object. Refused: a member that has a setter above, and customer
 * keys (SSECustomer*), which LangSmith would show to every reader. Since: 0.1. */
LSEXPORT_API lsexport_status lsexport_destination_spec_set_s3_additional_kwargs_json(lsexport_destination_spec *spec,
                                                                                     const char *json);
/** Members of config that this version does not know, as a JSON object. Refused: a member that has a setter.
 * Since: 0.1. */
LSEXPORT_API lsexport_status lsexport_destination_spec_set_extra_config_json(lsexport_destination_spec *spec,
                                                                             const char *json);

/** Goes on in spite of one check: "confused_bucket", "missing_session_token", "google_key_without_endpoint" or
 * "google_endpoint_without_key" (docs/errors.md). INVALID_ARGUMENT for another name. Since: 0.1. */
LSEXPORT_API lsexport_status lsexport_destination_spec_allow(lsexport_destination_spec *spec, const char *check);

/** Frees the spec. NULL is ignored. Since: 0.1. */
LSEXPORT_API void lsexport_destination_spec_free(lsexport_destination_spec *spec);

/* ---- calls: they block; any thread; call may be NULL; error_out may be NULL. Outputs are untouched on failure. Each
 * returns any status of error.h but those that its comment rules out: FORKED in a child after fork, INVALID_ARGUMENT
 * for a NULL client or output or an id that is NULL, and VALIDATION, before anything is sent, for bad values. ---- */

/** Creates a destination: LangSmith writes a test object first. Sends one POST at most, never repeated. When it fails
 * with LSEXPORT_APPLIED_UNKNOWN, call ensure. destination_out is required. Since: 0.1. */
LSEXPORT_API lsexport_status lsexport_destination_create(lsexport_client *client, const lsexport_destination_spec *spec,
                                                         const lsexport_call *call,
                                                         lsexport_destination **destination_out,
                                                         lsexport_error **error_out);

/** Adopts an equal destination (same display name and config; credentials are not compared, nor changed), or creates
 * it: the call to prefer, and the way back from a create whose answer was lost. Sends one POST at most.
 * lsexport_destination_adopted says which it was; lsexport_destination_surplus_* names further equal ones, which are
 * left alone. UNSUPPORTED_BY_SERVER when the server dropped a member of an otherwise equal one. Since: 0.1. */
LSEXPORT_API lsexport_status lsexport_destination_ensure(lsexport_client *client, const lsexport_destination_spec *spec,
                                                         const lsexport_call *call,
                                                         lsexport_destination **destination_out,
                                                         lsexport_error **error_out);

/** Reads one destination by its id. Since: 0.1. */
LSEXPORT_API lsexport_status lsexport_destination_get(lsexport_client *client, const char *destination_id,
                                                      const lsexport_call *call, lsexport_destination **destination_out,
                                                      lsexport_error **error_out);

/** Reads all destinations of the workspace, in the server's order. Since: 0.1. */
LSEXPORT_API lsexport_status lsexport_destination_list(lsexport_client *client, const lsexport_call *call,
                                                       lsexport_destinations **destinations_out,
                                                       lsexport_error **error_out);

/** Replaces the credentials, or switches to a role or back: LangSmith tries them first, and keeps the old ones when
 * they fail. Server credentials are VALIDATION. destination_out may be NULL. It may be sent again after a failure in
 * transit, which can undo a newer patch of somebody else's. Exports that run keep the old credentials until they end,
 * up to LSEXPORT_OLD_CREDENTIALS_NEEDED_MS. Since: 0.1. */
LSEXPORT_API lsexport_status lsexport_destination_patch(lsexport_client *client, const char *destination_id,
                                                        const lsexport_credentials *credentials,
                                                        const lsexport_call *call,
                                                        lsexport_destination **destination_out,
                                                        lsexport_error **error_out);

/** How long a run that began before a patch may still use the old credentials, in milliseconds: LangSmith ends every
 * run after four hours. Since: 0.1. */
#define LSEXPORT_OLD_CREDENTIALS_NEEDED_MS 14400000

/** Deletes a destination. IN_USE when an export, running or finished, refers to it. A NOT_FOUND that answers a
 * repeated attempt counts as OK. Since: 0.1. */
LSEXPORT_API lsexport_status lsexport_destination_delete(lsexport_client *client, const char *destination_id,
                                                         const lsexport_call *call, lsexport_error **error_out);

/* ---- a destination: immutable, any thread. Text lives as long as the destination; NULL where the server sent null or
 * nothing, but "" for what its schema never leaves out (id, workspace_id, display_name, destination_type, prefix).
 * All take NULL. ---- */

/** UUID. Since: 0.1. */
LSEXPORT_API const char *lsexport_destination_id(const lsexport_destination *destination);
/** The workspace it belongs to, a UUID; tenant_id on the wire. Since: 0.1. */
LSEXPORT_API const char *lsexport_destination_workspace_id(const lsexport_destination *destination);
/** Not unique. Since: 0.1. */
LSEXPORT_API const char *lsexport_destination_display_name(const lsexport_destination *destination);
/** "s3". Since: 0.1. */
LSEXPORT_API const char *lsexport_destination_type(const lsexport_destination *destination);
/** May be NULL. Since: 0.1. */
LSEXPORT_API const char *lsexport_destination_bucket_name(const lsexport_destination *destination);
/** Byte for byte as stored. Since: 0.1. */
LSEXPORT_API const char *lsexport_destination_prefix(const lsexport_destination *destination);
/** May be NULL. Since: 0.1. */
LSEXPORT_API const char *lsexport_destination_region(const lsexport_destination *destination);
/** May be NULL. Since: 0.1. */
LSEXPORT_API const char *lsexport_destination_endpoint_url(const lsexport_destination *destination);
/** May be NULL. Since: 0.1. */
LSEXPORT_API const char *lsexport_destination_aws_role_arn(const lsexport_destination *destination);
/** 1 or 0; 1 when an older server did not say. Since: 0.1. */
LSEXPORT_API int32_t lsexport_destination_include_bucket_in_prefix(const lsexport_destination *destination);
/** LSEXPORT_ADDRESSING_*; -1 for a style this version does not know. Since: 0.1. */
LSEXPORT_API int32_t lsexport_destination_addressing_style(const lsexport_destination *destination);
/** config_kwargs_s3 as JSON; NULL when null. Since: 0.1. */
LSEXPORT_API const char *lsexport_destination_config_kwargs_s3_json(const lsexport_destination *destination);
/** s3_additional_kwargs as JSON; NULL when null. Since: 0.1. */
LSEXPORT_API const char *lsexport_destination_s3_additional_kwargs_json(const lsexport_destination *destination);
/** Microseconds since 1970-01-01 UTC; 0 when absent or unreadable. Since: 0.1. */
LSEXPORT_API int64_t lsexport_destination_created_at_unix_us(const lsexport_destination *destination);
/** Microseconds since 1970-01-01 UTC; 0 when absent or unreadable. Since: 0.1. */
LSEXPORT_API int64_t lsexport_destination_updated_at_unix_us(const lsexport_destination *destination);
/** How many credentials the server holds; names only. Since: 0.1. */
LSEXPORT_API size_t lsexport_destination_credentials_key_count(const lsexport_destination *destination);
/** A name, as "access_key_id"; NULL past the end. Since: 0.1. */
LSEXPORT_API const char *lsexport_destination_credentials_key(const lsexport_destination *destination, size_t index);
/** 1 when ensure found it, 0 when this call made it, or for other calls. Since: 0.1. */
LSEXPORT_API int32_t lsexport_destination_adopted(const lsexport_destination *destination);
/** How many further equal destinations ensure saw. Since: 0.1. */
LSEXPORT_API size_t lsexport_destination_surplus_count(const lsexport_destination *destination);
/** The id of one of them; NULL past the end. Since: 0.1. */
LSEXPORT_API const char *lsexport_destination_surplus_id(const lsexport_destination *destination, size_t index);
/** The X-Request-Id of the answer it came in; "" when there was none. Since: 0.1. */
LSEXPORT_API const char *lsexport_destination_request_id(const lsexport_destination *destination);
/** The server's exact bytes, NUL-terminated; their length in length_out, which may be NULL. Since: 0.1. */
LSEXPORT_API const char *lsexport_destination_json(const lsexport_destination *destination, size_t *length_out);
/** A second owner of the same destination. Never fails, never allocates; NULL for NULL. Since: 0.1. */
LSEXPORT_API lsexport_destination *lsexport_destination_copy(const lsexport_destination *destination);
/** Gives up one owner's share. NULL is ignored. Since: 0.1. */
LSEXPORT_API void lsexport_destination_free(lsexport_destination *destination);

/* ---- a list: immutable, any thread ---- */

/** How many there are; 0 for NULL. Since: 0.1. */
LSEXPORT_API size_t lsexport_destinations_count(const lsexport_destinations *destinations);
/** Borrowed from the list: copy it to keep it longer. NULL past the end. Since: 0.1. */
LSEXPORT_API const lsexport_destination *lsexport_destinations_at(const lsexport_destinations *destinations,
                                                                  size_t index);
/** Frees the list; copies of its elements live on. NULL is ignored. Since: 0.1. */
LSEXPORT_API void lsexport_destinations_free(lsexport_destinations *destinations);

#ifdef __cplusplus
}
#endif
#endif
