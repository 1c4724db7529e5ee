/* SPDX-License-Identifier: MIT */
/* What a bucket's words, LangSmith's, or the network's fault mean.
 *
 * Input: a line "PEER HTTP TRANSFER", the peer as one of l s t; a line with the peer's code; the text. */
#include "canaries.h"
#include "invariants.h"

#include "error/error.h"
#include "error/storage_text.h"

#include <stdio.h>
#include <string.h>

#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define CODE_BYTES LETTERS "0123456789._-"

static bool is_documented(lsexport_status status) {
  return status >= LSEXPORT_ERR_ACCESS_DENIED && status <= LSEXPORT_ERR_INVALID_BUCKET_NAME;
}

static bool knows_code(const char *code) {
  for (size_t i = 0; i < class_storage.count; i++)
    if (class_storage.rows[i].code && strcasecmp(class_storage.rows[i].code, code) == 0) return true;
  return false;
}

static bool knows_text(const char *text) {
  for (size_t i = 0; i < class_storage.count; i++)
    if (class_storage.rows[i].text && storage_text_find(text, class_storage.rows[i].text)) return true;
  return false;
}

/* A transfer may end through no peer's fault: for want of memory, say. */
static bool lost_on_the_way(const struct evidence *seen) {
  for (size_t i = 0; i < class_storage.count; i++)
    if (class_storage.rows[i].transfer == seen->transfer) return false;
  return true;
}

static void check_verdict(const struct verdict *verdict, const struct evidence *seen) {
  MUST(strncmp(lsexport_status_name(verdict->status), "LSEXPORT_ERR_", 13) == 0);
  MUST(strncmp(lsexport_cause_name(verdict->cause), "LSEXPORT_CAUSE_", 15) == 0);
  MUST(verdict->side >= LSEXPORT_SIDE_UNKNOWN && verdict->side <= LSEXPORT_SIDE_STORAGE);
  MUST(verdict->remedy && *verdict->remedy && verdict->remedy[strlen(verdict->remedy) - 1] == '.');
  MUST(verdict->documentation_url != NULL);
  if (seen->peer == PEER_STORAGE && !lost_on_the_way(seen)) MUST(verdict->status >= LSEXPORT_ERR_ACCESS_DENIED);
  if (seen->peer == PEER_LANGSMITH) MUST(verdict->status < LSEXPORT_ERR_ACCESS_DENIED);
  /* A documented failure is never guessed from a code that nobody knows. */
  if (is_documented(verdict->status) && *seen->code) MUST(knows_code(seen->code) || knows_text(seen->text));
}

static struct verdict check_classify(const struct evidence *seen) {
  struct verdict verdict = classify(seen);
  check_verdict(&verdict, seen);
  return verdict;
}

static void check_fact(const struct storage_fact *fact, bool text_is_utf8) {
  size_t length = strnlen(fact->value, sizeof fact->value);
  MUST(fact->name && *fact->name && length > 0 && length <= STORAGE_TEXT_FACT_MAX);
  if (text_is_utf8) MUST(is_utf8(fact->value, length));
  if (strcmp(fact->name, "url") != 0) return;
  const char *authority = strstr(fact->value, "://");
  authority = authority ? authority + 3 : fact->value;
  MUST(!strpbrk(fact->value, "?#"));
  MUST(!memchr(authority, '@', strcspn(authority, "/")));
}

static void check_read(const char *text, struct storage_text *read) {
  storage_text_read(text, read);
  MUST(strnlen(read->code, sizeof read->code) <= STORAGE_TEXT_CODE_MAX);
  MUST(strspn(read->code, CODE_BYTES) == strlen(read->code));
  MUST(read->http_status == 0 || (read->http_status >= 100 && read->http_status <= 599));
  MUST(read->message >= text && read->message <= text + strlen(text));
  MUST(read->fact_count <= STORAGE_TEXT_FACTS_MAX);
  for (size_t i = 0; i < read->fact_count; i++) check_fact(&read->facts[i], is_utf8(text, strlen(text)));
}

/* As a refusal of the bucket becomes an error. */
static void check_storage(const char *text) {
  struct storage_text read;
  check_read(text, &read);
  struct evidence seen = {
      .peer = PEER_STORAGE, .code = read.code, .text = read.message, .http_status = read.http_status};
  struct verdict verdict = check_classify(&seen);
  lsexport_error *error = error_new_verdict(&verdict, canaries());
  error_set_storage_code(error, read.code);
  error_set_server_text(error, text, strlen(text));
  error = error_finish(error, false);
  must_be_error(error);
  lsexport_error_free(error);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static const char peers[] = "lst";
  struct piece whole = canaries_expand(data, size);
  struct input input = {whole.text, whole.length};
  struct piece first = input_line(&input), code = input_line(&input), text = input_rest(&input);
  char peer;
  int http_status, transfer;
  bool read = sscanf(first.text, "%c %3d %2d", &peer, &http_status, &transfer) == 3;
  if (read && peer && strchr(peers, peer) && transfer >= 0 && transfer <= TRANSFER_INTERNAL) {
    struct evidence seen = {.peer = (enum peer)(strchr(peers, peer) - peers),
                            .code = code.text,
                            .text = text.text,
                            .http_status = http_status,
                            .transfer = (enum transfer)transfer};
    check_classify(&seen);
    check_storage(text.text);
  }
  piece_free(&first);
  piece_free(&code);
  piece_free(&text);
  piece_free(&whole);
  return 0;
}
