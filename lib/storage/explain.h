/* SPDX-License-Identifier: MIT */
/* What can be said of a spec without asking anybody. */
#ifndef LSX_STORAGE_EXPLAIN_H
#define LSX_STORAGE_EXPLAIN_H

#include "storage/report.h"

/* Adds where LangSmith writes, all findings, and the summary. api_root: LangSmith's, or NULL when nobody knows. */
void explain(lsexport_report *report, const lsexport_destination_spec *spec, const char *api_root,
             const struct secrets *secrets);

#endif
