// SPDX-License-Identifier: MIT

//go:build go1.23

package lsexport_test

import (
	"testing"

	"lsexport.local/lsexport"
)

func TestDestinationsAsALoop(t *testing.T) {
	s := startServer(t, func(number int, _ request) []byte {
		if number <= 2 {
			return replyJSON(200, "["+destination+","+destination+"]")
		}
		return replyJSON(403, "{}")
	})
	client := clientOf(t, s)
	turns := 0
	for one, err := range client.Destinations(background) {
		if err != nil || one.ID != destinationID {
			t.Error(one, err)
		}
		turns++
	}
	for range client.Destinations(background) {
		turns++
		break
	}
	for one, err := range client.Destinations(background) {
		if failed(t, err, lsexport.ErrForbidden); one != nil {
			t.Error(one)
		}
		turns++
	}
	if turns != 4 {
		t.Error(turns)
	}
}
