/* SPDX-License-Identifier: MIT */
/* Lists the workspace's destinations: list */
#include "common.h"

int main(void) {
  lsexport_destinations *destinations = NULL;
  lsexport_error *error = NULL;

  lsexport_client *client = client_from_environment(&error);
  if (client) lsexport_destination_list(client, NULL, &destinations, &error);
  if (!destinations) print_error(error);
  for (size_t i = 0; i < lsexport_destinations_count(destinations); i++) {
    const lsexport_destination *destination = lsexport_destinations_at(destinations, i);
    print_destination(" ", destination);
    for (size_t k = 0; k < lsexport_destination_credentials_key_count(destination); k++)
      printf("    holds %s\n", lsexport_destination_credentials_key(destination, k));
  }

  int failed = destinations == NULL;
  lsexport_error_free(error);
  lsexport_destinations_free(destinations);
  lsexport_client_free(client);
  return failed;
}
