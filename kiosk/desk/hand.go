package desk

import (
	"slices"
	"strconv"

	"hexiao/kiosk"
)

// What a leader does to hand over, on Held and OrderFile.
const (
	TapHandOver Action = "hand-over" // OrderFile: all that is left
	TapByLine   Action = "by-line"   // line by line, with what is short or damaged
	TapShowCode Action = "show-code" // the platform's payment code, for who pays
	TapOK       Action = "ok"        // HandCount: the counts of the line are right

	PickLine    Action = "line"    // a line; item: its place in Lines
	PickHanded  Action = "handed"  // HandCount; item: units that are handed over
	PickShort   Action = "short"   // HandCount; item: units that are missing
	PickDamaged Action = "damaged" // HandCount; item: units that are not accepted
	PickReason  Action = "reason"  // item: a kiosk.Reason
)

// HandStep is a question of a handover.
type HandStep string

// The steps. Without one, nobody is putting a handover together.
const (
	HandNone    HandStep = ""
	HandCounts  HandStep = "lines"    // how much of which line
	HandCount   HandStep = "line"     // of one of them
	HandPay     HandStep = "pay"      // how the amount due is paid
	HandPayCode HandStep = "pay-code" // the platform's payment code is up
)

// HandState is a handover that a leader is putting together.
type HandState struct {
	Step        HandStep
	Lines       []HandLine
	At          int // of Lines, on HandCount
	Units       int // that are handed over, of all lines
	Reasons     []kiosk.Reason
	Due         kiosk.Fen // to be paid for what goes out
	PaymentCode string    // what the platform's static code says; empty: there is none
	Refusal     Refusal
}

// HandLine is a line with what becomes of it. What is neither handed over nor
// short nor damaged stays for later.
type HandLine struct {
	Order                  kiosk.OrderID
	PickupNumber           string // of the order; empty when all lines are of one
	Line                   kiosk.LineID
	Product, Spec, Unit    string
	Left                   int
	Handed, Short, Damaged int
	Reason                 kiosk.Reason // of what is short or damaged
}

// Stays is how many units stay for later.
func (l HandLine) Stays() int { return l.Left - l.Handed - l.Short - l.Damaged }

// hand is the draft of a handover.
type hand struct {
	step    HandStep
	lines   []HandLine // nil: all that is left, whole
	at      int
	refusal Refusal
}

// handReasons are those for goods that were not handed over.
func handReasons() []kiosk.Reason {
	return []kiosk.Reason{kiosk.ReasonShort, kiosk.ReasonDamaged, kiosk.ReasonSpoilt, kiosk.ReasonWrong, kiosk.ReasonOther}
}

// handLines is what is left of an order, with all of it to be handed over.
func handLines(o kiosk.Order, left []kiosk.Handed) []HandLine {
	lines := make([]HandLine, 0, len(left))
	for _, h := range left {
		l, _ := o.Line(h.Line)
		lines = append(lines, HandLine{
			Order: o.ID, PickupNumber: o.PickupNumber, Line: h.Line, Product: l.Product, Spec: l.Spec, Unit: l.Unit,
			Left: h.Handed, Handed: h.Handed,
		})
	}
	return lines
}

func (d *Desk) handState(h hand, due kiosk.Fen) HandState {
	s := HandState{
		Step: h.step, Lines: slices.Clone(h.lines), At: h.at, Reasons: handReasons(), Due: due,
		PaymentCode: d.policy().PaymentCode, Refusal: h.refusal,
	}
	several := slices.ContainsFunc(s.Lines, func(l HandLine) bool { return l.Order != s.Lines[0].Order })
	for i := range s.Lines {
		s.Units += s.Lines[i].Handed
		if !several {
			s.Lines[i].PickupNumber = ""
		}
	}
	return s
}

// back leaves a step of the draft; false: there is none.
func (h *hand) back() bool {
	h.refusal = ""
	switch {
	case h.step == "":
		return false
	case h.step == HandCount || h.step == HandPay && h.lines != nil:
		h.step = HandCounts
	case h.step == HandPayCode:
		h.step = HandPay
	default:
		*h = hand{}
	}
	return true
}

// pick counts; false: the action is none of a handover's.
func (h *hand) pick(a Action, item string) bool {
	if a == PickReason && h.step == HandCount {
		if r := kiosk.Reason(item); slices.Contains(handReasons(), r) && h.lines[h.at].Short+h.lines[h.at].Damaged > 0 {
			h.lines[h.at].Reason = r
		}
		return true
	}
	n, err := strconv.Atoi(item)
	if err != nil {
		return false
	}
	switch {
	case a == PickLine && h.step == HandCounts:
		if n >= 0 && n < len(h.lines) {
			h.at, h.step, h.refusal = n, HandCount, ""
		}
	case h.step != HandCount:
		return false
	case a == PickHanded, a == PickShort, a == PickDamaged:
		h.lines[h.at].count(a, n)
	default:
		return false
	}
	return true
}

// count sets one of the three counts. Units are no more than there are: what is
// missing or damaged is not handed over, and what is handed over is neither.
func (l *HandLine) count(a Action, n int) {
	n = min(max(n, 0), l.Left)
	give := func(from *int) {
		if over := l.Handed + l.Short + l.Damaged - l.Left; over > 0 {
			*from -= min(over, *from)
		}
	}
	switch a {
	case PickHanded:
		l.Handed = n
		give(&l.Short)
		give(&l.Damaged)
	case PickShort:
		l.Short = n
		give(&l.Handed)
		give(&l.Damaged)
	case PickDamaged:
		l.Damaged = n
		give(&l.Handed)
		give(&l.Short)
	}
	switch {
	case l.Short+l.Damaged == 0:
		l.Reason = ""
	case l.Reason == "" && l.Short > 0:
		l.Reason = kiosk.ReasonShort
	case l.Reason == "":
		l.Reason = kiosk.ReasonDamaged
	}
}

// of gives what becomes of an order's lines: nil for all of them, whole; false:
// nothing goes out of it.
func (h *hand) of(id kiosk.OrderID) ([]kiosk.Handed, bool) {
	if h.lines == nil {
		return nil, true
	}
	var out []kiosk.Handed
	for _, l := range h.lines {
		if l.Order == id && l.Handed+l.Short+l.Damaged > 0 {
			out = append(out, kiosk.Handed{Line: l.Line, Handed: l.Handed, Short: l.Short, Damaged: l.Damaged, Reason: l.Reason})
		}
	}
	return out, len(out) > 0
}

// means is how a payment was made, by the button that says so; empty: none does.
func means(a Action) string {
	switch a {
	case TapCash:
		return "cash"
	case TapPaidCode:
		return "platform-code"
	}
	return ""
}
