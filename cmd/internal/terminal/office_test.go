package terminal

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"hexiao/kiosk"
	"hexiao/kiosk/desk"
	"hexiao/kiosk/journal"
	"hexiao/kiosk/ordertable"
	"hexiao/kiosk/stick"
	"hexiao/scanner"
	"hexiao/sync/hq/hqtest"
)

// stickIn gives a machine with a stick that is a folder of the test. mountOptions
// are "rw" or "ro".
func stickIn(t *testing.T, mountOptions string) (port stick.Port, path string) {
	t.Helper()
	root, path := t.TempDir(), t.TempDir()
	var s unix.Stat_t
	if err := unix.Stat(path, &s); err != nil {
		t.Fatal(err)
	}
	number := fmt.Sprintf("%d:%d", unix.Major(s.Dev), unix.Minor(s.Dev))
	sys := filepath.Join(root, "sys/devices/usb1/block/sdb")
	for _, dir := range []string{"proc/self", "sys/block", "sys/dev/block", "sys/devices/usb1/block/sdb"} {
		if err := os.MkdirAll(filepath.Join(root, dir), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	line := "36 25 " + number + " / " + path + " " + mountOptions + " - vfat /dev/sdb rw\n"
	err := errors.Join(
		os.WriteFile(filepath.Join(root, "proc/self/mountinfo"), []byte(line), 0o600),
		os.WriteFile(filepath.Join(sys, "removable"), []byte("1\n"), 0o600),
		os.Symlink(sys, filepath.Join(root, "sys/block/sdb")),
		os.Symlink(sys, filepath.Join(root, "sys/dev/block", number)))
	if err != nil {
		t.Fatal(err)
	}
	return stick.Port{Root: root, Data: root + "/nowhere"}, path
}

// officeOptions are those of a terminal whose leader has screens.
func officeOptions(f Folder, fakes ...*scannerFake) Options {
	o := options(f, fakes...)
	o.Books = true
	return o
}

// signIn has the leader at the screen of a part.
func (r *rig) signIn(part string) {
	r.t.Helper()
	r.Tap(desk.TapLeader)
	r.keys(hqtest.PIN)
	r.Tap(desk.TapEnter)
	r.until("signed in", func(s desk.State) bool { return s.Leader == "李团长" })
	r.open(part)
}

func (r *rig) open(part string) {
	r.t.Helper()
	r.Tap(desk.TapDiagnostics)
	r.Pick(desk.TapPart, part)
	r.until(part, func(s desk.State) bool { return s.Diagnostics.Open.Name == part })
}

// done waits until the job that an action began has ended.
func (r *rig) done(a desk.Action) desk.JobState {
	r.t.Helper()
	r.Tap(a)
	return r.ended1()
}

func (r *rig) ended1() desk.JobState {
	r.t.Helper()
	r.until("a job that has begun", func(s desk.State) bool { return s.Diagnostics.Job != nil })
	s := r.until("the end of the job", func(s desk.State) bool { return s.Diagnostics.Job != nil && s.Diagnostics.Job.Ended })
	return *s.Diagnostics.Job
}

func fact(j desk.JobState, name desk.FactName) desk.Fact {
	for _, f := range j.Facts {
		if f.Name == name {
			return f
		}
	}
	return desk.Fact{}
}

func TestTheJournalGoesToAStick(t *testing.T) {
	f, codes := localFolder(t, 2, kiosk.Policy{})
	camera := newScannerFake("camera")
	o := officeOptions(f, camera)
	var path string
	o.Sticks, path = stickIn(t, "rw")
	r := start(t, o)
	want(t, r.scanned(camera, codes[0].Opaque.Text), kiosk.Accepted)
	r.signIn("journal")
	got := r.done(desk.TapExportJournal)
	if got.Failed != "" || fact(got, desk.FactEvents).Count != 2 || fact(got, desk.FactFile).Text != got.Result {
		t.Fatalf("%+v\n%s", got, r.log)
	}
	file, err := os.Open(filepath.Join(path, got.Result))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = file.Close() }()
	report, err := journal.VerifyExport(file, journal.VerifyOptions{})
	if err != nil || report.Events != 2 || report.Device == nil {
		t.Errorf("the file: %+v, %v", report, err)
	}
	if got := r.done(desk.TapVerifyJournal); got.Failed != "" || fact(got, desk.FactEvents).Count != 2 {
		t.Errorf("%+v", got)
	}
}

func TestThereIsNoStick(t *testing.T) {
	f, _ := localFolder(t, 1, kiosk.Policy{})
	o := officeOptions(f)
	o.Sticks, _ = stickIn(t, "rw")
	if err := os.WriteFile(filepath.Join(o.Sticks.Root, "proc/self/mountinfo"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(o.Sticks.Root, "sys/block/sdb")); err != nil {
		t.Fatal(err)
	}
	r := start(t, o)
	r.signIn("journal")
	if got := r.done(desk.TapExportJournal); got.Failed != desk.JobNoStick {
		t.Errorf("%+v", got)
	}
}

// A code that is scanned in a test goes nowhere: nothing is handed over, and
// nobody is told what it says.
func TestAScannerIsTestedAtTheTerminal(t *testing.T) {
	f, codes := localFolder(t, 1, kiosk.Policy{})
	serial := newScannerFake("serial")
	r := start(t, officeOptions(f, serial))
	r.signIn("serial")
	r.Tap(desk.TapTest)
	r.until("the test", func(s desk.State) bool { return s.Diagnostics.Job.UnderWay() })
	serial.scans <- codes[0].Opaque.Text
	got := r.ended1()
	if got.Failed != "" || fact(got, desk.FactSymbology).Text != string(scanner.QR) || fact(got, desk.FactLength).Count != int64(len(codes[0].Opaque.Text)) {
		t.Errorf("%+v", got)
	}
	if strings.Contains(fmt.Sprint(got)+r.log.String(), codes[0].Opaque.Text) {
		t.Error("the code is told")
	}
	r.Tap(desk.TapBack)
	r.until("the parts", func(s desk.State) bool { return s.Diagnostics.Open.Name == "" })
	want(t, r.scanned(serial, codes[0].Typed.Text), kiosk.Accepted)
}

func TestNobodyScans(t *testing.T) {
	f, _ := localFolder(t, 1, kiosk.Policy{})
	o := officeOptions(f, newScannerFake("serial"))
	boot := bootClock(1)
	var ahead time.Duration
	since := boot.Since
	boot.Since = func() time.Duration { return since() + ahead }
	o.Boot = boot
	r := start(t, o)
	r.signIn("serial")
	r.Tap(desk.TapTest)
	r.until("the test", func(s desk.State) bool { return s.Diagnostics.Job.UnderWay() })
	r.touch(func(kiosk.Moment) { r.watchTrial(r.trial.until) })
	if got := r.ended1(); got.Failed != desk.JobNothing {
		t.Errorf("%+v", got)
	}
}

func TestPartsOfATerminal(t *testing.T) {
	f, _ := localFolder(t, 1, kiosk.Policy{})
	camera, first, second := newScannerFake("camera"), newScannerFake("serial"), newScannerFake("serial-2")
	o := officeOptions(f, camera, first, second)
	o.TestSound = func(context.Context, desk.Lang) error { return nil }
	r := start(t, o)
	r.signIn("disk")
	first.health <- scanner.Missing
	second.health <- scanner.Busy
	camera.health <- scanner.Broken
	r.Tap(desk.TapBack)
	s := r.until("how they are", func(s desk.State) bool {
		states := map[string]desk.PartNote{}
		for _, p := range s.Diagnostics.Parts {
			states[p.Name] = p.Note
		}
		return states["serial"] == desk.NoteMissing && states["serial-2"] == desk.NoteInUse && states["camera"] == desk.NoteBroken
	})
	seen := map[desk.PartKind]bool{}
	for _, p := range s.Diagnostics.Parts {
		seen[p.Kind] = true
	}
	for _, kind := range desk.PartKinds() {
		if !seen[kind] {
			t.Errorf("%s is missing", kind)
		}
	}
	for _, c := range []struct { // nothing comes after the end
		state scanner.State
		note  desk.PartNote
	}{{scanner.Silent, desk.NoteSilent}, {scanner.Working, ""}, {scanner.Ended, desk.NoteEnded}} {
		camera.health <- c.state
		r.until(string(c.state), func(s desk.State) bool { return len(s.Diagnostics.Parts) > 0 && s.Diagnostics.Parts[0].Note == c.note })
	}
}

func TestPartsAreTested(t *testing.T) {
	f, _ := localFolder(t, 1, kiosk.Policy{})
	o := officeOptions(f)
	heard := make(chan desk.Lang, 1)
	o.TestSound = func(_ context.Context, lang desk.Lang) error { heard <- lang; return nil }
	o.Sticks, _ = stickIn(t, "ro")
	r := start(t, o)
	r.signIn("disk")
	if got := r.done(desk.TapTest); got.Failed != "" || fact(got, desk.FactSync).For <= 0 || fact(got, desk.FactFree).Count <= 0 {
		t.Errorf("the disk: %+v", got)
	}
	if _, err := os.Stat(filepath.Join(f.Path, ".disk-test")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the test's file is left: %v", err)
	}
	r.open("sound")
	if got := r.done(desk.TapTest); got.Failed != "" || <-heard != desk.Chinese {
		t.Errorf("the sound: %+v", got)
	}
	r.open("stick")
	if got := r.done(desk.TapTest); got.Failed != desk.JobReadOnly || fact(got, desk.FactStick).Text != "vfat" {
		t.Errorf("the stick: %+v", got)
	}
	r.open("hq")
	if got := r.done(desk.TapTest); got.Failed != desk.JobNoDevice {
		t.Errorf("an HQ that there is not: %+v", got)
	}
}

func TestHQIsTested(t *testing.T) {
	p := newPlatform(t, 1)
	f := p.enrolled(time.Hour)
	r := start(t, officeOptions(f))
	r.until("online", online)
	hq, err := r.perform(t.Context(), desk.Job{Kind: desk.JobTest, Part: "clock"}, nil)
	if err != nil || fact(desk.JobState{Facts: hq.facts}, desk.FactOffset).For.Abs() > time.Minute {
		t.Errorf("%+v, %v", hq, err)
	}
	r.touch(func(kiosk.Moment) {
		var part desk.Part
		for _, p := range r.parts() {
			if p.Kind == desk.PartHQ {
				part = p
			}
		}
		if part.Health != desk.PartFine && part.Note != desk.NoteNever && part.Note != desk.NoteOld {
			t.Errorf("HQ is %+v", part)
		}
		for _, f := range part.Facts {
			if f.Name == desk.FactAddress && strings.Contains(f.Text, "http") {
				t.Errorf("the address is %q", f.Text)
			}
		}
	})
	p.goAway()
	if _, err := r.perform(t.Context(), desk.Job{Kind: desk.JobTest, Part: "hq"}, nil); failureOf(err) != desk.JobNoAnswer {
		t.Errorf("an HQ that is gone: %v", err)
	}
	r.stop()
	p.leftAlone()
}

func TestJobsOfAKindComeOneByOne(t *testing.T) {
	f, _ := localFolder(t, 1, kiosk.Policy{})
	o := officeOptions(f)
	begun, goOn := make(chan struct{}, 4), make(chan struct{})
	o.TestSound = func(ctx context.Context, _ desk.Lang) error {
		begun <- struct{}{}
		select {
		case <-goOn:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	r := start(t, o)
	r.signIn("sound")
	r.Tap(desk.TapTest)
	<-begun
	r.open("disk") // the desk forgets the test, the terminal does not
	if got := r.done(desk.TapTest); got.Failed != desk.JobBusy {
		t.Errorf("%+v", got)
	}
	close(goOn)
	r.open("sound")
	var got desk.JobState
	for got = r.done(desk.TapTest); got.Failed == desk.JobBusy; got = r.done(desk.TapTest) {
		r.open("sound")
	}
	if got.Failed != "" {
		t.Errorf("%+v", got)
	}
}

// Work that is under way when the terminal stops ends with it.
func TestJobsEndWithTheTerminal(t *testing.T) {
	f, _ := localFolder(t, 1, kiosk.Policy{})
	o := officeOptions(f)
	begun, how := make(chan struct{}), make(chan error, 1)
	o.TestSound = func(ctx context.Context, _ desk.Lang) error {
		close(begun)
		<-ctx.Done()
		how <- ctx.Err()
		return ctx.Err()
	}
	r := start(t, o)
	r.signIn("sound")
	r.Tap(desk.TapTest)
	<-begun
	r.stop()
	if err := <-how; failureOf(err) != desk.JobCancelled {
		t.Errorf("%v", err)
	}
}

func TestFailures(t *testing.T) {
	for err, want := range map[error]desk.JobFailure{
		nil: "", stick.ErrGone: desk.JobNoStick, stick.ErrNotMounted: desk.JobNotMounted, stick.ErrNoRoom: desk.JobNoRoom,
		ordertable.ErrEmpty: desk.JobBadFile, io.ErrUnexpectedEOF: desk.JobBroken, journal.ErrDamaged: desk.JobUnsound,
	} {
		if got := failureOf(err); got != want {
			t.Errorf("%v is %q, want %q", err, got, want)
		}
	}
}
