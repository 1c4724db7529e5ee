/* SPDX-License-Identifier: MIT */
/* From a bucket's answer to what a check makes of it: the reading half of each request, without a network.
 *
 * Input: a line "REQUEST STATUS", the request as one of p h c u e a d (put, head, create, upload, end, abort, delete);
 * header lines; an empty line; the body. */
#include "canaries.h"
#include "invariants.h"

#include "error/error.h"
#include "storage/bucket_operation.h"

#include <stdlib.h>
#include <string.h>

#define BODY_MAX 65536
#define UNIX_S 1795500000

static lsexport_destination_spec *spec;
static struct address address;

static void prepare(void) {
  lsexport_credentials *credentials;
  if (spec) return;
  lsexport_credentials_new_session(CANARY_KEY_ID, CANARY_SECRET, LSEXPORT_NUL_TERMINATED, canary_token(),
                                   LSEXPORT_NUL_TERMINATED, &credentials);
  lsexport_destination_spec_new(&spec);
  lsexport_destination_spec_set_bucket_name(spec, "my-bucket");
  lsexport_destination_spec_set_credentials(spec, credentials);
  lsexport_credentials_free(credentials);
  MUST(!address_resolve(spec, NULL, &address));
}

static enum s3_operation kind_of(char which) {
  static const char letters[] = "pcueahd"; /* in the order of the bits */
  const char *at = which ? strchr(letters, which) : NULL;
  return at ? (enum s3_operation)(1 << (at - letters)) : S3_ANY;
}

static void take_head(struct bucket_operation *operation, struct response *response, struct input *input) {
  operation->head.trace.take_line(&operation->head.trace, "HTTP/1.1 200 OK\r\n", strlen("HTTP/1.1 200 OK\r\n"));
  for (bool more = true; more;) {
    struct piece line = input_line(input);
    more = line.length > 0;
    response_take_header(response, line.text, line.length, UNIX_S);
    operation->head.trace.take_line(&operation->head.trace, line.text, line.length);
    piece_free(&line);
  }
  buf_add(&response->body, input->at, input->left);
}

/* What was kept can be asked for again. */
static void use_upload(const struct bucket_operation *created) {
  struct bucket_caller caller = {&address, spec, NULL, UNIX_S};
  struct bucket_upload upload = {created->upload_id, created->head.tag};
  struct bucket_operation next;
  MUST(!bucket_begin(&next, &caller, S3_COMPLETE_MULTIPART, "key", &upload));
  MUST(!strpbrk(next.base.request.url, " \r\n#"));
  MUST(strchr(next.base.request.url, '&') == NULL);
  bucket_free(&next);
}

static void check_outcome(const struct bucket_operation *operation, const struct response *response,
                          lsexport_error *error) {
  if (!error) {
    MUST(response->http_status / 100 == 2 || response->http_status == 404);
    if (operation->kind == S3_CREATE_MULTIPART) use_upload(operation);
    return;
  }
  error_set_http_status(error, response->http_status);
  error = error_finish(error, operation->base.repeatable);
  must_be_error(error);
  lsexport_status status = lsexport_error_status(error);
  MUST(status >= LSEXPORT_ERR_ACCESS_DENIED && status <= LSEXPORT_ERR_STORAGE_UNAVAILABLE);
  lsexport_error_free(error);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct piece whole = canaries_expand(data, size);
  struct input input = {whole.text, whole.length};
  struct bucket_caller caller;
  struct bucket_upload upload = {"upload", "tag"};
  struct bucket_operation operation;
  struct response response = {0};
  prepare();
  caller = (struct bucket_caller){&address, spec, NULL, UNIX_S};
  struct piece first = input_line(&input);
  enum s3_operation kind = kind_of(*first.text);
  response_begin(&response, BODY_MAX);
  response.http_status = first.length > 1 ? atoi(first.text + 1) : 0;
  bool possible = kind != S3_ANY && response.http_status >= 200 && response.http_status <= 599;
  if (possible) {
    MUST(!bucket_begin(&operation, &caller, kind, "key", &upload));
    take_head(&operation, &response, &input);
    if (!response.body.failure)
      check_outcome(&operation, &response, operation.base.conclude(&operation.base, &response, canaries()));
    bucket_free(&operation);
  }
  response_free(&response);
  piece_free(&first);
  piece_free(&whole);
  return 0;
}
