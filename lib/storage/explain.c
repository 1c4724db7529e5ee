/* SPDX-License-Identifier: MIT */
#include "storage/explain.h"

#include "base/text.h"
#include "storage/explain_part.h"

#include <stdio.h>
#include <string.h>

#define FIELD_MAX 512
#define SHOWN_MAX 256 /* bytes of a value in a finding */
#define SECRET_MIN 8  /* bytes; shorter ones turn up in names by chance */
#define KWARGS_PATH "config.s3_additional_kwargs."

const struct finding_row finding_rows[FINDING_COUNT] = {
#define FINDING(name, code, severity, field, reason, remedy) \
  [FINDING_##name] = {code, LSEXPORT_SEVERITY_##severity, field, reason, remedy},
#include "storage/finding.def"
#undef FINDING
};

/* ---- telling ---- */

/* What create refuses needs no second word, nor does a report that has no memory. */
static bool is_refused(const lsexport_report *report, const char *field) {
  if (report->failed) return true;
  for (size_t i = 0; i < report->finding_count; i++)
    if (text_equal(report->findings[i].code, FINDING_REFUSED_CODE) && text_equal(report->findings[i].field, field))
      return true;
  return false;
}

/* The words with shown in the place of "%s". */
static void fill(struct buf *out, const struct explained *explained, const char *words, const char *shown) {
  const char *place = shown ? strstr(words, "%s") : NULL;
  buf_init(out, ADDRESS_URL_MAX);
  buf_add(out, words, place ? (size_t)(place - words) : strlen(words));
  if (!place) return;
  wash(out, shown, strlen(shown), SHOWN_MAX, explained->secrets);
  buf_text(out, place + strlen("%s"));
}

static void tell(const struct explained *explained, const struct finding_row *row, const char *field,
                 const char *shown) {
  struct buf reason, remedy;
  if (is_refused(explained->report, field)) return;
  fill(&reason, explained, row->reason, shown);
  fill(&remedy, explained, row->remedy, shown);
  if (reason.failure || remedy.failure) explained->report->failed = true;
  report_add_finding(explained->report, row->severity, row->code, field, buf_string(&reason), buf_string(&remedy));
  buf_reset(&reason);
  buf_reset(&remedy);
}

void explain_tell_row(const struct explained *explained, const struct finding_row *row, const char *shown) {
  tell(explained, row, row->field, shown);
}

void explain_tell(const struct explained *explained, enum finding finding, const char *shown) {
  explain_tell_row(explained, &finding_rows[finding], shown);
}

/* A name that somebody else wrote may hold anything. */
static void wash_field(struct buf *out, const struct explained *explained, const char *field) {
  size_t ours = text_begins(field, KWARGS_PATH) ? strlen(KWARGS_PATH) : strlen(field);
  buf_init(out, FIELD_MAX);
  buf_add(out, field, ours);
  wash(out, field + ours, strlen(field + ours), SHOWN_MAX, explained->secrets);
  if (out->failure) explained->report->failed = true;
}

void explain_tell_member(const struct explained *explained, enum finding finding, const char *member,
                         const char *shown) {
  char path[FIELD_MAX];
  struct buf field;
  snprintf(path, sizeof path, "%s.%s", finding_rows[finding].field, member);
  wash_field(&field, explained, path);
  tell(explained, &finding_rows[finding], buf_string(&field), shown);
  buf_reset(&field);
}

/* ---- secrets where none belong ---- */

/* Those that no name holds by chance. A key ID may well be a name, and is no secret. */
static struct secrets real_secrets(const struct explained *explained) {
  const lsexport_credentials *credentials = explained->spec->credentials;
  const char *key_id = credentials ? credentials->access_key_id.text : NULL;
  struct secrets real = {0};
  for (size_t i = 0; i < explained->secrets->count; i++)
    if (explained->secrets->item[i].text != key_id && explained->secrets->item[i].length >= SECRET_MIN)
      secrets_add(&real, explained->secrets->item[i].text, explained->secrets->item[i].length);
  return real;
}

static bool holds_secret(const struct explained *explained, const char *text, const struct secrets *secrets) {
  struct buf with, without;
  size_t length = strlen(text);
  buf_init(&with, EXTRA_JSON_MAX + sizeof "...");
  buf_init(&without, EXTRA_JSON_MAX + sizeof "...");
  wash(&with, text, length, EXTRA_JSON_MAX, secrets);
  wash(&without, text, length, EXTRA_JSON_MAX, NULL);
  if (with.failure || without.failure) explained->report->failed = true;
  bool holds = !text_equal(buf_string(&with), buf_string(&without));
  buf_reset(&with);
  buf_reset(&without);
  return holds;
}

/* An address is told in pieces, in which a secret could not be seen any more: then there is none. */
static void explain_secrets(struct explained *explained) {
  struct secrets secrets = real_secrets(explained);
  for (enum spec_text field = 0; field < SPEC_TEXT_COUNT; field++) {
    const char *text = spec_text(explained->spec, field);
    if (!text || !holds_secret(explained, text, &secrets)) continue;
    if (field <= SPEC_ENDPOINT_URL) explained->address = NULL;
    tell(explained, &finding_rows[FINDING_SECRET_IN_CONFIG], spec_fields[field].path, NULL);
  }
}

/* ---- what create refuses ---- */

static void tell_allowed(const struct explained *explained, enum spec_check named) {
  static const enum finding findings[CHECK_COUNT] = {
      [CHECK_CONFUSED_BUCKET] = FINDING_ALLOWED_CONFUSED_BUCKET,
      [CHECK_MISSING_SESSION_TOKEN] = FINDING_ALLOWED_MISSING_SESSION_TOKEN,
      [CHECK_GOOGLE_KEY_WITHOUT_ENDPOINT] = FINDING_ALLOWED_GOOGLE_KEY_WITHOUT_ENDPOINT,
      [CHECK_GOOGLE_ENDPOINT_WITHOUT_KEY] = FINDING_ALLOWED_GOOGLE_ENDPOINT_WITHOUT_KEY,
  };
  explain_tell(explained, findings[named], explained->address ? explained->address->bucket : "?");
}

static void take_refusal(void *context, const char *path, const char *message, enum spec_check named) {
  const struct explained *explained = context;
  if (!path) {
    explained->report->failed = true;
  } else if (named < CHECK_COUNT && explained->spec->allowed[named]) {
    tell_allowed(explained, named);
  } else {
    struct buf field;
    wash_field(&field, explained, path);
    report_add_finding(explained->report, LSEXPORT_SEVERITY_ERROR,
                       named < CHECK_COUNT ? spec_check_name(named) : FINDING_REFUSED_CODE, buf_string(&field), message,
                       FINDING_REFUSED_REMEDY);
    buf_reset(&field);
  }
}

static void explain_refusals(struct explained *explained) {
  lsexport_destination_spec strict = *explained->spec;
  memset(strict.allowed, 0, sizeof strict.allowed);
  spec_check(&strict, explained->secrets, take_refusal, explained);
}

/* ---- where LangSmith is, and where it writes ---- */

void explain_place_langsmith(struct explained *explained, const char *api_root) {
  struct url url;
  if (!api_root || url_parse(api_root, &url)) return;
  explained->place = LANGSMITH_OWN;
  explained->place_is_loopback = url_is_loopback(&url);
  if (text_equal(url.host, "aws.api.smith.langchain.com"))
    explained->place = LANGSMITH_CLOUD_ON_AWS;
  else if (text_equal(url.host, "api.smith.langchain.com") || text_ends(url.host, ".api.smith.langchain.com"))
    explained->place = LANGSMITH_CLOUD;
}

static void tell_problem(const struct explained *explained, const struct address_problem *problem) {
  lsexport_report *report = explained->report;
  if (problem == &address_no_memory) {
    report->failed = true;
  } else if (problem->refused && !is_refused(report, problem->field)) {
    report_add_finding(report, LSEXPORT_SEVERITY_ERROR, problem->code, problem->field, problem->reason,
                       problem->remedy);
  } else if (!problem->refused && !report->finding_count) {
    report_add_finding(report, LSEXPORT_SEVERITY_NOTE, problem->code, problem->field, problem->reason, problem->remedy);
  }
}

/* ---- the answer ---- */

static size_t count_of(const lsexport_report *report, int32_t severity) {
  size_t count = 0;
  for (size_t i = 0; i < report->finding_count; i++)
    if (report->findings[i].severity == severity) count++;
  return count;
}

static void add_count(struct buf *out, size_t count, const char *noun) {
  buf_integer(out, (int64_t)count);
  buf_text(out, " ");
  buf_text(out, noun);
  if (count != 1) buf_text(out, "s");
}

static void summarize(lsexport_report *report) {
  size_t errors = count_of(report, LSEXPORT_SEVERITY_ERROR), warnings = count_of(report, LSEXPORT_SEVERITY_WARNING);
  struct buf out;
  buf_init(&out, ADDRESS_URL_MAX);
  if (errors) {
    buf_text(&out, "This destination will not work: ");
    add_count(&out, errors, "error");
    if (warnings) buf_text(&out, ", ");
  } else if (report->has_address) {
    buf_text(&out, "LangSmith will write to the bucket \"");
    buf_text(&out, lsexport_report_bucket(report));
    buf_text(&out, "\" on ");
    buf_text(&out, lsexport_report_host(report));
    if (warnings) buf_text(&out, ": ");
  } else {
    buf_text(&out, "Where LangSmith will write cannot be told from here");
    if (warnings) buf_text(&out, ": ");
  }
  if (warnings) add_count(&out, warnings, "warning");
  buf_text(&out, ".");
  if (out.failure) report->failed = true;
  report_set_summary(report, buf_string(&out));
  buf_reset(&out);
}

void explain(lsexport_report *report, const lsexport_destination_spec *spec, const char *api_root,
             const struct secrets *secrets) {
  struct explained explained = {.report = report, .spec = spec, .secrets = secrets};
  struct address address = {0};
  const char *endpoint = spec_text(spec, SPEC_ENDPOINT_URL);
  const struct address_problem *problem = address_resolve(spec, NULL, &address);
  explained.address = problem ? NULL : &address;
  explained.has_endpoint = endpoint && !url_parse(endpoint, &explained.endpoint);
  explained.is_aws = !endpoint || (explained.has_endpoint && address_is_of_aws(explained.endpoint.host));
  explain_place_langsmith(&explained, api_root);
  explain_secrets(&explained);
  explain_refusals(&explained);
  if (problem) tell_problem(&explained, problem);
  if (explained.address) report_set_address(report, &address, secrets);
  explain_bucket(&explained);
  explain_region(&explained);
  explain_endpoint(&explained);
  explain_prefix(&explained);
  explain_kwargs(&explained);
  explain_credentials(&explained);
  summarize(report);
  address_free(&address);
}
