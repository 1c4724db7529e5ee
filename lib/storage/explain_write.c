/* SPDX-License-Identifier: MIT */
/* What LangSmith writes with: parameters of the write, and credentials. */
#include "base/text.h"
#include "storage/explain_part.h"
#include "storage/kwargs.h"

#include <string.h>

/* ---- s3_additional_kwargs ---- */

static void explain_acl(const struct explained *explained, const char *acl) {
  static const char *const acls[] = {
      "private",       "public-read",       "public-read-write",        "authenticated-read",
      "aws-exec-read", "bucket-owner-read", "bucket-owner-full-control"};
  for (size_t i = 0; i < sizeof acls / sizeof *acls; i++)
    if (text_equal(acls[i], acl)) {
      if (explained->is_aws && !text_equal(acl, "bucket-owner-full-control"))
        explain_tell_member(explained, FINDING_ACL_ON_AWS, "ACL", NULL);
      return;
    }
  explain_tell_member(explained, FINDING_KWARG_ACL, "ACL", NULL);
}

static void explain_kwarg(const struct explained *explained, const struct kwarg *kwarg, const json_node *value) {
  if (kwarg->use == KWARG_TAKEN)
    explain_tell_member(explained, FINDING_KWARG_OVERRULED, kwarg->name, NULL);
  else if (!kwarg_takes(kwarg, value))
    explain_tell_member(explained, FINDING_KWARG_TYPE, kwarg->name, kwarg_type_words(kwarg->type));
  else if (kwarg->use == KWARG_OF_ONE)
    explain_tell_member(explained, FINDING_KWARG_OF_ONE_OBJECT, kwarg->name, NULL);
  else if (text_equal(kwarg->name, "ACL"))
    explain_acl(explained, node_text(value));
}

static bool visit_kwarg(void *context, const char *name, json_node *value) {
  const struct explained *explained = context;
  const struct kwarg *kwarg = kwarg_find(name, S3_ANY);
  const char *meant = kwarg ? NULL : kwarg_guess(name);
  if (kwarg)
    explain_kwarg(explained, kwarg, value);
  else if (meant)
    explain_tell_member(explained, FINDING_KWARG_MISSPELT, name, meant);
  else if (!text_find_ignoring_case(name, "SSECustomer")) /* refused by create */
    explain_tell_member(explained, FINDING_KWARG_UNKNOWN, name, NULL);
  return true;
}

void explain_kwargs(const struct explained *explained) {
  const lsexport_destination_spec *spec = explained->spec;
  const char *text = spec_text(spec, SPEC_S3_ADDITIONAL_KWARGS),
             *encryption = spec_text(spec, SPEC_SERVER_SIDE_ENCRYPTION);
  const char *checksum = spec_text(spec, SPEC_CHECKSUM_ALGORITHM);
  enum json_failure failure = JSON_FINE;
  json_node *node = text && strlen(text) <= EXTRA_JSON_MAX ? node_parse(text, strlen(text), &failure) : NULL;
  if (failure == JSON_NO_MEMORY) explained->report->failed = true;
  node_each_member(node, visit_kwarg, (void *)(uintptr_t)explained);
  node_free(node);
  if (explained->is_aws && !checksum) explain_tell(explained, FINDING_OBJECT_LOCK_CHECKSUM, NULL);
  if (checksum && explained->has_endpoint && spec_endpoint_is_google(&explained->endpoint))
    explain_tell(explained, FINDING_GOOGLE_CHECKSUM, NULL);
  if (checksum && !text_equal(checksum, "SHA256")) explain_tell(explained, FINDING_PART_CHECKSUMS, NULL);
  if (explained->is_aws && encryption && text_begins(encryption, "aws:kms"))
    explain_tell(explained, FINDING_KMS_PERMISSIONS, NULL);
}

/* ---- credentials ---- */

static void explain_role(const struct explained *explained) {
  if (explained->place == LANGSMITH_CLOUD_ON_AWS || explained->place == LANGSMITH_OWN)
    explain_tell(explained, FINDING_ROLE_ELSEWHERE, NULL);
  else if (explained->place == LANGSMITH_ANYWHERE)
    explain_tell(explained, FINDING_ROLE, NULL);
  if (!explained->is_aws) explain_tell(explained, FINDING_ROLE_WITH_ENDPOINT, NULL);
}

static void explain_session(const struct explained *explained, const char *key_id) {
  if (explained->is_aws && key_id && !text_begins(key_id, "ASIA"))
    explain_tell(explained, FINDING_TOKEN_WITHOUT_ASIA, NULL);
  explain_tell(explained, FINDING_SESSION_EXPIRES, NULL);
}

static void explain_server(const struct explained *explained) {
  if (explained->place == LANGSMITH_CLOUD || explained->place == LANGSMITH_CLOUD_ON_AWS)
    explain_tell(explained, FINDING_SERVER_ON_CLOUD, NULL);
  else if (explained->place == LANGSMITH_ANYWHERE)
    explain_tell(explained, FINDING_SERVER, NULL);
}

void explain_credentials(const struct explained *explained) {
  const lsexport_credentials *credentials = explained->spec->credentials;
  if (!credentials) return;
  if (credentials->kind == CREDENTIALS_SESSION) explain_session(explained, credentials->access_key_id.text);
  if (credentials->kind == CREDENTIALS_ROLE) explain_role(explained);
  if (credentials->kind == CREDENTIALS_SERVER) explain_server(explained);
}
