package terminal

import (
	"fmt"
	"time"

	"hexiao/kiosk"
)

// ClockState is how a terminal's wall clock stands, as far as its files tell.
type ClockState struct {
	Quality kiosk.ClockQuality
	Text    string // as a sentence goes on after "the clock"
}

// ClockOf judges the wall clock as a start of the terminal would, and changes
// nothing. events gives the journal's events, or the last of them, in their order.
func ClockOf(f Folder, events func(func(kiosk.Event) error) error, orders kiosk.Cache, now func() time.Time) (ClockState, error) {
	var p past
	if err := events(func(e kiosk.Event) error { p.follow(e); return nil }); err != nil {
		return ClockState{}, err
	}
	return clockAfter(f, p, orders, now)
}

func clockAfter(f Folder, p past, orders kiosk.Cache, now func() time.Time) (ClockState, error) {
	boot, err := MachineBoot()
	if err != nil {
		boot = runClock(now)
	}
	file, err := readClockFile(f)
	if err != nil {
		return ClockState{}, err
	}
	p.join(file, ordersTime(orders), kiosk.Moment{Boot: boot.ID, Mono: boot.Since()})
	m, change, changed := newClock(now, boot, p, f.Config.HQ.URL != "").look()
	return ClockState{Quality: m.Clock, Text: clockText(m, change, changed, p)}, nil
}

func clockText(m kiosk.Moment, change kiosk.ClockChanged, changed bool, p past) string {
	const set = "; set it (timedatectl set-ntp true)"
	by := change.Jump.Abs().Round(time.Second)
	switch {
	case m.Clock == kiosk.ClockSynced:
		return "agreed with HQ's"
	case m.Clock == kiosk.ClockUnchecked:
		return "was not compared with HQ's, and nothing speaks against it"
	case changed && change.Reason == kiosk.ClockBehind:
		return fmt.Sprintf("stands %v before %s, which has passed%s", by, p.floor.UTC().Format(time.RFC3339), set)
	case changed && change.Reason == kiosk.ClockAhead:
		return fmt.Sprintf("stands %v after the terminal last knew the time, longer than it is believed to have been off%s", by, set)
	case changed:
		return fmt.Sprintf("was set by %v%s", change.Jump.Round(time.Second), set)
	case m.HQ.Known:
		return fmt.Sprintf("may be %v from HQ's%s", -m.HQ.Offset.Round(time.Second), set)
	}
	return "was changed, and HQ has not agreed with it since" + set
}
