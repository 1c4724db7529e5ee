/* SPDX-License-Identifier: MIT */
/* What the examples of event loops share: they look destinations up, all at once, and print each as it comes. */
#ifndef EXAMPLES_QUEUE_COMMON_H
#define EXAMPLES_QUEUE_COMMON_H

#include "common.h"

struct lookup {
  lsexport_client *client;
  lsexport_queue *queue;
  char **ids;
  int failed;
};

/* Submits a get for each id. Whatever fails is printed, and counted. */
static inline void lookup_begin(struct lookup *lookup, int count, char **ids) {
  lsexport_call *call = NULL;
  lsexport_error *error = NULL;
  *lookup = (struct lookup){.ids = ids};
  lookup->client = client_from_environment(&error);
  if (!lookup->client || lsexport_queue_new(lookup->client, &lookup->queue, &error) != LSEXPORT_OK) {
    print_error(error);
    lookup->failed = 1;
  }
  lsexport_error_free(error);
  lsexport_call_new(&call);
  for (int i = 0; lookup->queue && i < count; i++) {
    error = NULL;
    lsexport_call_set_queue(call, lookup->queue, (uint64_t)i);
    if (lsexport_destination_get(lookup->client, ids[i], call, NULL, &error) != LSEXPORT_OK) {
      fprintf(stderr, "%s: %s\n", ids[i], lsexport_error_message(error));
      lookup->failed++;
    }
    lsexport_error_free(error);
  }
  lsexport_call_free(call);
}

/* To be called when the queue's descriptor is readable. 0 once all have come. */
static inline int lookup_advance(struct lookup *lookup) {
  lsexport_completions *completions = NULL;
  lsexport_queue_wait(lookup->queue, 0, NULL, &completions, NULL);
  for (size_t i = 0; i < lsexport_completions_count(completions); i++) {
    const lsexport_completion *completion = lsexport_completions_at(completions, i);
    const lsexport_error *error = lsexport_completion_error(completion);
    if (error) {
      fprintf(stderr, "%s: %s\n", lookup->ids[lsexport_completion_id(completion)], lsexport_error_message(error));
      lookup->failed++;
    } else {
      print_destination("found", lsexport_completion_destination(completion));
    }
  }
  lsexport_completions_free(completions);
  return lsexport_queue_count(lookup->queue) > 0;
}

static inline void lookup_end(struct lookup *lookup) {
  lsexport_queue_free(lookup->queue);
  lsexport_client_free(lookup->client);
}

#endif
