/* SPDX-License-Identifier: MIT */
/* The user name in a proxy's URL: taken out of it, and read as it was meant. */
#include "fixtures.h"

#include "api/client.h"
#include "base/url.h"

#include <string.h>

static lsexport_status make(const char *proxy, lsexport_client **client_out, lsexport_error **error_out) {
  struct script script;
  const char *const options[][2] = {{"proxy", proxy}, {NULL, NULL}};
  script_begin(&script);
  lsexport_config *config = config_with(options);
  lsexport_status status = client_new(config, &script.world, client_out, error_out);
  lsexport_config_free(config);
  return status;
}

static const struct {
  const char *proxy, *url, *name;
} names[] = {
    {"http://user@proxy:8080", "http://proxy:8080", "user"},
    {"user@proxy", "proxy", "user"},
    {"http://DOMAIN%5Cuser@proxy", "http://proxy", "DOMAIN\\user"},
    {"http://a%40b%3ac%2Fd@proxy", "http://proxy", "a@b:c/d"},
    {"http://%C3%bc%41@proxy", "http://proxy",
     "\xc3\xbc"
     "A"},
    {"http://us@er@proxy", "http://proxy", "us@er"},
    {"http://@proxy", "http://proxy", ""},
    {"http://a%01@proxy", "http://proxy", "a\x01"},
};

START_TEST(a_name_is_taken_out_and_decoded) {
  lsexport_client *client = NULL;
  ck_assert_int_eq(make(names[_i].proxy, &client, NULL), LSEXPORT_OK);
  ck_assert_str_eq(client->transport.proxy, names[_i].url);
  const char *name = client->transport.proxy_username;
  ck_assert_str_eq(name ? name : "", names[_i].name);
  lsexport_client_free(client);
}
END_TEST

static const char *const refused[] = {
    "http://a%@proxy",   "http://a%4@proxy",  "http://a%g1@proxy", "http://a%1g@proxy", "http://a%/1@proxy",
    "http://a%:1@proxy", "http://a%1:@proxy", "http://a%00@proxy", "http://a%1@proxy",
};

START_TEST(what_stands_for_no_text_is_refused) {
  lsexport_client *client = NULL;
  lsexport_error *error = NULL;
  ck_assert_int_eq(make(refused[_i], &client, &error), LSEXPORT_ERR_VALIDATION);
  ck_assert(has_field(error, "proxy"));
  ck_assert_ptr_null(client);
  lsexport_error_free(error);
}
END_TEST

START_TEST(a_url_may_not_be_longer_than_any_url) {
  char proxy[URL_MAX_LENGTH + 2];
  lsexport_client *client = NULL;
  lsexport_error *error = NULL;
  memset(proxy, 'p', sizeof proxy);
  proxy[URL_MAX_LENGTH] = '\0';
  ck_assert_int_eq(make(proxy, &client, NULL), LSEXPORT_OK);
  lsexport_client_free(client);
  client = NULL;
  proxy[URL_MAX_LENGTH] = 'p';
  proxy[URL_MAX_LENGTH + 1] = '\0';
  ck_assert_int_eq(make(proxy, &client, &error), LSEXPORT_ERR_VALIDATION);
  ck_assert(has_field(error, "proxy"));
  lsexport_error_free(error);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("test_proxy_name");
  TCase *cases = add_cases(suite, "proxy name");
  tcase_add_loop_test(cases, a_name_is_taken_out_and_decoded, 0, (int)COUNT(names));
  tcase_add_loop_test(cases, what_stands_for_no_text_is_refused, 0, (int)COUNT(refused));
  tcase_add_test(cases, a_url_may_not_be_longer_than_any_url);
  return run_suite(suite);
}
