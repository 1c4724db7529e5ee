// SPDX-License-Identifier: MIT

//go:build !go1.21

package lsexport

import "context"

// whenDone acts once the context is done, unless it was stopped before.
func whenDone(ctx context.Context, act func()) (stop func()) {
	stopped := make(chan struct{})
	go func() {
		select {
		case <-ctx.Done():
			act()
		case <-stopped:
		}
	}()
	return func() { close(stopped) }
}
