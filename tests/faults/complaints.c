/* SPDX-License-Identifier: MIT */
#include "complaints.h"

#include <check.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define TEXT_MAX 3000 /* what check can pass on; all of them go to stderr */

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static char text[TEXT_MAX];
static size_t count;

void complain(const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  pthread_mutex_lock(&lock);
  size_t length = strlen(text);
  count++;
  va_list again;
  va_copy(again, arguments);
  (void)vfprintf(stderr, format, again);
  (void)fputc('\n', stderr);
  va_end(again);
  if (length + 2 < sizeof text) {
    text[length++] = '\n';
    vsnprintf(text + length, sizeof text - length, format, arguments);
  }
  pthread_mutex_unlock(&lock);
  va_end(arguments);
}

size_t complaint_count(void) {
  pthread_mutex_lock(&lock);
  size_t so_far = count;
  pthread_mutex_unlock(&lock);
  return so_far;
}

void complaints_raise(void) {
  if (complaint_count()) ck_abort_msg("%zu complaints:%s", count, text);
}
