/* SPDX-License-Identifier: MIT */
/* Creates a destination, and says why when LangSmith refuses, by trying the same bucket from this machine:
 *   diagnose NAME BUCKET REGION|"" [PREFIX [ENDPOINT]]
 * The credentials are AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and, where it is set, AWS_SESSION_TOKEN. */
#include "common.h"

int main(int argc, char **argv) {
  lsexport_credentials *credentials = credentials_from_environment();
  lsexport_destination_spec *spec = NULL;
  lsexport_client *client = NULL;
  lsexport_report *report = NULL;
  lsexport_error *error = NULL;
  if (argc < 4) return fprintf(stderr, "usage: %s NAME BUCKET REGION|\"\" [PREFIX [ENDPOINT]]\n", argv[0]), 2;

  lsexport_destination_spec_new(&spec);
  lsexport_destination_spec_set_display_name(spec, argv[1]);
  lsexport_destination_spec_set_bucket_name(spec, argv[2]);
  if (*argv[3]) lsexport_destination_spec_set_region(spec, argv[3]);
  lsexport_destination_spec_set_prefix(spec, argc > 4 ? argv[4] : "");
  if (argc > 5) lsexport_destination_spec_set_endpoint_url(spec, argv[5]);
  lsexport_destination_spec_set_credentials(spec, credentials);
  client = client_from_environment(&error);
  if (client && lsexport_destination_diagnose(client, spec, NULL, &report, &error) == LSEXPORT_OK)
    fputs(lsexport_report_text(report), stdout);
  else
    print_error(error);

  int failed = !lsexport_report_destination(report);
  lsexport_report_free(report);
  lsexport_error_free(error);
  lsexport_client_free(client);
  lsexport_destination_spec_free(spec);
  lsexport_credentials_free(credentials);
  return failed;
}
