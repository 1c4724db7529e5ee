// SPDX-License-Identifier: MIT

package lsexport

/*
#include <lsexport/lsexport.h>
*/
import "C"

import (
	"context"
	"runtime"
	"runtime/cgo"
)

// Client is a connection to one LangSmith API with one key. Any number of goroutines may use it at once. It holds
// connections until Close.
type Client struct {
	queue *queue
}

// NewClient makes a client and sends nothing. Fails with [ErrValidation], which names every option that is wrong, and
// with [ErrUnsupported] when the C library or its libcurl is too old.
func NewClient(options ...Option) (*Client, error) {
	if err := checkLibrary(); err != nil {
		return nil, err
	}
	var config config
	if err := statusError(C.lsexport_config_new(&config.c)); err != nil {
		return nil, err
	}
	defer C.lsexport_config_free(config.c)
	for _, option := range options {
		option(&config)
	}
	var handle cgo.Handle
	if config.sink != nil {
		handle = config.sink.attach(config.c)
	}
	var client *C.lsexport_client
	var failure *C.lsexport_error
	if C.lsexport_client_new(config.c, &client, &failure) != C.LSEXPORT_OK {
		if config.sink != nil {
			handle.Delete()
		}
		return nil, takeError(failure, nil)
	}
	queue, err := newQueue(client, config.sink, handle)
	if err != nil {
		return nil, err
	}
	made := &Client{queue}
	closeWhenLost(made)
	return made, nil
}

// Close ends the calls in flight, which fail with [ErrClosed] in their chain, and lets go of all that the client holds.
// It does not wait, may be called any number of times, and returns nil.
func (c *Client) Close() error {
	c.queue.close()
	return nil
}

// CallOption sets something of one call.
type CallOption func(*callOptions)

type callOptions struct{ c *C.lsexport_call }

// InWorkspace makes the call in this workspace, in place of the client's.
func InWorkspace(id string) CallOption {
	return func(call *callOptions) { C.lsexport_call_set_workspace_id(call.c, cText(id)) }
}

// CreateDestination creates a destination; LangSmith writes a test object to the bucket first, which can take minutes.
// It sends one request at most. When it fails with [AppliedUnknown], call EnsureDestination.
func (c *Client) CreateDestination(ctx context.Context, spec DestinationSpec, options ...CallOption) (*Destination, error) {
	s, err := spec.toC()
	if err != nil {
		return nil, err
	}
	defer C.lsexport_destination_spec_free(s)
	return c.one(ctx, options, func(call *C.lsexport_call, failure **C.lsexport_error) C.lsexport_status {
		return C.lsexport_destination_create(c.queue.client, s, call, nil, failure)
	})
}

// EnsureDestination adopts an equal destination (same display name and configuration; credentials are not compared), or
// creates it. It is the call to prefer, and the way back from a create whose answer was lost.
func (c *Client) EnsureDestination(ctx context.Context, spec DestinationSpec, options ...CallOption) (*Destination, error) {
	s, err := spec.toC()
	if err != nil {
		return nil, err
	}
	defer C.lsexport_destination_spec_free(s)
	return c.one(ctx, options, func(call *C.lsexport_call, failure **C.lsexport_error) C.lsexport_status {
		return C.lsexport_destination_ensure(c.queue.client, s, call, nil, failure)
	})
}

// GetDestination reads one destination.
func (c *Client) GetDestination(ctx context.Context, id string, options ...CallOption) (*Destination, error) {
	return c.one(ctx, options, func(call *C.lsexport_call, failure **C.lsexport_error) C.lsexport_status {
		return C.lsexport_destination_get(c.queue.client, cText(id), call, nil, failure)
	})
}

// ListDestinations reads all destinations of the workspace, in the server's order.
func (c *Client) ListDestinations(ctx context.Context, options ...CallOption) ([]*Destination, error) {
	var destinations []*Destination
	err := c.queue.do(ctx, options, func(call *C.lsexport_call, failure **C.lsexport_error) C.lsexport_status {
		return C.lsexport_destination_list(c.queue.client, call, nil, failure)
	}, func(done *C.lsexport_completion) {
		destinations = newDestinations(C.lsexport_completion_destinations(done))
	})
	runtime.KeepAlive(c)
	return destinations, err
}

// PatchDestination replaces the credentials. LangSmith tries the new ones first, and keeps the old ones when they fail.
// Exports that run go on with the old ones: see [OldCredentialsNeeded].
func (c *Client) PatchDestination(ctx context.Context, id string, credentials Credentials,
	options ...CallOption) (*Destination, error) {
	new, err := credentials.toC()
	if err != nil {
		return nil, err
	}
	defer C.lsexport_credentials_free(new)
	return c.one(ctx, options, func(call *C.lsexport_call, failure **C.lsexport_error) C.lsexport_status {
		return C.lsexport_destination_patch(c.queue.client, cText(id), new, call, nil, failure)
	})
}

// DeleteDestination deletes a destination. Fails with [ErrInUse] when an export, running or finished, refers to it.
func (c *Client) DeleteDestination(ctx context.Context, id string, options ...CallOption) error {
	err := c.queue.do(ctx, options, func(call *C.lsexport_call, failure **C.lsexport_error) C.lsexport_status {
		return C.lsexport_destination_delete(c.queue.client, cText(id), call, failure)
	}, func(*C.lsexport_completion) {})
	runtime.KeepAlive(c)
	return err
}

// one makes a call that comes back with a destination.
func (c *Client) one(ctx context.Context, options []CallOption, submit submission) (*Destination, error) {
	var destination *Destination
	err := c.queue.do(ctx, options, submit, func(done *C.lsexport_completion) {
		destination = newDestination(C.lsexport_completion_destination(done))
	})
	runtime.KeepAlive(c)
	return destination, err
}
