/* SPDX-License-Identifier: MIT */
/* From an answer to a destination, a list, or an error: the reading half of each operation, without a network.
 *
 * Input: a line "OPERATION STATUS", the operation as one of c g l p d; header lines; an empty line; the body. */
#include "canaries.h"
#include "invariants.h"

#include "error/error.h"
#include "langsmith/destination_operation.h"
#include "net/retry.h"

#include <stdlib.h>
#include <string.h>

#define ID "0a91a355-8a88-422c-9546-72c183b95b51"
#define NAME "My AWS S3 Destination"
#define WORKSPACE "4bf41bb8-1111-4222-8333-944444444444"
#define BODY_MAX 65536
#define UNIX_S 1795500000
#define DEEP 1000 /* nested so much, jansson may refuse the whole list but not its elements */

static lsexport_credentials *credentials;
static lsexport_destination_spec *spec;

static void prepare(void) {
  if (spec) return;
  lsexport_credentials_new_session(CANARY_KEY_ID, CANARY_SECRET, LSEXPORT_NUL_TERMINATED, canary_token(),
                                   LSEXPORT_NUL_TERMINATED, &credentials);
  lsexport_destination_spec_new(&spec);
  lsexport_destination_spec_set_display_name(spec, NAME);
  lsexport_destination_spec_set_bucket_name(spec, "my-bucket");
  lsexport_destination_spec_set_credentials(spec, credentials);
}

static lsexport_status never_interrupted(void *context) {
  (void)context;
  return LSEXPORT_OK;
}

static bool begin(struct destination_operation *operation, char which, const struct langsmith *langsmith) {
  static const struct spec_wire wire = {.role_at_top_level = false};
  switch (which) {
  case 'c':
    return destination_create_begin(operation, langsmith, spec, &wire);
  case 'g':
    return destination_get_begin(operation, langsmith, ID);
  case 'l':
    return destination_list_begin(operation, langsmith);
  case 'p':
    return destination_patch_begin(operation, langsmith, ID, credentials);
  case 'd':
  case 'D': /* an attempt before may have deleted it */
    return destination_delete_begin(operation, langsmith, ID);
  default:
    return false;
  }
}

static void take_answer(struct response *response, struct input *input) {
  for (bool more = true; more;) {
    struct piece line = input_line(input);
    more = line.length > 0;
    response_take_header(response, line.text, line.length, UNIX_S);
    piece_free(&line);
  }
  buf_add(&response->body, input->at, input->left);
}

/* ---- what a success must have ---- */

static void check_one(const struct destination_operation *operation, const struct response *response) {
  const lsexport_destination *one = operation->destination;
  size_t length;
  must_be_destination(one);
  const char *json = lsexport_destination_json(one, &length);
  MUST(length == response->body.length && memcmp(json, buf_string(&response->body), length) == 0);
  if (operation->base.request.method == METHOD_POST)
    MUST(strcmp(lsexport_destination_display_name(one), NAME) == 0);
  else
    MUST(strcasecmp(lsexport_destination_id(one), ID) == 0);
}

static size_t count_openings(const struct response *response) {
  size_t count = 0;
  for (size_t i = 0; i < response->body.length; i++)
    count += response->body.data[i] == '[' || response->body.data[i] == '{';
  return count;
}

/* Read element by element, a list is what it is as a whole. */
static void check_list(const lsexport_destinations *list, const struct response *response) {
  enum json_failure failure;
  MUST(list != NULL);
  json_node *whole = node_parse(buf_string(&response->body), response->body.length, &failure);
  MUST(node_is_array(whole) || count_openings(response) > DEEP);
  MUST(!whole || node_array_count(whole) == lsexport_destinations_count(list));
  for (size_t i = 0; i < lsexport_destinations_count(list); i++) {
    const lsexport_destination *one = lsexport_destinations_at(list, i);
    size_t length;
    must_be_destination(one);
    const char *json = lsexport_destination_json(one, &length);
    json_node *node = node_parse(json, length, &failure);
    MUST(!whole || node_equal_without_nulls(node, node_array_at(whole, i)));
    node_free(node);
  }
  MUST(!lsexport_destinations_at(list, lsexport_destinations_count(list)));
  node_free(whole);
}

static void check_success(const struct destination_operation *operation, char which, const struct response *response) {
  if (which == 'D' && response->http_status == 404) return;
  MUST(response->http_status / 100 == 2);
  if (which == 'l')
    check_list(operation->destinations, response);
  else if (which != 'd' && which != 'D')
    check_one(operation, response);
}

/* ---- what a failure must have ---- */

static void check_failure(lsexport_error *error, const struct destination_operation *operation,
                          const struct response *response) {
  MUST(!operation->destination);
  if (lsexport_error_applied(error) == LSEXPORT_APPLIED_YES) MUST(response->http_status / 100 == 2);
  error_set_http_status(error, response->http_status);
  error_set_request_id(error, response->request_id);
  if (response->retry_after_ms > 0) error_set_retry_after(error, response->retry_after_ms);
  error = error_finish(error, operation->base.repeatable);
  must_be_error(error);
  MUST(lsexport_error_status(error) >= LSEXPORT_ERR_DNS); /* never this process's fault */
  if (response->http_status / 100 != 2) MUST(lsexport_error_applied(error) == LSEXPORT_APPLIED_NO);
  lsexport_error_free(error);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  const struct langsmith langsmith = {.api_root = "https://api.smith.langchain.com",
                                      .key_line = KEY_HEADER CANARY_KEY,
                                      .workspace_line = WORKSPACE_HEADER WORKSPACE,
                                      .response_max = BODY_MAX,
                                      .list_max = BODY_MAX};
  struct piece whole = canaries_expand(data, size);
  struct input input = {whole.text, whole.length};
  struct destination_operation operation;
  struct response response = {0};
  prepare();
  struct piece first = input_line(&input);
  char which = *first.text;
  response_begin(&response, BODY_MAX);
  response.http_status = first.length > 1 ? atoi(first.text + 1) : 0;
  bool possible = response.http_status >= 100 && response.http_status <= 599;
  if (possible && begin(&operation, which, &langsmith)) {
    operation.base.interrupted = never_interrupted;
    operation.base.maybe_applied = which == 'D';
    take_answer(&response, &input);
    if (!response.body.failure) {
      lsexport_error *error = operation.base.conclude(&operation.base, &response, canaries());
      if (error)
        check_failure(error, &operation, &response);
      else
        check_success(&operation, which, &response);
    }
    destination_operation_free(&operation);
  }
  response_free(&response);
  piece_free(&first);
  piece_free(&whole);
  return 0;
}
