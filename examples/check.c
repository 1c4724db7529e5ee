/* SPDX-License-Identifier: MIT */
/* Tries from this machine whether a bucket takes what LangSmith would write:
 *   check BUCKET REGION|"" [PREFIX [ENDPOINT]]
 * The credentials are AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and, where it is set, AWS_SESSION_TOKEN. */
#include "common.h"

int main(int argc, char **argv) {
  lsexport_credentials *credentials = credentials_from_environment();
  lsexport_destination_spec *spec = NULL;
  lsexport_client *client = NULL;
  lsexport_report *report = NULL;
  lsexport_error *error = NULL;
  if (argc < 3) return fprintf(stderr, "usage: %s BUCKET REGION|\"\" [PREFIX [ENDPOINT]]\n", argv[0]), 2;

  lsexport_destination_spec_new(&spec);
  lsexport_destination_spec_set_display_name(spec, "check");
  lsexport_destination_spec_set_bucket_name(spec, argv[1]);
  if (*argv[2]) lsexport_destination_spec_set_region(spec, argv[2]);
  lsexport_destination_spec_set_prefix(spec, argc > 3 ? argv[3] : "");
  if (argc > 4) lsexport_destination_spec_set_endpoint_url(spec, argv[4]);
  lsexport_destination_spec_set_credentials(spec, credentials);
  client = client_from_environment(&error);
  if (client && lsexport_destination_check(client, spec, NULL, &report, &error) == LSEXPORT_OK)
    fputs(lsexport_report_text(report), stdout);
  else
    print_error(error);

  int failed = !report || lsexport_report_finding_severity(report, 0) == LSEXPORT_SEVERITY_ERROR;
  lsexport_report_free(report);
  lsexport_error_free(error);
  lsexport_client_free(client);
  lsexport_destination_spec_free(spec);
  lsexport_credentials_free(credentials);
  return failed;
}
