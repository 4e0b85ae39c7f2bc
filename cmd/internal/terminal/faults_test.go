package terminal

import (
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"hexiao/kiosk"
	"hexiao/kiosk/desk"
)

// What the store cannot record is never answered as accepted.
func TestStoreThatCannotRecord(t *testing.T) {
	f, codes := localFolder(t, 1, kiosk.Policy{})
	camera := newScannerFake("camera")
	r := start(t, options(f, camera))
	r.screen(desk.Welcome)
	if err := r.store.Close(); err != nil {
		t.Fatal(err)
	}
	want(t, r.scanned(camera, codes[0].Opaque.Text), kiosk.OutOfOrder)
	if s := r.screen(desk.OutOfOrder); s.Fault.Code != desk.FaultDisk || s.Result != nil {
		t.Errorf("%+v", s)
	}
	if log := r.log.String(); !strings.Contains(log, "out of order") || strings.Contains(log, codes[0].Opaque.Text) {
		t.Errorf("the log:\n%s", log)
	}
}

// A terminal that ends with its scanners must have one, and leaves no trace.
func TestNoScanner(t *testing.T) {
	f, _ := localFolder(t, 0, kiosk.Policy{})
	o := options(f)
	o.EndWithSources, o.Log = true, slog.New(slog.DiscardHandler)
	if _, err := Open(o); !errors.Is(err, ErrNoScanner) {
		t.Errorf("got %v", err)
	}
}

// A jump that cannot be recorded is told to the log and stops nothing.
func TestJumpThatCannotBeRecorded(t *testing.T) {
	f, _ := localFolder(t, 0, kiosk.Policy{})
	wall := &shifted{}
	o := options(f)
	o.Now, o.Boot = wall.now, bootClock(1)
	r := start(t, o)
	r.screen(desk.Welcome)
	if err := r.store.Close(); err != nil {
		t.Fatal(err)
	}
	wall.set(time.Hour)
	r.until("a word in the log", func(desk.State) bool { return strings.Contains(r.log.String(), "could not be recorded") })
}

// A damaged state is built again from the journal, and the log says so.
func TestDamagedStateIsBuiltAgain(t *testing.T) {
	f, codes := localFolder(t, 1, kiosk.Policy{})
	camera := newScannerFake("camera")
	r := start(t, options(f, camera))
	want(t, r.scanned(camera, codes[0].Opaque.Text), kiosk.Accepted)
	r.stop()
	if err := os.Truncate(filepath.Join(f.Path, "state.db"), 0); err != nil {
		t.Fatal(err)
	}
	r = start(t, options(f, camera))
	want(t, r.scanned(camera, codes[0].Opaque.Text), kiosk.AlreadyCollected)
	if !strings.Contains(r.log.String(), "the store helped itself") {
		t.Errorf("the log:\n%s", r.log)
	}
}

// The header's clock is the point's; a zone that nobody knows is UTC.
func TestTimeZone(t *testing.T) {
	for zone, name := range map[string]string{"": "CST", "Asia/Tokyo": "JST", "Mars/Phobos": "UTC"} {
		f, _ := localFolder(t, 0, kiosk.Policy{TimeZone: zone})
		r := start(t, options(f))
		if got, _ := r.screen(desk.Welcome).Header.Now.Zone(); got != name {
			t.Errorf("zone %q is shown as %s", zone, got)
		}
		if unknown := strings.Contains(r.log.String(), "time zone is not known"); unknown != (name == "UTC") {
			t.Errorf("zone %q, told as unknown: %v", zone, unknown)
		}
	}
}
