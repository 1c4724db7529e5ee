// SPDX-License-Identifier: MIT

package lsexport_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"testing"
	"time"

	"lsexport.local/lsexport"
)

const (
	apiKey        = "lsv2_pt_canary_3d5c_api_key"
	destinationID = "0a91a355-8a88-422c-9546-72c183b95b51"
	destination   = `{"destination_type":"s3","display_name":"nightly","config":{"endpoint_url":null,"prefix":"traces",` +
		`"bucket_name":"my-bucket","region":"us-east-1","s3_additional_kwargs":null,"config_kwargs_s3":null,` +
		`"include_bucket_in_prefix":true,"aws_role_arn":null},"id":"` + destinationID + `",` +
		`"tenant_id":"4bf41bb8-1111-4222-8333-944444444444","created_at":"2026-11-24T06:00:01.250000+00:00",` +
		`"updated_at":"2026-11-24T06:00:01.250000+00:00","credentials_keys":["access_key_id","secret_access_key"]}`
)

// patience is how long a test waits for what must come; nothing is measured by it.
const patience = 30 * time.Second

// request is one that a server was sent.
type request struct {
	Method, Path string
	Header       http.Header
	Body         []byte
}

// server answers request after request as its script says, byte by byte.
type server struct {
	url      string
	requests chan request  // all that came, in order
	closed   chan struct{} // one for each connection that the other side closed
}

// script says what is sent for a request; a nil reply stays silent, an empty one ends the connection.
type script func(number int, got request) []byte

func startServer(t testing.TB, answer script) *server {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &server{url: "http://" + listener.Addr().String(), requests: make(chan request, 1<<16), closed: make(chan struct{}, 1<<16)}
	var handlers sync.WaitGroup
	handlers.Add(1)
	var lock sync.Mutex // over what follows
	number := 0
	connections := map[net.Conn]bool{}
	next := func(got request) int {
		lock.Lock()
		defer lock.Unlock()
		s.requests <- got
		number++
		return number
	}
	go func() {
		defer handlers.Done()
		for {
			connection, err := listener.Accept()
			if err != nil {
				return
			}
			lock.Lock()
			connections[connection] = true
			lock.Unlock()
			handlers.Add(1)
			go func() {
				defer handlers.Done()
				defer connection.Close()
				s.serve(connection, next, answer)
			}()
		}
	}()
	t.Cleanup(func() {
		_ = listener.Close()
		lock.Lock()
		for connection := range connections {
			_ = connection.Close()
		}
		lock.Unlock()
		handlers.Wait()
	})
	return s
}

func (s *server) serve(connection net.Conn, next func(request) int, answer script) {
	reader := bufio.NewReader(connection)
	for {
		got, err := http.ReadRequest(reader)
		if err != nil {
			s.closed <- struct{}{}
			return
		}
		body, err := io.ReadAll(got.Body)
		if err != nil {
			return
		}
		seen := request{got.Method, got.URL.RequestURI(), got.Header, body}
		reply := answer(next(seen), seen)
		if reply != nil && len(reply) == 0 {
			return
		}
		if _, err := connection.Write(reply); err != nil {
			return
		}
	}
}

// reply is an answer's bytes.
func reply(status int, headers map[string]string, body string) []byte {
	text := fmt.Sprintf("HTTP/1.1 %d Status\r\nContent-Length: %d\r\n", status, len(body))
	for name, value := range headers {
		text += name + ": " + value + "\r\n"
	}
	return []byte(text + "\r\n" + body)
}

func replyJSON(status int, body string) []byte {
	return reply(status, map[string]string{"Content-Type": "application/json"}, body)
}

// always answers each request alike.
func always(answer []byte) script { return func(int, request) []byte { return answer } }

// silence never answers.
func silence(int, request) []byte { return nil }

// clientOf makes a client for the server.
func clientOf(t testing.TB, s *server, options ...lsexport.Option) *lsexport.Client {
	t.Helper()
	own := []lsexport.Option{lsexport.WithAPIRoot(s.url), lsexport.WithAPIKey(lsexport.NewSecret(apiKey))}
	return newClient(t, append(own, options...)...)
}

// awsSpec is a destination in AWS form.
func awsSpec() lsexport.DestinationSpec {
	return lsexport.DestinationSpec{
		DisplayName: "nightly",
		BucketName:  "my-bucket",
		Region:      "us-east-1",
		Prefix:      "traces",
		Credentials: lsexport.StaticCredentials("AKIAVECTORVECTOR0001", lsexport.NewSecret("vector-secret-access-key-0001")),
	}
}

// received waits for something that must come.
func received[T any](t testing.TB, from <-chan T, what string) T {
	t.Helper()
	select {
	case got := <-from:
		return got
	case <-time.After(patience):
		t.Fatal(what, "did not come")
		panic("not reached")
	}
}
