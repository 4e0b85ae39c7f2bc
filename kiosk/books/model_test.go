package books_test

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"hexiao/kiosk"
	"hexiao/kiosk/books"
	"hexiao/kiosk/desk"
	"hexiao/kiosk/kiosktest"
)

const shopOrders = 8

// shopModel is a counter where anything happens; its books follow.
type shopModel struct {
	m     *kiosktest.Memory
	index *books.Index
	clock time.Duration
}

func (s *shopModel) now() kiosk.Moment { return kiosktest.Moment(s.clock) }

// Wait lets hours pass, over days.
func (s *shopModel) Wait(t *rapid.T) {
	s.clock += time.Duration(rapid.IntRange(1, 40).Draw(t, "half hours")) * 30 * time.Minute
}

// Change sends an order of HQ.
func (s *shopModel) Change(t *rapid.T) {
	n := rapid.IntRange(0, shopOrders-1).Draw(t, "order")
	o := kiosktest.Order(n, kiosktest.Customer(rapid.SampledFrom([]string{"张三", "李四", "王五"}).Draw(t, "name"), "13800001234"))
	o.Version += uint64(s.clock)
	o.Status = rapid.SampledFrom(kiosk.Statuses()).Draw(t, "status")
	o.Consignment = rapid.SampledFrom([]string{"", "C1", "C2"}).Draw(t, "consignment")
	o.Point = rapid.SampledFrom([]kiosk.PointID{kiosktest.PointID, kiosktest.PointID, "P002"}).Draw(t, "point")
	if rapid.Bool().Draw(t, "term") {
		o.CollectBy = kiosktest.Start().Add(time.Duration(rapid.IntRange(0, 100).Draw(t, "hours")) * time.Hour)
	}
	s.m.PutOrder(o)
}

// Remove takes an order away.
func (s *shopModel) Remove(t *rapid.T) { s.m.RemoveOrder(s.id(t)) }

func (s *shopModel) id(t *rapid.T) kiosk.OrderID {
	return kiosktest.OrderID(rapid.IntRange(0, shopOrders-1).Draw(t, "order"))
}

// HandOver hands over all or a part, with flaws or without.
func (s *shopModel) HandOver(t *rapid.T) {
	c := kiosk.Confirmation{By: kiosktest.Leader(), Means: "cash"}
	if rapid.Bool().Draw(t, "part") {
		c.Lines = []kiosk.Handed{{Line: "1", Handed: 1, Damaged: rapid.IntRange(0, 1).Draw(t, "damaged")}}
	}
	_, _ = s.m.HandOver(s.now(), s.id(t), c) // refusals are no matter here
}

// Undo undoes the last handover of an order.
func (s *shopModel) Undo(t *rapid.T) {
	id := s.id(t)
	_, state, _ := s.m.Order(id)
	if standing := state.Standing(); len(standing) > 0 {
		_ = s.m.Undo(s.now(), id, standing[len(standing)-1].Event, kiosktest.Leader(), "mistake")
	}
}

// Record records what may follow.
func (s *shopModel) Record(t *rapid.T) {
	id := s.id(t)
	_, state, _ := s.m.Order(id)
	var last, report kiosk.EventID
	if standing := state.Standing(); len(standing) > 0 {
		last = standing[len(standing)-1].Event
	}
	if open := state.OpenReports(); len(open) > 0 {
		report = open[0].Event
	}
	_ = s.m.Record(s.now(), rapid.SampledFrom([]kiosk.Body{
		kiosk.MissingReported{Order: id, Redemption: last, Lines: []kiosk.Handed{{Line: "1", Short: 1}}},
		kiosk.ReportDismissed{Order: id, Report: report, By: "L1"},
		kiosk.SentBack{Order: id, Lines: []kiosk.Units{{Line: "2", Units: 1}}, Reason: kiosk.ReasonOverdue, By: "L1"},
		kiosk.GoodsReceived{Consignment: "C1", By: "L1", Lines: []kiosk.ReceivedLine{{Product: "光明鲜牛奶", Spec: "950 ml", Supplier: "光明乳业", Good: 2}}},
		kiosk.GoodsReceived{Consignment: "C2", By: "L1", Lines: []kiosk.ReceivedLine{{Product: "本地小番茄", Good: 1}}},
		kiosk.ReminderAsked{Order: id, By: "L1"},
		kiosk.DayClosed{Day: kiosk.Day(s.now().Wall.Format(time.DateOnly)), By: "L1"},
	}).Draw(t, "body"))
}

// Settle is HQ's word on some of the events.
func (s *shopModel) Settle(t *rapid.T) {
	events := s.m.Events()
	if len(events) == 0 {
		return
	}
	n := rapid.IntRange(1, len(events)).Draw(t, "up to")
	s.m.Settle(uint64(n), kiosk.Receipt{Seq: uint64(n), Event: events[n-1].ID, Settlement: kiosk.SettledConflict})
}

// tally counts by looking at everything.
func (s *shopModel) tally() desk.Tally {
	tally := desk.Tally{Known: true, Conflicts: s.m.Status().Conflict}
	signed, waiting := map[string]bool{}, map[string]bool{}
	for _, e := range s.m.Events() {
		if b, ok := e.Body.(kiosk.GoodsReceived); ok {
			signed[b.Consignment] = true
		}
	}
	for n := range shopOrders {
		o, state, ok := s.m.Order(kiosktest.OrderID(n))
		if !ok {
			continue
		}
		over := o.Status == kiosk.StatusCancelled || o.Status == kiosk.StatusRefunded
		if o.Consignment != "" && !signed[o.Consignment] && !over {
			waiting[o.Consignment] = true
		}
		here := o.Status == kiosk.StatusArrived || signed[o.Consignment] && (o.Status == kiosk.StatusPaid || o.Status == kiosk.StatusShipped)
		if here && o.Point == kiosktest.PointID && kiosk.Remaining(o, state) != nil && len(state.Returns) == 0 {
			tally.ToCollect++
			if !o.CollectBy.IsZero() && o.CollectBy.Before(s.now().Wall) {
				tally.Overdue++
			}
		}
		collected, flawed := false, len(state.OpenReports()) > 0
		for _, r := range state.Standing() {
			if r.At.Format(time.DateOnly) != s.now().Wall.Format(time.DateOnly) {
				continue
			}
			collected = true
			tally.Hours[r.At.Hour()]++
			flawed = flawed || slices.ContainsFunc(r.Lines, func(h kiosk.Handed) bool { return h.Short+h.Damaged > 0 })
		}
		if collected {
			tally.Collected++
		}
		if flawed {
			tally.Exceptions++
		}
	}
	tally.Consigned = len(waiting)
	return tally
}

// Check compares the books with a count of everything.
func (s *shopModel) Check(t *rapid.T) {
	if want, got := s.tally(), s.index.Tally(s.now()); want != got {
		t.Fatalf("tally %+v, want %+v", got, want)
	}
}

// OpenAnew compares the books with such as are opened now.
func (s *shopModel) OpenAnew(t *rapid.T) {
	fatal := func(what string, want, got any) {
		t.Helper()
		if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
			t.Fatalf("%s (-want +got):\n%s", what, diff)
		}
	}
	old := s.index
	s.index = s.m.Books(nil)
	fatal("tally of new books", s.index.Tally(s.now()), old.Tally(s.now()))
	for _, filter := range []desk.Filter{desk.FilterAll, desk.FilterToCollect, desk.FilterCollected, desk.FilterOverdue, desk.FilterReported} {
		for _, text := range []string{"", "zhangsan", "张", "番茄", "1"} {
			q := desk.Query{Text: text, Filter: filter}
			was, is := old.Find(q, s.now()), s.index.Find(q, s.now())
			fatal("found "+string(filter)+" "+text, is, was)
			q.Limit = 2
			few := s.index.Find(q, s.now())
			fatal("the first two of "+string(filter)+" "+text, is.Entries[:min(2, len(is.Entries))], few.Entries)
			if few.Total != is.Total {
				t.Fatalf("%d in all, not %d", few.Total, is.Total)
			}
		}
	}
	tally := s.index.Tally(s.now())
	for filter, want := range map[desk.Filter]int{
		desk.FilterToCollect: tally.ToCollect, desk.FilterCollected: tally.Collected, desk.FilterOverdue: tally.Overdue, desk.FilterReported: tally.Exceptions,
	} {
		if got := s.index.Find(desk.Query{Filter: filter, Limit: 1}, s.now()).Total; got != want {
			t.Fatalf("%s finds %d, the tally says %d", filter, got, want)
		}
	}
	fatal("consignments", s.index.Consignments(), old.Consignments())
	day := kiosk.Day(s.now().Wall.Format(time.DateOnly))
	want, err := s.index.DayBook(day)
	if err != nil {
		t.Fatal(err)
	}
	got, err := old.DayBook(day)
	if err != nil {
		t.Fatal(err)
	}
	fatal("day", want, got)
	was, err := old.Conflicts()
	if err != nil {
		t.Fatal(err)
	}
	is, err := s.index.Conflicts()
	if err != nil {
		t.Fatal(err)
	}
	fatal("conflicts", is, was)
}

// TestAgainstACount is the law of the index: whatever happens, it says what one
// would count, and what it would say if it were opened just now.
func TestAgainstACount(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := kiosktest.NewMemory(kiosktest.Point())
		s := &shopModel{m: m, index: m.Books(nil)}
		for range 5 {
			s.Change(t)
		}
		t.Repeat(map[string]func(*rapid.T){
			"wait": s.Wait, "change": s.Change, "remove": s.Remove, "hand over": s.HandOver, "hand over again": s.HandOver, "undo": s.Undo,
			"record": s.Record, "record again": s.Record, "settle": s.Settle, "open anew": s.OpenAnew, "": s.Check,
		})
		s.OpenAnew(t)
	})
}
