"""What the scripted S3 answers: replies that AWS, Google and MinIO publish, and no free server gives.

A script is chosen by the bucket's name. Its replies to the PUTs of one object come in order, the
last one over and over.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

HOME_REGION = "eu-west-1"


@dataclass(frozen=True)
class S3Request:
    """A request as a script sees it."""

    method: str
    headers: Mapping[str, str]
    signing_region: str | None


@dataclass(frozen=True)
class S3Reply:
    status: int
    # The error's XML, unless there is another body; "" is no XML at all.
    code: str = ""
    # None leaves the element out, "" leaves it empty (as Ceph does).
    message: str | None = None
    elements: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None
    content_type: str = "application/xml"
    # Instead of an answer: the end of the connection, or nothing at all.
    closes: bool = False
    silent: bool = False

    def content(self) -> bytes:
        if self.body is not None or not self.code:
            return self.body or b""
        elements = {"Code": self.code}
        if self.message is not None:
            elements["Message"] = self.message
        elements.update(self.elements)
        inner = "".join(f"<{name}>{_escaped(text)}</{name}>" for name, text in elements.items())
        return f'<?xml version="1.0" encoding="UTF-8"?>\n<Error>{inner}</Error>'.encode()


OK = S3Reply(200, headers={"ETag": '"098f6bcd4621d373cade4e832627b4f6"'})


@dataclass(frozen=True)
class Script:
    description: str
    replies: tuple[S3Reply, ...]
    # A request that fits is answered with success, whatever the replies.
    passes: Callable[[S3Request], bool] = lambda request: False
    # The answer to DeleteObjects (`POST ?delete`) and DELETE; None deletes.
    delete: S3Reply | None = None

    def reply(self, request: S3Request, earlier: int) -> S3Reply:
        """The answer to the PUT of an object that was tried so many times before."""
        if self.passes(request):
            return OK
        return self.replies[min(earlier, len(self.replies) - 1)]


def _signed_for_home(request: S3Request) -> bool:
    return request.signing_region == HOME_REGION


def _has_checksum(request: S3Request) -> bool:
    names = {name.lower() for name in request.headers}
    return (
        "content-md5" in names
        or any(name.startswith("x-amz-checksum-") for name in names)
        or ("x-amz-trailer" in names)
    )


def _error(description: str, status: int, code: str, message: str | None = None, **elements: str) -> Script:
    return Script(description, (S3Reply(status, code, message, elements),))


def _plain(description: str, status: int, body: bytes = b"", content_type: str = "text/html") -> Script:
    return Script(description, (S3Reply(status, body=body, content_type=content_type),))


_REGION_MESSAGE = (
    "The authorization header is malformed; the region 'us-east-1' is wrong; expecting 'eu-west-1'"
)
_REDIRECT_MESSAGE = (
    "The bucket you are attempting to access must be addressed using the specified endpoint. "
    "Please send all future requests to this endpoint."
)
_KMS_MESSAGE = (
    "User: arn:aws:iam::123456789012:user/exporter is not authorized to perform: kms:GenerateDataKey on this "
    "resource because the resource does not exist in this Region, no resource-based policies allow access, "
    "or a resource-based policy explicitly denies access"
)
_IAM_MESSAGE = (
    "User: arn:aws:iam::123456789012:user/exporter is not authorized to perform: s3:PutObject on resource: "
    '"arn:aws:s3:::bucket/key" because no identity-based policy allows the s3:PutObject action'
)
_SIGNATURE_MESSAGE = (
    "The request signature we calculated does not match the signature you provided. "
    "Check your key and signing method."
)
# HTML that is XML as well, and HTML that is not: botocore tells them apart.
_PAGE = b"<html><head><title>Forbidden</title></head><body>Forbidden</body></html>"
_SIGN_IN = b"<!doctype html>\n<html><head><title>Sign in</title><body>Sign in<br>\n"
_SLOW_DOWN = S3Reply(503, "SlowDown", "Please reduce your request rate.")
_MALFORMED = S3Reply(400, "AuthorizationHeaderMalformed", _REGION_MESSAGE, {"Region": HOME_REGION})
_REDIRECT = S3Reply(
    301,
    "PermanentRedirect",
    _REDIRECT_MESSAGE,
    {"Endpoint": "s3.eu-west-1.amazonaws.com"},
    {"x-amz-bucket-region": HOME_REGION},
)
_REFUSED_DELETE = S3Reply(
    200,
    body=b'<?xml version="1.0" encoding="UTF-8"?>\n<DeleteResult><Error><Key>key</Key>'
    b"<Code>AccessDenied</Code><Message>Access Denied</Message></Error></DeleteResult>",
)

SCRIPTS: dict[str, Script] = {
    # AWS: rights
    "access-denied": _error("AWS refuses", 403, "AccessDenied", "Access Denied"),
    "access-denied-iam": _error(
        "AWS refuses, and says which policy lacks", 403, "AccessDenied", _IAM_MESSAGE
    ),
    "kms-denied": _error("the bucket's KMS key may not be used", 403, "AccessDenied", _KMS_MESSAGE),
    "kms-not-found": _error(
        "the KMS key does not exist", 400, "KMS.NotFoundException", "Invalid arn us-east-1"
    ),
    "kms-disabled": _error(
        "the KMS key is disabled",
        400,
        "KMS.DisabledException",
        "arn:aws:kms:us-east-1:123456789012:key/1 is disabled.",
    ),
    "account-disabled": _error(
        "the account may do nothing", 403, "AllAccessDisabled", "All access to this object has been disabled"
    ),
    # AWS: credentials
    "unknown-key": _error(
        "no such key id",
        403,
        "InvalidAccessKeyId",
        "The AWS Access Key Id you provided does not exist in our records.",
    ),
    "wrong-secret": _error("the secret does not fit", 403, "SignatureDoesNotMatch", _SIGNATURE_MESSAGE),
    "expired-token": _error("the session is over", 400, "ExpiredToken", "The provided token has expired."),
    "invalid-token": _error(
        "the session token is garbage",
        400,
        "InvalidToken",
        "The provided token is malformed or otherwise invalid.",
    ),
    "clock-skew": _error(
        "the signer's clock is wrong",
        403,
        "RequestTimeTooSkewed",
        "The difference between the request time and the current time is too large.",
    ),
    # AWS: bucket, region, request
    "no-such-bucket": _error("no such bucket", 404, "NoSuchBucket", "The specified bucket does not exist"),
    "invalid-bucket-name": _error(
        "not a bucket's name", 400, "InvalidBucketName", "The specified bucket is not valid."
    ),
    "region-healed": Script(
        "400 that names the region, until the request is signed for eu-west-1: botocore heals it",
        (_MALFORMED,),
        passes=_signed_for_home,
    ),
    "region-named": Script("400 that names the region, always", (_MALFORMED,)),
    "region-unnamed": _error(
        "400 that does not name the region", 400, "AuthorizationHeaderMalformed", _REGION_MESSAGE
    ),
    "redirect-healed": Script(
        "301 without Location that names the region, until the request is signed for eu-west-1",
        (_REDIRECT,),
        passes=_signed_for_home,
    ),
    "redirect": Script("301 without Location that names the region, always", (_REDIRECT,)),
    "redirect-unnamed": _error(
        "301 that says neither where to nor which region", 301, "PermanentRedirect", _REDIRECT_MESSAGE
    ),
    "object-lock": Script(
        "a bucket with default retention: refuses what has neither Content-MD5 nor a checksum",
        (
            S3Reply(
                400,
                "InvalidRequest",
                "Content-MD5 OR x-amz-checksum- HTTP header is required for Put Object requests with "
                "Object Lock parameters",
            ),
        ),
        passes=_has_checksum,
    ),
    "no-acls": _error("ACLs are off", 400, "AccessControlListNotSupported", "The bucket does not allow ACLs"),
    "key-too-long": _error("the key is too long", 400, "KeyTooLongError", "Your key is too long"),
    "bad-digest": _error(
        "the checksum does not fit",
        400,
        "BadDigest",
        "The Content-MD5 you specified did not match what we received.",
    ),
    "operation-aborted": _error(
        "something else goes on with the bucket",
        409,
        "OperationAborted",
        "A conflicting conditional operation is currently in progress against this resource. "
        "Please try again.",
    ),
    # AWS: trouble
    "slow-down": Script("too many requests, always", (_SLOW_DOWN,)),
    "slow-down-24": Script("too many requests, 24 times, then success", (_SLOW_DOWN,) * 24 + (OK,)),
    "internal-error": _error(
        "a fault of the server", 500, "InternalError", "We encountered an internal error. Please try again."
    ),
    "service-unavailable": _error(
        "overload", 503, "ServiceUnavailable", "Service is unable to handle request."
    ),
    "request-timeout": _error(
        "the body took too long",
        400,
        "RequestTimeout",
        "Your socket connection to the server was not read from or written to within the timeout period.",
    ),
    "too-many-requests": _error("429", 429, "TooManyRequests", "Rate limit exceeded"),
    "not-implemented": _error(
        "a header is unknown",
        501,
        "NotImplemented",
        "A header you provided implies functionality that is not implemented",
    ),
    # Google
    "gcs-access-denied": _error(
        "Google refuses, the permission in Details",
        403,
        "AccessDenied",
        "Access denied.",
        Details="exporter@example.com does not have storage.objects.create access to the object.",
    ),
    "gcs-invalid-security": _error(
        "not an HMAC key of Google's",
        403,
        "InvalidSecurity",
        "The provided security credentials are not valid.",
        Details="Incorrect Authorization header",
    ),
    # MinIO and Ceph
    "minio-unknown-key": _error(
        "no such key id, in MinIO's words",
        403,
        "InvalidAccessKeyId",
        "The Access Key Id you provided does not exist in our records.",
    ),
    "minio-invalid-token": _error(
        "the token is absent, broken or expired, at MinIO",
        403,
        "InvalidTokenId",
        "The security token included in the request is invalid",
    ),
    "minio-no-kms": _error(
        "encryption asked for, no KMS",
        501,
        "NotImplemented",
        "Server side encryption specified but KMS is not configured "
        "(KMS not configured for a server side encrypted objects)",
    ),
    "minio-storage-full": _error(
        "no room",
        507,
        "XMinioStorageFull",
        "Storage backend has reached its minimum free drive threshold. "
        "Please delete a few objects to proceed.",
    ),
    "ceph-access-denied": _error("Ceph refuses, with an empty message", 403, "AccessDenied", ""),
    "ceph-invalid-argument": _error("Ceph's 400 with an empty message", 400, "InvalidArgument", ""),
    "no-message": _error("an error without a message", 400, "InvalidArgument"),
    # Anything in between
    "empty-400": _plain("400, no body", 400),
    "empty-401": _plain("401, no body", 401),
    "empty-403": _plain("403, no body", 403),
    "empty-404": _plain("404, no body", 404),
    "empty-405": _plain("405, no body", 405),
    "empty-504": _plain("504, no body", 504),
    "html-200": _plain("a sign-in page", 200, _SIGN_IN),
    "html-403": _plain("a firewall's page", 403, _PAGE),
    "html-502": _plain("a proxy's page", 502, _PAGE),
    "silent": Script("accepts, and never answers", (S3Reply(200, silent=True),)),
    "closes": Script("ends the connection without an answer", (S3Reply(200, closes=True),)),
    "keeps-objects": Script(
        "takes objects, and refuses to delete them, within a 200 where S3 does so",
        (OK,),
        delete=S3Reply(403, "AccessDenied", "Access Denied"),
    ),
}

MULTI_DELETE_REFUSED = _REFUSED_DELETE
SUCCESS = Script("any other name is a bucket that takes everything", (OK,))


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
