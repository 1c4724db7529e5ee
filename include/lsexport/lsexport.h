/* SPDX-License-Identifier: MIT */
/* All of liblsexport. */
#ifndef LSEXPORT_H
#define LSEXPORT_H

#include <lsexport/api.h>
#include <lsexport/call.h>
#include <lsexport/client.h>
#include <lsexport/credentials.h>
#include <lsexport/destination.h>
#include <lsexport/error.h>
#include <lsexport/queue.h>
#include <lsexport/report.h>

#endif
