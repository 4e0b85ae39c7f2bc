package kiosk

import "time"

// What clocks are believed to do at the worst. Between two handovers whose bounds
// overlap HQ does not choose by the clock: a wrong choice costs somebody money, a
// person's look costs a minute.
const (
	// syncedSlack bounds a clock that agreed with HQ's in this boot when nobody kept
	// by how much and when: the 30 s within which it counts as agreeing, and the
	// drift of 60 days.
	syncedSlack = 30*time.Second + 60*24*time.Hour/leaseDrift
	// uncheckedSlack bounds a clock that nothing speaks against and that HQ has not
	// been asked about since the machine started. The terminal's own checks find it
	// plausible within 45 days: a machine without a clock battery goes on from when it
	// was switched off, before a long holiday, and a clock may wake as far ahead. So
	// such a clock chooses a winner only where months lie between two handovers.
	uncheckedSlack = 45 * 24 * time.Hour
)

// Bounds are the earliest and the latest instant, by HQ's clock, at which
// something can have happened. The zero Bounds exclude nothing.
type Bounds struct{ Earliest, Latest time.Time }

// Known reports whether anything is excluded.
func (b Bounds) Known() bool { return !b.Latest.IsZero() }

// Before reports whether b was before c whatever the clocks did: the bounds do
// not even touch.
func (b Bounds) Before(c Bounds) bool {
	return b.Known() && c.Known() && b.Latest.Before(c.Earliest)
}

// Bounds tells when the moment was, by HQ's clock. Where the offset to HQ's clock
// is known, from the same boot and so whatever the wall clock did since, they are
// half a [MaxHQRoundTrip] and 400 ppm of the measurement's age (two clocks, each four
// times worse than quartzes are specified for) around HQ's time; else
// as wide as the wall clock is good: 35 minutes (synced), 45 days (unchecked), no
// bounds at all (suspect). They suppose that the terminal tells the truth and that
// HQ's own clock runs right.
func (m Moment) Bounds() Bounds {
	lead, slack := m.spread()
	return Source{At: m.Wall, Lead: lead, Slack: slack}.Bounds()
}

// spread is how far HQ's clock was ahead of Wall, and how far that may be wrong,
// in milliseconds; slack is 0 where nobody can tell.
func (m Moment) spread() (lead, slack int64) {
	switch {
	case m.HQ.Known:
		age := max(m.HQ.Age, 0)
		return m.HQ.Offset.Milliseconds(), ceil(MaxHQRoundTrip/2 + age/leaseDrift)
	case m.Clock == ClockSynced:
		return 0, ceil(syncedSlack)
	case m.Clock == ClockUnchecked:
		return 0, ceil(uncheckedSlack)
	}
	return 0, 0
}

// ceil gives whole milliseconds, one more for what was cut off elsewhere.
func ceil(d time.Duration) int64 { return d.Milliseconds() + 1 }

// Bounds tells when the event was, by HQ's clock, as far as that was kept: of
// handovers alone.
func (s Source) Bounds() Bounds {
	if s.Slack <= 0 {
		return Bounds{}
	}
	middle := s.At.Add(time.Duration(s.Lead) * time.Millisecond)
	slack := time.Duration(s.Slack) * time.Millisecond
	return Bounds{Earliest: middle.Add(-slack).UTC(), Latest: middle.Add(slack).UTC()}
}

// WithBounds keeps bounds, to the millisecond; none that contradict themselves.
func (s Source) WithBounds(b Bounds) Source {
	s.Lead, s.Slack = 0, 0
	if !b.Known() || b.Latest.Before(b.Earliest) {
		return s
	}
	half := b.Latest.Sub(b.Earliest) / 2
	s.Lead, s.Slack = b.Earliest.Add(half).Sub(s.At).Milliseconds(), max(1, half.Milliseconds())
	return s
}
