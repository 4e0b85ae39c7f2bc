package desk

import (
	"slices"
	"time"
	"unicode"
	"unicode/utf8"

	"hexiao/kiosk"
)

// What one does on Conflicts. A note of one's own is typed as [Desk.Key].
const (
	PickConflict Action = "conflict" // item: the event
	PickNote     Action = "note"     // item: one of PreparedNotes
	TapNote      Action = "note"     // note what happened
	TapWriteNote Action = "write-note"
)

// mostNote bounds a note, in characters.
const mostNote = 120

// ConflictsStep is what Conflicts asks.
type ConflictsStep string

// The steps.
const (
	ConflictsList  ConflictsStep = ""      // which one?
	ConflictsOpen  ConflictsStep = "open"  // both sides
	ConflictsNote  ConflictsStep = "note"  // what happened? chosen
	ConflictsWrite ConflictsStep = "write" // what happened? typed
)

// PreparedNotes are the notes that need no keyboard. They stand in the journal as
// they are here; the screens have a sentence for each.
func PreparedNotes() []string {
	return []string{"came-back", "both-gone", "customer-pays", "not-given", "asked-hq"}
}

// ConflictsState is the screen.
type ConflictsState struct {
	Step    ConflictsStep
	Known   bool // false: the books are still being opened
	Failed  bool // the books cannot be read
	Rows    []ConflictRow
	Open    ConflictRow // on the other steps
	Draft   string      // what is being typed
	MayNote bool        // whoever is signed in may note what happened
	Noted   bool        // it was recorded just now
	Refusal Refusal
}

// ConflictRow is an event that HQ settled otherwise than this terminal. All times
// are in the point's zone.
type ConflictRow struct {
	Event        kiosk.EventID
	Seq          uint64
	What         kiosk.EventType
	At           time.Time
	Terminal     kiosk.TerminalID
	By           string // who did it; empty: the customer alone
	Units        int
	Settled      kiosk.Settlement
	Order        kiosk.OrderID
	PickupNumber string
	Customer     kiosk.Masked
	Products     []string
	Value        kiosk.Fen
	Against      []ConflictSide
	Notes        []ConflictEntry
	Elsewhere    bool // another terminal's, of an order of this point
	Span         Span // when it can have been, by HQ's clock
	Open         bool // HQ has not decided, or nobody noted what became of the goods
	// HQ's decision; Outcome is empty where it told of none.
	Outcome kiosk.DisputeOutcome
	Judge   string // kiosk.JudgeClocks, kiosk.JudgeUndo, or a person
	Reason  string // what that person said
	Decided time.Time
}

// Span is when something can have been; zero: nobody can tell.
type Span struct{ Earliest, Latest time.Time }

// ConflictSide is what stands at HQ against the terminal's event.
type ConflictSide struct {
	At       time.Time
	Terminal kiosk.TerminalID
	Here     bool // this terminal
	By       string
	Units    int
	Span     Span
}

// ConflictEntry is a note. Text is one of PreparedNotes or was typed.
type ConflictEntry struct {
	At   time.Time
	By   string
	Text string
}

// conflicts is what the desk keeps of Conflicts.
type conflicts struct {
	step    ConflictsStep
	open    kiosk.EventID
	draft   string
	noted   bool
	refusal Refusal
	all     kept[conflictsRead]
}

// conflictsRead is what the books gave.
type conflictsRead struct {
	rows   []ConflictRow
	failed bool
}

func (d *Desk) openConflicts(at kiosk.Moment) {
	d.conflictsStep(ConflictsList)
	d.conflicts.all.drop()
	d.open(Conflicts, at, 0)
}

func (d *Desk) conflictsStep(s ConflictsStep) {
	c := &d.conflicts
	c.step, c.noted, c.refusal, c.draft = s, false, "", ""
}

func (d *Desk) tapConflicts(a Action, at kiosk.Moment) {
	c := &d.conflicts
	switch {
	case a == TapNote && c.step == ConflictsOpen:
		if !d.may(kiosk.TypeConflictNoted) {
			c.refusal = RefusedRole
			return
		}
		d.conflictsStep(ConflictsNote)
	case a == TapWriteNote && c.step == ConflictsNote:
		d.conflictsStep(ConflictsWrite)
	case a == TapEnter && c.step == ConflictsWrite:
		if c.draft != "" {
			d.note(c.draft, at)
		}
	case a == TapErase && c.step == ConflictsWrite:
		_, size := utf8.DecodeLastRuneInString(c.draft)
		c.draft = c.draft[:len(c.draft)-size]
	case a == TapClear && c.step == ConflictsWrite:
		c.draft = ""
	case a == TapBack:
		switch c.step {
		case ConflictsWrite:
			d.conflictsStep(ConflictsNote)
		case ConflictsNote:
			d.conflictsStep(ConflictsOpen)
		default:
			d.conflictsStep(ConflictsList)
		}
	}
}

func (d *Desk) pickConflicts(a Action, item string, at kiosk.Moment) {
	c := &d.conflicts
	switch {
	case a == PickConflict && c.step == ConflictsList:
		for _, row := range d.conflictRows(at).rows {
			if row.Event.String() == item {
				d.conflictsStep(ConflictsOpen)
				c.open = row.Event
			}
		}
	case a == PickNote && c.step == ConflictsNote && slices.Contains(PreparedNotes(), item):
		d.note(item, at)
	}
}

// typeConflict is a character of a note: letters, digits, signs and what an input
// method gives.
func (d *Desk) typeConflict(r rune, _ kiosk.Moment) {
	c := &d.conflicts
	if c.step != ConflictsWrite || !unicode.IsPrint(r) || r == unicode.ReplacementChar || utf8.RuneCountInString(c.draft) >= mostNote {
		return
	}
	if r == ' ' && c.draft == "" {
		return
	}
	c.draft += string(r)
	d.sound(SoundKey)
}

// note records what somebody knows of the open conflict.
func (d *Desk) note(text string, at kiosk.Moment) {
	c := &d.conflicts
	why, well := d.record(kiosk.ConflictNoted{Event: c.open, Note: text, By: d.leader.who.ID}, at)
	if !well {
		return
	}
	if why != "" {
		c.refusal = why
		return
	}
	c.all.drop()
	d.conflictsStep(ConflictsOpen)
	c.noted = true
	d.sound(SoundAccept)
}

func (d *Desk) conflictsState(at kiosk.Moment) ConflictsState {
	c := &d.conflicts
	s := ConflictsState{Known: d.booksOpen(at), MayNote: d.may(kiosk.TypeConflictNoted)}
	if !s.Known {
		return s
	}
	read := d.conflictRows(at)
	s.Failed = read.failed
	i := slices.IndexFunc(read.rows, func(r ConflictRow) bool { return r.Event == c.open })
	if c.step != ConflictsList && i < 0 && !read.failed {
		d.conflictsStep(ConflictsList)
	}
	s.Step, s.Draft, s.Noted, s.Refusal = c.step, c.draft, c.noted, c.refusal
	if c.step == ConflictsList || i < 0 {
		s.Step, s.Rows = ConflictsList, read.rows
		return s
	}
	s.Open = read.rows[i]
	return s
}

// conflictRows are those of the books, in words of the counter.
func (d *Desk) conflictRows(at kiosk.Moment) conflictsRead {
	if !d.booksOpen(at) {
		return conflictsRead{}
	}
	return d.conflicts.all.get(at, func() conflictsRead {
		all, err := d.o.Books.Conflicts()
		out := conflictsRead{failed: err != nil}
		for _, one := range all {
			if wordOn(one.Settled) != WordDiffers && one.Dispute == nil {
				continue // HQ had it before: nothing is lost and nobody has to look
			}
			out.rows = append(out.rows, d.conflictRow(one))
		}
		return out
	})
}

func (d *Desk) conflictRow(c Conflict) ConflictRow {
	row := ConflictRow{
		Event: c.Event, Seq: c.Seq, At: d.inZone(c.At), Terminal: c.Terminal, Settled: c.Settled, Order: c.Order,
		PickupNumber: c.Entry.PickupNumber, Customer: c.Entry.Customer, Products: c.Entry.Products, Value: c.Value, Open: c.Open,
		Elsewhere: c.Terminal != d.o.Terminal,
	}
	if t := c.Dispute; t != nil {
		row.Span = d.span(t.Bounds())
		row.Outcome, row.Judge, row.Reason, row.Decided = t.Outcome, t.Judge, t.Note, d.inZone(t.Decided)
	}
	if c.Body != nil {
		row.What = c.Body.Type()
	}
	row.Units = moved(c.Body)
	if by := kiosk.Doer(c.Body); by != "" {
		row.By = d.nameOf(by)
	}
	for _, r := range c.Against {
		side := ConflictSide{At: d.inZone(r.At), Terminal: r.Terminal, Here: r.Terminal == d.o.Terminal, Units: handedUnits(r), Span: d.span(r.Bounds())}
		if side.Here && r.By != "" {
			side.By = d.nameOf(r.By)
		}
		row.Against = append(row.Against, side)
	}
	for _, n := range c.Notes {
		if b, ok := n.Body.(kiosk.ConflictNoted); ok {
			row.Notes = append(row.Notes, ConflictEntry{At: d.inZone(n.At), By: d.nameOf(b.By), Text: b.Note})
		}
	}
	return row
}

// span brings bounds to the point's zone.
func (d *Desk) span(b kiosk.Bounds) Span {
	if !b.Known() {
		return Span{}
	}
	return Span{d.inZone(b.Earliest), d.inZone(b.Latest)}
}

// moved is how many units an event handed over, took or sent back.
func moved(body kiosk.Body) (n int) {
	switch b := body.(type) {
	case kiosk.Redeemed:
		return b.Units()
	case kiosk.AfterSaleRegistered:
		return sumUnits(b.Lines)
	case kiosk.SentBack:
		return sumUnits(b.Lines)
	case kiosk.GoodsReceived:
		for _, l := range b.Lines {
			n += l.Good
		}
	}
	return n
}

func sumUnits(lines []kiosk.Units) (n int) {
	for _, u := range lines {
		n += u.Units
	}
	return n
}

// handedUnits is how many units a handover gave out, whatever of them counts.
func handedUnits(r kiosk.Redemption) int {
	return (kiosk.Redeemed{Lines: r.HandedOver(), Voucher: r.Voucher}).Units()
}
