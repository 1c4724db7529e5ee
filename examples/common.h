/* SPDX-License-Identifier: MIT */
/* What the examples share: a client from the environment, credentials from the environment, and an error told whole. */
#ifndef EXAMPLES_COMMON_H
#define EXAMPLES_COMMON_H

#include <lsexport/lsexport.h>

#include <stdio.h>
#include <stdlib.h>

/* LANGSMITH_API_KEY, LANGSMITH_ENDPOINT, LANGSMITH_WORKSPACE_ID. NULL after a failure. */
static inline lsexport_client *client_from_environment(lsexport_error **error_out) {
  lsexport_config *config = NULL;
  lsexport_client *client = NULL;
  if (lsexport_config_new(&config) != LSEXPORT_OK) return NULL;
  lsexport_config_set_from_environment(config);
  lsexport_client_new(config, &client, error_out);
  lsexport_config_free(config);
  return client;
}

/* AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and, where it is set, AWS_SESSION_TOKEN. */
static inline lsexport_credentials *credentials_from_environment(void) {
  lsexport_credentials *credentials = NULL;
  const char *key_id = getenv("AWS_ACCESS_KEY_ID"), *secret = getenv("AWS_SECRET_ACCESS_KEY");
  const char *token = getenv("AWS_SESSION_TOKEN");
  if (token)
    lsexport_credentials_new_session(key_id, secret, LSEXPORT_NUL_TERMINATED, token, LSEXPORT_NUL_TERMINATED,
                                     &credentials);
  else
    lsexport_credentials_new_static(key_id, secret, LSEXPORT_NUL_TERMINATED, &credentials);
  return credentials;
}

/* What a program may want to know of a failure, piece by piece; lsexport_error_message has the most of it on one line. */
static inline void print_error(const lsexport_error *error) {
  static const char *const applied[] = {"unknown", "no", "yes"};
  lsexport_status status = lsexport_error_status(error);
  fprintf(stderr, "failed:  %s (%s)\n", lsexport_status_text(status), lsexport_status_name(status));
  if (lsexport_error_cause(error)) fprintf(stderr, "cause:   %s\n", lsexport_cause_text(lsexport_error_cause(error)));
  for (size_t i = 0; i < lsexport_error_field_count(error); i++)
    fprintf(stderr, "field:   %s: %s\n", lsexport_error_field_path(error, i), lsexport_error_field_message(error, i));
  if (*lsexport_error_server_text(error)) fprintf(stderr, "server:  %s\n", lsexport_error_server_text(error));
  fprintf(stderr, "remedy:  %s\n", lsexport_error_remedy(error));
  fprintf(stderr, "applied: %s; the same call may be made again: %s\n", applied[lsexport_error_applied(error)],
          lsexport_error_retryable(error) ? "yes" : "no");
  if (*lsexport_error_documentation_url(error))
    fprintf(stderr, "see:     %s\n", lsexport_error_documentation_url(error));
}

static inline void print_destination(const char *what, const lsexport_destination *destination) {
  const char *bucket = lsexport_destination_bucket_name(destination);
  printf("%s %s \"%s\", bucket %s, prefix \"%s\"\n", what, lsexport_destination_id(destination),
         lsexport_destination_display_name(destination), bucket ? bucket : "(none)",
         lsexport_destination_prefix(destination));
}

#endif
