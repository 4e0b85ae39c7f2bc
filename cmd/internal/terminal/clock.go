package terminal

import (
	"time"

	"hexiao/kiosk"
)

// How far the wall clock may be off before its word is doubted.
const (
	jumpAllowed   = 2 * time.Second  // between two looks, against monotonic time
	offsetAllowed = 30 * time.Second // against HQ's clock
)

// clock makes moments. It watches the wall clock against monotonic time and
// against HQ, and says how far it can be trusted. It belongs to the terminal's
// goroutine.
type clock struct {
	now      func() time.Time
	since    func() time.Duration // monotonic, since the terminal started
	wall     time.Time            // at the last look
	mono     time.Duration        // at the last look
	quality  kiosk.ClockQuality
	measured int // number of the last measurement of HQ's offset; 0: none
}

// newClock starts a clock. A wall clock that stands before the journal's last
// event is wrong from the beginning.
func newClock(now func() time.Time, since func() time.Duration, lastEvent time.Time) *clock {
	c := &clock{now: now, since: since}
	m := c.moment()
	c.wall, c.mono = m.Wall, m.Mono
	if m.Wall.Before(lastEvent) {
		c.quality = kiosk.ClockSuspect
	}
	return c
}

// stopwatch gives monotonic time since now, by the monotonic reading that
// time.Now carries.
func stopwatch(now func() time.Time) func() time.Duration {
	start := now()
	return func() time.Duration { return now().Sub(start) }
}

func (c *clock) moment() kiosk.Moment {
	return kiosk.Moment{Wall: c.now().Round(0).UTC(), Mono: c.since(), Clock: c.quality}
}

// look tells of a jump of the wall clock since the last look; positive is
// forwards. After one the clock is suspect until HQ has agreed with it again.
func (c *clock) look() (jump time.Duration, jumped bool) {
	m := c.moment()
	jump = m.Wall.Sub(c.wall) - (m.Mono - c.mono)
	c.wall, c.mono = m.Wall, m.Mono
	if jump.Abs() <= jumpAllowed {
		return 0, false
	}
	c.quality = kiosk.ClockSuspect
	return jump, true
}

// compare takes HQ's offset from this machine's clock, of the measurement with
// that number. The engine reports more often than it measures: what was measured
// before a jump must not restore trust after it.
func (c *clock) compare(measured int, offset time.Duration) {
	if measured == c.measured {
		return
	}
	c.measured = measured
	c.quality = kiosk.ClockSynced
	if offset.Abs() > offsetAllowed {
		c.quality = kiosk.ClockSuspect
	}
}
