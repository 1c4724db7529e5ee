// SPDX-License-Identifier: MIT

package lsexport_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"sort"
	"strings"
	"testing"

	"lsexport.local/lsexport"
)

const random = `[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}` // what "<uuid>" stands for

// reachable is a destination that this machine can reach, too.
func reachable(user string) lsexport.DestinationSpec {
	spec := langsmith.spec(user)
	spec.EndpointURL = langsmith.env["EMULATOR_S3_ENDPOINT"]
	return spec
}

// keys are those of all objects in the bucket.
func keys(t *testing.T) []string {
	t.Helper()
	var objects []struct{ Bucket, Key string }
	langsmith.ask(t, "GET", "/objects", nil, &objects)
	var found []string
	for _, object := range objects {
		if object.Bucket != langsmith.env["EMULATOR_BUCKET"] {
			t.Error(object)
		}
		found = append(found, object.Key)
	}
	return found
}

func fits(key, told string) bool {
	return regexp.MustCompile("^" + strings.ReplaceAll(regexp.QuoteMeta(told), "<uuid>", random) + "$").MatchString(key)
}

func methods(t *testing.T) string {
	t.Helper()
	var all []string
	for _, request := range langsmith.requests(t) {
		all = append(all, request.Method)
	}
	return strings.Join(all, " ")
}

// verdicts are the permissions' names and verdicts, in one text.
func verdicts(report *lsexport.Report) string {
	var all []string
	for _, permission := range report.Permissions {
		all = append(all, fmt.Sprintf("%s %v", strings.TrimPrefix(permission.Name, "s3:"), permission.Verdict))
	}
	return strings.Join(all, ", ")
}

func hasFinding(report *lsexport.Report, code string) bool {
	for _, finding := range report.Findings {
		if finding.Code == code {
			return true
		}
	}
	return false
}

const allGranted = "PutObject granted, GetObject granted, AbortMultipartUpload granted, DeleteObject granted"

func TestExplainForetellsWhereLangSmithWrites(t *testing.T) {
	client := emulated(t)
	report, err := client.ExplainDestination(reachable("put_only"))
	if err != nil {
		t.Fatal(err)
	}
	if sent, written := methods(t), keys(t); sent != "" || written != nil {
		t.Error(sent, written)
	}
	create(t, client, reachable("put_only"))
	if written := keys(t); len(written) != 1 || !fits(written[0], report.ObjectKey) {
		t.Error(written, report.ObjectKey)
	}
	if report.URL != langsmith.env["EMULATOR_S3_ENDPOINT"]+"/"+report.Bucket+"/"+report.ObjectKey || len(report.CheckKeys) != 2 {
		t.Errorf("%+v", report)
	}
	if report.Permissions != nil || report.Steps != nil || report.Left != nil || report.Err != nil || report.Destination != nil {
		t.Errorf("%+v", report)
	}
}

func TestExplainShowsWhatCreateRefuses(t *testing.T) {
	client := emulated(t)
	spec := reachable("full")
	spec.DisplayName, spec.BucketName = "no/slash", "ab"
	_, err := client.CreateDestination(background, spec)
	var refused, shown []string
	for _, field := range failed(t, err, lsexport.ErrValidation).Fields {
		refused = append(refused, field.Path)
	}
	report, err := client.ExplainDestination(spec)
	if err != nil {
		t.Fatal(err)
	}
	for _, finding := range report.Findings {
		if finding.Severity == lsexport.SeverityError {
			shown = append(shown, finding.Field)
		}
	}
	sort.Strings(refused)
	sort.Strings(shown)
	if !reflect.DeepEqual(shown, refused) || report.Findings[0].Severity != lsexport.SeverityError {
		t.Error(shown, refused)
	}
	if sent := methods(t); sent != "" {
		t.Error(sent)
	}
}

func TestExplainFailsForWhatASetterRefuses(t *testing.T) {
	spec := awsSpec()
	spec.Allow = []lsexport.Check{"everything"}
	_, err := lsexport.ExplainDestination(spec)
	failed(t, err, lsexport.ErrInvalidArgument)
}

func TestExplainOfAClosedClient(t *testing.T) {
	client := emulated(t)
	_ = client.Close()
	_, err := client.ExplainDestination(awsSpec())
	if failed(t, err, lsexport.ErrInvalidState); !errors.Is(err, lsexport.ErrClosed) {
		t.Error(err)
	}
}

func TestCheckOfABucketThatTakesAll(t *testing.T) {
	client := emulated(t)
	report, err := client.CheckDestination(background, reachable("full"))
	if err != nil {
		t.Fatal(err)
	}
	if got := verdicts(report); got != allGranted {
		t.Error(got)
	}
	for i, want := range []lsexport.Need{lsexport.NeedRequired, lsexport.NeedRecommended, lsexport.NeedRecommended, lsexport.NeedOptional} {
		if got := report.Permissions[i]; got.Need != want || got.Purpose == "" {
			t.Errorf("%+v", got)
		}
	}
	for _, step := range report.Steps {
		if step.Name == "" || step.Outcome == lsexport.OutcomeFailed {
			t.Errorf("%+v", step)
		}
	}
	if sent, written := methods(t), keys(t); sent != "" || written != nil || report.Left != nil {
		t.Error(sent, written, report.Left)
	}
}

func TestCheckNamesWhatItHadToLeave(t *testing.T) {
	client := emulated(t)
	report, err := client.CheckDestination(background, reachable("put_only"))
	if err != nil {
		t.Fatal(err)
	}
	if got := verdicts(report); got != "PutObject granted, GetObject denied, AbortMultipartUpload denied, DeleteObject denied" {
		t.Error(got)
	}
	if len(report.Left) != 2 || !fits(report.Left[0], report.CheckKeys[0]) || !fits(report.Left[1], report.CheckKeys[1]) {
		t.Fatal(report.Left, report.CheckKeys)
	}
	left := append([]string{}, report.Left...)
	sort.Strings(left)
	if written := keys(t); !reflect.DeepEqual(written, left) {
		t.Error(written, left)
	}
	for _, step := range report.Steps {
		if step.Name == "delete_object" && (step.Outcome != lsexport.OutcomeFailed || step.HTTPStatus != 403 || step.StorageCode != "AccessDenied") {
			t.Errorf("%+v", step)
		}
	}
}

func TestWhatCannotBeTriedIsRefused(t *testing.T) {
	client := emulated(t)
	role, short := reachable("full"), reachable("full")
	role.Credentials, short.BucketName = lsexport.RoleCredentials(langsmith.env["EMULATOR_ROLE_ARN"]), "ab"
	for _, spec := range []lsexport.DestinationSpec{role, short} {
		_, err := client.CheckDestination(background, spec)
		failed(t, err, lsexport.ErrValidation)
	}
	_, err := client.DiagnoseDestination(background, short)
	failed(t, err, lsexport.ErrValidation)
	if sent, written := methods(t), keys(t); sent != "" || written != nil {
		t.Error(sent, written)
	}
}

func TestCanceledCheckNamesWhatMayBeLeft(t *testing.T) {
	s := startServer(t, silence)
	client := clientOf(t, s)
	spec := awsSpec()
	spec.EndpointURL = s.url
	ctx, cancel := context.WithCancel(background)
	var begun request
	err := endsSoon(t, func() error {
		_, err := client.CheckDestination(ctx, spec)
		return err
	}, func() { begun = received(t, s.requests, "the request") }, cancel)
	failure := failed(t, err, lsexport.ErrCancelled)
	if !errors.Is(err, context.Canceled) || begun.Method != "PUT" || begun.Path != "/my-bucket/"+failure.Facts["left_object"] {
		t.Error(err, begun.Method, begun.Path, failure.Facts)
	}
}

func TestCheckWhoseDeadlineHasPassedTellsWhatItKnows(t *testing.T) {
	s := startServer(t, silence)
	client := clientOf(t, s)
	spec := awsSpec()
	spec.EndpointURL = s.url
	ctx, cancel := context.WithTimeout(background, promised)
	defer cancel()
	report, err := client.CheckDestination(ctx, spec)
	if err != nil {
		t.Fatal(err)
	}
	if !hasFinding(report, "out_of_time") || strings.Contains(verdicts(report), "granted") {
		t.Error(report)
	}
	for _, left := range report.Left {
		if got := received(t, s.requests, "the request"); got.Path != "/my-bucket/"+left {
			t.Error(got.Path, left)
		}
	}
}

func TestDiagnoseCreatesWhatWorks(t *testing.T) {
	client := emulated(t)
	report, err := client.DiagnoseDestination(background, reachable("full"))
	if err != nil {
		t.Fatal(err)
	}
	if sent := methods(t); sent != "POST" || report.Err != nil || report.Destination == nil {
		t.Fatal(sent, report)
	}
	got, err := client.GetDestination(background, report.Destination.ID)
	if err != nil || string(got.JSON) != string(report.Destination.JSON) {
		t.Error(got, err)
	}
	if written := keys(t); written != nil || verdicts(report) != allGranted {
		t.Error(written, report)
	}
}

func TestDiagnoseHandsOutWhatLangSmithAnswered(t *testing.T) {
	client := emulated(t)
	report, err := client.DiagnoseDestination(background, reachable("denied"))
	if err != nil {
		t.Fatal(err)
	}
	failure := failed(t, report.Err, lsexport.ErrAccessDenied)
	if failure.HTTPStatus != 400 || failure.Applied != lsexport.AppliedNo || report.Destination != nil {
		t.Errorf("%+v", failure)
	}
	if sent := methods(t); sent != "POST" || !hasFinding(report, "denied_in_both") {
		t.Error(sent, report)
	}
}

func TestDiagnoseComparesLangSmithWithThisMachine(t *testing.T) {
	client := emulated(t)
	langsmith.armFault(t, map[string]any{"kind": "validation_text", "text": "Access Denied"})
	report, err := client.DiagnoseDestination(background, reachable("full"))
	if err != nil {
		t.Fatal(err)
	}
	if worst := report.Findings[0]; worst.Code != "denied_there_alone" || worst.Severity != lsexport.SeverityError {
		t.Errorf("%+v", worst)
	}
	if sent := methods(t); sent != "POST" || verdicts(report) != allGranted {
		t.Error(sent, report)
	}
}

func TestDiagnoseIsInTheWorkspaceOfTheCall(t *testing.T) {
	client := emulated(t)
	other := langsmith.env["EMULATOR_SECOND_WORKSPACE_ID"]
	report, err := client.DiagnoseDestination(background, reachable("full"), lsexport.InWorkspace(other))
	if err != nil {
		t.Fatal(err)
	}
	failed(t, report.Err, lsexport.ErrForbidden)
	for _, header := range langsmith.requests(t)[0].Headers {
		if header[0] == "x-tenant-id" && header[1] != other {
			t.Error(header)
		}
	}
}

func TestReportsOfManyGoroutines(t *testing.T) {
	client := emulated(t)
	errs := make(chan error, 16)
	for i := 0; i < cap(errs); i++ {
		go func() {
			report, err := client.CheckDestination(background, reachable("full"))
			if err == nil && verdicts(report) != allGranted {
				err = errors.New(report.Text)
			}
			errs <- err
		}()
	}
	for i := 0; i < cap(errs); i++ {
		if err := received(t, errs, "the end of a check"); err != nil {
			t.Error(err)
		}
	}
	if written := keys(t); written != nil {
		t.Error(written)
	}
}

func TestAReportIsWhole(t *testing.T) {
	client := emulated(t)
	report, err := client.DiagnoseDestination(background, reachable("put_only"))
	if err != nil {
		t.Fatal(err)
	}
	var told struct {
		Summary       string
		Findings      []struct{ Code, Severity string }
		Permissions   []struct{ Need, Verdict string }
		Steps         []struct{ Outcome string }
		DestinationID string `json:"destination_id"`
	}
	if err := json.Unmarshal(report.JSON, &told); err != nil {
		t.Fatal(err)
	}
	if told.Summary != report.Summary || told.DestinationID != report.Destination.ID || len(told.Findings) != len(report.Findings) ||
		len(told.Permissions) != len(report.Permissions) || len(told.Steps) != len(report.Steps) {
		t.Fatalf("%s\n%+v", report.JSON, report)
	}
	for i, one := range report.Findings {
		if told.Findings[i].Code != one.Code || told.Findings[i].Severity != one.Severity.String() {
			t.Error(told.Findings[i], one)
		}
	}
	for i, one := range report.Permissions {
		if told.Permissions[i].Need != one.Need.String() || told.Permissions[i].Verdict != one.Verdict.String() {
			t.Error(told.Permissions[i], one)
		}
	}
	for i, one := range report.Steps {
		if told.Steps[i].Outcome != one.Outcome.String() {
			t.Error(told.Steps[i], one)
		}
	}
	if fmt.Sprint(report) != report.Text || !strings.HasPrefix(report.Text, strings.Fields(report.Summary)[0]) {
		t.Error(report)
	}
}

func TestNumbersWithoutAWordShowThemselves(t *testing.T) {
	got := fmt.Sprint(lsexport.Severity(0), lsexport.Need(9), lsexport.Verdict(-1), lsexport.Outcome(3))
	if got != "Severity(0) Need(9) Verdict(-1) Outcome(3)" {
		t.Error(got)
	}
}

func TestAReportShowsNoSecret(t *testing.T) {
	const secret, token = "canary/of+the=secret-access-key", "canary/of+the=session-token"
	words := "<Error><Code>" + secret + "</Code><Message>" + secret + token + "</Message></Error>"
	bucket := startServer(t, always(reply(403, map[string]string{"Content-Type": "application/xml"}, words)))
	s := startServer(t, always(replyJSON(400, `{"detail":"no: `+secret+" "+token+" "+apiKey+`"}`)))
	spec := awsSpec()
	spec.EndpointURL = bucket.url
	spec.Credentials = lsexport.SessionCredentials("ASIAVECTORVECTOR0001", lsexport.NewSecret(secret), lsexport.NewSecret(token))
	client := clientOf(t, s)
	report, err := client.DiagnoseDestination(background, spec)
	if err != nil {
		t.Fatal(err)
	}
	spec.Prefix = "a/" + secret
	explained, err := client.ExplainDestination(spec)
	if err != nil {
		t.Fatal(err)
	}
	if len(bucket.requests) == 0 || len(s.requests) != 1 {
		t.Error(len(bucket.requests), len(s.requests))
	}
	text := fmt.Sprintf("%+v %+v %s %+v %v", *report, report.Err, report.JSON, *explained, failed(t, report.Err, lsexport.ErrRejected).Facts)
	for _, one := range []string{secret, token, apiKey} {
		if strings.Contains(text, one) {
			t.Error(text)
		}
	}
}
