/* SPDX-License-Identifier: MIT */
/* What the bucket, or LangSmith's storage stack on the way to it, says when the test write fails. A status that
 * LangSmith documents is given for its own code or text alone. Codes are those of AWS, Google, MinIO and a few more;
 * texts are what s3fs leaves of an answer whose code it knows, and what botocore says before there is an answer. */
#include "error/classify.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

#define MEANS(status_name, cause_name, what_to_do) \
  .status = LSEXPORT_ERR_##status_name, .cause = LSEXPORT_CAUSE_##cause_name, .remedy = (what_to_do)
#define PART(its_code, its_text, ...) {.code = (its_code), .text = (its_text), .narrow = true, MEANS(__VA_ARGS__)}
#define BOTH(its_code, its_text, ...) {.code = (its_code), .text = (its_text), MEANS(__VA_ARGS__)}
#define CODE(its_code, ...) {.code = (its_code), MEANS(__VA_ARGS__)}
#define TEXT(its_text, ...) {.text = (its_text), MEANS(__VA_ARGS__)}
#define HTTP(http, ...) {.http_status = (http), MEANS(__VA_ARGS__)}
#define MET(its_text, met, ...) {.text = (its_text), .transfer = TRANSFER_##met, MEANS(__VA_ARGS__)}

/* ---- what to do about it ---- */

/* A write that is not permitted */
static const char kms_denied[] =
    "First check that bucket_name, prefix and include_bucket_in_prefix lead to the bucket you mean: a stranger's "
    "encrypted bucket answers like this too. If they do, grant these credentials kms:GenerateDataKey and kms:Decrypt "
    "on the bucket's KMS key, in their own policy and in the key's.";
static const char quarantined[] =
    "AWS found this key in public and quarantined it. Delete it, make a new key, and use that one here.";
static const char service_control[] =
    "A policy of the AWS organization forbids the write, whatever user and bucket allow: have its administrators "
    "except this bucket or these credentials.";
static const char boundary[] =
    "The permissions boundary of this user or role leaves the write out: add the action that the text names to it.";
static const char session_policy[] =
    "The temporary credentials were made with a session policy that leaves the write out: make new ones whose session "
    "policy allows the action that the text names.";
static const char vpc_endpoint[] =
    "The write came through a VPC endpoint whose policy does not allow it: add the bucket and the action that the "
    "text names to the policy of the endpoint.";
static const char public_acl[] =
    "Leave the ACL out of lsexport_destination_spec_set_s3_additional_kwargs_json: the bucket blocks public ones.";
static const char bucket_denies[] =
    "Look in the bucket's policy for a Deny statement that fits this write. Mostly such a statement asks for "
    "encryption (lsexport_destination_spec_set_server_side_encryption), or for an address, a VPC or an organization "
    "that LangSmith does not come from.";
static const char user_denies[] =
    "A policy of this user, its group or role denies the write outright: remove or narrow that Deny, for no Allow "
    "outweighs it.";
static const char bucket_silent[] =
    "Let the bucket's policy allow s3:PutObject for the principal that the text names: a bucket of another account "
    "must name it. Or check that this is the bucket you mean.";
static const char user_silent[] =
    "Attach a policy to this user or role that allows the action that the text names on the resource that it names. "
    "If that is not the bucket you mean, check bucket_name, prefix and include_bucket_in_prefix.";
static const char google_grant[] =
    "Grant the service account of this HMAC key storage.objects.create on the bucket, and "
    "storage.multipartUploads.create for large exports: the role Storage Object User has both.";
static const char trust_role[] =
    "Let the role's trust policy admit the identities of LangSmith's servers by sts:AssumeRoleWithWebIdentity, as "
    "LangSmith documents them for your region, and check the ARN. Roles need the Google-hosted LangSmith.";
static const char role_duration[] = "Set the role's maximum session duration to 43200 seconds.";
static const char headers_changed[] =
    "A proxy between LangSmith and the storage adds or drops headers of the signed request: take it out of the way, "
    "or have it pass requests unchanged.";
static const char retention[] =
    "The bucket keeps what is there from being overwritten or deleted. Use a bucket or prefix without a hold, or end "
    "the hold; a retention rule for new objects alone is no hindrance.";

/* Credentials */
static const char key_id[] =
    "Check access_key_id for a typing error, and that the key is active and belongs to this storage service: AWS "
    "China and GovCloud have keys of their own. A temporary key, which begins with ASIA, needs "
    "lsexport_credentials_new_session.";
static const char account_disabled[] = "Have the administrator of the storage enable the user that the key belongs to.";
static const char key_form[] =
    "Check that access_key_id and secret_access_key are a pair made for this service: Google Cloud Storage takes an "
    "HMAC key, which begins with GOOG, and no OAuth client or service account file; a temporary AWS key needs its "
    "session token.";
static const char secret[] =
    "Check secret_access_key for a typing error, a blank or a line break, and that it belongs to this access_key_id. "
    "If it works elsewhere, a proxy changes requests on the way, or the service does not take the checksums that "
    "LangSmith sends.";
static const char no_credentials[] =
    "Pass credentials with lsexport_destination_spec_set_credentials: LangSmith found none in its own environment, "
    "which only a self-hosted one can have.";
static const char half_credentials[] =
    "Pass the access key ID and the secret access key together, with lsexport_credentials_new_static.";
static const char expired[] =
    "Get new temporary credentials and pass all three parts with lsexport_credentials_new_session; for exports that "
    "run for weeks use a permanent key or a role.";
static const char bad_token[] =
    "Pass the session token whole and together with the key pair that it was issued with "
    "(lsexport_credentials_new_session), or none at all with a permanent key (lsexport_credentials_new_static). An "
    "expired token can look like this too.";
static const char line_break[] =
    "Remove the line break or control character from access_key_id or session_token; a file that was read often ends "
    "with one.";
static const char clock_skew[] =
    "Have the clock set right on the machines that LangSmith runs on, or on the storage: requests are signed there, "
    "not here.";

/* Bucket, region, endpoint */
static const char virtual_style[] =
    "Call lsexport_destination_spec_set_addressing_style with LSEXPORT_ADDRESSING_VIRTUAL. If it is virtual already, "
    "check bucket_name: lower case, digits, dots and hyphens, 3 to 63 of them.";
static const char host_style[] =
    "Call lsexport_destination_spec_set_addressing_style with LSEXPORT_ADDRESSING_VIRTUAL: this service wants the "
    "bucket's name in the host. If it is virtual already, try LSEXPORT_ADDRESSING_PATH.";
static const char no_virtual_style[] =
    "Call lsexport_destination_spec_set_addressing_style with LSEXPORT_ADDRESSING_PATH, or use a bucket whose name "
    "can stand in a host: virtual-hosted addressing allows no other.";
static const char style_word[] =
    "Call lsexport_destination_spec_set_addressing_style with one of the LSEXPORT_ADDRESSING values.";
static const char bucket_name[] =
    "Check the bucket that the text names. If it is not your bucket_name, include_bucket_in_prefix is 0 and the "
    "prefix's first segment was taken for the bucket: call lsexport_destination_spec_set_include_bucket_in_prefix "
    "with 1.";
static const char access_point[] =
    "Check the access point's name, account and region, or write to the bucket by its own name.";
static const char wrong_region[] =
    "Call lsexport_destination_spec_set_region with the region that the bucket is in; the fact expected_region names "
    "it where the storage said so.";
static const char region_form[] =
    "Call lsexport_destination_spec_set_region with a region as the storage spells it, such as \"eu-west-1\": without "
    "blanks.";
static const char other_endpoint[] =
    "Set the region that the bucket is in with lsexport_destination_spec_set_region; for AWS leave endpoint_url "
    "unset, elsewhere set it to the endpoint of that region.";
static const char new_bucket[] =
    "The bucket is new or was just moved, and the service's DNS has not caught up: make the call again in an hour, or "
    "set the region's own endpoint with lsexport_destination_spec_set_endpoint_url.";
static const char endpoint[] =
    "Write endpoint_url as https:// and the host of an S3-compatible service, such as https://storage.googleapis.com, "
    "without path, query or blanks; leave it unset for AWS.";
static const char endpoint_user[] =
    "Take user name and password out of endpoint_url: LangSmith signs with the credentials.";
static const char accelerate[] =
    "Call lsexport_destination_spec_set_use_accelerate_endpoint with 0. Acceleration works on AWS alone, without "
    "endpoint_url, and for a bucket that has it switched on.";
static const char us_east_1[] =
    "Call lsexport_destination_spec_set_us_east_1_regional_endpoint with one of the LSEXPORT_US_EAST_1 values.";
static const char not_s3[] =
    "Set endpoint_url to the service's S3 API, and not to a website endpoint, a console or a login page; for AWS "
    "leave it unset.";
static const char html_page[] =
    "A proxy, firewall or login page answered in place of the storage: set endpoint_url to the service's S3 API, and "
    "have what stands between let LangSmith's servers through.";
static const char unreachable[] =
    "Check endpoint_url and region for typing errors, and that the host can be reached from where LangSmith runs: its "
    "cloud reaches no private address. With virtual addressing DNS must know the bucket's name before the host; where "
    "it does not, use LSEXPORT_ADDRESSING_PATH.";
static const char proxy[] =
    "Have the proxy mended, or its address corrected, through which the self-hosted LangSmith writes to the storage.";
static const char tls[] =
    "Have the endpoint serve a certificate that public authorities trust, whole chain and right name, or use another "
    "endpoint_url; the fact tls_reason says what was wrong.";
static const char tls_expired[] = "Have the certificate of the storage endpoint renewed: it has expired.";
static const char tls_name[] =
    "Write endpoint_url with a name that the endpoint's certificate holds. A bucket with dots, or a name put before "
    "the host by virtual addressing, mostly has none: try LSEXPORT_ADDRESSING_PATH.";
static const char tls_untrusted[] =
    "Have the endpoint serve its whole chain, signed by a public authority: LangSmith's cloud trusts no other. On a "
    "self-hosted LangSmith its operator can add yours.";
static const char tls_plain[] = "Check scheme and port of endpoint_url: this port does not speak TLS.";
static const char wants_tls[] = "Write endpoint_url with https://: this port speaks TLS only.";
static const char connect_timeout[] =
    "Have the firewall before the storage let LangSmith's addresses through, which its documentation lists, and check "
    "the host and port of endpoint_url.";
static const char read_timeout[] =
    "Check that endpoint_url leads to the S3 API's port: what listens there takes requests and does not answer. If it "
    "has worked before, make the call again later.";
static const char closed[] =
    "Check the region first: where it is not the bucket's, recent LangSmith servers see a closed connection. Then "
    "check what proxy or firewall before the storage cuts connections, and make the call again.";

/* What is written, and how */
static const char object_lock[] =
    "Call lsexport_destination_spec_set_checksum_algorithm with \"SHA256\": a bucket with Object Lock retention takes "
    "no write without a checksum. Or use a bucket without default retention.";
static const char no_object_lock[] =
    "Take the ObjectLock members out of lsexport_destination_spec_set_s3_additional_kwargs_json: the bucket has no "
    "Object Lock.";
static const char checksum[] =
    "Take fixed values such as ContentMD5 out of lsexport_destination_spec_set_s3_additional_kwargs_json: they fit "
    "one object only. If there are none, a proxy changes the bytes on the way, or the storage does not know the "
    "checksums that LangSmith sends.";
static const char checksum_name[] =
    "Call lsexport_destination_spec_set_checksum_algorithm with CRC32, CRC32C, SHA1, SHA256 or CRC64NVME.";
static const char part_checksums[] =
    "Call lsexport_destination_spec_set_checksum_algorithm with \"SHA256\", or leave it unset: for no other does "
    "LangSmith's client tell the checksums of the parts of a large file.";
static const char chunked[] =
    "Use a storage that takes chunked uploads: LangSmith's stack sends its checksum behind the body, and this one "
    "wants a Content-Length. Over http:// it sends a length, which is an option in a private network only.";
static const char options[] =
    "Check what the spec adds to each write: storage class, encryption, KMS key, and the members of "
    "lsexport_destination_spec_set_s3_additional_kwargs_json. Leave them out one by one if the text does not say "
    "which.";
static const char storage_class[] =
    "Call lsexport_destination_spec_set_storage_class with a class that this storage has, or leave it out.";
static const char encryption[] =
    "Call lsexport_destination_spec_set_server_side_encryption with one that this storage has, such as \"AES256\", or "
    "leave it out.";
static const char condition[] =
    "Take IfMatch and IfNoneMatch out of lsexport_destination_spec_set_s3_additional_kwargs_json: LangSmith writes "
    "new objects only.";
static const char metadata[] = "Shorten or drop Metadata in lsexport_destination_spec_set_s3_additional_kwargs_json.";
static const char acl[] =
    "Take ACL and the Grant members out of lsexport_destination_spec_set_s3_additional_kwargs_json.";
static const char kms_key[] =
    "Check the KMS key that the bucket, or lsexport_destination_spec_set_ssekms_key_id, names: it must exist in the "
    "bucket's region, be enabled, and be a symmetric key for encryption.";
static const char no_kms[] =
    "Leave out lsexport_destination_spec_set_server_side_encryption and the KMS key, or have a KMS configured in this "
    "storage.";
static const char owner[] =
    "Call lsexport_destination_spec_set_expected_bucket_owner with the owner's AWS account, 12 digits, or leave it "
    "out.";
static const char requester_pays[] =
    "Use a bucket whose owner pays: LangSmith's stack cannot name a project to be billed. On AWS call "
    "lsexport_destination_spec_set_request_payer with \"requester\".";
static const char account[] =
    "Have the owner of the storage account settle its billing or registration: the account, not the key, is refused. "
    "If the bucket makes the requester pay, call lsexport_destination_spec_set_request_payer with \"requester\".";
static const char china[] =
    "Have the ICP registration of the account that owns the bucket completed: AWS China refuses public requests "
    "without.";
static const char unexpected_ip[] = "Have the addresses that LangSmith writes from allowed for this bucket.";
static const char key_too_long[] =
    "Call lsexport_destination_spec_set_prefix with a shorter prefix: LangSmith adds more than 200 characters, and S3 "
    "ends a key at 1024 bytes.";
static const char key_refused[] =
    "Call lsexport_destination_spec_set_prefix with one without \"//\", \".\" or \"..\" segments, a slash at its end, "
    "or unusual characters: this storage makes no such keys.";
static const char uri[] = "Check prefix and the path of endpoint_url for characters that do not belong in a URL.";
static const char not_implemented[] =
    "Leave out what the spec adds to each write (checksum, encryption, storage class), one by one: this storage does "
    "not implement one of them.";
static const char too_large[] =
    "Have the storage's limit on the size of an object raised: exports write files of many megabytes.";
static const char slow[] =
    "Make the call again: the storage waited for the request, or LangSmith for the answer, in vain. If it stays, look "
    "at the network and the load between them.";
static const char object_state[] =
    "Use another prefix: an object that is there already is archived and cannot be replaced.";
static const char name_taken[] =
    "Check bucket_name: the storage tried to make a bucket of that name, which belongs to another.";

/* Later, perhaps */
static const char throttled[] =
    "Make the call again in a few minutes. If it stays, spread the load on the bucket over time or over prefixes.";
static const char provider[] =
    "Make the call again later, and look at the storage's own status; if it stays, report it to who runs the storage.";
static const char provider_or_page[] =
    "Make the call again later. If it stays, check that endpoint_url leads to the service's S3 API: a web page in its "
    "place can look like this too.";
static const char full[] = "Free room in the storage, or have the bucket's quota raised.";
static const char busy[] = "Make the call again in a few minutes: the bucket, or its settings, are being changed.";
static const char no_reason[] =
    "Call lsexport_destination_diagnose with the same values: it asks the storage itself, whose error code LangSmith "
    "lost. Ceph never gives LangSmith a reason, and a time-out gives none.";
static const char no_reason_401[] =
    "The endpoint does not accept the credentials and does not say why: check access_key_id and secret_access_key, "
    "and that endpoint_url leads to an S3 API, not to something that wants another kind of sign-in.";
static const char no_reason_403[] =
    "Check that the credentials may write (s3:PutObject) under the prefix, and that no proxy or firewall refuses "
    "LangSmith: the answer held a status and no reason, which S3 itself always gives.";
static const char no_reason_404[] =
    "Check bucket_name, endpoint_url and its path: what answered there knows no such address, and did not say that it "
    "is the bucket that is missing, as an S3 API would.";
static const char no_reason_400[] =
    "Check prefix for \"..\" and unusual characters, and that endpoint_url leads to an S3 API: the answer held a "
    "status and no reason.";

static const struct class_row rows[] = {
    /* ---- parts of what a code covers ---- */
    PART("AccessDenied", "perform: kms:", ACCESS_DENIED, KMS_DENIED, kms_denied),
    PART("AccessDenied", "kms:GenerateDataKey", ACCESS_DENIED, KMS_DENIED, kms_denied),
    PART("AccessDenied", "sts:AssumeRole", ACCESS_DENIED, ROLE, trust_role),
    PART("AccessDenied", "AWSCompromisedKeyQuarantine", ACCESS_DENIED, POLICY, quarantined),
    PART("AccessDenied", "service control policy", ACCESS_DENIED, POLICY, service_control),
    PART("AccessDenied", "resource control policy", ACCESS_DENIED, POLICY, service_control),
    PART("AccessDenied", "permissions boundary", ACCESS_DENIED, POLICY, boundary),
    PART("AccessDenied", "session policy", ACCESS_DENIED, POLICY, session_policy),
    PART("AccessDenied", "VPC endpoint policy", ACCESS_DENIED, POLICY, vpc_endpoint),
    PART("AccessDenied", "S3 Block Public Access", ACCESS_DENIED, POLICY, public_acl),
    PART("AccessDenied", "explicit deny in a resource-based policy", ACCESS_DENIED, POLICY, bucket_denies),
    PART("AccessDenied", "with an explicit deny", ACCESS_DENIED, POLICY, user_denies),
    PART("AccessDenied", "no resource-based policy allows", ACCESS_DENIED, POLICY, bucket_silent),
    PART("AccessDenied", "is not authorized to perform", ACCESS_DENIED, POLICY, user_silent),
    PART("AccessDenied", "does not have storage.", ACCESS_DENIED, POLICY, google_grant),
    PART("AccessDenied", "protected by object lock", ACCESS_DENIED, RETENTION, retention),
    PART("AccessDenied", "headers present in the request which were not signed", ACCESS_DENIED, NONE, headers_changed),
    PART("AccessDenied", "requires a valid Date or x-amz-date header", ACCESS_DENIED, NONE, headers_changed),
    PART("AccessDenied", "Signature header missing Signature field", ACCESS_DENIED, NONE, headers_changed),
    PART("AuthorizationHeaderMalformed", "Credential is mal-formed", STORAGE, BAD_KEY_ID, key_form),
    PART("AuthorizationHeaderMalformed", "non-empty Access Key", STORAGE, BAD_KEY_ID, key_form),
    PART("InvalidRequest", "Content-MD5 OR x-amz-checksum-", STORAGE, OBJECT_LOCK_CHECKSUM, object_lock),
    PART("InvalidRequest", "must include the checksum for each part", STORAGE, REQUEST_OPTIONS, part_checksums),
    PART("InvalidRequest", "missing ObjectLockConfiguration", STORAGE, REQUEST_OPTIONS, no_object_lock),
    PART("InvalidRequest", "WORM protected", STORAGE, RETENTION, retention),
    PART("InvalidRequest", "Transfer Acceleration", STORAGE, REQUEST_OPTIONS, accelerate),
    PART("InvalidRequest", "encryption method specified is not supported", STORAGE, REQUEST_OPTIONS, encryption),
    PART("InvalidArgument", "encryption method is not supported", STORAGE, REQUEST_OPTIONS, encryption),
    PART("InvalidArgument", "Invalid storage class", STORAGE, REQUEST_OPTIONS, storage_class),
    PART(NULL, "Bucket name must match the regex", STORAGE, NONE, bucket_name), /* botocore's, before it sends */
    PART("InvalidArgument", "Invalid bucket name", STORAGE, NONE, bucket_name),
    PART("ValidationError", "MaxSessionDuration", STORAGE, ROLE, role_duration),
    PART("AccessDenied", "MaxSessionDuration", ACCESS_DENIED, ROLE, role_duration),
    PART(NULL, "KMS is not configured", STORAGE, KMS_KEY, no_kms),

    /* ---- codes, with the text that stands for them where s3fs loses them ---- */
    BOTH("AccessDenied", "Access Denied", ACCESS_DENIED, NONE, NULL),
    BOTH("NoSuchBucket", "specified bucket does not exist", BUCKET_NOT_VALID, NONE, NULL),
    BOTH("InvalidAccessKeyId", "Key Id you provided does not exist", KEY_ID_NOT_FOUND, NONE, key_id),
    BOTH("XAdminUserNotFound", "No user exists with the provided access key", KEY_ID_NOT_FOUND, NONE, key_id),
    BOTH("InvalidBucketName", "specified bucket is not valid", INVALID_BUCKET_NAME, NONE, virtual_style),

    BOTH("SignatureDoesNotMatch", "request signature we calculated does not match", STORAGE, BAD_SECRET, secret),
    BOTH("InvalidSignature", "signature that the server calculated does not match", STORAGE, BAD_SECRET, secret),
    BOTH("InvalidSecurity", "security credentials are not valid", STORAGE, BAD_KEY_ID, key_form),
    CODE("Unauthorized", STORAGE, NONE, no_reason_401),
    CODE("InvalidClientTokenId", STORAGE, BAD_KEY_ID, key_form),
    CODE("MissingAuthenticationToken", STORAGE, NO_CREDENTIALS, no_credentials),
    BOTH("RequestTimeTooSkewed", "difference between the request time and the", STORAGE, CLOCK_SKEW, clock_skew),
    BOTH("ExpiredToken", "provided token has expired", STORAGE, EXPIRED_TOKEN, expired),
    CODE("ExpiredTokenException", STORAGE, EXPIRED_TOKEN, expired),
    BOTH("InvalidToken", "token is malformed or otherwise", STORAGE, BAD_TOKEN, bad_token),
    BOTH("TokenRefreshRequired", "token must be refreshed", STORAGE, BAD_TOKEN, bad_token),
    CODE("InvalidTokenId", STORAGE, BAD_TOKEN, bad_token),
    CODE("InvalidIdentityToken", STORAGE, ROLE, trust_role),

    BOTH("AllAccessDisabled", "All access to this", STORAGE, ACCOUNT, account),
    BOTH("AccountProblem", "There is a problem with your", STORAGE, ACCOUNT, account),
    BOTH("NotSignedUp", "not signed up", STORAGE, ACCOUNT, account),
    CODE("InvalidPayer", STORAGE, ACCOUNT, account),
    CODE("UserProjectAccessDenied", STORAGE, ACCOUNT, account),
    CODE("UserProjectAccountProblem", STORAGE, ACCOUNT, account),
    CODE("UserProjectMissing", STORAGE, REQUESTER_PAYS, requester_pays),
    CODE("UserProjectInvalid", STORAGE, REQUESTER_PAYS, requester_pays),
    CODE("UnauthorizedAccess", STORAGE, ACCOUNT, china),
    CODE("UnauthorizedAccessError", STORAGE, ACCOUNT, china),
    CODE("UnexpectedIPError", STORAGE, POLICY, unexpected_ip),

    CODE("NoSuchAccessPoint", STORAGE, NONE, access_point),
    CODE("BucketNameUnavailable", STORAGE, NONE, name_taken),
    BOTH("AuthorizationHeaderMalformed", "authorization header is malformed", STORAGE, WRONG_REGION, wrong_region),
    BOTH("IllegalLocationConstraintException", "location constraint", STORAGE, WRONG_REGION, wrong_region),
    CODE("IncorrectEndpoint", STORAGE, WRONG_REGION, wrong_region),
    CODE("InvalidRegion", STORAGE, WRONG_REGION, wrong_region),
    BOTH("PermanentRedirect", "must be addressed using the specified endpoint", STORAGE, REDIRECTED_BUCKET,
         other_endpoint),
    BOTH("TemporaryRedirect", "specified temporary endpoint", STORAGE_UNAVAILABLE, REDIRECTED_BUCKET, new_bucket),
    BOTH("Redirect", "redirected to the bucket while", STORAGE_UNAVAILABLE, REDIRECTED_BUCKET, new_bucket),
    CODE("InvalidHostHeader", STORAGE, ADDRESSING_STYLE, host_style),
    CODE("VirtualHostDomainRequired", STORAGE, ADDRESSING_STYLE, host_style),
    CODE("SecondLevelDomainForbidden", STORAGE, ADDRESSING_STYLE, host_style),
    CODE("PathStyleDomainForbidden", STORAGE, ADDRESSING_STYLE, host_style),
    BOTH("InvalidURI", "the specified URI", STORAGE, NONE, uri),
    BOTH("MethodNotAllowed", "method is not allowed against this resource", STORAGE, NOT_S3, not_s3),
    CODE("XMinioInsecureClientRequest", STORAGE, STORAGE_TLS, wants_tls),

    CODE("MissingContentMD5", STORAGE, OBJECT_LOCK_CHECKSUM, object_lock),
    CODE("MissingUploadObjectWithObjectLockHeaders", STORAGE, OBJECT_LOCK_CHECKSUM, object_lock),
    CODE("InvalidRequest", STORAGE, REQUEST_OPTIONS, options),
    BOTH("InvalidArgument", "Invalid arguments provided for", STORAGE, REQUEST_OPTIONS, options),
    BOTH("InvalidStorageClass", "storage class you specified is not valid", STORAGE, REQUEST_OPTIONS, storage_class),
    BOTH("InvalidEncryptionAlgorithmError", "encryption request you specified is not valid", STORAGE, REQUEST_OPTIONS,
         encryption),
    BOTH("PreconditionFailed", "pre-conditions you specified did not hold", STORAGE, REQUEST_OPTIONS, condition),
    BOTH("MetadataTooLarge", "metadata headers exceed the maximum", STORAGE, REQUEST_OPTIONS, metadata),
    BOTH("AccessControlListNotSupported", "does not allow ACLs", STORAGE, ACL_NOT_SUPPORTED, acl),
    CODE("InvalidBucketAclWithObjectOwnership", STORAGE, ACL_NOT_SUPPORTED, acl),
    CODE("InvalidBucketOwnerAWSAccountID", STORAGE, BUCKET_OWNER, owner),
    BOTH("BadDigest", "did not match what we received", STORAGE, CHECKSUM, checksum),
    BOTH("BadDigest", "did not match the calculated checksum", STORAGE, CHECKSUM, checksum),
    BOTH("InvalidDigest", "Content-MD5 you specified was", STORAGE, CHECKSUM, checksum),
    BOTH("InvalidDigest", "Content-MD5 you specified is not valid", STORAGE, CHECKSUM, checksum),
    BOTH("IncompleteBody", "number of bytes specified by the Content-Length", STORAGE, CHECKSUM, checksum),
    CODE("XAmzContentSHA256Mismatch", STORAGE, CHECKSUM, checksum),
    CODE("XAmzContentChecksumMismatch", STORAGE, CHECKSUM, checksum),
    BOTH("MissingContentLength", "must provide the Content-Length", STORAGE, NOT_IMPLEMENTED, chunked),
    BOTH("NotImplemented", "functionality that is not implemented", STORAGE, NOT_IMPLEMENTED, not_implemented),

    CODE("KMS.DisabledException", STORAGE, KMS_KEY, kms_key),
    CODE("KMS.NotFoundException", STORAGE, KMS_KEY, kms_key),
    CODE("KMS.KMSInvalidStateException", STORAGE, KMS_KEY, kms_key),
    CODE("KMS.InvalidKeyUsageException", STORAGE, KMS_KEY, kms_key),
    CODE("KMS.DefaultKeyAlreadyConfigured", STORAGE, KMS_KEY, kms_key),
    CODE("CloudKmsBadKey", STORAGE, KMS_KEY, kms_key),
    CODE("CloudKmsDisabledKey", STORAGE, KMS_KEY, kms_key),
    CODE("CloudKmsEncryptionKeyNotFound", STORAGE, KMS_KEY, kms_key),
    CODE("CloudKmsKeyLocationNotAllowed", STORAGE, KMS_KEY, kms_key),

    BOTH("KeyTooLongError", "key is too long", STORAGE, OBJECT_KEY, key_too_long),
    BOTH("EntityTooLarge", "upload exceeds the maximum allowed", STORAGE, NONE, too_large),
    CODE("KeyTooLong", STORAGE, OBJECT_KEY, key_too_long),
    CODE("InvalidObjectName", STORAGE, OBJECT_KEY, key_too_long),
    CODE("XMinioInvalidObjectName", STORAGE, OBJECT_KEY, key_refused),
    CODE("XMinioInvalidResourceName", STORAGE, OBJECT_KEY, key_refused),
    CODE("XMinioParentIsObject", STORAGE, OBJECT_KEY, key_refused),
    CODE("XMinioObjectExistsAsDirectory", STORAGE, OBJECT_KEY, key_refused),
    BOTH("InvalidObjectState", "operation is not valid for the", STORAGE, NONE, object_state),
    CODE("RetentionPolicyNotMet", STORAGE, RETENTION, retention),
    CODE("ObjectUnderActiveHold", STORAGE, RETENTION, retention),

    BOTH("OperationAborted", "conflicting conditional operation", STORAGE_UNAVAILABLE, BUCKET_BUSY, busy),
    BOTH("InvalidBucketState", "current state of the bucket", STORAGE_UNAVAILABLE, BUCKET_BUSY, busy),
    BOTH("SlowDown", "reduce your request", STORAGE_UNAVAILABLE, THROTTLED, throttled),
    BOTH("ServiceUnavailable", "unable to handle request", STORAGE_UNAVAILABLE, THROTTLED, throttled),
    CODE("TooManyRequests", STORAGE_UNAVAILABLE, THROTTLED, throttled),
    CODE("ThrottlingException", STORAGE_UNAVAILABLE, THROTTLED, throttled),
    BOTH("InternalError", "encountered an internal error", STORAGE_UNAVAILABLE, PROVIDER_FAULT, provider),
    CODE("SlowDownRead", STORAGE_UNAVAILABLE, PROVIDER_FAULT, provider),
    CODE("SlowDownWrite", STORAGE_UNAVAILABLE, PROVIDER_FAULT, provider),
    CODE("XMinioServerNotInitialized", STORAGE_UNAVAILABLE, PROVIDER_FAULT, provider),
    CODE("XMinioIAMNotInitialized", STORAGE_UNAVAILABLE, PROVIDER_FAULT, provider),
    CODE("XMinioBucketMetadataNotInitialized", STORAGE_UNAVAILABLE, PROVIDER_FAULT, provider),
    CODE("XMinioBackendDown", STORAGE_UNAVAILABLE, PROVIDER_FAULT, provider),
    BOTH("RequestTimeout", "within the timeout period", STORAGE_UNAVAILABLE, STORAGE_TIMEOUT, slow),
    CODE("ClientDisconnected", STORAGE_UNAVAILABLE, STORAGE_TIMEOUT, slow),
    CODE("InsufficientQuota", STORAGE_UNAVAILABLE, STORAGE_FULL, full),
    CODE("QuotaExceeded", STORAGE_UNAVAILABLE, STORAGE_FULL, full),
    CODE("XMinioStorageFull", STORAGE_UNAVAILABLE, STORAGE_FULL, full),
    CODE("XMinioAdminBucketQuotaExceeded", STORAGE_UNAVAILABLE, STORAGE_FULL, full),

    /* ---- texts alone: the documentation's words, and botocore's own failures ---- */
    TEXT("Bucket is not valid", BUCKET_NOT_VALID, NONE, NULL),
    BOTH("InvalidBucketName", "InvalidBucketName", INVALID_BUCKET_NAME, NONE, virtual_style),
    TEXT("Invalid endpoint", INVALID_ENDPOINT, NONE, endpoint),
    TEXT("was not a valid URI", INVALID_ENDPOINT, NONE, endpoint),
    TEXT("Invalid IPv6 URL", INVALID_ENDPOINT, NONE, endpoint),
    TEXT("credentials encoded in URL", STORAGE, NONE, endpoint_user),
    TEXT("account is disabled", STORAGE, ACCOUNT, account_disabled),
    TEXT("Unable to locate credentials", STORAGE, NO_CREDENTIALS, no_credentials),
    TEXT("Partial credentials found in", STORAGE, NO_CREDENTIALS, half_credentials),
    TEXT("Error when retrieving credentials from", STORAGE, NO_CREDENTIALS, no_credentials),
    TEXT("Forbidden control character", STORAGE, NONE, line_break),
    TEXT("Newline or carriage return character", STORAGE, NONE, line_break),
    TEXT("Provided region_name", STORAGE, WRONG_REGION, region_form),
    TEXT("S3 addressing style", STORAGE, ADDRESSING_STYLE, style_word),
    TEXT("is not DNS compatible", STORAGE, ADDRESSING_STYLE, no_virtual_style),
    TEXT("S3 Accelerate", STORAGE, REQUEST_OPTIONS, accelerate),
    TEXT("S3 us-east-1 regional endpoint option", STORAGE, REQUEST_OPTIONS, us_east_1),
    TEXT("Unsupported checksum algorithm", STORAGE, REQUEST_OPTIONS, checksum_name),
    TEXT("ACL not in", STORAGE, REQUEST_OPTIONS, acl),
    TEXT("Parameter validation failed", STORAGE, REQUEST_OPTIONS, options),
    TEXT("subject to bucket's retention policy", STORAGE, RETENTION, retention),
    MET("certificate has expired", CERTIFICATE_EXPIRED, STORAGE, STORAGE_TLS, tls_expired),
    MET("Hostname mismatch", CERTIFICATE_WRONG_HOST, STORAGE, STORAGE_TLS, tls_name),
    TEXT("IP address mismatch", STORAGE, STORAGE_TLS, tls_name),
    TEXT("self-signed certificate", STORAGE, STORAGE_TLS, tls_untrusted),
    TEXT("self signed certificate", STORAGE, STORAGE_TLS, tls_untrusted),
    MET("unable to get local issuer certificate", CERTIFICATE_UNTRUSTED, STORAGE, STORAGE_TLS, tls_untrusted),
    MET("WRONG_VERSION_NUMBER", TLS_PLAINTEXT, STORAGE, STORAGE_TLS, tls_plain),
    MET("SSL validation failed", TLS, STORAGE, STORAGE_TLS, tls),
    MET("Could not connect to the endpoint URL", DNS, STORAGE_UNAVAILABLE, STORAGE_UNREACHABLE, unreachable),
    {.transfer = TRANSFER_CONNECT_REFUSED, MEANS(STORAGE_UNAVAILABLE, STORAGE_UNREACHABLE, unreachable)},
    {.transfer = TRANSFER_TLS_VERSION, MEANS(STORAGE, STORAGE_TLS, tls)},
    MET("Failed to connect to proxy URL", PROXY, STORAGE_UNAVAILABLE, STORAGE_UNREACHABLE, proxy),
    MET("Connect timeout on endpoint URL", CONNECT_TIMEOUT, STORAGE_UNAVAILABLE, STORAGE_TIMEOUT, connect_timeout),
    MET("Read timeout on endpoint URL", SILENT, STORAGE_UNAVAILABLE, STORAGE_TIMEOUT, read_timeout),
    MET("Connection was closed before we received a valid response", LOST, STORAGE_UNAVAILABLE, STORAGE_CLOSED, closed),
    TEXT("maximum recursion depth exceeded", STORAGE, REDIRECTED_BUCKET, other_endpoint),
    MET("invalid XML received", BROKEN, STORAGE, NOT_S3, not_s3),
    TEXT("An error occurred () when calling", STORAGE, HTML, html_page),
    TEXT("<html", STORAGE, HTML, html_page),

    /* ---- answers without S3's body: what S3 itself would have said is not known ---- */
    HTTP(3, STORAGE, REDIRECTED_BUCKET, other_endpoint),
    HTTP(400, STORAGE, NO_REASON, no_reason_400),
    HTTP(401, STORAGE, NO_REASON, no_reason_401),
    HTTP(403, STORAGE, NO_REASON, no_reason_403),
    HTTP(404, STORAGE, NO_REASON, no_reason_404),
    HTTP(405, STORAGE, NOT_S3, not_s3),
    HTTP(408, STORAGE_UNAVAILABLE, STORAGE_TIMEOUT, slow),
    HTTP(409, STORAGE_UNAVAILABLE, BUCKET_BUSY, busy),
    HTTP(411, STORAGE, NOT_IMPLEMENTED, chunked),
    HTTP(429, STORAGE_UNAVAILABLE, THROTTLED, throttled),
    HTTP(499, STORAGE_UNAVAILABLE, STORAGE_TIMEOUT, slow),
    HTTP(4, STORAGE, NO_REASON, no_reason),
    HTTP(500, STORAGE_UNAVAILABLE, PROVIDER_FAULT, provider_or_page),
    HTTP(501, STORAGE, NOT_IMPLEMENTED, not_implemented),
    HTTP(504, STORAGE_UNAVAILABLE, STORAGE_TIMEOUT, slow),
    HTTP(507, STORAGE_UNAVAILABLE, STORAGE_FULL, full),
    HTTP(5, STORAGE_UNAVAILABLE, PROVIDER_FAULT, provider),
};

const struct class_table class_storage = {
    .rows = rows,
    .count = COUNT(rows),
    .silent = {MEANS(STORAGE, NO_REASON, no_reason)},
    .other = {MEANS(STORAGE, NONE, NULL)},
};
