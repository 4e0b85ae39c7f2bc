package reconcile_test

import (
	"crypto/rand"
	"errors"
	"log/slog"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"hexiao/kiosk"
	"hexiao/kiosk/ordertable"
	"hexiao/sync/hq"
	"hexiao/sync/hq/boltstore"
	"hexiao/sync/hq/hqtest"
	"hexiao/sync/hq/reconcile"
)

// shop is an HQ with its books, and terminals that push to it without a network.
type shop struct {
	t     testing.TB
	hq    *hq.HQ
	store hq.Store
	books *reconcile.Books
	clock *hqtest.Clock
}

// open opens a shop at noon in Shanghai; unwatched: as HQ was before it reconciled.
func open(t testing.TB, unwatched ...bool) *shop {
	t.Helper()
	store, err := boltstore.Open(filepath.Join(t.TempDir(), "hq.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	})
	return over(t, store, unwatched...)
}

// over opens a shop over a store.
func over(t testing.TB, store hq.Store, unwatched ...bool) *shop {
	t.Helper()
	s := &shop{t: t, store: store, clock: hqtest.NewClock(noon())}
	observers := []hq.Observer{reconcile.Watch{}}
	if len(unwatched) > 0 {
		observers = nil
	}
	var err error
	if s.hq, err = hq.New(t.Context(), hq.Config{Store: store, Now: s.clock.Now, Random: rand.Reader, Observers: observers}); err != nil {
		t.Fatal(err)
	}
	s.books = reconcile.New(s.hq)
	s.point("P001", "")
	return s
}

func (s *shop) point(id kiosk.PointID, zone string) {
	s.t.Helper()
	if err := s.hq.AddPoint(s.t.Context(), hq.NewPoint{ID: id, Name: "点 " + string(id), Policy: kiosk.Policy{TimeZone: zone}}); err != nil {
		s.t.Fatal(err)
	}
}

func (s *shop) runner(name string) *reconcile.Runner {
	return &reconcile.Runner{Books: s.books, Store: s.store, Hour: 2, Name: name, Log: slog.New(slog.DiscardHandler)}
}

func (s *shop) work(r *reconcile.Runner) int {
	s.t.Helper()
	n, err := r.Work(s.t.Context())
	if err != nil {
		s.t.Fatal(err)
	}
	return n
}

// till is a terminal of the shop.
type till struct {
	s    *shop
	id   kiosk.TerminalID
	head kiosk.Head
}

func (s *shop) till(id kiosk.TerminalID, point kiosk.PointID) *till {
	s.t.Helper()
	err := s.store.Update(s.t.Context(), func(tx hq.Tx) error {
		return tx.PutTerminal(hq.Terminal{ID: id, Point: point, Name: "前台", Enrolled: s.clock.Now()})
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return &till{s: s, id: id}
}

func (t *till) push(r kiosk.Record) kiosk.Receipt {
	t.s.t.Helper()
	r.Epoch, r.Seq = 1, t.head.Seq+1
	b := kiosk.Batch{Terminal: t.id, Prev: t.head, Records: []kiosk.Record{r}}
	ack, err := t.s.hq.Push(t.s.t.Context(), b)
	if err != nil {
		t.s.t.Fatal(err)
	}
	t.head = ack.Head
	return ack.Receipts[0]
}

// tell pushes an event that happened so long ago.
func (t *till) tell(ago time.Duration, body kiosk.Body) kiosk.Receipt {
	t.s.t.Helper()
	var id kiosk.EventID
	if _, err := rand.Read(id[:]); err != nil {
		t.s.t.Fatal(err)
	}
	raw, _, err := kiosk.EncodeEvent(kiosk.Event{ID: id, At: kiosk.Moment{Wall: t.s.clock.Now().Add(-ago), Clock: kiosk.ClockSynced}, Body: body})
	if err != nil {
		t.s.t.Fatal(err)
	}
	return t.push(kiosk.Record{Payload: raw})
}

func (t *till) close(ago time.Duration, day kiosk.Day, totals kiosk.DayTotals) {
	t.s.t.Helper()
	t.tell(ago, kiosk.DayClosed{Day: day, Totals: totals, Head: t.head, Counted: totals.Cash, By: "L1"})
}

func (s *shop) orders(point kiosk.PointID, entries ...ordertable.Entry) {
	s.t.Helper()
	done, err := s.hq.Import(s.t.Context(), point, slices.Values(entries))
	if err != nil || done.Refused > 0 {
		s.t.Fatal(err, done.Problems)
	}
}

func entry(id kiosk.OrderID, consignment string) ordertable.Entry {
	return ordertable.Entry{
		Order: kiosk.Order{ID: id, Status: kiosk.StatusArrived, Consignment: consignment, Lines: []kiosk.Line{
			{ID: "1", Product: "牛奶", Spec: "950 ml", Supplier: "青山牧场", Quantity: 2, UnitPrice: 1280},
			{ID: "2", Product: "鸡蛋", Supplier: "云溪农庄", Quantity: 1, UnitPrice: 2990},
		}},
		Name: "张小明", Phone: "13800001234",
	}
}

func handover(id kiosk.OrderID) kiosk.Redeemed {
	return kiosk.Redeemed{Order: id, Method: kiosk.MethodAlone, Lines: []kiosk.Handed{{Line: "1", Handed: 2}, {Line: "2", Handed: 1}}}
}

func one() kiosk.DayTotals { return kiosk.DayTotals{Orders: 1, Alone: 1, Units: 3, Value: 5550} }

func (s *shop) report(day kiosk.Day) reconcile.Report {
	s.t.Helper()
	r, ok, err := s.books.Report(s.t.Context(), "P001", day)
	if err != nil || !ok {
		s.t.Fatalf("the report of %s: %v, %v", day, ok, err)
	}
	return r
}

func (s *shop) made(day kiosk.Day) reconcile.Report {
	s.t.Helper()
	r, err := s.books.Reconcile(s.t.Context(), "P001", day)
	if err != nil {
		s.t.Fatal(err)
	}
	adds(s.t.(*testing.T), r)
	return r
}

func TestADayFromItsCloseToItsAcceptance(t *testing.T) {
	s := open(t)
	s.orders("P001", entry("A1", ""), entry("A2", ""))
	k := s.till("K1", "P001")
	r := s.runner("one")
	k.tell(0, handover("A1"))
	s.work(r) // the night before, of which there is nothing
	k.close(0, day, one())
	if n := s.work(r); n != 0 {
		t.Errorf("%d days at once after the close", n)
	}
	s.clock.Advance(time.Minute)
	if n := s.work(r); n != 1 {
		t.Fatalf("%d days after the close", n)
	}
	if got := s.report(day); got.State != reconcile.StateClean || got.Version != 1 || got.Balance.Counted.Value != 5550 || got.Terminals[0].Name != "前台" || got.Name != "点 P001" {
		t.Fatalf("%+v", got)
	}

	// It came on the day and after the close: found as the point changed.
	k.tell(0, handover("A2"))
	s.clock.Advance(11 * time.Minute)
	if n := s.work(r) + s.work(r); n != 1 {
		t.Fatalf("%d days after what came late", n)
	}
	got := s.report(day)
	if got.State != reconcile.StateDifferences || got.Version != 2 || got.Differences[0].Kind != reconcile.KindAfterClose {
		t.Fatalf("%+v", got)
	}
	if list, err := s.books.Versions(t.Context(), "P001", day); err != nil || len(list) != 1 || list[0].State != reconcile.StateClean {
		t.Errorf("earlier versions: %v, %v", list, err)
	}

	d := got.Differences[0]
	if _, err := s.books.Annotate(t.Context(), "P001", day, "nothing", reconcile.Note{By: "王", Text: "看过"}); !errors.Is(err, hq.ErrNotFound) {
		t.Error(err)
	}
	if _, err := s.books.Annotate(t.Context(), "P001", day, d.ID, reconcile.Note{By: "王", Text: "\n"}); !errors.Is(err, hq.ErrInput) {
		t.Error(err)
	}
	if d, err := s.books.Annotate(t.Context(), "P001", day, d.ID, reconcile.Note{By: "王", Text: "看过", Accept: true}); err != nil || !d.Accepted || d.Notes[0].At != s.clock.Now() {
		t.Errorf("%+v, %v", d, err)
	}
	if got := s.report(day); got.State != reconcile.StateAccepted {
		t.Errorf("%s after all was accepted", got.State)
	}
	if got := s.made(day); got.Version != 2 || got.State != reconcile.StateAccepted {
		t.Errorf("version %d, %s, of what says the same", got.Version, got.State)
	}

	// What was accepted comes to something else: the order goes back to two terminals.
	s.till("K2", "P001").tell(0, handover("A2"))
	if got := s.made(day); got.State != reconcile.StateDifferences || got.Version != 3 {
		t.Errorf("%+v", got)
	}
	days, err := s.books.Days(t.Context(), "P001", "2026-11-01", "2026-12-01")
	if err != nil || len(days) != 1 || days[0].Open != 1 || days[0].Differences != 2 {
		t.Errorf("%+v, %v", days, err)
	}
	k.close(0, day, kiosk.DayTotals{Orders: 2, Alone: 2, Units: 6, Value: 11100})
	got = s.made(day)
	if got.Terminals[0].Closes != 2 || len(got.Differences) != 1 || got.Differences[0].Class != reconcile.Double {
		t.Errorf("%+v", got.Differences)
	}
}

// What was accepted is open again when it comes to something else.
func TestAcceptedUntilItChanges(t *testing.T) {
	s := open(t)
	k := s.till("K1", "P001")
	drawer := func(counted kiosk.Fen) reconcile.Difference {
		k.tell(0, kiosk.DayClosed{Day: day, Head: k.head, Counted: counted, By: "L1"})
		r := s.made(day)
		if !slices.Equal(kinds(r), []reconcile.Kind{reconcile.KindDrawer}) {
			t.Fatalf("%+v", r.Differences)
		}
		return r.Differences[0]
	}
	d := drawer(100)
	if _, err := s.books.Annotate(t.Context(), "P001", day, d.ID, reconcile.Note{By: "王", Text: "零钱", Accept: true}); err != nil {
		t.Fatal(err)
	}
	if d = drawer(100); !d.Accepted {
		t.Error("the same is open again")
	}
	if other := drawer(200); other.Accepted || other.ID != d.ID || len(other.Notes) != 1 {
		t.Errorf("%+v", other)
	}
}

func TestWhatComesDaysLater(t *testing.T) {
	s := open(t)
	s.orders("P001", entry("A1", ""), entry("A2", ""))
	k := s.till("K1", "P001")
	first := k.tell(96*time.Hour, handover("A1"))
	k.close(95*time.Hour, "2026-11-19", one())
	s.clock.Advance(time.Minute)
	r := s.runner("one")
	s.work(r)
	if got := s.report("2026-11-19"); got.State != reconcile.StateClean || got.Terminals[0].Events != 2 {
		t.Fatalf("%+v", got)
	}
	k.tell(94*time.Hour, handover("A2")) // in a journal that was cut off
	s.clock.Advance(time.Minute)
	s.work(r)
	if got := s.report("2026-11-19"); !slices.Equal(kinds(got), []reconcile.Kind{reconcile.KindAfterClose}) {
		t.Fatalf("%+v", got)
	}
	k.tell(0, kiosk.RedemptionUndone{Order: "A1", Redemption: first.Event, By: "L1"}) // today
	s.clock.Advance(time.Minute)
	s.work(r)
	if got := s.report("2026-11-19"); !slices.Equal(kinds(got), []reconcile.Kind{reconcile.KindAfterClose, reconcile.KindUndoneLater}) {
		t.Fatalf("%+v", got)
	}
}

// A close on the next morning is of the day that it names; also where HQ did not
// list closes yet.
func TestClosedTheNextMorning(t *testing.T) {
	for _, unwatched := range [][]bool{nil, {true}} {
		s := open(t, unwatched...)
		s.orders("P001", entry("A1", ""))
		k := s.till("K1", "P001")
		k.tell(0, handover("A1"))
		if got := s.made(day); got.State != reconcile.StateNotClosed {
			t.Errorf("%+v", got)
		}
		s.clock.Advance(20 * time.Hour)
		k.close(0, day, one())
		k.tell(0, kiosk.DayClosed{Day: "\x00 no day\n", Head: k.head, By: "L1"})
		if got := s.made(day); got.State != reconcile.StateClean || got.Terminals[0].Closes != 1 {
			t.Errorf("%+v", got)
		}
	}
}

func TestEventsThatHQCannotRead(t *testing.T) {
	s := open(t)
	s.orders("P001", entry("A1", ""), entry("A2", ""))
	k := s.till("K1", "P001")
	k.tell(50*time.Hour, handover("A1"))
	k.push(kiosk.Record{Withheld: kiosk.Hash{7}})  // comes to HQ today
	k.push(kiosk.Record{Payload: []byte{0xff, 1}}) // nor can it read this
	k.close(49*time.Hour, "2026-11-21", kiosk.DayTotals{Orders: 2, Alone: 2, Units: 6, Value: 11100})
	got := s.made("2026-11-21")
	if !slices.Equal(kinds(got), []reconcile.Kind{reconcile.KindUnreadable, reconcile.KindWithheld}) {
		t.Fatalf("%+v", got.Differences)
	}
	var sum kiosk.Fen
	for _, d := range got.Differences {
		sum += d.Amount
		if !d.Together {
			t.Errorf("%s is told apart from the other", d.Kind)
		}
	}
	if sum != 5550 {
		t.Errorf("they come to %s yuan", sum)
	}
	if got := s.made(day); got.State != reconcile.StateEmpty {
		t.Errorf("they are on the day when they came, too: %+v", got)
	}
}

func TestDeliveriesOverDays(t *testing.T) {
	s := open(t)
	s.orders("P001", entry("A1", "C1"), entry("A2", "C1"))
	k := s.till("K1", "P001")
	sign := func(ago time.Duration, milk, eggs int) {
		k.tell(ago, kiosk.GoodsReceived{Consignment: "C1", By: "L1", Lines: []kiosk.ReceivedLine{
			{Product: "牛奶", Spec: "950 ml", Supplier: "青山牧场", Expected: 4, Good: milk},
			{Product: "鸡蛋", Supplier: "云溪农庄", Expected: 2, Good: eggs},
		}})
	}
	sign(48*time.Hour, 3, 2)
	got := s.made("2026-11-21")
	if !slices.Equal(kinds(got), []reconcile.Kind{reconcile.KindDelivery}) || got.Differences[0].Units != 1 || got.Differences[0].Amount != 1280 || got.Differences[0].Supplier != "青山牧场" {
		t.Fatalf("%+v", got.Differences)
	}
	sign(24*time.Hour, 0, 0)
	if got := s.made("2026-11-21"); len(got.Differences) != 0 {
		t.Errorf("of a later signature: %+v", got.Differences)
	}
	if got := s.made("2026-11-22"); !slices.Equal(kinds(got), []reconcile.Kind{reconcile.KindDelivery}) {
		t.Errorf("%+v", got.Differences)
	}
	sign(0, 1, 0)
	s.clock.Advance(time.Minute)
	s.work(s.runner("one"))
	if got := s.report("2026-11-22"); len(got.Differences) != 0 {
		t.Errorf("the rest came: %+v", got.Differences)
	}
	k.tell(0, handover("A1"))
	if got := s.made(day); len(got.Differences) != 0 || len(got.Goods) != 2 || got.Goods[1].Left() != 1 && got.Goods[0].Left() != 1 {
		t.Errorf("%+v %+v", got.Differences, got.Goods)
	}
}

func TestWhatCannotBeReconciled(t *testing.T) {
	s := open(t)
	if _, err := s.books.Reconcile(t.Context(), "P404", day); !errors.Is(err, hq.ErrNoPoint) {
		t.Error(err)
	}
	for _, d := range []kiosk.Day{"", "2026-13-01", "23.11.2026", "2026-11-23 "} {
		if _, err := s.books.Reconcile(t.Context(), "P001", d); !errors.Is(err, hq.ErrInput) {
			t.Errorf("%q: %v", d, err)
		}
	}
	if _, known, err := s.books.Report(t.Context(), "P001", day); known || err != nil {
		t.Error(known, err)
	}
}
