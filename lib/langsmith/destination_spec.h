/* SPDX-License-Identifier: MIT */
/* A destination to be created: the builder's fields, the checks, and the request's body. */
#ifndef LSX_LANGSMITH_DESTINATION_SPEC_H
#define LSX_LANGSMITH_DESTINATION_SPEC_H

#include "base/buf.h"
#include "base/url.h"
#include "langsmith/credentials.h"

#include <lsexport/destination.h>

#include <stdbool.h>

#define DISPLAY_NAME_MAX 1024 /* the API sets no limit; nobody means more */
#define BUCKET_NAME_MIN 3
#define BUCKET_NAME_MAX 63
#define PREFIX_MAX 2048
#define ENDPOINT_URL_MAX 2048
#define ACCESS_KEY_ID_MAX 255
#define SECRET_ACCESS_KEY_MAX 2048
#define SESSION_TOKEN_MAX 2048
#define OPTION_TEXT_MAX 2048 /* of a member for which the API sets no limit */
#define EXTRA_JSON_MAX 65536
#define AWS_ACCOUNT_DIGITS 12

enum spec_text {
  SPEC_DISPLAY_NAME,
  SPEC_BUCKET_NAME,
  SPEC_PREFIX,
  SPEC_REGION,
  SPEC_ENDPOINT_URL,
  SPEC_CHECKSUM_ALGORITHM,
  SPEC_SERVER_SIDE_ENCRYPTION,
  SPEC_SSEKMS_KEY_ID,
  SPEC_EXPECTED_BUCKET_OWNER,
  SPEC_REQUEST_PAYER,
  SPEC_STORAGE_CLASS,
  SPEC_S3_ADDITIONAL_KWARGS,
  SPEC_EXTRA_CONFIG,
  SPEC_TEXT_COUNT
};

enum spec_number {
  SPEC_INCLUDE_BUCKET_IN_PREFIX,
  SPEC_ADDRESSING_STYLE,
  SPEC_USE_ACCELERATE_ENDPOINT,
  SPEC_PAYLOAD_SIGNING_ENABLED,
  SPEC_US_EAST_1_REGIONAL_ENDPOINT,
  SPEC_NUMBER_COUNT
};

/* Checks that a caller may overrule by name. */
enum spec_check {
  CHECK_CONFUSED_BUCKET,
  CHECK_MISSING_SESSION_TOKEN,
  CHECK_GOOGLE_KEY_WITHOUT_ENDPOINT,
  CHECK_GOOGLE_ENDPOINT_WITHOUT_KEY,
  CHECK_COUNT
};

struct lsexport_destination_spec {
  lsexport_status failure; /* the first setter that failed */
  const char *failed_parameter;
  struct {
    bool set;
    char *text; /* NULL though set: NULL was given */
  } texts[SPEC_TEXT_COUNT];
  struct {
    bool set;
    int32_t value;
  } numbers[SPEC_NUMBER_COUNT];
  bool allowed[CHECK_COUNT];
  lsexport_credentials *credentials;
};

/* NULL when it was not set, or set to NULL. */
const char *spec_text(const lsexport_destination_spec *spec, enum spec_text field);
bool spec_include_bucket(const lsexport_destination_spec *spec);
/* CHECK_COUNT for an unknown name. */
enum spec_check spec_check_by_name(const char *name);
const char *spec_check_name(enum spec_check check);
/* LSEXPORT_CAUSE_*, also for CHECK_COUNT. */
int32_t spec_check_cause(enum spec_check check);

/* ---- checks: pure; report is called for each field that fails, without a path when memory ran out ---- */

/* named: the check that may be overruled; CHECK_COUNT for any other. */
typedef void (*report_fn)(void *context, const char *path, const char *message, enum spec_check named);

/* All that create and ensure refuse. secrets: what no message may show. */
void spec_check(const lsexport_destination_spec *spec, const struct secrets *secrets, report_fn report, void *context);
/* Is the bucket in the endpoint already, as "bucket.host" or as the whole path? */
bool spec_endpoint_names_bucket(const struct url *endpoint, const char *bucket);
bool spec_endpoint_is_google(const struct url *endpoint);
/* Form alone: what patch refuses. */
void credentials_check(const lsexport_credentials *credentials, report_fn report, void *context);

/* ---- JSON ---- */

struct spec_wire {
  bool role_at_top_level;
};

/* The whole body of a create. The spec has passed the checks. */
void spec_write_body(struct buf *out, const lsexport_destination_spec *spec, const struct spec_wire *wire);
/* {"bucket_name":...}: the config without credentials, as ensure compares it. */
void spec_write_config(struct buf *out, const lsexport_destination_spec *spec, const char *aws_role_arn);
/* The body of a patch. */
void credentials_write_patch(struct buf *out, const lsexport_credentials *credentials);

/* The table behind all of it: where a text field stands on the wire. */
struct spec_field {
  const char *path;   /* as errors name it */
  const char *member; /* its name on the wire */
  bool additional;    /* within s3_additional_kwargs */
};
extern const struct spec_field spec_fields[SPEC_TEXT_COUNT];

#endif
