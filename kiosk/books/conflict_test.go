package books_test

import (
	"testing"
	"time"

	"hexiao/kiosk"
	"hexiao/kiosk/kiosktest"
)

// disputed gives an order as HQ tells of it: the own handover's dispute, and the
// other terminal's handover that counts unless it stands.
func disputed(o kiosk.Order, own kiosk.Event, outcome kiosk.DisputeOutcome, judge string) kiosk.Order {
	other := kiosk.Source{Event: kiosk.EventID{9}, Terminal: "T2", Seq: 5, At: kiosktest.Start(), Slack: 10_000}
	lines := own.Body.(kiosk.Redeemed).Lines
	d := kiosk.Dispute{
		Source: kiosk.Source{Event: own.ID, Terminal: own.Terminal, Seq: own.Seq, At: own.At.Wall, Slack: 10_000},
		Lines:  lines, Method: kiosk.MethodAlone, Against: []kiosk.EventID{other.Event}, Outcome: outcome, Judge: judge,
	}
	counted := kiosk.Redemption{Source: other, Lines: lines, Method: kiosk.MethodAlone}
	o.Disputes = []kiosk.Dispute{d}
	if outcome == kiosk.DisputeStands {
		counted = kiosk.Redemption{Source: d.Source, Lines: lines, Method: kiosk.MethodAlone}
		o.Disputes = append(o.Disputes, kiosk.Dispute{Source: other, Lines: lines, Method: kiosk.MethodAlone, Outcome: kiosk.DisputeVoid, Judge: judge})
	}
	o.Settled = []kiosk.Redemption{counted}
	return o
}

// A handover that HQ accepted at first and does not count after all: the leader
// hears of it, and the day does not pay for it.
func TestVoidHandovers(t *testing.T) {
	for name, c := range map[string]struct {
		outcome kiosk.DisputeOutcome
		judge   string
		open    int
		settled kiosk.Settlement
		orders  int
	}{
		"void":               {kiosk.DisputeVoid, kiosk.JudgeClocks, 1, kiosk.SettledConflict, 0},
		"open":               {kiosk.DisputeOpen, "", 1, kiosk.SettledConflict, 0},
		"stands by a person": {kiosk.DisputeStands, "Zhou", 0, kiosk.SettledAccepted, 1},
	} {
		t.Run(name, func(t *testing.T) {
			s := newShop(t, kiosktest.Order(1), kiosktest.Order(2))
			s.collect(1, time.Minute)
			own := s.Events()[0]
			s.Settle(1)
			day, _ := kiosk.DayOf(own.At, time.UTC)
			before := s.day(day).Totals
			if before.Orders != 1 || before.Value == 0 || s.tally(0).Conflicts != 0 {
				t.Fatalf("before: %+v", before)
			}
			s.PutOrder(disputed(kiosktest.Order(1), own, c.outcome, c.judge))
			list, err := s.books.Conflicts()
			if err != nil || len(list) != 1 || list[0].Event != own.ID || list[0].Dispute == nil || list[0].Dispute.Outcome != c.outcome {
				t.Fatalf("conflicts %+v, %v", list, err)
			}
			if c.outcome != kiosk.DisputeStands && (len(list[0].Against) != 1 || !list[0].Against[0].Bounds().Known()) {
				t.Errorf("the other side %+v", list[0].Against)
			}
			if n := s.tally(0).Conflicts; n != c.open {
				t.Errorf("%d are open, want %d", n, c.open)
			}
			book := s.day(day)
			if book.Totals.Orders != c.orders || (book.Totals.Value > 0) != (c.orders > 0) || (book.Totals.Commission > 0) != (before.Commission > 0 && c.orders > 0) {
				t.Errorf("the day comes to %+v", book.Totals)
			}
			if len(book.Entries) != 1 || book.Entries[0].Settled != c.settled || (book.Differ > 0) != (c.orders == 0) {
				t.Errorf("the day's entries %+v", book.Entries)
			}
			f, _ := s.books.File(kiosktest.OrderID(1))
			found := false
			for _, h := range f.History {
				if found = found || h.Event == own.ID; h.Event == own.ID && h.Settled != c.settled {
					t.Errorf("the history says %s", h.Settled)
				}
			}
			if !found {
				t.Errorf("the history is %+v", f.History)
			}
			s.record(time.Hour, kiosk.ConflictNoted{Event: own.ID, Note: "came-back", By: "L1"})
			if n := s.tally(0).Conflicts; n != 0 && c.outcome != kiosk.DisputeOpen {
				t.Errorf("%d are open after the note", n)
			}
		})
	}
}

// What two other terminals did to an order of this point is shown, and waits for
// HQ's decision.
func TestConflictsOfOthers(t *testing.T) {
	s := newShop(t, kiosktest.Order(1))
	own := kiosk.Event{ID: kiosk.EventID{7}, Terminal: "T3", Seq: 3, At: kiosktest.Moment(0), Body: redeemed(1)}
	s.PutOrder(disputed(kiosktest.Order(1), own, kiosk.DisputeOpen, ""))
	list, err := s.books.Conflicts()
	if err != nil || len(list) != 1 || list[0].Terminal != "T3" || !list[0].Open || s.tally(0).Conflicts != 1 {
		t.Fatalf("conflicts %+v, %v", list, err)
	}
	s.PutOrder(kiosktest.Order(1))
	if list, _ := s.books.Conflicts(); len(list) != 0 || s.tally(0).Conflicts != 0 {
		t.Errorf("nothing is contested any more, but %+v", list)
	}
}
