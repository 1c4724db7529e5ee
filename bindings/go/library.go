// SPDX-License-Identifier: MIT

package lsexport

/*
#cgo pkg-config: lsexport
#include <lsexport/lsexport.h>

#define ABI_LEVEL_NEEDED 1
#if LSEXPORT_ABI_LEVEL < ABI_LEVEL_NEEDED
#error "the headers of liblsexport are too old for this version of the Go package"
#endif
*/
import "C"

import (
	"fmt"
	"strings"
	"time"
	"unsafe"
)

// OldCredentialsNeeded is how long an export that began before [Client.PatchDestination] may still use the old
// credentials: do not revoke them earlier.
const OldCredentialsNeeded = 4 * time.Hour

// Version returns the version of the C library that was loaded, as "0.1.0".
func Version() string { return C.GoString(C.lsexport_version()) }

// VersionDetails returns one line for bug reports: the versions of the C library, and of libcurl, TLS and jansson
// beneath it.
func VersionDetails() string { return C.GoString(C.lsexport_version_details()) }

// WipeFreedMemory makes the C library wipe what libcurl and jansson free, too, for the whole process. It must come
// first thing in main; later it fails with [ErrInvalidState]. Memory of Go is not wiped.
func WipeFreedMemory() error { return statusError(C.lsexport_global_init(C.LSEXPORT_INIT_WIPE)) }

// checkLibrary compares the library that was loaded with the headers that this package was written for.
func checkLibrary() error {
	if level := C.lsexport_abi_level(); level < C.ABI_LEVEL_NEEDED {
		return &Error{
			Code:    ErrUnsupported,
			Applied: AppliedNo,
			Message: fmt.Sprintf("liblsexport %s was loaded, with ABI level %d; level %d is needed", Version(), level,
				C.ABI_LEVEL_NEEDED),
		}
	}
	return nil
}

// cText is the text as C reads it, for the time of one call. The library refuses every control character but NUL, where
// its text would end: so NUL becomes another one, and is refused as well.
func cText(text string) *C.char {
	return (*C.char)(unsafe.Pointer(&append([]byte(strings.ReplaceAll(text, "\x00", "\x01")), 0)[0]))
}

func cBool(value bool) C.int32_t {
	if value {
		return 1
	}
	return 0
}
