/* SPDX-License-Identifier: MIT */
/* The builder that a client is made from. */
#ifndef LSX_API_CONFIG_H
#define LSX_API_CONFIG_H

#include "net/log.h"

#include <lsexport/client.h>

#include <stdbool.h>

enum option {
#define OPTION(name, key, type, default_value, minimum, maximum, secrecy, text) OPTION_##name,
#include "api/options.def"
#undef OPTION
  OPTION_COUNT
};

struct config_value {
  bool set;
  char *text; /* NULL though set: NULL was given */
};

struct lsexport_config {
  lsexport_status failure; /* the first setter that failed */
  const char *failed_parameter;
  struct config_value values[OPTION_COUNT];
  struct config_value api_key;
  struct log_sink log;
};

/* What holds: the value that was set, or the default; NULL for an option that has neither. */
const char *config_text(const lsexport_config *config, enum option option);
const char *option_key(enum option option);
int64_t option_minimum(enum option option);
int64_t option_maximum(enum option option);

#endif
