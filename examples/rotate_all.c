/* SPDX-License-Identifier: MIT */
/* Gives all destinations of the workspace new credentials, many at once, and reports each that refused them: rotate_all */
#include "common.h"

/* How many were refused before anything was sent: no completion will come for these. */
static size_t submit_all(lsexport_client *client, lsexport_queue *queue, const lsexport_destinations *all,
                         const lsexport_credentials *credentials) {
  size_t refused = 0;
  lsexport_call *call = NULL;
  lsexport_call_new(&call);
  for (size_t i = 0; i < lsexport_destinations_count(all); i++) {
    lsexport_error *error = NULL;
    lsexport_call_set_queue(call, queue, i); /* the id leads back to the destination */
    if (lsexport_destination_patch(client, lsexport_destination_id(lsexport_destinations_at(all, i)), credentials, call,
                                   NULL, &error) != LSEXPORT_OK) {
      print_error(error);
      refused++;
    }
    lsexport_error_free(error);
  }
  lsexport_call_free(call);
  return refused;
}

/* How many failed. */
static size_t report_all(lsexport_queue *queue, const lsexport_destinations *all) {
  size_t total = lsexport_queue_count(queue), done = 0, failed = 0;
  while (lsexport_queue_count(queue)) {
    lsexport_completions *completions = NULL;
    lsexport_queue_wait(queue, -1, NULL, &completions, NULL);
    for (size_t i = 0; i < lsexport_completions_count(completions); i++) {
      const lsexport_completion *completion = lsexport_completions_at(completions, i);
      const lsexport_error *error = lsexport_completion_error(completion);
      done++;
      if (!error) continue;
      const lsexport_destination *destination = lsexport_destinations_at(all, lsexport_completion_id(completion));
      printf("%s \"%s\": %s\n", lsexport_destination_id(destination), lsexport_destination_display_name(destination),
             lsexport_error_message(error));
      failed++;
    }
    lsexport_completions_free(completions);
    fprintf(stderr, "\r%zu of %zu rotated, %zu failed", done - failed, total, failed);
  }
  fputc('\n', stderr);
  return failed;
}

int main(void) {
  lsexport_destinations *all = NULL;
  lsexport_queue *queue = NULL;
  lsexport_error *error = NULL;
  lsexport_client *client = client_from_environment(&error);
  lsexport_credentials *credentials = credentials_from_environment();
  int fine = client && lsexport_destination_list(client, NULL, &all, &error) == LSEXPORT_OK &&
             lsexport_queue_new(client, &queue, &error) == LSEXPORT_OK;
  if (fine) {
    size_t refused = submit_all(client, queue, all, credentials);
    fine = report_all(queue, all) + refused == 0;
  } else {
    print_error(error);
  }
  lsexport_error_free(error);
  lsexport_queue_free(queue);
  lsexport_destinations_free(all);
  lsexport_credentials_free(credentials);
  lsexport_client_free(client);
  return !fine;
}
