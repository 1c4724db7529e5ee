/* SPDX-License-Identifier: MIT */
/* When ensure takes a destination for the one that a spec asks for. */
#include "fixtures.h"

#include "langsmith/destination.h"
#include "langsmith/destination_spec.h"

#include <stdio.h>
#include <string.h>

#define OURS                                                                                   \
  "{\"bucket_name\":\"b\",\"prefix\":\"p/q\",\"region\":\"r\",\"endpoint_url\":\"https://h\"," \
  "\"include_bucket_in_prefix\":true,\"config_kwargs_s3\":{\"addressing_style\":\"path\"},"    \
  "\"s3_additional_kwargs\":{\"ChecksumAlgorithm\":\"SHA256\",\"Metadata\":{\"a\":\"b\"}}}"
#define BASE "\"bucket_name\":\"b\",\"prefix\":\"p\",\"include_bucket_in_prefix\":true"
#define ALL_NULLS                                                                                  \
  "\"region\":null,\"endpoint_url\":null,\"config_kwargs_s3\":null,\"s3_additional_kwargs\":null," \
  "\"aws_role_arn\":null"

static const struct {
  const char *ours, *theirs; /* configs; prefix in theirs as the server stored it */
  enum likeness likeness;
  const char *missing; /* with SERVER_TOO_OLD */
} cases_of[] = {
    /* Equal */
    {OURS, OURS, DESTINATION_EQUAL, NULL},
    {"{" BASE "}", "{" BASE "," ALL_NULLS "}", DESTINATION_EQUAL, NULL},
    {"{" BASE "}", "{" BASE "}", DESTINATION_EQUAL, NULL},
    {"{" BASE "}", "{\"include_bucket_in_prefix\":true,\"prefix\":\"p\",\"bucket_name\":\"b\"}", DESTINATION_EQUAL,
     NULL},
    {"{" BASE "}", "{" BASE ",\"unknown\":7}", DESTINATION_EQUAL, NULL},          /* of a newer server */
    {"{" BASE "}", "{" BASE ",\"aws_role_arn\":\"x\"}", DESTINATION_EQUAL, NULL}, /* a credential */
    {"{" BASE "}", "{" BASE ",\"config_kwargs_s3\":{\"addressing_style\":null,\"use_accelerate_endpoint\":null}}",
     DESTINATION_EQUAL, NULL},
    {"{" BASE "}", "{" BASE ",\"s3_additional_kwargs\":{}}", DESTINATION_EQUAL, NULL},
    {"{" BASE ",\"config_kwargs_s3\":{\"addressing_style\":\"path\"}}",
     "{" BASE ",\"config_kwargs_s3\":{\"payload_signing_enabled\":null,\"addressing_style\":\"path\"}}",
     DESTINATION_EQUAL, NULL},
    {"{" BASE ",\"s3_additional_kwargs\":{\"a\":null}}", "{" BASE ",\"s3_additional_kwargs\":null}", DESTINATION_EQUAL,
     NULL},
    {"{" BASE ",\"future\":{\"x\":1}}", "{" BASE ",\"future\":{\"x\":1,\"y\":null}}", DESTINATION_EQUAL, NULL},
    /* The prefix: byte for byte, or as a server may have trimmed ours */
    {"{\"prefix\":\"/p/\"}", "{\"prefix\":\"/p/\"}", DESTINATION_EQUAL, NULL},
    {"{\"prefix\":\"/p/\"}", "{\"prefix\":\"p\"}", DESTINATION_EQUAL, NULL},
    {"{\"prefix\":\"p/\"}", "{\"prefix\":\"p\"}", DESTINATION_EQUAL, NULL},
    {"{\"prefix\":\"//p//\"}", "{\"prefix\":\"p\"}", DESTINATION_EQUAL, NULL},
    {"{\"prefix\":\"/\"}", "{\"prefix\":\"\"}", DESTINATION_EQUAL, NULL},
    {"{\"prefix\":\"\"}", "{\"prefix\":\"\"}", DESTINATION_EQUAL, NULL},
    {"{\"prefix\":\"\"}", "{}", DESTINATION_EQUAL, NULL},
    {"{}", "{\"prefix\":\"\"}", DESTINATION_EQUAL, NULL},
    {"{}", "{\"prefix\":null}", DESTINATION_EQUAL, NULL},
    {"{\"prefix\":\"p\"}", "{\"prefix\":\"/p/\"}", DESTINATION_OTHER, NULL}, /* slashes that we did not write */
    {"{\"prefix\":\"p\"}", "{\"prefix\":\"p/\"}", DESTINATION_OTHER, NULL},
    {"{\"prefix\":\"p//q\"}", "{\"prefix\":\"p/q\"}", DESTINATION_OTHER, NULL},
    {"{\"prefix\":\"p\"}", "{\"prefix\":\"P\"}", DESTINATION_OTHER, NULL},
    {"{\"prefix\":\"p\"}", "{\"prefix\":\"pq\"}", DESTINATION_OTHER, NULL},
    {"{\"prefix\":\"p\"}", "{}", DESTINATION_OTHER, NULL},
    {"{}", "{\"prefix\":\"p\"}", DESTINATION_OTHER, NULL},
    {"{}", "{\"prefix\":\"/\"}", DESTINATION_OTHER, NULL},
    /* Each member that differs */
    {"{" BASE "}", "{\"bucket_name\":\"c\",\"prefix\":\"p\",\"include_bucket_in_prefix\":true}", DESTINATION_OTHER,
     NULL},
    {"{" BASE "}", "{\"bucket_name\":\"B\",\"prefix\":\"p\",\"include_bucket_in_prefix\":true}", DESTINATION_OTHER,
     NULL},
    {"{" BASE "}", "{\"bucket_name\":null,\"prefix\":\"p\",\"include_bucket_in_prefix\":true}", DESTINATION_OTHER,
     NULL},
    {"{" BASE "}", "{\"bucket_name\":\"b\",\"prefix\":\"p\",\"include_bucket_in_prefix\":false}", DESTINATION_OTHER,
     NULL},
    {"{" BASE ",\"region\":\"r\"}", "{" BASE ",\"region\":\"s\"}", DESTINATION_OTHER, NULL},
    {"{" BASE ",\"region\":\"r\"}", "{" BASE ",\"region\":null}", DESTINATION_OTHER, NULL},
    {"{" BASE "}", "{" BASE ",\"region\":\"r\"}", DESTINATION_OTHER, NULL},
    {"{" BASE ",\"endpoint_url\":\"https://h\"}", "{" BASE ",\"endpoint_url\":\"https://h/\"}", DESTINATION_OTHER,
     NULL},
    {"{" BASE ",\"endpoint_url\":\"https://h\"}", "{" BASE ",\"endpoint_url\":null}", DESTINATION_OTHER, NULL},
    {"{" BASE "}", "{" BASE ",\"endpoint_url\":\"https://h\"}", DESTINATION_OTHER, NULL},
    {"{" BASE ",\"config_kwargs_s3\":{\"addressing_style\":\"path\"}}",
     "{" BASE ",\"config_kwargs_s3\":{\"addressing_style\":\"auto\"}}", DESTINATION_OTHER, NULL},
    {"{" BASE ",\"config_kwargs_s3\":{\"addressing_style\":\"path\"}}", "{" BASE ",\"config_kwargs_s3\":null}",
     DESTINATION_OTHER, NULL},
    {"{" BASE "}", "{" BASE ",\"config_kwargs_s3\":{\"addressing_style\":\"path\"}}", DESTINATION_OTHER, NULL},
    {"{" BASE "}", "{" BASE ",\"config_kwargs_s3\":{\"use_accelerate_endpoint\":false}}", DESTINATION_OTHER, NULL},
    {"{" BASE ",\"s3_additional_kwargs\":{\"a\":1}}", "{" BASE ",\"s3_additional_kwargs\":{\"a\":2}}",
     DESTINATION_OTHER, NULL},
    {"{" BASE ",\"s3_additional_kwargs\":{\"a\":1}}", "{" BASE ",\"s3_additional_kwargs\":{\"a\":1,\"b\":2}}",
     DESTINATION_OTHER, NULL},
    {"{" BASE "}", "{" BASE ",\"s3_additional_kwargs\":{\"a\":1}}", DESTINATION_OTHER, NULL},
    {"{" BASE ",\"future\":1}", "{" BASE ",\"future\":2}", DESTINATION_OTHER, NULL},
    {"{" BASE ",\"future\":1}", "{" BASE ",\"future\":null}", DESTINATION_OTHER, NULL},
    /* A server that does not know a member that we set */
    {"{" BASE ",\"config_kwargs_s3\":{\"addressing_style\":\"path\"}}", "{" BASE "}", DESTINATION_SERVER_TOO_OLD,
     "config_kwargs_s3"},
    {"{" BASE ",\"s3_additional_kwargs\":{\"a\":1}}", "{" BASE "}", DESTINATION_SERVER_TOO_OLD, "s3_additional_kwargs"},
    {"{" BASE ",\"future\":1}", "{" BASE "}", DESTINATION_SERVER_TOO_OLD, "future"},
    {"{\"include_bucket_in_prefix\":false}", "{}", DESTINATION_SERVER_TOO_OLD, "include_bucket_in_prefix"},
    {"{\"include_bucket_in_prefix\":true}", "{}", DESTINATION_EQUAL, NULL}, /* it always included it */
    {"{" BASE ",\"future\":null}", "{" BASE "}", DESTINATION_EQUAL, NULL},
    {"{" BASE ",\"s3_additional_kwargs\":{}}", "{" BASE "}", DESTINATION_EQUAL, NULL}, /* nothing was dropped */
    {"{\"s3_additional_kwargs\":{\"a\":null}}", "{}", DESTINATION_EQUAL, NULL},
    {"{" BASE ",\"future\":1,\"region\":\"r\"}", "{" BASE ",\"region\":\"s\"}", DESTINATION_OTHER,
     NULL}, /* not that one */
    {"{" BASE ",\"region\":\"r\",\"future\":1}", "{" BASE ",\"region\":\"s\"}", DESTINATION_OTHER, NULL},
    {"{\"future\":1,\"prefix\":\"p\"}", "{\"prefix\":\"q\"}", DESTINATION_OTHER, NULL},
    {"{" BASE ",\"future\":1}", "{" BASE ",\"region\":\"r\"}", DESTINATION_OTHER, NULL},
};

static lsexport_destination *theirs(const char *name, const char *config) {
  static char text[4096];
  const char *wrong;
  lsexport_destination *destination = NULL;
  snprintf(text, sizeof text, "{\"id\":\"%s\",\"display_name\":\"%s\",\"config\":%s}", ID_1, name, config);
  json_node *node = parsed(text);
  struct destination_source source = {.node = node, .json = text, .json_length = strlen(text), .request_id = ""};
  ck_assert_int_eq(destination_read(&source, &destination, &wrong), DESTINATION_READ);
  node_free(node);
  return destination;
}

START_TEST(compared) {
  const char *missing = "unset";
  lsexport_destination *destination = theirs("D", cases_of[_i].theirs);
  json_node *config = parsed(cases_of[_i].ours);
  ck_assert_int_eq(destination_compare(destination, "D", config, &missing), cases_of[_i].likeness);
  if (cases_of[_i].missing) ck_assert_str_eq(missing, cases_of[_i].missing);
  ck_assert_int_eq(destination_compare(destination, "E", config, &missing), DESTINATION_OTHER);
  ck_assert_int_eq(destination_compare(destination, "d", config, &missing), DESTINATION_OTHER);
  node_free(config);
  lsexport_destination_free(destination);
}
END_TEST

/* What a spec writes is equal to what a server that echoes it returns, with nulls for all the rest. */
START_TEST(a_spec_is_equal_to_its_echo) {
  struct buf written;
  const char *missing;
  lsexport_destination_spec *spec = spec_aws();
  lsexport_destination_spec_set_addressing_style(spec, LSEXPORT_ADDRESSING_VIRTUAL);
  lsexport_destination_spec_set_storage_class(spec, "STANDARD_IA");
  lsexport_destination_spec_set_extra_config_json(spec, "{\"future\":[1]}");
  buf_init(&written, 4096);
  spec_write_config(&written, spec, NULL);
  lsexport_destination *destination = theirs(NAME, buf_string(&written));
  json_node *config = parsed(buf_string(&written));
  ck_assert_int_eq(destination_compare(destination, NAME, config, &missing), DESTINATION_EQUAL);
  node_free(config);
  lsexport_destination_free(destination);
  lsexport_destination_spec_free(spec);
  buf_reset(&written);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("test_destination_compare");
  TCase *cases = add_cases(suite, "compare");
  tcase_add_loop_test(cases, compared, 0, (int)COUNT(cases_of));
  tcase_add_test(cases, a_spec_is_equal_to_its_echo);
  return run_suite(suite);
}
