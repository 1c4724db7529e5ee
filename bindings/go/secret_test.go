// SPDX-License-Identifier: MIT

package lsexport_test

import (
	"bytes"
	"encoding/base64"
	"encoding/gob"
	"encoding/hex"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"log"
	"strings"
	"testing"

	"lsexport.local/lsexport"
)

// everyFormat is the value as fmt and the encodings of the standard library write it.
func everyFormat(value any) []string {
	var texts []string
	for _, verb := range "vTtbcdoOqxXUeEfFgGsp" {
		for _, flag := range []string{"", "+", "#", " ", "0", "-30", "."} {
			texts = append(texts, fmt.Sprintf("%"+flag+string(verb), value))
		}
	}
	var written bytes.Buffer
	log.New(&written, "", 0).Print(value)
	_ = gob.NewEncoder(&written).Encode(value)
	if text, err := json.Marshal(value); err == nil {
		written.Write(text)
	}
	if text, err := xml.Marshal(value); err == nil {
		written.Write(text)
	}
	return append(texts, written.String(), fmt.Errorf("wrapped: %w %v", fmt.Errorf("%v", value), value).Error())
}

func TestNothingShowsASecret(t *testing.T) {
	const canary = "canary-51b7-secret"
	secret := lsexport.NewSecret(canary)
	credentials := lsexport.SessionCredentials(canary, secret, secret)
	spec := lsexport.DestinationSpec{DisplayName: "nightly", Credentials: credentials}
	type hidden struct {
		secret      lsexport.Secret
		Credentials lsexport.Credentials
	}
	values := []any{
		secret, &secret, credentials, &credentials, spec, &spec,
		[]lsexport.Secret{secret}, map[string]lsexport.Secret{"a": secret}, struct{ S lsexport.Secret }{secret},
		hidden{secret, credentials}, &hidden{secret, credentials}, lsexport.RoleCredentials(canary),
		lsexport.WithAPIKey(secret),
	}
	forms := []string{canary, hex.EncodeToString([]byte(canary)), strings.ToUpper(hex.EncodeToString([]byte(canary))),
		base64.StdEncoding.EncodeToString([]byte(canary))[:20], fmt.Sprintf("% x", canary), fmt.Sprint([]byte(canary))}
	for _, value := range values {
		for _, text := range everyFormat(value) {
			for _, form := range forms {
				if strings.Contains(text, form) {
					t.Errorf("%T: %s", value, text)
				}
			}
		}
	}
	if text := fmt.Sprintf("%s %d %v", secret, secret, credentials); text != "[redacted] [redacted] [redacted]" {
		t.Error(text)
	}
	if text, err := json.Marshal(spec); err != nil || !bytes.Contains(text, []byte(`"Credentials":"[redacted]"`)) {
		t.Errorf("%s %v", text, err)
	}
}

func TestAnEmptySecretIsRefused(t *testing.T) {
	_, err := lsexport.NewClient(lsexport.WithAPIKey(lsexport.Secret{}))
	if failure := failed(t, err, lsexport.ErrValidation); len(failure.Fields) != 1 || failure.Fields[0].Path != "api_key" {
		t.Errorf("%+v", failure)
	}
}
