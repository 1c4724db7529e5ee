/* SPDX-License-Identifier: MIT */
/* lsexport_global_init(LSEXPORT_INIT_WIPE): refused when it comes too late; and when it came first, no copy of a secret is
 * left in writable memory once all handles are freed, plain and over TLS. The test reads its own memory.
 *
 * So this program may not keep secrets in writable memory itself: they stand in read-only data, and are handed over from
 * there. The other helpers, which write them down to search for them, are not used, and the server is another process. */
#include "certificates.h"
#include "server.h"

#include <lsexport/lsexport.h>

#include <check.h>
#include <curl/curl.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* Three parts each, for a block that was freed without being wiped keeps all but its first bytes. */
#define SECRET_OF(a, b, c) a b c
#define API_KEY SECRET_OF("lsv2_pt_Hn5cT8", "eXw2Lq9Zr4Vb7K", "yMd1Gs6Pf3Jt0U")
#define SECRET SECRET_OF("Wq8Rz3Kx6Nv1Tj", "Bm4Yd9Lc2Hg7Fs", "Pe5Ua0Xi8Ok3Zw")
#define TOKEN SECRET_OF("FwoGZXIvYXdzEG", "Ra4Tn9Vd2Ju7Xb", "Qk1Ym6Cs8Lh3Ge")
static const char *const parts[] = {"lsv2_pt_Hn5cT8", "eXw2Lq9Zr4Vb7K", "yMd1Gs6Pf3Jt0U",
                                    "Wq8Rz3Kx6Nv1Tj", "Bm4Yd9Lc2Hg7Fs", "Pe5Ua0Xi8Ok3Zw",
                                    "FwoGZXIvYXdzEG", "Ra4Tn9Vd2Ju7Xb", "Qk1Ym6Cs8Lh3Ge"};

/* ---- too late, and in time ---- */

START_TEST(refuses_unknown_flags) {
  ck_assert_int_eq(lsexport_global_init(2), LSEXPORT_ERR_INVALID_ARGUMENT);
  ck_assert_int_eq(lsexport_global_init(-1), LSEXPORT_ERR_INVALID_ARGUMENT);
  ck_assert_int_eq(lsexport_global_init(LSEXPORT_INIT_WIPE), LSEXPORT_OK); /* neither of them was first at anything */
}
END_TEST

START_TEST(works_first) {
  ck_assert_int_eq(lsexport_global_init(LSEXPORT_INIT_WIPE), LSEXPORT_OK);
  ck_assert_int_eq(lsexport_global_init(LSEXPORT_INIT_WIPE), LSEXPORT_OK);
  ck_assert_int_eq(lsexport_global_init(0), LSEXPORT_OK);
}
END_TEST

START_TEST(is_too_late_behind_libcurl) {
  ck_assert_int_eq(curl_global_init(CURL_GLOBAL_DEFAULT), CURLE_OK);
  ck_assert_int_eq(lsexport_global_init(LSEXPORT_INIT_WIPE), LSEXPORT_ERR_INVALID_STATE);
  ck_assert_int_eq(lsexport_global_init(LSEXPORT_INIT_WIPE), LSEXPORT_ERR_INVALID_STATE);
  ck_assert_int_eq(lsexport_global_init(0), LSEXPORT_OK);
}
END_TEST

START_TEST(is_too_late_behind_plain_init) {
  ck_assert_int_eq(lsexport_global_init(0), LSEXPORT_OK);
  ck_assert_int_eq(lsexport_global_init(LSEXPORT_INIT_WIPE), LSEXPORT_ERR_INVALID_STATE);
}
END_TEST

START_TEST(is_too_late_behind_a_client) {
  lsexport_config *config = NULL;
  lsexport_client *client = NULL;
  lsexport_config_new(&config);
  lsexport_config_set_api_key(config, API_KEY, LSEXPORT_NUL_TERMINATED);
  ck_assert_int_eq(lsexport_client_new(config, &client, NULL), LSEXPORT_OK);
  ck_assert_int_eq(lsexport_global_init(LSEXPORT_INIT_WIPE), LSEXPORT_ERR_INVALID_STATE);
  lsexport_client_free(client);
  lsexport_config_free(config);
}
END_TEST

/* ---- a server in another process ---- */

struct remote {
  pid_t process;
  int port;
  int leash; /* closed: the server ends */
};

static struct remote remote_start(enum identity identity, const struct step *const *scripts, size_t count) {
  int ready[2], leash[2];
  struct remote remote = {0};
  ck_assert_int_eq(pipe(ready) | pipe(leash), 0);
  remote.process = fork();
  if (!remote.process) {
    char byte;
    close(leash[1]);
    struct server *server =
        server_start(&(struct server_plan){.identity = identity, .scripts = scripts, .script_count = count});
    int port = server_port(server);
    if (write(ready[1], &port, sizeof port) != sizeof port || read(leash[0], &byte, 1) < 0) _exit(1);
    server_finish(server);
    _exit(0);
  }
  close(ready[1]);
  close(leash[0]);
  ck_assert_int_eq((int)read(ready[0], &remote.port, sizeof remote.port), (int)sizeof remote.port);
  close(ready[0]);
  remote.leash = leash[1];
  return remote;
}

static void remote_end(const struct remote *remote) {
  int status = 0;
  close(remote->leash);
  ck_assert_int_eq((int)waitpid(remote->process, &status, 0), (int)remote->process);
  ck_assert_int_eq(status, 0);
}

/* ---- reading one's own memory ---- */

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED true /* their shadows are larger than any disk, and they keep freed blocks back on purpose */
#else
#define SANITIZED false
#endif
#define MEMCHECK "vgpreload_memcheck" /* it watches every byte that is read, and keeps freed blocks as well */

static char maps[256 * 1024];

static void read_maps(void) {
  size_t length = 0;
  int file = open("/proc/self/maps", O_RDONLY | O_CLOEXEC);
  ck_assert_int_ge(file, 0);
  for (ssize_t got; (got = read(file, maps + length, sizeof maps - 1 - length)) > 0;) length += (size_t)got;
  maps[length] = '\0';
  close(file);
}

/* How many parts of secrets stand in writable memory. */
static int count_copies(void) {
  int copies = 0;
  read_maps();
  for (const char *line = maps; *line; line = strchr(line, '\n') + 1) {
    unsigned long from, to;
    char access[8];
    if (sscanf(line, "%lx-%lx %7s", &from, &to, access) != 3 || strncmp(access, "rw", 2) != 0) continue;
    for (size_t i = 0; i < COUNT(parts); i++) {
      const char *at = (const char *)(uintptr_t)from, *end = (const char *)(uintptr_t)to;
      while ((at = memmem(at, (size_t)(end - at), parts[i], strlen(parts[i])))) {
        fprintf(stderr, "part %zu at %p in %.*s\n", i, (const void *)at, (int)strcspn(line, "\n"), line);
        copies++;
        at++;
      }
    }
  }
  return copies;
}

/* Whether this process may read itself. */
static bool can_count(void) {
  read_maps();
  return !SANITIZED && !strstr(maps, MEMCHECK);
}

START_TEST(would_find_a_copy) {
  if (!can_count()) return;
  ck_assert_int_eq(count_copies(), 0);
  char *copy = strdup(parts[4]);
  ck_assert_int_eq(count_copies(), 1);
  free(copy);
}
END_TEST

/* ---- calls ---- */

static lsexport_client *make_client(const struct remote *remote, bool tls) {
  char root[64];
  lsexport_config *config = NULL;
  lsexport_client *client = NULL;
  snprintf(root, sizeof root, "%s://127.0.0.1:%d", tls ? "https" : "http", remote->port);
  lsexport_config_new(&config);
  lsexport_config_set(config, "api_root", root);
  lsexport_config_set(config, "ca_file", authority_file());
  lsexport_config_set(config, "write_timeout_ms", "60000");
  lsexport_config_set_api_key(config, API_KEY, LSEXPORT_NUL_TERMINATED);
  ck_assert_int_eq(lsexport_client_new(config, &client, NULL), LSEXPORT_OK);
  lsexport_config_free(config);
  return client;
}

static lsexport_destination_spec *make_spec(lsexport_credentials *credentials) {
  lsexport_destination_spec *spec = NULL;
  lsexport_destination_spec_new(&spec);
  lsexport_destination_spec_set_display_name(spec, DISPLAY_NAME);
  lsexport_destination_spec_set_bucket_name(spec, "bucket");
  lsexport_destination_spec_set_prefix(spec, "exports");
  lsexport_destination_spec_set_region(spec, "us-east-1");
  lsexport_destination_spec_set_credentials(spec, credentials);
  return spec;
}

#define ECHO                                                                                           \
  ANSWER("422 No\r\nX-Request-Id: " API_KEY "\r\nConnection: close\r\nContent-Type: application/json", \
         "{\"detail\":[{\"loc\":[\"body\",\"" SECRET "\"],\"msg\":\"" TOKEN "\",\"input\":\"" SECRET "\"}]}")
#define WELL ANSWER("200 OK", HEALTHY_BODY)

static const struct step *const scripts[] = {
    SCRIPT(REQUEST, WELL, REQUEST, WELL, REQUEST, RST), /* get, patch, and at the end a patch that dies */
    SCRIPT(REQUEST, ANSWER("200 OK\r\nConnection: close", HEALTHY_BODY), FIN), /* create */
    SCRIPT(REQUEST, ECHO, FIN),                                                /* create, refused */
    SCRIPT(REQUEST, FIN),                                                      /* create, lost */
};

static lsexport_credentials *make_credentials(void) {
  lsexport_credentials *credentials = NULL;
  ck_assert_int_eq(lsexport_credentials_new_session("AKIAEXAMPLE000000001", SECRET, LSEXPORT_NUL_TERMINATED, TOKEN,
                                                    LSEXPORT_NUL_TERMINATED, &credentials),
                   LSEXPORT_OK);
  return credentials;
}

static void make_calls(lsexport_client *client) {
  lsexport_credentials *credentials = make_credentials();
  lsexport_destination *destination = NULL;
  lsexport_error *error = NULL;
  lsexport_destination_spec *spec = make_spec(credentials);
  ck_assert_int_eq(lsexport_destination_get(client, DESTINATION_ID, NULL, &destination, NULL), LSEXPORT_OK);
  lsexport_destination_free(destination);
  ck_assert_int_eq(lsexport_destination_patch(client, DESTINATION_ID, credentials, NULL, NULL, NULL), LSEXPORT_OK);
  ck_assert_int_eq(lsexport_destination_create(client, spec, NULL, &destination, NULL), LSEXPORT_OK);
  lsexport_destination_free(destination);
  ck_assert_int_eq(lsexport_destination_create(client, spec, NULL, &destination, &error), LSEXPORT_ERR_VALIDATION);
  ck_assert_int_eq(lsexport_destination_create(client, spec, NULL, &destination, NULL), LSEXPORT_ERR_CONNECTION_LOST);
  ck_assert_int_eq(lsexport_destination_patch(client, DESTINATION_ID, credentials, NULL, NULL, NULL), LSEXPORT_OK);
  lsexport_error_free(error);
  lsexport_destination_spec_free(spec);
  lsexport_credentials_free(credentials);
}

START_TEST(leaves_no_copy) {
  bool tls = _i;
  struct remote remote = remote_start(tls ? IDENTITY_GOOD : IDENTITY_NONE, scripts, COUNT(scripts));
  ck_assert_int_eq(lsexport_global_init(LSEXPORT_INIT_WIPE), LSEXPORT_OK);
  lsexport_client *client = make_client(&remote, tls);
  make_calls(client);
  lsexport_client_free(client);
  if (can_count()) ck_assert_int_eq(count_copies(), 0);
  remote_end(&remote);
}
END_TEST

/* Sent back by the server, and nothing comes after it that would be read into the same place. */
START_TEST(leaves_no_copy_of_an_echo) {
  bool tls = _i;
  const struct step *script = SCRIPT(REQUEST, ECHO, FIN);
  struct remote remote = remote_start(tls ? IDENTITY_GOOD : IDENTITY_NONE, &script, 1);
  ck_assert_int_eq(lsexport_global_init(LSEXPORT_INIT_WIPE), LSEXPORT_OK);
  lsexport_client *client = make_client(&remote, tls);
  lsexport_credentials *credentials = make_credentials();
  lsexport_destination_spec *spec = make_spec(credentials);
  lsexport_destination *destination = NULL;
  ck_assert_int_eq(lsexport_destination_create(client, spec, NULL, &destination, NULL), LSEXPORT_ERR_VALIDATION);
  lsexport_destination_spec_free(spec);
  lsexport_credentials_free(credentials);
  lsexport_client_free(client);
  if (can_count()) ck_assert_int_eq(count_copies(), 0);
  remote_end(&remote);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("test_wipe");
  TCase *cases = tcase_create("wiping");
  certificates_make();
  tcase_set_timeout(cases, 300);
  suite_add_tcase(suite, cases);
  tcase_add_test(cases, refuses_unknown_flags);
  tcase_add_test(cases, works_first);
  tcase_add_test(cases, is_too_late_behind_libcurl);
  tcase_add_test(cases, is_too_late_behind_plain_init);
  tcase_add_test(cases, is_too_late_behind_a_client);
  tcase_add_test(cases, would_find_a_copy);
  tcase_add_loop_test(cases, leaves_no_copy, 0, 2);
  tcase_add_loop_test(cases, leaves_no_copy_of_an_echo, 0, 2);
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_ENV);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  certificates_free();
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
