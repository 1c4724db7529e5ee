// SPDX-License-Identifier: MIT

package lsexport_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"os"
	"time"

	"lsexport.local/lsexport"
)

func Example() {
	client, err := lsexport.NewClient(lsexport.FromEnvironment()) // LANGSMITH_API_KEY, ...
	if err != nil {
		log.Fatal(err)
	}
	defer client.Close()
	secret := lsexport.NewSecret(os.Getenv("AWS_SECRET_ACCESS_KEY"))
	destination, err := client.CreateDestination(context.Background(), lsexport.DestinationSpec{
		DisplayName: "nightly",
		BucketName:  os.Getenv("BUCKET"),
		Region:      "us-east-1",
		Prefix:      "traces",
		Credentials: lsexport.StaticCredentials(os.Getenv("AWS_ACCESS_KEY_ID"), secret),
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(destination.DisplayName, destination.CredentialsKeys)
	// Output: nightly [access_key_id secret_access_key]
}

// EnsureDestination may run any number of times.
func ExampleClient_EnsureDestination() {
	client, err := lsexport.NewClient(lsexport.FromEnvironment())
	if err != nil {
		log.Fatal(err)
	}
	defer client.Close()
	secret := lsexport.NewSecret(os.Getenv("AWS_SECRET_ACCESS_KEY"))
	spec := lsexport.DestinationSpec{
		DisplayName: "weekly",
		BucketName:  os.Getenv("BUCKET"),
		Region:      "us-east-1",
		Credentials: lsexport.StaticCredentials(os.Getenv("AWS_ACCESS_KEY_ID"), secret),
	}
	for turn := 1; turn <= 2; turn++ {
		destination, err := client.EnsureDestination(context.Background(), spec)
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println("adopted:", destination.Adopted)
	}
	// Output:
	// adopted: false
	// adopted: true
}

// New credentials for every destination, all at once.
func ExampleClient_PatchDestination() {
	client, err := lsexport.NewClient(lsexport.FromEnvironment())
	if err != nil {
		log.Fatal(err)
	}
	defer client.Close()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Minute)
	defer cancel()
	destinations, err := client.ListDestinations(ctx)
	if err != nil {
		log.Fatal(err)
	}
	secret := lsexport.NewSecret(os.Getenv("NEW_SECRET_ACCESS_KEY"))
	fresh := lsexport.StaticCredentials(os.Getenv("NEW_ACCESS_KEY_ID"), secret)
	failures := make(chan error)
	for _, destination := range destinations {
		go func(id string) {
			_, err := client.PatchDestination(ctx, id, fresh)
			failures <- err
		}(destination.ID)
	}
	for range destinations {
		if err := <-failures; err != nil {
			log.Print(err)
		}
	}
	// Output:
}

// The code says what failed, and the Error says the rest.
func ExampleError() {
	client, err := lsexport.NewClient(lsexport.FromEnvironment())
	if err != nil {
		log.Fatal(err)
	}
	defer client.Close()
	secret := lsexport.NewSecret(os.Getenv("AWS_SECRET_ACCESS_KEY"))
	_, err = client.CreateDestination(context.Background(), lsexport.DestinationSpec{
		DisplayName: "lost",
		BucketName:  "no-such-bucket-here",
		Region:      "us-east-1",
		Credentials: lsexport.StaticCredentials(os.Getenv("AWS_ACCESS_KEY_ID"), secret),
	})
	var failure *lsexport.Error
	switch {
	case errors.Is(err, lsexport.ErrBucketNotValid):
		fmt.Println("no such bucket")
	case errors.Is(err, context.DeadlineExceeded):
		fmt.Println("it took too long")
	}
	if errors.As(err, &failure) {
		fmt.Println(failure.HTTPStatus, failure.Applied == lsexport.AppliedNo, failure.Remedy != "")
	}
	// Output:
	// no such bucket
	// 400 true true
}

// Where LangSmith would write, and what is wrong with that, before anything is sent.
func ExampleExplainDestination() {
	report, err := lsexport.ExplainDestination(lsexport.DestinationSpec{
		DisplayName: "nightly",
		BucketName:  "my-bucket",
		Prefix:      "/traces",
		EndpointURL: "https://my-bucket.s3.eu-west-1.amazonaws.com",
		Region:      "eu-west-1",
		Credentials: lsexport.StaticCredentials("AKIA0123456789ABCDEF", lsexport.NewSecret("secret")),
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(report.URL)
	for _, finding := range report.Findings {
		if finding.Severity >= lsexport.SeverityWarning {
			fmt.Println(finding.Severity, finding.Field, finding.Code)
		}
	}
	// Output:
	// https://my-bucket.s3.eu-west-1.amazonaws.com/my-bucket//traces/tmp/<uuid>.txt
	// warning config.prefix prefix_leading_slash
	// warning config.include_bucket_in_prefix bucket_twice
}

// A create that says why it failed: the same bucket is tried from this machine.
func ExampleClient_DiagnoseDestination() {
	client, err := lsexport.NewClient(lsexport.FromEnvironment())
	if err != nil {
		log.Fatal(err)
	}
	defer client.Close()
	report, err := client.DiagnoseDestination(context.Background(), lsexport.DestinationSpec{
		DisplayName: "diagnosed",
		BucketName:  os.Getenv("BUCKET"),
		Region:      "us-east-1",
		EndpointURL: os.Getenv("ENDPOINT"),
		Prefix:      "traces",
		Credentials: lsexport.StaticCredentials(os.Getenv("AWS_ACCESS_KEY_ID"), lsexport.NewSecret("mistyped")),
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(report.Err != nil, report.Destination != nil)
	for _, step := range report.Steps {
		if step.Outcome == lsexport.OutcomeFailed {
			fmt.Println("the first step that failed:", step.Name)
			break
		}
	}
	// Output:
	// true false
	// the first step that failed: signature
}
