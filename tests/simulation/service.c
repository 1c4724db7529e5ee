/* SPDX-License-Identifier: MIT */
/* LangSmith: what it keeps, what it shows, and how it says so. */
#include "simulation.h"

#include "fixtures.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define SENTENCE_MAX 4096
#define SECOND_US INT64_C(1000000)
#define NOON_S (12 * 3600)

/* ---- spellings: what a config may look like ---- */

#define OURS "\"prefix\":\"data_exports\",\"bucket_name\":\"my_bucket\",\"region\":\"us-east-1\""

static const char *const equal_configs[] = {
    CONFIG,
    "{" OURS ",\"include_bucket_in_prefix\":true}",
    "{" OURS ",\"include_bucket_in_prefix\":true,\"aws_role_arn\":\"arn:aws:iam::123456789012:role/other\"}",
    "{" OURS ",\"include_bucket_in_prefix\":true,\"config_kwargs_s3\":{},\"s3_additional_kwargs\":{\"ACL\":null},"
    "\"a_newer_member\":{\"of\":[1,\"server\"]}}",
    "{" OURS "}", /* of a server that did not have include_bucket_in_prefix yet */
};

/* To a spec that sets ChecksumAlgorithm. */
static const char *const too_old_configs[] = {
    "{" OURS ",\"include_bucket_in_prefix\":true}",
    "{\"endpoint_url\":null," OURS ",\"include_bucket_in_prefix\":true,\"config_kwargs_s3\":null}",
};

struct other {
  const char *name;
  const char *config;
};

static const struct other unequal[] = {
    {"My AWS S3 destination", CONFIG}, /* a small d */
    {NAME " 2", CONFIG},
    {"", CONFIG},
    {NAME, "{\"prefix\":\"data_exports2\",\"bucket_name\":\"my_bucket\",\"region\":\"us-east-1\"}"},
    {NAME, "{\"prefix\":null,\"bucket_name\":\"my_bucket\",\"region\":\"us-east-1\"}"},
    {NAME, "{\"prefix\":\"data_exports\",\"bucket_name\":\"my_bucket2\",\"region\":\"us-east-1\"}"},
    {NAME, "{\"prefix\":\"data_exports\",\"bucket_name\":null,\"region\":\"us-east-1\"}"},
    {NAME, "{\"prefix\":\"data_exports\",\"bucket_name\":\"my_bucket\",\"region\":\"us-east-2\"}"},
    {NAME, "{\"prefix\":\"data_exports\",\"bucket_name\":\"my_bucket\",\"region\":null}"},
    {NAME, "{" OURS ",\"endpoint_url\":\"https://storage.example\"}"},
    {NAME, "{" OURS ",\"include_bucket_in_prefix\":false}"},
    {NAME, "{" OURS ",\"config_kwargs_s3\":{\"addressing_style\":\"path\"}}"},
    {NAME, "{" OURS ",\"s3_additional_kwargs\":{\"StorageClass\":\"STANDARD_IA\"}}"},
};

static const char *name_of(const struct entry *entry) {
  return entry->shape == SHAPE_UNEQUAL ? unequal[entry->spelling].name : NAME;
}

static const char *config_of(const struct entry *entry) {
  if (entry->shape == SHAPE_UNEQUAL) return unequal[entry->spelling].config;
  return entry->shape == SHAPE_EQUAL ? equal_configs[entry->spelling] : too_old_configs[entry->spelling];
}

/* ---- the store ---- */

static struct entry *add_entry(struct simulation *simulation, enum shape shape) {
  struct dice *dice = &simulation->dice;
  if (simulation->entry_count == ENTRIES_MAX) abort();
  struct entry *entry = &simulation->entries[simulation->entry_count++];
  int spellings = shape == SHAPE_UNEQUAL ? COUNT(unequal)
                  : shape == SHAPE_EQUAL ? COUNT(equal_configs)
                                         : COUNT(too_old_configs);
  *entry = (struct entry){.shape = shape, .spelling = dice_roll(dice, spellings)};
  uint64_t high = dice_number(dice), low = dice_number(dice);
  snprintf(entry->id, sizeof entry->id, "%08x-%04x-4%03x-a%03x-%012" PRIx64, (unsigned)(high >> 32),
           (unsigned)(high >> 16 & 0xffff), (unsigned)(high & 0xfff), (unsigned)(low >> 52), low & 0xffffffffffff);
  return entry;
}

/* The wish of the callers, as this server keeps it. */
static enum shape wished_shape(const struct simulation *simulation) {
  return simulation->weather.old_server ? SHAPE_TOO_OLD : SHAPE_EQUAL;
}

void service_begin(struct simulation *simulation) {
  struct dice *dice = &simulation->dice;
  int others = dice_roll(dice, 4), wished = dice_percent(dice, 12) ? 1 + dice_roll(dice, 2) : 0;
  for (int i = 0; i < others + wished; i++) {
    struct entry *entry = add_entry(simulation, i < others ? SHAPE_UNEQUAL : wished_shape(simulation));
    entry->committed_ms = i - others - wished;
    entry->created_us = simulation->weather.stamping == STAMPED_ALIKE ? 0 : (i - others - wished) * SECOND_US;
    tell(simulation, "LangSmith has %s, %s", entry->id,
         entry->shape == SHAPE_EQUAL     ? "equal"
         : entry->shape == SHAPE_UNEQUAL ? "unequal"
                                         : "equal but for a member");
  }
}

const struct entry *service_find(const struct simulation *simulation, const char *id) {
  for (size_t i = 0; i < simulation->entry_count; i++)
    if (strcasecmp(simulation->entries[i].id, id) == 0) return &simulation->entries[i];
  return NULL;
}

bool service_has_equal(const struct simulation *simulation) {
  for (size_t i = 0; i < simulation->entry_count; i++)
    if (simulation->entries[i].shape == SHAPE_EQUAL) return true;
  return false;
}

void service_look(struct flight *flight) {
  const struct simulation *simulation = flight->simulation;
  for (size_t i = 0; i < simulation->entry_count; i++)
    if (simulation->entries[i].committed_ms <= simulation->now_ms - flight->lag_ms)
      flight->seen[flight->seen_count++] = i;
}

void service_commit(struct flight *flight) {
  struct simulation *simulation = flight->simulation;
  struct entry *entry = add_entry(simulation, wished_shape(simulation));
  entry->maker = flight->call;
  entry->committed_ms = simulation->now_ms;
  switch (simulation->weather.stamping) {
  case STAMPED_IN_COMMIT_ORDER: /* two in the same millisecond are still in order */
    entry->created_us = simulation->now_ms * 1000 + (int64_t)simulation->entry_count;
    break;
  case STAMPED_ON_ARRIVAL:
    entry->created_us = flight->arrives_ms * 1000;
    break;
  case STAMPED_ALIKE:
    entry->created_us = 0;
    break;
  }
  flight->entry = entry;
  tell(simulation, "LangSmith carries out the POST of call %d: %s", flight->call->number, entry->id);
}

/* ---- answers ---- */

static void add_line(struct response *response, const char *line) {
  response_take_header(response, line, strlen(line), 0);
}

static void add_text(struct response *response, const char *text) { buf_add(&response->body, text, strlen(text)); }

static void add_destination(struct response *response, const struct entry *entry) {
  char text[SENTENCE_MAX];
  int64_t second = NOON_S + entry->created_us / SECOND_US, rest = entry->created_us % SECOND_US;
  snprintf(text, sizeof text,
           "{\"destination_type\":\"s3\",\"display_name\":\"%s\",\"config\":%s,\"id\":\"%s\",\"tenant_id\":\"" WORKSPACE
           "\",\"created_at\":\"2026-11-24T%02" PRId64 ":%02" PRId64 ":%02" PRId64 ".%06" PRId64
           "+00:00\",\"updated_at\":\"" EVENING "\",\"credentials_keys\":[\"access_key_id\",\"secret_access_key\"]}",
           name_of(entry), config_of(entry), entry->id, second / 3600, second / 60 % 60, second % 60, rest);
  add_text(response, text);
}

/* In the server's order, which is anything. */
static void add_list(struct flight *flight, struct response *response) {
  const struct simulation *simulation = flight->simulation;
  size_t first = flight->seen_count ? flight->twist % flight->seen_count : 0;
  add_text(response, "[");
  for (size_t i = 0; i < flight->seen_count; i++) {
    if (i) add_text(response, ", ");
    add_destination(response, &simulation->entries[flight->seen[(first + i) % flight->seen_count]]);
  }
  add_text(response, "]");
}

static const struct entry stranger = {.id = ID_3, .shape = SHAPE_UNEQUAL, .spelling = 1};

static void answer_truly(struct flight *flight, struct response *response) {
  if (flight->method == METHOD_GET)
    add_list(flight, response);
  else
    add_destination(response, flight->entry ? flight->entry : &stranger);
}

static void add_part(const struct flight *flight, struct response *response, const char *name, const char *id) {
  char text[SENTENCE_MAX];
  bool list = flight->method == METHOD_GET;
  snprintf(text, sizeof text, "%s{\"display_name\":\"%s\",\"id\":\"%s\"}%s", list ? "[" : "", name, id,
           list ? "]" : "");
  add_text(response, text);
}

/* 200, but not what was asked for. */
static void answer_garbled(struct flight *flight, struct response *response) {
  bool list = flight->method == METHOD_GET;
  switch (flight->garbled) {
  case GARBLED_CUT: /* by whoever ended the connection, where no length was given */
  case GARBLED_CUT_WHOLE_HTTP:
    add_text(response, list ? "[" : "");
    add_destination(response, flight->entry ? flight->entry : &stranger);
    response->body.length -= 1 + flight->twist % (response->body.length - 1);
    response->body.data[response->body.length] = '\0';
    if (flight->garbled == GARBLED_CUT) response->length_known = false;
    break;
  case GARBLED_NOTHING:
    break;
  case GARBLED_HTML:
    add_line(response, "Content-Type: text/html");
    add_text(response, "<html><body>Please log in to the hotel's network</body></html>");
    break;
  case GARBLED_COMPRESSED:
    add_line(response, "Content-Encoding: gzip");
    answer_truly(flight, response);
    break;
  case GARBLED_STRANGER: /* a destination that is not ours; in place of a list, no list */
    add_destination(response, &stranger);
    break;
  case GARBLED_TAIL:
    answer_truly(flight, response);
    add_text(response, list ? ",[]" : "}");
    break;
  case GARBLED_INCOMPLETE: /* it names what was made, and lacks the rest */
    add_part(flight, response, NAME, flight->entry ? flight->entry->id : ID_2);
    break;
  case GARBLED_WITHOUT_ID:
    add_part(flight, response, NAME, "");
    break;
  case GARBLED_STRANGERS_PART:
    add_part(flight, response, NAME " 2", ID_3);
    break;
  default:
    abort();
  }
}

static void answer_status(struct flight *flight, struct response *response) {
  char line[64];
  response->http_status = flight->http_status;
  switch (flight->http_status) {
  case 400:
    add_text(response, "{\"detail\":\"Failed to validate S3 destination: An error occurred (AccessDenied) when calling "
                       "the PutObject operation: Access Denied\"}");
    break;
  case 422:
    add_text(response, "{\"detail\":[{\"loc\":[\"body\",\"config\",\"bucket_name\"],\"msg\":\"bad\",\"type\":\"x\"}]}");
    break;
  case 502:
    add_text(response, "<html><h1>502 Bad Gateway</h1></html>");
    break;
  case 302:
    add_line(response, "Location: https://elsewhere.example/login");
    break;
  default:
    add_text(response, "{\"detail\":\"No\"}");
  }
  if (flight->retry_after_s < 0) return;
  snprintf(line, sizeof line, "Retry-After: %d", flight->retry_after_s);
  add_line(response, line);
}

void service_answer(struct flight *flight, struct response *response) {
  response->http_status = 200;
  add_line(response, "Content-Type: application/json");
  add_line(response, "Content-Length: 0"); /* whatever it says: that it is there tells that the answer is whole */
  add_line(response, "X-Request-Id: simulated");
  if (flight->ending == ENDING_STATUS)
    answer_status(flight, response);
  else if (flight->ending == ENDING_GARBLED)
    answer_garbled(flight, response);
  else
    answer_truly(flight, response);
}
