package desk_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hexiao/kiosk"
	"hexiao/kiosk/desk"
	"hexiao/kiosk/kiosktest"
)

// shelf is a desk.Setup in memory.
type shelf struct {
	settings []desk.Setting
	err      error
}

func (s *shelf) Settings() []desk.Setting { return s.settings }

func (s *shelf) Change(name desk.SettingName, value string) error {
	if s.err != nil {
		return s.err
	}
	for i := range s.settings {
		if s.settings[i].Name == name {
			s.settings[i].Value = value
		}
	}
	return nil
}

// back is a desk with a leader's surroundings: parts, settings, jobs that are only
// remembered, and a ledger that runs the real rules.
type back struct {
	*desk.Desk
	memory *kiosktest.Memory
	now    kiosk.Moment
	jobs   []desk.Job
	parts  []desk.Part
	setup  *shelf
}

func newBack(t *testing.T, role kiosk.Role) *back {
	t.Helper()
	point := kiosktest.Point()
	point.Leaders = []kiosk.Leader{{ID: "L1", Name: "王团长", Role: role, PINHash: "2580"}}
	choices := func(values ...string) (out []desk.Choice) {
		for _, v := range values {
			out = append(out, desk.Choice{Value: v})
		}
		return out
	}
	b := &back{
		memory: kiosktest.NewMemory(point), now: kiosk.Moment{Wall: opening, Mono: time.Hour},
		parts: []desk.Part{
			{Name: "camera", Kind: desk.PartCamera, Health: desk.PartFine, Facts: []desk.Fact{{Name: desk.FactRate, Count: 149}}},
			{Name: "serial-2", Kind: desk.PartSerial, Health: desk.PartBad, Note: desk.NoteMissing},
			{Name: "disk", Kind: desk.PartDisk}, {Name: "stick", Kind: desk.PartStick}, {Name: "journal", Kind: desk.PartJournal},
			{Name: "program", Kind: desk.PartProgram},
		},
		setup: &shelf{settings: []desk.Setting{
			{Name: desk.SetLanguage, Value: "zh", Choices: choices("zh", "en")},
			{Name: desk.SetPalette, Value: "light", Choices: choices("light", "dark")},
			{Name: desk.SetLarge, Value: "false", Choices: choices("false", "true")},
			{Name: desk.SetVolume, Value: "80", Choices: choices("0", "80")},
			{Name: desk.SetCamera, Value: "auto", Choices: choices("", "auto"), Later: true},
		}},
	}
	b.Desk = desk.New(desk.Options{
		Ledger: b.memory, Terminal: "P001-1", Reveal: func(kiosk.Order) kiosk.Masked { return kiosk.Masked{} },
		CheckPIN: func(hash, pin string) bool { return hash == pin },
		Do:       func(j desk.Job) { b.jobs = append(b.jobs, j) },
		Parts:    func() []desk.Part { return b.parts },
		Setup:    b.setup,
	})
	b.Link(false, true)
	b.Tap(desk.TapLeader, b.now)
	for _, r := range "2580" {
		b.Key(r, b.now)
	}
	b.tap(desk.TapEnter)
	return b
}

func (b *back) tap(actions ...desk.Action) desk.State {
	for _, a := range actions {
		b.Tap(a, b.now)
	}
	return b.State(b.now)
}

func (b *back) pick(a desk.Action, item string) desk.State {
	b.Pick(a, item, b.now)
	return b.State(b.now)
}

// begun is the last job, of that kind.
func (b *back) begun(t *testing.T, kind desk.JobKind) desk.Job {
	t.Helper()
	if len(b.jobs) == 0 || b.jobs[len(b.jobs)-1].Kind != kind {
		t.Fatalf("the jobs are %+v, want a %s at last", b.jobs, kind)
	}
	return b.jobs[len(b.jobs)-1]
}

func TestDiagnosticsShowParts(t *testing.T) {
	b := newBack(t, kiosk.RoleLeader)
	s := b.tap(desk.TapDiagnostics)
	if s.Screen != desk.Diagnostics || len(s.Diagnostics.Parts) != 6 || s.Diagnostics.Open.Name != "" || !s.Diagnostics.Import {
		t.Fatalf("%s %+v", s.Screen, s.Diagnostics)
	}
	s = b.pick(desk.TapPart, "camera")
	if s.Diagnostics.Open.Name != "camera" || s.Diagnostics.Parts != nil || s.Diagnostics.Job != nil {
		t.Errorf("%+v", s.Diagnostics)
	}
	b.parts[0].Facts[0].Count = 80
	if s = b.State(b.now); s.Diagnostics.Open.Facts[0].Count != 80 {
		t.Errorf("the figures stand still: %+v", s.Diagnostics.Open)
	}
	if s = b.tap(desk.TapBack); s.Diagnostics.Open.Name != "" || len(s.Diagnostics.Parts) != 6 {
		t.Errorf("back leads to %+v", s.Diagnostics)
	}
	if s = b.pick(desk.TapPart, "gone"); s.Diagnostics.Open.Name != "" || len(b.jobs) != 0 {
		t.Errorf("a part that there is not: %+v", s.Diagnostics)
	}
}

func TestAScannerIsTried(t *testing.T) {
	b := newBack(t, kiosk.RoleLeader)
	b.tap(desk.TapDiagnostics)
	b.pick(desk.TapPart, "camera")
	if b.Testing("camera") {
		t.Error("nobody asked for a test")
	}
	s := b.tap(desk.TapTest)
	job := b.begun(t, desk.JobTest)
	if job.Part != "camera" || job.By != "L1" || job.Number != 1 || !s.Diagnostics.Job.UnderWay() || !b.Testing("camera") || b.Testing("serial-2") {
		t.Fatalf("%+v, %+v", job, s.Diagnostics.Job)
	}
	b.tap(desk.TapTest) // while one is under way
	if len(b.jobs) != 1 {
		t.Errorf("two tests at once: %+v", b.jobs)
	}
	facts := []desk.Fact{{Name: desk.FactLength, Count: 24}}
	b.Progress(desk.JobState{Job: job, Ended: true, Facts: facts})
	s = b.State(b.now)
	if b.Testing("camera") || s.Diagnostics.Job == nil || cmp.Diff(facts, s.Diagnostics.Job.Facts) != "" {
		t.Errorf("after it: %+v", s.Diagnostics.Job)
	}
	if s = b.pick(desk.TapPart, "disk"); s.Diagnostics.Job != nil {
		t.Errorf("another part shows %+v", s.Diagnostics.Job)
	}
}

// Whoever goes away from a test leaves no trap for the next customer's code.
func TestATestEndsWithItsScreen(t *testing.T) {
	for name, leave := range map[string]func(*back){
		"back":      func(b *back) { b.tap(desk.TapBack) },
		"elsewhere": func(b *back) { b.tap(desk.TapSettings) },
		"customers": func(b *back) { b.tap(desk.TapCustomers) },
		"idle":      func(b *back) { b.now.Mono += time.Hour; b.Tick(b.now); b.tap(desk.TapBack) },
	} {
		t.Run(name, func(t *testing.T) {
			b := newBack(t, kiosk.RoleLeader)
			b.tap(desk.TapDiagnostics)
			b.pick(desk.TapPart, "serial-2")
			b.tap(desk.TapTest)
			if !b.Testing("serial-2") {
				t.Fatal("it does not wait")
			}
			leave(b)
			if b.Testing("serial-2") {
				t.Error("it still waits for a code")
			}
			b.tap(desk.TapDiagnostics)
			b.pick(desk.TapPart, "serial-2")
			if b.Testing("serial-2") {
				t.Error("it waits again without being asked")
			}
		})
	}
}

func TestWhatAPartOffers(t *testing.T) {
	for part, want := range map[string][]desk.JobKind{
		"camera":  {desk.JobTest},
		"disk":    {desk.JobTest},
		"stick":   {desk.JobTest, desk.JobFindTables, desk.JobImportOrders},
		"journal": {desk.JobExportJournal, desk.JobVerifyJournal},
		"program": nil,
	} {
		b := newBack(t, kiosk.RoleLeader)
		b.tap(desk.TapDiagnostics)
		b.pick(desk.TapPart, part)
		for _, a := range []desk.Action{desk.TapTest, desk.TapExportJournal, desk.TapVerifyJournal, desk.TapFindTables, desk.TapImport} {
			before := len(b.jobs)
			if b.tap(a); len(b.jobs) > before {
				b.Progress(desk.JobState{Job: b.jobs[before], Ended: true})
				if s := b.State(b.now); s.Diagnostics.Job == nil || s.Diagnostics.Job.Job.Kind != b.jobs[before].Kind {
					t.Errorf("%s does not show its %s", part, b.jobs[before].Kind)
				}
			}
		}
		var got []desk.JobKind
		for _, j := range b.jobs {
			got = append(got, j.Kind)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", part, diff)
		}
	}
}

func TestAChosenTableIsImported(t *testing.T) {
	b := newBack(t, kiosk.RoleLeader)
	b.tap(desk.TapDiagnostics)
	b.pick(desk.TapPart, "stick")
	b.pick(desk.TapImport, "orders.csv")
	if len(b.jobs) != 0 {
		t.Error("a table is imported that nobody was shown")
	}
	b.tap(desk.TapFindTables)
	b.Progress(desk.JobState{Job: b.jobs[0], Ended: true, Files: []desk.TableFile{{Name: "orders.csv"}}})
	b.pick(desk.TapImport, "other.csv")
	b.pick(desk.TapImport, "orders.csv")
	if job := b.begun(t, desk.JobImportOrders); job.File != "orders.csv" || len(b.jobs) != 2 {
		t.Errorf("%+v", b.jobs)
	}
}

func TestWhoMayImport(t *testing.T) {
	for name, c := range map[string]struct {
		role  kiosk.Role
		local bool
	}{"staff": {kiosk.RoleStaff, true}, "with HQ": {kiosk.RoleLeader, false}} {
		b := newBack(t, c.role)
		b.Link(true, c.local)
		b.tap(desk.TapDiagnostics)
		if s := b.pick(desk.TapPart, "stick"); s.Diagnostics.Import {
			t.Errorf("%s: it is offered", name)
		}
		b.tap(desk.TapFindTables, desk.TapImport)
		if len(b.jobs) != 0 {
			t.Errorf("%s: %+v", name, b.jobs)
		}
	}
}

func TestSettingsAreChanged(t *testing.T) {
	b := newBack(t, kiosk.RoleLeader)
	s := b.tap(desk.TapSettings)
	if len(s.Settings.Settings) != 5 || !s.Settings.Allowed || s.Settings.Restart {
		t.Fatalf("%+v", s.Settings)
	}
	s = b.pick(desk.TapSetting, "look.palette")
	if s.Settings.Open.Name != desk.SetPalette || s.Settings.Settings != nil {
		t.Fatalf("%+v", s.Settings)
	}
	if s = b.pick(desk.TapValue, "dark"); s.Look.Palette != "dark" || s.Settings.Open.Value != "dark" || s.Settings.Restart {
		t.Errorf("%+v, %+v", s.Look, s.Settings)
	}
	b.pick(desk.TapValue, "dark")   // as it is
	b.pick(desk.TapValue, "purple") // not offered
	b.tap(desk.TapBack)
	b.pick(desk.TapSetting, "look.large")
	if s = b.pick(desk.TapValue, "true"); !s.Look.Large {
		t.Errorf("%+v", s.Look)
	}
	b.pick(desk.TapSetting, "language")
	if s = b.pick(desk.TapValue, "en"); s.Lang != desk.English {
		t.Errorf("the language is %s", s.Lang)
	}
	b.tap(desk.TapCustomers)
	if s = b.State(b.now); s.Lang != desk.English {
		t.Errorf("customers find %s", s.Lang)
	}
	var recorded []kiosk.Body
	for _, e := range b.memory.Events()[1:] { // after the sign-in
		recorded = append(recorded, e.Body)
	}
	want := []kiosk.Body{
		kiosk.SettingsChanged{By: "L1", Settings: []kiosk.Setting{{Name: "look.palette", Value: "dark"}}},
		kiosk.SettingsChanged{By: "L1", Settings: []kiosk.Setting{{Name: "look.large", Value: "true"}}},
		kiosk.SettingsChanged{By: "L1", Settings: []kiosk.Setting{{Name: "language", Value: "en"}}},
	}
	if diff := cmp.Diff(want, recorded); diff != "" {
		t.Error(diff)
	}
}

func TestAChangeThatCountsLater(t *testing.T) {
	b := newBack(t, kiosk.RoleLeader)
	b.tap(desk.TapSettings)
	s := b.pick(desk.TapSetting, "scanners.camera")
	if b.begun(t, desk.JobFindDevices); !s.Settings.Finding {
		t.Error("nobody looks what is plugged in")
	}
	b.Progress(desk.JobState{Job: b.jobs[0], Ended: true})
	if s = b.pick(desk.TapValue, ""); !s.Settings.Restart || s.Settings.Finding || s.Quit {
		t.Errorf("%+v", s.Settings)
	}
	b.tap(desk.TapFindDevices)
	if len(b.jobs) != 2 {
		t.Errorf("%+v", b.jobs)
	}
	if s = b.tap(desk.TapBack, desk.TapRestart); !s.Quit || !s.Restart {
		t.Errorf("quit %v, restart %v", s.Quit, s.Restart)
	}
}

func TestASettingIsTried(t *testing.T) {
	b := newBack(t, kiosk.RoleLeader)
	b.tap(desk.TapSettings, desk.TapTest)
	b.pick(desk.TapSetting, "sound.volume")
	b.tap(desk.TapTest)
	if job := b.begun(t, desk.JobTest); job.Part != "sound" || len(b.jobs) != 1 {
		t.Errorf("%+v", b.jobs)
	}
	if s := b.State(b.now); !s.Settings.Job.UnderWay() {
		t.Errorf("%+v", s.Settings)
	}
}

func TestSettingsThatCannotBeWritten(t *testing.T) {
	b := newBack(t, kiosk.RoleLeader)
	b.tap(desk.TapSettings)
	b.pick(desk.TapSetting, "look.palette")
	b.setup.err = errors.New("the disk is full")
	if s := b.pick(desk.TapValue, "dark"); !s.Settings.Failed || s.Look.Palette == "dark" || len(b.memory.Events()) != 1 {
		t.Errorf("%+v, %d events", s.Settings, len(b.memory.Events()))
	}
	b.setup.err = nil
	if s := b.pick(desk.TapValue, "dark"); s.Settings.Failed || s.Look.Palette != "dark" {
		t.Errorf("%+v", s.Settings)
	}
	b.memory.SetFault(errDisk)
	if s := b.pick(desk.TapValue, "light"); s.Screen != desk.OutOfOrder {
		t.Errorf("a change that could not be recorded leads to %s", s.Screen)
	}
}

func TestStaffMayNotSet(t *testing.T) {
	b := newBack(t, kiosk.RoleStaff)
	b.tap(desk.TapSettings)
	b.pick(desk.TapSetting, "look.palette")
	b.pick(desk.TapValue, "dark")
	s := b.tap(desk.TapRestart)
	if s.Settings.Allowed || s.Settings.Open.Name != "" || b.setup.settings[1].Value != "light" || s.Quit || len(b.memory.Events()) != 1 {
		t.Errorf("%+v, quit %v", s.Settings, s.Quit)
	}
}

// A slip is printed beside other work; the screen tells of what is under way, or
// of what ended last.
func TestJobsThatAreShown(t *testing.T) {
	b := newBack(t, kiosk.RoleLeader)
	b.tap(desk.TapDiagnostics)
	b.pick(desk.TapPart, "journal")
	b.tap(desk.TapExportJournal)
	export := b.begun(t, desk.JobExportJournal)
	b.Progress(desk.JobState{Job: export, Done: 3, Total: 9})
	if s := b.State(b.now); s.Job == nil || s.Job.Done != 3 || !s.Job.UnderWay() {
		t.Errorf("%+v", s.Job)
	}
	b.Progress(desk.JobState{Job: desk.Job{Number: 99}, Ended: true})
	b.Progress(desk.JobState{Job: export, Ended: true, Result: "journal.hxj"})
	if s := b.State(b.now); s.Job == nil || s.Job.Result != "journal.hxj" {
		t.Errorf("%+v", s.Job)
	}
	if s := b.tap(desk.TapSettings); s.Job != nil {
		t.Errorf("what was seen is still told: %+v", s.Job)
	}
}
