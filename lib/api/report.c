/* SPDX-License-Identifier: MIT */
#include "api/report.h"

lsexport_status report(lsexport_error *error, lsexport_error **error_out) {
  if (!error) return LSEXPORT_OK;
  if (!error->message) error = error_finish(error, false);
  lsexport_status status = error->status;
  if (error_out)
    *error_out = error;
  else
    lsexport_error_free(error);
  return status;
}

lsexport_error *error_of_builder(lsexport_status failure, const char *parameter) {
  return failure == LSEXPORT_ERR_INVALID_ARGUMENT ? error_new_argument(parameter) : error_new(failure, NULL);
}

lsexport_status report_builder(lsexport_status failure, const char *parameter, lsexport_error **error_out) {
  return report(error_of_builder(failure, parameter), error_out);
}
