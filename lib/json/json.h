/* SPDX-License-Identifier: MIT */
/* JSON as it comes from elsewhere. This folder alone knows jansson. */
#ifndef LSX_JSON_JSON_H
#define LSX_JSON_JSON_H

#include "base/buf.h"

#include <stdbool.h>
#include <stddef.h>

struct json_t;
typedef struct json_t json_node;

enum json_failure {
  JSON_FINE,
  JSON_NOT_JSON,
  JSON_CUT, /* fine so far, but its end is missing */
  JSON_NO_MEMORY
};

/* One whole value; nothing but blanks may follow. Duplicate names are refused. NULL on failure. */
json_node *node_parse(const char *text, size_t length, enum json_failure *failure_out);
void node_free(json_node *node);

bool node_is_object(const json_node *node);
bool node_is_array(const json_node *node);
bool node_is_string(const json_node *node);
bool node_is_null(const json_node *node); /* null, or no node at all */
/* The member; NULL when absent or node is no object. */
json_node *node_member(const json_node *node, const char *name);
/* NULL when node is no string. May hold no NUL: the parser refuses it. */
const char *node_text(const json_node *node);
const char *node_member_text(const json_node *node, const char *name);
/* -1 when it is no boolean. */
int node_boolean(const json_node *node);
/* "12"; false when node is no integer. */
bool node_integer(const json_node *node, long long *number_out);

size_t node_array_count(const json_node *node);
json_node *node_array_at(const json_node *node, size_t index);

/* Calls visit for each member until it answers false. */
typedef bool (*node_visit_fn)(void *context, const char *name, json_node *value);
bool node_each_member(const json_node *node, node_visit_fn visit, void *context);

/* Alike when members that are null, and objects that have no others, count as absent. */
bool node_equal_without_nulls(const json_node *a, const json_node *b);

/* Compact; to be freed by mem_free. NULL without memory. */
char *node_write(const json_node *node);

/* ---- an array element by element: one element's tree is alive at a time ---- */

struct json_elements {
  const char *text;
  size_t length;
  size_t at;
  size_t count; /* read so far */
};

enum json_next { JSON_ELEMENT, JSON_END, JSON_FAILED };

void elements_begin(struct json_elements *elements, const char *text, size_t length);
/* ELEMENT: its node (to be freed) and its slice of the text. */
enum json_next elements_next(struct json_elements *elements, json_node **node_out, const char **slice_out,
                             size_t *slice_length_out, enum json_failure *failure_out);

/* ---- the process ---- */

/* Seeds jansson's hash tables before any thread needs them. */
void json_library_init(void);
/* From now on jansson's memory comes from the wiping allocator. */
void json_library_init_wiping(void);
/* "2.14", as loaded. */
const char *json_library_details(void);

#endif
