package screen

import (
	"time"

	"hexiao/kiosk"
	"hexiao/kiosk/desk"
	"hexiao/kiosk/ui/look"
)

// evidence says in one sentence why the verdict is what it is: when, where,
// which terminal, how much. o is zero for codes that open no order.
func evidence(w *look.Words, v kiosk.Verdict, r desk.Result, o desk.ResultOrder, now time.Time) string {
	id := "why." + string(v)
	dated := func(t time.Time) string {
		if t.IsZero() {
			return w.Say(id + ".open")
		}
		return w.Say(id, look.Vars{"When": when(w, t, now)})
	}
	switch v {
	case kiosk.AlreadyCollected, kiosk.PartlyCollected:
		if o.First == nil {
			return w.Say(id + ".open")
		}
		return handover(w, id, *o.First, now)
	case kiosk.NotArrived:
		return dated(o.ExpectedAt)
	case kiosk.TooEarly:
		return dated(o.ValidFrom)
	case kiosk.Expired:
		return dated(o.CollectBy)
	case kiosk.Unknown, kiosk.UnknownStale:
		return dated(r.AsOf)
	case kiosk.Cancelled:
		if o.Status == kiosk.StatusRefunded {
			return w.Say(id + ".refunded")
		}
		return w.Say(id)
	case kiosk.OtherKiosk:
		return w.Say(id, look.Vars{"Home": string(o.Home)})
	case kiosk.Busy:
		if r.Wait > 0 {
			return w.Count(id+".seconds", r.Wait)
		}
		return w.Say(id)
	default:
		return w.Say(id)
	}
}

// handover tells of an earlier one.
func handover(w *look.Words, id string, e desk.Evidence, now time.Time) string {
	where := w.Say("where.here")
	if !e.Here {
		where = w.Say("where.terminal", look.Vars{"Terminal": string(e.Terminal)})
	}
	if e.JustNow {
		id += ".just-now"
	}
	return w.Count(id, e.Units, look.Vars{"When": when(w, e.At, now), "Where": where})
}

// leading returns the order that a result's verdict comes from, zero if there
// is none.
func leading(r desk.Result) desk.ResultOrder {
	for _, o := range r.Orders {
		if o.Verdict == r.Verdict {
			return o
		}
	}
	if len(r.Orders) > 0 {
		return r.Orders[0]
	}
	return desk.ResultOrder{}
}
