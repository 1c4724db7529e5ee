/* SPDX-License-Identifier: MIT */
/* The classifier by example: what LangSmith's storage stack was measured to say, what storage services and LangSmith are
 * documented to answer, and what keeps an answer from arriving. */
#include "error/classify.h"
#include "error/storage_text.h"

#include <check.h>
#include <stdlib.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))
#define FRAME(code, message) "[Errno 5] An error occurred (" code ") when calling the PutObject operation: " message
#define RETRIED(code, message) \
  "[Errno 5] An error occurred (" code ") when calling the PutObject operation (reached max retries: 4): " message
#define URL "https://exp.s3.eu-west-1.amazonaws.com/exp/data/tmp/4f0c.txt"
#define UNTRUSTED(reason)                                                                                             \
  "SSL validation failed for " URL " Cannot connect to host host:443 ssl:True [SSLCertVerificationError: (1, '[SSL: " \
  "CERTIFICATE_VERIFY_FAILED] certificate verify failed: " reason " (_ssl.c:1006)')]"
#define DENIED(reason)                                                                              \
  "User: arn:aws:iam::123456789012:user/x is not authorized to perform: s3:PutObject on resource: " \
  "\"arn:aws:s3:::exp/data/tmp/4f0c.txt\" " reason

static struct verdict classify_text(const char *text, struct storage_text *read) {
  storage_text_read(text, read);
  struct evidence evidence = {
      .peer = PEER_STORAGE, .code = read->code, .text = read->message, .http_status = read->http_status};
  return classify(&evidence);
}

/* ---- texts that came out of s3fs and botocore, or that users have shown ---- */

struct told {
  const char *text;
  lsexport_status status;
  int32_t cause;
  const char *storage_code; /* from the text itself, or from what it stands for; "" for neither */
};

#define TOLD(text, status, cause, code) {text, LSEXPORT_ERR_##status, LSEXPORT_CAUSE_##cause, code}

static const struct told told[] = {
    /* The documentation's own words */
    TOLD("Access denied", ACCESS_DENIED, NONE, "AccessDenied"),
    TOLD("Bucket is not valid", BUCKET_NOT_VALID, NONE, ""),
    TOLD("Key ID you provided does not exist", KEY_ID_NOT_FOUND, NONE, "InvalidAccessKeyId"),
    TOLD("Invalid endpoint", INVALID_ENDPOINT, NONE, ""),
    TOLD("InvalidBucketName", INVALID_BUCKET_NAME, NONE, "InvalidBucketName"),
    /* Access */
    TOLD("Access Denied", ACCESS_DENIED, NONE, "AccessDenied"),
    TOLD("Access Denied.", ACCESS_DENIED, NONE, "AccessDenied"),
    TOLD("Access denied.", ACCESS_DENIED, NONE, "AccessDenied"),
    TOLD(FRAME("AccessDenied", "Access Denied"), ACCESS_DENIED, NONE, "AccessDenied"),
    TOLD(FRAME("AccessDenied", "None"), ACCESS_DENIED, NONE, "AccessDenied"),
    TOLD("Access Denied because object protected by object lock.", ACCESS_DENIED, RETENTION, "AccessDenied"),
    TOLD(DENIED("because no identity-based policy allows the s3:PutObject action"), ACCESS_DENIED, POLICY,
         "AccessDenied"),
    TOLD(DENIED("because no resource-based policy allows the s3:PutObject action"), ACCESS_DENIED, POLICY,
         "AccessDenied"),
    TOLD(DENIED("with an explicit deny in a resource-based policy"), ACCESS_DENIED, POLICY, "AccessDenied"),
    TOLD(DENIED("with an explicit deny in a service control policy"), ACCESS_DENIED, POLICY, "AccessDenied"),
    TOLD(DENIED("with an explicit deny in a resource control policy"), ACCESS_DENIED, POLICY, "AccessDenied"),
    TOLD(DENIED("because no permissions boundary allows the s3:PutObject action"), ACCESS_DENIED, POLICY,
         "AccessDenied"),
    TOLD(DENIED("because no session policy allows the s3:PutObject action"), ACCESS_DENIED, POLICY, "AccessDenied"),
    TOLD(DENIED("because no VPC endpoint policy allows the s3:PutObject action"), ACCESS_DENIED, POLICY,
         "AccessDenied"),
    TOLD(DENIED("with an explicit deny"), ACCESS_DENIED, POLICY, "AccessDenied"),
    TOLD(DENIED("with an explicit deny in an identity-based policy: "
                "arn:aws:iam::aws:policy/AWSCompromisedKeyQuarantineV3"),
         ACCESS_DENIED, POLICY, "AccessDenied"),
    TOLD(DENIED("because public ACLs are prevented by the BlockPublicAcls setting in S3 Block Public Access"),
         ACCESS_DENIED, POLICY, "AccessDenied"),
    TOLD("User: arn:aws:sts::1:assumed-role/r/user@example.com is not authorized to perform: kms:GenerateDataKey on "
         "this resource because the resource does not exist in this Region, no resource-based policies allow access, "
         "or a resource-based policy explicitly denies access",
         ACCESS_DENIED, KMS_DENIED, "AccessDenied"),
    TOLD("hmac@p.iam.gserviceaccount.com does not have storage.objects.create access to the Google Cloud Storage "
         "object.",
         ACCESS_DENIED, POLICY, "AccessDenied"),
    TOLD("There were headers present in the request which were not signed", ACCESS_DENIED, NONE, "AccessDenied"),
    TOLD("AWS authentication requires a valid Date or x-amz-date header", ACCESS_DENIED, NONE, "AccessDenied"),
    TOLD("Signature header missing Signature field.", ACCESS_DENIED, NONE, "AccessDenied"),
    TOLD("Not authorized to perform sts:AssumeRoleWithWebIdentity", ACCESS_DENIED, ROLE, "AccessDenied"),
    TOLD("An error occurred (InvalidIdentityToken) when calling the AssumeRoleWithWebIdentity operation: Incorrect "
         "token audience",
         STORAGE, ROLE, "InvalidIdentityToken"),
    TOLD("An error occurred (ValidationError) when calling the AssumeRoleWithWebIdentity operation: The requested "
         "DurationSeconds exceeds the MaxSessionDuration set for this role.",
         STORAGE, ROLE, "ValidationError"),
    TOLD("An error occurred (AccessDenied) when calling the AssumeRole operation: The requested DurationSeconds "
         "exceeds the MaxSessionDuration set for this role.",
         ACCESS_DENIED, ROLE, "AccessDenied"),
    TOLD("All access to this bucket has been disabled.", STORAGE, ACCOUNT, "AllAccessDisabled"),
    TOLD("Your account is disabled; please contact your administrator.", STORAGE, ACCOUNT, ""),
    /* Keys, secrets, tokens, clock */
    TOLD("The AWS Access Key Id you provided does not exist in our records.", KEY_ID_NOT_FOUND, NONE,
         "InvalidAccessKeyId"),
    TOLD("The Access Key Id you provided does not exist in our records.", KEY_ID_NOT_FOUND, NONE, "InvalidAccessKeyId"),
    TOLD("The request signature we calculated does not match the signature you provided. Check your key and signing "
         "method.",
         STORAGE, BAD_SECRET, "SignatureDoesNotMatch"),
    TOLD("The difference between the request time and the current time is too large.", STORAGE, CLOCK_SKEW,
         "RequestTimeTooSkewed"),
    TOLD("The difference between the request time and the server's time is too large.", STORAGE, CLOCK_SKEW,
         "RequestTimeTooSkewed"),
    TOLD("The provided security credentials are not valid.", STORAGE, BAD_KEY_ID, "InvalidSecurity"),
    TOLD("The provided token has expired.", STORAGE, EXPIRED_TOKEN, "ExpiredToken"),
    TOLD("[Errno 22] The provided token is malformed or otherwise invalid.", STORAGE, BAD_TOKEN, "InvalidToken"),
    TOLD(FRAME("InvalidTokenId", "The security token included in the request is invalid"), STORAGE, BAD_TOKEN,
         "InvalidTokenId"),
    TOLD(FRAME("InvalidClientTokenId", "The security token included in the request is invalid."), STORAGE, BAD_KEY_ID,
         "InvalidClientTokenId"),
    TOLD("Unable to locate credentials", STORAGE, NO_CREDENTIALS, ""),
    TOLD("Partial credentials found in explicit, missing: aws_secret_access_key", STORAGE, NO_CREDENTIALS, ""),
    TOLD("An HTTP Client raised an unhandled exception: Forbidden control character detected in headers. Potential "
         "header injection attack.",
         STORAGE, NONE, ""),
    TOLD("An HTTP Client raised an unhandled exception: Newline or carriage return character detected in HTTP status "
         "message or header. This is a potential security issue.",
         STORAGE, NONE, ""),
    /* Bucket */
    TOLD("The specified bucket does not exist", BUCKET_NOT_VALID, NONE, "NoSuchBucket"),
    TOLD("The specified bucket does not exist.", BUCKET_NOT_VALID, NONE, "NoSuchBucket"),
    TOLD(FRAME("NoSuchAccessPoint", "The specified accesspoint does not exist"), STORAGE, NONE, "NoSuchAccessPoint"),
    TOLD("[Errno 22] The specified bucket is not valid.", INVALID_BUCKET_NAME, NONE, "InvalidBucketName"),
    TOLD("Parameter validation failed:\nInvalid bucket name \"with space\": Bucket name must match the regex "
         "\"^[a-zA-Z0-9.\\-_]{1,255}$\" or be an ARN matching the regex \"^arn:\"",
         STORAGE, NONE, ""),
    TOLD("[Errno 16] A conflicting conditional operation is currently in progress against this resource. Please try "
         "again.",
         STORAGE_UNAVAILABLE, BUCKET_BUSY, "OperationAborted"),
    TOLD("[Errno 1] The request is not valid with the current state of the bucket.", STORAGE_UNAVAILABLE, BUCKET_BUSY,
         "InvalidBucketState"),
    /* Region, endpoint, redirects */
    TOLD("[Errno 22] The authorization header is malformed; the region 'us-east-1' is wrong; expecting 'eu-west-1'",
         STORAGE, WRONG_REGION, "AuthorizationHeaderMalformed"),
    TOLD("[Errno 22] The authorization header is malformed; the Credential is mal-formed; expecting "
         "\"<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request\".",
         STORAGE, BAD_KEY_ID, "AuthorizationHeaderMalformed"),
    TOLD("[Errno 22] The authorization header is malformed", STORAGE, WRONG_REGION, "AuthorizationHeaderMalformed"),
    TOLD("The eu-west-1 location constraint is incompatible for the region specific endpoint this request was sent "
         "to.",
         STORAGE, WRONG_REGION, "IllegalLocationConstraintException"),
    TOLD(FRAME("InvalidRegion", "Region does not match."), STORAGE, WRONG_REGION, "InvalidRegion"),
    TOLD("Provided region_name 'us east 1' doesn't match a supported format.", STORAGE, WRONG_REGION, ""),
    TOLD("[Errno 78] The bucket you are attempting to access must be addressed using the specified endpoint. Please "
         "send all future requests to this endpoint.",
         STORAGE, REDIRECTED_BUCKET, "PermanentRedirect"),
    TOLD("[Errno 78] Please re-send this request to the specified temporary endpoint.", STORAGE_UNAVAILABLE,
         REDIRECTED_BUCKET, "TemporaryRedirect"),
    TOLD("maximum recursion depth exceeded in comparison", STORAGE, REDIRECTED_BUCKET, ""),
    TOLD("Invalid endpoint: s3.example.com", INVALID_ENDPOINT, NONE, ""),
    TOLD("Custom endpoint `htp://x` was not a valid URI", INVALID_ENDPOINT, NONE, ""),
    TOLD("Invalid IPv6 URL", INVALID_ENDPOINT, NONE, ""),
    TOLD("An HTTP Client raised an unhandled exception: Cannot combine AUTHORIZATION header with AUTH argument or "
         "credentials encoded in URL",
         STORAGE, NONE, ""),
    TOLD("S3 addressing style banana is invalid. Valid options are: 'auto', 'virtual', and 'path'", STORAGE,
         ADDRESSING_STYLE, ""),
    TOLD("A custom endpoint cannot be combined with S3 Accelerate", STORAGE, REQUEST_OPTIONS, ""),
    TOLD("[Errno 1] The specified method is not allowed against this resource.", STORAGE, NOT_S3, "MethodNotAllowed"),
    TOLD(FRAME("InvalidHostHeader", "The host headers provided in the request used the incorrect style addressing."),
         STORAGE, ADDRESSING_STYLE, "InvalidHostHeader"),
    TOLD("[Errno 22] Couldn't parse the specified URI.", STORAGE, NONE, "InvalidURI"),
    /* Network and TLS */
    TOLD("Could not connect to the endpoint URL: \"https://nosuch.invalid/exp/data/tmp/4f0c.txt\"", STORAGE_UNAVAILABLE,
         STORAGE_UNREACHABLE, ""),
    TOLD("Connect timeout on endpoint URL: \"" URL "\"", STORAGE_UNAVAILABLE, STORAGE_TIMEOUT, ""),
    TOLD("Read timeout on endpoint URL: \"" URL "\"", STORAGE_UNAVAILABLE, STORAGE_TIMEOUT, ""),
    TOLD("Connection was closed before we received a valid response from endpoint URL: \"" URL "\".",
         STORAGE_UNAVAILABLE, STORAGE_CLOSED, ""),
    TOLD(UNTRUSTED("self-signed certificate"), STORAGE, STORAGE_TLS, ""),
    TOLD(UNTRUSTED("unable to get local issuer certificate"), STORAGE, STORAGE_TLS, ""),
    TOLD(UNTRUSTED("certificate has expired"), STORAGE, STORAGE_TLS, ""),
    TOLD(UNTRUSTED("Hostname mismatch, certificate is not valid for 's3.test'."), STORAGE, STORAGE_TLS, ""),
    TOLD(UNTRUSTED("IP address mismatch, certificate is not valid for '127.0.0.1'."), STORAGE, STORAGE_TLS, ""),
    TOLD("SSL validation failed for " URL
         " Cannot connect to host host:9000 ssl:default [[SSL: WRONG_VERSION_NUMBER] wrong version number "
         "(_ssl.c:1006)]",
         STORAGE, STORAGE_TLS, ""),
    TOLD(FRAME("XMinioInsecureClientRequest", "Cannot respond to plain-text request from TLS-encrypted server"),
         STORAGE, STORAGE_TLS, "XMinioInsecureClientRequest"),
    /* What is written */
    TOLD("[Errno 22] Content-MD5 OR x-amz-checksum- HTTP header is required for Put Object requests with Object Lock "
         "parameters",
         STORAGE, OBJECT_LOCK_CHECKSUM, "InvalidRequest"),
    TOLD(FRAME("MissingUploadObjectWithObjectLockHeaders",
               "Content-MD5 or x-amz-sdk-checksum-algorithm header required to upload an object with a retention "
               "period configured using Object Lock"),
         STORAGE, OBJECT_LOCK_CHECKSUM, "MissingUploadObjectWithObjectLockHeaders"),
    TOLD(FRAME("MissingContentMD5", "Missing required header for this request: Content-Md5."), STORAGE,
         OBJECT_LOCK_CHECKSUM, "MissingContentMD5"),
    TOLD("[Errno 22] An error occurred (InvalidArgument) when calling the PutObject operation: Unknown", STORAGE,
         REQUEST_OPTIONS, "InvalidArgument"),
    TOLD("[Errno 22] The storage class you specified is not valid", STORAGE, REQUEST_OPTIONS, "InvalidStorageClass"),
    TOLD("[Errno 22] Invalid storage class.", STORAGE, REQUEST_OPTIONS, "InvalidArgument"),
    TOLD("[Errno 22] Invalid arguments provided for exp/data/tmp/4f0c.txt: (The encryption method is not supported)",
         STORAGE, REQUEST_OPTIONS, "InvalidArgument"),
    TOLD("Parameter validation failed:\nInvalid type for parameter StorageClass, value: 5, type: <class 'int'>, valid "
         "types: <class 'str'>",
         STORAGE, REQUEST_OPTIONS, ""),
    TOLD("Unsupported checksum algorithm: md7", STORAGE, REQUEST_OPTIONS, ""),
    TOLD("('ACL not in %s', {'private', 'public-read'})", STORAGE, REQUEST_OPTIONS, ""),
    TOLD(FRAME("AccessControlListNotSupported", "The bucket does not allow ACLs"), STORAGE, ACL_NOT_SUPPORTED,
         "AccessControlListNotSupported"),
    TOLD(FRAME("InvalidBucketOwnerAWSAccountID", "The value must be an AWS Account ID."), STORAGE, BUCKET_OWNER,
         "InvalidBucketOwnerAWSAccountID"),
    TOLD("[Errno 22] The Content-MD5 you specified did not match what we received.", STORAGE, CHECKSUM, "BadDigest"),
    TOLD("[Errno 22] The Content-Md5 you specified did not match what we received.", STORAGE, CHECKSUM, "BadDigest"),
    TOLD("[Errno 22] The SHA256 you specified did not match the calculated checksum.", STORAGE, CHECKSUM, "BadDigest"),
    TOLD("[Errno 22] The Content-Md5 you specified is not valid.", STORAGE, CHECKSUM, "InvalidDigest"),
    TOLD(FRAME("XAmzContentSHA256Mismatch",
               "The provided 'x-amz-content-sha256' header does not match what was computed."),
         STORAGE, CHECKSUM, "XAmzContentSHA256Mismatch"),
    TOLD(FRAME("KMS.NotFoundException", "Invalid arn us-east-1"), STORAGE, KMS_KEY, "KMS.NotFoundException"),
    TOLD(FRAME("KMS.DisabledException", "arn:aws:kms:us-east-1:1:key/x is disabled."), STORAGE, KMS_KEY,
         "KMS.DisabledException"),
    TOLD("[Errno 38] Server side encryption specified but KMS is not configured (KMS not configured for a server side "
         "encrypted objects)",
         STORAGE, KMS_KEY, ""),
    TOLD("[Errno 38] A header you provided implies functionality that is not implemented", STORAGE, NOT_IMPLEMENTED,
         "NotImplemented"),
    TOLD("[Errno 22] You must provide the Content-Length HTTP header.", STORAGE, NOT_IMPLEMENTED,
         "MissingContentLength"),
    TOLD("[Errno 36] Your key is too long", STORAGE, OBJECT_KEY, "KeyTooLongError"),
    TOLD("[Errno 36] Your key is too long.", STORAGE, OBJECT_KEY, "KeyTooLongError"),
    TOLD("[Errno 90] Your metadata headers exceed the maximum allowed metadata size.", STORAGE, REQUEST_OPTIONS,
         "MetadataTooLarge"),
    TOLD("[Errno 90] Your proposed upload exceeds the maximum allowed object size.", STORAGE, NONE, "EntityTooLarge"),
    TOLD(FRAME("InvalidObjectName", "None"), STORAGE, OBJECT_KEY, "InvalidObjectName"),
    TOLD(FRAME("XMinioInvalidObjectName", "Object name contains unsupported characters."), STORAGE, OBJECT_KEY,
         "XMinioInvalidObjectName"),
    TOLD(FRAME("XMinioInvalidResourceName", "Resource name contains bad components such as \"..\" or \".\"."), STORAGE,
         OBJECT_KEY, "XMinioInvalidResourceName"),
    TOLD("[Errno 22] Object is WORM protected and cannot be overwritten", STORAGE, RETENTION, "InvalidRequest"),
    TOLD("Object 'exp/x' is subject to bucket's retention policy or object retention and cannot be deleted or "
         "overwritten until 2026-12-01",
         STORAGE, RETENTION, ""),
    /* Later, perhaps */
    TOLD("[Errno 121] We encountered an internal error. Please try again.", STORAGE_UNAVAILABLE, PROVIDER_FAULT,
         "InternalError"),
    TOLD("[Errno 121] We encountered an internal error, please try again.", STORAGE_UNAVAILABLE, PROVIDER_FAULT,
         "InternalError"),
    TOLD("[Errno 16] Please reduce your request rate.", STORAGE_UNAVAILABLE, THROTTLED, "SlowDown"),
    TOLD("[Errno 16] Service is unable to handle request.", STORAGE_UNAVAILABLE, THROTTLED, "ServiceUnavailable"),
    TOLD(RETRIED("TooManyRequests", "Rate limit exceeded"), STORAGE_UNAVAILABLE, THROTTLED, "TooManyRequests"),
    TOLD(FRAME("XMinioStorageFull", "Storage backend has reached its minimum free drive threshold."),
         STORAGE_UNAVAILABLE, STORAGE_FULL, "XMinioStorageFull"),
    TOLD(FRAME("XMinioAdminBucketQuotaExceeded", "Bucket quota exceeded"), STORAGE_UNAVAILABLE, STORAGE_FULL,
         "XMinioAdminBucketQuotaExceeded"),
    /* Nothing was said */
    TOLD("", STORAGE, NO_REASON, ""),
    TOLD("None", STORAGE, NO_REASON, ""),
    TOLD("[Errno 22] None", STORAGE, NO_REASON, ""),
    TOLD("[Errno 22] ", STORAGE, NO_REASON, ""),
    /* Answers without S3's body: never what S3 would have said */
    TOLD("Forbidden", STORAGE, NO_REASON, ""),
    TOLD("Not Found", STORAGE, NO_REASON, ""),
    TOLD("[Errno 22] Bad Request", STORAGE, NO_REASON, ""),
    TOLD(FRAME("401", "Unauthorized"), STORAGE, NO_REASON, ""),
    TOLD("[Errno 1] Method Not Allowed", STORAGE, NOT_S3, ""),
    TOLD("[Errno 78] Moved Permanently", STORAGE, REDIRECTED_BUCKET, ""),
    TOLD(RETRIED("502", "Bad Gateway"), STORAGE_UNAVAILABLE, PROVIDER_FAULT, ""),
    TOLD("[Errno 16] Service Unavailable", STORAGE_UNAVAILABLE, PROVIDER_FAULT, ""),
    TOLD(RETRIED("504", "Gateway Timeout"), STORAGE_UNAVAILABLE, STORAGE_TIMEOUT, ""),
    TOLD("[Errno 121] Internal Server Error", STORAGE_UNAVAILABLE, PROVIDER_FAULT, ""),
    TOLD(FRAME("411", "Length Required"), STORAGE, NOT_IMPLEMENTED, ""),
    TOLD(FRAME("413", "Request Entity Too Large"), STORAGE, NO_REASON, ""),
    TOLD(RETRIED("507", "Insufficient Storage"), STORAGE_UNAVAILABLE, STORAGE_FULL, ""),
    TOLD(FRAME("", ""), STORAGE, HTML, ""),
    TOLD("Unable to parse response (syntax error: line 1, column 0), invalid XML received. Further retries may "
         "succeed:\nb'<html>login</html>'",
         STORAGE, NOT_S3, ""),
    TOLD("<!DOCTYPE html>\n<HTML><body>Sign in</body></HTML>", STORAGE, HTML, ""),
    /* Nobody knows it */
    TOLD("Something new went wrong.", STORAGE, NONE, ""),
    TOLD(FRAME("BrandNewCode", "Something new went wrong."), STORAGE, NONE, "BrandNewCode"),
    TOLD(FRAME("BrandNewCode", "None"), STORAGE, NONE, "BrandNewCode"),
};

START_TEST(reads_text) {
  const struct told *expected = &told[_i];
  struct storage_text read;
  struct verdict verdict = classify_text(expected->text, &read);
  ck_assert_msg(verdict.status == expected->status && verdict.cause == expected->cause, "%s, %s for: %s",
                lsexport_status_name(verdict.status), lsexport_cause_name(verdict.cause), expected->text);
  const char *code = *read.code ? read.code : verdict.storage_code ? verdict.storage_code : "";
  ck_assert_str_eq(code, expected->storage_code);
  if (*read.code) ck_assert_ptr_null(verdict.storage_code);
}
END_TEST

/* ---- codes, as an answer holds them that we read ourselves ---- */

struct sent {
  const char *code;
  const char *text;
  int http_status;
  lsexport_status status;
  int32_t cause;
};

#define SENT(code, text, http, status, cause) {code, text, http, LSEXPORT_ERR_##status, LSEXPORT_CAUSE_##cause}

static const struct sent sent[] = {
    /* AWS */
    SENT("AccessDenied", "Access Denied", 403, ACCESS_DENIED, NONE),
    SENT("AccessDenied", NULL, 403, ACCESS_DENIED, NONE),
    SENT("accessdenied", "", 0, ACCESS_DENIED, NONE),
    SENT("AccessDenied", DENIED("because no identity-based policy allows the action"), 403, ACCESS_DENIED, POLICY),
    SENT("AccessDenied", "User: x is not authorized to perform: kms:GenerateDataKey on this resource", 403,
         ACCESS_DENIED, KMS_DENIED),
    SENT("AllAccessDisabled", "All access to this object has been disabled", 403, STORAGE, ACCOUNT),
    SENT("AccountProblem", "There is a problem with your account", 403, STORAGE, ACCOUNT),
    SENT("NotSignedUp", "Your account is not signed up", 403, STORAGE, ACCOUNT),
    SENT("InvalidPayer", "All access to this object has been disabled", 403, STORAGE, ACCOUNT),
    SENT("InvalidObjectState", "The operation is not valid for the object's storage class", 403, STORAGE, NONE),
    SENT("UnauthorizedAccessError", NULL, 403, STORAGE, ACCOUNT),
    SENT("UnexpectedIPError", NULL, 403, STORAGE, POLICY),
    SENT("InvalidAccessKeyId", NULL, 403, KEY_ID_NOT_FOUND, NONE),
    SENT("InvalidClientTokenId", NULL, 403, STORAGE, BAD_KEY_ID),
    SENT("SignatureDoesNotMatch", NULL, 403, STORAGE, BAD_SECRET),
    SENT("RequestTimeTooSkewed", NULL, 403, STORAGE, CLOCK_SKEW),
    SENT("InvalidSecurity", NULL, 403, STORAGE, BAD_KEY_ID),
    SENT("MissingAuthenticationToken", NULL, 403, STORAGE, NO_CREDENTIALS),
    SENT("ExpiredToken", NULL, 400, STORAGE, EXPIRED_TOKEN),
    SENT("InvalidToken", NULL, 400, STORAGE, BAD_TOKEN),
    SENT("TokenRefreshRequired", NULL, 400, STORAGE, BAD_TOKEN),
    SENT("AuthorizationHeaderMalformed", NULL, 400, STORAGE, WRONG_REGION),
    SENT("PermanentRedirect", NULL, 301, STORAGE, REDIRECTED_BUCKET),
    SENT("TemporaryRedirect", NULL, 307, STORAGE_UNAVAILABLE, REDIRECTED_BUCKET),
    SENT("Redirect", "Temporary redirect.", 307, STORAGE_UNAVAILABLE, REDIRECTED_BUCKET),
    SENT("IllegalLocationConstraintException", NULL, 400, STORAGE, WRONG_REGION),
    SENT("NoSuchBucket", NULL, 404, BUCKET_NOT_VALID, NONE),
    SENT("NoSuchAccessPoint", NULL, 404, STORAGE, NONE),
    SENT("InvalidBucketName", NULL, 400, INVALID_BUCKET_NAME, NONE),
    SENT("InvalidBucketState", NULL, 409, STORAGE_UNAVAILABLE, BUCKET_BUSY),
    SENT("OperationAborted", NULL, 409, STORAGE_UNAVAILABLE, BUCKET_BUSY),
    SENT("InvalidRequest", "Content-MD5 OR x-amz-checksum- HTTP header is required", 400, STORAGE,
         OBJECT_LOCK_CHECKSUM),
    SENT("InvalidRequest", "something else", 400, STORAGE, REQUEST_OPTIONS),
    SENT("InvalidRequest", "S3 Transfer Acceleration is disabled on this bucket", 400, STORAGE, REQUEST_OPTIONS),
    SENT("InvalidArgument", NULL, 400, STORAGE, REQUEST_OPTIONS),
    SENT("InvalidStorageClass", NULL, 400, STORAGE, REQUEST_OPTIONS),
    SENT("InvalidEncryptionAlgorithmError", NULL, 400, STORAGE, REQUEST_OPTIONS),
    SENT("AccessControlListNotSupported", NULL, 400, STORAGE, ACL_NOT_SUPPORTED),
    SENT("KMS.DisabledException", NULL, 400, STORAGE, KMS_KEY),
    SENT("KMS.NotFoundException", NULL, 400, STORAGE, KMS_KEY),
    SENT("KMS.KMSInvalidStateException", NULL, 400, STORAGE, KMS_KEY),
    SENT("KMS.InvalidKeyUsageException", NULL, 400, STORAGE, KMS_KEY),
    SENT("InvalidBucketOwnerAWSAccountID", NULL, 400, STORAGE, BUCKET_OWNER),
    SENT("InvalidDigest", NULL, 400, STORAGE, CHECKSUM),
    SENT("BadDigest", NULL, 400, STORAGE, CHECKSUM),
    SENT("XAmzContentSHA256Mismatch", NULL, 400, STORAGE, CHECKSUM),
    SENT("InvalidHostHeader", NULL, 400, STORAGE, ADDRESSING_STYLE),
    SENT("InvalidURI", NULL, 400, STORAGE, NONE),
    SENT("MethodNotAllowed", NULL, 405, STORAGE, NOT_S3),
    SENT("KeyTooLongError", NULL, 400, STORAGE, OBJECT_KEY),
    SENT("MetadataTooLarge", NULL, 400, STORAGE, REQUEST_OPTIONS),
    SENT("EntityTooLarge", NULL, 400, STORAGE, NONE),
    SENT("NotImplemented", NULL, 501, STORAGE, NOT_IMPLEMENTED),
    SENT("RequestTimeout", NULL, 400, STORAGE_UNAVAILABLE, STORAGE_TIMEOUT),
    SENT("SlowDown", NULL, 503, STORAGE_UNAVAILABLE, THROTTLED),
    SENT("ServiceUnavailable", NULL, 503, STORAGE_UNAVAILABLE, THROTTLED),
    SENT("TooManyRequests", NULL, 429, STORAGE_UNAVAILABLE, THROTTLED),
    SENT("InternalError", NULL, 500, STORAGE_UNAVAILABLE, PROVIDER_FAULT),
    /* Google */
    SENT("AccessDenied", "Access denied.", 403, ACCESS_DENIED, NONE),
    SENT("InsufficientQuota", NULL, 403, STORAGE_UNAVAILABLE, STORAGE_FULL),
    SENT("UserProjectAccessDenied", NULL, 403, STORAGE, ACCOUNT),
    SENT("UserProjectAccountProblem", NULL, 403, STORAGE, ACCOUNT),
    SENT("UserProjectMissing", NULL, 400, STORAGE, REQUESTER_PAYS),
    SENT("UserProjectInvalid", NULL, 400, STORAGE, REQUESTER_PAYS),
    SENT("CloudKmsBadKey", NULL, 400, STORAGE, KMS_KEY),
    SENT("CloudKmsDisabledKey", NULL, 400, STORAGE, KMS_KEY),
    SENT("CloudKmsEncryptionKeyNotFound", NULL, 400, STORAGE, KMS_KEY),
    SENT("CloudKmsKeyLocationNotAllowed", NULL, 400, STORAGE, KMS_KEY),
    SENT("InvalidArgument", "Invalid bucket name: 'x'", 400, STORAGE, NONE),
    SENT("BucketNameUnavailable", NULL, 409, STORAGE, NONE),
    SENT("MissingContentLength", NULL, 411, STORAGE, NOT_IMPLEMENTED),
    SENT("RetentionPolicyNotMet", NULL, 403, STORAGE, RETENTION),
    SENT("ObjectUnderActiveHold", NULL, 403, STORAGE, RETENTION),
    /* MinIO, which sends AccessDenied with 400 too */
    SENT("AccessDenied", "There were headers present in the request which were not signed", 400, ACCESS_DENIED, NONE),
    SENT("AccessDenied", "Signature header missing Signature field.", 400, ACCESS_DENIED, NONE),
    SENT("InvalidAccessKeyId", "Your account is disabled; please contact your administrator.", 403, KEY_ID_NOT_FOUND,
         NONE),
    SENT("InvalidTokenId", NULL, 403, STORAGE, BAD_TOKEN),
    SENT("InvalidRegion", NULL, 400, STORAGE, WRONG_REGION),
    SENT("NotImplemented", "Server side encryption specified but KMS is not configured", 501, STORAGE, KMS_KEY),
    SENT("InvalidArgument", "Server side encryption specified but KMS is not configured", 400, STORAGE, KMS_KEY),
    SENT("KMS.DefaultKeyAlreadyConfigured", NULL, 409, STORAGE, KMS_KEY),
    SENT("XMinioInsecureClientRequest", NULL, 400, STORAGE, STORAGE_TLS),
    SENT("XMinioAdminBucketQuotaExceeded", NULL, 400, STORAGE_UNAVAILABLE, STORAGE_FULL),
    SENT("XMinioStorageFull", NULL, 507, STORAGE_UNAVAILABLE, STORAGE_FULL),
    SENT("XMinioIAMNotInitialized", NULL, 503, STORAGE_UNAVAILABLE, PROVIDER_FAULT),
    SENT("XMinioBucketMetadataNotInitialized", NULL, 503, STORAGE_UNAVAILABLE, PROVIDER_FAULT),
    SENT("SlowDownRead", "Resource requested is unreadable, please reduce your request rate", 503, STORAGE_UNAVAILABLE,
         PROVIDER_FAULT),
    SENT("SlowDownWrite", "Resource requested is unwritable, please reduce your request rate", 503, STORAGE_UNAVAILABLE,
         PROVIDER_FAULT),
    SENT("XMinioBackendDown", NULL, 400, STORAGE_UNAVAILABLE, PROVIDER_FAULT),
    SENT("MissingContentMD5", NULL, 400, STORAGE, OBJECT_LOCK_CHECKSUM),
    SENT("XMinioInvalidObjectName", NULL, 400, STORAGE, OBJECT_KEY),
    SENT("XMinioInvalidResourceName", NULL, 400, STORAGE, OBJECT_KEY),
    SENT("XAmzContentChecksumMismatch", NULL, 400, STORAGE, CHECKSUM),
    SENT("ClientDisconnected", NULL, 499, STORAGE_UNAVAILABLE, STORAGE_TIMEOUT),
    /* Others */
    SENT("SecondLevelDomainForbidden", NULL, 403, STORAGE, ADDRESSING_STYLE),
    SENT("QuotaExceeded", NULL, 403, STORAGE_UNAVAILABLE, STORAGE_FULL),
    /* A code that nobody knows is no documented failure, whatever comes with it; nor was no reason given. */
    SENT("BrandNewCode", "Access Denied", 403, STORAGE, NONE),
    SENT("BrandNewCode", "The specified bucket does not exist", 404, STORAGE, NONE),
    SENT("BrandNewCode", NULL, 403, STORAGE, NONE),
    SENT("BrandNewCode", NULL, 0, STORAGE, NONE),
    SENT("BrandNewCode", "Please reduce your request rate.", 400, STORAGE_UNAVAILABLE, THROTTLED),
    SENT("BrandNewCode", NULL, 503, STORAGE_UNAVAILABLE, PROVIDER_FAULT),
    /* No code */
    SENT(NULL, NULL, 0, STORAGE, NO_REASON),
    SENT("", "", 403, STORAGE, NO_REASON),
    SENT("", "Access Denied", 400, ACCESS_DENIED, NONE),
    SENT("", NULL, 307, STORAGE, REDIRECTED_BUCKET),
    SENT("", NULL, 503, STORAGE_UNAVAILABLE, PROVIDER_FAULT),
    SENT("", NULL, 599, STORAGE_UNAVAILABLE, PROVIDER_FAULT),
    SENT("", NULL, 418, STORAGE, NO_REASON),
    SENT("", NULL, 200, STORAGE, NONE),
};

static void check_sent(enum peer peer, const struct sent *expected) {
  struct evidence evidence = {
      .peer = peer, .code = expected->code, .text = expected->text, .http_status = expected->http_status};
  struct verdict verdict = classify(&evidence);
  ck_assert_msg(verdict.status == expected->status && verdict.cause == expected->cause, "%s, %s for: %s, %s, %d",
                lsexport_status_name(verdict.status), lsexport_cause_name(verdict.cause),
                expected->code ? expected->code : "no code", expected->text ? expected->text : "no text",
                expected->http_status);
}

START_TEST(reads_code) { check_sent(PEER_STORAGE, &sent[_i]); }
END_TEST

/* ---- LangSmith's answers ---- */

static const struct sent answers[] = {
    SENT(NULL, "Invalid token", 401, UNAUTHENTICATED, NONE),
    SENT(NULL, "Forbidden", 403, FORBIDDEN, NONE),
    SENT(NULL, NULL, 403, FORBIDDEN, NONE),
    SENT(NULL, "org_scoped_key_requires_workspace", 403, FORBIDDEN, ORG_SCOPED_KEY),
    SENT("org_scoped_key_requires_workspace", NULL, 403, FORBIDDEN, ORG_SCOPED_KEY),
    SENT(NULL, "insufficient_permissions", 403, FORBIDDEN, MISSING_PERMISSION),
    SENT("insufficient_permissions", NULL, 403, FORBIDDEN, MISSING_PERMISSION),
    SENT(NULL, "Missing permission bulk-exports:manage", 403, FORBIDDEN, MISSING_PERMISSION),
    SENT(NULL, "Bulk export is not available on your plan", 403, FORBIDDEN, PLAN),
    SENT(NULL, "Upgrade to use bulk export", 403, FORBIDDEN, PLAN),
    SENT(NULL, "<html><head><title>403 Forbidden</title>", 403, FORBIDDEN, HTML),
    SENT(NULL, "Not found", 404, NOT_FOUND, NONE),
    SENT(NULL, "<!DOCTYPE html><html lang=\"en\">", 404, PROTOCOL, HTML),
    SENT(NULL, "Method Not Allowed", 405, UNSUPPORTED_BY_SERVER, NONE),
    SENT(NULL, "<html>", 405, PROTOCOL, HTML),
    SENT(NULL, NULL, 407, PROXY, NONE),
    SENT(NULL, NULL, 408, UNAVAILABLE, NONE),
    SENT(NULL, "The destination is used by one or more bulk exports and cannot be deleted.", 409, IN_USE, NONE),
    SENT(NULL, "<html><title>413 Request Entity Too Large</title>", 413, REJECTED, BODY_TOO_LARGE),
    SENT(NULL, NULL, 422, VALIDATION, NONE),
    SENT(NULL, NULL, 425, UNAVAILABLE, NONE),
    SENT(NULL, NULL, 429, RATE_LIMITED, NONE),
    SENT(NULL, "Rate limit exceeded, see your quota", 429, RATE_LIMITED, NONE),
    SENT(NULL, "Too many requests: tenant exceeded usage limits: Monthly unique traces usage limit exceeded", 429,
         QUOTA, NONE),
    SENT(NULL, "Quota exceeded", 429, QUOTA, NONE),
    SENT(NULL, "Too many active schedules in this workspace", 429, QUOTA, NONE),
    SENT(NULL, "quota", 400, REJECTED, NONE),
    SENT(NULL, NULL, 400, REJECTED, NONE),
    SENT(NULL, "<html>400 The plain HTTP request was sent to HTTPS port", 400, REJECTED, HTML),
    SENT(NULL, NULL, 402, REJECTED, NONE),
    SENT(NULL, NULL, 451, REJECTED, NONE),
    SENT(NULL, NULL, 500, SERVER, NONE),
    SENT(NULL, NULL, 501, SERVER, NONE),
    SENT(NULL, NULL, 502, UNAVAILABLE, GATEWAY),
    SENT(NULL, NULL, 503, UNAVAILABLE, NONE),
    SENT(NULL, "<html>", 503, UNAVAILABLE, GATEWAY),
    SENT(NULL, NULL, 504, UNAVAILABLE, GATEWAY),
    SENT(NULL, NULL, 301, REDIRECT, NONE),
    SENT(NULL, NULL, 308, REDIRECT, NONE),
    SENT(NULL, "<html>", 200, PROTOCOL, HTML),
    SENT(NULL, "{", 200, PROTOCOL, NONE),
    SENT(NULL, NULL, 101, PROTOCOL, NONE),
    SENT(NULL, NULL, 0, PROTOCOL, NONE),
    SENT(NULL, NULL, 999, PROTOCOL, NONE),
    /* The bucket's words mean nothing in another's mouth. */
    SENT(NULL, "Access Denied", 403, FORBIDDEN, NONE),
    SENT("AccessDenied", NULL, 400, REJECTED, NONE),
};

START_TEST(reads_answer) { check_sent(PEER_LANGSMITH, &answers[_i]); }
END_TEST

/* ---- no answer ---- */

static const struct {
  enum transfer transfer;
  lsexport_status status;
  int32_t cause;
  bool transient;
} transfers[] = {
    {TRANSFER_DONE, LSEXPORT_ERR_INTERNAL, LSEXPORT_CAUSE_NONE, false},
    {TRANSFER_DNS, LSEXPORT_ERR_DNS, LSEXPORT_CAUSE_NONE, true},
    {TRANSFER_CONNECT_REFUSED, LSEXPORT_ERR_CONNECT, LSEXPORT_CAUSE_CONNECT_REFUSED, true},
    {TRANSFER_CONNECT_TIMEOUT, LSEXPORT_ERR_CONNECT, LSEXPORT_CAUSE_CONNECT_TIMEOUT, true},
    {TRANSFER_TLS, LSEXPORT_ERR_TLS, LSEXPORT_CAUSE_NONE, false},
    {TRANSFER_TLS_VERSION, LSEXPORT_ERR_TLS, LSEXPORT_CAUSE_TLS_VERSION, false},
    {TRANSFER_TLS_PLAINTEXT, LSEXPORT_ERR_TLS, LSEXPORT_CAUSE_TLS_PLAINTEXT, false},
    {TRANSFER_TLS_FILES, LSEXPORT_ERR_TLS, LSEXPORT_CAUSE_TLS_FILES, false},
    {TRANSFER_CERTIFICATE_EXPIRED, LSEXPORT_ERR_TLS, LSEXPORT_CAUSE_CERTIFICATE_EXPIRED, false},
    {TRANSFER_CERTIFICATE_WRONG_HOST, LSEXPORT_ERR_TLS, LSEXPORT_CAUSE_CERTIFICATE_WRONG_HOST, false},
    {TRANSFER_CERTIFICATE_UNTRUSTED, LSEXPORT_ERR_TLS, LSEXPORT_CAUSE_CERTIFICATE_UNTRUSTED, false},
    {TRANSFER_PROXY, LSEXPORT_ERR_PROXY, LSEXPORT_CAUSE_NONE, true},
    {TRANSFER_LOST, LSEXPORT_ERR_CONNECTION_LOST, LSEXPORT_CAUSE_NONE, true},
    {TRANSFER_BROKEN, LSEXPORT_ERR_PROTOCOL, LSEXPORT_CAUSE_NONE, false},
    {TRANSFER_SILENT, LSEXPORT_ERR_TIMEOUT, LSEXPORT_CAUSE_NONE, true},
    {TRANSFER_TOO_LARGE, LSEXPORT_ERR_TOO_LARGE, LSEXPORT_CAUSE_NONE, false},
    {TRANSFER_NO_MEMORY, LSEXPORT_ERR_NO_MEMORY, LSEXPORT_CAUSE_NONE, true},
    {TRANSFER_INTERNAL, LSEXPORT_ERR_INTERNAL, LSEXPORT_CAUSE_NONE, false},
};

START_TEST(reads_transfer) {
  ck_assert_uint_eq(COUNT(transfers), TRANSFER_INTERNAL + 1);
  ck_assert_int_eq(transfers[_i].transfer, _i);
  struct evidence evidence = {.peer = PEER_TRANSPORT, .transfer = transfers[_i].transfer};
  struct verdict verdict = classify(&evidence);
  ck_assert_int_eq(verdict.status, transfers[_i].status);
  ck_assert_int_eq(verdict.cause, transfers[_i].cause);
  ck_assert_int_eq(verdict.transient, transfers[_i].transient);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("test_classify");
  TCase *cases = tcase_create("examples");
  tcase_set_timeout(cases, 60);
  tcase_add_loop_test(cases, reads_text, 0, (int)COUNT(told));
  tcase_add_loop_test(cases, reads_code, 0, (int)COUNT(sent));
  tcase_add_loop_test(cases, reads_answer, 0, (int)COUNT(answers));
  tcase_add_loop_test(cases, reads_transfer, 0, (int)COUNT(transfers));
  suite_add_tcase(suite, cases);
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_ENV);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
