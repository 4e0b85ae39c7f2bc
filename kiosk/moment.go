package kiosk

import (
	"encoding/hex"
	"time"
)

// BootID names one running of a machine's kernel. Monotonic times can be
// compared within one boot, and only there. The zero BootID is not known.
type BootID [16]byte

// String gives 32 hex digits.
func (b BootID) String() string { return hex.EncodeToString(b[:]) }

// IsZero reports whether the boot is not known.
func (b BootID) IsZero() bool { return b == BootID{} }

// ClockQuality says how far an event's wall time can be trusted.
type ClockQuality uint8

// The clock qualities.
const (
	ClockUnchecked ClockQuality = 0 // nothing speaks against it, and HQ has not been asked
	ClockSynced    ClockQuality = 1 // agreed with HQ's within seconds, in this boot
	ClockSuspect   ClockQuality = 2 // jumped, ran before what had passed, ran far ahead, or disagrees with HQ's
)

// HQClock is what a terminal knows of HQ's clock at a moment: nothing, or what
// it measured some time ago in the same boot, carried on by the boot clock since.
type HQClock struct {
	Known  bool
	Offset time.Duration // to be added to the moment's Wall to have HQ's time
	Age    time.Duration // boot time since HQ was asked
}

// Moment is when something happens: wall time (UTC), time since this boot of
// the machine, and how good the wall clock is. The order of events comes from
// their sequence, never from the wall.
type Moment struct {
	Wall  time.Time
	Mono  time.Duration // since Boot, also while the machine sleeps
	Clock ClockQuality
	Boot  BootID
	HQ    HQClock
}

// Time is the wall time where it can be trusted, and HQ's time where it cannot
// and HQ's clock is known; false where nothing tells. It is the time by which
// an event counts to a business day.
func (m Moment) Time() (time.Time, bool) {
	switch {
	case m.Clock != ClockSuspect:
		return m.Wall, true
	case m.HQ.Known:
		return m.Wall.Add(m.HQ.Offset), true
	}
	return time.Time{}, false
}

// Since is how long ago an earlier moment of any terminal was, as far as that
// can be told: by the boot clock within one boot, whatever happened to the wall
// clock; otherwise by the times that both moments can vouch for. It is negative
// where two such times contradict the order of events.
func (m Moment) Since(earlier Moment) (time.Duration, bool) {
	if m.Boot == earlier.Boot && !m.Boot.IsZero() {
		return m.Mono - earlier.Mono, true
	}
	now, ok := m.Time()
	then, also := earlier.Time()
	return now.Sub(then), ok && also
}

// ClockReason says what a clock-changed event was recorded for.
type ClockReason uint8

// The reasons.
const (
	ClockJumped ClockReason = 0 // against the boot clock, while running or over a restart of the program
	ClockBehind ClockReason = 1 // after a boot: before a time that is known to have passed
	ClockAhead  ClockReason = 2 // after a boot: further ahead than a terminal stands still
	ClockOff    ClockReason = 3 // HQ's clock disagrees
	ClockAgreed ClockReason = 4 // HQ's clock agrees again
)

// ClockChanged records that the wall clock changed, or the trust in it.
type ClockChanged struct {
	Jump    time.Duration `cbor:"1,keyasint"` // against what Reason names; positive: forwards
	Quality ClockQuality  `cbor:"2,keyasint"` // from now on
	Reason  ClockReason   `cbor:"3,keyasint,omitempty"`
}
