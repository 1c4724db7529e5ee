/* SPDX-License-Identifier: MIT */
/* A client over a script whose other end is a bucket, as the tests of checks share it. */
#ifndef LSX_TESTS_CHECK_SCENE_H
#define LSX_TESTS_CHECK_SCENE_H

#include "bucket_double.h"

#define PUT "s3:PutObject"
#define GET "s3:GetObject"
#define ABORT "s3:AbortMultipartUpload"
#define DELETE "s3:DeleteObject"
#define S3_URL "https://exports.s3.eu-west-1.amazonaws.com/"

extern struct scene stage;
extern struct bucket_double bucket;
extern lsexport_destination_spec *spec;
extern lsexport_report *told; /* of the check made last */
extern lsexport_call *call;

void check_setup(void);
void check_teardown(void);
/* With a client of these options; check_setup's is freed. */
void check_setup_again(const char *const (*options)[2]);
lsexport_status check(void);
/* Nothing is left, nor told to be. */
void assert_bucket_is_empty(void);

#endif
