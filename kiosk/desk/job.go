package desk

import (
	"slices"
	"time"

	"hexiao/kiosk"
)

// JobKind names work that takes longer than a moment.
type JobKind string

// The jobs.
const (
	JobPrint         JobKind = "print"          // a slip, see Slip
	JobExportDay     JobKind = "export-day"     // a day's book as CSV and XLSX to a USB stick
	JobExportJournal JobKind = "export-journal" // the journal to a USB stick
	JobVerifyJournal JobKind = "verify-journal" // the journal is read and checked
	JobFindTables    JobKind = "find-tables"    // the order tables on a USB stick, see JobState.Files
	JobImportOrders  JobKind = "import-orders"  // an order table from a USB stick
	JobTest          JobKind = "test"           // a live test of a part, see Part
	JobFindDevices   JobKind = "find-devices"   // what is plugged in, for [Setup]
)

// JobKinds lists them.
func JobKinds() []JobKind {
	return []JobKind{
		JobPrint, JobExportDay, JobExportJournal, JobVerifyJournal, JobFindTables, JobImportOrders, JobTest, JobFindDevices,
	}
}

// Slip names what is printed.
type Slip string

// The slips.
const (
	SlipHandover    Slip = "handover"
	SlipDayClose    Slip = "day-close"
	SlipConsignment Slip = "consignment"
)

// Job is work that the desk asks for. The terminal does it beside its own
// goroutine and tells how it goes with [Desk.Progress]. Which fields are set
// follows from the kind.
type Job struct {
	Number      int // counts the jobs of this desk
	Kind        JobKind
	Slip        Slip
	Order       kiosk.OrderID // SlipHandover
	Event       kiosk.EventID // SlipHandover: the redemption
	Consignment string        // SlipConsignment
	Day         kiosk.Day     // JobExportDay, SlipDayClose
	Part        string        // JobTest: the name of a Part
	File        string        // JobImportOrders: path on the stick; empty: the newest table there
	By          string        // who asked
	Lang        Lang
}

// JobState is how a job goes.
type JobState struct {
	Job         Job
	Done, Total int        // Total 0: not known
	Waits       JobFailure // what keeps a slip that is printed by itself once that is mended; empty: nothing does
	Ended       bool
	Failed      JobFailure  // why it failed; empty: it did not
	Result      string      // file name or number of orders; never a code, a name or a phone
	Facts       []Fact      // what it found out
	Files       []TableFile // JobFindTables
}

// UnderWay reports whether it goes on.
func (j *JobState) UnderWay() bool { return j != nil && !j.Ended }

// TableFile is an order table on a stick.
type TableFile struct {
	Name    string
	Size    int64     // bytes
	Changed time.Time // by the clock of whoever wrote it
}

// JobFailure is why a job failed; the screen has a sentence for each.
type JobFailure string

// The failures.
const (
	JobNoStick    JobFailure = "no-stick"    // no USB stick was found
	JobNotMounted JobFailure = "not-mounted" // it is plugged in, and this machine cannot open it
	JobReadOnly   JobFailure = "read-only"   // it must not be written to
	JobNoRoom     JobFailure = "no-room"     // too little room on it
	JobNoFile     JobFailure = "no-file"     // no order table on it
	JobBadFile    JobFailure = "bad-file"    // the table cannot be read, or no order of it taken
	JobFromHQ     JobFailure = "from-hq"     // orders come from HQ here
	JobNoDevice   JobFailure = "no-device"   // no printer, no sound card…
	JobNoPaper    JobFailure = "no-paper"    // the printer has none
	JobCover      JobFailure = "cover"       // its cover is open
	JobUnsure     JobFailure = "unsure"      // the slip may not be whole: look at it
	JobNothing    JobFailure = "nothing"     // nothing was scanned in time
	JobNoAnswer   JobFailure = "no-answer"   // HQ does not answer
	JobUnsound    JobFailure = "unsound"     // the journal is damaged; what was written holds what could be read
	JobBusy       JobFailure = "busy"        // one of the kind is under way
	JobCancelled  JobFailure = "cancelled"   // the terminal was stopped
	JobBroken     JobFailure = "broken"      // anything else; the log knows
)

// JobFailures lists them.
func JobFailures() []JobFailure {
	return []JobFailure{
		JobNoStick, JobNotMounted, JobReadOnly, JobNoRoom, JobNoFile, JobBadFile, JobFromHQ, JobNoDevice, JobNoPaper, JobCover, JobUnsure, JobNothing,
		JobNoAnswer, JobUnsound, JobBusy, JobCancelled, JobBroken,
	}
}

// shownJob is the job that the leader's screens tell of: one that is under way,
// or else the later.
func (d *Desk) shownJob() *JobState {
	switch {
	case d.slip == nil || d.job.UnderWay():
		return d.job
	case d.job == nil || d.slip.Job.Number > d.job.Job.Number:
		return d.slip
	}
	return d.job
}

// forgetJobs drops what has ended and was seen.
func (d *Desk) forgetJobs() {
	if !d.job.UnderWay() {
		d.job = nil
	}
	if !d.slip.UnderWay() {
		d.slip = nil
	}
}

// Progress tells how a job goes. One that the desk has forgotten is ignored.
func (d *Desk) Progress(j JobState) {
	for _, known := range []**JobState{&d.job, &d.slip} {
		if *known != nil && (*known).Job.Number == j.Job.Number {
			*known = &j
		}
	}
}

// begin asks for a job and shows that it is under way. While one is, there is no
// other but a slip.
func (d *Desk) begin(j Job) {
	place := &d.job
	if j.Kind == JobPrint {
		place = &d.slip
	}
	if d.o.Do == nil || j.Kind != JobPrint && (*place).UnderWay() {
		return
	}
	d.jobs++
	j.Number, j.By, j.Lang = d.jobs, d.leader.who.ID, d.lang
	*place = &JobState{Job: j}
	d.o.Do(j)
}

// jobOf is the last job but slips, if it is of one of the kinds.
func (d *Desk) jobOf(kinds ...JobKind) *JobState {
	if d.job != nil && slices.Contains(kinds, d.job.Job.Kind) {
		return d.job
	}
	return nil
}
