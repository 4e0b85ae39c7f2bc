package kiosktest

import (
	"errors"
	"testing"
	"time"

	"hexiao/kiosk"
	"hexiao/kiosk/desk"
)

// scanAt redeems the n-th code at a moment of its own.
func scanAt(t *testing.T, h Harness, n int, at kiosk.Moment) desk.Answer {
	t.Helper()
	a, err := h.Ledger.Redeem(desk.Scan{Text: Code(n).Text, Source: "serial", At: at})
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// suspectClock: no term is judged by a clock that is not to be trusted, and no
// set is fresh by it.
func suspectClock(t *testing.T, h Harness) {
	h.PutOrder(Order(1, func(o *kiosk.Order) { o.CollectBy = Start().Add(-999 * time.Hour) }))
	h.PutOrder(Order(2, func(o *kiosk.Order) { o.ValidFrom = Start().Add(999 * time.Hour) }))
	h.PutOrder(Order(3))
	h.PutOrder(Order(4, func(o *kiosk.Order) { o.Lines[0].UnitPrice = kiosk.DefaultPolicy().StaleValue }))
	at := Moment(0)
	at.Clock = kiosk.ClockSuspect
	for n, v := range map[int]kiosk.Verdict{
		1: kiosk.NeedsLeader, 2: kiosk.NeedsLeader, 3: kiosk.Accepted, 4: kiosk.NeedsLeader, 5: kiosk.UnknownStale,
	} {
		want(t, scanAt(t, h, n, at), v)
	}
}

// undoByBootClock: within one boot the window of an undo is that boot clock's,
// and a doubtful clock of another boot opens none.
func undoByBootClock(t *testing.T, h Harness) {
	h.PutOrder(Order(1))
	at := func(boot byte, wall, mono time.Duration, q kiosk.ClockQuality) kiosk.Moment {
		return kiosk.Moment{Wall: Start().Add(wall), Mono: mono, Boot: kiosk.BootID{boot}, Clock: q}
	}
	out := want(t, scanAt(t, h, 1, at(1, 0, time.Hour, kiosk.ClockSynced)), kiosk.Accepted)
	for name, now := range map[string]kiosk.Moment{
		"set back":               at(1, time.Minute, 26*time.Hour, kiosk.ClockSuspect),
		"set back, and believed": at(1, time.Minute, 26*time.Hour, kiosk.ClockSynced),
		"started again in doubt": at(2, time.Minute, time.Minute, kiosk.ClockSuspect),
	} {
		if err := h.Ledger.Undo(now, OrderID(1), out.Event, Leader(), ""); !errors.Is(err, kiosk.ErrUndoTooLate) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := h.Ledger.Undo(at(1, 999*time.Hour, 2*time.Hour, kiosk.ClockSuspect), OrderID(1), out.Event, Leader(), ""); err != nil {
		t.Errorf("in the window, by a clock that jumped ahead: %v", err)
	}
}
