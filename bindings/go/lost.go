// SPDX-License-Identifier: MIT

//go:build !go1.24

package lsexport

import "runtime"

// closeWhenLost is a net for programs that forget Close. Nothing but the program holds a Client.
func closeWhenLost(client *Client) {
	runtime.SetFinalizer(client, func(lost *Client) { lost.queue.close() })
}
