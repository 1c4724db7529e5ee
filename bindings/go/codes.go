// SPDX-License-Identifier: MIT

package lsexport

/*
#include <lsexport/lsexport.h>
*/
import "C"

// Code says what failed. It is an error itself, so that a program may ask errors.Is(err, lsexport.ErrNotFound). A newer
// C library may give one that is not named here.
type Code int32

// The codes: 1 to 19 this process, 20 to 39 the way to LangSmith, 40 to 59 LangSmith's answer, 60 to 79 the bucket, as
// LangSmith saw it. What each means is in docs/errors.md of liblsexport.
const (
	ErrInvalidArgument     Code = 1
	ErrInvalidState        Code = 2
	ErrNoMemory            Code = 3
	ErrForked              Code = 4
	ErrCancelled           Code = 5
	ErrTimeout             Code = 6
	ErrUnsupported         Code = 7
	ErrInternal            Code = 8
	ErrDNS                 Code = 20
	ErrConnect             Code = 21
	ErrTLS                 Code = 22
	ErrProxy               Code = 23
	ErrConnectionLost      Code = 24
	ErrProtocol            Code = 25
	ErrRedirect            Code = 26
	ErrTooLarge            Code = 27
	ErrUnauthenticated     Code = 40
	ErrForbidden           Code = 41
	ErrNotFound            Code = 42
	ErrInUse               Code = 43
	ErrValidation          Code = 44
	ErrRateLimited         Code = 45
	ErrQuota               Code = 46
	ErrUnsupportedByServer Code = 47
	ErrServer              Code = 48
	ErrUnavailable         Code = 49
	ErrRejected            Code = 50
	ErrAccessDenied        Code = 60
	ErrBucketNotValid      Code = 61
	ErrKeyIDNotFound       Code = 62
	ErrInvalidEndpoint     Code = 63
	ErrInvalidBucketName   Code = 64
	ErrStorage             Code = 65
	ErrStorageUnavailable  Code = 66
)

// Error says what failed in a few words.
func (c Code) Error() string { return C.GoString(C.lsexport_status_text(C.lsexport_status(c))) }

// Name returns the name that C has for it, as "LSEXPORT_ERR_ACCESS_DENIED".
func (c Code) Name() string { return C.GoString(C.lsexport_status_name(C.lsexport_status(c))) }

// Codes returns all codes that the C library knows.
func Codes() []Code {
	var codes []Code
	for i := C.size_t(0); i < C.lsexport_status_count(); i++ {
		if code := Code(C.lsexport_status_at(i)); code != C.LSEXPORT_OK {
			codes = append(codes, code)
		}
	}
	return codes
}

// Cause says what lies beneath a code. A newer C library may give one that is not named here.
type Cause int32

// The causes. What each means is in docs/errors.md of liblsexport.
const (
	CauseNone                 Cause = 0
	CauseObjectLockChecksum   Cause = 1
	CauseKMSDenied            Cause = 2
	CauseWrongRegion          Cause = 3
	CauseClockSkew            Cause = 4
	CauseBadSecret            Cause = 5
	CauseExpiredToken         Cause = 6
	CauseMissingToken         Cause = 7
	CauseConfusedBucket       Cause = 8
	CauseCertificateWrongHost Cause = 9
	CauseHTML                 Cause = 10
	CauseCertificateExpired   Cause = 11
	CauseCertificateUntrusted Cause = 12
	CauseBadToken             Cause = 13
	CauseBadKeyID             Cause = 14
	CauseNoCredentials        Cause = 15
	CausePolicy               Cause = 16
	CauseAccount              Cause = 17
	CauseRequesterPays        Cause = 18
	CauseKMSKey               Cause = 19
	CauseAddressingStyle      Cause = 20
	CauseRequestOptions       Cause = 21
	CauseACLNotSupported      Cause = 22
	CauseBucketOwner          Cause = 23
	CauseChecksum             Cause = 24
	CauseObjectKey            Cause = 25
	CauseNotS3                Cause = 26
	CauseRedirectedBucket     Cause = 27
	CauseStorageUnreachable   Cause = 28
	CauseStorageTLS           Cause = 29
	CauseStorageTimeout       Cause = 30
	CauseStorageClosed        Cause = 31
	CauseThrottled            Cause = 32
	CauseProviderFault        Cause = 33
	CauseStorageFull          Cause = 34
	CauseNoReason             Cause = 35
	CauseNotImplemented       Cause = 36
	CauseRetention            Cause = 37
	CauseBucketBusy           Cause = 38
	CauseRole                 Cause = 39
	CauseOrgScopedKey         Cause = 50
	CauseMissingPermission    Cause = 51
	CausePlan                 Cause = 52
	CauseBodyTooLarge         Cause = 53
	CauseGateway              Cause = 54
	CauseConnectTimeout       Cause = 70
	CauseConnectRefused       Cause = 71
	CauseTLSVersion           Cause = 72
	CauseTLSPlaintext         Cause = 73
	CauseTLSFiles             Cause = 74
	CauseForeignAnswer        Cause = 75
	CauseNotJSON              Cause = 76
	CauseContentEncoding      Cause = 77
	CauseDeadlineTooNear      Cause = 78
	CauseNoDescriptors        Cause = 79
)

// String says it in a few words; "" for CauseNone.
func (c Cause) String() string { return C.GoString(C.lsexport_cause_text(C.int32_t(c))) }

// Name returns the name that C has for it, as "LSEXPORT_CAUSE_KMS_DENIED".
func (c Cause) Name() string { return C.GoString(C.lsexport_cause_name(C.int32_t(c))) }

// Causes returns all causes that the C library knows.
func Causes() []Cause {
	causes := make([]Cause, C.lsexport_cause_count())
	for i := range causes {
		causes[i] = Cause(C.lsexport_cause_at(C.size_t(i)))
	}
	return causes
}
