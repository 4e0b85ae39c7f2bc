package books_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"hexiao/kiosk"
	"hexiao/kiosk/books"
	"hexiao/kiosk/desk"
	"hexiao/kiosk/kiosktest"
)

var errDisk = errors.New("the disk is gone")

// shelf is a source that fails when told to, and calls back while it is read.
type shelf struct {
	mu     sync.Mutex
	orders map[kiosk.OrderID]kiosk.Order
	states map[kiosk.OrderID]kiosk.OrderState
	events []kiosk.Event
	acked  uint64
	list   []kiosk.Receipt
	fail   error
	during func(kiosk.OrderID) // after an order was given by Orders
}

func newShelf(n int) *shelf {
	s := &shelf{orders: map[kiosk.OrderID]kiosk.Order{}, states: map[kiosk.OrderID]kiosk.OrderState{}, during: func(kiosk.OrderID) {}}
	for i := range n {
		s.put(kiosktest.Order(i))
	}
	return s
}

func (s *shelf) put(o kiosk.Order) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.orders[o.ID] = o
}

// add records an event.
func (s *shelf) add(at kiosk.Moment, b kiosk.Body) kiosk.Event {
	s.mu.Lock()
	defer s.mu.Unlock()
	e := kiosk.Event{Terminal: kiosktest.TerminalID, Seq: uint64(len(s.events)) + 1, At: at, Body: b}
	e.ID = kiosk.EventID{byte(e.Seq), 1}
	s.events = append(s.events, e)
	if id := b.Subject(); id != "" {
		s.states[id] = s.states[id].Apply(e)
	}
	return e
}

func (s *shelf) fault(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fail = err
}

func (s *shelf) failing() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.fail
}

func (s *shelf) Orders(fn func(kiosk.Order, kiosk.OrderState) error) error {
	s.mu.Lock()
	var ids []kiosk.OrderID
	for id := range s.orders {
		ids = append(ids, id)
	}
	s.mu.Unlock()
	slices.Sort(ids)
	for _, id := range ids {
		o, state, ok := s.Order(id)
		if !ok {
			continue
		}
		s.during(id) // what is given next is older than what happens now
		if err := fn(o, state); err != nil {
			return err
		}
		if err := s.failing(); err != nil {
			return err
		}
	}
	return nil
}

func (s *shelf) Order(id kiosk.OrderID) (kiosk.Order, kiosk.OrderState, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	o, ok := s.orders[id]
	return o, s.states[id], ok
}

func (s *shelf) Events(from uint64, fn func(kiosk.Event) error) error {
	if err := s.failing(); err != nil {
		return err
	}
	s.mu.Lock()
	events := slices.Clone(s.events)
	s.mu.Unlock()
	for _, e := range events {
		if e.Seq >= from {
			if err := fn(e); err != nil {
				return fmt.Errorf("read: %w", err)
			}
		}
	}
	return nil
}

func (s *shelf) Head() (kiosk.Head, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return kiosk.Head{Seq: uint64(len(s.events))}, s.fail
}

func (s *shelf) AckedHead() kiosk.Head {
	s.mu.Lock()
	defer s.mu.Unlock()
	return kiosk.Head{Seq: s.acked}
}

func (s *shelf) Receipts(fn func(kiosk.Receipt) error) error {
	if err := s.failing(); err != nil {
		return err
	}
	s.mu.Lock()
	list := slices.Clone(s.list)
	s.mu.Unlock()
	for _, r := range list {
		if err := fn(r); err != nil {
			return err
		}
	}
	return nil
}

func (s *shelf) Point() kiosk.Point { return kiosktest.Point() }

func opened(t *testing.T, s books.Source) *books.Index {
	t.Helper()
	x := books.New(books.Options{Terminal: kiosktest.TerminalID})
	x.Open(s, time.UTC)
	return x
}

func update(t *testing.T, x *books.Index) {
	t.Helper()
	if err := x.Update(); err != nil {
		t.Fatal(err)
	}
}

func redeemed(n int) kiosk.Redeemed {
	return kiosk.Redeemed{Order: kiosktest.OrderID(n), Method: kiosk.MethodAlone, Lines: []kiosk.Handed{{Line: "1", Handed: 2}, {Line: "2", Handed: 1}}}
}

func at(after time.Duration) kiosk.Moment { return kiosktest.Moment(after) }

func TestIndexOfNothing(t *testing.T) {
	x := books.New(books.Options{})
	book, err := x.DayBook(today)
	if x.Tally(at(0)) != (desk.Tally{}) || x.Find(desk.Query{Text: "1"}, at(0)).Total != 0 || len(x.Consignments()) != 0 || err != nil || book.Entries != nil {
		t.Error("an index of nothing tells of something")
	}
	if _, ok := x.File("A"); ok {
		t.Error("an index of nothing has a file")
	}
	if list, err := x.Conflicts(); err != nil || list != nil {
		t.Errorf("conflicts %v, %v", list, err)
	}
	update(t, x)
}

// What changes while the index is built is in it afterwards, not what was there
// before; a leader who looks meanwhile sees it too.
func TestChangesDuringABuilding(t *testing.T) {
	s := newShelf(10)
	x := opened(t, s)
	s.during = func(id kiosk.OrderID) {
		switch id {
		case kiosktest.OrderID(2): // what the building is about to put in is older
			o := kiosktest.Order(2, kiosktest.Status(kiosk.StatusRefunding))
			s.put(o)
			x.Changed(o.ID)
			x.Find(desk.Query{}, at(0))
		case kiosktest.OrderID(3): // and so for one that was passed
			s.put(kiosktest.Order(1, kiosktest.Status(kiosk.StatusRefunding)))
			x.Changed(kiosktest.OrderID(1))
		case kiosktest.OrderID(4):
			x.Recorded(s.add(at(time.Minute), redeemed(4)))
		case kiosktest.OrderID(5):
			s.put(kiosktest.Order(50))
			x.Changed(kiosktest.OrderID(50))
		case kiosktest.OrderID(6):
			s.mu.Lock()
			delete(s.orders, kiosktest.OrderID(6))
			s.mu.Unlock()
			x.Changed(kiosktest.OrderID(6))
			if tally := x.Tally(at(time.Hour)); tally.Known {
				t.Error("known before the end")
			}
		}
	}
	update(t, x)
	s.during = func(kiosk.OrderID) {}
	if tally := x.Tally(at(time.Hour)); !tally.Known || tally.ToCollect != 7 || tally.Collected != 1 {
		t.Errorf("tally %+v, want 7 of 10 orders and the one that came", tally)
	}
	// A new set in the old one's place: what it lacks is gone, without a moment of nothing.
	s.mu.Lock()
	for n := range 5 {
		delete(s.orders, kiosktest.OrderID(n))
	}
	s.mu.Unlock()
	s.during = func(kiosk.OrderID) {
		if tally := x.Tally(at(time.Hour)); !tally.Known || tally.ToCollect != 7 {
			t.Errorf("while the new set is read %+v", tally)
		}
	}
	x.Replaced()
	update(t, x)
	if tally := x.Tally(at(time.Hour)); tally.ToCollect != 5 || tally.Collected != 0 {
		t.Errorf("the new set %+v", tally)
	}
}

// Clear forgets at once, also what a building under way would bring back.
func TestClearDuringABuilding(t *testing.T) {
	s := newShelf(6)
	s.add(at(0), redeemed(1))
	x := opened(t, s)
	s.during = func(id kiosk.OrderID) {
		if id == kiosktest.OrderID(3) {
			s.mu.Lock()
			clear(s.orders)
			s.mu.Unlock()
			x.Clear()
			if x.Find(desk.Query{}, at(0)).Total != 0 {
				t.Error("something is still found")
			}
		}
	}
	update(t, x)
	if tally := x.Tally(at(time.Hour)); tally.ToCollect != 0 || tally.Collected != 0 {
		t.Errorf("after the end of the building %+v", tally)
	}
	update(t, x)
	if tally := x.Tally(at(time.Hour)); !tally.Known || tally.ToCollect != 0 {
		t.Errorf("built anew %+v", tally)
	}
	if book, err := x.DayBook(today); err != nil || len(book.Entries) != 1 {
		t.Errorf("the journal is still there: %+v, %v", book, err)
	}
}

// A source that cannot be read leaves the index as it was; it is asked again.
func TestSourceFails(t *testing.T) {
	s := newShelf(3)
	s.fault(errDisk)
	x := opened(t, s)
	if err := x.Update(); !errors.Is(err, errDisk) || x.Tally(at(0)).Known {
		t.Errorf("%v, %+v", err, x.Tally(at(0)))
	}
	s.fault(nil)
	update(t, x)
	if tally := x.Tally(at(0)); !tally.Known || tally.ToCollect != 3 {
		t.Errorf("after it %+v", tally)
	}
	s.fault(errDisk)
	s.acked = 1
	x.Settled()
	if err := x.Update(); !errors.Is(err, errDisk) {
		t.Errorf("verdicts: %v", err)
	}
	// Of two events one was never told of: the journal has it.
	s.add(at(time.Minute), redeemed(1))
	x.Recorded(s.add(at(2*time.Minute), redeemed(2)))
	if err := x.Update(); !errors.Is(err, errDisk) {
		t.Errorf("events: %v", err)
	}
	if _, err := x.DayBook(today); !errors.Is(err, errDisk) {
		t.Errorf("day: %v", err)
	}
	s.fault(nil)
	if tally := x.Tally(at(time.Hour)); tally.ToCollect != 1 || tally.Collected != 2 {
		t.Errorf("both handovers: %+v", tally)
	}
	book, err := x.DayBook(today)
	if err != nil || len(book.Entries) != 2 || book.Pending != 2 {
		t.Errorf("%+v, %v", book, err)
	}
	update(t, x)
	if book, err := x.DayBook(today); err != nil || book.Pending != 1 {
		t.Errorf("HQ's word: %+v, %v", book, err)
	}
	s.fault(errDisk)
	if _, err := x.DayBook(today); !errors.Is(err, errDisk) {
		t.Errorf("the head: %v", err)
	}
}

// Work does it all beside the desk, and ends with its context.
func TestWork(t *testing.T) {
	s := newShelf(300)
	x := opened(t, s)
	ctx, cancel := context.WithCancel(t.Context())
	warned := make(chan error, 100)
	var done sync.WaitGroup
	done.Go(func() { x.Work(ctx, func(err error) { warned <- err }) })
	until := func(what string, fits func(desk.Tally) bool) {
		t.Helper()
		deadline, stop := context.WithTimeout(ctx, time.Minute)
		defer stop()
		for !fits(x.Tally(at(time.Hour))) {
			if deadline.Err() != nil {
				t.Fatalf("never came: %s; %+v", what, x.Tally(at(time.Hour)))
			}
		}
	}
	until("known", func(tally desk.Tally) bool { return tally.Known && tally.ToCollect == 300 })
	var changed []kiosk.OrderID
	for n := range 250 {
		s.put(kiosktest.Order(n, kiosktest.Status(kiosk.StatusCancelled)))
		changed = append(changed, kiosktest.OrderID(n))
	}
	x.Changed(changed...)
	for n := 250; n < 280; n++ {
		x.Recorded(s.add(at(time.Minute), redeemed(n)))
	}
	until("all of it", func(tally desk.Tally) bool { return tally.ToCollect == 20 && tally.Collected == 30 })
	s.fault(errDisk)
	x.Replaced()
	if err := <-warned; !errors.Is(err, errDisk) || !strings.Contains(err.Error(), "leader's screens") {
		t.Errorf("warned of %v", err)
	}
	cancel()
	done.Wait()
}
