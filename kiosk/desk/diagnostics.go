package desk

import (
	"time"

	"hexiao/kiosk"
)

// The buttons of Diagnostics; TapBack leads from a part back to all.
const (
	TapTest          Action = "test"           // a part: its live test
	TapExportJournal Action = "export-journal" // the journal
	TapVerifyJournal Action = "verify-journal" // the journal
	TapFindTables    Action = "find-tables"    // the stick: look for order tables
	TapImport        Action = "import"         // the stick: the newest table; picked: the one of that name
	TapPart          Action = "part"           // picked: a part, by its name
)

// PartKind is what a part is, and the key of its words.
type PartKind string

// The kinds of parts, as Diagnostics shows them. Cameras and scanners may be
// several.
const (
	PartCamera  PartKind = "camera"
	PartSerial  PartKind = "serial"
	PartWedge   PartKind = "wedge"
	PartPrinter PartKind = "printer"
	PartSound   PartKind = "sound"
	PartDisk    PartKind = "disk"
	PartClock   PartKind = "clock"
	PartHQ      PartKind = "hq"
	PartStick   PartKind = "stick"
	PartJournal PartKind = "journal"
	PartProgram PartKind = "program"
)

// PartKinds lists them.
func PartKinds() []PartKind {
	return []PartKind{
		PartCamera, PartSerial, PartWedge, PartPrinter, PartSound, PartDisk, PartClock, PartHQ, PartStick, PartJournal, PartProgram,
	}
}

// Tested reports whether there is a live test for it.
func (k PartKind) Tested() bool { return k != PartProgram && k != PartJournal }

// Scans reports whether its test is that somebody scans a code, which is then
// answered by nothing else.
func (k PartKind) Scans() bool { return k == PartCamera || k == PartSerial || k == PartWedge }

// Part is a part of the machine and how it is.
type Part struct {
	Name   string // tells several of a kind apart: "serial-2"
	Kind   PartKind
	Health PartHealth
	Note   PartNote // what is wrong, or good to know; empty: nothing
	Facts  []Fact
}

// PartHealth is how a part is.
type PartHealth string

// The healths.
const (
	PartFine    PartHealth = "fine"
	PartWarn    PartHealth = "warn" // works, and somebody should look
	PartBad     PartHealth = "bad"
	PartOff     PartHealth = "off"     // not set up, and not missed
	PartUnknown PartHealth = "unknown" // a test would tell
)

// PartHealths lists them.
func PartHealths() []PartHealth {
	return []PartHealth{PartFine, PartWarn, PartBad, PartOff, PartUnknown}
}

// PartNote is what to know of a part; the screen has a sentence for each.
type PartNote string

// The notes.
const (
	NoteStarting  PartNote = "starting"
	NoteSilent    PartNote = "silent"     // there, but gives nothing
	NoteMissing   PartNote = "missing"    // not plugged in
	NoteInUse     PartNote = "in-use"     // another program has it
	NoteBroken    PartNote = "broken"     // it fails
	NoteEnded     PartNote = "ended"      // a recorded file came to its end
	NoteChoose    PartNote = "choose"     // none is set up; Settings has a choice
	NoteTyped     PartNote = "typed"      // none is grabbed; one that types into the window works
	NoteLowDisk   PartNote = "low-disk"   // it will be full before long
	NoteFullDisk  PartNote = "full-disk"  // nothing is handed out
	NoteUnchecked PartNote = "unchecked"  // the clock was not compared with HQ's
	NoteSuspect   PartNote = "suspect"    // the clock may be wrong
	NoteOffline   PartNote = "offline"    // HQ does not answer
	NoteNever     PartNote = "never"      // orders never came
	NoteOld       PartNote = "incomplete" // the set of orders is not complete
	NoteNoHQ      PartNote = "no-hq"      // none is configured
	NoteNoPaper   PartNote = "no-paper"
	NoteCover     PartNote = "cover" // the printer's cover is open
)

// PartNotes lists them.
func PartNotes() []PartNote {
	return []PartNote{
		NoteStarting, NoteSilent, NoteMissing, NoteInUse, NoteBroken, NoteEnded, NoteChoose, NoteTyped, NoteLowDisk, NoteFullDisk,
		NoteUnchecked, NoteSuspect, NoteOffline, NoteNever, NoteOld, NoteNoHQ, NoteNoPaper, NoteCover,
	}
}

// Fact is a figure: its name is the key of its words, and one of the others its
// value.
type Fact struct {
	Name  FactName
	Text  string
	Count int64
	For   time.Duration
	At    time.Time // zone: the point's
}

// FactName names a figure. The screen has words for each, with its unit.
type FactName string

// The figures; in the second place the field that has the value, and its unit.
const (
	FactDevice     FactName = "device"      // Text: path or name
	FactRate       FactName = "rate"        // Count: frames a second, in tenths
	FactSize       FactName = "size"        // Text: 640x480
	FactBudget     FactName = "budget"      // For: time spent on a frame
	FactToRead     FactName = "to-read"     // For: from the first sight of the last code to its reading
	FactLight      FactName = "light"       // Count: mean brightness, 0 to 255
	FactRead       FactName = "read"        // Count: codes read since the start
	FactUnread     FactName = "unread"      // Count: codes shown in vain
	FactSymbology  FactName = "symbology"   // Text: of the code that was scanned
	FactLength     FactName = "length"      // Count: characters of it
	FactFree       FactName = "free"        // Count: MB
	FactSync       FactName = "sync"        // For: to write and sync a file
	FactJournal    FactName = "journal"     // Count: last event
	FactUnsent     FactName = "unsent"      // Count: events
	FactOffset     FactName = "offset"      // For: HQ's clock less this one's
	FactCompared   FactName = "compared"    // For: ago
	FactTime       FactName = "time"        // At: what the clock says
	FactAddress    FactName = "address"     // Text: HQ's, without what may be secret
	FactAnswered   FactName = "answered"    // For: HQ took to answer
	FactOrders     FactName = "orders"      // Count
	FactAge        FactName = "age"         // For: of the set of orders
	FactVersion    FactName = "version"     // Text
	FactMemory     FactName = "memory"      // Count: MB
	FactRunning    FactName = "running"     // For: since the program started
	FactVolume     FactName = "volume"      // Count: percent
	FactStick      FactName = "stick"       // Text: file system of it
	FactEvents     FactName = "events"      // Count: that are sound
	FactSigned     FactName = "signed"      // Count: of them signed by HQ
	FactTaken      FactName = "taken"       // Count: orders taken
	FactRefused    FactName = "refused"     // Count: orders refused
	FactFirstLines FactName = "first-lines" // Text: lines of the table that were not taken, the first of them
	FactCodes      FactName = "codes"       // Count: pickup codes made
	FactFile       FactName = "file"        // Text: name of a file on the stick
)

// FactNames lists them.
func FactNames() []FactName {
	return []FactName{
		FactDevice, FactRate, FactSize, FactBudget, FactToRead, FactLight, FactRead, FactUnread, FactSymbology, FactLength, FactFree,
		FactSync, FactJournal, FactUnsent, FactOffset, FactCompared, FactTime, FactAddress, FactAnswered, FactOrders, FactAge,
		FactVersion, FactMemory, FactRunning, FactVolume, FactStick, FactEvents, FactSigned, FactTaken, FactRefused, FactFirstLines,
		FactCodes, FactFile,
	}
}

// DiagnosticsState is the screen: all parts, or one of them.
type DiagnosticsState struct {
	Parts []Part
	// Open is the part that is looked at; its Name is empty when all are.
	Open Part
	// Job is the last job of the open part; nil: none was begun.
	Job *JobState
	// Import offers order tables: there is no HQ, and a leader is signed in.
	Import bool
}

// checks is what Diagnostics remembers.
type checks struct {
	part string // that is open; empty: all are
}

func (d *Desk) openDiagnostics(at kiosk.Moment) {
	d.checks = checks{}
	d.open(Diagnostics, at, 0)
}

// parts are those of the machine now.
func (d *Desk) parts() []Part {
	if d.o.Parts == nil {
		return nil
	}
	return d.o.Parts()
}

func (d *Desk) openPart() (Part, bool) {
	for _, p := range d.parts() {
		if p.Name == d.checks.part && p.Name != "" {
			return p, true
		}
	}
	return Part{}, false
}

func (d *Desk) tapDiagnostics(a Action, _ kiosk.Moment) {
	part, open := d.openPart()
	if !open {
		return
	}
	switch a {
	case TapBack:
		d.leavePart()
	case TapTest:
		if part.Kind.Tested() {
			d.begin(Job{Kind: JobTest, Part: part.Name})
		}
	case TapExportJournal:
		if part.Kind == PartJournal {
			d.begin(Job{Kind: JobExportJournal})
		}
	case TapVerifyJournal:
		if part.Kind == PartJournal {
			d.begin(Job{Kind: JobVerifyJournal})
		}
	case TapFindTables:
		if part.Kind == PartStick && d.mayImport() {
			d.begin(Job{Kind: JobFindTables})
		}
	case TapImport:
		if part.Kind == PartStick && d.mayImport() {
			d.begin(Job{Kind: JobImportOrders})
		}
	}
}

func (d *Desk) pickDiagnostics(a Action, item string, _ kiosk.Moment) {
	switch a {
	case TapPart:
		d.leavePart()
		d.checks.part = item
	case TapImport:
		part, open := d.openPart()
		found := d.jobOf(JobFindTables)
		if !open || part.Kind != PartStick || !d.mayImport() || found == nil {
			return
		}
		for _, f := range found.Files {
			if f.Name == item {
				d.begin(Job{Kind: JobImportOrders, File: item})
				return
			}
		}
	}
}

// leavePart forgets what was found out about a part. A test that waits for a scan
// is over with that: nobody is waiting any more, and the next code is a customer's.
func (d *Desk) leavePart() {
	d.checks.part = ""
	if d.jobOf(JobTest) != nil {
		d.job = nil
	}
	d.forgetJobs()
}

// mayImport: HQ's orders come from HQ, and to bring others in is the leader's.
func (d *Desk) mayImport() bool { return d.local && d.leader.who.Role.May(kiosk.TypeSettingsChanged) }

// Testing reports whether a test of that scanner waits for a code. One that is
// read then is answered by the test alone: nothing is handed over.
func (d *Desk) Testing(source string) bool {
	job := d.jobOf(JobTest)
	return d.screen == Diagnostics && job.UnderWay() && job.Job.Part == source
}

func (d *Desk) diagnosticsState(kiosk.Moment) DiagnosticsState {
	part, open := d.openPart()
	s := DiagnosticsState{Open: part, Import: d.mayImport()}
	if !open {
		s.Parts = d.parts()
		return s
	}
	switch part.Kind {
	case PartJournal:
		s.Job = d.jobOf(JobExportJournal, JobVerifyJournal)
	case PartStick:
		s.Job = d.jobOf(JobFindTables, JobImportOrders)
	}
	if test := d.jobOf(JobTest); test != nil && test.Job.Part == part.Name {
		s.Job = test
	}
	return s
}
