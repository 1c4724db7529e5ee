/* SPDX-License-Identifier: MIT */
#include "ours.h"

#include "replies.h"

#include <lsexport/lsexport.h>

#include <stdio.h>
#include <stdlib.h>

struct ours {
  enum kind kind;
  lsexport_client *client;
  lsexport_credentials *credentials;
  lsexport_destination_spec *spec;
};

struct ours *ours_new(const struct far *far, enum kind kind) {
  struct ours *ours = calloc(1, sizeof *ours);
  lsexport_config *config = NULL;
  must(ours != NULL, "memory");
  ours->kind = kind;
  lsexport_config_new(&config);
  lsexport_config_set_api_key(config, "lsv2_pt_bench", LSEXPORT_NUL_TERMINATED);
  lsexport_config_set(config, "api_root", far->root);
  if (far->ca_file) lsexport_config_set(config, "ca_file", far->ca_file);
  must(lsexport_client_new(config, &ours->client, NULL) == LSEXPORT_OK, "a client");
  lsexport_config_free(config);
  lsexport_credentials_new_static("AKIABENCHBENCHBENCH0", "bench/secret/bench/secret/bench/secret00",
                                  LSEXPORT_NUL_TERMINATED, &ours->credentials);
  lsexport_destination_spec_new(&ours->spec);
  lsexport_destination_spec_set_display_name(ours->spec, DESTINATION_NAME);
  lsexport_destination_spec_set_bucket_name(ours->spec, "my-bucket");
  lsexport_destination_spec_set_prefix(ours->spec, "exports");
  lsexport_destination_spec_set_region(ours->spec, "us-east-1");
  lsexport_destination_spec_set_credentials(ours->spec, ours->credentials);
  return ours;
}

static void call_once(struct ours *ours) {
  lsexport_destination *one = NULL;
  lsexport_destinations *list = NULL;
  lsexport_error *error = NULL;
  if (ours->kind == CALL_GET)
    lsexport_destination_get(ours->client, DESTINATION_ID, NULL, &one, &error);
  else if (ours->kind == CALL_PATCH)
    lsexport_destination_patch(ours->client, DESTINATION_ID, ours->credentials, NULL, &one, &error);
  else if (ours->kind == CALL_CREATE)
    lsexport_destination_create(ours->client, ours->spec, NULL, &one, &error);
  else
    lsexport_destination_list(ours->client, NULL, &list, &error);
  if (error) fprintf(stderr, "bench: %s\n", lsexport_error_message(error));
  must(one || lsexport_destinations_count(list) > 0, "a call of ours");
  lsexport_destination_free(one);
  lsexport_destinations_free(list);
}

void ours_call(void *context, long count) {
  for (long i = 0; i < count; i++) call_once(context);
}

void ours_free(struct ours *ours) {
  lsexport_client_free(ours->client);
  lsexport_destination_spec_free(ours->spec);
  lsexport_credentials_free(ours->credentials);
  free(ours);
}
