/* SPDX-License-Identifier: MIT */
/* A hostile server sends the credentials back wherever it can, in every form. Nothing that the library hands out may hold
 * them: caller.c searches every error, its JSON, its facts and fields, every log line, and every request id. */
#include "caller.h"
#include "complaints.h"
#include "workers.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WHERE_SIZE 200
#define TEXT_SIZE 8192

/* Where in an answer a secret can be put: %s, once. What is JSON around it is marked, for a secret must fit in there. */
static const struct echo {
  const char *name;
  const char *status; /* with header lines, each with its \r\n */
  const char *body;   /* NULL: the place is in the status */
  bool in_json;
} echoes[] = {
    {"detail", "400 Bad Request\r\n" JSON_TYPE, "{\"detail\":\"%s\"}", true},
    {"detail of the bucket", "400 Bad Request\r\n" JSON_TYPE, "{\"detail\":\"Failed to validate S3 destination: %s\"}",
     true},
    {"detail of the bucket, framed", "400 Bad Request\r\n" JSON_TYPE,
     "{\"detail\":\"Failed to validate S3 destination: [Errno 5] An error occurred (%s) when calling the PutObject "
     "operation: x\"}",
     true},
    {"detail of the bucket, in a URL", "400 Bad Request\r\n" JSON_TYPE,
     "{\"detail\":\"Failed to validate S3 destination: Could not connect to the endpoint URL: "
     "\\\"https://%s.example/b/k?x=%s\\\"\"}",
     true},
    {"detail with error and message", "403 Forbidden\r\n" JSON_TYPE,
     "{\"detail\":{\"error\":\"%s\",\"message\":\"no\"}}", true},
    {"message", "500 Oops\r\n" JSON_TYPE, "{\"message\":\"%s\"}", true},
    {"title", "500 Oops\r\nContent-Type: application/problem+json\r\n", "{\"title\":\"%s\"}", true},
    {"a field's message", "422 No\r\n" JSON_TYPE,
     "{\"detail\":[{\"loc\":[\"body\",\"config\"],\"msg\":\"%s\",\"type\":\"x\"}]}", true},
    {"a field's path", "422 No\r\n" JSON_TYPE,
     "{\"detail\":[{\"loc\":[\"body\",\"%s\"],\"msg\":\"no\",\"type\":\"x\"}]}", true},
    {"a field's input", "422 No\r\n" JSON_TYPE,
     "{\"detail\":[{\"loc\":[\"body\"],\"msg\":\"no\",\"type\":\"x\",\"input\":{\"secret_access_key\":\"%s\"},\"ctx\":{"
     "\"error\":\"%s\"},\"url\":\"%s\"}]}",
     true},
    {"plain text", "500 Oops\r\nContent-Type: text/plain\r\n", "it was %s, was it not", false},
    {"HTML", "502 Bad Gateway\r\nContent-Type: text/html\r\n", "<html>%s</html>", false},
    {"text without a type", "500 Oops\r\n", "%s", false},
    {"200 that is no JSON", "200 OK\r\n", "{\"id\": %s", false},
    {"200 with another id", "200 OK\r\n",
     "{\"id\":\"ffffffff-8a88-422c-9546-72c183b95b51\",\"display_name\":\"%s\",\"config\":{\"prefix\":\"\"}}", true},
    {"200 without an id", "200 OK\r\n", "{\"id\":\"%s\",\"display_name\":\"x\",\"config\":{}}", true},
    {"X-Request-Id", "500 Oops\r\nX-Request-Id: %s\r\n", NULL, false},
    {"X-Request-Id of a success", "200 OK\r\nX-Request-Id: %s\r\n", NULL, false},
    {"Location", "307 There\r\nLocation: https://%s.example/%s?%s\r\n", NULL, false},
    {"Content-Type", "200 OK\r\nContent-Type: text/html; x=%s\r\n", NULL, false},
    {"Content-Encoding", "200 OK\r\nContent-Encoding: %s\r\n", NULL, false},
    {"Retry-After", "429 Slow\r\nRetry-After: %s\r\n", NULL, false},
    {"the reason phrase", "500 %s\r\n", NULL, false},
    {"a header without a colon", "200 OK\r\n%s\r\n", NULL, false},
    {"a header's name", "500 Oops\r\n%s: x\r\n", NULL, false},
    {"Content-Length", "200 OK\r\nContent-Length: %s\r\n", NULL, false},
    {"Transfer-Encoding", "200 OK\r\nTransfer-Encoding: %s\r\n", NULL, false},
};

/* Every %s becomes the secret. */
static void fill(char to[TEXT_SIZE], const char *pattern, const char *secret) {
  size_t length = 0;
  for (; *pattern && length + CANARY_WRITTEN_MAX < TEXT_SIZE; pattern++) {
    if (pattern[0] == '%' && pattern[1] == 's') {
      length += (size_t)snprintf(to + length, TEXT_SIZE - length, "%s", secret);
      pattern++;
    } else {
      to[length++] = *pattern;
    }
  }
  to[length] = '\0';
}

/* Within JSON a plain secret is escaped once, else it would not be JSON. */
static enum canary_form form_within(const struct echo *echo, enum canary_form form) {
  if (!echo->in_json) return form;
  if (form == CANARY_PLAIN) return CANARY_JSON;
  return form == CANARY_JSON ? CANARY_JSON_TWICE : form;
}

static void call_and_end(lsexport_client *client, struct server *server, enum kind kind, const char *where) {
  struct outcome outcome = caller_call(client, kind, NULL);
  const char *const facts[] = {"redirect_host", "content_type", "content_encoding", "member", "expected", "seen",
                               "url",           "bucket"};
  for (size_t i = 0; i < COUNT(facts); i++) {
    const char *fact = lsexport_error_fact(outcome.error, facts[i]);
    if (fact) canary_check(fact, where);
  }
  outcome_free(&outcome);
  caller_free(client);
  caller_finish(server, where);
  server_free(server);
}

static void answer_with(const char *answer, size_t length, enum kind kind, const char *where) {
  const struct step *script = SCRIPT(REQUEST, {.kind = STEP_SEND, .bytes = answer, .length = length}, FIN);
  struct server *server = server_start_one(IDENTITY_NONE, script);
  size_t before = complaint_count();
  call_and_end(caller_client(server_root(server), OPTIONS({"max_attempts", "1"})), server, kind, where);
  if (complaint_count() > before) complain("  ... by %s", where);
}

static void echo_number(size_t number, const void *context) {
  char secret[CANARY_WRITTEN_MAX], status[TEXT_SIZE], body[TEXT_SIZE] = "", answer[2 * TEXT_SIZE], where[WHERE_SIZE];
  const struct echo *echo = &echoes[number / CANARY_FORM_COUNT / CANARY_COUNT];
  enum canary canary = (enum canary)(number / CANARY_FORM_COUNT % CANARY_COUNT);
  enum canary_form form = form_within(echo, (enum canary_form)(number % CANARY_FORM_COUNT));
  (void)context;
  if (canary == CANARY_IS_PROXY_PASSWORD) return; /* test_proxy has it */
  canary_write(secret, canary_text(canary), form);
  fill(status, echo->status, secret);
  if (echo->body) fill(body, echo->body, secret);
  int length = snprintf(answer, sizeof answer, "HTTP/1.1 %s%s", status, "");
  if (!strstr(status, "Content-Length") && !strstr(status, "Transfer-Encoding"))
    length += snprintf(answer + length, sizeof answer - (size_t)length, "Content-Length: %zu\r\n", strlen(body));
  length += snprintf(answer + length, sizeof answer - (size_t)length, "\r\n%s", body);
  snprintf(where, sizeof where, "%s, secret %d %s", echo->name, canary, canary_form_name(form));
  /* Create and patch know the bucket's credentials; a get knows the API key alone. */
  answer_with(answer, (size_t)length, canary == CANARY_IS_API_KEY && number % 2 ? KIND_GET : KIND_CREATE, where);
  if (canary != CANARY_IS_API_KEY) answer_with(answer, (size_t)length, KIND_PATCH, where);
}

START_TEST(never_shows_what_is_sent_back) {
  workers_run(COUNT(echoes) * CANARY_COUNT * CANARY_FORM_COUNT, echo_number, NULL);
}
END_TEST

/* ---- a secret that crosses a cut ---- */

/* Where texts are cut to a length, a part of a secret may be left. */
static const struct cut {
  const char *name;
  const char *before, *after; /* around the filling and the secret */
  bool in_json;
} cuts[] = {
    {"detail", "400 No\r\n\r\n{\"detail\":\"", "\"}", true},
    {"detail of the bucket", "400 No\r\n\r\n{\"detail\":\"Failed to validate S3 destination: ", "\"}", true},
    {"bucket's code", "400 No\r\n\r\n{\"detail\":\"Failed to validate S3 destination: [Errno 5] An error occurred (",
     ") when calling the PutObject operation: x\"}", true},
    {"endpoint's URL",
     "400 No\r\n\r\n{\"detail\":\"Failed to validate S3 destination: Could not connect to the endpoint URL: "
     "\\\"https://",
     ".example/\\\"\"}", true},
    {"denied resource",
     "400 No\r\n\r\n{\"detail\":\"Failed to validate S3 destination: User: arn:aws:iam::1:user/x is not authorized to "
     "perform: "
     "s3:PutObject on resource: \\\"arn:aws:s3:::",
     "\\\" because no identity-based policy allows the s3:PutObject action\"}", true},
    {"field's path", "422 No\r\n\r\n{\"detail\":[{\"loc\":[\"body\",\"", "\"],\"msg\":\"no\"}]}", true},
    {"field's message", "422 No\r\n\r\n{\"detail\":[{\"loc\":[\"body\"],\"msg\":\"", "\"}]}", true},
    {"text", "500 No\r\nContent-Type: text/plain\r\n\r\n", "", false},
    {"X-Request-Id", "500 No\r\nX-Request-Id: ", "\r\n\r\n", false},
    {"Location", "307 No\r\nLocation: https://", ".example/\r\n\r\n", false},
    {"Content-Type", "200 OK\r\nContent-Type: text/html;", "\r\n\r\n", false},
    {"Content-Encoding", "200 OK\r\nContent-Encoding: ", "\r\n\r\n", false},
};

#define FILLINGS 2 /* a letter; a control character, which shrinks when it is washed */
static const int edges[] = {64, 128, 160, 200, 256, 300, 400, 512, 1024, 2048, 4096};
static const int offsets[] = {-37, -30, -25, -20, -16, -12, 0};

static void cut_number(size_t number, const void *context) {
  char answer[2 * TEXT_SIZE], filling[TEXT_SIZE], secret[CANARY_WRITTEN_MAX], where[WHERE_SIZE];
  const struct cut *cut = &cuts[number / (FILLINGS * COUNT(edges) * COUNT(offsets))];
  bool control = number % FILLINGS;
  int size = edges[number / FILLINGS % COUNT(edges)] + offsets[number / FILLINGS / COUNT(edges) % COUNT(offsets)];
  (void)context;
  if (control && cut->in_json) return; /* JSON has none */
  memset(filling, control ? '\x01' : 'a', (size_t)size);
  filling[size] = '\0';
  canary_write(secret, CANARY_SECRET, cut->in_json ? CANARY_JSON : CANARY_PLAIN);
  int length = snprintf(answer, sizeof answer, "HTTP/1.1 %s%s%s%s", cut->before, filling, secret, cut->after);
  snprintf(where, sizeof where, "%s, cut near %d%s", cut->name, size, control ? ", control characters" : "");
  answer_with(answer, (size_t)length, KIND_CREATE, where);
}

START_TEST(never_shows_a_part_of_what_is_cut) {
  workers_run(COUNT(cuts) * FILLINGS * COUNT(edges) * COUNT(offsets), cut_number, NULL);
}
END_TEST

/* ---- what is refused before it is sent ---- */

/* The searches of caller.c, over errors of the library itself: bad values are secrets as well. */
START_TEST(never_shows_what_it_refuses) {
  static const char *const bad[] = {CANARY_API_KEY "\n", " " CANARY_API_KEY, CANARY_API_KEY "\x7f",
                                    "\xff" CANARY_API_KEY};
  for (size_t i = 0; i < COUNT(bad); i++) {
    lsexport_config *config = NULL;
    lsexport_client *client = NULL;
    lsexport_error *error = NULL;
    ck_assert_int_eq(lsexport_config_new(&config), LSEXPORT_OK);
    lsexport_config_set_api_key(config, bad[i], LSEXPORT_NUL_TERMINATED);
    ck_assert_int_eq(lsexport_client_new(config, &client, &error), LSEXPORT_ERR_VALIDATION);
    canary_check(lsexport_error_json(error), "a bad API key");
    canary_check(lsexport_error_message(error), "a bad API key");
    lsexport_error_free(error);
    lsexport_config_free(config);
  }
  static const struct option options[] = {{"proxy_password", CANARY_PROXY_PASSWORD "\n"},
                                          {"proxy", "http://u:" CANARY_PROXY_PASSWORD "@127.0.0.1:1"},
                                          {"api_root", "https://u:" CANARY_PROXY_PASSWORD "@127.0.0.1:1"},
                                          {"workspace_id", CANARY_API_KEY},
                                          {"timeout_ms", CANARY_PROXY_PASSWORD}};
  for (size_t i = 0; i < COUNT(options); i++) {
    lsexport_client *client = NULL;
    lsexport_error *error = NULL;
    if (caller_try_client("https://127.0.0.1:1", OPTIONS({options[i].key, options[i].value}), &client, &error) ==
        LSEXPORT_OK)
      caller_free(client);
    lsexport_error_free(error);
  }
  complaints_raise();
}
END_TEST

/* Nothing of it in the request's line or in headers other than its own. */
START_TEST(puts_secrets_where_they_belong) {
  struct server *server = server_start(&(struct server_plan){.identity = _i ? IDENTITY_GOOD : IDENTITY_NONE});
  lsexport_client *client = caller_client(server_root(server), NULL);
  for (int kind = 0; kind < FOUR_KINDS; kind++) {
    struct outcome outcome = caller_call(client, (enum kind)kind, NULL);
    expect_status(&outcome, LSEXPORT_OK, "healthy");
    outcome_free(&outcome);
  }
  caller_free(client);
  caller_finish(server, "healthy");
  for (int i = 0; i < FOUR_KINDS; i++) {
    const struct seen *seen = server_request(server, i);
    const char *key = strstr(seen->head, "X-API-Key: " CANARY_API_KEY "\r\n");
    canary_check(seen->path, "a path");
    ck_assert_msg(key != NULL, "%s", seen->head);
    char *rest = strdup(key + strlen("X-API-Key: " CANARY_API_KEY));
    canary_check(rest, "the headers behind the key");
    free(rest);
    ck_assert(!strstr(seen->head, CANARY_SECRET) && !strstr(seen->head, CANARY_TOKEN));
    ck_assert(!strstr(seen->head, "Accept-Encoding") && !strstr(seen->head, "Expect") && !strstr(seen->head, "Cookie"));
    ck_assert(strstr(seen->head, " HTTP/1.1\r\n"));
  }
  server_free(server);
  complaints_raise();
}
END_TEST

int main(void) {
  Suite *suite = suite_create("test_secrets");
  faults_begin();
  TCase *cases = faults_case(suite, "secrets");
  tcase_add_test(cases, never_shows_what_is_sent_back);
  tcase_add_test(cases, never_shows_a_part_of_what_is_cut);
  tcase_add_test(cases, never_shows_what_it_refuses);
  tcase_add_loop_test(cases, puts_secrets_where_they_belong, 0, 2);
  return faults_end(suite);
}
