/* SPDX-License-Identifier: MIT */
/* Calls over real sockets, with libcurl, against a server that says anything. Time is not real: it passes only while
 * neither end moves, so that deadlines and back-offs cost nothing.
 *
 * Input: a line of calls, each one of c e g l p d, and of circumstances: "@" through a proxy, "#" through a proxy and
 * TLS, "!" the server answers before it is asked. Then the server's script (far_end.h). */
#include "canaries.h"
#include "far_end.h"
#include "invariants.h"

#include "api/client.h"
#include "net/world.h"

#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define ID "0a91a355-8a88-422c-9546-72c183b95b51"
#define NAME "My AWS S3 Destination"
#define CALLS_MAX 4
#define TIMEOUT_MS 20000
#define LATE_MS 1000   /* longer than a call may go on after its deadline */
#define QUIET_ROUNDS 4 /* in which neither end moves: then time passes */
#define ATTEMPTS_MAX 3
#define QUOTE(number) QUOTE_TEXT(number)
#define QUOTE_TEXT(number) #number

/* An authority that signs nobody: the system's hundred take too long to read. */
static const char authority[] = "-----BEGIN CERTIFICATE-----\n"
                                "MIIBeTCCAR+gAwIBAgIUKC9xIUZOl0eGn7sJWa4dOB8Lma4wCgYIKoZIzj0EAwIw\n"
                                "ETEPMA0GA1UEAwwGbm9ib2R5MCAXDTI2MTEyNDA4MzEwOFoYDzIxMjYxMDMxMDgz\n"
                                "MTA4WjARMQ8wDQYDVQQDDAZub2JvZHkwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNC\n"
                                "AARjYtlbr7m0eNjDn+2YiKKIzwkfy7TwaIVXaSdTEum5L6AlD1cJg/ZK8CDigZtQ\n"
                                "ZTNJrr0PY2i9Fhi+Deiwyrrco1MwUTAdBgNVHQ4EFgQUvbFI40l2fb/qGd9tw47X\n"
                                "3amiouQwHwYDVR0jBBgwFoAUvbFI40l2fb/qGd9tw47X3amiouQwDwYDVR0TAQH/\n"
                                "BAUwAwEB/zAKBggqhkjOPQQDAgNIADBFAiApZA1XN2XGUBuifTzI0RmbMtK5x8PV\n"
                                "wXQXfbMA2vIU5QIhAPTIpreP6+tg5j6m3kZtfiiw9Kk4HhmEJy1dCqq0VFQA\n"
                                "-----END CERTIFICATE-----\n";

static char authority_path[32];
static struct far_end far;
static lsexport_credentials *credentials;
static lsexport_destination_spec *spec;
static int64_t clock_ms;
static int quiet_rounds;

/* ---- the world ---- */

static int64_t now_ms(void *context) {
  (void)context;
  return clock_ms;
}

static uint64_t no_random(void *context) {
  (void)context;
  return 0;
}

static bool wait(struct transport *transport, int64_t milliseconds, int descriptor) {
  quiet_rounds = far_move(&far) ? 0 : quiet_rounds + 1;
  transport_curl.wait(transport, 0, descriptor); /* on loopback what was sent is there at once */
  if (quiet_rounds < QUIET_ROUNDS) return true;
  clock_ms += milliseconds > 0 ? milliseconds : 1;
  quiet_rounds = 0;
  return false;
}

static void begin_world(struct world *world, struct transport_ops *operations) {
  *operations = transport_curl;
  operations->wait = wait;
  *world = (struct world){.transport = operations, .now_ms = now_ms, .unix_s = world_unix_s, .random = no_random};
  clock_ms = 1000000;
  quiet_rounds = 0;
}

static void prepare(void) {
  if (spec) return;
  far_open(&far);
  int file = memfd_create("authority", MFD_CLOEXEC);
  MUST(write(file, authority, strlen(authority)) == (ssize_t)strlen(authority));
  snprintf(authority_path, sizeof authority_path, "/proc/self/fd/%d", file);
  lsexport_credentials_new_session(CANARY_KEY_ID, CANARY_SECRET, LSEXPORT_NUL_TERMINATED, canary_token(),
                                   LSEXPORT_NUL_TERMINATED, &credentials);
  lsexport_destination_spec_new(&spec);
  lsexport_destination_spec_set_display_name(spec, NAME);
  lsexport_destination_spec_set_bucket_name(spec, "my-bucket");
  lsexport_destination_spec_set_credentials(spec, credentials);
}

static void log_line(uintptr_t userdata, const char *line, size_t length) {
  (void)userdata;
  must_be_log_line(line, length);
}

static lsexport_client *make_client(const struct world *world, const char *circumstances) {
  lsexport_config *config = NULL;
  lsexport_client *client = NULL;
  char here[64];
  bool tls = strchr(circumstances, '#'), proxy = tls || strchr(circumstances, '@');
  snprintf(here, sizeof here, "http://127.0.0.1:%d", far.port);
  lsexport_config_new(&config);
  lsexport_config_set_api_key(config, CANARY_KEY, LSEXPORT_NUL_TERMINATED);
  lsexport_config_set(config, "api_root", tls ? "https://api.example" : proxy ? "http://api.example" : here);
  lsexport_config_set(config, "proxy", proxy ? here : "none");
  lsexport_config_set(config, "allow_http", "true");
  lsexport_config_set(config, "ca_file", authority_path);
  lsexport_config_set(config, "timeout_ms", QUOTE(TIMEOUT_MS));
  lsexport_config_set(config, "write_timeout_ms", QUOTE(TIMEOUT_MS));
  lsexport_config_set(config, "ensure_timeout_ms", QUOTE(TIMEOUT_MS));
  lsexport_config_set(config, "max_attempts", QUOTE(ATTEMPTS_MAX));
  lsexport_config_set(config, "max_response_bytes", "4096");
  lsexport_config_set(config, "max_list_bytes", "8192");
  lsexport_config_set_log(config, log_line, 0);
  MUST(client_new(config, world, &client, NULL) == LSEXPORT_OK);
  lsexport_config_free(config);
  return client;
}

/* ---- a call, and what holds after it ---- */

struct outcome {
  lsexport_status status;
  lsexport_error *error;
  lsexport_destination *one;
  lsexport_destinations *list;
  size_t posts, requests; /* that this call made */
  int64_t took_ms;
};

static void call(lsexport_client *client, char which, struct outcome *outcome) {
  lsexport_destination **one = &outcome->one;
  lsexport_error **error = &outcome->error;
  int64_t began_ms = clock_ms;
  size_t posts = far.posts, requests = far.requests;
  if (which == 'c') outcome->status = lsexport_destination_create(client, spec, NULL, one, error);
  if (which == 'e') outcome->status = lsexport_destination_ensure(client, spec, NULL, one, error);
  if (which == 'g') outcome->status = lsexport_destination_get(client, ID, NULL, one, error);
  if (which == 'l') outcome->status = lsexport_destination_list(client, NULL, &outcome->list, error);
  if (which == 'p') outcome->status = lsexport_destination_patch(client, ID, credentials, NULL, one, error);
  if (which == 'd') outcome->status = lsexport_destination_delete(client, ID, NULL, error);
  while (far_move(&far)) continue; /* what is on its way arrives */
  outcome->took_ms = clock_ms - began_ms;
  outcome->posts = far.posts - posts;
  outcome->requests = far.requests - requests;
}

static void check_success(const struct outcome *outcome, char which, bool tls) {
  MUST(!outcome->error && !tls);                      /* nobody there has a certificate */
  MUST(outcome->requests > 0 && !far.last_was_early); /* an answer that was not asked for is none */
  MUST((which == 'l') == (outcome->list != NULL));
  MUST((which != 'l' && which != 'd') == (outcome->one != NULL));
  if (outcome->one) must_be_destination(outcome->one);
  for (size_t i = 0; i < lsexport_destinations_count(outcome->list); i++)
    must_be_destination(lsexport_destinations_at(outcome->list, i));
}

static void check_failure(const struct outcome *outcome, char which) {
  int32_t applied = lsexport_error_applied(outcome->error), http = lsexport_error_http_status(outcome->error);
  must_be_error(outcome->error);
  MUST(!outcome->one && !outcome->list);
  MUST(lsexport_error_attempts(outcome->error) > 0);
  if (which != 'e') MUST(lsexport_error_attempts(outcome->error) <= ATTEMPTS_MAX);
  if (which == 'g' || which == 'l') MUST(applied == LSEXPORT_APPLIED_NO);
  if (applied == LSEXPORT_APPLIED_YES) MUST(outcome->requests > 0);
  /* NO: nothing of it was seen, or it was refused. */
  if (which == 'c' && applied == LSEXPORT_APPLIED_NO && http / 100 != 3 && http / 100 != 4) MUST(!outcome->posts);
  if (which == 'c' && lsexport_error_retryable(outcome->error)) MUST(applied == LSEXPORT_APPLIED_NO);
}

static void check(const struct outcome *outcome, char which, bool tls) {
  MUST(outcome->status == lsexport_error_status(outcome->error));
  MUST(outcome->took_ms <= TIMEOUT_MS + LATE_MS);
  MUST(outcome->posts <= (which == 'c' || which == 'e' ? 1 : 0));
  if (outcome->status == LSEXPORT_OK)
    check_success(outcome, which, tls);
  else
    check_failure(outcome, which);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct world world;
  struct transport_ops operations;
  struct piece whole = canaries_expand(data, size);
  struct input input = {whole.text, whole.length};
  struct piece calls = input_line(&input);
  size_t made = 0;
  prepare();
  begin_world(&world, &operations);
  far_follow(&far, input.at, input.left, strchr(calls.text, '!') != NULL);
  lsexport_client *client = make_client(&world, calls.text);
  for (const char *which = calls.text; *which && made < CALLS_MAX; which++) {
    struct outcome outcome = {0};
    if (!strchr("ceglpd", *which)) continue;
    canaries_know_credentials(strchr("cep", *which) != NULL);
    call(client, *which, &outcome);
    check(&outcome, *which, strchr(calls.text, '#') != NULL);
    lsexport_error_free(outcome.error);
    lsexport_destination_free(outcome.one);
    lsexport_destinations_free(outcome.list);
    made++;
  }
  lsexport_client_free(client);
  far_drop(&far);
  piece_free(&calls);
  piece_free(&whole);
  return 0;
}
