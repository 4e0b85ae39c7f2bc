package boltstore_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"hexiao/kiosk"
	"hexiao/kiosk/boltstore"
	"hexiao/kiosk/kiosktest"
)

// spoil changes every place where a file holds a text, under the store that
// has it open.
func spoil(t *testing.T, path, text string) {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	for at, found := 0, 0; ; found++ {
		i := bytes.Index(b[at:], []byte(text))
		if i < 0 {
			if found == 0 {
				t.Fatalf("%s holds no %q", filepath.Base(path), text)
			}
			return
		}
		at += i + 1
		if _, err := f.WriteAt([]byte{text[0] ^ 1}, int64(at-1)); err != nil {
			t.Fatal(err)
		}
	}
}

// Damage that no scan meets is found when the states are written: closing then
// builds state.db again instead of failing.
func TestStatesSpoiltBeforeTheLastCheckpoint(t *testing.T) {
	o := halfDay(t)
	s := open(t, o)
	want(t, redeem(t, s, 11, 0), kiosk.Accepted)
	spoil(t, filepath.Join(o.Dir, "state.db"), `"Head"`)
	shut(t, s)
	aside, err := filepath.Glob(filepath.Join(o.Dir, "state.db.damaged-*"))
	if err != nil || len(aside) != 1 {
		t.Fatalf("set aside: %q, %v", aside, err)
	}
	again := open(t, o)
	for n := range 12 {
		if n != 10 {
			want(t, redeem(t, again, n, 0), kiosk.AlreadyCollected)
		}
	}
}

// HQ's word is not kept in a spoilt file; the file begins anew, HQ is told all
// events once more, and its verdicts come again.
func TestStatesSpoiltBeforeAnAcknowledgement(t *testing.T) {
	o := halfDay(t)
	s := open(t, o)
	b, err := s.Pending(100)
	if err != nil {
		t.Fatal(err)
	}
	spoil(t, filepath.Join(o.Dir, "state.db"), `"Head"`)
	if err := s.Acknowledge(kiosk.Ack{Head: b.Head()}); !errors.Is(err, boltstore.ErrDamaged) {
		t.Fatalf("got %v", err)
	}
	again, err := s.Pending(100)
	if err != nil || len(again.Records) != len(b.Records) {
		t.Fatalf("%d events for HQ, want %d; %v", len(again.Records), len(b.Records), err)
	}
	if err := s.Acknowledge(kiosk.Ack{Head: again.Head()}); err != nil {
		t.Error(err)
	}
}

// spoilPages makes all pages but the meta pages unreadable.
func spoilPages(t *testing.T, path string) {
	t.Helper()
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.WriteAt(bytes.Repeat([]byte{0xff}, 6<<12), 2<<12); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
}

// A new set takes the place of one that shows itself spoilt only then, and nobody
// waits for himself over it.
func TestOrdersSpoiltBeforeASwitch(t *testing.T) {
	o := halfDay(t)
	s := open(t, o)
	var orders []kiosk.Order
	for n := range 15 { // a quarter fewer, which a sound set would not take without a purge
		orders = append(orders, kiosktest.Order(n))
	}
	if err := s.Stage(kiosk.Page{Orders: orders, Cursor: "c"}); err != nil {
		t.Fatal(err)
	}
	spoilPages(t, filepath.Join(o.Dir, "orders.db"))
	if err := s.Switch(watermark(30, kiosktest.Start(), orders...)); err != nil {
		t.Fatal(err)
	}
	want(t, redeem(t, s, 11, 0), kiosk.Accepted)
	want(t, redeem(t, s, 3, 0), kiosk.AlreadyCollected)
	if aside, err := filepath.Glob(filepath.Join(o.Dir, "orders.db.damaged-*")); err != nil || len(aside) != 1 {
		t.Errorf("set aside: %q, %v", aside, err)
	}
}

// The point's settings are kept although the file they should go to is spoilt.
func TestOrdersSpoiltBeforeTheSettings(t *testing.T) {
	o := halfDay(t)
	s := open(t, o)
	spoilPages(t, filepath.Join(o.Dir, "orders.db"))
	p := kiosktest.Point()
	p.Name = "another name"
	if err := s.SetPoint(p); err != nil {
		t.Fatal(err)
	}
	shut(t, s)
	if got := open(t, o).Point(); got.Name != p.Name {
		t.Errorf("the point is %q", got.Name)
	}
}
