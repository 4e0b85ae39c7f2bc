package kiosk_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"hexiao/kiosk"
)

func TestBounds(t *testing.T) {
	hq := func(offset, age time.Duration) kiosk.HQClock {
		return kiosk.HQClock{Known: true, Offset: offset, Age: age}
	}
	const ms, day = time.Millisecond, 24 * time.Hour
	for name, c := range map[string]struct {
		clock kiosk.ClockQuality
		hq    kiosk.HQClock
		lead  time.Duration
		slack time.Duration // 0: no bounds
	}{
		"just asked":            {kiosk.ClockSynced, hq(0, 0), 0, 10*time.Second + ms},
		"ahead":                 {kiosk.ClockSynced, hq(-7*time.Second, time.Second), -7 * time.Second, 10*time.Second + 1400*time.Microsecond},
		"asked ten days ago":    {kiosk.ClockSynced, hq(time.Second, 10*day), time.Second, 10*time.Second + 345_601*ms},
		"suspect, HQ is known":  {kiosk.ClockSuspect, hq(9*time.Hour, time.Hour), 9 * time.Hour, 10*time.Second + 1_441*ms},
		"an age that is none":   {kiosk.ClockSynced, hq(0, -time.Hour), 0, 10*time.Second + ms},
		"synced, nobody asked":  {kiosk.ClockSynced, kiosk.HQClock{}, 0, 2_103_601 * ms},
		"unchecked":             {kiosk.ClockUnchecked, kiosk.HQClock{}, 0, 45*day + ms},
		"suspect":               {kiosk.ClockSuspect, kiosk.HQClock{}, 0, 0},
		"of a later version":    {kiosk.ClockQuality(9), kiosk.HQClock{}, 0, 0},
		"suspect, of no offset": {kiosk.ClockSuspect, kiosk.HQClock{Offset: time.Hour}, 0, 0},
	} {
		m := kiosk.Moment{Wall: noon(), Clock: c.clock, HQ: c.hq}
		got := m.Bounds()
		want := kiosk.Bounds{}
		if c.slack > 0 {
			s := c.slack.Truncate(ms)
			want = kiosk.Bounds{Earliest: noon().Add(c.lead - s), Latest: noon().Add(c.lead + s)}
		}
		if got != want || got.Known() != (c.slack > 0) {
			t.Errorf("%s: %v, want %v", name, got, want)
		}
	}
}

func TestBoundsBefore(t *testing.T) {
	span := func(from, to int) kiosk.Bounds {
		return kiosk.Bounds{Earliest: noon().Add(time.Duration(from)), Latest: noon().Add(time.Duration(to))}
	}
	for _, c := range []struct {
		a, b   kiosk.Bounds
		before bool
	}{
		{span(0, 1), span(2, 3), true},
		{span(2, 3), span(0, 1), false},
		{span(0, 2), span(2, 3), false}, // they touch
		{span(0, 2), span(1, 3), false},
		{kiosk.Bounds{}, span(0, 1), false},
		{span(0, 1), kiosk.Bounds{}, false},
		{kiosk.Bounds{}, kiosk.Bounds{}, false},
	} {
		if got := c.a.Before(c.b); got != c.before {
			t.Errorf("%v before %v: %t", c.a, c.b, got)
		}
	}
}

// What a terminal knows of its clock is the evidence at HQ and at other terminals,
// whatever it passes on its way.
func TestBoundsAreKept(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e := terminalEvent(t)
		s := throughDisk(t, fold(kiosk.OrderState{}, e))
		if got, want := s.Redemptions[0].Bounds(), e.At.Bounds(); got != want {
			t.Fatalf("kept %v, want %v", got, want)
		}
		bare := s.Redemptions[0].Source
		bare.Lead, bare.Slack = 0, 0
		same(t, "carried as two instants", s.Redemptions[0].Source, bare.WithBounds(e.At.Bounds()))
	})
	src := kiosk.Source{At: noon(), Lead: 1, Slack: 2}
	crossed := kiosk.Bounds{Earliest: noon(), Latest: noon().Add(-1)}
	if got := src.WithBounds(crossed); got.Bounds().Known() {
		t.Errorf("bounds that contradict themselves are kept: %v", got.Bounds())
	}
}

func terminalEvent(t *rapid.T) kiosk.Event {
	tm := terminal{name: "K1", at: noon()}
	e := tm.event(kiosk.Redeemed{Order: "O1", Lines: whole(order()), Method: kiosk.MethodAlone})
	e.At.Clock = rapid.SampledFrom([]kiosk.ClockQuality{kiosk.ClockSynced, kiosk.ClockUnchecked, kiosk.ClockSuspect}).Draw(t, "clock")
	e.At.HQ.Known = rapid.Bool().Draw(t, "HQ is known")
	e.At.HQ.Offset = time.Duration(rapid.IntRange(-1e9, 1e9).Draw(t, "offset")) * time.Millisecond
	e.At.HQ.Age = time.Duration(rapid.IntRange(0, 1e9).Draw(t, "age")) * time.Millisecond
	return e
}
