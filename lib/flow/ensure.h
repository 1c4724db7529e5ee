/* SPDX-License-Identifier: MIT */
/* Adopt an equal destination, or create it: list; adopt; else one POST; then list again, so that two clients that race
 * end with the same one, and so that a lost answer is found. Nothing is stored, nothing is deleted. */
#ifndef LSX_FLOW_ENSURE_H
#define LSX_FLOW_ENSURE_H

#include "langsmith/destination_operation.h"
#include "net/flow.h"

#define ENSURE_PAUSE_FIRST_MS 1000 /* doubles until the deadline, */
#define ENSURE_PAUSE_MAX_MS 16000  /* or up to this */

enum ensure_stage { ENSURE_LOOKING, ENSURE_CREATING, ENSURE_CONFIRMING };

struct ensure {
  struct flow base;
  const struct langsmith *langsmith;
  const lsexport_destination_spec *spec;
  const struct spec_wire *wire;
  const struct secrets *secrets;
  int64_t create_timeout_ms;
  json_node *config; /* ours, as it is compared */
  enum ensure_stage stage;
  struct destination_operation list;
  struct destination_operation create;
  bool lost;                     /* the POST's answer did not come, and it may have been applied */
  lsexport_error *lost_error;    /* why */
  lsexport_destination *created; /* by our POST, as far as we know */
  lsexport_destination *result;  /* once it ended well */
  int64_t pause_ms;
};

/* False without memory. What it is given is borrowed until ensure_free. */
bool ensure_begin(struct ensure *ensure, const struct langsmith *langsmith, const lsexport_destination_spec *spec,
                  const struct spec_wire *wire, const struct secrets *secrets, int64_t create_timeout_ms);
void ensure_free(struct ensure *ensure);

#endif
