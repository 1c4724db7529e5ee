// SPDX-License-Identifier: MIT

package lsexport_test

import (
	"encoding/json"
	"net/url"
	"reflect"
	"testing"

	"lsexport.local/lsexport"
)

// explanation is a spec that each language explains alike: tests/vectors/README.md.
type explanation struct {
	Name      string
	APIRoot   string `json:"api_root"`
	Arguments struct {
		arguments
		Allow []lsexport.Check
	}
	Expected struct {
		URL, Host, Bucket string
		ObjectKey         string `json:"object_key"`
		AddressingStyle   string `json:"addressing_style"`
		SigningRegion     string `json:"signing_region"`
		Findings          []toldFinding
	}
}

type toldFinding struct{ Severity, Code, Field string }

func (e explanation) explain(t *testing.T) *lsexport.Report {
	t.Helper()
	spec := e.Arguments.spec(t)
	spec.Allow = e.Arguments.Allow
	explain := lsexport.ExplainDestination
	if e.APIRoot != "" {
		key := lsexport.WithAPIKey(lsexport.NewSecret(apiKey))
		explain = newClient(t, lsexport.WithAPIRoot(e.APIRoot), key).ExplainDestination
	}
	report, err := explain(spec)
	if err != nil {
		t.Fatal(err)
	}
	return report
}

func TestExplanations(t *testing.T) {
	var vectors []explanation
	if err := json.Unmarshal([]byte(read(t, "../../tests/vectors/explain.json")), &vectors); err != nil || len(vectors) < 40 {
		t.Fatal(len(vectors), err)
	}
	for _, v := range vectors {
		v := v
		t.Run(url.PathEscape(v.Name), func(t *testing.T) {
			report, want := v.explain(t), v.Expected
			if report.AddressingStyle != addressingStyles[want.AddressingStyle] {
				t.Error(report.AddressingStyle)
			}
			got := []string{report.URL, report.Host, report.Bucket, report.ObjectKey, report.SigningRegion}
			if !reflect.DeepEqual(got, []string{want.URL, want.Host, want.Bucket, want.ObjectKey, want.SigningRegion}) {
				t.Error(got)
			}
			found := []toldFinding{}
			for _, one := range report.Findings {
				found = append(found, toldFinding{one.Severity.String(), one.Code, one.Field})
			}
			if !reflect.DeepEqual(found, want.Findings) {
				t.Error(found)
			}
		})
	}
}
