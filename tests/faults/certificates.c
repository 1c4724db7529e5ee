/* SPDX-License-Identifier: MIT */
#include "certificates.h"

#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define DAY (24L * 3600)
#define PATH_SIZE 128

struct pair {
  EVP_PKEY *key;
  X509 *certificate;
};

static struct pair authority, other_authority, identities[IDENTITY_COUNT];
static char folder[PATH_SIZE], authority_path[PATH_SIZE], stranger_path[PATH_SIZE];

static void must(long fine, const char *what) {
  if (fine) return;
  fprintf(stderr, "certificates: %s failed\n", what);
  abort();
}

static void add_extension(X509 *certificate, int kind, const char *value) {
  X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, NULL, kind, value);
  must(extension && X509_add_ext(certificate, extension, -1), "extension");
  X509_EXTENSION_free(extension);
}

struct request {
  const char *name;
  const char *hosts;         /* NULL: an authority */
  long from, until;          /* seconds from now */
  const struct pair *issuer; /* NULL: signs itself */
};

static struct pair make(const struct request *request) {
  static long serial = 1000;
  struct pair pair = {.key = EVP_EC_gen("P-256"), .certificate = X509_new()};
  must(pair.key && pair.certificate, "key");
  X509 *certificate = pair.certificate;
  const struct pair *issuer = request->issuer ? request->issuer : &pair;
  X509_NAME *name = X509_get_subject_name(certificate);
  must(X509_set_version(certificate, X509_VERSION_3), "version");
  must(ASN1_INTEGER_set(X509_get_serialNumber(certificate), serial++), "serial");
  must(X509_gmtime_adj(X509_getm_notBefore(certificate), request->from) != NULL, "from");
  must(X509_gmtime_adj(X509_getm_notAfter(certificate), request->until) != NULL, "until");
  must(X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, (const unsigned char *)request->name, -1, -1, 0), "name");
  must(X509_set_issuer_name(certificate, X509_get_subject_name(issuer->certificate)), "issuer");
  must(X509_set_pubkey(certificate, pair.key), "public key");
  add_extension(certificate, NID_basic_constraints, request->hosts ? "critical,CA:FALSE" : "critical,CA:TRUE");
  if (request->hosts) add_extension(certificate, NID_subject_alt_name, request->hosts);
  must(X509_sign(certificate, issuer->key, EVP_sha256()) > 0, "signature");
  return pair;
}

static void write_pem(const char *path, const struct pair *pair, int with_key) {
  FILE *file = fopen(path, "w");
  must(file != NULL, path);
  must(PEM_write_X509(file, pair->certificate), path);
  if (with_key) must(PEM_write_PrivateKey(file, pair->key, NULL, NULL, 0, NULL, NULL), path);
  must(fclose(file) == 0, path);
}

void certificates_make(void) {
  static const char here[] = "IP:127.0.0.1,IP:::1,DNS:localhost,DNS:faults.test";
  authority = make(&(struct request){"fault authority", NULL, -DAY, DAY, NULL});
  other_authority = make(&(struct request){"other authority", NULL, -DAY, DAY, NULL});
  identities[IDENTITY_GOOD] = make(&(struct request){"good", here, -DAY, DAY, &authority});
  identities[IDENTITY_SELF_SIGNED] = make(&(struct request){"self signed", here, -DAY, DAY, NULL});
  identities[IDENTITY_OTHER_AUTHORITY] = make(&(struct request){"stranger", here, -DAY, DAY, &other_authority});
  identities[IDENTITY_EXPIRED] = make(&(struct request){"expired", here, -2 * DAY, -DAY, &authority});
  identities[IDENTITY_NOT_YET_VALID] = make(&(struct request){"early", here, DAY, 2 * DAY, &authority});
  identities[IDENTITY_WRONG_HOST] =
      make(&(struct request){"elsewhere", "DNS:elsewhere.example", -DAY, DAY, &authority});
  const char *base = getenv("TMPDIR");
  snprintf(folder, sizeof folder, "%.80s/lsexport-faults-XXXXXX", base && *base ? base : "/tmp");
  must(mkdtemp(folder) != NULL, folder);
  snprintf(authority_path, sizeof authority_path, "%.100s/authority.pem", folder);
  snprintf(stranger_path, sizeof stranger_path, "%.100s/stranger.pem", folder);
  write_pem(authority_path, &authority, 0);
  write_pem(stranger_path, &identities[IDENTITY_OTHER_AUTHORITY], 1);
}

const char *authority_file(void) { return authority_path; }

const char *stranger_file(void) { return stranger_path; }

static void limit_versions(SSL_CTX *context, enum tls_limit limit) {
  if (limit == TLS_LIMIT_1_2) must(SSL_CTX_set_max_proto_version(context, TLS1_2_VERSION), "TLS 1.2");
  if (limit != TLS_LIMIT_1_1) return;
  /* OpenSSL's own defaults, and a distribution's, would refuse this much. */
  SSL_CTX_set_security_level(context, 0);
  must(SSL_CTX_set_min_proto_version(context, TLS1_1_VERSION), "TLS 1.1");
  must(SSL_CTX_set_max_proto_version(context, TLS1_1_VERSION), "TLS 1.1");
  must(SSL_CTX_set_cipher_list(context, "DEFAULT:@SECLEVEL=0"), "ciphers");
}

SSL_CTX *certificates_context(enum identity identity, enum tls_limit limit) {
  SSL_CTX *context = SSL_CTX_new(TLS_server_method());
  must(context != NULL, "context");
  must(SSL_CTX_use_certificate(context, identities[identity].certificate), "certificate");
  must(SSL_CTX_use_PrivateKey(context, identities[identity].key), "private key");
  limit_versions(context, limit);
  if (limit != TLS_WANTS_CLIENT) return context;
  must(SSL_CTX_load_verify_locations(context, authority_path, NULL), "authority");
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
  return context;
}

static void free_pair(struct pair *pair) {
  EVP_PKEY_free(pair->key);
  X509_free(pair->certificate);
  memset(pair, 0, sizeof *pair);
}

void certificates_free(void) {
  free_pair(&authority);
  free_pair(&other_authority);
  for (int i = 0; i < IDENTITY_COUNT; i++) free_pair(&identities[i]);
  (void)unlink(authority_path);
  (void)unlink(stranger_path);
  (void)rmdir(folder);
}
