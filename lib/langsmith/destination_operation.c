/* SPDX-License-Identifier: MIT */
#include "langsmith/destination_operation.h"

#include "base/mem.h"
#include "langsmith/answer.h"

#include <string.h>

#define DESTINATIONS_PATH "/api/v1/bulk-exports/destinations"
#define URL_MAX 8192
#define PERMISSION_READ "bulk-exports:read"
#define PERMISSION_MANAGE "bulk-exports:manage"

/* ---- the request ---- */

static void add_header(struct destination_operation *operation, const char *line) {
  operation->headers[operation->base.request.header_count++] = line;
}

static bool begin(struct destination_operation *operation, const struct langsmith *langsmith, enum method method,
                  const char *id) {
  struct buf url;
  struct request *request = &operation->base.request;
  memset(operation, 0, sizeof *operation);
  buf_init(&url, URL_MAX);
  buf_text(&url, langsmith->api_root);
  buf_text(&url, DESTINATIONS_PATH);
  if (id) {
    buf_text(&url, "/");
    buf_text(&url, id);
  }
  request->method = method;
  request->url = buf_take(&url);
  request->headers = operation->headers;
  request->response_max = langsmith->response_max;
  if (id) memcpy(operation->id, id, UUID_LENGTH);
  operation->base.repeatable = method != METHOD_POST;
  operation->base.writes = method != METHOD_GET;
  add_header(operation, langsmith->key_line);
  add_header(operation, "Accept: application/json");
  add_header(operation, "Content-Type: application/json");
  if (langsmith->workspace_line) add_header(operation, langsmith->workspace_line);
  return request->url != NULL;
}

static bool take_body(struct destination_operation *operation, struct buf *body) {
  struct request *request = &operation->base.request;
  request->body_length = body->length;
  request->body = buf_take(body);
  if (request->body) return true;
  request_free(request);
  return false;
}

/* ---- the answer ---- */

static bool is_success(const struct response *response) { return response->http_status / 100 == 2; }

/* Of a destination that was not readable as a whole, what tells that it exists. */
static lsexport_error *incomplete(const struct destination_operation *operation, const json_node *node,
                                  const char *wrong, const struct secrets *secrets) {
  lsexport_error *error = answer_incomplete(wrong, secrets);
  const char *id = node_member_text(node, "id"), *name = node_member_text(node, "display_name");
  bool post = operation->base.request.method == METHOD_POST;
  bool ours =
      post ? name && text_equal(name, operation->display_name) : id && text_equal_ignoring_case(id, operation->id);
  if (id && text_is_uuid(id) && ours) {
    error_add_fact(error, "destination_id", id);
    error = error_set_applied(error, LSEXPORT_APPLIED_YES);
  }
  return error;
}

static lsexport_error *read_destination(struct destination_operation *operation, const struct response *response,
                                        const json_node *node, const struct secrets *secrets) {
  const char *wrong;
  struct destination_source source = {
      .node = node,
      .json = buf_string(&response->body),
      .json_length = response->body.length,
      .request_id = response->request_id,
      .secrets = secrets,
      .may_be_short = operation->base.request.method == METHOD_PATCH,
  };
  switch (destination_read(&source, &operation->destination, &wrong)) {
  case DESTINATION_READ:
    return NULL;
  case DESTINATION_NOT_VALID:
    return incomplete(operation, node, wrong, secrets);
  default:
    return error_no_memory(LSEXPORT_APPLIED_YES);
  }
}

/* An answer belongs to its request: a POST knows its display name, the others their id. */
static lsexport_error *check_owner(struct destination_operation *operation, const struct secrets *secrets) {
  lsexport_destination *destination = operation->destination;
  bool post = operation->base.request.method == METHOD_POST;
  const char *seen = post ? destination->display_name : destination->id;
  const char *expected = post ? operation->display_name : operation->id;
  if (post ? text_equal(seen, expected) : text_equal_ignoring_case(seen, expected)) return NULL;
  lsexport_error *error = answer_foreign(expected, seen, secrets);
  lsexport_destination_free(destination);
  operation->destination = NULL;
  return error;
}

static lsexport_error *conclude_one(struct operation *base, const struct response *response,
                                    const struct secrets *secrets) {
  struct destination_operation *operation = (struct destination_operation *)base;
  enum json_failure failure;
  if (!is_success(response))
    return answer_refused(response, base->writes ? PERMISSION_MANAGE : PERMISSION_READ, secrets);
  lsexport_error *error = answer_check(response, secrets);
  if (error) return error;
  json_node *node = node_parse(buf_string(&response->body), response->body.length, &failure);
  if (!node) return answer_unreadable(response, failure, secrets);
  error = read_destination(operation, response, node, secrets);
  if (!error) error = check_owner(operation, secrets);
  node_free(node);
  return error;
}

static lsexport_error *read_element(struct destination_operation *operation, const struct destination_source *source) {
  const char *wrong;
  lsexport_status ended = operation->base.interrupted(operation->base.interrupted_context);
  if (ended) return error_new(ended, source->secrets);
  lsexport_destination *destination = NULL;
  enum destination_read result = destination_read(source, &destination, &wrong);
  if (result == DESTINATION_NOT_VALID) return answer_incomplete(wrong, source->secrets);
  if (destination && destinations_add(operation->destinations, destination)) return NULL;
  lsexport_destination_free(destination);
  return error_no_memory(LSEXPORT_APPLIED_NO);
}

static lsexport_error *conclude_list(struct operation *base, const struct response *response,
                                     const struct secrets *secrets) {
  struct destination_operation *operation = (struct destination_operation *)base;
  if (!is_success(response)) return answer_refused(response, PERMISSION_READ, secrets);
  lsexport_error *error = answer_check(response, secrets);
  if (error) return error;
  lsexport_destinations_free(operation->destinations); /* of an attempt before */
  operation->destinations = mem_alloc(sizeof *operation->destinations);
  if (!operation->destinations) return error_no_memory(LSEXPORT_APPLIED_NO);
  struct json_elements elements;
  struct destination_source source = {.request_id = response->request_id, .secrets = secrets};
  elements_begin(&elements, buf_string(&response->body), response->body.length);
  while (!error) {
    enum json_failure failure;
    json_node *node = NULL;
    enum json_next next = elements_next(&elements, &node, &source.json, &source.json_length, &failure);
    if (next == JSON_END) return NULL;
    source.node = node;
    error = next == JSON_FAILED ? answer_unreadable(response, failure, secrets) : read_element(operation, &source);
    node_free(node);
  }
  return error;
}

static lsexport_error *conclude_delete(struct operation *base, const struct response *response,
                                       const struct secrets *secrets) {
  bool gone = response->http_status == 404 && base->maybe_applied; /* by the attempt whose answer was lost */
  return is_success(response) || gone ? NULL : answer_refused(response, PERMISSION_MANAGE, secrets);
}

/* ---- the five ---- */

bool destination_create_begin(struct destination_operation *operation, const struct langsmith *langsmith,
                              const lsexport_destination_spec *spec, const struct spec_wire *wire) {
  struct buf body;
  if (!begin(operation, langsmith, METHOD_POST, NULL)) return false;
  operation->base.conclude = conclude_one;
  operation->base.request.own_connection = true;
  operation->display_name = spec_text(spec, SPEC_DISPLAY_NAME);
  buf_init(&body, REQUEST_BODY_MAX);
  spec_write_body(&body, spec, wire);
  return take_body(operation, &body);
}

bool destination_get_begin(struct destination_operation *operation, const struct langsmith *langsmith, const char *id) {
  if (!begin(operation, langsmith, METHOD_GET, id)) return false;
  operation->base.conclude = conclude_one;
  return true;
}

bool destination_list_begin(struct destination_operation *operation, const struct langsmith *langsmith) {
  if (!begin(operation, langsmith, METHOD_GET, NULL)) return false;
  operation->base.conclude = conclude_list;
  operation->base.request.response_max = langsmith->list_max;
  return true;
}

bool destination_patch_begin(struct destination_operation *operation, const struct langsmith *langsmith, const char *id,
                             const lsexport_credentials *credentials) {
  struct buf body;
  if (!begin(operation, langsmith, METHOD_PATCH, id)) return false;
  operation->base.conclude = conclude_one;
  buf_init(&body, REQUEST_BODY_MAX);
  credentials_write_patch(&body, credentials);
  return take_body(operation, &body);
}

bool destination_delete_begin(struct destination_operation *operation, const struct langsmith *langsmith,
                              const char *id) {
  if (!begin(operation, langsmith, METHOD_DELETE, id)) return false;
  operation->base.conclude = conclude_delete;
  return true;
}

void destination_operation_free(struct destination_operation *operation) {
  request_free(&operation->base.request);
  lsexport_destination_free(operation->destination);
  lsexport_destinations_free(operation->destinations);
  operation->destination = NULL;
  operation->destinations = NULL;
}
