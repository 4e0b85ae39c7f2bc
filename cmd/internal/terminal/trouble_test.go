package terminal

import (
	"crypto/rand"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"hexiao/kiosk"
	"hexiao/kiosk/boltstore"
	"hexiao/kiosk/desk"
	"hexiao/kiosk/journal/journaltest"
	"hexiao/sync/hq"
)

// smallDisk is a file system of its own of that size, and a way to change it.
func smallDisk(t *testing.T, size string) (path string, resize func(string)) {
	t.Helper()
	path = t.TempDir()
	if err := unix.Mount("tmpfs", path, "tmpfs", 0, "size="+size); err != nil {
		t.Skipf("a small disk cannot be mounted here, so a full one is not tried: %v", err)
	}
	t.Cleanup(func() {
		if err := unix.Unmount(path, 0); err != nil {
			t.Error(err)
		}
	})
	return path, func(size string) {
		t.Helper()
		if err := unix.Mount("tmpfs", path, "tmpfs", unix.MS_REMOUNT, "size="+size); err != nil {
			t.Fatal(err)
		}
	}
}

func sizeOf(megabytes uint64) string { return strconv.FormatUint(megabytes, 10) + "m" }

// on brings a data folder to another place.
func on(t *testing.T, f Folder, disk string) Folder {
	t.Helper()
	path := filepath.Join(disk, "terminal")
	if err := os.CopyFS(path, os.DirFS(f.Path)); err != nil {
		t.Fatal(err)
	}
	f.Path = path
	return f
}

func (r *rig) fault(c desk.FaultCode) desk.State {
	r.t.Helper()
	return r.until("fault "+string(c), func(s desk.State) bool { return s.Screen == desk.OutOfOrder && s.Fault.Code == c })
}

// A disk that fills up: out of order before a write fails, and back by itself.
func TestDiskFillsUp(t *testing.T) {
	f, codes := localFolder(t, 3, kiosk.Policy{Debounce: time.Nanosecond})
	disk, resize := smallDisk(t, "200m")
	camera := newScannerFake("camera")
	r := start(t, options(on(t, f, disk), camera))
	r.screen(desk.Welcome)
	want(t, r.scanned(camera, codes[0].Opaque.Text), kiosk.Accepted)
	r.until("a warning", func(desk.State) bool { return strings.Contains(r.log.String(), "the disk will be full before long") })

	used := func() uint64 {
		free, err := freeBytes(disk)
		if err != nil {
			t.Fatal(err)
		}
		return 200 - free>>20
	}()
	size := func(free uint64) string { return sizeOf(used + free) }
	resize(size(60))
	if s := r.fault(desk.FaultFull); !s.Header.Closed || s.Fault.Event != 0 {
		t.Errorf("%+v", s)
	}
	want(t, r.scanned(camera, codes[1].Opaque.Text), kiosk.OutOfOrder)
	resize(size(72)) // more than the reserve, but not enough to go on
	for range 3 {
		if s := r.until("a second", func(desk.State) bool { return true }); s.Screen != desk.OutOfOrder {
			t.Errorf("it goes on with %+v", s)
		}
	}
	resize(size(120))
	r.screen(desk.Welcome)
	want(t, r.scanned(camera, codes[1].Opaque.Text), kiosk.Accepted)
	want(t, r.scanned(camera, codes[0].Opaque.Text), kiosk.AlreadyCollected)
	r.stop()
	if n := len(events(t, r.o.Folder)); n != 2 {
		t.Errorf("%d events", n)
	}
}

// A disk without room for the journal's first file: shown, and mended by room.
func TestNoRoomAtStart(t *testing.T) {
	f, codes := localFolder(t, 1, kiosk.Policy{})
	disk, resize := smallDisk(t, "100m")
	f = on(t, f, disk)
	if err := os.RemoveAll(filepath.Join(f.Path, "journal")); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(f.Path, "state.db")); err != nil {
		t.Fatal(err)
	}
	free, err := freeBytes(disk)
	if err != nil {
		t.Fatal(err)
	}
	resize(sizeOf(100 - free>>20 + 1))
	o := options(f)
	o.Log = slog.New(slog.DiscardHandler)
	if _, err := Open(o); !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("opened where there is no room: %v", err)
	}
	camera := newScannerFake("camera")
	o = options(f, camera)
	o.KeepTrying = true
	r := start(t, o)
	r.fault(desk.FaultFull)
	resize("300m")
	r.screen(desk.Welcome)
	want(t, r.scanned(camera, codes[0].Opaque.Text), kiosk.Accepted)
}

// A disk that fails and comes back: nobody has to scan for that.
func TestDiskComesBack(t *testing.T) {
	f, codes := localFolder(t, 2, kiosk.Policy{Debounce: time.Nanosecond})
	camera := newScannerFake("camera")
	fsys := journaltest.New()
	r := start(t, options(f, camera), func(term *Terminal) {
		if err := term.store.Close(); err != nil {
			t.Fatal(err)
		}
		o := storeOptions(f, rand.Reader, time.Now, term.o.Log)
		o.FS = fsys
		store, err := boltstore.Open(o)
		if err != nil {
			t.Fatal(err)
		}
		term.store = store
		term.desk.Attach(store, nil)
	})
	r.screen(desk.Welcome)
	fsys.SetFault(func(op journaltest.Op, _ string) error {
		if op == journaltest.OpSync {
			return syscall.EIO
		}
		return nil
	})
	want(t, r.scanned(camera, codes[0].Opaque.Text), kiosk.OutOfOrder)
	r.fault(desk.FaultDisk)
	fsys.SetFault(nil)
	r.screen(desk.Welcome)
	if log := r.log.String(); !strings.Contains(log, "in order again") {
		t.Errorf("the log:\n%s", log)
	}
	// What was on its way when the disk failed is there, and its customer is told.
	if out := want(t, r.scanned(camera, codes[0].Opaque.Text), kiosk.Accepted); out.Seq != 1 {
		t.Errorf("%+v", out)
	}
	want(t, r.scanned(camera, codes[1].Opaque.Text), kiosk.Accepted)
	want(t, r.scanned(camera, codes[0].Opaque.Text), kiosk.AlreadyCollected)
}

// A data folder that another process has is waited for.
func TestFolderInUseIsWaitedFor(t *testing.T) {
	f, codes := localFolder(t, 1, kiosk.Policy{})
	other := openStore(t, f)
	camera := newScannerFake("camera")
	o := options(f, camera)
	o.KeepTrying = true
	r := start(t, o)
	if s := r.fault(desk.FaultInUse); s.Header.Point != string(f.Config.Point) || !s.Header.Closed || s.Cue.Number > 1 {
		t.Errorf("%+v", s)
	}
	r.Tap(desk.TapLanguage)
	r.until("English", func(s desk.State) bool { return s.Lang == desk.English && s.Screen == desk.OutOfOrder })
	for _, c := range "8800000011\n" {
		r.Typed(c) // a scanner that types at a window whose store is not open
	}
	want(t, r.answer(), kiosk.OutOfOrder)
	if err := other.Close(); err != nil {
		t.Fatal(err)
	}
	if s := r.screen(desk.Welcome); s.Header.Point != "幸福里" || s.Header.Closed {
		t.Errorf("%+v", s.Header)
	}
	want(t, r.scanned(camera, codes[0].Opaque.Text), kiosk.Accepted)
}

// condition waits until HQ knows what the terminal says of itself.
func (p *platform) condition(r *rig, what string, fits func(hq.Terminal) bool) hq.Terminal {
	p.t.Helper()
	var last hq.Terminal
	r.until(what, func(desk.State) bool {
		list, err := p.HQ.Terminals(p.t.Context())
		if err != nil {
			p.t.Fatal(err)
		}
		for _, t := range list {
			if t.ID == r.o.Folder.Config.Terminal {
				last = t
			}
		}
		return fits(last)
	})
	return last
}

// A damaged journal is shown with the first event in doubt, told to HQ though
// the store cannot be opened, and forgotten when the right file is back.
func TestDamagedJournalIsToldToHQ(t *testing.T) {
	p := newPlatform(t, 4)
	f := p.enrolled(20 * time.Millisecond)
	camera := newScannerFake("camera")
	r := start(t, options(f, camera))
	r.until("online", online)
	for _, id := range []kiosk.OrderID{"A1", "A2", "A3"} {
		want(t, r.scanned(camera, p.codes[id].Code), kiosk.Accepted)
	}
	r.until("all is at HQ", online)
	well := p.condition(r, "a terminal that works", func(t hq.Terminal) bool { return !t.Since.IsZero() })
	if c := well.Condition; c.Fault != "" || c.Version != version() || c.Clock != kiosk.ClockSynced && c.Clock != kiosk.ClockUnchecked {
		t.Errorf("%+v", c)
	}
	r.stop()

	segment := filepath.Join(f.Path, "journal", "00000001.hxj")
	sound, err := os.ReadFile(segment)
	if err != nil {
		t.Fatal(err)
	}
	second := strings.Index(string(sound[256:]), "A2") + 256
	if second < 256 {
		t.Fatal("the second event is not in the journal")
	}
	broken := append([]byte(nil), sound...)
	broken[second] ^= 1
	if err := os.WriteFile(segment, broken, 0o600); err != nil {
		t.Fatal(err)
	}
	camera = newScannerFake("camera")
	o := options(f, camera)
	o.KeepTrying = true
	r = start(t, o)
	if s := r.fault(desk.FaultJournal); s.Fault.Event != 2 {
		t.Errorf("the first event in doubt is %d", s.Fault.Event)
	}
	said := p.condition(r, "the fault at HQ", func(t hq.Terminal) bool { return t.Condition.Fault == string(desk.FaultJournal) })
	if said.Condition.Event != 2 {
		t.Errorf("%+v", said.Condition)
	}
	if err := os.WriteFile(segment, sound, 0o600); err != nil {
		t.Fatal(err)
	}
	r.screen(desk.Welcome)
	p.condition(r, "a terminal that works again", func(t hq.Terminal) bool { return t.Condition.Fault == "" })
	want(t, r.scanned(camera, p.codes["A2"].Code), kiosk.AlreadyCollected)
	want(t, r.scanned(camera, p.codes["A4"].Code), kiosk.Accepted)
}

// Two machines with one terminal's folder: HQ keeps the one that came first;
// the other hands nothing out any more once it has heard.
func TestForkedTerminalStops(t *testing.T) {
	p := newPlatform(t, 4)
	f := p.enrolled(20 * time.Millisecond)
	camera := newScannerFake("camera")
	r := start(t, options(f, camera))
	r.until("online", online)
	copied := killed(t, f)
	want(t, r.scanned(camera, p.codes["A1"].Code), kiosk.Accepted)
	r.until("the event at HQ", func(desk.State) bool { return !p.redeemed("A1").IsZero() })
	r.stop()

	camera = newScannerFake("camera")
	o := options(copied, camera)
	o.Offline = true
	r = start(t, o)
	want(t, r.scanned(camera, p.codes["A2"].Code), kiosk.Accepted) // what a clone does before it hears
	r.stop()
	camera = newScannerFake("camera")
	r = start(t, options(copied, camera))
	r.until("event 1 in doubt", func(s desk.State) bool {
		return s.Screen == desk.OutOfOrder && s.Fault == desk.Fault{Code: desk.FaultForked, Event: 1}
	})
	want(t, r.scanned(camera, p.codes["A3"].Code), kiosk.OutOfOrder)
	p.condition(r, "the fault at HQ", func(t hq.Terminal) bool { return t.Condition.Fault == string(desk.FaultForked) })
	r.until("a word in the log", func(desk.State) bool {
		return strings.Contains(r.log.String(), "event 1 is the first in doubt")
	})
}

// While the store is not open everything is refused, and the screen follows.
func TestShut(t *testing.T) {
	s := newShut("P9")
	if f := s.Status().Fault; f != (desk.Fault{Code: desk.FaultStarting}) {
		t.Errorf("%+v", f)
	}
	s.progress(3000, 7000)
	if f := s.Status().Fault; f != (desk.Fault{Code: desk.FaultStarting, Done: 3000, Total: 7000}) {
		t.Errorf("%+v", f)
	}
	s.progress(0, 0)
	s.why = boltstore.ErrJournalLost
	if st := s.Status(); st.Fault.Code != desk.FaultLost || st.Disk == nil || s.Point().Name != "P9" {
		t.Errorf("%+v", st)
	}
	_, scan := s.Redeem(desk.Scan{})
	_, confirm := s.Confirm(kiosk.Moment{}, "A", kiosk.Confirmation{})
	for _, err := range []error{
		scan, confirm, s.Reject(kiosk.Moment{}, "A", ""), s.Undo(kiosk.Moment{}, "A", kiosk.EventID{}, kiosk.Leader{}, ""),
		s.Record(kiosk.Moment{}, kiosk.SignedIn{}),
	} {
		if !errors.Is(err, boltstore.ErrJournalLost) {
			t.Errorf("got %v", err)
		}
	}
}

func TestPausesGrow(t *testing.T) {
	var b trouble
	now := time.Duration(0)
	var pauses []time.Duration
	for range 7 {
		if !b.due(now) {
			t.Fatalf("not due at %v", now)
		}
		b.failed(now)
		pauses = append(pauses, b.next-now)
		if b.due(b.next - 1) {
			t.Error("due before its time")
		}
		now = b.next
	}
	if pauses[0] != firstPause || pauses[1] != 2*firstPause || pauses[6] != longestPause {
		t.Errorf("pauses %v", pauses)
	}
}
