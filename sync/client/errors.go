package client

import (
	"errors"
	"fmt"
	"time"

	"github.com/cenkalti/backoff/v5"
)

// Returned by New and Enrol.
var (
	// ErrAddress is returned for an address of HQ that is no http or https URL.
	ErrAddress = errors.New("HQ's address must look like https://hq.example")
	// ErrOptions is returned when a key or an id is missing or of a wrong length.
	ErrOptions = errors.New("the client of HQ is not put together")
)

// Returned by every call.
var (
	// ErrUnreachable is returned when no answer came: no network, no HQ, or none in time.
	ErrUnreachable = errors.New("HQ cannot be reached")
	// ErrNotHQ is returned for an answer that HQ does not give: a login page of the
	// network, a proxy, another program. One that HQ did not sign is ErrUnreachable
	// as well: nothing came from HQ.
	ErrNotHQ = errors.New("what answers at HQ's address is not HQ")
)

// unreachable is ErrUnreachable with its cause.
type unreachable struct{ cause error }

// Error names the cause, cut short: it may quote what something that is not HQ
// sent.
func (u *unreachable) Error() string { return fmt.Sprintf("%v: %.160s", ErrUnreachable, u.cause) }

// Unwrap gives ErrUnreachable and the cause.
func (u *unreachable) Unwrap() []error { return []error{ErrUnreachable, u.cause} }

// Unreachable tells a caller who does not know this package that further calls
// will fail in the same way.
func (u *unreachable) Unreachable() bool { return true }

// later is an error together with HQ's wish to be left alone.
type later struct {
	error
	wait time.Duration
}

// Unwrap gives both.
func (l later) Unwrap() []error { return []error{l.error, &backoff.RetryAfterError{Duration: l.wait}} }

func notHQ(format string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrNotHQ, fmt.Sprintf(format, args...))
}

// unsigned is an answer that counts as none, because HQ did not sign it.
func unsigned(format string, args ...any) error { return &unreachable{notHQ(format, args...)} }
