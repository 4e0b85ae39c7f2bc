package terminal

import (
	"testing"
	"time"

	"hexiao/kiosk"
)

// fakeTime is a wall clock and a boot clock that run apart at will.
type fakeTime struct {
	wall time.Time
	mono time.Duration
	boot byte
}

func newFakeTime() *fakeTime {
	return &fakeTime{wall: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), mono: time.Hour, boot: 1}
}

func (f *fakeTime) now() time.Time { return f.wall }

func (f *fakeTime) clock(p past, hq bool) *clock {
	return newClock(f.now, BootClock{ID: kiosk.BootID{f.boot}, Since: func() time.Duration { return f.mono }}, p, hq)
}

func (f *fakeTime) pass(d time.Duration) { f.wall, f.mono = f.wall.Add(d), f.mono+d }

func (f *fakeTime) reboot(off time.Duration) {
	f.wall, f.mono = f.wall.Add(off), time.Second
	f.boot++
}

const day = 24 * time.Hour

func TestClockFindsJumps(t *testing.T) {
	for name, c := range map[string]struct {
		set     time.Duration
		jumped  bool
		quality kiosk.ClockQuality
	}{
		"none":             {0, false, kiosk.ClockSynced},
		"a leap second":    {time.Second, false, kiosk.ClockSynced},
		"an hour forwards": {time.Hour, true, kiosk.ClockSuspect},
		"three seconds":    {-3 * time.Second, true, kiosk.ClockSuspect},
		"ten years back":   {-3653 * day, true, kiosk.ClockSuspect},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFakeTime()
			clk := f.clock(past{}, true)
			hq := f.wall.Add(time.Second)
			clk.compare(1, hq, f.mono)
			f.pass(10 * time.Second)
			f.wall = f.wall.Add(c.set)
			m, change, jumped := clk.look()
			if jumped != c.jumped || jumped && change.Jump != c.set || m.Clock != c.quality {
				t.Errorf("%v, %+v, quality %v", jumped, change, m.Clock)
			}
			if !m.HQ.Known || m.HQ.Offset != time.Second-c.set || m.HQ.Age != 10*time.Second {
				t.Errorf("HQ's clock %+v", m.HQ)
			}
			if _, _, again := clk.look(); again {
				t.Error("the same jump was told twice")
			}
			if _, changed := clk.compare(1, hq, time.Hour); changed || clk.quality != c.quality {
				t.Error("an offset from before the jump changes the clock's quality")
			}
			change, changed := clk.compare(2, f.wall.Add(-time.Second), f.mono)
			if clk.quality != kiosk.ClockSynced || changed != c.jumped || changed && (change.Reason != kiosk.ClockAgreed || change.Jump != time.Second) {
				t.Errorf("HQ agrees: %v, %+v, %v", clk.quality, change, changed)
			}
		})
	}
}

// Many steps that are each too small to be a jump are one in the end.
func TestClockFindsCreeping(t *testing.T) {
	f := newFakeTime()
	clk := f.clock(past{}, true)
	for n := range 5 {
		f.pass(time.Second)
		f.wall = f.wall.Add(500 * time.Millisecond)
		if _, change, jumped := clk.look(); jumped != (n == 4) || jumped && change.Jump != 2500*time.Millisecond {
			t.Errorf("after %d steps: %+v, %v", n+1, change, jumped)
		}
	}
}

// A clock that runs wild fills no journal, and nothing of it is forgotten.
func TestClockThatRunsWild(t *testing.T) {
	f := newFakeTime()
	clk := f.clock(past{}, true)
	var told int
	var sum time.Duration
	for range 3 * 3600 {
		f.mono += time.Second // the wall stands still
		if _, change, jumped := clk.look(); jumped {
			told++
			sum += change.Jump
		}
		if clk.quality != kiosk.ClockSuspect && f.mono > time.Hour+3*time.Second {
			t.Fatal("it is trusted")
		}
	}
	f.pass(time.Hour)
	_, change, _ := clk.look()
	if sum += change.Jump; sum != -3*time.Hour || told > 31 {
		t.Errorf("%d changes were told, of %v in all", told, sum)
	}
}

func TestClockAgainstHQ(t *testing.T) {
	f := newFakeTime()
	clk := f.clock(past{}, true)
	if _, changed := clk.compare(0, time.Time{}, 0); changed || clk.quality != kiosk.ClockUnchecked || clk.moment().HQ.Known {
		t.Error("what was never measured is believed")
	}
	for n, c := range []struct {
		off     time.Duration
		quality kiosk.ClockQuality
		reason  kiosk.ClockReason
		told    bool
	}{
		{off: 30 * time.Second, quality: kiosk.ClockSynced},
		{off: -31 * time.Second, quality: kiosk.ClockSuspect, reason: kiosk.ClockOff, told: true},
		{off: 25 * time.Second, quality: kiosk.ClockSuspect},
		{off: time.Hour, quality: kiosk.ClockSuspect},
		{off: -20 * time.Second, quality: kiosk.ClockSynced, reason: kiosk.ClockAgreed, told: true},
		{off: 25 * time.Second, quality: kiosk.ClockSynced},
	} {
		f.pass(time.Minute)
		change, told := clk.compare(n+1, f.wall.Add(c.off), f.mono)
		if clk.quality != c.quality || told != c.told || told && (change.Reason != c.reason || change.Jump != -c.off || change.Quality != c.quality) {
			t.Errorf("%v from HQ's clock: %v, %+v, %v", c.off, clk.quality, change, told)
		}
	}
	// An answer that was on its way while the clock was set is of the time when HQ gave it.
	at, hq := f.mono, f.wall
	f.pass(time.Second)
	f.wall = f.wall.Add(time.Hour)
	clk.look()
	if clk.compare(99, hq, at); clk.quality != kiosk.ClockSuspect {
		t.Error("an answer from before the jump restores trust after it")
	}
}

// What a clock leaves behind is what the next one starts from.
func TestClockAfterARestart(t *testing.T) {
	for name, c := range map[string]struct {
		before  func(*fakeTime, *clock) // after an hour of running, with HQ's word
		local   bool
		restart func(*fakeTime)
		quality kiosk.ClockQuality
		told    bool
		reason  kiosk.ClockReason
	}{
		"in the boot":                 {restart: func(f *fakeTime) { f.pass(time.Hour) }, quality: kiosk.ClockSynced},
		"in the boot, a bit adjusted": {restart: func(f *fakeTime) { f.pass(time.Hour); f.wall = f.wall.Add(time.Second) }, quality: kiosk.ClockSynced},
		"in the boot, set back": {
			restart: func(f *fakeTime) { f.pass(time.Hour); f.wall = f.wall.Add(-time.Minute) }, quality: kiosk.ClockSuspect, told: true,
		},
		"in the boot, set forwards": {
			restart: func(f *fakeTime) { f.wall = f.wall.Add(20 * day) }, quality: kiosk.ClockSuspect, told: true,
		},
		"in the boot, in doubt before": {
			before:  func(f *fakeTime, clk *clock) { f.wall = f.wall.Add(time.Hour); clk.look() },
			restart: func(f *fakeTime) { f.pass(time.Hour) }, quality: kiosk.ClockSuspect,
		},
		"in the boot, in doubt and set right": {
			before:  func(f *fakeTime, clk *clock) { f.wall = f.wall.Add(time.Hour); clk.look() },
			restart: func(f *fakeTime) { f.wall = f.wall.Add(-time.Hour) }, quality: kiosk.ClockSuspect, told: true,
		},
		"at once":        {restart: func(f *fakeTime) { f.reboot(0) }, quality: kiosk.ClockUnchecked},
		"the next day":   {restart: func(f *fakeTime) { f.reboot(day) }, quality: kiosk.ClockUnchecked},
		"after 45 days":  {restart: func(f *fakeTime) { f.reboot(45 * day) }, quality: kiosk.ClockUnchecked},
		"after 46 days":  {restart: func(f *fakeTime) { f.reboot(46 * day) }, quality: kiosk.ClockSuspect, told: true, reason: kiosk.ClockAhead},
		"a second early": {restart: func(f *fakeTime) { f.reboot(-time.Second) }, quality: kiosk.ClockUnchecked},
		"a minute early": {restart: func(f *fakeTime) { f.reboot(-time.Minute) }, quality: kiosk.ClockSuspect, told: true, reason: kiosk.ClockBehind},
		"in 1970": {
			restart: func(f *fakeTime) { f.reboot(0); f.wall = time.Unix(0, 0) }, quality: kiosk.ClockSuspect, told: true, reason: kiosk.ClockBehind,
		},
		"in doubt before": {
			before:  func(f *fakeTime, clk *clock) { f.wall = f.wall.Add(time.Hour); clk.look() },
			restart: func(f *fakeTime) { f.reboot(0) }, quality: kiosk.ClockSuspect,
		},
		"in doubt before, no HQ": {
			before:  func(f *fakeTime, clk *clock) { f.wall = f.wall.Add(time.Hour); clk.look() },
			restart: func(f *fakeTime) { f.reboot(0) }, quality: kiosk.ClockUnchecked, local: true,
		},
		// The boot clock went on while the wall was behind: that much has passed.
		"set back and run on, no HQ": {
			before: func(f *fakeTime, clk *clock) {
				f.wall = f.wall.Add(-time.Hour)
				clk.look()
				f.pass(3 * time.Hour)
				clk.look()
			},
			restart: func(f *fakeTime) { f.reboot(time.Minute) }, quality: kiosk.ClockSuspect, told: true, reason: kiosk.ClockBehind, local: true,
		},
		// The machine had run a year ahead, and HQ said so.
		"HQ lowered the floor": {
			before: func(f *fakeTime, clk *clock) {
				f.wall = f.wall.Add(-365 * day)
				clk.look()
				clk.compare(7, f.wall, f.mono)
			},
			restart: func(f *fakeTime) { f.reboot(time.Hour) }, quality: kiosk.ClockUnchecked,
		},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFakeTime()
			clk := f.clock(past{}, !c.local)
			f.pass(time.Hour)
			if clk.look(); !c.local {
				clk.compare(1, f.wall, f.mono)
			}
			if c.before != nil {
				c.before(f, clk)
			}
			p := clk.past()
			c.restart(f)
			clk = f.clock(p, !c.local)
			m, change, told := clk.look()
			if m.Clock != c.quality || told != c.told || change.Reason != c.reason {
				t.Errorf("quality %v, told %v of %+v", m.Clock, told, change)
			}
			clk.recorded()
			if _, _, again := clk.look(); again {
				t.Error("told twice")
			}
			if m.HQ.Known != (p.last.HQ.Known && p.last.Boot == m.Boot) {
				t.Errorf("HQ's clock: %+v, before %+v", m.HQ, p.last.HQ)
			}
		})
	}
}

// A change that could not be recorded is found again, with what came since.
func TestClockUnrecorded(t *testing.T) {
	f := newFakeTime()
	clk := f.clock(past{}, true)
	f.wall = f.wall.Add(time.Hour)
	_, change, _ := clk.look()
	clk.unrecorded(change)
	f.wall = f.wall.Add(time.Minute)
	if _, change, told := clk.look(); !told || change.Jump != 61*time.Minute {
		t.Errorf("%v of %+v", told, change)
	}
	p := clk.past()
	f.reboot(-day)
	clk = f.clock(p, true)
	for range 2 {
		if _, change, told := clk.look(); !told || change.Reason != kiosk.ClockBehind {
			t.Errorf("%v of %+v", told, change)
		}
		clk.unrecorded(change)
	}
}

func TestPastOfEvents(t *testing.T) {
	f := newFakeTime()
	at := func(boot byte, wall, mono time.Duration, q kiosk.ClockQuality, hq ...time.Duration) kiosk.Moment {
		m := kiosk.Moment{Wall: f.wall.Add(wall), Mono: mono, Boot: kiosk.BootID{boot}, Clock: q}
		if len(hq) > 0 {
			m.HQ = kiosk.HQClock{Known: true, Offset: hq[0]}
		}
		return m
	}
	const unchecked, synced, suspect = kiosk.ClockUnchecked, kiosk.ClockSynced, kiosk.ClockSuspect
	for name, c := range map[string]struct {
		events []kiosk.Moment
		floor  time.Duration
	}{
		"the last":                      {[]kiosk.Moment{at(1, 0, 0, unchecked), at(1, day, day, synced)}, day},
		"doubt raises nothing":          {[]kiosk.Moment{at(1, 0, 0, synced), at(2, day, 0, suspect)}, 0},
		"doubt, but the boot clock ran": {[]kiosk.Moment{at(1, 0, 0, synced), at(1, 9*day, time.Hour, suspect)}, time.Hour},
		"doubt, and HQ known":           {[]kiosk.Moment{at(1, 0, 0, synced), at(2, -9*day, 0, suspect, 10*day)}, day},
		"unchecked lowers nothing":      {[]kiosk.Moment{at(1, day, 0, synced), at(2, 0, 0, unchecked)}, day},
		"HQ lowers it":                  {[]kiosk.Moment{at(1, 99*day, 0, unchecked), at(2, 0, 0, synced)}, 0},
		"HQ lowers it in doubt":         {[]kiosk.Moment{at(1, 99*day, 0, unchecked), at(2, 0, 0, suspect, day)}, day},
	} {
		t.Run(name, func(t *testing.T) {
			var p past
			for _, m := range c.events {
				p.follow(kiosk.Event{At: m, Body: kiosk.SignedIn{}})
			}
			if got := p.floor.Sub(f.wall); got != c.floor || p.last != c.events[len(c.events)-1] {
				t.Errorf("floor %v, want %v; last %+v", got, c.floor, p.last)
			}
		})
	}
}
