// SPDX-License-Identifier: MIT

// Hosting makes gets of one destination on a queue whose descriptor Go's own poller watches, as any event loop may. The
// package has no need of it: a goroutine that waits in C for all costs less. A test shows that it can be done.
//
//	hosting BASE_URL DESTINATION_ID COUNT
//
// It prints how many calls ended well.
package main

/*
#cgo pkg-config: lsexport
#include <lsexport/lsexport.h>
#include <stdlib.h>
*/
import "C"

import (
	"fmt"
	"log"
	"os"
	"strconv"
	"syscall"
	"unsafe"
)

func main() {
	if len(os.Args) != 4 {
		log.Fatal("usage: hosting BASE_URL DESTINATION_ID COUNT")
	}
	count, err := strconv.Atoi(os.Args[3])
	if err != nil {
		log.Fatal(err)
	}
	client := newClient(os.Args[1])
	defer C.lsexport_client_free(client)
	var queue *C.lsexport_queue
	must(C.lsexport_queue_new(client, &queue, nil))
	defer C.lsexport_queue_free(queue)
	submit(client, queue, os.Args[2], count)
	fmt.Println(host(queue))
}

func must(status C.lsexport_status) {
	if status != C.LSEXPORT_OK {
		log.Fatal(C.GoString(C.lsexport_status_name(status)))
	}
}

func newClient(root string) *C.lsexport_client {
	key, value, apiKey := C.CString("api_root"), C.CString(root), C.CString("lsv2_pt_hosting")
	defer C.free(unsafe.Pointer(key))
	defer C.free(unsafe.Pointer(value))
	defer C.free(unsafe.Pointer(apiKey))
	var config *C.lsexport_config
	var client *C.lsexport_client
	must(C.lsexport_config_new(&config))
	defer C.lsexport_config_free(config)
	C.lsexport_config_set(config, key, value)
	C.lsexport_config_set_api_key(config, apiKey, C.LSEXPORT_NUL_TERMINATED)
	must(C.lsexport_client_new(config, &client, nil))
	return client
}

func submit(client *C.lsexport_client, queue *C.lsexport_queue, id string, count int) {
	text := C.CString(id)
	defer C.free(unsafe.Pointer(text))
	var call *C.lsexport_call
	must(C.lsexport_call_new(&call))
	defer C.lsexport_call_free(call)
	for number := 0; number < count; number++ {
		C.lsexport_call_set_queue(call, queue, C.uint64_t(number))
		must(C.lsexport_destination_get(client, text, call, nil, nil))
	}
}

// host lets Go's poller wait for a copy of the descriptor, which Go closes, until the queue is empty.
func host(queue *C.lsexport_queue) (fine int) {
	descriptor, err := syscall.Dup(int(C.lsexport_queue_descriptor(queue)))
	if err != nil {
		log.Fatal(err)
	}
	file := os.NewFile(uintptr(descriptor), "queue") // O_NONBLOCK is the descriptor's own, so the poller takes it
	defer file.Close()
	connection, err := file.SyscallConn()
	if err != nil {
		log.Fatal(err)
	}
	err = connection.Read(func(uintptr) bool {
		for more := true; more; { // the poller tells of edges: until nothing is left
			var ended int
			ended, more = take(queue)
			fine += ended
		}
		return C.lsexport_queue_count(queue) == 0
	})
	if err != nil {
		log.Fatal(err)
	}
	return fine
}

// take hands out what has ended: how many ended well, and whether there was anything.
func take(queue *C.lsexport_queue) (fine int, any bool) {
	var ended *C.lsexport_completions
	must(C.lsexport_queue_wait(queue, 0, nil, &ended, nil))
	defer C.lsexport_completions_free(ended)
	count := C.lsexport_completions_count(ended)
	for i := C.size_t(0); i < count; i++ {
		if C.lsexport_completion_status(C.lsexport_completions_at(ended, i)) == C.LSEXPORT_OK {
			fine++
		}
	}
	return fine, count > 0
}
