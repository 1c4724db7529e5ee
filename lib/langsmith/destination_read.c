/* SPDX-License-Identifier: MIT */
/* From an answer's JSON to a destination. */
#include "base/mem.h"
#include "base/text.h"
#include "base/time.h"
#include "error/error.h"
#include "langsmith/destination.h"

#include <stdalign.h>
#include <string.h>

/* ---- is it one? ---- */

enum need { MUST_BE_TEXT, TEXT_OR_NULL, TEXT_IF_PRESENT };

static bool fits(const json_node *object, const char *name, enum need need) {
  const json_node *member = node_member(object, name);
  if (node_is_string(member)) return true;
  if (need == MUST_BE_TEXT) return false;
  return need == TEXT_OR_NULL ? node_is_null(member) : !member;
}

static const char *find_wrong_config(const json_node *config) {
  static const char *const texts[] = {"bucket_name", "region", "endpoint_url", "aws_role_arn"};
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
    if (!fits(config, texts[i], TEXT_OR_NULL)) return texts[i];
  if (!fits(config, "prefix", TEXT_OR_NULL)) return "prefix";
  const json_node *include = node_member(config, "include_bucket_in_prefix");
  if (!node_is_null(include) && node_boolean(include) < 0) return "include_bucket_in_prefix";
  const json_node *kwargs = node_member(config, "config_kwargs_s3");
  if (!node_is_null(kwargs) && !node_is_object(kwargs)) return "config_kwargs_s3";
  kwargs = node_member(config, "s3_additional_kwargs");
  if (!node_is_null(kwargs) && !node_is_object(kwargs)) return "s3_additional_kwargs";
  return NULL;
}

/* The first member that is missing or has the wrong type; NULL when all is well. */
static const char *find_wrong(const struct destination_source *source) {
  static const char *const optional[] = {"tenant_id", "destination_type", "created_at", "updated_at"};
  const json_node *node = source->node, *config = node_member(node, "config"),
                  *keys = node_member(node, "credentials_keys");
  const char *id = node_member_text(node, "id");
  if (!id || !text_is_uuid(id)) return "id";
  if (!fits(node, "display_name", source->may_be_short ? TEXT_IF_PRESENT : MUST_BE_TEXT)) return "display_name";
  for (size_t i = 0; i < sizeof optional / sizeof *optional; i++)
    if (!fits(node, optional[i], TEXT_IF_PRESENT)) return optional[i];
  if (!node_is_null(keys) && !node_is_array(keys)) return "credentials_keys";
  for (size_t i = 0; i < node_array_count(keys); i++)
    if (!node_is_string(node_array_at(keys, i))) return "credentials_keys";
  if (!config && source->may_be_short) return NULL;
  return node_is_object(config) ? find_wrong_config(config) : "config";
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
  char *config_kwargs;
  char *additional_kwargs;
  char *request_id;
  size_t key_count;
};

static int32_t read_addressing_style(const json_node *config) {
  static const char *const styles[] = {"auto", "virtual", "path"};
  const char *style = node_member_text(node_member(config, "config_kwargs_s3"), "addressing_style");
  if (!style) return LSEXPORT_ADDRESSING_UNSET;
  for (int32_t i = 0; i < 3; i++)
    if (text_equal(styles[i], style)) return LSEXPORT_ADDRESSING_AUTO + i;
  return -1;
}

static int64_t read_time(const json_node *node, const char *name) {
  int64_t unix_us = 0;
  const char *text = node_member_text(node, name);
  return text && time_from_rfc3339(text, &unix_us) ? unix_us : 0;
}

static void fill(lsexport_destination *destination, struct packer *packer, const struct parts *parts) {
  const json_node *node = parts->source->node, *config = node_member(node, "config");
  const json_node *keys = node_member(node, "credentials_keys");
  destination->id = pack_or_empty(packer, node_member_text(node, "id"));
  destination->workspace_id = pack_or_empty(packer, node_member_text(node, "tenant_id"));
  destination->display_name = pack_or_empty(packer, node_member_text(node, "display_name"));
  destination->type = pack_or_empty(packer, node_member_text(node, "destination_type"));
  destination->bucket_name = pack_text(packer, node_member_text(config, "bucket_name"));
  destination->prefix = pack_or_empty(packer, node_member_text(config, "prefix"));
  destination->region = pack_text(packer, node_member_text(config, "region"));
  destination->endpoint_url = pack_text(packer, node_member_text(config, "endpoint_url"));
  destination->aws_role_arn = pack_text(packer, node_member_text(config, "aws_role_arn"));
  destination->config_kwargs_s3_json = pack_text(packer, parts->config_kwargs);
  destination->s3_additional_kwargs_json = pack_text(packer, parts->additional_kwargs);
  destination->request_id = pack_or_empty(packer, parts->request_id);
  destination->json = pack(packer, parts->source->json, parts->source->json_length);
  destination->json_length = parts->source->json_length;
  for (size_t i = 0; i < parts->key_count; i++) {
    const char *key = pack_or_empty(packer, node_text(node_array_at(keys, i)));
    if (destination->credentials_keys) destination->credentials_keys[i] = key;
  }
  destination->credentials_key_count = parts->key_count;
  destination->created_at_unix_us = read_time(node, "created_at");
  destination->updated_at_unix_us = read_time(node, "updated_at");
  destination->addressing_style = read_addressing_style(config);
  destination->include_bucket_in_prefix = node_boolean(node_member(config, "include_bucket_in_prefix")) != 0;
}

static lsexport_destination *pack_destination(const struct parts *parts) {
  lsexport_destination measured = {0};
  struct packer packer = {0};
  fill(&measured, &packer, parts);
  size_t keys_size = parts->key_count * sizeof(char *);
  lsexport_destination *destination = mem_alloc(sizeof *destination + keys_size + packer.used);
  if (!destination) return NULL;
  atomic_init(&destination->owners, 1);
  destination->credentials_keys = (const char **)(void *)(destination + 1);
  packer = (struct packer){.to = (char *)(destination + 1) + keys_size};
  fill(destination, &packer, parts);
  return destination;
}

static bool write_kwargs(const json_node *config, const char *name, char **text_out) {
  const json_node *kwargs = node_member(config, name);
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
  *wrong_out = node_is_object(source->node) ? find_wrong(source) : "the object itself";
  if (*wrong_out) return DESTINATION_NOT_VALID;
  const json_node *config = node_member(source->node, "config");
  struct parts parts = {.source = source, .key_count = node_array_count(node_member(source->node, "credentials_keys"))};
  lsexport_destination *destination = NULL;
  if (write_kwargs(config, "config_kwargs_s3", &parts.config_kwargs) &&
      write_kwargs(config, "s3_additional_kwargs", &parts.additional_kwargs) &&
      wash_request_id(source, &parts.request_id))
    destination = pack_destination(&parts);
  mem_free(parts.config_kwargs);
  mem_free(parts.additional_kwargs);
  mem_free(parts.request_id);
  *destination_out = destination;
  return destination ? DESTINATION_READ : DESTINATION_NO_MEMORY;
}
