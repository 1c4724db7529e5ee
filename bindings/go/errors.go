// SPDX-License-Identifier: MIT

package lsexport

/*
#include <lsexport/lsexport.h>
*/
import "C"

import (
	"context"
	"encoding/json"
	"errors"
	"time"
)

// ErrClosed is in the chain of the errors of calls that Close ended, or that came after it.
var ErrClosed = errors.New("the client is closed")

// Side says who can mend a failure.
type Side int32

// The sides.
const (
	SideUnknown   Side = 0
	SideCaller    Side = 1
	SideNetwork   Side = 2
	SideLangSmith Side = 3
	SideStorage   Side = 4
)

// Applied says whether a write that failed took effect. Reads say AppliedNo.
type Applied int32

// AppliedNo: nothing was done. AppliedYes: it was done, but the answer could not be read as a whole; the fact
// "destination_id" names what was made. AppliedUnknown: the answer was lost, and [Client.EnsureDestination] finds out.
const (
	AppliedUnknown Applied = 0
	AppliedNo      Applied = 1
	AppliedYes     Applied = 2
)

// Field is a value that was refused.
type Field struct {
	Path    string // as "config.bucket_name"
	Message string
}

// Error is why a call failed. It holds no secret. Its texts are the C library's, and name the functions of C.
type Error struct {
	Code             Code
	Cause            Cause
	Message          string // one line: what failed, why, and what to do
	Remedy           string // what to do next
	DocumentationURL string // where LangSmith documents this
	Side             Side
	Applied          Applied
	Retryable        bool          // the same call may be made again, may help, and cannot double anything
	RetryAfter       time.Duration // how long the server asked to wait
	Attempts         int           // requests that were begun
	HTTPStatus       int           // 0 when there was no answer
	StorageCode      string        // the bucket's own code, as "AccessDenied"
	ServerText       string        // the server's own words, cleaned
	RequestID        string        // the server's X-Request-Id
	Fields           []Field       // with ErrValidation: all values that were refused
	Facts            map[string]string
	JSON             json.RawMessage // all of it as one JSON object, for a log; nil when C was not asked

	reason error // context.Canceled, context.DeadlineExceeded or ErrClosed
}

// Error returns the message.
func (e *Error) Error() string { return e.Message }

// Is reports whether target is the error's Code.
func (e *Error) Is(target error) bool {
	code, ok := target.(Code)
	return ok && code == e.Code
}

// Unwrap returns context.Canceled, context.DeadlineExceeded or ErrClosed when that is why the call ended.
func (e *Error) Unwrap() error { return e.reason }

// newError copies an error of C. ended: why the call's context is done, or nil.
func newError(failure *C.lsexport_error, ended error) *Error {
	e := &Error{
		Code:             Code(C.lsexport_error_status(failure)),
		Cause:            Cause(C.lsexport_error_cause(failure)),
		Message:          C.GoString(C.lsexport_error_message(failure)),
		Remedy:           C.GoString(C.lsexport_error_remedy(failure)),
		DocumentationURL: C.GoString(C.lsexport_error_documentation_url(failure)),
		Side:             Side(C.lsexport_error_side(failure)),
		Applied:          Applied(C.lsexport_error_applied(failure)),
		Retryable:        C.lsexport_error_retryable(failure) != 0,
		RetryAfter:       time.Duration(C.lsexport_error_retry_after_ms(failure)) * time.Millisecond,
		Attempts:         int(C.lsexport_error_attempts(failure)),
		HTTPStatus:       int(C.lsexport_error_http_status(failure)),
		StorageCode:      C.GoString(C.lsexport_error_storage_code(failure)),
		ServerText:       C.GoString(C.lsexport_error_server_text(failure)),
		RequestID:        C.GoString(C.lsexport_error_request_id(failure)),
		JSON:             json.RawMessage(C.GoString(C.lsexport_error_json(failure))),
	}
	for i := C.size_t(0); i < C.lsexport_error_field_count(failure); i++ {
		e.Fields = append(e.Fields, Field{
			Path:    C.GoString(C.lsexport_error_field_path(failure, i)),
			Message: C.GoString(C.lsexport_error_field_message(failure, i)),
		})
	}
	e.Facts = factsOf(e.JSON)
	e.reason = reasonOf(e.Code, ended)
	return e
}

// factsOf reads them where they are all together: C itself tells a fact by its name alone.
func factsOf(text []byte) map[string]string {
	var object struct{ Facts map[string]string }
	_ = json.Unmarshal(text, &object) // C wrote it
	return object.Facts
}

// reasonOf: nobody but the context and Close cancels. A context that is done also explains a failure without an answer,
// as a connection that could not be made in time.
func reasonOf(code Code, ended error) error {
	const answered = ErrUnauthenticated
	switch {
	case ended != nil && code < answered:
		return ended
	case code == ErrCancelled:
		return ErrClosed
	case code == ErrTimeout:
		return context.DeadlineExceeded
	}
	return nil
}

// takeError copies an error of C and frees it.
func takeError(failure *C.lsexport_error, ended error) *Error {
	defer C.lsexport_error_free(failure)
	return newError(failure, ended)
}

// statusError is for what C tells by a status alone.
func statusError(status C.lsexport_status) error {
	if status == C.LSEXPORT_OK {
		return nil
	}
	return &Error{Code: Code(status), Applied: AppliedNo, Message: Code(status).Error()}
}

// contextError is for a context that is done before anything was sent.
func contextError(ended error) *Error {
	code := ErrCancelled
	if errors.Is(ended, context.DeadlineExceeded) {
		code = ErrTimeout
	}
	return &Error{Code: code, Applied: AppliedNo, Message: "nothing was sent: " + ended.Error(), reason: ended}
}

func closedError() *Error {
	text := "nothing was sent: " + ErrClosed.Error()
	return &Error{Code: ErrInvalidState, Applied: AppliedNo, Message: text, reason: ErrClosed}
}
