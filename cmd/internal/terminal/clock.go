package terminal

import (
	"time"

	"hexiao/kiosk"
)

// How far clocks may be apart before their word is doubted.
const (
	jumpAllowed   = 2 * time.Second  // of the wall against the boot clock, in all
	offsetAllowed = 30 * time.Second // of the wall against HQ's clock
	offsetAgreed  = 20 * time.Second // to be believed again: a clock at the limit must not come and go
	// aheadAllowed is how far after the floor a machine may wake: a shop that was
	// closed over a long holiday, but not a clock that woke in another year.
	aheadAllowed = 45 * 24 * time.Hour
	// jumpsRecorded is how many jumps of an hour get events of their own. What a
	// clock that runs wild does beyond goes into one event of the next hour.
	jumpsRecorded = 10
)

// clock makes moments. It watches the wall clock against the boot clock, against
// what is known of the past, and against HQ, and says how far it can be trusted.
// It belongs to the terminal's goroutine.
//
// All that it keeps are instants at which the machine booted: by the wall, by
// HQ, at the earliest. The boot clock carries each of them on, whatever becomes
// of the wall clock.
type clock struct {
	now     func() time.Time
	boot    BootClock
	quality kiosk.ClockQuality

	wallBoot time.Time // by the wall clock, when it was last believed
	floor    time.Time // at the earliest; zero: not known

	hqKnown  bool
	hqBoot   time.Time     // by HQ's clock
	hqAsked  time.Duration // boot time of the measurement
	measured int           // its number in this run; 0: none

	jumps int           // found in the hour that began then
	hour  time.Duration // boot time

	begun *kiosk.ClockChanged // what was found at the start and is to be recorded; nil: nothing
}

// newClock starts a clock. Within the boot of the last moment the wall must have
// gone on as the boot clock did, and the trust in it is what it was. After
// another boot nobody knows how long the machine stood still: the wall must not
// stand before the floor, nor too far after it. With HQ, a doubt outlives the
// boot, until HQ agrees; without one it would never end.
func newClock(now func() time.Time, boot BootClock, p past, hq bool) *clock {
	c := &clock{now: now, boot: boot}
	m := c.moment()
	if p.last.Boot == boot.ID && !boot.ID.IsZero() {
		c.goOn(m, p)
		return c
	}
	c.wallBoot = m.Wall.Add(-m.Mono)
	if p.last.Clock == kiosk.ClockSuspect && hq {
		c.quality = kiosk.ClockSuspect
	}
	if p.floor.IsZero() {
		c.passed(m)
		return c
	}
	c.floor = p.floor.Add(-m.Mono)
	switch ahead := m.Wall.Sub(p.floor); {
	case ahead < -jumpAllowed:
		c.begin(ahead, kiosk.ClockBehind)
	case ahead > aheadAllowed:
		c.begin(ahead, kiosk.ClockAhead)
	default:
		c.passed(m)
	}
	return c
}

func (c *clock) begin(jump time.Duration, reason kiosk.ClockReason) {
	c.quality = kiosk.ClockSuspect
	c.begun = &kiosk.ClockChanged{Jump: jump, Quality: c.quality, Reason: reason}
}

// goOn takes up what an earlier run in this boot knew; the first look compares.
func (c *clock) goOn(m kiosk.Moment, p past) {
	last := p.last
	c.quality, c.wallBoot = last.Clock, p.base
	if last.HQ.Known {
		c.hqKnown, c.hqBoot, c.hqAsked = true, last.Wall.Add(last.HQ.Offset-last.Mono), last.Mono-last.HQ.Age
	}
	switch {
	case p.floor.IsZero():
	case p.at.Boot == c.boot.ID:
		c.floor = p.floor.Add(-p.at.Mono)
	default: // it had passed by now, nobody knows when
		c.floor = p.floor.Add(-m.Mono)
	}
}

// moment reads the clocks.
func (c *clock) moment() kiosk.Moment {
	m := kiosk.Moment{Wall: c.now().Round(0).UTC(), Mono: c.boot.Since(), Clock: c.quality, Boot: c.boot.ID}
	if c.hqKnown {
		m.HQ = kiosk.HQClock{Known: true, Offset: c.hqBoot.Add(m.Mono).Sub(m.Wall), Age: m.Mono - c.hqAsked}
	}
	return m
}

// look reads the clocks and tells what changed since the last look. After a jump
// the clock is suspect until HQ has agreed with it again.
func (c *clock) look() (m kiosk.Moment, change kiosk.ClockChanged, changed bool) {
	m = c.moment()
	if c.begun != nil {
		return m, *c.begun, true
	}
	wallBoot := m.Wall.Add(-m.Mono)
	jump := wallBoot.Sub(c.wallBoot)
	if jump.Abs() <= jumpAllowed {
		c.passed(m)
		return m, change, false
	}
	c.quality = kiosk.ClockSuspect
	m.Clock = c.quality
	if m.Mono-c.hour >= time.Hour {
		c.jumps, c.hour = 0, m.Mono
	}
	if c.jumps == jumpsRecorded {
		return m, change, false
	}
	c.jumps++
	c.wallBoot = wallBoot
	return m, kiosk.ClockChanged{Jump: jump, Quality: c.quality, Reason: kiosk.ClockJumped}, true
}

// recorded ends what the start found.
func (c *clock) recorded() { c.begun = nil }

// unrecorded makes the next look find a jump again, with all that came since.
func (c *clock) unrecorded(change kiosk.ClockChanged) {
	if c.begun == nil && change.Reason == kiosk.ClockJumped {
		c.wallBoot = c.wallBoot.Add(-change.Jump)
		c.jumps--
	}
}

// passed notes that a time has passed, if the moment can vouch for it.
func (c *clock) passed(m kiosk.Moment) {
	if wallBoot := m.Wall.Add(-m.Mono); m.Clock != kiosk.ClockSuspect && wallBoot.After(c.floor) {
		c.floor = wallBoot
	}
}

// past is what this clock leaves to the next.
func (c *clock) past() past {
	m := c.moment()
	p := past{last: m, at: m, base: c.wallBoot, baseAt: m.Mono}
	if !c.floor.IsZero() {
		p.floor = c.floor.Add(m.Mono)
	}
	return p
}

// compare takes HQ's time at a time of the boot clock, of the measurement with
// that number; the engine reports more often than it measures. HQ's word counts
// for more than any floor. It tells whether the trust in the clock begins or ends.
func (c *clock) compare(measured int, hq time.Time, at time.Duration) (change kiosk.ClockChanged, changed bool) {
	if measured == c.measured {
		return change, false
	}
	c.measured = measured
	c.hqKnown, c.hqBoot, c.hqAsked = true, hq.Round(0).Add(-at), at
	m := c.moment()
	suspect, off := c.quality == kiosk.ClockSuspect, m.HQ.Offset.Abs()
	if off > offsetAllowed || suspect && off > offsetAgreed {
		c.quality, c.floor = kiosk.ClockSuspect, c.hqBoot
		return kiosk.ClockChanged{Jump: -m.HQ.Offset, Quality: c.quality, Reason: kiosk.ClockOff}, !suspect
	}
	c.quality, c.wallBoot, c.begun = kiosk.ClockSynced, m.Wall.Add(-m.Mono), nil
	c.floor = c.wallBoot
	return kiosk.ClockChanged{Jump: -m.HQ.Offset, Quality: c.quality, Reason: kiosk.ClockAgreed}, suspect
}
