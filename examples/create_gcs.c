/* SPDX-License-Identifier: MIT */
/* Creates a destination on an S3-compatible service, as Google Cloud Storage: create_gcs NAME BUCKET PREFIX [ENDPOINT]
 * For Google the key is an HMAC key of a service account, and there is no region. */
#include "common.h"

int main(int argc, char **argv) {
  lsexport_destination_spec *spec = NULL;
  lsexport_destination *destination = NULL;
  lsexport_error *error = NULL;
  if (argc < 4) return fprintf(stderr, "usage: %s NAME BUCKET PREFIX [ENDPOINT]\n", argv[0]), 2;

  lsexport_client *client = client_from_environment(&error);
  lsexport_credentials *credentials = credentials_from_environment();
  lsexport_destination_spec_new(&spec);
  lsexport_destination_spec_set_display_name(spec, argv[1]);
  lsexport_destination_spec_set_bucket_name(spec, argv[2]);
  lsexport_destination_spec_set_prefix(spec, argv[3]);
  lsexport_destination_spec_set_endpoint_url(spec, argc > 4 ? argv[4] : "https://storage.googleapis.com");
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
