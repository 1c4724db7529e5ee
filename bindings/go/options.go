// SPDX-License-Identifier: MIT

package lsexport

/*
#include <lsexport/lsexport.h>
*/
import "C"

import (
	"os"
	"strconv"
	"time"
)

// Option sets something of a client that is about to be made.
type Option func(*config)

// config is what options set.
type config struct {
	c    *C.lsexport_config
	sink *logSink
}

// set keeps a failure in the config, as all setters of C: NewClient reports it.
func (c *config) set(key, value string) { C.lsexport_config_set(c.c, cText(key), cText(value)) }

func withText(key, value string) Option {
	return func(c *config) { c.set(key, value) }
}

func withNumber(key string, value int64) Option { return withText(key, strconv.FormatInt(value, 10)) }

// withDuration rounds up, so that what is above 0 stays so.
func withDuration(key string, value time.Duration) Option {
	return withNumber(key, milliseconds(value))
}

func withBool(key string, value bool) Option { return withText(key, strconv.FormatBool(value)) }

func withSecret(key string, value Secret) Option { return func(c *config) { c.set(key, value.text()) } }

func milliseconds(duration time.Duration) int64 {
	return int64((duration + time.Millisecond - 1) / time.Millisecond)
}

// FromEnvironment reads LANGSMITH_API_KEY, LANGSMITH_ENDPOINT (as [WithAPIRoot]) and LANGSMITH_WORKSPACE_ID. What is
// unset or empty stays as it was. Options that follow win.
func FromEnvironment() Option {
	return func(c *config) {
		// Not lsexport_config_set_from_environment: it must not run beside os.Setenv, which any goroutine may call.
		if key := os.Getenv("LANGSMITH_API_KEY"); key != "" {
			WithAPIKey(NewSecret(key))(c)
		}
		if root := os.Getenv("LANGSMITH_ENDPOINT"); root != "" {
			WithAPIRoot(root)(c)
		}
		if id := os.Getenv("LANGSMITH_WORKSPACE_ID"); id != "" {
			WithWorkspaceID(id)(c)
		}
	}
}

// WithAPIKey sets the LangSmith API key. Every client needs one.
func WithAPIKey(key Secret) Option {
	return func(c *config) { C.lsexport_config_set_api_key(c.c, cText(key.text()), C.LSEXPORT_NUL_TERMINATED) }
}

// WithAPIRoot says where LangSmith is: "us" (the default), "eu", "apac", "aws-us", or the URL of an installation.
func WithAPIRoot(root string) Option { return withText("api_root", root) }

// WithWorkspaceID sets the workspace of all calls. A key of a whole organization needs one.
func WithWorkspaceID(id string) Option { return withText("workspace_id", id) }

// WithTimeout limits a get, a list or a delete, when its context has no deadline. Default: 60 s.
func WithTimeout(limit time.Duration) Option { return withDuration("timeout_ms", limit) }

// WithWriteTimeout limits a create or a patch, when its context has no deadline. Default: 150 s.
func WithWriteTimeout(limit time.Duration) Option { return withDuration("write_timeout_ms", limit) }

// WithEnsureTimeout limits an ensure, when its context has no deadline. Default: 210 s.
func WithEnsureTimeout(limit time.Duration) Option { return withDuration("ensure_timeout_ms", limit) }

// WithConnectTimeout limits a connection: name, TCP and TLS. Default: 10 s.
func WithConnectTimeout(limit time.Duration) Option { return withDuration("connect_timeout_ms", limit) }

// WithMaxAttempts limits how often a request is begun. A create is never sent twice, whatever this says. Default: 3.
func WithMaxAttempts(count int) Option { return withNumber("max_attempts", int64(count)) }

// WithRetryAfterMax limits how long a Retry-After is waited for; a longer one ends the call. Default: 60 s.
func WithRetryAfterMax(limit time.Duration) Option { return withDuration("retry_after_max_ms", limit) }

// WithMaxResponseBytes limits the answers that are read, but for a list. Default: 1 MiB.
func WithMaxResponseBytes(size int64) Option { return withNumber("max_response_bytes", size) }

// WithMaxListBytes limits the lists that are read. Default: 16 MiB.
func WithMaxListBytes(size int64) Option { return withNumber("max_list_bytes", size) }

// WithMaxInFlight limits how many calls are under way at once; the others wait for their turn, first come first.
// Default: 128.
func WithMaxInFlight(count int) Option { return withNumber("queue_max_in_flight", int64(count)) }

// WithMaxHostConnections limits the connections to one host. Default: 0, one for each call under way.
func WithMaxHostConnections(count int) Option {
	return withNumber("queue_max_host_connections", int64(count))
}

// WithProxy takes "none" (the default), "environment", or the URL of a proxy, which may hold a user name.
func WithProxy(proxy string) Option { return withText("proxy", proxy) }

// WithProxyPassword sets the proxy's password.
func WithProxyPassword(password Secret) Option { return withSecret("proxy_password", password) }

// WithCAFile names the file of trusted certificate authorities (PEM) in place of the system's.
func WithCAFile(path string) Option { return withText("ca_file", path) }

// WithClientCertificate names a client certificate for TLS (PEM).
func WithClientCertificate(path string) Option { return withText("client_certificate", path) }

// WithClientKey names the client certificate's private key (PEM).
func WithClientKey(path string) Option { return withText("client_key", path) }

// WithClientKeyPassword sets the private key's password.
func WithClientKeyPassword(password Secret) Option {
	return withSecret("client_key_password", password)
}

// WithUserAgent sets what is sent as User-Agent.
func WithUserAgent(text string) Option { return withText("user_agent", text) }

// WithAllowHTTP lets an http:// API root be used that is not on this machine: secrets travel in clear.
func WithAllowHTTP(allow bool) Option { return withBool("allow_http", allow) }

// WithRoleAtTopLevel sends the role's ARN of a create beside config, as LangSmith's documentation shows it, in place of
// in config, as its schema has it.
func WithRoleAtTopLevel(atTop bool) Option { return withBool("role_at_top_level", atTop) }

// WithLog sends the client's log to a function: one line of JSON for each attempt, retry and outcome, without secrets.
// A call returns when its lines are written: the function must not make one with the same client.
func WithLog(write func(line string)) Option {
	return func(c *config) { c.sink = newLogSink(write) }
}

// OptionInfo describes an option of the C library that was loaded, by the name that it has there.
type OptionInfo struct {
	Key              string
	Type             string // text, integer, boolean, path, url or uuid
	Default          string // "" for none
	Minimum, Maximum int64  // both 0 unless it is an integer
	Secret           bool
	Text             string // what it does
}

// Options lists the options of the C library, as for a program's help. Each has a function With..., and what fails in
// [NewClient] is named by its key.
func Options() []OptionInfo {
	infos := make([]OptionInfo, C.lsexport_option_count())
	for i := range infos {
		index := C.size_t(i)
		infos[i] = OptionInfo{
			Key:     C.GoString(C.lsexport_option_key(index)),
			Type:    C.GoString(C.lsexport_option_type(index)),
			Default: C.GoString(C.lsexport_option_default(index)),
			Minimum: int64(C.lsexport_option_minimum(index)),
			Maximum: int64(C.lsexport_option_maximum(index)),
			Secret:  C.lsexport_option_is_secret(index) != 0,
			Text:    C.GoString(C.lsexport_option_text(index)),
		}
	}
	return infos
}
