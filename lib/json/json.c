/* SPDX-License-Identifier: MIT */
#include "json/json.h"

#include "base/mem.h"
#include "base/wiping_alloc.h"

#include <errno.h>
#include <jansson.h>
#include <string.h>

/* Does the text end within a string, an object or an array? */
static bool is_open(const char *text, size_t length) {
  bool in_string = false;
  size_t depth = 0;
  for (size_t i = 0; i < length; i++) {
    if (in_string && text[i] == '\\')
      i++;
    else if (text[i] == '"')
      in_string = !in_string;
    else if (!in_string && (text[i] == '{' || text[i] == '['))
      depth++;
    else if (!in_string && depth && (text[i] == '}' || text[i] == ']'))
      depth--;
  }
  return in_string || depth;
}

#define LONGEST_TOKEN_PIECE 12 /* a surrogate pair in two escapes */

/* jansson calls some cuts bad syntax: within an escape, a character, a word or a number. Then it stumbles at the end. */
static enum json_failure read_failure(const json_error_t *error, const char *text, size_t length) {
  switch (json_error_code(error)) {
  case json_error_out_of_memory:
    return JSON_NO_MEMORY;
  case json_error_premature_end_of_input:
    return JSON_CUT;
  default:
    return (size_t)error->position + LONGEST_TOKEN_PIECE > length && is_open(text, length) ? JSON_CUT : JSON_NOT_JSON;
  }
}

static bool is_blank(char byte) { return byte == ' ' || byte == '\t' || byte == '\n' || byte == '\r'; }

/* jansson tells a lack of memory badly: as bad syntax, or not at all, when a token of its lexer could not grow and lost a
 * byte. errno is the one witness. */
static json_node *load(const char *text, size_t length, size_t flags, json_error_t *error,
                       enum json_failure *failure_out) {
  int before = errno;
  errno = 0;
  json_node *node = json_loadb(text, length, flags, error);
  bool no_memory = errno == ENOMEM;
  errno = before;
  *failure_out = no_memory ? JSON_NO_MEMORY : node ? JSON_FINE : read_failure(error, text, length);
  if (!no_memory) return node;
  json_decref(node);
  return NULL;
}

json_node *node_parse(const char *text, size_t length, enum json_failure *failure_out) {
  json_error_t error = {0};
  while (length && is_blank(text[length - 1])) length--;
  if (!length) {
    *failure_out = JSON_CUT;
    return NULL;
  }
  return load(text, length, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &error, failure_out);
}

void node_free(json_node *node) { json_decref(node); }

bool node_is_object(const json_node *node) { return json_is_object(node); }

bool node_is_array(const json_node *node) { return json_is_array(node); }

bool node_is_string(const json_node *node) { return json_is_string(node); }

bool node_is_null(const json_node *node) { return !node || json_typeof(node) == JSON_NULL; }

json_node *node_member(const json_node *node, const char *name) { return json_object_get(node, name); }

const char *node_text(const json_node *node) { return json_string_value(node); }

const char *node_member_text(const json_node *node, const char *name) { return node_text(node_member(node, name)); }

int node_boolean(const json_node *node) { return json_is_boolean(node) ? json_is_true(node) : -1; }

bool node_integer(const json_node *node, long long *number_out) {
  if (!json_is_integer(node)) return false;
  *number_out = json_integer_value(node);
  return true;
}

size_t node_array_count(const json_node *node) { return json_array_size(node); }

json_node *node_array_at(const json_node *node, size_t index) { return json_array_get(node, index); }

bool node_each_member(const json_node *node, node_visit_fn visit, void *context) {
  json_node *object = (json_node *)(uintptr_t)node; /* jansson's iterators take no const */
  for (void *at = json_object_iter(object); at; at = json_object_iter_next(object, at))
    if (!visit(context, json_object_iter_key(at), json_object_iter_value(at))) return false;
  return true;
}

/* NOLINTBEGIN(misc-no-recursion): jansson bounds how deep a value can be */

/* Null, or an object of nothing but such. */
static bool is_absent(const json_node *node) {
  if (node_is_null(node)) return true;
  if (!json_is_object(node)) return false;
  json_node *object = (json_node *)(uintptr_t)node; /* jansson's iterators take no const */
  for (void *at = json_object_iter(object); at; at = json_object_iter_next(object, at))
    if (!is_absent(json_object_iter_value(at))) return false;
  return true;
}

static bool covers(const json_node *a, const json_node *b) {
  json_node *object = (json_node *)(uintptr_t)a;
  for (void *at = json_object_iter(object); at; at = json_object_iter_next(object, at)) {
    const json_node *value = json_object_iter_value(at);
    if (!node_equal_without_nulls(value, json_object_get(b, json_object_iter_key(at)))) return false;
  }
  return true;
}

bool node_equal_without_nulls(const json_node *a, const json_node *b) {
  if (is_absent(a) || is_absent(b)) return is_absent(a) && is_absent(b);
  if (json_is_object(a) && json_is_object(b)) return covers(a, b) && covers(b, a);
  return json_equal(a, b);
}

/* NOLINTEND(misc-no-recursion) */

char *node_write(const json_node *node) {
  char *dumped = json_dumps(node, JSON_COMPACT | JSON_ENCODE_ANY);
  if (!dumped) return NULL;
  size_t length = strlen(dumped);
  char *copy = mem_text(dumped, length);
  json_free_t give_back;
  json_get_alloc_funcs(NULL, &give_back);
  give_back(dumped);
  return copy;
}

/* ---- an array element by element ---- */

void elements_begin(struct json_elements *elements, const char *text, size_t length) {
  memset(elements, 0, sizeof *elements);
  elements->text = text;
  elements->length = length;
}

static char next_byte(struct json_elements *elements) {
  while (elements->at < elements->length && is_blank(elements->text[elements->at])) elements->at++;
  return elements->at < elements->length ? elements->text[elements->at] : '\0';
}

static enum json_next fail(struct json_elements *elements, enum json_failure *failure_out) {
  *failure_out = elements->at < elements->length ? JSON_NOT_JSON : JSON_CUT;
  return JSON_FAILED;
}

/* What stands between elements: '[' before the first, ',' before the others, ']' behind the last, then the end. */
static enum json_next pass_punctuation(struct json_elements *elements, enum json_failure *failure_out) {
  if (!elements->count) {
    if (next_byte(elements) != '[') return fail(elements, failure_out);
    elements->at++;
    if (next_byte(elements) != ']') return JSON_ELEMENT;
  } else if (next_byte(elements) == ',') {
    elements->at++;
    return JSON_ELEMENT;
  }
  if (next_byte(elements) != ']') return fail(elements, failure_out);
  elements->at++;
  next_byte(elements);
  if (elements->at < elements->length) return fail(elements, failure_out);
  return JSON_END;
}

enum json_next elements_next(struct json_elements *elements, json_node **node_out, const char **slice_out,
                             size_t *slice_length_out, enum json_failure *failure_out) {
  json_error_t error = {0};
  *failure_out = JSON_FINE;
  enum json_next punctuation = pass_punctuation(elements, failure_out);
  if (punctuation != JSON_ELEMENT) return punctuation;
  next_byte(elements);
  const char *start = elements->text + elements->at;
  size_t left = elements->length - elements->at;
  json_node *node = load(start, left, JSON_REJECT_DUPLICATES | JSON_DISABLE_EOF_CHECK, &error, failure_out);
  if (!node) {
    if (!left) *failure_out = JSON_CUT;
    return JSON_FAILED;
  }
  *node_out = node;
  *slice_out = start;
  *slice_length_out = (size_t)error.position;
  elements->at += (size_t)error.position;
  elements->count++;
  return JSON_ELEMENT;
}

/* ---- the process ---- */

void json_library_init(void) { json_object_seed(0); }

void json_library_init_wiping(void) { json_set_alloc_funcs(wiping_malloc, wiping_free); }

const char *json_library_details(void) { return jansson_version_str(); }
