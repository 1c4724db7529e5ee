/* SPDX-License-Identifier: MIT */
#include "floor.h"

#include "replies.h"

#include <curl/curl.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define URL_SIZE 256
#define HOLDING_WAIT_MS 10

struct floor {
  CURL *easy;
  enum kind kind;
  struct curl_slist *headers;
  char *body;
  size_t length;
  size_t capacity;
};

struct floor_many {
  CURLM *multi;
  long in_flight;
  struct floor **transfers;
};

static size_t take_body(char *bytes, size_t size, size_t count, void *userdata) {
  struct floor *floor = userdata;
  size_t length = size * count;
  if (floor->length + length > floor->capacity) {
    floor->capacity = 2 * (floor->length + length);
    floor->body = realloc(floor->body, floor->capacity);
    must(floor->body != NULL, "memory");
  }
  memcpy(floor->body + floor->length, bytes, length);
  floor->length += length;
  return length;
}

/* ---- a transfer ---- */

static void set_kind(struct floor *floor) {
  static const char patch[] = "{\"credentials\":{\"access_key_id\":\"AKIABENCHBENCHBENCH0\","
                              "\"secret_access_key\":\"bench/secret/bench/secret/bench/secret00\"}}";
  static const char create[] = "{\"destination_type\":\"s3\",\"display_name\":\"" DESTINATION_NAME
                               "\",\"config\":{\"bucket_name\":\"my-bucket\","
                               "\"prefix\":\"exports\",\"region\":\"us-east-1\",\"include_bucket_in_prefix\":true},"
                               "\"credentials\":{\"access_key_id\":\"AKIABENCHBENCHBENCH0\","
                               "\"secret_access_key\":\"bench/secret/bench/secret/bench/secret00\"}}";
  if (floor->kind == CALL_PATCH) {
    curl_easy_setopt(floor->easy, CURLOPT_POSTFIELDS, patch);
    curl_easy_setopt(floor->easy, CURLOPT_CUSTOMREQUEST, "PATCH");
  }
  if (floor->kind == CALL_CREATE) {
    curl_easy_setopt(floor->easy, CURLOPT_POSTFIELDS, create);
    curl_easy_setopt(floor->easy, CURLOPT_FRESH_CONNECT, 1L);
  }
}

struct floor *floor_new(const struct far *far, enum kind kind) {
  struct floor *floor = calloc(1, sizeof *floor);
  char url[URL_SIZE];
  must(floor && (floor->easy = curl_easy_init()) != NULL, "an easy handle");
  bool one = kind == CALL_GET || kind == CALL_PATCH;
  snprintf(url, sizeof url, "%s%s%s", far->root, DESTINATIONS_PATH, one ? "/" DESTINATION_ID : "");
  floor->kind = kind;
  floor->headers = curl_slist_append(floor->headers, "X-API-Key: lsv2_pt_bench");
  floor->headers = curl_slist_append(floor->headers, "Accept: application/json");
  floor->headers = curl_slist_append(floor->headers, "Content-Type: application/json");
  curl_easy_setopt(floor->easy, CURLOPT_URL, url);
  curl_easy_setopt(floor->easy, CURLOPT_HTTPHEADER, floor->headers);
  curl_easy_setopt(floor->easy, CURLOPT_USERAGENT, "liblsexport/0.0.0"); /* as many bytes as ours */
  curl_easy_setopt(floor->easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(floor->easy, CURLOPT_PROXY, "");
  curl_easy_setopt(floor->easy, CURLOPT_CAPATH,
                   NULL); /* with a directory the store would be read for each connection */
  if (far->ca_file) curl_easy_setopt(floor->easy, CURLOPT_CAINFO, far->ca_file);
  curl_easy_setopt(floor->easy, CURLOPT_WRITEFUNCTION, take_body);
  curl_easy_setopt(floor->easy, CURLOPT_WRITEDATA, floor);
  curl_easy_setopt(floor->easy, CURLOPT_PRIVATE, floor);
  set_kind(floor);
  return floor;
}

static void check(const struct floor *floor, CURLcode code) {
  long status = 0;
  if (code) fprintf(stderr, "bench: %s\n", curl_easy_strerror(code));
  curl_easy_getinfo(floor->easy, CURLINFO_RESPONSE_CODE, &status);
  must(code == CURLE_OK && status == 200, "a call of the floor");
}

static void read_answer(const struct floor *floor) {
  json_t *json = json_loadb(floor->body, floor->length, 0, NULL);
  if (floor->kind == CALL_LIST)
    must(json_array_size(json) > 0, "the floor's list");
  else
    must(json_string_value(json_object_get(json, "id")) != NULL, "the floor's destination");
  json_decref(json);
}

const char *floor_fetch(struct floor *floor, size_t *length_out) {
  floor->length = 0;
  check(floor, curl_easy_perform(floor->easy));
  *length_out = floor->length;
  return floor->body;
}

void floor_call(void *context, long count) {
  size_t length;
  for (long i = 0; i < count; i++) {
    floor_fetch(context, &length);
    read_answer(context);
  }
}

void floor_free(struct floor *floor) {
  curl_easy_cleanup(floor->easy);
  curl_slist_free_all(floor->headers);
  free(floor->body);
  free(floor);
}

/* ---- many in flight ---- */

struct floor_many *floor_many_new(const struct far *far, enum kind kind, long in_flight) {
  struct floor_many *many = calloc(1, sizeof *many);
  must(many && (many->multi = curl_multi_init()) != NULL, "a multi handle");
  many->in_flight = in_flight;
  many->transfers = calloc((size_t)in_flight, sizeof *many->transfers);
  must(many->transfers != NULL, "memory");
  for (long i = 0; i < in_flight; i++) many->transfers[i] = floor_new(far, kind);
  return many;
}

static void begin(struct floor_many *many, struct floor *floor) {
  floor->length = 0;
  must(curl_multi_add_handle(many->multi, floor->easy) == CURLM_OK, "curl_multi_add_handle");
}

/* The transfer that has ended, off the multi handle; NULL when there is none. */
static struct floor *take_ended(struct floor_many *many) {
  int left;
  struct floor *floor = NULL;
  CURLMsg *message = curl_multi_info_read(many->multi, &left);
  if (!message) return NULL;
  CURLcode code = message->data.result;
  curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, (char **)&floor);
  curl_multi_remove_handle(many->multi, floor->easy);
  check(floor, code);
  return floor;
}

void floor_many_call(void *context, long count) {
  struct floor_many *many = context;
  long begun = 0, ended = 0;
  int running;
  while (begun < many->in_flight && begun < count) begin(many, many->transfers[begun++]);
  for (;;) {
    bool again = false;
    curl_multi_perform(many->multi, &running);
    for (struct floor *floor; (floor = take_ended(many)) != NULL; ended++) {
      read_answer(floor);
      if (begun == count) continue;
      begin(many, floor);
      begun++;
      again = true;
    }
    if (ended == count) return;
    if (!again) curl_multi_poll(many->multi, NULL, 0, 1000, NULL);
  }
}

void floor_many_hold(struct floor_many *many, bool (*done)(void)) {
  int running;
  for (long i = 0; i < many->in_flight; i++) begin(many, many->transfers[i]);
  while (!done()) {
    curl_multi_perform(many->multi, &running);
    curl_multi_poll(many->multi, NULL, 0, HOLDING_WAIT_MS, NULL);
  }
}

void floor_many_free(struct floor_many *many) {
  for (long i = 0; i < many->in_flight; i++) {
    curl_multi_remove_handle(many->multi, many->transfers[i]->easy);
    floor_free(many->transfers[i]);
  }
  curl_multi_cleanup(many->multi);
  free(many->transfers);
  free(many);
}
