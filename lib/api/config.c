/* SPDX-License-Identifier: MIT */
#include "api/config.h"

#include "base/mem.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

enum secrecy { PLAIN, SECRET };

struct option_row {
  const char *key;
  const char *type;
  const char *default_value;
  int64_t minimum, maximum;
  enum secrecy secrecy;
  const char *text;
};

static const struct option_row options[OPTION_COUNT] = {
#define OPTION(name, key, type, default_value, minimum, maximum, secrecy, text) \
  {key, type, default_value, minimum, maximum, secrecy, text},
#include "api/options.def"
#undef OPTION
};

size_t lsexport_option_count(void) { return OPTION_COUNT; }
const char *lsexport_option_key(size_t index) { return index < OPTION_COUNT ? options[index].key : ""; }
const char *lsexport_option_type(size_t index) { return index < OPTION_COUNT ? options[index].type : ""; }
const char *lsexport_option_default(size_t index) { return index < OPTION_COUNT ? options[index].default_value : ""; }
int64_t lsexport_option_minimum(size_t index) { return index < OPTION_COUNT ? options[index].minimum : 0; }
int64_t lsexport_option_maximum(size_t index) { return index < OPTION_COUNT ? options[index].maximum : 0; }
int32_t lsexport_option_is_secret(size_t index) { return index < OPTION_COUNT && options[index].secrecy == SECRET; }
const char *lsexport_option_text(size_t index) { return index < OPTION_COUNT ? options[index].text : ""; }

const char *option_key(enum option option) { return options[option].key; }
int64_t option_minimum(enum option option) { return options[option].minimum; }
int64_t option_maximum(enum option option) { return options[option].maximum; }

const char *config_text(const lsexport_config *config, enum option option) {
  if (config->values[option].set) return config->values[option].text;
  return *options[option].default_value ? options[option].default_value : NULL;
}

lsexport_status lsexport_config_new(lsexport_config **config_out) {
  if (!config_out) return LSEXPORT_ERR_INVALID_ARGUMENT;
  lsexport_config *config = mem_alloc(sizeof *config);
  if (!config) return LSEXPORT_ERR_NO_MEMORY;
  *config_out = config;
  return LSEXPORT_OK;
}

static lsexport_status fail(lsexport_config *config, lsexport_status failure, const char *parameter) {
  if (!config->failure) {
    config->failure = failure;
    config->failed_parameter = parameter;
  }
  return failure;
}

static void clear(struct config_value *value) {
  if (value->text) mem_free_secret(value->text, strlen(value->text));
  *value = (struct config_value){0};
}

static lsexport_status set(lsexport_config *config, struct config_value *value, const char *text, size_t length) {
  char *copy = text ? mem_text(text, length) : NULL;
  if (text && !copy) return fail(config, LSEXPORT_ERR_NO_MEMORY, NULL);
  clear(value);
  *value = (struct config_value){.set = true, .text = copy};
  return LSEXPORT_OK;
}

lsexport_status lsexport_config_set(lsexport_config *config, const char *key, const char *value) {
  if (!config) return LSEXPORT_ERR_INVALID_ARGUMENT;
  for (enum option option = 0; key && option < OPTION_COUNT; option++)
    if (text_equal(options[option].key, key))
      return set(config, &config->values[option], value, value ? strlen(value) : 0);
  return fail(config, LSEXPORT_ERR_INVALID_ARGUMENT, "key of lsexport_config_set");
}

lsexport_status lsexport_config_set_api_key(lsexport_config *config, const char *api_key, size_t length) {
  if (!config) return LSEXPORT_ERR_INVALID_ARGUMENT;
  if (api_key && length == LSEXPORT_NUL_TERMINATED) length = strlen(api_key);
  if (api_key && memchr(api_key, '\0', length))
    return fail(config, LSEXPORT_ERR_INVALID_ARGUMENT, "length of the API key");
  return set(config, &config->api_key, api_key, length);
}

lsexport_status lsexport_config_set_from_environment(lsexport_config *config) {
  if (!config) return LSEXPORT_ERR_INVALID_ARGUMENT;
  const struct {
    const char *name;
    struct config_value *value;
  } variables[] = {{"LANGSMITH_API_KEY", &config->api_key},
                   {"LANGSMITH_ENDPOINT", &config->values[OPTION_API_ROOT]},
                   {"LANGSMITH_WORKSPACE_ID", &config->values[OPTION_WORKSPACE_ID]}};
  for (size_t i = 0; i < sizeof variables / sizeof *variables; i++) {
    const char *text = getenv(variables[i].name); /* NOLINT(concurrency-mt-unsafe): the header says so */
    lsexport_status status = text && *text ? set(config, variables[i].value, text, strlen(text)) : LSEXPORT_OK;
    if (status) return status;
  }
  return LSEXPORT_OK;
}

lsexport_status lsexport_config_set_log(lsexport_config *config, lsexport_log_fn log, uintptr_t userdata) {
  if (!config) return LSEXPORT_ERR_INVALID_ARGUMENT;
  config->log = (struct log_sink){log, userdata};
  return LSEXPORT_OK;
}

void lsexport_config_free(lsexport_config *config) {
  if (!config) return;
  for (enum option option = 0; option < OPTION_COUNT; option++) clear(&config->values[option]);
  clear(&config->api_key);
  mem_free(config);
}
