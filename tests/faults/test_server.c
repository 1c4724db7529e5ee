/* SPDX-License-Identifier: MIT */
/* The fault server and the searches themselves: a tool that finds nothing must be known to find something. Spoken to over
 * plain sockets and OpenSSL, without the library. */
#include "caller.h"
#include "complaints.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* ---- a client without manners ---- */

static int dial(const struct server *server) {
  struct sockaddr_in address = {.sin_family = AF_INET,
                                .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
                                .sin_port = htons((uint16_t)server_port(server))};
  int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  ck_assert_int_eq(connect(descriptor, (struct sockaddr *)&address, sizeof address), 0);
  return descriptor;
}

static void say(int descriptor, const char *text) {
  ck_assert_int_eq((int)send(descriptor, text, strlen(text), MSG_NOSIGNAL), (int)strlen(text));
}

/* All until the other side ends; -1 when it was a reset. */
static int hear(int descriptor, char *to, size_t size) {
  size_t length = 0;
  for (;;) {
    ssize_t got = recv(descriptor, to + length, size - 1 - length, 0);
    if (got < 0) return -1;
    length += (size_t)got;
    to[length] = '\0';
    if (!got) return (int)length;
  }
}

START_TEST(sends_what_the_script_says) {
  char heard[4096];
  struct server *server = server_start_one(IDENTITY_NONE, SCRIPT(HEAD, SEND("a\0b"), FLOOD("cd", 3), DRIBBLE("ef", 1),
                                                                 BODY, ANSWER("204 Nothing\r\nX: y", "body"), FIN));
  int descriptor = dial(server);
  say(descriptor, "POST /there HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello");
  int length = hear(descriptor, heard, sizeof heard);
  static const char expected[] = "a\0bcdcdcdefHTTP/1.1 204 Nothing\r\nX: y\r\nContent-Length: 4\r\n\r\nbody";
  ck_assert_int_eq(length, (int)sizeof expected - 1);
  ck_assert_mem_eq(heard, expected, sizeof expected - 1);
  close(descriptor);
  server_finish(server);
  const struct seen *seen = server_request(server, 0);
  ck_assert_str_eq(seen->method, "POST");
  ck_assert_str_eq(seen->path, "/there");
  ck_assert_str_eq(seen->body, "hello");
  ck_assert(seen->whole);
  ck_assert_ptr_null(server_request(server, 1));
  server_free(server);
}
END_TEST

START_TEST(resets) {
  char heard[64];
  struct server *server = server_start_one(IDENTITY_NONE, SCRIPT(HEAD, RST));
  int descriptor = dial(server);
  say(descriptor, "GET / HTTP/1.1\r\n\r\n");
  ck_assert_int_eq(hear(descriptor, heard, sizeof heard), -1);
  close(descriptor);
  server_finish(server);
  server_free(server);
}
END_TEST

/* What was sent before a reset is there to be read, for as long as it takes. */
START_TEST(waits_until_it_was_read) {
  char heard[64];
  struct server *server = server_start_one(IDENTITY_NONE, SCRIPT(HEAD, SEND("abc"), TAKEN, RST));
  int descriptor = dial(server);
  say(descriptor, "GET / HTTP/1.1\r\n\r\n");
  struct pollfd polled = {.fd = descriptor, .events = POLLIN};
  ck_assert_int_eq(poll(&polled, 1, -1), 1);
  polled.events = 0;
  ck_assert_int_eq(poll(&polled, 1, 50), 0); /* a reset too early would be here by now */
  ck_assert_int_eq((int)recv(descriptor, heard, sizeof heard, 0), 3);
  ck_assert_int_eq(hear(descriptor, heard, sizeof heard), -1);
  close(descriptor);
  server_finish(server);
  server_free(server);
}
END_TEST

/* Whatever the script did, or did not do, no request goes uncounted. */
START_TEST(counts_every_request) {
  const struct step *const scripts[] = {SCRIPT(STALL), SCRIPT(HEAD, FIN), SCRIPT(PAUSE(0)), SCRIPT(AWAIT(9))};
  struct server *server = server_start(&(struct server_plan){.scripts = scripts, .script_count = COUNT(scripts)});
  for (size_t i = 0; i < COUNT(scripts); i++) {
    int descriptor = dial(server);
    say(descriptor, "POST /1 HTTP/1.1\r\nContent-Length: 3\r\n\r\nabcGET /2 HTTP/1.1\r\n\r\nPOST /3 HT");
    close(descriptor);
  }
  close(dial(server));
  server_finish(server);
  ck_assert_int_eq(server_connections(server), (int)COUNT(scripts) + 1);
  ck_assert_int_eq(server_requests(server, NULL), 3 * (int)COUNT(scripts));
  ck_assert_int_eq(server_requests(server, "POST"), 2 * (int)COUNT(scripts));
  ck_assert(!server_was_left_open(server));
  server_free(server);
}
END_TEST

START_TEST(waits_for_signals) {
  char heard[64];
  struct server *server = server_start_one(IDENTITY_NONE, SCRIPT(HEAD, TELL(3), AWAIT(4), SEND("now"), FIN));
  int descriptor = dial(server);
  say(descriptor, "GET / HTTP/1.1\r\n\r\n");
  ck_assert(server_await(server, 3));
  ck_assert_int_eq((int)recv(descriptor, heard, sizeof heard, MSG_DONTWAIT), -1);
  server_go(server, 4);
  ck_assert_int_eq(hear(descriptor, heard, sizeof heard), 3);
  close(descriptor);
  server_finish(server);
  server_free(server);
}
END_TEST

/* ---- TLS ---- */

/* The reason why a client that trusts the authority would turn it away; X509_V_OK when it would not. */
static long verify(enum identity identity, enum tls_limit limit, int version) {
  struct server *server = server_start(&(struct server_plan){.identity = identity, .tls_limit = limit});
  SSL_CTX *context = SSL_CTX_new(TLS_client_method());
  SSL_CTX_set_security_level(context, 0);
  SSL_CTX_set_cipher_list(context, "DEFAULT:@SECLEVEL=0");
  SSL_CTX_set_min_proto_version(context, version);
  SSL_CTX_set_max_proto_version(context, version);
  ck_assert_int_eq(SSL_CTX_load_verify_locations(context, authority_file(), NULL), 1);
  SSL *tls = SSL_new(context);
  int descriptor = dial(server);
  SSL_set_fd(tls, descriptor);
  X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(tls), "127.0.0.1");
  long result = SSL_connect(tls) == 1 ? SSL_get_verify_result(tls) : -1;
  SSL_shutdown(tls);
  SSL_free(tls);
  SSL_CTX_free(context);
  close(descriptor);
  server_finish(server);
  server_free(server);
  return result;
}

START_TEST(is_who_it_says) {
  ck_assert_int_eq(verify(IDENTITY_GOOD, TLS_LIMIT_NONE, TLS1_3_VERSION), X509_V_OK);
  ck_assert_int_eq(verify(IDENTITY_GOOD, TLS_LIMIT_1_2, TLS1_2_VERSION), X509_V_OK);
  ck_assert_int_eq(verify(IDENTITY_SELF_SIGNED, TLS_LIMIT_NONE, TLS1_3_VERSION),
                   X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT);
  ck_assert_int_ne(verify(IDENTITY_OTHER_AUTHORITY, TLS_LIMIT_NONE, TLS1_3_VERSION), X509_V_OK);
  ck_assert_int_eq(verify(IDENTITY_EXPIRED, TLS_LIMIT_NONE, TLS1_3_VERSION), X509_V_ERR_CERT_HAS_EXPIRED);
  ck_assert_int_eq(verify(IDENTITY_NOT_YET_VALID, TLS_LIMIT_NONE, TLS1_3_VERSION), X509_V_ERR_CERT_NOT_YET_VALID);
  ck_assert_int_eq(verify(IDENTITY_WRONG_HOST, TLS_LIMIT_NONE, TLS1_3_VERSION), X509_V_ERR_IP_ADDRESS_MISMATCH);
}
END_TEST

/* It really would talk TLS 1.1: what refuses it in the other tests is the library. */
START_TEST(talks_tls_1_1_and_nothing_else) {
  ck_assert_int_eq(verify(IDENTITY_GOOD, TLS_LIMIT_1_1, TLS1_1_VERSION), X509_V_OK);
  ck_assert_int_eq(verify(IDENTITY_GOOD, TLS_LIMIT_1_1, TLS1_2_VERSION), -1);
  ck_assert_int_eq(verify(IDENTITY_GOOD, TLS_LIMIT_1_1, TLS1_3_VERSION), -1);
}
END_TEST

/* ---- dead ports ---- */

static int try_port(int port, int milliseconds) {
  struct sockaddr_in address = {
      .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK), .sin_port = htons((uint16_t)port)};
  struct timeval patience = {.tv_usec = milliseconds * 1000};
  int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  int result = connect(descriptor, (struct sockaddr *)&address, sizeof address);
  close(descriptor);
  return result;
}

START_TEST(has_dead_ports) {
  struct dead_port refusing, silent;
  dead_port_refusing(&refusing);
  dead_port_silent(&silent, false, 0);
  ck_assert_int_eq(try_port(refusing.port, 200), -1);
  ck_assert_int_eq(errno, ECONNREFUSED);
  ck_assert_int_eq(try_port(silent.port, 200), -1);
  ck_assert_int_eq(errno, EINPROGRESS);
  dead_port_close(&refusing);
  dead_port_close(&silent);
}
END_TEST

/* ---- the search for canaries ---- */

START_TEST(finds_canaries) {
  char text[2 * CANARY_WRITTEN_MAX], written[CANARY_WRITTEN_MAX];
  for (int canary = 0; canary < CANARY_COUNT; canary++)
    for (int form = 0; form < CANARY_FORM_COUNT; form++) {
      canary_write(written, canary_text((enum canary)canary), (enum canary_form)form);
      snprintf(text, sizeof text, "it was \"%s\", was it?", written);
      ck_assert_msg(canary_find(text) != NULL, "does not find %s", text);
      /* Half of it will do. */
      snprintf(text, sizeof text, "it was %.*s...", (int)(strlen(written) / 2 + 8), written);
      ck_assert_msg(canary_find(text) != NULL, "does not find %s", text);
    }
  ck_assert_ptr_null(canary_find("nothing, canary, lsv2_pt_, AKIA, " HEALTHY_BODY));
}
END_TEST

int main(void) {
  Suite *suite = suite_create("test_server");
  faults_begin();
  TCase *cases = faults_case(suite, "the tools");
  tcase_add_test(cases, sends_what_the_script_says);
  tcase_add_test(cases, resets);
  tcase_add_test(cases, waits_until_it_was_read);
  tcase_add_test(cases, counts_every_request);
  tcase_add_test(cases, waits_for_signals);
  tcase_add_test(cases, is_who_it_says);
  tcase_add_test(cases, talks_tls_1_1_and_nothing_else);
  tcase_add_test(cases, has_dead_ports);
  tcase_add_test(cases, finds_canaries);
  return faults_end(suite);
}
