// SPDX-License-Identifier: MIT

// Package lsexport manages LangSmith's bulk-export destinations: the buckets that traces are exported to, and the
// credentials for them. It is the Go face of the C library liblsexport, which must be installed with its headers;
// pkg-config finds it.
//
// A [Client] makes the calls, from any number of goroutines. All calls of a client go over one queue of the C library,
// and one of the goroutines that wait drives it for all: the others hold no thread. Every call that sends
// something takes a context first. Canceling it ends the call within 100 milliseconds; its deadline, if it has one, takes
// the place of the client's time limits.
//
// # Failures
//
// A call that fails returns an [*Error]. Its [Code] says what failed, and is what a program branches on:
//
//	destination, err := client.CreateDestination(ctx, spec)
//	if errors.Is(err, lsexport.ErrAccessDenied) {
//		// the bucket refused the test write
//	}
//
// The chain holds [context.Canceled] or [context.DeadlineExceeded] when that is why the call ended, and [ErrClosed]
// after [Client.Close]. The Error says the rest: why, whether the call took effect, whether to try again, what to do.
//
// # Reports
//
// [ExplainDestination] and [Client.ExplainDestination] say where LangSmith will write and what is wrong with that, without
// sending anything. [Client.CheckDestination] tries the bucket, and [Client.DiagnoseDestination] compares that with what
// LangSmith says. A [Report] is no failure, whatever it says.
//
// # Secrets
//
// The API key and the credentials of a bucket are handed over as a [Secret], which prints as "[redacted]" wherever it
// turns up. No error and no log line holds one.
package lsexport
