/* SPDX-License-Identifier: MIT */
#include "check_scene.h"

struct scene stage;
struct bucket_double bucket;
lsexport_destination_spec *spec;
lsexport_report *told;
lsexport_call *call;

static void begin(const char *const (*options)[2]) {
  scene_begin(&stage, options);
  bucket_double_begin(&bucket, &stage.script);
  spec = spec_of_exports();
  lsexport_call_new(&call);
  told = NULL;
}

void check_setup(void) { begin(NULL); }

void check_teardown(void) {
  lsexport_report_free(told);
  lsexport_call_free(call);
  lsexport_destination_spec_free(spec);
  scene_end(&stage);
}

void check_setup_again(const char *const (*options)[2]) {
  check_teardown();
  begin(options);
}

lsexport_status check(void) {
  lsexport_report_free(told);
  lsexport_error_free(stage.error);
  stage.error = NULL;
  told = NULL;
  return lsexport_destination_check(stage.client, spec, call, &told, &stage.error);
}

void assert_bucket_is_empty(void) {
  ck_assert(!bucket.has_object && !bucket.has_object_below);
  ck_assert_int_eq(bucket.uploads, 0);
  ck_assert_uint_eq(lsexport_report_left_count(told), 0);
}
