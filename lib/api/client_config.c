/* SPDX-License-Identifier: MIT */
#include "api/client_config.h"

#include "base/mem.h"
#include "base/text.h"
#include "base/url.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define MESSAGE_MAX 256

struct reading {
  const lsexport_config *config;
  lsexport_client *client;
  lsexport_error *error; /* takes each field that fails */
};

static void refuse(struct reading *reading, const char *path, const char *message) {
  error_add_field(reading->error, path, message);
}

static const char *text_of(const struct reading *reading, enum option option) {
  return config_text(reading->config, option);
}

/* ---- one option ---- */

static int64_t read_integer(struct reading *reading, enum option option) {
  char message[MESSAGE_MAX];
  int64_t number = 0, least = option_minimum(option), most = option_maximum(option);
  const char *text = text_of(reading, option);
  if (text && text_to_integer(text, &number) && number >= least && number <= most) return number;
  snprintf(message, sizeof message, "must be a whole number from %lld to %lld", (long long)least, (long long)most);
  if (text) refuse(reading, option_key(option), message);
  return least;
}

static bool read_boolean(struct reading *reading, enum option option) {
  const char *text = text_of(reading, option);
  if (!text) return false;
  bool yes = text_equal(text, "true") || text_equal(text, "1");
  if (!yes && !text_equal(text, "false") && !text_equal(text, "0"))
    refuse(reading, option_key(option), "must be true or false");
  return yes;
}

static void check_path(struct reading *reading, enum option option) {
  const char *text = text_of(reading, option);
  if (text && access(text, R_OK) != 0)
    refuse(reading, option_key(option), "cannot be read: does the file exist, and may this user read it?");
}

/* What goes into a header: printable ASCII. */
static void check_header(struct reading *reading, const char *path, const char *text, size_t most) {
  if (!text) return;
  for (const char *byte = text; *byte; byte++)
    if (*byte < 0x20 || *byte > 0x7e) {
      refuse(reading, path, "holds a line break or another character that no header may hold");
      return;
    }
  if (!*text || strlen(text) > most || text[0] == ' ' || text[strlen(text) - 1] == ' ')
    refuse(reading, path, "is empty, too long, or begins or ends with a blank");
}

static void check_null(struct reading *reading, const char *path, const struct config_value *value) {
  if (value->set && !value->text) refuse(reading, path, "was set to NULL: is a variable of the environment unset?");
}

/* ---- api_root ---- */

static const char *preset(const char *name) {
  static const char *const presets[][2] = {{"us", "https://api.smith.langchain.com"},
                                           {"eu", "https://eu.api.smith.langchain.com"},
                                           {"apac", "https://apac.api.smith.langchain.com"},
                                           {"aws-us", "https://aws.api.smith.langchain.com"}};
  for (size_t i = 0; i < sizeof presets / sizeof *presets; i++)
    if (text_equal(presets[i][0], name)) return presets[i][1];
  return name;
}

static size_t without_slashes(const char *text, size_t length) {
  while (length && text[length - 1] == '/') length--;
  return length;
}

/* Without final slashes, then without one /api/v1 or /api, which every path of ours brings along. */
static size_t root_length(const char *text) {
  static const char *const suffixes[] = {"/api/v1", "/api"};
  size_t host = (size_t)(strstr(text, "://") - text) + strlen("://"), length = without_slashes(text, strlen(text));
  size_t path = host + strcspn(text + host, "/"); /* a host may be named "api" */
  for (size_t i = 0; i < sizeof suffixes / sizeof *suffixes; i++) {
    size_t tail = strlen(suffixes[i]);
    if (length >= path + tail && strncmp(text + length - tail, suffixes[i], tail) == 0)
      return without_slashes(text, length - tail);
  }
  return length;
}

static const char *read_api_root(struct reading *reading, bool allow_http) {
  char message[MESSAGE_MAX];
  struct url url;
  const char *key = option_key(OPTION_API_ROOT), *text = text_of(reading, OPTION_API_ROOT);
  if (!text) return "";
  text = preset(text);
  const char *wrong = url_parse(text, &url);
  if (wrong) {
    snprintf(message, sizeof message, "must be us, eu, apac, aws-us or a URL; the URL %s", wrong);
    refuse(reading, key, message);
  } else if (!url.https && !allow_http && !url_is_loopback(&url)) {
    refuse(
        reading, key,
        "is http and not on this machine: the API key would travel in clear; use https, or set allow_http if you must");
  }
  reading->client->transport.allow_http = !wrong && !url.https;
  return text;
}

/* ---- proxy ---- */

struct proxy {
  char url[URL_MAX_LENGTH + 1]; /* without the user name */
  char username[URL_MAX_LENGTH + 1];
};

static int hex_digit(char digit) {
  if (digit >= '0' && digit <= '9') return digit - '0';
  int lower = text_lower((unsigned char)digit);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

/* False when it does not stand for text. */
static bool percent_decode(const char *text, size_t length, char *decoded) {
  for (size_t i = 0; i < length; i++) {
    int high = text[i] == '%' && i + 2 < length ? hex_digit(text[i + 1]) : -1;
    int low = high >= 0 ? hex_digit(text[i + 2]) : -1;
    if (text[i] == '%' && (low < 0 || (high == 0 && low == 0))) return false;
    if (text[i] == '%') {
      *decoded++ = (char)(high << 4 | low);
      i += 2;
    } else {
      *decoded++ = text[i];
    }
  }
  *decoded = '\0';
  return true;
}

/* Where the user name or the host begins; NULL where a scheme stands that is none of a proxy's. */
static const char *skip_proxy_scheme(const char *text) {
  static const char *const schemes[] = {"http://", "https://", "socks4://", "socks4a://", "socks5://", "socks5h://"};
  for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++)
    if (text_begins_ignoring_case(text, schemes[i])) return text + strlen(schemes[i]);
  return text_begins(text + strcspn(text, ":/@"), "://") ? NULL : text;
}

/* The URL and its user name apart. */
static void read_proxy(struct reading *reading, struct proxy *proxy) {
  const char *key = option_key(OPTION_PROXY), *text = text_of(reading, OPTION_PROXY);
  if (!text) return;
  if (!*text || strlen(text) > URL_MAX_LENGTH || text_has_control(text, strlen(text)) || strchr(text, ' ')) {
    refuse(reading, key, "must be none, environment or a URL");
    return;
  }
  const char *authority = skip_proxy_scheme(text);
  if (!authority) {
    refuse(reading, key, "must begin with http, https, socks4, socks4a, socks5 or socks5h, or with no scheme");
    return;
  }
  const char *at = strrchr(authority, '@'), *colon = strchr(authority, ':');
  if (at && colon && colon < at)
    refuse(reading, key, "holds a password: put it into proxy_password");
  else if (at && !percent_decode(authority, (size_t)(at - authority), proxy->username))
    refuse(reading, key, "has a user name that is not percent-encoded as it should be");
  snprintf(proxy->url, sizeof proxy->url, "%.*s%s", (int)(authority - text), text, at ? at + 1 : authority);
}

/* ---- the whole ---- */

struct packed_text {
  const char **to;
  const char *text; /* NULL: none, and no prefix */
  size_t length;
  const char *prefix; /* NULL: none */
};

static size_t prefix_length(const struct packed_text *text) { return text->prefix ? strlen(text->prefix) : 0; }

/* All text in pages that core dumps leave out, for some of it is secret. */
static bool pack(lsexport_client *client, const struct packed_text *texts, size_t count) {
  for (size_t i = 0; i < count; i++) client->texts_size += prefix_length(&texts[i]) + texts[i].length + 1;
  client->texts = mem_pages_alloc(client->texts_size);
  if (!client->texts) return false;
  char *at = client->texts;
  for (size_t i = 0; i < count; i++) {
    *texts[i].to = texts[i].text ? at : NULL;
    if (!texts[i].text) continue;
    if (texts[i].prefix) memcpy(at, texts[i].prefix, prefix_length(&texts[i]));
    memcpy(at + prefix_length(&texts[i]), texts[i].text, texts[i].length);
    at += prefix_length(&texts[i]) + texts[i].length + 1;
  }
  return true;
}

static struct packed_text line(const char **to, const char *prefix, const char *text) {
  return (struct packed_text){to, text, text ? strlen(text) : 0, prefix};
}

static struct packed_text whole(const char **to, const char *text) { return line(to, NULL, text); }

static bool pack_texts(struct reading *reading, const char *api_root, const struct proxy *proxy) {
  struct transport_settings *transport = &reading->client->transport;
  struct langsmith *langsmith = &reading->client->langsmith;
  const struct packed_text texts[] = {
      {&langsmith->api_root, api_root, root_length(api_root), NULL},
      line(&langsmith->key_line, KEY_HEADER, reading->config->api_key.text),
      line(&langsmith->workspace_line, WORKSPACE_HEADER, text_of(reading, OPTION_WORKSPACE_ID)),
      whole(&transport->user_agent, text_of(reading, OPTION_USER_AGENT)),
      whole(&transport->ca_file, text_of(reading, OPTION_CA_FILE)),
      whole(&transport->proxy, proxy->url),
      whole(&transport->proxy_username, *proxy->username ? proxy->username : NULL),
      whole(&transport->proxy_password, text_of(reading, OPTION_PROXY_PASSWORD)),
      whole(&transport->client_certificate, text_of(reading, OPTION_CLIENT_CERTIFICATE)),
      whole(&transport->client_key, text_of(reading, OPTION_CLIENT_KEY)),
      whole(&transport->client_key_password, text_of(reading, OPTION_CLIENT_KEY_PASSWORD)),
  };
  return pack(reading->client, texts, sizeof texts / sizeof *texts);
}

static void check_texts(struct reading *reading) {
  const lsexport_config *config = reading->config;
  const char *workspace_id = text_of(reading, OPTION_WORKSPACE_ID);
  for (enum option option = 0; option < OPTION_COUNT; option++)
    check_null(reading, option_key(option), &config->values[option]);
  check_null(reading, "api_key", &config->api_key);
  if (!config->api_key.set)
    refuse(reading, "api_key",
           "is required: call lsexport_config_set_api_key, or set LANGSMITH_API_KEY and call "
           "lsexport_config_set_from_environment");
  check_header(reading, "api_key", config->api_key.text, API_KEY_MAX);
  check_header(reading, option_key(OPTION_USER_AGENT), text_of(reading, OPTION_USER_AGENT), RESPONSE_HEADER_MAX);
  if (workspace_id && !text_is_uuid(workspace_id))
    refuse(reading, option_key(OPTION_WORKSPACE_ID), "must be a UUID, as 01234567-89ab-cdef-0123-456789abcdef");
  check_path(reading, OPTION_CA_FILE);
  check_path(reading, OPTION_CLIENT_CERTIFICATE);
  check_path(reading, OPTION_CLIENT_KEY);
}

static void read_numbers(struct reading *reading) {
  lsexport_client *client = reading->client;
  client->timeout_ms = read_integer(reading, OPTION_TIMEOUT_MS);
  client->write_timeout_ms = read_integer(reading, OPTION_WRITE_TIMEOUT_MS);
  client->ensure_timeout_ms = read_integer(reading, OPTION_ENSURE_TIMEOUT_MS);
  client->transport.connect_timeout_ms = read_integer(reading, OPTION_CONNECT_TIMEOUT_MS);
  client->queue_max_in_flight = (size_t)read_integer(reading, OPTION_QUEUE_MAX_IN_FLIGHT);
  client->transport.connections_max = (int64_t)client->queue_max_in_flight;
  client->transport.host_connections_max = read_integer(reading, OPTION_QUEUE_MAX_HOST_CONNECTIONS);
  client->engine.attempts_max = (int)read_integer(reading, OPTION_MAX_ATTEMPTS);
  client->engine.retry_after_max_ms = read_integer(reading, OPTION_RETRY_AFTER_MAX_MS);
  client->langsmith.response_max = (size_t)read_integer(reading, OPTION_MAX_RESPONSE_BYTES);
  client->langsmith.list_max = (size_t)read_integer(reading, OPTION_MAX_LIST_BYTES);
  client->wire.role_at_top_level = read_boolean(reading, OPTION_ROLE_AT_TOP_LEVEL);
}

lsexport_error *client_configure(lsexport_client *client, const lsexport_config *config) {
  struct secrets secrets = {0};
  struct proxy proxy = {0};
  if (config->api_key.text) secrets_add(&secrets, config->api_key.text, strlen(config->api_key.text));
  struct reading reading = {config, client, error_new(LSEXPORT_ERR_VALIDATION, &secrets)};
  error_set_operation(reading.error, "client");
  const char *api_root = read_api_root(&reading, read_boolean(&reading, OPTION_ALLOW_HTTP));
  check_texts(&reading);
  read_proxy(&reading, &proxy);
  read_numbers(&reading);
  client->engine.log = config->log;
  bool fine = !error_is_static(reading.error) && !reading.error->field_count && !reading.error->failed;
  if (!fine) return error_finish(reading.error, false);
  lsexport_error_free(reading.error);
  return pack_texts(&reading, api_root, &proxy) ? NULL : error_no_memory(LSEXPORT_APPLIED_NO);
}
