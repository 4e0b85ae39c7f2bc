package main

import (
	"time"

	"hexiao/kiosk"
	"hexiao/kiosk/desk"
)

// answerLine is one answer to a scan, as run prints it.
type answerLine struct {
	Verdict    kiosk.Verdict    `json:"verdict"`
	Order      kiosk.OrderID    `json:"order,omitempty"`
	Lines      []quantity       `json:"lines,omitempty"`
	Units      int              `json:"units,omitempty"` // of an order on HQ's word, whose lines are not known
	Event      *kiosk.EventID   `json:"event,omitempty"`
	Seq        uint64           `json:"seq,omitempty"`
	Source     string           `json:"source"`
	At         time.Time        `json:"at"`
	MS         float64          `json:"ms"`                     // from the scan to the durable answer
	Several    bool             `json:"several,omitempty"`      // busy: different codes are in view, one should be shown alone
	Resumed    bool             `json:"resumed,omitempty"`      // recorded by a run that was cut off before it answered
	First      *firstHandover   `json:"first,omitempty"`        // already-collected, partly-collected
	Home       kiosk.TerminalID `json:"home,omitempty"`         // other-kiosk, and where a leader decides because of it: whose lease the order is
	Due        kiosk.Fen        `json:"due,omitempty"`          // fen
	Point      kiosk.PointID    `json:"point,omitempty"`        // wrong-point: the right one
	ValidFrom  time.Time        `json:"valid_from,omitzero"`    // too-early
	CollectBy  time.Time        `json:"collect_by,omitzero"`    // expired
	ExpectedAt time.Time        `json:"expected_at,omitzero"`   // not-arrived
	AsOf       time.Time        `json:"cache_as_of,omitzero"`   // unknown, unknown-stale
	Others     []*answerLine    `json:"other_orders,omitempty"` // of the same code
}

type quantity struct {
	Line     kiosk.LineID `json:"line"`
	Quantity int          `json:"quantity"`
}

type firstHandover struct {
	Event    kiosk.EventID    `json:"event"`
	At       time.Time        `json:"at"`
	Terminal kiosk.TerminalID `json:"terminal"`
}

// newAnswerLine gives the line of an answer. Where a code opened several
// orders, the line is of the one that decided the verdict.
func newAnswerLine(a desk.Answer, source string, took time.Duration) *answerLine {
	var first *answerLine
	var others []*answerLine
	for _, o := range a.Outcomes {
		line := outcomeLine(o, a.Cache, source, took)
		if first == nil && o.Verdict == a.Verdict {
			first = line
		} else {
			others = append(others, line)
		}
	}
	first.Others, first.Several = others, a.Several
	return first
}

func outcomeLine(o kiosk.Outcome, cache kiosk.Cache, source string, took time.Duration) *answerLine {
	l := &answerLine{
		Verdict: o.Verdict, Order: o.Order.ID, Seq: o.Seq, Source: source, At: o.At.UTC(),
		MS: float64(took.Microseconds()) / 1000, Resumed: o.Resumed, Due: o.Due, Point: o.RightTo.ID, Home: o.Home,
	}
	if !o.Event.IsZero() {
		l.Event = &o.Event
	}
	for _, h := range o.Lines {
		if o.Verdict == kiosk.OtherKiosk {
			break // nothing of it is, or waits to be, handed over here
		}
		l.Lines = append(l.Lines, quantity{h.Line, h.Handed})
	}
	if v := o.Voucher; v != nil && len(o.Order.Lines) == 0 {
		l.Units = v.Units
		o.Order.ValidFrom, o.Order.CollectBy = v.From, v.Until
	}
	switch o.Verdict {
	case kiosk.AlreadyCollected, kiosk.PartlyCollected:
		if len(o.History) > 0 {
			h := o.History[0]
			l.First = &firstHandover{Event: h.Event, At: h.At.UTC(), Terminal: h.Terminal}
		}
	case kiosk.TooEarly:
		l.ValidFrom = o.Order.ValidFrom
	case kiosk.Expired:
		l.CollectBy = o.Order.CollectBy
	case kiosk.NotArrived:
		l.ExpectedAt = o.Order.ExpectedAt
	case kiosk.Unknown, kiosk.UnknownStale:
		l.AsOf = cache.AsOf
	}
	return l
}
