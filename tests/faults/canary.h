/* SPDX-License-Identifier: MIT */
/* Secrets that every test uses, and a search for them in every form in which a text could hold them. */
#ifndef LSX_TESTS_CANARY_H
#define LSX_TESTS_CANARY_H

#include <stddef.h>

/* Each has bytes that JSON, percent and base64 write differently. No part of one occurs anywhere by chance. */
#define CANARY_API_KEY "lsv2_pt_Qz7vX+canary/1\"k\\Wd83Jm_0bTs"
#define CANARY_KEY_ID "AKIAQZ7CANARY2XW83JM"
#define CANARY_SECRET "Hq9+Zk/canary3\"uV\\0pLx&4Rt=7Gw"
#define CANARY_TOKEN "IQoJb3JpZ2luX2Vj/canary4+\"Yb\\q5Nf8Sd=="
#define CANARY_PROXY_PASSWORD "pRoXy-canary5-Lm6Kt0"

enum canary {
  CANARY_IS_API_KEY,
  CANARY_IS_KEY_ID,
  CANARY_IS_SECRET,
  CANARY_IS_TOKEN,
  CANARY_IS_PROXY_PASSWORD,
  CANARY_COUNT
};
const char *canary_text(enum canary canary);

enum canary_form {
  CANARY_PLAIN,
  CANARY_JSON,        /* quote and backslash escaped */
  CANARY_JSON_TWICE,  /* the same again */
  CANARY_JSON_CODES,  /* every byte as \u00XX */
  CANARY_PERCENT,     /* what needs it */
  CANARY_PERCENT_ALL, /* every byte, in lower case */
  CANARY_PERCENT_TWICE,
  CANARY_BASE64,
  CANARY_BASE64_SHIFTED,       /* behind one byte of something else */
  CANARY_BASE64_SHIFTED_TWICE, /* behind two */
  CANARY_FORM_COUNT
};
#define CANARY_WRITTEN_MAX 512
const char *canary_form_name(enum canary_form form);
/* NUL-terminated. */
void canary_write(char to[CANARY_WRITTEN_MAX], const char *secret, enum canary_form form);

/* What of the canaries a text holds: the name of the secret and of the form, or NULL. A part of a secret is enough. */
const char *canary_find(const char *text);
/* Complains when it holds one; where: for the complaint. */
void canary_check(const char *text, const char *where);

#endif
