/* SPDX-License-Identifier: MIT */
#include "error/classify.h"

#include "base/text.h"
#include "error/storage_text.h"
#include "error/tables.h"

#define PAGE "https://docs.langchain.com/langsmith/data-export-destinations"

static bool given(const char *text) { return text && *text; }

/* The bucket failed in a way that LangSmith does not document. */
static bool is_undocumented(lsexport_status status) {
  return status == LSEXPORT_ERR_STORAGE || status == LSEXPORT_ERR_STORAGE_UNAVAILABLE;
}

const struct class_table *class_table_of(enum peer peer) {
  switch (peer) {
  case PEER_LANGSMITH:
    return &class_langsmith;
  case PEER_STORAGE:
    return &class_storage;
  case PEER_TRANSPORT:
    break;
  }
  return &class_transport;
}

/* ---- does a row fit what was seen? ---- */

static bool code_fits(const struct class_row *row, const struct evidence *seen) {
  return row->code && given(seen->code) && text_equal_ignoring_case(row->code, seen->code);
}

static bool text_fits(const struct class_row *row, const struct evidence *seen) {
  return row->text && given(seen->text) && storage_text_find(seen->text, row->text);
}

static bool http_fits(const struct class_row *row, const struct evidence *seen) {
  if (!row->http_status || !seen->http_status) return false;
  return row->http_status == (row->http_status < 10 ? seen->http_status / 100 : seen->http_status);
}

static bool transfer_fits(const struct class_row *row, const struct evidence *seen) {
  return row->transfer != TRANSFER_DONE && row->transfer == seen->transfer;
}

static bool part_fits(const struct class_row *row, const struct evidence *seen) {
  return (!row->code || !given(seen->code) || code_fits(row, seen)) && (!row->http_status || http_fits(row, seen)) &&
         text_fits(row, seen);
}

typedef bool (*fits)(const struct class_row *row, const struct evidence *seen);

/* The bucket's code is its own word for what happened: where we do not know it, neither its text nor its HTTP status
 * may stand for a documented failure, nor can we say that it gave no reason. */
static bool may_stand_beside_unknown_code(const struct class_row *row) {
  return is_undocumented(row->status) && row->cause != LSEXPORT_CAUSE_NO_REASON;
}

static const struct class_row *find(const struct class_table *table, const struct evidence *seen, bool narrow,
                                    fits key_fits) {
  bool unknown_code = table == &class_storage && given(seen->code) && key_fits != code_fits && !narrow;
  for (size_t i = 0; i < table->count; i++) {
    const struct class_row *row = &table->rows[i];
    if (row->narrow == narrow && key_fits(row, seen) && (!unknown_code || may_stand_beside_unknown_code(row)))
      return row;
  }
  return NULL;
}

/* ---- what a row means ---- */

/* The status alone does not say it: most refusals of a bucket are mended by who chose the values. */
static int32_t side_of(const struct status_row *status, int32_t cause) {
  if (cause == LSEXPORT_CAUSE_TLS_FILES || cause == LSEXPORT_CAUSE_TLS_PLAINTEXT) return LSEXPORT_SIDE_CALLER;
  if (!is_undocumented(status->status)) return status->side;
  switch (cause) {
  case LSEXPORT_CAUSE_CLOCK_SKEW:
    return LSEXPORT_SIDE_LANGSMITH;
  case LSEXPORT_CAUSE_STORAGE_UNREACHABLE:
  case LSEXPORT_CAUSE_STORAGE_TIMEOUT:
  case LSEXPORT_CAUSE_STORAGE_CLOSED:
  case LSEXPORT_CAUSE_CHECKSUM:
    return LSEXPORT_SIDE_NETWORK;
  case LSEXPORT_CAUSE_NONE:
  case LSEXPORT_CAUSE_NO_REASON:
  case LSEXPORT_CAUSE_NOT_IMPLEMENTED:
  case LSEXPORT_CAUSE_PROVIDER_FAULT:
  case LSEXPORT_CAUSE_STORAGE_FULL:
  case LSEXPORT_CAUSE_STORAGE_TLS:
  case LSEXPORT_CAUSE_THROTTLED:
  case LSEXPORT_CAUSE_BUCKET_BUSY:
    return LSEXPORT_SIDE_STORAGE;
  default:
    return LSEXPORT_SIDE_CALLER;
  }
}

/* The five documented failures have a section of their own; of other things the page says how to set them. */
static const char *documentation_of(lsexport_status status, int32_t cause) {
  if (status >= LSEXPORT_ERR_ACCESS_DENIED && status <= LSEXPORT_ERR_INVALID_BUCKET_NAME)
    return PAGE "#debug-destination-errors";
  if (!is_undocumented(status)) return "";
  switch (cause) {
  case LSEXPORT_CAUSE_WRONG_REGION:
  case LSEXPORT_CAUSE_CONFUSED_BUCKET:
  case LSEXPORT_CAUSE_ADDRESSING_STYLE:
  case LSEXPORT_CAUSE_NOT_S3:
  case LSEXPORT_CAUSE_BAD_SECRET:
  case LSEXPORT_CAUSE_EXPIRED_TOKEN:
  case LSEXPORT_CAUSE_MISSING_TOKEN:
  case LSEXPORT_CAUSE_BAD_TOKEN:
  case LSEXPORT_CAUSE_NO_CREDENTIALS:
  case LSEXPORT_CAUSE_ROLE:
    return PAGE;
  default:
    return "";
  }
}

static struct verdict verdict_of(const struct class_row *row, const char *storage_code) {
  const struct status_row *status = status_row_of(row->status);
  return (struct verdict){
      .status = row->status,
      .cause = row->cause,
      .side = side_of(status, row->cause),
      /* A full bucket does not empty itself. */
      .transient = status->transience == TRANSIENT && row->cause != LSEXPORT_CAUSE_STORAGE_FULL,
      .storage_code = storage_code,
      .remedy = row->remedy ? row->remedy : status->remedy,
      .documentation_url = documentation_of(row->status, row->cause),
  };
}

struct verdict classify(const struct evidence *evidence) {
  const struct class_table *table = class_table_of(evidence->peer);
  const struct class_row *row = find(table, evidence, true, part_fits);
  if (!row) row = find(table, evidence, false, code_fits);
  if (!row) row = find(table, evidence, false, text_fits);
  if (!row) row = find(table, evidence, false, transfer_fits);
  if (!row) row = find(&class_transport, evidence, false, transfer_fits); /* what is no peer's fault */
  if (!row) row = find(table, evidence, false, http_fits);
  if (!row) {
    bool silent = !given(evidence->code) && !given(evidence->text) && !evidence->http_status;
    row = silent ? &table->silent : &table->other;
  }
  return verdict_of(row, evidence->peer == PEER_STORAGE && !given(evidence->code) ? row->code : NULL);
}

struct verdict classify_status(lsexport_status status) {
  struct class_row row = {.status = status_row_of(status) ? status : LSEXPORT_ERR_INTERNAL};
  return verdict_of(&row, NULL);
}
