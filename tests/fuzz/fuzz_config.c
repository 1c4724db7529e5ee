/* SPDX-License-Identifier: MIT */
/* A config, and the client that comes of it: options, api_root above all, and the URL of a request.
 *
 * Input: a line with the API key; then lines "option=value", of which a value "~" is NULL. */
#include "canaries.h"
#include "endpoint.h"
#include "invariants.h"

#include "api/client.h"
#include "base/url.h"

#include <string.h>

#define ID "0a91a355-8a88-422c-9546-72c183b95b51"
#define PATH "/api/v1/bulk-exports/destinations/" ID

static const struct world no_world; /* nothing is sent */

static lsexport_config *make_config(struct input *input) {
  lsexport_config *config = NULL;
  MUST(lsexport_config_new(&config) == LSEXPORT_OK);
  struct piece key = input_line(input);
  lsexport_config_set_api_key(config, key.text, key.length);
  piece_free(&key);
  while (input->left) {
    struct piece line = input_line(input);
    char *equals = strchr(line.text, '=');
    if (equals) {
      *equals = '\0';
      lsexport_config_set(config, line.text, strcmp(equals + 1, "~") == 0 ? NULL : equals + 1);
    }
    piece_free(&line);
  }
  return config;
}

static void check_request(const lsexport_client *client) {
  struct destination_operation operation;
  struct url root, request;
  const char *api_root = client->langsmith.api_root;
  MUST(destination_get_begin(&operation, &client->langsmith, ID));
  const char *url = operation.base.request.url;
  MUST(endpoint_must_agree(api_root));
  MUST(url_parse(api_root, &root) == NULL);
  MUST(api_root[strlen(api_root) - 1] != '/');
  if (!url_parse(url, &request)) { /* it may be too long by now */
    MUST(endpoint_must_agree(url));
    MUST(strcmp(root.host, request.host) == 0 && root.port == request.port && root.https == request.https);
    size_t before = strlen(request.path) - strlen(PATH);
    MUST(strlen(request.path) >= strlen(PATH) && strcmp(request.path + before, PATH) == 0);
    MUST(strlen(root.path) == before && strncmp(root.path, request.path, before) == 0);
  }
  for (size_t i = 0; i < operation.base.request.header_count; i++)
    MUST(!strpbrk(operation.base.request.headers[i], "\r\n"));
  destination_operation_free(&operation);
}

static void check_client(const lsexport_client *client) {
  const struct transport_settings *transport = &client->transport;
  MUST(client->timeout_ms > 0 && client->write_timeout_ms > 0 && client->ensure_timeout_ms > 0);
  MUST(client->engine.attempts_max >= 1 && client->engine.retry_after_max_ms >= 0);
  MUST(transport->connect_timeout_ms > 0 && transport->user_agent && !strpbrk(transport->user_agent, "\r\n"));
  MUST(transport->proxy && !proxy_holds_password(transport->proxy));
  MUST(client->langsmith.key_line && client->langsmith.key_line[strlen(KEY_HEADER)]);
  check_request(client);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct piece whole = canaries_expand(data, size);
  struct input input = {whole.text, whole.length};
  lsexport_config *config = make_config(&input);
  lsexport_client *client = NULL;
  lsexport_error *error = NULL;
  lsexport_status status = client_new(config, &no_world, &client, &error);
  MUST(status == lsexport_error_status(error));
  MUST((status == LSEXPORT_OK) == (client != NULL));
  if (client)
    check_client(client);
  else
    must_be_error(error);
  if (status == LSEXPORT_ERR_VALIDATION) MUST(lsexport_error_field_count(error) > 0);
  lsexport_error_free(error);
  lsexport_client_free(client);
  lsexport_config_free(config);
  piece_free(&whole);
  return 0;
}
