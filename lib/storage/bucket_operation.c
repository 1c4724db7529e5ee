/* SPDX-License-Identifier: MIT */
#include "storage/bucket_operation.h"

#include "base/mem.h"
#include "base/text.h"
#include "base/time.h"
#include "base/url.h"
#include "error/storage_text.h"
#include "storage/checksum.h"
#include "storage/signature.h"
#include "storage/xml.h"
#include "json/json.h"

#include <stdio.h>
#include <string.h>

#define TRAILER_HASH "STREAMING-UNSIGNED-PAYLOAD-TRAILER"
#define CHECKSUM_HEADER "x-amz-checksum-"
#define NAME_MAX 2304 /* of a header; S3 takes no more than 2 KB of metadata */
#define BODY_MAX 4096
#define PART_NUMBER "1"

/* One that is being made: its headers, to be signed and to be sent. */
struct draft {
  struct bucket_operation *operation;
  const struct bucket_caller *caller;
  struct buf values; /* names and values, each with its NUL */
  size_t places[BUCKET_HEADERS_MAX][2];
  size_t count;
  bool too_many; /* headers */
  bool failed;   /* without memory */
};

static void need(struct draft *draft, bool done) {
  if (!done) draft->failed = true;
}

/* Headers are signed, and so sent, in small letters. */
static void lower(char *text) {
  for (; *text; text++) *text = (char)text_lower((unsigned char)*text);
}

static void add_header(struct draft *draft, const char *name, const char *value) {
  draft->too_many = draft->count == BUCKET_HEADERS_SIGNED;
  if (draft->too_many) return;
  draft->places[draft->count][0] = draft->values.length;
  buf_add(&draft->values, name, strlen(name) + 1);
  draft->places[draft->count++][1] = draft->values.length;
  buf_add(&draft->values, value, strlen(value) + 1);
}

/* ---- s3_additional_kwargs ---- */

struct options {
  struct draft *draft;
  const struct kwarg *map; /* whose members are being added */
};

static bool add_member(void *context, const char *name, json_node *value);

/* What cannot be a header is left out: LangSmith's client refuses it, and explain says so. The length is the request's
 * own. */
static void add_option(const struct options *options, const struct kwarg *option, const char *name, const char *value) {
  char header[NAME_MAX];
  size_t length = strlen(value);
  snprintf(header, sizeof header, "%s%s", option->header, name);
  lower(header);
  bool is_name = !header[strspn(header, "abcdefghijklmnopqrstuvwxyz0123456789-_.")];
  if (length && is_name && !text_has_control(value, length) && !text_equal(header, "content-length"))
    add_header(options->draft, header, value);
}

static void add_value(const struct options *options, const struct kwarg *option, const char *name,
                      const json_node *value) {
  char number[32];
  long long integer;
  int truth = node_boolean(value);
  if (node_integer(value, &integer)) {
    snprintf(number, sizeof number, "%lld", integer);
    add_option(options, option, name, number);
  } else {
    add_option(options, option, name, node_text(value) ? node_text(value) : truth == 1 ? "true" : "false");
  }
}

static bool add_member(void *context, const char *name, json_node *value) {
  struct options *options = context;
  if (options->map) {
    add_value(options, options->map, name, value);
    return true;
  }
  const struct kwarg *option = kwarg_find(name, options->draft->operation->kind);
  if (!option || !*option->header || !kwarg_takes(option, value)) return true; /* dropped, or refused, as there */
  if (option->type == KWARG_MAP) {
    struct options members = {options->draft, option};
    node_each_member(value, add_member, &members);
  } else {
    add_value(options, option, "", value);
  }
  return true;
}

static void add_options(struct draft *draft) {
  const lsexport_destination_spec *spec = draft->caller->spec;
  struct options options = {draft, NULL};
  for (enum spec_text field = 0; field < SPEC_TEXT_COUNT; field++) {
    const char *text = spec_fields[field].additional ? spec_text(spec, field) : NULL;
    const struct kwarg *option = text ? kwarg_find(spec_fields[field].member, draft->operation->kind) : NULL;
    if (option) add_option(&options, option, "", text);
  }
  const char *json = spec_text(spec, SPEC_S3_ADDITIONAL_KWARGS);
  if (!json) return;
  enum json_failure failure;
  json_node *node = node_parse(json, strlen(json), &failure);
  need(draft, node != NULL);
  if (node) node_each_member(node, add_member, &options);
  node_free(node);
}

/* ---- bodies and their checksums ---- */

/* s3fs, by which LangSmith writes, names the checksum of a part when it is SHA256, and no other. */
static void write_completion(struct draft *draft, struct buf *body, const char *tag, const char *algorithm) {
  static const char specials[] = "\"&<>";
  static const char *const entities[] = {"&quot;", "&amp;", "&lt;", "&gt;"};
  char sum[CHECKSUM_SIZE];
  buf_text(body, "<CompleteMultipartUpload xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Part><ETag>");
  for (const char *byte = tag; *byte; byte++) {
    const char *special = strchr(specials, *byte);
    if (special)
      buf_text(body, entities[special - specials]);
    else
      buf_add(body, byte, 1);
  }
  buf_text(body, "</ETag><PartNumber>" PART_NUMBER "</PartNumber>");
  if (algorithm && text_equal(algorithm, "SHA256")) {
    need(draft, checksum_write(sum, algorithm, BUCKET_TEST_BODY, strlen(BUCKET_TEST_BODY)));
    buf_text(body, "<ChecksumSHA256>");
    buf_text(body, sum);
    buf_text(body, "</ChecksumSHA256>");
  }
  buf_text(body, "</Part></CompleteMultipartUpload>");
}

/* The object's own bytes. A checksum goes before them over plain http, and behind them over TLS, as botocore does it.
 * hash: set to the word that is signed in the place of the body's own hash. */
static void write_object(struct draft *draft, struct buf *body, const char *algorithm, const char **hash) {
  static const char length[] = "4"; /* of the test body */
  char sum[CHECKSUM_SIZE] = "", name[NAME_MAX];
  _Static_assert(sizeof BUCKET_TEST_BODY - 1 == 4, "what length says");
  if (!algorithm) {
    buf_text(body, BUCKET_TEST_BODY);
    return;
  }
  need(draft, checksum_write(sum, algorithm, BUCKET_TEST_BODY, strlen(BUCKET_TEST_BODY)));
  snprintf(name, sizeof name, CHECKSUM_HEADER "%s", algorithm);
  lower(name);
  if (!draft->caller->address->https) {
    buf_text(body, BUCKET_TEST_BODY);
    add_header(draft, name, sum);
    return;
  }
  add_header(draft, "content-encoding", "aws-chunked");
  add_header(draft, "x-amz-decoded-content-length", length);
  add_header(draft, "x-amz-trailer", name);
  *hash = TRAILER_HASH;
  buf_text(body, length);
  buf_text(body, "\r\n" BUCKET_TEST_BODY "\r\n0\r\n");
  buf_text(body, name);
  buf_text(body, ":");
  buf_text(body, sum);
  buf_text(body, "\r\n\r\n");
}

/* One that creates an upload is empty, but there. */
static void write_body(struct draft *draft, const struct bucket_upload *upload, const char **hash) {
  struct request *request = &draft->operation->base.request;
  const char *algorithm = spec_text(draft->caller->spec, SPEC_CHECKSUM_ALGORITHM);
  struct buf body;
  buf_init(&body, BODY_MAX);
  if (draft->operation->kind & (S3_PUT | S3_UPLOAD_PART))
    write_object(draft, &body, algorithm, hash);
  else if (draft->operation->kind == S3_COMPLETE_MULTIPART)
    write_completion(draft, &body, upload->tag, algorithm);
  request->body_length = body.failure ? 0 : body.length;
  request->body = buf_take(&body);
  need(draft, request->body != NULL);
}

/* ---- the request ---- */

static enum method method_of(enum s3_operation kind) {
  if (kind & (S3_PUT | S3_UPLOAD_PART)) return METHOD_PUT;
  if (kind & (S3_CREATE_MULTIPART | S3_COMPLETE_MULTIPART)) return METHOD_POST;
  return kind == S3_HEAD ? METHOD_HEAD : METHOD_DELETE;
}

static void write_query(struct buf *query, enum s3_operation kind, const struct bucket_upload *upload) {
  if (kind == S3_CREATE_MULTIPART) buf_text(query, "uploads");
  if (!upload) return;
  if (kind == S3_UPLOAD_PART) buf_text(query, "partNumber=" PART_NUMBER "&");
  buf_text(query, "uploadId=");
  url_encode(query, upload->id, strlen(upload->id), "");
}

static void sign(struct draft *draft, const char *path, const char *query, const char *hash) {
  const struct bucket_caller *caller = draft->caller;
  const lsexport_credentials *credentials = caller->spec->credentials;
  struct signature_header headers[BUCKET_HEADERS_MAX];
  struct buf authorization;
  buf_init(&authorization, BUCKET_HEADER_BYTES_MAX);
  for (size_t i = 0; i < draft->count; i++)
    headers[i] =
        (struct signature_header){draft->values.data + draft->places[i][0], draft->values.data + draft->places[i][1]};
  struct signature_input input = {.method = method_name(draft->operation->base.request.method),
                                  .path = path,
                                  .query = query,
                                  .headers = headers,
                                  .header_count = draft->count,
                                  .payload_hash = hash,
                                  .access_key_id = credentials->access_key_id.text,
                                  .secret = credentials->secret_access_key.text,
                                  .secret_length = credentials->secret_access_key.length,
                                  .region = caller->address->signing_region,
                                  .service = "s3",
                                  .unix_s = caller->unix_s};
  need(draft, signature_write(&authorization, &input));
  add_header(draft, "authorization", buf_string(&authorization));
  buf_reset(&authorization);
}

static void add_line(struct draft *draft, const char *name, const char *value) {
  struct buf *lines = &draft->operation->lines;
  buf_text(lines, name);
  buf_text(lines, *value ? ": " : ":");
  buf_add(lines, value, strlen(value) + 1);
}

/* What was signed, but for the host, which the transport writes; and what is not signed. */
static void write_lines(struct draft *draft, bool chunked) {
  struct bucket_operation *operation = draft->operation;
  size_t count = 0;
  add_line(draft, "Accept", "");
  add_line(draft, "Content-Type", "");
  add_line(draft, "Accept-Encoding", "identity");
  if (chunked) add_line(draft, "Transfer-Encoding", "chunked");
  for (size_t i = 1; i < draft->count; i++)
    add_line(draft, draft->values.data + draft->places[i][0], draft->values.data + draft->places[i][1]);
  need(draft, !operation->lines.failure);
  const char *line = operation->lines.data;
  for (size_t left = operation->lines.failure ? 0 : operation->lines.length; left;
       left -= strlen(line) + 1, line += strlen(line) + 1)
    operation->headers[count++] = line;
  operation->base.request.headers = operation->headers;
  operation->base.request.header_count = count;
}

/* The URL, and what is signed of it. */
struct target {
  struct buf url, path, query, host;
};

static void write_target(struct target *target, const struct draft *draft, const char *key,
                         const struct bucket_upload *upload) {
  const struct address *address = draft->caller->address;
  struct buf *const parts[] = {&target->url, &target->path, &target->query, &target->host};
  for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) buf_init(parts[i], ADDRESS_URL_MAX);
  address_write_url(&target->url, address, key);
  address_write_path(&target->path, address, key);
  address_write_host(&target->host, address);
  write_query(&target->query, draft->operation->kind, upload);
  if (target->query.length) buf_text(&target->url, "?");
  buf_text(&target->url, buf_string(&target->query));
}

static void free_target(struct target *target) {
  buf_reset(&target->url);
  buf_reset(&target->path);
  buf_reset(&target->query);
  buf_reset(&target->host);
}

static void make(struct draft *draft, const char *key, const struct bucket_upload *upload) {
  const lsexport_credentials *credentials = draft->caller->spec->credentials;
  struct request *request = &draft->operation->base.request;
  char date[TIME_BASIC_SIZE], digest[SIGNATURE_PAYLOAD_HASH_SIZE] = "";
  const char *hash = digest;
  struct target target;
  write_target(&target, draft, key, upload);
  add_header(draft, "host", buf_string(&target.host));
  if (request->method == METHOD_PUT || request->method == METHOD_POST) write_body(draft, upload, &hash);
  time_to_basic(date, draft->caller->unix_s);
  need(draft, signature_payload_hash(digest, request->body ? request->body : "", request->body_length));
  add_header(draft, "x-amz-date", date);
  add_header(draft, "x-amz-content-sha256", hash);
  if (credentials->kind == CREDENTIALS_SESSION)
    add_header(draft, "x-amz-security-token", credentials->session_token.text);
  add_options(draft);
  need(draft, !draft->values.failure && !target.path.failure && !target.query.failure && !target.host.failure);
  if (!draft->failed && !draft->too_many) sign(draft, buf_string(&target.path), buf_string(&target.query), hash);
  if (!draft->failed) write_lines(draft, hash != digest);
  request->url = buf_take(&target.url);
  need(draft, request->url != NULL);
  free_target(&target);
}

/* ---- the answer ---- */

static bool is_header(const char *line, size_t name_length, const char *name) {
  return name_length == strlen(name) && text_begins_ignoring_case(line, name);
}

static bool is_status_line(const char *line, size_t length) {
  return length > strlen("HTTP/") && text_begins(line, "HTTP/");
}

static void take_line(struct trace *trace, const char *line, size_t length) {
  struct bucket_head *head = (struct bucket_head *)trace;
  const char *colon = memchr(line, ':', length);
  size_t name_length = colon ? (size_t)(colon - line) : 0;
  char other[BUCKET_WORD_MAX];
  if (is_status_line(line, length)) {
    head->date_unix_s = 0;
    head->content_length = -1;
    *head->region = *head->tag = *head->code = *head->request_id = '\0';
    return;
  }
  char *value = is_header(line, name_length, "x-amz-bucket-region")    ? head->region
                : is_header(line, name_length, "etag")                 ? head->tag
                : is_header(line, name_length, "x-minio-error-code")   ? head->code
                : is_header(line, name_length, "x-amz-request-id")     ? head->request_id
                : is_header(line, name_length, "x-guploader-uploadid") ? head->request_id
                                                                       : other;
  bool is_date = is_header(line, name_length, "date"), is_length = is_header(line, name_length, "content-length");
  if (value == other && !is_date && !is_length) return;
  header_read_value(line, length, name_length, value, BUCKET_WORD_MAX);
  if (is_date && !time_from_http_date(other, &head->date_unix_s)) head->date_unix_s = 0;
  if (is_length && !text_to_integer(other, &head->content_length)) head->content_length = -1;
}

static bool read_child(const struct response *response, const char *root, const char *name, char *out, size_t size) {
  bool found = xml_child_text(buf_string(&response->body), response->body.length, root, name, out, size);
  if (!found) *out = '\0';
  return found;
}

/* S3's own words, where the answer holds them. */
static lsexport_error *refused(const struct bucket_operation *operation, const struct response *response,
                               const struct secrets *secrets) {
  char code[BUCKET_WORD_MAX], message[BUCKET_TEXT_MAX], details[BUCKET_TEXT_MAX], region[BUCKET_WORD_MAX],
      text[2 * BUCKET_TEXT_MAX];
  struct storage_text read;
  if (!read_child(response, "Error", "Code", code, sizeof code))
    snprintf(code, sizeof code, "%s", operation->head.code);
  read_child(response, "Error", "Message", message, sizeof message);
  read_child(response, "Error", "Details", details, sizeof details);
  if (!read_child(response, "Error", "Region", region, sizeof region))
    snprintf(region, sizeof region, "%s", operation->head.region);
  snprintf(text, sizeof text, "%s%s%s", message, *details ? " " : "", details);
  const char *body = buf_string(&response->body);
  bool page = !*code && body[strspn(body, " \t\r\n")] == '<';
  struct evidence evidence = {
      .peer = PEER_STORAGE, .code = code, .text = page ? "<html" : text, .http_status = response->http_status};
  struct verdict verdict = classify(&evidence);
  lsexport_error *error = error_new_verdict(&verdict, secrets);
  if (*code) error_set_storage_code(error, code);
  error_set_server_text(error, text, strlen(text));
  if (*operation->head.request_id) error_set_request_id(error, operation->head.request_id);
  storage_text_read(text, &read);
  for (size_t i = 0; i < read.fact_count; i++) error_add_fact(error, read.facts[i].name, read.facts[i].value);
  if (*region && !lsexport_error_fact(error, "expected_region")) error_add_fact(error, "expected_region", region);
  return error;
}

/* It said yes, but not as S3 does. */
static lsexport_error *no_s3(const struct secrets *secrets) {
  struct evidence evidence = {.peer = PEER_STORAGE, .transfer = TRANSFER_BROKEN};
  struct verdict verdict = classify(&evidence);
  return error_new_verdict(&verdict, secrets);
}

/* There is nothing left to take away: an attempt whose answer was lost did it, or an end that seemed to have failed. */
static bool is_gone(const struct response *response) {
  char code[BUCKET_WORD_MAX];
  read_child(response, "Error", "Code", code, sizeof code);
  return text_equal(code, "NoSuchUpload") || text_equal(code, "NoSuchKey");
}

static lsexport_error *conclude(struct operation *base, const struct response *response,
                                const struct secrets *secrets) {
  struct bucket_operation *operation = (struct bucket_operation *)base;
  char code[BUCKET_WORD_MAX];
  bool deletes = base->request.method == METHOD_DELETE;
  if (deletes && response->http_status == 404 && is_gone(response)) return NULL;
  if (response->http_status / 100 != 2) return refused(operation, response, secrets);
  if (base->request.method == METHOD_PUT) return *operation->head.tag ? NULL : no_s3(secrets);
  if (operation->kind == S3_CREATE_MULTIPART) {
    bool has_id = read_child(response, "InitiateMultipartUploadResult", "UploadId", operation->upload_id,
                             sizeof operation->upload_id);
    return has_id && *operation->upload_id ? NULL : no_s3(secrets);
  }
  /* It may fail after it has begun to say that it did not. */
  bool failed = operation->kind == S3_COMPLETE_MULTIPART && read_child(response, "Error", "Code", code, sizeof code);
  return failed ? refused(operation, response, secrets) : NULL;
}

/* As S3 would say it. */
static lsexport_error *too_many_headers(const struct secrets *secrets) {
  struct evidence evidence = {.peer = PEER_STORAGE, .code = "MetadataTooLarge"};
  struct verdict verdict = classify(&evidence);
  return error_new_verdict(&verdict, secrets);
}

lsexport_error *bucket_begin(struct bucket_operation *operation, const struct bucket_caller *caller,
                             enum s3_operation kind, const char *key, const struct bucket_upload *upload) {
  struct draft draft = {.operation = operation, .caller = caller};
  memset(operation, 0, sizeof *operation);
  buf_init(&draft.values, BUCKET_HEADER_BYTES_MAX);
  buf_init(&operation->lines, BUCKET_HEADER_BYTES_MAX);
  operation->kind = kind;
  operation->head.trace.take_line = take_line;
  operation->base.request.method = method_of(kind);
  operation->base.request.elsewhere = true;
  operation->base.request.response_max = BUCKET_RESPONSE_MAX;
  operation->base.request.trace = &operation->head.trace;
  operation->base.writes = kind != S3_HEAD;
  /* A second create would leave an upload that nobody knows. */
  operation->base.repeatable = kind != S3_CREATE_MULTIPART;
  operation->base.conclude = conclude;
  make(&draft, key, upload);
  buf_reset(&draft.values);
  if (!draft.failed && !draft.too_many) return NULL;
  bucket_free(operation);
  return draft.too_many ? too_many_headers(caller->secrets) : error_no_memory(LSEXPORT_APPLIED_NO);
}

void bucket_free(struct bucket_operation *operation) {
  request_free(&operation->base.request);
  buf_reset(&operation->lines);
}
