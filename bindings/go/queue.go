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
	"sync"
	"sync/atomic"
	"time"
)

// queue is one queue of the C library and its client. The calls advance while a thread waits in C: one of the
// goroutines that have a call in the queue leads, and waits there for all. The others wait for their channels, and hold
// no thread. Who has got its completion passes the lead on. So a lone call costs little more than a blocking one.
type queue struct {
	client *C.lsexport_client
	c      *C.lsexport_queue
	sink   *logSink // nil without a log
	handle cgo.Handle

	mu      sync.Mutex // over what follows, and whatever else uses c but the waiting
	closed  bool
	led     bool   // somebody leads: so it is while anybody waits
	lastID  uint64 // ids are never used again
	waiting map[uint64]chan turn
}

// turn is what a waiting goroutine gets: its completion, or nothing, which is the lead.
type turn struct {
	ended *C.lsexport_completion
	batch *batch // that ended is one of
}

// batch is freed when all of its completions have been looked at.
type batch struct {
	c    *C.lsexport_completions
	left int32
}

func (b *batch) release() {
	if atomic.AddInt32(&b.left, -1) == 0 {
		C.lsexport_completions_free(b.c)
	}
}

// newQueue takes over the client and the log.
func newQueue(client *C.lsexport_client, sink *logSink, handle cgo.Handle) (*queue, error) {
	q := &queue{client: client, sink: sink, handle: handle, waiting: map[uint64]chan turn{}}
	var failure *C.lsexport_error
	if C.lsexport_queue_new(client, &q.c, &failure) != C.LSEXPORT_OK {
		q.free()
		return nil, takeError(failure, nil)
	}
	return q, nil
}

// free is for who finds the queue closed and nobody waiting.
func (q *queue) free() {
	C.lsexport_queue_free(q.c)
	C.lsexport_client_free(q.client)
	if q.sink != nil {
		q.handle.Delete()
	}
}

// submission makes one call of the C library, with NULL for its outputs.
type submission func(call *C.lsexport_call, failure **C.lsexport_error) C.lsexport_status

// do submits a call, waits until it has ended, and gives its completion to use, unless it failed.
func (q *queue) do(ctx context.Context, options []CallOption, submit submission, use func(*C.lsexport_completion)) error {
	if err := ctx.Err(); err != nil {
		return contextError(err)
	}
	if q.sink != nil {
		defer q.sink.flush()
	}
	id, turns, err := q.submit(ctx, options, submit)
	if err != nil {
		return err
	}
	if ctx.Done() != nil {
		defer whenDone(ctx, func() { q.contextDone(ctx, id) })()
	}
	got := <-turns
	for got.ended == nil {
		q.lead(turns)
		got = <-turns
	}
	defer got.batch.release()
	if C.lsexport_completion_status(got.ended) != C.LSEXPORT_OK {
		return newError(C.lsexport_completion_error(got.ended), ctx.Err())
	}
	use(got.ended)
	return nil
}

func (q *queue) submit(ctx context.Context, options []CallOption, submit submission) (uint64, <-chan turn, error) {
	q.mu.Lock() // a goroutine that waits here holds no thread, as it would for a lock of C
	defer q.mu.Unlock()
	if q.closed {
		return 0, nil, closedError()
	}
	q.lastID++
	call, err := q.newCall(ctx, options, q.lastID)
	if err != nil {
		return 0, nil, err
	}
	defer C.lsexport_call_free(call)
	var failure *C.lsexport_error
	if submit(call, &failure) != C.LSEXPORT_OK {
		return 0, nil, takeError(failure, nil)
	}
	turns := make(chan turn, 1)
	q.waiting[q.lastID] = turns
	if !q.led {
		q.passOn()
	}
	return q.lastID, turns, nil
}

func (q *queue) newCall(ctx context.Context, options []CallOption, id uint64) (*C.lsexport_call, error) {
	var call *C.lsexport_call
	if err := statusError(C.lsexport_call_new(&call)); err != nil {
		return nil, err
	}
	C.lsexport_call_set_queue(call, q.c, C.uint64_t(id))
	if deadline, ok := ctx.Deadline(); ok {
		left := milliseconds(time.Until(deadline))
		if left < 0 {
			left = 0
		}
		C.lsexport_call_set_timeout_ms(call, C.int64_t(left+1)) // C's clock shows whole milliseconds: never before Go's
	}
	for _, option := range options {
		option(&callOptions{call})
	}
	return call, nil
}

// passOn gives the lead to somebody who waits, under the lock.
func (q *queue) passOn() {
	q.led = false
	for _, turns := range q.waiting {
		turns <- turn{} // has room for it: nobody has two turns
		q.led = true
		return
	}
}

// lead lets all calls advance until the own one has ended.
func (q *queue) lead(own <-chan turn) {
	for len(own) == 0 {
		q.collect()
		runtime.Gosched() // who has got something goes on before this thread waits again
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	q.passOn()
	if q.closed && !q.led {
		q.free()
	}
}

// collect waits until a call has ended, and hands out all that have.
func (q *queue) collect() {
	var ended *C.lsexport_completions
	if C.lsexport_queue_wait(q.c, -1, nil, &ended, nil) != C.LSEXPORT_OK {
		time.Sleep(time.Millisecond) // no memory: nothing is lost, and there may be some again
	}
	count := C.lsexport_completions_count(ended)
	of := &batch{ended, int32(count)}
	q.mu.Lock()
	defer q.mu.Unlock()
	for i := C.size_t(0); i < count; i++ {
		one := C.lsexport_completions_at(ended, i)
		id := uint64(C.lsexport_completion_id(one))
		q.waiting[id] <- turn{one, of}
		delete(q.waiting, id)
	}
}

// contextDone: a deadline that C knows ends the call by itself, as a timeout.
func (q *queue) contextDone(ctx context.Context, id uint64) {
	if _, known := ctx.Deadline(); known && ctx.Err() == context.DeadlineExceeded {
		return
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	if _, waits := q.waiting[id]; waits { // else the queue may be freed
		C.lsexport_queue_cancel(q.c, C.uint64_t(id))
	}
}

func (q *queue) close() {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.closed {
		return
	}
	q.closed = true
	C.lsexport_queue_close(q.c)
	if !q.led {
		q.free()
	}
}
