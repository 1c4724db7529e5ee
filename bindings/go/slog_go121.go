// SPDX-License-Identifier: MIT

//go:build go1.21

package lsexport

import (
	"context"
	"encoding/json"
	"log/slog"
	"strings"
)

// LogValue returns "[redacted]".
func (redacted) LogValue() slog.Value { return slog.StringValue(redactedText) }

// WithLogger sends the client's log to a logger, as [WithLog] does to a function. An attempt is of level Debug, an
// outcome of level Info, a retry and the outcome of a call that failed of level Warn.
func WithLogger(logger *slog.Logger) Option {
	return WithLog(func(line string) {
		event, attributes := readLine(line)
		logger.LogAttrs(context.Background(), levelOf(event, attributes), "lsexport "+event, attributes...)
	})
}

// readLine takes the members of a line of the log, in their order, and its event apart. The time is the record's own.
func readLine(line string) (event string, attributes []slog.Attr) {
	decoder := json.NewDecoder(strings.NewReader(line))
	_, err := decoder.Token() // the brace
	for err == nil && decoder.More() {
		var name json.Token
		var value any
		if name, err = decoder.Token(); err == nil {
			err = decoder.Decode(&value)
		}
		switch name {
		case "event":
			event, _ = value.(string)
		case "unix_s":
		default:
			attributes = append(attributes, slog.Any(name.(string), value))
		}
	}
	return event, attributes
}

func levelOf(event string, attributes []slog.Attr) slog.Level {
	switch event {
	case "attempt":
		return slog.LevelDebug
	case "retry":
		return slog.LevelWarn
	}
	for _, attribute := range attributes {
		if attribute.Key == "status" && attribute.Value.String() != "LSEXPORT_OK" {
			return slog.LevelWarn
		}
	}
	return slog.LevelInfo
}
