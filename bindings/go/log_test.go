// SPDX-License-Identifier: MIT

package lsexport_test

import (
	"encoding/json"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"lsexport.local/lsexport"
)

// lines keeps what a client logs.
type lines struct {
	mu  sync.Mutex
	all []string
}

func (l *lines) write(line string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.all = append(l.all, line)
}

func TestLogHasTheLinesOfACallWhenItReturns(t *testing.T) {
	s := startServer(t, func(number int, _ request) []byte {
		if number == 1 {
			return replyJSON(503, "{}")
		}
		return replyJSON(200, destination)
	})
	var log lines
	client := clientOf(t, s, lsexport.WithLog(func(line string) {
		time.Sleep(time.Millisecond) // a call is sooner over than its slow log
		log.write(line)
	}))
	if _, err := client.GetDestination(background, destinationID); err != nil {
		t.Fatal(err)
	}
	var events []string
	for _, line := range log.all {
		var event struct{ Event, Call string }
		if err := json.Unmarshal([]byte(line), &event); err != nil || event.Call != "destination get" {
			t.Error(line, err)
		}
		events = append(events, event.Event)
	}
	if got := strings.Join(events, " "); got != "attempt retry attempt outcome" {
		t.Error(got)
	}
}

func TestLogHoldsNoSecret(t *testing.T) {
	s := startServer(t, always(replyJSON(400, `{"detail":"`+apiKey+`"}`)))
	var log lines
	_, err := clientOf(t, s, lsexport.WithLog(log.write)).CreateDestination(background, awsSpec())
	failed(t, err, lsexport.ErrRejected)
	text := strings.Join(log.all, "\n")
	if text == "" || strings.Contains(text, apiKey) || strings.Contains(text, "vector-secret") || strings.Contains(text, "AKIAVECTOR") {
		t.Error(text)
	}
}

func TestALogFunctionMayCloseTheClient(t *testing.T) {
	s := startServer(t, always(reply(503, map[string]string{"Retry-After": "20"}, "")))
	var client *lsexport.Client
	client = clientOf(t, s, lsexport.WithLog(func(string) { _ = client.Close() }))
	_, err := client.ListDestinations(background)
	if failed(t, err, lsexport.ErrCancelled); !errors.Is(err, lsexport.ErrClosed) {
		t.Error(err)
	}
}
