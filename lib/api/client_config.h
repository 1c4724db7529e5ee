/* SPDX-License-Identifier: MIT */
/* From a config's texts to a client's settings, checked as a whole. */
#ifndef LSX_API_CLIENT_CONFIG_H
#define LSX_API_CLIENT_CONFIG_H

#include "api/client.h"
#include "api/config.h"

/* NULL when every option is valid and the client's settings are filled; else the error, finished. */
lsexport_error *client_configure(lsexport_client *client, const lsexport_config *config);

#endif
