package screen

import (
	"time"

	"hexiao/kiosk"
	"hexiao/kiosk/desk"
	"hexiao/kiosk/ui/look"
)

// vouchedItems are the rows of an order of which only HQ's word is known: what the
// label on the bag says, and for the leader what it comes to.
func vouchedItems(w *look.Words, o desk.ResultOrder, s desk.State) []look.Item {
	out := []look.Item{
		{Icon: "package", Title: w.Say("voucher.order", look.Vars{"Order": string(o.ID)}), Note: w.Say("voucher.label"), Quantity: w.Count("order.units", o.Units)},
	}
	if s.Leader != "" {
		out = append(out, look.Item{Icon: "hand-coins", Title: w.Say("voucher.value"), Quantity: "¥" + o.Value.String()})
	}
	return append(out, look.Item{Icon: "cloud-off", Title: w.Say("voucher.unseen"), Note: w.Say("voucher.unseen-note")})
}

// vouched reports whether a result is of an order that is not here.
func vouched(r desk.Result) bool { return len(r.Orders) == 1 && r.Orders[0].Vouched }

// voucherWhy says in one sentence why the code of such an order is refused.
func voucherWhy(w *look.Words, r desk.Result, o desk.ResultOrder, now time.Time) string {
	id := "why." + reason(r)
	switch r.Verdict {
	case kiosk.TooEarly:
		return w.Say(id, look.Vars{"When": when(w, o.ValidFrom, now)})
	case kiosk.Expired:
		return w.Say(id, look.Vars{"When": when(w, o.CollectBy, now)})
	}
	return w.Say(id)
}
