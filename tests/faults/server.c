/* SPDX-License-Identifier: MIT */
#include "server.h"

#include "conversation.h"
#include "pace.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define ROOT_SIZE 64
#define REQUESTS_MAX 4096

struct server {
  struct server_plan plan;
  const struct step **scripts;
  int listener;
  int stop; /* readable once the test is over */
  int port;
  char root[ROOT_SIZE];
  SSL_CTX *tls;
  pthread_t acceptor;
  pthread_mutex_t lock; /* over what follows */
  pthread_cond_t changed;
  struct conversation *conversations; /* the newest first */
  int connections;
  struct seen *requests;
  int request_count;
  uint32_t told, let_go; /* a bit a signal */
  bool over;
  bool left_open;
  int commits;
  uint64_t bytes_sent;
};

static const struct step healthy[] = {REQUEST, COMMIT,
                                      ANSWER("200 OK\r\n" JSON_TYPE "X-Request-Id: healthy", HEALTHY_BODY), AGAIN};

static void must(int fine, const char *what) {
  if (fine) return;
  perror(what);
  abort();
}

/* ---- notes ---- */

int server_note_request(struct server *server, const struct seen *seen) {
  pthread_mutex_lock(&server->lock);
  int index = server->request_count;
  must(index < REQUESTS_MAX, "fewer requests");
  server->requests[server->request_count++] = *seen;
  pthread_cond_broadcast(&server->changed);
  pthread_mutex_unlock(&server->lock);
  return index;
}

void server_note_body(struct server *server, int index, const char *bytes, size_t length, size_t left) {
  pthread_mutex_lock(&server->lock);
  struct seen *seen = &server->requests[index];
  char *body = realloc(seen->body, seen->body_length + length + 1);
  must(body != NULL, "memory");
  memcpy(body + seen->body_length, bytes, length);
  seen->body = body;
  seen->body_length += length;
  seen->body[seen->body_length] = '\0';
  seen->whole = left == 0;
  pthread_mutex_unlock(&server->lock);
}

void server_note_sent(struct server *server, size_t length) {
  pthread_mutex_lock(&server->lock);
  server->bytes_sent += length;
  pthread_mutex_unlock(&server->lock);
}

void server_note_commit(struct server *server) {
  pthread_mutex_lock(&server->lock);
  server->commits++;
  pthread_mutex_unlock(&server->lock);
}

void server_note_left_open(struct server *server) {
  pthread_mutex_lock(&server->lock);
  server->left_open = true;
  pthread_mutex_unlock(&server->lock);
}

/* ---- signals ---- */

void server_tell(struct server *server, unsigned signal) {
  pthread_mutex_lock(&server->lock);
  server->told |= UINT32_C(1) << signal;
  pthread_cond_broadcast(&server->changed);
  pthread_mutex_unlock(&server->lock);
}

bool server_await(struct server *server, unsigned signal) {
  struct timespec until = pace_deadline(PACE_ANYTHING_MS);
  int failed = 0;
  pthread_mutex_lock(&server->lock);
  while (!(server->told >> signal & 1) && !failed)
    failed = pthread_cond_timedwait(&server->changed, &server->lock, &until);
  bool told = server->told >> signal & 1;
  pthread_mutex_unlock(&server->lock);
  return told;
}

void server_go(struct server *server, unsigned signal) {
  pthread_mutex_lock(&server->lock);
  server->let_go |= UINT32_C(1) << signal;
  pthread_cond_broadcast(&server->changed);
  pthread_mutex_unlock(&server->lock);
}

bool server_wait_for_go(struct server *server, unsigned signal) {
  pthread_mutex_lock(&server->lock);
  while (!(server->let_go >> signal & 1) && !server->over) pthread_cond_wait(&server->changed, &server->lock);
  bool over = server->over;
  pthread_mutex_unlock(&server->lock);
  return !over;
}

/* ---- listening ---- */

static int open_listener(bool at_ipv6, int port, int receive_buffer, int *port_out) {
  union {
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
  } address = {0};
  socklen_t size = at_ipv6 ? sizeof address.v6 : sizeof address.v4;
  int descriptor = socket(at_ipv6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1;
  must(descriptor >= 0, "socket");
  if (at_ipv6)
    address.v6 = (struct sockaddr_in6){
        .sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT, .sin6_port = htons((uint16_t)port)};
  else
    address.v4 = (struct sockaddr_in){
        .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK), .sin_port = htons((uint16_t)port)};
  if (at_ipv6) must(setsockopt(descriptor, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on) == 0, "IPV6_V6ONLY");
  /* What is accepted inherits it. */
  if (receive_buffer)
    must(setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer) == 0, "SO_RCVBUF");
  must(bind(descriptor, &address.any, size) == 0, "bind");
  must(getsockname(descriptor, &address.any, &size) == 0, "getsockname");
  *port_out = ntohs(at_ipv6 ? address.v6.sin6_port : address.v4.sin_port);
  return descriptor;
}

static void *converse(void *argument) {
  conversation_run(argument);
  return NULL;
}

static void begin_conversation(struct server *server, int descriptor) {
  struct conversation *conversation = calloc(1, sizeof *conversation);
  must(conversation != NULL, "memory");
  pthread_mutex_lock(&server->lock);
  int number = server->connections++;
  pthread_mutex_unlock(&server->lock);
  bool scripted = (size_t)number < server->plan.script_count && server->scripts[number];
  conversation->server = server;
  conversation->number = number;
  conversation->script = scripted ? server->scripts[number] : healthy;
  conversation->tls = server->tls;
  conversation->handshake_first = server->tls && !(scripted && server->plan.raw);
  conversation->next = server->conversations;
  server->conversations = conversation;
  wire_begin(&conversation->wire, descriptor, server->stop);
  must(pthread_create(&conversation->thread, NULL, converse, conversation) == 0, "thread");
}

/* Runs until the test is over and nobody waits to be accepted. */
static void *accept_all(void *argument) {
  struct server *server = argument;
  sigset_t signals;
  sigfillset(&signals); /* a peer that is gone must not end the program by this thread's SIGPIPE; heirs inherit it */
  pthread_sigmask(SIG_BLOCK, &signals, NULL);
  for (;;) {
    struct pollfd polled[2] = {{.fd = server->listener, .events = POLLIN}, {.fd = server->stop, .events = POLLIN}};
    if (poll(polled, 2, -1) < 0) continue;
    int descriptor = accept4(server->listener, NULL, NULL, SOCK_CLOEXEC);
    if (descriptor >= 0)
      begin_conversation(server, descriptor);
    else if (polled[1].revents)
      return NULL;
    else if (errno == EMFILE)
      (void)poll(NULL, 0, 1); /* a test of scarce descriptors: the connection stays in the queue */
  }
}

struct server *server_start(const struct server_plan *plan) {
  struct server *server = calloc(1, sizeof *server);
  must(server != NULL, "memory");
  server->plan = *plan;
  server->requests = calloc(REQUESTS_MAX, sizeof *server->requests);
  server->scripts = calloc(plan->script_count + 1, sizeof *server->scripts);
  must(server->requests && server->scripts, "memory");
  for (size_t i = 0; i < plan->script_count; i++) server->scripts[i] = plan->scripts[i];
  pthread_mutex_init(&server->lock, NULL);
  pace_condition_init(&server->changed);
  if (plan->identity) server->tls = certificates_context(plan->identity, plan->tls_limit);
  server->stop = eventfd(0, EFD_CLOEXEC);
  server->listener = open_listener(plan->at_ipv6, plan->port, plan->receive_buffer, &server->port);
  must(fcntl(server->listener, F_SETFL, O_NONBLOCK) == 0, "O_NONBLOCK");
  must(listen(server->listener, SOMAXCONN) == 0, "listen");
  snprintf(server->root, sizeof server->root, "%s://%s:%d", plan->identity ? "https" : "http",
           plan->at_ipv6 ? "[::1]" : "127.0.0.1", server->port);
  must(pthread_create(&server->acceptor, NULL, accept_all, server) == 0, "thread");
  return server;
}

struct server *server_start_one(enum identity identity, const struct step *script) {
  return server_start(&(struct server_plan){.identity = identity, .script_count = 1, .scripts = &script});
}

int server_port(const struct server *server) { return server->port; }

const char *server_root(const struct server *server) { return server->root; }

void server_finish(struct server *server) {
  uint64_t one = 1;
  pthread_mutex_lock(&server->lock);
  server->over = true;
  pthread_cond_broadcast(&server->changed);
  pthread_mutex_unlock(&server->lock);
  must(write(server->stop, &one, sizeof one) == sizeof one, "eventfd");
  pthread_join(server->acceptor, NULL);
  while (server->conversations) {
    struct conversation *conversation = server->conversations;
    server->conversations = conversation->next;
    pthread_join(conversation->thread, NULL);
    free(conversation);
  }
  close(server->listener);
  close(server->stop);
  SSL_CTX_free(server->tls);
}

void server_free(struct server *server) {
  for (int i = 0; i < server->request_count; i++) {
    free(server->requests[i].head);
    free(server->requests[i].body);
  }
  free(server->requests);
  free(server->scripts);
  pthread_mutex_destroy(&server->lock);
  pthread_cond_destroy(&server->changed);
  free(server);
}

/* ---- what it saw ---- */

int server_connections(struct server *server) {
  pthread_mutex_lock(&server->lock);
  int count = server->connections;
  pthread_mutex_unlock(&server->lock);
  return count;
}

int server_requests(struct server *server, const char *method) {
  int count = 0;
  pthread_mutex_lock(&server->lock);
  for (int i = 0; i < server->request_count; i++)
    if (!method || strcmp(server->requests[i].method, method) == 0) count++;
  pthread_mutex_unlock(&server->lock);
  return count;
}

const struct seen *server_request(struct server *server, int index) {
  pthread_mutex_lock(&server->lock);
  const struct seen *seen = index < server->request_count ? &server->requests[index] : NULL;
  pthread_mutex_unlock(&server->lock);
  return seen;
}

int server_commits(struct server *server) {
  pthread_mutex_lock(&server->lock);
  int commits = server->commits;
  pthread_mutex_unlock(&server->lock);
  return commits;
}

uint64_t server_bytes_sent(struct server *server) {
  pthread_mutex_lock(&server->lock);
  uint64_t sent = server->bytes_sent;
  pthread_mutex_unlock(&server->lock);
  return sent;
}

bool server_was_left_open(struct server *server) {
  pthread_mutex_lock(&server->lock);
  bool left_open = server->left_open;
  pthread_mutex_unlock(&server->lock);
  return left_open;
}

/* ---- dead ports ---- */

static void dead_port_open(struct dead_port *dead, bool at_ipv6, int port) {
  for (size_t i = 0; i < sizeof dead->sockets / sizeof *dead->sockets; i++) dead->sockets[i] = -1;
  dead->sockets[0] = open_listener(at_ipv6, port, 0, &dead->port);
}

/* Bound, so that nobody else gets the port, but not listening. */
void dead_port_refusing(struct dead_port *dead) { dead_port_open(dead, false, 0); }

void dead_port_silent(struct dead_port *dead, bool at_ipv6, int port) {
  union {
    struct sockaddr any;
    struct sockaddr_in6 v6;
  } address = {0};
  socklen_t size = sizeof address;
  dead_port_open(dead, at_ipv6, port);
  must(listen(dead->sockets[0], 0) == 0, "listen");
  must(getsockname(dead->sockets[0], &address.any, &size) == 0, "getsockname");
  /* Linux takes one into a queue of length 0, and then lets every SYN fall. */
  for (size_t i = 1; i < sizeof dead->sockets / sizeof *dead->sockets; i++) {
    dead->sockets[i] = socket(address.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    (void)connect(dead->sockets[i], &address.any, size);
  }
}

void dead_port_close(struct dead_port *dead) {
  for (size_t i = 0; i < sizeof dead->sockets / sizeof *dead->sockets; i++)
    if (dead->sockets[i] >= 0) close(dead->sockets[i]);
}
