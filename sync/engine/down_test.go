package engine_test

import (
	"errors"
	"fmt"
	"testing"

	"hexiao/kiosk"
)

var errCut = errors.New("connection cut")

// cutAfter lets so many pages pass and cuts the stream then.
func (s *scene) cutAfter(pages int) {
	s.hq.page = func(kiosk.Page) error {
		if pages--; pages < 0 {
			return errCut
		}
		return nil
	}
}

func (s *scene) heal() { s.hq.page = func(kiosk.Page) error { return nil } }

func TestFullLoadContinues(t *testing.T) {
	s := newScene(t)
	for i := range 7 {
		s.hq.put(fmt.Sprint("order-", i))
	}
	s.cutAfter(2)
	r, err := s.engine.Once(t.Context())
	if !errors.Is(err, errCut) || r.Pulled != 4 || r.Complete || len(s.orders.live) != 0 || len(s.orders.staged) != 4 {
		t.Fatalf("%+v, %v, staged %v", r, err, s.orders.staged)
	}
	s.hq.put("order-0") // passed already
	s.hq.remove("order-1")
	s.hq.put("order-9")
	s.cutAfter(1)
	if r, err := s.engine.Once(t.Context()); !errors.Is(err, errCut) || r.Pulled != 2 {
		t.Fatalf("%+v, %v", r, err)
	}
	s.heal()
	// order-6 and order-9, then what changed since the load began.
	if r := s.once(t); r.Pulled != 5 || s.orders.switches != 1 {
		t.Errorf("%+v, %d switches", r, s.orders.switches)
	}
	s.inStep(t)
}

// The terminal stopped between the last page and the switch.
func TestFullLoadBeforeTheSwitch(t *testing.T) {
	s := newScene(t)
	s.hq.put("a")
	s.hq.after = func(call string) error {
		if call == "orders" {
			return errCut
		}
		return nil
	}
	if _, err := s.engine.Once(t.Context()); !errors.Is(err, errCut) || len(s.orders.staged) != 1 {
		t.Fatalf("%v, %v", err, s.orders.staged)
	}
	s.hq.after = func(string) error { return nil }
	s.hq.remove("a")
	s.hq.put("b")
	s.once(t)
	s.inStep(t)
}

func TestChangesContinue(t *testing.T) {
	s := newScene(t)
	s.once(t)
	s.hq.put("a")
	s.hq.put("b")
	s.cutAfter(0)
	if _, err := s.engine.Once(t.Context()); !errors.Is(err, errCut) {
		t.Fatal(err)
	}
	s.heal()
	if r := s.once(t); r.Pulled != 2 || s.orders.switches != 1 {
		t.Errorf("%+v, %d switches", r, s.orders.switches)
	}
	s.inStep(t)
}

// A set that turns out to be another than HQ's is fetched anew at once, and
// used until the new one is there.
func TestMismatchLeadsToAFullLoad(t *testing.T) {
	s := newScene(t)
	for i := range 5 {
		s.hq.put(fmt.Sprint("order-", i))
	}
	s.once(t)
	delete(s.orders.live, "order-3")
	s.cutAfter(2) // the changes, and one page of the full load
	if r, err := s.engine.Once(t.Context()); !errors.Is(err, errCut) || r.Complete || len(s.orders.live) != 4 || len(s.orders.staged) != 2 {
		t.Fatalf("%+v, %v, live %v, staged %v", r, err, s.orders.live, s.orders.staged)
	}
	s.heal()
	if r := s.once(t); !r.Complete || r.Pulled != 3 || s.orders.switches != 2 {
		t.Errorf("%+v, %d switches", r, s.orders.switches)
	}
	s.inStep(t)
}

func TestExpiredCursors(t *testing.T) {
	s := newScene(t)
	for i := range 5 {
		s.hq.put(fmt.Sprint("order-", i))
	}
	s.once(t)
	s.hq.put("order-7")
	s.hq.oldest = s.hq.version
	if r := s.once(t); !r.Complete || s.orders.switches != 2 {
		t.Errorf("changes: %+v, %d switches", r, s.orders.switches)
	}
	s.inStep(t)

	half := newScene(t)
	for i := range 5 {
		half.hq.put(fmt.Sprint("order-", i))
	}
	half.cutAfter(1)
	if _, err := half.engine.Once(t.Context()); !errors.Is(err, errCut) {
		t.Fatal(err)
	}
	half.heal()
	half.hq.remove("order-0") // staged, and HQ will not say that it is gone
	half.hq.oldest = half.hq.version
	if r := half.once(t); !r.Complete || half.orders.switches != 1 {
		t.Errorf("full load: %+v, %d switches", r, half.orders.switches)
	}
	half.inStep(t)
}

func TestExpiredStagingThatCannotBeDropped(t *testing.T) {
	s := newScene(t)
	s.hq.put("a")
	s.hq.put("b")
	s.hq.put("c")
	s.cutAfter(1)
	if _, err := s.engine.Once(t.Context()); !errors.Is(err, errCut) {
		t.Fatal(err)
	}
	s.heal()
	s.hq.put("d")
	s.hq.oldest = s.hq.version
	full := errors.New("disk full")
	s.hq.before = func(call string) error {
		if call == "orders" {
			s.orders.fail = full
		}
		return nil
	}
	if _, err := s.engine.Once(t.Context()); !errors.Is(err, full) {
		t.Errorf("%v", err)
	}
}

func TestFullSetThatDoesNotAddUp(t *testing.T) {
	s := newScene(t)
	s.hq.put("a")
	s.hq.live["ghost"] = 0 // in HQ's sums and never sent with a version of its own
	s.hq.page = func(p kiosk.Page) error {
		for i := range p.Orders {
			p.Orders[i].Version++
		}
		return nil
	}
	r, err := s.engine.Once(t.Context())
	if !errors.Is(err, kiosk.ErrSetMismatch) || r.Complete || s.orders.switches != 0 || s.orders.stagedCursor != "" {
		t.Errorf("%+v, %v", r, err)
	}
	if st := s.last(); st.Online || st.DownError == "" {
		t.Errorf("%+v", st)
	}
}
