package desk

import (
	"slices"
	"strconv"
	"time"

	"hexiao/kiosk"
)

// What one does on DayClose. The cash in the drawer is typed in fen, as
// [Desk.Key].
const (
	PickEntries   Action = "entries"    // item: a Word
	PickDay       Action = "day"        // item: an earlier day that nobody closed; empty: today
	TapCloseDay   Action = "close-day"  // count the drawer, then close with TapConfirm
	TapCashFits   Action = "cash-fits"  // the drawer has what was taken
	TapExportDay  Action = "export-day" // as tables to a USB stick
	TapPrintClose Action = "print-day"
)

// Limits of DayClose.
const (
	mostDayRows   = 100 // entries on the screen; the export has all
	mostCash      = 9   // digits of the cash that is counted
	earlierCloses = 7   // days that are looked back for one that nobody closed
)

// Word is what HQ says of an entry.
type Word string

// The words.
const (
	WordDiffers Word = "differs"
	WordPending Word = "pending"
	WordSettled Word = "settled"
)

// Words lists them, what needs a look first.
func Words() []Word { return []Word{WordDiffers, WordPending, WordSettled} }

// DayStep is what DayClose asks.
type DayStep string

// The steps.
const (
	DayOverview DayStep = ""        // what did the day come to?
	DayEntries  DayStep = "entries" // entry by entry beside HQ
	DayCash     DayStep = "cash"    // what is in the drawer?
	DayConfirm  DayStep = "confirm" // close it?
	DayDone     DayStep = "done"    // it is closed
)

// DayCloseState is the screen. Money is in fen.
type DayCloseState struct {
	Step   DayStep
	Known  bool // false: the books are still being opened
	Failed bool // the books cannot be read
	NoDay  bool // the clocks cannot tell which day it is
	Day    kiosk.Day
	Today  bool
	Totals kiosk.DayTotals
	Rate   int // of the commission, in ten-thousandths; 0: none
	Head   kiosk.Head
	// Settled, Pending and Differ count the entries by HQ's word. Alone: there is no HQ.
	Settled, Pending, Differ int
	Alone                    bool
	Word                     Word     // on DayEntries
	Rows                     []DayRow // on DayEntries, the latest first; no more than the screen can show
	Earlier                  kiosk.Day
	Closed                   *DayClosing // the last time that it was closed; nil: it was not
	Digits                   string      // on DayCash
	Counted                  kiosk.Fen
	MayClose                 bool
	Refusal                  Refusal
}

// Difference is what is in the drawer too much; negative: too little.
func (s DayCloseState) Difference() kiosk.Fen { return s.Counted - s.Totals.Cash }

// DayClosing is a day's close.
type DayClosing struct {
	At      time.Time // in the point's zone
	By      string
	Since   int // entries of the day after it that change what it came to
	Pending int // entries that HQ had not settled by then
}

// DayRow is an entry of a day.
type DayRow struct {
	At           time.Time // in the point's zone
	Seq          uint64
	What         kiosk.EventType
	By           string
	PickupNumber string
	Units        int
	Value        kiosk.Fen
	Settled      kiosk.Settlement // empty: HQ has not said
}

// dayClosing is what the desk keeps of DayClose.
type dayClosing struct {
	step    DayStep
	day     kiosk.Day
	word    Word
	earlier kiosk.Day
	looked  bool // for an earlier day
	digits  string
	counted kiosk.Fen
	refusal Refusal
	book    kept[dayRead]
}

// dayRead is what the books gave.
type dayRead struct {
	book   DayBook
	failed bool
}

func (d *Desk) openDayClose(at kiosk.Moment) {
	d.dayStep(DayOverview)
	d.day.word, d.day.earlier = WordDiffers, ""
	d.day.day, _ = kiosk.DayOf(at, d.o.Zone)
	d.day.book.drop()
	d.day.looked = false
	d.open(DayClose, at, 0)
}

func (d *Desk) dayStep(s DayStep) {
	d.day.step, d.day.refusal = s, ""
	if s != DayConfirm {
		d.day.digits, d.day.counted = "", 0
	}
}

// notClosed is the earliest of the last days on which something happened and
// which nobody closed.
func (d *Desk) notClosed(at kiosk.Moment) kiosk.Day {
	today, ok := kiosk.DayOf(at, d.o.Zone)
	if !ok || !d.booksOpen(at) {
		return ""
	}
	from, _, err := today.Bounds(d.o.Zone)
	if err != nil {
		return ""
	}
	for back := earlierCloses; back > 0; back-- {
		day := kiosk.Day(from.AddDate(0, 0, -back).Format(time.DateOnly))
		if b, err := d.o.Books.DayBook(day); err == nil && len(b.Entries) > 0 && b.Closed == nil {
			return day
		}
	}
	return ""
}

func (d *Desk) tapDayClose(a Action, at kiosk.Moment) {
	s := d.dayCloseState(at)
	if !s.Known || s.Failed || s.NoDay {
		return
	}
	switch s.Step {
	case DayOverview, DayDone:
		d.tapDay(a, s, at)
	case DayEntries:
		if a == TapBack {
			d.dayStep(DayOverview)
		}
	case DayCash:
		d.tapCash(a, s)
	case DayConfirm:
		switch a {
		case TapBack:
			if d.dayStep(DayCash); s.Totals.Cash == 0 {
				d.dayStep(DayOverview)
			}
		case TapConfirm:
			d.closeDay(s, at)
		}
	}
}

func (d *Desk) tapDay(a Action, s DayCloseState, at kiosk.Moment) {
	switch a {
	case TapCloseDay:
		switch {
		case !s.MayClose:
			d.day.refusal = RefusedRole
		case s.Totals.Cash == 0: // nothing was taken, so nothing is counted
			d.dayStep(DayConfirm)
		default:
			d.dayStep(DayCash)
		}
	case TapExportDay:
		if !s.MayClose { // the tables hold the whole day
			d.day.refusal = RefusedRole
			return
		}
		d.begin(Job{Kind: JobExportDay, Day: s.Day})
	case TapPrintClose:
		d.begin(Job{Kind: JobPrint, Slip: SlipDayClose, Day: s.Day})
	case TapDone, TapBack:
		if s.Step == DayDone {
			d.openDayClose(at)
		}
	}
}

func (d *Desk) tapCash(a Action, s DayCloseState) {
	switch a {
	case TapErase:
		if n := len(d.day.digits); n > 0 {
			d.day.digits = d.day.digits[:n-1]
		}
	case TapClear:
		d.day.digits = ""
	case TapBack:
		d.dayStep(DayOverview)
	case TapCashFits:
		d.day.counted = s.Totals.Cash
		d.dayStep(DayConfirm)
	case TapEnter:
		if s.Digits == "" {
			return
		}
		d.day.counted = s.Counted
		d.dayStep(DayConfirm)
	}
}

func (d *Desk) pickDayClose(a Action, item string, at kiosk.Moment) {
	switch {
	case a == PickEntries && (d.day.step == DayOverview || d.day.step == DayEntries) && slices.Contains(Words(), Word(item)):
		d.dayStep(DayEntries)
		d.day.word = Word(item)
	case a == PickDay && d.day.step == DayOverview && item != "" && kiosk.Day(item) == d.day.earlier:
		d.day.day = d.day.earlier
		d.day.book.drop()
	case a == PickDay && d.day.step == DayOverview && item == "":
		d.openDayClose(at)
	}
}

// typeDayClose is a digit of the cash in the drawer.
func (d *Desk) typeDayClose(r rune, _ kiosk.Moment) {
	if d.day.step != DayCash || r < '0' || r > '9' || len(d.day.digits) >= mostCash || d.day.digits == "" && r == '0' {
		return
	}
	d.day.digits += string(r)
	d.sound(SoundKey)
}

// closeDay records the close. Entries that HQ has not settled do not hold it up:
// it says how many there were, and a later close completes it.
func (d *Desk) closeDay(s DayCloseState, at kiosk.Moment) {
	why, well := d.record(kiosk.DayClosed{
		Day: s.Day, Totals: s.Totals, Head: s.Head, Pending: uint64(s.Pending), Differ: uint64(s.Differ),
		Counted: s.Counted, By: d.leader.who.ID,
	}, at)
	if !well {
		return
	}
	if why != "" {
		d.day.refusal = why
		return
	}
	d.day.book.drop()
	d.day.looked = false
	counted := s.Counted
	d.dayStep(DayDone)
	d.day.counted = counted
	d.sound(SoundAccept)
}

func (d *Desk) dayCloseState(at kiosk.Moment) DayCloseState {
	if !d.day.looked && d.booksOpen(at) {
		d.day.earlier, d.day.looked = d.notClosed(at), true
	}
	s := DayCloseState{
		Step: d.day.step, Known: d.booksOpen(at), Day: d.day.day, NoDay: d.day.day == "", Rate: d.policy().CommissionRate,
		Alone: d.local, Word: d.day.word, Earlier: d.day.earlier, Digits: d.day.digits, Counted: d.day.counted,
		MayClose: d.may(kiosk.TypeDayClosed), Refusal: d.day.refusal,
	}
	if !s.Known || s.NoDay {
		return s
	}
	if today, ok := kiosk.DayOf(at, d.o.Zone); ok {
		s.Today = s.Day == today
	}
	read := d.day.book.get(at, func() dayRead {
		book, err := d.o.Books.DayBook(s.Day)
		return dayRead{book: book, failed: err != nil}
	})
	if s.Failed = read.failed; s.Failed {
		return s
	}
	s.Totals, s.Head = read.book.Totals, read.book.Head
	s.Totals.Commission = kiosk.Commission(s.Totals.Value, s.Rate)
	if s.Step == DayCash {
		n, _ := strconv.ParseInt("0"+s.Digits, 10, 64) // digits, and few of them
		s.Counted = kiosk.Fen(n)
	}
	d.dayEntries(&s, read.book)
	return s
}

// dayEntries counts the entries by HQ's word and gives those that are looked at.
func (d *Desk) dayEntries(s *DayCloseState, book DayBook) {
	if c := book.Closed; c != nil {
		s.Closed = &DayClosing{At: d.inZone(c.At)}
		if b, ok := c.Body.(kiosk.DayClosed); ok {
			s.Closed.By, s.Closed.Pending = d.nameOf(b.By), int(min(b.Pending, 1<<30))
		}
	}
	for _, e := range slices.Backward(book.Entries) {
		word := wordOn(e.Settled)
		switch word {
		case WordPending:
			s.Pending++
		case WordDiffers:
			s.Differ++
		default:
			s.Settled++
		}
		if s.Closed != nil && e.Seq > book.Closed.Seq && counts(e.Body) {
			s.Closed.Since++
		}
		if s.Step == DayEntries && word == s.Word && len(s.Rows) < mostDayRows {
			s.Rows = append(s.Rows, d.dayRow(e))
		}
	}
}

// counts reports whether an event changes what a day comes to.
func counts(body kiosk.Body) bool {
	switch body.(type) {
	case kiosk.Redeemed, kiosk.RedemptionUndone, kiosk.PaymentCollected, kiosk.AfterSaleRegistered, kiosk.GoodsReceived:
		return true
	}
	return false
}

func (d *Desk) dayRow(e DayEntry) DayRow {
	row := DayRow{At: d.inZone(e.At), Seq: e.Seq, PickupNumber: e.PickupNumber, Value: e.Value, Settled: e.Settled}
	if e.Body != nil {
		row.What = e.Body.Type()
	}
	row.Units = moved(e.Body)
	if by := kiosk.Doer(e.Body); by != "" {
		row.By = d.nameOf(by)
	}
	return row
}

// wordOn sorts HQ's verdicts.
func wordOn(s kiosk.Settlement) Word {
	switch {
	case s == "":
		return WordPending
	case s.Agrees():
		return WordSettled
	}
	return WordDiffers
}
