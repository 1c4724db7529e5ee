/* SPDX-License-Identifier: MIT */
/* Says where LangSmith would write, and what stands in the way, without sending anything:
 * explain BUCKET PREFIX [REGION [ENDPOINT]]; a "" leaves one out. Returns 1 when there is an error among the findings. */
#include "common.h"

int main(int argc, char **argv) {
  lsexport_destination_spec *spec = NULL;
  lsexport_report *report = NULL;
  lsexport_error *error = NULL;
  if (argc < 3) return fprintf(stderr, "usage: %s BUCKET PREFIX [REGION [ENDPOINT]]\n", argv[0]), 2;

  lsexport_client *client = client_from_environment(NULL); /* without one, nobody knows where LangSmith runs */
  lsexport_credentials *credentials = credentials_from_environment();
  lsexport_destination_spec_new(&spec);
  lsexport_destination_spec_set_display_name(spec, "explained");
  lsexport_destination_spec_set_bucket_name(spec, argv[1]);
  lsexport_destination_spec_set_prefix(spec, argv[2]);
  if (argc > 3 && *argv[3]) lsexport_destination_spec_set_region(spec, argv[3]);
  if (argc > 4) lsexport_destination_spec_set_endpoint_url(spec, argv[4]);
  lsexport_destination_spec_set_credentials(spec, credentials);
  if (lsexport_destination_explain(client, spec, &report, &error) == LSEXPORT_OK)
    fputs(lsexport_report_text(report), stdout);
  else
    print_error(error);

  int failed = !report || lsexport_report_finding_severity(report, 0) == LSEXPORT_SEVERITY_ERROR; /* worst first */
  lsexport_report_free(report);
  lsexport_error_free(error);
  lsexport_destination_spec_free(spec);
  lsexport_credentials_free(credentials);
  lsexport_client_free(client);
  return failed;
}
