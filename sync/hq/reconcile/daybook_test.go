package reconcile_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"hexiao/kiosk"
	"hexiao/kiosk/kiosktest"
	"hexiao/sync/hq"
	"hexiao/sync/hq/reconcile"
)

// A day that the terminal's own ledger recorded and its own day book added up is
// clean: both count by the same rules.
func TestTheTerminalsOwnDayBook(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		const orders = 6
		m := kiosktest.NewMemory(kiosktest.Point())
		at := map[kiosk.OrderID]kiosk.Order{}
		for n := range orders {
			o := kiosktest.Order(n, func(o *kiosk.Order) { o.Lines[0].UnitPrice += kiosk.Fen(n) })
			m.PutOrder(o)
			at[o.ID] = o
		}
		books := m.Books(nil)
		minutes := 0
		now := func() kiosk.Moment {
			minutes++
			return kiosktest.Moment(time.Duration(minutes) * time.Minute)
		}
		for range rapid.IntRange(0, 20).Draw(t, "steps") {
			n := rapid.IntRange(0, orders-1).Draw(t, "order")
			id := kiosktest.OrderID(n)
			_, s, _ := m.Order(id)
			// What the rules refuse is not recorded.
			switch rapid.IntRange(0, 3).Draw(t, "what") {
			case 0:
				minutes += 5
				_, _ = m.Redeem(kiosktest.Scan(kiosktest.Code(n), time.Duration(minutes)*time.Minute))
			case 1:
				_, _ = m.HandOver(now(), id, kiosk.Confirmation{By: kiosktest.Staff(), Lines: []kiosk.Handed{{Line: "2", Handed: 1}}})
			case 2:
				if standing := s.Standing(); len(standing) > 0 {
					_ = m.Undo(now(), id, standing[0].Event, kiosktest.Leader(), "mistake")
				}
			case 3:
				_ = m.Record(now(), kiosk.AfterSaleRegistered{
					Order: id, Kind: kiosk.AfterSaleReturn, Lines: []kiosk.Units{{Line: "2", Units: 1}}, Reason: kiosk.ReasonSpoilt, By: "L1",
				})
			}
		}
		day := kiosk.Day(kiosktest.Start().Format(time.DateOnly))
		book, err := books.DayBook(day)
		if err != nil {
			t.Fatal(err)
		}
		in := reconcile.Input{Point: kiosk.PointRef{ID: kiosktest.PointID}, Day: day, Orders: map[kiosk.OrderID]hq.OrderRecord{}}
		for id, o := range at {
			in.Orders[id] = hq.OrderRecord{Order: o}
		}
		for _, e := range m.Events() {
			rec, known := in.Orders[e.Body.Subject()]
			settlement, state, _ := kiosk.Settle(rec.Order, known, rec.State, e)
			if rec.State = state; known {
				in.Orders[e.Body.Subject()] = rec
			}
			in.Entries = append(in.Entries, reconcile.Entry{Event: e, Stored: hq.StoredEvent{
				Terminal: e.Terminal, Seq: e.Seq, At: e.At.Wall, Day: day, Receipt: kiosk.Receipt{Seq: e.Seq, Event: e.ID, Settlement: settlement},
			}})
		}
		closed := kiosk.DayClosed{Day: day, Totals: book.Totals, Head: book.Head, By: "L1"}
		in.Terminals = []reconcile.Terminal{{
			Terminal: hq.Terminal{ID: kiosktest.TerminalID, Head: kiosk.Head{Seq: book.Head.Seq + 1}},
			Closes:   []reconcile.Close{{Stored: hq.StoredEvent{Terminal: kiosktest.TerminalID, Seq: book.Head.Seq + 1}, Body: closed}},
		}}
		r := reconcile.Match(in)
		adds(t, r)
		if r.State != reconcile.StateClean {
			t.Fatalf("%+v\n%+v", r.Differences, book.Totals)
		}
	})
}
