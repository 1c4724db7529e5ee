// SPDX-License-Identifier: MIT

package lsexport

/*
#include <lsexport/lsexport.h>
*/
import "C"

import (
	"context"
	"encoding/json"
	"fmt"
	"runtime"
	"time"
)

// Severity says how bad a finding is.
type Severity int32

// SeverityNote: worth knowing. SeverityWarning: it may go wrong, or elsewhere than meant. SeverityError: it will fail, or
// CreateDestination refuses it.
const (
	SeverityNote    Severity = 1
	SeverityWarning Severity = 2
	SeverityError   Severity = 3
)

// String returns "note", "warning" or "error".
func (s Severity) String() string { return word("Severity", int32(s), "", "note", "warning", "error") }

// Need says whether LangSmith needs a permission.
type Need int32

// The needs.
const (
	NeedRequired    Need = 1
	NeedRecommended Need = 2
	NeedOptional    Need = 3
)

// String returns "required", "recommended" or "optional".
func (n Need) String() string {
	return word("Need", int32(n), "", "required", "recommended", "optional")
}

// Verdict says whether the credentials have a permission, as seen from this machine.
type Verdict int32

// The verdicts.
const (
	VerdictUnknown Verdict = 0
	VerdictGranted Verdict = 1
	VerdictDenied  Verdict = 2
)

// String returns "unknown", "granted" or "denied".
func (v Verdict) String() string { return word("Verdict", int32(v), "unknown", "granted", "denied") }

// Outcome says what became of a step.
type Outcome int32

// The outcomes.
const (
	OutcomeSkipped Outcome = 0
	OutcomePassed  Outcome = 1
	OutcomeFailed  Outcome = 2
)

// String returns "skipped", "passed" or "failed".
func (o Outcome) String() string { return word("Outcome", int32(o), "skipped", "passed", "failed") }

// word is the number's word; a newer C library may give a number that has none here.
func word(kind string, number int32, words ...string) string {
	if number < 0 || int(number) >= len(words) || words[number] == "" {
		return fmt.Sprintf("%s(%d)", kind, number)
	}
	return words[number]
}

// Finding is something that stands in the way, or is worth knowing. Field and Reason make a sentence.
type Finding struct {
	Severity Severity
	Code     string // stays the same, as "bucket_twice"; docs/explain.md and docs/check.md of liblsexport list them
	Field    string // of the spec, as "config.prefix"
	Reason   string // what is the matter, and what happens if it stays
	Remedy   string // what to set instead
}

// Permission is one on the bucket.
type Permission struct {
	Name    string // as "s3:PutObject"
	Need    Need
	Verdict Verdict
	Purpose string // what depends on it
}

// Step is something that was tried.
type Step struct {
	Name        string // as "put_object"
	Outcome     Outcome
	Reason      string // why it failed or was skipped
	HTTPStatus  int    // the storage's; 0 when there was none
	StorageCode string // the storage's own code, as "AccessDenied"
	Duration    time.Duration
}

// Report says where LangSmith writes, and what stands in the way. What there is nothing to say of is empty.
type Report struct {
	Summary         string // the answer in one line
	URL             string // of the object that LangSmith writes to try a destination; "<uuid>" is its random name
	Host            string // the URL's, with the port when it is not the scheme's own
	Bucket          string // that is written to, which may be another than the spec names
	ObjectKey       string // within that bucket
	AddressingStyle AddressingStyle
	SigningRegion   string    // that requests are signed for
	CheckKeys       []string  // of the objects that a check writes and deletes again; known before it
	Findings        []Finding // the worst first
	Permissions     []Permission
	Steps           []Step       // in the order in which they began
	Left            []string     // keys of objects that had to be left in the bucket
	Err             error        // an *Error: what LangSmith answered to a diagnosis when it refused
	Destination     *Destination // what a diagnosis created
	Text            string       // for people: lines of up to 100 columns, but for URLs and keys
	JSON            json.RawMessage
}

// String returns the Text.
func (r *Report) String() string { return r.Text }

// ExplainDestination does what [Client.ExplainDestination] does, without a client: nothing is known of where LangSmith
// runs.
func ExplainDestination(spec DestinationSpec) (*Report, error) { return explain(nil, spec) }

// ExplainDestination says where LangSmith will write with this spec, and what is wrong or dangerous about it. It sends
// nothing, looks no name up, and does not wait. A spec that CreateDestination refuses is no failure: the findings say so.
func (c *Client) ExplainDestination(spec DestinationSpec) (*Report, error) {
	c.queue.mu.Lock() // else Close frees the client meanwhile
	defer c.queue.mu.Unlock()
	if c.queue.closed {
		return nil, closedError()
	}
	return explain(c.queue.client, spec)
}

func explain(client *C.lsexport_client, spec DestinationSpec) (*Report, error) {
	s, err := spec.toC()
	if err != nil {
		return nil, err
	}
	defer C.lsexport_destination_spec_free(s)
	var report *C.lsexport_report
	var failure *C.lsexport_error
	if C.lsexport_destination_explain(client, s, &report, &failure) != C.LSEXPORT_OK {
		return nil, takeError(failure, nil)
	}
	defer C.lsexport_report_free(report)
	return newReport(report), nil
}

// CheckDestination tries the bucket from this machine, with the spec's credentials: it writes what LangSmith would write
// to it, and deletes it again. CheckKeys of ExplainDestination's report names the objects before, Left those that had to
// stay. That the bucket refuses is no failure, nor that the deadline passes: the report says so. Fails with
// [ErrValidation] for what cannot be tried from here.
func (c *Client) CheckDestination(ctx context.Context, spec DestinationSpec, options ...CallOption) (*Report, error) {
	s, err := spec.toC()
	if err != nil {
		return nil, err
	}
	defer C.lsexport_destination_spec_free(s)
	return c.report(ctx, options, func(call *C.lsexport_call, failure **C.lsexport_error) C.lsexport_status {
		return C.lsexport_destination_check(c.queue.client, s, call, nil, failure)
	})
}

// DiagnoseDestination creates the destination, as CreateDestination does, and checks the bucket at the same time. The
// Summary says what both answers mean together. That LangSmith refuses is no failure: Err is its answer, and Destination
// is what it created.
func (c *Client) DiagnoseDestination(ctx context.Context, spec DestinationSpec, options ...CallOption) (*Report, error) {
	s, err := spec.toC()
	if err != nil {
		return nil, err
	}
	defer C.lsexport_destination_spec_free(s)
	return c.report(ctx, options, func(call *C.lsexport_call, failure **C.lsexport_error) C.lsexport_status {
		return C.lsexport_destination_diagnose(c.queue.client, s, call, nil, failure)
	})
}

// report makes a call that comes back with a report.
func (c *Client) report(ctx context.Context, options []CallOption, submit submission) (*Report, error) {
	var report *Report
	err := c.queue.do(ctx, options, submit, func(done *C.lsexport_completion) {
		report = newReport(C.lsexport_completion_report(done))
	})
	runtime.KeepAlive(c)
	return report, err
}

func newReport(r *C.lsexport_report) *Report {
	report := &Report{
		Summary:         C.GoString(C.lsexport_report_summary(r)),
		URL:             C.GoString(C.lsexport_report_url(r)),
		Host:            C.GoString(C.lsexport_report_host(r)),
		Bucket:          C.GoString(C.lsexport_report_bucket(r)),
		ObjectKey:       C.GoString(C.lsexport_report_object_key(r)),
		AddressingStyle: AddressingStyle(C.lsexport_report_addressing_style(r)),
		SigningRegion:   C.GoString(C.lsexport_report_signing_region(r)),
		Text:            C.GoString(C.lsexport_report_text(r)),
		JSON:            json.RawMessage(C.GoString(C.lsexport_report_json(r))),
	}
	for i := C.size_t(0); i < C.lsexport_report_check_key_count(r); i++ {
		report.CheckKeys = append(report.CheckKeys, C.GoString(C.lsexport_report_check_key(r, i)))
	}
	for i := C.size_t(0); i < C.lsexport_report_finding_count(r); i++ {
		report.Findings = append(report.Findings, newFinding(r, i))
	}
	for i := C.size_t(0); i < C.lsexport_report_permission_count(r); i++ {
		report.Permissions = append(report.Permissions, newPermission(r, i))
	}
	for i := C.size_t(0); i < C.lsexport_report_step_count(r); i++ {
		report.Steps = append(report.Steps, newStep(r, i))
	}
	for i := C.size_t(0); i < C.lsexport_report_left_count(r); i++ {
		report.Left = append(report.Left, C.GoString(C.lsexport_report_left_key(r, i)))
	}
	if failure := C.lsexport_report_error(r); failure != nil {
		report.Err = newError(failure, nil)
	}
	if made := C.lsexport_report_destination(r); made != nil {
		report.Destination = newDestination(made)
	}
	return report
}

func newFinding(r *C.lsexport_report, i C.size_t) Finding {
	return Finding{
		Severity: Severity(C.lsexport_report_finding_severity(r, i)),
		Code:     C.GoString(C.lsexport_report_finding_code(r, i)),
		Field:    C.GoString(C.lsexport_report_finding_field(r, i)),
		Reason:   C.GoString(C.lsexport_report_finding_reason(r, i)),
		Remedy:   C.GoString(C.lsexport_report_finding_remedy(r, i)),
	}
}

func newPermission(r *C.lsexport_report, i C.size_t) Permission {
	return Permission{
		Name:    C.GoString(C.lsexport_report_permission_name(r, i)),
		Need:    Need(C.lsexport_report_permission_need(r, i)),
		Verdict: Verdict(C.lsexport_report_permission_verdict(r, i)),
		Purpose: C.GoString(C.lsexport_report_permission_purpose(r, i)),
	}
}

func newStep(r *C.lsexport_report, i C.size_t) Step {
	return Step{
		Name:        C.GoString(C.lsexport_report_step_name(r, i)),
		Outcome:     Outcome(C.lsexport_report_step_outcome(r, i)),
		Reason:      C.GoString(C.lsexport_report_step_reason(r, i)),
		HTTPStatus:  int(C.lsexport_report_step_http_status(r, i)),
		StorageCode: C.GoString(C.lsexport_report_step_storage_code(r, i)),
		Duration:    time.Duration(C.lsexport_report_step_duration_us(r, i)) * time.Microsecond,
	}
}
