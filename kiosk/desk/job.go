package desk

import "hexiao/kiosk"

// JobKind names work that takes longer than a moment.
type JobKind string

// The jobs.
const (
	JobPrint         JobKind = "print"          // a slip, see Slip
	JobExportDay     JobKind = "export-day"     // a day's book as CSV and XLSX to a USB stick
	JobExportJournal JobKind = "export-journal" // the journal to a USB stick
	JobImportOrders  JobKind = "import-orders"  // an order table from a USB stick
	JobTest          JobKind = "test"           // a live test of a part, see Part
)

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
	Part        string        // JobTest: "camera", "sound"…
	File        string        // JobImportOrders: path on the stick; empty: the newest table there
	By          string        // who asked
	Lang        Lang
}

// JobState is how a job goes.
type JobState struct {
	Job         Job
	Done, Total int // Total 0: not known
	Ended       bool
	Failed      JobFailure // why it failed; empty: it did not
	Result      string     // file name or number of orders; never a code, a name or a phone
}

// JobFailure is why a job failed; the screen has a sentence for each.
type JobFailure string

// The failures.
const (
	JobNoStick   JobFailure = "no-stick"  // no USB stick was found
	JobNoRoom    JobFailure = "no-room"   // too little room on it
	JobNoFile    JobFailure = "no-file"   // no order table on it
	JobBadFile   JobFailure = "bad-file"  // the table cannot be read
	JobNoDevice  JobFailure = "no-device" // no printer, no sound card…
	JobNoPaper   JobFailure = "no-paper"  // the printer has none
	JobCancelled JobFailure = "cancelled" // the terminal was stopped
	JobBroken    JobFailure = "broken"    // anything else; the log knows
)

// Progress tells how a job goes. One that is not the desk's last is ignored.
func (d *Desk) Progress(j JobState) {
	if d.job != nil && d.job.Job.Number == j.Job.Number {
		d.job = &j
	}
}

// begin asks for a job and shows that it is under way.
func (d *Desk) begin(j Job) {
	if d.o.Do == nil {
		return
	}
	d.jobs++
	j.Number, j.By, j.Lang = d.jobs, d.leader.who.ID, d.lang
	d.job = &JobState{Job: j}
	d.o.Do(j)
}
