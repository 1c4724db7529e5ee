// SPDX-License-Identifier: MIT

package lsexport_test

import (
	"bytes"
	"context"
	"errors"
	"net"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"lsexport.local/lsexport"
)

// promised is how soon a call that is canceled ends, and stalled the least time that a call would take otherwise: what
// took ten times as long as promised was not canceled in time.
const (
	promised = 100 * time.Millisecond
	stalled  = 10 * promised
)

// endsSoon makes a call in a goroutine, ends it by end once begun says so, and gives its error.
func endsSoon(t *testing.T, call func() error, begun func(), end func()) error {
	t.Helper()
	ended := make(chan error, 1)
	go func() { ended <- call() }()
	begun()
	from := time.Now()
	end()
	err := received(t, ended, "the end of the call")
	if took := time.Since(from); took > stalled {
		t.Errorf("took %v", took)
	}
	return err
}

func TestCancelWhileTheServerIsSilent(t *testing.T) {
	s := startServer(t, silence)
	client := clientOf(t, s)
	ctx, cancel := context.WithCancel(background)
	err := endsSoon(t, func() error {
		_, err := client.CreateDestination(ctx, awsSpec())
		return err
	}, func() { received(t, s.requests, "the request") }, cancel)
	failure := failed(t, err, lsexport.ErrCancelled)
	if !errors.Is(err, context.Canceled) || errors.Is(err, lsexport.ErrClosed) || failure.Applied != lsexport.AppliedUnknown {
		t.Errorf("%+v", failure)
	}
	received(t, s.closed, "the end of the connection")
}

func TestCancelWhileWaitingToTryAgain(t *testing.T) {
	s := startServer(t, always(reply(429, map[string]string{"Retry-After": "20"}, "")))
	retries := make(chan string, 10)
	client := clientOf(t, s, lsexport.WithLog(func(line string) {
		if strings.Contains(line, `"retry"`) {
			retries <- line
		}
	}))
	ctx, cancel := context.WithCancel(background)
	err := endsSoon(t, func() error {
		_, err := client.ListDestinations(ctx)
		return err
	}, func() { received(t, retries, "the retry") }, cancel)
	failed(t, err, lsexport.ErrCancelled)
}

func TestCancelInTheLine(t *testing.T) {
	s := startServer(t, silence)
	client := clientOf(t, s, lsexport.WithMaxInFlight(1))
	first, endFirst := context.WithCancel(background)
	ended := make(chan error, 1)
	go func() {
		_, err := client.ListDestinations(first)
		ended <- err
	}()
	received(t, s.requests, "the first request")
	second, cancel := context.WithCancel(background)
	err := endsSoon(t, func() error {
		_, err := client.CreateDestination(second, awsSpec())
		return err
	}, func() {}, cancel)
	if failure := failed(t, err, lsexport.ErrCancelled); failure.Applied != lsexport.AppliedNo {
		t.Errorf("%+v", failure)
	}
	if len(s.requests) != 0 {
		t.Error("the second call was sent")
	}
	endFirst()
	failed(t, received(t, ended, "the end of the first call"), lsexport.ErrCancelled)
}

func TestDeadline(t *testing.T) {
	s := startServer(t, silence)
	client := clientOf(t, s)
	from := time.Now()
	ctx, cancel := context.WithTimeout(background, promised)
	defer cancel()
	_, err := client.ListDestinations(ctx)
	if took := time.Since(from); took < promised || took > promised+stalled {
		t.Errorf("took %v", took)
	}
	failed(t, err, lsexport.ErrTimeout)
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Error(err)
	}
}

// hidden is a context that does not tell its deadline.
type hidden struct{ context.Context }

func (hidden) Deadline() (time.Time, bool) { return time.Time{}, false }

func TestADeadlineThatIsNotTold(t *testing.T) {
	s := startServer(t, silence)
	client := clientOf(t, s)
	ctx, cancel := context.WithTimeout(background, promised)
	defer cancel()
	_, err := client.ListDestinations(hidden{ctx})
	if failed(t, err, lsexport.ErrCancelled); !errors.Is(err, context.DeadlineExceeded) {
		t.Error(err)
	}
}

func TestTheClientsOwnTimeout(t *testing.T) {
	s := startServer(t, silence)
	client := clientOf(t, s, lsexport.WithTimeout(promised))
	_, err := client.ListDestinations(background)
	if failed(t, err, lsexport.ErrTimeout); !errors.Is(err, context.DeadlineExceeded) {
		t.Error(err)
	}
}

func TestAContextThatIsDoneSendsNothing(t *testing.T) {
	s := startServer(t, silence)
	client := clientOf(t, s)
	canceled, cancel := context.WithCancel(background)
	cancel()
	_, err := client.CreateDestination(canceled, awsSpec())
	if failure := failed(t, err, lsexport.ErrCancelled); !errors.Is(err, context.Canceled) || failure.Applied != lsexport.AppliedNo {
		t.Errorf("%+v", failure)
	}
	late, cancel := context.WithDeadline(background, time.Now())
	defer cancel()
	_, err = client.CreateDestination(late, awsSpec())
	if failed(t, err, lsexport.ErrTimeout); !errors.Is(err, context.DeadlineExceeded) {
		t.Error(err)
	}
	if len(s.requests) != 0 {
		t.Error("something was sent")
	}
}

func TestCloseEndsCallsInFlight(t *testing.T) {
	s := startServer(t, silence)
	client := clientOf(t, s)
	err := endsSoon(t, func() error {
		_, err := client.ListDestinations(background)
		return err
	}, func() { received(t, s.requests, "the request") }, func() { _ = client.Close() })
	if failed(t, err, lsexport.ErrCancelled); !errors.Is(err, lsexport.ErrClosed) || errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	received(t, s.closed, "the end of the connection")
	if err := client.Close(); err != nil {
		t.Error(err)
	}
	_, err = client.ListDestinations(background)
	if failed(t, err, lsexport.ErrInvalidState); !errors.Is(err, lsexport.ErrClosed) {
		t.Error(err)
	}
}

func TestAnAnswerThatIsLost(t *testing.T) {
	s := startServer(t, always([]byte{}))
	client := clientOf(t, s)
	_, err := client.CreateDestination(background, awsSpec())
	if failure := failed(t, err, lsexport.ErrConnectionLost); failure.Applied != lsexport.AppliedUnknown || failure.Attempts != 1 {
		t.Errorf("%+v", failure)
	}
	if len(s.requests) != 1 {
		t.Error(len(s.requests), "requests")
	}
}

func TestARetryThatHelps(t *testing.T) {
	s := startServer(t, func(number int, _ request) []byte {
		if number == 1 {
			return replyJSON(503, "{}")
		}
		return replyJSON(200, "["+destination+"]")
	})
	all, err := clientOf(t, s).ListDestinations(background)
	if err != nil || len(all) != 1 || all[0].ID != destinationID {
		t.Error(all, err)
	}
	if len(s.requests) != 2 {
		t.Error(len(s.requests), "requests")
	}
}

func TestNobodyListens(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := listener.Addr().String()
	_ = listener.Close()
	key := lsexport.WithAPIKey(lsexport.NewSecret(apiKey))
	client := newClient(t, lsexport.WithAPIRoot("http://"+address), key, lsexport.WithMaxAttempts(1))
	_, err = client.ListDestinations(background)
	if failure := failed(t, err, lsexport.ErrConnect); failure.Cause != lsexport.CauseConnectRefused || failure.Side != lsexport.SideNetwork {
		t.Errorf("%+v", failure)
	}
}

func TestRateLimited(t *testing.T) {
	s := startServer(t, always(reply(429, map[string]string{"Retry-After": "7"}, "")))
	_, err := clientOf(t, s, lsexport.WithMaxAttempts(1)).ListDestinations(background)
	if failure := failed(t, err, lsexport.ErrRateLimited); failure.RetryAfter != 7*time.Second || !failure.Retryable {
		t.Errorf("%+v", failure)
	}
}

func TestARedirectIsNotFollowed(t *testing.T) {
	elsewhere := startServer(t, silence)
	s := startServer(t, always(reply(307, map[string]string{"Location": elsewhere.url}, "")))
	_, err := clientOf(t, s).ListDestinations(background)
	host := strings.TrimPrefix(elsewhere.url, "http://")
	if failure := failed(t, err, lsexport.ErrRedirect); !strings.Contains(host, failure.Facts["redirect_host"]) || failure.Facts["redirect_host"] == "" {
		t.Errorf("%+v", failure.Facts)
	}
	if len(elsewhere.requests) != 0 {
		t.Error("the redirect was followed")
	}
}

// What a server repeats of a request is not shown.
func TestErrorsHoldNoSecret(t *testing.T) {
	secret := "vector-secret-access-key-0001"
	s := startServer(t, always(replyJSON(400, `{"detail":"key `+apiKey+` secret `+secret+`"}`)))
	_, err := clientOf(t, s).CreateDestination(background, awsSpec())
	failure := failed(t, err, lsexport.ErrRejected)
	if got := received(t, s.requests, "the request"); !bytes.Contains(got.Body, []byte(secret)) || got.Header.Get("X-API-Key") != apiKey {
		t.Fatal("the secrets were not sent:", got)
	}
	if failure.ServerText == "" {
		t.Error("no text of the server")
	}
	for _, text := range everyFormat(failure) {
		if strings.Contains(text, apiKey) || strings.Contains(text, secret) {
			t.Error(text)
		}
	}
}

func TestManyGoroutines(t *testing.T) {
	s := startServer(t, func(number int, got request) []byte {
		switch {
		case number%7 == 0:
			return nil
		case strings.HasSuffix(got.Path, destinationID):
			return replyJSON(200, destination)
		}
		return replyJSON(200, "["+destination+"]")
	})
	client := clientOf(t, s)
	var group sync.WaitGroup
	for i := 0; i < 100; i++ {
		group.Add(1)
		go func(i int) {
			defer group.Done()
			ctx, cancel := context.WithTimeout(background, time.Duration(1+i%10)*10*time.Millisecond)
			defer cancel()
			for ctx.Err() == nil {
				var err error
				if i%2 == 0 {
					_, err = client.GetDestination(ctx, destinationID)
				} else {
					_, err = client.ListDestinations(ctx)
				}
				if err != nil && !errors.Is(err, context.DeadlineExceeded) {
					t.Error(err)
				}
			}
		}(i)
	}
	group.Wait()
}

// A closed client among calls that begin, wait and end.
func TestCloseAtAnyTime(t *testing.T) {
	s := startServer(t, always(replyJSON(200, "["+destination+"]")))
	for turn := 0; turn < 20; turn++ {
		client := clientOf(t, s)
		var group sync.WaitGroup
		for i := 0; i < 20; i++ {
			group.Add(1)
			go func() {
				defer group.Done()
				for {
					if _, err := client.ListDestinations(background); err != nil {
						if !errors.Is(err, lsexport.ErrClosed) {
							t.Error(err)
						}
						return
					}
				}
			}()
		}
		for i := 0; i < turn; i++ {
			received(t, s.requests, "a request")
		}
		_ = client.Close()
		group.Wait()
	}
}

func threads(t *testing.T) int {
	t.Helper()
	entries, err := os.ReadDir("/proc/self/task")
	if err != nil {
		t.Fatal(err)
	}
	return len(entries)
}

func TestThousandsOfCallsWithoutAThreadEach(t *testing.T) {
	const calls, inFlight = 3000, 200
	s := startServer(t, silence)
	client := clientOf(t, s, lsexport.WithMaxInFlight(inFlight))
	before := threads(t)
	ctx, cancel := context.WithCancel(background)
	ended := make(chan error, calls)
	for i := 0; i < calls; i++ {
		go func() {
			_, err := client.ListDestinations(ctx)
			ended <- err
		}()
	}
	for i := 0; i < inFlight; i++ {
		received(t, s.requests, "a request")
	}
	if more := threads(t) - before; more > 30 {
		t.Errorf("%d threads more for %d calls", more, calls)
	}
	cancel()
	for i := 0; i < calls; i++ {
		if err := received(t, ended, "the end of a call"); !errors.Is(err, context.Canceled) {
			t.Fatal(err)
		}
	}
}

func descriptors(t *testing.T) int {
	t.Helper()
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	return len(entries)
}

// waitFor waits until it holds.
func waitFor(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for end := time.Now().Add(patience); !holds(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("in vain for ", what)
		}
	}
}

func TestClientsLeaveNothingBehind(t *testing.T) {
	s := startServer(t, always(replyJSON(200, "[]")))
	root, key := lsexport.WithAPIRoot(s.url), lsexport.WithAPIKey(lsexport.NewSecret(apiKey))
	before := descriptors(t)
	for i := 0; i < 50; i++ {
		client, err := lsexport.NewClient(root, key)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := client.ListDestinations(background); err != nil {
			t.Fatal(err)
		}
		if i%2 == 0 {
			_ = client.Close() // the others are lost, and found by the garbage collector
		}
	}
	waitFor(t, "descriptors to be closed", func() bool {
		runtime.GC()
		return descriptors(t) <= before
	})
}

func TestClientsThatAreClosedInACallLeaveNothingBehind(t *testing.T) {
	s := startServer(t, silence)
	root, key := lsexport.WithAPIRoot(s.url), lsexport.WithAPIKey(lsexport.NewSecret(apiKey))
	before := descriptors(t)
	for i := 0; i < 20; i++ {
		client, err := lsexport.NewClient(root, key)
		if err != nil {
			t.Fatal(err)
		}
		ended := make(chan error)
		go func() {
			_, err := client.ListDestinations(background)
			ended <- err
		}()
		received(t, s.requests, "the request")
		_ = client.Close()
		if err := received(t, ended, "the end of the call"); !errors.Is(err, lsexport.ErrClosed) {
			t.Error(err)
		}
	}
	waitFor(t, "descriptors to be closed", func() bool { return descriptors(t) <= before })
}

func TestNoDescriptorIsInherited(t *testing.T) {
	s := startServer(t, silence)
	clientOf(t, s)
	output, err := exec.Command("ls", "-l", "/proc/self/fd").Output()
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(output), "event") {
		t.Errorf("%s", output)
	}
}
