// SPDX-License-Identifier: MIT

// Bench measures gets of one destination, by this package and by net/http with encoding/json, in turn:
//
//	bench BASE_URL get-GOROUTINES-CONNECTIONS COUNT
//
// It prints a line of JSON for each side: what one call of each round took, and how much of it was processor time.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"log"
	"net/http"
	"os"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"lsexport.local/lsexport"
)

const (
	rounds        = 31 // and one that does not count
	apiKey        = "lsv2_pt_bench"
	destinationID = "0a91a355-8a88-422c-9546-72c183b95b51"
)

// side is who makes the calls.
type side struct {
	Side    string    `json:"side"`
	Case    string    `json:"case"`
	Calls   int       `json:"calls"` // a round
	TimesUS []float64 `json:"times_us"`
	CPUsUS  []float64 `json:"cpus_us"`

	get func() error
}

func main() {
	if len(os.Args) != 4 {
		log.Fatal("usage: bench BASE_URL get-GOROUTINES-CONNECTIONS COUNT")
	}
	var goroutines, connections int
	_, err := fmt.Sscanf(os.Args[2], "get-%d-%d", &goroutines, &connections)
	must(err)
	count, err := strconv.Atoi(os.Args[3])
	must(err)
	sides := []side{
		{Side: "lsexport", Case: os.Args[2], Calls: count, get: ours(os.Args[1], connections)},
		{Side: "net/http", Case: os.Args[2], Calls: count, get: theirs(os.Args[1], connections)},
	}
	for round := 0; round <= rounds; round++ {
		for i := range sides {
			sides[i].measure(goroutines, round > 0)
		}
	}
	for _, side := range sides {
		must(json.NewEncoder(os.Stdout).Encode(side))
	}
}

func must(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

func ours(root string, connections int) func() error {
	client, err := lsexport.NewClient(lsexport.WithAPIRoot(root), lsexport.WithAPIKey(lsexport.NewSecret(apiKey)),
		lsexport.WithMaxInFlight(connections))
	must(err)
	return func() error {
		_, err := client.GetDestination(context.Background(), destinationID)
		return err
	}
}

// read is what encoding/json makes of an answer.
type read struct {
	ID              string    `json:"id"`
	TenantID        string    `json:"tenant_id"`
	DisplayName     string    `json:"display_name"`
	DestinationType string    `json:"destination_type"`
	CreatedAt       time.Time `json:"created_at"`
	UpdatedAt       time.Time `json:"updated_at"`
	CredentialsKeys []string  `json:"credentials_keys"`
	Config          struct {
		BucketName            *string         `json:"bucket_name"`
		Prefix                string          `json:"prefix"`
		Region                *string         `json:"region"`
		EndpointURL           *string         `json:"endpoint_url"`
		AWSRoleARN            *string         `json:"aws_role_arn"`
		IncludeBucketInPrefix bool            `json:"include_bucket_in_prefix"`
		ConfigKwargsS3        json.RawMessage `json:"config_kwargs_s3"`
		S3AdditionalKwargs    json.RawMessage `json:"s3_additional_kwargs"`
	} `json:"config"`
}

func theirs(root string, connections int) func() error {
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: connections, MaxConnsPerHost: connections}}
	url := root + "/api/v1/bulk-exports/destinations/" + destinationID
	return func() error {
		request, err := http.NewRequestWithContext(context.Background(), http.MethodGet, url, nil)
		if err != nil {
			return err
		}
		request.Header.Set("X-API-Key", apiKey)
		request.Header.Set("Accept", "application/json")
		reply, err := client.Do(request)
		if err != nil {
			return err
		}
		defer reply.Body.Close()
		var got read
		if err := json.NewDecoder(reply.Body).Decode(&got); err != nil {
			return err
		}
		if reply.StatusCode != http.StatusOK || got.ID != destinationID {
			return fmt.Errorf("%s: %q", reply.Status, got.ID)
		}
		return nil
	}
}

// measure makes the calls of a round from so many goroutines.
func (s *side) measure(goroutines int, counts bool) {
	left := int64(s.Calls)
	var group sync.WaitGroup
	cpu, from := cpuTime(), time.Now()
	for i := 0; i < goroutines; i++ {
		group.Add(1)
		go func() {
			defer group.Done()
			for atomic.AddInt64(&left, -1) >= 0 {
				must(s.get())
			}
		}()
	}
	group.Wait()
	if counts {
		s.TimesUS = append(s.TimesUS, microseconds(time.Since(from))/float64(s.Calls))
		s.CPUsUS = append(s.CPUsUS, microseconds(cpuTime()-cpu)/float64(s.Calls))
	}
}

func microseconds(duration time.Duration) float64 {
	return float64(duration) / float64(time.Microsecond)
}

func cpuTime() time.Duration {
	var usage syscall.Rusage
	must(syscall.Getrusage(syscall.RUSAGE_SELF, &usage))
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}
