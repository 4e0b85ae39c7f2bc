package boltstore_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"hexiao/kiosk"
	"hexiao/kiosk/kiosktest"
)

// An answer that was given is not given again after a kill: the mark needs no
// Close.
func TestAnsweredIsRemembered(t *testing.T) {
	for name, c := range map[string]struct {
		answered bool
		want     kiosk.Verdict
	}{"answered": {true, kiosk.AlreadyCollected}, "not answered": {false, kiosk.Accepted}} {
		t.Run(name, func(t *testing.T) {
			o := options(t.TempDir())
			s := open(t, o)
			fill(t, s, kiosktest.Order(1), kiosktest.Order(2))
			want(t, redeem(t, s, 1, 0), kiosk.Accepted)
			s.Answered()
			want(t, redeem(t, s, 2, 0), kiosk.Accepted)
			if c.answered {
				s.Answered()
			}
			crash(t, s)
			s = open(t, killed(t, o))
			out := want(t, redeem(t, s, 2, time.Second), c.want)
			if out.Resumed == c.answered {
				t.Errorf("resumed: %v", out.Resumed)
			}
			want(t, redeem(t, s, 1, time.Second), kiosk.AlreadyCollected)
		})
	}
}

func TestRecent(t *testing.T) {
	s := open(t, options(t.TempDir()))
	recent := func(most uint64) (seqs []uint64) {
		if err := s.Recent(most, func(e kiosk.Event) error { seqs = append(seqs, e.Seq); return nil }); err != nil {
			t.Fatal(err)
		}
		return seqs
	}
	if got := recent(5); got != nil {
		t.Errorf("of an empty journal: %v", got)
	}
	fill(t, s, kiosktest.Order(1), kiosktest.Order(2), kiosktest.Order(3))
	for n := 1; n <= 3; n++ {
		want(t, redeem(t, s, n, time.Hour), kiosk.Accepted)
	}
	for most, all := range map[uint64]string{0: "[]", 1: "[3]", 2: "[2 3]", 3: "[1 2 3]", 99: "[1 2 3]"} {
		if got := fmt.Sprint(recent(most)); got != all {
			t.Errorf("the last %d are %s, want %s", most, got, all)
		}
	}
	enough := errors.New("enough")
	if err := s.Recent(9, func(kiosk.Event) error { return enough }); !errors.Is(err, enough) {
		t.Errorf("got %v", err)
	}
}

func TestFree(t *testing.T) {
	s := open(t, options(t.TempDir()))
	fill(t, s, kiosktest.Order(1))
	for _, c := range []struct {
		code  kiosk.Code
		order kiosk.OrderID
		want  bool
	}{
		{kiosktest.Code(1), kiosktest.OrderID(1), true}, // its own
		{kiosktest.Code(1), kiosktest.OrderID(2), false},
		{kiosktest.Code(2), kiosktest.OrderID(2), true},
	} {
		if got, err := s.Free(kiosktest.Lookup(c.code), c.order); err != nil || got != c.want {
			t.Errorf("%s for %s: %v, %v", c.code, c.order, got, err)
		}
	}
}

func TestWipe(t *testing.T) {
	o := options(t.TempDir())
	s := open(t, o)
	fill(t, s, kiosktest.Order(1), kiosktest.Order(2))
	want(t, redeem(t, s, 1, 0), kiosk.Accepted)
	if err := s.Stage(kiosk.Page{Orders: []kiosk.Order{kiosktest.Order(3)}, Cursor: "3"}); err != nil {
		t.Fatal(err)
	}
	for range 2 { // twice is once
		if err := s.Wipe(); err != nil {
			t.Fatal(err)
		}
	}
	for range 2 {
		for n := range 4 {
			want(t, redeem(t, s, n, time.Second), kiosk.UnknownStale)
		}
		if st := s.Status(); st.Orders != 0 || st.Unsent != 1 || s.StagedCursor() != "" || s.Point().ID != kiosktest.PointID {
			t.Errorf("%+v, staged %q, point %q", st, s.StagedCursor(), s.Point().ID)
		}
		shut(t, s)
		s = open(t, o)
	}
}
