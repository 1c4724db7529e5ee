/* SPDX-License-Identifier: MIT */
/* A user's program, in C and in C++: makes a client, and has a create refused before anything is sent. */
#include <stdio.h>

#include <lsexport/lsexport.h>

int main(void) {
  lsexport_config *config = NULL;
  lsexport_client *client = NULL;
  lsexport_destination_spec *spec = NULL;
  lsexport_destination *destination = NULL;
  lsexport_error *error = NULL;
  lsexport_status status;

  lsexport_config_new(&config);
  lsexport_config_set(config, "api_root", "http://127.0.0.1:1");
  lsexport_config_set_api_key(config, "not-a-key", LSEXPORT_NUL_TERMINATED);
  status = lsexport_client_new(config, &client, &error);
  if (status == LSEXPORT_OK) {
    lsexport_destination_spec_new(&spec);
    status = lsexport_destination_create(client, spec, NULL, &destination, &error);
  }
  printf("%s %s\n", lsexport_version(), lsexport_status_name(status));
  if (status != LSEXPORT_ERR_VALIDATION) fprintf(stderr, "%s\n", lsexport_error_message(error));

  lsexport_error_free(error);
  lsexport_destination_free(destination);
  lsexport_destination_spec_free(spec);
  lsexport_client_free(client);
  lsexport_config_free(config);
  return status != LSEXPORT_ERR_VALIDATION;
}
