// SPDX-License-Identifier: MIT

package lsexport_test

import (
	"context"
	"encoding/json"
	"errors"
	"reflect"
	"testing"

	"lsexport.local/lsexport"
)

const destinationsPath = "/api/v1/bulk-exports/destinations"

var background = context.Background()

// failed is the Error that err must hold.
func failed(t testing.TB, err error, code lsexport.Code) *lsexport.Error {
	t.Helper()
	var failure *lsexport.Error
	if !errors.As(err, &failure) {
		t.Fatalf("no Error: %v", err)
	}
	if failure.Code != code || !errors.Is(err, code) {
		t.Fatalf("%s, not %s: %v", failure.Code.Name(), code.Name(), err)
	}
	return failure
}

func create(t testing.TB, client *lsexport.Client, spec lsexport.DestinationSpec) *lsexport.Destination {
	t.Helper()
	made, err := client.CreateDestination(background, spec)
	if err != nil {
		t.Fatal(err)
	}
	return made
}

func TestCreateSendsWhatTheSpecSays(t *testing.T) {
	client := emulated(t)
	made := create(t, client, langsmith.spec("full"))
	requests := langsmith.requests(t)
	if len(requests) != 1 || requests[0].Method != "POST" || requests[0].Path != destinationsPath {
		t.Fatal(requests)
	}
	var body struct{ Config map[string]any }
	if err := json.Unmarshal(requests[0].Body, &body); err != nil {
		t.Fatal(err)
	}
	want := map[string]any{"bucket_name": langsmith.env["EMULATOR_BUCKET"], "prefix": "traces",
		"region": langsmith.env["EMULATOR_REGION"], "include_bucket_in_prefix": true}
	if !reflect.DeepEqual(body.Config, want) {
		t.Error(body.Config)
	}
	if made.DisplayName != "nightly" || made.RequestID != requests[0].RequestID || made.CreatedAt.IsZero() {
		t.Errorf("%+v", made)
	}
	if made.Adopted || made.BucketInEndpoint || made.WorkspaceID != langsmith.env["LANGSMITH_WORKSPACE_ID"] {
		t.Errorf("%+v", made)
	}
}

func TestSecretsGoIntoTheirPlaceAlone(t *testing.T) {
	client := emulated(t)
	create(t, client, langsmith.spec("session"))
	for name, place := range map[string]string{
		"EMULATOR_SESSION_SECRET_ACCESS_KEY": "body",
		"EMULATOR_SESSION_SESSION_TOKEN":     "body",
		"LANGSMITH_API_KEY":                  "header x-api-key",
	} {
		if seen := langsmith.seen(t, langsmith.env[name]); !reflect.DeepEqual(seen, map[string]bool{place: true}) {
			t.Error(name, "was seen in", seen)
		}
	}
}

func TestEnsureAdoptsWhatIsThere(t *testing.T) {
	client := emulated(t)
	var first *lsexport.Destination
	for turn := 0; turn < 3; turn++ {
		got, err := client.EnsureDestination(background, langsmith.spec("full"))
		if err != nil {
			t.Fatal(err)
		}
		if first == nil {
			first = got
		}
		if got.ID != first.ID || got.Adopted != (turn > 0) {
			t.Errorf("turn %d: %+v", turn, got)
		}
	}
}

func TestEnsureNamesTheOthers(t *testing.T) {
	client := emulated(t)
	first, second := create(t, client, langsmith.spec("full")), create(t, client, langsmith.spec("full"))
	got, err := client.EnsureDestination(background, langsmith.spec("full"))
	if err != nil {
		t.Fatal(err)
	}
	if got.ID != first.ID || !reflect.DeepEqual(got.SurplusIDs, []string{second.ID}) {
		t.Errorf("%+v", got)
	}
}

func TestGetAndListSeeTheSame(t *testing.T) {
	client := emulated(t)
	if empty, err := client.ListDestinations(background); err != nil || len(empty) != 0 {
		t.Fatal(empty, err)
	}
	made := create(t, client, langsmith.spec("full"))
	got, err := client.GetDestination(background, made.ID)
	if err != nil {
		t.Fatal(err)
	}
	all, err := client.ListDestinations(background)
	if err != nil || len(all) != 1 {
		t.Fatal(all, err)
	}
	for _, one := range []*lsexport.Destination{made, got, all[0]} {
		if !json.Valid(one.JSON) {
			t.Errorf("%s", one.JSON)
		}
		one.RequestID, one.JSON = "", nil
	}
	if !reflect.DeepEqual(got, made) || !reflect.DeepEqual(all[0], made) {
		t.Errorf("%+v\n%+v\n%+v", made, got, all[0])
	}
}

func TestPatchReplacesTheCredentials(t *testing.T) {
	client := emulated(t)
	made := create(t, client, langsmith.spec("full"))
	got, err := client.PatchDestination(background, made.ID, langsmith.credentials("rotated"))
	if err != nil || got.ID != made.ID || !got.UpdatedAt.After(made.UpdatedAt) {
		t.Fatal(got, err)
	}
	requests := langsmith.requests(t)
	if last := requests[len(requests)-1]; last.Method != "PATCH" || last.Path != destinationsPath+"/"+made.ID {
		t.Error(last)
	}
	secret := langsmith.env["EMULATOR_ROTATED_SECRET_ACCESS_KEY"]
	if seen := langsmith.seen(t, secret); !reflect.DeepEqual(seen, map[string]bool{"body": true}) {
		t.Error(seen)
	}
}

func TestPatchWithBadCredentialsChangesNothing(t *testing.T) {
	client := emulated(t)
	made := create(t, client, langsmith.spec("full"))
	_, err := client.PatchDestination(background, made.ID, langsmith.credentials("denied"))
	failure := failed(t, err, lsexport.ErrAccessDenied)
	if failure.Applied != lsexport.AppliedNo || failure.StorageCode != "AccessDenied" {
		t.Errorf("%+v", failure)
	}
	if got, err := client.GetDestination(background, made.ID); err != nil || !got.UpdatedAt.Equal(made.UpdatedAt) {
		t.Error(got, err)
	}
}

func TestPatchToARole(t *testing.T) {
	client := emulated(t)
	made := create(t, client, langsmith.spec("full"))
	arn := langsmith.env["EMULATOR_ROLE_ARN"]
	if got, err := client.PatchDestination(background, made.ID, lsexport.RoleCredentials(arn)); err != nil || got.AWSRoleARN != arn {
		t.Error(got, err)
	}
}

func TestDelete(t *testing.T) {
	client := emulated(t)
	made := create(t, client, langsmith.spec("full"))
	langsmith.ask(t, "PUT", "/destinations/"+made.ID+"/used", map[string]bool{"used": true}, nil)
	failed(t, client.DeleteDestination(background, made.ID), lsexport.ErrInUse)
	langsmith.ask(t, "PUT", "/destinations/"+made.ID+"/used", map[string]bool{"used": false}, nil)
	if err := client.DeleteDestination(background, made.ID); err != nil {
		t.Fatal(err)
	}
	_, err := client.GetDestination(background, made.ID)
	failed(t, err, lsexport.ErrNotFound)
}

func TestInWorkspace(t *testing.T) {
	second := langsmith.env["EMULATOR_SECOND_WORKSPACE_ID"]
	key := lsexport.NewSecret(langsmith.env["EMULATOR_ORGANIZATION_API_KEY"])
	client := emulated(t, lsexport.WithAPIKey(key))
	if _, err := client.ListDestinations(background, lsexport.InWorkspace(second)); err != nil {
		t.Fatal(err)
	}
	if _, err := client.ListDestinations(background); err != nil {
		t.Fatal(err)
	}
	var sent []string
	for _, request := range langsmith.requests(t) {
		for _, header := range request.Headers {
			if header[0] == "x-tenant-id" {
				sent = append(sent, header[1])
			}
		}
	}
	if want := []string{second, langsmith.env["LANGSMITH_WORKSPACE_ID"]}; !reflect.DeepEqual(sent, want) {
		t.Error(sent)
	}
	_, err := client.ListDestinations(background, lsexport.InWorkspace("nightly"))
	if failure := failed(t, err, lsexport.ErrValidation); failure.Fields[0].Path != "workspace_id" {
		t.Errorf("%+v", failure)
	}
}

func TestDocumentedFailures(t *testing.T) {
	client := emulated(t)
	wrong := "canary-0wr0ng/secret+value=="
	cases := map[string]struct {
		change func(*lsexport.DestinationSpec)
		code   lsexport.Code
		cause  lsexport.Cause
	}{
		"denied": {func(s *lsexport.DestinationSpec) { s.Credentials = langsmith.credentials("denied") },
			lsexport.ErrAccessDenied, lsexport.CauseNone},
		"no such bucket": {func(s *lsexport.DestinationSpec) { s.BucketName = "no-such-bucket-here" },
			lsexport.ErrBucketNotValid, lsexport.CauseNone},
		"no such key": {func(s *lsexport.DestinationSpec) {
			s.Credentials = lsexport.StaticCredentials("AKIAIOSFODNN7NOTHERE", lsexport.NewSecret(wrong))
		}, lsexport.ErrKeyIDNotFound, lsexport.CauseNone},
		"wrong secret": {func(s *lsexport.DestinationSpec) {
			s.Credentials = lsexport.StaticCredentials(langsmith.env["EMULATOR_FULL_ACCESS_KEY_ID"], lsexport.NewSecret(wrong))
		}, lsexport.ErrStorage, lsexport.CauseBadSecret},
		"object lock": {func(s *lsexport.DestinationSpec) { s.BucketName = langsmith.env["EMULATOR_LOCKED_BUCKET"] },
			lsexport.ErrStorage, lsexport.CauseObjectLockChecksum},
	}
	for name, one := range cases {
		spec := langsmith.spec("full")
		one.change(&spec)
		_, err := client.CreateDestination(background, spec)
		failure := failed(t, err, one.code)
		if failure.Cause != one.cause || failure.HTTPStatus != 400 || failure.Applied != lsexport.AppliedNo {
			t.Errorf("%s: %+v", name, failure)
		}
	}
	if all, err := client.ListDestinations(background); err != nil || len(all) != 0 {
		t.Error(all, err)
	}
}

func TestUnknownKey(t *testing.T) {
	client := emulated(t, lsexport.WithAPIKey(lsexport.NewSecret("lsv2_pt_canary_unknown_key")))
	_, err := client.ListDestinations(background)
	failed(t, err, lsexport.ErrUnauthenticated)
	client = emulated(t, lsexport.WithAPIKey(lsexport.NewSecret(langsmith.env["EMULATOR_READ_API_KEY"])))
	_, err = client.CreateDestination(background, langsmith.spec("full"))
	failed(t, err, lsexport.ErrForbidden)
}

func TestBadValuesAreToldAtOnceAndNothingIsSent(t *testing.T) {
	client := emulated(t)
	spec := langsmith.spec("full")
	spec.DisplayName, spec.BucketName, spec.Prefix = "no.dots", "ab", "a\x00b"
	_, err := client.CreateDestination(background, spec)
	paths := map[string]bool{}
	for _, field := range failed(t, err, lsexport.ErrValidation).Fields {
		paths[field.Path] = field.Message != ""
	}
	if want := map[string]bool{"display_name": true, "config.bucket_name": true, "config.prefix": true}; !reflect.DeepEqual(paths, want) {
		t.Error(paths)
	}
	if requests := langsmith.requests(t); len(requests) != 0 {
		t.Error(requests)
	}
}

func TestACheckThatIsOverruled(t *testing.T) {
	client := emulated(t)
	spec := langsmith.spec("put_only")
	spec.BucketName, spec.Prefix, spec.BucketInEndpoint = "my-bucket", langsmith.env["EMULATOR_BUCKET"], true
	_, err := client.CreateDestination(background, spec)
	failed(t, err, lsexport.ErrValidation)
	spec.Allow = []lsexport.Check{lsexport.ConfusedBucket}
	if made := create(t, client, spec); !made.BucketInEndpoint {
		t.Errorf("%+v", made)
	}
}

func TestEnsureIsTheWayBackFromALostAnswer(t *testing.T) {
	client := emulated(t)
	langsmith.armFault(t, map[string]any{"kind": "close", "at": "end", "method": "POST"})
	_, err := client.CreateDestination(background, langsmith.spec("full"))
	failure := failed(t, err, lsexport.ErrConnectionLost)
	if failure.Applied != lsexport.AppliedUnknown || failure.Retryable {
		t.Errorf("%+v", failure)
	}
	if got, err := client.EnsureDestination(background, langsmith.spec("full")); err != nil || !got.Adopted {
		t.Error(got, err)
	}
}
