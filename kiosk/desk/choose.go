package desk

import (
	"slices"

	"hexiao/kiosk"
)

// Choose is its screen: one code opens several of a customer's orders, and the
// customer says which to take along now.
const Choose Screen = "choose"

// What one does on Choose. An item is an order's id.
const (
	TapTick    Action = "tick"    // Pick: take the order along, or leave it
	TapCollect Action = "collect" // hand over what is ticked
)

// ChooseState is the screen.
type ChooseState struct {
	Orders  []ChooseOrder // those that can go out first
	Ticked  int           // how many orders
	Units   int           // of the ticked ones
	Anybody kiosk.Masked  // whose they are; zero: not known
}

// ChooseOrder is an order to take or to leave.
type ChooseOrder struct {
	ResultOrder
	Goes   bool // it can be ticked: it would be handed over, or held for the leader
	Ticked bool
}

// choosing is what Choose knows. The scan holds the code, a secret of the
// customer's.
type choosing struct {
	scan   Scan
	answer Answer          // of Peek
	left   []kiosk.OrderID // that were unticked
}

// goes gives the orders of an answer that would go out or be held now.
func goes(a Answer) []kiosk.OrderID {
	var ids []kiosk.OrderID
	for _, o := range a.Outcomes {
		if o.Verdict == kiosk.Accepted || o.Verdict.ForLeader() {
			ids = append(ids, o.Order.ID)
		}
	}
	return ids
}

// ask shows the orders of a code that opens several, before any of them is
// handed over; true: the scan is dealt with. Orders whose answer an interrupted
// run owes come first and alone: the others may have been left on purpose.
func (d *Desk) ask(s *Scan) (bool, error) {
	if !d.o.Choosing {
		return false, nil
	}
	a, err := d.o.Ledger.Peek(*s)
	if err != nil {
		return false, err
	}
	for _, o := range a.Outcomes {
		if o.Resumed {
			s.Only = append(s.Only, o.Order.ID)
		}
	}
	ids := goes(a)
	left := len(ids) > 0 && d.leftBehind(ids)
	switch {
	case s.Only != nil:
		return false, nil
	case left && (d.screen != Accepted || d.justShown(s.At)):
		d.Repeat() // the code that was answered, seen again by its other form
		return true, nil
	case len(ids) < 2 && !left:
		return false, nil
	case d.waitsFor(ids):
		d.open(Held, s.At, holdTimes*d.policy().IdleTime) // they chose before
		return true, nil
	}
	d.openChoose(*s, a)
	return true, nil
}

// leftBehind reports whether the customer who is being answered left all these
// orders, just now, on purpose.
func (d *Desk) leftBehind(ids []kiosk.OrderID) bool { return len(without(ids, d.after.left)) == 0 }

// waitsFor reports whether Held is up for these orders, but for those that were
// left.
func (d *Desk) waitsFor(ids []kiosk.OrderID) bool {
	held := goes(d.answer)
	return d.screen == Held && len(without(held, ids)) == 0 && d.leftBehind(without(ids, held))
}

// without gives the ids that are not among others.
func without(ids, others []kiosk.OrderID) []kiosk.OrderID {
	return slices.DeleteFunc(slices.Clone(ids), func(id kiosk.OrderID) bool { return slices.Contains(others, id) })
}

func (d *Desk) openChoose(s Scan, a Answer) {
	now := choosing{scan: s, answer: a}
	if d.screen == Choose && slices.Equal(goes(a), goes(d.customer.choosing.answer)) {
		now.left = d.customer.choosing.left // the same orders: a hand that shakes shows its code twice
	}
	if d.screen.ForLeader() {
		d.under = d.screen
	}
	d.answer, d.result, d.after, d.hand = Answer{}, nil, after{}, hand{}
	d.keypad.digits = ""
	d.customer.choosing = now
	d.open(Choose, s.At, d.policy().IdleTime)
	d.sound(SoundWait)
}

func (d *Desk) tapChoose(a Action, at kiosk.Moment) {
	switch a {
	case TapCollect, TapEnter:
		d.collect(at)
	case TapBack, TapCancel:
		d.home()
	}
}

func (d *Desk) pickChoose(a Action, item string, at kiosk.Moment) {
	if a == TapTick {
		d.tick(kiosk.OrderID(item), at)
	}
}

// typeChoose ticks by a keyboard: the digit is the order's place in the list.
func (d *Desk) typeChoose(r rune, at kiosk.Moment) {
	if ids := goes(d.customer.choosing.answer); r >= '1' && int(r-'1') < len(ids) {
		d.tick(ids[r-'1'], at)
	}
}

func (d *Desk) tick(id kiosk.OrderID, at kiosk.Moment) {
	c := &d.customer.choosing
	if !slices.Contains(goes(c.answer), id) {
		return
	}
	d.stay(at)
	d.sound(SoundKey)
	left := slices.DeleteFunc(slices.Clone(c.left), func(x kiosk.OrderID) bool { return x == id })
	if len(left) == len(c.left) {
		left = append(left, id)
	}
	c.left = left
}

// ticked gives the orders to take along.
func (c choosing) ticked() []kiosk.OrderID {
	return without(goes(c.answer), c.left)
}

// collect hands over what is ticked and nothing else, whatever has come to the
// point since the list was made.
func (d *Desk) collect(at kiosk.Moment) {
	c := d.customer.choosing
	s := c.scan
	if s.Only = c.ticked(); len(s.Only) == 0 {
		d.stay(at)
		return
	}
	s.At = at
	a, err := d.o.Ledger.Redeem(s)
	switch {
	case err != nil:
		d.fail()
	case !a.Given():
		d.home() // none of them is here any more: the next scan tells
	default:
		d.show(a, at)
		d.after.left = c.left
	}
}

func (d *Desk) chooseState(at kiosk.Moment) ChooseState {
	c := d.customer.choosing
	ids, ticked := goes(c.answer), c.ticked()
	s := ChooseState{Ticked: len(ticked)}
	var rest []ChooseOrder
	for _, o := range c.answer.Outcomes {
		order := ChooseOrder{ResultOrder: d.newResultOrder(o, at), Goes: slices.Contains(ids, o.Order.ID)}
		if s.Anybody == (kiosk.Masked{}) {
			s.Anybody = order.Customer
		}
		switch {
		case order.Goes:
			if order.Ticked = slices.Contains(ticked, o.Order.ID); order.Ticked {
				s.Units += order.Units
			}
			s.Orders = append(s.Orders, order)
		case o.Verdict != kiosk.AlreadyCollected || d.today(order.First, at):
			rest = append(rest, order) // what was collected long ago is no news
		}
	}
	s.Orders = append(s.Orders, rest...)
	return s
}

// today reports whether a handover was on the day of the moment.
func (d *Desk) today(e *Evidence, at kiosk.Moment) bool {
	if e == nil {
		return false
	}
	y, m, day := at.Wall.In(d.o.Zone).Date()
	y2, m2, day2 := e.At.Date()
	return y == y2 && m == m2 && day == day2
}
