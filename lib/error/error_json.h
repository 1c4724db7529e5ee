/* SPDX-License-Identifier: MIT */
#ifndef LSX_ERROR_ERROR_JSON_H
#define LSX_ERROR_ERROR_JSON_H

#include "error/error.h"

/* All of the error as one JSON object, to be freed by mem_free; NULL without memory. */
char *error_json_write(const lsexport_error *error);

#endif
