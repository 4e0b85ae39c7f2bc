package daybook

import "hexiao/kiosk"

// facts are what a row of the entries says of an event's body.
type facts struct {
	units, short, damaged int
	paid                  kiosk.Fen
	means, by, reason     string
}

func (b builder) facts(body kiosk.Body) facts {
	w := b.words
	switch e := body.(type) {
	case kiosk.Redeemed:
		f := handed(e.Lines, w)
		f.units, f.by = e.Units(), e.By
		if e.Method == kiosk.MethodAlone {
			f.by = w.customer
		}
		return f
	case kiosk.RedemptionUndone:
		return facts{by: e.By, reason: w.reasonOf(e.Reason)}
	case kiosk.PaymentCollected:
		return facts{paid: e.Amount, means: w.meansOf(e.Means), by: e.By}
	case kiosk.MissingReported:
		f := handed(e.Lines, w)
		if f.by = e.By; f.by == "" {
			f.by = w.customer
		}
		return f
	case kiosk.AfterSaleRegistered:
		return facts{units: sum(e.Lines), by: e.By, reason: w.reasonOf(string(e.Reason))}
	case kiosk.GoodsReceived:
		f := facts{by: e.By}
		for _, l := range e.Lines {
			f.units, f.short, f.damaged = f.units+l.Good, f.short+max(0, l.Short()), f.damaged+l.Damaged
		}
		return f
	case kiosk.SentBack:
		return facts{units: sum(e.Lines), by: e.By, reason: w.reasonOf(string(e.Reason))}
	}
	return facts{by: kiosk.Doer(body)}
}

func handed(lines []kiosk.Handed, w words) facts {
	var f facts
	for _, l := range lines {
		f.units, f.short, f.damaged = f.units+l.Handed, f.short+l.Short, f.damaged+l.Damaged
		if l.Reason != "" {
			f.reason = w.reasonOf(string(l.Reason))
		}
	}
	return f
}
