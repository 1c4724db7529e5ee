/* SPDX-License-Identifier: MIT */
/* The scanner of S3's replies: what S3, Google, MinIO and Ceph send, what XML allows, and what is only meant to hurt. */
#include "fixtures.h"

#include "storage/xml.h"

#include <stdlib.h>
#include <string.h>

#define DECLARATION "<?xml version=\"1.0\" encoding=\"UTF-8\"?>"
#define MEGABYTE 1000000
#define TEXT_SIZE 64

/* In a block that ends where the document does: sanitizers and valgrind see a step beyond. */
static bool child_text(const char *document, size_t length, const char *root, const char *name, char *out,
                       size_t size) {
  char *exact = malloc(length + !length);
  ck_assert_ptr_nonnull(exact);
  memcpy(exact, document, length);
  memset(out, 'x', size);
  bool found = xml_child_text(exact, length, root, name, out, size);
  free(exact);
  ck_assert_ptr_nonnull(memchr(out, '\0', size));
  if (!found) ck_assert_str_eq(out, "");
  return found;
}

/* ---- replies ---- */

static const struct {
  const char *root, *name, *document;
  const char *text; /* NULL: none */
} replies[] = {
    /* AWS */
    {"Error", "Code",
     DECLARATION "\n<Error><Code>AccessDenied</Code><Message>Access Denied</Message><RequestId>4442587FB7D0A2F9"
                 "</RequestId><HostId>abc=</HostId></Error>",
     "AccessDenied"},
    {"Error", "RequestId",
     DECLARATION "\n<Error><Code>AccessDenied</Code><Message>Access Denied</Message><RequestId>4442587FB7D0A2F9"
                 "</RequestId><HostId>abc=</HostId></Error>",
     "4442587FB7D0A2F9"},
    {"Error", "Region",
     DECLARATION
     "\n<Error><Code>AuthorizationHeaderMalformed</Code><Message>The authorization header is malformed; the "
     "region 'us-east-1' is wrong; expecting 'eu-central-1'</Message><Region>eu-central-1</Region></Error>",
     "eu-central-1"},
    {"InitiateMultipartUploadResult", "UploadId",
     DECLARATION "<InitiateMultipartUploadResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Bucket>b</Bucket>"
                 "<Key>k</Key><UploadId>VXBsb2Fk.IDE_-</UploadId></InitiateMultipartUploadResult>",
     "VXBsb2Fk.IDE_-"},
    {"CompleteMultipartUploadResult", "ETag",
     DECLARATION "\n \n \n<CompleteMultipartUploadResult><ETag>&quot;3858f62230ac3c915f300c664312c11f-1&quot;</ETag>"
                 "</CompleteMultipartUploadResult>",
     "\"3858f62230ac3c915f300c664312c11f-1\""},
    /* Google: single quotes, Details; MinIO: empty members; Ceph: nothing before the root, spaces in tags */
    {"Error", "Code",
     "<?xml version='1.0' encoding='UTF-8'?><Error><Code>SignatureDoesNotMatch</Code><StringToSign>a\nb</StringToSign>"
     "</Error>",
     "SignatureDoesNotMatch"},
    {"Error", "Key", DECLARATION "\n<Error><Code>NoSuchBucket</Code><Key></Key><Resource/></Error>", ""},
    {"Error", "Resource", DECLARATION "\n<Error><Code>NoSuchBucket</Code><Key></Key><Resource/></Error>", ""},
    {"Error", "Code", "<Error ><Code >InvalidAccessKeyId</Code ></Error >", "InvalidAccessKeyId"},
    /* An error within a success, HTML, JSON, nothing */
    {"CompleteMultipartUploadResult", "ETag", DECLARATION "\n<Error><ETag>no</ETag></Error>", NULL},
    {"Error", "Code", "<!DOCTYPE html><html><body>Sign in</body></html>", NULL},
    {"Error", "Code", "<html><Code>no</Code></html>", NULL},
    {"Error", "Code", "{\"Error\":{\"Code\":\"x\"}}", NULL},
    {"Error", "Code", "Bad Gateway", NULL},
    {"Error", "Code", "", NULL},
    {"Error", "Code", " \n", NULL},
    /* Absent, at another depth, or not the first */
    {"Error", "Code", "<Error></Error>", NULL},
    {"Error", "Code", "<Error/>", NULL},
    {"Error", "Code", "<Error><code>a</code><Codes>b</Codes><Cod>c</Cod></Error>", NULL},
    {"Error", "Code", "<Error></Error><Error><Code>a</Code></Error>", NULL},
    {"Error", "Code", "<Error></Error><Code>a</Code>", NULL},
    {"Error", "Code", "<Code>a</Code>", NULL},
    {"Error", "Code", "<E><Error><Code>a</Code></Error></E>", NULL},
    {"Error", "Code", "<Error><Inner><Code>a</Code></Inner><Code>b</Code><Code>c</Code></Error>", "b"},
    {"Error", "Code", "<Error><Code>b</Code></Error><Code>c", "b"},
    /* Prefixes and attributes */
    {"Error", "Code", "<s3:Error xmlns:s3=\"urn:x\"><s3:Code>a</s3:Code></s3:Error>", "a"},
    {"Error", "Code", "<s3:Error><Code>a</Code></s3:Error>", "a"},
    {"Error", "Code", "<Error a='1' b = \"it's &lt; '2' >\"\n><x y='z'/><Code c=''>a</Code></Error>", "a"},
    {"Error", "Code", "<Error><x/><Code/></Error>", ""},
    {"Error", "Code", "<Error><x /><Code\t/></Error>", ""},
    {"Error", "s3:Code", "<Error><s3:Code>a</s3:Code></Error>", NULL},
    /* What may stand between */
    {"Error", "Code", "\xef\xbb\xbf" DECLARATION "<Error><Code>a</Code></Error>", "a"},
    {"Error", "Code", "\n <!-- <Error> --> \n<?pi <Error> ?><Error>text <!----><Code>a</Code></Error>", "a"},
    {"Error", "Code", "<Error><x><![CDATA[</x><Code>no</Code>]]></x>&unknown;<Code>a</Code></Error>", "a"},
    {"Error", "Code", "<Error><!-- <Code>no</Code> --><?Code <Code>no</Code>?><Code>a</Code></Error>", "a"},
    {"Error", "Code", "x<Error><Code>a</Code></Error>", NULL},
    {"Error", "Code", "<![CDATA[x]]><Error><Code>a</Code></Error>", NULL},
    {"Error", "Code", "</Error><Error><Code>a</Code></Error>", NULL},
    {"Error", "Code", "\xef\xbb\xbf\xef\xbb\xbf<Error><Code>a</Code></Error>", NULL},
    {"Error", "Code", "\xff\xfe<\0E\0", NULL},
    /* The text: blanks are kept */
    {"Error", "Code", "<Error><Code> a\tb\r\n </Code></Error>", " a\tb\r\n "},
    {"Error", "Code", "<Error><Code>a<!-- x -->b<?x?>c<![CDATA[<d>&amp;]]]]><![CDATA[>e]]></Code></Error>",
     "abc<d>&amp;]]>e"},
    {"Error", "Code", "<Error><Code><![CDATA[]]></Code></Error>", ""},
    {"Error", "Code", "<Error><Code>a > b ]] \" '</Code></Error>", "a > b ]] \" '"},
    {"Error", "Code", "<Error><Code>a<b/></Code></Error>", NULL},
    {"Error", "Code", "<Error><Code><b>a</b></Code></Error>", NULL},
    {"Error", "Code",
     "<Error><Code>Gr\xc3\xbc\xc3\x9f"
     "e \xf0\x9d\x84\x9e</Code></Error>",
     "Gr\xc3\xbc\xc3\x9f"
     "e \xf0\x9d\x84\x9e"},
    {"Error", "Code",
     "<Error><Code>Gr\xfc\xdf"
     "e</Code></Error>",
     NULL},
    {"Error", "Code", "<Error><Code>a\x01</Code></Error>", NULL},
    {"Error", "Code", "<Error><Code>a\x1b[31m</Code></Error>", NULL},
    /* References */
    {"Error", "Code", "<Error><Code>&amp;&lt;&gt;&quot;&apos;</Code></Error>", "&<>\"'"},
    {"Error", "Code", "<Error><Code>&amp;lt;&#38;lt;</Code></Error>", "&lt;&lt;"}, /* resolved once */
    {"Error", "Code", "<Error><Code>&#65;&#x41;&#x4a;&#x4A;&#00065;</Code></Error>", "AAJJA"},
    {"Error", "Code", "<Error><Code>&#x7f;&#x80;&#x7ff;&#x800;&#xffff;&#x10000;&#x10FFFF;</Code></Error>",
     "\x7f\xc2\x80\xdf\xbf\xe0\xa0\x80\xef\xbf\xbf\xf0\x90\x80\x80\xf4\x8f\xbf\xbf"},
    {"Error", "Code", "<Error><Code>&#9;&#10;&#13;</Code></Error>", "\t\n\r"},
    {"Error", "Code", "<Error><Code>&#0;</Code></Error>", NULL},
    {"Error", "Code", "<Error><Code>&#27;</Code></Error>", NULL},
    {"Error", "Code", "<Error><Code>&#xd7ff;</Code></Error>", "\xed\x9f\xbf"},
    {"Error", "Code", "<Error><Code>&#xd800;</Code></Error>", NULL},
    {"Error", "Code", "<Error><Code>&#xd834;&#xdd1e;</Code></Error>", NULL},
    {"Error", "Code", "<Error><Code>&#x110000;</Code></Error>", NULL},
    {"Error", "Code", "<Error><Code>&#99999999999999999999999;</Code></Error>", NULL},
    {"Error", "Code", "<Error><Code>&#;</Code></Error>", NULL},
    {"Error", "Code", "<Error><Code>&#x;</Code></Error>", NULL},
    {"Error", "Code", "<Error><Code>&#xg;</Code></Error>", NULL},
    {"Error", "Code", "<Error><Code>&#X41;</Code></Error>", NULL},
    {"Error", "Code", "<Error><Code>&#4a;</Code></Error>", NULL},
    {"Error", "Code", "<Error><Code>&#-1;</Code></Error>", NULL},
    {"Error", "Code", "<Error><Code>&#65</Code></Error>", NULL},
    {"Error", "Code", "<Error><Code>&amp</Code></Error>", NULL},
    {"Error", "Code", "<Error><Code>a & b</Code></Error>", NULL},
    {"Error", "Code", "<Error><Code>&AMP;</Code></Error>", NULL},
    {"Error", "Code", "<Error><Code>&nbsp;</Code></Error>", NULL},
    {"Error", "Code", "<Error><Code>&;</Code></Error>", NULL},
    /* A DTD, and with it every entity of its own */
    {"Error", "Code", "<!DOCTYPE Error [<!ENTITY a \"aaaa\">]><Error><Code>&a;</Code></Error>", NULL},
    {"Error", "Code", "<!DOCTYPE Error SYSTEM \"file:///etc/passwd\"><Error><Code>a</Code></Error>", NULL},
    {"Error", "Code", "<!DOCTYPE Error><Error><Code>a</Code></Error>", NULL},
    {"Error", "Code", "<Error><!ENTITY a \"b\"><Code>a</Code></Error>", NULL},
    /* Not well-formed */
    {"Error", "Code", "<Error><Code>a</code></Error>", NULL},
    {"Error", "Code", "<Error><Code>a</Codes></Error>", NULL},
    {"Error", "Code", "<Error><Code>a</Cod></Error>", NULL},
    {"Error", "Code", "<Error><x></></x><Code>a</Code></Error>", NULL},
    {"Error", "Code", "<Error><Code>a</s3:Code></Error>", NULL},
    {"Error", "Code", "<Error><Code>a</ Code></Error>", NULL},
    {"Error", "Code", "<Error><Code>a</Code x='y'></Error>", NULL},
    {"Error", "Code", "<Error><Code>a</></Error>", NULL},
    {"Error", "Code", "<Error>< Code>a</Code></Error>", NULL},
    {"Error", "Code", "<Error><x></y><Code>a</Code></Error>", NULL},
    {"Error", "Code", "<Error><x></Error></x><Code>a</Code></Error>", NULL},
    {"Error", "Code", "<Error><x><y></x></y><Code>a</Code></Error>", NULL},
    {"Error", "Code", "<Error><><Code>a</Code></Error>", NULL},
    {"Error", "Code", "<Error><x /y><Code>a</Code></Error>", NULL},
    {"Error", "Code", "<Error><x/ ><Code>a</Code></Error>", NULL},
    {"Error", "Code", "<Error x><Code>a</Code></Error>", NULL},
    {"Error", "Code", "<Error =\"y\"><Code>a</Code></Error>", NULL},
    {"Error", "Code", "<Error x=y><Code>a</Code></Error>", NULL},
    {"Error", "Code", "<Error x=\"y'><Code>a</Code></Error>", NULL},
    {"Error", "Code", "<Error x='y\"><Code>a</Code></Error>", NULL},
    {"Error", "Code", "<Error x='<'><Code>a</Code></Error>", NULL},
    {"Error", "Code", "<Error x='1'y='2'><Code>a</Code></Error>", NULL},
    {"Error", "Code", "<Error<Code>a</Code></Error>", NULL},
    {"Error", "Code", "<Error><!- x -><Code>a</Code></Error>", NULL},
    {"Error", "Code", "<Error><!-- x -><Code>a</Code></Error>", NULL},
    {"Error", "Code", "<Error><?x ><Code>a</Code></Error>", NULL},
    {"Error", "Code", "<Error><![CDATA[x]]<Code>a</Code></Error>", NULL},
    {"Error", "Code", "<Error><![cdata[x]]><Code>a</Code></Error>", NULL},
};

START_TEST(known_replies) {
  char out[TEXT_SIZE];
  const char *document = replies[_i].document;
  bool found = child_text(document, strlen(document), replies[_i].root, replies[_i].name, out, sizeof out);
  if (found != (replies[_i].text != NULL)) ck_abort_msg("%s: %s", document, found ? out : "none");
  if (found) ck_assert_str_eq(out, replies[_i].text);
}
END_TEST

START_TEST(a_byte_that_ends_no_text) {
  static const char within[] = "<Error><Code>a\0b</Code></Error>", before[] = "<Error>\0<Code>ab</Code></Error>";
  char out[TEXT_SIZE];
  ck_assert(!child_text(within, sizeof within - 1, "Error", "Code", out, sizeof out));
  ck_assert(child_text(before, sizeof before - 1, "Error", "Code", out, sizeof out));
  ck_assert_str_eq(out, "ab");
}
END_TEST

/* Each byte behind a name: it goes on, it is a blank, or it is not well-formed. */
START_TEST(bytes_of_a_name) {
  static const char fine[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.: \t\r\n";
  char document[] = "<E><a?/><C>b</C></E>", out[TEXT_SIZE];
  for (int byte = 0; byte < 256; byte++) {
    document[5] = (char)byte;
    bool expected = byte >= 0x80 || (byte && strchr(fine, byte));
    if (child_text(document, sizeof document - 1, "E", "C", out, sizeof out) != expected) ck_abort_msg("%d", byte);
  }
}
END_TEST

/* Cut anywhere before the end of what is looked for, there is nothing; cut anywhere behind, all of it. */
START_TEST(a_reply_cut_at_every_byte) {
  static const char document[] =
      "\xef\xbb\xbf" DECLARATION " <!-- x --><s:Error xmlns:s='urn:x'><a b=\"c\">d<e/><![CDATA[f]]></a>"
      "<Code>g&amp;&#x20ac;<![CDATA[h]]><!-- i --></Code><Message>j</Message></s:Error>";
  size_t needed = (size_t)(strstr(document, "</Code>") - document) + strlen("</Code>");
  char out[TEXT_SIZE];
  for (size_t length = 0; length < sizeof document; length++) {
    bool found = child_text(document, length, "Error", "Code", out, sizeof out);
    if (found != (length >= needed)) ck_abort_msg("cut to %zu of %zu", length, needed);
    if (found) ck_assert_str_eq(out, "g&\xe2\x82\xach");
  }
}
END_TEST

START_TEST(a_text_fits_or_is_none) {
  static const char *const documents[] = {
      "<E><C>12345678</C></E>",      "<E><C>1234567&#56;</C></E>",  "<E><C><![CDATA[1234]]>5&#x36;&#55;8</C></E>",
      "<E><C>1234&#x20ac;5</C></E>", "<E><C>1234&#x1d11e;</C></E>", "<E><C>1&lt;34567&amp;</C></E>",
  };
  char out[16];
  for (size_t i = 0; i < COUNT(documents); i++)
    for (size_t size = 1; size <= sizeof out; size++) {
      bool found = child_text(documents[i], strlen(documents[i]), "E", "C", out, size);
      if (found != (size >= 9)) ck_abort_msg("%s in %zu", documents[i], size);
      if (found) ck_assert_uint_eq(strlen(out), 8);
    }
  ck_assert(child_text("<E><C/></E>", 11, "E", "C", out, 1));
  ck_assert(child_text("<E><C></C></E>", 14, "E", "C", out, 1));
}
END_TEST

/* ---- hostile ---- */

static bool deep_text(size_t depth) {
  struct buf document;
  char out[TEXT_SIZE];
  buf_init(&document, 16 * MEGABYTE);
  buf_text(&document, "<E>");
  for (size_t i = 0; i < depth; i++) buf_text(&document, "<x>");
  for (size_t i = 0; i < depth; i++) buf_text(&document, "</x>");
  buf_text(&document, "<C>a</C></E>");
  bool found = child_text(buf_string(&document), document.length, "E", "C", out, sizeof out);
  buf_reset(&document);
  return found;
}

START_TEST(depth_has_a_bound) {
  ck_assert(deep_text(0));
  ck_assert(deep_text(XML_DEPTH_MAX - 1));
  ck_assert(!deep_text(XML_DEPTH_MAX));
  ck_assert(!deep_text(MEGABYTE));
}
END_TEST

/* A megabyte each, which takes hours where each byte leads to a look at all that follow. */
static const struct {
  const char *start, *repeated, *end;
  const char *text;
} floods[] = {
    {"", "<", "", NULL},
    {"<E>", "<", "", NULL},
    {"<E>", "<E", "", NULL},
    {"<E>", "<E>", "", NULL},
    {"<E>", "</", "", NULL},
    {"", "<!--", "", NULL},
    {"<E>", "<!--", "", NULL},
    {"<E>", "<?", "", NULL},
    {"<E>", "<![CDATA[", "", NULL},
    {"<E><C>", "<!--", "", NULL},
    {"<E><C>", "<![CDATA[", "", NULL},
    {"<E><C>", "&", "", NULL},
    {"<E><C>&#", "0", "65;</C></E>", "A"},
    {"<E><C>&#", "9", ";</C></E>", NULL},
    {"<E><C>&", "amp;", "", NULL},
    {"<E><C>", "a", "</C></E>", NULL},
    {"<E><C>", "]]", "</C></E>", NULL},
    {"<E", " ", "><C>a</C></E>", "a"},
    {"<E", " a='", "", NULL},
    {"<E", " a=''", "><C>a</C></E>", "a"},
    {"<E ", "a", "=''><C>a</C></E>", "a"},
    {"<E a=\"", "'", "\"><C>a</C></E>", "a"},
    {"<", "E", "", NULL},
    {"<E>", "<x/>", "<C>a</C></E>", "a"},
    {"<E>", "<x></x>", "<C>a</C></E>", "a"},
    {"<E>", "<!---->", "<C>a</C></E>", "a"},
    {"<E><C>", "<!---->", "a</C></E>", "a"},
    {"<E><C>", "<![CDATA[]]>", "a</C></E>", "a"},
    {"<E>", "&lol;", "<C>a</C></E>", "a"},
    {"", "\n", "<E><C>a</C></E>", "a"},
    {"", "<!DOCTYPE", "", NULL},
};

START_TEST(floods_are_read_once) {
  struct buf document;
  char out[TEXT_SIZE];
  buf_init(&document, 2 * MEGABYTE);
  buf_text(&document, floods[_i].start);
  while (document.length < MEGABYTE) buf_text(&document, floods[_i].repeated);
  buf_text(&document, floods[_i].end);
  bool found = child_text(buf_string(&document), document.length, "E", "C", out, sizeof out);
  ck_assert_int_eq(found, floods[_i].text != NULL);
  if (found) ck_assert_str_eq(out, floods[_i].text);
  buf_reset(&document);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("test_xml");
  TCase *cases = add_cases(suite, "xml");
  tcase_add_loop_test(cases, known_replies, 0, (int)COUNT(replies));
  tcase_add_test(cases, a_byte_that_ends_no_text);
  tcase_add_test(cases, bytes_of_a_name);
  tcase_add_test(cases, a_reply_cut_at_every_byte);
  tcase_add_test(cases, a_text_fits_or_is_none);
  tcase_add_test(cases, depth_has_a_bound);
  tcase_add_loop_test(cases, floods_are_read_once, 0, (int)COUNT(floods));
  return run_suite(suite);
}
