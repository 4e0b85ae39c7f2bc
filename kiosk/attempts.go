package kiosk

import (
	"slices"
	"time"
)

// TypeAttemptFailed is the type of [AttemptFailed].
const TypeAttemptFailed EventType = "attempt-failed"

// AttemptKind says what was tried in vain.
type AttemptKind string

// The kinds of attempts.
const (
	AttemptPIN     AttemptKind = "pin"     // a PIN that nobody here has
	AttemptTyped   AttemptKind = "typed"   // a code typed on the keypad that opens no order
	AttemptScanned AttemptKind = "scanned" // so many short codes from scanners that they are refused for a while
)

// AttemptFailed records a guess, so that a restart gives no new ones and HQ
// hears of them. It says neither what was tried nor by whom. PINs and typed
// codes are recorded one by one; of short codes that scanners read in vain,
// only what led to a lock-out, or a misprinted label would fill the journal.
type AttemptFailed struct {
	Kind AttemptKind `cbor:"1,keyasint"`
}

// Type is TypeAttemptFailed.
func (AttemptFailed) Type() EventType { return TypeAttemptFailed }

// Subject is empty: a code that opens no order concerns none.
func (AttemptFailed) Subject() OrderID { return "" }

// MaxTypedAttempts is how many failed typed codes [Attempts] remembers; a policy
// that allows more allows as many.
const MaxTypedAttempts = 32

// Attempts is what a terminal's events say of failed attempts, so that the
// limits on guessing outlive a restart. It is a fold over all events in the
// order of their sequence, see [Attempts.Apply].
//
// Its times count on an axis of its own: how much time has passed for certain.
// Within one run of the terminal the monotonic times of its events tell; what
// lies between two runs counts as nothing, whatever the wall clock says. A clock
// that is set, or a terminal that is switched off and on, can therefore make an
// attempt look later than it was, never earlier.
type Attempts struct {
	Passed time.Duration `json:",omitempty"` // until the last event
	Epoch  uint32        `json:",omitempty"` // of the last event
	Mono   time.Duration `json:",omitempty"` // of the last event

	PIN   int           `json:",omitempty"` // wrong PINs since somebody signed in
	PINAt time.Duration `json:",omitempty"` // when the last of them came
	// Typed has the times of the last MaxTypedAttempts failed typed codes.
	Typed []time.Duration `json:",omitempty"`
	// Scanned is when scanners were last locked out, if Locked.
	Scanned time.Duration `json:",omitempty"`
	Locked  bool          `json:",omitempty"`
}

// Apply gives the attempts after one more event.
func (a Attempts) Apply(e Event) Attempts {
	if e.Epoch == a.Epoch {
		a.Passed += max(0, e.At.Mono-a.Mono)
	}
	a.Epoch, a.Mono = e.Epoch, e.At.Mono
	switch b := e.Body.(type) {
	case SignedIn:
		a.PIN = 0
	case AttemptFailed:
		switch b.Kind {
		case AttemptPIN:
			a.PIN, a.PINAt = a.PIN+1, a.Passed
		case AttemptTyped:
			from := max(0, len(a.Typed)+1-MaxTypedAttempts)
			a.Typed = append(slices.Clone(a.Typed[from:]), a.Passed) // a copy: states are handed about
		case AttemptScanned:
			a.Scanned, a.Locked = a.Passed, true
		}
	}
	return a
}
