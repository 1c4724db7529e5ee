/* SPDX-License-Identifier: MIT */
#include "bucket_double.h"

#include "base/text.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#define UPLOAD_ID "upload/1+A="
#define UPLOAD_QUERY "uploadId=upload%2F1%2BA%3D"

static enum bucket_act act_of(const struct scripted_request *request) {
  bool below = !strstr(request->url, "/tmp/"), upload = strstr(request->url, UPLOAD_QUERY) != NULL;
  switch (request->method) {
  case METHOD_PUT:
    return upload ? ACT_PART : below ? ACT_PUT_BELOW : ACT_PUT;
  case METHOD_HEAD:
    return ACT_HEAD;
  case METHOD_POST:
    return upload ? ACT_COMPLETE : ACT_CREATE;
  default:
    return upload ? ACT_ABORT : below ? ACT_DELETE_BELOW : ACT_DELETE;
  }
}

static void take_effect(struct bucket_double *bucket, enum bucket_act act) {
  switch (act) {
  case ACT_PUT:
    bucket->has_object = true;
    break;
  case ACT_PUT_BELOW:
    bucket->has_object_below = true;
    break;
  case ACT_CREATE:
    bucket->uploads++;
    break;
  case ACT_COMPLETE:
    bucket->uploads--;
    bucket->has_object_below = true;
    break;
  case ACT_ABORT:
    bucket->uploads--;
    break;
  case ACT_DELETE:
    bucket->has_object = false;
    break;
  case ACT_DELETE_BELOW:
    bucket->has_object_below = false;
    break;
  default:
    break;
  }
}

/* The answer of one that takes everything. */
static struct scripted_outcome succeed(struct bucket_double *bucket, enum bucket_act act) {
  static const char created[] =
      "<InitiateMultipartUploadResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Bucket>" EXPORTS
      "</Bucket><UploadId>" UPLOAD_ID "</UploadId></InitiateMultipartUploadResult>";
  static const char completed[] = "<CompleteMultipartUploadResult><ETag>\"1-1\"</ETag></CompleteMultipartUploadResult>";
  const char *body = act == ACT_CREATE ? created : act == ACT_COMPLETE ? completed : "";
  bool deletes = act == ACT_ABORT || act == ACT_DELETE || act == ACT_DELETE_BELOW;
  take_effect(bucket, act);
  return (struct scripted_outcome){
      .http_status = deletes ? 204 : 200, .sent = true, .body = body, .body_length = strlen(body)};
}

static bool is_signed_for(const struct scripted_request *request, const char *region) {
  char scope[128];
  const char *authorization = script_header(request, "authorization");
  snprintf(scope, sizeof scope, "/%s/s3/aws4_request", region);
  return authorization && strstr(authorization, scope);
}

struct scripted_outcome s3_error(int http_status, const char *body) {
  return (struct scripted_outcome){.http_status = http_status, .sent = true, .body = body, .body_length = strlen(body)};
}

static struct scripted_outcome choose(struct bucket_double *bucket, const struct scripted_request *request) {
  enum bucket_act act = act_of(request);
  bucket->saw |= act;
  if (bucket->strange & act) return bucket->answer;
  if (bucket->region && !is_signed_for(request, bucket->region)) {
    snprintf(
        bucket->body, sizeof bucket->body,
        "<Error><Code>AuthorizationHeaderMalformed</Code><Message>The authorization header is malformed; the region "
        "'x' is wrong; expecting '%s'</Message><Region>%s</Region></Error>",
        bucket->region, bucket->region);
    return s3_error(400, bucket->body);
  }
  if ((act == ACT_ABORT || act == ACT_COMPLETE || act == ACT_PART) && !bucket->uploads)
    return s3_error(404, XML("NoSuchUpload", "The specified multipart upload does not exist."));
  if (bucket->denied & act) return s3_error(403, act == ACT_HEAD ? "" : XML("AccessDenied", "Access Denied"));
  return succeed(bucket, act);
}

static const struct scripted_outcome *respond(void *context, const struct scripted_request *request) {
  struct bucket_double *bucket = context;
  if (text_begins(request->url, ROOT)) return &bucket->langsmith;
  bucket->outcome = choose(bucket, request);
  if (!bucket->outcome.headers) {
    snprintf(bucket->headers, sizeof bucket->headers,
             "Date: %s\nETag: \"098f6bcd4621d373cade4e832627b4f6\"\nContent-Length: 4\nx-amz-request-id: REQUEST1",
             bucket->date ? bucket->date : "Tue, 24 Nov 2026 06:00:00 GMT");
    bucket->outcome.headers = bucket->headers;
  }
  return &bucket->outcome;
}

void bucket_double_begin(struct bucket_double *bucket, struct script *script) {
  memset(bucket, 0, sizeof *bucket);
  script->respond = respond;
  script->respond_context = bucket;
}

lsexport_destination_spec *spec_of_exports(void) {
  lsexport_destination_spec *spec = spec_bare(static_credentials(KEY_ID, SECRET));
  lsexport_destination_spec_set_display_name(spec, NAME);
  lsexport_destination_spec_set_bucket_name(spec, EXPORTS);
  lsexport_destination_spec_set_prefix(spec, "traces");
  lsexport_destination_spec_set_region(spec, EUROPE);
  return spec;
}

/* ---- reports ---- */

int32_t verdict_of(const lsexport_report *report, const char *permission) {
  for (size_t i = 0; i < lsexport_report_permission_count(report); i++)
    if (text_equal(lsexport_report_permission_name(report, i), permission))
      return lsexport_report_permission_verdict(report, i);
  return -1;
}

static size_t step_of(const lsexport_report *report, const char *step) {
  size_t i = 0;
  while (i < lsexport_report_step_count(report) && !text_equal(lsexport_report_step_name(report, i), step)) i++;
  return i;
}

int32_t outcome_of(const lsexport_report *report, const char *step) {
  size_t i = step_of(report, step);
  return i < lsexport_report_step_count(report) ? lsexport_report_step_outcome(report, i) : -1;
}

const char *reason_of(const lsexport_report *report, const char *step) {
  return lsexport_report_step_reason(report, step_of(report, step));
}

int finding_of(const lsexport_report *report, const char *code) {
  for (size_t i = 0; i < lsexport_report_finding_count(report); i++)
    if (text_equal(lsexport_report_finding_code(report, i), code)) return (int)i;
  return -1;
}
