package boltstore_test

import (
	"errors"
	"testing"
	"time"

	"hexiao/kiosk"
	"hexiao/kiosk/boltstore"
	"hexiao/kiosk/books"
	"hexiao/kiosk/desk"
	"hexiao/kiosk/kiosktest"
)

// observed is a store with its index, which the test brings up to date.
type observed struct {
	t *testing.T
	*boltstore.Store
	books *books.Index
}

func observe(t *testing.T, o boltstore.Options) *observed {
	t.Helper()
	key := kiosktest.Key()
	x := books.New(books.Options{Terminal: o.Terminal, Reveal: kiosktest.Reveal, NameIndex: key.NameIndex, NameKey: key.NameKey})
	o.Observer = x
	s := &observed{t, open(t, o), x}
	x.Open(s.Store, time.UTC)
	s.update()
	return s
}

func (s *observed) update() {
	s.t.Helper()
	if err := s.books.Update(); err != nil {
		s.t.Fatal(err)
	}
}

func (s *observed) tally() desk.Tally { return s.books.Tally(kiosktest.Moment(time.Hour)) }

func (s *observed) found(text string) int {
	return s.books.Find(desk.Query{Text: text, Filter: desk.FilterAll}, kiosktest.Moment(time.Hour)).Total
}

// What happens to a store is in the index, whichever way it came.
func TestObserverHearsOfEverything(t *testing.T) {
	o := options(t.TempDir())
	s := observe(t, o)
	zhang := kiosktest.Customer("张三", "13800001234")
	fill(t, s.Store, kiosktest.Order(1, zhang), kiosktest.Order(2), kiosktest.Order(3, kiosktest.Status(kiosk.StatusShipped)))
	s.update()
	if got := s.tally(); !got.Known || got.ToCollect != 2 || s.found("zhangsan") != 1 {
		t.Fatalf("a full set: %+v, %d of the name", got, s.found("zhangsan"))
	}

	redeem(t, s.Store, 1, time.Minute)
	if got := s.tally(); got.ToCollect != 1 || got.Collected != 1 {
		t.Errorf("a handover: %+v", got)
	}
	if err := s.Record(kiosktest.Moment(2*time.Minute), kiosk.GoodsReceived{
		Consignment: kiosktest.Order(3).Consignment, By: "L1", Lines: []kiosk.ReceivedLine{{Product: "光明鲜牛奶", Good: 6}},
	}); err != nil {
		t.Fatal(err)
	}
	if got := s.tally(); got.ToCollect != 2 || got.Consigned != 0 {
		t.Errorf("a delivery: %+v", got)
	}

	changed := kiosktest.Order(2, kiosktest.Status(kiosk.StatusRefunding))
	changed.Version++
	if err := s.Apply(kiosk.Page{Orders: []kiosk.Order{changed, kiosktest.Order(4)}, Gone: []kiosk.OrderID{kiosktest.OrderID(3)}, Cursor: "c2"}); err != nil {
		t.Fatal(err)
	}
	s.update()
	if got := s.tally(); got.ToCollect != 1 {
		t.Errorf("changes from HQ: %+v", got)
	}

	var first kiosk.Event
	if err := s.Events(1, func(e kiosk.Event) error { first = e; return errors.New("enough") }); err == nil || first.Seq != 1 {
		t.Fatalf("first event %d, %v", first.Seq, err)
	}
	batch, err := s.Pending(10)
	if err != nil {
		t.Fatal(err)
	}
	other := kiosk.Redemption{Source: kiosk.Source{Terminal: "T2", Seq: 9}, Method: kiosk.MethodLeader}
	if err := s.Acknowledge(kiosk.Ack{Head: batch.Head(), Receipts: []kiosk.Receipt{
		{Seq: 1, Event: first.ID, Settlement: kiosk.SettledConflict, Against: []kiosk.Redemption{other}},
	}}); err != nil {
		t.Fatal(err)
	}
	s.update()
	list, err := s.books.Conflicts()
	if err != nil || len(list) != 1 || len(list[0].Against) != 1 || list[0].Against[0].Terminal != "T2" || list[0].Order != kiosktest.OrderID(1) {
		t.Errorf("conflicts %+v, %v", list, err)
	}
	book, err := s.books.DayBook("2026-03-02")
	if err != nil || len(book.Entries) != 2 || book.Pending != 0 || book.Differ != 1 || book.Head.Hash != batch.Head().Hash {
		t.Errorf("day %+v, %v", book, err)
	}

	local, err := s.ImportLocal(kiosktest.Point(), func(yield func(kiosk.Order) bool) { yield(kiosktest.Order(5)) })
	if err != nil || local != 1 {
		t.Fatal(local, err)
	}
	s.update()
	if got := s.tally(); got.ToCollect != 2 {
		t.Errorf("an import: %+v", got)
	}

	later := kiosktest.Moment(0)
	later.Wall = later.Wall.AddDate(0, 3, 0)
	if err := s.Maintain(t.Context(), later); err != nil {
		t.Fatal(err)
	}
	s.update()
	if s.found("zhangsan") != 0 || s.found("1234") != 0 {
		t.Error("a customer whose time has come is still found")
	}
	if err := s.Wipe(); err != nil {
		t.Fatal(err)
	}
	if got := s.tally(); got.ToCollect != 0 || s.found("") != 0 {
		t.Errorf("after HQ withdrew the terminal: %+v", got)
	}
}

// An index that is built from a store is the one that followed it.
func TestIndexAfterARestart(t *testing.T) {
	o := options(t.TempDir())
	s := observe(t, o)
	fill(t, s.Store, kiosktest.Order(1), kiosktest.Order(2), kiosktest.Order(3, kiosktest.Status(kiosk.StatusShipped)))
	redeem(t, s.Store, 1, time.Minute)
	signature := kiosk.GoodsReceived{Consignment: kiosktest.Order(3).Consignment, By: "L1", Lines: []kiosk.ReceivedLine{{Product: "牛奶", Good: 1}}}
	if err := s.Record(kiosktest.Moment(time.Minute), signature); err != nil {
		t.Fatal(err)
	}
	s.update()
	before := s.tally()
	shut(t, s.Store)
	if after := observe(t, o).tally(); after != before || after.ToCollect != 2 || after.Collected != 1 {
		t.Errorf("%+v, want %+v", after, before)
	}
}

// A signature outlives whatever needs it: it is forgotten when HQ has it and no
// order names the consignment.
func TestSignaturesAreForgottenLast(t *testing.T) {
	o := options(t.TempDir())
	s := open(t, o)
	shipped := kiosktest.Order(1, kiosktest.Status(kiosk.StatusShipped))
	fill(t, s, shipped)
	if err := s.Record(kiosktest.Moment(0), kiosk.GoodsReceived{
		Consignment: shipped.Consignment, By: "L1", Lines: []kiosk.ReceivedLine{{Product: "牛奶", Good: 1}},
	}); err != nil {
		t.Fatal(err)
	}
	day := 0
	maintain := func() {
		t.Helper()
		day++
		later := kiosktest.Moment(0)
		later.Wall = later.Wall.AddDate(1, 0, day)
		if err := errors.Join(s.Checkpoint(nil), s.Maintain(t.Context(), later)); err != nil {
			t.Fatal(err)
		}
	}
	arrives := func(want bool) {
		t.Helper()
		again := shipped
		again.Version = uint64(100 + day)
		if err := s.Apply(kiosk.Page{Orders: []kiosk.Order{again}, Cursor: "c"}); err != nil {
			t.Fatal(err)
		}
		a, err := s.Peek(kiosktest.Scan(kiosktest.Code(1), time.Hour))
		if err != nil || (a.Verdict != kiosk.NotArrived) != want {
			t.Errorf("day %d: %s, %v", day, a.Verdict, err)
		}
	}
	gone := func() {
		t.Helper()
		if err := s.Apply(kiosk.Page{Gone: []kiosk.OrderID{shipped.ID}, Cursor: "c"}); err != nil {
			t.Fatal(err)
		}
	}
	gone()
	maintain() // HQ does not have it
	arrives(true)
	batch, err := s.Pending(10)
	if err == nil {
		err = s.Acknowledge(kiosk.Ack{Head: batch.Head()})
	}
	if err != nil {
		t.Fatal(err)
	}
	maintain() // an order names it
	arrives(true)
	gone()
	maintain()
	arrives(false)
}

// A look does not use up the answer that a killed process owes.
func TestPeekLeavesTheAnswerThatIsOwed(t *testing.T) {
	o := options(t.TempDir())
	s := open(t, o)
	fill(t, s, kiosktest.Order(1))
	out := want(t, redeem(t, s, 1, 0), kiosk.Accepted)
	crash(t, s)
	s = open(t, o)
	for range 2 {
		a, err := s.Peek(kiosktest.Scan(kiosktest.Code(1), time.Minute))
		if err != nil {
			t.Fatal(err)
		}
		if seen := want(t, a, kiosk.Accepted); !seen.Resumed || seen.Event != out.Event {
			t.Errorf("peek %+v", seen)
		}
	}
	if again := want(t, redeem(t, s, 1, time.Minute), kiosk.Accepted); !again.Resumed || again.Event != out.Event {
		t.Errorf("redeem %+v", again)
	}
	want(t, redeem(t, s, 1, time.Minute), kiosk.AlreadyCollected)
	if head := s.Status().Head; head != 1 {
		t.Errorf("head %d", head)
	}
}

// A file that an older program wrote lacks what that program did not know; the
// journal has it.
func TestStatesOfAnOlderProgram(t *testing.T) {
	o := options(t.TempDir())
	s := open(t, o)
	fill(t, s, kiosktest.Order(1, kiosktest.Status(kiosk.StatusShipped)), kiosktest.Order(2))
	want(t, redeem(t, s, 2, 0), kiosk.Accepted)
	if err := s.Record(kiosktest.Moment(0), kiosk.GoodsReceived{
		Consignment: kiosktest.Order(1).Consignment, By: "L1", Lines: []kiosk.ReceivedLine{{Product: "牛奶", Good: 1}},
	}); err != nil {
		t.Fatal(err)
	}
	batch, err := s.Pending(10)
	if err == nil {
		err = s.Acknowledge(kiosk.Ack{Head: batch.Head(), Receipts: []kiosk.Receipt{{Seq: 1, Settlement: kiosk.SettledConflict}}})
	}
	if err != nil {
		t.Fatal(err)
	}
	shut(t, s)
	boltstore.ForgeFormat2(t, o.Dir, key)
	var w warnings
	o.Warn = w.add
	for range 2 {
		s = open(t, o)
		if a, err := s.Peek(kiosktest.Scan(kiosktest.Code(1), time.Minute)); err != nil || a.Verdict != kiosk.Accepted {
			t.Errorf("a signed order: %s, %v", a.Verdict, err)
		}
		want(t, redeem(t, s, 2, time.Minute), kiosk.AlreadyCollected)
		if st := s.Status(); st.Head != 2 || st.Unsent != 0 || st.Conflict != 1 {
			t.Errorf("status %+v", st)
		}
		shut(t, s)
	}
	if w.String() != "" {
		t.Error(w.String())
	}
}
