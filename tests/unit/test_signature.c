/* SPDX-License-Identifier: MIT */
/* Signatures: what AWS publishes, and what botocore's signer for S3 makes of requests that AWS gives no example of.
 * tests/signature/ compares any number of requests with botocore. */
#include "fixtures.h"

#include "base/mem.h"
#include "storage/signature.h"

#include <string.h>

#define EMPTY_HASH "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
#define FORM_HASH "9095672bbd1f56dfc5b65f3e153adc8731a4a654192329106275f4c7b24d0b6e"
#define WELCOME_HASH "44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072"
#define HEADERS_MAX 8

/* Whose requests, and when. */
struct signer {
  const char *key_id, *secret, *service, *scope;
  int64_t unix_s;
};
/* The examples of S3's own documentation */
static const struct signer s3 = {"AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "s3",
                                 "AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request", 1369353600};
/* The test suite of Signature Version 4 */
static const struct signer suite = {"AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "service",
                                    "AKIDEXAMPLE/20150830/us-east-1/service/aws4_request", 1440938160};
/* The example of how a key is derived */
static const struct signer iam = {"AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "iam",
                                  "AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request", 1440938160};

#define S3_AND(hash) "host:examplebucket.s3.amazonaws.com\nx-amz-date:20130524T000000Z\nx-amz-content-sha256:" hash "\n"
#define S3_HEADERS S3_AND(EMPTY_HASH)
#define S3_NAMES "host;x-amz-content-sha256;x-amz-date"
#define SUITE_HEADERS "host:example.amazonaws.com\nx-amz-date:20150830T123600Z\n"
#define SUITE_NAMES "host;x-amz-date"
#define TRAILER "STREAMING-UNSIGNED-PAYLOAD-TRAILER"
#define UNRESERVED "-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
#define SUITE_TOKEN                                                                                                   \
  "AQoDYXdzEPT//////////wEXAMPLEtc764bNrC9SAPBSM22wDOk4x4HIZ8j4FZTwdQWLWsKWHGBuFqwAeMicRXmxfpSPfIeoIYRqTflfKD8YUuwth" \
  "Ax7mSEI/qkPpKPi/kMcGdQrmGdeehM4IC1NtBmUpp2wUE8phUZampKsburEDy0KPkyQDYwT7WZ0wq5VSXDvp75YU9HFvlRd8Tx6q6fE8YQcHNVXAk" \
  "iY9q6d+xo0rKwT38xVqr7ZD0u0iPPkUL64lIZbqBAz+scqKmlzm8FDrypNC9Yjc8fPOLn9FX9KSYvKTr4rvx3iSIlTJabIQwj2ICCR/oLxBA=="

static const struct {
  const struct signer *signer;
  const char *method, *path, *query, *payload_hash;
  const char *headers; /* "name:value\n" each */
  const char *names, *signature;
} requests[] = {
    /* S3's documentation: get an object, put one, get a bucket's lifecycle, list */
    {&s3, "GET", "/test.txt", "", EMPTY_HASH, S3_HEADERS "range:bytes=0-9\n",
     "host;range;x-amz-content-sha256;x-amz-date", "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"},
    {&s3, "PUT", "/test%24file.text", "", WELCOME_HASH,
     S3_AND(WELCOME_HASH) "date:Fri, 24 May 2013 00:00:00 GMT\n"
                          "x-amz-storage-class:REDUCED_REDUNDANCY\n",
     "date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class",
     "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd"},
    {&s3, "GET", "/", "lifecycle", EMPTY_HASH, S3_HEADERS, S3_NAMES,
     "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543"},
    {&s3, "GET", "/", "prefix=J&max-keys=2", EMPTY_HASH, S3_HEADERS, S3_NAMES,
     "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"},
    /* A derived key */
    {&iam, "GET", "/", "Action=ListUsers&Version=2010-05-08", EMPTY_HASH,
     "x-amz-date:20150830T123600Z\n"
     "content-type:application/x-www-form-urlencoded; charset=utf-8\n"
     "host:iam.amazonaws.com\n",
     "content-type;host;x-amz-date", "5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7"},
    /* The test suite, but for what it asks of a path that is encoded twice or made shorter */
    {&suite, "GET", "/", "", EMPTY_HASH, SUITE_HEADERS, SUITE_NAMES,
     "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"},
    {&suite, "POST", "/", "", EMPTY_HASH, SUITE_HEADERS, SUITE_NAMES,
     "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"},
    {&suite, "GET", "/" UNRESERVED, "", EMPTY_HASH, SUITE_HEADERS, SUITE_NAMES,
     "07ef7494c76fa4850883e2b006601f940f8a34d404d0cfa977f52a65bbf5f24f"},
    {&suite, "GET", "/%E1%88%B4", "", EMPTY_HASH, SUITE_HEADERS, SUITE_NAMES,
     "8318018e0b0f223aa2bbf98705b62bb787dc9c0e678f255a891fd03141be5d85"},
    {&suite, "GET", "/", UNRESERVED "=" UNRESERVED, EMPTY_HASH, SUITE_HEADERS, SUITE_NAMES,
     "9c3e54bfcdf0b19771a7f523ee5669cdf59bc7cc0884027167c21bb143a40197"},
    {&suite, "GET", "/", "%E1%88%B4=bar", EMPTY_HASH, SUITE_HEADERS, SUITE_NAMES,
     "2cdec8eed098649ff3a119c94853b13c643bcf08f8b0a1d91e12c9027818dd04"},
    {&suite, "GET", "/", "Param1=value1", EMPTY_HASH, SUITE_HEADERS, SUITE_NAMES,
     "a67d582fa61cc504c4bae71f336f98b97f1ea3c7a6bfe1b6e45aec72011b9aeb"},
    {&suite, "POST", "/", "Param1=value1", EMPTY_HASH, SUITE_HEADERS, SUITE_NAMES,
     "28038455d6de14eafc1f9222cf5aa6f1a96197d7deb8263271d420d138af7f11"},
    {&suite, "GET", "/", "Param2=value2&Param1=value1", EMPTY_HASH, SUITE_HEADERS, SUITE_NAMES,
     "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500"},
    {&suite, "GET", "/", "Param1=value2&Param1=Value1", EMPTY_HASH, SUITE_HEADERS, SUITE_NAMES,
     "eedbc4e291e521cf13422ffca22be7d2eb8146eecf653089df300a15b2382bd1"},
    {&suite, "GET", "/", "Param1=value2&Param1=value1", EMPTY_HASH, SUITE_HEADERS, SUITE_NAMES,
     "5772eed61e12b33fae39ee5e7012498b51d56abc0abb7c60486157bd471c4694"},
    {&suite, "GET", "/", "Param-3=Value3&Param=Value2&%E1%88%B4=Value1", EMPTY_HASH, SUITE_HEADERS, SUITE_NAMES,
     "371d3713e185cc334048618a97f809c9ffe339c62934c032af5a0e595648fcac"},
    {&suite, "GET", "/", "", EMPTY_HASH,
     SUITE_HEADERS "my-header1:value2\n"
                   "my-header1:value2\n"
                   "my-header1:value1\n",
     "host;my-header1;x-amz-date", "c9d5ea9f3f72853aea855b47ea873832890dbdd183b4468f858259531a5138ea"},
    {&suite, "GET", "/", "", EMPTY_HASH,
     SUITE_HEADERS "my-header1:value4\n"
                   "my-header1:value1\n"
                   "my-header1:value3\n"
                   "my-header1:value2\n",
     "host;my-header1;x-amz-date", "08c7e5a9acfcfeb3ab6b2185e75ce8b1deb5e634ec47601a50643f830c755c01"},
    {&suite, "GET", "/", "", EMPTY_HASH,
     SUITE_HEADERS "my-header1: value1\n"
                   "my-header2: \"a   b   c\"\n",
     "host;my-header1;my-header2;x-amz-date", "acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736"},
    {&suite, "POST", "/", "", EMPTY_HASH, "my-header1:value1\n" SUITE_HEADERS, "host;my-header1;x-amz-date",
     "c5410059b04c1ee005303aed430f6e6645f61f4dc9e1461ec8f8916fdf18852c"},
    {&suite, "POST", "/", "", EMPTY_HASH, SUITE_HEADERS "my-header1:VALUE1\n", "host;my-header1;x-amz-date",
     "cdbc9802e29d2942e5e10b5bccfdd67c5f22c7c4e8ae67b53629efa58b974b7d"},
    {&suite, "GET", "/", "", EMPTY_HASH,
     SUITE_HEADERS "x-amz-security-token:6e86291e8372ff2a2260956d9b8aae1d763fbf315fa00fa31553b73ebf194267\n",
     "host;x-amz-date;x-amz-security-token", "07ec1639c89043aa0e3e2de82b96708f198cceab042d4a97044c66dd9f74e7f8"},
    {&suite, "POST", "/", "", EMPTY_HASH, "x-amz-security-token:" SUITE_TOKEN "\n" SUITE_HEADERS,
     "host;x-amz-date;x-amz-security-token", "85d96828115b5dc0cfc3bd16ad9e210dd772bbebba041836c64533a82be05ead"},
    {&suite, "POST", "/", "", FORM_HASH, "content-type:application/x-www-form-urlencoded\n" SUITE_HEADERS,
     "content-type;host;x-amz-date", "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a"},
    {&suite, "POST", "/", "", FORM_HASH, "content-type:application/x-www-form-urlencoded; charset=utf8\n" SUITE_HEADERS,
     "content-type;host;x-amz-date", "1a72ec8f64bd914b0e42e42607c7fbce7fb2c7465f63e3092b3b0d39fa77a6fe"},
    /* botocore's signer for S3: the order of parameters, those without values, paths as they are, blanks in headers */
    {&s3, "GET", "/", "a0=1&a-b=2&a=3&a=&a%3D=4", EMPTY_HASH, S3_HEADERS, S3_NAMES,
     "d0372de78d7cfac0fe94b4835d7b4cf71118b1b909298061ac482507c6184550"},
    {&s3, "GET", "/", "b&&a=x=y&=v", EMPTY_HASH, S3_HEADERS, S3_NAMES,
     "28a9d3f08e11bd01fd905f7f80ccf3734dea0cae66cbdbf1b1d9abd9dcbf9f60"},
    {&s3, "GET", "/", "a=1&a=1&a=1", EMPTY_HASH, S3_HEADERS, S3_NAMES,
     "3d134a0b9ebb29b6fe9eb6e31af7766babdc8133f68e90f47716755e55b7ede1"},
    {&s3, "POST", "/k", "uploads", EMPTY_HASH, S3_HEADERS, S3_NAMES,
     "fb22c0ab449a4e3c08cf7a5b311e4aa1caefbc2fb1ef2b37a958101960b686ee"},
    {&s3, "PUT", "/k", "uploadId=x%2By&partNumber=1", "UNSIGNED-PAYLOAD", S3_AND("UNSIGNED-PAYLOAD"), S3_NAMES,
     "f58bfe7508225a5fe280fb368d7bf1b622e20896f1a57cd6e3a46497ea6abb9d"},
    {&s3, "PUT", "/Gr%C3%BC%C3%9Fe/%E6%97%A5%E6%9C%AC/%F0%9D%84%9E%20x", "", TRAILER, S3_AND(TRAILER), S3_NAMES,
     "069f22b151d643c0d2d1c540ffc14aac924c98442c5f30dc7f0f574fed9e1bd3"},
    {&s3, "DELETE", "//a/./b/../c//", "", EMPTY_HASH, S3_HEADERS, S3_NAMES,
     "205a2f5186d4599f5e52f87c9f90bff999bbc65fe0cd7345d7a16ffddaa1eac2"},
    {&s3, "GET", "/%2525", "", EMPTY_HASH, S3_HEADERS, S3_NAMES,
     "6a9838b97708760347d83a66345468b5be195ba6f16340657c1e59024cf5233b"},
    {&s3, "PUT", "/k", "", EMPTY_HASH, S3_HEADERS "x-amz-meta-a: \t a \t\t b  c \t\nx-amz-meta-b:\nx-amz-meta-c: \t \n",
     S3_NAMES ";x-amz-meta-a;x-amz-meta-b;x-amz-meta-c",
     "e6f692c55066c4b25c9472e0724d194cd1d14199cebf5345b2c97512a5b3aa9e"},
    {&s3, "GET", "/", "", EMPTY_HASH, S3_HEADERS "x-amz-security-token:canary/token+with==\n",
     S3_NAMES ";x-amz-security-token", "c7591cf93e4de3c0dfe1856082a4c749da4b4b3ad3935602aed7363ab239f849"},
};

/* A request of S3's documentation for the root, without parameters. */
static struct signature_input input_of(const struct signer *signer) {
  static const struct signature_header headers[] = {{"host", "examplebucket.s3.amazonaws.com"},
                                                    {"x-amz-content-sha256", EMPTY_HASH},
                                                    {"x-amz-date", "20130524T000000Z"}};
  return (struct signature_input){
      .method = "GET",
      .path = "/",
      .query = "",
      .headers = headers,
      .header_count = COUNT(headers),
      .payload_hash = EMPTY_HASH,
      .access_key_id = signer->key_id,
      .secret = signer->secret,
      .secret_length = strlen(signer->secret),
      .region = "us-east-1",
      .service = signer->service,
      .unix_s = signer->unix_s,
  };
}

/* What stands before the mark, which is overwritten; text goes on behind it. */
static char *take(char **text, char mark) {
  char *taken = *text, *end = strchr(taken, mark);
  *end = '\0';
  *text = end + 1;
  return taken;
}

/* text is overwritten, and is what the headers point into. */
static size_t read_headers(struct signature_header headers[HEADERS_MAX], char *text) {
  size_t count = 0;
  for (; *text; count++) {
    ck_assert_uint_lt(count, HEADERS_MAX);
    headers[count].name = take(&text, ':');
    headers[count].value = take(&text, '\n');
  }
  return count;
}

START_TEST(known_requests) {
  struct signature_input input = input_of(requests[_i].signer);
  struct signature_header headers[HEADERS_MAX];
  char *text = mem_text(requests[_i].headers, strlen(requests[_i].headers));
  input.method = requests[_i].method;
  input.path = requests[_i].path;
  input.query = requests[_i].query;
  input.headers = headers;
  input.header_count = read_headers(headers, text);
  input.payload_hash = requests[_i].payload_hash;
  struct buf out, expected;
  buf_init(&out, 4096);
  buf_init(&expected, 4096);
  buf_text(&expected, "AWS4-HMAC-SHA256 Credential=");
  buf_text(&expected, requests[_i].signer->scope);
  buf_text(&expected, ", SignedHeaders=");
  buf_text(&expected, requests[_i].names);
  buf_text(&expected, ", Signature=");
  buf_text(&expected, requests[_i].signature);
  ck_assert(signature_write(&out, &input));
  ck_assert_str_eq(buf_string(&out), buf_string(&expected));
  buf_reset(&out);
  buf_reset(&expected);
  mem_free(text);
}
END_TEST

static void assert_signature(const struct signature_input *input, const char *signature) {
  struct buf out;
  buf_init(&out, 4096);
  ck_assert(signature_write(&out, input));
  const char *last = strstr(buf_string(&out), ", Signature=");
  ck_assert_ptr_nonnull(last);
  ck_assert_str_eq(last + strlen(", Signature="), signature);
  buf_reset(&out);
}

#define TEN "0123456789"
#define SIXTY TEN TEN TEN TEN TEN TEN
/* botocore's: a key of HMAC is hashed first when it is longer than 64 bytes, with its "AWS4" */
static const struct {
  const char *secret, *signature;
} secrets[] = {
    {"", "5614baff1f8346e4115997a4dcbba597ebb6767c42309aa8262c9b217dc94261"},
    {"s", "e933cac6e4bc23dc8d0b05a1afaf2d5af9770b6d25c7523a93630409641a4e89"},
    {SIXTY, "c3c44e5ed0be9c295b3191fd0f7d9b5b503b964265ac3d9c63b25acffee6daea"},
    {SIXTY "0", "29713638c7d82562558c9efb79bac3e07079a4cd0e9ada13b602ac60712f0ad6"},
    {SIXTY SIXTY SIXTY TEN TEN, "ef4190deb524c8d7def964a99182b4cff78519efba890660de23e7a0ca8c5398"},
    {"Gr\xc3\xbc\xc3\x9f"
     "e",
     "0be86ec1c8704bcfe7d325ea742049fbd92dc5db995217e3a7639f450dc0f9ea"},
    {"a b\n", "0bb5a7e4fcafb63dbf0fb7ec1c533460a4998213e03b6b6557df53ec16f50f31"},
};

START_TEST(secrets_of_any_length) {
  struct signature_input input = input_of(&s3);
  input.secret = secrets[_i].secret;
  input.secret_length = strlen(secrets[_i].secret);
  assert_signature(&input, secrets[_i].signature);
}
END_TEST

START_TEST(a_secret_ends_where_its_length_says) {
  struct signature_input input = input_of(&s3);
  char longer[64] = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEYand more";
  input.secret = longer;
  assert_signature(&input, "fc17940bd195def017f1e7139d4d9b4005f13a9170c574057f4e3a05d4021e45");
}
END_TEST

/* botocore's */
START_TEST(other_regions) {
  struct signature_input input = input_of(&s3);
  input.region = "eu-central-1";
  assert_signature(&input, "9f176550d389d40e6bab7153d70a7d1d8f07cd89c036682eaec7a5061ce987c7");
  input.region = "";
  assert_signature(&input, "e3695b6ea35ef076224c86692588e9809af95526e6194afb42f3949919a0fc78");
}
END_TEST

START_TEST(what_is_there_already_stays) {
  struct signature_input input = input_of(&s3);
  struct buf out;
  buf_init(&out, 4096);
  buf_text(&out, "authorization: ");
  ck_assert(signature_write(&out, &input));
  ck_assert_msg(strstr(buf_string(&out), "authorization: AWS4-HMAC-SHA256 Credential=AKIA") == buf_string(&out), "%s",
                buf_string(&out));
  buf_reset(&out);
}
END_TEST

/* Each part once so long that it does not fit; the answer is no, and nothing was written. */
START_TEST(a_request_that_is_too_large) {
  static char huge[SIGNATURE_REQUEST_MAX + 1];
  struct signature_input input = input_of(&s3);
  const struct signature_header header = {"host", huge};
  struct buf out;
  memset(huge, 'a', sizeof huge - 1);
  buf_init(&out, 4096);
  switch (_i) {
  case 0:
    input.path = huge;
    break;
  case 1:
    input.query = huge;
    break;
  case 2:
    input.headers = &header;
    input.header_count = 1;
    break;
  case 3:
    input.secret = huge;
    input.secret_length = sizeof huge - 1;
    break;
  default:
    input.region = huge;
  }
  ck_assert(!signature_write(&out, &input));
  ck_assert_str_eq(buf_string(&out), "");
  buf_reset(&out);
}
END_TEST

START_TEST(an_answer_that_does_not_fit) {
  struct signature_input input = input_of(&s3);
  struct buf out;
  buf_init(&out, 100);
  ck_assert(!signature_write(&out, &input));
  ck_assert_int_eq(out.failure, BUF_TOO_LARGE);
  buf_reset(&out);
}
END_TEST

/* ---- the payload's hash ---- */

START_TEST(payload_hashes) {
  char hash[SIGNATURE_PAYLOAD_HASH_SIZE];
  ck_assert(signature_payload_hash(hash, "", 0));
  ck_assert_str_eq(hash, EMPTY_HASH);
  ck_assert(signature_payload_hash(hash, NULL, 0));
  ck_assert_str_eq(hash, EMPTY_HASH);
  ck_assert(signature_payload_hash(hash, "Welcome to Amazon S3.", 21));
  ck_assert_str_eq(hash, WELCOME_HASH);
  ck_assert(signature_payload_hash(hash, "Param1=value1", 13));
  ck_assert_str_eq(hash, FORM_HASH);
  ck_assert(signature_payload_hash(hash, "a\0b", 3)); /* of all three bytes */
  ck_assert_str_eq(hash, "59b271ae1bbcb1d31d41929817f4b16fb439eb4f31520b5ad1d5ce98920a7138");
}
END_TEST

int main(void) {
  Suite *all = suite_create("test_signature");
  TCase *cases = add_cases(all, "signature");
  tcase_add_loop_test(cases, known_requests, 0, (int)COUNT(requests));
  tcase_add_loop_test(cases, secrets_of_any_length, 0, (int)COUNT(secrets));
  tcase_add_test(cases, a_secret_ends_where_its_length_says);
  tcase_add_test(cases, other_regions);
  tcase_add_test(cases, what_is_there_already_stays);
  tcase_add_loop_test(cases, a_request_that_is_too_large, 0, 5);
  tcase_add_test(cases, an_answer_that_does_not_fit);
  tcase_add_test(cases, payload_hashes);
  return run_suite(all);
}
