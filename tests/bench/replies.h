/* SPDX-License-Identifier: MIT */
/* What the benches' server knows, and their clients ask it for. */
#ifndef LSX_TESTS_BENCH_REPLIES_H
#define LSX_TESTS_BENCH_REPLIES_H

#define DESTINATIONS_PATH "/api/v1/bulk-exports/destinations"
#define DESTINATION_ID "0a91a355-8a88-422c-9546-72c183b95b51"
#define DESTINATION_NAME "Nightly"

/* Roots of the API below the server's own: a list there has so many destinations. */
#define ROOT_1000 "/1000"
#define ROOT_10000 "/10000"
/* What is asked below this root is never answered. HELD_PATH and a number is answered as soon as so many wait there. */
#define ROOT_HELD "/held"
#define HELD_PATH "/until/"

#endif
