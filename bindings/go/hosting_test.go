// SPDX-License-Identifier: MIT

package lsexport_test

import (
	"strconv"
	"testing"
)

// Go's poller hosts the library's descriptor, though this package has no need of it.
func TestHosting(t *testing.T) {
	const calls = 1000
	server := startServer(t, always(replyJSON(200, destination)))
	output, ok := run(t, ".", nil, "go", "run", "./internal/hosting", server.url, destinationID, strconv.Itoa(calls))
	if !ok || output != strconv.Itoa(calls)+"\n" {
		t.Fatalf("hosting: %v, %s", ok, output)
	}
	if len(server.requests) != calls {
		t.Errorf("%d requests of %d calls", len(server.requests), calls)
	}
}
