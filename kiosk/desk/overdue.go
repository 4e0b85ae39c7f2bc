package desk

import (
	"slices"
	"time"

	"hexiao/kiosk"
)

// What one does on Overdue.
const (
	PickOverdue  Action = "overdue-order" // item: the order
	TapRemind    Action = "remind"        // the open order's customer
	TapRemindAll Action = "remind-all"    // everybody who was not reminded today
	TapSendBack  Action = "send-back"     // ask, then send back with TapConfirm
)

// Limits of Overdue.
const (
	mostOverdue = 200    // orders on the screen, those that wait longest
	mostRemind  = 10_000 // orders that are reminded at one tap
	// remindAtOnce reminders are recorded between two inputs: each waits for the
	// disk, and a customer's scan must not wait for many of them.
	remindAtOnce = 20
)

// OverdueStep is what Overdue asks.
type OverdueStep string

// The steps.
const (
	OverdueList     OverdueStep = ""      // who has not collected?
	OverdueOrder    OverdueStep = "order" // what about this one?
	OverdueSendBack OverdueStep = "send-back"
)

// OverdueNotice is something that Overdue tells.
type OverdueNotice string

// The notices.
const (
	OverdueNothing  OverdueNotice = ""
	OverdueReminded OverdueNotice = "reminded"  // HQ will remind
	OverdueToday    OverdueNotice = "today"     // was reminded today already
	OverdueNobody   OverdueNotice = "nobody"    // all were reminded today already
	OverdueReturned OverdueNotice = "returned"  // it goes back to the merchant
	OverdueSettled  OverdueNotice = "collected" // it is not overdue any more
)

// OverdueNotices lists the notices that have a sentence.
func OverdueNotices() []OverdueNotice {
	return []OverdueNotice{OverdueReminded, OverdueToday, OverdueNobody, OverdueReturned, OverdueSettled}
}

// OverdueState is the screen.
type OverdueState struct {
	Step  OverdueStep
	Known bool // false: the books are still being opened
	// Rows are the orders that wait longest; Total counts the others too.
	Rows     []OverdueRow
	Total    int
	Open     OverdueRow   // on the other steps
	Lines    []ResultLine // of Open: what is left of it
	MayBack  bool         // whoever is signed in may send goods back
	Done, Of int          // reminders that are being recorded; Of 0: none are
	Reminded int          // how many were, with the notice OverdueReminded
	Notice   OverdueNotice
	Refusal  Refusal
}

// OverdueRow is an order that nobody came for.
type OverdueRow struct {
	ID           kiosk.OrderID
	PickupNumber string
	Shelf        string
	Customer     kiosk.Masked
	Products     []string
	Left         int       // units
	Value        kiosk.Fen // of what is left
	CollectBy    time.Time // in the point's zone
	Reminders    int
	RemindedAt   time.Time // zero: never
	Today        bool      // reminded today
}

// overdue is what the desk keeps of Overdue.
type overdue struct {
	step     OverdueStep
	open     kiosk.OrderID
	notice   OverdueNotice
	refusal  Refusal
	found    kept[Found]
	values   map[kiosk.OrderID]leftValue // what is left is worth; reading it for all orders again and again takes long
	queue    []kiosk.OrderID             // still to be reminded
	of       int                         // the queue's length at its beginning
	by       string                      // who asked for it
	reminded int
}

// leftValue is what the units of an order that are left are worth.
type leftValue struct {
	left  int
	value kiosk.Fen
}

func (d *Desk) openOverdue(at kiosk.Moment) {
	o := &d.overdue
	o.values = nil
	d.overdueStep(OverdueList)
	o.found.drop()
	d.open(Overdue, at, 0)
}

func (d *Desk) overdueStep(s OverdueStep) {
	o := &d.overdue
	if s == OverdueList {
		o.open = ""
	}
	o.step, o.notice, o.refusal, o.reminded = s, OverdueNothing, "", 0
}

func (d *Desk) tapOverdue(a Action, at kiosk.Moment) {
	o := &d.overdue
	switch {
	case a == TapRemindAll && o.step == OverdueList:
		d.remindAll(at)
	case a == TapRemind && o.step == OverdueOrder:
		d.remindOne(at)
	case a == TapSendBack && o.step == OverdueOrder:
		if !d.may(kiosk.TypeSentBack) {
			o.refusal = RefusedRole
			return
		}
		d.overdueStep(OverdueSendBack)
	case a == TapConfirm && o.step == OverdueSendBack:
		d.sendBack(at)
	case a == TapBack && o.step == OverdueSendBack:
		d.overdueStep(OverdueOrder)
	case a == TapBack || a == TapDone:
		d.overdueStep(OverdueList)
	}
}

func (d *Desk) pickOverdue(a Action, item string, at kiosk.Moment) {
	o := &d.overdue
	if a != PickOverdue || o.step != OverdueList {
		return
	}
	if slices.ContainsFunc(d.overdueFound(at).Entries, func(e Entry) bool { return string(e.ID) == item }) {
		d.overdueStep(OverdueOrder)
		o.open = kiosk.OrderID(item)
	}
}

// overdueFound is what the books have, those that wait longest first.
func (d *Desk) overdueFound(at kiosk.Moment) Found {
	if !d.booksOpen(at) {
		return Found{}
	}
	return d.overdue.found.get(at, func() Found {
		f := d.o.Books.Find(Query{Filter: FilterOverdue, Limit: mostRemind}, at)
		f.Entries = slices.DeleteFunc(slices.Clone(f.Entries), func(e Entry) bool { return e.SentBack || e.Left <= 0 })
		slices.SortStableFunc(f.Entries, func(a, b Entry) int { return a.CollectBy.Compare(b.CollectBy) })
		return f
	})
}

// remindedToday reports whether a reminder was asked for on the business day of
// at. Where the clocks cannot tell the day, the last hours of a day count.
func (d *Desk) remindedToday(e Entry, at kiosk.Moment) bool {
	if e.RemindedAt.IsZero() {
		return false
	}
	today, ok := kiosk.DayOf(at, d.o.Zone)
	if !ok {
		return at.Wall.Sub(e.RemindedAt).Abs() < 24*time.Hour
	}
	return e.RemindedAt.In(d.o.Zone).Format(time.DateOnly) == string(today)
}

func (d *Desk) remindOne(at kiosk.Moment) {
	o := &d.overdue
	e, there := d.overdueEntry(at)
	switch {
	case !there:
		d.overdueStep(OverdueList)
		o.notice = OverdueSettled
		return
	case d.remindedToday(e, at):
		o.notice = OverdueToday
		return
	}
	why, well := d.record(kiosk.ReminderAsked{Order: e.ID, By: d.leader.who.ID}, at)
	if !well {
		return
	}
	o.found.drop()
	o.notice, o.refusal, o.reminded = OverdueReminded, why, 1
	if why != "" {
		o.notice, o.reminded = OverdueNothing, 0
	}
}

// remindAll has everybody reminded who was not today, the first of them at once.
func (d *Desk) remindAll(at kiosk.Moment) {
	o := &d.overdue
	if len(o.queue) > 0 {
		return // they are under way
	}
	if !d.may(kiosk.TypeReminderAsked) {
		o.refusal = RefusedRole
		return
	}
	o.found.drop()
	for _, e := range d.overdueFound(at).Entries {
		if !d.remindedToday(e, at) {
			o.queue = append(o.queue, e.ID)
		}
	}
	o.of, o.by, o.reminded, o.notice, o.refusal = len(o.queue), d.leader.who.ID, 0, OverdueNobody, ""
	d.remindMore(at)
}

// remindMore records some of the reminders that were asked for.
func (d *Desk) remindMore(at kiosk.Moment) {
	o := &d.overdue
	if len(o.queue) == 0 {
		return
	}
	n := min(len(o.queue), remindAtOnce)
	for _, id := range o.queue[:n] {
		why, well := d.recordLater(kiosk.ReminderAsked{Order: id, By: o.by}, at)
		if !well {
			o.queue, o.of = nil, 0
			return
		}
		if why == "" {
			o.reminded++
		}
	}
	if o.queue = o.queue[n:]; len(o.queue) == 0 {
		o.queue, o.of = nil, 0
	}
	o.notice = OverdueReminded
	o.found.drop()
}

// sendBack returns all that is left of the open order to the merchant.
func (d *Desk) sendBack(at kiosk.Moment) {
	o := &d.overdue
	f, there := d.o.Books.File(o.open)
	left := kiosk.Remaining(f.Order, f.State)
	if !there || len(left) == 0 {
		d.overdueStep(OverdueList)
		o.found.drop()
		o.notice = OverdueSettled
		return
	}
	units := make([]kiosk.Units, 0, len(left))
	for _, h := range left {
		units = append(units, kiosk.Units{Line: h.Line, Units: h.Handed})
	}
	why, well := d.record(kiosk.SentBack{Order: o.open, Lines: units, Reason: kiosk.ReasonOverdue, By: d.leader.who.ID}, at)
	if !well {
		return
	}
	o.found.drop()
	if why != "" {
		d.overdueStep(OverdueOrder)
		o.refusal = why
		return
	}
	d.overdueStep(OverdueList)
	o.notice = OverdueReturned
	d.sound(SoundAccept)
}

// overdueEntry is the open order; false: it is not overdue any more.
func (d *Desk) overdueEntry(at kiosk.Moment) (Entry, bool) {
	all := d.overdueFound(at).Entries
	i := slices.IndexFunc(all, func(e Entry) bool { return e.ID == d.overdue.open })
	if i < 0 {
		return Entry{}, false
	}
	return all[i], true
}

func (d *Desk) overdueState(at kiosk.Moment) OverdueState {
	o := &d.overdue
	s := OverdueState{
		Known: d.booksOpen(at), MayBack: d.may(kiosk.TypeSentBack), Notice: o.notice, Refusal: o.refusal,
		Done: o.of - len(o.queue), Of: o.of, Reminded: o.reminded,
	}
	if e, there := d.overdueEntry(at); there {
		s.Step, s.Open = o.step, d.overdueRow(e, at)
		s.Lines = d.leftLines(e.ID)
		return s
	}
	if o.step != OverdueList && s.Known {
		d.overdueStep(OverdueList)
		o.notice = OverdueSettled
		s.Notice, s.Refusal = OverdueSettled, ""
	}
	f := d.overdueFound(at)
	s.Total = len(f.Entries)
	for _, e := range f.Entries[:min(len(f.Entries), mostOverdue)] {
		s.Rows = append(s.Rows, d.overdueRow(e, at))
	}
	return s
}

func (d *Desk) overdueRow(e Entry, at kiosk.Moment) OverdueRow {
	return OverdueRow{
		ID: e.ID, PickupNumber: e.PickupNumber, Shelf: e.Shelf, Customer: e.Customer, Products: e.Products, Left: e.Left,
		Value: d.leftValue(e), CollectBy: d.inZone(e.CollectBy),
		Reminders: e.Reminders, RemindedAt: d.inZone(e.RemindedAt), Today: d.remindedToday(e, at),
	}
}

// leftValue is what the goods that are left are worth, in fen.
func (d *Desk) leftValue(e Entry) kiosk.Fen {
	o := &d.overdue
	if v, ok := o.values[e.ID]; ok && v.left == e.Left {
		return v.value
	}
	var sum kiosk.Fen
	if f, ok := d.o.Books.File(e.ID); ok {
		for _, h := range kiosk.Remaining(f.Order, f.State) {
			line, _ := f.Order.Line(h.Line)
			sum += line.UnitPrice * kiosk.Fen(h.Handed)
		}
	}
	if o.values == nil {
		o.values = map[kiosk.OrderID]leftValue{}
	}
	o.values[e.ID] = leftValue{left: e.Left, value: sum}
	return sum
}

// leftLines are the goods that are left of an order.
func (d *Desk) leftLines(id kiosk.OrderID) []ResultLine {
	f, ok := d.o.Books.File(id)
	if !ok {
		return nil
	}
	var out []ResultLine
	for _, h := range kiosk.Remaining(f.Order, f.State) {
		line, _ := f.Order.Line(h.Line)
		out = append(out, ResultLine{Product: line.Product, Spec: line.Spec, Unit: line.Unit, Quantity: h.Handed})
	}
	return out
}
