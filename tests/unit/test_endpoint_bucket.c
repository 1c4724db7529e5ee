/* SPDX-License-Identifier: MIT */
/* Does an endpoint name the bucket? Where it does not, include_bucket_in_prefix 0 means another bucket. */
#include "fixtures.h"

static const struct {
  const char *bucket, *endpoint;
  bool named;
} endpoints[] = {
    {"exports", "https://exports.s3.example", true},
    {"exports", "https://EXPORTS.s3.example", true},
    {"exports", "https://s3.example/exports", true},
    {"exports", "https://s3.example//exports//", true},
    {"exports", "https://exportsx.s3.example", false},
    {"exports", "https://exports", false},
    {"exports", "https://s3.example/exports/more", false},
    {"exports", "https://s3.example/exportsx", false},
    {"exports", "https://s3.example", false},
    {"storage", "https://storage.googleapis.com", false},
    {"storage", "https://storage.googleapis.com/storage", true},
    {"127", "http://127.0.0.1:9000", false},
    {"127", "http://127.0.0.1:9000/127", true},
    {"127", "http://127.s3.example", true},
};

START_TEST(an_endpoint_names_the_bucket_or_not) {
  static const char *const allowed[] = {"google_endpoint_without_key"};
  struct scene scene;
  scene_begin(&scene, NULL);
  lsexport_destination_spec *spec = spec_bare(static_credentials(KEY_ID, SECRET));
  lsexport_destination_spec_set_bucket_name(spec, endpoints[_i].bucket);
  lsexport_destination_spec_set_endpoint_url(spec, endpoints[_i].endpoint);
  lsexport_destination_spec_set_include_bucket_in_prefix(spec, 0);
  lsexport_destination_spec_allow(spec, allowed[0]);
  if (endpoints[_i].named) script_answer(&scene.script, 200, DESTINATION(ID_1, NOON));
  lsexport_status status = scene_create(&scene, spec, NULL);
  ck_assert_int_eq(status, endpoints[_i].named ? LSEXPORT_OK : LSEXPORT_ERR_VALIDATION);
  ck_assert_int_eq(has_field(scene.error, "config.include_bucket_in_prefix"), !endpoints[_i].named);
  lsexport_destination_spec_free(spec);
  scene_end(&scene);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("test_endpoint_bucket");
  TCase *cases = add_cases(suite, "endpoints");
  tcase_add_loop_test(cases, an_endpoint_names_the_bucket_or_not, 0, (int)COUNT(endpoints));
  return run_suite(suite);
}
