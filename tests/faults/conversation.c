/* SPDX-License-Identifier: MIT */
#include "conversation.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define READ_SIZE 65536

/* ---- receiving ---- */

/* One read more; WIRE_* or the bytes it brought. */
static int receive(struct conversation *conversation) {
  if (conversation->capacity - conversation->length < READ_SIZE) {
    size_t capacity = conversation->capacity * 2 + READ_SIZE;
    char *bytes = realloc(conversation->bytes, capacity);
    if (!bytes) abort();
    conversation->bytes = bytes;
    conversation->capacity = capacity;
  }
  int got = wire_read(&conversation->wire, conversation->bytes + conversation->length, READ_SIZE);
  if (got > 0) conversation->length += (size_t)got;
  return got;
}

static void forget(struct conversation *conversation, size_t length) {
  conversation->length -= length;
  if (length) memmove(conversation->bytes, conversation->bytes + length, conversation->length);
}

/* Of what has come, what belongs to the last request's body. */
static void take_body(struct conversation *conversation) {
  size_t length = conversation->length < conversation->body_left ? conversation->length : conversation->body_left;
  if (!length) return;
  conversation->body_left -= length;
  server_note_body(conversation->server, conversation->request, conversation->bytes, length, conversation->body_left);
  forget(conversation, length);
}

static bool receive_body(struct conversation *conversation) {
  for (;;) {
    take_body(conversation);
    if (!conversation->body_left) return true;
    if (receive(conversation) <= 0) return false;
  }
}

static size_t read_content_length(const char *head) {
  for (const char *line = head; line; line = strstr(line, "\r\n")) {
    line += strspn(line, "\r\n");
    if (strncasecmp(line, "Content-Length:", strlen("Content-Length:")) == 0)
      return (size_t)strtoull(line + strlen("Content-Length:"), NULL, 10);
    if (!*line) break;
  }
  return 0;
}

/* The first so many bytes are a head, or as much of one as there will ever be. */
static void note_head(struct conversation *conversation, size_t length) {
  struct seen seen = {.connection = conversation->number, .number = conversation->requests, .head_length = length};
  seen.head = malloc(length + 1);
  if (!seen.head) abort();
  memcpy(seen.head, conversation->bytes, length);
  seen.head[length] = '\0';
  if (sscanf(seen.head, "%15s %511s", seen.method, seen.path) < 1) seen.method[0] = '\0';
  conversation->body_left = read_content_length(seen.head);
  seen.whole = conversation->body_left == 0;
  conversation->request = server_note_request(conversation->server, &seen);
  conversation->requests++;
  forget(conversation, length);
}

/* Only what begins as a request does is counted as one: a handshake's bytes are none. */
static bool looks_like_request(const struct conversation *conversation) {
  static const char *const methods[] = {"GET ", "POST ", "PATCH ", "DELETE ", "CONNECT ", "PUT ", "HEAD ", "OPTIONS "};
  for (size_t i = 0; i < sizeof methods / sizeof *methods; i++) {
    size_t length = strlen(methods[i]);
    if (conversation->length >= length && memcmp(conversation->bytes, methods[i], length) == 0) return true;
  }
  return false;
}

static bool receive_head(struct conversation *conversation) {
  if (!receive_body(conversation)) return false;
  for (;;) {
    if (conversation->deaf) forget(conversation, conversation->length);
    char *end =
        conversation->length ? memmem(conversation->bytes, conversation->length, "\r\n\r\n", strlen("\r\n\r\n")) : NULL;
    if (end) {
      note_head(conversation, (size_t)(end - conversation->bytes) + strlen("\r\n\r\n"));
      return true;
    }
    if (conversation->length > HEAD_MAX || receive(conversation) <= 0) return false;
  }
}

/* ---- sending ---- */

static bool send_bytes(struct conversation *conversation, const char *bytes, size_t length) {
  if (!wire_write(&conversation->wire, bytes, length)) return false;
  server_note_sent(conversation->server, length);
  return true;
}

static bool send_flood(struct conversation *conversation, const struct step *step) {
  for (unsigned i = 0; !step->number || i < step->number; i++)
    if (!send_bytes(conversation, step->bytes, step->length)) return false;
  return true;
}

static bool send_slowly(struct conversation *conversation, const struct step *step) {
  for (size_t i = 0; i < step->length; i++) {
    if (!send_bytes(conversation, step->bytes + i, 1)) return false;
    wire_pause(&conversation->wire, (int)step->number);
  }
  return true;
}

static bool send_answer(struct conversation *conversation, const struct step *step) {
  char start[64], end[64];
  int start_length = snprintf(start, sizeof start, "HTTP/1.1 ");
  int end_length = snprintf(end, sizeof end, "Content-Length: %zu\r\n\r\n", step->body_length);
  size_t length = (size_t)start_length + step->length + (size_t)end_length + step->body_length;
  char *whole = malloc(length + 1), *at = whole;
  if (!whole) abort();
  memcpy(at, start, (size_t)start_length), at += start_length;
  memcpy(at, step->bytes, step->length), at += step->length;
  memcpy(at, end, (size_t)end_length), at += end_length;
  memcpy(at, step->body, step->body_length);
  bool sent = send_bytes(conversation, whole, length);
  free(whole);
  return sent;
}

/* ---- the script ---- */

static bool handshake(struct conversation *conversation) {
  if (wire_handshake(&conversation->wire, conversation->tls)) return true;
  wire_end_writing(&conversation->wire, false); /* to close it now would reset it, and swallow the alert just sent */
  conversation->deaf = true;
  return false;
}

/* False when the script cannot go on. */
static bool perform(struct conversation *conversation, const struct step *step) {
  struct wire *wire = &conversation->wire;
  switch (step->kind) {
  case STEP_HEAD:
    return receive_head(conversation);
  case STEP_BODY:
    return receive_body(conversation);
  case STEP_SOME:
    if (!conversation->length && receive(conversation) <= 0) return false;
    forget(conversation, conversation->length);
    return true;
  case STEP_SEND:
    return send_bytes(conversation, step->bytes, step->length);
  case STEP_FLOOD:
    return send_flood(conversation, step);
  case STEP_DRIBBLE:
    return send_slowly(conversation, step);
  case STEP_ANSWER:
    return send_answer(conversation, step);
  case STEP_PAUSE:
    wire_pause(wire, (int)step->number);
    return true;
  case STEP_TAKEN:
    return wire_await_taken(wire);
  case STEP_TELL:
    server_tell(conversation->server, step->number);
    return true;
  case STEP_AWAIT:
    return server_wait_for_go(conversation->server, step->number);
  case STEP_STALL:
    wire_pause(wire, -1);
    return true;
  case STEP_TLS:
    return handshake(conversation);
  case STEP_FIN:
    wire_end_writing(wire, true);
    return true;
  case STEP_CUT:
    wire_end_writing(wire, false);
    return true;
  case STEP_RST:
    wire_reset(wire);
    return false;
  case STEP_COMMIT:
    server_note_commit(conversation->server);
    return true;
  default:
    return false;
  }
}

static void follow_script(struct conversation *conversation) {
  const struct step *step = conversation->script;
  while (step->kind != STEP_END) {
    if (step->kind == STEP_AGAIN) {
      step = conversation->script;
      continue;
    }
    if (!perform(conversation, step)) return;
    step++;
  }
}

/* What still comes is received until the other side ends, so that no request goes uncounted. */
static void drain(struct conversation *conversation) {
  while (receive_head(conversation)) {
  }
}

static bool ended_by_peer(struct conversation *conversation) {
  int got;
  while ((got = receive(conversation)) > 0) forget(conversation, conversation->length);
  return got != WIRE_STOPPED;
}

void conversation_run(struct conversation *conversation) {
  struct wire *wire = &conversation->wire;
  if (!conversation->handshake_first || handshake(conversation)) follow_script(conversation);
  if (wire->socket >= 0) {
    drain(conversation); /* ends when the test is over, at the latest */
    wire->patient = true;
    drain(conversation);
    if (looks_like_request(conversation)) note_head(conversation, conversation->length);
    if (!ended_by_peer(conversation)) server_note_left_open(conversation->server);
  }
  wire_close(wire);
  free(conversation->bytes);
  conversation->bytes = NULL;
}
