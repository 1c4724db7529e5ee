/* SPDX-License-Identifier: MIT */
/* The last step of every public call. */
#ifndef LSX_API_REPORT_H
#define LSX_API_REPORT_H

#include "error/error.h"

/* Hands the error to the caller, or frees it; its status. An error of no request is finished here. NULL is OK. */
lsexport_status report(lsexport_error *error, lsexport_error **error_out);
/* What a builder's setter kept, and its report. */
lsexport_error *error_of_builder(lsexport_status failure, const char *parameter);
lsexport_status report_builder(lsexport_status failure, const char *parameter, lsexport_error **error_out);

#endif
