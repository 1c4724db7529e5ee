// SPDX-License-Identifier: MIT

package lsexport_test

import (
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"

	"lsexport.local/lsexport"
)

// FuzzSpec: whatever a spec holds, it is sent as it is or refused with a field's name, and nothing of it is cut off.
func FuzzSpec(f *testing.F) {
	f.Add("nightly", "my-bucket", "traces", "us-east-1", "", "key", "secret", `{"Tagging":"a=b"}`, `{}`, false, int8(0))
	f.Add("night\x00ly", "my-bucket", "traces\x00", "us-east-1", "", "key", "sec\x00ret", "", "", false, int8(3))
	f.Add("it's", "my-bucket", "\xff", "", "https://my-bucket.example.com", "key", "", `{"a":1}`, `{"b":[null]}`, true, int8(1))
	s := startServer(f, always(replyJSON(400, `{"detail":"no"}`)))
	client := clientOf(f, s)
	f.Fuzz(func(t *testing.T, name, bucket, prefix, region, endpoint, id, secret, kwargs, extra string, inEndpoint bool, style int8) {
		spec := lsexport.DestinationSpec{
			DisplayName: name, BucketName: bucket, Prefix: prefix, Region: region, EndpointURL: endpoint,
			BucketInEndpoint: inEndpoint, AddressingStyle: lsexport.AddressingStyle(style),
			S3AdditionalKwargs: json.RawMessage(kwargs), ExtraConfig: json.RawMessage(extra),
			Credentials: lsexport.StaticCredentials(id, lsexport.NewSecret(secret)),
		}
		_, err := client.CreateDestination(background, spec)
		if errors.Is(err, lsexport.ErrValidation) {
			if len(failed(t, err, lsexport.ErrValidation).Fields) == 0 || len(s.requests) != 0 {
				t.Fatal(err, len(s.requests), "requests")
			}
			return
		}
		failed(t, err, lsexport.ErrRejected)
		var sent struct {
			DisplayName string `json:"display_name"`
			Config      struct {
				BucketName  string  `json:"bucket_name"`
				Prefix      *string `json:"prefix"`
				Region      string  `json:"region"`
				EndpointURL string  `json:"endpoint_url"`
				Include     bool    `json:"include_bucket_in_prefix"`
			}
			Credentials map[string]string
		}
		body := received(t, s.requests, "the request").Body
		if err := json.Unmarshal(body, &sent); err != nil {
			t.Fatal(err)
		}
		c := sent.Config
		got := []string{sent.DisplayName, c.BucketName, c.Region, c.EndpointURL}
		if c.Prefix != nil {
			got = append(got, *c.Prefix)
		} else {
			got = append(got, "")
		}
		if !reflect.DeepEqual(got, []string{name, bucket, region, endpoint, prefix}) || c.Include == inEndpoint {
			t.Fatalf("%s", body)
		}
		if sent.Credentials["access_key_id"] != id || sent.Credentials["secret_access_key"] != secret {
			t.Fatalf("%s", body)
		}
	})
}

// FuzzOptions: a client is made, or every option that is wrong is named.
func FuzzOptions(f *testing.F) {
	f.Add("https://langsmith.example.com", "key", "4bf41bb8-1111-4222-8333-944444444444", "none", "agent", int64(1))
	f.Add("http://192.0.2.1\x00", "a\nb", "x", "http://a:b@c", "\x00", int64(-1))
	f.Fuzz(func(t *testing.T, root, key, workspace, proxy, agent string, attempts int64) {
		client, err := lsexport.NewClient(lsexport.WithAPIRoot(root), lsexport.WithAPIKey(lsexport.NewSecret(key)),
			lsexport.WithWorkspaceID(workspace), lsexport.WithProxy(proxy), lsexport.WithUserAgent(agent),
			lsexport.WithMaxListBytes(attempts), lsexport.WithMaxAttempts(int(attempts)))
		if err == nil {
			_ = client.Close()
			if strings.ContainsAny(root+key+workspace+proxy+agent, "\x00\n") {
				t.Fatal("a control character was taken")
			}
			return
		}
		if len(failed(t, err, lsexport.ErrValidation).Fields) == 0 {
			t.Fatal(err)
		}
	})
}
