/* SPDX-License-Identifier: MIT */
/* A secret is removed in every form in which a server may write it. The forms are made here, by other code. */
#include "fixtures.h"

#include "base/mem.h"
#include "error/wash.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TEXT_MAX 4096

static const char *const secrets_known[] = {
    API_KEY,
    SECRET,
    TOKEN,
    "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    "IQoJb3JpZ2luX2VjEHcaCXVzLWVhc3QtMSJHMEUCIQDcanary+/==",
    "\"quoted\"",
    "\\back\\slashes\\\\two",
    "\"\\\"\\\\\"",
    "/slash/es//",
    "with blank and+plus",
    " blank first, canary",
    "100%25%",
    "p\xc3\xa4sswort\xe2\x82\xac-canary",
    "<canary>&'canary'",
    "~canary!*(){}[]|^`#?=:@,;$",
};

/* ---- the forms ---- */

typedef void (*form_fn)(char *out, const char *text);

static void plain(char *out, const char *text) { strcpy(out, text); }

static bool is_unreserved(unsigned char byte) {
  return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || (byte >= '0' && byte <= '9') ||
         (byte && strchr("-._~", byte));
}

static void percent(char *out, const char *text, bool upper, const char *kept) {
  for (; *text; text++) {
    unsigned char byte = (unsigned char)*text;
    if (is_unreserved(byte) || strchr(kept, byte))
      *out++ = *text;
    else
      out += upper ? sprintf(out, "%%%02X", byte) : sprintf(out, "%%%02x", byte);
  }
  *out = '\0';
}

static void percent_upper(char *out, const char *text) { percent(out, text, true, ""); }
static void percent_lower(char *out, const char *text) { percent(out, text, false, ""); }
static void percent_path(char *out, const char *text) { percent(out, text, true, "/"); }

static void percent_all(char *out, const char *text) {
  for (; *text; text++) out += sprintf(out, "%%%02X", (unsigned char)*text);
}

static void percent_form(char *out, const char *text) { /* as an HTML form: a blank becomes a plus */
  percent_upper(out, text);
  char *to = out;
  for (const char *from = out; *from; to++) {
    bool blank = strncmp(from, "%20", 3) == 0;
    *to = blank ? '+' : *from;
    from += blank ? 3 : 1;
  }
  *to = '\0';
}

static void percent_twice(char *out, const char *text) {
  char once[TEXT_MAX];
  percent_upper(once, text);
  percent_upper(out, once);
}

static void percent_twice_lower(char *out, const char *text) {
  char once[TEXT_MAX];
  percent_lower(once, text);
  percent_lower(out, once);
}

static void json(char *out, const char *text) {
  for (; *text; text++) {
    if (*text == '"' || *text == '\\') *out++ = '\\';
    *out++ = *text;
  }
  *out = '\0';
}

static void json_slashes(char *out, const char *text) {
  for (; *text; text++) {
    if (strchr("\"\\/", *text)) *out++ = '\\';
    *out++ = *text;
  }
  *out = '\0';
}

/* As \\uXXXX what is not ASCII, and if all is asked for, what is no letter or digit either. Up to U+FFFF. */
static void write_unicode(char *out, const char *text, bool all) {
  for (; *text; text++) {
    unsigned value = (unsigned char)*text;
    if (value >= 0x80) {
      value &= value >= 0xe0 ? 0x0f : 0x1f;
      while (((unsigned char)text[1] & 0xc0) == 0x80) value = value << 6 | ((unsigned char)*++text & 0x3f);
    }
    if (value >= 0x80 || (all && !is_unreserved((unsigned char)value))) {
      out += sprintf(out, "\\u%04x", value);
      continue;
    }
    if (value == '"' || value == '\\') *out++ = '\\';
    *out++ = (char)value;
  }
  *out = '\0';
}

static void json_unicode(char *out, const char *text) { write_unicode(out, text, true); }
static void json_ascii(char *out, const char *text) { write_unicode(out, text, false); } /* as Python's json.dumps */

static void json_unicode_upper(char *out, const char *text) {
  json_unicode(out, text);
  for (; *out; out++)
    if (out[0] == '\\' && out[1] == 'u')
      for (int i = 2; i < 6; i++)
        if (out[i] >= 'a' && out[i] <= 'f') out[i] = (char)(out[i] - 'a' + 'A');
}

static void json_twice(char *out, const char *text) {
  char once[TEXT_MAX];
  json(once, text);
  json(out, once);
}

static void json_slashes_twice(char *out, const char *text) {
  char once[TEXT_MAX];
  json_slashes(once, text);
  json_slashes(out, once);
}

static void json_unicode_twice(char *out, const char *text) {
  char once[TEXT_MAX];
  json_unicode(once, text);
  json(out, once);
}

static void json_ascii_twice(char *out, const char *text) {
  char once[TEXT_MAX];
  json_ascii(once, text);
  json(out, once);
}

static const struct {
  const char *name;
  form_fn make;
} forms[] = {
    {"plain", plain},
    {"percent, upper case", percent_upper},
    {"percent, lower case", percent_lower},
    {"percent, slashes kept", percent_path},
    {"percent, every byte", percent_all},
    {"percent, form", percent_form},
    {"percent twice", percent_twice},
    {"percent twice, lower case", percent_twice_lower},
    {"JSON", json},
    {"JSON, slashes too", json_slashes},
    {"JSON, \\u", json_unicode},
    {"JSON, \\U upper case", json_unicode_upper},
    {"JSON, ASCII alone", json_ascii},
    {"JSON twice", json_twice},
    {"JSON twice, slashes too", json_slashes_twice},
    {"JSON twice, \\u", json_unicode_twice},
    {"JSON twice, ASCII alone", json_ascii_twice},
};

static void assert_washed(const char *text, const char *expected, const struct secrets *secrets, const char *form) {
  struct buf out;
  buf_init(&out, 1 << 16);
  wash(&out, text, strlen(text), 1 << 15, secrets);
  ck_assert_msg(strcmp(buf_string(&out), expected) == 0, "%s: \"%s\" became \"%s\", not \"%s\"", form, text,
                buf_string(&out), expected);
  buf_reset(&out);
}

START_TEST(every_form_of_a_secret) {
  static const char *const around[][2] = {{"", ""}, {"key ", " is wrong"}, {"{\"k\":\"", "\"}"}};
  struct secrets secrets = {0};
  char form[TEXT_MAX], text[TEXT_MAX], expected[TEXT_MAX];
  secrets_add(&secrets, "another-secret", 14);
  secrets_add(&secrets, secrets_known[_i], strlen(secrets_known[_i]));
  for (size_t i = 0; i < COUNT(forms); i++)
    for (size_t where = 0; where < COUNT(around); where++) {
      forms[i].make(form, secrets_known[_i]);
      snprintf(text, sizeof text, "%s%s%s", around[where][0], form, around[where][1]);
      snprintf(expected, sizeof expected, "%s%s%s", around[where][0], WASH_MARK, around[where][1]);
      assert_washed(text, expected, &secrets, forms[i].name);
    }
}
END_TEST

/* ---- base64 ---- */

static void base64(char *out, const char *bytes, size_t length, bool url_safe) {
  const char *tail = url_safe ? "-_" : "+/";
  for (size_t i = 0; i < length; i += 3) {
    unsigned group = 0;
    for (size_t k = 0; k < 3; k++) group = group << 8 | (i + k < length ? (unsigned char)bytes[i + k] : 0);
    for (size_t k = 0; k < 4; k++) {
      unsigned value = group >> (18 - 6 * k) & 0x3f;
      int letter = value < 26 ? 'A' + (int)value : value < 52 ? 'a' + (int)value - 26 : '0' + (int)value - 52;
      *out++ = (char)(value > 61 ? tail[value - 62] : letter);
      if (i + k > length) out[-1] = '=';
    }
  }
  *out = '\0';
}

/* Digits that hold bits of the secret alone are removed; their neighbours may stay. */
START_TEST(base64_at_each_place) {
  const char *secret = secrets_known[_i];
  size_t length = strlen(secret);
  struct secrets secrets = {0};
  secrets_add(&secrets, secret, length);
  for (size_t before = 0; before < 7; before++)
    for (size_t behind = 0; behind < 3; behind++)
      for (int url_safe = 0; url_safe < 2; url_safe++) {
        char whole[TEXT_MAX], encoded[TEXT_MAX], expected[TEXT_MAX];
        snprintf(whole, sizeof whole, "%.*s%s%.*s", (int)before, "id=x1:y", secret, (int)behind, ":z");
        base64(encoded, whole, strlen(whole), url_safe);
        size_t first = (before * 8 + 5) / 6, last = (before + length) * 8 / 6;
        snprintf(expected, sizeof expected, "%.*s%s%s", (int)first, encoded, WASH_MARK, encoded + last);
        assert_washed(encoded, expected, &secrets, url_safe ? "base64, url-safe" : "base64");
      }
}
END_TEST

/* ---- several ---- */

static const struct {
  const char *text;
  const char *washed;
} several[] = {
    {"secret-one secret-two", "[removed] [removed]"},
    {"secret-onesecret-two", "[removed][removed]"},
    {"secret-oneX", "[removed]"}, /* the longer of two that begin alike */
    {"xsecret-onex", "x[removed]x"},
    {"secret-", "secret-"},
    {"SECRET-ONE", "SECRET-ONE"}, /* another text */
    {"ssecret-one", "s[removed]"},
    {"secsecret-one", "sec[removed]"}, /* begins again after a false start */
    {"ababac", "ab[removed]"},
    {"first-half-then", "[removed]"}, /* two that share bytes: nothing of either may stay */
    {"-> first-half-then <-", "-> [removed] <-"},
};

START_TEST(several_secrets) {
  static const char *const known[] = {"secret-one", "secret-two", "secret-oneX", "abac", "first-half", "half-then"};
  struct secrets secrets = {0};
  for (size_t i = 0; i < COUNT(known); i++) secrets_add(&secrets, known[i], strlen(known[i]));
  assert_washed(several[_i].text, several[_i].washed, &secrets, "several");
}
END_TEST

START_TEST(a_secret_with_a_nul) {
  struct secrets secrets = {0};
  struct buf out;
  secrets_add(&secrets, "ab\0cd", 5);
  buf_init(&out, 64);
  wash(&out, "xab\0cdx", 7, 32, &secrets);
  ck_assert_str_eq(buf_string(&out), "x[removed]x");
  buf_reset(&out);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("test_wash_secrets");
  TCase *cases = add_cases(suite, "secrets");
  tcase_add_loop_test(cases, every_form_of_a_secret, 0, (int)COUNT(secrets_known));
  tcase_add_loop_test(cases, base64_at_each_place, 0, (int)COUNT(secrets_known));
  tcase_add_loop_test(cases, several_secrets, 0, (int)COUNT(several));
  tcase_add_test(cases, a_secret_with_a_nul);
  return run_suite(suite);
}
