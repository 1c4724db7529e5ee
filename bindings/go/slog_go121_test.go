// SPDX-License-Identifier: MIT

//go:build go1.21

package lsexport_test

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"strings"
	"testing"

	"lsexport.local/lsexport"
)

func TestLoggerGetsLevelsAndAttributes(t *testing.T) {
	s := startServer(t, func(number int, _ request) []byte {
		switch number {
		case 1:
			return replyJSON(503, "{}")
		case 2:
			return replyJSON(200, destination)
		}
		return replyJSON(404, "{}")
	})
	var written bytes.Buffer
	logger := slog.New(slog.NewJSONHandler(&written, &slog.HandlerOptions{Level: slog.LevelDebug}))
	client := clientOf(t, s, lsexport.WithLogger(logger))
	if _, err := client.GetDestination(background, destinationID); err != nil {
		t.Fatal(err)
	}
	_, err := client.GetDestination(background, destinationID)
	failed(t, err, lsexport.ErrNotFound)
	var got []string
	for _, line := range strings.Split(strings.TrimSpace(written.String()), "\n") {
		var record struct {
			Level, Msg, Status string
			DurationMS         *int `json:"duration_ms"`
			WaitMS             *int `json:"wait_ms"`
		}
		if err := json.Unmarshal([]byte(line), &record); err != nil || record.DurationMS == nil && record.WaitMS == nil {
			t.Error(line, err)
		}
		got = append(got, strings.Join([]string{record.Level, record.Msg, record.Status}, " "))
	}
	want := []string{
		"DEBUG lsexport attempt LSEXPORT_ERR_UNAVAILABLE",
		"WARN lsexport retry ",
		"DEBUG lsexport attempt LSEXPORT_OK",
		"INFO lsexport outcome LSEXPORT_OK",
		"DEBUG lsexport attempt LSEXPORT_ERR_NOT_FOUND",
		"WARN lsexport outcome LSEXPORT_ERR_NOT_FOUND",
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Error(strings.Join(got, "\n"))
	}
}

func TestLoggersShowNoSecret(t *testing.T) {
	const canary = "canary-77aa-secret"
	var written bytes.Buffer
	secret := lsexport.NewSecret(canary)
	for _, handler := range []slog.Handler{slog.NewTextHandler(&written, nil), slog.NewJSONHandler(&written, nil)} {
		slog.New(handler).Info("a", "secret", secret, "credentials", lsexport.StaticCredentials(canary, secret),
			"spec", lsexport.DestinationSpec{Credentials: lsexport.StaticCredentials(canary, secret)}, "list", []lsexport.Secret{secret})
	}
	if text := written.String(); strings.Contains(text, canary) || strings.Count(text, "[redacted]") != 8 {
		t.Error(text)
	}
}
