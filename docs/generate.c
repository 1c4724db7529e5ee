/* SPDX-License-Identifier: MIT */
/* docs-generate PAGE: prints the page, with what stands between "<!-- generated: NAME -->" and "<!-- end -->" written
 * anew from the tables of the library. scripts/docs puts it in place, and tests/docs holds the two equal. */
#include "error/classify.h"
#include "error/tables.h"
#include "flow/check_report.h"
#include "storage/finding.h"
#include "storage/kwargs.h"
#include "storage/report.h"

#include <lsexport/lsexport.h>

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MARK_START "<!-- generated: "
#define MARK_END "<!-- end -->"

static const char *without(const char *start, const char *name) {
  size_t length = strlen(start);
  return strncmp(name, start, length) == 0 ? name + length : name;
}

/* Text of a table's cell. */
static void cell(const char *text) {
  for (; *text; text++) {
    if (*text == '|') putchar('\\');
    if (*text == '<')
      fputs("&lt;", stdout);
    else
      putchar(*text);
  }
}

/* ---- options ---- */

static void options(void) {
  puts("| Option | Takes | Default | What it does |\n|---|---|---|---|");
  for (size_t i = 0; i < lsexport_option_count(); i++) {
    const char *fallback = lsexport_option_default(i);
    printf("| `%s` | %s", lsexport_option_key(i), lsexport_option_type(i));
    if (lsexport_option_maximum(i))
      printf(" %lld to %lld", (long long)lsexport_option_minimum(i), (long long)lsexport_option_maximum(i));
    printf("%s | ", lsexport_option_is_secret(i) ? ", secret" : "");
    printf(*fallback ? "`%s` | " : "none%s | ", fallback);
    cell(lsexport_option_text(i));
    puts(" |");
  }
}

/* ---- statuses and causes ---- */

struct block {
  lsexport_status least, most;
  const char *title;
};

static const struct block blocks[] = {
    {0, 0, "Success"},
    {1, 19, "1 to 19: this process"},
    {20, 39, "20 to 39: the way to LangSmith"},
    {40, 59, "40 to 59: LangSmith's answer"},
    {60, 79, "60 to 79: the bucket, as LangSmith saw it"},
};

/* In the order of the library's own table, which does not hold them: no program asks. */
static const char *const meanings[] = {
#define STATUS(name, side, transience, text, meaning, remedy) meaning,
#include "error/status.def"
#undef STATUS
};

static const char *meaning_of(lsexport_status status) {
  size_t i = 0;
  while (lsexport_status_at(i) != status) i++;
  return meanings[i];
}

static void status_line(const struct status_row *row) {
  printf("| %d | `%s` | %s | ", row->status, row->name, row->transience == TRANSIENT ? "yes" : "no");
  cell(meaning_of(row->status));
  printf(" | ");
  cell(row->remedy);
  puts(" |");
}

static void statuses(void) {
  for (size_t b = 0; b < sizeof blocks / sizeof *blocks; b++) {
    printf("%s### %s\n\n| | Status | May pass by itself | What it means | What to do |\n|---|---|---|---|---|\n",
           b ? "\n" : "", blocks[b].title);
    for (size_t i = 0; i < lsexport_status_count(); i++) {
      lsexport_status status = lsexport_status_at(i);
      if (status >= blocks[b].least && status <= blocks[b].most) status_line(status_row_of(status));
    }
  }
}

static void causes(void) {
  puts("| | Cause | In words |\n|---|---|---|");
  for (size_t i = 0; i < lsexport_cause_count(); i++) {
    int32_t cause = lsexport_cause_at(i);
    printf("| %d | `%s` | ", cause, lsexport_cause_name(cause));
    cell(cause ? lsexport_cause_text(cause) : "nothing more is known");
    puts(" |");
  }
}

/* ---- the classifier's rows ---- */

static const char *transfer_words(enum transfer transfer) {
  switch (transfer) {
  case TRANSFER_DONE:
    break;
  case TRANSFER_DNS:
    return "the host name does not resolve";
  case TRANSFER_CONNECT_REFUSED:
    return "the connection is refused, or the host unreachable";
  case TRANSFER_CONNECT_TIMEOUT:
    return "no connection within connect_timeout_ms";
  case TRANSFER_TLS:
    return "the TLS handshake fails for another reason than those below";
  case TRANSFER_TLS_VERSION:
    return "no common TLS version";
  case TRANSFER_TLS_PLAINTEXT:
    return "what answers does not speak TLS";
  case TRANSFER_TLS_FILES:
    return "a certificate or key file cannot be used";
  case TRANSFER_CERTIFICATE_EXPIRED:
    return "the certificate has expired, or is not valid yet";
  case TRANSFER_CERTIFICATE_WRONG_HOST:
    return "the certificate is for another host";
  case TRANSFER_CERTIFICATE_UNTRUSTED:
    return "no trusted authority signed the certificate";
  case TRANSFER_PROXY:
    return "the proxy cannot be reached, or refuses";
  case TRANSFER_LOST:
    return "the connection is cut or reset, in the handshake too";
  case TRANSFER_BROKEN:
    return "the bytes are no HTTP";
  case TRANSFER_SILENT:
    return "no answer within the time that the request had";
  case TRANSFER_TOO_LARGE:
    return "the answer is larger than the option allows";
  case TRANSFER_NO_MEMORY:
    return "memory runs out";
  case TRANSFER_INTERNAL:
    return "libcurl fails in a way it should not";
  }
  return "";
}

static void http(int http_status) {
  if (http_status < 10)
    printf("any other HTTP %dxx", http_status);
  else
    printf("HTTP %d", http_status);
}

/* What must be seen for the row to fit. */
static void key(const struct class_row *row) {
  const char *text = row->text;
  if (row->code && text && strcmp(row->code, text) == 0) text = NULL;
  if (row->code) printf("`%s`", row->code);
  if (row->http_status) {
    if (row->narrow && row->http_status < 10)
      printf("HTTP %dxx", row->http_status);
    else
      http(row->http_status);
  }
  if (row->transfer) printf("%s", transfer_words(row->transfer));
  if (text && (row->code || row->http_status)) printf(row->narrow ? " with " : " or ");
  if (text) printf("\"`%s`\"", text);
}

static bool mean_the_same(const struct class_row *a, const struct class_row *b) {
  return a->status == b->status && a->cause == b->cause && a->remedy == b->remedy;
}

static void meaning(const struct class_row *row) {
  const struct status_row *status = status_row_of(row->status);
  const char *cause = row->cause ? without("LSEXPORT_CAUSE_", lsexport_cause_name(row->cause)) : "";
  printf(" | %s | %s | ", without("LSEXPORT_ERR_", status->name), cause);
  cell(row->remedy ? row->remedy : status->remedy);
  puts(" |");
}

static void words_line(const char *words, const struct class_row *row) {
  printf("| %s", words);
  meaning(row);
}

/* Neighbors that mean the same share a line. */
static void rows(enum peer peer) {
  const struct class_table *table = class_table_of(peer);
  puts("| What is seen | Status | Cause | What to do |\n|---|---|---|---|");
  for (size_t i = 0; i < table->count; i++) {
    bool first = i == 0 || !mean_the_same(&table->rows[i - 1], &table->rows[i]);
    bool last = i + 1 == table->count || !mean_the_same(&table->rows[i], &table->rows[i + 1]);
    printf(first ? "| " : "; ");
    key(&table->rows[i]);
    if (last) meaning(&table->rows[i]);
  }
  if (peer == PEER_TRANSPORT) return;
  if (peer == PEER_STORAGE) words_line("nothing, `None` or `[Errno 22] None`", &table->silent);
  words_line("anything else", &table->other);
}

static void langsmith_rows(void) { rows(PEER_LANGSMITH); }
static void storage_rows(void) { rows(PEER_STORAGE); }
static void transport_rows(void) { rows(PEER_TRANSPORT); }

/* ---- findings ---- */

/* What a finding shows in the place of "%s" is its own. */
static void words(const char *text) {
  const char *shown = strstr(text, "%s");
  char start[1024];
  snprintf(start, sizeof start, "%.*s%s%s", shown ? (int)(shown - text) : (int)strlen(text), text, shown ? "..." : "",
           shown ? shown + 2 : "");
  cell(start);
}

static void finding_line(int32_t severity, const char *code, const char *field, const char *reason,
                         const char *remedy) {
  printf("| `%s` | %s | `%s` ", code, report_severities[severity], field);
  words(reason);
  printf(" | ");
  words(remedy);
  puts(" |");
}

static void findings(void) {
  puts("| Code | Severity | What it says | What to do |\n|---|---|---|---|");
  for (enum spec_check check = 0; check < CHECK_COUNT; check++)
    printf("| `%s` | error | as [create says it](errors.md#checks-that-can-be-overruled) | %s |\n",
           spec_check_name(check), FINDING_REFUSED_REMEDY);
  printf("| `%s` | error | any other value that create refuses, in the same words | %s |\n", FINDING_REFUSED_CODE,
         FINDING_REFUSED_REMEDY);
  for (size_t i = 0; i < address_problem_count; i++) {
    const struct address_problem *problem = &address_problems[i];
    finding_line(problem->refused ? LSEXPORT_SEVERITY_ERROR : LSEXPORT_SEVERITY_NOTE, problem->code, problem->field,
                 problem->reason, problem->remedy);
  }
  for (size_t i = 0; i < FINDING_COUNT; i++)
    finding_line(finding_rows[i].severity, finding_rows[i].code, finding_rows[i].field, finding_rows[i].reason,
                 finding_rows[i].remedy);
}

static void check_findings(void) {
  puts("| Code | Severity | What it says | What to do |\n|---|---|---|---|");
  for (size_t i = 0; i < CHECK_FINDING_COUNT; i++)
    finding_line(check_finding_rows[i].severity, check_finding_rows[i].code, check_finding_rows[i].field,
                 check_finding_rows[i].reason, check_finding_rows[i].remedy);
}

/* ---- s3_additional_kwargs ---- */

static void kwarg_operations(unsigned operations) {
  static const char *const names[] = {"put", "create multipart", "upload part", "complete", "abort", "head", "delete"};
  bool first = true;
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    if (operations & 1U << i) {
      printf("%s%s", first ? "" : ", ", names[i]);
      first = false;
    }
}

static void kwarg_rows(void) {
  puts("| Name | Value | Header | Operations |\n|---|---|---|---|");
  for (size_t i = 0; i < kwarg_count; i++) {
    printf("| `%s` | %s | ", kwargs[i].name, kwarg_type_words(kwargs[i].type));
    printf(*kwargs[i].header ? "`%s` | " : "none%s | ", kwargs[i].header);
    kwarg_operations(kwargs[i].operations);
    puts(" |");
  }
}

/* ---- a page ---- */

static const struct part {
  const char *name;
  void (*print)(void);
} parts[] = {{"options", options},      {"statuses", statuses},
             {"causes", causes},        {"langsmith", langsmith_rows},
             {"storage", storage_rows}, {"transport", transport_rows},
             {"findings", findings},    {"check_findings", check_findings},
             {"kwargs", kwarg_rows}};

/* The part that a line begins; NULL when it begins none. Ends the program for one that does not exist. */
static const struct part *part_of(const char *line) {
  if (strncmp(line, MARK_START, strlen(MARK_START)) != 0) return NULL;
  const char *name = line + strlen(MARK_START);
  for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
    if (strncmp(name, parts[i].name, strlen(parts[i].name)) == 0 && name[strlen(parts[i].name)] == ' ')
      return &parts[i];
  fprintf(stderr, "docs-generate: there is no such part: %s", line);
  exit(2);
}

static void print_page(FILE *page) {
  char *line = NULL;
  size_t size = 0;
  bool skipping = false;
  while (getline(&line, &size, page) > 0) {
    if (strncmp(line, MARK_END, strlen(MARK_END)) == 0) skipping = false;
    if (skipping) continue;
    fputs(line, stdout);
    const struct part *part = part_of(line);
    if (!part) continue;
    part->print();
    skipping = true;
  }
  free(line);
}

int main(int argc, char **argv) {
  FILE *page = argc == 2 ? fopen(argv[1], "r") : NULL;
  if (!page) return fprintf(stderr, "usage: docs-generate PAGE\n"), 2;
  print_page(page);
  return fclose(page) || fflush(stdout) ? 1 : 0;
}
