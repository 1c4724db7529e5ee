/* SPDX-License-Identifier: MIT */
/* Deletes a destination that no export uses: delete ID */
#include "common.h"

int main(int argc, char **argv) {
  lsexport_error *error = NULL;
  lsexport_status status = LSEXPORT_ERR_INTERNAL;
  if (argc < 2) return fprintf(stderr, "usage: %s ID\n", argv[0]), 2;

  lsexport_client *client = client_from_environment(&error);
  if (client) status = lsexport_destination_delete(client, argv[1], NULL, &error);
  if (status == LSEXPORT_OK)
    printf("deleted %s\n", argv[1]);
  else
    print_error(error);

  lsexport_error_free(error);
  lsexport_client_free(client);
  return status != LSEXPORT_OK;
}
