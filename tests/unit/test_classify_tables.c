/* SPDX-License-Identifier: MIT */
/* What holds for the classifier's tables as a whole, and for its verdicts whatever was seen. */
#include "error/classify.h"
#include "error/storage_text.h"
#include "error/tables.h"

#include <lsexport/lsexport.h>

#include <check.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* ---- side, transience, documentation ---- */

static struct verdict verdict_on(const char *message) {
  struct evidence evidence = {.peer = PEER_STORAGE, .text = message};
  return classify(&evidence);
}

static const struct {
  const char *message;
  int32_t side;
  bool transient;
} natures[] = {
    {"Access Denied", LSEXPORT_SIDE_CALLER, false},
    {"The provided token has expired.", LSEXPORT_SIDE_CALLER, false},
    {"The difference between the request time and the current time is too large.", LSEXPORT_SIDE_LANGSMITH, false},
    {"Please reduce your request rate.", LSEXPORT_SIDE_STORAGE, true},
    {"Could not connect to the endpoint URL: \"https://nosuch.invalid/x\"", LSEXPORT_SIDE_NETWORK, true},
    {"certificate verify failed: certificate has expired", LSEXPORT_SIDE_STORAGE, false},
    {"The Content-MD5 you specified did not match what we received.", LSEXPORT_SIDE_NETWORK, false},
    {"", LSEXPORT_SIDE_STORAGE, false},
    {"Something new", LSEXPORT_SIDE_STORAGE, false},
};

START_TEST(tells_side_and_transience) {
  struct verdict verdict = verdict_on(natures[_i].message);
  ck_assert_int_eq(verdict.side, natures[_i].side);
  ck_assert_int_eq(verdict.transient, natures[_i].transient);
}
END_TEST

START_TEST(full_storage_is_out_of_reach_but_not_transient) {
  struct evidence evidence = {.peer = PEER_STORAGE, .code = "XMinioStorageFull"};
  struct verdict verdict = classify(&evidence);
  ck_assert_int_eq(verdict.status, LSEXPORT_ERR_STORAGE_UNAVAILABLE);
  ck_assert(!verdict.transient);
}
END_TEST

START_TEST(documented_failures_lead_to_their_documentation) {
  static const char page[] = "https://docs.langchain.com/langsmith/data-export-destinations";
  for (size_t i = 0; i < lsexport_status_count(); i++) {
    lsexport_status status = lsexport_status_at(i);
    const char *url = classify_status(status).documentation_url;
    bool documented = status >= LSEXPORT_ERR_ACCESS_DENIED && status <= LSEXPORT_ERR_INVALID_BUCKET_NAME;
    ck_assert_int_eq(strstr(url, "#debug-destination-errors") != NULL, documented);
    ck_assert_int_eq(strstr(url, page) == url, documented);
  }
  ck_assert_str_eq(verdict_on("The provided token has expired.").documentation_url, page);
  ck_assert_str_eq(verdict_on("Something new").documentation_url, "");
}
END_TEST

START_TEST(every_status_has_its_row) {
  for (size_t i = 0; i < lsexport_status_count(); i++) {
    lsexport_status status = lsexport_status_at(i);
    struct verdict verdict = classify_status(status);
    const struct status_row *row = status_row_of(status);
    ck_assert_int_eq(verdict.status, status);
    ck_assert_int_eq(verdict.cause, LSEXPORT_CAUSE_NONE);
    ck_assert_int_eq(verdict.transient, row->transience == TRANSIENT);
    ck_assert_str_eq(verdict.remedy, row->remedy);
    ck_assert_ptr_null(verdict.storage_code);
  }
  ck_assert_int_eq(classify_status(4711).status, LSEXPORT_ERR_INTERNAL);
}
END_TEST

/* ---- the tables as a whole ---- */

static const enum peer peers[] = {PEER_LANGSMITH, PEER_STORAGE, PEER_TRANSPORT};

static bool contains(const char *text, const char *part) { return part && storage_text_find(text, part); }

/* The row that comes first for one key alone. */
static size_t first_by_text(const struct class_table *table, const char *text) {
  for (size_t i = 0; i < table->count; i++)
    if (table->rows[i].narrow && !table->rows[i].http_status && contains(text, table->rows[i].text)) return i;
  for (size_t i = 0; i < table->count; i++)
    if (!table->rows[i].narrow && contains(text, table->rows[i].text)) return i;
  return table->count;
}

static size_t first_by_code(const struct class_table *table, const char *code) {
  for (size_t i = 0; i < table->count; i++)
    if (!table->rows[i].narrow && table->rows[i].code && strcmp(table->rows[i].code, code) == 0) return i;
  return table->count;
}

static size_t first_by_number(const struct class_table *table, const struct class_row *wanted) {
  for (size_t i = 0; i < table->count; i++) {
    const struct class_row *row = &table->rows[i];
    if (!row->narrow && row->http_status == wanted->http_status && row->transfer == wanted->transfer) return i;
  }
  return table->count;
}

static bool is_reachable(const struct class_table *table, size_t index) {
  const struct class_row *row = &table->rows[index];
  if (row->narrow && row->http_status) {
    for (size_t i = 0; i < index; i++)
      if (table->rows[i].narrow && table->rows[i].http_status == row->http_status &&
          contains(row->text, table->rows[i].text))
        return false;
    return true;
  }
  if (row->narrow) { /* an earlier one may hold the text alone, but not together with the code */
    for (size_t i = 0; i < index; i++) {
      const struct class_row *earlier = &table->rows[i];
      bool same_code = !earlier->code || !row->code || strcmp(earlier->code, row->code) == 0;
      if (earlier->narrow && same_code && contains(row->text, earlier->text)) return false;
    }
    return true;
  }
  if (row->code && first_by_code(table, row->code) == index) return true;
  if (row->text) return first_by_text(table, row->text) == index;
  return !row->code && first_by_number(table, row) == index;
}

static bool means(const struct class_row *row, const struct verdict *verdict) {
  const char *remedy = row->remedy ? row->remedy : status_row_of(row->status)->remedy;
  return verdict->status == row->status && verdict->cause == row->cause && strcmp(verdict->remedy, remedy) == 0;
}

START_TEST(every_row_is_matched_by_its_own_keys) {
  const struct class_table *table = class_table_of(peers[_i]);
  ck_assert_uint_gt(table->count, 0);
  for (size_t i = 0; i < table->count; i++) {
    const struct class_row *row = &table->rows[i];
    const char *name = row->code ? row->code : row->text ? row->text : "no word";
    ck_assert_msg(is_reachable(table, i), "row %zu (%s) stands behind one that takes all of its cases", i, name);
    struct evidence evidence = {.peer = peers[_i],
                                .code = row->code,
                                .text = row->text,
                                .http_status = row->http_status < 10 ? row->http_status * 100 + 98 : row->http_status,
                                .transfer = row->transfer};
    if (!row->http_status) evidence.http_status = 0;
    struct verdict verdict = classify(&evidence);
    if (!row->code || row->narrow || first_by_code(table, row->code) == i)
      ck_assert_msg(means(row, &verdict), "row %zu (%s) is overruled", i, name);
  }
}
END_TEST

START_TEST(one_code_has_one_meaning) {
  const struct class_table *table = class_table_of(peers[_i]);
  for (size_t i = 0; i < table->count; i++) {
    const struct class_row *row = &table->rows[i];
    if (row->narrow || !row->code) continue;
    const struct class_row *first = &table->rows[first_by_code(table, row->code)];
    ck_assert_int_eq(row->status, first->status);
    ck_assert_int_eq(row->cause, first->cause);
    ck_assert_ptr_eq(row->remedy, first->remedy);
  }
}
END_TEST

/* Every function that a remedy names, so that the compiler sees that it exists. */
#define NAME(function) {#function, sizeof(&(function))}
static const struct {
  const char *name;
  size_t unused;
} functions[] = {
    NAME(lsexport_call_set_workspace_id),
    NAME(lsexport_credentials_new_session),
    NAME(lsexport_credentials_new_static),
    NAME(lsexport_destination_ensure),
    NAME(lsexport_destination_list),
    NAME(lsexport_destination_spec_set_addressing_style),
    NAME(lsexport_destination_spec_set_checksum_algorithm),
    NAME(lsexport_destination_spec_set_credentials),
    NAME(lsexport_destination_spec_set_endpoint_url),
    NAME(lsexport_destination_spec_set_expected_bucket_owner),
    NAME(lsexport_destination_spec_set_include_bucket_in_prefix),
    NAME(lsexport_destination_spec_set_prefix),
    NAME(lsexport_destination_spec_set_region),
    NAME(lsexport_destination_spec_set_request_payer),
    NAME(lsexport_destination_spec_set_s3_additional_kwargs_json),
    NAME(lsexport_destination_spec_set_server_side_encryption),
    NAME(lsexport_destination_spec_set_ssekms_key_id),
    NAME(lsexport_destination_diagnose),
    NAME(lsexport_destination_spec_set_storage_class),
    NAME(lsexport_destination_spec_set_us_east_1_regional_endpoint),
    NAME(lsexport_destination_spec_set_use_accelerate_endpoint),
    NAME(lsexport_version_details),
    NAME(lsexport_global_init),
};

static bool is_function(const char *name, size_t length) {
  for (size_t i = 0; i < COUNT(functions); i++)
    if (strlen(functions[i].name) == length && strncmp(functions[i].name, name, length) == 0) return true;
  return false;
}

static void check_remedy(const char *remedy) {
  size_t length = strlen(remedy);
  ck_assert_uint_gt(length, 20);
  ck_assert_msg(length <= 420, "%zu bytes: %s", length, remedy);
  ck_assert_msg(remedy[length - 1] == '.', "no full stop: %s", remedy);
  ck_assert_msg(remedy[0] >= 'A' && remedy[0] <= 'Z', "no sentence: %s", remedy);
  for (size_t i = 0; i < length; i++) ck_assert_msg(remedy[i] >= ' ' && remedy[i] < 0x7f, "no plain text: %s", remedy);
  static const char *const placeholders[] = {"<", ">", "AKIA", "lsv2_", "GOOG1", "xxx", "YOUR", "  "};
  for (size_t i = 0; i < COUNT(placeholders); i++)
    ck_assert_msg(!strstr(remedy, placeholders[i]), "\"%s\" in: %s", placeholders[i], remedy);
  for (const char *name = strstr(remedy, "lsexport_"); name; name = strstr(name + 1, "lsexport_")) {
    size_t name_length = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_");
    ck_assert_msg(is_function(name, name_length), "no such function: %s", name);
  }
}

START_TEST(remedies_are_sentences) {
  const struct class_table *table = class_table_of(peers[_i]);
  for (size_t i = 0; i < table->count; i++)
    if (table->rows[i].remedy) check_remedy(table->rows[i].remedy);
  if (table->other.remedy) check_remedy(table->other.remedy);
  if (table->silent.remedy) check_remedy(table->silent.remedy);
}
END_TEST

START_TEST(statuses_have_remedies) {
  for (size_t i = 0; i < lsexport_status_count(); i++)
    if (lsexport_status_at(i)) check_remedy(classify_status(lsexport_status_at(i)).remedy);
}
END_TEST

START_TEST(rows_have_known_statuses_and_causes) {
  const struct class_table *table = class_table_of(peers[_i]);
  for (size_t i = 0; i < table->count; i++) {
    ck_assert_ptr_nonnull(status_row_of(table->rows[i].status));
    ck_assert_ptr_nonnull(cause_row_of(table->rows[i].cause));
    ck_assert_int_ne(table->rows[i].status, LSEXPORT_OK);
    bool of_storage = table->rows[i].status >= LSEXPORT_ERR_ACCESS_DENIED;
    ck_assert_int_eq(of_storage, peers[_i] == PEER_STORAGE);
  }
}
END_TEST

/* ---- whatever else may come ---- */

static void check_verdict(const struct evidence *evidence) {
  struct verdict verdict = classify(evidence);
  ck_assert_ptr_nonnull(status_row_of(verdict.status));
  ck_assert_ptr_nonnull(verdict.documentation_url);
  ck_assert_uint_gt(strlen(verdict.remedy), 0);
}

START_TEST(awkward_evidence) {
  static const char *const words[] = {NULL, "", "\xff\xfe\xc3", "(((", "None", "<html", "\x1b]0;x\x07"};
  static const int numbers[] = {0, -1, 1, 99, 403, 600, 2147483647, -2147483647 - 1};
  for (size_t at = 0; at < COUNT(words) * COUNT(words) * COUNT(numbers); at++) {
    struct evidence evidence = {.peer = peers[_i],
                                .code = words[at % COUNT(words)],
                                .text = words[at / COUNT(words) % COUNT(words)],
                                .http_status = numbers[at / COUNT(words) / COUNT(words)]};
    check_verdict(&evidence);
  }
}
END_TEST

START_TEST(a_megabyte_of_evidence) {
  enum { SIZE = 1024 * 1024 };
  char *big = malloc(SIZE + 1);
  ck_assert_ptr_nonnull(big);
  memset(big, 'A', SIZE);
  big[SIZE] = '\0';
  struct evidence evidence = {.peer = peers[_i], .code = big, .text = big};
  check_verdict(&evidence);
  free(big);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("test_classify_tables");
  TCase *cases = tcase_create("tables");
  tcase_set_timeout(cases, 60);
  tcase_add_loop_test(cases, tells_side_and_transience, 0, (int)COUNT(natures));
  tcase_add_loop_test(cases, every_row_is_matched_by_its_own_keys, 0, (int)COUNT(peers));
  tcase_add_loop_test(cases, one_code_has_one_meaning, 0, (int)COUNT(peers));
  tcase_add_loop_test(cases, remedies_are_sentences, 0, (int)COUNT(peers));
  tcase_add_loop_test(cases, rows_have_known_statuses_and_causes, 0, (int)COUNT(peers));
  tcase_add_test(cases, full_storage_is_out_of_reach_but_not_transient);
  tcase_add_test(cases, documented_failures_lead_to_their_documentation);
  tcase_add_test(cases, every_status_has_its_row);
  tcase_add_test(cases, statuses_have_remedies);
  tcase_add_loop_test(cases, awkward_evidence, 0, (int)COUNT(peers));
  tcase_add_loop_test(cases, a_megabyte_of_evidence, 0, (int)COUNT(peers));
  suite_add_tcase(suite, cases);
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_ENV);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
