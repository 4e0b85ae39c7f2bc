package terminal

import (
	"testing"
	"time"

	"hexiao/kiosk"
)

// fakeTime is a wall clock and a monotonic one that run apart at will.
type fakeTime struct {
	wall time.Time
	mono time.Duration
}

func (f *fakeTime) now() time.Time       { return f.wall }
func (f *fakeTime) since() time.Duration { return f.mono }

func TestClockFindsJumps(t *testing.T) {
	const tick = 10 * time.Second
	for name, c := range map[string]struct {
		set     time.Duration
		jumped  bool
		quality kiosk.ClockQuality
	}{
		"none":             {0, false, kiosk.ClockSynced},
		"a slewing second": {time.Second, false, kiosk.ClockSynced},
		"an hour forwards": {time.Hour, true, kiosk.ClockSuspect},
		"ten years back":   {-10 * 365 * 24 * time.Hour, true, kiosk.ClockSuspect},
	} {
		t.Run(name, func(t *testing.T) {
			f := &fakeTime{wall: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)}
			clk := newClock(f.now, f.since, time.Time{})
			clk.compare(1, time.Second)
			f.wall, f.mono = f.wall.Add(tick+c.set), f.mono+tick
			jump, jumped := clk.look()
			if jumped != c.jumped || jumped && jump != c.set || clk.moment().Clock != c.quality {
				t.Errorf("jump %v %v, quality %v", jump, jumped, clk.moment().Clock)
			}
			if _, again := clk.look(); again {
				t.Error("the same jump was told twice")
			}
			clk.compare(1, time.Second)
			if clk.moment().Clock != c.quality {
				t.Error("an offset from before the jump changes the clock's quality")
			}
			clk.compare(2, time.Second) // the same offset, measured anew
			if clk.moment().Clock != kiosk.ClockSynced {
				t.Error("HQ's agreement does not restore trust")
			}
		})
	}
}

func TestClockIsSuspectFromTheStart(t *testing.T) {
	f := &fakeTime{wall: time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)}
	if q := newClock(f.now, f.since, f.wall.Add(time.Hour)).moment().Clock; q != kiosk.ClockSuspect {
		t.Errorf("a clock before the last event has quality %v", q)
	}
	clk := newClock(f.now, f.since, f.wall.Add(-time.Hour))
	if q := clk.moment().Clock; q != kiosk.ClockUnchecked {
		t.Errorf("quality %v before anybody compared", q)
	}
	clk.compare(0, 0) // reported before anything was measured
	if q := clk.moment().Clock; q != kiosk.ClockUnchecked {
		t.Errorf("quality %v before anything was measured", q)
	}
	clk.compare(1, -time.Minute)
	if q := clk.moment().Clock; q != kiosk.ClockSuspect {
		t.Errorf("a minute from HQ's clock is quality %v", q)
	}
}
