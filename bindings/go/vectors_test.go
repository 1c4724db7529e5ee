// SPDX-License-Identifier: MIT

package lsexport_test

import (
	"bytes"
	"encoding/json"
	"net/url"
	"reflect"
	"testing"

	"lsexport.local/lsexport"
)

// vector is one of the calls that each language makes alike: tests/vectors/README.md.
type vector struct {
	Name, Call string
	Options    map[string]string
	Arguments  arguments
	Reply      *struct {
		Status         int
		Headers        map[string]string
		Body           string
		Close, Silence bool
	}
	Expected struct {
		Request *struct {
			Method, Path string
			Headers      map[string]string
			Body         any
		}
		Status string
		Result json.RawMessage
		failure
	}
}

type failure struct {
	Cause, Applied, Side string
	Retryable            bool
	HTTPStatus           int    `json:"http_status"`
	RetryAfterMS         int64  `json:"retry_after_ms"`
	StorageCode          string `json:"storage_code"`
	RequestID            string `json:"request_id"`
	Facts                map[string]string
	Fields               []lsexport.Field
}

type arguments struct {
	DestinationID           string `json:"destination_id"`
	WorkspaceID             string `json:"workspace_id"`
	DisplayName             string `json:"display_name"`
	BucketName              string `json:"bucket_name"`
	Prefix                  string
	Region                  string
	EndpointURL             string          `json:"endpoint_url"`
	IncludeBucketInPrefix   *bool           `json:"include_bucket_in_prefix"`
	AddressingStyle         string          `json:"addressing_style"`
	UseAccelerateEndpoint   *bool           `json:"use_accelerate_endpoint"`
	PayloadSigningEnabled   *bool           `json:"payload_signing_enabled"`
	USEast1RegionalEndpoint string          `json:"us_east_1_regional_endpoint"`
	ChecksumAlgorithm       string          `json:"checksum_algorithm"`
	ServerSideEncryption    string          `json:"server_side_encryption"`
	SSEKMSKeyID             string          `json:"ssekms_key_id"`
	ExpectedBucketOwner     string          `json:"expected_bucket_owner"`
	RequestPayer            string          `json:"request_payer"`
	StorageClass            string          `json:"storage_class"`
	S3AdditionalKwargs      json.RawMessage `json:"s3_additional_kwargs"`
	ExtraConfig             json.RawMessage `json:"extra_config"`
	Credentials             *struct {
		Kind            string
		AccessKeyID     string `json:"access_key_id"`
		SecretAccessKey string `json:"secret_access_key"`
		SessionToken    string `json:"session_token"`
		AWSRoleARN      string `json:"aws_role_arn"`
	}
}

var (
	addressingStyles = map[string]lsexport.AddressingStyle{"": lsexport.AddressingUnset, "auto": lsexport.AddressingAuto,
		"virtual": lsexport.AddressingVirtual, "path": lsexport.AddressingPath, "unknown": lsexport.AddressingUnknown}
	usEast1Endpoints = map[string]lsexport.USEast1Endpoint{"": lsexport.USEast1Unset,
		"regional": lsexport.USEast1Regional, "legacy": lsexport.USEast1Legacy}
	appliedNames = map[lsexport.Applied]string{lsexport.AppliedUnknown: "unknown", lsexport.AppliedNo: "no", lsexport.AppliedYes: "yes"}
	sideNames    = map[lsexport.Side]string{lsexport.SideUnknown: "unknown", lsexport.SideCaller: "caller",
		lsexport.SideNetwork: "network", lsexport.SideLangSmith: "langsmith", lsexport.SideStorage: "storage"}
)

func (a arguments) credentials(t *testing.T) lsexport.Credentials {
	t.Helper()
	if a.Credentials == nil {
		return lsexport.Credentials{}
	}
	id, secret := a.Credentials.AccessKeyID, lsexport.NewSecret(a.Credentials.SecretAccessKey)
	switch a.Credentials.Kind {
	case "static":
		return lsexport.StaticCredentials(id, secret)
	case "session":
		return lsexport.SessionCredentials(id, secret, lsexport.NewSecret(a.Credentials.SessionToken))
	case "role":
		return lsexport.RoleCredentials(a.Credentials.AWSRoleARN)
	case "server":
		return lsexport.ServerCredentials()
	}
	t.Fatal("no credentials of kind ", a.Credentials.Kind)
	return lsexport.Credentials{}
}

func (a arguments) spec(t *testing.T) lsexport.DestinationSpec {
	t.Helper()
	return lsexport.DestinationSpec{
		DisplayName: a.DisplayName, BucketName: a.BucketName, Prefix: a.Prefix, Region: a.Region, EndpointURL: a.EndpointURL,
		BucketInEndpoint: a.IncludeBucketInPrefix != nil && !*a.IncludeBucketInPrefix,
		Credentials:      a.credentials(t),
		AddressingStyle:  addressingStyles[a.AddressingStyle], USEast1Endpoint: usEast1Endpoints[a.USEast1RegionalEndpoint],
		UseAccelerateEndpoint: a.UseAccelerateEndpoint, PayloadSigningEnabled: a.PayloadSigningEnabled,
		ChecksumAlgorithm: a.ChecksumAlgorithm, ServerSideEncryption: a.ServerSideEncryption, SSEKMSKeyID: a.SSEKMSKeyID,
		ExpectedBucketOwner: a.ExpectedBucketOwner, RequestPayer: a.RequestPayer, StorageClass: a.StorageClass,
		S3AdditionalKwargs: a.S3AdditionalKwargs, ExtraConfig: a.ExtraConfig,
	}
}

// run makes the call; what came back is a destination, several, or nothing.
func (v vector) run(t *testing.T, client *lsexport.Client) (any, error) {
	t.Helper()
	a := v.Arguments
	var options []lsexport.CallOption
	if a.WorkspaceID != "" {
		options = append(options, lsexport.InWorkspace(a.WorkspaceID))
	}
	switch v.Call {
	case "create":
		return client.CreateDestination(background, a.spec(t), options...)
	case "ensure":
		return client.EnsureDestination(background, a.spec(t), options...)
	case "get":
		return client.GetDestination(background, a.DestinationID, options...)
	case "list":
		return client.ListDestinations(background, options...)
	case "patch":
		return client.PatchDestination(background, a.DestinationID, a.credentials(t), options...)
	case "delete":
		return nil, client.DeleteDestination(background, a.DestinationID, options...)
	}
	t.Fatal("no call ", v.Call)
	return nil, nil
}

func (v vector) answer() []byte {
	switch {
	case v.Reply == nil || v.Reply.Silence:
		return nil
	case v.Reply.Close:
		return []byte{}
	}
	return reply(v.Reply.Status, v.Reply.Headers, v.Reply.Body)
}

func (v vector) checkRequests(t *testing.T, s *server) {
	t.Helper()
	want := v.Expected.Request
	if want == nil {
		if len(s.requests) != 0 {
			t.Error("something was sent")
		}
		return
	}
	if len(s.requests) != 1 {
		t.Fatal(len(s.requests), "requests")
	}
	got := <-s.requests
	if got.Method != want.Method || got.Path != want.Path {
		t.Error(got.Method, got.Path)
	}
	for name, value := range want.Headers {
		if got.Header.Get(name) != value {
			t.Error(name, "is", got.Header.Get(name))
		}
	}
	var body any
	if len(got.Body) > 0 {
		if err := json.Unmarshal(got.Body, &body); err != nil {
			t.Error(err)
		}
	}
	if !reflect.DeepEqual(body, want.Body) {
		t.Errorf("%s", got.Body)
	}
}

// members is a destination by the names that vectors have for its members.
func members(d *lsexport.Destination) map[string]any {
	return map[string]any{
		"id": d.ID, "workspace_id": d.WorkspaceID, "display_name": d.DisplayName, "destination_type": d.Type,
		"bucket_name": d.BucketName, "prefix": d.Prefix, "region": d.Region, "endpoint_url": d.EndpointURL,
		"aws_role_arn": d.AWSRoleARN, "include_bucket_in_prefix": !d.BucketInEndpoint, "addressing_style": d.AddressingStyle,
		"config_kwargs_s3": d.ConfigKwargsS3, "s3_additional_kwargs": d.S3AdditionalKwargs,
		"created_at_unix_us": d.CreatedAt.UnixMicro(), "updated_at_unix_us": d.UpdatedAt.UnixMicro(),
		"credentials_keys": d.CredentialsKeys, "adopted": d.Adopted, "surplus_ids": d.SurplusIDs, "request_id": d.RequestID,
	}
}

// checkMember compares what Go has with what JSON says, where null is nothing.
func checkMember(t *testing.T, name string, got any, want json.RawMessage) {
	t.Helper()
	if style, is := got.(lsexport.AddressingStyle); is {
		for text, one := range addressingStyles {
			if one == style {
				got = text
			}
		}
	}
	text, err := json.Marshal(got)
	if err != nil {
		t.Fatal(name, err)
	}
	var a, b any
	if json.Unmarshal(text, &a) != nil || json.Unmarshal(want, &b) != nil {
		t.Fatal(name, string(text), string(want))
	}
	nothing := b == nil || reflect.DeepEqual(b, []any{})
	if nothing && !reflect.ValueOf(got).IsZero() || !nothing && !reflect.DeepEqual(a, b) {
		t.Errorf("%s is %s, not %s", name, text, want)
	}
}

func (v vector) checkResult(t *testing.T, result any) {
	t.Helper()
	var got []*lsexport.Destination
	var want []map[string]json.RawMessage
	text := v.Expected.Result
	switch one := result.(type) {
	case nil:
		return
	case *lsexport.Destination:
		got, text = append(got, one), bytes.Join([][]byte{[]byte("["), text, []byte("]")}, nil)
	case []*lsexport.Destination:
		got = one
	}
	if err := json.Unmarshal(text, &want); err != nil || len(got) != len(want) {
		t.Fatal(len(got), "destinations:", err)
	}
	for i := range want {
		has := members(got[i])
		for name, value := range want[i] {
			checkMember(t, name, has[name], value)
		}
	}
}

func (v vector) checkFailure(t *testing.T, err error) {
	t.Helper()
	var e *lsexport.Error
	for _, code := range lsexport.Codes() {
		if code.Name() == v.Expected.Status {
			e = failed(t, err, code)
		}
	}
	if e == nil {
		t.Fatal("no status ", v.Expected.Status)
	}
	got := failure{e.Cause.Name(), appliedNames[e.Applied], sideNames[e.Side], e.Retryable, e.HTTPStatus,
		e.RetryAfter.Milliseconds(), e.StorageCode, e.RequestID, e.Facts, append([]lsexport.Field{}, e.Fields...)}
	if !reflect.DeepEqual(got, v.Expected.failure) {
		t.Errorf("%+v\n%+v", got, v.Expected.failure)
	}
}

func TestVectors(t *testing.T) {
	var vectors []vector
	if err := json.Unmarshal([]byte(read(t, "../../tests/vectors/destinations.json")), &vectors); err != nil || len(vectors) < 40 {
		t.Fatal(len(vectors), err)
	}
	for _, v := range vectors {
		v := v
		t.Run(url.PathEscape(v.Name), func(t *testing.T) {
			s := startServer(t, always(v.answer()))
			options := []lsexport.Option{lsexport.WithMaxAttempts(1)}
			for key, value := range v.Options {
				options = append(options, lsexport.WithText(key, value))
			}
			result, err := v.run(t, clientOf(t, s, options...))
			if v.Expected.Status != "LSEXPORT_OK" {
				v.checkFailure(t, err)
			} else if err != nil {
				t.Fatal(err)
			} else {
				v.checkResult(t, result)
			}
			v.checkRequests(t, s)
		})
	}
}
