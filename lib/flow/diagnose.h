/* SPDX-License-Identifier: MIT */
/* Creates a destination, and checks its bucket from this machine at the same time. */
#ifndef LSX_FLOW_DIAGNOSE_H
#define LSX_FLOW_DIAGNOSE_H

#include "flow/check_report.h"
#include "langsmith/destination_operation.h"

struct diagnose {
  struct flow base;
  struct check *check; /* NULL: the credentials are LangSmith's own, and cannot be tried from here */
  struct destination_operation create;
  bool checking;
  bool answered;         /* LangSmith has, or will not any more */
  lsexport_error *error; /* why LangSmith created nothing */
};

/* False without memory, and then there is nothing to free. All is borrowed until diagnose_free. */
bool diagnose_begin(struct diagnose *diagnose, struct check *check, const struct langsmith *langsmith,
                    const lsexport_destination_spec *spec, const struct spec_wire *wire);
void diagnose_free(struct diagnose *diagnose);

/* Compares what LangSmith said (NULL: it created the destination) with what the check found (NULL: nothing was tried):
 * the answer, and a finding that has the evidence. check_report has added its own. */
void diagnose_report(const lsexport_error *error, const struct check *check, lsexport_report *report);

#endif
