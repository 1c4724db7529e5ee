/* Creates a destination in AWS form: create NAME BUCKET REGION [PREFIX] */
#include <lsexport/lsexport.h>
#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv) {
  lsexport_config *config = NULL;
  lsexport_client *client = NULL;
  lsexport_credentials *credentials = NULL;
  lsexport_destination_spec *spec = NULL;
  lsexport_destination *destination = NULL;
  lsexport_error *error = NULL;
  if (argc < 4) return fprintf(stderr, "usage: %s NAME BUCKET REGION [PREFIX]\n", argv[0]), 2;

  lsexport_config_new(&config);
  lsexport_config_set_from_environment(config); /* LANGSMITH_API_KEY, ... */
  lsexport_credentials_new_static(getenv("AWS_ACCESS_KEY_ID"), getenv("AWS_SECRET_ACCESS_KEY"), LSEXPORT_NUL_TERMINATED,
                                  &credentials);
  lsexport_destination_spec_new(&spec); /* a setter that fails is reported by the call that takes the spec */
  lsexport_destination_spec_set_display_name(spec, argv[1]);
  lsexport_destination_spec_set_bucket_name(spec, argv[2]);
  lsexport_destination_spec_set_region(spec, argv[3]);
  lsexport_destination_spec_set_prefix(spec, argc > 4 ? argv[4] : "");
  lsexport_destination_spec_set_credentials(spec, credentials);
  if (lsexport_client_new(config, &client, &error) == LSEXPORT_OK &&
      lsexport_destination_create(client, spec, NULL, &destination, &error) == LSEXPORT_OK)
    printf("created %s\n", lsexport_destination_id(destination));
  else
    fprintf(stderr, "%s\n", lsexport_error_message(error));

  int failed = destination == NULL;
  lsexport_error_free(error), lsexport_destination_free(destination), lsexport_destination_spec_free(spec);
  lsexport_credentials_free(credentials), lsexport_client_free(client), lsexport_config_free(config);
  return failed;
}
