/* SPDX-License-Identifier: MIT */
/* A small LangSmith on 127.0.0.1, in a thread, that allocates nothing: what grows is not its own. It knows one
 * destination, keeps connections open, and answers 404 to every other id. */
#ifndef LSX_TESTS_SOAK_SERVER_H
#define LSX_TESTS_SOAK_SERVER_H

#define SOAK_ID "0a91a355-8a88-422c-9546-72c183b95b51"
#define SOAK_UNKNOWN_ID "0a91a355-8a88-422c-9546-72c183b95b52"
#define SOAK_NAME "Soak"

/* Its port; 0 when it cannot be had. */
int soak_server_start(void);
/* Ends the thread and closes everything. */
void soak_server_stop(void);

#endif
