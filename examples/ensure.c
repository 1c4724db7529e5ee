/* SPDX-License-Identifier: MIT */
/* Finds an equal destination or creates it, so that it may be run any number of times: ensure NAME BUCKET REGION PREFIX */
#include "common.h"

int main(int argc, char **argv) {
  lsexport_destination_spec *spec = NULL;
  lsexport_destination *destination = NULL;
  lsexport_error *error = NULL;
  if (argc < 5) return fprintf(stderr, "usage: %s NAME BUCKET REGION PREFIX\n", argv[0]), 2;

  lsexport_client *client = client_from_environment(&error);
  lsexport_credentials *credentials = credentials_from_environment();
  lsexport_destination_spec_new(&spec);
  lsexport_destination_spec_set_display_name(spec, argv[1]);
  lsexport_destination_spec_set_bucket_name(spec, argv[2]);
  lsexport_destination_spec_set_region(spec, argv[3]);
  lsexport_destination_spec_set_prefix(spec, argv[4]);
  lsexport_destination_spec_set_credentials(spec, credentials);
  if (client) lsexport_destination_ensure(client, spec, NULL, &destination, &error);
  if (destination)
    print_destination(lsexport_destination_adopted(destination) ? "found" : "created", destination);
  else
    print_error(error);
  for (size_t i = 0; i < lsexport_destination_surplus_count(destination); i++)
    printf("surplus %s\n", lsexport_destination_surplus_id(destination, i));

  int failed = destination == NULL;
  lsexport_error_free(error);
  lsexport_destination_free(destination);
  lsexport_destination_spec_free(spec);
  lsexport_credentials_free(credentials);
  lsexport_client_free(client);
  return failed;
}
