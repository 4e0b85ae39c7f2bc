package desk

import (
	"strconv"
	"strings"

	"hexiao/kiosk"
)

// Missing is its screen: after the handover the customer marks what is short or
// damaged, and the leader is told. Nothing is given back by it.
const Missing Screen = "missing"

// What one does on Missing. An item is a line's place in MissingState.Lines, for
// the counts with the new count behind a colon: "2:1".
const (
	TapMissingLine    Action = "missing-line"    // Pick: this line
	TapMissingShort   Action = "missing-short"   // Pick: so many units of it are not there
	TapMissingDamaged Action = "missing-damaged" // Pick: so many units of it are broken
)

// MissingState is the screen.
type MissingState struct {
	Lines []MissingLine
	Here  int  // the line whose counts are shown; -1: none is chosen
	Units int  // marked, over all lines
	Sent  bool // the leader has been told
}

// MissingLine is a line that was handed over.
type MissingLine struct {
	Order               kiosk.OrderID
	PickupNumber        string // where several orders were handed over
	Line                kiosk.LineID
	Product, Spec, Unit string
	Handed              int // units
	Short, Damaged      int // marked; together at most Handed
}

// missing is what Missing knows.
type missing struct {
	lines []MissingLine
	here  int
	sent  bool
}

func (d *Desk) openMissing(at kiosk.Moment) {
	var m missing
	handed := d.handed()
	for _, o := range handed {
		for _, h := range o.Lines {
			if h.Handed == 0 {
				continue
			}
			l, _ := o.Order.Line(h.Line)
			line := MissingLine{Order: o.Order.ID, Line: h.Line, Product: l.Product, Spec: l.Spec, Unit: l.Unit, Handed: h.Handed}
			if len(handed) > 1 {
				line.PickupNumber = o.Order.PickupNumber
			}
			m.lines = append(m.lines, line)
		}
	}
	if len(m.lines) > 1 {
		m.here = -1 // the first question is which
	}
	d.customer.missing = m
	d.open(Missing, at, d.policy().IdleTime)
}

func (d *Desk) tapMissing(a Action, at kiosk.Moment) {
	switch a {
	case TapSend, TapEnter:
		if d.customer.missing.sent {
			d.toAccepted(at)
			return
		}
		d.report(at)
	case TapBack, TapDone:
		d.toAccepted(at)
	}
}

func (d *Desk) pickMissing(a Action, item string, at kiosk.Moment) {
	m := &d.customer.missing
	place, count, _ := strings.Cut(item, ":")
	i, err := strconv.Atoi(place)
	if err != nil || i < 0 || i >= len(m.lines) || m.sent {
		return
	}
	n, err := strconv.Atoi(count)
	switch {
	case a == TapMissingLine:
		m.here = i
	case err != nil:
		return
	case a == TapMissingShort:
		d.mark(i, n, m.lines[i].Damaged)
	case a == TapMissingDamaged:
		d.mark(i, m.lines[i].Short, n)
	}
	d.stay(at)
	d.sound(SoundKey)
}

// typeMissing counts by a keyboard: a digit is a line's place in the list, plus
// and minus count what is short, star and slash what is damaged.
func (d *Desk) typeMissing(r rune, at kiosk.Moment) {
	m := d.customer.missing
	if r >= '1' && r <= '9' {
		d.pickMissing(TapMissingLine, strconv.Itoa(int(r-'1')), at)
		return
	}
	by := map[rune][2]int{'+': {1, 0}, '-': {-1, 0}, '*': {0, 1}, '/': {0, -1}}[r]
	if m.sent || m.here < 0 || m.here >= len(m.lines) || by == [2]int{} {
		return
	}
	d.mark(m.here, m.lines[m.here].Short+by[0], m.lines[m.here].Damaged+by[1])
	d.stay(at)
}

// mark sets the counts of a line. What is new wins: a unit is short or damaged,
// not both.
func (d *Desk) mark(i, short, damaged int) {
	m := &d.customer.missing
	l := m.lines[i]
	short, damaged = min(max(short, 0), l.Handed), min(max(damaged, 0), l.Handed)
	switch {
	case short != l.Short:
		damaged = min(damaged, l.Handed-short)
	default:
		short = min(short, l.Handed-damaged)
	}
	lines := append([]MissingLine(nil), m.lines...)
	lines[i].Short, lines[i].Damaged = short, damaged
	m.lines = lines
}

// report records what is marked, one event for each handover.
func (d *Desk) report(at kiosk.Moment) {
	var bodies []kiosk.Body
	for _, o := range d.handed() {
		b := kiosk.MissingReported{Order: o.Order.ID, Redemption: o.Event}
		for _, l := range d.customer.missing.lines {
			if l.Order == o.Order.ID && l.Short+l.Damaged > 0 {
				b.Lines = append(b.Lines, kiosk.Handed{Line: l.Line, Short: l.Short, Damaged: l.Damaged})
			}
		}
		if b.Lines != nil {
			bodies = append(bodies, b)
		}
	}
	d.stay(at)
	if len(bodies) == 0 || !d.tell(at, bodies...) {
		return
	}
	d.after.reported, d.customer.missing.sent = true, true
	d.say(SoundWait, PromptWait)
}

func (d *Desk) missingState(kiosk.Moment) MissingState {
	m := d.customer.missing
	s := MissingState{Lines: m.lines, Here: m.here, Sent: m.sent}
	for _, l := range m.lines {
		s.Units += l.Short + l.Damaged
	}
	return s
}
