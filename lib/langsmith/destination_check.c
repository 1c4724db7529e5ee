/* SPDX-License-Identifier: MIT */
/* What create, ensure and patch refuse before anything is sent. */
#include "base/text.h"
#include "base/url.h"
#include "langsmith/destination_spec.h"
#include "json/json.h"

#include <stdio.h>
#include <string.h>

#define MESSAGE_MAX 512

struct check {
  const lsexport_destination_spec *spec;
  const struct secrets *secrets;
  report_fn report;
  void *context;
};

static void refuse(const struct check *check, const char *path, const char *message) {
  check->report(check->context, path, message, CHECK_COUNT);
}

/* A check that may be overruled. */
static void refuse_unless_allowed(const struct check *check, enum spec_check named, const char *path,
                                  const char *message) {
  char whole[2 * MESSAGE_MAX];
  if (check->spec->allowed[named]) return;
  snprintf(whole, sizeof whole, "%s; if you mean it, allow it by name: \"%s\"", message, spec_check_name(named));
  check->report(check->context, path, whole, named);
}

/* ---- the form of one text ---- */

struct form {
  size_t least, most; /* characters */
  bool blank_ends;    /* it may begin or end with a blank */
};

/* As nearly all texts are: then there is nothing to find. */
static bool is_printable_ascii(const char *text, size_t length) {
  for (size_t i = 0; i < length; i++)
    if ((unsigned char)text[i] < 0x20 || (unsigned char)text[i] >= 0x7f) return false;
  return true;
}

/* False when it was refused. */
static bool check_form(const struct check *check, const char *path, const char *text, size_t length, struct form form) {
  char message[MESSAGE_MAX];
  bool plain = is_printable_ascii(text, length);
  size_t count = plain ? length : text_character_count(text);
  if (!plain && (strnlen(text, length) != length || text_has_control(text, length))) {
    refuse(check, path, "holds a control character, as a line break at its end");
  } else if (!plain && !text_is_utf8(text, length)) {
    refuse(check, path, "is not valid UTF-8");
  } else if (length && !form.blank_ends && (text[0] == ' ' || text[length - 1] == ' ')) {
    refuse(check, path, "begins or ends with a blank");
  } else if (count < form.least && !length) {
    refuse(check, path, "must not be empty");
  } else if (count < form.least || count > form.most) {
    snprintf(message, sizeof message, "must have %zu to %zu characters, but has %zu", form.least, form.most, count);
    refuse(check, path, message);
  } else {
    return true;
  }
  return false;
}

/* The field's text when it was set and has the form; NULL when there is nothing more to look at. */
static const char *checked_text(const struct check *check, enum spec_text field, struct form form) {
  const char *path = spec_fields[field].path, *text = spec_text(check->spec, field);
  if (!text) {
    if (check->spec->texts[field].set) refuse(check, path, "was set to NULL: is a variable of the environment unset?");
    return NULL;
  }
  return check_form(check, path, text, strlen(text), form) ? text : NULL;
}

static const char *required_text(const struct check *check, enum spec_text field, struct form form) {
  if (!check->spec->texts[field].set) refuse(check, spec_fields[field].path, "is required");
  return checked_text(check, field, form);
}

static void check_one_of(const struct check *check, enum spec_text field, const char *const *values) {
  const char *text = checked_text(check, field, (struct form){1, OPTION_TEXT_MAX, false});
  char message[MESSAGE_MAX] = "must be one of";
  if (!text) return;
  for (size_t i = 0; values[i]; i++) {
    if (text_equal(values[i], text)) return;
    size_t length = strlen(message);
    snprintf(message + length, sizeof message - length, "%s %s", i ? "," : "", values[i]);
  }
  refuse(check, spec_fields[field].path, message);
}

/* ---- display name, bucket, prefix, region, endpoint ---- */

static void check_display_name(const struct check *check) {
  static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_ '";
  const char *path = spec_fields[SPEC_DISPLAY_NAME].path;
  const char *text = required_text(check, SPEC_DISPLAY_NAME, (struct form){1, DISPLAY_NAME_MAX, true});
  if (text && text[strspn(text, allowed)])
    refuse(check, path, "may hold only the letters a-z and A-Z, digits, blanks, \"-\", \"_\" and \"'\"");
}

static void check_bucket_name(const struct check *check) {
  const char *text = required_text(check, SPEC_BUCKET_NAME, (struct form){BUCKET_NAME_MIN, BUCKET_NAME_MAX, false});
  if (text && strpbrk(text, "/: "))
    refuse(check, spec_fields[SPEC_BUCKET_NAME].path,
           "must be the bucket's bare name, without a scheme, a slash or blanks");
}

static void check_region(const struct check *check) {
  const char *text = checked_text(check, SPEC_REGION, (struct form){1, OPTION_TEXT_MAX, false});
  if (text && strchr(text, ' ')) refuse(check, spec_fields[SPEC_REGION].path, "holds a blank");
}

/* True when there is an endpoint and it can be read. */
static bool check_endpoint(const struct check *check, struct url *url_out) {
  char message[MESSAGE_MAX];
  const char *text = checked_text(check, SPEC_ENDPOINT_URL, (struct form){1, ENDPOINT_URL_MAX, false});
  if (!text) return false;
  const char *wrong = url_parse(text, url_out);
  if (wrong) {
    snprintf(message, sizeof message, "the URL %s", wrong);
    refuse(check, spec_fields[SPEC_ENDPOINT_URL].path, message);
  }
  return !wrong;
}

/* An address names none, nor does Google's own host, though a bucket may be called "storage". */
bool spec_endpoint_names_bucket(const struct url *url, const char *bucket) {
  size_t length = strlen(bucket);
  bool may_name = url->host[strspn(url->host, "0123456789.")] && !text_equal(url->host, "storage.googleapis.com");
  if (may_name && text_begins_ignoring_case(url->host, bucket) && url->host[length] == '.') return true;
  const char *path = url->path;
  while (*path == '/') path++;
  return strncmp(path, bucket, length) == 0 && strspn(path + length, "/") == strlen(path + length);
}

static void check_confused_bucket(const struct check *check, bool has_endpoint, const struct url *url) {
  char message[MESSAGE_MAX];
  const char *bucket = spec_text(check->spec, SPEC_BUCKET_NAME), *prefix = spec_text(check->spec, SPEC_PREFIX);
  if (spec_include_bucket(check->spec) || !bucket) return;
  if (has_endpoint && spec_endpoint_names_bucket(url, bucket)) return;
  if (!prefix || !*prefix) prefix = "tmp";
  struct buf taken; /* somebody may have put a secret where the prefix belongs */
  buf_init(&taken, PREFIX_MAX + sizeof WASH_MARK);
  wash(&taken, prefix, strcspn(prefix, "/"), PREFIX_MAX, check->secrets);
  snprintf(message, sizeof message,
           "is 0, but endpoint_url does not name the bucket: LangSmith would write to a bucket named \"%.63s\" (the "
           "prefix's "
           "first segment), which may be a stranger's; set it to 1, or put the bucket in front of the endpoint's host",
           buf_string(&taken));
  if (taken.failure) check->report(check->context, NULL, NULL, CHECK_COUNT);
  buf_reset(&taken);
  refuse_unless_allowed(check, CHECK_CONFUSED_BUCKET, "config.include_bucket_in_prefix", message);
}

/* ---- numbers ---- */

static void check_number(const struct check *check, enum spec_number field, const char *path, int32_t most) {
  char message[MESSAGE_MAX];
  int32_t value = check->spec->numbers[field].value;
  if (value >= 0 && value <= most) return;
  snprintf(message, sizeof message, "must be 0 to %d", most);
  refuse(check, path, message);
}

/* ---- s3_additional_kwargs and extra JSON ---- */

struct member_check {
  const struct check *check;
  enum spec_text field;
};

static bool has_config_setter(const char *name) {
  static const char *const others[] = {"include_bucket_in_prefix", "config_kwargs_s3", "s3_additional_kwargs",
                                       "aws_role_arn"};
  for (size_t i = 0; i < sizeof others / sizeof *others; i++)
    if (text_equal(others[i], name)) return true;
  for (enum spec_text field = SPEC_BUCKET_NAME; field <= SPEC_ENDPOINT_URL; field++)
    if (text_equal(spec_fields[field].member, name)) return true;
  return false;
}

static bool has_additional_setter(const char *name) {
  for (enum spec_text field = 0; field < SPEC_TEXT_COUNT; field++)
    if (spec_fields[field].additional && text_equal_ignoring_case(spec_fields[field].member, name)) return true;
  return false;
}

static bool check_member(void *context, const char *name, json_node *value) {
  const struct member_check *members = context;
  char path[MESSAGE_MAX];
  snprintf(path, sizeof path, "%s.%s", spec_fields[members->field].path, name);
  bool additional = members->field == SPEC_S3_ADDITIONAL_KWARGS;
  if (additional && text_find_ignoring_case(name, "SSECustomer"))
    refuse(members->check, path,
           "is a customer's encryption key: LangSmith would show it to everyone who may read the destination");
  else if (additional ? has_additional_setter(name) : has_config_setter(name))
    refuse(members->check, path, "has a setter of its own: use that");
  (void)value;
  return true;
}

static void check_json(const struct check *check, enum spec_text field) {
  const char *path = spec_fields[field].path, *text = spec_text(check->spec, field);
  enum json_failure failure;
  if (!text) {
    (void)checked_text(check, field, (struct form){1, EXTRA_JSON_MAX, false});
    return;
  }
  if (strlen(text) > EXTRA_JSON_MAX) {
    refuse(check, path, "is larger than 65536 bytes");
    return;
  }
  json_node *node = node_parse(text, strlen(text), &failure);
  if (failure == JSON_NO_MEMORY) {
    check->report(check->context, NULL, NULL, CHECK_COUNT);
  } else if (!node_is_object(node)) {
    refuse(check, path, "must be a JSON object");
  } else {
    struct member_check members = {check, field};
    node_each_member(node, check_member, &members);
  }
  node_free(node);
}

static void check_additional(const struct check *check) {
  static const char *const checksums[] = {"CRC32", "CRC32C", "SHA1", "SHA256", "CRC64NVME", NULL};
  static const char *const encryptions[] = {"AES256", "aws:kms", "aws:kms:dsse", "aws:fsx", NULL};
  static const char *const payers[] = {"requester", NULL};
  struct form any = {1, OPTION_TEXT_MAX, false};
  check_one_of(check, SPEC_CHECKSUM_ALGORITHM, checksums);
  check_one_of(check, SPEC_SERVER_SIDE_ENCRYPTION, encryptions);
  check_one_of(check, SPEC_REQUEST_PAYER, payers);
  (void)checked_text(check, SPEC_STORAGE_CLASS, any);
  const char *encryption = spec_text(check->spec, SPEC_SERVER_SIDE_ENCRYPTION);
  if (checked_text(check, SPEC_SSEKMS_KEY_ID, any) && (!encryption || !text_begins(encryption, "aws:kms")))
    refuse(check, spec_fields[SPEC_SSEKMS_KEY_ID].path, "needs a server_side_encryption of aws:kms or aws:kms:dsse");
  const char *owner = checked_text(check, SPEC_EXPECTED_BUCKET_OWNER, any);
  if (owner && (strlen(owner) != AWS_ACCOUNT_DIGITS || strspn(owner, "0123456789") != AWS_ACCOUNT_DIGITS))
    refuse(check, spec_fields[SPEC_EXPECTED_BUCKET_OWNER].path, "must be an AWS account number of 12 digits");
  check_json(check, SPEC_S3_ADDITIONAL_KWARGS);
  check_json(check, SPEC_EXTRA_CONFIG);
}

/* ---- credentials ---- */

static bool check_secret(const struct check *check, const char *path, const struct credentials_text *value,
                         size_t most) {
  if (value->text) return check_form(check, path, value->text, value->length, (struct form){1, most, false});
  refuse(check, path, "is NULL: is a variable of the environment unset?");
  return false;
}

static void check_role(const struct check *check, const struct credentials_text *role) {
  if (check_secret(check, "credentials.aws_role_arn", role, OPTION_TEXT_MAX) &&
      (!text_begins(role->text, "arn:") || !strstr(role->text, ":role/")))
    refuse(check, "credentials.aws_role_arn", "must look like arn:aws:iam::123456789012:role/name");
}

static void check_credentials(const struct check *check, const lsexport_credentials *credentials) {
  if (credentials->kind == CREDENTIALS_ROLE) check_role(check, &credentials->aws_role_arn);
  if (credentials->kind != CREDENTIALS_STATIC && credentials->kind != CREDENTIALS_SESSION) return;
  check_secret(check, "credentials.access_key_id", &credentials->access_key_id, ACCESS_KEY_ID_MAX);
  check_secret(check, "credentials.secret_access_key", &credentials->secret_access_key, SECRET_ACCESS_KEY_MAX);
  if (credentials->kind == CREDENTIALS_SESSION)
    check_secret(check, "credentials.session_token", &credentials->session_token, SESSION_TOKEN_MAX);
}

bool spec_endpoint_is_google(const struct url *url) {
  return text_equal(url->host, "storage.googleapis.com") || text_ends(url->host, ".storage.googleapis.com") ||
         (text_begins(url->host, "storage.") && text_ends(url->host, ".rep.googleapis.com"));
}

/* A key that cannot belong to the place it is to be used at. */
static void check_key_fits(const struct check *check, bool has_endpoint, const struct url *url) {
  const lsexport_credentials *credentials = check->spec->credentials;
  const char *key_id = credentials->access_key_id.text;
  if (!key_id) return;
  if (credentials->kind == CREDENTIALS_STATIC && text_begins(key_id, "ASIA"))
    refuse_unless_allowed(check, CHECK_MISSING_SESSION_TOKEN, "credentials.session_token",
                          "is missing: a key ID that begins with ASIA is temporary and needs its session token");
  bool google_key = text_begins(key_id, "GOOG"), google = has_endpoint && spec_endpoint_is_google(url);
  if (google_key && !google)
    refuse_unless_allowed(check, CHECK_GOOGLE_KEY_WITHOUT_ENDPOINT, "config.endpoint_url",
                          "must be https://storage.googleapis.com for a Google HMAC key (an ID that begins with GOOG)");
  if (google && !google_key)
    refuse_unless_allowed(check, CHECK_GOOGLE_ENDPOINT_WITHOUT_KEY, "credentials.access_key_id",
                          "is no Google HMAC key ID (one begins with GOOG): make an HMAC key for the service account");
}

/* ---- the whole ---- */

void spec_check(const lsexport_destination_spec *spec, const struct secrets *secrets, report_fn report, void *context) {
  struct check check = {spec, secrets, report, context};
  struct url url = {0};
  check_display_name(&check);
  check_bucket_name(&check);
  (void)checked_text(&check, SPEC_PREFIX, (struct form){0, PREFIX_MAX, true});
  check_region(&check);
  bool has_endpoint = check_endpoint(&check, &url);
  check_number(&check, SPEC_INCLUDE_BUCKET_IN_PREFIX, "config.include_bucket_in_prefix", 1);
  check_number(&check, SPEC_ADDRESSING_STYLE, "config.config_kwargs_s3.addressing_style", LSEXPORT_ADDRESSING_PATH);
  check_number(&check, SPEC_USE_ACCELERATE_ENDPOINT, "config.config_kwargs_s3.use_accelerate_endpoint", 1);
  check_number(&check, SPEC_PAYLOAD_SIGNING_ENABLED, "config.config_kwargs_s3.payload_signing_enabled", 1);
  check_number(&check, SPEC_US_EAST_1_REGIONAL_ENDPOINT, "config.config_kwargs_s3.us_east_1_regional_endpoint",
               LSEXPORT_US_EAST_1_LEGACY);
  check_additional(&check);
  check_confused_bucket(&check, has_endpoint, &url);
  if (!spec->credentials) {
    refuse(&check, "credentials", "is required; lsexport_credentials_new_server leaves them to the LangSmith server");
    return;
  }
  check_credentials(&check, spec->credentials);
  check_key_fits(&check, has_endpoint, &url);
}

void credentials_check(const lsexport_credentials *credentials, report_fn report, void *context) {
  struct check check = {NULL, NULL, report, context};
  if (credentials->kind == CREDENTIALS_SERVER)
    refuse(&check, "credentials", "cannot be patched to the server's own environment: make a new destination for that");
  else
    check_credentials(&check, credentials);
}
