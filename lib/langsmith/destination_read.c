/* SPDX-License-Identifier: MIT */
/* From an answer's JSON to a destination. */
#include "base/mem.h"
#include "base/text.h"
#include "base/time.h"
#include "error/error.h"
#include "langsmith/destination.h"

#include <stdalign.h>
#include <string.h>

/* ---- its members, each looked up once ---- */

/* But for the first, as servers order them. */
enum member {
  ID,
  TYPE,
  DISPLAY_NAME,
  CONFIG,
  WORKSPACE_ID,
  CREATED_AT,
  UPDATED_AT,
  CREDENTIALS_KEYS,
  ENDPOINT_URL, /* from here on they are those of config */
  PREFIX,
  BUCKET_NAME,
  REGION,
  S3_ADDITIONAL_KWARGS,
  CONFIG_KWARGS_S3,
  INCLUDE_BUCKET_IN_PREFIX,
  AWS_ROLE_ARN,
  MEMBER_COUNT
};
#define CONFIG_FIRST ENDPOINT_URL

enum need { UUID, TEXT, TEXT_IF_PRESENT, TEXT_OR_NULL, TEXTS_OR_NULL, BOOLEAN_OR_NULL, OBJECT, OBJECT_OR_NULL };

static const struct {
  const char *name;
  enum need need;
} schema[MEMBER_COUNT] = {
    [ID] = {"id", UUID},
    [TYPE] = {"destination_type", TEXT_IF_PRESENT},
    [DISPLAY_NAME] = {"display_name", TEXT},
    [CONFIG] = {"config", OBJECT},
    [WORKSPACE_ID] = {"tenant_id", TEXT_IF_PRESENT},
    [CREATED_AT] = {"created_at", TEXT_IF_PRESENT},
    [UPDATED_AT] = {"updated_at", TEXT_IF_PRESENT},
    [CREDENTIALS_KEYS] = {"credentials_keys", TEXTS_OR_NULL},
    [ENDPOINT_URL] = {"endpoint_url", TEXT_OR_NULL},
    [PREFIX] = {"prefix", TEXT_OR_NULL},
    [BUCKET_NAME] = {"bucket_name", TEXT_OR_NULL},
    [REGION] = {"region", TEXT_OR_NULL},
    [S3_ADDITIONAL_KWARGS] = {"s3_additional_kwargs", OBJECT_OR_NULL},
    [CONFIG_KWARGS_S3] = {"config_kwargs_s3", OBJECT_OR_NULL},
    [INCLUDE_BUCKET_IN_PREFIX] = {"include_bucket_in_prefix", BOOLEAN_OR_NULL},
    [AWS_ROLE_ARN] = {"aws_role_arn", TEXT_OR_NULL},
};

static bool fits(const json_node *member, enum need need) {
  switch (need) {
  case UUID:
    return node_is_string(member) && text_is_uuid(node_text(member));
  case TEXT:
    return node_is_string(member);
  case TEXT_IF_PRESENT:
    return !member || node_is_string(member);
  case TEXT_OR_NULL:
    return node_is_null(member) || node_is_string(member);
  case BOOLEAN_OR_NULL:
    return node_is_null(member) || node_boolean(member) >= 0;
  case OBJECT:
    return node_is_object(member);
  case OBJECT_OR_NULL:
    return node_is_null(member) || node_is_object(member);
  default:
    for (size_t i = 0; i < node_array_count(member); i++)
      if (!node_is_string(node_array_at(member, i))) return false;
    return node_is_null(member) || node_is_array(member);
  }
}

struct search {
  int first, end; /* members */
  int next;       /* the likeliest */
  const json_node **members;
};

static bool take_member(void *context, const char *name, json_node *value) {
  struct search *search = context;
  for (int i = search->first; i < search->end; i++) {
    int member = search->next;
    search->next = member + 1 < search->end ? member + 1 : search->first;
    if (!text_equal(name, schema[member].name)) continue;
    search->members[member] = value;
    break;
  }
  return true;
}

static void find_members(const json_node *object, int first, int end, const json_node **members) {
  node_each_member(object, take_member, &(struct search){first, end, first, members});
}

/* The name of the first that is missing or has the wrong type; NULL when all is well. */
static const char *find_wrong(const json_node *const members[MEMBER_COUNT], bool may_be_short) {
  for (enum member i = 0; i < MEMBER_COUNT; i++) {
    enum need need = schema[i].need;
    if (may_be_short && i == DISPLAY_NAME) need = TEXT_IF_PRESENT;
    if (may_be_short && i == CONFIG && !members[CONFIG]) continue;
    if (!fits(members[i], need)) return schema[i].name;
  }
  return NULL;
}

/* ---- into one block: measured first, then filled by the same steps ---- */

struct packer {
  char *to; /* NULL while measuring */
  size_t used;
};

static const char *pack(struct packer *packer, const char *text, size_t length) {
  if (!text) return NULL;
  char *place = packer->to ? packer->to + packer->used : NULL;
  packer->used += length + 1;
  if (!place) return text;
  memcpy(place, text, length);
  place[length] = '\0';
  return place;
}

static const char *pack_text(struct packer *packer, const char *text) {
  return pack(packer, text, text ? strlen(text) : 0);
}

static const char *pack_or_empty(struct packer *packer, const char *text) {
  return pack_text(packer, text ? text : "");
}

struct parts {
  const struct destination_source *source;
  const json_node *members[MEMBER_COUNT];
  char *config_kwargs;
  char *additional_kwargs;
  char *request_id;
  size_t key_count;
};

static int32_t read_addressing_style(const json_node *config_kwargs) {
  static const char *const styles[] = {"auto", "virtual", "path"};
  const char *style = node_member_text(config_kwargs, "addressing_style");
  if (!style) return LSEXPORT_ADDRESSING_UNSET;
  for (int32_t i = 0; i < 3; i++)
    if (text_equal(styles[i], style)) return LSEXPORT_ADDRESSING_AUTO + i;
  return -1;
}

static int64_t read_time(const json_node *member) {
  int64_t unix_us = 0;
  const char *text = node_text(member);
  return text && time_from_rfc3339(text, &unix_us) ? unix_us : 0;
}

static void fill_texts(lsexport_destination *destination, struct packer *packer, const struct parts *parts) {
  const json_node *const *members = parts->members;
  destination->id = pack_or_empty(packer, node_text(members[ID]));
  destination->workspace_id = pack_or_empty(packer, node_text(members[WORKSPACE_ID]));
  destination->display_name = pack_or_empty(packer, node_text(members[DISPLAY_NAME]));
  destination->type = pack_or_empty(packer, node_text(members[TYPE]));
  destination->bucket_name = pack_text(packer, node_text(members[BUCKET_NAME]));
  destination->prefix = pack_or_empty(packer, node_text(members[PREFIX]));
  destination->region = pack_text(packer, node_text(members[REGION]));
  destination->endpoint_url = pack_text(packer, node_text(members[ENDPOINT_URL]));
  destination->aws_role_arn = pack_text(packer, node_text(members[AWS_ROLE_ARN]));
  destination->config_kwargs_s3_json = pack_text(packer, parts->config_kwargs);
  destination->s3_additional_kwargs_json = pack_text(packer, parts->additional_kwargs);
  destination->request_id = pack_or_empty(packer, parts->request_id);
  destination->json = pack(packer, parts->source->json, parts->source->json_length);
  for (size_t i = 0; i < parts->key_count; i++) {
    const char *key = pack_or_empty(packer, node_text(node_array_at(members[CREDENTIALS_KEYS], i)));
    if (destination->credentials_keys) destination->credentials_keys[i] = key;
  }
}

static lsexport_destination *pack_destination(const struct parts *parts) {
  const json_node *const *members = parts->members;
  lsexport_destination measured = {0};
  struct packer packer = {0};
  fill_texts(&measured, &packer, parts);
  size_t keys_size = parts->key_count * sizeof(char *);
  lsexport_destination *destination = mem_alloc(sizeof *destination + keys_size + packer.used);
  if (!destination) return NULL;
  atomic_init(&destination->owners, 1);
  destination->credentials_keys = (const char **)(void *)(destination + 1);
  packer = (struct packer){.to = (char *)(destination + 1) + keys_size};
  fill_texts(destination, &packer, parts);
  destination->json_length = parts->source->json_length;
  destination->credentials_key_count = parts->key_count;
  destination->created_at_unix_us = read_time(members[CREATED_AT]);
  destination->updated_at_unix_us = read_time(members[UPDATED_AT]);
  destination->addressing_style = read_addressing_style(members[CONFIG_KWARGS_S3]);
  destination->include_bucket_in_prefix = node_boolean(members[INCLUDE_BUCKET_IN_PREFIX]) != 0;
  return destination;
}

static bool write_kwargs(const json_node *kwargs, char **text_out) {
  if (node_is_null(kwargs)) return true;
  *text_out = node_write(kwargs);
  return *text_out != NULL;
}

static bool wash_request_id(const struct destination_source *source, char **text_out) {
  struct buf clean;
  buf_init(&clean, ERROR_REQUEST_ID_MAX + 4);
  wash(&clean, source->request_id, strlen(source->request_id), ERROR_REQUEST_ID_MAX, source->secrets);
  *text_out = buf_take(&clean);
  return *text_out != NULL;
}

enum destination_read destination_read(const struct destination_source *source, lsexport_destination **destination_out,
                                       const char **wrong_out) {
  struct parts parts = {.source = source};
  find_members(source->node, ID, CONFIG_FIRST, parts.members);
  find_members(parts.members[CONFIG], CONFIG_FIRST, MEMBER_COUNT, parts.members);
  *wrong_out = node_is_object(source->node) ? find_wrong(parts.members, source->may_be_short) : "the object itself";
  if (*wrong_out) return DESTINATION_NOT_VALID;
  parts.key_count = node_array_count(parts.members[CREDENTIALS_KEYS]);
  lsexport_destination *destination = NULL;
  if (write_kwargs(parts.members[CONFIG_KWARGS_S3], &parts.config_kwargs) &&
      write_kwargs(parts.members[S3_ADDITIONAL_KWARGS], &parts.additional_kwargs) &&
      wash_request_id(source, &parts.request_id))
    destination = pack_destination(&parts);
  mem_free(parts.config_kwargs);
  mem_free(parts.additional_kwargs);
  mem_free(parts.request_id);
  *destination_out = destination;
  return destination ? DESTINATION_READ : DESTINATION_NO_MEMORY;
}
