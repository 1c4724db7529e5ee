/* SPDX-License-Identifier: MIT */
/* The rows of finding.def. */
#ifndef LSX_STORAGE_FINDING_H
#define LSX_STORAGE_FINDING_H

#include <lsexport/report.h>

enum finding {
#define FINDING(name, code, severity, field, reason, remedy) FINDING_##name,
#include "storage/finding.def"
#undef FINDING
  FINDING_COUNT
};

struct finding_row {
  const char *code;
  int32_t severity;
  const char *field;
  const char *reason;
  const char *remedy;
};

extern const struct finding_row finding_rows[FINDING_COUNT];

/* What create refuses has no row: its code, unless the check has a name, and its remedy. */
#define FINDING_REFUSED_CODE "not_valid"
#define FINDING_REFUSED_REMEDY "Correct it: lsexport_destination_create refuses it as it is."

#endif
