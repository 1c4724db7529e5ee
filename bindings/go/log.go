// SPDX-License-Identifier: MIT

package lsexport

/*
#include <lsexport/lsexport.h>

extern void lsexportGoLog(uintptr_t userdata, char *line, size_t length);
*/
import "C"

import (
	"runtime/cgo"
	"sync"
	"unsafe"
)

// logSink hands what the C library logs to a goroutine: a log function may take its time and close the client, and may
// do neither beneath C frames.
type logSink struct {
	write func(line string)

	mu      sync.Mutex // over what follows
	changed *sync.Cond
	lines   []string
	added   uint64
	written uint64 // as long as it is less than added, a goroutine writes
}

func newLogSink(write func(line string)) *logSink {
	s := &logSink{write: write}
	s.changed = sync.NewCond(&s.mu)
	return s
}

// attach makes the config's log go to the sink. The handle is to be deleted after the client.
func (s *logSink) attach(config *C.lsexport_config) cgo.Handle {
	handle := cgo.NewHandle(s)
	C.lsexport_config_set_log(config, C.lsexport_log_fn(C.lsexportGoLog), C.uintptr_t(handle))
	return handle
}

//export lsexportGoLog
func lsexportGoLog(userdata C.uintptr_t, line *C.char, length C.size_t) {
	sink := cgo.Handle(userdata).Value().(*logSink)
	sink.add(string(unsafe.Slice((*byte)(unsafe.Pointer(line)), length)))
}

func (s *logSink) add(line string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lines = append(s.lines, line)
	if s.added == s.written {
		go s.writeAll()
	}
	s.added++
}

func (s *logSink) writeAll() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for len(s.lines) > 0 {
		lines := s.lines
		s.lines = nil
		s.mu.Unlock()
		for _, line := range lines {
			s.write(line)
		}
		s.mu.Lock()
		s.written += uint64(len(lines))
		s.changed.Broadcast()
	}
}

// flush returns when all lines that were added so far are written.
func (s *logSink) flush() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for added := s.added; s.written < added; {
		s.changed.Wait()
	}
}
