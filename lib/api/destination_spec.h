/* SPDX-License-Identifier: MIT */
#ifndef LSX_API_DESTINATION_SPEC_H
#define LSX_API_DESTINATION_SPEC_H

#include "langsmith/destination_spec.h"

/* A spec of its own, that shares the credentials; NULL without memory. */
lsexport_destination_spec *spec_copy(const lsexport_destination_spec *spec);

#endif
