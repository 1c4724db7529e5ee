/* SPDX-License-Identifier: MIT */
/* The operations on destinations: each builds one request and reads one answer. */
#ifndef LSX_LANGSMITH_DESTINATION_OPERATION_H
#define LSX_LANGSMITH_DESTINATION_OPERATION_H

#include "base/text.h"
#include "langsmith/destination.h"
#include "langsmith/destination_spec.h"
#include "net/flow.h"

#define REQUEST_BODY_MAX (1024 * 1024)
#define API_KEY_MAX 1024

#define KEY_HEADER "X-API-Key: "
#define WORKSPACE_HEADER "X-Tenant-Id: "

/* Where a call goes, and as whom. Its lines are borrowed for as long as the operation lives. */
struct langsmith {
  const char *api_root;       /* without a final slash: "https://api.smith.langchain.com" */
  const char *key_line;       /* KEY_HEADER and the API key */
  const char *workspace_line; /* WORKSPACE_HEADER and the id; NULL: the key's own workspace */
  size_t response_max;
  size_t list_max;
};

#define DESTINATION_HEADERS_MAX 4

struct destination_operation {
  struct operation base;
  const char *headers[DESTINATION_HEADERS_MAX];
  char id[UUID_LENGTH + 1]; /* that the answer must carry */
  const char *display_name; /* that a POST's must carry; the spec's */
  lsexport_destination *destination;
  lsexport_destinations *destinations;
};

/* All answer false without memory, and then there is nothing to free. */
bool destination_create_begin(struct destination_operation *operation, const struct langsmith *langsmith,
                              const lsexport_destination_spec *spec, const struct spec_wire *wire);
bool destination_get_begin(struct destination_operation *operation, const struct langsmith *langsmith, const char *id);
bool destination_list_begin(struct destination_operation *operation, const struct langsmith *langsmith);
bool destination_patch_begin(struct destination_operation *operation, const struct langsmith *langsmith, const char *id,
                             const lsexport_credentials *credentials);
bool destination_delete_begin(struct destination_operation *operation, const struct langsmith *langsmith,
                              const char *id);
/* The request, and what of the result nobody took. */
void destination_operation_free(struct destination_operation *operation);

#endif
