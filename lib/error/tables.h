/* SPDX-License-Identifier: MIT */
/* The rows of status.def and cause.def. */
#ifndef LSX_ERROR_TABLES_H
#define LSX_ERROR_TABLES_H

#include <lsexport/error.h>

enum transience { LASTING, TRANSIENT };

struct status_row {
  lsexport_status status;
  const char *name;
  const char *text;
  const char *remedy;
  int32_t side;
  enum transience transience;
};

struct cause_row {
  int32_t cause;
  const char *name;
  const char *text;
};

/* NULL for a number that is not in the table. */
const struct status_row *status_row_of(lsexport_status status);
const struct cause_row *cause_row_of(int32_t cause);

#endif
