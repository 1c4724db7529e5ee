// SPDX-License-Identifier: MIT

package lsexport

/*
#include <lsexport/lsexport.h>

// All that a destination has once, by one call from Go: calls into C are dear.
struct view {
	const char *id, *workspace_id, *display_name, *type, *bucket_name, *prefix, *region, *endpoint_url, *aws_role_arn;
	const char *config_kwargs_s3, *s3_additional_kwargs, *request_id, *json;
	size_t json_length, credentials_key_count, surplus_count;
	int64_t created_at, updated_at;
	int32_t include_bucket_in_prefix, addressing_style, adopted;
};

static struct view view_of(const lsexport_destination *d) {
	struct view view = {
		.id = lsexport_destination_id(d),
		.workspace_id = lsexport_destination_workspace_id(d),
		.display_name = lsexport_destination_display_name(d),
		.type = lsexport_destination_type(d),
		.bucket_name = lsexport_destination_bucket_name(d),
		.prefix = lsexport_destination_prefix(d),
		.region = lsexport_destination_region(d),
		.endpoint_url = lsexport_destination_endpoint_url(d),
		.aws_role_arn = lsexport_destination_aws_role_arn(d),
		.config_kwargs_s3 = lsexport_destination_config_kwargs_s3_json(d),
		.s3_additional_kwargs = lsexport_destination_s3_additional_kwargs_json(d),
		.request_id = lsexport_destination_request_id(d),
		.credentials_key_count = lsexport_destination_credentials_key_count(d),
		.surplus_count = lsexport_destination_surplus_count(d),
		.created_at = lsexport_destination_created_at_unix_us(d),
		.updated_at = lsexport_destination_updated_at_unix_us(d),
		.include_bucket_in_prefix = lsexport_destination_include_bucket_in_prefix(d),
		.addressing_style = lsexport_destination_addressing_style(d),
		.adopted = lsexport_destination_adopted(d),
	};
	view.json = lsexport_destination_json(d, &view.json_length);
	return view;
}
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
	view := C.view_of(d)
	destination := &Destination{
		ID:                 C.GoString(view.id),
		WorkspaceID:        C.GoString(view.workspace_id),
		DisplayName:        C.GoString(view.display_name),
		Type:               C.GoString(view._type),
		BucketName:         C.GoString(view.bucket_name),
		Prefix:             C.GoString(view.prefix),
		Region:             C.GoString(view.region),
		EndpointURL:        C.GoString(view.endpoint_url),
		BucketInEndpoint:   view.include_bucket_in_prefix == 0,
		AWSRoleARN:         C.GoString(view.aws_role_arn),
		AddressingStyle:    AddressingStyle(view.addressing_style),
		ConfigKwargsS3:     rawJSON(view.config_kwargs_s3),
		S3AdditionalKwargs: rawJSON(view.s3_additional_kwargs),
		CreatedAt:          timeOf(view.created_at),
		UpdatedAt:          timeOf(view.updated_at),
		Adopted:            view.adopted != 0,
		RequestID:          C.GoString(view.request_id),
		JSON:               append(json.RawMessage(nil), unsafe.Slice((*byte)(unsafe.Pointer(view.json)), view.json_length)...),
	}
	for i := C.size_t(0); i < view.credentials_key_count; i++ {
		key := C.GoString(C.lsexport_destination_credentials_key(d, i))
		destination.CredentialsKeys = append(destination.CredentialsKeys, key)
	}
	for i := C.size_t(0); i < view.surplus_count; i++ {
		destination.SurplusIDs = append(destination.SurplusIDs, C.GoString(C.lsexport_destination_surplus_id(d, i)))
	}
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
