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
	"hexiao/kiosk/config"
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
	o := options(f, camera)
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
	o := options(f)
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

const table = `订单号,商品,数量,提货号,姓名,手机,核销码
B1,葡萄,2,86,张小明,13800130417,8800000011
B2,鸡蛋,x,87,李大妈,13900133302,8800000022
B3,牛奶,1,88,王小红,13900133303,
`

func put(t *testing.T, folder, name, content string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(folder, name), []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestOrdersComeFromAStick(t *testing.T) {
	f, _ := localFolder(t, 1, kiosk.Policy{})
	o := options(f)
	var path string
	o.Sticks, path = stickIn(t, "rw")
	put(t, path, "orders.csv", table)
	put(t, path, "picture.png", "no table")
	put(t, path, "hexiao-codes-old.csv", "written by a terminal")
	r := start(t, o)
	r.signIn("stick")
	got := r.done(desk.TapFindTables)
	if len(got.Files) != 1 || got.Files[0].Name != "orders.csv" || got.Files[0].Size != int64(len(table)) {
		t.Fatalf("%+v", got)
	}
	r.Pick(desk.TapImport, "orders.csv")
	r.until("the import", func(s desk.State) bool {
		return s.Diagnostics.Job != nil && s.Diagnostics.Job.Job.Kind == desk.JobImportOrders
	})
	got = r.ended1()
	if got.Failed != "" || fact(got, desk.FactTaken).Count != 2 || fact(got, desk.FactRefused).Count != 1 ||
		fact(got, desk.FactFirstLines).Text != "3" || fact(got, desk.FactCodes).Count != 1 {
		t.Fatalf("%+v\n%s", got, r.log)
	}
	codes, err := os.ReadFile(filepath.Join(path, fact(got, desk.FactFile).Text))
	if err != nil || !strings.HasPrefix(string(codes), "\ufeff订单号") || strings.Count(string(codes), "\r\n") != 2 || !strings.Contains(string(codes), "B3,") {
		t.Errorf("the codes: %q, %v", codes, err)
	}
	problems, err := os.ReadFile(filepath.Join(path, "hexiao-problems-orders.csv"))
	if err != nil || !strings.Contains(string(problems), "3,B2,") {
		t.Errorf("the problems: %q, %v", problems, err)
	}
	for _, secret := range []string{"张小明", "13800130417", "8800000011", "李大妈"} {
		if strings.Contains(r.log.String()+string(problems), secret) {
			t.Errorf("%s is told", secret)
		}
	}
	if s := r.until("the orders", func(s desk.State) bool { return s.Header.Orders == 3 }); s.Screen != desk.Diagnostics {
		t.Errorf("%s", s.Screen)
	}
	r.stop()
	last := kiosk.Event{}
	if _, err := journal.Verify(JournalFolder(f.Path), journal.VerifyOptions{Each: func(e journal.Entry) error { last = e.Event; return nil }}); err != nil {
		t.Fatal(err)
	}
	b, ok := last.Body.(kiosk.SettingsChanged)
	if !ok || b.By != "L1" || len(b.Settings) != 1 || b.Settings[0] != (kiosk.Setting{Name: "orders.import", Value: "2"}) {
		t.Errorf("the journal ends with %+v", last.Body)
	}
}

func TestImportsThatFail(t *testing.T) {
	withHQ := func(f *Folder) { f.Config.HQ.URL = "https://hq.example" }
	for name, c := range map[string]struct {
		files   map[string]string
		options string
		file    string
		change  func(*Folder)
		want    desk.JobFailure
	}{
		"no table":          {options: "rw", want: desk.JobNoFile},
		"gone meanwhile":    {options: "rw", file: "gone.csv", want: desk.JobBroken},
		"not a table":       {options: "rw", files: map[string]string{"a.xlsx": "PK nonsense"}, want: desk.JobBadFile},
		"no columns":        {options: "rw", files: map[string]string{"a.csv": "x,y\n1,2\n"}, want: desk.JobBadFile},
		"no order is good":  {options: "rw", files: map[string]string{"a.csv": "订单号,商品,数量\nB1,葡萄,x\n"}, want: desk.JobBadFile},
		"another file":      {options: "rw", file: "a.png", want: desk.JobBadFile},
		"codes cannot go":   {options: "ro", files: map[string]string{"a.csv": table}, want: desk.JobReadOnly},
		"orders come by HQ": {options: "rw", files: map[string]string{"a.csv": table}, change: withHQ, want: desk.JobFromHQ},
	} {
		t.Run(name, func(t *testing.T) {
			f, _ := localFolder(t, 1, kiosk.Policy{})
			o := options(f)
			var path string
			o.Sticks, path = stickIn(t, c.options)
			for name, content := range c.files {
				put(t, path, name, content)
			}
			r := start(t, o)
			r.stop()
			if c.change != nil {
				c.change(&r.Terminal.o.Folder)
			}
			r.Terminal.store = openStore(t, f)
			defer func() { _ = r.Terminal.store.Close() }()
			_, err := r.perform(t.Context(), desk.Job{Kind: desk.JobImportOrders, File: c.file}, func(int, int) {})
			if got := failureOf(err); got != c.want {
				t.Errorf("%q (%v), want %q", got, err, c.want)
			}
			if n := r.Terminal.store.Status().Orders; n != 1 {
				t.Errorf("%d orders are there", n)
			}
		})
	}
}

func TestAWriteProtectedStickBringsOrders(t *testing.T) {
	f, _ := localFolder(t, 1, kiosk.Policy{})
	o := options(f)
	var path string
	o.Sticks, path = stickIn(t, "ro")
	put(t, path, "orders.csv", strings.Join(strings.Split(table, "\n")[:3], "\n"))
	r := start(t, o)
	r.signIn("stick")
	r.done(desk.TapFindTables)
	r.Tap(desk.TapImport)
	r.until("the import", func(s desk.State) bool {
		return s.Diagnostics.Job != nil && s.Diagnostics.Job.Job.Kind == desk.JobImportOrders
	})
	if got := r.ended1(); got.Failed != "" || fact(got, desk.FactTaken).Count != 1 || fact(got, desk.FactRefused).Count != 1 {
		t.Errorf("%+v", got)
	}
}

// A code that is scanned in a test goes nowhere: nothing is handed over, and
// nobody is told what it says.
func TestAScannerIsTestedAtTheTerminal(t *testing.T) {
	f, codes := localFolder(t, 1, kiosk.Policy{})
	serial := newScannerFake("serial")
	r := start(t, options(f, serial))
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
	o := options(f, newScannerFake("serial"))
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
	o := options(f, camera, first, second)
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
	o := options(f)
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
	r := start(t, options(f))
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
	p.gone.Store(true)
	if _, err := r.perform(t.Context(), desk.Job{Kind: desk.JobTest, Part: "hq"}, nil); failureOf(err) != desk.JobNoAnswer {
		t.Errorf("an HQ that is gone: %v", err)
	}
	r.stop()
	p.leftAlone()
}

func TestALeaderChangesTheSettings(t *testing.T) {
	f, _ := localFolder(t, 1, kiosk.Policy{})
	o := options(f)
	o.Machine = t.TempDir()
	changed := make(chan config.Config, 8)
	o.OnSettings = func(c config.Config) { changed <- c }
	r := start(t, o)
	r.signIn("disk")
	set := func(name desk.SettingName, value string) {
		t.Helper()
		r.Tap(desk.TapSettings)
		r.Pick(desk.TapSetting, string(name))
		r.Pick(desk.TapValue, value)
		r.until(string(name)+" = "+value, func(s desk.State) bool { return s.Settings.Open.Name == name && s.Settings.Open.Value == value })
	}
	set(desk.SetPalette, "contrast")
	set(desk.SetLarge, "true")
	set(desk.SetVolume, "40")
	set(desk.SetVoice, "false")
	set(desk.SetSerial, "auto")
	set(desk.SetWedge, "auto")
	set(desk.SetCamera, "")
	set(desk.SetLanguage, "en")
	c, err := config.Load(f.Path)
	if err != nil || c.Look != (config.Look{Palette: "contrast", Large: true}) || c.Sound != (config.Sound{Volume: 40}) || c.Language != "en" ||
		c.Scanners.Camera != "" || len(c.Scanners.Serial) != 1 || len(c.Scanners.Wedge) != 1 {
		t.Errorf("%+v, %v", c, err)
	}
	if len(changed) != 8 || (<-changed).Look.Palette != "contrast" {
		t.Errorf("%d changes were told", len(changed))
	}
	s := r.until("a restart is asked for", func(s desk.State) bool { return s.Settings.Restart })
	if s.Look.Palette != "contrast" || !s.Look.Large {
		t.Errorf("%+v", s.Look)
	}
	if err := os.Remove(filepath.Join(f.Path, config.FileName)); err != nil {
		t.Fatal(err)
	}
	r.Pick(desk.TapValue, "zh")
	r.until("it fails", func(s desk.State) bool { return s.Settings.Failed })
	if !strings.Contains(r.log.String(), "the settings could not be changed") {
		t.Errorf("the log:\n%s", r.log)
	}
}

// A setting that names what is not plugged in stays to be seen.
func TestSettingsKeepWhatIsNotThere(t *testing.T) {
	s := newSetup(Folder{Config: config.Default()}, nil)
	s.config.Scanners.Serial = []string{"/dev/a", "/dev/b"}
	s.found.serials = []desk.Choice{{Value: "/dev/c", Label: "C"}}
	for _, v := range s.Settings() {
		if v.Name == desk.SetSerial && (len(v.Choices) != 4 || v.Choices[0].Value != "/dev/a, /dev/b" || v.Choices[3].Value != "/dev/c" || !v.Later) {
			t.Errorf("%+v", v)
		}
	}
	if err := s.Change("no.such", "x"); err == nil {
		t.Error("a setting that there is not was changed")
	}
}

func TestJobsOfAKindComeOneByOne(t *testing.T) {
	f, _ := localFolder(t, 1, kiosk.Policy{})
	o := options(f)
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
	o := options(f)
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
