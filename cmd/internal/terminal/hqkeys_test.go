package terminal

import (
	"crypto/rand"
	"encoding/base64"
	"errors"
	"io"
	"log"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"hexiao/kiosk"
	"hexiao/kiosk/config"
	"hexiao/kiosk/journal"
	"hexiao/sync/client"
	"hexiao/sync/wire"
)

// HQ changes its key while the terminal is off; the terminal follows, proves what
// both keys signed, and does so again when its orders are lost.
func TestHQChangesItsKey(t *testing.T) {
	p := newPlatform(t, 2)
	f := p.enrolled(time.Hour)
	synced := func() (keys int, acked uint64) {
		t.Helper()
		f, err := OpenFolder(f.Path) // a start, which knows the key of the enrolment
		if err != nil {
			t.Fatal(err)
		}
		store := openStore(t, f)
		if err := store.Record(kiosk.Moment{Wall: time.Now()}, kiosk.SignedIn{By: "L1", Role: kiosk.RoleLeader}); err != nil {
			t.Fatal(err)
		}
		before := len(f.Ring.Keys())
		report, err := SyncOnce(t.Context(), f, store, time.Now, nobody)
		if err != nil || !report.Complete || report.Acked != 1 {
			t.Fatalf("%+v, %v", report, err)
		}
		acked = store.AckedHead().Seq
		if err := store.Close(); err != nil {
			t.Fatal(err)
		}
		return before, acked
	}
	if n, _ := synced(); n != 1 {
		t.Errorf("%d keys are trusted before there is a second one", n)
	}
	if _, err := p.HQ.RotateKey(t.Context(), 0); err != nil {
		t.Fatal(err)
	}
	if n, _ := synced(); n != 1 {
		t.Errorf("%d keys are trusted before HQ was asked", n)
	}
	if n, _ := synced(); n != 2 {
		t.Errorf("%d keys are trusted after a start; the settings name 2", n)
	}
	if err := os.Remove(filepath.Join(f.Path, "orders.db")); err != nil {
		t.Fatal(err)
	}
	n, acked := synced()
	if n != 2 {
		t.Errorf("%d keys are trusted without orders.db; the journal's evidence names 2", n)
	}
	o, err := f.VerifyOptions()
	if err != nil {
		t.Fatal(err)
	}
	if rep, err := journal.Verify(JournalFolder(f.Path), o); err != nil || rep.Acked.Seq != acked || rep.AcksUnread != 0 {
		t.Errorf("up to %d of %d, %d unread, %v", rep.Acked.Seq, acked, rep.AcksUnread, err)
	}
	if err := errors.Join(os.Remove(filepath.Join(f.Path, "orders.db")), os.Remove(filepath.Join(JournalFolder(f.Path), "acks"))); err != nil {
		t.Fatal(err)
	}
	if n, _ := synced(); n != 1 {
		t.Errorf("%d keys are trusted with nothing that names them", n)
	}
}

// A terminal enrols at an HQ with a self-signed certificate by its pin, and keeps it.
func TestEnrolByAPin(t *testing.T) {
	p := newPlatform(t, 1)
	secure := httptest.NewUnstartedServer(p.HQ.Handler())
	secure.Config.ErrorLog = log.New(io.Discard, "", 0) // of the handshakes that fail as they should
	secure.StartTLS()
	defer secure.Close()
	pin := base64.StdEncoding.EncodeToString(wire.PinOf(secure.Certificate()))
	to := Invitation{URL: secure.URL, Code: p.Code("P001"), Name: "门口"}
	if _, err := Enrol(t.Context(), t.TempDir()+"/t", to, rand.Reader); !errors.Is(err, client.ErrUnreachable) {
		t.Errorf("without a pin: %v", err)
	}
	to.Pins = []string{"no pin"}
	if _, err := Enrol(t.Context(), t.TempDir()+"/t", to, rand.Reader); !errors.Is(err, config.ErrInvalid) {
		t.Errorf("with what is no pin: %v", err)
	}
	to.Pins = []string{pin}
	f, err := Enrol(t.Context(), t.TempDir()+"/t", to, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	if f, err = OpenFolder(f.Path); err != nil || len(f.Config.HQ.Pins) != 1 || f.Config.HQ.Pins[0] != pin {
		t.Fatalf("pins %v, %v", f.Config.HQ.Pins, err)
	}
	store := openStore(t, f)
	if r, err := SyncOnce(t.Context(), f, store, time.Now, nobody); err != nil || !r.Complete {
		t.Errorf("%+v, %v", r, err)
	}
	f.Config.HQ.Pins = []string{strings.Repeat("A", 43) + "="}
	if _, err := SyncOnce(t.Context(), f, store, time.Now, nobody); !errors.Is(err, wire.ErrPin) {
		t.Errorf("another key than the pinned one: %v", err)
	}
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
}
