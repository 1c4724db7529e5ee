/* SPDX-License-Identifier: MIT */
/* A destination's life, its getters, and lists of them. */
#include "langsmith/destination.h"

#include "base/mem.h"

#define GETTER(type, name, member, absent)                                    \
  type lsexport_destination_##name(const lsexport_destination *destination) { \
    return destination ? destination->member : (absent);                      \
  }

GETTER(const char *, id, id, "")
GETTER(const char *, workspace_id, workspace_id, "")
GETTER(const char *, display_name, display_name, "")
GETTER(const char *, type, type, "")
GETTER(const char *, bucket_name, bucket_name, NULL)
GETTER(const char *, prefix, prefix, "")
GETTER(const char *, region, region, NULL)
GETTER(const char *, endpoint_url, endpoint_url, NULL)
GETTER(const char *, aws_role_arn, aws_role_arn, NULL)
GETTER(int32_t, include_bucket_in_prefix, include_bucket_in_prefix, 0)
GETTER(int32_t, addressing_style, addressing_style, LSEXPORT_ADDRESSING_UNSET)
GETTER(const char *, config_kwargs_s3_json, config_kwargs_s3_json, NULL)
GETTER(const char *, s3_additional_kwargs_json, s3_additional_kwargs_json, NULL)
GETTER(int64_t, created_at_unix_us, created_at_unix_us, 0)
GETTER(int64_t, updated_at_unix_us, updated_at_unix_us, 0)
GETTER(size_t, credentials_key_count, credentials_key_count, 0)
GETTER(int32_t, adopted, adopted, 0)
GETTER(size_t, surplus_count, surplus_count, 0)
GETTER(const char *, request_id, request_id, "")

const char *lsexport_destination_credentials_key(const lsexport_destination *destination, size_t index) {
  return destination && index < destination->credentials_key_count ? destination->credentials_keys[index] : NULL;
}

const char *lsexport_destination_surplus_id(const lsexport_destination *destination, size_t index) {
  return destination && index < destination->surplus_count ? destination->surplus_ids[index] : NULL;
}

const char *lsexport_destination_json(const lsexport_destination *destination, size_t *length_out) {
  if (length_out) *length_out = destination ? destination->json_length : 0;
  return destination ? destination->json : "";
}

lsexport_destination *lsexport_destination_copy(const lsexport_destination *destination) {
  lsexport_destination *shared = (lsexport_destination *)(uintptr_t)destination; /* its count alone changes */
  if (shared) atomic_fetch_add(&shared->owners, 1);
  return shared;
}

void lsexport_destination_free(lsexport_destination *destination) {
  if (!destination || atomic_fetch_sub(&destination->owners, 1) != 1) return;
  for (size_t i = 0; i < destination->surplus_count; i++) mem_free(destination->surplus_ids[i]);
  mem_free(destination->surplus_ids);
  mem_free(destination);
}

bool destinations_add(lsexport_destinations *destinations, lsexport_destination *destination) {
  if (destinations->count == destinations->capacity) {
    size_t capacity = destinations->capacity ? destinations->capacity * 2 : 16, size = sizeof destination;
    lsexport_destination **items = mem_grow(destinations->items, destinations->count * size, capacity * size);
    if (!items) return false;
    destinations->items = items;
    destinations->capacity = capacity;
  }
  destinations->items[destinations->count++] = destination;
  return true;
}

size_t lsexport_destinations_count(const lsexport_destinations *destinations) {
  return destinations ? destinations->count : 0;
}

const lsexport_destination *lsexport_destinations_at(const lsexport_destinations *destinations, size_t index) {
  return destinations && index < destinations->count ? destinations->items[index] : NULL;
}

void lsexport_destinations_free(lsexport_destinations *destinations) {
  if (!destinations) return;
  for (size_t i = 0; i < destinations->count; i++) lsexport_destination_free(destinations->items[i]);
  mem_free(destinations->items);
  mem_free(destinations);
}
