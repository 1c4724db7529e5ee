// SPDX-License-Identifier: MIT

//go:build go1.23

package lsexport

import (
	"context"
	"iter"
)

// Destinations makes ListDestinations a loop; the last turn has the error, if there is one.
func (c *Client) Destinations(ctx context.Context, options ...CallOption) iter.Seq2[*Destination, error] {
	return func(yield func(*Destination, error) bool) {
		destinations, err := c.ListDestinations(ctx, options...)
		for _, destination := range destinations {
			if !yield(destination, nil) {
				return
			}
		}
		if err != nil {
			yield(nil, err)
		}
	}
}
