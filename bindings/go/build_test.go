// SPDX-License-Identifier: MIT

package lsexport_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// run gives what the command prints, and whether it succeeded.
func run(t *testing.T, folder string, env []string, name string, arguments ...string) (string, bool) {
	t.Helper()
	command := exec.Command(name, arguments...)
	command.Dir = folder
	command.Env = append(os.Environ(), env...)
	output, err := command.CombinedOutput()
	return string(output), err == nil
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// blocks are the README's blocks of code in this language.
func blocks(t *testing.T, language string) []string {
	t.Helper()
	var texts []string
	for _, one := range regexp.MustCompile("(?ms)^```"+language+"\n(.*?)^```$").FindAllStringSubmatch(read(t, "README.md"), -1) {
		texts = append(texts, one[1])
	}
	return texts
}

// readmeProgram does what the README says in a new folder, up to where the program is run.
func readmeProgram(t *testing.T) (folder string) {
	t.Helper()
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	parent := t.TempDir()
	folder = filepath.Join(parent, "program")
	if err := os.Mkdir(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(root, filepath.Join(parent, "liblsexport")); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(folder, "main.go"), blocks(t, "go")[0])
	if output, ok := run(t, folder, []string{"GOPROXY=off"}, "sh", "-ec", blocks(t, "sh")[0]); !ok {
		t.Fatal(output)
	}
	return folder
}

func TestReadmeProgram(t *testing.T) {
	emulated(t)
	folder := readmeProgram(t)
	output, ok := run(t, folder, nil, "sh", "-ec", blocks(t, "sh")[1])
	if !ok || !regexp.MustCompile(`^ensured ([0-9a-f-]{36})\nrotated ([0-9a-f-]{36})\n$`).MatchString(output) {
		t.Fatal(output)
	}
	var methods []string
	for _, request := range langsmith.requests(t) {
		methods = append(methods, request.Method)
	}
	if got := strings.Join(methods, " "); strings.Count(got, "POST") != 1 || !strings.HasSuffix(got, " PATCH") {
		t.Error(got)
	}

	// The same program, when an older library is loaded.
	old := t.TempDir()
	write(t, filepath.Join(old, "old.c"), "int lsexport_abi_level(void) { return 0; }\n")
	if output, ok := run(t, old, nil, "cc", "-shared", "-fPIC", "-o", "old.so", "old.c"); !ok {
		t.Fatal(output)
	}
	if output, ok := run(t, folder, nil, "go", "build", "-o", "program", "."); !ok {
		t.Fatal(output)
	}
	output, ok = run(t, folder, []string{"LD_PRELOAD=" + filepath.Join(old, "old.so")}, "./program")
	if ok || !strings.Contains(output, "with ABI level 0; level 1 is needed") {
		t.Error(output)
	}
}

func TestHeadersThatAreTooOld(t *testing.T) {
	folder := t.TempDir()
	include := filepath.Join(folder, "lsexport")
	if err := os.Mkdir(include, 0o700); err != nil {
		t.Fatal(err)
	}
	level := regexp.MustCompile(`(#define LSEXPORT_ABI_LEVEL) \d+`)
	for name, text := range headers(t) {
		write(t, filepath.Join(include, name), level.ReplaceAllString(text, "$1 0"))
	}
	write(t, filepath.Join(folder, "lsexport.pc"), "Name: lsexport\nDescription: old\nVersion: 0\nCflags: -I"+folder+"\n")
	// Go's cache does not know what pkg-config says, but it knows the flags of the environment.
	output, ok := run(t, ".", []string{"PKG_CONFIG_PATH=" + folder, "CGO_CFLAGS=-I" + folder}, "go", "build", ".")
	if ok || !strings.Contains(output, "the headers of liblsexport are too old for this version of the Go package") {
		t.Error(output)
	}
}
