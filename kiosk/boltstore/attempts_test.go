package boltstore_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hexiao/kiosk"
	"hexiao/kiosk/boltstore"
	"hexiao/kiosk/journal/journaltest"
	"hexiao/kiosk/kiosktest"
)

// However the store comes back, failed attempts are still known, and counted
// once: from a checkpoint, from the journal after it, or from the journal alone.
func TestAttemptsOutliveRestarts(t *testing.T) {
	dir := t.TempDir()
	s := open(t, options(dir))
	fill(t, s)
	record := func(after time.Duration, b kiosk.Body) {
		t.Helper()
		if err := s.Record(kiosktest.Moment(after), b); err != nil {
			t.Fatal(err)
		}
	}
	pin, typed := kiosk.AttemptFailed{Kind: kiosk.AttemptPIN}, kiosk.AttemptFailed{Kind: kiosk.AttemptTyped}
	again := func(how string, pins, codes int) {
		t.Helper()
		if a := s.Attempts(); a.PIN != pins || len(a.Typed) != codes {
			t.Fatalf("%s: %+v, want %d PINs and %d codes", how, a, pins, codes)
		}
	}
	record(0, pin)
	shut(t, s)
	s = open(t, options(dir))
	again("from a checkpoint", 1, 0)
	record(time.Second, pin)
	record(2*time.Second, typed)
	if err := s.Crash(); err != nil {
		t.Fatal(err)
	}
	s = open(t, options(dir))
	again("from checkpoint and journal", 2, 1)
	record(time.Second, typed)
	before := s.Attempts()
	shut(t, s)
	if err := os.Remove(filepath.Join(dir, "state.db")); err != nil {
		t.Fatal(err)
	}
	s = open(t, options(dir))
	again("from the journal", 2, 2)
	shut(t, s)
	if _, err := boltstore.Rebuild(options(dir)); err != nil {
		t.Fatal(err)
	}
	s = open(t, options(dir))
	again("rebuilt", 2, 2)
	if diff := cmp.Diff(before, s.Attempts()); diff != "" {
		t.Errorf("what the journal says differs from what was counted: %s", diff)
	}
}

// An attempt whose write failed once is found or written again, and counts
// once; one that could not be written at all is an error and counts when the
// disk has kept it after all.
func TestAttemptsAfterAFault(t *testing.T) {
	fsys := journaltest.New()
	o := options(t.TempDir())
	o.FS = fsys
	s := open(t, o)
	fill(t, s)
	pin := kiosk.AttemptFailed{Kind: kiosk.AttemptPIN}
	for n, op := range []journaltest.Op{journaltest.OpWrite, journaltest.OpSync} {
		failed := false
		fsys.SetFault(func(now journaltest.Op, name string) error {
			if now != op || failed || filepath.Ext(name) == ".new" {
				return nil
			}
			failed = true
			return journaltest.ErrFault
		})
		if err := s.Record(kiosktest.Moment(0), pin); err != nil {
			t.Fatal(err)
		}
		if a := s.Attempts(); a.PIN != n+1 || !failed {
			t.Errorf("after a fault of %v: %+v", op, a)
		}
	}
	fsys.SetFault(func(journaltest.Op, string) error { return journaltest.ErrFault })
	if err := s.Record(kiosktest.Moment(0), pin); !errors.Is(err, boltstore.ErrOutOfOrder) {
		t.Errorf("recorded on a broken disk: %v", err)
	}
	fsys.SetFault(nil)
	if err := s.Record(kiosktest.Moment(0), kiosk.ClockChanged{}); err != nil {
		t.Fatal(err)
	}
	if a, head := s.Attempts(), s.Status().Head; a.PIN != int(head)-1 {
		t.Errorf("%d PINs, %d events", a.PIN, head)
	}
}

// A state.db that turns out to be damaged is built again: nothing counts twice.
func TestAttemptsAreNotCountedTwice(t *testing.T) {
	dir := t.TempDir()
	s := open(t, options(dir))
	fill(t, s, kiosktest.Order(1))
	want(t, redeem(t, s, 1, 0), kiosk.Accepted)
	if err := s.Record(kiosktest.Moment(time.Second), kiosk.AttemptFailed{Kind: kiosk.AttemptPIN}); err != nil {
		t.Fatal(err)
	}
	before := s.Attempts()
	shut(t, s)
	rot(t, dir, "state.db", string(kiosktest.OrderID(1)))
	s = open(t, options(dir))
	want(t, redeem(t, s, 1, time.Minute), kiosk.AlreadyCollected)
	if _, err := os.Stat(filepath.Join(dir, "state.db.damaged-1")); err != nil {
		t.Fatal("the damage was not met")
	}
	if diff := cmp.Diff(before, s.Attempts()); diff != "" {
		t.Error(diff)
	}
}
