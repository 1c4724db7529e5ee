/* SPDX-License-Identifier: MIT */
/* Is a destination that exists the one that a spec asks for? */
#include "base/text.h"
#include "langsmith/destination.h"

#include <string.h>

struct comparison {
  const json_node *theirs;
  const char *prefix; /* theirs */
  bool differs;
  const char *missing;
};

/* Byte for byte, or as a server may have trimmed ours. */
static bool same_prefix(const char *ours, const char *theirs) {
  if (text_equal(ours, theirs)) return true;
  while (*ours == '/') ours++;
  size_t length = strlen(ours);
  while (length && ours[length - 1] == '/') length--;
  return strlen(theirs) == length && strncmp(ours, theirs, length) == 0;
}

static bool compare_member(void *context, const char *name, json_node *ours) {
  struct comparison *comparison = context;
  const json_node *theirs = node_member(comparison->theirs, name);
  if (text_equal(name, "prefix")) {
    comparison->differs = !same_prefix(node_text(ours), comparison->prefix);
  } else if (!theirs && text_equal(name, "include_bucket_in_prefix")) {
    if (!node_boolean(ours))
      comparison->missing = "include_bucket_in_prefix"; /* servers without it always included it */
  } else if (!theirs && !node_equal_without_nulls(ours, NULL)) {
    comparison->missing = name;
  } else {
    comparison->differs = !node_equal_without_nulls(ours, theirs);
  }
  return !comparison->differs;
}

/* What we did not set must not be set there either; of members that we do not know, nothing is asked. */
static bool sets_more(const json_node *ours, const json_node *theirs) {
  static const char *const known[] = {"bucket_name", "region", "endpoint_url", "config_kwargs_s3",
                                      "s3_additional_kwargs"};
  for (size_t i = 0; i < sizeof known / sizeof *known; i++)
    if (!node_member(ours, known[i]) && !node_equal_without_nulls(NULL, node_member(theirs, known[i]))) return true;
  return false;
}

enum likeness destination_compare(const lsexport_destination *theirs, const char *display_name, json_node *config,
                                  const char **missing_out) {
  if (!text_equal(theirs->display_name, display_name)) return DESTINATION_OTHER;
  enum json_failure failure;
  json_node *whole = node_parse(theirs->json, theirs->json_length, &failure);
  if (!whole) return DESTINATION_UNCERTAIN; /* it was read before: only memory can be missing */
  struct comparison comparison = {.theirs = node_member(whole, "config"), .prefix = theirs->prefix};
  bool same = node_each_member(config, compare_member, &comparison) && !sets_more(config, comparison.theirs);
  if (same && !node_member(config, "prefix")) same = !*theirs->prefix;
  node_free(whole);
  *missing_out = same ? comparison.missing : NULL;
  if (!same) return DESTINATION_OTHER;
  return comparison.missing ? DESTINATION_SERVER_TOO_OLD : DESTINATION_EQUAL;
}
