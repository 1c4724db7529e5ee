/* SPDX-License-Identifier: MIT */
/* A destination as LangSmith returned it: one block of memory that holds the text of all its fields. */
#ifndef LSX_LANGSMITH_DESTINATION_H
#define LSX_LANGSMITH_DESTINATION_H

#include "error/wash.h"
#include "json/json.h"

#include <lsexport/destination.h>

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct lsexport_destination {
  atomic_int owners;
  const char *id;
  const char *workspace_id;
  const char *display_name;
  const char *type;
  const char *bucket_name;
  const char *prefix;
  const char *region;
  const char *endpoint_url;
  const char *aws_role_arn;
  const char *config_kwargs_s3_json;
  const char *s3_additional_kwargs_json;
  const char *request_id;
  const char *json;
  size_t json_length;
  const char **credentials_keys;
  size_t credentials_key_count;
  int64_t created_at_unix_us;
  int64_t updated_at_unix_us;
  int32_t addressing_style;
  bool include_bucket_in_prefix;
  /* What ensure adds before anybody else sees it. */
  bool adopted;
  char **surplus_ids;
  size_t surplus_count;
};

struct lsexport_destinations {
  lsexport_destination **items;
  size_t count;
  size_t capacity;
};

/* Where an answer's parts come from. */
struct destination_source {
  const json_node *node;
  const char *json; /* the slice of the body that node was read from */
  size_t json_length;
  const char *request_id; /* "" when there was none */
  const struct secrets *secrets;
  bool may_be_short; /* a PATCH's answer is documented with five members alone */
};

enum destination_read { DESTINATION_READ, DESTINATION_NOT_VALID, DESTINATION_NO_MEMORY };
/* NOT_VALID: a member that the schema requires is missing, or one has the wrong type; wrong_out names it. */
enum destination_read destination_read(const struct destination_source *source, lsexport_destination **destination_out,
                                       const char **wrong_out);

/* Takes the destination over; false without memory, and then it is the caller's still. */
bool destinations_add(lsexport_destinations *destinations, lsexport_destination *destination);

/* ---- equality, as ensure means it ---- */

enum likeness {
  DESTINATION_OTHER,
  DESTINATION_EQUAL,
  DESTINATION_SERVER_TOO_OLD, /* equal, but for a member that the server has dropped */
  DESTINATION_UNCERTAIN       /* no memory to tell */
};
/* config: ours, parsed, without credentials. missing_out: the member that was dropped. */
enum likeness destination_compare(const lsexport_destination *theirs, const char *display_name, json_node *config,
                                  const char **missing_out);

#endif
