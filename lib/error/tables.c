/* SPDX-License-Identifier: MIT */
/* Names and texts of statuses and causes, out of their .def files. */
#include "error/tables.h"

#include <lsexport/error.h>

static const struct status_row statuses[] = {
#define STATUS(name, side, transience, text, meaning, remedy) \
  {LSEXPORT_##name, "LSEXPORT_" #name, text, remedy, LSEXPORT_SIDE_##side, transience},
#include "error/status.def"
#undef STATUS
};

static const struct cause_row causes[] = {
#define CAUSE(name, text) {LSEXPORT_CAUSE_##name, "LSEXPORT_CAUSE_" #name, text},
#include "error/cause.def"
#undef CAUSE
};

#define COUNT(array) (sizeof(array) / sizeof *(array))

const struct status_row *status_row_of(lsexport_status status) {
  for (size_t i = 0; i < COUNT(statuses); i++)
    if (statuses[i].status == status) return &statuses[i];
  return NULL;
}

const struct cause_row *cause_row_of(int32_t cause) {
  for (size_t i = 0; i < COUNT(causes); i++)
    if (causes[i].cause == cause) return &causes[i];
  return NULL;
}

const char *lsexport_status_name(lsexport_status status) {
  const struct status_row *row = status_row_of(status);
  return row ? row->name : "unknown status";
}

const char *lsexport_status_text(lsexport_status status) {
  const struct status_row *row = status_row_of(status);
  return row ? row->text : "unknown status";
}

size_t lsexport_status_count(void) { return COUNT(statuses); }

lsexport_status lsexport_status_at(size_t index) {
  return index < COUNT(statuses) ? statuses[index].status : LSEXPORT_ERR_INTERNAL;
}

const char *lsexport_cause_name(int32_t cause) {
  const struct cause_row *row = cause_row_of(cause);
  return row ? row->name : "unknown cause";
}

const char *lsexport_cause_text(int32_t cause) {
  const struct cause_row *row = cause_row_of(cause);
  return row ? row->text : "unknown cause";
}

size_t lsexport_cause_count(void) { return COUNT(causes); }

int32_t lsexport_cause_at(size_t index) { return index < COUNT(causes) ? causes[index].cause : LSEXPORT_CAUSE_NONE; }
