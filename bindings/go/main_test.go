// SPDX-License-Identifier: MIT

package lsexport_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"lsexport.local/lsexport"
)

// langsmith is the emulator that the tests and examples share.
var langsmith *emulator

func TestMain(m *testing.M) {
	if err := lsexport.WipeFreedMemory(); err != nil { // here it is early enough
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	flag.Parse()
	if flag.Lookup("test.fuzz").Value.String() != "" {
		os.Exit(m.Run()) // a fuzz target has a server of its own
	}
	folder, err := os.MkdirTemp("", "lsexport")
	if err == nil {
		langsmith, err = startEmulator(folder)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "the emulator did not start:", err)
		os.Exit(1)
	}
	code := m.Run()
	langsmith.stop()
	_ = os.RemoveAll(folder)
	if left := queueGoroutines(); left != "" && code == 0 {
		fmt.Fprintln(os.Stderr, "calls are left:\n"+left)
		code = 1
	}
	os.Exit(code)
}

// queueGoroutines waits until no goroutine is in a call; those that are after ten seconds.
func queueGoroutines() string {
	stacks := make([]byte, 1<<20)
	for end := time.Now().Add(10 * time.Second); ; time.Sleep(time.Millisecond) {
		text := string(stacks[:runtime.Stack(stacks, true)])
		if !strings.Contains(text, "lsexport.(*queue)") {
			return ""
		}
		if time.Now().After(end) {
			return text
		}
	}
}

// emulator is an lsexport-emulator in a process of its own.
type emulator struct {
	env     map[string]string // what its env file says
	process *exec.Cmd
}

func startEmulator(folder string) (*emulator, error) {
	path := filepath.Join(folder, "env")
	process := exec.Command("lsexport-emulator", "--env-file", path, "--exit-with-parent")
	process.Stderr = os.Stderr
	output, err := process.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := process.Start(); err != nil {
		return nil, err
	}
	e := &emulator{env: map[string]string{}, process: process}
	if _, err := bufio.NewReader(output).ReadString('\n'); err != nil { // its first line comes when it is ready
		e.stop()
		return nil, err
	}
	text, err := os.ReadFile(path)
	if err != nil {
		e.stop()
		return nil, err
	}
	for _, line := range strings.Fields(string(text)) {
		name, value, _ := strings.Cut(line, "=")
		e.env[name] = strings.Trim(value, "'")
	}
	for name, value := range e.programEnv("full") {
		if err := os.Setenv(name, value); err != nil { // the examples read them
			return nil, err
		}
	}
	return e, nil
}

func (e *emulator) stop() {
	_ = e.process.Process.Signal(os.Interrupt)
	_ = e.process.Wait()
}

// programEnv is what a program finds in its environment that acts as this user of the bucket.
func (e *emulator) programEnv(user string) map[string]string {
	prefix := "EMULATOR_" + strings.ToUpper(user) + "_"
	return map[string]string{
		"LANGSMITH_ENDPOINT":     e.env["LANGSMITH_ENDPOINT"],
		"LANGSMITH_API_KEY":      e.env["LANGSMITH_API_KEY"],
		"LANGSMITH_WORKSPACE_ID": e.env["LANGSMITH_WORKSPACE_ID"],
		"AWS_ACCESS_KEY_ID":      e.env[prefix+"ACCESS_KEY_ID"],
		"AWS_SECRET_ACCESS_KEY":  e.env[prefix+"SECRET_ACCESS_KEY"],
		"NEW_ACCESS_KEY_ID":      e.env["EMULATOR_ROTATED_ACCESS_KEY_ID"],
		"NEW_SECRET_ACCESS_KEY":  e.env["EMULATOR_ROTATED_SECRET_ACCESS_KEY"],
		"BUCKET":                 e.env["EMULATOR_BUCKET"],
		"ENDPOINT":               e.env["EMULATOR_S3_ENDPOINT"],
	}
}

// ask sends a request that only the emulator knows, and reads its answer into answer, unless that is nil.
func (e *emulator) ask(t testing.TB, method, path string, body, answer any) {
	t.Helper()
	text, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	request, err := http.NewRequest(method, e.env["LANGSMITH_ENDPOINT"]+"/_emulator"+path, bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	request.Close = true
	reply, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer reply.Body.Close()
	if reply.StatusCode >= 400 {
		t.Fatal(method, path, reply.Status)
	}
	if answer != nil {
		if err := json.NewDecoder(reply.Body).Decode(answer); err != nil {
			t.Fatal(err)
		}
	}
}

// record is a request that the emulator was sent.
type record struct {
	Method    string
	Path      string
	RequestID string `json:"request_id"`
	Headers   [][2]string
	Body      json.RawMessage
}

func (e *emulator) requests(t testing.TB) []record {
	t.Helper()
	var records []record
	e.ask(t, "GET", "/requests", nil, &records)
	return records
}

// seen says where a text was seen, each place once.
func (e *emulator) seen(t testing.TB, text string) map[string]bool {
	t.Helper()
	var sightings []struct{ Places []string }
	e.ask(t, "POST", "/requests/search", map[string]string{"text": text}, &sightings)
	places := map[string]bool{}
	for _, sighting := range sightings {
		for _, place := range sighting.Places {
			places[place] = true
		}
	}
	return places
}

func (e *emulator) armFault(t testing.TB, fault map[string]any) {
	t.Helper()
	e.ask(t, "POST", "/faults", fault, nil)
}

func (e *emulator) credentials(user string) lsexport.Credentials {
	prefix := "EMULATOR_" + strings.ToUpper(user) + "_"
	id, secret := e.env[prefix+"ACCESS_KEY_ID"], lsexport.NewSecret(e.env[prefix+"SECRET_ACCESS_KEY"])
	if token, temporary := e.env[prefix+"SESSION_TOKEN"]; temporary {
		return lsexport.SessionCredentials(id, secret, lsexport.NewSecret(token))
	}
	return lsexport.StaticCredentials(id, secret)
}

// spec is a destination in AWS form with this user's credentials.
func (e *emulator) spec(user string) lsexport.DestinationSpec {
	return lsexport.DestinationSpec{
		DisplayName: "nightly",
		BucketName:  e.env["EMULATOR_BUCKET"],
		Region:      e.env["EMULATOR_REGION"],
		Prefix:      "traces",
		Credentials: e.credentials(user),
	}
}

// newClient makes a client that is closed when the test ends.
func newClient(t testing.TB, options ...lsexport.Option) *lsexport.Client {
	t.Helper()
	client, err := lsexport.NewClient(options...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Close() })
	return client
}

// emulated resets the emulator and makes a client for it.
func emulated(t testing.TB, options ...lsexport.Option) *lsexport.Client {
	t.Helper()
	langsmith.ask(t, "POST", "/reset", nil, nil)
	return newClient(t, append([]lsexport.Option{lsexport.FromEnvironment()}, options...)...)
}
