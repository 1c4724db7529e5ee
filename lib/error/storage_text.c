/* SPDX-License-Identifier: MIT */
/* LangSmith's test write goes through s3fs and botocore. s3fs keeps the message alone of the codes that it knows, with
 * an errno before it for some; of other codes it keeps botocore's whole sentence. What fails before there is an answer
 * is botocore's own text. */
#include "error/storage_text.h"

#include "base/text.h"

#include <stdbool.h>
#include <string.h>

#define DIGITS "0123456789"
#define FRAME_START "An error occurred ("

/* What stands behind start, or NULL when text begins otherwise. */
static const char *after(const char *text, const char *start) {
  return text_begins(text, start) ? text + strlen(start) : NULL;
}

const char *storage_text_find(const char *text, const char *mark) {
  const char *end = text + strnlen(text, STORAGE_TEXT_LOOKED_AT);
  for (; text < end; text++)
    if (text_begins_ignoring_case(text, mark)) return text;
  return NULL;
}

/* What stands behind the first mark, or NULL. */
static const char *find_after(const char *text, const char *mark) {
  const char *found = storage_text_find(text, mark);
  return found ? found + strlen(mark) : NULL;
}

/* ---- facts ---- */

/* At most maximum of length bytes, without a part of a character at the end. */
static size_t cut_length(const char *text, size_t length, size_t maximum) {
  if (length <= maximum) return length;
  size_t cut = maximum;
  for (int back = 0; back < 3 && cut && ((unsigned char)text[cut] & 0xc0) == 0x80; back++) cut--;
  return cut;
}

/* Two pieces make one value; either may be empty. Nothing, and what finds no room, is left out. */
static void add_joined(struct storage_text *out, const char *name, const char *first, size_t first_length,
                       const char *second, size_t second_length) {
  if (!(first_length + second_length) || out->fact_count == STORAGE_TEXT_FACTS_MAX) return;
  struct storage_fact *fact = &out->facts[out->fact_count++];
  fact->name = name;
  size_t used = cut_length(first, first_length, STORAGE_TEXT_FACT_MAX);
  memcpy(fact->value, first, used);
  size_t rest = cut_length(second, second_length, STORAGE_TEXT_FACT_MAX - used);
  memcpy(fact->value + used, second, rest); /* all of it was zero, so an end is there */
}

static void add(struct storage_text *out, const char *name, const char *value, size_t length) {
  add_joined(out, name, value, length, "", 0);
}

/* The value between the mark and the first of the bytes in end. */
static void add_between(struct storage_text *out, const char *name, const char *text, const char *mark,
                        const char *end) {
  const char *value = find_after(text, mark);
  if (value) add(out, name, value, strcspn(value, end));
}

/* A word of a sentence: without the sentence's own marks. */
static size_t word_length(const char *word) {
  size_t length = strcspn(word, " \t\r\n\"'");
  while (length && strchr(".,;:", word[length - 1])) length--;
  return length;
}

static const char *word_start(const char *text, const char *end) {
  while (end > text && !strchr(" \t\r\n\"'", end[-1])) end--;
  return end;
}

/* ---- a denied permission ---- */

static const struct {
  const char *word;
  const char *policy;
} policies[] = {
    {"identity-based", "identity-based"},
    {"resource-based", "resource-based"},
    {"service control", "service control"},
    {"resource control", "resource control"},
    {"permissions boundary", "permissions boundary"},
    {"session policy", "session"},
    {"VPC endpoint", "VPC endpoint"},
    {"S3 Block Public Access", "block public access"},
};

/* reason: what follows the resource, as "because no identity-based policy allows the s3:PutObject action" or "with an
 * explicit deny in a service control policy". */
static void read_policy(const char *reason, struct storage_text *out) {
  const char *deny = find_after(reason, "with an explicit deny");
  const char *because = find_after(reason, "because ");
  const char *where = deny ? deny : because;
  if (!where) return;
  const char *policy = deny ? "explicit deny" : "";
  for (size_t i = 0; i < sizeof policies / sizeof *policies; i++)
    if (storage_text_find(where, policies[i].word)) {
      policy = policies[i].policy;
      break;
    }
  add(out, "policy", policy, strlen(policy));
  /* KMS says "no resource-based policies allow access, or a resource-based policy explicitly denies access". */
  const char *denial = deny ? "explicit" : after(because, "no ") ? "implicit" : "";
  add(out, "denial", denial, strlen(denial));
}

static void read_resource(const char *sentence, struct storage_text *out) {
  const char *resource = find_after(sentence, " on resource: ");
  if (!resource) return;
  if (*resource == '"')
    add(out, "resource", resource + 1, strcspn(resource + 1, "\""));
  else
    add(out, "resource", resource, word_length(resource));
}

/* AWS: "User: PRINCIPAL is not authorized to perform: ACTION on resource: RESOURCE because ...", and STS: "Not
 * authorized to perform ACTION". */
static void read_aws_permission(const char *text, struct storage_text *out) {
  const char *action = find_after(text, "not authorized to perform");
  if (!action) return;
  const char *principal = find_after(text, "User: ");
  if (principal && principal < action) add(out, "principal", principal, word_length(principal));
  if (*action == ':') action++;
  while (*action == ' ') action++;
  add(out, "action", action, word_length(action));
  read_resource(action, out);
  read_policy(action, out);
}

/* Google: "PRINCIPAL does not have ACTION access to the Google Cloud Storage object." */
static void read_google_permission(const char *text, struct storage_text *out) {
  const char *verb = storage_text_find(text, " does not have storage.");
  if (!verb) return;
  const char *principal = word_start(text, verb);
  add(out, "principal", principal, (size_t)(verb - principal));
  const char *action = verb + strlen(" does not have ");
  add(out, "action", action, word_length(action));
}

/* ---- region, network, TLS, and what was never sent ---- */

static void read_region(const char *text, struct storage_text *out) {
  add_between(out, "region", text, "the region '", "'");
  add_between(out, "region", text, "Provided region_name '", "'");
  if (storage_text_find(text, "the region")) add_between(out, "expected_region", text, "expecting '", "'");
  const char *constraint = storage_text_find(text, " location constraint is incompatible");
  if (!constraint) return;
  const char *region = word_start(text, constraint);
  if (!text_begins_ignoring_case(region, "unspecified "))
    add(out, "expected_region", region, (size_t)(constraint - region));
}

/* A query could hold a signature, and a user name comes with a password: neither is kept. */
static void add_url(struct storage_text *out, const char *url, const char *end) {
  size_t length = strcspn(url, end), kept = strcspn(url, "?#");
  if (length > kept) length = kept;
  size_t scheme = strcspn(url, ":");
  const char *authority = scheme < length ? after(url + scheme, "://") : NULL;
  if (!authority) authority = url;
  size_t host = (size_t)(authority - url) + strcspn(authority, "/");
  if (host > length) host = length;
  while (host && url[host - 1] != '@') host--;
  size_t before = host ? (size_t)(authority - url) : 0;
  add_joined(out, "url", url, before, url + host, length - host);
}

static void read_url(const char *text, struct storage_text *out) {
  const char *quoted = find_after(text, "endpoint URL: \"");
  const char *bare = quoted ? NULL : find_after(text, "SSL validation failed for ");
  if (quoted) add_url(out, quoted, "\"");
  if (bare) add_url(out, bare, " \t\r\n");
}

/* "[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: certificate has expired (_ssl.c:1006)" */
static void read_tls_reason(const char *text, struct storage_text *out) {
  const char *name = find_after(text, "[SSL: ");
  const char *reason = name ? find_after(name, "] ") : NULL;
  if (!reason) return;
  const char *inner = after(reason, "certificate verify failed: ");
  if (inner) reason = inner;
  size_t length = strcspn(reason, "\r\n)]");
  const char *end = storage_text_find(reason, " (_ssl");
  if (end && (size_t)(end - reason) < length) length = (size_t)(end - reason);
  while (length && (reason[length - 1] == '.' || reason[length - 1] == ' ')) length--;
  add(out, "tls_reason", reason, length);
}

static void read_unsent(const char *text, struct storage_text *out) {
  add_between(out, "bucket", text, "Invalid bucket name \"", "\"");
  add_between(out, "parameter", text, "for parameter ", ",\r\n");
}

/* ---- errno, frame, reason phrase ---- */

static const char *skip_errno(const char *text) {
  const char *number = after(text, "[Errno ");
  size_t digits = number ? strspn(number, DIGITS) : 0;
  const char *rest = digits ? after(number + digits, "]") : NULL;
  if (!rest) return text;
  return rest + (*rest == ' ');
}

static bool is_code(const char *code, size_t length) {
  if (length > STORAGE_TEXT_CODE_MAX) return false;
  for (size_t i = 0; i < length; i++) {
    int byte = text_lower((unsigned char)code[i]);
    if (!(byte >= 'a' && byte <= 'z') && !(byte >= '0' && byte <= '9') && !strchr("._-", byte)) return false;
  }
  return true;
}

/* A body that is not S3's leaves the HTTP status in the code's place. */
static bool is_http_status(const char *code, size_t length) {
  return length == 3 && *code >= '1' && *code <= '5' && strspn(code, DIGITS) >= length;
}

static bool is_nothing(const char *message) {
  size_t none = text_begins(message, "None") ? strlen("None") : 0;
  return message[none + strspn(message + none, " \t\r\n")] == '\0';
}

/* "An error occurred (CODE) when calling the OPERATION operation (reached max retries: N): MESSAGE" */
static const char *skip_frame(const char *text, struct storage_text *out) {
  const char *code = after(text, FRAME_START);
  if (!code) return text;
  size_t code_length = strcspn(code, ")");
  const char *operation = after(code + code_length, ") when calling the ");
  if (!operation || !is_code(code, code_length)) return text;
  size_t operation_length = strcspn(operation, " \r\n");
  const char *rest = after(operation + operation_length, " operation");
  const char *retries = rest ? after(rest, " (reached max retries: ") : NULL;
  if (retries) rest = after(retries + strspn(retries, DIGITS), ")");
  if (rest) rest = after(rest, ":");
  if (!rest) return text;
  add(out, "operation", operation, operation_length);
  if (is_http_status(code, code_length))
    out->http_status = (code[0] - '0') * 100 + (code[1] - '0') * 10 + (code[2] - '0');
  else
    memcpy(out->code, code, code_length);
  if (!code_length && is_nothing(rest)) return text;
  return rest + (*rest == ' ');
}

/* The whole message of an answer without a body, for the statuses that s3fs takes for codes. */
static int http_status_of_phrase(const char *message) {
  static const struct {
    int http_status;
    const char *phrase;
  } phrases[] = {{301, "Moved Permanently"},
                 {307, "Temporary Redirect"},
                 {400, "Bad Request"},
                 {403, "Forbidden"},
                 {404, "Not Found"},
                 {405, "Method Not Allowed"},
                 {409, "Conflict"},
                 {412, "Precondition Failed"},
                 {416, "Requested Range Not Satisfiable"},
                 {500, "Internal Server Error"},
                 {501, "Not Implemented"},
                 {503, "Service Unavailable"}};
  for (size_t i = 0; i < sizeof phrases / sizeof *phrases; i++)
    if (text_equal(message, phrases[i].phrase)) return phrases[i].http_status;
  return 0;
}

void storage_text_read(const char *text, struct storage_text *read_out) {
  memset(read_out, 0, sizeof *read_out);
  const char *message = skip_frame(skip_errno(text), read_out);
  if (is_nothing(message)) message += strlen(message);
  read_out->message = message;
  if (!*read_out->code && !read_out->http_status) read_out->http_status = http_status_of_phrase(message);
  read_aws_permission(message, read_out);
  read_google_permission(message, read_out);
  read_region(message, read_out);
  read_url(message, read_out);
  read_tls_reason(message, read_out);
  read_unsent(message, read_out);
}
