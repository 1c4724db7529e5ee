// SPDX-License-Identifier: MIT

package lsexport

/*
#include <lsexport/lsexport.h>
*/
import "C"

import (
	"encoding/json"
	"time"
	"unsafe"
)

// Destination is a destination as LangSmith returned it. What the server left out is empty.
type Destination struct {
	ID                 string
	WorkspaceID        string
	DisplayName        string // not unique
	Type               string // "s3"
	BucketName         string
	Prefix             string
	Region             string
	EndpointURL        string
	BucketInEndpoint   bool // include_bucket_in_prefix is false
	AWSRoleARN         string
	AddressingStyle    AddressingStyle
	ConfigKwargsS3     json.RawMessage
	S3AdditionalKwargs json.RawMessage
	CreatedAt          time.Time
	UpdatedAt          time.Time
	CredentialsKeys    []string // names alone, as "access_key_id"
	Adopted            bool     // EnsureDestination found it
	SurplusIDs         []string // further equal destinations that EnsureDestination saw
	RequestID          string   // the X-Request-Id of the answer it came in
	JSON               json.RawMessage
}

func newDestination(d *C.lsexport_destination) *Destination {
	destination := &Destination{
		ID:                 C.GoString(C.lsexport_destination_id(d)),
		WorkspaceID:        C.GoString(C.lsexport_destination_workspace_id(d)),
		DisplayName:        C.GoString(C.lsexport_destination_display_name(d)),
		Type:               C.GoString(C.lsexport_destination_type(d)),
		BucketName:         C.GoString(C.lsexport_destination_bucket_name(d)),
		Prefix:             C.GoString(C.lsexport_destination_prefix(d)),
		Region:             C.GoString(C.lsexport_destination_region(d)),
		EndpointURL:        C.GoString(C.lsexport_destination_endpoint_url(d)),
		BucketInEndpoint:   C.lsexport_destination_include_bucket_in_prefix(d) == 0,
		AWSRoleARN:         C.GoString(C.lsexport_destination_aws_role_arn(d)),
		AddressingStyle:    AddressingStyle(C.lsexport_destination_addressing_style(d)),
		ConfigKwargsS3:     rawJSON(C.lsexport_destination_config_kwargs_s3_json(d)),
		S3AdditionalKwargs: rawJSON(C.lsexport_destination_s3_additional_kwargs_json(d)),
		CreatedAt:          timeOf(C.lsexport_destination_created_at_unix_us(d)),
		UpdatedAt:          timeOf(C.lsexport_destination_updated_at_unix_us(d)),
		Adopted:            C.lsexport_destination_adopted(d) != 0,
		RequestID:          C.GoString(C.lsexport_destination_request_id(d)),
	}
	for i := C.size_t(0); i < C.lsexport_destination_credentials_key_count(d); i++ {
		key := C.GoString(C.lsexport_destination_credentials_key(d, i))
		destination.CredentialsKeys = append(destination.CredentialsKeys, key)
	}
	for i := C.size_t(0); i < C.lsexport_destination_surplus_count(d); i++ {
		destination.SurplusIDs = append(destination.SurplusIDs, C.GoString(C.lsexport_destination_surplus_id(d, i)))
	}
	var length C.size_t
	text := C.lsexport_destination_json(d, &length)
	destination.JSON = append(destination.JSON, unsafe.Slice((*byte)(unsafe.Pointer(text)), length)...)
	return destination
}

func newDestinations(list *C.lsexport_destinations) []*Destination {
	destinations := make([]*Destination, C.lsexport_destinations_count(list))
	for i := range destinations {
		destinations[i] = newDestination(C.lsexport_destinations_at(list, C.size_t(i)))
	}
	return destinations
}

func rawJSON(text *C.char) json.RawMessage {
	if text == nil {
		return nil
	}
	return json.RawMessage(C.GoString(text))
}

func timeOf(microseconds C.int64_t) time.Time {
	if microseconds == 0 {
		return time.Time{}
	}
	return time.UnixMicro(int64(microseconds)).UTC()
}
