/* SPDX-License-Identifier: MIT */
#include "langsmith/answer.h"

#include "base/mem.h"
#include "base/text.h"
#include "error/storage_text.h"

#include <stdio.h>
#include <string.h>

#define VALIDATION_PREFIX "Failed to validate"
#define FIELD_PATH_MAX 512

/* ---- answers that are no answer ---- */

static bool is_html(const struct response *response) {
  if (text_find_ignoring_case(response->content_type, "html")) return true;
  const char *body = buf_string(&response->body);
  body += strspn(body, " \t\r\n");
  return *body == '<';
}

static lsexport_error *not_understood(int32_t cause, const struct secrets *secrets) {
  lsexport_error *error = error_new(LSEXPORT_ERR_PROTOCOL, secrets);
  error_set_cause(error, cause);
  return error;
}

lsexport_error *answer_check(const struct response *response, const struct secrets *secrets) {
  const char *encoding = response->content_encoding;
  if (*encoding && !text_equal_ignoring_case(encoding, "identity")) {
    lsexport_error *error = not_understood(LSEXPORT_CAUSE_CONTENT_ENCODING, secrets);
    error_add_fact(error, "content_encoding", encoding);
    return error;
  }
  if (!is_html(response)) return NULL;
  struct evidence page = {.peer = PEER_LANGSMITH, .text = "<html", .http_status = response->http_status};
  struct verdict verdict = classify(&page);
  lsexport_error *error = error_new_verdict(&verdict, secrets);
  error_add_fact(error, "content_type", response->content_type);
  return error;
}

lsexport_error *answer_unreadable(const struct response *response, enum json_failure failure,
                                  const struct secrets *secrets) {
  if (failure == JSON_NO_MEMORY) return error_no_memory(LSEXPORT_APPLIED_UNKNOWN);
  /* Where no length was given, the end of the connection is all that says it is whole. */
  bool empty_by_nature = response->http_status == 204 || response->http_status == 205;
  if (failure == JSON_CUT && !response->length_known && !empty_by_nature)
    return error_new(LSEXPORT_ERR_CONNECTION_LOST, secrets);
  return not_understood(LSEXPORT_CAUSE_NOT_JSON, secrets);
}

lsexport_error *answer_incomplete(const char *member, const struct secrets *secrets) {
  lsexport_error *error = not_understood(LSEXPORT_CAUSE_NOT_JSON, secrets);
  error_add_fact(error, "member", member);
  return error;
}

lsexport_error *answer_foreign(const char *expected, const char *seen, const struct secrets *secrets) {
  lsexport_error *error = not_understood(LSEXPORT_CAUSE_FOREIGN_ANSWER, secrets);
  error_add_fact(error, "expected", expected);
  error_add_fact(error, "seen", seen);
  return error;
}

/* ---- refusals ---- */

/* The text of a refusal, in whichever of its known shapes: {"detail": text or {error, message}}, {"error": text or
 * {message}}, {"message"}, {"title"} of problem JSON. NULL when there is none. */
static const char *find_text(const json_node *node) {
  static const char *const names[] = {"detail", "error", "message", "title"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    const json_node *member = node_member(node, names[i]);
    const char *text = node_text(member);
    if (!text) text = node_member_text(member, "message");
    if (!text) text = node_member_text(member, "error");
    if (text) return text;
  }
  return NULL;
}

/* ["body","config","bucket_name"] as "config.bucket_name"; an index as "[0]". */
static void write_path(char path[FIELD_PATH_MAX], const json_node *loc) {
  size_t length = 0, count = node_array_count(loc);
  *path = '\0';
  for (size_t i = 0; i < count && length < FIELD_PATH_MAX; i++) {
    const char *name = node_text(node_array_at(loc, i));
    long long index = 0;
    if (i == 0 && count > 1 && name && text_equal(name, "body")) continue;
    if (name)
      length += (size_t)snprintf(path + length, FIELD_PATH_MAX - length, "%s%s", length ? "." : "", name);
    else if (node_integer(node_array_at(loc, i), &index))
      length += (size_t)snprintf(path + length, FIELD_PATH_MAX - length, "[%lld]", index);
  }
}

/* The fields of a 422; what was sent ("input") stays behind. */
static void add_fields(lsexport_error *error, const json_node *detail) {
  for (size_t i = 0; i < node_array_count(detail); i++) {
    const json_node *item = node_array_at(detail, i);
    const char *message = node_member_text(item, "msg");
    char path[FIELD_PATH_MAX];
    if (!message) continue;
    write_path(path, node_member(item, "loc"));
    error_add_server_field(error, path, message);
  }
}

/* "Failed to validate S3 destination: " + what the storage stack said; NULL when the text is no such thing. */
static const char *find_storage_text(const char *text) {
  if (!text_begins_ignoring_case(text, VALIDATION_PREFIX)) return NULL;
  const char *colon = strchr(text, ':');
  if (!colon) return NULL;
  return colon[1] == ' ' ? colon + 2 : colon + 1;
}

static lsexport_error *storage_refused(const char *text, const char *whole, const struct secrets *secrets) {
  struct storage_text read;
  storage_text_read(text, &read);
  struct evidence evidence = {.peer = PEER_STORAGE,
                              .code = *read.code ? read.code : NULL,
                              .text = read.message,
                              .http_status = read.http_status};
  struct verdict verdict = classify(&evidence);
  lsexport_error *error = error_new_verdict(&verdict, secrets);
  if (*read.code) error_set_storage_code(error, read.code);
  error_set_server_text(error, whole, strlen(whole));
  for (size_t i = 0; i < read.fact_count; i++) error_add_fact(error, read.facts[i].name, read.facts[i].value);
  return error;
}

/* The host alone: the rest of a Location may hold anything. It stands behind "//" or "scheme://" and behind the last
 * '@'; a relative Location has none. */
static void add_redirect_host(lsexport_error *error, const char *location) {
  char host[RESPONSE_HEADER_MAX];
  const char *start = location + strcspn(location, ":/?#");
  if (*start == ':') start++;
  if (strncmp(start, "//", 2) != 0) return;
  start += 2;
  size_t length = strcspn(start, "/?#\\");
  for (size_t i = length; i > 0; i--)
    if (start[i - 1] == '@') {
      start += i;
      length -= i;
      break;
    }
  if (!length) return;
  snprintf(host, sizeof host, "%.*s", (int)length, start);
  error_add_fact(error, "redirect_host", host);
}

static lsexport_error *langsmith_refused(const struct response *response, const char *text, const char *permission,
                                         const struct secrets *secrets) {
  struct evidence evidence = {.peer = PEER_LANGSMITH, .text = text, .http_status = response->http_status};
  struct verdict verdict = classify(&evidence);
  lsexport_error *error = error_new_verdict(&verdict, secrets);
  if (response->http_status == 403) error_add_fact(error, "permission", permission);
  if (response->http_status / 100 == 3) add_redirect_host(error, response->location);
  return error;
}

/* Does a text without that prefix hold one of the five documented failures all the same? */
static bool is_documented(const char *text) {
  struct evidence evidence = {.peer = PEER_STORAGE, .text = text};
  return classify(&evidence).status <= LSEXPORT_ERR_INVALID_BUCKET_NAME; /* the first of the storage's statuses */
}

static lsexport_error *read_json(const struct response *response, const json_node *node, const char *permission,
                                 const struct secrets *secrets) {
  const json_node *detail = node_member(node, "detail");
  const char *text = find_text(node);
  const char *storage = text && response->http_status == 400 ? find_storage_text(text) : NULL;
  if (!storage && text && response->http_status == 400 && is_documented(text)) storage = text;
  if (storage) return storage_refused(storage, text, secrets);
  lsexport_error *error = langsmith_refused(response, text, permission, secrets);
  if (text) error_set_server_text(error, text, strlen(text));
  add_fields(error, detail);
  return error;
}

/* A gateway's page, or anything else that is no JSON. Its words may tell what it is; only plain ones are shown. */
static lsexport_error *read_other(const struct response *response, const char *permission,
                                  const struct secrets *secrets) {
  const char *body = buf_string(&response->body);
  bool html = is_html(response), plain = text_begins_ignoring_case(response->content_type, "text/plain");
  lsexport_error *error = langsmith_refused(response, html ? "<html" : body, permission, secrets);
  if (plain && !html) error_set_server_text(error, body, response->body.length);
  if (!html) return error;
  error_add_fact(error, "content_type", response->content_type);
  if (!lsexport_error_cause(error)) error_set_cause(error, LSEXPORT_CAUSE_HTML);
  return error;
}

lsexport_error *answer_refused(const struct response *response, const char *permission, const struct secrets *secrets) {
  enum json_failure failure = JSON_NOT_JSON;
  json_node *node = is_html(response) || *response->content_encoding
                        ? NULL
                        : node_parse(buf_string(&response->body), response->body.length, &failure);
  if (failure == JSON_NO_MEMORY) return error_no_memory(LSEXPORT_APPLIED_UNKNOWN);
  lsexport_error *error =
      node ? read_json(response, node, permission, secrets) : read_other(response, permission, secrets);
  node_free(node);
  return error;
}
