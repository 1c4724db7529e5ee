// SPDX-License-Identifier: MIT

package lsexport

import (
	"fmt"
	"io"
)

const redactedText = "[redacted]"

// redacted gives what embeds it one face for fmt, JSON, other encodings and logs.
type redacted struct{}

// Format writes "[redacted]" whatever the verb.
func (redacted) Format(state fmt.State, _ rune) { _, _ = io.WriteString(state, redactedText) }

// String returns "[redacted]".
func (redacted) String() string { return redactedText }

// MarshalText returns "[redacted]".
func (redacted) MarshalText() ([]byte, error) { return []byte(redactedText), nil }

// Secret is a text that is not to be seen: no verb of fmt, no encoding and no logger shows it. The zero Secret is
// empty.
type Secret struct {
	redacted
	reveal func() string // a function, because whoever looks into a struct by reflection sees its address at most
}

// NewSecret makes a Secret of a text.
func NewSecret(text string) Secret {
	return Secret{reveal: func() string { return text }}
}

func (s Secret) text() string {
	if s.reveal == nil {
		return ""
	}
	return s.reveal()
}
