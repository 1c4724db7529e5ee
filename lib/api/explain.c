/* SPDX-License-Identifier: MIT */
/* Explain: a report about a spec, without any request. */
#include "storage/explain.h"

#include "api/client.h"
#include "api/report.h"

#define OPERATION "destination explain"

static lsexport_error *write_report(const lsexport_client *client, const lsexport_destination_spec *spec,
                                    lsexport_report **report_out) {
  struct secrets secrets = {0};
  lsexport_report *made = report_new();
  if (!made) return error_no_memory(LSEXPORT_APPLIED_NO);
  if (client) client_add_secrets(client, &secrets);
  if (spec->credentials) credentials_add_secrets(spec->credentials, &secrets);
  explain(made, spec, client ? client->langsmith.api_root : NULL, &secrets);
  lsexport_error *error = report_finish(made);
  if (error)
    lsexport_report_free(made);
  else
    *report_out = made;
  return error;
}

lsexport_status lsexport_destination_explain(const lsexport_client *client, const lsexport_destination_spec *spec,
                                             lsexport_report **report_out, lsexport_error **error_out) {
  lsexport_error *error = NULL;
  if (!spec || !report_out)
    error = error_new_argument(spec ? "report_out" : "spec");
  else if (spec->failure)
    error = error_of_builder(spec->failure, spec->failed_parameter);
  else
    error = write_report(client, spec, report_out);
  if (error) error_set_operation(error, OPERATION);
  return report(error, error_out);
}
