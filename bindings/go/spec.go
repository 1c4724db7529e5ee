// SPDX-License-Identifier: MIT

package lsexport

/*
#include <lsexport/lsexport.h>
*/
import "C"

import "encoding/json"

// AddressingStyle says where the bucket's name goes in a URL.
type AddressingStyle int32

// The styles.
const (
	AddressingUnknown AddressingStyle = -1 // one that the C library does not know
	AddressingUnset   AddressingStyle = 0
	AddressingAuto    AddressingStyle = 1
	AddressingVirtual AddressingStyle = 2
	AddressingPath    AddressingStyle = 3
)

// USEast1Endpoint says which AWS host serves us-east-1.
type USEast1Endpoint int32

// The hosts.
const (
	USEast1Unset    USEast1Endpoint = 0
	USEast1Regional USEast1Endpoint = 1
	USEast1Legacy   USEast1Endpoint = 2
)

// Check is a check of a spec that a program may overrule.
type Check string

// The checks. What each refuses is in docs/errors.md of liblsexport.
const (
	ConfusedBucket           Check = "confused_bucket"
	MissingSessionToken      Check = "missing_session_token"
	GoogleKeyWithoutEndpoint Check = "google_key_without_endpoint"
	GoogleEndpointWithoutKey Check = "google_endpoint_without_key"
)

// DestinationSpec is a destination to be created. What is empty is not sent. Values are checked by the call, all at
// once: [ErrValidation] names every field that fails.
type DestinationSpec struct {
	DisplayName string // required: letters, digits, blank, "-", "_" and "'"
	BucketName  string // required
	Prefix      string // root of all keys in the bucket, as "exports/traces"
	Region      string // AWS needs it
	EndpointURL string // of the storage service, as "https://storage.googleapis.com"; empty for AWS

	// BucketInEndpoint says that EndpointURL names the bucket already: include_bucket_in_prefix is sent as false.
	BucketInEndpoint bool

	Credentials Credentials // required

	AddressingStyle       AddressingStyle
	UseAccelerateEndpoint *bool
	PayloadSigningEnabled *bool
	USEast1Endpoint       USEast1Endpoint

	ChecksumAlgorithm    string // CRC32, CRC32C, SHA1, SHA256 or CRC64NVME; a bucket with Object Lock needs one
	ServerSideEncryption string // AES256, aws:kms, aws:kms:dsse or aws:fsx
	SSEKMSKeyID          string
	ExpectedBucketOwner  string // an AWS account, 12 digits
	RequestPayer         string // "requester"
	StorageClass         string // as "STANDARD_IA"

	S3AdditionalKwargs json.RawMessage // further members of s3_additional_kwargs, as a JSON object
	ExtraConfig        json.RawMessage // members of config that this version does not know, as a JSON object

	Allow []Check // checks to go on in spite of
}

// toC returns a spec to be freed. What its setters refuse, the call that takes it reports.
func (s *DestinationSpec) toC() (*C.lsexport_destination_spec, error) {
	var spec *C.lsexport_destination_spec
	if err := statusError(C.lsexport_destination_spec_new(&spec)); err != nil {
		return nil, err
	}
	s.setTexts(spec)
	if s.BucketInEndpoint {
		C.lsexport_destination_spec_set_include_bucket_in_prefix(spec, 0)
	}
	if s.AddressingStyle != AddressingUnset {
		C.lsexport_destination_spec_set_addressing_style(spec, C.int32_t(s.AddressingStyle))
	}
	if s.UseAccelerateEndpoint != nil {
		C.lsexport_destination_spec_set_use_accelerate_endpoint(spec, cBool(*s.UseAccelerateEndpoint))
	}
	if s.PayloadSigningEnabled != nil {
		C.lsexport_destination_spec_set_payload_signing_enabled(spec, cBool(*s.PayloadSigningEnabled))
	}
	if s.USEast1Endpoint != USEast1Unset {
		C.lsexport_destination_spec_set_us_east_1_regional_endpoint(spec, C.int32_t(s.USEast1Endpoint))
	}
	for _, check := range s.Allow {
		C.lsexport_destination_spec_allow(spec, cText(string(check)))
	}
	credentials, err := s.Credentials.toC()
	if err != nil {
		C.lsexport_destination_spec_free(spec)
		return nil, err
	}
	if credentials != nil {
		C.lsexport_destination_spec_set_credentials(spec, credentials)
		C.lsexport_credentials_free(credentials)
	}
	return spec, nil
}

func (s *DestinationSpec) setTexts(spec *C.lsexport_destination_spec) {
	set := func(value string, setter func(*C.char)) {
		if value != "" {
			setter(cText(value))
		}
	}
	set(s.DisplayName, func(v *C.char) { C.lsexport_destination_spec_set_display_name(spec, v) })
	set(s.BucketName, func(v *C.char) { C.lsexport_destination_spec_set_bucket_name(spec, v) })
	set(s.Prefix, func(v *C.char) { C.lsexport_destination_spec_set_prefix(spec, v) })
	set(s.Region, func(v *C.char) { C.lsexport_destination_spec_set_region(spec, v) })
	set(s.EndpointURL, func(v *C.char) { C.lsexport_destination_spec_set_endpoint_url(spec, v) })
	set(s.ChecksumAlgorithm, func(v *C.char) { C.lsexport_destination_spec_set_checksum_algorithm(spec, v) })
	set(s.ServerSideEncryption, func(v *C.char) { C.lsexport_destination_spec_set_server_side_encryption(spec, v) })
	set(s.SSEKMSKeyID, func(v *C.char) { C.lsexport_destination_spec_set_ssekms_key_id(spec, v) })
	set(s.ExpectedBucketOwner, func(v *C.char) { C.lsexport_destination_spec_set_expected_bucket_owner(spec, v) })
	set(s.RequestPayer, func(v *C.char) { C.lsexport_destination_spec_set_request_payer(spec, v) })
	set(s.StorageClass, func(v *C.char) { C.lsexport_destination_spec_set_storage_class(spec, v) })
	set(string(s.S3AdditionalKwargs), func(v *C.char) { C.lsexport_destination_spec_set_s3_additional_kwargs_json(spec, v) })
	set(string(s.ExtraConfig), func(v *C.char) { C.lsexport_destination_spec_set_extra_config_json(spec, v) })
}
