// SPDX-License-Identifier: MIT

package lsexport_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"regexp"
	"sort"
	"strconv"
	"strings"
	"testing"
	"time"

	"lsexport.local/lsexport"
)

// notBound are the functions of C that the package does without, and why.
var notBound = map[string]string{
	"lsexport_cancel_new":                  "a call of a queue is cancelled by its id",
	"lsexport_cancel_trigger":              "a call of a queue is cancelled by its id",
	"lsexport_cancel_is_triggered":         "a call of a queue is cancelled by its id",
	"lsexport_cancel_free":                 "a call of a queue is cancelled by its id",
	"lsexport_call_set_cancel":             "a call of a queue is cancelled by its id",
	"lsexport_call_set_tick":               "a queue takes none, and contexts do what it is for",
	"lsexport_config_set_from_environment": "it must not run beside os.Setenv of another goroutine: FromEnvironment asks Go",
	"lsexport_error_fact":                  "it tells one by name; lsexport_error_json has them all",
	"lsexport_queue_descriptor":            "a goroutine that has a call waits in C",
	"lsexport_queue_count":                 "the map of waiting goroutines knows",
	"lsexport_destination_copy":            "everything is copied into Go at once",
	"lsexport_destination_free":            "no call of a queue hands one out",
	"lsexport_destinations_free":           "no call of a queue hands one out",
}

// source is the package's own files, as one text.
func source(t *testing.T) string {
	t.Helper()
	paths, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	var all strings.Builder
	for _, path := range paths {
		if !strings.HasSuffix(path, "_test.go") {
			all.WriteString(read(t, path))
		}
	}
	return all.String()
}

func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// headers are the texts of the installed headers that the package was built with, by their names.
func headers(t *testing.T) map[string]string {
	t.Helper()
	folder, err := exec.Command("pkg-config", "--variable=includedir", "lsexport").Output()
	if err != nil {
		t.Fatal(err)
	}
	paths, err := filepath.Glob(filepath.Join(strings.TrimSpace(string(folder)), "lsexport", "*.h"))
	if err != nil || len(paths) < 7 {
		t.Fatal(paths, err)
	}
	texts := map[string]string{}
	for _, path := range paths {
		texts[filepath.Base(path)] = read(t, path)
	}
	return texts
}

// header is all headers as one text.
func header(t *testing.T) string {
	t.Helper()
	var all strings.Builder
	for _, text := range headers(t) {
		all.WriteString(text)
	}
	return all.String()
}

func TestEveryFunctionIsBoundOrSaidWhyNot(t *testing.T) {
	ours := source(t)
	declared := regexp.MustCompile(`(?m)^LSEXPORT_API [^;(]*?(lsexport_\w+)\(`).FindAllStringSubmatch(header(t), -1)
	if len(declared) < 120 {
		t.Fatal(len(declared), "functions")
	}
	for _, one := range declared {
		name := one[1]
		called := regexp.MustCompile(`\b` + name + `\(`).MatchString(ours)
		if called == (notBound[name] != "") {
			t.Errorf("%s: called: %v, excused: %q", name, called, notBound[name])
		}
	}
}

func TestEveryConstantIsThere(t *testing.T) {
	ours := source(t)
	given := map[string]string{} // the names of Go's constants in C's way, to their values
	for _, one := range regexp.MustCompile(`(?m)^\t(\w+) +\w+ += (\d+)$`).FindAllStringSubmatch(ours, -1) {
		given[strings.ToUpper(one[1])] = one[2]
	}
	kinds := `(ERR|CAUSE|SIDE|APPLIED|ADDRESSING|US_EAST_1|SEVERITY|NEED|VERDICT|OUTCOME)`
	wanted := regexp.MustCompile(`\bLSEXPORT_(`+kinds+`_\w+) = (\d+)`).FindAllStringSubmatch(header(t), -1)
	if len(wanted) < 80 {
		t.Fatal(len(wanted), "constants")
	}
	for _, one := range wanted {
		if name := strings.ReplaceAll(one[1], "_", ""); given[name] != one[3] {
			t.Errorf("%s is %s in C and %q in Go", one[1], one[3], given[name])
		}
	}
}

func TestCodesAndCausesHaveNames(t *testing.T) {
	for _, code := range lsexport.Codes() {
		if !strings.HasPrefix(code.Name(), "LSEXPORT_ERR_") || code.Error() == "" {
			t.Error(int(code), code.Name(), code)
		}
	}
	for _, cause := range lsexport.Causes() {
		if !strings.HasPrefix(cause.Name(), "LSEXPORT_CAUSE_") || (cause.String() == "") != (cause == lsexport.CauseNone) {
			t.Error(int(cause), cause.Name(), cause)
		}
	}
}

func TestEveryOptionHasAFunction(t *testing.T) {
	set := map[string]bool{}
	for _, one := range regexp.MustCompile(`with(?:Text|Number|Duration|Bool|Secret)\("(\w+)"`).FindAllStringSubmatch(source(t), -1) {
		set[one[1]] = true
	}
	there := map[string]bool{}
	for _, option := range lsexport.Options() {
		there[option.Key] = true
		if option.Type == "" || option.Text == "" || (option.Type == "integer") != (option.Maximum > option.Minimum) {
			t.Errorf("%+v", option)
		}
		if option.Secret != strings.HasSuffix(option.Key, "password") {
			t.Errorf("%+v", option)
		}
	}
	if !reflect.DeepEqual(set, there) {
		t.Errorf("functions for %v, options %v", set, there)
	}
}

func TestNoTypeOfCIsInTheAPI(t *testing.T) {
	text, err := exec.Command("go", "doc", "-all", ".").CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	if !strings.Contains(string(text), "func NewClient(options ...Option) (*Client, error)") {
		t.Errorf("%s", text)
	}
	if found := regexp.MustCompile(`.*(\bC\.\w|_Ctype_|unsafe\.Pointer).*`).FindAllString(string(text), -1); found != nil {
		t.Error(strings.Join(found, "\n"))
	}
}

func TestVersions(t *testing.T) {
	if !regexp.MustCompile(`^\d+\.\d+\.\d+`).MatchString(lsexport.Version()) {
		t.Error(lsexport.Version())
	}
	if details := lsexport.VersionDetails(); !strings.Contains(details, lsexport.Version()) || !strings.Contains(details, "curl") {
		t.Error(details)
	}
	needed := regexp.MustCompile(`LSEXPORT_OLD_CREDENTIALS_NEEDED_MS (\d+)`).FindStringSubmatch(header(t))
	if milliseconds := strconv.FormatInt(lsexport.OldCredentialsNeeded.Milliseconds(), 10); needed[1] != milliseconds {
		t.Error(needed[1], milliseconds)
	}
}

func TestBadOptionsAreToldAtOnce(t *testing.T) {
	_, err := lsexport.NewClient(
		lsexport.WithAPIRoot("http://192.0.2.1\x00"), lsexport.WithAPIKey(lsexport.NewSecret("two\nlines")),
		lsexport.WithWorkspaceID("nightly"), lsexport.WithTimeout(-time.Second), lsexport.WithMaxAttempts(100),
		lsexport.WithCAFile("/nonexistent"), lsexport.WithProxy("a b"))
	var paths []string
	for _, field := range failed(t, err, lsexport.ErrValidation).Fields {
		paths = append(paths, field.Path)
	}
	sort.Strings(paths)
	if want := []string{"api_key", "api_root", "ca_file", "max_attempts", "proxy", "timeout_ms", "workspace_id"}; !reflect.DeepEqual(paths, want) {
		t.Error(paths)
	}
}
