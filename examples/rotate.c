/* SPDX-License-Identifier: MIT */
/* Gives a destination new credentials, and says how long the old ones are still needed: rotate ID */
#include "common.h"

#include <time.h>

int main(int argc, char **argv) {
  lsexport_destination *destination = NULL;
  lsexport_error *error = NULL;
  if (argc < 2) return fprintf(stderr, "usage: %s ID\n", argv[0]), 2;

  lsexport_client *client = client_from_environment(&error);
  lsexport_credentials *credentials = credentials_from_environment();
  if (client) lsexport_destination_patch(client, argv[1], credentials, NULL, &destination, &error);
  if (destination) {
    char until[32];
    time_t needed = time(NULL) + LSEXPORT_OLD_CREDENTIALS_NEEDED_MS / 1000;
    strftime(until, sizeof until, "%Y-%m-%d %H:%M", localtime(&needed));
    print_destination("rotated", destination);
    printf("exports that run now keep the old credentials: do not revoke them before %s\n", until);
  } else {
    print_error(error);
  }

  int failed = destination == NULL;
  lsexport_error_free(error);
  lsexport_destination_free(destination);
  lsexport_credentials_free(credentials);
  lsexport_client_free(client);
  return failed;
}
