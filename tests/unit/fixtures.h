/* SPDX-License-Identifier: MIT */
/* What most unit tests need: a client over a scripted world, specs, LangSmith's bodies, and looks at an error. */
#ifndef LSX_TESTS_FIXTURES_H
#define LSX_TESTS_FIXTURES_H

#include "scripted_world.h"
#include "json/json.h"

#include <lsexport/lsexport.h>

#include <check.h>
#include <stdbool.h>
#include <stdint.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))

#define ROOT "https://api.smith.langchain.com"
#define DESTINATIONS_URL ROOT "/api/v1/bulk-exports/destinations"
#define API_KEY "lsv2_pt_canary-key/77+\"\\x"
#define KEY_ID "AKIACANARYKEYID00001"
#define SECRET "canary/secret+\"\\%value="
#define TOKEN "canary-session-token//8w=="
#define ROLE "arn:aws:iam::123456789012:role/langsmith-bulk-export"
#define WORKSPACE "4bf41bb8-1111-4222-8333-944444444444"
#define ID_1 "0a91a355-8a88-422c-9546-72c183b95b51"
#define ID_2 "0a91a355-8a88-422c-9546-72c183b95b52"
#define ID_3 "0a91a355-8a88-422c-9546-72c183b95b53"
#define MORNING "2026-11-24T06:00:01.000000+00:00"
#define NOON "2026-11-24T12:00:00.000000+00:00"
#define EVENING "2026-11-24T18:00:00.000000+00:00"

/* The destination that spec_aws asks for, as LangSmith returns it. Literals. */
#define NAME "My AWS S3 Destination"
#define CONFIG                                                                                                 \
  "{\"endpoint_url\":null,\"prefix\":\"data_exports\",\"bucket_name\":\"my_bucket\",\"region\":\"us-east-1\"," \
  "\"s3_additional_kwargs\":null,\"config_kwargs_s3\":null,\"include_bucket_in_prefix\":true,\"aws_role_arn\":null}"
#define DESTINATION_OF(id, name, config, created_at)                                                  \
  "{\"destination_type\":\"s3\",\"display_name\":\"" name "\",\"config\":" config ",\"id\":\"" id     \
  "\",\"tenant_id\":\"" WORKSPACE "\",\"created_at\":\"" created_at "\",\"updated_at\":\"" created_at \
  "\",\"credentials_keys\":[\"access_key_id\",\"secret_access_key\"]}"
#define DESTINATION(id, created_at) DESTINATION_OF(id, NAME, CONFIG, created_at)

/* ---- a client over a script ---- */

struct scene {
  struct script script;
  lsexport_client *client;
  lsexport_error *error; /* of the call made last */
  lsexport_destination *destination;
  lsexport_destinations *list;
};

/* options: pairs of key and value, ended by NULL; NULL for none. */
void scene_begin(struct scene *scene, const char *const (*options)[2]);
/* With the checks of script_end. */
void scene_end(struct scene *scene);
/* Each call frees what the one before left. */
lsexport_status scene_create(struct scene *scene, const lsexport_destination_spec *spec, const lsexport_call *call);
lsexport_status scene_ensure(struct scene *scene, const lsexport_destination_spec *spec, const lsexport_call *call);
lsexport_status scene_get(struct scene *scene, const char *id, const lsexport_call *call);
lsexport_status scene_list(struct scene *scene, const lsexport_call *call);
lsexport_status scene_patch(struct scene *scene, const char *id, const lsexport_credentials *credentials,
                            const lsexport_call *call);
lsexport_status scene_delete(struct scene *scene, const char *id, const lsexport_call *call);

/* ---- what goes in ---- */

/* A config that has an API key and these options. */
lsexport_config *config_with(const char *const (*options)[2]);
lsexport_credentials *static_credentials(const char *key_id, const char *secret);
lsexport_credentials *session_credentials(const char *key_id, const char *secret, const char *token);
lsexport_credentials *role_credentials(const char *role);
lsexport_credentials *server_credentials(void);
/* Display name, bucket and credentials alone; the spec takes the credentials over. */
lsexport_destination_spec *spec_bare(lsexport_credentials *credentials);
/* The first documented form: bucket, prefix and region of AWS, a static pair. */
lsexport_destination_spec *spec_aws(void);

/* ---- what comes out ---- */

/* The message of that field; NULL when the field did not fail. */
const char *field_message(const lsexport_error *error, const char *path);
bool has_field(const lsexport_error *error, const char *path);
/* No text of it, nor its JSON, holds the words. */
void assert_error_never_says(const lsexport_error *error, const char *words);
/* Whole JSON; freed by node_free. */
json_node *parsed(const char *text);

/* ---- check ---- */

/* With time enough for valgrind. */
TCase *add_cases(Suite *suite, const char *name);
/* Runs and frees; what main returns. */
int run_suite(Suite *suite);

#endif
