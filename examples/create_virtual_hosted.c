/* SPDX-License-Identifier: MIT */
/* Creates a destination whose endpoint names the bucket already: create_virtual_hosted NAME BUCKET PREFIX ENDPOINT
 * as in create_virtual_hosted nightly my-bucket traces https://my-bucket.s3.example.com */
#include "common.h"

int main(int argc, char **argv) {
  lsexport_destination_spec *spec = NULL;
  lsexport_destination *destination = NULL;
  lsexport_error *error = NULL;
  if (argc < 5) return fprintf(stderr, "usage: %s NAME BUCKET PREFIX ENDPOINT\n", argv[0]), 2;

  lsexport_client *client = client_from_environment(&error);
  lsexport_credentials *credentials = credentials_from_environment();
  lsexport_destination_spec_new(&spec);
  lsexport_destination_spec_set_display_name(spec, argv[1]);
  lsexport_destination_spec_set_bucket_name(spec, argv[2]);
  lsexport_destination_spec_set_prefix(spec, argv[3]);
  lsexport_destination_spec_set_endpoint_url(spec, argv[4]);
  /* Without this the bucket would stand twice in every key. With it, and an endpoint that does not name the bucket, the
   * library refuses: LangSmith would take the prefix for a bucket. */
  lsexport_destination_spec_set_include_bucket_in_prefix(spec, 0);
  lsexport_destination_spec_set_credentials(spec, credentials);
  if (client) lsexport_destination_create(client, spec, NULL, &destination, &error);
  if (destination)
    print_destination("created", destination);
  else
    print_error(error);

  int failed = destination == NULL;
  lsexport_error_free(error);
  lsexport_destination_free(destination);
  lsexport_destination_spec_free(spec);
  lsexport_credentials_free(credentials);
  lsexport_client_free(client);
  return failed;
}
