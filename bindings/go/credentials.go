// SPDX-License-Identifier: MIT

package lsexport

/*
#include <lsexport/lsexport.h>
*/
import "C"

// Credentials are what LangSmith writes to the bucket with. They print as "[redacted]". Nothing is checked before the
// call that takes them.
type Credentials struct {
	redacted
	make func(made **C.lsexport_credentials) C.lsexport_status
}

// StaticCredentials are a permanent key pair.
func StaticCredentials(accessKeyID string, secretAccessKey Secret) Credentials {
	return Credentials{make: func(made **C.lsexport_credentials) C.lsexport_status {
		return C.lsexport_credentials_new_static(cText(accessKeyID), cText(secretAccessKey.text()),
			C.LSEXPORT_NUL_TERMINATED, made)
	}}
}

// SessionCredentials are a temporary key pair with its session token.
func SessionCredentials(accessKeyID string, secretAccessKey, sessionToken Secret) Credentials {
	return Credentials{make: func(made **C.lsexport_credentials) C.lsexport_status {
		return C.lsexport_credentials_new_session(cText(accessKeyID), cText(secretAccessKey.text()),
			C.LSEXPORT_NUL_TERMINATED, cText(sessionToken.text()), C.LSEXPORT_NUL_TERMINATED, made)
	}}
}

// RoleCredentials name an AWS role that LangSmith assumes, as "arn:aws:iam::123456789012:role/name".
func RoleCredentials(arn string) Credentials {
	return Credentials{make: func(made **C.lsexport_credentials) C.lsexport_status {
		return C.lsexport_credentials_new_role(cText(arn), made)
	}}
}

// ServerCredentials are those that a self-hosted LangSmith finds in its own environment.
func ServerCredentials() Credentials {
	return Credentials{make: func(made **C.lsexport_credentials) C.lsexport_status {
		return C.lsexport_credentials_new_server(made)
	}}
}

// toC returns credentials to be freed; NULL when there are none.
func (c Credentials) toC() (*C.lsexport_credentials, error) {
	var made *C.lsexport_credentials
	if c.make == nil {
		return nil, nil
	}
	return made, statusError(c.make(&made))
}
